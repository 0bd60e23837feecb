/*
 * lock: open-file-description locks, one a role (gateway/lock.h says why not flock).
 */
#include "gateway/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/paths.h"

static const char *lock_path(char *path, const char *directory, const char *role)
{
    char name[64];
    snprintf(name, sizeof name, "%s.lock", role);
    return paths_join(path, directory, name);
}

static int64_t read_pid(int fd)
{
    char text[32] = "";
    ssize_t length = pread(fd, text, sizeof text - 1, 0);
    return length > 0 ? strtoll(text, NULL, 10) : 0;
}

static struct flock whole_file(void)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

enum status lock_take(struct lock *lock, const char *directory, const char *role, struct err *err)
{
    char path[PATHS_FILE_SIZE];
    char text[32];
    lock->fd = -1;
    int fd = open(lock_path(path, directory, role), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    struct flock range = whole_file();
    if (fcntl(fd, F_OFD_SETLK, &range) != 0) {
        enum status status = errno == EAGAIN || errno == EACCES ? ERR_BUSY : ERR_IO;
        err_set(err, status,
                status == ERR_BUSY ? "%s runs already (pid %lld, lock %s)" : "%s: cannot lock (pid %lld, %s)", role,
                (long long)read_pid(fd), path);
        close(fd);
        return status;
    }
    int length = snprintf(text, sizeof text, "%lld\n", (long long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)length, 0) != length) {
        err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
        close(fd);
        return ERR_IO;
    }
    lock->fd = fd;
    return ERR_OK;
}

void lock_release(struct lock *lock)
{
    if (lock->fd >= 0) close(lock->fd);
    lock->fd = -1;
}

bool lock_held(const char *directory, const char *role, int64_t *pid)
{
    char path[PATHS_FILE_SIZE];
    int64_t owner = 0;
    bool held = false;
    int fd = open(lock_path(path, directory, role), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        struct flock range = whole_file();
        held = fcntl(fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
        owner = held ? read_pid(fd) : 0;
        close(fd);
    }
    if (pid != NULL) *pid = owner;
    return held;
}

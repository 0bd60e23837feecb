/* One writer a file: an flock on "<file>.lock" that the kernel drops when the process dies, with the holder's pid
 * inside for the message. The lock file stays: removing it would let two processes hold two files of one name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "db/internal.h"

/* Who holds it, as far as the file says; 0 = not known. */
static long lock_holder(int fd)
{
    char text[32];
    ssize_t length = pread(fd, text, sizeof(text) - 1, 0);
    if (length <= 0) return 0;
    text[length] = '\0';
    long pid = 0;
    for (const char *p = text; *p >= '0' && *p <= '9' && pid < 100000000; p++) pid = pid * 10 + (*p - '0');
    return pid;
}

enum status db_lock_take(const char *path, int *fd, struct err *err)
{
    char name[DB_PATH_SIZE + 8];
    snprintf(name, sizeof(name), "%s.lock", path);
    *fd = -1;
    int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return err_set(err, ERR_IO, "cannot open the lock file %s: %s", name, strerror(errno));
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        enum status status = ERR_BUSY;
        long pid = lock_holder(lock);
        if (errno != EWOULDBLOCK)
            status = err_set(err, ERR_IO, "cannot lock %s: %s", name, strerror(errno));
        else if (pid > 0)
            err_set(err, ERR_BUSY, "%s is open for writing in process %ld", path, pid);
        else
            err_set(err, ERR_BUSY, "%s is open for writing in another process", path);
        close(lock);
        return status;
    }
    char text[32];
    int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    if (ftruncate(lock, 0) != 0 || pwrite(lock, text, (size_t)length, 0) != length) {
        /* The lock holds without the pid: only another's message is poorer (a full disk must not stop a start-up here).
         */
        *fd = lock;
        return ERR_OK;
    }
    *fd = lock;
    return ERR_OK;
}

void db_lock_release(int fd)
{
    if (fd >= 0) close(fd);
}

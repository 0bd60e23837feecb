/*
 * child: fork, exec, pidfd.
 */
#include "gateway/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/settings.h"
#include "core/text.h"
#include "gateway/lock.h"

static int open_pidfd(int64_t pid)
{
    return (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

void child_init(struct child *child, enum component component)
{
    memset(child, 0, sizeof *child);
    child->component = component;
    child->pidfd = -1;
}

const char *child_program(const char *name, char out[PATHS_FILE_SIZE])
{
    char self[PATHS_FILE_SIZE];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0) {
        self[length] = '\0';
        char *slash = strrchr(self, '/');
        if (slash != NULL) {
            *slash = '\0';
            paths_join(out, self, name);
            if (out[0] != '\0' && access(out, X_OK) == 0) return out;
        }
    }
    snprintf(out, PATHS_FILE_SIZE, "%s", name);
    return out;
}

static void forget(struct child *child)
{
    if (child->pidfd >= 0) close(child->pidfd);
    child->pidfd = -1;
    child->pid = 0;
    child->adopted = false;
}

bool child_adopt(struct child *child, const struct paths *paths)
{
    int64_t pid = 0;
    int64_t again = 0;
    const char *role = component_name(child->component);
    if (!lock_held(paths->runtime, role, &pid) || pid <= 0) return false;
    int pidfd = open_pidfd(pid);
    /* The number may have passed to another process before the pidfd: then the lock is not its any more. */
    if (pidfd < 0 || !lock_held(paths->runtime, role, &again) || again != pid) {
        if (pidfd >= 0) close(pidfd);
        return false;
    }
    child->pid = pid;
    child->pidfd = pidfd;
    child->adopted = true;
    return true;
}

/* In the new process: a session of its own, no signal blocked, no descriptor of ours. Only async-signal-safe calls. */
static void become(const char *program, char *const *argv)
{
    sigset_t none;
    sigemptyset(&none);
    setsid();
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    int null = open("/dev/null", O_RDWR);
    if (null >= 0) dup2(null, STDIN_FILENO);
    syscall(SYS_close_range, 3U, ~0U, 0U);
    execvp(program, argv);
    _exit(127);
}

enum status child_start(struct child *child, char *const *flags, size_t count, struct err *err)
{
    char name[64];
    char program[PATHS_FILE_SIZE];
    char *argv[SETTING_COUNT + 2];
    snprintf(name, sizeof name, "outcry-%s", component_name(child->component));
    child_program(name, program);
    argv[0] = name;
    for (size_t i = 0; i < count && i < SETTING_COUNT; i++) argv[i + 1] = flags[i];
    argv[(count < SETTING_COUNT ? count : SETTING_COUNT) + 1] = NULL;
    pid_t pid = fork();
    if (pid < 0) return err_set(err, ERR_IO, "%s: cannot be started: %s", name, strerror(errno));
    if (pid == 0) become(program, argv);
    child->pid = pid;
    child->pidfd = open_pidfd(pid);
    child->adopted = false;
    child->text[0] = '\0';
    return ERR_OK;
}

/* The reason that it left itself, if it did. */
static bool read_reason(struct child *child, const struct paths *paths)
{
    char name[64];
    char path[PATHS_FILE_SIZE];
    char text[TEXT_SIZE] = "";
    snprintf(name, sizeof name, "%s.failed", component_name(child->component));
    int fd = open(paths_join(path, paths->runtime, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    unlink(path);
    if (length <= 0) return false;
    text[length] = '\0';
    text_clean(text);
    text_copy(child->text, sizeof child->text, text);
    return true;
}

static void describe(struct child *child, const struct paths *paths, bool known, int status)
{
    child->exit_code = known && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (read_reason(child, paths)) return;
    if (!known) {
        snprintf(child->text, sizeof child->text, "ended");
    } else if (WIFSIGNALED(status)) {
        snprintf(child->text, sizeof child->text, "killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    } else if (child->exit_code == 127) {
        snprintf(child->text, sizeof child->text, "the program outcry-%s is not there",
                 component_name(child->component));
        child->exit_code = 2;
    } else {
        snprintf(child->text, sizeof child->text, "ended with exit code %d", child->exit_code);
    }
}

bool child_ended(struct child *child, const struct paths *paths)
{
    int status = 0;
    if (child->pid == 0) return false;
    if (child->adopted) {
        struct pollfd poll_one = {.fd = child->pidfd, .events = POLLIN};
        if (poll(&poll_one, 1, 0) != 1) return false;
        describe(child, paths, false, 0);
    } else {
        pid_t got = waitpid((pid_t)child->pid, &status, WNOHANG);
        if (got == 0 || (got < 0 && errno == EINTR)) return false;
        describe(child, paths, got > 0, status);
    }
    forget(child);
    return true;
}

void child_signal(const struct child *child, int signal)
{
    if (child->pidfd >= 0)
        syscall(SYS_pidfd_send_signal, child->pidfd, signal, NULL, 0U);
    else if (child->pid > 0)
        kill((pid_t)child->pid, signal);
}

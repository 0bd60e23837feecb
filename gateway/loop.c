/*
 * loop: zmq_poll over sockets, their connection monitors, descriptors and one signalfd.
 */
#include "gateway/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#include "core/check.h"

#define LONGEST_WAIT_MS 60000

struct loop {
    struct bus_socket *sockets[LOOP_SOCKETS_MAX];
    int socket_count;
    int fds[LOOP_FDS_MAX];
    int fd_count;
    int signal_fd; /* -1 = without signals */
    bool stopping;
};

static enum status take_signals(struct loop *loop, struct err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return err_set(err, ERR_IO, "signals: %s", strerror(errno));
    loop->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return loop->signal_fd >= 0 ? ERR_OK : err_set(err, ERR_IO, "signalfd: %s", strerror(errno));
}

enum status loop_open(struct loop **out, bool signals, struct err *err)
{
    *out = NULL;
    struct loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL) return err_set(err, ERR_FULL, "out of memory");
    loop->signal_fd = -1;
    enum status status = signals ? take_signals(loop, err) : ERR_OK;
    if (status != ERR_OK) {
        loop_close(loop);
        return status;
    }
    *out = loop;
    return ERR_OK;
}

void loop_close(struct loop *loop)
{
    if (loop != NULL && loop->signal_fd >= 0) close(loop->signal_fd);
    free(loop);
}

void loop_add_socket(struct loop *loop, struct bus_socket *socket)
{
    CHECK(loop->socket_count < LOOP_SOCKETS_MAX);
    loop->sockets[loop->socket_count++] = socket;
}

void loop_remove_socket(struct loop *loop, const struct bus_socket *socket)
{
    for (int i = 0; i < loop->socket_count; i++) {
        if (loop->sockets[i] == socket) {
            loop->sockets[i] = loop->sockets[--loop->socket_count];
            return;
        }
    }
}

void loop_add_fd(struct loop *loop, int fd)
{
    CHECK(loop->fd_count < LOOP_FDS_MAX);
    loop->fds[loop->fd_count++] = fd;
}

void loop_remove_fd(struct loop *loop, int fd)
{
    for (int i = 0; i < loop->fd_count; i++) {
        if (loop->fds[i] == fd) {
            loop->fds[i] = loop->fds[--loop->fd_count];
            return;
        }
    }
}

static void read_signals(struct loop *loop)
{
    struct signalfd_siginfo info;
    while (loop->signal_fd >= 0 && read(loop->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) loop->stopping = true;
}

void loop_wait(struct loop *loop, int64_t timeout_us)
{
    zmq_pollitem_t items[2 * LOOP_SOCKETS_MAX + LOOP_FDS_MAX + 1];
    int count = 0;
    for (int i = 0; i < loop->socket_count; i++) {
        items[count++] = (zmq_pollitem_t){.socket = bus_socket_handle(loop->sockets[i]), .events = ZMQ_POLLIN};
        void *monitor = bus_socket_monitor(loop->sockets[i]);
        if (monitor != NULL) items[count++] = (zmq_pollitem_t){.socket = monitor, .events = ZMQ_POLLIN};
    }
    for (int i = 0; i < loop->fd_count; i++)
        items[count++] = (zmq_pollitem_t){.fd = loop->fds[i], .events = ZMQ_POLLIN};
    if (loop->signal_fd >= 0) items[count++] = (zmq_pollitem_t){.fd = loop->signal_fd, .events = ZMQ_POLLIN};
    int64_t wait_ms = timeout_us < 0 ? LONGEST_WAIT_MS : (timeout_us + 999) / 1000;
    if (wait_ms > LONGEST_WAIT_MS) wait_ms = LONGEST_WAIT_MS;
    int ready = zmq_poll(items, count, (long)wait_ms);
    CHECK(ready >= 0 || errno == EINTR);
    /* Connection events must not keep the loop awake when nobody asks for them. */
    for (int i = 0; i < loop->socket_count; i++) (void)bus_connections(loop->sockets[i]);
    read_signals(loop);
}

void loop_run(struct loop *loop, struct clock *clock, const struct loop_agent *agent)
{
    while (!loop->stopping) {
        int64_t now = clock->now_us(clock);
        int64_t next = agent->do_work(agent->self, now);
        if (loop->stopping) break;
        now = clock->now_us(clock);
        loop_wait(loop, next > now ? next - now : 0);
    }
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
}

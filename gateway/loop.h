/*
 * loop: wait for sockets, file descriptors, signals and the next deadline, then let the agent work.
 *
 * A process is an agent: `do_work(self, now_us)` does what there is to do, never waits, and returns the time at which
 * it wants to be called again at the latest (now_us or earlier: at once). The loop never decides anything.
 *
 * With signals on, SIGTERM and SIGINT stop the loop (and stay blocked, so that nothing is ever interrupted half done),
 * SIGCHLD wakes it, SIGHUP and SIGPIPE are ignored.
 *
 * Unit: us, process time. Errors: loop_open's alone; more sockets than its limits is a CHECK.
 * Owner: loop_open .. loop_close; sockets are the caller's, and are taken out before they are closed. Thread: one.
 */
#ifndef GATEWAY_LOOP_H
#define GATEWAY_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/err.h"
#include "gateway/bus.h"

#define LOOP_SOCKETS_MAX 32
#define LOOP_FDS_MAX     32

struct loop;

struct loop_agent {
    void *self;
    int64_t (*do_work)(void *self, int64_t now_us);
};

enum status loop_open(struct loop **out, bool signals, struct err *err);
void loop_close(struct loop *loop); /* NULL is fine */

void loop_add_socket(struct loop *loop, struct bus_socket *socket);
void loop_remove_socket(struct loop *loop, const struct bus_socket *socket);
void loop_add_fd(struct loop *loop, int fd); /* wakes when it is readable (a pidfd: when that process has ended) */
void loop_remove_fd(struct loop *loop, int fd);

/* Wait until something is there, a signal comes, or timeout_us passes (-1 = for ever). */
void loop_wait(struct loop *loop, int64_t timeout_us);

/* Work until a signal or loop_stop() says to stop. */
void loop_run(struct loop *loop, struct clock *clock, const struct loop_agent *agent);
void loop_stop(struct loop *loop);

#endif

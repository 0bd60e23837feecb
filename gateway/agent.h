/*
 * agent: what every process of ours has, and the main() they share.
 *
 * agent_main: settings, directories, the role's lock, log, bus, loop, a PUB socket with a heartbeat each second and the
 * log, a ROUTER for control; then the component's own open, work until SIGTERM, close. A process that cannot start or
 * go on says one line on stderr and in the log, leaves it in RUNTIME/ROLE.failed for the supervisor, and exits:
 *
 *   1  failed: starting it again may help
 *   2  wrong: it fails again until a person changes something (setting, lock, port, newer database, missing file)
 *   3  full: the disk or the memory; it will do when there is room (AGENT_EXIT_FULL)
 *
 * A component implements struct agent_ops; its struct starts empty and its functions get the agent too. What the
 * component decides is nothing of this file's. Errors: agent_fail, once for all. Unit: now_us process time.
 * Owner: agent_main. Thread: one.
 */
#ifndef GATEWAY_AGENT_H
#define GATEWAY_AGENT_H

#include "gateway/actions.h"
#include "gateway/bus.h"
#include "gateway/lock.h"
#include "gateway/log.h"
#include "gateway/loop.h"

/* Rows one answer may have; the asker asks again from where it ended (reply.text is "more" then). */
#define AGENT_ANSWER_MAX 10000
/* Messages taken from one socket before the others have their turn. */
#define AGENT_BATCH      64

struct agent;

/* Who asked: where replies go. */
struct requester {
    struct bus_socket *socket;
    struct bus_peer peer;
};

struct agent_ops {
    enum component component;
    enum bus_endpoint pub;
    enum bus_endpoint control;
    size_t size; /* of the component's struct, zeroed, at agent->self */
    enum status (*open)(struct agent *agent, void *self, struct err *err);
    /* One pass; returns when it wants the next one at the latest. */
    int64_t (*do_work)(struct agent *agent, void *self, int64_t now_us);
    /* A message from the control socket which is not answered here (QUERY_LOG is). */
    void (*on_request)(struct agent *agent, void *self, const struct requester *from, const struct msg *msg,
                       int64_t now_us);
    /* Fill in what only the component knows: last_seq, unconfirmed, unknown, peer_up, text. */
    void (*heartbeat)(struct agent *agent, void *self, struct heartbeat *heartbeat);
    /* The machine's clock jumped (core/clock.h): said before the process ends and is started again, so that no age is
     * taken across the jump; clock_stays: it goes on instead. May be NULL. */
    void (*clock_jumped)(struct agent *agent, void *self, int64_t jump_us, int64_t now_us);
    bool clock_stays;
    bool hears_passwords; /* no core dump, no ptrace by others */
    /* Commit, close. Also after a failed open. */
    void (*close)(struct agent *agent, void *self);
};

/* What came to a socket and was no message: said, but not more often than anyone can read. */
struct agent_garbage {
    int64_t second_us;
    int said;        /* in that second */
    uint64_t unsaid; /* in that second */
};

struct agent {
    const struct agent_ops *ops;
    void *self;
    struct settings settings;
    struct paths paths;
    struct lock lock;
    struct log *log;
    struct bus *bus;
    struct loop *loop;
    struct bus_socket *pub;
    struct bus_socket *control;
    struct clock *clock;
    struct clock_watch clock_watch;
    int64_t started_us;
    int64_t next_heartbeat_us;
    int64_t next_look_us; /* has peer_up changed? */
    bool said_peer_up;
    uint64_t published; /* gateway/heard.h */
    struct agent_garbage garbage[BUS_ENDPOINT_COUNT];
    struct actions actions; /* a component with a database begins and closes it */
    bool failed;
    struct err failure;
};

int agent_main(const struct agent_ops *ops, int argc, char **argv);

#define AGENT_EXIT_FULL 3 /* ended for want of room (the disk, memory): will do when there is some */

/* The process must end: nothing more leaves it. Keeps the first reason. */
void agent_fail(struct agent *agent, const struct err *err);

/* Publish; a message that cannot be published is logged, once a second at most. false: the exchange's readers have no room
 * now (bus_publish), and nothing was said. */
bool agent_publish(struct agent *agent, const struct msg *msg);

/* Take one message from a socket: garbage is counted, logged and skipped. false: nothing there. */
bool agent_receive(struct agent *agent, struct bus_socket *socket, struct msg *msg, struct bus_peer *peer);

/* To whoever asked; it may be gone, which is no error. */
void agent_send(struct agent *agent, const struct requester *to, const struct msg *msg);
void agent_reply(struct agent *agent, const struct requester *to, uint64_t request_id, enum status status,
                 int64_t number, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* This process's heartbeat now (also the first answer to QUERY_STATUS). */
void agent_heartbeat(struct agent *agent, struct msg *out);

/* request_id of a request of any kind, 0 when it is none. */
uint64_t agent_request_id(const struct msg *msg);

#endif

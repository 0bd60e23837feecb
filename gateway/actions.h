/*
 * actions: what operators asked of this process, each stored with its answer in the process's own database, before the
 * answer leaves.
 *
 * The agent hands over every request of its control socket and every reply; a component only says where the rows go.
 * What a component does by itself, and no other table tells, it notes. Nothing is decided here, and an order path
 * never passes here. A row that cannot be stored is logged as an error: the request has been served by then.
 *
 * Invariants: one row a request that was answered; no secret is ever looked at (a log-in's row is its user's name).
 * A request that was still open when the process stopped has the answer that there was none. Unit: now_us process time.
 * Owner: struct agent. Thread: one.
 */
#ifndef GATEWAY_ACTIONS_H
#define GATEWAY_ACTIONS_H

#include "core/msg.h"
#include "db/db.h"
#include "gateway/bus.h"

#define ACTIONS_OPEN_MAX 64 /* requests without an answer; the oldest gives way */

struct agent;
struct requester;

struct open_action {
    uint64_t request_id; /* 0 = free */
    const struct bus_socket *socket;
    struct bus_peer peer;
    struct action_record action;
};

struct actions {
    struct db *db;               /* NULL: nothing is kept */
    const struct market *market; /* the owner's; NULL: it knows none */
    struct open_action open[ACTIONS_OPEN_MAX];
};

/* From here on rows are kept; db and market (may be NULL) stay the component's until actions_close. */
void actions_begin(struct agent *agent, struct db *db, const struct market *market);
/* What is open is stored as not answered. Before the component closes its database. */
void actions_close(struct agent *agent);

/* For the agent. */
void actions_asked(struct agent *agent, const struct requester *from, const struct msg *msg, int64_t now_us);
void actions_answered(struct agent *agent, const struct requester *to, const struct reply *reply);

/* Something done without being asked: kind "session" or "process". */
void actions_note(struct agent *agent, const char *kind, const char *actor, const char *action, const char *request,
                  enum status status, const char *answer);

#endif

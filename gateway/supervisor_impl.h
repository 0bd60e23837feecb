/*
 * supervisor_impl: the inside of the supervisor, for supervisor*.c alone.
 *
 *   supervisor.c            what runs, what should run, and what to do about the difference
 *   supervisor_requests.c   what others ask for
 *
 * Owner: agent_main. Thread: one.
 */
#ifndef GATEWAY_SUPERVISOR_IMPL_H
#define GATEWAY_SUPERVISOR_IMPL_H

#include "gateway/child.h"
#include "gateway/supervisor.h"

#define CHILDREN    4
#define WAITERS_MAX 16

struct watched {
    struct child child;
    bool wanted;
    bool restart; /* stop it, then start it again */
    bool given_up;
    int32_t restarts;
    int64_t since_us;
    int64_t start_at_us;
    int64_t delay_us;
    int64_t ends_us[SUPERVISOR_TRIES]; /* ring of its last ends */
    int ends;
    int64_t term_sent_us; /* 0 = not asked to stop */
    bool killed;
    int watched_fd; /* in the loop; -1 = none */
};

/* Someone waits until these are as he wished. */
struct waiter {
    struct requester from;
    uint64_t request_id; /* 0 = free */
    unsigned mask;
    bool running;
    char text[64];
};

struct supervisor {
    struct agent *agent;
    struct lock home_lock;
    struct db *db;           /* NULL: it could not be opened */
    struct bus_socket *feed; /* what the gateway publishes of the market; NULL: without */
    struct market market;    /* as last heard: the trading day of what is noted */
    struct watched watched[CHILDREN];
    struct waiter waiters[WAITERS_MAX];
    bool shutting_down;
    int64_t leave_at_us; /* all have stopped: when we end too */
    int64_t next_publish_us;
};

void supervisor_describe(const struct watched *w, struct msg *out);
/* From now on those of the mask should run, or not. */
void supervisor_wish(struct supervisor *s, unsigned mask, bool wanted, int64_t now_us);
/* The bits of "gateway" or "all"; 0: no such process. */
unsigned supervisor_mask(const char *text);

void supervisor_on_request(struct agent *agent, void *self, const struct requester *from, const struct msg *msg,
                           int64_t now_us);
/* Tell those whose wish has come true. */
void supervisor_answer_waiters(struct supervisor *s);

#endif

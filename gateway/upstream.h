/*
 * upstream: a consumer's whole link to the gateway: what is published, without holes.
 *
 * A SUB for what the gateway says and a DEALER for asking again. Ticks of each symbol and order events come out in
 * order, each once: a gap is asked for (QUERY_TICKS, QUERY_EVENTS) before anything newer goes on. While an answer is
 * awaited nothing is taken from the SUB, which keeps it; a gateway that does not answer is asked again, and the rest
 * goes on meanwhile.
 *
 * After each connection to the gateway (the first, and any after its restart) the consumer is brought up to date first:
 * status, contracts, the events after its last one; until then nothing is taken from the SUB, for a tick must not be
 * judged by a state that the events have long overtaken.
 *
 * A symbol is stale while its gap is not mended, and all are while the feed's heartbeat is silent for
 * UPSTREAM_SILENCE_US, those of upstream_watch from the start; a closed market is not stale: its gateway still speaks.
 *
 * Not here: what a consumer does with a message. Callbacks come from upstream_work alone. Unit: us of process time.
 * Errors: of opening; later ones are on_warning's words, and asking goes on.
 * Owner: upstream_open .. upstream_close. Thread: one.
 */
#ifndef GATEWAY_UPSTREAM_H
#define GATEWAY_UPSTREAM_H

#include "core/msg.h"
#include "gateway/bus.h"
#include "gateway/loop.h"

#define UPSTREAM_SILENCE_US ((int64_t)1500000)

struct upstream;

struct upstream_config {
    struct bus *bus;
    struct loop *loop;
    const char *name;    /* the DEALER's; "" for a client */
    bool depth;          /* wants five levels too */
    bool repeats;        /* wants order events that are said again: answers to a request that was known, and with each
                          * connection the last one that was applied, to see that it still is the same */
    bool ticks_in_order; /* mend gaps of ticks; false: ticks go on as they come (marks only) */
    int64_t timeout_us;  /* until a question is asked again */
    void *context;
    /* Everything, ticks and order events in order; answers to our own status and contracts questions too. */
    void (*on_message)(void *context, const struct msg *msg, int64_t now_us);
    /* May be NULL. */
    void (*on_stale)(void *context, const char *symbol, bool stale, int64_t now_us);
    /* Ticks that nobody can give us any more, before the one that follows them is handed on. 0: the feed began again, and
     * nobody knows how many. */
    void (*on_lost)(void *context, const char *symbol, uint64_t ticks, int64_t now_us);
    void (*on_warning)(void *context, const char *text); /* garbage, refusals */
};

enum status upstream_open(struct upstream **out, const struct upstream_config *config, struct err *err);
void upstream_close(struct upstream *upstream); /* NULL is fine */

/* Where a restart goes on: the last event and the last tick of a symbol that were applied. */
void upstream_seek_events(struct upstream *upstream, uint64_t seq);
void upstream_seek_ticks(struct upstream *upstream, const char *symbol, uint64_t epoch, uint64_t seq);
/* A symbol whose silence counts before it was ever heard: somebody waits for it. */
void upstream_watch(struct upstream *upstream, const char *symbol);
/* While held all symbols are stale and no order event after the last one is taken: the consumer has a reason of its
 * own. */
void upstream_hold(struct upstream *upstream, bool held);
/* First contact: start with the gateway's present last event instead of the first one ever. */
void upstream_events_from_now(struct upstream *upstream);

/* Ask for status and contracts again: something that has no numbers may have been missed. */
void upstream_refresh(struct upstream *upstream);

/* One pass; returns when it wants the next one at the latest. */
int64_t upstream_work(struct upstream *upstream, int64_t now_us);

/* To the gateway, over the same line (orders, cancels). As bus_send. */
enum status upstream_send(struct upstream *upstream, const struct msg *msg, struct err *err);

/* Connected, and this connection has brought us up to date once: it is known whom we speak to. */
bool upstream_caught_up(struct upstream *upstream);
/* Connected, brought up to date, and the gateway itself is heard: orders get there. */
bool upstream_reached(struct upstream *upstream, int64_t now_us);
/* ... and the market is heard through it. */
bool upstream_live(struct upstream *upstream, int64_t now_us);

#endif

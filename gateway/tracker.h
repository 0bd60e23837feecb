/*
 * tracker: how far a subscriber has got in the feed, so that a gap is arithmetic.
 *
 * For each symbol: the epoch and the last sym_seq handed on. A tick that is next goes on; one that was seen is dropped;
 * one that skips is a gap: it is not handed on, and the symbol wants the ticks after tracker_query()'s from_seq. A
 * replayed tick that skips means that the gateway's ring has lost those between: it goes on, and the loss is counted.
 *
 * First contact with a symbol starts with whatever comes first, unless tracker_seek said where (a restart's cursor).
 * Not here: asking, waiting, deciding that a feed is silent.
 *
 * Owner: tracker_new .. tracker_free. Thread: one. Limit: TRACKER_SYMBOLS; ticks of more are handed on untracked.
 */
#ifndef GATEWAY_TRACKER_H
#define GATEWAY_TRACKER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/msg.h"

#define TRACKER_SYMBOLS 1024

struct tracker;

enum tracker_verdict {
    TRACKER_NEXT = 1, /* hand it on */
    TRACKER_SEEN,     /* drop it */
    TRACKER_GAP,      /* drop it, ask for what is missing */
};

struct tracker *tracker_new(void); /* NULL when memory is short */
void tracker_free(struct tracker *tracker);

/* A stored cursor: the last one handed on. */
void tracker_seek(struct tracker *tracker, const char *symbol, uint64_t epoch, uint64_t seq);

enum tracker_verdict tracker_tick(struct tracker *tracker, const struct tick *tick);
/* The feed's heartbeat for a symbol: GAP when its last tick was not seen. */
enum tracker_verdict tracker_feed(struct tracker *tracker, const struct feed *feed);

/* A symbol with a gap, and what to ask (QUERY_TICKS; request_id is the caller's). false: none. */
bool tracker_query(const struct tracker *tracker, struct query *out);
bool tracker_gap(const struct tracker *tracker, const char *symbol);
/* Epoch of the last one handed on; 0 = none yet. */
uint64_t tracker_epoch(const struct tracker *tracker, const char *symbol);

/* The answer to that query has ended: nothing newer can be had. What is still missing is lost; returns how many ticks.
 */
uint64_t tracker_mended(struct tracker *tracker, const char *symbol);

/* Ticks known to be lost since the start. */
uint64_t tracker_lost(const struct tracker *tracker);

#endif

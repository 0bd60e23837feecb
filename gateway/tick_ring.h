/*
 * tick_ring: numbers the feed and keeps its last ticks, so that a subscriber's gap can be mended.
 *
 * Each tick of a symbol that is carried gets epoch, seq (all ticks of the epoch) and sym_seq (this symbol's), both from
 * 1 without holes. A restart of the epoch says that ticks may be missing between: nothing before it can be asked for.
 * Where the source numbers its ticks itself (epoch, sym_seq; 0 = it does not), one that skips leaves as wide a hole
 * here: the subscribers find it as they find any gap, and are told that it is lost. One that was here before is
 * dropped. When the source begins again (tick_ring_began_again), so must the epoch.
 *
 * Limits: TICK_RING_SYMBOLS symbols, TICK_RING_TICKS ticks each; both allocated when a symbol is added, nothing per
 * tick. Errors: tick_ring_add's, ERR_FULL. Owner: tick_ring_new .. tick_ring_free. Thread: one.
 */
#ifndef GATEWAY_TICK_RING_H
#define GATEWAY_TICK_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/tick.h"

#define TICK_RING_SYMBOLS 128
#define TICK_RING_TICKS   16384

struct tick_ring;

/* NULL when memory is short. */
struct tick_ring *tick_ring_new(uint64_t epoch);
void tick_ring_free(struct tick_ring *ring);

/* ERR_FULL: too many symbols, or memory. Adding one twice is fine. */
enum status tick_ring_add(struct tick_ring *ring, const char *symbol, struct err *err);
/* Its ticks are carried no more; what is kept stays. */
void tick_ring_remove(struct tick_ring *ring, const char *symbol);
bool tick_ring_carries(const struct tick_ring *ring, const char *symbol);

/* Is it of another epoch of the source than the one before it? What came last before that may have been lost: restart. */
bool tick_ring_began_again(const struct tick_ring *ring, const struct tick *tick);

/* Number and keep. false: not carried, or here before (tick untouched). */
bool tick_ring_push(struct tick_ring *ring, struct tick *tick);

void tick_ring_restart(struct tick_ring *ring, uint64_t epoch);

uint64_t tick_ring_epoch(const struct tick_ring *ring);
uint64_t tick_ring_seq(const struct tick_ring *ring);

/* Ticks of symbol after from_seq, oldest first, at most max, flagged TICK_REPLAYED; what the ring has lost is not
 * there. Returns how many; *more (may be NULL): there are newer ones. Another epoch than the present: from its
 * beginning. */
size_t tick_ring_replay(const struct tick_ring *ring, const char *symbol, uint64_t epoch, uint64_t from_seq, size_t max,
                        void (*visit)(void *context, const struct tick *tick), void *context, bool *more);

/* One tick that is still kept; false: it is gone. */
bool tick_ring_find(const struct tick_ring *ring, const char *symbol, uint64_t epoch, uint64_t sym_seq,
                    struct tick *out);

/* Each symbol carried and its last sym_seq. */
void tick_ring_each(const struct tick_ring *ring, void (*visit)(void *context, const char *symbol, uint64_t last_seq),
                    void *context);

#endif

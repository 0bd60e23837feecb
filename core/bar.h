/*
 * bar: trades to bars of one interval, one symbol at a time.
 *
 * A bar covers [start, start + interval) of market time. Trial matches and ticks without a quantity are not trades and
 * are left out. A trade of an earlier interval (a replay that was turned back, a gap that was mended late) ends the
 * present bar and starts one there: the caller decides what to do with two bars of one start.
 *
 * Does not fill empty intervals, store or publish. Unit: as struct bar. Thread: one. Owner: the caller; nothing is
 * allocated.
 */
#ifndef CORE_BAR_H
#define CORE_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/tick.h"

#define BAR_MINUTE_US ((int64_t)60 * 1000000)

struct bar_builder {
    int64_t interval_us;
    struct bar bar; /* being built; trades == 0: none yet */
};

/* interval_us > 0. */
void bar_init(struct bar_builder *builder, int64_t interval_us);

/* The interval's start that a market time belongs to. */
int64_t bar_start(int64_t time_us, int64_t interval_us);

/* One tick. true: the bar before it has ended and is in *done. */
bool bar_add(struct bar_builder *builder, const struct tick *tick, struct bar *done);

/* Go on with a bar that was stored half-built. */
void bar_resume(struct bar_builder *builder, const struct bar *bar);

/* The bar being built; NULL when there is none. */
const struct bar *bar_current(const struct bar_builder *builder);

#endif

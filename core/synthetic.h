/*
 * synthetic: a made-up TAIFEX market: anonymous orders that make the books of matching live.
 *
 * Near and next month of TXF, MXF and TMF. One fair value walks under all of them, in regimes that last minutes (calm,
 * up, down, wild) and pull it back towards the reference, so that a screen shows trends and a condition triggers. On
 * each step (SYNTHETIC_STEP_US of market time) market makers keep several levels on both sides of it, takers trade with
 * them, and whoever quotes a stale price is picked off. A person's resting order stands in the same book and matches
 * like any other.
 *
 * Same seed, same calls, same market. It does not know accounts, clocks or sockets, and forgets nothing that matters on
 * a restart: its prices come back from matching's stats.
 *
 * Unit: market_us market time, now_us process time. Errors: synthetic_list's, as matching_list.
 * Thread: one. Owner: synthetic_new .. synthetic_free; matching is the caller's and outlives it.
 */
#ifndef CORE_SYNTHETIC_H
#define CORE_SYNTHETIC_H

#include "core/matching.h"

#define SYNTHETIC_STEP_US ((int64_t)100000)

struct synthetic;

/* NULL when memory is short. */
struct synthetic *synthetic_new(uint64_t seed, struct matching *matching);
void synthetic_free(struct synthetic *synthetic);

/* List what is tradable on a trading day; what is listed already stays. Emits each new contract (PORT_PUBLISH). */
enum status synthetic_list(struct synthetic *synthetic, int32_t trading_day, struct sink *sink, struct err *err);

/* Take up the prices that matching has (after matching_set_stats). */
void synthetic_resume(struct synthetic *synthetic);

/* The market up to market_us, at most max_steps steps of it; moves matching's time. Returns the market time reached:
 * market_us, or less when the steps ran out. Where everything is closed there are no steps. */
int64_t synthetic_run(struct synthetic *synthetic, int64_t market_us, int64_t now_us, int32_t max_steps,
                      struct sink *sink);

#endif

/*
 * clock: the only door to the time of day, so that a test or a backtest can hold it.
 *
 * Unit: microseconds since 1970-01-01T00:00:00Z (`_us`). Two times exist and are never mixed:
 *   - process time: this clock; time to live, time-outs, heartbeats, rates;
 *   - market time: what the exchange stamps on a tick; sessions, trading days, validity. In a replay it is years ago.
 * Pure components never call a clock: they are handed `now_us`.
 * Owner: the caller, but for the system clock, which is static. Thread: the system clock any; a virtual clock belongs
 * to one thread.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_SECOND_US ((int64_t)1000000)
#define CLOCK_MS_US     ((int64_t)1000)
#define CLOCK_JUMP_US   (2 * CLOCK_SECOND_US)

struct clock {
    int64_t (*now_us)(struct clock *clock);
    int64_t virtual_us; /* what a virtual clock says */
};

/* The machine's clock (CLOCK_REALTIME). Static, never freed. */
struct clock *clock_system(void);

/* A clock that stands still until virtual_us is changed. */
void clock_virtual_init(struct clock *clock, int64_t start_us);

/* CLOCK_MONOTONIC, for durations and for noticing that the clock above jumped. */
int64_t clock_monotonic_us(void);

/* The two held against each other, pass by pass. Empty when zeroed. */
struct clock_watch {
    bool started;
    int64_t ahead_us; /* of the steady clock, at the last pass */
};

/* How far the clock of the day has jumped since the last pass: 0 unless by more than CLOCK_JUMP_US. A clock that is
 * slewed, as time servers do, never jumps; one that is set does, and so does one whose machine slept. */
int64_t clock_watch_step(struct clock_watch *watch, int64_t now_us, int64_t steady_us);

#endif

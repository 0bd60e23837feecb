/*
 * clock: the only door to the time of day, so that a test or a backtest can hold it.
 *
 * Unit: microseconds since 1970-01-01T00:00:00Z (`_us`). Two times exist and are never mixed:
 *   - process time: this clock; time to live, time-outs, heartbeats, rates;
 *   - market time: what the exchange stamps on a tick; sessions, trading days, validity. In a replay it is years ago.
 * Pure components never call a clock: they are handed `now_us`.
 * Thread: the system clock any; a virtual clock belongs to one thread.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND_US ((int64_t)1000000)
#define CLOCK_MS_US ((int64_t)1000)

struct clock {
    int64_t (*now_us)(struct clock *clock);
    int64_t virtual_us; /* virtual clock only */
};

/* The machine's clock (CLOCK_REALTIME). Static, never freed. */
struct clock *clock_system(void);

/* A clock that stands still until told. */
void clock_virtual_init(struct clock *clock, int64_t start_us);
void clock_virtual_set(struct clock *clock, int64_t now_us);

/* CLOCK_MONOTONIC, for durations and for noticing that the clock above jumped. */
int64_t clock_monotonic_us(void);

#endif

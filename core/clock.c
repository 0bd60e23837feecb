/* clock: the only file that asks the machine for the time. */
#include "core/clock.h"

#include <stddef.h>
#include <time.h>

#include "core/check.h"

static int64_t read_us(clockid_t id)
{
    struct timespec now;
    CHECK(clock_gettime(id, &now) == 0);
    return (int64_t)now.tv_sec * CLOCK_SECOND_US + (int64_t)now.tv_nsec / 1000;
}

static int64_t system_now_us(struct clock *clock)
{
    (void)clock;
    return read_us(CLOCK_REALTIME);
}

static int64_t virtual_now_us(struct clock *clock)
{
    return clock->virtual_us;
}

struct clock *clock_system(void)
{
    static struct clock machine = {system_now_us, 0}; /* never written to */
    return &machine;
}

void clock_virtual_init(struct clock *clock, int64_t start_us)
{
    CHECK(clock != NULL);
    clock->now_us = virtual_now_us;
    clock->virtual_us = start_us;
}

int64_t clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_watch_step(struct clock_watch *watch, int64_t now_us, int64_t steady_us)
{
    int64_t ahead_us = now_us - steady_us;
    int64_t jump_us = watch->started ? ahead_us - watch->ahead_us : 0;
    watch->started = true;
    watch->ahead_us = ahead_us;
    return jump_us > CLOCK_JUMP_US || jump_us < -CLOCK_JUMP_US ? jump_us : 0;
}

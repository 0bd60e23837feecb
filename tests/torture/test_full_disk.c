/*
 * A disk that stays full for longer than outcryd tries a process that dies: nobody is given up, the reason is said, and
 * when there is room again everything trades without a person.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/check.h"
#include "tests/torture/torture.h"

#define PATIENCE_US (20 * CLOCK_SECOND_US)
#define FULL_US     (12 * CLOCK_SECOND_US) /* six ends take nine seconds */

static struct torture *t;
static int64_t since_us;

static bool wait_for(bool (*is_so)(void))
{
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while (!is_so() && clock_monotonic_us() < until_us) {
        world_pump(t, 5 * CLOCK_MS_US);
        world_ask_status(t);
    }
    return is_so();
}

static bool healthy(void)
{
    return world_healthy(t, since_us);
}

static bool probed(void)
{
    return healthy() && probe_done(t, torture_now());
}

static bool trades(void)
{
    stream_step(t, torture_now());
    return t->active > 0;
}

static bool whole_again(void)
{
    since_us = torture_now();
    probe_begin(t);
    return wait_for(probed);
}

static int start(void **state)
{
    (void)state;
    t = calloc(1, sizeof *t);
    CHECK(t != NULL);
    t->options = (struct torture_options){.seed = 15, .kills = 1, .speed = 60};
    t->out = stdout;
    t->first_active = 1;
    rng_seed(&t->rng, t->options.seed);
    return world_open(t) && wait_for(healthy) && wait_for(trades) && whole_again() ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    if (t->client != NULL) world_stop(t);
    world_close(t);
    free(t);
    return 0;
}

static void test_a_disk_that_stays_full_is_waited_for(void **state)
{
    (void)state;
    if (!world_fill_disk(t)) skip();
    int64_t until_us = clock_monotonic_us() + FULL_US;
    bool ended = false;
    while (clock_monotonic_us() < until_us) {
        world_pump(t, 20 * CLOCK_MS_US);
        world_ask_status(t);
        for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++)
            ended = ended || world_pid(t, (enum component)c) == 0;
    }
    assert_true(ended); /* else nothing was proved */
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) assert_false(t->heard[c].given_up);
    world_free_disk(t);
    assert_true(whole_again());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_disk_that_stays_full_is_waited_for),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

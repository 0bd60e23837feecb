/* The order path under chaos, the short run of `make sim`: a fixed few hundred seeds, controls that show that the invariants
 * can fail, and what happened in the reference system, by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/sim/sim.h"

#define SEEDS         400
#define CONTROL_SEEDS 200

static void seeds_break_nothing(void **state)
{
    (void)state;
    struct sim_totals totals = {0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const struct sim_result result = sim_run(seed, SABOTAGE_NONE, false, &totals);
        if (!result.good)
            fail_msg("seed %llu: %s\n  again: build/tests/sim/sim -s %llu", (unsigned long long)seed, result.failure,
                     (unsigned long long)seed);
    }
    /* Chaos that did not happen proves nothing. */
    assert_true(totals.on_files >= SEEDS / 70 && totals.crashes > 500 && totals.commits_failed > 50 &&
                totals.power_cuts > 50 && totals.stalls > 100);
    assert_true(totals.drops > 5000 && totals.repeats > 5000 && totals.breaks > 1000 && totals.resends > 1000);
    assert_true(totals.unknowns > 50 && totals.expired > 50 && totals.locked > 20 && totals.gaps > 1000);
    assert_true(totals.rejects > 50 && totals.partial > 200 && totals.fills_first > 50 && totals.late > 50);
    assert_true(totals.flattens > 50 && totals.limits > 100 && totals.resolved > 3 && totals.clock_jumps > 20);
    assert_true(totals.orders > 1000 && totals.fills > 1000 && totals.closed > 400);
}

static void controls_are_noticed(void **state)
{
    (void)state;
    for (int s = SABOTAGE_NONE + 1; s < SABOTAGE_COUNT; s++) {
        struct sim_result result;
        const uint64_t seed = sim_find_failure(1, CONTROL_SEEDS, (enum sabotage)s, &result);
        if (seed == 0) fail_msg("not noticed: %s", sabotage_name((enum sabotage)s));
        printf("control noticed (seed %llu): %s\n", (unsigned long long)seed, sabotage_name((enum sabotage)s));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_break_nothing),
        cmocka_unit_test(controls_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

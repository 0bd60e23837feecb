/* The order path under chaos: a few hundred seeds, and controls that show the invariants can fail.
 *   SEED=n build/tests/core/test_sim      one seed, told in detail
 *   SEEDS=n build/tests/core/test_sim     more of them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/core/sim_world.h"

#define SEEDS 600
#define CHAOS_STEPS 1000 /* 20 s */
#define CALM_STEPS 1500  /* 30 s */

struct totals {
    uint64_t crashes, drops, repeats, unknowns, resends, orders, signals;
};

/* false: failure has the words. */
static bool run_seed(uint64_t seed, enum sabotage sabotage, char failure[512], struct totals *totals) {
    struct world *world = world_new(seed, sabotage);
    bool good = true;
    for (int i = 0; good && i < CHAOS_STEPS; i++) {
        good = world_step(world);
        if (good && i % 25 == 0) world_act(world);
    }
    world_calm(world);
    for (int i = 0; good && i < CALM_STEPS; i++) {
        good = world_step(world);
        if (i == CALM_STEPS / 2) venue_end(&world->venue); /* the market's session ends */
    }
    good = good && world_settled(world);
    snprintf(failure, 512, "%.480s (at %.3f s)", world->failure, (double)(world->now_us - 1627350000000000) / 1e6);
    totals->crashes += world->crashes;
    totals->drops += world->drops;
    totals->repeats += world->repeats;
    totals->unknowns += world->unknowns;
    totals->resends += world->resends;
    totals->orders += world->venue.orders.count;
    totals->signals += world->signal_count;
    world_free(world);
    return good;
}

static uint64_t from_environment(const char *name, uint64_t fallback) {
    const char *text = getenv(name);
    return text == NULL ? fallback : strtoull(text, NULL, 10);
}

static void test_seeds(void **state) {
    (void)state;
    char failure[512];
    struct totals totals = {0};
    uint64_t first = from_environment("SEED", 1);
    uint64_t last = getenv("SEED") != NULL ? first : from_environment("SEEDS", SEEDS);
    for (uint64_t seed = first; seed <= last; seed++) {
        if (!run_seed(seed, SABOTAGE_NONE, failure, &totals))
            fail_msg("seed %llu: %s\n  again: SEED=%llu build/tests/core/test_sim", (unsigned long long)seed, failure,
                     (unsigned long long)seed);
    }
    printf("%llu seeds: %llu signals, %llu orders at the venue, %llu crashes, %llu messages lost, %llu repeated, %llu "
           "orders resent, "
           "%llu UNKNOWN\n",
           (unsigned long long)(last - first + 1), (unsigned long long)totals.signals,
           (unsigned long long)totals.orders, (unsigned long long)totals.crashes, (unsigned long long)totals.drops,
           (unsigned long long)totals.repeats, (unsigned long long)totals.resends, (unsigned long long)totals.unknowns);
    if (first != last) {
        /* Chaos that did not happen proves nothing. */
        assert_true(totals.crashes > 100 && totals.drops > 1000 && totals.unknowns > 100 && totals.resends > 100);
        assert_true(totals.orders > totals.signals / 4);
    }
}

static void sabotaged(enum sabotage sabotage, const char *what) {
    char failure[512];
    struct totals totals = {0};
    for (uint64_t seed = 1; seed <= 100; seed++)
        if (!run_seed(seed, sabotage, failure, &totals)) {
            printf("control: %s is noticed: seed %llu: %s\n", what, (unsigned long long)seed, failure);
            return;
        }
    fail_msg("%s went unnoticed", what);
}

static void test_control_no_dedupe(void **state) {
    (void)state;
    sabotaged(SABOTAGE_NO_DEDUPE, "a gate that sends a known id again");
}

static void test_control_lost_journal(void **state) {
    (void)state;
    sabotaged(SABOTAGE_LOST_JOURNAL, "a gate that forgets its journal");
}

static void test_control_double_fill(void **state) {
    (void)state;
    sabotaged(SABOTAGE_DOUBLE_FILL, "an executor that counts fills again after a restart");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_control_no_dedupe),
        cmocka_unit_test(test_control_lost_journal),
        cmocka_unit_test(test_control_double_fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

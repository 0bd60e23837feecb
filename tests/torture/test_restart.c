/*
 * What outcryd does about ends: a process that keeps dying is started again, later each time, then given up until a
 * person asks; a killed outcryd's children trade on and are found again.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/check.h"
#include "db/audit.h"
#include "gateway/supervisor.h"
#include "tests/torture/torture.h"

#define PATIENCE_US (20 * CLOCK_SECOND_US)

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
    t->options = (struct torture_options){.seed = 14, .kills = 1, .speed = 60};
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

static int64_t old_pid;

/* --- restarts ------------------------------------------------------------------------------------------------------- */

static bool executor_runs(void)
{
    int64_t pid = world_pid(t, COMPONENT_EXECUTOR);
    return pid != 0 && pid != old_pid;
}

static bool executor_given_up(void)
{
    return t->heard[COMPONENT_EXECUTOR].given_up;
}

static void test_what_keeps_dying_is_given_up_until_asked_for(void **state)
{
    (void)state;
    int64_t last_us = 0;
    world_control(t, COMPONENT_SUPERVISOR, CONTROL_START, "all"); /* forgets earlier ends */
    assert_true(whole_again());
    for (int i = 0; i < SUPERVISOR_TRIES; i++) {
        old_pid = world_signal(t, COMPONENT_EXECUTOR, SIGKILL);
        assert_true(old_pid != 0);
        if (i == SUPERVISOR_TRIES - 1) break;
        int64_t from_us = clock_monotonic_us();
        assert_true(wait_for(executor_runs));
        int64_t passed_us = clock_monotonic_us() - from_us;
        assert_true(i == 0 || passed_us > last_us); /* later each time, 5 s at most */
        last_us = passed_us;
    }
    assert_true(wait_for(executor_given_up));
    assert_int_equal(world_pid(t, COMPONENT_EXECUTOR), 0);
    assert_int_equal(client_link(t->client, COMPONENT_GATEWAY, NULL), LINK_UP); /* the others go on */
    world_control(t, COMPONENT_SUPERVISOR, CONTROL_START, "executor");
    assert_true(wait_for(executor_runs));
    assert_true(whole_again());
}

static void test_a_killed_outcryd_finds_its_children_again(void **state)
{
    int64_t pids[COMPONENT_COUNT + 1];
    (void)state;
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) pids[c] = world_pid(t, (enum component)c);
    assert_true(world_signal(t, COMPONENT_SUPERVISOR, SIGKILL) != 0);
    assert_true(world_restart(t));
    assert_true(whole_again());
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) {
        assert_int_equal(world_pid(t, (enum component)c), pids[c]);
        assert_int_equal(world_count(t, (enum component)c), 1);
    }
    /* It is told when an adopted one ends, and fills the role again. */
    assert_true(world_signal(t, COMPONENT_GATEWAY, SIGKILL) != 0);
    assert_true(whole_again());
    assert_int_equal(world_count(t, COMPONENT_GATEWAY), 1);
}

static bool keep_row(void *at, const struct msg *msg)
{
    *(struct audit *)at = msg->audit;
    return true;
}

/* The newest row of the audit that says that. */
static struct audit noted(const char *text)
{
    struct audit row = {0};
    struct err err = {0};
    const struct db_query query = {.id = MSG_AUDIT, .text = text, .newest_first = true, .limit = 1};
    if (db_audit(t->home, &query, keep_row, &row, &err) != ERR_OK) fail_msg("%s", err.text);
    return row;
}

/* outcryd, which may have come back just now, hears the market by a subscription of its own: it may be behind us. */
static bool day_known_to_outcryd(void)
{
    world_control(t, COMPONENT_SUPERVISOR, CONTROL_START, "strategy"); /* runs already: nothing but a row */
    return noted("start strategy").trading_day != 0;
}

static void test_what_outcryd_notes_has_its_trading_day(void **state)
{
    (void)state;
    assert_true(whole_again());
    assert_true(wait_for(day_known_to_outcryd));
    assert_true(world_signal(t, COMPONENT_GATEWAY, SIGKILL) != 0);
    assert_true(whole_again());
    struct audit row = noted("killed by signal 9");
    assert_int_equal(row.trading_day, t->market.trading_day);
    row = noted("started");
    assert_string_equal(row.component, "supervisor");
    assert_int_equal(row.trading_day, t->market.trading_day);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_keeps_dying_is_given_up_until_asked_for),
        cmocka_unit_test(test_a_killed_outcryd_finds_its_children_again),
        cmocka_unit_test(test_what_outcryd_notes_has_its_trading_day),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/*
 * What outcryd does about ends: a process that keeps dying is started again, later each time, then given up until a
 * person asks; a killed outcryd's children trade on and are found again.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/audit.h"
#include "gateway/supervisor.h"
#include "tests/torture/scene.h"

/* --- restarts ------------------------------------------------------------------------------------------------------- */

static int64_t old_pid;

static bool executor_runs(struct torture *t)
{
    int64_t pid = world_pid(t, COMPONENT_EXECUTOR);
    return pid != 0 && pid != old_pid;
}

static bool executor_given_up(struct torture *t)
{
    return t->heard[COMPONENT_EXECUTOR].given_up;
}

static void test_what_keeps_dying_is_given_up_until_asked_for(void **state)
{
    struct torture *t = *state;
    int64_t last_us = 0;
    world_control(t, COMPONENT_SUPERVISOR, CONTROL_START, "all"); /* forgets earlier ends */
    assert_true(scene_whole_again(t));
    for (int i = 0; i < SUPERVISOR_TRIES; i++) {
        old_pid = world_signal(t, COMPONENT_EXECUTOR, SIGKILL);
        assert_true(old_pid != 0);
        if (i == SUPERVISOR_TRIES - 1) break;
        int64_t from_us = clock_monotonic_us();
        assert_true(scene_wait(t, executor_runs));
        int64_t passed_us = clock_monotonic_us() - from_us;
        assert_true(i == 0 || passed_us > last_us); /* later each time, 5 s at most */
        last_us = passed_us;
    }
    assert_true(scene_wait(t, executor_given_up));
    assert_int_equal(world_pid(t, COMPONENT_EXECUTOR), 0);
    assert_int_equal(client_link(t->client, COMPONENT_GATEWAY, NULL), LINK_UP); /* the others go on */
    world_control(t, COMPONENT_SUPERVISOR, CONTROL_START, "executor");
    assert_true(scene_wait(t, executor_runs));
    assert_true(scene_whole_again(t));
}

static void test_a_killed_outcryd_finds_its_children_again(void **state)
{
    int64_t pids[COMPONENT_COUNT + 1];
    struct torture *t = *state;
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) pids[c] = world_pid(t, (enum component)c);
    assert_true(world_signal(t, COMPONENT_SUPERVISOR, SIGKILL) != 0);
    assert_true(world_restart(t));
    assert_true(scene_whole_again(t));
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) {
        assert_int_equal(world_pid(t, (enum component)c), pids[c]);
        assert_int_equal(world_count(t, (enum component)c), 1);
    }
    /* It is told when an adopted one ends, and fills the role again. */
    assert_true(world_signal(t, COMPONENT_GATEWAY, SIGKILL) != 0);
    assert_true(scene_whole_again(t));
    assert_int_equal(world_count(t, COMPONENT_GATEWAY), 1);
}

static bool keep_row(void *at, const struct msg *msg)
{
    *(struct audit *)at = msg->audit;
    return true;
}

/* The newest row of the audit that says that. */
static struct audit noted(const struct torture *t, const char *text)
{
    struct audit row = {0};
    struct err err = {0};
    const struct db_query query = {.id = MSG_AUDIT, .text = text, .newest_first = true, .limit = 1};
    if (db_audit(t->home, &query, keep_row, &row, &err) != ERR_OK) fail_msg("%s", err.text);
    return row;
}

/* outcryd, which may have come back just now, hears the market by a subscription of its own: it may be behind us. */
static bool day_known_to_outcryd(struct torture *t)
{
    world_control(t, COMPONENT_SUPERVISOR, CONTROL_START, "strategy"); /* runs already: nothing but a row */
    return noted(t, "start strategy").trading_day != 0;
}

static void test_what_outcryd_notes_has_its_trading_day(void **state)
{
    struct torture *t = *state;
    assert_true(scene_whole_again(t));
    assert_true(scene_wait(t, day_known_to_outcryd));
    assert_true(world_signal(t, COMPONENT_GATEWAY, SIGKILL) != 0);
    assert_true(scene_whole_again(t));
    struct audit row = noted(t, "killed by signal 9");
    assert_int_equal(row.trading_day, t->market.trading_day);
    row = noted(t, "started");
    assert_string_equal(row.component, "supervisor");
    assert_int_equal(row.trading_day, t->market.trading_day);
}

static int start(void **state)
{
    return scene_open(state, 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_keeps_dying_is_given_up_until_asked_for),
        cmocka_unit_test(test_a_killed_outcryd_finds_its_children_again),
        cmocka_unit_test(test_what_outcryd_notes_has_its_trading_day),
    };
    return cmocka_run_group_tests(tests, start, scene_close);
}

/*
 * A process of the running system that falls silent (SIGSTOP: it keeps its sockets and its lock) is noticed within 1.5 s,
 * by the screen's lines and by those who need it, and all is well when it speaks again. What was asked of it meanwhile is
 * not done late.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/text.h"
#include "db/audit.h"
#include "tests/torture/scene.h"

#define NOTICED_US (1500 * CLOCK_MS_US)
#define TRIES      3 /* of one measurement: the machine may be busy with something else */

/* --- silence -------------------------------------------------------------------------------------------------------- */

static enum component stopped;

static bool line_is_down(struct torture *t)
{
    return client_link(t->client, stopped, NULL) != LINK_UP;
}

static enum component watcher;

static bool watcher_says_so(struct torture *t)
{
    return t->heard[watcher].at_us > t->since_us && !t->heard[watcher].peer_up;
}

static int64_t took_us(struct torture *t, enum component component, scene_is_so *noticed)
{
    stopped = component;
    t->since_us = torture_now();
    int64_t from_us = clock_monotonic_us();
    assert_true(world_signal(t, component, SIGSTOP) != 0);
    bool so = scene_wait(t, noticed);
    int64_t passed_us = clock_monotonic_us() - from_us;
    assert_true(world_signal(t, component, SIGCONT) != 0);
    assert_true(so);
    assert_true(scene_whole_again(t));
    return passed_us;
}

static void noticed_in_time(struct torture *t, enum component component, scene_is_so *noticed, const char *by)
{
    int64_t passed_us = INT64_MAX;
    for (int i = 0; i < TRIES && passed_us > NOTICED_US; i++) passed_us = took_us(t, component, noticed);
    printf("%s is silent: noticed by %s after %lld ms\n", component_name(component), by,
           (long long)(passed_us / CLOCK_MS_US));
    assert_true(passed_us <= NOTICED_US);
}

static void test_the_screen_notices_a_silent_process(void **state)
{
    struct torture *t = *state;
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++)
        noticed_in_time(t, (enum component)c, line_is_down, "the screen");
}

static void test_those_who_need_it_notice(void **state)
{
    struct torture *t = *state;
    watcher = COMPONENT_GATEWAY;
    noticed_in_time(t, COMPONENT_EXCHANGE, watcher_says_so, "the gateway");
    watcher = COMPONENT_EXECUTOR;
    noticed_in_time(t, COMPONENT_GATEWAY, watcher_says_so, "the executor");
    watcher = COMPONENT_STRATEGY;
    noticed_in_time(t, COMPONENT_GATEWAY, watcher_says_so, "the strategy");
    noticed_in_time(t, COMPONENT_EXECUTOR, watcher_says_so, "the strategy");
}

/* Who is silent, and nobody else, is said to be: orders still get to a gateway whose exchange says nothing. */
static void test_nobody_else_is_blamed(void **state)
{
    struct torture *t = *state;
    watcher = COMPONENT_GATEWAY;
    t->since_us = torture_now();
    assert_true(world_signal(t, COMPONENT_EXCHANGE, SIGSTOP) != 0);
    const bool noticed = scene_wait(t, watcher_says_so);
    world_pump(t, 2 * NOTICED_US); /* as long as the executor would take to miss something */
    const bool reached = t->heard[COMPONENT_EXECUTOR].peer_up;
    assert_true(world_signal(t, COMPONENT_EXCHANGE, SIGCONT) != 0);
    assert_true(noticed);
    assert_true(reached);
    assert_true(scene_whole_again(t));
}

/* --- what waited meanwhile ------------------------------------------------------------------------------------------ */

static struct audit refusal;

static bool keep_row(void *at, const struct msg *msg)
{
    *(struct audit *)at = msg->audit;
    return true;
}

static bool refused_as_late(struct torture *t)
{
    struct err err = {0};
    const struct db_query query = {.id = MSG_AUDIT, .text = "not taken", .newest_first = true, .limit = 1};
    if (db_audit(t->home, &query, keep_row, &refusal, &err) != ERR_OK) fail_msg("%s", err.text);
    return refusal.time_us != 0;
}

static bool time_to_live_has_ended(struct torture *t)
{
    return torture_now() - t->since_us > settings_number(&t->settings, SET_SIGNAL_TTL) * CLOCK_MS_US;
}

/* A ticket that lay at an executor that stood still is refused when it wakes, not sent late. */
static void test_a_ticket_at_a_silent_executor_is_never_late(void **state)
{
    struct torture *t = *state;
    struct msg msg;
    struct err err = {0};
    msg_init(&msg, MSG_ORDER_COMMAND);
    struct order_request *order = &msg.order_command.order;
    (void)text_copy(order->account, sizeof order->account, t->session.account);
    (void)text_copy(order->symbol, sizeof order->symbol, t->symbols[USE_PROBE].contract.symbol);
    (void)text_copy(order->actor, sizeof order->actor, "late");
    order->side = SIDE_BUY;
    order->type = ORDER_MARKET;
    order->tif = TIF_IOC;
    order->quantity = 1;
    msg.order_command.key = client_key(t->client);
    assert_true(world_signal(t, COMPONENT_EXECUTOR, SIGSTOP) != 0);
    t->since_us = torture_now();
    assert_int_equal(client_send(t->client, COMPONENT_EXECUTOR, &msg, NULL, &err), ERR_OK);
    assert_true(scene_wait(t, time_to_live_has_ended));
    assert_true(world_signal(t, COMPONENT_EXECUTOR, SIGCONT) != 0);
    assert_true(scene_wait(t, refused_as_late));
    assert_string_equal(refusal.actor, "late");
    assert_string_equal(refusal.component, "executor");
    assert_true(scene_whole_again(t));
}

static int start(void **state)
{
    return scene_open(state, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_screen_notices_a_silent_process),
        cmocka_unit_test(test_those_who_need_it_notice),
        cmocka_unit_test(test_nobody_else_is_blamed),
        cmocka_unit_test(test_a_ticket_at_a_silent_executor_is_never_late),
    };
    return cmocka_run_group_tests(tests, start, scene_close);
}

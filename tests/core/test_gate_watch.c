/*
 * What the gate notices by itself: a market that falls silent while lots are held, a clock that was set.
 */
#include "core/clock.h"
#include "tests/core/gate_scene.h"

#define STALE_MS 10000

static enum guard_mode mode(const struct scene *scene)
{
    return gate_guard(scene->gate)->mode;
}

static void limit_staleness(struct scene *scene, int32_t stale_tick_ms)
{
    struct guard_limits limits = {.stale_tick_ms = stale_tick_ms, .actor = "ann"};
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    capture_clear(&scene->out);
}

static void test_silence_while_lots_are_held_reduces(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "k3-1-E1", SIDE_SELL, 2);
    limit_staleness(scene, STALE_MS);
    scene_market(scene, 20210727);
    scene_timer(scene, STALE_MS);
    assert_int_equal(mode(scene), GUARD_ACTIVE);
    scene_timer(scene, 1);
    assert_int_equal(mode(scene), GUARD_REDUCING);
    assert_string_equal(gate_guard(scene->gate)->reason,
                        "no price for 10 s while 2 lots are held: exits may come too late");
    assert_int_equal(capture_count(&scene->out, PORT_STORE, MSG_RISK_EVENT), 1);
    scene_timer(scene, STALE_MS); /* said once */
    assert_int_equal(capture_count(&scene->out, PORT_STORE, MSG_RISK_EVENT), 1);

    struct order_request entry = scene_request(scene, "k3-2-E1", SIDE_SELL, 1);
    scene_send(scene, &entry);
    assert_int_equal(scene_state(scene, "k3-2-E1"), ORDER_DENIED);
    struct order_request exit = scene_exit_request(scene, "k3-1-S1", SIDE_BUY, 2);
    scene_send(scene, &exit);
    assert_int_equal(scene_state(scene, "k3-1-S1"), ORDER_SENDING);
}

static void test_resume_waits_for_prices(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "k3-1-E1", SIDE_BUY, 1);
    limit_staleness(scene, STALE_MS);
    scene_market(scene, 20210727);
    scene_timer(scene, STALE_MS + 1);
    assert_int_equal(mode(scene), GUARD_REDUCING);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_STATE);
    assert_int_equal(mode(scene), GUARD_REDUCING);
    scene_tick(scene, 17410);
    scene_timer(scene, 50);
    assert_true(capture_risk(&scene->out, "prices are back"));
    assert_int_equal(mode(scene), GUARD_REDUCING); /* the trader's to undo */
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_OK);
    assert_int_equal(mode(scene), GUARD_ACTIVE);
}

static void test_silence_is_no_news(void **state)
{
    struct scene *scene = *state;
    limit_staleness(scene, STALE_MS);
    scene_market(scene, 20210727);
    scene_timer(scene, 10 * STALE_MS); /* nothing is held */
    assert_int_equal(mode(scene), GUARD_ACTIVE);
    scene_market(scene, 20210727);
    scene_tick(scene, 17400);
    limit_staleness(scene, 0);
    scene_hold(scene, "k3-1-E1", SIDE_BUY, 1);
    scene_timer(scene, 10 * STALE_MS); /* no limit is no limit */
    assert_int_equal(mode(scene), GUARD_ACTIVE);
    limit_staleness(scene, STALE_MS);
    struct market closed = {.venue = "SIM", .trading_day = 20210727, .session_state = SESSION_CLOSED};
    gate_on_market(scene->gate, &closed, scene->now_us, &scene->sink);
    scene_timer(scene, 10 * STALE_MS); /* a closed market may be silent */
    assert_int_equal(mode(scene), GUARD_ACTIVE);
    assert_int_equal(capture_count(&scene->out, PORT_STORE, MSG_RISK_EVENT), 0);
}

static void test_a_clock_that_jumps_halts(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "k3-1-E1", SIDE_BUY, 1);
    gate_on_clock_jump(scene->gate, -3600500 * MS, scene->now_us, &scene->sink);
    assert_int_equal(mode(scene), GUARD_HALTED);
    assert_string_equal(gate_guard(scene->gate)->reason,
                        "the machine's clock jumped by -3600.5 s: it was set, or the machine slept");
    scene_restart(scene); /* as the process does then */
    scene_login(scene);
    assert_int_equal(mode(scene), GUARD_HALTED);
    struct order_request exit = scene_exit_request(scene, "k3-1-S1", SIDE_SELL, 1);
    scene_send(scene, &exit);
    assert_int_equal(scene_state(scene, "k3-1-S1"), ORDER_SENDING);
}

/* Its time to live was reckoned by a clock that was set back since: its age is not known. */
static void test_an_order_from_the_future_is_expired(void **state)
{
    struct scene *scene = *state;
    struct order_request early = scene_request(scene, "k3-1-E1", SIDE_BUY, 1);
    scene->now_us = early.created_us - ORDER_EARLY_US - 1;
    scene_send(scene, &early);
    assert_int_equal(scene_sent(scene), 0);
    assert_int_equal(scene_state(scene, "k3-1-E1"), ORDER_EXPIRED);
    assert_string_equal(scene_event(scene)->reason, "it was made in the future: the clock was set back");
    struct order_request nearly = scene_request(scene, "k3-2-E1", SIDE_BUY, 1);
    nearly.created_us = scene->now_us + ORDER_EARLY_US;
    scene_send(scene, &nearly);
    assert_int_equal(scene_state(scene, "k3-2-E1"), ORDER_SENDING);
}

/* An order in doubt whose row is from the future is still asked about, and ends. */
static void test_an_unknown_from_the_future_is_resolved(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "k3-1-E1", SIDE_BUY, 1);
    scene->now_us -= 3600 * 1000 * MS;
    scene_restart(scene);
    assert_int_equal(scene_state(scene, "k3-1-E1"), ORDER_UNKNOWN);
    scene_login(scene);
    for (int i = 0; i < 8 && scene_state(scene, "k3-1-E1") == ORDER_UNKNOWN; i++) {
        scene_timer(scene, IN_FLIGHT_MS);
        scene_answer(scene, false, ORDER_UNKNOWN, 0);
    }
    assert_int_equal(scene_state(scene, "k3-1-E1"), ORDER_EXPIRED);
    assert_int_equal(capture_count(&scene->out, PORT_VENUE, MSG_ORDER_REQUEST), 0);
}

static void test_the_watch_tells_jumps_from_slewing(void **state)
{
    struct clock_watch watch = {0};
    int64_t now_us = 1000 * CLOCK_SECOND_US;
    int64_t steady_us = 7;
    (void)state;
    assert_int_equal(clock_watch_step(&watch, now_us, steady_us), 0); /* the first pass has nothing to compare with */
    for (int i = 0; i < 10000; i++) {                                 /* half a millisecond a second, for hours */
        now_us += CLOCK_SECOND_US + 500;
        steady_us += CLOCK_SECOND_US;
        assert_int_equal(clock_watch_step(&watch, now_us, steady_us), 0);
    }
    now_us += CLOCK_JUMP_US;
    assert_int_equal(clock_watch_step(&watch, now_us, steady_us), 0);
    now_us += CLOCK_JUMP_US + 1;
    assert_int_equal(clock_watch_step(&watch, now_us, steady_us), CLOCK_JUMP_US + 1);
    assert_int_equal(clock_watch_step(&watch, now_us, steady_us), 0); /* once */
    now_us -= 3600 * CLOCK_SECOND_US;
    assert_int_equal(clock_watch_step(&watch, now_us, steady_us), -3600 * CLOCK_SECOND_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_silence_while_lots_are_held_reduces),
        SCENE_TEST(test_resume_waits_for_prices),
        SCENE_TEST(test_silence_is_no_news),
        SCENE_TEST(test_a_clock_that_jumps_halts),
        SCENE_TEST(test_an_order_from_the_future_is_expired),
        SCENE_TEST(test_an_unknown_from_the_future_is_resolved),
        cmocka_unit_test(test_the_watch_tells_jumps_from_slewing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

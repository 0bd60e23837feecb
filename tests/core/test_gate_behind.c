/*
 * An order that works here, and has ended or filled more at the venue, without a report that can be had: compared until it
 * agrees, or a difference that halts; accepting it takes the venue's word.
 */
#include "tests/core/gate_scene.h"

static void rest(struct scene *scene)
{
    struct order_request request = scene_request(scene, "a", SIDE_BUY, 3);
    request.type = ORDER_LIMIT;
    request.tif = TIF_ROD;
    request.limit_price = PRICE_POINTS(17300);
    scene_send(scene, &request);
    scene_said(scene, "a", EXEC_NEW);
    scene_fill(scene, "a", 1, 17300);
    scene_keep(scene);
}

/* What the venue says of it; an average of 17290 for what was not reported. */
static void answer(struct scene *scene, enum order_state state, int32_t filled)
{
    struct venue_order_status status = {.request_id = scene_query(scene, QUERY_VENUE_ORDER)->request_id,
                                        .found = true,
                                        .copies = 1,
                                        .order = *gate_order(scene->gate, "a")};
    status.order.state = state;
    status.order.filled_quantity = filled;
    status.order.filled_value = PRICE_POINTS(17300) + (filled - 1) * PRICE_POINTS(17290);
    gate_on_venue_order_status(scene->gate, &status, scene->now_us, &scene->sink);
}

/* Asked as often as the gate likes; no report comes, and there is none. */
static void say(struct scene *scene, enum order_state state, int32_t filled, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        scene_timer(scene, 1000);
        if (scene_query(scene, QUERY_VENUE_FILLS) != NULL) scene_reply(scene, QUERY_VENUE_FILLS);
        if (scene_query(scene, QUERY_VENUE_ORDER) != NULL) answer(scene, state, filled);
        if (scene_query(scene, QUERY_VENUE_POSITIONS) != NULL) scene_venue_holds(scene, filled);
        if (scene_query(scene, QUERY_VENUE_FILLS) != NULL) scene_reply(scene, QUERY_VENUE_FILLS);
        scene_keep(scene);
    }
}

static void again(struct scene *scene)
{
    scene_session(scene, false, "");
    scene_session(scene, true, "A1");
}

static void find(void *context, const struct difference *difference)
{
    if (difference->client_order_id[0] != '\0') *(struct difference *)context = *difference;
}

static struct difference difference(const struct scene *scene)
{
    struct difference found = {.kind = (enum difference_kind)0};
    gate_each_difference(scene->gate, find, &found);
    return found;
}

static void test_ended_there_halts(void **state)
{
    struct scene *scene = *state;
    rest(scene);
    again(scene);
    scene_reply(scene, QUERY_VENUE_FILLS);
    answer(scene, ORDER_CANCELLED, 1);
    scene_venue_holds(scene, 1);
    assert_false(gate_is_compared(scene->gate)); /* a report may be on its way */
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
    say(scene, ORDER_CANCELLED, 1, 10);
    assert_true(gate_is_compared(scene->gate));
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED);
    assert_string_equal(gate_guard(scene->gate)->reason,
                        "order a is PARTIALLY_FILLED with 1 filled here, and CANCELLED with 1 filled at SIM");
    assert_int_equal(difference(scene).kind, DIFFERENCE_BEHIND);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_STATE);
    assert_string_equal(capture_last(&scene->out, PORT_REPLY, MSG_REPLY)->reply.text,
                        "order a has ended or filled more at SIM: accept it first");
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "a", DIFFERENCE_BEHIND)->status, ERR_OK);
    assert_int_equal(scene_state(scene, "a"), ORDER_CANCELLED);
    assert_string_equal(gate_order(scene->gate, "a")->reason, "accepted by ann: SIM says so");
    assert_int_equal(scene_held(scene), 1);
    assert_int_equal(difference(scene).kind, 0);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_OK);
}

static void test_filled_there_is_counted_when_accepted(void **state)
{
    struct scene *scene = *state;
    rest(scene);
    again(scene);
    say(scene, ORDER_FILLED, 3, 10);
    assert_int_equal(difference(scene).kind, DIFFERENCE_BEHIND);
    assert_int_equal(difference(scene).here, 1);
    assert_int_equal(difference(scene).there, 3);
    /* Its lots are the position's difference: counted once, with the order. */
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "MXFH1", 3)->status, ERR_STATE);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "a", DIFFERENCE_MISSING)->status, ERR_STATE);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "a", DIFFERENCE_BEHIND)->status, ERR_OK);
    assert_int_equal(scene_state(scene, "a"), ORDER_FILLED);
    assert_int_equal(scene_held(scene), 3);
    const struct order_event *event = scene_event(scene);
    assert_int_equal(event->kind, EXEC_FILL);
    assert_int_equal(event->fill_quantity, 2);
    assert_int_equal(event->fill_price, PRICE_POINTS(17290));
    say(scene, ORDER_FILLED, 3, 10);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_OK);
}

static void test_more_filled_there_and_still_working(void **state)
{
    struct scene *scene = *state;
    rest(scene);
    again(scene);
    say(scene, ORDER_PARTIALLY_FILLED, 2, 10);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "a", DIFFERENCE_BEHIND)->status, ERR_OK);
    assert_int_equal(scene_state(scene, "a"), ORDER_PARTIALLY_FILLED);
    assert_int_equal(scene_held(scene), 2);
    assert_int_equal(difference(scene).kind, 0);
}

/* The report comes after all, before the trader and after the row. */
static void test_a_late_report_settles_it(void **state)
{
    struct scene *scene = *state;
    rest(scene);
    again(scene);
    say(scene, ORDER_CANCELLED, 1, 10);
    assert_int_equal(difference(scene).kind, DIFFERENCE_BEHIND);
    scene_said(scene, "a", EXEC_CANCELLED);
    assert_int_equal(scene_state(scene, "a"), ORDER_CANCELLED);
    assert_int_equal(difference(scene).kind, 0);
    assert_true(capture_last(&scene->out, PORT_PUBLISH, MSG_DIFFERENCE)->difference.settled);
}

static void test_reports_on_their_way_are_no_difference(void **state)
{
    struct scene *scene = *state;
    rest(scene);
    again(scene);
    scene_reply(scene, QUERY_VENUE_FILLS);
    answer(scene, ORDER_FILLED, 3);
    for (int i = 0; i < 6; i++) { /* a slow line: no answer ends */
        scene_timer(scene, 1000);
        if (scene_query(scene, QUERY_VENUE_ORDER) != NULL) answer(scene, ORDER_FILLED, 3);
    }
    scene_fill(scene, "a", 2, 17290);
    scene_venue_holds(scene, 3);
    say(scene, ORDER_FILLED, 3, 6);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
    assert_true(gate_is_compared(scene->gate));
    assert_int_equal(scene_held(scene), 3);
}

/* Resolved as working by the venue's word, and filled there meanwhile. */
static void test_found_and_behind_without_a_new_session(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "a", SIDE_BUY, 3);
    scene_timer(scene, ACK_MS);
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    say(scene, ORDER_CANCELLED, 0, 10);
    assert_int_equal(difference(scene).kind, DIFFERENCE_BEHIND);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_ended_there_halts),
        SCENE_TEST(test_filled_there_is_counted_when_accepted),
        SCENE_TEST(test_more_filled_there_and_still_working),
        SCENE_TEST(test_a_late_report_settles_it),
        SCENE_TEST(test_reports_on_their_way_are_no_difference),
        SCENE_TEST(test_found_and_behind_without_a_new_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

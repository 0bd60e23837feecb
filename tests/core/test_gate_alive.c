/*
 * Orders that work at the venue and not here: one that ended here is a difference that halts, and accepting it cancels it
 * there; one that nobody here knows of counts.
 */
#include "tests/core/gate_scene.h"

/* The session's comparison, and as many as the gate likes. */
static void look(struct scene *scene, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        scene_timer(scene, 1000);
        if (scene_query(scene, QUERY_VENUE_FILLS) != NULL) scene_reply(scene, QUERY_VENUE_FILLS);
        if (scene_query(scene, QUERY_VENUE_POSITIONS) != NULL) scene_venue_holds(scene, scene_held(scene));
        if (scene_query(scene, QUERY_VENUE_FILLS) != NULL) scene_reply(scene, QUERY_VENUE_FILLS);
        scene_keep(scene);
    }
}

static void list(struct scene *scene, const struct order_request *request, int32_t filled)
{
    struct order *order = &scene->listed[scene->listed_count++];
    order_init(order, request, 20210727, scene->now_us);
    order->state = filled > 0 ? ORDER_PARTIALLY_FILLED : ORDER_NEW;
    order->filled_quantity = filled;
    (void)text_copy(order->venue_order_id, sizeof order->venue_order_id, "v1");
}

static struct order_request resting(const struct scene *scene, const char *id)
{
    struct order_request request = scene_request(scene, id, SIDE_BUY, 2);
    request.type = ORDER_LIMIT;
    request.tif = TIF_ROD;
    request.limit_price = PRICE_POINTS(17300);
    return request;
}

/* The venue says nothing to an order; the trader decides that it was cancelled. It rests there. */
static void decided_and_alive(struct scene *scene)
{
    const struct order_request request = resting(scene, "a");
    scene_send(scene, &request);
    scene_timer(scene, ACK_MS);
    assert_int_equal(scene_control(scene, CONTROL_RESOLVE, "a", ORDER_CANCELLED)->status, ERR_OK);
    assert_int_equal(scene_state(scene, "a"), ORDER_CANCELLED);
    list(scene, &request, 0);
    scene_keep(scene);
}

static void is_said(struct scene *scene)
{
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED);
    assert_string_equal(gate_guard(scene->gate)->reason, "order a is CANCELLED here and works at SIM");
    assert_int_equal(scene_differences(scene), 1);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_STATE);
    assert_string_equal(capture_last(&scene->out, PORT_REPLY, MSG_REPLY)->reply.text,
                        "order a ended here and works at SIM: accept it first");
}

static void test_said_at_the_start_of_a_session(void **state)
{
    struct scene *scene = *state;
    decided_and_alive(scene);
    scene_session(scene, false, "");
    scene_restart(scene);
    scene_session(scene, true, "A1");
    assert_false(gate_is_compared(scene->gate));
    look(scene, 6);
    is_said(scene);
    assert_true(gate_is_compared(scene->gate));
}

static void test_said_after_a_decision(void **state)
{
    struct scene *scene = *state;
    decided_and_alive(scene);
    look(scene, 8);
    is_said(scene);
}

static void test_accepting_cancels_it_there(void **state)
{
    struct scene *scene = *state;
    decided_and_alive(scene);
    look(scene, 8);
    capture_clear(&scene->out);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "a", DIFFERENCE_UNKNOWN)->status, ERR_STATE);
    assert_null(capture_last(&scene->out, PORT_VENUE, MSG_CANCEL_REQUEST));
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "a", DIFFERENCE_ALIVE)->status, ERR_OK);
    const struct cancel_request *cancel = &capture_last(&scene->out, PORT_VENUE, MSG_CANCEL_REQUEST)->cancel_request;
    assert_string_equal(cancel->client_order_id, "a");
    assert_string_equal(cancel->actor, "ann");
    assert_int_equal(capture_risk(&scene->out, "accepted by ann, cancel sent"), 1);
    assert_int_equal(scene_differences(scene), 1); /* it works there until the venue says otherwise */
    scene->listed_count = 0;
    scene_said(scene, "a", EXEC_CANCELLED);
    scene_timer(scene, 1000);
    scene_venue_holds(scene, 0);
    assert_int_equal(scene_differences(scene), 0);
    const struct difference *said = &capture_last(&scene->out, PORT_PUBLISH, MSG_DIFFERENCE)->difference;
    assert_true(said->settled);
    assert_int_equal(said->kind, DIFFERENCE_ALIVE);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_OK);
}

static void test_nothing_is_cancelled_without_a_session(void **state)
{
    struct scene *scene = *state;
    decided_and_alive(scene);
    look(scene, 8);
    scene_session(scene, false, "");
    capture_clear(&scene->out);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "a", DIFFERENCE_ALIVE)->status, ERR_STATE);
    assert_null(capture_last(&scene->out, PORT_VENUE, MSG_CANCEL_REQUEST));
}

/* What it does there meanwhile is a fact. */
static void test_it_fills_before_the_cancel(void **state)
{
    struct scene *scene = *state;
    decided_and_alive(scene);
    look(scene, 8);
    scene_fill(scene, "a", 2, 17300);
    assert_int_equal(scene_held(scene), 2);
    scene->listed_count = 0;
    look(scene, 8);
    assert_int_equal(scene_differences(scene), 0);
}

/* The list and the reports cross on the line. */
static void test_a_report_on_its_way_is_no_difference(void **state)
{
    struct scene *scene = *state;
    const struct order_request request = resting(scene, "a");
    scene_send(scene, &request);
    scene_said(scene, "a", EXEC_NEW);
    scene_session(scene, false, "");
    scene_session(scene, true, "A1");
    scene_reply(scene, QUERY_VENUE_FILLS);
    scene_answer(scene, true, ORDER_NEW, 0);
    list(scene, &request, 0);
    scene_said(scene, "a", EXEC_CANCELLED);
    scene_venue_holds(scene, 0);
    scene->listed_count = 0;
    look(scene, 8);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
    assert_true(gate_is_compared(scene->gate));
}

static void test_one_that_nobody_knows_of_counts(void **state)
{
    struct scene *scene = *state;
    const struct order_request strange = resting(scene, "strange");
    struct order_request desk = resting(scene, "");
    desk.side = SIDE_SELL;
    desk.quantity = 5;
    list(scene, &strange, 0);
    list(scene, &desk, 2);
    scene_session(scene, false, "");
    scene_session(scene, true, "A1");
    look(scene, 6);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
    assert_true(gate_is_compared(scene->gate));
    assert_int_equal(scene_state(scene, "strange"), ORDER_NEW);
    assert_true(order_request_elsewhere(&gate_order(scene->gate, "strange")->request));
    assert_int_equal(gate_order(scene->gate, "venue/v1")->request.quantity, 3); /* what is open */
    assert_int_equal(scene_differences(scene), 2);
    scene_session(scene, false, "");
    scene_session(scene, true, "A1");
    scene_reply(scene, QUERY_VENUE_FILLS);
    scene_answer_all(scene);
    scene_venue_holds(scene, 0); /* known: nothing to look at twice */
    assert_true(gate_is_compared(scene->gate));
}

/* Some of the list got lost on the way. */
static void test_a_list_with_a_hole_is_asked_for_again(void **state)
{
    struct scene *scene = *state;
    decided_and_alive(scene);
    scene_session(scene, false, "");
    scene_login(scene);
    const struct query *query = scene_query(scene, QUERY_VENUE_POSITIONS);
    struct reply reply = {.request_id = query->request_id};
    gate_on_venue_reply(scene->gate, &reply, scene->now_us, &scene->sink);
    reply = (struct reply){.request_id = scene_query(scene, QUERY_VENUE_ORDERS)->request_id, .number = 1};
    gate_on_venue_reply(scene->gate, &reply, scene->now_us, &scene->sink);
    assert_false(gate_is_compared(scene->gate));
    capture_clear(&scene->out);
    look(scene, 6);
    is_said(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_said_at_the_start_of_a_session),  SCENE_TEST(test_said_after_a_decision),
        SCENE_TEST(test_accepting_cancels_it_there),      SCENE_TEST(test_nothing_is_cancelled_without_a_session),
        SCENE_TEST(test_it_fills_before_the_cancel),      SCENE_TEST(test_a_report_on_its_way_is_no_difference),
        SCENE_TEST(test_one_that_nobody_knows_of_counts), SCENE_TEST(test_a_list_with_a_hole_is_asked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

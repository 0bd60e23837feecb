/*
 * Positions that differ from the venue's: said one by one, exits pass meanwhile, entries wait until the trader has
 * accepted each; accepting counts the lots everywhere, as a fill.
 */
#include "tests/core/gate_scene.h"

/* The venue holds so many; asked as often as the gate likes. */
static void venue_holds(struct scene *scene, int32_t quantity, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        scene_timer(scene, 1000);
        if (scene_query(scene, QUERY_VENUE_FILLS) != NULL) scene_reply(scene, QUERY_VENUE_FILLS);
        if (scene_query(scene, QUERY_VENUE_POSITIONS) != NULL) scene_venue_holds(scene, quantity);
        if (scene_query(scene, QUERY_VENUE_FILLS) != NULL) scene_reply(scene, QUERY_VENUE_FILLS);
        scene_keep(scene);
    }
}

/* One lot here, `there` at the venue, and the gate has seen it. */
static void differ(struct scene *scene, int32_t there)
{
    scene_hold(scene, "in", SIDE_BUY, 1);
    scene_session(scene, false, "");
    scene_session(scene, true, "A1");
    venue_holds(scene, there, 12);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED);
    assert_true(scene_differences(scene) >= 1);
}

static void test_exits_first_entries_when_accepted(void **state)
{
    struct scene *scene = *state;
    differ(scene, 3);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_STATE);
    assert_string_equal(capture_last(&scene->out, PORT_REPLY, MSG_REPLY)->reply.text,
                        "MXFH1: +3 at SIM, +1 here: accept it first");
    struct order_request entry = scene_request(scene, "k3-2-E1", SIDE_BUY, 1);
    scene_send(scene, &entry);
    assert_int_equal(scene_state(scene, "k3-2-E1"), ORDER_DENIED);
    struct order_request exit = scene_exit_request(scene, "k3-1-S1", SIDE_SELL, 1);
    scene_send(scene, &exit);
    assert_int_equal(scene_state(scene, "k3-1-S1"), ORDER_SENDING);
}

static void test_accepting_counts_the_lots_everywhere(void **state)
{
    struct scene *scene = *state;
    differ(scene, 3);
    capture_clear(&scene->out);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "MXFH1", 3)->status, ERR_OK);
    assert_int_equal(scene_held(scene), 3);
    const struct order_event *event = scene_event(scene);
    assert_int_equal(event->kind, EXEC_FILL);
    assert_int_equal(event->fill_quantity, 2);
    assert_int_equal(event->request.side, SIDE_BUY);
    assert_int_equal(event->fill_price, PRICE_POINTS(17400));
    assert_string_equal(event->request.actor, "ann");
    assert_int_equal(event->state, ORDER_FILLED);
    assert_int_equal(event->request.leg, LEG_ADJUST);
    const struct position *position = gate_position(scene->gate, "A1", "MXFH1");
    assert_int_equal(position->bought, 1); /* what was adopted was not traded here, and cost nothing */
    assert_string_equal(event->reason, "accepted by ann: the venue holds +3");
    assert_true(capture_risk(&scene->out, "accepted by ann"));
    assert_int_equal(scene_differences(scene), 0);
    const struct difference *said = &capture_last(&scene->out, PORT_PUBLISH, MSG_DIFFERENCE)->difference;
    assert_int_equal(said->here, said->there);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_OK);
    venue_holds(scene, 3, 12);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
    scene_restart(scene); /* and it stays counted */
    assert_int_equal(scene_held(scene), 3);
}

static void test_fewer_lots_and_the_other_side(void **state)
{
    struct scene *scene = *state;
    differ(scene, -150);
    capture_clear(&scene->out);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "MXFH1", -150)->status, ERR_OK);
    assert_int_equal(scene_held(scene), -150);
    int fills = 0;
    for (size_t i = 0; i < scene->out.count; i++) {
        const struct msg *msg = &scene->out.msgs[i];
        bool fill =
            scene->out.ports[i] == PORT_STORE && msg->id == MSG_ORDER_EVENT && msg->order_event.kind == EXEC_FILL;
        fills += fill ? 1 : 0;
        assert_true(!fill || msg->order_event.fill_quantity <= ORDER_QUANTITY_MAX);
    }
    assert_int_equal(fills, 2);
}

static void test_only_what_was_seen_is_accepted(void **state)
{
    struct scene *scene = *state;
    differ(scene, 3);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "TXFH1", 3)->status, ERR_NOT_FOUND);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "MXFH1", 2)->status, ERR_STATE);
    assert_int_equal(scene_held(scene), 1);
    /* A fill comes between the look and the key. */
    struct order_request exit = scene_exit_request(scene, "k3-1-S1", SIDE_SELL, 1);
    scene_send(scene, &exit);
    scene_said(scene, "k3-1-S1", EXEC_NEW);
    scene_fill(scene, "k3-1-S1", 1, 17390);
    assert_int_equal(scene_held(scene), 0);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "MXFH1", 3)->status, ERR_STATE);
    assert_int_equal(scene_held(scene), 0);
}

static void test_what_goes_away_by_itself_is_settled(void **state)
{
    struct scene *scene = *state;
    differ(scene, 3);
    capture_clear(&scene->out);
    venue_holds(scene, 1, 12);
    assert_int_equal(scene_differences(scene), 0);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED); /* the trader's to undo */
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_OK);
}

/* Closed at the broker's desk while we were down: a stop of all of it must not sell what is not there. */
static void test_exits_go_as_far_as_both_books_allow(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "more", SIDE_BUY, 2);
    scene_session(scene, false, "");
    scene_session(scene, true, "A1");
    venue_holds(scene, 1, 12);
    struct order_request all = scene_exit_request(scene, "k3-1-S1", SIDE_SELL, 2),
                         one = scene_exit_request(scene, "k3-1-S2", SIDE_SELL, 1);
    scene_send(scene, &all);
    assert_int_equal(scene_event(scene)->reject, REJECT_POSITION_DIFFERS);
    assert_string_equal(scene_event(scene)->reason, "exit SELL 2: +2 held here, +1 at the venue: accept that first");
    scene_send(scene, &one);
    scene_said(scene, "k3-1-S2", EXEC_NEW);
    scene_fill(scene, "k3-1-S2", 1, 17390); /* both books have it: one is left here, none there */
    struct order_request last = scene_exit_request(scene, "k3-1-S3", SIDE_SELL, 1);
    scene_send(scene, &last);
    assert_int_equal(scene_event(scene)->reject, REJECT_POSITION_DIFFERS);
    venue_holds(scene, 0, 12);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "MXFH1", 0)->status, ERR_OK);
    int32_t released = 0; /* the condition is told that its last lot has gone */
    for (size_t i = 0; i < scene->out.count; i++)
        if (scene->out.ports[i] == PORT_STORE && scene->out.msgs[i].id == MSG_ORDER_EVENT &&
            scene->out.msgs[i].order_event.kind == EXEC_RELEASED)
            released += scene->out.msgs[i].order_event.fill_quantity;
    assert_int_equal(released, 1);
    struct order_request gone = scene_exit_request(scene, "k3-1-S4", SIDE_SELL, 1);
    scene_send(scene, &gone);
    assert_int_equal(scene_event(scene)->reject, REJECT_WOULD_NOT_REDUCE);
}

static void test_nothing_opens_on_what_differs(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "more", SIDE_BUY, 2);
    (void)scene_control(scene, CONTROL_REDUCE, "lunch", 0);
    scene_session(scene, false, "");
    scene_session(scene, true, "A1");
    venue_holds(scene, 1, 12);
    struct order_request out = scene_request(scene, "k3-m1-1", SIDE_SELL, 1); /* a trader's way out, not reduce-only */
    out.condition_id = 0;
    out.leg = LEG_NONE;
    scene_send(scene, &out);
    assert_int_equal(scene_event(scene)->reject, REJECT_POSITION_DIFFERS);
    assert_string_equal(scene_event(scene)->reason, "MXFH1: +2 held here, +1 at SIM: accept that first");
}

/* The difference may be what an order in doubt did: its fills will come, and must not count twice. */
static void test_not_while_an_order_is_in_doubt(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "a", SIDE_BUY, 2);
    scene_timer(scene, ACK_MS);
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    differ(scene, 3);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "MXFH1", 3)->status, ERR_STATE);
    assert_int_equal(scene_held(scene), 1);
    assert_int_equal(scene_control(scene, CONTROL_RESOLVE, "a", ORDER_CANCELLED)->status, ERR_OK);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "MXFH1", 3)->status, ERR_OK);
}

/* Two conditions hold against each other, and more on one side; the venue holds nothing: nothing is left to protect. */
static void test_accepting_none_leaves_nothing_to_protect(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "long", SIDE_BUY, 2);
    struct order_request other = scene_request(scene, "short", SIDE_SELL, 1);
    other.condition_id = 13;
    scene_send(scene, &other);
    scene_said(scene, "short", EXEC_NEW);
    scene_fill(scene, "short", 1, 17400);
    scene_keep(scene);
    scene_session(scene, false, "");
    scene_session(scene, true, "A1");
    venue_holds(scene, 0, 12);
    assert_int_equal(scene_differences(scene), 1);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "MXFH1", 0)->status, ERR_OK);
    struct order_request exit = scene_exit_request(scene, "k3-12-S1", SIDE_SELL, 1);
    scene_send(scene, &exit);
    assert_int_equal(scene_event(scene)->reject, REJECT_WOULD_NOT_REDUCE);
    exit = scene_exit_request(scene, "k3-13-S1", SIDE_BUY, 1);
    exit.condition_id = 13;
    scene_send(scene, &exit);
    assert_int_equal(scene_event(scene)->reject, REJECT_WOULD_NOT_REDUCE);
}

/* An order that works here and is not known there: a row of its own, and RESUME waits until it is accepted. */
static void test_a_missing_order_is_accepted(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "out", SIDE_BUY, 1);
    scene_said(scene, "out", EXEC_NEW);
    scene_session(scene, false, "");
    capture_clear(&scene->out);
    scene_login(scene);
    scene_answer(scene, false, ORDER_NEW, 0);
    const struct difference *said = &capture_last(&scene->out, PORT_PUBLISH, MSG_DIFFERENCE)->difference;
    assert_int_equal(said->kind, DIFFERENCE_MISSING);
    assert_string_equal(said->client_order_id, "out");
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_STATE);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "out", DIFFERENCE_UNKNOWN)->status, ERR_STATE);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "out", DIFFERENCE_MISSING)->status, ERR_OK);
    assert_int_equal(scene_state(scene, "out"), ORDER_CANCELLED);
    assert_true(capture_last(&scene->out, PORT_PUBLISH, MSG_DIFFERENCE)->difference.settled);
    assert_int_equal(scene_differences(scene), 0);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "go on", 0)->status, ERR_OK);
}

/* Of unknown outcome, or made elsewhere: on the list, and trading is not halted for it. */
static void test_orders_that_halt_nothing_are_listed(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "a", SIDE_BUY, 1);
    scene_timer(scene, ACK_MS);
    assert_int_equal(scene_differences(scene), 1);
    assert_int_equal(capture_last(&scene->out, PORT_PUBLISH, MSG_DIFFERENCE)->difference.kind, DIFFERENCE_UNKNOWN);
    scene_said(scene, "a", EXEC_NEW);
    assert_int_equal(scene_differences(scene), 0);
    scene_said(scene, "strange", EXEC_NEW);
    assert_int_equal(scene_differences(scene), 1);
    assert_int_equal(capture_last(&scene->out, PORT_PUBLISH, MSG_DIFFERENCE)->difference.kind, DIFFERENCE_ELSEWHERE);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "strange", DIFFERENCE_ELSEWHERE)->status, ERR_OK);
    assert_int_equal(scene_state(scene, "strange"), ORDER_NEW);
    assert_int_equal(scene_differences(scene), 0);
}

/* Until the venue has answered for orders and positions, what opens waits; what closes does not. */
static void test_entries_wait_for_the_first_comparison(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "in", SIDE_BUY, 2);
    scene_order(scene, "out", SIDE_BUY, 1);
    scene_said(scene, "out", EXEC_NEW);
    scene_session(scene, false, "");
    scene_session(scene, true, "A1");
    capture_clear(&scene->out);
    gate_on_timer(scene->gate, scene->now_us, &scene->sink);
    struct order_request entry = scene_request(scene, "k3-2-E1", SIDE_BUY, 1);
    struct order_request early = scene_request(scene, "k3-3-E1", SIDE_BUY, 1);
    early.expires_us = scene->now_us + 100 * MS;
    scene_send(scene, &entry);
    assert_null(gate_order(scene->gate, "k3-2-E1")); /* not even denied: it is asked for again */
    scene_timer(scene, ACK_MS);                      /* the question for fills goes again */
    scene_reply(scene, QUERY_VENUE_FILLS);
    assert_true(gate_ready(scene->gate));
    struct order_request exit = scene_exit_request(scene, "k3-1-S1", SIDE_SELL, 1);
    scene_send(scene, &exit);
    assert_int_equal(scene_state(scene, "k3-1-S1"), ORDER_SENDING);
    scene_said(scene, "k3-1-S1", EXEC_NEW);
    scene_send(scene, &entry);
    scene_send(scene, &early);
    assert_int_equal(scene_state(scene, "k3-3-E1"), ORDER_EXPIRED);
    assert_string_equal(scene_event(scene)->reason,
                        "its time to live ended while our books were being compared with those at SIM");
    scene_venue_holds(scene, 2);
    scene_send(scene, &entry);
    assert_false(gate_is_compared(scene->gate)); /* the order that works has no answer yet */
    assert_null(gate_order(scene->gate, "k3-2-E1"));
    scene_timer(scene, ACK_MS); /* the question was lost: it goes again */
    scene_answer(scene, true, ORDER_NEW, 0);
    assert_true(gate_is_compared(scene->gate));
    scene_tick(scene, 17400);
    scene_send(scene, &entry);
    assert_int_equal(scene_state(scene, "k3-2-E1"), ORDER_SENDING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_accepting_none_leaves_nothing_to_protect),
        SCENE_TEST(test_a_missing_order_is_accepted),
        SCENE_TEST(test_orders_that_halt_nothing_are_listed),
        SCENE_TEST(test_entries_wait_for_the_first_comparison),
        SCENE_TEST(test_exits_go_as_far_as_both_books_allow),
        SCENE_TEST(test_nothing_opens_on_what_differs),
        SCENE_TEST(test_not_while_an_order_is_in_doubt),
        SCENE_TEST(test_exits_first_entries_when_accepted),
        SCENE_TEST(test_accepting_counts_the_lots_everywhere),
        SCENE_TEST(test_fewer_lots_and_the_other_side),
        SCENE_TEST(test_only_what_was_seen_is_accepted),
        SCENE_TEST(test_what_goes_away_by_itself_is_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_executor_flatten: cancel, await, close; never past flat, over restarts and beside orders of others. */
#include "tests/core/executor_scene.h"

/* Cancel what works, await its end, look again: a fill that comes in between is closed too, and nothing is reversed. */
static void test_flatten(void **state)
{
    struct scene *scene = *state;
    hold(scene, 1, "k3-1-E1", SIDE_BUY, 2);
    struct signal resting = signal_of(2, "k3-2-E1", SIDE_BUY, 3);
    resting.order.type = ORDER_LIMIT;
    resting.order.tif = TIF_ROD;
    resting.order.limit_price = PRICE_POINTS(17000);
    send_signal(scene, &resting);
    happens(scene, "k3-2-E1", EXEC_NEW, ORDER_NEW);
    capture_clear(&scene->out);
    flatten(scene, "MXFH1");
    assert_string_equal(replied(scene)->text, "flattening MXFH1: 2 lots held, 1 orders working");
    assert_string_equal(capture_last(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST)->cancel_request.client_order_id,
                        "k3-2-E1");
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0); /* not before its end */
    fill(scene, "k3-2-E1", "late", 1, 17000);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    happens(scene, "k3-2-E1", EXEC_CANCELLED, ORDER_CANCELLED);
    const struct order_request *closing = last_sent(scene);
    assert_int_equal(closing->quantity, 3);
    assert_int_equal(closing->side, SIDE_SELL);
    assert_true(closing->reduce_only);
    assert_int_equal(closing->type, ORDER_MARKET);
    assert_int_equal(closing->leg, LEG_FLATTEN);
    char id[CLIENT_ORDER_ID_SIZE];
    (void)text_copy(id, sizeof id, closing->client_order_id);
    capture_clear(&scene->out);
    fill(scene, id, "c1", 1, 17390);
    happens(scene, id, EXEC_CANCELLED, ORDER_CANCELLED); /* IOC: the book had one */
    assert_int_equal(last_sent(scene)->quantity, 2);
    (void)text_copy(id, sizeof id, last_sent(scene)->client_order_id);
    capture_clear(&scene->out);
    fill(scene, id, "c2", 2, 17380);
    assert_int_equal(held(scene), 0);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is flat"), 1);
    capture_clear(&scene->out);
    executor_on_timer(scene->executor, scene->now_us + 1000 * MS, &scene->sink);
    assert_int_equal(scene->out.count, 0);
}

/* What is being flattened opens nothing: neither a condition's entry nor a ticket; exits and what reduces may go. */
static void test_nothing_opens_meanwhile(void **state)
{
    struct scene *scene = *state;
    hold(scene, 1, "k3-1-E1", SIDE_SELL, 3);
    flatten(scene, "MXFH1");
    char id[CLIENT_ORDER_ID_SIZE];
    (void)text_copy(id, sizeof id, last_sent(scene)->client_order_id);
    struct signal entry = signal_of(2, "k3-8-E1", SIDE_BUY, 1);
    entry.order.condition_id = 8;
    entry.order.leg = LEG_ENTRY;
    capture_clear(&scene->out);
    send_signal(scene, &entry);
    assert_false(acked(scene)->accepted);
    assert_int_equal(acked(scene)->reject, REJECT_FLATTENING);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    assert_int_equal(executor_order(scene->executor, "k3-8-E1")->state, ORDER_DENIED);
    entry.seq = 3; /* lost and made again: the same answer */
    send_signal(scene, &entry);
    assert_int_equal(acked(scene)->reject, REJECT_FLATTENING);
    struct order_command ticket = {.request_id = 9, .order = entry.order};
    (void)text_copy(ticket.order.client_order_id, sizeof ticket.order.client_order_id, "form-1");
    executor_on_order_command(scene->executor, &ticket, scene->now_us, &scene->sink);
    assert_int_equal(replied(scene)->status, ERR_STATE);
    assert_string_equal(replied(scene)->text, "not taken: the symbol is being flattened: nothing may open on it");
    fill(scene, id, "c1", 3, 17390);
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is flat"), 1);
    const struct signal next = signal_of(4, "k3-9-E1", SIDE_BUY, 1);
    send_signal(scene, &next);
    assert_true(acked(scene)->accepted);
}

/* It waited at an executor that stood still: what it would close now is not what was seen when it was asked for. */
static void test_a_flatten_that_comes_late_is_not_begun(void **state)
{
    struct scene *scene = *state;
    hold(scene, 1, "k3-1-E1", SIDE_BUY, 2);
    capture_clear(&scene->out);
    struct control control = {.request_id = 79,
                              .kind = CONTROL_FLATTEN,
                              .text = "MXFH1",
                              .actor = "ann",
                              .created_us = scene->now_us - 5001 * MS};
    executor_on_control(scene->executor, &control, scene->now_us, &scene->sink);
    assert_int_equal(replied(scene)->status, ERR_STATE);
    assert_string_equal(replied(scene)->text, "not taken: asked for 5.0 s ago, its time to live has ended");
    executor_on_timer(scene->executor, scene->now_us + 1000 * MS, &scene->sink);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    control.created_us = scene->now_us - 5000 * MS;
    executor_on_control(scene->executor, &control, scene->now_us, &scene->sink);
    assert_int_equal(last_sent(scene)->quantity, 2);
}

/* The market's own word is up to a second old, minutes of a replay: what is said after a tick is not before it. */
static void test_what_is_said_has_the_last_tick_s_time(void **state)
{
    struct scene *scene = *state;
    const struct tick tick = {.symbol = "MXFH1", .price = PRICE_POINTS(17400), .time_us = T0 + 700 * MS};
    hold(scene, 1, "k3-1-E1", SIDE_BUY, 2);
    executor_on_tick(scene->executor, &tick);
    flatten(scene, "MXFH1");
    char id[CLIENT_ORDER_ID_SIZE];
    (void)text_copy(id, sizeof id, last_sent(scene)->client_order_id);
    capture_clear(&scene->out);
    fill(scene, id, "c1", 2, 17390);
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is flat"), 1);
    assert_int_equal(capture_last(&scene->out, PORT_PUBLISH, MSG_RISK_EVENT)->risk_event.market_us, T0 + 700 * MS);
}

/* Two conditions hold as much against each other: no order can close that, the gate is asked to let them give it up. */
static void test_flatten_of_what_nets(void **state)
{
    struct scene *scene = *state;
    struct signal bought = signal_of(1, "k3-1-E1", SIDE_BUY, 2), sold = signal_of(2, "k3-2-E1", SIDE_SELL, 2);
    bought.order.condition_id = 1;
    sold.order.condition_id = 2;
    send_signal(scene, &bought);
    fill(scene, "k3-1-E1", "f1", 2, 17400);
    send_signal(scene, &sold);
    fill(scene, "k3-2-E1", "f2", 2, 17500);
    assert_int_equal(held(scene), 0);
    capture_clear(&scene->out);
    flatten(scene, "MXFH1");
    const struct order_request asked = *last_sent(scene);
    assert_int_equal(asked.leg, LEG_FLATTEN);
    assert_true(asked.reduce_only);
    assert_int_equal(asked.quantity, 2);
    for (int64_t id = 1; id <= 2; id++) {
        struct order_event released = event_of(scene, asked.client_order_id, EXEC_RELEASED, ORDER_INTENT);
        released.request.condition_id = id;
        released.fill_quantity = 2;
        released.fill_price = PRICE_POINTS(17450);
        event_raw(scene, &released);
        const struct condition_lots *lots = &capture_last(&scene->out, PORT_STORE, MSG_CONDITION_LOTS)->condition_lots;
        assert_int_equal(lots->condition_id, id);
        assert_int_equal(lots->quantity, 0);
    }
    happens(scene, asked.client_order_id, EXEC_CANCELLED, ORDER_CANCELLED);
    assert_int_equal(executor_order(scene->executor, asked.client_order_id)->state, ORDER_CANCELLED);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 1);
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is flat"), 1);
    assert_int_equal(held(scene), 0);
}

/* Two lots are held and an order that may have sold them is UNKNOWN: selling them again could reverse the position. */
static void test_flatten_waits_for_what_is_in_doubt(void **state)
{
    struct scene *scene = *state;
    hold(scene, 1, "k3-1-E1", SIDE_BUY, 3);
    const struct signal sold = signal_of(2, "k3-2-E1", SIDE_SELL, 2);
    send_signal(scene, &sold);
    happens(scene, "k3-2-E1", EXEC_UNKNOWN, ORDER_UNKNOWN);
    capture_clear(&scene->out);
    flatten(scene, "MXFH1");
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 1);
    assert_int_equal(last_sent(scene)->quantity, 1); /* two may be gone already */
    fill(scene, last_sent(scene)->client_order_id, "c1", 1, 17390);
    capture_clear(&scene->out);
    scene->now_us += 1000 * MS;
    executor_on_timer(scene->executor, scene->now_us, &scene->sink);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is flat"), 0);
    happens(scene, "k3-2-E1", EXEC_CANCELLED, ORDER_CANCELLED); /* it never got there */
    scene->now_us += 1000 * MS;
    executor_on_timer(scene->executor, scene->now_us, &scene->sink);
    assert_int_equal(last_sent(scene)->quantity, 2);
    fill(scene, last_sent(scene)->client_order_id, "c2", 2, 17390);
    assert_int_equal(held(scene), 0);
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is flat"), 1);
}

/* The venue will not cancel: it is asked again later, not with each refusal. */
static void test_flatten_asks_again_later(void **state)
{
    struct scene *scene = *state;
    const struct signal resting = signal_of(1, "k3-1-E1", SIDE_BUY, 3);
    send_signal(scene, &resting);
    happens(scene, "k3-1-E1", EXEC_NEW, ORDER_NEW);
    capture_clear(&scene->out);
    flatten(scene, "MXFH1");
    for (int i = 0; i < 20; i++) happens(scene, "k3-1-E1", EXEC_CANCEL_REJECTED, ORDER_NEW);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST), 1);
    scene->now_us += 200 * MS;
    executor_on_timer(scene->executor, scene->now_us, &scene->sink);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST), 2);
    fill(scene, "k3-1-E1", "f1", 3, 17400); /* that was why */
    assert_int_equal(last_sent(scene)->leg, LEG_FLATTEN);
    assert_int_equal(last_sent(scene)->quantity, 3);
}

/* Asked for twice, and once for all: one order closes. What an entry fills beside it is closed too. */
static void test_flattens_do_not_add_up(void **state)
{
    struct scene *scene = *state;
    hold(scene, 1, "k3-1-E1", SIDE_BUY, 2);
    const struct signal entry = signal_of(2, "k3-2-E1", SIDE_BUY, 3);
    send_signal(scene, &entry);
    happens(scene, "k3-2-E1", EXEC_NEW, ORDER_NEW);
    capture_clear(&scene->out);
    flatten(scene, "MXFH1");
    flatten(scene, "MXFH1");
    flatten(scene, "all");
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST), 1);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0); /* the entry may fill yet */
    fill(scene, "k3-2-E1", "e2", 3, 17400);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 1);
    assert_int_equal(last_sent(scene)->side, SIDE_SELL);
    assert_int_equal(last_sent(scene)->quantity, 5);
    fill(scene, last_sent(scene)->client_order_id, "c2", 5, 17390);
    assert_int_equal(held(scene), 0);
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is flat"), 1);
}

static void test_flatten_gives_up(void **state)
{
    struct scene *scene = *state;
    hold(scene, 1, "k3-1-E1", SIDE_SELL, 2);
    flatten(scene, "all");
    for (int attempt = 1; attempt <= 5; attempt++) {
        const struct order_request *closing = last_sent(scene);
        assert_int_equal(closing->attempt, attempt);
        assert_int_equal(closing->side, SIDE_BUY);
        struct order_event denied = event_of(scene, closing->client_order_id, EXEC_DENIED, ORDER_DENIED);
        denied.reject = REJECT_NOT_LOGGED_IN;
        (void)text_copy(denied.reason, sizeof denied.reason, "not logged in to SIM");
        capture_clear(&scene->out);
        event_raw(scene, &denied);
        scene->now_us += 500 * MS;
        executor_on_timer(scene->executor, scene->now_us, &scene->sink);
    }
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is not flat: 2 lots held after 5 attempts: not logged in to SIM"),
                     1);
}

/* A reason from before something was closed is no reason any more. */
static void test_flatten_gives_the_last_reason(void **state)
{
    struct scene *scene = *state;
    hold(scene, 1, "k3-1-E1", SIDE_SELL, 4);
    flatten(scene, "MXFH1");
    struct order_event denied = event_of(scene, last_sent(scene)->client_order_id, EXEC_DENIED, ORDER_DENIED);
    denied.reject = REJECT_NOT_LOGGED_IN;
    (void)text_copy(denied.reason, sizeof denied.reason, "not logged in to SIM");
    event_raw(scene, &denied);
    for (int attempt = 2; attempt <= 7; attempt++) {
        scene->now_us += 500 * MS;
        executor_on_timer(scene->executor, scene->now_us, &scene->sink);
        char id[CLIENT_ORDER_ID_SIZE];
        (void)text_copy(id, sizeof id, last_sent(scene)->client_order_id);
        if (attempt == 2) fill(scene, id, "c1", 1, 17400);
        happens(scene, id, EXEC_CANCELLED, ORDER_CANCELLED); /* the book had no more */
    }
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is not flat: 3 lots held after 5 attempts: nothing was filled"),
                     1);
}

static void test_flatten_in_slices_over_restart(void **state)
{
    struct scene *scene = *state;
    static struct capture records;
    hold(scene, 1, "k3-1-E1", SIDE_BUY, 23);
    flatten(scene, "MXFH1");
    assert_int_equal(last_sent(scene)->quantity, 10); /* the most a market order may have */
    fill(scene, last_sent(scene)->client_order_id, "c1", 10, 17390);
    assert_int_equal(last_sent(scene)->quantity, 10);
    records = scene->out;
    restart(scene, &records, 6);
    assert_int_equal(held(scene), 13);
    executor_on_timer(scene->executor, scene->now_us, &scene->sink);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST),
                     1); /* the second slice again, no third */
    char id[CLIENT_ORDER_ID_SIZE];
    (void)text_copy(id, sizeof id, last_sent(scene)->client_order_id);
    fill(scene, id, "c2", 10, 17390);
    assert_int_equal(last_sent(scene)->quantity, 3);
    fill(scene, last_sent(scene)->client_order_id, "c3", 3, 17390);
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is flat"), 1);
}

static void test_flatten_leaves_others_orders(void **state)
{
    struct scene *scene = *state;
    struct order_event foreign = event_of(scene, "venue/9", EXEC_NEW, ORDER_NEW);
    (void)text_copy(foreign.request.actor, sizeof foreign.request.actor, ORDER_ACTOR_ELSEWHERE);
    event_raw(scene, &foreign);
    capture_clear(&scene->out);
    flatten(scene, "MXFH1");
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST), 0);
    assert_int_equal(capture_risk(&scene->out, "MXFH1 is flat"), 1);
    flatten(scene, "");
    assert_int_equal(replied(scene)->status, ERR_INVALID);
    capture_clear(&scene->out);
    flatten(scene, "NOPE9");
    assert_int_equal(replied(scene)->status, ERR_NOT_FOUND);
    assert_int_equal(capture_count(&scene->out, PORT_STORE, MSG_CURSOR), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_flatten),
        TEST(test_what_is_said_has_the_last_tick_s_time),
        TEST(test_nothing_opens_meanwhile),
        TEST(test_a_flatten_that_comes_late_is_not_begun),
        TEST(test_flatten_of_what_nets),
        TEST(test_flatten_waits_for_what_is_in_doubt),
        TEST(test_flatten_asks_again_later),
        TEST(test_flattens_do_not_add_up),
        TEST(test_flatten_gives_up),
        TEST(test_flatten_gives_the_last_reason),
        TEST(test_flatten_in_slices_over_restart),
        TEST(test_flatten_leaves_others_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The executor: once, in order, and what already happened is the answer. */
#include "tests/core/executor_scene.h"

static void test_signal_becomes_one_intent(void **state)
{
    struct scene *scene = *state;
    struct signal s = signal_of(1, "k3-12-E1", SIDE_BUY, 2);
    send_signal(scene, &s);
    /* Stored: inbox, order, ack; then said; then sent. */
    assert_int_equal(capture_count(&scene->out, PORT_STORE, MSG_SIGNAL), 1);
    assert_int_equal(capture_last(&scene->out, PORT_STORE, MSG_ORDER)->order.state, ORDER_INTENT);
    assert_int_equal(capture_count(&scene->out, PORT_STORE, MSG_SIGNAL_ACK), 1);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 1);
    assert_true(acked(scene)->accepted);
    assert_string_equal(acked(scene)->client_order_id, "k3-12-E1");
    assert_int_equal(executor_unconfirmed(scene->executor), 1);
    struct signal_ack first = *acked(scene);
    capture_clear(&scene->out);
    send_signal(scene, &s);
    assert_int_equal(scene->out.count, 1); /* the same ack, and nothing else */
    assert_memory_equal(acked(scene), &first, sizeof first);
}

static void test_late_signal_expires(void **state)
{
    struct scene *scene = *state;
    struct signal s = signal_of(1, "k3-12-E1", SIDE_BUY, 2);
    scene->now_us = T0 + 5001 * MS;
    send_signal(scene, &s); /* it may have been sent before rows were lost with the power: the gateway knows */
    assert_int_equal(scene->out.count, 0);
    struct heartbeat beat = {.component = COMPONENT_GATEWAY, .last_seq = 1};
    executor_on_heartbeat(scene->executor, &beat);
    send_signal(scene, &s);
    assert_int_equal(scene->out.count, 0);
    happens(scene, "elsewhere-1", EXEC_SENDING, ORDER_SENDING);
    executor_on_heartbeat(scene->executor, &beat);
    capture_clear(&scene->out);
    send_signal(scene, &s);
    assert_false(acked(scene)->accepted);
    assert_int_equal(acked(scene)->reject, REJECT_EXPIRED);
    assert_string_equal(acked(scene)->reason, "the signal came 1 ms after its time to live ended; not sent");
    assert_int_equal(state_of(scene, "k3-12-E1"), ORDER_EXPIRED);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    assert_int_equal(capture_risk(&scene->out, "signal 1 refused"), 1);
    capture_clear(&scene->out);
    scene->now_us += 1000 * MS;
    executor_on_timer(scene->executor, scene->now_us, &scene->sink);
    assert_int_equal(scene->out.count, 0);
}

/* The gateway is not the one that was told before: no new order, and those that were are answered as they were. */
static void test_held_signals_expire(void **state)
{
    struct scene *scene = *state;
    struct signal before = signal_of(1, "k3-12-E1", SIDE_BUY, 2), during = signal_of(2, "k3-13-E1", SIDE_BUY, 2);
    send_signal(scene, &before);
    executor_hold(scene->executor, "gateway.db was replaced");
    capture_clear(&scene->out);
    send_signal(scene, &during);
    assert_false(acked(scene)->accepted);
    assert_int_equal(acked(scene)->reject, REJECT_EXPIRED);
    assert_string_equal(acked(scene)->reason, "gateway.db was replaced");
    assert_int_equal(state_of(scene, "k3-13-E1"), ORDER_EXPIRED);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    assert_int_equal(capture_risk(&scene->out, "signal 2 refused: gateway.db was replaced"), 1);
    before.seq = 3;
    capture_clear(&scene->out);
    send_signal(scene, &before);
    assert_true(acked(scene)->accepted);
    executor_hold(scene->executor, NULL);
    during = signal_of(4, "k3-14-E1", SIDE_BUY, 2);
    capture_clear(&scene->out);
    send_signal(scene, &during);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 1);
}

static void test_bad_signals(void **state)
{
    struct scene *scene = *state;
    struct signal good = signal_of(1, "k3-12-E1", SIDE_BUY, 2), other = signal_of(2, "k3-12-E1", SIDE_BUY, 3);
    struct signal bad = signal_of(3, "k3-13-E1", SIDE_BUY, 1), again = signal_of(4, "k3-12-E1", SIDE_BUY, 2);
    send_signal(scene, &good);
    send_signal(scene, &other);
    assert_false(acked(scene)->accepted);
    assert_int_equal(acked(scene)->reject, REJECT_ID_REUSED);
    bad.order.type = ORDER_LIMIT; /* without a price */
    send_signal(scene, &bad);
    assert_int_equal(acked(scene)->reject, REJECT_INVALID_ORDER);
    assert_null(executor_order(scene->executor, "k3-13-E1"));
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 1);
    send_signal(scene, &again); /* an outbox that lost its numbers: the same order is absorbed */
    assert_true(acked(scene)->accepted);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 1);
}

static void test_resent_until_named(void **state)
{
    struct scene *scene = *state;
    struct signal s = signal_of(1, "k3-12-E1", SIDE_BUY, 2);
    send_signal(scene, &s);
    capture_clear(&scene->out);
    executor_on_timer(scene->executor, T0 + 199 * MS, &scene->sink);
    assert_int_equal(scene->out.count, 0);
    executor_on_timer(scene->executor, T0 + 200 * MS, &scene->sink);
    executor_on_timer(scene->executor, T0 + 400 * MS, &scene->sink);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 2);
    happens(scene, "k3-12-E1", EXEC_SENDING, ORDER_SENDING);
    capture_clear(&scene->out);
    executor_on_timer(scene->executor, T0 + 900 * MS, &scene->sink);
    assert_int_equal(scene->out.count, 0);
    assert_int_equal(executor_unconfirmed(scene->executor), 0);
}

static void test_events_in_order(void **state)
{
    struct scene *scene = *state;
    struct signal s = signal_of(1, "k3-12-E1", SIDE_BUY, 3);
    struct err err;
    send_signal(scene, &s);
    fill(scene, "k3-12-E1", "x1", 1, 17400); /* before its ack */
    happens(scene, "k3-12-E1", EXEC_NEW, ORDER_PARTIALLY_FILLED);
    assert_int_equal(state_of(scene, "k3-12-E1"), ORDER_PARTIALLY_FILLED);
    struct order_event next = event_of(scene, "k3-12-E1", EXEC_FILL, ORDER_PARTIALLY_FILLED);
    next.seq += 2;
    assert_int_equal(executor_on_order_event(scene->executor, &next, T0, &scene->sink, &err), ERR_STATE);
    assert_string_equal(err.text, "order events 3 to 4 are missing");
    assert_int_equal(executor_events_seq(scene->executor), 2);
    next.seq = 1; /* an old one again */
    capture_clear(&scene->out);
    assert_int_equal(executor_on_order_event(scene->executor, &next, T0, &scene->sink, &err), ERR_OK);
    assert_int_equal(scene->out.count, 0);
    assert_int_equal(held(scene), 1);
    scene->seq = 2;
    fill(scene, "k3-12-E1", "x2", 2, 17410);
    assert_int_equal(state_of(scene, "k3-12-E1"), ORDER_FILLED);
    assert_int_equal(held(scene), 3);
    assert_int_equal(executor_position(scene->executor, "A1", "MXFH1")->open_value, PRICE_POINTS(17400 + 2 * 17410));
    assert_int_equal(capture_last(&scene->out, PORT_STORE, MSG_CURSOR)->cursor.seq, 3);
    assert_int_equal(capture_count(&scene->out, PORT_STORE, MSG_ORDER_EVENT), 1);
    assert_int_equal(capture_count(&scene->out, PORT_PUBLISH, MSG_POSITION), 1);
}

static void test_fills_count_once(void **state)
{
    struct scene *scene = *state;
    struct signal s = signal_of(1, "k3-12-E1", SIDE_BUY, 3);
    send_signal(scene, &s);
    fill(scene, "k3-12-E1", "x1", 1, 17400);
    fill(scene, "k3-12-E1", "x1", 1, 17400);
    assert_int_equal(held(scene), 1);
    assert_int_equal(capture_risk(&scene->out, "fill x1 came twice"), 1);
    happens(scene, "k3-12-E1", EXEC_CANCELLED, ORDER_CANCELLED);
    fill(scene, "k3-12-E1", "x2", 1, 17400); /* after the end: a fact all the same */
    assert_int_equal(held(scene), 2);
    assert_int_equal(state_of(scene, "k3-12-E1"), ORDER_CANCELLED);
    assert_int_equal(capture_risk(&scene->out, "after the order had ended"), 1);
}

static void test_unknown_order_is_adopted(void **state)
{
    struct scene *scene = *state;
    fill(scene, "k3-99-E1", "x1", 1, 17400);
    assert_int_equal(held(scene), 1);
    assert_int_equal(state_of(scene, "k3-99-E1"), ORDER_FILLED);
}

static void ticket(struct scene *scene, const char *id, enum side side, int32_t quantity)
{
    struct order_command command = {.request_id = 77, .order = request_of(id, side, quantity)};
    (void)text_copy(command.order.actor, sizeof command.order.actor, "ann");
    executor_on_order_command(scene->executor, &command, scene->now_us, &scene->sink);
}

static void test_operators_ticket(void **state)
{
    struct scene *scene = *state;
    ticket(scene, "", SIDE_BUY, 1);
    assert_int_equal(replied(scene)->status, ERR_OK);
    assert_int_equal(replied(scene)->request_id, 77);
    assert_string_equal(replied(scene)->text, "k3-m5-1");
    const struct order *order = executor_order(scene->executor, "k3-m5-1");
    assert_int_equal(order->request.condition_id, 0);
    assert_int_equal(order->request.leg, LEG_NONE);
    assert_int_equal(order->request.expires_us, T0 + 5000 * MS);
    assert_string_equal(order->request.actor, "ann");
    ticket(scene, "k3-m5-2", SIDE_BUY, 1); /* an id from an earlier try */
    ticket(scene, "k3-m5-2", SIDE_BUY, 1); /* which is safe to try again */
    assert_int_equal(replied(scene)->status, ERR_OK);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 2);
    ticket(scene, "k3-m5-2", SIDE_SELL, 1);
    assert_int_equal(replied(scene)->status, ERR_EXISTS);
    ticket(scene, "", SIDE_SELL, 1); /* and is passed over */
    assert_string_equal(replied(scene)->text, "k3-m5-3");
    ticket(scene, "", SIDE_BUY, -5);
    assert_int_equal(replied(scene)->status, ERR_RANGE);
    assert_non_null(strstr(replied(scene)->text, "quantity: -5"));
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 3);
}

static void keyed_ticket(struct scene *scene, uint64_t key, int32_t quantity)
{
    struct order_command command = {.request_id = 77, .order = request_of("", SIDE_BUY, quantity), .key = key};
    command.order.created_us = scene->now_us;
    executor_on_order_command(scene->executor, &command, scene->now_us, &scene->sink);
}

/* An answer was lost, and the trader sends it again: also when it was filled meanwhile, and after a restart. */
static void test_a_key_is_one_order(void **state)
{
    struct scene *scene = *state;
    keyed_ticket(scene, 36 * 36 + 35, 1);
    assert_int_equal(replied(scene)->status, ERR_OK);
    assert_int_equal(replied(scene)->number, 1);
    assert_string_equal(replied(scene)->text, "k3-k10z");
    scene->now_us += 60000 * MS;
    keyed_ticket(scene, 36 * 36 + 35, 1);
    assert_int_equal(replied(scene)->status, ERR_OK);
    assert_int_equal(replied(scene)->number, 0); /* it was there */
    assert_string_equal(replied(scene)->text, "k3-k10z");
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 1);
    keyed_ticket(scene, 36 * 36 + 35, 2);
    assert_int_equal(replied(scene)->status, ERR_EXISTS);
    fill(scene, "k3-k10z", "x1", 1, 17400);
    restart(scene, &scene->out, 6);
    capture_clear(&scene->out);
    keyed_ticket(scene, 36 * 36 + 35, 1);
    assert_int_equal(replied(scene)->number, 0);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    keyed_ticket(scene, INT64_MAX, 1);
    assert_string_equal(replied(scene)->text, "k3-k1y2p0ij32e8e7");
}

static void ticket_made_at(struct scene *scene, uint64_t key, int64_t created_us)
{
    struct order_command command = {.request_id = 77, .order = request_of("", SIDE_BUY, 1), .key = key};
    command.order.created_us = created_us;
    executor_on_order_command(scene->executor, &command, scene->now_us, &scene->sink);
}

/* It waited at an executor that stood still: its time to live began when it was asked for. */
static void test_a_ticket_that_comes_late_is_not_taken(void **state)
{
    struct scene *scene = *state;
    ticket_made_at(scene, 1, T0 - 5001 * MS);
    assert_int_equal(replied(scene)->status, ERR_STATE);
    assert_string_equal(replied(scene)->text, "not taken: asked for 5.0 s ago, its time to live has ended");
    ticket_made_at(scene, 1, T0 + 2001 * MS);
    assert_int_equal(replied(scene)->status, ERR_STATE);
    assert_string_equal(replied(scene)->text, "not taken: it was made in the future; the clock was set back");
    ticket_made_at(scene, 1, INT64_MAX);
    assert_int_equal(replied(scene)->status, ERR_STATE);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    ticket_made_at(scene, 1, T0 - 5000 * MS);
    assert_int_equal(replied(scene)->status, ERR_OK);
    assert_int_equal(executor_order(scene->executor, "k3-k1")->request.expires_us, T0);
    scene->now_us += 60000 * MS;
    ticket_made_at(scene, 1, T0 - 5000 * MS); /* the same wish again: what already happened is the answer */
    assert_int_equal(replied(scene)->status, ERR_OK);
}

static void cancel(struct scene *scene, const char *id)
{
    struct cancel_command command = {.request_id = 78, .cancel = {.actor = "ann", .reason = "changed my mind"}};
    (void)text_copy(command.cancel.client_order_id, sizeof command.cancel.client_order_id, id);
    executor_on_cancel_command(scene->executor, &command, scene->now_us, &scene->sink);
}

static void test_cancel_working(void **state)
{
    struct scene *scene = *state;
    ticket(scene, "", SIDE_BUY, 2);
    happens(scene, "k3-m5-1", EXEC_NEW, ORDER_NEW);
    capture_clear(&scene->out);
    cancel(scene, "k3-m5-1");
    assert_int_equal(replied(scene)->status, ERR_OK);
    assert_int_equal(state_of(scene, "k3-m5-1"), ORDER_PENDING_CANCEL);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST), 1);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 0);
    cancel(scene, "k3-m5-1"); /* impatience changes nothing */
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST), 1);
    scene->now_us += 200 * MS;
    executor_on_timer(scene->executor, scene->now_us, &scene->sink);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST), 2);
    happens(scene, "k3-m5-1", EXEC_PENDING_CANCEL, ORDER_PENDING_CANCEL);
    scene->now_us += 200 * MS;
    executor_on_timer(scene->executor, scene->now_us, &scene->sink);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST), 2);
    happens(scene, "k3-m5-1", EXEC_CANCEL_REJECTED, ORDER_NEW);
    assert_int_equal(state_of(scene, "k3-m5-1"), ORDER_NEW);
    happens(scene, "k3-m5-1", EXEC_CANCELLED, ORDER_CANCELLED);
    cancel(scene, "k3-m5-1");
    assert_int_equal(replied(scene)->status, ERR_STATE);
    assert_string_equal(replied(scene)->text, "k3-m5-1 is CANCELLED already");
    cancel(scene, "nobody");
    assert_int_equal(replied(scene)->status, ERR_NOT_FOUND);
}

/* An intent that may be anywhere on its way: it goes again with its life ended, so that it can only end or be
 * answered. */
static void test_cancel_intent_survives_restart(void **state)
{
    struct scene *scene = *state;
    static struct capture records;
    ticket(scene, "", SIDE_BUY, 2);
    cancel(scene, "k3-m5-1");
    const struct msg *again = capture_last(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST), 2);
    assert_int_equal(again->order_request.expires_us, 1);
    records = scene->out;
    restart(scene, &records, 6);
    executor_on_timer(scene->executor, scene->now_us + 300 * MS, &scene->sink);
    assert_int_equal(capture_last(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST)->order_request.expires_us, 1);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST), 1);
    happens(scene, "k3-m5-1", EXEC_NEW, ORDER_NEW); /* the gate had it after all */
    capture_clear(&scene->out);
    executor_on_timer(scene->executor, scene->now_us + 600 * MS, &scene->sink);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_CANCEL_REQUEST), 1);
}

static void test_restart(void **state)
{
    struct scene *scene = *state;
    static struct capture records;
    struct signal first = signal_of(1, "k3-12-E1", SIDE_BUY, 2), second = signal_of(2, "k3-13-E1", SIDE_SELL, 1);
    send_signal(scene, &first);
    send_signal(scene, &second);
    ticket(scene, "", SIDE_BUY, 1);
    fill(scene, "k3-12-E1", "x1", 2, 17400);
    records = scene->out;
    restart(scene, &records, 5);
    assert_int_equal(executor_events_seq(scene->executor), 1);
    assert_int_equal(held(scene), 2);
    assert_int_equal(state_of(scene, "k3-12-E1"), ORDER_FILLED);
    executor_on_timer(scene->executor, scene->now_us, &scene->sink);
    assert_int_equal(capture_count(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST),
                     2); /* the two intents without an event */
    capture_clear(&scene->out);
    send_signal(scene, &second); /* the ack was lost: said again, nothing new */
    assert_true(acked(scene)->accepted);
    assert_int_equal(scene->out.count, 1);
    fill(scene, "k3-12-E1", "x1", 2, 17400); /* a fill counted before the restart */
    assert_int_equal(held(scene), 2);
    ticket(scene, "", SIDE_BUY, 1); /* the same session: its ids are not used again */
    assert_string_equal(replied(scene)->text, "k3-m5-2");
}

static void test_no_room(void **state)
{
    struct scene *scene = *state;
    executor_free(scene->executor);
    open_scene(scene, 5, 2);
    struct signal a = signal_of(1, "a", SIDE_BUY, 1), b = signal_of(2, "b", SIDE_BUY, 1),
                  c = signal_of(3, "c", SIDE_BUY, 1);
    struct signal exits = signal_of(4, "d", SIDE_SELL, 1), later = signal_of(5, "e", SIDE_BUY, 1);
    send_signal(scene, &a);
    send_signal(scene, &b);
    send_signal(scene, &c);
    assert_false(acked(scene)->accepted);
    assert_int_equal(acked(scene)->reject, REJECT_NO_ROOM);
    assert_non_null(strstr(acked(scene)->reason, "2 orders are kept"));
    exits.order.reduce_only = true; /* an exit is never refused for that */
    send_signal(scene, &exits);
    assert_true(acked(scene)->accepted);
    fill(scene, "a", "x1", 1, 17400);
    fill(scene, "b", "x2", 1, 17400);
    fill(scene, "d", "x3", 1, 17400);
    send_signal(scene, &later); /* ended, but of today */
    assert_false(acked(scene)->accepted);
    market(scene, 20210728);
    later.seq = 6;
    send_signal(scene, &later);
    assert_true(acked(scene)->accepted);
    assert_null(executor_order(scene->executor, "a"));
    send_signal(scene, &c); /* refused before: refused the same way, room or not */
    assert_false(acked(scene)->accepted);
}

static void test_new_trading_day(void **state)
{
    struct scene *scene = *state;
    hold(scene, 1, "k3-1-E1", SIDE_BUY, 2);
    capture_clear(&scene->out);
    market(scene, 20210727);
    assert_int_equal(scene->out.count, 0);
    market(scene, 20210728);
    const struct msg *rolled = capture_last(&scene->out, PORT_STORE, MSG_POSITION);
    assert_non_null(rolled);
    assert_int_equal(rolled->position.trading_day, 20210728);
    assert_int_equal(rolled->position.quantity, 2);
    assert_int_equal(rolled->position.cost, 0);
}

/* The gateway has another order of this name: that one is the order, and the intent, which can never go, is an alarm. */
static void test_id_that_is_taken(void **state)
{
    struct scene *scene = *state;
    ticket(scene, "k3-m5-1", SIDE_BUY, 1);
    struct order_event other = event_of(scene, "k3-m5-1", EXEC_FILL, ORDER_FILLED);
    other.request.quantity = 2;
    other.fill_quantity = other.filled_quantity = 2;
    other.fill_price = PRICE_POINTS(17400);
    event_raw(scene, &other);
    assert_int_equal(state_of(scene, "k3-m5-1"), ORDER_FILLED);
    assert_int_equal(executor_order(scene->executor, "k3-m5-1")->request.quantity, 2);
    assert_int_equal(capture_risk(&scene->out, "BUY 1 MXFH1 is not sent: k3-m5-1 is another order's id"), 1);
    assert_int_equal(held(scene), 2); /* what the other did is a fact */
    /* An order of a day that is forgotten here: the gateway repeats its last event, which was applied then. */
    ticket(scene, "k3-m5-2", SIDE_BUY, 2);
    struct order_event old = event_of(scene, "k3-m5-2", EXEC_FILL, ORDER_FILLED);
    old.seq = --scene->seq;
    old.fill_quantity = old.filled_quantity = 2;
    old.fill_price = PRICE_POINTS(17400);
    event_raw(scene, &old);
    assert_int_equal(state_of(scene, "k3-m5-2"), ORDER_FILLED);
    assert_int_equal(held(scene), 2);
    capture_clear(&scene->out);
    executor_on_timer(scene->executor, scene->now_us + 1000 * MS, &scene->sink);
    assert_int_equal(scene->out.count, 0);
}

static void test_restore_refuses_what_is_not_its_own(void **state)
{
    struct scene *scene = *state;
    struct msg msg = {.id = MSG_DEPTH};
    struct err err;
    assert_int_equal(executor_restore(scene->executor, &msg, &err), ERR_INVALID);
    assert_string_equal(err.text, "executor: a stored depth is not its own");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_signal_becomes_one_intent),
        TEST(test_late_signal_expires),
        TEST(test_held_signals_expire),
        TEST(test_bad_signals),
        TEST(test_resent_until_named),
        TEST(test_events_in_order),
        TEST(test_fills_count_once),
        TEST(test_unknown_order_is_adopted),
        TEST(test_operators_ticket),
        TEST(test_a_key_is_one_order),
        TEST(test_a_ticket_that_comes_late_is_not_taken),
        TEST(test_cancel_working),
        TEST(test_cancel_intent_survives_restart),
        TEST(test_restart),
        TEST(test_no_room),
        TEST(test_id_that_is_taken),
        TEST(test_new_trading_day),
        TEST(test_restore_refuses_what_is_not_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

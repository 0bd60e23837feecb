/* The executor: once, in order, and what already happened is the answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/executor.h"
#include "core/text.h"
#include "tests/core/capture.h"

#define T0 ((int64_t)1627350000000000)
#define MS ((int64_t)1000)

struct scene {
    struct executor *executor;
    struct capture out;
    struct sink sink;
    uint64_t seq; /* of order events */
    int64_t now_us;
};

static struct executor_config config_of(uint64_t session, uint32_t max_orders)
{
    return (struct executor_config){.install = "k3",
                                    .session = session,
                                    .resend_us = 200 * MS,
                                    .time_to_live_us = 5000 * MS,
                                    .commission = 0,
                                    .max_orders = max_orders};
}

static struct contract contract_mxf(void)
{
    struct contract contract = {.symbol = "MXFH1",
                                .product = "MXF",
                                .multiplier = 50,
                                .tick = PRICE_POINTS(1),
                                .fee = PRICE_POINTS(10),
                                .tax_per_billion = 20000,
                                .max_market_lots = 10,
                                .max_limit_lots = 100};
    return contract;
}

static void market(struct scene *scene, int32_t trading_day)
{
    struct market market = {.market_us = T0, .trading_day = trading_day, .session = 1, .session_state = 2};
    executor_on_market(scene->executor, &market, scene->now_us, &scene->sink);
}

static void open_scene(struct scene *scene, uint64_t session, uint32_t max_orders)
{
    struct executor_config config = config_of(session, max_orders);
    struct contract contract = contract_mxf();
    memset(scene, 0, sizeof *scene);
    scene->now_us = T0;
    scene->sink = capture_sink(&scene->out);
    scene->executor = executor_new(&config);
    assert_non_null(scene->executor);
    executor_on_contract(scene->executor, &contract);
    market(scene, 20210727);
    capture_clear(&scene->out);
}

static int setup(void **state)
{
    static struct scene scene;
    open_scene(&scene, 5, 64);
    *state = &scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    executor_free(scene->executor);
    return 0;
}

static struct order_request request_of(const char *id, enum side side, int32_t quantity)
{
    struct order_request request = {.account = "A1",
                                    .symbol = "MXFH1",
                                    .side = side,
                                    .type = ORDER_MARKET,
                                    .tif = TIF_IOC,
                                    .quantity = quantity,
                                    .condition_id = 12,
                                    .leg = LEG_ENTRY,
                                    .attempt = 1,
                                    .created_us = T0,
                                    .expires_us = T0 + 5000 * MS,
                                    .actor = "strategy"};
    (void)text_copy(request.client_order_id, sizeof request.client_order_id, id);
    return request;
}

static struct signal signal_of(uint64_t seq, const char *id, enum side side, int32_t quantity)
{
    struct signal signal = {.seq = seq, .strategy = "k3", .order = request_of(id, side, quantity)};
    return signal;
}

static void send_signal(struct scene *scene, const struct signal *signal)
{
    executor_on_signal(scene->executor, signal, scene->now_us, &scene->sink);
}

static const struct signal_ack *acked(const struct scene *scene)
{
    const struct msg *msg = capture_last(&scene->out, PORT_ACK, MSG_SIGNAL_ACK);
    assert_non_null(msg);
    return &msg->signal_ack;
}

static const struct reply *replied(const struct scene *scene)
{
    const struct msg *msg = capture_last(&scene->out, PORT_REPLY, MSG_REPLY);
    assert_non_null(msg);
    return &msg->reply;
}

static void event_raw(struct scene *scene, const struct order_event *event)
{
    struct err err;
    assert_int_equal(executor_on_order_event(scene->executor, event, scene->now_us, &scene->sink, &err), ERR_OK);
}

static struct order_event event_of(struct scene *scene, const char *id, enum exec_kind kind, enum order_state state)
{
    const struct order *order = executor_order(scene->executor, id);
    struct order_event event = {
        .seq = ++scene->seq, .kind = kind, .state = state, .trading_day = 20210727, .time_us = scene->now_us};
    if (order != NULL)
        event.request = order->request;
    else
        event.request = request_of(id, SIDE_BUY, 1);
    if (kind == EXEC_NEW) (void)text_copy(event.venue_order_id, sizeof event.venue_order_id, "v1");
    return event;
}

static void happens(struct scene *scene, const char *id, enum exec_kind kind, enum order_state state)
{
    struct order_event event = event_of(scene, id, kind, state);
    event_raw(scene, &event);
}

static void fill(struct scene *scene, const char *id, const char *exec_id, int32_t quantity, int64_t points)
{
    struct order_event event = event_of(scene, id, EXEC_FILL, ORDER_PARTIALLY_FILLED);
    event.fill_quantity = quantity;
    event.fill_price = PRICE_POINTS(points);
    (void)text_copy(event.exec_id, sizeof event.exec_id, exec_id);
    event_raw(scene, &event);
}

static enum order_state state_of(const struct scene *scene, const char *id)
{
    const struct order *order = executor_order(scene->executor, id);
    assert_non_null(order);
    return order->state;
}

static int32_t held(const struct scene *scene)
{
    const struct position *position = executor_position(scene->executor, "A1", "MXFH1");
    return position == NULL ? 0 : position->quantity;
}

/* A second process over what the first one stored: everything in `records`, by table, newest row of a key. */
static void restart(struct scene *scene, const struct capture *records, uint64_t session)
{
    static const enum msg_id ids[] = {MSG_POSITION, MSG_CURSOR, MSG_ORDER, MSG_ORDER_EVENT, MSG_SIGNAL_ACK};
    uint64_t seq = scene->seq;
    int64_t now_us = scene->now_us;
    static struct capture kept;
    struct err err;
    kept = *records;
    executor_free(scene->executor);
    open_scene(scene, session, 64);
    scene->seq = seq;
    scene->now_us = now_us;
    for (size_t k = 0; k < sizeof ids / sizeof ids[0]; k++)
        for (size_t i = 0; i < kept.count; i++) {
            bool newest = kept.ports[i] == PORT_STORE && kept.msgs[i].id == ids[k];
            for (size_t j = i + 1; newest && j < kept.count && ids[k] != MSG_ORDER_EVENT; j++) {
                if (kept.ports[j] != PORT_STORE || kept.msgs[j].id != ids[k]) continue;
                newest =
                    !((ids[k] == MSG_ORDER && strcmp(kept.msgs[i].order.request.client_order_id,
                                                     kept.msgs[j].order.request.client_order_id) == 0) ||
                      (ids[k] == MSG_CURSOR && strcmp(kept.msgs[i].cursor.stream, kept.msgs[j].cursor.stream) == 0) ||
                      ids[k] == MSG_POSITION);
            }
            if (newest) assert_int_equal(executor_restore(scene->executor, &kept.msgs[i], &err), ERR_OK);
        }
}

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

static void flatten(struct scene *scene, const char *symbol)
{
    struct control control = {.request_id = 79, .kind = CONTROL_FLATTEN, .actor = "ann"};
    (void)text_copy(control.text, sizeof control.text, symbol);
    executor_on_control(scene->executor, &control, scene->now_us, &scene->sink);
}

static const struct order_request *last_sent(const struct scene *scene)
{
    const struct msg *msg = capture_last(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST);
    assert_non_null(msg);
    return &msg->order_request;
}

static void hold(struct scene *scene, uint64_t seq, const char *id, enum side side, int32_t quantity)
{
    struct signal s = signal_of(seq, id, side, quantity);
    send_signal(scene, &s);
    fill(scene, id, id, quantity, 17400);
}

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
        TEST(test_cancel_working),
        TEST(test_cancel_intent_survives_restart),
        TEST(test_restart),
        TEST(test_flatten),
        TEST(test_flatten_of_what_nets),
        TEST(test_flatten_waits_for_what_is_in_doubt),
        TEST(test_flatten_gives_up),
        TEST(test_flatten_in_slices_over_restart),
        TEST(test_flatten_leaves_others_orders),
        TEST(test_no_room),
        TEST(test_id_that_is_taken),
        TEST(test_new_trading_day),
        TEST(test_restore_refuses_what_is_not_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * executor_scene: an executor whose signals, order events and time are what the test says.
 *
 * Owner: the test. Thread: one.
 */
#ifndef TESTS_CORE_EXECUTOR_SCENE_H
#define TESTS_CORE_EXECUTOR_SCENE_H

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

static inline struct executor_config config_of(uint64_t session, uint32_t max_orders)
{
    return (struct executor_config){.install = "k3",
                                    .session = session,
                                    .resend_us = 200 * MS,
                                    .time_to_live_us = 5000 * MS,
                                    .commission = 0,
                                    .max_orders = max_orders};
}

static inline struct contract contract_mxf(void)
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

static inline void market(struct scene *scene, int32_t trading_day)
{
    struct market market = {.market_us = T0, .trading_day = trading_day, .session = 1, .session_state = 2};
    executor_on_market(scene->executor, &market, scene->now_us, &scene->sink);
}

static inline void open_scene(struct scene *scene, uint64_t session, uint32_t max_orders)
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

static inline int setup(void **state)
{
    static struct scene scene;
    open_scene(&scene, 5, 64);
    *state = &scene;
    return 0;
}

static inline int teardown(void **state)
{
    struct scene *scene = *state;
    executor_free(scene->executor);
    return 0;
}

static inline struct order_request request_of(const char *id, enum side side, int32_t quantity)
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

static inline struct signal signal_of(uint64_t seq, const char *id, enum side side, int32_t quantity)
{
    struct signal signal = {.seq = seq, .strategy = "k3", .order = request_of(id, side, quantity)};
    return signal;
}

static inline void send_signal(struct scene *scene, const struct signal *signal)
{
    executor_on_signal(scene->executor, signal, scene->now_us, &scene->sink);
}

static inline const struct signal_ack *acked(const struct scene *scene)
{
    const struct msg *msg = capture_last(&scene->out, PORT_ACK, MSG_SIGNAL_ACK);
    assert_non_null(msg);
    return &msg->signal_ack;
}

static inline const struct reply *replied(const struct scene *scene)
{
    const struct msg *msg = capture_last(&scene->out, PORT_REPLY, MSG_REPLY);
    assert_non_null(msg);
    return &msg->reply;
}

static inline void event_raw(struct scene *scene, const struct order_event *event)
{
    struct err err;
    assert_int_equal(executor_on_order_event(scene->executor, event, scene->now_us, &scene->sink, &err), ERR_OK);
}

static inline struct order_event event_of(struct scene *scene, const char *id, enum exec_kind kind,
                                          enum order_state state)
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

static inline void happens(struct scene *scene, const char *id, enum exec_kind kind, enum order_state state)
{
    struct order_event event = event_of(scene, id, kind, state);
    event_raw(scene, &event);
}

static inline void fill(struct scene *scene, const char *id, const char *exec_id, int32_t quantity, int64_t points)
{
    struct order_event event = event_of(scene, id, EXEC_FILL, ORDER_PARTIALLY_FILLED);
    event.fill_quantity = quantity;
    event.fill_price = PRICE_POINTS(points);
    (void)text_copy(event.exec_id, sizeof event.exec_id, exec_id);
    event_raw(scene, &event);
}

static inline enum order_state state_of(const struct scene *scene, const char *id)
{
    const struct order *order = executor_order(scene->executor, id);
    assert_non_null(order);
    return order->state;
}

static inline int32_t held(const struct scene *scene)
{
    const struct position *position = executor_position(scene->executor, "A1", "MXFH1");
    return position == NULL ? 0 : position->quantity;
}

/* A second process over what the first one stored: everything in `records`, by table, newest row of a key. */
static inline void restart(struct scene *scene, const struct capture *records, uint64_t session)
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

static inline void flatten(struct scene *scene, const char *symbol)
{
    struct control control = {.request_id = 79, .kind = CONTROL_FLATTEN, .actor = "ann"};
    (void)text_copy(control.text, sizeof control.text, symbol);
    executor_on_control(scene->executor, &control, scene->now_us, &scene->sink);
}

static inline const struct order_request *last_sent(const struct scene *scene)
{
    const struct msg *msg = capture_last(&scene->out, PORT_ORDER, MSG_ORDER_REQUEST);
    assert_non_null(msg);
    return &msg->order_request;
}

static inline void hold(struct scene *scene, uint64_t seq, const char *id, enum side side, int32_t quantity)
{
    struct signal s = signal_of(seq, id, side, quantity);
    send_signal(scene, &s);
    fill(scene, id, id, quantity, 17400);
}

#endif

/*
 * gate_scene: a gate at a venue that says only what the test lets it say.
 *
 * Times: now_us starts at T0, the acknowledgement time-out is 1 s, the longest in-flight time 2 s.
 * Owner: the test. Thread: one.
 */
#ifndef TESTS_CORE_GATE_SCENE_H
#define TESTS_CORE_GATE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/gate.h"
#include "core/session.h"
#include "core/text.h"
#include "tests/core/capture.h"

#define T0           ((int64_t)1627350000000000)
#define MS           ((int64_t)1000)
#define ACK_MS       1000
#define IN_FLIGHT_MS 2000

struct scene {
    struct gate *gate;
    struct capture out;
    struct capture records; /* what a restart reads: see scene_keep */
    struct sink sink;
    int64_t now_us;
    uint64_t venue_seq;
    uint64_t venue_session;
    struct order listed[2]; /* what works at the venue, said when it is asked for */
    uint32_t listed_count;
};

static inline void scene_tick(struct scene *scene, int64_t points)
{
    struct tick tick = {.symbol = "MXFH1",
                        .epoch = 1,
                        .seq = 1,
                        .sym_seq = 1,
                        .time_us = scene->now_us,
                        .recv_us = scene->now_us,
                        .price = PRICE_POINTS(points),
                        .quantity = 1,
                        .trading_day = 20210727};
    gate_on_tick(scene->gate, &tick, scene->now_us, &scene->sink);
}

static inline void scene_market(struct scene *scene, int32_t trading_day)
{
    struct market market = {.venue = "SIM",
                            .market_us = scene->now_us,
                            .trading_day = trading_day,
                            .session = SESSION_DAY,
                            .session_state = SESSION_OPEN};
    gate_on_market(scene->gate, &market, scene->now_us, &scene->sink);
}

static inline void scene_new(struct scene *scene, uint32_t max_orders)
{
    struct gate_config config = {
        .venue = "SIM", .ack_timeout_us = ACK_MS * MS, .in_flight_us = IN_FLIGHT_MS * MS, .max_orders = max_orders};
    scene->sink = capture_sink(&scene->out);
    scene->gate = gate_new(&config);
    assert_non_null(scene->gate);
}

/* Contracts, market and a first price. */
static inline void scene_begin(struct scene *scene)
{
    static const char *const symbols[] = {"MXFH1", "TXFH1"};
    for (int i = 0; i < 2; i++) {
        struct contract contract = {.multiplier = i == 0 ? 50 : 200,
                                    .tick = PRICE_POINTS(1),
                                    .fee = PRICE_POINTS(10),
                                    .flags = CONTRACT_REGISTERED};
        (void)text_copy(contract.symbol, sizeof contract.symbol, symbols[i]);
        gate_on_contract(scene->gate, &contract);
    }
    gate_start(scene->gate, scene->now_us, &scene->sink);
    scene_market(scene, 20210727);
    scene_tick(scene, 17400);
}

static inline void scene_session(struct scene *scene, bool logged_in, const char *account)
{
    struct session_info session = {.logged_in = logged_in, .user = "demo", .venue = "SIM"};
    if (logged_in) scene->venue_session++;
    session.venue_session = scene->venue_session;
    (void)text_copy(session.account, sizeof session.account, account);
    gate_on_session(scene->gate, &session, scene->now_us, &scene->sink);
}

static inline const struct query *scene_query(const struct scene *scene, enum query_kind kind)
{
    for (size_t i = scene->out.count; i-- > 0;)
        if (scene->out.ports[i] == PORT_VENUE && scene->out.msgs[i].id == MSG_QUERY &&
            scene->out.msgs[i].query.kind == kind)
            return &scene->out.msgs[i].query;
    return NULL;
}

/* After the positions the orders are asked for: they are answered at once. */
static inline void scene_reply(struct scene *scene, enum query_kind kind)
{
    const struct query *query = scene_query(scene, kind);
    assert_non_null(query);
    struct reply reply = {.request_id = query->request_id};
    gate_on_venue_reply(scene->gate, &reply, scene->now_us, &scene->sink);
    query = kind == QUERY_VENUE_POSITIONS ? scene_query(scene, QUERY_VENUE_ORDERS) : NULL;
    if (query == NULL) return;
    reply = (struct reply){.request_id = query->request_id, .number = scene->listed_count};
    for (uint32_t i = 0; i < scene->listed_count; i++) gate_on_venue_order(scene->gate, &scene->listed[i]);
    gate_on_venue_reply(scene->gate, &reply, scene->now_us, &scene->sink);
}

/* Log in and be caught up: nothing was missed. */
static inline void scene_login(struct scene *scene)
{
    scene_session(scene, true, "A1");
    scene_reply(scene, QUERY_VENUE_FILLS);
}

/* The venue holds so many. */
static inline void scene_venue_holds(struct scene *scene, int32_t quantity)
{
    struct position position = {.account = "A1", .symbol = "MXFH1", .quantity = quantity};
    gate_on_venue_position(scene->gate, &position, scene->now_us, &scene->sink);
    scene_reply(scene, QUERY_VENUE_POSITIONS);
}

static inline void scene_open(struct scene *scene, uint32_t max_orders)
{
    memset(scene, 0, sizeof *scene);
    scene->now_us = T0;
    scene_new(scene, max_orders);
    scene_begin(scene);
    scene_login(scene);
    scene_reply(scene, QUERY_VENUE_POSITIONS);
    capture_clear(&scene->out);
}

/* Keep what was stored for a restart, and forget what was said. */
static inline void scene_keep(struct scene *scene)
{
    for (size_t i = 0; i < scene->out.count; i++)
        if (scene->out.ports[i] == PORT_STORE && scene->out.msgs[i].id != MSG_RISK_EVENT)
            capture_emit(&scene->records, PORT_STORE, &scene->out.msgs[i]);
    capture_clear(&scene->out);
}

static inline bool scene_same_row(const struct msg *a, const struct msg *b)
{
    if (a->id != b->id || a->id == MSG_ORDER_EVENT) return false;
    if (a->id == MSG_ORDER) return strcmp(a->order.request.client_order_id, b->order.request.client_order_id) == 0;
    if (a->id == MSG_CONDITION_LOTS) return a->condition_lots.condition_id == b->condition_lots.condition_id;
    if (a->id == MSG_POSITION) return strcmp(a->position.symbol, b->position.symbol) == 0;
    return true;
}

/* kill -9 after the last commit, and a new process over the same files; not logged in yet. */
static inline void scene_restart(struct scene *scene)
{
    static const enum msg_id ids[] = {MSG_GUARD_LIMITS,   MSG_GUARD_STATE, MSG_CURSOR,     MSG_POSITION,
                                      MSG_CONDITION_LOTS, MSG_ORDER,       MSG_ORDER_EVENT};
    struct err err;
    scene_keep(scene);
    gate_free(scene->gate);
    scene_new(scene, 64);
    for (size_t k = 0; k < sizeof ids / sizeof ids[0]; k++)
        for (size_t i = 0; i < scene->records.count; i++) {
            bool newest = scene->records.msgs[i].id == ids[k];
            for (size_t j = i + 1; newest && j < scene->records.count; j++)
                newest = !scene_same_row(&scene->records.msgs[i], &scene->records.msgs[j]);
            if (newest) assert_int_equal(gate_restore(scene->gate, &scene->records.msgs[i], &err), ERR_OK);
        }
    scene_begin(scene);
}

static inline struct order_request scene_request(const struct scene *scene, const char *id, enum side side,
                                                 int32_t quantity)
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
                                    .created_us = scene->now_us,
                                    .expires_us = scene->now_us + 5000 * MS,
                                    .actor = "strategy"};
    (void)text_copy(request.client_order_id, sizeof request.client_order_id, id);
    return request;
}

static inline void scene_send(struct scene *scene, const struct order_request *request)
{
    gate_on_order_request(scene->gate, request, scene->now_us, &scene->sink);
}

static inline void scene_order(struct scene *scene, const char *id, enum side side, int32_t quantity)
{
    struct order_request request = scene_request(scene, id, side, quantity);
    scene_send(scene, &request);
}

static inline struct order_request scene_exit_request(const struct scene *scene, const char *id, enum side side,
                                                      int32_t quantity)
{
    struct order_request request = scene_request(scene, id, side, quantity);
    request.reduce_only = true;
    request.leg = LEG_STOP_LOSS;
    return request;
}

static inline void scene_exec(struct scene *scene, const struct venue_exec *exec)
{
    gate_on_venue_exec(scene->gate, exec, scene->now_us, &scene->sink);
}

static inline struct venue_exec scene_exec_of(struct scene *scene, const char *id, enum exec_kind kind)
{
    struct venue_exec exec = {.seq = ++scene->venue_seq,
                              .kind = kind,
                              .account = "A1",
                              .symbol = "MXFH1",
                              .side = SIDE_BUY,
                              .quantity = 1,
                              .trading_day = 20210727};
    const struct order *order = gate_order(scene->gate, id);
    (void)text_copy(exec.client_order_id, sizeof exec.client_order_id, id);
    (void)text_copy(exec.venue_order_id, sizeof exec.venue_order_id, "v1");
    if (order != NULL) {
        exec.side = order->request.side;
        exec.quantity = order->request.quantity;
    }
    return exec;
}

static inline void scene_said(struct scene *scene, const char *id, enum exec_kind kind)
{
    struct venue_exec exec = scene_exec_of(scene, id, kind);
    scene_exec(scene, &exec);
}

static inline struct venue_exec scene_fill_of(struct scene *scene, const char *id, int32_t quantity, int64_t points)
{
    struct venue_exec exec = scene_exec_of(scene, id, EXEC_FILL);
    exec.fill_quantity = quantity;
    exec.fill_price = PRICE_POINTS(points);
    snprintf(exec.exec_id, sizeof exec.exec_id, "x%d", (int)exec.seq);
    return exec;
}

static inline void scene_fill(struct scene *scene, const char *id, int32_t quantity, int64_t points)
{
    struct venue_exec exec = scene_fill_of(scene, id, quantity, points);
    scene_exec(scene, &exec);
}

/* Hold lots: an order, its acknowledgement, its fill. */
static inline void scene_hold(struct scene *scene, const char *id, enum side side, int32_t quantity)
{
    scene_order(scene, id, side, quantity);
    scene_said(scene, id, EXEC_NEW);
    scene_fill(scene, id, quantity, 17400);
    scene_keep(scene);
}

static inline void scene_timer(struct scene *scene, int64_t later_ms)
{
    scene->now_us += later_ms * MS;
    gate_on_timer(scene->gate, scene->now_us, &scene->sink);
}

/* The answer to the open question about an order. */
static inline void scene_answer(struct scene *scene, bool found, enum order_state state, int32_t filled)
{
    const struct query *query = scene_query(scene, QUERY_VENUE_ORDER);
    assert_non_null(query);
    struct venue_order_status status = {.request_id = query->request_id, .found = found, .copies = found ? 1 : 0};
    if (found) {
        status.order = *gate_order(scene->gate, query->text);
        status.order.state = state;
        status.order.filled_quantity = filled;
        (void)text_copy(status.order.venue_order_id, sizeof status.order.venue_order_id, "v1");
    }
    gate_on_venue_order_status(scene->gate, &status, scene->now_us, &scene->sink);
}

/* Every order that was asked about works there. */
static inline void scene_answer_all(struct scene *scene)
{
    for (size_t i = 0; i < scene->out.count; i++) {
        const struct msg *msg = &scene->out.msgs[i];
        if (scene->out.ports[i] != PORT_VENUE || msg->id != MSG_QUERY || msg->query.kind != QUERY_VENUE_ORDER) continue;
        struct venue_order_status status = {.request_id = msg->query.request_id, .found = true, .copies = 1};
        status.order = *gate_order(scene->gate, msg->query.text);
        gate_on_venue_order_status(scene->gate, &status, scene->now_us, &scene->sink);
    }
}

static inline enum order_state scene_state(const struct scene *scene, const char *id)
{
    const struct order *order = gate_order(scene->gate, id);
    assert_non_null(order);
    return order->state;
}

static inline int32_t scene_held(const struct scene *scene)
{
    const struct position *position = gate_position(scene->gate, "A1", "MXFH1");
    return position == NULL ? 0 : position->quantity;
}

static inline int scene_sent(const struct scene *scene)
{
    return capture_count(&scene->out, PORT_VENUE, MSG_ORDER_REQUEST);
}

static inline const struct order_event *scene_event(const struct scene *scene)
{
    const struct msg *msg = capture_last(&scene->out, PORT_PUBLISH, MSG_ORDER_EVENT);
    assert_non_null(msg);
    return &msg->order_event;
}

static inline const struct reply *scene_control(struct scene *scene, enum control_kind kind, const char *text,
                                                int64_t number)
{
    struct control control = {.request_id = 9, .kind = kind, .number = number, .actor = "ann"};
    (void)text_copy(control.text, sizeof control.text, text);
    gate_on_control(scene->gate, &control, scene->now_us, &scene->sink);
    const struct msg *msg = capture_last(&scene->out, PORT_REPLY, MSG_REPLY);
    assert_non_null(msg);
    return &msg->reply;
}

static inline int scene_setup(void **state)
{
    static struct scene scene;
    scene_open(&scene, 64);
    *state = &scene;
    return 0;
}

static inline int scene_teardown(void **state)
{
    struct scene *scene = *state;
    gate_free(scene->gate);
    return 0;
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

static inline void scene_count_one(void *context, const struct difference *difference)
{
    (void)difference;
    ++*(int *)context;
}

static inline int scene_differences(const struct scene *scene)
{
    int count = 0;
    gate_each_difference(scene->gate, scene_count_one, &count);
    return count;
}

#endif

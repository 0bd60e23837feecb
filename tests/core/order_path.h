/*
 * order_path: strategy, executor, gate and matching joined in one thread, with nothing between them: what one says, the
 * next is given at once, or, when sinks are put in their places that keep a step's messages (gateway/driver.h), at the end
 * of the step. A market of our own prints one trade a price, over a book that always has enough.
 *
 * Owner: the test, zeroed (sinks of its own put in); order_path_begin .. order_path_end. Thread: one.
 */
#ifndef TESTS_CORE_ORDER_PATH_H
#define TESTS_CORE_ORDER_PATH_H

#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/gate.h"
#include "core/matching.h"
#include "core/strategy.h"
#include "core/text.h"

#define PATH_ACCOUNT "A-1"
#define PATH_SYMBOL  "MXFH1"
#define PATH_DAY     20210727
#define PATH_QUEUE   512

enum path_from { PATH_STRATEGY, PATH_EXECUTOR, PATH_GATE, PATH_VENUE, PATH_COMPONENTS };

struct order_path;

struct path_end {
    struct order_path *path;
    enum path_from from;
};

struct path_said {
    enum path_from from;
    enum port port;
    struct msg msg;
};

struct order_path {
    struct strategy *strategy;
    struct executor *executor;
    struct gate *gate;
    struct matching *matching;
    struct contract contract;
    struct path_end ends[PATH_COMPONENTS];
    struct sink plain[PATH_COMPONENTS];
    struct sink *sinks[PATH_COMPONENTS]; /* of each: plain, or one that keeps */
    struct path_said queue[PATH_QUEUE];
    size_t first, count;
    bool refuse; /* the venue takes no order: a price between two ticks is refused by any */
    uint32_t listing;
    money_t equity;               /* of the account; 0 before order_path_begin: plenty */
    uint64_t rows, orders, fills; /* stored; at the venue; there */
    int64_t now_us, market_us;
    void (*end_step)(struct order_path *path, enum path_from component); /* NULL: nothing to be done */
    void (*sent)(struct order_path *path);                               /* an order leaves for the venue; NULL */
};

static inline void path_emit(void *context, enum port port, const struct msg *msg)
{
    const struct path_end *end = context;
    struct order_path *path = end->path;
    if (port == PORT_STORE) path->rows++;
    if (port == PORT_VENUE && msg->id == MSG_ORDER_REQUEST && path->sent != NULL) path->sent(path);
    if (port == PORT_STORE || port == PORT_REPLY) return;
    CHECK(path->count < PATH_QUEUE);
    struct path_said *said = &path->queue[(path->first + path->count++) % PATH_QUEUE];
    said->from = end->from;
    said->port = port;
    said->msg = *msg;
}

static inline void path_steps_end(struct order_path *path)
{
    for (int i = PATH_STRATEGY; i <= PATH_GATE && path->end_step != NULL; i++) path->end_step(path, (enum path_from)i);
}

static inline void path_from_strategy(struct order_path *path, const struct path_said *said)
{
    if (said->port == PORT_SIGNAL)
        executor_on_signal(path->executor, &said->msg.signal, path->now_us, path->sinks[PATH_EXECUTOR]);
}

static inline void path_from_executor(struct order_path *path, const struct path_said *said)
{
    struct sink *gate = path->sinks[PATH_GATE];
    if (said->port == PORT_ACK)
        strategy_on_ack(path->strategy, &said->msg.signal_ack, path->now_us, path->sinks[PATH_STRATEGY]);
    else if (said->port == PORT_ORDER && said->msg.id == MSG_ORDER_REQUEST)
        gate_on_order_request(path->gate, &said->msg.order_request, path->now_us, gate);
    else if (said->port == PORT_ORDER)
        gate_on_cancel_request(path->gate, &said->msg.cancel_request, path->now_us, gate);
}

static inline void path_give_position(void *context, const struct position *position)
{
    struct order_path *path = context;
    gate_on_venue_position(path->gate, position, path->now_us, path->sinks[PATH_GATE]);
}

static inline void path_give_order(void *context, const struct order *order)
{
    struct order_path *path = context;
    gate_on_venue_order(path->gate, order);
}

/* Reports are never missing here: whatever the venue said was handed on. */
static inline void path_answer(struct order_path *path, const struct query *query)
{
    const struct reply reply = {.request_id = query->request_id};
    if (query->kind == QUERY_VENUE_POSITIONS) matching_each_position(path->matching, 0, path_give_position, path);
    if (query->kind == QUERY_VENUE_ORDERS) matching_each_working(path->matching, 0, path_give_order, path);
    gate_on_venue_reply(path->gate, &reply, path->now_us, path->sinks[PATH_GATE]);
}

static inline void path_from_gate(struct order_path *path, const struct path_said *said)
{
    struct err err;
    if (said->port == PORT_VENUE && said->msg.id == MSG_ORDER_REQUEST) {
        path->orders++;
        struct order_request taken = said->msg.order_request;
        if (path->refuse) taken.type = ORDER_LIMIT;
        if (path->refuse) taken.limit_price = 1;
        matching_order(path->matching, 0, &taken, path->sinks[PATH_VENUE]);
    } else if (said->port == PORT_VENUE && said->msg.id == MSG_QUERY) {
        path_answer(path, &said->msg.query);
    } else if (said->port == PORT_PUBLISH && said->msg.id == MSG_ORDER_EVENT) {
        CHECK(executor_on_order_event(path->executor, &said->msg.order_event, path->now_us, path->sinks[PATH_EXECUTOR],
                                      &err) == ERR_OK);
        CHECK(strategy_on_order_event(path->strategy, &said->msg.order_event, path->now_us, path->sinks[PATH_STRATEGY],
                                      &err) == ERR_OK);
    }
}

static inline void path_from_venue(struct order_path *path, const struct path_said *said)
{
    if (said->port != PORT_PUBLISH) return;
    if (said->msg.id == MSG_VENUE_EXEC) {
        path->fills += said->msg.venue_exec.kind == EXEC_FILL;
        gate_on_venue_exec(path->gate, &said->msg.venue_exec, path->now_us, path->sinks[PATH_GATE]);
    } else if (said->msg.id == MSG_TICK) {
        gate_on_tick(path->gate, &said->msg.tick, path->now_us, path->sinks[PATH_GATE]);
        executor_on_tick(path->executor, &said->msg.tick);
        strategy_on_tick(path->strategy, &said->msg.tick, path->now_us, path->sinks[PATH_STRATEGY]);
    }
}

static inline void path_run(struct order_path *path)
{
    static void (*const routes[PATH_COMPONENTS])(struct order_path *, const struct path_said *) = {
        path_from_strategy, path_from_executor, path_from_gate, path_from_venue};
    path_steps_end(path);
    while (path->count > 0) {
        static struct path_said said; /* its place may be taken while it is handed on */
        said = path->queue[path->first];
        path->first = (path->first + 1) % PATH_QUEUE;
        path->count--;
        routes[said.from](path, &said);
        path_steps_end(path);
    }
}

/* Time passes, and the market stands at that price, with lots on both sides, and trades there. */
static inline void path_tick(struct order_path *path, int64_t points)
{
    struct sink *venue = path->sinks[PATH_VENUE];
    path->now_us += CLOCK_MS_US;
    path->market_us += CLOCK_MS_US;
    matching_on_time(path->matching, path->market_us, path->now_us, venue);
    for (int side = SIDE_BUY; side <= SIDE_SELL; side++) {
        const int64_t away = side == SIDE_BUY ? -1 : 1;
        matching_flow_trim(path->matching, path->listing, (enum side)side, PRICE_MAX, -PRICE_MAX);
        matching_flow_add(path->matching, path->listing, (enum side)side, PRICE_POINTS(points + away), 50, venue);
    }
    matching_flow_add(path->matching, path->listing, SIDE_BUY, PRICE_POINTS(points), 1, venue);
    matching_flow_take(path->matching, path->listing, SIDE_SELL, PRICE_POINTS(points), 1, venue);
    path_run(path);
}

static inline void path_timers(struct order_path *path)
{
    strategy_on_timer(path->strategy, path->now_us, path->sinks[PATH_STRATEGY]);
    executor_on_timer(path->executor, path->now_us, path->sinks[PATH_EXECUTOR]);
    gate_on_timer(path->gate, path->now_us, path->sinks[PATH_GATE]);
    path_run(path);
}

/* The contract's facts of the day to come. */
static inline void path_list(struct order_path *path, int32_t trading_day, int64_t reference)
{
    struct err err;
    CHECK(contract_make(PATH_SYMBOL, trading_day, PRICE_POINTS(reference), &path->contract, &err) == ERR_OK);
    path->contract.flags |= CONTRACT_REGISTERED;
    CHECK(matching_list(path->matching, &path->contract, false, &path->listing, &err) == ERR_OK);
    strategy_on_contract(path->strategy, &path->contract);
    executor_on_contract(path->executor, &path->contract);
    gate_on_contract(path->gate, &path->contract);
}

/* It is that time at the venue, and it says so. */
static inline void path_time(struct order_path *path, int64_t market_us)
{
    path->now_us += market_us - path->market_us;
    path->market_us = market_us;
    matching_on_time(path->matching, path->market_us, path->now_us, path->sinks[PATH_VENUE]);
    path_run(path);
    const struct session *session = matching_session(path->matching, path->listing);
    const struct market market = {.venue = "SIM",
                                  .market_us = path->market_us,
                                  .trading_day = session->trading_day,
                                  .session = (int32_t)session->kind,
                                  .session_state = (int32_t)session->state};
    strategy_on_market(path->strategy, &market, path->now_us, path->sinks[PATH_STRATEGY]);
    executor_on_market(path->executor, &market, path->now_us, path->sinks[PATH_EXECUTOR]);
    gate_on_market(path->gate, &market, path->now_us, path->sinks[PATH_GATE]);
    path_run(path);
}

/* Logged in, on a session of that number; 0: logged out. */
static inline void path_session(struct order_path *path, uint64_t number)
{
    struct session_info session = {.logged_in = number != 0, .user = "demo", .venue = "SIM", .venue_session = number};
    if (number != 0) (void)text_copy(session.account, sizeof session.account, PATH_ACCOUNT);
    gate_on_session(path->gate, &session, path->now_us, path->sinks[PATH_GATE]);
    path_run(path);
    if (number != 0) strategy_on_session(path->strategy, &session);
}

static inline void order_path_begin(struct order_path *path, int64_t points)
{
    const struct strategy_config strategy = {
        .install = "k1", .time_to_live_us = 5 * CLOCK_SECOND_US, .resend_us = CLOCK_SECOND_US, .max_conditions = 20000};
    const struct executor_config executor = {.install = "k1",
                                             .session = 1,
                                             .resend_us = CLOCK_SECOND_US,
                                             .time_to_live_us = 5 * CLOCK_SECOND_US,
                                             .max_orders = 20000};
    const struct gate_config gate = {
        .venue = "SIM", .ack_timeout_us = CLOCK_SECOND_US, .in_flight_us = CLOCK_SECOND_US, .max_orders = 20000};
    const struct matching_config matching = {.install = "X", .epoch = 1, .max_orders = 20000, .max_resting = 1024};
    for (int i = 0; i < PATH_COMPONENTS; i++) {
        path->ends[i] = (struct path_end){.path = path, .from = (enum path_from)i};
        path->plain[i] = (struct sink){.context = &path->ends[i], .emit = path_emit};
        if (path->sinks[i] == NULL) path->sinks[i] = &path->plain[i];
    }
    path->market_us = calendar_taipei_us(PATH_DAY, 9 * 3600);
    path->now_us = path->market_us;
    path->strategy = strategy_new(&strategy);
    path->executor = executor_new(&executor);
    path->gate = gate_new(&gate);
    path->matching = matching_new(&matching);
    CHECK(path->strategy != NULL && path->executor != NULL && path->gate != NULL && path->matching != NULL);
    gate_start(path->gate, path->now_us, path->sinks[PATH_GATE]);
    struct err err;
    if (path->equity == 0) path->equity = PRICE_POINTS(30000000);
    CHECK(matching_open_account(path->matching, PATH_ACCOUNT, "One", 0, path->equity, &err) == ERR_OK);
    path_list(path, PATH_DAY, points);
    path_time(path, path->market_us);
    path_session(path, 1);
    CHECK(gate_is_compared(path->gate));
    path_tick(path, points);
}

static inline void path_condition(struct order_path *path, const struct condition_terms *terms)
{
    const struct condition_command command = {
        .request_id = 1, .action = CONDITION_CREATE, .terms = *terms, .actor = "trader"};
    strategy_on_command(path->strategy, &command, path->now_us, path->sinks[PATH_STRATEGY]);
    path_run(path);
}

static inline void order_path_end(struct order_path *path)
{
    strategy_free(path->strategy);
    executor_free(path->executor);
    gate_free(path->gate);
    matching_free(path->matching);
}

#endif

/*
 * strategy_fixture: a strategy with one registered contract in an open day session, a sink that keeps everything, and
 * the few inputs that tests of the strategy say over and over. Include it once a program,
 * which owns what is static here. Thread: one.
 */
#ifndef TESTS_CORE_STRATEGY_FIXTURE_H
#define TESTS_CORE_STRATEGY_FIXTURE_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "core/session.h"
#include "core/strategy.h"

#define P(points)    PRICE_POINTS(points)
#define DAY          20210726
#define SYMBOL       "MXFH1"
#define ACCOUNT_NAME "DEMO-1"
#define TTL_US       (5 * CLOCK_SECOND_US)
#define SAID_MAX     4096

struct said {
    enum port port;
    struct msg msg;
};

struct fixture {
    struct strategy *strategy;
    struct sink sink;
    struct said *said;
    size_t said_count;
    int64_t now_us;
    int64_t market_us;
    uint64_t sym_seq;
    uint64_t event_seq;
    uint32_t exec;
};

static inline void fixture_emit(void *context, enum port port, const struct msg *msg)
{
    struct fixture *f = context;
    struct err err = {0};
    if (msg_check(msg, &err) != ERR_OK) fail_msg("emitted a message that cannot be sent: %s", err.text);
    assert_true(f->said_count < SAID_MAX);
    f->said[f->said_count].port = port;
    f->said[f->said_count++].msg = *msg;
}

/* The index-th message of a kind on a port since the last forget(); NULL when there are fewer. */
static inline const struct msg *heard(const struct fixture *f, enum port port, enum msg_id id, size_t index)
{
    for (size_t i = 0; i < f->said_count; i++)
        if (f->said[i].port == port && f->said[i].msg.id == id && index-- == 0) return &f->said[i].msg;
    return NULL;
}

static inline void forget(struct fixture *f)
{
    f->said_count = 0;
}

static inline struct contract fixture_contract(void)
{
    return (struct contract){.symbol = SYMBOL,
                             .product = "MXF",
                             .last_trading_day = 20210818,
                             .trading_day = DAY,
                             .multiplier = 50,
                             .tick = P(1),
                             .reference = P(17400),
                             .limit_down = P(15660),
                             .limit_up = P(19140),
                             .max_market_lots = 10,
                             .max_limit_lots = 100,
                             .flags = CONTRACT_REGISTERED};
}

static inline struct market fixture_market(const struct fixture *f, enum session_kind session, enum session_state state)
{
    return (struct market){.market_us = f->market_us,
                           .trading_day = session_trading_day(f->market_us),
                           .session = (int32_t)session,
                           .session_state = (int32_t)state};
}

static inline struct strategy *fixture_strategy(bool instant)
{
    const struct strategy_config config = {.install = "t1",
                                           .time_to_live_us = TTL_US,
                                           .resend_us = 200 * CLOCK_MS_US,
                                           .max_conditions = 5000,
                                           .instant_fill = instant};
    struct strategy *strategy = strategy_new(&config);
    assert_non_null(strategy);
    const struct contract contract = fixture_contract();
    strategy_on_contract(strategy, &contract);
    return strategy;
}

static inline void say_market(struct fixture *f, enum session_kind session, enum session_state state)
{
    const struct market market = fixture_market(f, session, state);
    strategy_on_market(f->strategy, &market, f->now_us, &f->sink);
}

static inline struct fixture *fixture_new(bool instant)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->said = calloc(SAID_MAX, sizeof *f->said);
    assert_non_null(f->said);
    f->sink = (struct sink){f, fixture_emit};
    f->market_us = calendar_taipei_us(DAY, 9 * 3600);
    f->now_us = 1700000000 * CLOCK_SECOND_US;
    f->strategy = fixture_strategy(instant);
    say_market(f, SESSION_DAY, SESSION_OPEN);
    forget(f);
    return f;
}

static inline void fixture_free(struct fixture *f)
{
    strategy_free(f->strategy);
    free(f->said);
    free(f);
}

static inline struct condition_terms plain_terms(void)
{
    return (struct condition_terms){.account = ACCOUNT_NAME,
                                    .symbol = SYMBOL,
                                    .side = SIDE_BUY,
                                    .trigger_price = P(17400),
                                    .turning = P(10),
                                    .quantity = 3,
                                    .take_profit = P(20),
                                    .stop_loss = P(15),
                                    .basis = BASIS_FILL,
                                    .validity = VALID_GTC,
                                    .entry = ENTRY_MARKET};
}

/* -> the reply's status; *number and text of the reply stay in the last REPLY said. */
static inline enum status command(struct fixture *f, enum condition_action action, int64_t id,
                                  const struct condition_terms *terms)
{
    struct condition_command command = {.request_id = 7, .action = action, .condition_id = id, .actor = "trader"};
    if (terms != NULL) command.terms = *terms;
    strategy_on_command(f->strategy, &command, f->now_us, &f->sink);
    const struct said *last = &f->said[f->said_count - 1];
    assert_int_equal(last->port, PORT_REPLY);
    assert_int_equal(last->msg.reply.request_id, 7);
    return (enum status)last->msg.reply.status;
}

static inline int64_t create(struct fixture *f, const struct condition_terms *terms)
{
    const enum status status = command(f, CONDITION_CREATE, 0, terms);
    const struct reply *reply = &f->said[f->said_count - 1].msg.reply;
    if (status != ERR_OK) fail_msg("%s", reply->text);
    return reply->number;
}

static inline struct tick make_tick(struct fixture *f, price_t price)
{
    f->market_us += CLOCK_SECOND_US;
    return (struct tick){.symbol = SYMBOL,
                         .epoch = 1,
                         .seq = f->sym_seq + 1,
                         .sym_seq = ++f->sym_seq,
                         .time_us = f->market_us,
                         .recv_us = f->now_us,
                         .price = price,
                         .quantity = 1,
                         .trading_day = DAY};
}

static inline void tick(struct fixture *f, int64_t points)
{
    f->now_us += CLOCK_MS_US;
    const struct tick made = make_tick(f, P(points));
    strategy_on_tick(f->strategy, &made, f->now_us, &f->sink);
}

static inline void pass(struct fixture *f, int64_t us)
{
    f->now_us += us;
    strategy_on_timer(f->strategy, f->now_us, &f->sink);
}

/* The last order that was signalled. */
static inline struct order_request last_order(const struct fixture *f)
{
    for (size_t i = f->said_count; i > 0; i--)
        if (f->said[i - 1].port == PORT_SIGNAL) return f->said[i - 1].msg.signal.order;
    fail_msg("no signal was sent");
    return (struct order_request){0};
}

static inline struct order_event make_event(struct fixture *f, const struct order_request *order, enum exec_kind kind,
                                            enum order_state state, int32_t lots, int64_t points, int32_t cumulative)
{
    struct order_event event = {.seq = ++f->event_seq,
                                .kind = kind,
                                .request = *order,
                                .fill_price = lots > 0 ? P(points) : 0,
                                .fill_quantity = lots,
                                .filled_quantity = cumulative,
                                .state = state,
                                .trading_day = DAY,
                                .market_us = f->market_us,
                                .time_us = f->now_us};
    if (lots > 0) snprintf(event.exec_id, sizeof event.exec_id, "x%" PRIu32, ++f->exec);
    return event;
}

static inline void apply(struct fixture *f, const struct order_event *event)
{
    struct err err = {0};
    if (strategy_on_order_event(f->strategy, event, f->now_us, &f->sink, &err) != ERR_OK) fail_msg("%s", err.text);
}

static inline void order_goes(struct fixture *f, const struct order_request *order, enum exec_kind kind,
                              enum order_state state, const char *reason)
{
    struct order_event event = make_event(f, order, kind, state, 0, 0, 0);
    snprintf(event.reason, sizeof event.reason, "%s", reason);
    apply(f, &event);
}

static inline void fills(struct fixture *f, const struct order_request *order, int32_t lots, int64_t points,
                         int32_t cumulative)
{
    const enum order_state state = cumulative == order->quantity ? ORDER_FILLED : ORDER_PARTIALLY_FILLED;
    const struct order_event event = make_event(f, order, EXEC_FILL, state, lots, points, cumulative);
    apply(f, &event);
}

static inline const struct condition *condition(const struct fixture *f, int64_t id)
{
    const struct condition *found = strategy_condition(f->strategy, id);
    assert_non_null(found);
    return found;
}

static inline void state_is(const struct fixture *f, int64_t id, enum condition_state state)
{
    assert_string_equal(condition_state_name(condition(f, id)->state), condition_state_name(state));
}

/* A condition entered whole at 17410: OPEN, 17430 / 17395 from the fill. */
static inline int64_t open_position(struct fixture *f, const struct condition_terms *terms)
{
    const int64_t id = create(f, terms);
    tick(f, 17400);
    tick(f, 17410);
    state_is(f, id, CONDITION_ENTERING);
    const struct order_request order = last_order(f);
    fills(f, &order, order.quantity, 17410, order.quantity);
    state_is(f, id, CONDITION_OPEN);
    return id;
}

#endif

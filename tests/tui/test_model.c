/* The model: what it makes of messages, in any order, twice, or too many of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/session.h"
#include "tests/tui/recorded.h"
#include "tui/model_log.h"

#define NOW RECORDED_NOW_US

static int setup(void **state)
{
    *state = model_new();
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    model_free(*state);
    return 0;
}

/* Alive by id, then ended, newest first. */
static bool in_order(const struct condition *a, const struct condition *b)
{
    bool ended = condition_terminal(a->state), then = condition_terminal(b->state);
    return ended == then ? (ended ? a->id > b->id : a->id < b->id) : then;
}

/* Working, newest first; then ended, the last first. */
static bool orders_in_order(const struct order *a, const struct order *b)
{
    bool ended = order_state_terminal(a->state), then = order_state_terminal(b->state);
    if (ended != then) return then;
    return ended ? a->updated_us >= b->updated_us : a->request.created_us >= b->request.created_us;
}

static void test_result_by_account(void **state)
{
    struct model *model = *state;
    recorded_system(model);
    recorded_contracts(model);
    recorded_trading(model);
    money_t all = model_day_pnl(model);
    assert_true(all != 0);
    assert_int_equal(model_account_pnl(model, model->positions[0].account), all);
    (void)snprintf(model->positions[0].account, sizeof model->positions[0].account, "OTHER");
    money_t other = model_account_pnl(model, "OTHER");
    assert_true(other != 0);
    assert_int_equal(other + model_account_pnl(model, model->positions[1].account), all);
    assert_int_equal(model_account_pnl(model, "nobody"), 0);
    assert_true(model_listed(model, &model->quotes[0]));
    model->market.trading_day++; /* another market's day */
    assert_false(model_listed(model, &model->quotes[0]));
}

static void list_contract(struct model *model, const char *symbol)
{
    struct msg msg;
    msg_init(&msg, MSG_CONTRACT);
    snprintf(msg.contract.symbol, sizeof msg.contract.symbol, "%s", symbol);
    model_apply(model, &msg, COMPONENT_GATEWAY, 1);
}

static void test_contracts_stand_by_month(void **state)
{
    struct model *model = *state;
    static const char *const listed[] = {"TXFC2", "MXFC2", "MXFL1", "MX4G1", "MXFH1", "MXFH1/I1", "odd"};
    static const char *const wanted[] = {"MX4G1", "MXFH1", "MXFH1/I1", "MXFL1", "MXFC2", "TXFC2", "odd"};
    for (size_t i = 0; i < sizeof listed / sizeof *listed; i++) list_contract(model, listed[i]);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_string_equal(model->quotes[i].contract.symbol, wanted[i]);
}

static void trading_day(struct model *model, int32_t day)
{
    struct msg msg;
    msg_init(&msg, MSG_MARKET);
    msg.market.trading_day = day;
    model_apply(model, &msg, COMPONENT_GATEWAY, 1);
}

/* A code has one digit of its year: 0 comes after 9 where a decade ends. */
static void test_contracts_stand_by_month_across_a_decade(void **state)
{
    struct model *model = *state;
    static const char *const wanted[] = {"MXFK9", "MXFL9", "MXFA0", "MXFB0", "TXFL9", "TXFA0", "odd"};
    static const size_t arrival[] = {2, 5, 1, 6, 4};
    for (size_t i = 0; i < sizeof arrival / sizeof *arrival; i++) list_contract(model, wanted[arrival[i]]);
    trading_day(model, 20291119);
    list_contract(model, wanted[3]); /* and one that comes when the day is known */
    list_contract(model, wanted[0]);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_string_equal(model->quotes[i].contract.symbol, wanted[i]);
        assert_ptr_equal(model_quote(model, wanted[i]), &model->quotes[i]);
    }
    trading_day(model, 20300102); /* what has just expired stays before */
    assert_string_equal(model->quotes[1].contract.symbol, "MXFL9");
    assert_string_equal(model->quotes[2].contract.symbol, "MXFA0");
}

/* The book of a moment ago is nearer than the last trade's, however old that is, and not nearer than a newer one's. */
static void test_best_prices_are_the_newest(void **state)
{
    struct model *model = *state;
    struct msg msg;
    recorded_tick(model, "MXFH1", 17000, NOW);
    const struct quote *quote = model_quote(model, "MXFH1");
    msg_init(&msg, MSG_DEPTH);
    snprintf(msg.depth.symbol, sizeof msg.depth.symbol, "MXFH1");
    msg.depth.time_us = quote->last.time_us + 1;
    msg.depth.bid_price[0] = PRICE_POINTS(17020);
    msg.depth.bid_quantity[0] = 3;
    msg.depth.flags = TICK_SYNTHETIC_BOOK;
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
    assert_int_equal(quote->last.price, PRICE_POINTS(17000));
    assert_int_equal(quote->last.bid, PRICE_POINTS(17020));
    assert_int_equal(quote->last.bid_quantity, 3);
    assert_int_equal(quote->last.ask_quantity, 0); /* nobody sells */
    assert_true(quote->last.flags & TICK_SYNTHETIC_BOOK);
    msg_init(&msg, MSG_TICK);
    msg.tick = quote->last;
    msg.tick.sym_seq++;
    msg.tick.flags = 0;
    msg.tick.bid = PRICE_POINTS(17030);
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW + 1); /* played again: from before that book */
    assert_int_equal(quote->last.bid, PRICE_POINTS(17020));
    msg.tick.sym_seq++;
    msg.tick.time_us += 2;
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW + 2);
    assert_int_equal(quote->last.bid, PRICE_POINTS(17030));
    assert_false(quote->last.flags & TICK_SYNTHETIC_BOOK);
}

/* A trade that is newer than the book moves its best, and takes away what it has gone through. */
static void test_the_book_is_as_new_as_its_best(void **state)
{
    struct model *model = *state;
    struct msg msg;
    struct depth book;
    recorded_tick(model, "MXFH1", 17000, NOW);
    const struct quote *quote = model_quote(model, "MXFH1");
    model_book(quote, &book);
    assert_int_equal(book.bid_price[0], quote->last.bid);
    assert_int_equal(book.bid_quantity[1], 0); /* no book yet: the best alone */
    msg_init(&msg, MSG_DEPTH);
    snprintf(msg.depth.symbol, sizeof msg.depth.symbol, "MXFH1");
    msg.depth.time_us = quote->last.time_us + 1;
    for (int i = 0; i < DEPTH_LEVELS; i++) {
        msg.depth.bid_price[i] = PRICE_POINTS(16999 - i);
        msg.depth.ask_price[i] = PRICE_POINTS(17001 + i);
        msg.depth.bid_quantity[i] = msg.depth.ask_quantity[i] = 10 + i;
    }
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
    model_book(quote, &book);
    assert_memory_equal(&book, &msg.depth, sizeof book);
    struct msg tick;
    msg_init(&tick, MSG_TICK);
    tick.tick = quote->last;
    tick.tick.sym_seq++;
    tick.tick.time_us += 2;
    tick.tick.bid = PRICE_POINTS(16997);
    tick.tick.ask = PRICE_POINTS(16998);
    tick.tick.bid_quantity = tick.tick.ask_quantity = 3;
    model_apply(model, &tick, COMPONENT_GATEWAY, NOW);
    model_book(quote, &book);
    assert_int_equal(book.bid_price[0], PRICE_POINTS(16997));
    assert_int_equal(book.bid_quantity[0], 3);
    assert_int_equal(book.bid_price[1], PRICE_POINTS(16996));
    assert_int_equal(book.bid_quantity[3], 0);
    assert_int_equal(book.ask_price[0], PRICE_POINTS(16998));
    assert_int_equal(book.ask_price[1], PRICE_POINTS(17001));
    assert_int_equal(book.ask_price[4], PRICE_POINTS(17004));
}

/* A market that was sought backwards: the book of its future is not on the new ticks, not even until the next book. */
static void test_a_new_epoch_leaves_the_old_book(void **state)
{
    struct model *model = *state;
    struct msg msg;
    recorded_tick(model, "MXFH1", 17000, NOW);
    const struct quote *quote = model_quote(model, "MXFH1");
    msg_init(&msg, MSG_DEPTH);
    snprintf(msg.depth.symbol, sizeof msg.depth.symbol, "MXFH1");
    msg.depth.time_us = NOW + 1;
    msg.depth.bid_price[0] = PRICE_POINTS(17020);
    msg.depth.bid_quantity[0] = 3;
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
    msg_init(&msg, MSG_TICK);
    msg.tick = quote->last;
    msg.tick.epoch++;
    msg.tick.sym_seq = 1;
    msg.tick.time_us = NOW - 3600 * (int64_t)1000000;
    msg.tick.bid = PRICE_POINTS(16900);
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW + 1);
    assert_int_equal(quote->last.bid, PRICE_POINTS(16900));
    assert_false(quote->has_depth);
    assert_int_equal(quote->spark_count, 1);
}

/* Started into a market without ticks: what the bars of before end with is the last price, and marks what is held. */
static void test_bars_are_the_last_price_until_a_tick(void **state)
{
    struct model *model = *state;
    struct msg msg;
    struct position_pnl pnl;
    recorded_system(model);
    msg_init(&msg, MSG_CONTRACT);
    assert_int_equal(contract_make("MXFH1", RECORDED_DAY, 0, &msg.contract, NULL), ERR_OK);
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
    msg_init(&msg, MSG_POSITION);
    snprintf(msg.position.symbol, sizeof msg.position.symbol, "MXFH1");
    snprintf(msg.position.account, sizeof msg.position.account, "F00-1234567");
    msg.position.trading_day = RECORDED_DAY;
    msg.position.quantity = 1;
    msg.position.open_value = PRICE_POINTS(17400);
    msg.position.mark = PRICE_POINTS(17400);
    model_apply(model, &msg, COMPONENT_EXECUTOR, NOW);
    const struct quote *quote = model_quote(model, "MXFH1");
    assert_int_equal(model_last_price(quote), 0);
    msg_init(&msg, MSG_BAR);
    snprintf(msg.bar.symbol, sizeof msg.bar.symbol, "MXFH1");
    msg.bar.start_us = NOW - 60 * (int64_t)1000000;
    msg.bar.close = PRICE_POINTS(17450);
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
    assert_int_equal(model_last_price(quote), PRICE_POINTS(17450));
    assert_true(model_position_pnl(model, &model->positions[0], &pnl));
    assert_int_equal(pnl.unrealized, PRICE_POINTS(50 * 50));
    assert_int_equal(quote->last.seq, 0); /* no tick: no order passes by it */
    recorded_tick(model, "MXFH1", 17460, NOW);
    assert_int_equal(model_last_price(quote), PRICE_POINTS(17460));
}

static void test_recorded_morning(void **state)
{
    struct model *model = *state;
    recorded_system(model);
    recorded_contracts(model);
    recorded_trading(model);
    assert_int_equal(model->quote_count, 6);
    for (size_t i = 1; i < model->quote_count; i++)
        assert_true(strcmp(model->quotes[i - 1].contract.symbol, model->quotes[i].contract.symbol) < 0);
    for (size_t i = 1; i < model->condition_count; i++)
        assert_true(in_order(&model->conditions[i - 1], &model->conditions[i]));
    for (size_t i = 1; i < model->order_count; i++)
        assert_true(orders_in_order(&model->orders[i - 1], &model->orders[i]));
    assert_string_equal(model->positions[0].symbol, "MXFH1");
    assert_non_null(model_order(model, "k3f9ab-m1-2"));
    assert_null(model_order(model, "k3f9ab-m1-9"));
    assert_non_null(model_condition(model, 8));
    assert_null(model_condition(model, 9));
    assert_null(model_quote(model, "XXXH1"));
    const struct quote *quote = model_quote(model, "MXFH1");
    assert_int_equal(quote->last.price, PRICE_POINTS(17431));
    assert_int_equal(quote->spark[quote->spark_count - 1], quote->last.price);
    assert_true(quote->direction == 1 || quote->direction == -1);
}

static void test_spark_is_bounded_and_keeps_the_newest(void **state)
{
    struct model *model = *state;
    for (int i = 1; i <= 100000; i++) recorded_tick(model, "MXFH1", 17000 + i % 50, NOW + i * (int64_t)500000);
    const struct quote *quote = model_quote(model, "MXFH1");
    assert_true(quote->spark_count <= MODEL_SPARK && quote->spark_count >= MODEL_SPARK / 2);
    assert_int_equal(quote->spark[quote->spark_count - 1], PRICE_POINTS(17000 + 100000 % 50));
    assert_int_equal(quote->spark_step_us, 64 * (int64_t)1000000);
}

static void test_old_ticks_change_nothing(void **state)
{
    struct model *model = *state;
    recorded_tick(model, "MXFH1", 17000, NOW);
    recorded_tick(model, "MXFH1", 17010, NOW + 1);
    struct msg again;
    msg_init(&again, MSG_TICK);
    again.tick = model_quote(model, "MXFH1")->last;
    again.tick.sym_seq = 1;
    again.tick.price = PRICE_POINTS(16000);
    model_apply(model, &again, COMPONENT_GATEWAY, NOW + 2);
    assert_int_equal(model_quote(model, "MXFH1")->last.price, PRICE_POINTS(17010));
    again.tick.epoch++; /* a new run of the feed starts its numbers again */
    model_apply(model, &again, COMPONENT_GATEWAY, NOW + 3);
    assert_int_equal(model_quote(model, "MXFH1")->last.price, PRICE_POINTS(16000));
}

static void test_feed_gap_is_stale(void **state)
{
    struct model *model = *state;
    recorded_tick(model, "MXFH1", 17000, NOW);
    struct msg feed;
    msg_init(&feed, MSG_FEED);
    feed.feed.epoch = 1;
    snprintf(feed.feed.symbol, sizeof feed.feed.symbol, "MXFH1");
    feed.feed.last_seq = 1;
    model_apply(model, &feed, COMPONENT_GATEWAY, NOW);
    assert_false(model_quote(model, "MXFH1")->stale);
    feed.feed.last_seq = 2;
    model_apply(model, &feed, COMPONENT_GATEWAY, NOW);
    assert_true(model_quote(model, "MXFH1")->stale);
    recorded_tick(model, "MXFH1", 17001, NOW);
    assert_false(model_quote(model, "MXFH1")->stale);
}

static void event(struct model *model, const char *id, enum exec_kind kind, enum order_state state, int fill,
                  int filled, int64_t time_us)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER_EVENT);
    struct order_event *e = &msg.order_event;
    snprintf(e->request.client_order_id, sizeof e->request.client_order_id, "%s", id);
    snprintf(e->request.symbol, sizeof e->request.symbol, "MXFH1");
    e->request.side = SIDE_BUY;
    e->request.type = ORDER_MARKET;
    e->request.tif = TIF_IOC;
    e->request.quantity = 3;
    e->request.created_us = NOW;
    e->kind = kind;
    e->state = state;
    e->fill_price = fill ? PRICE_POINTS(17400) : 0;
    e->fill_quantity = fill;
    e->filled_quantity = filled;
    e->time_us = time_us;
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
}

static void test_fill_counts_once(void **state)
{
    struct model *model = *state;
    event(model, "a-1", EXEC_FILL, ORDER_PARTIALLY_FILLED, 1, 1, NOW + 2); /* before its ack */
    event(model, "a-1", EXEC_NEW, ORDER_NEW, 0, 0, NOW + 1);
    event(model, "a-1", EXEC_FILL, ORDER_PARTIALLY_FILLED, 1, 1, NOW + 2); /* fetched again */
    const struct order *order = model_order(model, "a-1");
    assert_int_equal(order->filled_quantity, 1);
    assert_int_equal(order->filled_value, PRICE_POINTS(17400));
    assert_int_equal(order->state, ORDER_PARTIALLY_FILLED);
    event(model, "a-1", EXEC_FILL, ORDER_FILLED, 2, 3, NOW + 3);
    assert_int_equal(order->state, ORDER_FILLED);
    assert_int_equal(order_average(order), PRICE_POINTS(17400));
    event(model, "a-1", EXEC_PENDING_CANCEL, ORDER_PENDING_CANCEL, 0, 3, NOW + 4);
    assert_int_equal(order->state, ORDER_FILLED); /* an end is an end */
}

static void test_older_order_does_not_overwrite(void **state)
{
    struct model *model = *state;
    recorded_order(model, "a-1", ORDER_FILLED, NOW);
    struct msg msg;
    msg_init(&msg, MSG_ORDER);
    msg.order = *model_order(model, "a-1");
    msg.order.state = ORDER_NEW;
    msg.order.filled_quantity = 0;
    model_apply(model, &msg, COMPONENT_EXECUTOR, NOW);
    assert_int_equal(model_order(model, "a-1")->state, ORDER_FILLED);
    assert_int_equal(model->order_count, 1);
    assert_int_equal(model->orders_added, 1);
}

/* What ends goes below what works; what is alive stays above, at its place. */
static void test_the_ended_sink(void **state)
{
    struct model *model = *state;
    for (int i = 1; i <= 3; i++) {
        char id[CLIENT_ORDER_ID_SIZE];
        snprintf(id, sizeof id, "a-%d", i);
        recorded_order(model, id, ORDER_NEW, NOW + i);
    }
    assert_string_equal(model->orders[0].request.client_order_id, "a-3");
    event(model, "a-3", EXEC_FILL, ORDER_FILLED, 2, 2, NOW + 10 * CLOCK_SECOND_US);
    event(model, "a-2", EXEC_CANCELLED, ORDER_CANCELLED, 0, 0, NOW + 11 * CLOCK_SECOND_US);
    assert_string_equal(model->orders[0].request.client_order_id, "a-1");
    assert_string_equal(model->orders[1].request.client_order_id, "a-2");
    assert_string_equal(model->orders[2].request.client_order_id, "a-3");
    struct msg msg;
    for (int64_t id = 1; id <= 4; id++) {
        msg_init(&msg, MSG_CONDITION);
        msg.condition = (struct condition){.id = id, .state = CONDITION_ARMED};
        model_apply(model, &msg, COMPONENT_STRATEGY, NOW);
    }
    for (int64_t id = 1; id <= 3; id += 2) {
        msg.condition = (struct condition){.id = id, .state = CONDITION_CLOSED};
        model_apply(model, &msg, COMPONENT_STRATEGY, NOW);
    }
    static const int64_t expected[] = {2, 4, 3, 1};
    assert_int_equal(model->condition_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(model->conditions[i].id, expected[i]);
        assert_ptr_equal(model_condition(model, expected[i]), &model->conditions[i]);
    }
}

static void logged(struct model *model, int64_t ago_us, const char *text)
{
    struct msg msg;
    msg_init(&msg, MSG_LOG);
    msg.log.time_us = NOW - ago_us;
    msg.log.component = COMPONENT_GATEWAY;
    msg.log.level = LEVEL_INFO;
    snprintf(msg.log.text, sizeof msg.log.text, "%s", text);
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
}

/* What is read back goes where its time belongs, once, and leaves the lines after it their names. */
static void test_the_past_is_put_before(void **state)
{
    struct model *model = *state;
    struct msg msg;
    logged(model, 5 * CLOCK_SECOND_US, "started");
    logged(model, 1 * CLOCK_SECOND_US, "ready");
    uint64_t name = model->log_first + 1; /* "ready" */
    msg_init(&msg, MSG_TRANSITION);
    msg.transition = (struct transition){.condition_id = 3,
                                         .symbol = "MXFH1",
                                         .to = CONDITION_ARMED,
                                         .time_us = NOW - 3600 * CLOCK_SECOND_US,
                                         .market_us = 7};
    assert_true(model_log_past(model, &msg));
    assert_false(model_log_past(model, &msg));
    assert_int_equal(model->log_count, 3);
    assert_string_equal(model->log[0].line.text, "condition 3 MXFH1 ARMED");
    assert_int_equal(model->log[0].market_us, 7);
    assert_string_equal(model->log[name - model->log_first].line.text, "ready");
}

/* A line has the market's time: its own, or what the market's clock said then. */
static void test_lines_have_market_time(void **state)
{
    struct model *model = *state;
    struct msg msg;
    logged(model, 2 * CLOCK_SECOND_US, "before the market is known");
    assert_int_equal(model->log[0].market_us, 0);
    msg_init(&msg, MSG_MARKET);
    msg.market = (struct market){
        .venue = "SIM", .market_us = NOW, .speed = 60, .simulated = true, .session_state = SESSION_OPEN};
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
    assert_int_equal(model->log[0].market_us, NOW);
    logged(model, 2 * CLOCK_SECOND_US, "two seconds ago");
    assert_int_equal(model->log[1].market_us, NOW - 120 * CLOCK_SECOND_US);
}

static void test_limits(void **state)
{
    struct model *model = *state;
    char id[CLIENT_ORDER_ID_SIZE];
    for (int i = 0; i < MODEL_ORDERS + 10; i++) {
        snprintf(id, sizeof id, "a-%d", i);
        recorded_order(model, id, ORDER_FILLED, NOW + i);
    }
    assert_int_equal(model->order_count, MODEL_ORDERS);
    assert_int_equal(model->orders_added, MODEL_ORDERS + 10);
    assert_null(model_order(model, "a-9"));
    assert_non_null(model_order(model, id));
    struct msg msg;
    msg_init(&msg, MSG_LOG);
    msg.log.component = COMPONENT_GATEWAY;
    msg.log.level = LEVEL_INFO;
    for (int i = 0; i < MODEL_LOG + 5; i++) {
        snprintf(msg.log.text, sizeof msg.log.text, "line %d", i);
        model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
    }
    assert_int_equal(model->log_count, MODEL_LOG);
    assert_string_equal(model->log[0].line.text, "line 5");
    for (int i = 0; i < MODEL_CONTRACTS + 5; i++) {
        char symbol[SYMBOL_SIZE];
        snprintf(symbol, sizeof symbol, "C%d", i);
        recorded_tick(model, symbol, 100, NOW);
    }
    assert_int_equal(model->quote_count, MODEL_CONTRACTS);
    msg_init(&msg, MSG_CONDITION);
    msg.condition.state = CONDITION_ARMED;
    for (int i = 1; i <= MODEL_CONDITIONS; i++) {
        msg.condition.id = i;
        msg.condition.state = i == 7 ? CONDITION_CLOSED : CONDITION_ARMED;
        model_apply(model, &msg, COMPONENT_STRATEGY, NOW);
    }
    msg.condition.id = MODEL_CONDITIONS + 1;
    model_apply(model, &msg, COMPONENT_STRATEGY, NOW);
    assert_int_equal(model->condition_count, MODEL_CONDITIONS);
    assert_null(model_condition(model, 7)); /* what has ended goes first */
    assert_non_null(model_condition(model, MODEL_CONDITIONS + 1));
}

static void test_ratchet_moves_its_group(void **state)
{
    struct model *model = *state;
    struct msg msg;
    for (int id = 1; id <= 4; id++) {
        msg_init(&msg, MSG_CONDITION);
        msg.condition.id = id;
        snprintf(msg.condition.terms.symbol, sizeof msg.condition.terms.symbol, "MXFH1");
        msg.condition.terms.side = id == 4 ? SIDE_SELL : SIDE_BUY;
        msg.condition.terms.following = id != 2;
        msg.condition.state = id == 3 ? CONDITION_ARMED : CONDITION_TRIGGERED;
        msg.condition.trigger = PRICE_POINTS(17400);
        model_apply(model, &msg, COMPONENT_STRATEGY, NOW);
    }
    msg_init(&msg, MSG_RATCHET);
    snprintf(msg.ratchet.symbol, sizeof msg.ratchet.symbol, "MXFH1");
    msg.ratchet.side = SIDE_BUY;
    msg.ratchet.price = PRICE_POINTS(17380);
    model_apply(model, &msg, COMPONENT_STRATEGY, NOW);
    assert_int_equal(model_condition(model, 1)->trigger, PRICE_POINTS(17380));
    for (int id = 2; id <= 4; id++) assert_int_equal(model_condition(model, id)->trigger, PRICE_POINTS(17400));
    msg.ratchet.price = PRICE_POINTS(17390); /* never back */
    model_apply(model, &msg, COMPONENT_STRATEGY, NOW);
    assert_int_equal(model_condition(model, 1)->trigger, PRICE_POINTS(17380));
}

static void test_day_pnl(void **state)
{
    struct model *model = *state;
    recorded_system(model);
    recorded_contracts(model);
    assert_int_equal(model_day_pnl(model), 0);
    recorded_trading(model);
    /* MXFH1 2 long from 17410.5 at 17431: 2 x 20.5 x 50 = 2050, cost 89, to leave: 2 x (12.5 + tax 17) and so on; the
     * sum is what the positions say one by one. */
    money_t sum = 0;
    for (size_t i = 0; i < model->position_count; i++) {
        struct position_pnl pnl;
        assert_true(model_position_pnl(model, &model->positions[i], &pnl));
        sum += pnl.net;
    }
    assert_int_equal(model_day_pnl(model), sum);
    struct position_pnl pnl;
    assert_true(model_position_pnl(model, &model->positions[0], &pnl));
    assert_int_equal(pnl.unrealized, (money_t)2050 * PRICE_SCALE);
    model->market.trading_day = RECORDED_DAY + 1; /* yesterday's realized and cost are not today's */
    assert_true(model_position_pnl(model, &model->positions[2], &pnl));
    assert_int_equal(pnl.net, 0);
}

static void differ(struct model *model, const char *symbol, int here, int there)
{
    struct msg msg;
    msg_init(&msg, MSG_DIFFERENCE);
    snprintf(msg.difference.account, sizeof msg.difference.account, "DEMO-1");
    snprintf(msg.difference.symbol, sizeof msg.difference.symbol, "%s", symbol);
    msg.difference.here = here;
    msg.difference.there = there;
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
}

static void beat(struct model *model, int64_t pid)
{
    struct msg msg;
    msg_init(&msg, MSG_HEARTBEAT);
    msg.heartbeat.component = COMPONENT_GATEWAY;
    msg.heartbeat.pid = pid;
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
}

/* What keeps anything new from being opened in a contract is said wherever the contract is. */
static void test_blocked(void **state)
{
    struct model *model = *state;
    struct msg msg;
    char text[96];
    differ(model, "TXFH1", 0, -1);
    assert_true(model_blocked(model, "TXFH1", text, sizeof text));
    assert_string_equal(text, "blocked: -1 at the venue, +0 here");
    assert_false(model_blocked(model, "MXFH1", text, sizeof text));
    msg_init(&msg, MSG_ORDER);
    struct order_request *request = &msg.order.request;
    snprintf(request->client_order_id, sizeof request->client_order_id, "k-m1-1");
    snprintf(request->symbol, sizeof request->symbol, "MXFH1");
    request->side = SIDE_BUY;
    request->type = ORDER_MARKET;
    request->tif = TIF_IOC;
    request->quantity = 1;
    msg.order.state = ORDER_UNKNOWN;
    msg.order.updated_us = NOW;
    model_apply(model, &msg, COMPONENT_EXECUTOR, NOW);
    assert_true(model_blocked(model, "MXFH1", text, sizeof text));
    assert_string_equal(text, "blocked: order k-m1-1 is UNKNOWN");
    msg.order.state = ORDER_CANCELLED;
    msg.order.updated_us = NOW + 1;
    model_apply(model, &msg, COMPONENT_EXECUTOR, NOW + 1);
    assert_false(model_blocked(model, "MXFH1", text, sizeof text));
    struct condition condition = {.id = 1, .state = CONDITION_ARMED};
    snprintf(condition.terms.symbol, sizeof condition.terms.symbol, "MXFH1");
    condition.terms.side = SIDE_BUY;
    condition.terms.trigger_price = condition.trigger = PRICE_POINTS(17400);
    char why[256];
    assert_false(model_explain(model, &condition, why, sizeof why));
    msg_init(&msg, MSG_CONTRACT);
    snprintf(msg.contract.symbol, sizeof msg.contract.symbol, "MXFH1");
    model_apply(model, &msg, COMPONENT_GATEWAY, NOW);
    assert_true(model_explain(model, &condition, why, sizeof why));
    assert_memory_equal(why, "blocked: MXFH1 is not registered; not triggered", 47);
    condition.state = CONDITION_CLOSED;
    assert_false(model_explain(model, &condition, why, sizeof why));
}

static void test_differences_come_and_go(void **state)
{
    struct model *model = *state;
    beat(model, 7);
    differ(model, "MXFH1", 1, 3);
    differ(model, "TXFH1", 0, -1);
    differ(model, "MXFH1", 1, 4); /* moved */
    assert_int_equal(model->difference_count, 2);
    assert_int_equal(model->differences[0].there, 4);
    differ(model, "MXFH1", 4, 4); /* settled */
    assert_int_equal(model->difference_count, 1);
    assert_string_equal(model->differences[0].symbol, "TXFH1");
    differ(model, "TMFH1", 2, 2); /* never heard of */
    assert_int_equal(model->difference_count, 1);
    beat(model, 7);
    assert_int_equal(model->difference_count, 1);
    beat(model, 8); /* another gateway compares anew */
    assert_int_equal(model->difference_count, 0);
    for (int i = 0; i < MODEL_DIFFERENCES + 3; i++) {
        char symbol[SYMBOL_SIZE];
        snprintf(symbol, sizeof symbol, "S%d", i);
        differ(model, symbol, 0, 1);
    }
    assert_int_equal(model->difference_count, MODEL_DIFFERENCES);
}

static void test_market_time(void **state)
{
    struct model *model = *state;
    recorded_system(model); /* speed 60 */
    assert_int_equal(model_market_us(model, NOW), NOW);
    assert_int_equal(model_market_us(model, NOW + 1000000), NOW + 60 * 1000000);
    assert_int_equal(model_market_us(model, NOW + 60 * (int64_t)1000000), NOW + 120 * 1000000);
    model->market.paused = true;
    assert_int_equal(model_market_us(model, NOW + 1000000), NOW);
}

static void test_dirty(void **state)
{
    struct model *model = *state;
    recorded_system(model);
    recorded_contracts(model);
    recorded_trading(model);
    model->dirty = 0;
    recorded_tick(model, "TXFI1", 17000, NOW);
    assert_true(model->dirty & DIRTY_WATCHLIST);
    assert_false(model->dirty & (DIRTY_ORDERS | DIRTY_LOG | DIRTY_POSITIONS));
    recorded_tick(model, "MXFH1", 17000, NOW);
    assert_true(model->dirty & DIRTY_POSITIONS);
    model->dirty = 0;
    recorded_order(model, "new-1", ORDER_NEW, NOW);
    assert_int_equal(model->dirty & (DIRTY_ORDERS | DIRTY_WATCHLIST), DIRTY_ORDERS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_result_by_account),
        TEST(test_contracts_stand_by_month),
        TEST(test_contracts_stand_by_month_across_a_decade),
        TEST(test_best_prices_are_the_newest),
        TEST(test_the_book_is_as_new_as_its_best),
        TEST(test_a_new_epoch_leaves_the_old_book),
        TEST(test_bars_are_the_last_price_until_a_tick),
        TEST(test_recorded_morning),
        TEST(test_spark_is_bounded_and_keeps_the_newest),
        TEST(test_old_ticks_change_nothing),
        TEST(test_feed_gap_is_stale),
        TEST(test_fill_counts_once),
        TEST(test_older_order_does_not_overwrite),
        TEST(test_the_ended_sink),
        TEST(test_the_past_is_put_before),
        TEST(test_lines_have_market_time),
        TEST(test_limits),
        TEST(test_ratchet_moves_its_group),
        TEST(test_day_pnl),
        TEST(test_differences_come_and_go),
        TEST(test_blocked),
        TEST(test_market_time),
        TEST(test_dirty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

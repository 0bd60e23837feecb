/* test_exchange: the real process outcry-exchange over real sockets, its real database, killed and started again. */
#include "tests/gateway/exchange_rig.h"

static void test_nothing_without_log_in(void **state)
{
    struct rig *rig = *state;
    struct reply reply;
    struct msg msg;
    start(rig, NULL, NULL, NULL, NULL);
    assert_int_equal(log_in(rig, "demo", "wrong", &reply), ERR_DENIED);
    assert_int_equal(log_in(rig, "nobody", "demo", &reply), ERR_DENIED);
    order(rig, "early", "MXFL6", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    hear(rig, rig->line, MSG_REPLY, &msg);
    assert_int_equal(msg.reply.status, ERR_DENIED);
    msg_init(&msg, MSG_QUERY);
    msg.query.request_id = 77;
    msg.query.kind = QUERY_CONTRACTS;
    assert_int_equal(reply_of(rig, rig->line, &msg, &reply), ERR_DENIED);
    assert_int_equal(reply.request_id, 77);
    assert_int_equal(log_in(rig, "demo", "demo", &reply), ERR_OK);
    const int64_t first = reply.number;
    assert_true(first >= 1);
    assert_int_equal(log_in(rig, "demo", "demo", &reply), ERR_OK);
    assert_int_equal(reply.number, first + 1); /* a new session each time */
    assert_int_equal(ask(rig, QUERY_VENUE_ORDER, "early", 0, &msg), 1);
    assert_false(msg.venue_order_status.found);
    msg_init(&msg, MSG_CONTROL);
    msg.control.request_id = 78;
    msg.control.kind = CONTROL_LOGOUT;
    assert_int_equal(reply_of(rig, rig->line, &msg, NULL), ERR_OK);
    order(rig, "late", "MXFL6", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    hear(rig, rig->line, MSG_REPLY, &msg);
    assert_int_equal(msg.reply.status, ERR_DENIED);
}

static void test_order_to_position(void **state)
{
    struct rig *rig = *state;
    struct msg msg;
    struct tick tick;
    char symbol[SYMBOL_SIZE];
    price_t low;
    start(rig, "--seed=3", NULL, NULL, NULL);
    log_in_demo(rig);
    near_contract(rig, symbol, &low);
    await_tick(rig, symbol, &tick);
    order(rig, "k-1", symbol, SIDE_BUY, ORDER_MARKET, TIF_IOC, 2, 0);
    const struct venue_exec ack = report(rig, "k-1", EXEC_NEW);
    assert_int_equal(ack.seq, 1);
    struct venue_exec fill = report(rig, "k-1", EXEC_FILL);
    while (fill.filled_quantity < 2) fill = report(rig, "k-1", EXEC_FILL);
    order(rig, "k-2", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, low);
    (void)report(rig, "k-2", EXEC_NEW);
    order(rig, "k-2", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, low); /* not deduplicated */
    (void)report(rig, "k-2", EXEC_NEW);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDER, "k-2", 0, &msg), 1);
    assert_true(msg.venue_order_status.found);
    assert_int_equal(msg.venue_order_status.copies, 2);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, &msg), 2);
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "DEMO-1", 0, &msg), 1);
    assert_int_equal(msg.position.quantity, 2);
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "DEMO-2", 0, NULL), 0);
    assert_int_equal(ask(rig, QUERY_ACCOUNTS, "", 0, &msg), 2);
    cancel(rig, "k-2");
    (void)report(rig, "k-2", EXEC_CANCELLED);
    const struct venue_exec last = report(rig, "k-2", EXEC_CANCELLED);
    assert_int_equal(ask(rig, QUERY_VENUE_FILLS, "", 0, &msg), last.seq);
    assert_int_equal(msg.venue_exec.seq, last.seq);
    assert_int_equal(ask(rig, QUERY_VENUE_FILLS, "", last.seq - 1, &msg), 1);
    order(rig, "k-3", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, low - P(1));
    assert_int_equal(report(rig, "k-3", EXEC_REJECTED).reject, REJECT_VENUE_PRICE_LIMIT);
    order(rig, "k-4", "MXFA1", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    assert_int_equal(report(rig, "k-4", EXEC_REJECTED).reject, REJECT_VENUE_UNKNOWN_SYMBOL);
    /* Another user sees nothing of it. */
    assert_int_equal(log_in(rig, "guest", "guest", NULL), ERR_OK);
    assert_int_equal(ask(rig, QUERY_VENUE_FILLS, "", 0, NULL), 0);
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "", 0, NULL), 0);
    order(rig, "k-5", symbol, SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    assert_int_equal(report(rig, "k-5", EXEC_REJECTED).reject, REJECT_VENUE_ACCOUNT);
}

/* The market waits for a reader that is behind: who lets it run must read. */
static void read_on(struct rig *rig)
{
    struct msg msg;
    for (int i = 0; i < 10000 && bus_receive(rig->market, &msg, NULL, NULL) != BUS_EMPTY; i++) continue;
}

static void test_market_data(void **state)
{
    struct rig *rig = *state;
    struct msg msg;
    struct tick tick;
    char symbol[SYMBOL_SIZE], topic[32];
    price_t low;
    start(rig, NULL, NULL, NULL, NULL);
    log_in_demo(rig);
    near_contract(rig, symbol, &low);
    await_tick(rig, symbol, &tick);
    for (int i = 0; i < 5; i++) {
        const uint64_t seq = tick.sym_seq;
        hear(rig, rig->market, MSG_TICK, &msg);
        tick = msg.tick;
        assert_int_equal(tick.sym_seq, seq + 1);
        assert_true(tick.bid < tick.ask);
    }
    (void)snprintf(topic, sizeof topic, "depth:%s", symbol);
    bus_subscribe(rig->market, topic);
    hear(rig, rig->market, MSG_DEPTH, &msg);
    assert_string_equal(msg.depth.symbol, symbol);
    for (int i = 1; i < DEPTH_LEVELS; i++) {
        assert_true(msg.depth.bid_quantity[i] > 0 && msg.depth.bid_price[i] < msg.depth.bid_price[i - 1]);
        assert_true(msg.depth.ask_quantity[i] > 0 && msg.depth.ask_price[i] > msg.depth.ask_price[i - 1]);
    }
    const struct market market = market_now(rig);
    assert_string_equal(market.source, "synthetic market, seed 1");
    assert_int_equal(market.session_state, SESSION_OPEN);
    assert_int_equal(market.session, SESSION_DAY);
    assert_int_equal(market.progress_permille, -1);
    assert_int_equal(market.speed, 1);
    bus_subscribe(rig->market, "~heartbeat");
    hear(rig, rig->market, MSG_HEARTBEAT, &msg);
    assert_int_equal(msg.heartbeat.component, COMPONENT_EXCHANGE);
    struct reply reply;
    assert_int_equal(steer(rig, MARKET_SEEK, market.market_us, &reply), ERR_STATE);
    assert_int_equal(steer(rig, MARKET_SPEED, 100001, &reply), ERR_RANGE);
    assert_int_equal(steer(rig, MARKET_SPEED, 600, NULL), ERR_OK);
    const int64_t then_us = market_now(rig).market_us;
    struct market later;
    do {
        read_on(rig);
        later = market_now(rig);
    } while (later.speed != 600 || later.market_us < then_us + 60 * CLOCK_SECOND_US);
    assert_int_equal(steer(rig, MARKET_SPEED, 0, NULL), ERR_OK);
    do { /* over the afternoon's closed hours */
        read_on(rig);
        later = market_now(rig);
    } while (later.session != SESSION_NIGHT || later.session_state != SESSION_OPEN);
    assert_int_equal(steer(rig, MARKET_PAUSE, 0, NULL), ERR_OK);
    later = market_now(rig);
    assert_true(later.paused);
    assert_int_equal(market_now(rig).market_us, later.market_us);
}

static void test_it_survives_being_killed(void **state)
{
    struct rig *rig = *state;
    struct msg msg, before;
    struct tick tick;
    char symbol[SYMBOL_SIZE];
    price_t low;
    struct reply reply;
    start(rig, NULL, NULL, NULL, NULL);
    assert_int_equal(log_in(rig, "demo", "demo", &reply), ERR_OK);
    near_contract(rig, symbol, &low);
    await_tick(rig, symbol, &tick);
    struct reply steered;
    assert_int_equal(steer(rig, MARKET_SPEED, 2, &steered), ERR_OK);
    assert_string_equal(steered.text, "market speed: x2");
    order(rig, "in", symbol, SIDE_SELL, ORDER_RANGE_MARKET, TIF_IOC, 1, 0);
    (void)report(rig, "in", EXEC_NEW);
    (void)report(rig, "in", EXEC_FILL);
    order(rig, "rod", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, low);
    const struct venue_exec last = report(rig, "rod", EXEC_NEW);
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "", 0, &before), 1);
    (void)end(rig, SIGKILL);

    start(rig, NULL, NULL, NULL, NULL);
    struct reply again;
    assert_int_equal(log_in(rig, "demo", "demo", &again), ERR_OK);
    assert_int_equal(again.number, reply.number + 1);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, &msg), 1);
    assert_string_equal(msg.order.request.client_order_id, "rod");
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "", 0, &msg), 1);
    assert_int_equal(msg.position.quantity, -1);
    assert_int_equal(msg.position.open_value, before.position.open_value);
    assert_int_equal(ask(rig, QUERY_VENUE_FILLS, "", 0, &msg), last.seq);
    struct tick later;
    do { /* this run's, not what is left of the one before */
        await_tick(rig, symbol, &later);
    } while (later.epoch == tick.epoch);
    assert_true(later.price > tick.price - P(60) && later.price < tick.price + P(60));
    const struct market market = market_now(rig);
    assert_true(market.market_us >= tick.time_us - 2 * CLOCK_SECOND_US); /* goes on: saved each second */
    assert_true(market.market_us < tick.time_us + 60 * CLOCK_SECOND_US);
    assert_int_equal(market.speed, 2); /* steered so before it was killed */
    cancel(rig, "rod");
    assert_int_equal(report(rig, "rod", EXEC_CANCELLED).seq, last.seq + 1);
}

static void test_it_survives_the_gateways_death(void **state)
{
    struct rig *rig = *state;
    struct msg msg;
    struct tick tick;
    char symbol[SYMBOL_SIZE];
    price_t low;
    start(rig, NULL, NULL, NULL, NULL);
    log_in_demo(rig);
    near_contract(rig, symbol, &low);
    await_tick(rig, symbol, &tick);
    order(rig, "rod", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, tick.ask + P(5)); /* sure to fill */
    order(rig, "low", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, low);
    do { /* both are there: the line keeps its order */
        hear(rig, rig->line, MSG_VENUE_EXEC, &msg);
    } while (strcmp(msg.venue_exec.client_order_id, "low") != 0);
    disconnect_line(rig);
    connect_line(rig);
    log_in_demo(rig);
    assert_int_equal(ask(rig, QUERY_VENUE_FILLS, "", 1, &msg), 2);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, &msg), 1);
    assert_string_equal(msg.order.request.client_order_id, "low");
    cancel(rig, "low");
    (void)report(rig, "low", EXEC_CANCELLED); /* reports come on the new line */
}

int main(void)
{
#define RIGGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RIGGED(test_nothing_without_log_in),
        RIGGED(test_order_to_position),
        RIGGED(test_market_data),
        RIGGED(test_it_survives_being_killed),
        RIGGED(test_it_survives_the_gateways_death),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

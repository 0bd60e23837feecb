/* test_synthetic: the made-up market lives, stays inside its limits, moves enough to trigger, and is the same every
 * time. */
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
#include "core/synthetic.h"
#include "core/text.h"

#define DAY  20261119 /* a Thursday after the third Wednesday: December is near */
#define NEAR "TXFL6"

struct seen {
    int64_t ticks, auctions, trials, contracts, fills;
    uint64_t digest;
    price_t high, low;
    int64_t first_us, longest_silence_us, last_us; /* of NEAR */
    int32_t shallow;
};

struct stage {
    struct matching *matching;
    struct synthetic *synthetic;
    struct sink sink;
    struct seen seen;
};

static const struct contract *listed(const struct matching *matching, const char *symbol)
{
    for (uint32_t i = 0; i < matching_count(matching); i++) {
        const struct contract *contract = matching_contract_at(matching, i);
        if (strcmp(contract->symbol, symbol) == 0) return contract;
    }
    return NULL;
}

static void see_tick(struct stage *market, const struct tick *tick)
{
    struct seen *seen = &market->seen;
    const struct contract *contract = listed(market->matching, tick->symbol);
    assert_non_null(contract);
    assert_true(price_on_tick(tick->price, contract->tick));
    assert_true(tick->price >= contract->limit_down && tick->price <= contract->limit_up);
    assert_true(tick->quantity > 0);
    if ((tick->flags & TICK_TRIAL) != 0) {
        seen->trials++;
        return;
    }
    assert_true(tick->bid_quantity == 0 || tick->ask_quantity == 0 || tick->bid < tick->ask);
    seen->ticks++;
    if ((tick->flags & TICK_AUCTION) != 0) seen->auctions++;
    seen->digest =
        (seen->digest ^ (uint64_t)tick->price ^ (uint64_t)tick->quantity << 40 ^ tick->sym_seq) * 1099511628211u;
    if (strcmp(tick->symbol, NEAR) != 0) return;
    if (seen->first_us == 0) seen->first_us = tick->time_us;
    if (seen->last_us != 0 && tick->time_us - seen->last_us > seen->longest_silence_us)
        seen->longest_silence_us = tick->time_us - seen->last_us;
    seen->last_us = tick->time_us;
    if (seen->high == 0 || tick->price > seen->high) seen->high = tick->price;
    if (seen->low == 0 || tick->price < seen->low) seen->low = tick->price;
}

static void hear(void *context, enum port port, const struct msg *msg)
{
    struct stage *market = context;
    struct err err = {0};
    if (msg_check(msg, &err) != ERR_OK) fail_msg("%s", err.text);
    if (port != PORT_PUBLISH) return;
    if (msg->id == MSG_TICK) see_tick(market, &msg->tick);
    if (msg->id == MSG_CONTRACT) market->seen.contracts++;
    if (msg->id == MSG_VENUE_EXEC && msg->venue_exec.kind == EXEC_FILL) market->seen.fills++;
}

static int64_t at(int32_t date, int hour, int minute)
{
    return calendar_taipei_us(date, hour * 3600 + minute * 60);
}

static void start(struct stage *market, uint64_t seed)
{
    const struct matching_config config = {.install = "test", .epoch = 1, .max_orders = 64, .max_resting = 4096};
    memset(market, 0, sizeof *market);
    market->sink = (struct sink){.context = market, .emit = hear};
    market->matching = matching_new(&config);
    assert_non_null(market->matching);
    assert_int_equal(matching_open_account(market->matching, "A-1", "One", 0, PRICE_POINTS(10000000), NULL), ERR_OK);
    market->synthetic = synthetic_new(seed, market->matching);
    assert_non_null(market->synthetic);
    assert_int_equal(synthetic_list(market->synthetic, DAY, &market->sink, NULL), ERR_OK);
}

static void stop(struct stage *market)
{
    synthetic_free(market->synthetic);
    matching_free(market->matching);
}

static void run_to(struct stage *market, int64_t market_us)
{
    while (synthetic_run(market->synthetic, market_us, 1, 1000, &market->sink) < market_us) {
    }
}

static void begin(struct stage *market, int64_t market_us)
{
    (void)synthetic_run(market->synthetic, market_us, 1, 1, &market->sink);
}

static void test_it_lists_near_and_next_of_three_products(void **state)
{
    (void)state;
    struct stage market;
    start(&market, 1);
    static const char *const symbols[] = {"TXFL6", "TXFA7", "MXFL6", "MXFA7", "TMFL6", "TMFA7"};
    assert_int_equal(matching_count(market.matching), 6);
    for (size_t i = 0; i < 6; i++) {
        const struct contract *contract = listed(market.matching, symbols[i]);
        assert_non_null(contract);
        assert_true(contract->reference >= PRICE_POINTS(21900) && contract->reference <= PRICE_POINTS(28100));
        assert_true(contract->limit_up > contract->reference && contract->limit_down < contract->reference);
    }
    assert_int_equal(market.seen.contracts, 6);
    stop(&market);
}

static void test_it_is_lively_at_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct stage market;
        start(&market, seed);
        begin(&market, at(DAY, 9, 0));
        run_to(&market, at(DAY, 9, 0) + CLOCK_SECOND_US);
        struct matching_stats stats;
        struct depth depth;
        for (uint32_t i = 0; i < matching_count(market.matching); i++) {
            matching_stats(market.matching, i, &stats);
            assert_true(stats.last > 0); /* every contract has a price within a second */
            matching_depth(market.matching, i, &depth);
            for (int level = 0; level < DEPTH_LEVELS; level++)
                assert_true(depth.bid_quantity[level] > 0 && depth.ask_quantity[level] > 0);
        }
        market.seen = (struct seen){0};
        run_to(&market, at(DAY, 9, 1));
        assert_true(market.seen.ticks >= 300); /* five a second in all, at least */
        assert_true(market.seen.longest_silence_us < 15 * CLOCK_SECOND_US);
        stop(&market);
    }
}

/* With 15 points to turn and 90 to take, an hour must have room for conditions. */
static void test_it_moves_enough_and_not_too_much(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct stage market;
        start(&market, seed);
        begin(&market, at(DAY, 9, 0));
        run_to(&market, at(DAY, 9, 10));
        assert_true(market.seen.high - market.seen.low >= PRICE_POINTS(15));
        run_to(&market, at(DAY, 10, 0));
        assert_true(market.seen.high - market.seen.low >= PRICE_POINTS(60));
        assert_true(market.seen.high - market.seen.low <= PRICE_POINTS(1500));
        stop(&market);
    }
}

static void test_same_seed_same_market(void **state)
{
    (void)state;
    struct stage one, two, three;
    start(&one, 42);
    start(&two, 42);
    start(&three, 43);
    begin(&one, at(DAY, 9, 0));
    begin(&two, at(DAY, 9, 0));
    begin(&three, at(DAY, 9, 0));
    run_to(&one, at(DAY, 9, 5));
    for (int second = 1; second <= 300; second++)
        run_to(&two, at(DAY, 9, 0) + second * CLOCK_SECOND_US); /* in other pieces */
    run_to(&three, at(DAY, 9, 5));
    assert_true(one.seen.ticks > 0);
    assert_int_equal(one.seen.ticks, two.seen.ticks);
    assert_true(one.seen.digest == two.seen.digest);
    assert_true(one.seen.digest != three.seen.digest);
    stop(&one);
    stop(&two);
    stop(&three);
}

static void test_sessions_auctions_and_the_next_day(void **state)
{
    (void)state;
    struct stage market;
    start(&market, 7);
    begin(&market, at(DAY, 13, 40));
    run_to(&market, at(DAY, 13, 45));
    const int64_t before = market.seen.ticks;
    run_to(&market, at(DAY, 14, 50));
    assert_int_equal(market.seen.ticks, before); /* closed */
    run_to(&market, at(DAY, 14, 50) + 60 * CLOCK_SECOND_US);
    assert_true(market.seen.trials > 0);
    assert_int_equal(market.seen.ticks, before);
    run_to(&market, at(DAY, 15, 1));
    assert_int_equal(market.seen.auctions, 6);
    assert_true(market.seen.ticks > before + 20);
    struct matching_stats stats;
    matching_stats(market.matching, 0, &stats);
    assert_int_equal(stats.trading_day, 20261120);
    assert_true(stats.volume > 0);
    stop(&market);
}

static void test_an_expired_month_gives_way(void **state)
{
    (void)state;
    struct stage market;
    start(&market, 7);
    begin(&market, at(20261216, 13, 20)); /* the third Wednesday of December */
    run_to(&market, at(20261216, 13, 45));
    assert_int_equal(matching_count(market.matching), 9);
    assert_non_null(listed(market.matching, "TXFB7"));
    assert_int_equal(matching_session(market.matching, 0)->state, SESSION_CLOSED);
    market.seen = (struct seen){0};
    begin(&market, at(20261216, 15, 0));
    run_to(&market, at(20261216, 15, 0) + CLOCK_SECOND_US * 30);
    assert_true(market.seen.ticks > 20);
    assert_int_equal(market.seen.last_us, 0); /* none of the expired one */
    stop(&market);
}

static void order(struct stage *market, const char *id, enum side side, enum order_type type, enum time_in_force tif,
                  price_t price)
{
    struct order_request made = {.side = side, .type = type, .tif = tif, .quantity = 3, .limit_price = price};
    (void)text_copy(made.client_order_id, sizeof made.client_order_id, id);
    (void)text_copy(made.account, sizeof made.account, "A-1");
    (void)text_copy(made.symbol, sizeof made.symbol, "MXFL6");
    matching_order(market->matching, 0, &made, &market->sink);
}

static enum order_state state_of(const struct stage *market, const char *id)
{
    int32_t copies;
    return matching_find(market->matching, 0, id, &copies)->state;
}

static void test_our_orders_live_in_its_book(void **state)
{
    (void)state;
    struct stage market;
    uint32_t mxf = 2;
    start(&market, 3);
    begin(&market, at(DAY, 9, 0));
    run_to(&market, at(DAY, 9, 0) + 5 * CLOCK_SECOND_US);
    assert_string_equal(matching_contract_at(market.matching, mxf)->symbol, "MXFL6");
    order(&market, "market", SIDE_BUY, ORDER_MARKET, TIF_IOC, 0);
    assert_int_equal(state_of(&market, "market"), ORDER_FILLED);
    order(&market, "range", SIDE_SELL, ORDER_RANGE_MARKET, TIF_IOC, 0);
    assert_int_equal(state_of(&market, "range"), ORDER_FILLED);
    const price_t bid = matching_best(market.matching, mxf, SIDE_BUY),
                  ask = matching_best(market.matching, mxf, SIDE_SELL);
    order(&market, "buy", SIDE_BUY, ORDER_LIMIT, TIF_ROD, bid - PRICE_POINTS(5));
    order(&market, "sell", SIDE_SELL, ORDER_LIMIT, TIF_ROD, ask + PRICE_POINTS(5));
    assert_int_equal(state_of(&market, "buy"), ORDER_NEW);
    run_to(&market, at(DAY, 9, 30));
    assert_int_equal(state_of(&market, "buy"), ORDER_FILLED);
    assert_int_equal(state_of(&market, "sell"), ORDER_FILLED);
    stop(&market);
}

static void test_a_restart_goes_on_from_the_last_prices(void **state)
{
    (void)state;
    struct stage market, again;
    struct matching_stats stats, first;
    start(&market, 9);
    begin(&market, at(DAY, 9, 0));
    run_to(&market, at(DAY, 9, 20));
    start(&again, 9);
    matching_on_time(again.matching, at(DAY, 9, 20), 1, &again.sink);
    for (uint32_t i = 0; i < matching_count(market.matching); i++) {
        matching_stats(market.matching, i, &stats);
        matching_set_stats(again.matching, &stats);
    }
    synthetic_resume(again.synthetic);
    begin(&again, at(DAY, 9, 20));
    run_to(&again, at(DAY, 9, 20) + CLOCK_SECOND_US);
    matching_stats(market.matching, 0, &stats);
    matching_stats(again.matching, 0, &first);
    assert_true(llabs(stats.last - first.last) <= PRICE_POINTS(10));
    assert_true(first.volume > stats.volume);
    assert_true(first.sym_seq > stats.sym_seq);
    stop(&market);
    stop(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_lists_near_and_next_of_three_products),
        cmocka_unit_test(test_it_is_lively_at_once),
        cmocka_unit_test(test_it_moves_enough_and_not_too_much),
        cmocka_unit_test(test_same_seed_same_market),
        cmocka_unit_test(test_sessions_auctions_and_the_next_day),
        cmocka_unit_test(test_an_expired_month_gives_way),
        cmocka_unit_test(test_our_orders_live_in_its_book),
        cmocka_unit_test(test_a_restart_goes_on_from_the_last_prices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

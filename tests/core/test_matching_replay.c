/* test_matching_replay: a replayed day at the simulated exchange: books made of trades, and fills against them. */
#include "tests/core/matching_scene.h"

static void trade(struct fixture *f, int hour, int minute, int second, int64_t points, int32_t lots)
{
    go(f, hour, minute, second);
    const struct matching_trade made = {.market_us = at(hour, minute, second), .price = P(points), .quantity = lots};
    f->count = 0;
    matching_replay_trade(f->matching, f->index, &made, &f->sink);
}

static void test_replay_book_is_made_of_the_trades(void **state)
{
    struct fixture *f = *state;
    trade(f, 9, 0, 0, 17400, 4);
    trade(f, 9, 0, 1, 17401, 4);
    const struct tick *tick = &said(f, MSG_TICK, 0)->tick;
    assert_int_equal(tick->ask, P(17401)); /* an uptick was at the ask */
    assert_int_equal(tick->bid, P(17400));
    assert_int_equal(tick->flags, TICK_SYNTHETIC_BOOK);
    assert_int_equal(tick->volume, 8);
    trade(f, 9, 0, 2, 17401, 4);
    assert_int_equal(said(f, MSG_TICK, 0)->tick.ask, P(17401)); /* no change: the same side */
    trade(f, 9, 0, 3, 17400, 4);
    assert_int_equal(said(f, MSG_TICK, 0)->tick.bid, P(17400));
    struct depth depth, again;
    matching_depth(f->matching, f->index, &depth);
    matching_depth(f->matching, f->index, &again);
    assert_memory_equal(&depth, &again, sizeof depth);
    for (int i = 0; i < DEPTH_LEVELS; i++) {
        assert_int_equal(depth.bid_price[i], P(17400 - i));
        assert_int_equal(depth.ask_price[i], P(17401 + i));
        assert_true(depth.bid_quantity[i] > 0 && depth.ask_quantity[i] > 0);
    }
    assert_int_equal(depth.bid_quantity[0], said(f, MSG_TICK, 0)->tick.bid_quantity);
}

static void test_replay_liquidity_is_used_up_until_the_next_trade(void **state)
{
    struct fixture *f = *state;
    trade(f, 9, 0, 0, 17400, 1);
    trade(f, 9, 0, 1, 17401, 1);
    struct depth depth;
    matching_depth(f->matching, f->index, &depth);
    const int32_t there = depth.ask_quantity[0];
    send(f, "all", SIDE_BUY, ORDER_LIMIT, TIF_IOC, there, P(17401));
    assert_fill(exec(f, 1), P(17401), there);
    assert_null(said(f, MSG_TICK, 0)); /* a person's order prints nothing */
    send(f, "more", SIDE_BUY, ORDER_LIMIT, TIF_IOC, 1, P(17401));
    assert_int_equal(exec(f, 1)->kind, EXEC_CANCELLED);
    trade(f, 9, 0, 2, 17401, 1);
    send(f, "again", SIDE_BUY, ORDER_LIMIT, TIF_IOC, 1, P(17401));
    assert_fill(exec(f, 1), P(17401), 1);
}

static void test_replay_resting_order_waits_its_turn(void **state)
{
    struct fixture *f = *state;
    trade(f, 9, 0, 0, 17401, 2);
    trade(f, 9, 0, 1, 17400, 2); /* bid 17400 */
    struct depth depth;
    matching_depth(f->matching, f->index, &depth);
    const int32_t ahead = depth.bid_quantity[0];
    assert_true(ahead > 1);
    send(f, "rod", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 2, P(17400));
    trade(f, 9, 0, 2, 17400, ahead - 1);
    assert_null(said(f, MSG_VENUE_EXEC, 0)); /* one lot still before it */
    trade(f, 9, 0, 3, 17400, 2);
    assert_fill(exec(f, 0), P(17400), 1);
    trade(f, 9, 0, 4, 17401, 50);
    assert_null(said(f, MSG_VENUE_EXEC, 0));
    trade(f, 9, 0, 5, 17398, 50); /* through its price: at its price */
    assert_fill(exec(f, 0), P(17400), 1);
    assert_int_equal(find(f, "rod")->state, ORDER_FILLED);
}

static void test_replay_fill_is_limited_to_the_trade(void **state)
{
    struct fixture *f = *state;
    trade(f, 9, 0, 0, 17400, 2);
    send(f, "a", SIDE_SELL, ORDER_LIMIT, TIF_ROD, 5, P(17405));
    send(f, "b", SIDE_SELL, ORDER_LIMIT, TIF_ROD, 5, P(17406));
    trade(f, 9, 0, 1, 17410, 7);
    assert_fill(exec(f, 0), P(17405), 5);
    assert_fill(exec(f, 1), P(17406), 2);
    assert_null(said(f, MSG_VENUE_EXEC, 2));
}

static void test_replay_book_keeps_clear_of_resting_orders(void **state)
{
    struct fixture *f = *state;
    trade(f, 9, 0, 0, 17400, 2);
    trade(f, 9, 0, 1, 17401, 2); /* bid 17400, ask 17401 */
    send(f, "rod", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 50, P(17400));
    trade(f, 9, 0, 2, 17399, 1); /* through it: one lot filled, then a lower book */
    assert_fill(exec(f, 0), P(17400), 1);
    struct depth depth;
    matching_depth(f->matching, f->index, &depth);
    assert_int_equal(depth.bid_price[0], P(17400));
    assert_int_equal(depth.bid_quantity[0], 49);
    assert_int_equal(depth.ask_price[0], P(17401));
}

static void test_replay_first_trade_is_the_auction(void **state)
{
    struct fixture *f = *state;
    go(f, 8, 40, 0);
    send(f, "mkt", SIDE_BUY, ORDER_MARKET, TIF_IOC, 2, 0);
    send(f, "lmt", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 2, P(17400));
    send(f, "low", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 2, P(17300));
    go(f, 8, 45, 0);
    assert_int_equal(find(f, "mkt")->state, ORDER_NEW); /* waits for the first trade */
    trade(f, 8, 45, 2, 17390, 3);
    assert_fill(exec(f, 0), P(17390), 2);
    assert_fill(exec(f, 1), P(17390), 1);
    assert_string_equal(exec(f, 1)->client_order_id, "lmt");
    assert_int_equal(find(f, "low")->state, ORDER_NEW);
    send(f, "late", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    assert_int_equal(exec(f, 1)->kind, EXEC_FILL);
}

static void test_replay_uses_the_quoted_top(void **state)
{
    struct fixture *f = *state;
    go(f, 9, 0, 0);
    const struct matching_trade made = {.market_us = at(9, 0, 0),
                                        .price = P(17400),
                                        .quantity = 1,
                                        .has_book = true,
                                        .bid = P(17395),
                                        .bid_quantity = 7,
                                        .ask = P(17402),
                                        .ask_quantity = 3};
    f->count = 0;
    matching_replay_trade(f->matching, f->index, &made, &f->sink);
    const struct tick *tick = &said(f, MSG_TICK, 0)->tick;
    assert_int_equal(tick->bid, P(17395));
    assert_int_equal(tick->ask_quantity, 3);
    assert_int_equal(tick->flags, 0);
    send(f, "k", SIDE_BUY, ORDER_MARKET, TIF_IOC, 4, 0);
    assert_fill(exec(f, 1), P(17402), 3);
    assert_fill(exec(f, 2), P(17403), 1);
}

int main(void)
{
#define REPLAY(test) cmocka_unit_test_setup_teardown(test, set_up_replay, tear_down)
    const struct CMUnitTest tests[] = {
        REPLAY(test_replay_book_is_made_of_the_trades),
        REPLAY(test_replay_liquidity_is_used_up_until_the_next_trade),
        REPLAY(test_replay_resting_order_waits_its_turn),
        REPLAY(test_replay_fill_is_limited_to_the_trade),
        REPLAY(test_replay_book_keeps_clear_of_resting_orders),
        REPLAY(test_replay_first_trade_is_the_auction),
        REPLAY(test_replay_uses_the_quoted_top),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

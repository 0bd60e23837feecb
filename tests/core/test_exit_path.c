/* A protective exit over everything that keeps it from being filled: a locked market, the session's end, a log-out, an account
 * without money. The four components as they are, joined; the position is always protected, and closed when it can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/core/order_path.h"

#define LOTS  3
#define FLOOR 15660 /* the day's limit down: 17400 - 10 % */

static const struct condition *condition(const struct order_path *path)
{
    const struct condition *found = strategy_condition(path->strategy, 1);
    assert_non_null(found);
    return found;
}

static int32_t held(const struct order_path *path)
{
    return gate_position(path->gate, PATH_ACCOUNT, PATH_SYMBOL)->quantity;
}

/* 3 lots bought at 17401, stopped 30 points below. */
static struct order_path *path_that_holds(money_t equity)
{
    static struct order_path path;
    const struct condition_terms terms = {.account = PATH_ACCOUNT,
                                          .symbol = PATH_SYMBOL,
                                          .side = SIDE_BUY,
                                          .trigger_price = PRICE_POINTS(17395),
                                          .turning = PRICE_POINTS(5),
                                          .quantity = LOTS,
                                          .take_profit = PRICE_POINTS(50),
                                          .stop_loss = PRICE_POINTS(30),
                                          .basis = BASIS_FILL,
                                          .validity = VALID_GTC,
                                          .entry = ENTRY_MARKET};
    memset(&path, 0, sizeof path);
    path.equity = equity;
    order_path_begin(&path, 17400);
    path_condition(&path, &terms);
    path_tick(&path, 17395);
    path_tick(&path, 17400);
    assert_int_equal(condition(&path)->state, CONDITION_OPEN);
    assert_int_equal(held(&path), LOTS);
    return &path;
}

/* It trades there, and nobody bids any more. */
static void no_bids(struct order_path *path, int64_t points)
{
    struct sink *venue = path->sinks[PATH_VENUE];
    path->now_us += CLOCK_MS_US;
    path->market_us += CLOCK_MS_US;
    matching_on_time(path->matching, path->market_us, path->now_us, venue);
    matching_flow_trim(path->matching, path->listing, SIDE_BUY, PRICE_MAX, -PRICE_MAX);
    matching_flow_trim(path->matching, path->listing, SIDE_SELL, PRICE_MAX, -PRICE_MAX);
    matching_flow_add(path->matching, path->listing, SIDE_BUY, PRICE_POINTS(points), 1, venue);
    matching_flow_take(path->matching, path->listing, SIDE_SELL, PRICE_POINTS(points), 1, venue);
    matching_flow_add(path->matching, path->listing, SIDE_SELL, PRICE_POINTS(points), 50, venue);
    path_run(path);
}

static void wait_seconds(struct order_path *path, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        path_time(path, path->market_us + CLOCK_SECOND_US);
        path_timers(path);
    }
}

static void is_protected(const struct order_path *path)
{
    const struct condition *now = condition(path);
    assert_true(now->state == CONDITION_OPEN || now->state == CONDITION_EXITING);
    assert_int_equal(now->filled_quantity - now->exited_quantity, held(path));
    assert_int_equal(held(path), LOTS);
}

static void is_closed(const struct order_path *path)
{
    assert_int_equal(condition(path)->state, CONDITION_CLOSED);
    assert_int_equal(held(path), 0);
    assert_int_equal(condition(path)->exited_quantity, LOTS);
}

/* Market, range market, a limit order at the day's limit: it rests there, over minutes. */
static void locked_at_the_limit(struct order_path *path)
{
    no_bids(path, FLOOR);
    is_protected(path);
    assert_true(condition(path)->locked);
    assert_true(condition(path)->exit_working);
    const uint64_t orders = path->orders;
    wait_seconds(path, 120);
    is_protected(path);
    assert_int_equal(path->orders, orders); /* it keeps its place */
    int32_t copies;
    const struct order *resting = matching_find(path->matching, 0, "k1-1-S3", &copies);
    assert_non_null(resting);
    assert_int_equal(resting->request.limit_price, PRICE_POINTS(FLOOR));
    assert_int_equal(resting->request.type, ORDER_LIMIT);
    assert_int_equal(resting->state, ORDER_NEW);
}

static void a_locked_exit_is_filled_when_somebody_bids(void **state)
{
    (void)state;
    struct order_path *path = path_that_holds(0);
    locked_at_the_limit(path);
    matching_flow_add(path->matching, path->listing, SIDE_BUY, PRICE_POINTS(FLOOR), 50, path->sinks[PATH_VENUE]);
    matching_flow_take(path->matching, path->listing, SIDE_BUY, PRICE_POINTS(FLOOR), 53, path->sinks[PATH_VENUE]);
    path_run(path);
    is_closed(path);
    order_path_end(path);
}

/* The close takes it away; nothing is sent to a closed market; the night takes it again, at the night's prices. */
static void a_locked_exit_outlives_the_session(void **state)
{
    (void)state;
    struct order_path *path = path_that_holds(0);
    locked_at_the_limit(path);
    path_time(path, calendar_taipei_us(PATH_DAY, 13 * 3600 + 45 * 60));
    is_protected(path);
    assert_false(condition(path)->exit_working);
    const uint64_t orders = path->orders;
    wait_seconds(path, 60);
    is_protected(path);
    assert_int_equal(path->orders, orders);
    path_list(path, 20210728, FLOOR);
    path_time(path, calendar_taipei_us(PATH_DAY, 15 * 3600));
    path_timers(path);
    assert_true(path->orders > orders);
    is_protected(path);
    path_tick(path, 15600);
    wait_seconds(path, 60);
    is_closed(path);
    order_path_end(path);
}

/* Denied while nobody is logged in, and not made harder for it; the log-in lets it go at once. */
static void a_log_out_only_delays_it(void **state)
{
    (void)state;
    struct order_path *path = path_that_holds(0);
    const uint64_t orders = path->orders;
    path_session(path, 0);
    path_tick(path, 17360);
    wait_seconds(path, 40);
    is_protected(path);
    assert_int_equal(condition(path)->exit_step, 1);
    assert_int_equal(path->orders, orders);
    path_session(path, 2);
    path_timers(path);
    is_closed(path);
    assert_int_equal(path->orders, orders + 1);
    order_path_end(path);
}

/* The margin of three lots and a little more: after the fall the account could open nothing, and it closes. */
static void an_empty_account_may_close(void **state)
{
    (void)state;
    struct order_path *path = path_that_holds(PRICE_POINTS(LOTS * 84500 + 1000));
    path_tick(path, 17300);
    is_closed(path);
    order_path_end(path);
}

/* A venue that refuses every exit for a minute, and then takes one. */
static void refusals_never_drop_it(void **state)
{
    (void)state;
    struct order_path *path = path_that_holds(0);
    const uint64_t before = path->orders;
    path->refuse = true;
    path_tick(path, 17360);
    wait_seconds(path, 300);
    is_protected(path);
    assert_true(path->orders > before + 5);
    path->refuse = false;
    path_tick(path, 17350);
    wait_seconds(path, 31); /* the longest that it waits between two attempts */
    is_closed(path);
    order_path_end(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_locked_exit_is_filled_when_somebody_bids),
        cmocka_unit_test(a_locked_exit_outlives_the_session),
        cmocka_unit_test(a_log_out_only_delays_it),
        cmocka_unit_test(an_empty_account_may_close),
        cmocka_unit_test(refusals_never_drop_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

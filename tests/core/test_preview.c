/* The figures that a trader decides on, against figures worked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/preview.h"

#define NT(dollars) ((money_t)(dollars)*PRICE_SCALE)

/* Mini TAIEX as of 2025-11-04: 50 NT$ a point, 12.5 NT$ fee a side, tax 0.00002 a side rounded to a whole NT$ a lot. */
static const struct contract mini = {
    .symbol = "MXFH1",
    .product = "MXF",
    .name = "MXF",
    .multiplier = 50,
    .tick = PRICE_POINTS(1),
    .reference = PRICE_POINTS(17400),
    .limit_down = PRICE_POINTS(15660),
    .limit_up = PRICE_POINTS(19140),
    .initial_margin = NT(84500),
    .maintenance_margin = NT(64750),
    .fee = 125000,
    .tax_per_billion = 20000,
    .max_market_lots = 10,
    .max_limit_lots = 100,
    .flags = CONTRACT_REGISTERED,
};

static struct condition_terms buy_terms(void)
{
    struct condition_terms terms = {
        .account = "9800001",
        .symbol = "MXFH1",
        .side = SIDE_BUY,
        .trigger_price = PRICE_POINTS(17410),
        .turning = PRICE_POINTS(15),
        .quantity = 2,
        .take_profit = PRICE_POINTS(90),
        .stop_loss = PRICE_POINTS(30),
        .basis = BASIS_FILL,
        .validity = VALID_SESSION,
        .entry = ENTRY_MARKET,
    };
    return terms;
}

/* Entry 17425: 871,250 NT$ a lot, tax 17.425 -> 17; exit 17515: 875,750, tax 17.515 -> 18; stop 17395: 869,750,
 * tax 17.395 -> 17. With fee 12.5 and commission 20 a lot a side: entry 49.5, take profit 50.5, stop 49.5; two lots. */
static void buy_is_worked_by_hand(void **state)
{
    (void)state;
    struct condition_terms terms = buy_terms();
    struct condition_preview preview;
    preview_condition(&terms, &mini, PRICE_POINTS(17418), NT(20), &preview);
    assert_int_equal(preview.levels.order, PRICE_POINTS(17425));
    assert_int_equal(preview.levels.take_profit, PRICE_POINTS(17515));
    assert_int_equal(preview.levels.stop_loss, PRICE_POINTS(17395));
    assert_int_equal(preview.gross_reward, NT(9000));
    assert_int_equal(preview.gross_risk, NT(3000));
    assert_int_equal(preview.reward_cost, NT(200)); /* 99 + 101 */
    assert_int_equal(preview.risk_cost, NT(198));   /* 99 + 99 */
    assert_int_equal(preview.reward, NT(8800));
    assert_int_equal(preview.risk, NT(3198));
    assert_int_equal(preview.ratio_permille, 2752);        /* 8800 / 3198 = 2.7517 */
    assert_int_equal(preview.break_even, PRICE_POINTS(2)); /* 200 / (50 x 2) */
    assert_int_equal(preview.margin, NT(169000));
    assert_true(preview.has_last);
    assert_int_equal(preview.to_trigger, PRICE_POINTS(8));
}

/* SELL 17410, turning 15: order 17395, take profit 17305, stop 17425. Taxes a lot: 17.395 -> 17, 17.305 -> 17, 17.425
 * -> 17. */
static void sell_is_the_mirror(void **state)
{
    (void)state;
    struct condition_terms terms = buy_terms();
    struct condition_preview preview;
    terms.side = SIDE_SELL;
    preview_condition(&terms, &mini, PRICE_POINTS(17418), NT(20), &preview);
    assert_int_equal(preview.levels.order, PRICE_POINTS(17395));
    assert_int_equal(preview.levels.take_profit, PRICE_POINTS(17305));
    assert_int_equal(preview.levels.stop_loss, PRICE_POINTS(17425));
    assert_int_equal(preview.reward, NT(9000 - 198));
    assert_int_equal(preview.risk, NT(3000 + 198));
    assert_int_equal(preview.to_trigger, PRICE_POINTS(-8)); /* already beyond: the next tick triggers */
}

/* One point of profit is 50 NT$; cost in and out without commission is 2 x (12.5 + 17) = 59: nothing is left. */
static void a_profit_smaller_than_its_cost_has_no_ratio(void **state)
{
    (void)state;
    struct condition_terms terms = buy_terms();
    struct condition_preview preview;
    terms.quantity = 1;
    terms.take_profit = PRICE_POINTS(1);
    preview_condition(&terms, &mini, 0, 0, &preview);
    assert_int_equal(preview.reward, NT(-9));
    assert_int_equal(preview.ratio_permille, 0);
    assert_int_equal(preview.break_even, PRICE_POINTS(2)); /* 1.18 points, up to the tick */
    assert_false(preview.has_last);
}

static void the_largest_terms_saturate(void **state)
{
    (void)state;
    struct contract huge = mini;
    struct condition_terms terms = buy_terms();
    struct condition_preview preview;
    huge.multiplier = INT32_MAX;
    huge.initial_margin = INT64_MAX / 2;
    terms.trigger_price = PRICE_MAX;
    terms.take_profit = terms.stop_loss = PRICE_MAX;
    terms.quantity = CONDITION_QUANTITY_MAX;
    preview_condition(&terms, &huge, PRICE_MAX, INT64_MAX / 4, &preview);
    assert_true(preview.risk > 0);
    assert_true(preview.risk_cost > 0);
    assert_true(preview.margin > 0);
}

static struct tick book(void)
{
    struct tick tick = {.symbol = "MXFH1",
                        .price = PRICE_POINTS(17400),
                        .bid = PRICE_POINTS(17399),
                        .bid_quantity = 3,
                        .ask = PRICE_POINTS(17401),
                        .ask_quantity = 4};
    return tick;
}

/* BUY 3 at market from flat: the ask, 17401 x 50 x 3 = 2,610,150; tax a lot 17.401 -> 17; cost 3 x (12.5 + 20 + 17) =
 * 148.5. */
static void market_order_from_flat(void **state)
{
    (void)state;
    struct order_request request = {
        .symbol = "MXFH1", .side = SIDE_BUY, .type = ORDER_MARKET, .tif = TIF_IOC, .quantity = 3};
    struct tick tick = book();
    struct order_preview preview;
    preview_order(&request, &mini, &tick, NULL, NT(20), &preview);
    assert_int_equal(preview.price, PRICE_POINTS(17401));
    assert_int_equal(preview.notional, NT(2610150));
    assert_int_equal(preview.cost, 1485000);
    assert_int_equal(preview.position, 3);
    assert_int_equal(preview.opening, 3);
    assert_int_equal(preview.margin, NT(253500));
    assert_int_equal(preview.realized, 0);
}

/* SELL 5 limit 17450 against long 2 at 17400 on average: 2 close at +50 points (5,000 NT$), 3 open. */
static void an_order_that_reverses_closes_first(void **state)
{
    (void)state;
    struct order_request request = {.symbol = "MXFH1",
                                    .side = SIDE_SELL,
                                    .type = ORDER_LIMIT,
                                    .tif = TIF_ROD,
                                    .quantity = 5,
                                    .limit_price = PRICE_POINTS(17450)};
    struct position position = {.symbol = "MXFH1", .quantity = 2, .open_value = 2 * PRICE_POINTS(17400)};
    struct tick tick = book();
    struct order_preview preview;
    preview_order(&request, &mini, &tick, &position, 0, &preview);
    assert_int_equal(preview.price, PRICE_POINTS(17450));
    assert_int_equal(preview.position, -3);
    assert_int_equal(preview.opening, 3);
    assert_int_equal(preview.margin, NT(253500));
    assert_int_equal(preview.realized, NT(5000));
}

/* Short 4 at 17380, BUY 1 at the ask 17401: 21 points against us on one lot, and no new margin. */
static void closing_a_short_realizes_its_loss(void **state)
{
    (void)state;
    struct order_request request = {
        .symbol = "MXFH1", .side = SIDE_BUY, .type = ORDER_MARKET, .tif = TIF_IOC, .quantity = 1};
    struct position position = {.symbol = "MXFH1", .quantity = -4, .open_value = -4 * PRICE_POINTS(17380)};
    struct tick tick = book();
    struct order_preview preview;
    preview_order(&request, &mini, &tick, &position, 0, &preview);
    assert_int_equal(preview.realized, NT(-1050));
    assert_int_equal(preview.opening, 0);
    assert_int_equal(preview.margin, 0);
    assert_int_equal(preview.position, -3);
}

static void adding_to_a_position_closes_nothing(void **state)
{
    (void)state;
    struct order_request request = {
        .symbol = "MXFH1", .side = SIDE_SELL, .type = ORDER_MARKET, .tif = TIF_IOC, .quantity = 2};
    struct position position = {.symbol = "MXFH1", .quantity = -4, .open_value = -4 * PRICE_POINTS(17380)};
    struct order_preview preview;
    preview_order(&request, &mini, NULL, &position, 0, &preview);
    assert_int_equal(preview.price, 0); /* no tick yet: nothing is known */
    assert_int_equal(preview.realized, 0);
    assert_int_equal(preview.opening, 2);
    assert_int_equal(preview.position, -6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buy_is_worked_by_hand),
        cmocka_unit_test(sell_is_the_mirror),
        cmocka_unit_test(a_profit_smaller_than_its_cost_has_no_ratio),
        cmocka_unit_test(the_largest_terms_saturate),
        cmocka_unit_test(market_order_from_flat),
        cmocka_unit_test(an_order_that_reverses_closes_first),
        cmocka_unit_test(closing_a_short_realizes_its_loss),
        cmocka_unit_test(adding_to_a_position_closes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Trades into bars: what counts, where a bar ends, and what happens when time goes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/bar.h"

#define AT(minute, second) (((int64_t)(minute)*60 + (second)) * 1000000)

static struct tick trade(int64_t time_us, int64_t points, int32_t quantity)
{
    struct tick tick = {.symbol = "MXFH1",
                        .time_us = time_us,
                        .price = PRICE_POINTS(points),
                        .quantity = quantity,
                        .trading_day = 20210726};
    return tick;
}

static bool add(struct bar_builder *builder, struct tick tick, struct bar *done)
{
    return bar_add(builder, &tick, done);
}

static void assert_bar(const struct bar *bar, int64_t open, int64_t high, int64_t low, int64_t close, int64_t volume,
                       int trades)
{
    assert_string_equal(bar->symbol, "MXFH1");
    assert_int_equal(bar->trading_day, 20210726);
    assert_int_equal(bar->open, PRICE_POINTS(open));
    assert_int_equal(bar->high, PRICE_POINTS(high));
    assert_int_equal(bar->low, PRICE_POINTS(low));
    assert_int_equal(bar->close, PRICE_POINTS(close));
    assert_int_equal(bar->volume, volume);
    assert_int_equal(bar->trades, trades);
}

static void trades_make_a_bar(void **state)
{
    (void)state;
    struct bar_builder builder;
    struct bar done;
    bar_init(&builder, BAR_MINUTE_US);
    assert_null(bar_current(&builder));
    assert_false(add(&builder, trade(AT(5, 0), 17400, 2), &done));
    assert_false(add(&builder, trade(AT(5, 10), 17410, 1), &done));
    assert_false(add(&builder, trade(AT(5, 20), 17390, 4), &done));
    assert_false(add(&builder, trade(AT(5, 59) + 999999, 17395, 1), &done));
    assert_bar(bar_current(&builder), 17400, 17410, 17390, 17395, 8, 4);
    assert_int_equal(bar_current(&builder)->start_us, AT(5, 0));
    assert_true(add(&builder, trade(AT(6, 0), 17396, 3), &done));
    assert_bar(&done, 17400, 17410, 17390, 17395, 8, 4);
    assert_bar(bar_current(&builder), 17396, 17396, 17396, 17396, 3, 1);
}

static void empty_minutes_make_no_bar(void **state)
{
    (void)state;
    struct bar_builder builder;
    struct bar done;
    bar_init(&builder, BAR_MINUTE_US);
    add(&builder, trade(AT(5, 0), 17400, 1), &done);
    assert_true(add(&builder, trade(AT(9, 30), 17401, 1), &done));
    assert_int_equal(done.start_us, AT(5, 0));
    assert_int_equal(bar_current(&builder)->start_us, AT(9, 0));
}

static void trial_matches_are_no_trades(void **state)
{
    (void)state;
    struct bar_builder builder;
    struct bar done;
    bar_init(&builder, BAR_MINUTE_US);
    struct tick trial = trade(AT(5, 0), 99999, 5);
    trial.flags = TICK_TRIAL;
    assert_false(bar_add(&builder, &trial, &done));
    assert_null(bar_current(&builder));
    add(&builder, trade(AT(5, 1), 17400, 1), &done);
    assert_false(add(&builder, trade(AT(6, 1), 17400, 0), &done)); /* a quote without a trade */
    assert_false(bar_add(&builder, &trial, &done));
    assert_bar(bar_current(&builder), 17400, 17400, 17400, 17400, 1, 1);
}

static void time_may_go_back(void **state)
{
    (void)state;
    struct bar_builder builder;
    struct bar done;
    bar_init(&builder, BAR_MINUTE_US);
    add(&builder, trade(AT(8, 0), 17400, 1), &done);
    assert_true(add(&builder, trade(AT(3, 5), 17300, 2), &done));
    assert_int_equal(done.start_us, AT(8, 0));
    assert_int_equal(bar_current(&builder)->start_us, AT(3, 0));
    assert_bar(bar_current(&builder), 17300, 17300, 17300, 17300, 2, 1);
}

static void a_half_built_bar_goes_on(void **state)
{
    (void)state;
    struct bar_builder first;
    struct bar_builder second;
    struct bar done;
    bar_init(&first, BAR_MINUTE_US);
    add(&first, trade(AT(5, 0), 17400, 2), &done);
    add(&first, trade(AT(5, 1), 17420, 2), &done);
    bar_init(&second, BAR_MINUTE_US);
    bar_resume(&second, bar_current(&first));
    assert_false(add(&second, trade(AT(5, 30), 17380, 1), &done));
    assert_bar(bar_current(&second), 17400, 17420, 17380, 17380, 5, 3);
}

static void starts_are_floors(void **state)
{
    (void)state;
    assert_int_equal(bar_start(AT(5, 59), BAR_MINUTE_US), AT(5, 0));
    assert_int_equal(bar_start(AT(5, 0), BAR_MINUTE_US), AT(5, 0));
    assert_int_equal(bar_start(-1, BAR_MINUTE_US), -BAR_MINUTE_US);
    assert_int_equal(bar_start(AT(7, 30), 5 * BAR_MINUTE_US), AT(5, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trades_make_a_bar),           cmocka_unit_test(empty_minutes_make_no_bar),
        cmocka_unit_test(trial_matches_are_no_trades), cmocka_unit_test(time_may_go_back),
        cmocka_unit_test(a_half_built_bar_goes_on),    cmocka_unit_test(starts_are_floors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

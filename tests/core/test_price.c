/* test_price: parsing of hostile text, printing, rounding, and arithmetic at its edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/price.h"
#include "core/rng.h"

static void parses(const char *text, price_t wanted)
{
    price_t got = 77;
    struct err err;
    if (price_parse(text, &got, &err) != ERR_OK) fail_msg("'%s': %s", text, err.text);
    assert_int_equal(got, wanted);
}

static void refuses(const char *text, enum status status, const char *words)
{
    price_t got = 77;
    struct err err = {ERR_OK, ""};
    const enum status result = price_parse(text, &got, &err);
    if (result != status || strstr(err.text, words) == NULL)
        fail_msg("'%s': %s '%s'", text, status_name(result), err.text);
    assert_int_equal(got, 77); /* untouched */
    assert_int_equal(price_parse(text, &got, NULL), status);
}

static void test_parse(void **state)
{
    (void)state;
    parses("17410", 174100000);
    parses("+17410", 174100000);
    parses("-17410.5", -174105000);
    parses("0", 0);
    parses("-0", 0);
    parses("00017410", 174100000);
    parses("0.0001", 1);
    parses("17410.0000", 174100000);
    parses("1000000000", PRICE_MAX);
    parses("-1000000000.0000", -PRICE_MAX);
}

static void test_parse_refuses(void **state)
{
    (void)state;
    refuses("", ERR_INVALID, "no number");
    refuses(NULL, ERR_INVALID, "no number");
    const char *const not_numbers[] = {"-",
                                       "+",
                                       ".",
                                       ".5",
                                       "abc",
                                       " 1",
                                       "1 ",
                                       "1e5",
                                       "0x10",
                                       "NaN",
                                       "nan",
                                       "inf",
                                       "-inf",
                                       "1,000",
                                       "--1",
                                       "+-1",
                                       "1.",
                                       "1.5.5",
                                       "1.-5",
                                       "17410\n",
                                       "\xEF\xBC\x91",
                                       "1\xFF",
                                       "99999999999999999999x"};
    for (size_t i = 0; i < sizeof not_numbers / sizeof not_numbers[0]; i++)
        refuses(not_numbers[i], ERR_INVALID, "is not a number");
    refuses("1.00000", ERR_INVALID, "too many decimals");
    refuses("0.00001", ERR_INVALID, "too many decimals");
    refuses("1000000000.0001", ERR_RANGE, "at most 1000000000");
    refuses("1000000001", ERR_RANGE, "at most 1000000000");
    refuses("-99999999999999999999999999999999999999999", ERR_RANGE, "too large");
    char digits[4096];
    memset(digits, '9', sizeof digits - 1);
    digits[sizeof digits - 1] = '\0';
    refuses(digits, ERR_RANGE, "too large");
}

static void test_a_refusal_quotes_safely(void **state)
{
    (void)state;
    price_t got;
    struct err err;
    assert_int_equal(price_parse("\x1B[2J\xFF", &got, &err), ERR_INVALID);
    assert_string_equal(err.text, "'?[2J?' is not a number (digits, at most 4 decimals)");
}

static void test_format(void **state)
{
    (void)state;
    char buf[PRICE_TEXT_SIZE];
    assert_string_equal(price_format(174100000, buf, sizeof buf), "17410");
    assert_string_equal(price_format(174105000, buf, sizeof buf), "17410.5");
    assert_string_equal(price_format(-1, buf, sizeof buf), "-0.0001");
    assert_string_equal(price_format(0, buf, sizeof buf), "0");
    assert_string_equal(price_format(10, buf, sizeof buf), "0.001");
    assert_string_equal(price_format(INT64_MIN, buf, sizeof buf), "-922337203685477.5808");
    assert_string_equal(price_format(INT64_MAX, buf, sizeof buf), "922337203685477.5807");
}

static void test_format_and_parse_agree(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 1);
    char buf[PRICE_TEXT_SIZE];
    for (int i = 0; i < 20000; i++) {
        const price_t price = i % 2 == 0 ? rng_range(&rng, -PRICE_MAX, PRICE_MAX) : rng_range(&rng, -50000, 50000);
        parses(price_format(price, buf, sizeof buf), price);
        parses(price_format_fixed(price, 4, buf, sizeof buf), price);
    }
}

static void test_format_fixed(void **state)
{
    (void)state;
    char buf[PRICE_TEXT_SIZE];
    assert_string_equal(price_format_fixed(174105000, 0, buf, sizeof buf), "17411");
    assert_string_equal(price_format_fixed(-174105000, 0, buf, sizeof buf), "-17411");
    assert_string_equal(price_format_fixed(174104999, 0, buf, sizeof buf), "17410");
    assert_string_equal(price_format_fixed(-4999, 0, buf, sizeof buf), "0");
    assert_string_equal(price_format_fixed(12345, 2, buf, sizeof buf), "1.23");
    assert_string_equal(price_format_fixed(12350, 2, buf, sizeof buf), "1.24");
    assert_string_equal(price_format_fixed(99999, 1, buf, sizeof buf), "10.0");
    assert_string_equal(price_format_fixed(5, 4, buf, sizeof buf), "0.0005");
    assert_string_equal(price_format_fixed(INT64_MIN, 0, buf, sizeof buf), "-922337203685478");
}

static void test_money(void **state)
{
    (void)state;
    char buf[PRICE_TEXT_SIZE];
    assert_string_equal(money_format(0, buf, sizeof buf), "0");
    assert_string_equal(money_format(9990000, buf, sizeof buf), "999");
    assert_string_equal(money_format(9995000, buf, sizeof buf), "1,000");
    assert_string_equal(money_format(-12345670000, buf, sizeof buf), "-1,234,567");
    assert_string_equal(money_format(INT64_MIN, buf, sizeof buf), "-922,337,203,685,478");
    assert_string_equal(money_format(-4000, buf, sizeof buf), "0");
}

static void test_arithmetic(void **state)
{
    (void)state;
    int64_t out = 77;
    assert_true(price_add(2, -3, &out));
    assert_int_equal(out, -1);
    assert_false(price_add(INT64_MAX, 1, &out));
    assert_false(price_add(INT64_MIN, -1, &out));
    assert_false(price_mul(INT64_MAX, 2, &out));
    assert_false(price_mul(INT64_MIN, -1, &out));
    assert_false(price_mul_div(1, 1, 0, &out));
    assert_false(price_mul_div(INT64_MAX, INT64_MAX, 1, &out));
    assert_false(price_mul_div(INT64_MIN, 1, -1, &out));
    assert_int_equal(out, -1); /* untouched by every refusal */
    assert_true(price_mul_div(INT64_MAX, INT64_MAX, INT64_MAX, &out));
    assert_int_equal(out, INT64_MAX);
    assert_true(price_mul_div(INT64_MIN, INT64_MIN, INT64_MIN, &out));
    assert_int_equal(out, INT64_MIN);
    /* Half away from zero, all four signs. */
    const int64_t rows[][4] = {{5, 1, 2, 3}, {-5, 1, 2, -3}, {5, 1, -2, -3}, {-5, 1, -2, 3},
                               {4, 1, 3, 1}, {-4, 1, 3, -1}, {0, 9, 7, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(price_mul_div(rows[i][0], rows[i][1], rows[i][2], &out));
        assert_int_equal(out, rows[i][3]);
    }
}

static void test_ticks(void **state)
{
    (void)state;
    assert_true(price_on_tick(PRICE_POINTS(17410), PRICE_POINTS(1)));
    assert_false(price_on_tick(PRICE_POINTS(17410) + 1, PRICE_POINTS(1)));
    const price_t tick = PRICE_POINTS(5);
    assert_int_equal(price_floor(PRICE_POINTS(17), tick), PRICE_POINTS(15));
    assert_int_equal(price_ceil(PRICE_POINTS(17), tick), PRICE_POINTS(20));
    assert_int_equal(price_floor(PRICE_POINTS(-17), tick), PRICE_POINTS(-20));
    assert_int_equal(price_ceil(PRICE_POINTS(-17), tick), PRICE_POINTS(-15));
    assert_int_equal(price_floor(PRICE_POINTS(15), tick), PRICE_POINTS(15));
    assert_int_equal(price_ceil(PRICE_POINTS(-15), tick), PRICE_POINTS(-15));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_a_refusal_quotes_safely),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_format_and_parse_agree),
        cmocka_unit_test(test_format_fixed),
        cmocka_unit_test(test_money),
        cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_ticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

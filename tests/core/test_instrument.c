/* test_instrument: codes as the exchange writes them, in both its ways, and the facts that follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/instrument.h"
#include "core/session.h"

enum { DAY = 20210726 };

static void from_file(const char *product, const char *month, const char *wanted)
{
    char symbol[SYMBOL_SIZE];
    struct err err;
    if (symbol_from_file(product, month, symbol, &err) != ERR_OK) fail_msg("%s %s: %s", product, month, err.text);
    assert_string_equal(symbol, wanted);
}

/* Codes of the exchange's file of 2021-07-26, padded as they stand there. */
static void test_from_file(void **state)
{
    (void)state;
    from_file("MTX    ", "202108     ", "MXFH1");
    from_file("MTX    ", "202107W4     ", "MX4G1");
    from_file("MTX", "202107W5", "MX5G1");
    from_file("MTX", "202108W1", "MX1H1");
    from_file("TX     ", "202108     ", "TXFH1");
    from_file("TX     ", "202108/202109", "TXFH1/I1");
    from_file("TX     ", "202108/202203", "TXFH1/C2");
    from_file("TX", "202112", "TXFL1");
    from_file("TMF", "202512", "TMFL5");
    from_file("TE     ", "202108", "EXFH1");
    from_file("TF     ", "202108/202109", "FXFH1/I1");
    from_file("XIF    ", "202109", "XIFI1");
    from_file("CZF    ", "202108", "CZFH1");
    from_file("T5F", "202109", "T5FI1");
    from_file("KB1", "202108", "KB1H1");
    from_file("BRF    ", "202109     ", "BRFI1");
}

static void file_refused(const char *product, const char *month)
{
    char symbol[SYMBOL_SIZE] = "before";
    struct err err = {ERR_OK, ""};
    assert_int_equal(symbol_from_file(product, month, symbol, &err), ERR_INVALID);
    assert_string_equal(symbol, "before");
    assert_non_null(strstr(err.text, "allowed"));
}

static void test_from_file_refuses(void **state)
{
    (void)state;
    const char *const products[] = {"",     "   ",    "M",    "MTXX",         "mtx", "M X",
                                    " MTX", "M\xFFX", "MT\n", "\xE5\xB0\x8F", "../"};
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) file_refused(products[i], "202108");
    const char *const months[] = {"",
                                  " ",
                                  "2021",
                                  "202113",
                                  "202100",
                                  "198912",
                                  "210001",
                                  "20210x",
                                  "202108W",
                                  "202108W0",
                                  "202108W3",
                                  "202108W6",
                                  "202108W44",
                                  "202108/",
                                  "202108/202108",
                                  "202109/202108",
                                  "202108/2021",
                                  "202108/202113",
                                  "202108-202109",
                                  "202108/202109/202110",
                                  "2021080",
                                  "-02108",
                                  "202108 W4",
                                  " 202108"};
    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++) file_refused("MTX", months[i]);
}

static void parses(const char *symbol, int32_t day, const char *product, int32_t month, int32_t far, int32_t week)
{
    struct symbol_parts parts;
    struct err err;
    if (symbol_parse(symbol, day, &parts, &err) != ERR_OK) fail_msg("%s", err.text);
    assert_string_equal(parts.product->code, product);
    assert_int_equal(parts.delivery_month, month);
    assert_int_equal(parts.far_month, far);
    assert_int_equal(parts.week, week);
}

static void test_parse(void **state)
{
    (void)state;
    parses("MXFH1", DAY, "MXF", 202108, 0, 0);
    parses("MX4G1", DAY, "MXF", 202107, 0, 4);
    parses("TXFH1/I1", DAY, "TXF", 202108, 202109, 0);
    parses("TXFL1/C2", DAY, "TXF", 202112, 202203, 0);
    parses("TMFA0", DAY, "TMF", 202001, 0, 0); /* last year is still near */
    parses("TMFA9", DAY, "TMF", 202901, 0, 0);
    parses("MXFH9", 19900101, "MXF", 199908, 0, 0); /* the calendar begins with 1990 */
    parses("MXFH1", 20301231, "MXF", 203108, 0, 0);
    parses("MXFL9/A0", 20291201, "MXF", 202912, 203001, 0);
}

static void refused(const char *symbol, enum status status)
{
    struct symbol_parts parts;
    struct err err = {ERR_OK, ""};
    const enum status got = symbol_parse(symbol, DAY, &parts, &err);
    if (got != status) fail_msg("'%s': %s '%s'", symbol, status_name(got), err.text);
    assert_true(err.text[0] != '\0');
}

static void test_parse_refuses(void **state)
{
    (void)state;
    const char *const bad[] = {"",
                               "MXF",
                               "MXFH",
                               "MXFH11",
                               "MXFM1",
                               "MXFHX",
                               "mxfh1",
                               "MXF 1",
                               "MXFH1/",
                               "MXFH1/I",
                               "MXFH1/I11",
                               "MXFH1/H1",
                               "MXFH1-I1",
                               "MXFH1/M1",
                               "MX\xFFH1",
                               "\xE5\xB0\x8F",
                               "MXFH1MXFH1MXFH1MXFH1",
                               "/////"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) refused(bad[i], ERR_INVALID);
    const char *const unknown[] = {"CZFH1", "MX3G1", "MX0G1", "TX1G1", "AAAA1", "123A1", "EXFH1"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) refused(unknown[i], ERR_NOT_FOUND);
    struct symbol_parts parts;
    assert_int_equal(symbol_parse("MXFH1", 0, &parts, NULL), ERR_INVALID);
    assert_int_equal(symbol_parse("MXFA0", 20991231, &parts, NULL), ERR_INVALID); /* 2100 */
}

static void test_monthly_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; product_at(i) != NULL; i++) {
        for (int32_t month = 1; month <= 12; month++) {
            char symbol[SYMBOL_SIZE], file_month[16], again[SYMBOL_SIZE];
            symbol_monthly(product_at(i), 202200 + month, symbol);
            parses(symbol, DAY, product_at(i)->code, 202200 + month, 0, 0);
            (void)snprintf(file_month, sizeof file_month, "%d", 202200 + month);
            assert_int_equal(symbol_from_file(product_at(i)->file_code, file_month, again, NULL), ERR_OK);
            assert_string_equal(symbol, again);
        }
        assert_ptr_equal(product_find(product_at(i)->code), product_at(i));
        assert_ptr_equal(product_by_file_code(product_at(i)->file_code), product_at(i));
    }
    assert_null(product_find("MTX"));
    assert_null(product_by_file_code("MXF"));
    assert_null(product_find(""));
}

static void test_last_trading_day(void **state)
{
    (void)state;
    assert_int_equal(contract_last_trading_day(202108), 20210818);
    assert_int_equal(contract_last_trading_day(202107), 20210721);
    assert_int_equal(contract_last_trading_day(202602), 20260223); /* the third Wednesday is in the lunar new year */
    assert_int_equal(contract_last_trading_day(202306), 20230621);
}

static void test_listed_months(void **state)
{
    (void)state;
    const int32_t wanted[] = {202108, 202109, 202110, 202112, 202203, 202206, 0};
    for (int i = 0; i < 7; i++) assert_int_equal(contract_listed_month(DAY, i), wanted[i]);
    assert_int_equal(contract_listed_month(20210721, 0), 202107); /* its last day still counts */
    assert_int_equal(contract_listed_month(20210722, 0), 202108);
    assert_int_equal(contract_listed_month(20211216, 0), 202201);
    assert_int_equal(contract_listed_month(20211216, 3), 202206);
    assert_int_equal(contract_listed_month(DAY, -1), 0);
}

static struct contract make(const char *symbol, int32_t day, price_t reference)
{
    struct contract contract;
    struct err err;
    if (contract_make(symbol, day, reference, &contract, &err) != ERR_OK) fail_msg("%s", err.text);
    return contract;
}

static void test_contract(void **state)
{
    (void)state;
    const struct contract mini = make("MXFH1", DAY, PRICE_POINTS(40124));
    assert_string_equal(mini.symbol, "MXFH1");
    assert_string_equal(mini.product, "MXF");
    assert_string_equal(mini.name, "小型臺指 2021/08");
    assert_int_equal(mini.multiplier, 50);
    assert_int_equal(mini.last_trading_day, 20210818);
    assert_int_equal(mini.limit_down, PRICE_POINTS(36112)); /* 36111.6, inward */
    assert_int_equal(mini.limit_up, PRICE_POINTS(44136));   /* 44136.4, inward */
    assert_int_equal(mini.initial_margin, PRICE_SCALE * 84500);
    assert_int_equal(mini.maintenance_margin, PRICE_SCALE * 64750);
    assert_int_equal(mini.fee, PRICE_SCALE * 25 / 2);
    assert_int_equal(mini.max_market_lots, 10);
    assert_int_equal(mini.max_limit_lots, 100);
    assert_int_equal(mini.flags, 0);
    const struct contract whole = make("TXFH1", DAY, PRICE_POINTS(17000));
    assert_int_equal(whole.limit_down, PRICE_POINTS(15300));
    assert_int_equal(whole.limit_up, PRICE_POINTS(18700));
    assert_int_equal(whole.initial_margin, PRICE_SCALE * 338000);
    assert_int_equal(whole.fee, PRICE_SCALE * 20);
    const struct contract micro = make("TMFF6", 20260601, 0);
    assert_int_equal(micro.multiplier, 10);
    assert_int_equal(micro.maintenance_margin, PRICE_SCALE * 12950);
    assert_int_equal(micro.limit_down, 0);
    assert_int_equal(micro.limit_up, 0);
    const struct contract weekly = make("MX4G1", DAY, 0);
    assert_string_equal(weekly.name, "小型臺指 2021/07 W4");
    assert_int_equal(weekly.last_trading_day, 20210728);
    assert_int_equal(weekly.flags, CONTRACT_WEEKLY);
    const struct contract spread = make("TXFH1/I1", DAY, PRICE_POINTS(-30));
    assert_string_equal(spread.name, "臺股期貨 2021/08-2021/09");
    assert_int_equal(spread.flags, CONTRACT_SPREAD);
    assert_int_equal(spread.limit_up, 0);
}

static void test_another_reference(void **state)
{
    (void)state;
    struct contract contract = make("MXFH1", DAY, 0);
    contract_set_reference(&contract, PRICE_POINTS(17410), true);
    assert_int_equal(contract.reference, PRICE_POINTS(17410));
    assert_int_equal(contract.limit_down, PRICE_POINTS(15669));
    assert_int_equal(contract.limit_up, PRICE_POINTS(19151));
    assert_int_equal(contract.flags, CONTRACT_REFERENCE_ESTIMATED);
    contract_set_reference(&contract, PRICE_POINTS(17000), false);
    assert_int_equal(contract.limit_up, PRICE_POINTS(18700));
    assert_int_equal(contract.flags, 0);
    contract_set_reference(&contract, 0, true); /* nothing to estimate from */
    assert_int_equal(contract.limit_up, 0);
    assert_int_equal(contract.limit_down, 0);
    assert_int_equal(contract.flags, 0);
    struct contract spread = make("TXFH1/I1", DAY, 0);
    contract_set_reference(&spread, PRICE_POINTS(-30), true);
    assert_int_equal(spread.reference, 0);
    assert_int_equal(spread.limit_up, 0);
}

static void test_contract_refuses(void **state)
{
    (void)state;
    struct contract contract;
    struct err err;
    assert_int_equal(contract_make("MXFG1", DAY, 0, &contract, &err), ERR_RANGE);
    assert_non_null(strstr(err.text, "expired on 20210721"));
    assert_int_equal(contract_make("MX5H1", DAY, 0, &contract, &err),
                     ERR_INVALID); /* August 2021 has four Wednesdays */
    assert_int_equal(contract_make("CZFH1", DAY, 0, &contract, &err), ERR_NOT_FOUND);
    assert_int_equal(contract_make("MXFH1", 20210231, 0, &contract, &err), ERR_INVALID);
}

static void test_cost(void **state)
{
    (void)state;
    const struct contract whole = make("TXFH1", DAY, 0);
    const struct contract mini = make("MXFH1", DAY, 0);
    /* 17410 x 200 x 0.00002 = 69.64 -> 70; + 20 fee; + 30 commission */
    assert_int_equal(contract_cost(&whole, PRICE_POINTS(17410), 1, PRICE_SCALE * 30), PRICE_SCALE * 120);
    /* 17410 x 50 x 0.00002 = 17.41 -> 17; + 12.5 */
    assert_int_equal(contract_cost(&mini, PRICE_POINTS(17410), 1, 0), PRICE_SCALE * 59 / 2);
    assert_int_equal(contract_cost(&mini, PRICE_POINTS(17410), 3, 0),
                     3 * contract_cost(&mini, PRICE_POINTS(17410), 1, 0));
    assert_int_equal(contract_cost(&mini, PRICE_POINTS(-40), 1, 0), contract_cost(&mini, PRICE_POINTS(40), 1, 0));
    assert_int_equal(contract_cost(&mini, PRICE_MAX, INT32_MAX, INT64_MAX), INT64_MAX); /* saturates */
    assert_int_equal(contract_cost(&mini, INT64_MIN, 1, 0), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_file),
        cmocka_unit_test(test_from_file_refuses),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_monthly_and_back),
        cmocka_unit_test(test_last_trading_day),
        cmocka_unit_test(test_listed_months),
        cmocka_unit_test(test_contract),
        cmocka_unit_test(test_another_reference),
        cmocka_unit_test(test_contract_refuses),
        cmocka_unit_test(test_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

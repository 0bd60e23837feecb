/* The backtest against the reference system's own signals, to the byte, on a real day; against a day worked by hand;
 * and every refusal of its conditions file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/backtest.h"

#define DATA            "../shared/data/Daily_2021_07_26.zip"
#define ORACLE          "../shared/oracle/"
#define HEADER          "symbol,side,trigger_price,turning_point,quantity,take_profit_point,stop_loss_point,following\n"
#define FULL_DAY_MAX_US 2000000
#define TEXT_MAX        (1 << 16)

static char directory[64];

static int make_directory(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/outcry-backtest-XXXXXX");
    return mkdtemp(directory) == NULL;
}

static int remove_directory(void **state)
{
    (void)state;
    static const char *const names[] = {"data.csv", "conditions.csv", "signals.csv", "report.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        (void)unlink(path);
    }
    return rmdir(directory);
}

static const char *in_directory(const char *name)
{
    static char paths[64][128];
    static int next;
    char *path = paths[next++ % 64];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(in_directory(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* The whole file, NUL-terminated; the caller frees. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = malloc(TEXT_MAX);
    assert_non_null(text);
    const size_t length = fread(text, 1, TEXT_MAX - 1, file);
    text[length] = '\0';
    (void)fclose(file);
    return text;
}

static struct backtest_options instant(const char *data, const char *conditions)
{
    return (struct backtest_options){.data_file = data,
                                     .conditions_file = conditions,
                                     .basis = BASIS_PLANNED,
                                     .fill = BACKTEST_INSTANT,
                                     .signals_file = in_directory("signals.csv")};
}

static void equals_oracle(const char *symbol, const char *name, enum backtest_fill fill)
{
    char conditions[128], signals[128];
    snprintf(conditions, sizeof conditions, ORACLE "%s.conditions.csv", name);
    snprintf(signals, sizeof signals, ORACLE "%s.signals.csv", name);
    if (access(DATA, R_OK) != 0 || access(conditions, R_OK) != 0) {
        printf("skip: %s or %s is not there\n", DATA, conditions);
        skip();
    }
    struct backtest_options options = instant(DATA, conditions);
    options.symbol = symbol;
    options.fill = fill;
    struct backtest_result result;
    struct err err = {0};
    if (backtest_run(&options, &result, &err) != ERR_OK) fail_msg("%s", err.text);
    char *wanted = read_text(signals), *got = read_text(options.signals_file);
    assert_string_equal(got, wanted);
    assert_int_equal(result.damaged_lines, 0);
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(result.elapsed_us < FULL_DAY_MAX_US);
#endif
    free(wanted);
    free(got);
    backtest_free(&result);
}

static void oracle_mxf(void **state)
{
    (void)state;
    equals_oracle("MXFH1", "mxf-200", BACKTEST_INSTANT);
}

static void oracle_txf(void **state)
{
    (void)state;
    equals_oracle("TXFH1", "txf-40", BACKTEST_INSTANT);
}

/* The whole path (executor, gate, matching) between decision and fill changes no decision of that day: with planned
 * levels the signals are the same, because every order there filled whole before the next trade. */
static void oracle_through_the_book(void **state)
{
    (void)state;
    equals_oracle("MXFH1", "mxf-200", BACKTEST_BOOK);
    equals_oracle("TXFH1", "txf-40", BACKTEST_BOOK);
}

/* MXFH1 ticks 1..10 and TXFH1 ticks 1..3, merged by time. */
static const char small_day[] = "datetime,symbol,price,quantity\n"
                                "2021-07-26 09:00:01,MXFH1,17405,1\n"
                                "2021-07-26 09:00:02,MXFH1,17400,1\n" /* 1 triggers */
                                "2021-07-26 09:00:02,TXFH1,17390,1\n" /* 3 triggers */
                                "2021-07-26 09:00:03,MXFH1,17395,1\n" /* 1 follows to 17395: enters at 17405 */
                                "2021-07-26 09:00:04,MXFH1,17404,1\n"
                                "2021-07-26 09:00:05,MXFH1,17407,1\n"  /* 1 enters; planned 17425 / 17390 */
                                "2021-07-26 09:00:05,TXFH1,17390,1\n"  /* 3 enters: turning 0 */
                                "2021-07-26 09:00:06,MXFH1,17411,1\n"  /* 2 triggers */
                                "2021-07-26 09:00:07,MXFH1,17405,1\n"  /* 2 enters; stop 17415 */
                                "2021-07-26 09:00:08,TXFH1,17380,1\n"  /* 3 stops */
                                "2021-07-26 09:00:09,MXFH1,17416,1\n"  /* 2 stops */
                                "2021-07-26 09:00:10,MXFH1,17425,1\n"  /* 1 takes its planned profit */
                                "2021-07-26 09:00:11,MXFH1,17427,1\n"; /* 17407 + 20: from the fill */
static const char small_conditions[] = HEADER "MXFH1,BUY,17400,10,2,20,15,yes\n"
                                              "MXFH1,SELL,17410,5,1,30,10,no\n"
                                              "TXFH1,BUY,17390,0,1,10,10,no\n";
static const char small_signals[] = "tick,condition,leg,side,quantity,price\n"
                                    "5,1,ENTRY,BUY,2,17407\n"
                                    "2,3,ENTRY,BUY,1,17390\n"
                                    "7,2,ENTRY,SELL,1,17405\n"
                                    "3,3,STOP_LOSS,SELL,1,17380\n"
                                    "8,2,STOP_LOSS,BUY,1,17416\n";

static void run_small(struct backtest_options *options, struct backtest_result *result)
{
    write_text("data.csv", small_day);
    write_text("conditions.csv", small_conditions);
    options->data_file = in_directory("data.csv");
    options->conditions_file = in_directory("conditions.csv");
    struct err err = {0};
    if (backtest_run(options, result, &err) != ERR_OK) fail_msg("%s", err.text);
}

static void signals_are(const struct backtest_options *options, const char *last)
{
    char wanted[512];
    snprintf(wanted, sizeof wanted, "%s%s\n", small_signals, last);
    char *got = read_text(options->signals_file);
    assert_string_equal(got, wanted);
    free(got);
}

/* Worked by hand: 2 lots 17407 -> 17425 of MXF (NT$ 50), 1 lot 17405 -> 17416 short, 1 lot 17390 -> 17380 of TXF (NT$
 * 200). Tax 0.00002 of value a lot, whole NT$: MXF 17 each, TXF 70 each. Fees: MXF 12.5, TXF 20 a lot a side. */
static void small_day_planned(void **state)
{
    (void)state;
    struct backtest_options options = instant(NULL, NULL);
    options.report_file = in_directory("report.json");
    struct backtest_result r;
    run_small(&options, &r);
    signals_are(&options, "9,1,TAKE_PROFIT,SELL,2,17425");
    assert_int_equal(r.ticks, 13);
    assert_int_equal(r.signals, 6);
    assert_int_equal(r.trades, 3);
    assert_int_equal(r.wins, 1);
    assert_int_equal(r.losses, 2);
    assert_int_equal(r.open, 0);
    assert_int_equal(r.win_rate_permille, 333);
    assert_int_equal(r.net_points, PRICE_POINTS(36 - 11 - 10));
    assert_int_equal(r.fees, PRICE_POINTS(50 + 25 + 40));
    assert_int_equal(r.tax, PRICE_POINTS(4 * 17 + 2 * 17 + 2 * 70));
    assert_int_equal(r.gross_profit, PRICE_POINTS(1800 - 50 - 68));
    assert_int_equal(r.gross_loss, PRICE_POINTS((550 + 25 + 34) + (2000 + 40 + 140)));
    assert_int_equal(r.net, r.gross_profit - r.gross_loss);
    assert_int_equal(r.profit_factor_permille, 1682 * 1000 / (609 + 2180));
    assert_int_equal(r.max_drawdown, PRICE_POINTS(609 + 2180));
    assert_int_equal(r.longest_trade_us, 5000000);
    assert_int_equal(r.average_trade_us, (5000000 + 3000000 + 2000000) / 3);
    assert_int_equal(r.equity_count, 3);
    assert_int_equal(r.equity[0].equity, -PRICE_POINTS(2180));
    char *report = read_text(options.report_file);
    assert_non_null(strstr(report, "\"net_points\": 15.0"));
    assert_non_null(strstr(report, "\"net_ntd\": -1107.0"));
    assert_non_null(strstr(report, "\"time\": \"2021-07-26 09:00:08.000\""));
    free(report);
    backtest_free(&r);
}

static void small_day_from_the_fill(void **state)
{
    (void)state;
    struct backtest_options options = instant(NULL, NULL);
    options.basis = BASIS_FILL;
    options.commission = PRICE_POINTS(10);
    struct backtest_result r;
    run_small(&options, &r);
    signals_are(&options, "10,1,TAKE_PROFIT,SELL,2,17427");
    assert_int_equal(r.fees, PRICE_POINTS(50 + 25 + 40 + 8 * 10));
    backtest_free(&r);
}

/* In the book an order pays the spread: the synthetic top of book is a tick away from the last trade. */
static void small_day_through_the_book(void **state)
{
    (void)state;
    struct backtest_options options = instant(NULL, NULL);
    struct backtest_result one, r;
    run_small(&options, &one);
    options.fill = BACKTEST_BOOK;
    run_small(&options, &r);
    signals_are(&options, "9,1,TAKE_PROFIT,SELL,2,17425");
    assert_int_equal(r.trades, 3);
    assert_int_equal(r.unfilled, 0);
    assert_true(r.net < one.net);
    assert_int_equal(r.fees, one.fees);
    assert_int_equal(r.net, r.equity[2].equity);
    backtest_free(&one);
    backtest_free(&r);
}

static void refuses(const char *conditions, const char *symbol, const char *words)
{
    write_text("data.csv", small_day);
    write_text("conditions.csv", conditions);
    (void)unlink(in_directory("signals.csv"));
    struct backtest_options options = instant(in_directory("data.csv"), in_directory("conditions.csv"));
    options.symbol = symbol;
    struct backtest_result result;
    struct err err = {0};
    assert_int_not_equal(backtest_run(&options, &result, &err), ERR_OK);
    char wanted[512];
    snprintf(wanted, sizeof wanted, "%s%s", options.conditions_file, words);
    if (strncmp(err.text, wanted, strlen(wanted)) != 0) fail_msg("'%s' does not begin '%s'", err.text, wanted);
    assert_int_equal(access(in_directory("signals.csv"), F_OK), -1);
    assert_null(result.equity);
}

static void refuses_bad_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line, *words;
    } bad[] = {
        {"", ":1: empty file"},
        {"symbol,side\n", ":1: not the header"},
        {HEADER, ":2: no condition"},
        {HEADER "MXFH1,BUY,17400,10,2,20,15\n", ":2: 7 fields, not 8"},
        {HEADER "MXFH1,BUY,17400,10,2,20,15,yes,no\n", ":2: 9 fields, not 8"},
        {HEADER ",BUY,17400,10,2,20,15,yes\n", ":2: symbol: empty"},
        {HEADER "MXFH1MXFH1MXFH1MXFH1,BUY,17400,10,2,20,15,yes\n", ":2: symbol: 'MXFH1MXFH1MXFH1MXFH1' is too long"},
        {HEADER "MXFH1,buy,17400,10,2,20,15,yes\n", ":2: side: 'buy' (allowed BUY, SELL)"},
        {HEADER "MXFH1,BUY,NaN,10,2,20,15,yes\n", ":2: trigger_price: 'NaN' is not a number"},
        {HEADER "MXFH1,BUY,-5,10,2,20,15,yes\n", ":2: trigger_price: -5 (allowed above 0"},
        {HEADER "MXFH1,BUY,17400.5,10,2,20,15,yes\n", ":2: trigger_price: 17400.5 is not a whole number of ticks"},
        {HEADER "MXFH1,BUY,17400,0,2,20,15,yes\n", ":2: turning_point: 0 with following"},
        {HEADER "MXFH1,BUY,17400,10,2,20,15,yes\nMXFH1,BUY,17400,10,-5,20,15,yes\n",
         ":3: quantity: -5 (allowed 1 to 100)"},
        {HEADER "MXFH1,BUY,17400,10,2.5,20,15,yes\n", ":2: quantity: '2.5' is not a whole number"},
        {HEADER "MXFH1,BUY,17400,10,99999999999999999999,20,15,yes\n", ":2: quantity: 99999999999999999999 (allowed"},
        {HEADER "MXFH1,BUY,17400,10,11,20,15,yes\n", ":2: quantity: 11 (allowed 1 to 10)"},
        {HEADER "MXFH1,BUY,17400,10,2,0,15,yes\n", ":2: take_profit_point: 0 (allowed above 0"},
        {HEADER "MXFH1,BUY,17400,10,2,20,99999,yes\n", ":2: stop_loss_point: puts the level"},
        {HEADER "MXFH1,BUY,17400,10,2,20,15,maybe\n", ":2: following: 'maybe' (allowed yes, no)"},
        {HEADER "MXFH1,BUY,17400,10,2,20,15,yes\n\nMXFH1,BUY,17400,10,2,20,15,yes\n", ":3: empty line"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) refuses(bad[i].line, NULL, bad[i].words);
    refuses(HEADER "MXFH1,BUY,17400,10,2,20,15,yes\nMXFI1,BUY,17400,10,2,20,15,yes\n", NULL,
            ":3: symbol: no trade of MXFI1");
    refuses(small_conditions, "MXFH1", ":4: symbol: TXFH1, but the backtest is of MXFH1 alone");
    char line[1024] = HEADER;
    memset(line + strlen(line), 'x', 600);
    refuses(line, NULL, ":2: longer than");
}

static void refuses_files(void **state)
{
    (void)state;
    write_text("data.csv", small_day);
    write_text("conditions.csv", small_conditions);
    struct backtest_result result;
    struct err err = {0};
    struct backtest_options options = instant(in_directory("none.csv"), in_directory("conditions.csv"));
    assert_int_equal(backtest_run(&options, &result, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "none.csv"));
    options = instant(in_directory("data.csv"), in_directory("none.csv"));
    assert_int_equal(backtest_run(&options, &result, &err), ERR_NOT_FOUND);
    options = instant(in_directory("data.csv"), in_directory("conditions.csv"));
    options.signals_file = options.conditions_file;
    assert_int_equal(backtest_run(&options, &result, &err), ERR_INVALID);
    options.report_file = options.signals_file = in_directory("both.csv");
    assert_int_equal(backtest_run(&options, &result, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, "signals and report cannot be one file"));
    options.report_file = NULL;
    char *kept = read_text(options.conditions_file);
    assert_string_equal(kept, small_conditions);
    free(kept);
    options.signals_file = "/nonexistent/signals.csv";
    assert_int_equal(backtest_run(&options, &result, &err), ERR_IO);
    assert_non_null(strstr(err.text, "/nonexistent/signals.csv"));
    if (access("/dev/full", W_OK) == 0) {
        options.signals_file = "/dev/full";
        assert_int_equal(backtest_run(&options, &result, &err), ERR_FULL);
    }
}

/* Counted, and the first one said; none is skipped in silence. */
static void damaged_lines_are_said(void **state)
{
    (void)state;
    char data[2048];
    write_text("conditions.csv", small_conditions);
    snprintf(data, sizeof data, "%s2021-07-26 09:59:00,MXFH1,NaN,1\nrubbish\n", small_day);
    write_text("data.csv", data);
    struct backtest_options options = instant(in_directory("data.csv"), in_directory("conditions.csv"));
    struct backtest_result result;
    struct err err = {0};
    if (backtest_run(&options, &result, &err) != ERR_OK) fail_msg("%s", err.text);
    assert_int_equal(result.damaged_lines, 2);
    assert_true(result.damaged_line > 1);
    assert_non_null(strstr(result.damaged_reason, "NaN"));
    backtest_free(&result);
    write_text("data.csv", "datetime,symbol,price,quantity\n2021-07-26 09:00:00,MXFH1,17400\n");
    assert_int_equal(backtest_run(&options, &result, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "no trade of MXFH1"));
    assert_non_null(strstr(err.text, "1 damaged lines, the first is 2: "));
}

static void draws_the_equity(void **state)
{
    (void)state;
    struct backtest_point points[] = {{1627261200000000, PRICE_POINTS(1000)}, {1627261260000000, -PRICE_POINTS(500)}};
    const struct backtest_result result = {.equity = points, .equity_count = 2};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    backtest_draw(&result, out, 48, 6, true);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "1,000 |                    *********************\n"
                              "      |                    *                   *\n"
                              "      |                    *                   *\n"
                              "    0 |********************* - - - - - - - - - *\n"
                              " -500 |                                        *\n"
                              "  NT$  2021-07-26 09:00         2021-07-26 09:01\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oracle_mxf),
        cmocka_unit_test(oracle_txf),
        cmocka_unit_test(oracle_through_the_book),
        cmocka_unit_test(small_day_through_the_book),
        cmocka_unit_test(small_day_planned),
        cmocka_unit_test(small_day_from_the_fill),
        cmocka_unit_test(refuses_bad_lines),
        cmocka_unit_test(refuses_files),
        cmocka_unit_test(damaged_lines_are_said),
        cmocka_unit_test(draws_the_equity),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}

/* `outcry backtest` as a person and as a script read it: one trade whose result is reckoned by hand. */
#include "tests/tui/cli_run.h"
#include "tui/cli/cli.h"

#define expect(state, ...) run_expectf(state, &run, __VA_ARGS__)
#define MXF                50 /* NT$ a point */

static struct run run;

static void path_of(void **state, const char *name, char path[160])
{
    const struct run_place *place = *state;
    snprintf(path, 160, "%s/%s", place->home, name);
}

static void write_file(void **state, const char *name, const char *text)
{
    char path[160];
    path_of(state, name, path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void read_file(void **state, const char *name, char *text)
{
    char path[160];
    path_of(state, name, path);
    run_read(path, text);
}

/* Touched at 17400, turned to 17405: in; 10 points on: out. */
static int setup(void **state)
{
    if (run_setup(state) != 0) return -1;
    write_file(state, "day.csv",
               "datetime,symbol,price,quantity\n"
               "2021-07-26 09:00:00,MXFH1,17410,1\n"
               "2021-07-26 09:00:01,MXFH1,17400,1\n"
               "2021-07-26 09:00:02,MXFH1,none,1\n"
               "2021-07-26 09:00:03,MXFH1,17405,1\n"
               "2021-07-26 09:01:05,MXFH1,17415,1\n");
    write_file(state, "conditions.csv",
               "symbol,side,trigger_price,turning_point,quantity,take_profit_point,stop_loss_point,following\n"
               "MXFH1,BUY,17400,5,1,10,10,no\n");
    return 0;
}

static void backtest(void **state, int code, const char *conditions, const char *more)
{
    const struct run_place *place = *state;
    expect(state, code, "backtest --data %s/day.csv --conditions %s/%s %s", place->home, place->home, conditions, more);
}

static void a_person_reads_the_figures(void **state)
{
    static const char *const says[] = {
        "ticks                         4  in ",
        "damaged lines                 1  the first is line 4: ",
        "trades                        1  1 won, 0 lost; 0 open at the end, 0 entries unfilled",
        "win rate                  100.0 %",
        "profit factor           no loss",
        "net before cost              10 points",
        "net                         401 NT$", /* 10 x 50 - 65 - 34 */
        "fees                         65 NT$", /* each side 12.5, and 20 to the broker */
        "tax                          34 NT$", /* 17 each side */
        "longest trade           0:01:02",
    };
    backtest(state, CLI_OK, "conditions.csv", "");
    for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) run_says(run.out, says[i]);
}

static void a_script_reads_the_same(void **state)
{
    backtest(state, CLI_OK, "conditions.csv", "--json");
    json_t *result = run_json(&run);
    assert_int_equal(number_of(result, "ticks"), 4);
    assert_int_equal(number_of(result, "damaged_lines"), 1);
    assert_int_equal(number_of(result, "first_damaged_line"), 4);
    assert_int_equal(number_of(result, "signals"), 2);
    assert_int_equal(number_of(result, "trades"), 1);
    assert_int_equal(number_of(result, "wins"), 1);
    assert_true(json_is_null(json_object_get(result, "profit_factor")));
    assert_int_equal(number_of(result, "net_points"), 10);
    assert_int_equal(number_of(result, "net"), 10 * MXF - 65 - 34);
    assert_int_equal(number_of(result, "longest_trade_s"), 62);
    json_decref(result);
}

static void the_files_are_written(void **state)
{
    const struct run_place *place = *state;
    char more[400];
    static char text[RUN_TEXT];
    snprintf(more, sizeof(more), "--signals %s/signals.csv --report %s/report.json --basis planned", place->home,
             place->home);
    backtest(state, CLI_OK, "conditions.csv", more);
    read_file(state, "signals.csv", text);
    assert_string_equal(text, "tick,condition,leg,side,quantity,price\n"
                              "3,1,ENTRY,BUY,1,17405\n"
                              "4,1,TAKE_PROFIT,SELL,1,17415\n");
    read_file(state, "report.json", text);
    json_t *report = json_loads(text, 0, NULL);
    assert_non_null(report);
    assert_string_equal(text_of(report, "basis"), "planned");
    assert_int_equal(number_of(report, "trades"), 1);
    json_decref(report);
}

static void what_is_wrong_is_named(void **state)
{
    write_file(state, "bad.csv",
               "symbol,side,trigger_price,turning_point,quantity,take_profit_point,stop_loss_point,following\n"
               "MXFH1,HOLD,17400,5,1,10,10,no\n");
    backtest(state, CLI_FAILED, "bad.csv", "");
    run_says(run.err, "bad.csv:2: side: ");
    assert_string_equal(run.out, "");
    backtest(state, CLI_FAILED, "missing.csv", "");
    run_says(run.err, "missing.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_reads_the_figures),
        cmocka_unit_test(a_script_reads_the_same),
        cmocka_unit_test(the_files_are_written),
        cmocka_unit_test(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, setup, run_teardown);
}

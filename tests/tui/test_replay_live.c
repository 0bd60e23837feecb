/* A plain CSV of several products through the whole system: merged by time, with an estimated reference and its price
 * limits, steered by `outcry market`, and recorded as it was played. */
#include <poll.h>

#include "gateway/client.h"
#include "tests/tui/cli_run.h"
#include "tui/cli/cli.h"

#define WAITS 400
#define WORDS 512

/* One product after another, as files come; lines 5 and 9 are no trades. */
static const char day[] = "datetime,symbol,price,quantity,bid,bid_quantity,ask,ask_quantity\n"
                          "2021-07-26 08:45:00,MXFH1,17400,2,17399,5,17401,6\n"
                          "2021-07-26 08:45:03,MXFH1,17402,1,17401,5,17402,6\n"
                          "2021-07-26 08:45:20,MXFH1,17405,3,17404,5,17405,6\n"
                          "2021-07-26 08:45:25,MXFH1,cheap,3,17404,5,17405,6\n"
                          "2021-07-26 08:45:00,TXFH1,17401,1,17400,1,17402,2\n"
                          "2021-07-26 08:45:02,TXFH1,17403,1,17402,1,17403,2\n"
                          "2021-07-26 08:45:21,TXFH1,17404,1,17403,1,17405,2\n"
                          "2021-07-26 08:45:22,TXFH1,17404\n"
                          "2021-07-26 08:45:01,MX4G1,17395,1,,,,\n"
                          "2021-07-26 08:45:30,MX4G1,17390,1,,,,\n";

static const struct {
    const char *symbol;
    int64_t price;
} trades[] = {{"MXFH1", 17400}, {"TXFH1", 17401}, {"MX4G1", 17395}, {"TXFH1", 17403},
              {"MXFH1", 17402}, {"MXFH1", 17405}, {"TXFH1", 17404}, {"MX4G1", 17390}};

#define TRADES      ((int64_t)(sizeof(trades) / sizeof(trades[0])))
#define FIRST_LATER 5 /* of the trades from 08:45:10 on */

#define expect(state, ...) run_expectf(state, &run, __VA_ARGS__)

static struct run run;

static json_t *ask(void **state, const char *words)
{
    expect(state, CLI_OK, "%s --json", words);
    return run_json(&run);
}

static int live_setup(void **state)
{
    if (run_setup(state) != 0) return -1;
    const struct run_place *place = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/day.csv", place->home);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(day, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
    expect(state, CLI_OK, "start --replay %s --speed 1", path);
    expect(state, CLI_OK, "market pause"); /* ten seconds before the first trade */
    return 0;
}

static int live_teardown(void **state)
{
    run_with(*state, &run, NULL, "stop"); /* after a failed test too: nothing may be left running */
    return run_teardown(state);
}

/* The market of `outcry status`; the caller owns it. */
static json_t *market_of(void **state)
{
    json_t *status = ask(state, "status");
    json_t *market = json_incref(json_object_get(status, "market"));
    json_decref(status);
    assert_non_null(market);
    return market;
}

static void await_end(void **state)
{
    for (int i = 0; i < WAITS; i++) {
        json_t *market = market_of(state);
        const bool ended =
            number_of(market, "progress_permille") == 1000 && strcmp(text_of(market, "session_state"), "closed") == 0;
        json_decref(market);
        if (ended) return;
        (void)poll(NULL, 0, 25);
    }
    fail_msg("the file does not end");
}

static void it_stands_still_before_the_first_trade(void **state)
{
    json_t *market = market_of(state);
    assert_true(json_is_true(json_object_get(market, "paused")));
    assert_string_equal(text_of(market, "source"), "day.csv");
    run_says(text_of(market, "market_us"), "2021-07-26T08:44:5");
    assert_int_equal(number_of(market, "damaged_lines"), 2);
    json_decref(market);
    expect(state, CLI_OK, "status");
    run_says(run.out, "2 lines of the file are no trade");
    expect(state, CLI_OK, "export ticks");
    assert_null(strstr(run.out, "MXFH1"));
}

static void the_reference_is_estimated_and_limits_follow(void **state)
{
    json_t *list = ask(state, "contracts");
    assert_int_equal(json_array_size(list), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *row = json_array_get(list, i);
        assert_true(json_is_true(json_object_get(row, "reference_estimated")));
        if (strcmp(text_of(row, "symbol"), "MXFH1") != 0) continue;
        assert_int_equal(number_of(row, "reference"), 17400);
        assert_int_equal(number_of(row, "limit_down"), 15660);
        assert_int_equal(number_of(row, "limit_up"), 19140);
    }
    json_decref(list);
    expect(state, CLI_OK, "contracts MX4");
    run_says(run.out, "~17395");
    expect(state, CLI_OK, "register MX4G1");
    expect(state, CLI_OK, "limits --collar-bps 0 --stale-tick-ms 0"); /* so that the venue is asked */
    expect(state, CLI_FAILED, "orders place --symbol MXFH1 --side BUY --quantity 1 --limit-price 15659");
    run_says(run.out, "REJECTED");
    run_says(run.out, "price must be 15660 to 19140");
    expect(state, CLI_OK, "orders place --symbol MXFH1 --side BUY --quantity 1 --limit-price 15660");
    expect(state, CLI_FAILED, "conditions add --symbol MXFH1 --side BUY --trigger 19141");
    run_says(run.err, "19141 is beyond the price limit (allowed 15660 to 19140)");
}

static void it_is_sought_and_steered(void **state)
{
    expect(state, CLI_FAILED, "market seek 07:00");
    run_says(run.err, "outside day.csv");
    expect(state, CLI_USAGE, "market speed fast");
    expect(state, CLI_USAGE, "market speed 100001");
    expect(state, CLI_USAGE, "market sideways");
    expect(state, CLI_OK, "market seek 08:45:10");
    expect(state, CLI_OK, "orders --state EXPIRED");
    run_says(run.out, "the replay was moved to another time");
    json_t *market = market_of(state);
    run_says(text_of(market, "market_us"), "2021-07-26T08:45:10");
    assert_true(json_is_true(json_object_get(market, "paused")));
    json_decref(market);
    expect(state, CLI_OK, "market speed 7");
    market = market_of(state);
    assert_int_equal(number_of(market, "speed"), 7);
    json_decref(market);
    expect(state, CLI_OK, "market speed 0");
    expect(state, CLI_OK, "market play");
    await_end(state);
}

/* The recorded ticks of a feed's numbers, against the file's trades from the first on. */
static void assert_played(void **state, int64_t from_seq, int64_t first)
{
    int64_t seen = 0;
    char *rest = NULL;
    expect(state, CLI_OK, "export ticks --format jsonl");
    for (char *line = strtok_r(run.out, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        json_t *tick = json_loads(line, 0, NULL);
        assert_non_null(tick);
        const int64_t at = number_of(tick, "seq") - from_seq - 1;
        if (at >= 0) {
            assert_true(first + at < TRADES);
            assert_string_equal(text_of(tick, "symbol"), trades[first + at].symbol);
            assert_int_equal(number_of(tick, "price"), trades[first + at].price);
            assert_string_equal(text_of(tick, "trading_day"), "2021-07-26");
            seen++;
        }
        json_decref(tick);
    }
    assert_int_equal(seen, TRADES - first);
}

static void await_ticks(void **state, int64_t count)
{
    int64_t rows = 0;
    for (int i = 0; i < WAITS && rows != count; i++) { /* the recorder writes a little later */
        expect(state, CLI_OK, "export ticks");
        rows = -1; /* the header */
        for (const char *at = run.out; (at = strchr(at, '\n')) != NULL; at++) rows++;
        if (rows != count) (void)poll(NULL, 0, 25);
    }
    assert_int_equal(rows, count);
}

static void products_are_merged_by_time(void **state)
{
    await_ticks(state, TRADES - FIRST_LATER);
    assert_played(state, 0, FIRST_LATER);
    expect(state, CLI_OK, "market pause");
    expect(state, CLI_OK, "market seek 08:45");
    expect(state, CLI_OK, "market play");
    await_end(state);
    await_ticks(state, TRADES - FIRST_LATER + TRADES);
    assert_played(state, TRADES - FIRST_LATER, 0);
}

static int64_t day_pnl(void **state)
{
    json_t *status = ask(state, "status");
    const int64_t pnl = number_of(json_object_get(status, "guard"), "day_pnl");
    json_decref(status);
    return pnl;
}

static int64_t mark(void **state)
{
    json_t *list = ask(state, "positions");
    assert_int_equal(json_array_size(list), 1);
    const int64_t price = number_of(json_array_get(list, 0), "mark");
    json_decref(list);
    return price;
}

static void count_condition(void *context, const struct msg *msg)
{
    *(int *)context += msg->id == MSG_CONDITION;
}

/* What a screen that is opened now is told of. */
static int conditions_shown(void **state)
{
    const struct run_place *place = *state;
    struct settings settings;
    struct client *client = NULL;
    struct err err = {0};
    struct msg msg;
    struct reply reply;
    int count = 0;
    settings_defaults(&settings);
    assert_int_equal(settings_set(&settings, setting_row(SET_HOME), place->home, SOURCE_FLAG, &err), ERR_OK);
    assert_int_equal(settings_set(&settings, setting_row(SET_RUNTIME), place->runtime, SOURCE_FLAG, &err), ERR_OK);
    assert_int_equal(client_open(&client, &settings, &err), ERR_OK);
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_CONDITIONS;
    assert_int_equal(client_call(client, COMPONENT_STRATEGY, &msg, count_condition, &count, &reply, &err), ERR_OK);
    client_close(client);
    return count;
}

/* After the close nothing ticks: what is held is worth what it was, whatever was started again. */
static void what_is_held_keeps_its_price_through_a_restart(void **state)
{
    expect(state, CLI_OK, "market pause");
    expect(state, CLI_OK, "market seek 08:45:01");
    expect(state, CLI_OK, "restart gateway"); /* so that no price of the run before marks the fill */
    expect(state, CLI_OK, "restart executor");
    expect(state, CLI_OK, "orders place --symbol TXFH1 --side BUY --quantity 1 --limit-price 17410");
    expect(state, CLI_OK, "conditions add --symbol TXFH1 --side BUY --trigger 17000");
    expect(state, CLI_OK, "conditions cancel 1");
    assert_int_equal(conditions_shown(state), 1);
    expect(state, CLI_OK, "market speed 30"); /* so that its fill is known before the last trade */
    expect(state, CLI_OK, "market play");
    await_ticks(state, TRADES - FIRST_LATER + TRADES + TRADES - 2);
    expect(state, CLI_OK, "market speed 0");
    await_end(state);
    assert_int_equal(mark(state), 17404);
    assert_int_equal(conditions_shown(state), 1); /* ended, and of the day that closed */
    int64_t before = 0;
    for (int i = 0; i < WAITS && (before = day_pnl(state)) == 0; i++) (void)poll(NULL, 0, 25); /* said once a second */
    for (int process = 0; process < 2; process++) {
        expect(state, CLI_OK, "restart %s", process ? "executor" : "gateway");
        assert_int_equal(mark(state), 17404);
        for (int i = 0; i < WAITS && day_pnl(state) != before; i++) (void)poll(NULL, 0, 25);
        assert_int_equal(day_pnl(state), before);
    }
}

static void what_was_asked_of_it_is_in_the_audit(void **state)
{
    expect(state, CLI_OK, "audit --text market --limit 0");
    run_says(run.out, "2021-07-26 08:45:10.000 => ok");
    run_says(run.out, "range: seek: outside day.csv");
    run_says(run.out, "market pause");
    expect(state, CLI_OK, "audit --day 2021-07-26 --text VENUE_PRICE_LIMIT");
    run_says(run.out, "price must be 15660 to 19140");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_stands_still_before_the_first_trade),
        cmocka_unit_test(the_reference_is_estimated_and_limits_follow),
        cmocka_unit_test(it_is_sought_and_steered),
        cmocka_unit_test(products_are_merged_by_time),
        cmocka_unit_test(what_is_held_keeps_its_price_through_a_restart),
        cmocka_unit_test(what_was_asked_of_it_is_in_the_audit),
    };
    return cmocka_run_group_tests(tests, live_setup, live_teardown);
}

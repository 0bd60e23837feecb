/* test_exchange_replay: the real process outcry-exchange plays a file: seeking, stopping, killed, at full speed. */
#include "tests/gateway/exchange_rig.h"

static void write_day(const struct rig *rig, const char *rows)
{
    FILE *file = fopen(rig->file, "w");
    assert_non_null(file);
    (void)fprintf(file, "datetime,symbol,price,quantity\n%s", rows);
    assert_int_equal(fclose(file), 0);
}

static void start_replay(struct rig *rig, const char *speed, const char *seek)
{
    char replay[128];
    (void)snprintf(replay, sizeof replay, "--replay=%s", rig->file);
    start(rig, replay, speed, seek, NULL);
}

/* Two sessions with a weekend between them. */
static const char two_days[] = "2021-07-23 15:00:01,MXFH1,17410,3\n"
                               "2021-07-23 15:00:05,MXFH1,17412,1\n"
                               "2021-07-23 15:00:06,CZFH1,88,1\n"
                               "2021-07-23 15:00:07,bad\n"
                               "2021-07-24 04:59:59,MXFH1,17405,2\n"
                               "2021-07-26 08:45:00,MXFH1,17400,8\n"
                               "2021-07-26 08:45:01,MXFH1,17390,5\n"
                               "2021-07-26 13:44:59,MXFH1,17380,4\n";

static void test_replay_jumps_closed_hours_and_ends(void **state)
{
    struct rig *rig = *state;
    struct msg msg;
    write_day(rig, two_days);
    bus_subscribe(rig->market, "MXFH1");
    start_replay(rig, NULL, NULL);
    await_market_data(rig);
    assert_int_equal(market_now(rig).market_us,
                     calendar_taipei_us(20210723, 14 * 3600 + 59 * 60 + 51)); /* it waits for us */
    assert_int_equal(steer(rig, MARKET_SPEED, 100000, NULL), ERR_OK);         /* or is told to go on */
    static const int64_t prices[] = {17410, 17412, 17405, 17400, 17390, 17380};
    static const int64_t volumes[] = {3, 4, 6, 14, 19, 23};
    for (int i = 0; i < 6; i++) {
        hear(rig, rig->market, MSG_TICK, &msg);
        assert_int_equal(msg.tick.price, P(prices[i]));
        assert_int_equal(msg.tick.volume, volumes[i]);
        assert_int_equal(msg.tick.trading_day, 20210726);
        assert_int_equal(msg.tick.sym_seq, i + 1);
        assert_true((msg.tick.flags & TICK_SYNTHETIC_BOOK) != 0);
    }
    struct market market;
    do {
        market = market_now(rig);
    } while (market.session_state != SESSION_CLOSED);
    assert_int_equal(market.progress_permille, 1000);
    assert_int_equal(market.damaged_lines, 1);
    assert_string_equal(market.source, "day.csv");
    assert_int_equal(market.market_us, calendar_taipei_us(20210726, 13 * 3600 + 45 * 60));
    log_in_demo(rig);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "", 0, &msg), 1); /* CZF is not ours to list */
    order(rig, "k", "MXFH1", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    assert_int_equal(report(rig, "k", EXEC_REJECTED).reject, REJECT_VENUE_SESSION);
}

static void test_replay_fills_against_the_trades(void **state)
{
    struct rig *rig = *state;
    write_day(rig, two_days);
    start_replay(rig, "--seek=08:44", NULL);
    log_in_demo(rig);
    assert_int_equal(steer(rig, MARKET_PAUSE, 0, NULL), ERR_OK);
    assert_int_equal(market_now(rig).trading_day, 20210726);
    order(rig, "open", "MXFH1", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 2, P(17450)); /* waits for the auction */
    (void)report(rig, "open", EXEC_NEW);
    order(rig, "rest", "MXFH1", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 9, P(17395));
    (void)report(rig, "rest", EXEC_NEW);
    assert_int_equal(steer(rig, MARKET_SPEED, 600, NULL), ERR_OK);
    assert_int_equal(steer(rig, MARKET_PLAY, 0, NULL), ERR_OK);
    const struct venue_exec open = report(rig, "open", EXEC_FILL);
    assert_int_equal(open.fill_price, P(17400));
    assert_int_equal(open.fill_quantity, 2);
    const struct venue_exec rest = report(rig, "rest", EXEC_FILL);
    assert_int_equal(rest.fill_price, P(17395)); /* the trade at 17390 went through it */
    assert_int_equal(rest.fill_quantity, 5);     /* and was that large */
    assert_int_equal(steer(rig, MARKET_SPEED, 0, NULL), ERR_OK);
    const struct venue_exec more = report(rig, "rest", EXEC_FILL);
    assert_int_equal(more.fill_quantity, 4);
}

/* No settlement is in the file: the first trade stands in for it, and limits and refusals follow. */
static void test_replay_estimates_the_reference(void **state)
{
    struct rig *rig = *state;
    struct msg msg;
    write_day(rig, "2021-07-26 08:45:00,MXFH1,17400,8\n"
                   "2021-07-26 13:44:59,MXFH1,17380,4\n"
                   "2021-07-26 15:00:00,MXFH1,17390,1\n");
    bus_subscribe(rig->market, "MXFH1");
    start_replay(rig, NULL, NULL);
    log_in_demo(rig);
    await_market_data(rig);
    assert_int_equal(steer(rig, MARKET_PAUSE, 0, NULL), ERR_OK);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "MXFH1", 0, &msg), 1);
    assert_int_equal(msg.contract.reference, P(17400));
    assert_int_equal(msg.contract.flags, CONTRACT_REFERENCE_ESTIMATED);
    assert_int_equal(steer(rig, MARKET_SPEED, 0, NULL), ERR_OK);
    assert_int_equal(steer(rig, MARKET_PLAY, 0, NULL), ERR_OK);
    static const int64_t references[] = {17400, 17400, 17380}; /* the next day's: the last trade before it */
    for (int i = 0; i < 3; i++) {
        hear(rig, rig->market, MSG_TICK, &msg);
        assert_int_equal(msg.tick.reference, P(references[i]));
    }
    assert_int_equal(steer(rig, MARKET_PAUSE, 0, NULL), ERR_OK);
    assert_int_equal(steer(rig, MARKET_SEEK, calendar_taipei_us(20210726, 9 * 3600), NULL), ERR_OK);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "MXFH1", 0, &msg), 1);
    assert_int_equal(msg.contract.reference, P(17400));
}

static void test_seek(void **state)
{
    struct rig *rig = *state;
    struct reply reply;
    struct msg msg;
    write_day(rig, two_days);
    bus_subscribe(rig->market, "MXFH1");
    start_replay(rig, NULL, NULL);
    log_in_demo(rig);
    await_market_data(rig);
    assert_int_equal(steer(rig, MARKET_PAUSE, 0, NULL), ERR_OK);
    order(rig, "rod", "MXFH1", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17000));
    (void)report(rig, "rod", EXEC_NEW);
    assert_int_equal(steer(rig, MARKET_SEEK, calendar_taipei_us(20210728, 0), &reply), ERR_RANGE);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, NULL), 1);
    const int64_t to_us = calendar_taipei_us(20210726, 9 * 3600);
    assert_int_equal(steer(rig, MARKET_SEEK, to_us, NULL), ERR_OK);
    assert_int_equal(report(rig, "rod", EXEC_EXPIRED).reject, REJECT_NONE);
    struct market market;
    do {
        market = market_now(rig);
    } while (market.market_us != to_us);
    order(rig, "now", "MXFH1", SIDE_SELL, ORDER_MARKET, TIF_IOC, 1, 0);
    (void)report(rig, "now", EXEC_NEW);
    const struct venue_exec fill = report(rig, "now", EXEC_FILL);
    assert_int_equal(fill.fill_price, P(17390)); /* the book of the trade before that moment: a downtick, at the bid */
    assert_int_equal(steer(rig, MARKET_SPEED, 0, NULL), ERR_OK);
    assert_int_equal(steer(rig, MARKET_PLAY, 0, NULL), ERR_OK);
    hear(rig, rig->market, MSG_TICK, &msg);
    assert_int_equal(msg.tick.price, P(17380));
    assert_int_equal(msg.tick.volume, 23); /* with all that was before it */
    assert_int_equal(msg.tick.high, P(17412));
}

static void test_a_killed_replay_goes_on_and_another_market_expires_orders(void **state)
{
    struct rig *rig = *state;
    struct msg msg;
    write_day(rig, two_days);
    start_replay(rig, "--seek=09:00", NULL);
    log_in_demo(rig);
    order(rig, "in", "MXFH1", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    (void)report(rig, "in", EXEC_NEW);
    (void)report(rig, "in", EXEC_FILL);
    order(rig, "rod", "MXFH1", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17000));
    (void)report(rig, "rod", EXEC_NEW);
    (void)end(rig, SIGKILL);
    start_replay(rig, "--seek=09:00", NULL);
    log_in_demo(rig);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, NULL), 1);
    assert_int_equal(end(rig, SIGTERM), 0);
    start(rig, "--seed=5", NULL, NULL, NULL); /* the synthetic market */
    log_in_demo(rig);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, NULL), 0);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDER, "rod", 0, &msg), 1);
    assert_int_equal(msg.venue_order_status.order.state, ORDER_EXPIRED);
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "", 0, &msg), 1); /* a fact, whatever the market */
    assert_string_equal(msg.position.symbol, "MXFH1");
    assert_int_equal(msg.position.quantity, 1);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "", 0, NULL), 6);
}

static void test_a_stopped_replay_begins_again(void **state)
{
    struct rig *rig = *state;
    struct msg msg;
    write_day(rig, two_days);
    bus_subscribe(rig->market, "MXFH1");
    for (int i = 0; i < 2; i++) {
        start_replay(rig, NULL, NULL);
        while (bus_connections(rig->market) < (uint64_t)i + 1 || !bus_connected(rig->market))
            loop_wait(rig->loop, CLOCK_MS_US);
        await_market_data(rig); /* may be left of the run before; a second one is not */
        await_market_data(rig);
        assert_int_equal(steer(rig, MARKET_SPEED, 0, NULL), ERR_OK);
        do {
            hear(rig, rig->market, MSG_TICK, &msg);
        } while (msg.tick.price != P(17380));
        assert_int_equal(msg.tick.volume, 23);
        assert_int_equal(end(rig, SIGTERM), 0);
    }
}

/* However fast it plays: nothing before a session is there and listens, then the first trade first. */
static void test_a_replay_waits_for_its_first_listener(void **state)
{
    struct rig *rig = *state;
    struct msg msg;
    write_day(rig, two_days);
    start_replay(rig, "--speed=0", NULL);
    bus_subscribe(rig->market, "MXFH1");
    const int64_t begin_us = market_now(rig).market_us;
    const struct market later = market_now(rig); /* a second later */
    assert_true(later.paused);
    assert_int_equal(later.market_us, begin_us);
    log_in_demo(rig);
    hear(rig, rig->market, MSG_TICK, &msg);
    assert_int_equal(msg.tick.sym_seq, 1);
}

/* A reader that stands still must find every trade when it goes on. */
static void test_full_speed_loses_no_tick(void **state)
{
    struct rig *rig = *state;
    if (access(REAL_DAY, R_OK) != 0) {
        printf("skip: %s is not here\n", REAL_DAY);
        skip();
    }
    start(rig, "--replay=" REAL_DAY, "--seek=2021-07-26 08:44", "--speed=0", NULL);
    log_in_demo(rig);
    bus_subscribe(rig->market, "MXFH1");
    bus_subscribe(rig->market, "TXFH1");
    bus_subscribe(rig->market, "~market");
    struct msg msg;
    uint64_t next[2] = {1, 1}, ticks = 0;                           /* from the first one on */
    const int64_t hold_us = clock_monotonic_us() + CLOCK_SECOND_US; /* long enough for the queues between to fill */
    while (clock_monotonic_us() < hold_us) loop_wait(rig->loop, 20 * CLOCK_MS_US);
    bool ended = false;
    const int64_t until = clock_monotonic_us() + 60 * CLOCK_SECOND_US;
    while (!ended && clock_monotonic_us() < until) {
        if (bus_receive(rig->market, &msg, NULL, NULL) != BUS_MESSAGE) {
            loop_wait(rig->loop, 20 * CLOCK_MS_US);
            continue;
        }
        if (msg.id == MSG_MARKET)
            ended = msg.market.progress_permille == 1000 && msg.market.session_state == SESSION_CLOSED;
        if (msg.id != MSG_TICK) continue;
        uint64_t *expected = &next[msg.tick.symbol[0] == 'T'];
        assert_int_equal(msg.tick.sym_seq, *expected);
        (*expected)++;
        ticks++;
    }
    assert_true(ended);
    assert_true(ticks > 100000);
}

/* --- starting badly ----------------------------------------------------------------------------------------------------------- */

static void assert_will_not_start(struct rig *rig, const char *one, const char *two, int code, const char *words)
{
    char out[128], line[512] = "";
    const char *const flags[4] = {one, two, NULL, NULL};
    (void)snprintf(out, sizeof out, "%s/stderr", rig->home);
    const pid_t pid = launch(rig, flags, out);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
    FILE *file = fopen(out, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    if (strstr(line, words) == NULL) fail_msg("'%s' does not say '%s'", line, words);
    assert_null(fgets(line, sizeof line, file)); /* one line */
    (void)fclose(file);
}

static void test_it_says_why_it_will_not_start(void **state)
{
    struct rig *rig = *state;
    char replay[128];
    assert_will_not_start(rig, "--replay=/nowhere/day.zip", NULL, 2, "day.zip: No such file");
    assert_will_not_start(rig, "--market=replay", NULL, 2, "market.file");
    (void)snprintf(replay, sizeof replay, "--replay=%s", rig->file);
    write_day(rig, "2021-07-23 15:00:06,CZFH1,88,1\n");
    assert_will_not_start(rig, replay, NULL, 2, "no contract");
    write_day(rig, two_days);
    assert_will_not_start(rig, replay, "--seek=14:00", 2, "market.seek");
    assert_will_not_start(rig, replay, "--seek=2021-07-29 09:00", 2, "outside day.csv");
    assert_will_not_start(rig, replay, "--seek=soon", 2, "market.seek");
    struct msg msg;
    start(rig, NULL, NULL, NULL, NULL);
    bus_subscribe(rig->market, "~market");
    hear(rig, rig->market, MSG_MARKET, &msg);
    assert_will_not_start(rig, NULL, NULL, 2, "outcry-exchange: "); /* there is one already */
}

int main(void)
{
#define RIGGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RIGGED(test_replay_jumps_closed_hours_and_ends),
        RIGGED(test_replay_fills_against_the_trades),
        RIGGED(test_replay_estimates_the_reference),
        RIGGED(test_seek),
        RIGGED(test_a_killed_replay_goes_on_and_another_market_expires_orders),
        RIGGED(test_a_stopped_replay_begins_again),
        RIGGED(test_a_replay_waits_for_its_first_listener),
        RIGGED(test_full_speed_loses_no_tick),
        RIGGED(test_it_says_why_it_will_not_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

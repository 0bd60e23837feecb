/* The ledger: the day's result over accounts and symbols, marks, contracts that come late, days. Figures by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "core/ledger.h"
#include "core/session.h"
#include "core/text.h"

#define NT(dollars) ((money_t)((dollars)*10000LL))

static int setup(void **state)
{
    static struct ledger ledger;
    assert_true(ledger_init(&ledger, NT(30)));
    *state = &ledger;
    return 0;
}

static int teardown(void **state)
{
    ledger_free(*state);
    return 0;
}

static void list(struct ledger *ledger, const char *symbol, int32_t multiplier)
{
    struct contract contract = {.multiplier = multiplier, .tick = PRICE_POINTS(1), .fee = NT(20)};
    (void)text_copy(contract.symbol, sizeof contract.symbol, symbol);
    assert_true(ledger_contract(ledger, &contract));
}

static enum status fill(struct ledger *ledger, const char *account, const char *symbol, enum side side,
                        int32_t quantity, int64_t points, int32_t day, bool *known)
{
    struct order_event event = {
        .kind = EXEC_FILL, .fill_quantity = quantity, .fill_price = PRICE_POINTS(points), .trading_day = day};
    const struct position *position;
    event.request.side = side;
    (void)text_copy(event.request.account, sizeof event.request.account, account);
    (void)text_copy(event.request.symbol, sizeof event.request.symbol, symbol);
    return ledger_fill(ledger, &event, &position, known, NULL);
}

static void tick(struct ledger *ledger, const char *symbol, int64_t points, uint32_t flags)
{
    struct tick tick = {.price = PRICE_POINTS(points), .flags = flags};
    (void)text_copy(tick.symbol, sizeof tick.symbol, symbol);
    assert_true(ledger_tick(ledger, &tick, 1000));
}

/* No tax in these contracts; a side costs 20 + 30. Two accounts long 1 MXF at 17000: 50 spent each, 50 to come each.
 * At 17010 each has 500 - 100. One TXF short at 17000, at 17005: -1000 - 100. */
static void test_day_net(void **state)
{
    struct ledger *ledger = *state;
    list(ledger, "MXFH1", 50);
    list(ledger, "TXFH1", 200);
    assert_int_equal(fill(ledger, "A1", "MXFH1", SIDE_BUY, 1, 17000, 20210727, NULL), ERR_OK);
    assert_int_equal(fill(ledger, "B2", "MXFH1", SIDE_BUY, 1, 17000, 20210727, NULL), ERR_OK);
    assert_int_equal(ledger->day_net, NT(-200));
    tick(ledger, "MXFH1", 17010, 0);
    assert_int_equal(ledger->day_net, NT(800));
    assert_int_equal(fill(ledger, "A1", "TXFH1", SIDE_SELL, 1, 17000, 20210727, NULL), ERR_OK);
    tick(ledger, "TXFH1", 17005, 0);
    assert_int_equal(ledger->day_net, NT(800 - 1100));
    tick(ledger, "MXFH1", 18000, TICK_TRIAL); /* nothing was traded there */
    assert_int_equal(ledger->day_net, NT(-300));
    assert_int_equal(ledger_held(ledger, "A1", "MXFH1"), 1);
    assert_int_equal(ledger_held(ledger, "A1", "TXFH1"), -1);
    assert_int_equal(ledger_held(ledger, "C3", "TXFH1"), 0);
}

/* A fill is a fact: known from the code when it is one of ours, counted in lots when nothing at all is known of it. */
static void test_contract_not_listed(void **state)
{
    struct ledger *ledger = *state;
    bool known = false;
    assert_int_equal(fill(ledger, "A1", "MXFH1", SIDE_BUY, 1, 17000, 20210727, &known), ERR_OK);
    assert_true(known);
    tick(ledger, "MXFH1", 17010, 0);
    assert_true(ledger->day_net > 0);
    assert_int_equal(fill(ledger, "A1", "QQQ99", SIDE_BUY, 3, 17000, 20210727, &known), ERR_OK);
    assert_false(known);
    assert_int_equal(ledger_held(ledger, "A1", "QQQ99"), 3);
}

static void count(void *context, const struct position *position)
{
    (void)position;
    ++*(int *)context;
}

static void test_days(void **state)
{
    struct ledger *ledger = *state;
    int changed = 0;
    list(ledger, "MXFH1", 50);
    ledger_roll(ledger, 20210726, count, &changed);
    assert_int_equal(fill(ledger, "A1", "MXFH1", SIDE_BUY, 2, 17000, 20210726, NULL), ERR_OK);
    ledger_roll(ledger, 20210726, count, &changed);
    assert_int_equal(changed, 0);
    /* The first fill of the new day may come before the market says that it began. */
    assert_int_equal(fill(ledger, "A1", "MXFH1", SIDE_SELL, 1, 17010, 20210727, NULL), ERR_OK);
    const struct position *position = ledger_position(ledger, "A1", "MXFH1");
    assert_int_equal(position->trading_day, 20210727);
    assert_int_equal(position->bought, 0);
    assert_int_equal(position->sold, 1);
    assert_int_equal(position->realized, NT(500));
    ledger_roll(ledger, 20210727, count, &changed);
    assert_int_equal(changed, 0); /* it is there already, and keeps what it made */
    ledger_roll(ledger, 20210728, count, &changed);
    assert_int_equal(changed, 1);
    assert_int_equal(ledger_position(ledger, "A1", "MXFH1")->realized, 0);
    ledger_roll(ledger, 20210727, count, &changed); /* days do not go back */
    assert_int_equal(changed, 1);
}

/* The result of a day stands from its close to the next pre-open, over a weekend's night session too. */
static void test_day_of_the_result(void **state)
{
    (void)state;
    static const struct {
        int64_t minute; /* after 00:00 of Monday 2021-07-26, Taipei */
        int32_t day;
    } cases[] = {{8 * 60 + 45, 20210726},      {13 * 60 + 44, 20210726}, {13 * 60 + 45, 20210726},
                 {14 * 60 + 49, 20210726},     {14 * 60 + 50, 20210727}, {24 * 60 + 60, 20210727},
                 {24 * 60 + 5 * 60, 20210727}, {-48 * 60, 20210726}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int64_t now_us = calendar_taipei_us(20210726, 0) + cases[i].minute * 60 * CLOCK_SECOND_US;
        struct session session;
        session_at(now_us, 0, &session);
        const struct market market = {.market_us = now_us,
                                      .trading_day = session.trading_day,
                                      .session_state = (int32_t)session.state,
                                      .next_change_us = session.next_change_us};
        assert_int_equal(ledger_day(&market), cases[i].day);
    }
    const struct market unknown = {.trading_day = 20210726};
    assert_int_equal(ledger_day(&unknown), 20210726);
}

static void test_restore_takes_the_newest_day(void **state)
{
    struct ledger *ledger = *state;
    struct position rows[] = {{.account = "A1", .symbol = "MXFH1", .trading_day = 20210727, .quantity = 3},
                              {.account = "A1", .symbol = "MXFH1", .trading_day = 20210726, .quantity = 1}};
    for (int i = 0; i < 2; i++) assert_int_equal(ledger_restore(ledger, &rows[i], NULL), ERR_OK);
    assert_int_equal(ledger_held(ledger, "A1", "MXFH1"), 3);
    assert_int_equal(ledger->row_count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_day_net), TEST(test_contract_not_listed), TEST(test_days),
                                       TEST(test_day_of_the_result), TEST(test_restore_takes_the_newest_day)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

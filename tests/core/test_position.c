/* Positions: every figure here was worked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/position.h"
#include "core/text.h"

#define NT(dollars) ((money_t)((dollars)*10000LL))

static struct contract contract_of(const char *symbol, int32_t multiplier, money_t fee)
{
    struct contract contract = {.multiplier = multiplier,
                                .tick = PRICE_POINTS(1),
                                .fee = fee,
                                .tax_per_billion = 20000,
                                .initial_margin = NT(338000)};
    (void)text_copy(contract.symbol, sizeof contract.symbol, symbol);
    return contract;
}

static void fill(struct position *position, const struct contract *contract, enum side side, int64_t points,
                 int32_t quantity, money_t commission)
{
    struct err err;
    assert_int_equal(position_fill(position, contract, side, PRICE_POINTS(points), quantity, commission, &err), ERR_OK);
}

/* TXF, 200 NT$ a point. Buy 1 at 17500, sell 1 at 17560, commission 60 a side.
 * Gain 60 x 200 = 12,000. Each side 20 + 60; tax 17500 x 200 x 0.00002 = 70 and 17560 x 200 x 0.00002 = 70.24 -> 70.
 * Cost (20 + 60 + 70) x 2 = 300. Net 11,700. */
static void test_txf_round_trip(void **state)
{
    (void)state;
    struct contract txf = contract_of("TXFH1", 200, NT(20));
    struct position position;
    struct position_pnl pnl;
    position_init(&position, "A1", "TXFH1", 20210727);
    fill(&position, &txf, SIDE_BUY, 17500, 1, NT(60));
    assert_int_equal(position.quantity, 1);
    assert_int_equal(position.cost, NT(150));
    fill(&position, &txf, SIDE_SELL, 17560, 1, NT(60));
    assert_int_equal(position.quantity, 0);
    assert_int_equal(position.open_value, 0);
    assert_int_equal(position.realized, NT(12000));
    assert_int_equal(position.cost, NT(300));
    assert_int_equal(position.bought, 1);
    assert_int_equal(position.sold, 1);
    position_pnl(&position, &txf, PRICE_POINTS(17560), NT(60), &pnl);
    assert_int_equal(pnl.net, NT(11700));
    assert_int_equal(pnl.exit_cost, 0);
    assert_int_equal(pnl.average, 0);
}

/* MXF, 50 NT$ a point, short. Sell 2 at 18000 (tax a lot 18), buy 1 at 17900 (17.9 -> 18), commission 0, fee 12.5.
 * Realized 100 x 50 = 5,000. Cost 2 x (12.5 + 18) + 12.5 + 18 = 91.5.
 * One lot short at 18000, mark 18020: unrealized -20 x 50 = -1,000; exit 12.5 + tax 18.02 -> 18 = 30.5.
 * Net 5,000 - 1,000 - 91.5 - 30.5 = 3,878. */
static void test_mxf_short_partial(void **state)
{
    (void)state;
    struct contract mxf = contract_of("MXFH1", 50, NT(12.5));
    struct position position;
    struct position_pnl pnl;
    position_init(&position, "A1", "MXFH1", 20210727);
    fill(&position, &mxf, SIDE_SELL, 18000, 2, 0);
    assert_int_equal(position.quantity, -2);
    assert_int_equal(position.open_value, -PRICE_POINTS(36000));
    fill(&position, &mxf, SIDE_BUY, 17900, 1, 0);
    assert_int_equal(position.quantity, -1);
    assert_int_equal(position.realized, NT(5000));
    assert_int_equal(position.cost, NT(91.5));
    position_pnl(&position, &mxf, PRICE_POINTS(18020), 0, &pnl);
    assert_int_equal(pnl.average, PRICE_POINTS(18000));
    assert_int_equal(pnl.points, -PRICE_POINTS(20));
    assert_int_equal(pnl.unrealized, NT(-1000));
    assert_int_equal(pnl.exit_cost, NT(30.5));
    assert_int_equal(pnl.net, NT(3878));
}

/* TMF, 10 NT$ a point, reversal. Buy 2 at 20000, sell 5 at 20050: 2 closed (+50 x 10 x 2 = 1,000), 3 opened short at
 * 20050. Tax a lot 4 and 4.01 -> 4; fee 8; commission 8: 2 x 20 + 5 x 20 = 140. */
static void test_tmf_reversal(void **state)
{
    (void)state;
    struct contract tmf = contract_of("TMFH1", 10, NT(8));
    struct position position;
    position_init(&position, "A1", "TMFH1", 20260102);
    fill(&position, &tmf, SIDE_BUY, 20000, 2, NT(8));
    fill(&position, &tmf, SIDE_SELL, 20050, 5, NT(8));
    assert_int_equal(position.quantity, -3);
    assert_int_equal(position.open_value, -PRICE_POINTS(60150));
    assert_int_equal(position.realized, NT(1000));
    assert_int_equal(position.cost, NT(140));
    assert_int_equal(position.bought, 2);
    assert_int_equal(position.sold, 5);
}

/* An average that is no price: 1 at 100 and 2 at 101 average 100.666...; closing lot by lot at 102 must realize what
 * closing at once does: (102 x 3 - 302) x 200 = 800. */
static void test_partial_closes_add_up(void **state)
{
    (void)state;
    struct contract txf = contract_of("TXFH1", 200, 0);
    struct position position;
    position_init(&position, "A1", "TXFH1", 20210727);
    fill(&position, &txf, SIDE_BUY, 100, 1, 0);
    fill(&position, &txf, SIDE_BUY, 101, 2, 0);
    for (int i = 0; i < 3; i++) fill(&position, &txf, SIDE_SELL, 102, 1, 0);
    assert_int_equal(position.quantity, 0);
    assert_int_equal(position.open_value, 0);
    assert_int_equal(position.realized, NT(800));
}

static void test_overflow_changes_nothing(void **state)
{
    (void)state;
    struct contract txf = contract_of("TXFH1", 200, NT(20));
    struct position position, before;
    struct err err;
    position_init(&position, "A1", "TXFH1", 20210727);
    fill(&position, &txf, SIDE_BUY, 17500, 3, 0);
    position.open_value = INT64_MAX - 10;
    before = position;
    assert_int_equal(position_fill(&position, &txf, SIDE_BUY, PRICE_POINTS(17500), 1, 0, &err), ERR_RANGE);
    assert_memory_equal(&position, &before, sizeof position);
    position.quantity = INT32_MAX;
    position.open_value = 0;
    before = position;
    assert_int_equal(position_fill(&position, &txf, SIDE_BUY, PRICE_POINTS(1), 1, 0, &err), ERR_RANGE);
    assert_memory_equal(&position, &before, sizeof position);
    assert_int_equal(position_fill(&position, &txf, SIDE_BUY, PRICE_MAX + 1, 1, 0, &err), ERR_RANGE);
    assert_int_equal(position_fill(&position, &txf, SIDE_BUY, PRICE_POINTS(1), 0, 0, &err), ERR_RANGE);
    assert_non_null(strstr(err.text, "quantity 0"));
    assert_memory_equal(&position, &before, sizeof position);
}

static void test_roll_carries_lots(void **state)
{
    (void)state;
    struct contract mxf = contract_of("MXFH1", 50, NT(12.5));
    struct position position;
    position_init(&position, "A1", "MXFH1", 20210726);
    fill(&position, &mxf, SIDE_BUY, 18000, 2, 0);
    fill(&position, &mxf, SIDE_SELL, 18100, 1, 0);
    position_roll(&position, 20210727);
    assert_int_equal(position.trading_day, 20210727);
    assert_int_equal(position.quantity, 1);
    assert_int_equal(position.open_value, PRICE_POINTS(18000));
    assert_int_equal(position.realized, 0);
    assert_int_equal(position.cost, 0);
    assert_int_equal(position.bought + position.sold, 0);
    /* The cost basis stays: closing at 18010 today makes 10 points. */
    fill(&position, &mxf, SIDE_SELL, 18010, 1, 0);
    assert_int_equal(position.realized, NT(500));
}

/* The venue's number adopted: lots and their value, without cost and without a trade of the day. */
static void test_adjust_costs_nothing(void **state)
{
    (void)state;
    struct contract txf = contract_of("TXFH1", 200, NT(20));
    struct position position;
    struct err err;
    position_init(&position, "A1", "TXFH1", 20210727);
    assert_int_equal(position_adjust(&position, &txf, SIDE_SELL, PRICE_POINTS(17500), 2, &err), ERR_OK);
    assert_int_equal(position.quantity, -2);
    assert_int_equal(position.open_value, -PRICE_POINTS(35000));
    assert_int_equal(position_adjust(&position, &txf, SIDE_BUY, PRICE_POINTS(17400), 2, &err), ERR_OK);
    assert_int_equal(position.quantity, 0);
    assert_int_equal(position.realized, NT(40000)); /* 100 points x 2 lots x 200 */
    assert_int_equal(position.cost, 0);
    assert_int_equal(position.bought, 0);
    assert_int_equal(position.sold, 0);
    const struct position before = position;
    assert_int_equal(position_adjust(&position, &txf, SIDE_BUY, PRICE_POINTS(17400), 0, &err), ERR_RANGE);
    position.quantity = INT32_MAX;
    assert_int_equal(position_adjust(&position, &txf, SIDE_BUY, PRICE_POINTS(17400), 1, &err), ERR_RANGE);
    assert_int_equal(position.quantity, INT32_MAX);
    assert_int_equal(position.realized, before.realized);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_txf_round_trip),
        cmocka_unit_test(test_mxf_short_partial),
        cmocka_unit_test(test_tmf_reversal),
        cmocka_unit_test(test_partial_closes_add_up),
        cmocka_unit_test(test_overflow_changes_nothing),
        cmocka_unit_test(test_roll_carries_lots),
        cmocka_unit_test(test_adjust_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

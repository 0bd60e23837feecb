/* The guard: each limit at its edge, what passes everything, and the words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/guard.h"
#include "core/text.h"

#define NT(dollars) ((money_t)(dollars)*10000)
#define NOW_US      ((int64_t)1627350000000000)

struct scene {
    struct guard_limits limits;
    struct guard_recent recent;
    struct order_request request;
    struct guard_input input;
    char reason[REASON_SIZE];
};

static void scene_init(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    scene->request = (struct order_request){
        .side = SIDE_BUY, .type = ORDER_MARKET, .tif = TIF_IOC, .quantity = 2, .condition_id = 7};
    (void)text_copy(scene->request.symbol, sizeof scene->request.symbol, "MXFH1");
    (void)text_copy(scene->request.actor, sizeof scene->request.actor, "strategy");
    scene->input = (struct guard_input){.limits = &scene->limits,
                                        .recent = &scene->recent,
                                        .mode = GUARD_ACTIVE,
                                        .mode_reason = "lunch",
                                        .request = &scene->request,
                                        .multiplier = 50,
                                        .last = PRICE_POINTS(17410),
                                        .last_tick_us = NOW_US - 1000,
                                        .session_open = true,
                                        .now_us = NOW_US};
}

/* Nobody else holds anything, and the venue agrees. */
static void hold(struct scene *scene, int32_t lots)
{
    scene->input.held = scene->input.held_there = scene->input.own = lots;
    scene->input.longs = lots > 0 ? lots : 0;
    scene->input.shorts = lots < 0 ? -lots : 0;
}

static enum reject_code ask(struct scene *scene)
{
    return guard_check(&scene->input, scene->reason);
}

static void refused(struct scene *scene, enum reject_code code, const char *words)
{
    assert_int_equal(ask(scene), code);
    assert_string_equal(scene->reason, words);
}

static void passes(struct scene *scene)
{
    assert_int_equal(ask(scene), REJECT_NONE);
    assert_string_equal(scene->reason, "");
}

static void test_no_limit_passes(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.request.quantity = 100;
    passes(&scene);
}

static void test_quantity(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits.max_order_quantity = 10;
    scene.request.quantity = 10;
    passes(&scene);
    scene.request.quantity = 12;
    refused(&scene, REJECT_MAX_QUANTITY, "order quantity 12 exceeds the limit 10");
}

static void test_position(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits.max_position = 5;
    hold(&scene, 2);
    scene.input.working_buy = 1;
    passes(&scene);
    scene.input.working_buy = 2;
    refused(&scene, REJECT_MAX_POSITION, "position would be +6 lots of MXFH1 (+2 held, 2 working), beyond the limit 5");
    scene.request.side = SIDE_SELL; /* the other way shrinks it */
    passes(&scene);
    hold(&scene, -4);
    refused(&scene, REJECT_MAX_POSITION, "position would be -6 lots of MXFH1 (-4 held, 0 working), beyond the limit 5");
}

/* A support and a resistance condition: what nets today may stand alone tomorrow, so each side has the limit to itself. */
static void test_position_on_both_sides(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits.max_position = 5;
    scene.input.longs = scene.input.held = scene.input.held_there = 5;
    scene.request.side = SIDE_SELL;
    scene.request.quantity = 5;
    passes(&scene); /* the second side is not refused for the first's lots */
    scene.input.shorts = 5;
    scene.input.held = scene.input.held_there = 0;
    scene.request.quantity = 1;
    refused(&scene, REJECT_MAX_POSITION, "position would be -6 lots of MXFH1 (-5 held, 0 working), beyond the limit 5");
    scene.request.side = SIDE_BUY;
    refused(&scene, REJECT_MAX_POSITION, "position would be +6 lots of MXFH1 (+5 held, 0 working), beyond the limit 5");
    scene.request.condition_id = 0; /* the operator closes before he opens */
    scene.input.held = scene.input.held_there = -3;
    scene.input.rest = -3; /* conditions hold the rest, on both sides */
    scene.input.longs = 2;
    scene.request.quantity = 6;
    passes(&scene);
    scene.request.quantity = 7;
    refused(&scene, REJECT_MAX_POSITION, "position would be +6 lots of MXFH1 (+2 held, 0 working), beyond the limit 5");
}

/* What an order would close must still be there when it fills: lots that leave already, or that an exit may take at any
 * time, are not. */
static void test_position_beside_what_leaves(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits.max_position = 5;
    scene.request.condition_id = 0;
    scene.request.side = SIDE_SELL;
    scene.request.quantity = 10;
    scene.input.held = scene.input.held_there = 5;
    scene.input.longs = scene.input.rest = 5;
    passes(&scene); /* closes 5, opens 5 */
    scene.input.own_working = scene.input.working_reduce = 1;
    refused(&scene, REJECT_MAX_POSITION, "position would be -6 lots of MXFH1 (+0 held, 0 working), beyond the limit 5");
    scene.input.own_working = scene.input.working_reduce = 0;
    scene.input.rest = 4; /* one of them is a condition's */
    refused(&scene, REJECT_MAX_POSITION, "position would be -6 lots of MXFH1 (+0 held, 0 working), beyond the limit 5");
    scene.input.rest = 0;
    scene.request.quantity = 5;
    passes(&scene);
}

static void test_notional(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits.max_notional = NT(1741000); /* 2 x 17410 x 50 */
    passes(&scene);
    scene.limits.max_notional = NT(1740999);
    refused(&scene, REJECT_MAX_NOTIONAL, "order value NT$ 1,741,000 exceeds the limit NT$ 1,740,999");
    scene.request.type = ORDER_LIMIT;
    scene.request.limit_price = PRICE_POINTS(17000); /* a limit's value is its own price's */
    passes(&scene);
    scene.input.multiplier = 0;
    passes(&scene);
}

static void test_collar(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits.collar_bps = 100; /* 1 % of 17410 = 174.1 */
    passes(&scene);                /* a market order has no price */
    scene.request.type = ORDER_LIMIT;
    scene.request.limit_price = PRICE_POINTS(17584);
    passes(&scene);
    scene.request.limit_price = PRICE_POINTS(17585);
    refused(&scene, REJECT_PRICE_COLLAR, "limit price 17585 is more than 1.00 % from the last price 17410");
    scene.request.limit_price = PRICE_POINTS(17235);
    assert_int_equal(ask(&scene), REJECT_PRICE_COLLAR);
    scene.input.last = 0;
    passes(&scene);
}

static void test_stale(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits.stale_tick_ms = 3000;
    scene.input.last_tick_us = NOW_US - 3000000;
    passes(&scene);
    scene.input.last_tick_us = NOW_US - 3001000;
    refused(&scene, REJECT_STALE_TICK, "the last price of MXFH1 is 3001 ms old, the limit is 3000 ms");
    scene.input.last_tick_us = 0;
    refused(&scene, REJECT_STALE_TICK, "no price of MXFH1 has come yet");
    scene.input.session_open = false; /* a closed market has no ticks */
    passes(&scene);
}

static void test_rates(void **state)
{
    (void)state;
    struct scene scene;
    struct order_request operators;
    scene_init(&scene);
    operators = scene.request;
    operators.condition_id = 0;
    scene.limits.orders_per_second = 3;
    scene.limits.strategy_orders_per_second = 2;
    guard_recent_add(&scene.recent, &scene.request, NOW_US - 900000);
    guard_recent_add(&scene.recent, &operators, NOW_US - 800000);
    passes(&scene); /* one of the strategy's own, two in all */
    guard_recent_add(&scene.recent, &scene.request, NOW_US - 700000);
    refused(&scene, REJECT_ORDER_RATE, "3 orders in the last second, the limit is 3");
    scene.limits.orders_per_second = 0;
    refused(&scene, REJECT_ORDER_RATE, "2 orders of strategy in the last second, the limit is 2");
    scene.input.now_us = NOW_US + 100000; /* the first is a second old */
    passes(&scene);
    scene.request.condition_id = 0; /* an operator is no strategy */
    scene.input.now_us = NOW_US;
    passes(&scene);
}

static void test_rate_limit_beyond_memory(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits.orders_per_second = 1000000;
    for (int i = 0; i < GUARD_RATE_SIZE - 1; i++) guard_recent_add(&scene.recent, &scene.request, NOW_US);
    passes(&scene);
    guard_recent_add(&scene.recent, &scene.request, NOW_US);
    assert_int_equal(ask(&scene), REJECT_ORDER_RATE);
}

static void test_duplicates(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits.duplicate_window_ms = 500;
    guard_recent_add(&scene.recent, &scene.request, NOW_US - 100000);
    passes(&scene); /* a condition's orders are told apart by their conditions */
    scene.request.condition_id = 0;
    passes(&scene); /* and are no operator's */
    guard_recent_add(&scene.recent, &scene.request, NOW_US - 100000);
    refused(&scene, REJECT_DUPLICATE_WINDOW, "the same order was sent 100 ms ago; allowed again after 500 ms");
    scene.request.quantity = 3;
    passes(&scene);
    scene.request.quantity = 2;
    scene.input.now_us = NOW_US + 400000;
    passes(&scene);
}

static void test_daily_loss(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits.daily_loss = NT(50000);
    scene.input.day_pnl = NT(-49999);
    passes(&scene);
    scene.input.day_pnl = NT(-50000);
    refused(&scene, REJECT_DAILY_LOSS, "the day's loss NT$ 50,000 has reached the limit NT$ 50,000");
    hold(&scene, -2); /* closing is always a way out */
    assert_int_equal(ask(&scene), REJECT_DAILY_LOSS);
    scene.request.condition_id = 0;
    scene.input.rest = -2;
    passes(&scene);
}

static void test_modes(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.input.mode = GUARD_HALTED;
    hold(&scene, -2);
    refused(&scene, REJECT_HALTED, "trading is halted: lunch");
    scene.input.mode = GUARD_REDUCING;
    assert_int_equal(ask(&scene), REJECT_REDUCING); /* a condition's entry has exits to come: it is no way out */
    scene.request.condition_id = 0;
    scene.input.rest = -2;
    passes(&scene);
    scene.request.quantity = 3;
    refused(&scene, REJECT_REDUCING, "only orders that reduce a position are taken: BUY 3 against -2 held");
    scene.request.quantity = 2;
    scene.input.working_buy = 1; /* it may close one of the two already */
    assert_int_equal(ask(&scene), REJECT_REDUCING);
    scene.input.working_buy = 0;
    hold(&scene, 2);
    assert_int_equal(ask(&scene), REJECT_REDUCING);
}

/* A condition's exit always goes: a ticket that rests for the same lots would open once it has gone. */
static void test_reducing_beside_what_a_condition_holds(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.request.condition_id = 0;
    scene.request.side = SIDE_SELL;
    scene.input.held = scene.input.held_there = 3;
    scene.input.longs = 3;
    scene.input.rest = 1; /* two are a condition's */
    scene.input.mode = GUARD_REDUCING;
    refused(&scene, REJECT_REDUCING, "only orders that reduce a position are taken: SELL 2 against +3 held");
    scene.request.quantity = 1;
    passes(&scene);
    scene.input.own_working = scene.input.working_reduce = 1;
    assert_int_equal(ask(&scene), REJECT_REDUCING);
    scene.input.own_working = scene.input.working_reduce = 0;
    scene.request.quantity = 2;
    scene.request.reduce_only = true; /* taken back when the exit has closed its lots */
    passes(&scene);
}

/* A protective exit passes every limit and every mode, but never opens or reverses. */
static void test_reduce_only(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.limits = (struct guard_limits){.max_order_quantity = 1,
                                         .max_position = 1,
                                         .max_notional = 1,
                                         .collar_bps = 1,
                                         .stale_tick_ms = 1,
                                         .orders_per_second = 1,
                                         .strategy_orders_per_second = 1,
                                         .duplicate_window_ms = 60000,
                                         .daily_loss = 1};
    guard_recent_add(&scene.recent, &scene.request, NOW_US);
    scene.input.mode = GUARD_HALTED;
    scene.input.day_pnl = NT(-100);
    scene.input.last_tick_us = 0;
    scene.request.reduce_only = true;
    scene.request.type = ORDER_LIMIT;
    scene.request.limit_price = PRICE_POINTS(30000);
    hold(&scene, -3);
    passes(&scene);
    scene.input.working_reduce = scene.input.own_working = 2;
    refused(&scene, REJECT_ALREADY_LEAVING,
            "exit BUY 2: condition 7 holds -3, 2 of it leaving already, 1 left to close");
    scene.request.condition_id = 0;
    refused(&scene, REJECT_ALREADY_LEAVING, "reduce-only BUY 2: -3 held, 2 leaving already, 1 left to close");
    scene.input.working_reduce = scene.input.own_working = 0;
    passes(&scene);
    scene.input.rivals = 2; /* plain orders of ours: were all filled, this one would have opened */
    refused(&scene, REJECT_ALREADY_LEAVING, "reduce-only BUY 2: -3 held, 2 leaving already, 1 left to close");
    scene.request.condition_id = 7; /* an exit waits for no ticket */
    passes(&scene);
    scene.request.condition_id = 0;
    scene.input.rivals = 0;
    hold(&scene, -1);
    refused(&scene, REJECT_WOULD_NOT_REDUCE, "reduce-only BUY 2: -1 held, 0 leaving already, 1 left to close");
    hold(&scene, 0);
    assert_int_equal(ask(&scene), REJECT_WOULD_NOT_REDUCE);
    hold(&scene, 5);
    assert_int_equal(ask(&scene), REJECT_WOULD_NOT_REDUCE);
}

/* Condition 7 sold 2; another bought as many: the account's net is nothing, and both are protected. */
static void test_exit_of_both_sides(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.request.reduce_only = true;
    scene.input.longs = scene.input.shorts = 2;
    scene.input.own = -2;
    passes(&scene);
    scene.request.quantity = 3;
    refused(&scene, REJECT_WOULD_NOT_REDUCE, "exit BUY 3: condition 7 holds -2");
    scene.request.quantity = 2;
    scene.request.side = SIDE_SELL;
    refused(&scene, REJECT_WOULD_NOT_REDUCE, "exit SELL 2: condition 7 holds -2");
    scene.request.side = SIDE_BUY;
    scene.input.own_working = 1;
    scene.input.working_reduce = 1;
    assert_int_equal(ask(&scene), REJECT_ALREADY_LEAVING);
    scene.request.quantity = 1;
    passes(&scene);
    scene.input.working_reduce = 2; /* somebody else is closing that side too */
    assert_int_equal(ask(&scene), REJECT_ALREADY_LEAVING);
    scene.input.own_working = scene.input.working_reduce = 0;
    scene.request.condition_id = 0; /* the account as a whole has nothing to reduce */
    assert_int_equal(ask(&scene), REJECT_WOULD_NOT_REDUCE);
}

/* The venue holds less than is counted here: what is missing there must not be sold. */
static void test_exit_while_the_venue_differs(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.request.reduce_only = true;
    scene.request.side = SIDE_SELL;
    hold(&scene, 3);
    scene.input.held_there = 1;
    refused(&scene, REJECT_POSITION_DIFFERS, "exit SELL 2: +3 held here, +1 at the venue: accept that first");
    scene.request.quantity = 1;
    passes(&scene);
    scene.input.working_reduce = 1;
    assert_int_equal(ask(&scene), REJECT_ALREADY_LEAVING);
    scene.input.working_reduce = 0;
    scene.request.condition_id = 0;
    passes(&scene);
    scene.request.quantity = 2;
    refused(&scene, REJECT_POSITION_DIFFERS, "reduce-only SELL 2: +3 held here, +1 at the venue: accept that first");
    scene.request.condition_id = 7;
    scene.input.held_there = 5; /* more there: somebody else's, and no matter to this exit */
    passes(&scene);
}

/* What no one has, but a message can say: the numbers neither wrap nor open a way. */
static void test_extremes(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.request.quantity = INT32_MAX;
    scene.request.type = ORDER_LIMIT;
    scene.request.limit_price = PRICE_MAX;
    scene.input.multiplier = 1000000;
    scene.input.day_pnl = INT64_MIN;
    passes(&scene); /* 0 is no limit, whatever comes */
    scene.limits.max_notional = INT64_MAX - 1;
    assert_int_equal(ask(&scene), REJECT_MAX_NOTIONAL);
    scene.limits.max_notional = 0;
    scene.limits.collar_bps = INT32_MAX;
    scene.request.limit_price = -PRICE_MAX;
    assert_int_equal(ask(&scene), REJECT_NONE);
    scene.input.last = 1;
    assert_int_equal(ask(&scene), REJECT_PRICE_COLLAR);
    scene.limits.collar_bps = 0;
    scene.limits.max_position = INT32_MAX;
    passes(&scene);
    scene.input.working_buy = 1;
    assert_int_equal(ask(&scene), REJECT_MAX_POSITION);
    scene.limits.max_position = 0;
    scene.limits.daily_loss = INT64_MAX;
    refused(&scene, REJECT_DAILY_LOSS,
            "the day's loss NT$ 922,337,203,685,478 has reached the limit NT$ 922,337,203,685,478");
    scene.input.day_pnl = INT64_MAX;
    passes(&scene);
    scene.request.reduce_only = true;
    hold(&scene, -INT32_MAX);
    passes(&scene);
    scene.input.held_there = INT32_MAX;
    assert_int_equal(ask(&scene), REJECT_POSITION_DIFFERS);
    hold(&scene, INT32_MIN + 1);
    scene.input.working_reduce = scene.input.own_working = INT32_MAX;
    assert_int_equal(ask(&scene), REJECT_ALREADY_LEAVING);
}

static void test_limits_check(void **state)
{
    (void)state;
    struct guard_limits limits = {.max_order_quantity = 10};
    struct err err;
    assert_int_equal(guard_limits_check(&limits, &err), ERR_OK);
    limits.daily_loss = -1;
    assert_int_equal(guard_limits_check(&limits, &err), ERR_RANGE);
    assert_string_equal(err.text, "guard_limits.daily_loss: -1 (allowed 0 = no limit, and more)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_limit_passes),
        cmocka_unit_test(test_quantity),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_notional),
        cmocka_unit_test(test_collar),
        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_rate_limit_beyond_memory),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_daily_loss),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_reduce_only),
        cmocka_unit_test(test_exit_of_both_sides),
        cmocka_unit_test(test_exit_while_the_venue_differs),
        cmocka_unit_test(test_position_on_both_sides),
        cmocka_unit_test(test_position_beside_what_leaves),
        cmocka_unit_test(test_reducing_beside_what_a_condition_holds),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_limits_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Levels worked by hand, every refusal of the form with its field, and the words of the pane. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/cond.h"

#define P(points) PRICE_POINTS(points)
#define DAY       20210726

static struct condition_terms good(void)
{
    return (struct condition_terms){.account = "DEMO-1",
                                    .symbol = "MXFH1",
                                    .side = SIDE_BUY,
                                    .trigger_price = P(17400),
                                    .turning = P(15),
                                    .quantity = 2,
                                    .take_profit = P(90),
                                    .stop_loss = P(30),
                                    .following = true,
                                    .basis = BASIS_FILL,
                                    .validity = VALID_SESSION,
                                    .entry = ENTRY_MARKET};
}

static struct contract mxf(void)
{
    return (struct contract){.symbol = "MXFH1",
                             .last_trading_day = 20210818,
                             .tick = P(1),
                             .limit_down = P(15700),
                             .limit_up = P(19100),
                             .max_market_lots = 10,
                             .max_limit_lots = 100,
                             .flags = CONTRACT_REGISTERED};
}

static void refuses(const struct condition_terms *terms, const struct contract *contract, const char *field,
                    const char *words)
{
    const char *bad = NULL;
    struct err err = {0};
    assert_int_not_equal(condition_terms_check(terms, contract, DAY, &bad, &err), ERR_OK);
    assert_string_equal(bad, field);
    if (strstr(err.text, words) == NULL) fail_msg("'%s' does not say '%s'", err.text, words);
}

static void accepts(const struct condition_terms *terms, const struct contract *contract)
{
    struct err err = {0};
    if (condition_terms_check(terms, contract, DAY, NULL, &err) != ERR_OK) fail_msg("%s", err.text);
}

static void levels_of_both_sides(void **state)
{
    (void)state;
    struct condition c = {.terms = good(), .state = CONDITION_ARMED, .trigger = P(17390)};
    struct condition_levels levels;
    condition_terms_levels(&c.terms, &levels);
    assert_int_equal(levels.order, P(17415));
    condition_levels(&c, &levels);
    assert_int_equal(levels.trigger, P(17390));
    assert_int_equal(levels.order, P(17405));
    assert_int_equal(levels.take_profit, P(17495));
    assert_int_equal(levels.stop_loss, P(17375));
    c.filled_quantity = 2; /* 17406 and 17407: the average is 17406.5 */
    c.filled_value = P(17406 + 17407);
    condition_levels(&c, &levels);
    assert_int_equal(levels.take_profit, P(17496) + P(1) / 2);
    assert_int_equal(levels.stop_loss, P(17376) + P(1) / 2);
    c.terms.basis = BASIS_PLANNED;
    condition_levels(&c, &levels);
    assert_int_equal(levels.take_profit, P(17495));
    c.terms.side = SIDE_SELL;
    condition_levels(&c, &levels);
    assert_int_equal(levels.order, P(17375));
    assert_int_equal(levels.take_profit, P(17285));
    assert_int_equal(levels.stop_loss, P(17405));
}

static void good_terms_pass(void **state)
{
    (void)state;
    const struct contract contract = mxf();
    struct condition_terms t = good();
    accepts(&t, &contract);
    accepts(&t, NULL);
    t.following = false;
    t.turning = 0;
    accepts(&t, &contract);
    t.entry = ENTRY_LIMIT;
    t.quantity = 100;
    t.entry_offset = P(2);
    accepts(&t, &contract);
    t.validity = VALID_UNTIL;
    t.valid_until = DAY;
    accepts(&t, &contract);
    t.trigger_price = P(15700);
    accepts(&t, &contract);
    snprintf(t.note, sizeof t.note, "支撐");
    accepts(&t, &contract);
}

static void refuses_names_and_sides(void **state)
{
    (void)state;
    struct contract contract = mxf();
    struct condition_terms t = good();
    t.account[0] = '\0';
    refuses(&t, &contract, "account", "select one");
    t = good();
    memset(t.account, 'x', sizeof t.account);
    refuses(&t, &contract, "account", "at most 23 bytes");
    t = good();
    t.symbol[0] = '\0';
    refuses(&t, NULL, "symbol", "contract code");
    t = good();
    contract.flags = 0;
    refuses(&t, &contract, "symbol", "not registered");
    contract = mxf();
    contract.last_trading_day = 20210721;
    refuses(&t, &contract, "symbol", "ended on 20210721");
    contract = mxf();
    t.side = (enum side)3;
    refuses(&t, &contract, "side", "BUY nor SELL");
}

static void refuses_prices(void **state)
{
    (void)state;
    const struct contract contract = mxf();
    struct condition_terms t = good();
    t.trigger_price = 0;
    refuses(&t, &contract, "trigger_price", "above 0");
    t.trigger_price = -P(17400);
    refuses(&t, NULL, "trigger_price", "-17400");
    t.trigger_price = INT64_MAX;
    refuses(&t, NULL, "trigger_price", "at most 10000000");
    t.trigger_price = P(17400) + P(1) / 2;
    refuses(&t, &contract, "trigger_price", "17400.5 is not a whole number of ticks (of 1)");
    t.trigger_price = P(19101);
    refuses(&t, &contract, "trigger_price", "allowed 15700 to 19100");
    t.trigger_price = P(15699);
    refuses(&t, &contract, "trigger_price", "beyond the price limit");
}

static void refuses_distances(void **state)
{
    (void)state;
    const struct contract contract = mxf();
    struct condition_terms t = good();
    t.turning = 0;
    refuses(&t, &contract, "turning", "following");
    t.turning = -P(1);
    refuses(&t, &contract, "turning", "-1 (allowed 0 and above");
    t.turning = P(100001);
    refuses(&t, &contract, "turning", "at most 100000");
    t.turning = P(1) / 4;
    refuses(&t, &contract, "turning", "0.25 is not a whole number of ticks");
    t = good();
    t.take_profit = 0;
    refuses(&t, &contract, "take_profit", "0 (allowed above 0");
    t.take_profit = P(3) / 2;
    refuses(&t, &contract, "take_profit", "1.5");
    t = good();
    t.side = SIDE_SELL;
    t.take_profit = P(17390);
    refuses(&t, NULL, "take_profit", "puts the level at -5");
    t = good();
    t.stop_loss = -P(30);
    refuses(&t, &contract, "stop_loss", "above 0");
    t.stop_loss = P(17415);
    refuses(&t, &contract, "stop_loss", "puts the level at 0");
}

static void refuses_the_rest(void **state)
{
    (void)state;
    const struct contract contract = mxf();
    struct condition_terms t = good();
    t.quantity = -5;
    refuses(&t, &contract, "quantity", "-5 (allowed 1 to 10)");
    t.quantity = 11;
    refuses(&t, &contract, "quantity", "11 (allowed 1 to 10)");
    t.quantity = 101;
    refuses(&t, NULL, "quantity", "allowed 1 to 100");
    t = good();
    t.basis = (enum exit_basis)0;
    refuses(&t, &contract, "basis", "fill nor planned");
    t = good();
    t.validity = (enum validity)9;
    refuses(&t, &contract, "validity", "session, day, until, gtc");
    t = good();
    t.valid_until = DAY;
    refuses(&t, &contract, "valid_until", "leave it empty");
    t.validity = VALID_UNTIL;
    t.valid_until = 20210725;
    refuses(&t, &contract, "valid_until", "20210725 is past (the trading day is 20210726)");
    t.valid_until = 20210231;
    refuses(&t, &contract, "valid_until", "no date");
    t = good();
    t.entry = (enum entry_type)0;
    refuses(&t, &contract, "entry", "market, range_market, limit");
    t = good();
    t.entry_offset = P(1);
    refuses(&t, &contract, "entry_offset", "only for the entry type");
    t.entry = ENTRY_LIMIT;
    t.entry_offset = -P(1);
    refuses(&t, &contract, "entry_offset", "0 and above");
    t = good();
    snprintf(t.note, sizeof t.note, "bad \xff byte");
    refuses(&t, &contract, "note", "plain text");
    snprintf(t.note, sizeof t.note, "\033[2J");
    refuses(&t, &contract, "note", "plain text");
    memset(t.note, 'a', sizeof t.note);
    refuses(&t, &contract, "note", "63 bytes");
}

static void explains(const struct condition *c, price_t last, const char *words)
{
    char text[256];
    condition_explain(c, last, text, sizeof text);
    if (strstr(text, words) == NULL) fail_msg("'%s' does not say '%s'", text, words);
}

static void says_why(void **state)
{
    (void)state;
    struct condition c = {.terms = good(), .state = CONDITION_ARMED, .trigger = P(17400)};
    price_t distance;
    const char *event;
    assert_true(condition_distance(&c, P(17410), &distance, &event));
    assert_int_equal(distance, P(10));
    assert_string_equal(event, "trigger");
    explains(&c, P(17410), "waits for 17400 or lower; 10 to the trigger");
    explains(&c, 0, "no price yet");
    c.suspended = true;
    explains(&c, P(17410), "stale");
    c.suspended = false;
    c.state = CONDITION_TRIGGERED;
    c.trigger = P(17380);
    explains(&c, P(17390), "turn to 17395 or higher; 5 to the entry");
    c.state = CONDITION_OPEN;
    c.filled_quantity = 2;
    c.filled_value = P(17395) * 2;
    assert_true(condition_distance(&c, P(17370), &distance, &event));
    assert_int_equal(distance, P(5));
    assert_string_equal(event, "stop");
    explains(&c, P(17470), "15 to the take profit");
    c.state = CONDITION_ENTERING;
    explains(&c, P(17390), "waits for the order");
    c.cancel_requested = true;
    explains(&c, P(17390), "waits for the order's end, then is cancelled");
    c.state = CONDITION_EXITING;
    c.exit_leg = LEG_STOP_LOSS;
    c.attempt = 3;
    c.exit_working = true;
    explains(&c, P(17370), "exit of 2 lots (STOP_LOSS), attempt 3: waits for the order");
    c.exit_working = false;
    explains(&c, P(17370), "to be sent again");
    c.locked = true;
    assert_false(condition_distance(&c, P(17370), &distance, &event));
    explains(&c, P(17370), "LOCKED");
    c.state = CONDITION_CLOSED;
    c.exited_quantity = 2;
    c.exited_value = P(17370) + P(17371);
    explains(&c, P(17370), "CLOSED by its stop at 17370.50: -24.50 points a lot");
    c.exit_leg = LEG_TAKE_PROFIT;
    c.exited_value = P(17485) * 2;
    explains(&c, P(17370), "CLOSED by its take profit at 17485: +90 points a lot");
    c.exit_leg = LEG_NONE;
    snprintf(c.reason, sizeof c.reason, "flattened by the operator");
    explains(&c, P(17370), "CLOSED: flattened by the operator, +90 points a lot");
    c.reason[0] = '\0';
    c.exit_leg = LEG_TAKE_PROFIT;
    c.exited_quantity = 1; /* closed elsewhere */
    explains(&c, P(17370), "CLOSED: ended");
    c.state = CONDITION_PAUSED;
    c.paused_from = CONDITION_TRIGGERED;
    explains(&c, P(17370), "paused while TRIGGERED");
    c.state = CONDITION_REJECTED;
    snprintf(c.reason, sizeof c.reason, "margin is short");
    explains(&c, P(17370), "REJECTED: margin is short");
    assert_true(condition_terminal(c.state));
    char small[8];
    assert_int_equal(strlen(condition_explain(&c, 0, small, sizeof small)), sizeof small - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_of_both_sides),
        cmocka_unit_test(good_terms_pass),
        cmocka_unit_test(refuses_names_and_sides),
        cmocka_unit_test(refuses_prices),
        cmocka_unit_test(refuses_distances),
        cmocka_unit_test(refuses_the_rest),
        cmocka_unit_test(says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

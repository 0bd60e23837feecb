/*
 * Each of the guard's limits broken through the product's own commands, on the running system: its own code and words come
 * back, nothing reaches the venue; cancels and protective exits pass in every state. Each limit at its edge:
 * tests/core/test_guard.c.
 */
#include "core/clock.h"
#include "tests/tui/live_run.h"

#define PATIENCE_US (30 * CLOCK_SECOND_US)
#define TRIES       20 /* of what the market's or the machine's pace may spoil */

/* The order's end, as it is said: in run.out, and as its reject code. */
static void place(void **state, const char *words, char reject[32])
{
    char line[192];
    snprintf(line, sizeof(line), "orders place --symbol %s %s --json", symbol, words);
    run_with(*state, &run, NULL, line);
    json_t *event = run_json(&run);
    const char *code = json_string_value(json_object_get(event, "reject"));
    snprintf(reject, 32, "%s %s", text_of(event, "state"), code == NULL ? "" : code);
    json_decref(event);
}

static void refused(void **state, const char *words, const char *code, const char *reason)
{
    char reject[32], denied[32];
    snprintf(denied, sizeof(denied), "DENIED %s", code);
    for (int i = 0; i < TRIES; i++) {
        place(state, words, reject);
        if (strcmp(reject, denied) == 0) break;
    }
    assert_string_equal(reject, denied);
    run_says(run.out, reason);
}

static void passes(void **state, const char *words, const char *end)
{
    char reject[32];
    place(state, words, reject);
    if (strncmp(reject, end, strlen(end)) != 0) fail_msg("%s: %s, expected %s", words, reject, end);
}

struct limit {
    const char *name, *on, *off; /* off: as it is set at first */
    const char *order, *code, *reason;
};

static void breaks(void **state, const struct limit *limit)
{
    expect(state, CLI_OK, "limits %s %s", limit->name, limit->on);
    refused(state, limit->order, limit->code, limit->reason);
    expect(state, CLI_OK, "limits %s %s", limit->name, limit->off);
    expect(state, CLI_OK, "audit --text %s: --limit 1", limit->code);
    run_says(run.out, limit->code);
}

/* By an order that nobody fills, within the collar: one that met a young price would hold a lot otherwise, and the silence
 * after it reduces. */
static void an_old_price_is_a_limit_too(void **state)
{
    char words[96];
    snprintf(words, sizeof(words), "--side buy --quantity 1 --type LMT --tif IOC --limit-price %lld",
             (long long)(last_price(state) * 98 / 100));
    const struct limit stale = {"--stale-tick-ms", "1", "10000", words, "STALE_TICK", "ms old, the limit is 1 ms"};
    expect(state, CLI_OK, "limits --duplicate-window-ms 0");
    breaks(state, &stale);
    mode_is(state, "ACTIVE");
}

static void each_limit_has_its_code_and_words(void **state)
{
    static const struct limit rows[] = {
        {"--max-order-quantity", "2", "50", "--side buy --quantity 3", "MAX_QUANTITY",
         "order quantity 3 exceeds the limit 2"},
        {"--max-position", "2", "200", "--side sell --quantity 3", "MAX_POSITION", "beyond the limit 2"},
        {"--max-notional", "1000", "500000000", "--side buy --quantity 1", "MAX_NOTIONAL",
         "exceeds the limit NT$ 1,000"},
        {"--orders-per-second", "1", "50", "--side buy --quantity 1", "ORDER_RATE",
         "orders in the last second, the limit is 1"},
        {"--duplicate-window-ms", "60000", "0", "--side buy --quantity 1", "DUPLICATE_WINDOW",
         "the same order was sent"},
    };
    expect(state, CLI_OK, "limits --duplicate-window-ms 0");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) breaks(state, &rows[i]);
    mode_is(state, "ACTIVE"); /* a refusal is no alarm */
}

static void the_collar_is_about_limit_prices(void **state)
{
    char words[96];
    expect(state, CLI_OK, "limits --collar-bps 100");
    snprintf(words, sizeof(words), "--side buy --quantity 1 --type LMT --tif IOC --limit-price %lld",
             (long long)(last_price(state) * 97 / 100));
    refused(state, words, "PRICE_COLLAR", "is more than 1.00 % from the last price");
    passes(state, "--side buy --quantity 1", "FILLED"); /* a market order has no price */
    expect(state, CLI_OK, "limits --collar-bps 1000");
    passes(state, words, "CANCELLED");
}

static void state_of(void **state, int64_t id, char text[32])
{
    expect(state, CLI_OK, "conditions show %lld --json", (long long)id);
    json_t *shown = run_json(&run);
    snprintf(text, 32, "%s", text_of(shown, "state"));
    json_decref(shown);
}

/* Is it the first of them? run.out shows the condition then. */
static bool wait_until_one_of(void **state, int64_t id, const char *wanted, const char *or_wanted)
{
    char text[32] = "";
    for (int64_t until_us = clock_monotonic_us() + PATIENCE_US; clock_monotonic_us() < until_us;) {
        state_of(state, id, text);
        if (strcmp(text, wanted) == 0) return true;
        if (strcmp(text, or_wanted) == 0) return false;
    }
    fail_msg("condition %lld is %s, not %s", (long long)id, text, wanted);
    return false;
}

static void wait_until(void **state, int64_t id, const char *wanted)
{
    (void)wait_until_one_of(state, id, wanted, wanted);
}

/* One that enters as soon as the market has gone up by a point, and leaves 15 points from there. */
static int64_t condition(void **state)
{
    expect(state, CLI_OK,
           "conditions add --symbol %s --side buy --trigger %lld --turning 1 --following yes --take-profit 15 "
           "--stop-loss 15 --json",
           symbol, (long long)last_price(state) + 5);
    json_t *reply = run_json(&run);
    const int64_t id = json_integer_value(json_object_get(reply, "number"));
    json_decref(reply);
    return id;
}

static void cancels_and_exits_pass_in_every_state(void **state)
{
    static const char *const states[] = {"halt", "reduce"};
    for (size_t i = 0; i < 2; i++) {
        expect(state, CLI_OK, "market speed 20");
        const int64_t id = condition(state);
        wait_until(state, id, "OPEN");
        expect(state, CLI_OK, "orders place --symbol %s --side buy --quantity 1 --limit-price %lld --json", symbol,
               (long long)last_price(state) * 98 / 100);
        json_t *event = run_json(&run);
        char order[64];
        snprintf(order, sizeof(order), "%s", text_of(event, "client_order_id"));
        json_decref(event);
        expect(state, CLI_OK, "%s --reason test", states[i]);
        refused(state, "--side buy --quantity 1", i == 0 ? "HALTED" : "REDUCING",
                i == 0 ? "trading is halted: test" : "only orders that reduce a position are taken");
        expect(state, CLI_OK, "orders cancel %s", order);
        expect(state, CLI_OK, "market speed 600");
        wait_until(state, id, "CLOSED");
        expect(state, CLI_OK, "resume");
    }
}

/* Two that enter on one tick: one of them goes. */
static void a_strategy_has_its_own_rate(void **state)
{
    expect(state, CLI_OK, "market pause");
    expect(state, CLI_OK, "limits --strategy-orders-per-second 1");
    const int64_t first = condition(state), second = condition(state);
    expect(state, CLI_OK, "market speed 20");
    expect(state, CLI_OK, "market play");
    const bool first_goes = !wait_until_one_of(state, first, "REJECTED", "OPEN");
    const int64_t goes = first_goes ? first : second, stays = first_goes ? second : first;
    wait_until(state, goes, "OPEN");
    wait_until(state, stays, "REJECTED");
    run_says(run.out, "orders of strategy in the last second, the limit is 1");
    expect(state, CLI_OK, "limits --strategy-orders-per-second 30");
    expect(state, CLI_OK, "flatten %s", symbol);
    wait_until(state, goes, "CLOSED");
}

static void wait_until_reducing(void **state)
{
    for (int64_t until_us = clock_monotonic_us() + PATIENCE_US; clock_monotonic_us() < until_us;) {
        expect(state, CLI_OK, "status");
        if (strstr(run.out, "guard       REDUCING") != NULL) return;
    }
    fail_msg("not reducing:\n%s", run.out);
}

static void a_day_s_loss_ends_it(void **state)
{
    expect(state, CLI_OK, "limits --duplicate-window-ms 0");
    passes(state, "--side buy --quantity 2", "FILLED");
    expect(state, CLI_OK,
           "limits --daily-loss 1"); /* the spread and the fees are more, but a price may just have risen */
    wait_until_reducing(state);
    refused(state, "--side buy --quantity 1", "REDUCING", "only orders that reduce a position are taken");
    expect(state, CLI_FAILED, "resume");
    run_says(run.err, "the day's loss NT$ ");
    run_says(run.err, "has reached the limit NT$ 1: raise the limit");
    passes(state, "--side sell --quantity 1 --reduce-only", "FILLED");
    refused(state, "--side sell --quantity 3 --reduce-only", "WOULD_NOT_REDUCE", "left to close");
    expect(state, CLI_OK, "flatten %s", symbol);
    expect(state, CLI_OK, "limits --daily-loss 1000000");
    expect(state, CLI_OK, "resume");
    mode_is(state, "ACTIVE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First: nothing has been won yet that could make up for it. */
        cmocka_unit_test(a_day_s_loss_ends_it),
        /* Before a lot is held. */
        cmocka_unit_test(an_old_price_is_a_limit_too),
        cmocka_unit_test(each_limit_has_its_code_and_words),
        cmocka_unit_test(the_collar_is_about_limit_prices),
        /* Before any other order of the strategy. */
        cmocka_unit_test(a_strategy_has_its_own_rate),
        cmocka_unit_test(cancels_and_exits_pass_in_every_state),
    };
    return cmocka_run_group_tests(tests, live_setup, live_teardown);
}

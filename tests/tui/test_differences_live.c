/*
 * What differs from the venue's books, on the running system and by the product's own commands: listed with what is
 * proposed, accepted line by line, and only then is trading resumed. The venue's books are made to differ by putting
 * back older ones; an outcome is made unknown by a venue that stands still.
 */
#include <signal.h>

#include "core/clock.h"
#include "tests/tui/live_run.h"

#define PATIENCE_US (20 * CLOCK_SECOND_US)

static json_t *differences(void **state)
{
    expect(state, CLI_OK, "differences --json");
    return run_json(&run);
}

/* As many lines as that; the caller owns them. */
static json_t *wait_for(void **state, size_t lines)
{
    json_t *list = differences(state);
    for (int64_t until_us = clock_monotonic_us() + PATIENCE_US;
         json_array_size(list) != lines && clock_monotonic_us() < until_us;) {
        json_decref(list);
        list = differences(state);
    }
    if (json_array_size(list) != lines)
        fail_msg("%zu differences, not %zu:\n%s", json_array_size(list), lines, run.out);
    return list;
}

static const json_t *of_kind(const json_t *list, const char *kind)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(text_of(json_array_get(list, i), "kind"), kind) == 0) return json_array_get(list, i);
    fail_msg("no difference of kind %s:\n%s", kind, run.out);
    return NULL;
}

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    ssize_t length;
    const int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(in >= 0 && out >= 0);
    while ((length = read(in, bytes, sizeof(bytes))) > 0) assert_int_equal(write(out, bytes, (size_t)length), length);
    assert_int_equal(length, 0);
    close(in);
    close(out);
}

/* What the list says is to be typed. */
static void accept(void **state, const json_t *difference)
{
    const char *command = text_of(difference, "accept");
    assert_memory_equal(command, "outcry ", strlen("outcry "));
    expect(state, CLI_OK, "%s", command + strlen("outcry "));
}

static int64_t lots_held(void **state)
{
    expect(state, CLI_OK, "positions --json");
    json_t *list = run_json(&run);
    const int64_t lots = number_of(json_array_get(list, 0), "quantity");
    json_decref(list);
    return lots;
}

static void rest(void **state, int64_t price, char order[64])
{
    expect(state, CLI_OK, "orders place --symbol %s --side buy --quantity 1 --limit-price %lld --json", symbol,
           (long long)price);
    json_t *event = run_json(&run);
    snprintf(order, 64, "%s", text_of(event, "client_order_id"));
    json_decref(event);
}

/* The venue forgot a fill, an order that works here, and the cancel of another. */
static void each_line_is_accepted(void **state)
{
    const struct run_place *place = *state;
    char books[160], older[160], order[64], cancelled[64];
    snprintf(books, sizeof(books), "%s/exchange.db", place->home);
    snprintf(older, sizeof(older), "%s/older.db", place->home);
    expect(state, CLI_OK, "differences");
    run_says(run.err, "nothing differs from the venue's books");
    const int64_t low = last_price(state) * 98 / 100;
    rest(state, low - 1, cancelled);
    expect(state, CLI_OK, "stop");
    copy_file(books, older);
    expect(state, CLI_OK, "start");
    (void)last_price(state);
    expect(state, CLI_OK, "orders cancel %s", cancelled);
    expect(state, CLI_OK, "orders place --symbol %s --side buy --quantity 2", symbol);
    rest(state, low, order);
    const int64_t lots = lots_held(state);
    assert_true(lots >= 2);
    expect(state, CLI_OK, "stop");
    copy_file(older, books);
    expect(state, CLI_OK, "start");
    json_t *list = wait_for(state, 3);
    mode_is(state, "HALTED");
    expect(state, CLI_FAILED, "resume");
    const json_t *missing = of_kind(list, "missing"), *position = of_kind(list, "position"),
                 *alive = of_kind(list, "alive");
    assert_string_equal(text_of(alive, "client_order_id"), cancelled);
    assert_string_equal(text_of(alive, "proposed"), "cancel it at the venue");
    assert_string_equal(text_of(missing, "client_order_id"), order);
    assert_string_equal(text_of(position, "symbol"), symbol);
    assert_int_equal(number_of(position, "here"), lots);
    assert_int_equal(number_of(position, "there"), lots - 2);
    assert_string_equal(text_of(position, "proposed"), "count -2 as filled");
    expect(state, CLI_FAILED, "differences accept %s %lld", symbol, (long long)lots); /* not what the venue says */
    accept(state, missing);
    accept(state, position);
    expect(state, CLI_FAILED, "resume");
    run_says(run.err, "ended here and works at");
    accept(state, alive);
    json_decref(list);
    json_decref(wait_for(state, 0));
    expect(state, CLI_OK, "resume");
    mode_is(state, "ACTIVE");
    expect(state, CLI_OK, "orders show %s --json", order);
    run_says(run.out, "CANCELLED");
    run_says(run.out, "decided by");
    expect(state, CLI_OK, "audit --order %s --text accept", order);
    run_says(run.out, "accept");
}

/* The venue stands still with an order: its outcome is not known, its symbol is blocked, and the trader may decide. */
static void an_unknown_outcome_is_decided(void **state)
{
    const pid_t exchange = run_pid(*state, &run, "exchange");
    assert_int_equal(kill(exchange, SIGSTOP), 0);
    expect(state, CLI_TIMEOUT, "orders place --symbol %s --side buy --quantity 1 --json", symbol);
    json_t *event = run_json(&run);
    char order[64];
    snprintf(order, sizeof(order), "%s", text_of(event, "client_order_id"));
    json_decref(event);
    json_t *list = wait_for(state, 1);
    const json_t *unknown = of_kind(list, "unknown");
    assert_string_equal(text_of(unknown, "client_order_id"), order);
    expect(state, CLI_OK, "orders list");
    run_says(run.out, "UNKNOWN");
    run_says(run.out, "has not answered for");
    accept(state, unknown);
    json_decref(list);
    json_decref(wait_for(state, 0));
    expect(state, CLI_OK, "orders show %s", order);
    run_says(run.out, "CANCELLED");
    assert_int_equal(kill(exchange, SIGCONT), 0); /* it may fill there after all: then it is counted */
    (void)last_price(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First: older books of the venue count their reports anew, and that halts for good. */
        cmocka_unit_test(an_unknown_outcome_is_decided),
        cmocka_unit_test(each_line_is_accepted),
    };
    return cmocka_run_group_tests(tests, live_setup, live_teardown);
}

/*
 * An order of unknown outcome, decided by the trader on the running system: by the command in each of its ways, and on the
 * screen. The outcome is made unknown by a venue that stands still; the order never rests there, so that each case begins
 * from nothing.
 */
#include <poll.h>
#include <signal.h>

#include "core/clock.h"
#include "tests/tui/live.h"
#include "tests/tui/live_run.h"

#define PATIENCE_US (20 * CLOCK_SECOND_US)
#define PAUSE_MS    50
#define DEAF_MS     300
#define ENTER       "\r"
#define ESC         "\033"

static pid_t stopped; /* the exchange, while it stands still */

static int resolve_setup(void **state)
{
    setenv("OUTCRY_GUARD_DUPLICATE_WINDOW", "0", 1);
    return live_setup(state);
}

static int resolve_teardown(void **state)
{
    if (stopped != 0) (void)kill(stopped, SIGCONT);
    return live_teardown(state);
}

static void order_is(void **state, const char *id, char words[192])
{
    expect(state, CLI_OK, "orders list --json");
    json_t *list = run_json(&run);
    words[0] = '\0';
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *order = json_array_get(list, i);
        if (strcmp(text_of(order, "client_order_id"), id) == 0)
            snprintf(words, 192, "%s %s", text_of(order, "state"), text_of(order, "reason"));
    }
    json_decref(list);
    assert_true(words[0] != '\0');
}

/* Far from the market, and cancelled at once: nothing is left of it. */
static const char *place(void **state, char id[64])
{
    static char what[32];
    char line[192];
    snprintf(line, sizeof(line), "orders place --symbol %s --side buy --quantity 1 --limit-price %lld --tif IOC --json",
             symbol, (long long)(last_price(state) * 98 / 100));
    run_with(*state, &run, NULL, line);
    json_t *event = run_json(&run);
    snprintf(what, sizeof(what), "%s", text_of(event, "state"));
    snprintf(id, 64, "%s", text_of(event, "client_order_id"));
    json_decref(event);
    return what;
}

static void wait_until_it_trades(void **state)
{
    char id[64];
    const char *what = "";
    for (int64_t until_us = clock_monotonic_us() + PATIENCE_US; clock_monotonic_us() < until_us;) {
        what = place(state, id);
        if (strcmp(what, "CANCELLED") == 0) return;
        (void)poll(NULL, 0, PAUSE_MS);
    }
    fail_msg("an order is %s:\n%s%s", what, run.out, run.err);
}

static void make_unknown(void **state, char id[64])
{
    char line[192];
    wait_until_it_trades(state);
    snprintf(line, sizeof(line), "orders place --symbol %s --side buy --quantity 1 --limit-price %lld --tif IOC --json",
             symbol, (long long)(last_price(state) * 98 / 100));
    stopped = run_pid(*state, &run, "exchange");
    assert_int_equal(kill(stopped, SIGSTOP), 0);
    expect(state, CLI_TIMEOUT, "%s", line);
    json_t *event = run_json(&run);
    snprintf(id, 64, "%s", text_of(event, "client_order_id"));
    json_decref(event);
    char words[192] = "";
    for (int64_t until_us = clock_monotonic_us() + PATIENCE_US; clock_monotonic_us() < until_us;) {
        order_is(state, id, words);
        if (strncmp(words, "UNKNOWN ", strlen("UNKNOWN ")) == 0) return;
        (void)poll(NULL, 0, PAUSE_MS);
    }
    fail_msg("%s is %s", id, words);
}

static void go_on(void)
{
    assert_int_equal(kill(stopped, SIGCONT), 0);
    stopped = 0;
}

static void decided_by_command(void **state, const char *way)
{
    char id[64], words[192], wanted[128];
    make_unknown(state, id);
    expect(state, CLI_FAILED, "orders resolve %s-no %s", id, way);
    run_says(run.err, "no order");
    expect(state, CLI_USAGE, "orders resolve %s FILLED", id);
    expect(state, CLI_OK, "orders resolve %s %s", id, way);
    snprintf(wanted, sizeof(wanted), "%s is %s", id, way);
    run_says(run.out, wanted);
    snprintf(wanted, sizeof(wanted), "%s decided by ", way);
    for (int64_t until_us = clock_monotonic_us() + PATIENCE_US; clock_monotonic_us() < until_us;) {
        order_is(state, id, words); /* the executor has it too */
        if (strncmp(words, wanted, strlen(wanted)) == 0) break;
        (void)poll(NULL, 0, PAUSE_MS);
    }
    assert_memory_equal(words, wanted, strlen(wanted));
    expect(state, CLI_FAILED, "orders resolve %s %s", id, way); /* once */
    run_says(run.err, "only an order of unknown outcome can be decided");
    expect(state, CLI_OK, "audit --order %s --text resolve", id);
    run_says(run.out, way);
    go_on();
    wait_until_it_trades(state); /* and its symbol is free */
    order_is(state, id, words);
    assert_memory_equal(words, wanted, strlen(wanted));
}

static void rejected(void **state)
{
    decided_by_command(state, "REJECTED");
}

static void expired(void **state)
{
    decided_by_command(state, "EXPIRED");
}

static void cancelled(void **state)
{
    decided_by_command(state, "CANCELLED");
}

/* No end: what the venue says is adopted, as soon as it says it. */
static void asked_again(void **state)
{
    char id[64], words[192];
    make_unknown(state, id);
    expect(state, CLI_OK, "orders resolve %s ask", id);
    run_says(run.out, "is asked about");
    order_is(state, id, words);
    assert_memory_equal(words, "UNKNOWN ", strlen("UNKNOWN "));
    go_on();
    wait_until_it_trades(state);
    order_is(state, id, words); /* it got there, or it did not and is too late by now */
    if (strncmp(words, "CANCELLED ", strlen("CANCELLED ")) != 0 && strncmp(words, "EXPIRED ", strlen("EXPIRED ")) != 0)
        fail_msg("%s is %s", id, words);
    assert_null(strstr(words, "decided by"));
    expect(state, CLI_OK, "audit --order %s --text asks", id);
    run_says(run.out, "again");
}

static void decided_on_the_screen(void **state)
{
    const struct run_place *place = *state;
    struct live_home home;
    char id[64], words[192];
    (void)snprintf(home.home, sizeof(home.home), "%s", place->home);
    (void)snprintf(home.runtime, sizeof(home.runtime), "%s", place->runtime);
    make_unknown(state, id);
    struct live *screen = live_open(&home, 24, 100);
    assert_true(live_wait(screen, "Watchlist"));
    live_type(screen, "4");
    assert_true(live_wait(screen, "UNKNOWN"));
    live_type(screen, "u");
    assert_true(live_wait(screen, "UNKNOWN: decide"));
    assert_true(live_wait(screen, "ends as EXPIRED"));
    live_type(screen, ENTER);
    assert_true(live_wait(screen, "Ask the broker first"));
    live_type(screen, ESC); /* looked at, and not decided */
    assert_true(live_wait_gone(screen, "Ask the broker first"));
    order_is(state, id, words);
    assert_memory_equal(words, "UNKNOWN ", strlen("UNKNOWN "));
    live_type(screen, ENTER);
    assert_true(live_wait(screen, "Ask the broker first"));
    live_pause(screen, DEAF_MS);
    live_type(screen, "y"); /* not the key of this question */
    live_pause(screen, DEAF_MS);
    assert_true(live_shows(screen, "Ask the broker first"));
    live_type(screen, "n");
    assert_true(live_wait_gone(screen, "Ask the broker first"));
    assert_true(live_wait_gone(screen, "UNKNOWN: decide"));
    assert_true(live_wait(screen, "EXPIRED"));
    live_close(screen);
    order_is(state, id, words);
    assert_memory_equal(words, "EXPIRED decided by", strlen("EXPIRED decided by"));
    go_on();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rejected),
        cmocka_unit_test(expired),
        cmocka_unit_test(cancelled),
        cmocka_unit_test(asked_again),
        cmocka_unit_test(decided_on_the_screen),
    };
    return cmocka_run_group_tests(tests, resolve_setup, resolve_teardown);
}

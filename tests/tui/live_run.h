/*
 * live_run: the running system that a test of the command line trades on: started, the near mini contract's prices
 * coming, stopped at the end. One a test program: `run` is its last command, `symbol` that contract.
 *
 * Owner: cmocka's group (live_setup, live_teardown). Thread: one.
 */
#ifndef TESTS_TUI_LIVE_RUN_H
#define TESTS_TUI_LIVE_RUN_H

#include "tests/tui/cli_run.h"
#include "tui/cli/cli.h"

#define expect(state, ...) run_expectf(state, &run, __VA_ARGS__)

static struct run run;
static char symbol[32];

/* In points. */
static inline int64_t last_price(void **state)
{
    expect(state, CLI_OK, "watch %s --count 1 --json", symbol);
    json_t *tick = run_json(&run);
    const int64_t price = number_of(tick, "price");
    json_decref(tick);
    return price;
}

static inline void mode_is(void **state, const char *mode)
{
    expect(state, CLI_OK, "status --json");
    json_t *status = run_json(&run);
    assert_string_equal(text_of(json_object_get(status, "guard"), "mode"), mode);
    json_decref(status);
}

static inline int live_setup(void **state)
{
    if (run_setup(state) != 0) return -1;
    expect(state, CLI_OK, "start");
    expect(state, CLI_OK, "contracts MXF --json");
    json_t *list = run_json(&run);
    snprintf(symbol, sizeof(symbol), "%s", text_of(json_array_get(list, 0), "symbol"));
    json_decref(list);
    (void)last_price(state); /* its feed is there */
    return 0;
}

static inline int live_teardown(void **state)
{
    run_with(*state, &run, NULL, "stop"); /* after a failed test too: nothing may be left running */
    return run_teardown(state);
}

#endif

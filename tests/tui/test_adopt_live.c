/*
 * gateway.db is lost while lots are held: nothing goes out, the guard is halted and says why, and the trader adopts the
 * journal that was begun anew: what is held comes from the exchange.
 */
#include "core/clock.h"
#include "tests/tui/live_run.h"

#define PATIENCE_US (20 * CLOCK_SECOND_US)

static void lose(void **state, const char *name)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    const struct run_place *place = *state;
    char path[160];
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s%s", place->home, name, ends[i]);
        assert_true(unlink(path) == 0 || ends[i][0] != '\0');
    }
}

static int64_t lots_held(void **state)
{
    expect(state, CLI_OK, "positions --json");
    json_t *list = run_json(&run);
    const int64_t lots = json_array_size(list) == 0 ? 0 : number_of(json_array_get(list, 0), "quantity");
    json_decref(list);
    return lots;
}

static void wait_for_halt(void **state)
{
    char reason[128] = "";
    for (int64_t until_us = clock_monotonic_us() + PATIENCE_US; clock_monotonic_us() < until_us;) {
        expect(state, CLI_OK, "status --json");
        json_t *status = run_json(&run);
        const json_t *guard = json_object_get(status, "guard");
        snprintf(reason, sizeof(reason), "%s %s", text_of(guard, "mode"), text_of(guard, "reason"));
        json_decref(status);
        if (strncmp(reason, "HALTED gateway.db is not the one", strlen("HALTED gateway.db is not the one")) == 0)
            return;
    }
    fail_msg("%s", reason);
}

static void wait_for_lots(void **state, int64_t lots)
{
    int64_t held = -1;
    for (int64_t until_us = clock_monotonic_us() + PATIENCE_US; held != lots && clock_monotonic_us() < until_us;)
        held = lots_held(state);
    assert_int_equal(held, lots);
}

/* "gateway.db is k3f9ab; ..." */
static void name_of_journal(void **state, char name[32])
{
    expect(state, CLI_OK, "adopt --json");
    json_t *said = run_json(&run);
    const char *text = text_of(said, "text");
    assert_memory_equal(text, "gateway.db is ", strlen("gateway.db is "));
    snprintf(name, 32, "%.*s", (int)strcspn(text + strlen("gateway.db is "), ";"), text + strlen("gateway.db is "));
    json_decref(said);
}

static void a_lost_journal_is_begun_anew(void **state)
{
    char name[32];
    expect(state, CLI_OK, "orders place --symbol %s --side buy --quantity 2", symbol);
    assert_int_equal(lots_held(state), 2);
    expect(state, CLI_OK, "stop");
    lose(state, "gateway.db");
    expect(state, CLI_OK, "start");
    wait_for_halt(state);
    run_with(*state, &run, NULL, "flatten all"); /* nobody knows what is held there */
    assert_int_equal(run.code, CLI_FAILED);
    run_says(run.err, "was gateway.db replaced?");
    name_of_journal(state, name);
    expect(state, CLI_FAILED, "adopt %s", name);
    run_says(run.err, "outcry stop");
    expect(state, CLI_OK, "stop");
    expect(state, CLI_OK, "adopt");
    run_says(run.out, "orders.db follows another, conditions.db another");
    expect(state, CLI_FAILED, "adopt another");
    run_says(run.err, "not 'another'");
    expect(state, CLI_OK, "adopt %s", name);
    run_says(run.out, "conditions anew");
    expect(state, CLI_OK, "adopt");
    run_says(run.out, "orders.db follows it");
    expect(state, CLI_OK, "start");
    (void)last_price(state);
    wait_for_lots(state, 2);
    mode_is(state, "HALTED"); /* until the trader has looked */
    expect(state, CLI_OK, "resume");
    expect(state, CLI_OK, "flatten all");
    wait_for_lots(state, 0);
    expect(state, CLI_OK, "audit --text put~aside");
    run_says(run.out, name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_lost_journal_is_begun_anew)};
    return cmocka_run_group_tests(tests, live_setup, live_teardown);
}

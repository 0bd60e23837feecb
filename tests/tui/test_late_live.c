/* What was asked of a process that stood still (SIGSTOP) for longer than the time to live is refused in words when it
 * wakes, never done late; what only takes away is done. */
#include <poll.h>
#include <signal.h>

#include "gateway/client.h"
#include "tests/tui/live_run.h"

#define REFUSED "its time to live has ended"
#define LATE_MS 600 /* beyond the time to live that the system is started with */

static struct client *client; /* its lines are up before a process stands still: no new one comes to it */

static int late_setup(void **state)
{
    struct settings settings;
    struct err err = {0};
    setenv("OUTCRY_SIGNAL_TTL", "500", 1);
    if (live_setup(state) != 0) return -1;
    const struct run_place *place = *state;
    settings_defaults(&settings);
    assert_int_equal(settings_set(&settings, setting_row(SET_HOME), place->home, SOURCE_FLAG, &err), ERR_OK);
    assert_int_equal(settings_set(&settings, setting_row(SET_RUNTIME), place->runtime, SOURCE_FLAG, &err), ERR_OK);
    return client_open(&client, &settings, &err) == ERR_OK ? 0 : -1;
}

static int late_teardown(void **state)
{
    client_close(client);
    return live_teardown(state);
}

/* What comes is of no interest. */
static void listen_for(int timeout_ms)
{
    struct msg msg;
    while (client_next(client, &msg, NULL)) continue;
    client_wait(client, -1, timeout_ms);
}

static int said(void **state, const char *answered)
{
    int count = 0;
    expect(state, CLI_OK, "audit --text late --limit 0");
    for (const char *at = run.out; (at = strstr(at, answered)) != NULL; at++) count++;
    return count;
}

static bool told(void **state, const char *answered, int before)
{
    for (int i = 0; i < 100; i++) {
        listen_for(10);
        if (said(state, answered) > before) return true;
    }
    return false;
}

/* Asked of a process that then stands still for too long; the audit tells what became of it. A line that is cut
 * meanwhile takes with it what nobody had read yet: then it is asked again. */
static void ask_late(void **state, enum component to, const struct msg *msg, const char *answered)
{
    struct err err = {0};
    const pid_t pid = run_pid(*state, &run, component_name(to));
    const int before = said(state, answered);
    for (int tries = 0; tries < 3; tries++) {
        struct msg asked = *msg; /* of now */
        for (int i = 0; i < 400 && client_link(client, to, NULL) != LINK_UP; i++) listen_for(10);
        assert_int_equal(kill(pid, SIGSTOP), 0);
        const enum status sent = client_send(client, to, &asked, NULL, &err);
        (void)poll(NULL, 0, LATE_MS); /* it is time itself that is tested */
        assert_int_equal(kill(pid, SIGCONT), 0);
        if (sent == ERR_OK && told(state, answered, before)) return;
    }
    fail_msg("not '%s', but:\n%s", answered, run.out);
}

static void ask_condition(void **state, enum condition_action action, const char *answered)
{
    struct msg msg;
    msg_init(&msg, MSG_CONDITION_COMMAND);
    struct condition_command *command = &msg.condition_command;
    command->action = action;
    command->condition_id = action == CONDITION_CREATE ? 0 : 1;
    snprintf(command->actor, sizeof command->actor, "late");
    if (action == CONDITION_CREATE) {
        command->terms = (struct condition_terms){.side = SIDE_BUY,
                                                  .trigger_price = PRICE_POINTS(last_price(state) - 300),
                                                  .turning = PRICE_POINTS(15),
                                                  .quantity = 1,
                                                  .take_profit = PRICE_POINTS(90),
                                                  .stop_loss = PRICE_POINTS(30),
                                                  .basis = BASIS_FILL,
                                                  .validity = VALID_GTC,
                                                  .entry = ENTRY_MARKET};
        snprintf(command->terms.symbol, sizeof command->terms.symbol, "%.15s", symbol);
        snprintf(command->terms.account, sizeof command->terms.account, "DEMO-1");
    }
    ask_late(state, COMPONENT_STRATEGY, &msg, answered);
}

static void ask_control(void **state, enum component to, enum control_kind kind, const char *text, const char *answered)
{
    struct msg msg;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = kind;
    snprintf(msg.control.text, sizeof msg.control.text, "%s", text);
    snprintf(msg.control.actor, sizeof msg.control.actor, "late");
    ask_late(state, to, &msg, answered);
}

static int64_t alive(void **state)
{
    expect(state, CLI_OK, "conditions list --json");
    json_t *list = run_json(&run);
    const int64_t count = (int64_t)json_array_size(list);
    json_decref(list);
    return count;
}

static void a_condition_is_not_created_late(void **state)
{
    ask_condition(state, CONDITION_CREATE, REFUSED);
    assert_int_equal(alive(state), 0);
    expect(state, CLI_OK, "conditions add --symbol %s --side BUY --trigger %d", symbol, (int)(last_price(state) - 300));
}

static void a_resume_is_not_late_and_a_pause_may_be(void **state)
{
    ask_condition(state, CONDITION_PAUSE, "paused while ARMED");
    ask_condition(state, CONDITION_RESUME, REFUSED);
    expect(state, CLI_OK, "conditions show 1");
    run_says(run.out, "PAUSED");
    ask_condition(state, CONDITION_CANCEL, "cancelled while PAUSED");
}

static void a_flatten_is_not_begun_late(void **state)
{
    expect(state, CLI_OK, "orders place --symbol %s --side BUY --quantity 1 --type MKT", symbol);
    ask_control(state, COMPONENT_EXECUTOR, CONTROL_FLATTEN, symbol, REFUSED);
    expect(state, CLI_OK, "positions --json");
    run_says(run.out, "\"quantity\":1,");
    expect(state, CLI_OK, "flatten %s", symbol);
}

static void trading_is_halted_late_and_not_resumed_late(void **state)
{
    ask_control(state, COMPONENT_GATEWAY, CONTROL_HALT, "", "HALTED by late");
    mode_is(state, "HALTED");
    ask_control(state, COMPONENT_GATEWAY, CONTROL_RESUME, "", REFUSED);
    mode_is(state, "HALTED");
    expect(state, CLI_OK, "resume");
    mode_is(state, "ACTIVE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_is_not_created_late),
        cmocka_unit_test(a_resume_is_not_late_and_a_pause_may_be),
        cmocka_unit_test(a_flatten_is_not_begun_late),
        cmocka_unit_test(trading_is_halted_late_and_not_resumed_late),
    };
    return cmocka_run_group_tests(tests, late_setup, late_teardown);
}

/* The audit of the real system: whatever an operator asks for and whatever is decided is one row that can be found
 * again, and no password is in it, in a log, in a database or in a core dump. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/resource.h>

#include "core/clock.h"
#include "gateway/client.h"
#include "tests/tui/cli_run.h"
#include "tui/cli/cli.h"

#define GOOD  "market-on-open" /* trader's, on the simulated exchange */
#define WRONG "Xq7-never-stored"
#define WAITS 400
#define WORDS 512

#define expect(state, ...) run_expectf(state, &run, __VA_ARGS__)

static struct run run;
static char symbol[32];

static json_t *ask(void **state, const char *words)
{
    expect(state, CLI_OK, "%s --json", words);
    return run_json(&run);
}

static int64_t last_price(void **state)
{
    expect(state, CLI_OK, "watch %s --count 1 --json", symbol);
    json_t *tick = run_json(&run);
    const int64_t price = number_of(tick, "price");
    json_decref(tick);
    return price;
}

static int live_setup(void **state)
{
    if (run_setup(state) != 0) return -1;
    run_expect(*state, &run, CLI_OK, "start");
    json_t *list = ask(state, "contracts MXF");
    snprintf(symbol, sizeof(symbol), "%s", text_of(json_array_get(list, 0), "symbol"));
    json_decref(list);
    return 0;
}

static int live_teardown(void **state)
{
    run_with(*state, &run, NULL, "stop"); /* after a failed test too: nothing may be left running */
    return run_teardown(state);
}

/* --- what operators ask for --------------------------------------------------------------------------------------- */

/* The newest row of this operator's action; the caller owns the list. */
static const json_t *action_of(const json_t *rows, const char *event)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (strcmp(text_of(row, "kind"), "operator") == 0 && strcmp(text_of(row, "event"), event) == 0) return row;
    }
    fail_msg("no '%s' in the audit", event);
    return NULL;
}

static void assert_action(const json_t *rows, const char *component, const char *event, const char *reason)
{
    char user[NAME_SIZE];
    client_actor(user);
    const json_t *row = action_of(rows, event);
    assert_string_equal(text_of(row, "component"), component);
    assert_string_equal(text_of(row, "actor"), user);
    assert_true(strlen(text_of(row, "time_us")) > 0);
    assert_true(strlen(text_of(row, "trading_day")) > 0);
    run_says(text_of(row, "reason"), reason);
}

static void log_in(void **state, const char *user, const char *secret, int code)
{
    const struct run_place *place = *state;
    char input[128], words[64], path[128];
    snprintf(input, sizeof(input), "%s\n", secret);
    snprintf(words, sizeof(words), "login %s", user);
    run_with(place, &run, input, words);
    assert_int_equal(run.code, code);
    snprintf(path, sizeof(path), "%s/.in", place->home); /* where the test itself put it */
    assert_int_equal(unlink(path), 0);
}

static void every_request_is_a_row_with_its_answer(void **state)
{
    expect(state, CLI_FAILED, "register NOPE9");
    expect(state, CLI_OK, "unregister %s", symbol);
    expect(state, CLI_OK, "register %s", symbol);
    expect(state, CLI_OK, "account DEMO-2");
    expect(state, CLI_OK, "account DEMO-1");
    expect(state, CLI_OK, "halt --reason lunch");
    expect(state, CLI_OK, "reduce --reason slowly");
    expect(state, CLI_OK, "resume");
    expect(state, CLI_OK, "limits --max-position 9");
    expect(state, CLI_FAILED, "orders resolve none-m1-1 CANCELLED");
    expect(state, CLI_FAILED, "orders cancel none-m1-1");
    const int64_t price = last_price(state) - 500;
    expect(state, CLI_OK, "conditions add --symbol %s --side BUY --trigger %lld", symbol, (long long)price);
    expect(state, CLI_OK, "conditions pause 1");
    expect(state, CLI_OK, "conditions resume 1");
    expect(state, CLI_OK, "conditions edit 1 --quantity 2");
    expect(state, CLI_OK, "conditions cancel 1");
    expect(state, CLI_FAILED, "conditions cancel 1");
    expect(state, CLI_OK, "market pause");
    expect(state, CLI_OK, "market play");
    expect(state, CLI_OK, "market speed 20");
    expect(state, CLI_OK, "set market.speed 3");
    expect(state, CLI_OK, "stop strategy");
    expect(state, CLI_OK, "start strategy");
    json_t *rows = ask(state, "audit --limit 0");
    char created[64], edited[64];
    snprintf(created, sizeof(created), "BUY 1 at %lld, turning 15", (long long)price);
    snprintf(edited, sizeof(edited), "BUY 2 at %lld", (long long)price);
    assert_action(rows, "gateway", "register", "ok");
    assert_action(rows, "gateway", "unregister", "ok");
    assert_action(rows, "gateway", "select_account", "DEMO-1 => ok");
    assert_action(rows, "gateway", "halt", "lunch => ok");
    assert_action(rows, "gateway", "reduce", "slowly => ok");
    assert_action(rows, "gateway", "resume", "ok: active");
    assert_action(rows, "gateway", "limits", "ok");
    assert_action(rows, "gateway", "resolve", "as CANCELLED => not_found");
    assert_action(rows, "gateway", "market speed", "20 => ok");
    assert_action(rows, "executor", "cancel", "not_found: no order none-m1-1");
    assert_action(rows, "strategy", "condition create", created);
    assert_action(rows, "strategy", "condition edit", edited);
    assert_action(rows, "strategy", "condition cancel", "state: condition 1");
    assert_action(rows, "supervisor", "set", "market.speed=3 => ok");
    assert_action(rows, "supervisor", "stop", "strategy => ok");
    assert_action(rows, "supervisor", "start", "strategy => ok");
    assert_int_equal(number_of(action_of(rows, "condition create"), "condition_id"), 1);
    assert_string_equal(text_of(action_of(rows, "condition create"), "symbol"), symbol);
    assert_string_equal(text_of(action_of(rows, "resolve"), "client_order_id"), "none-m1-1");
    json_decref(rows);
    expect(state, CLI_OK, "limits --max-position 50");
}

/* --- decisions ---------------------------------------------------------------------------------------------------- */

/* Rows of one condition, oldest first, once it has got as far as wanted. */
static json_t *decisions_of(void **state, int64_t id, const char *wanted)
{
    char words[WORDS];
    for (int i = 0; i < WAITS; i++) {
        snprintf(words, sizeof(words), "audit --limit 0 --condition %lld", (long long)id);
        json_t *rows = ask(state, words);
        for (size_t at = 0; at < json_array_size(rows); at++)
            if (strcmp(text_of(json_array_get(rows, at), "event"), wanted) == 0) return rows;
        json_decref(rows);
        (void)poll(NULL, 0, 25);
    }
    fail_msg("condition %lld did not get to %s", (long long)id, wanted);
    return NULL;
}

/* These, in this order, among rows that are newest first. Rows of two processes of the same millisecond may stand either
 * way round, so each process's own are looked at. */
static void assert_in_order(const json_t *rows, const char *const *wanted, size_t count, char order[64])
{
    size_t next = json_array_size(rows);
    for (size_t i = 0; i < count; i++) {
        const json_t *row = NULL;
        while (next > 0 && row == NULL) {
            const json_t *at = json_array_get(rows, --next);
            row = strcmp(text_of(at, "event"), wanted[i]) == 0 ? at : NULL;
        }
        if (row == NULL) fail_msg("%s is not where it belongs", wanted[i]);
        assert_true(strlen(text_of(row, "trading_day")) > 0);
        assert_string_equal(text_of(row, "trading_day"), text_of(json_array_get(rows, 0), "trading_day"));
        assert_string_equal(text_of(row, "symbol"), symbol);
        assert_true(number_of(row, "tick_seq") > 0 || strcmp(wanted[i], "- -> ARMED") == 0 ||
                    strcmp(wanted[i], "ENTERING -> OPEN") == 0);
        if (strcmp(text_of(row, "kind"), "condition") == 0) continue;
        if (order[0] == '\0') snprintf(order, 64, "%s", text_of(row, "client_order_id"));
        assert_string_equal(text_of(row, "client_order_id"), order);
    }
}

static void a_denial_says_why(void **state)
{
    expect(state, CLI_FAILED, "orders place --symbol %s --side BUY --quantity 99", symbol);
    json_t *rows = ask(state, "audit --text MAX_QUANTITY");
    assert_int_equal(json_array_size(rows), 2); /* the order's end, and the guard's notice */
    for (size_t i = 0; i < 2; i++) {
        const json_t *row = json_array_get(rows, i);
        run_says(text_of(row, "reason"), "99 exceeds the limit 50");
        assert_true(number_of(row, "tick_seq") > 0);
    }
    json_decref(rows);
}

static void a_condition_can_be_followed_from_tick_to_fill(void **state)
{
    static const char *const of_strategy[] = {"- -> ARMED", "ARMED -> TRIGGERED", "TRIGGERED -> ENTERING",
                                              "signal ENTRY", "ENTERING -> OPEN"};
    static const char *const of_executor[] = {"taken"};
    static const char *const of_gateway[] = {"SENDING", "NEW", "FILL"};
    char order[64] = "";
    /* Touched by the next tick; sent when the price is there again. */
    expect(state, CLI_OK,
           "conditions add --symbol %s --side BUY --trigger %lld --turning 0 --quantity 1 --take-profit 900 "
           "--stop-loss 900 --json",
           symbol, (long long)last_price(state));
    json_t *reply = run_json(&run);
    const int64_t id = number_of(reply, "number");
    json_decref(reply);
    json_t *rows = decisions_of(state, id, "ENTERING -> OPEN");
    assert_in_order(rows, of_strategy, 5, order);
    assert_in_order(rows, of_executor, 1, order);
    assert_in_order(rows, of_gateway, 3, order);
    json_decref(rows);
    assert_string_not_equal(order, "");
    expect(state, CLI_OK, "audit --order %s --json", order);
    rows = run_json(&run);
    assert_true(json_array_size(rows) >= 5);
    json_decref(rows);
    expect(state, CLI_OK, "flatten %s", symbol);
}

/* --- secrets ------------------------------------------------------------------------------------------------------ */

static const char *sought;
static int found;

static int look(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)ftw;
    if (type != FTW_F || info->st_size == 0) return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *bytes = malloc((size_t)info->st_size);
    assert_true(fd >= 0 && bytes != NULL);
    ssize_t length = read(fd, bytes, (size_t)info->st_size);
    if (length > 0 && memmem(bytes, (size_t)length, sought, strlen(sought)) != NULL) found++;
    free(bytes);
    close(fd);
    return 0;
}

static int files_in(const char *directory, const char *text)
{
    sought = text;
    found = 0;
    (void)nftw(directory, look, 16, FTW_PHYS); /* it may not be there yet */
    return found;
}

static int files_with(void **state, const char *text)
{
    const struct run_place *place = *state;
    return files_in(place->home, text);
}

static void no_password_is_anywhere(void **state)
{
    log_in(state, "trader", WRONG, CLI_FAILED);
    assert_null(strstr(run.err, WRONG));
    log_in(state, "trader", GOOD, CLI_OK);
    assert_null(strstr(run.out, GOOD));
    assert_int_equal(files_with(state, WRONG), 0);
    assert_int_equal(files_with(state, GOOD), 0);
    assert_true(files_with(state, "user trader") > 0); /* it does look: the log-in itself is there */
    expect(state, CLI_OK, "audit --text user~trader");
    run_says(run.out, "wrong user or password");
    run_says(run.out, "ok: logged in as trader");
    log_in(state, "demo", "demo", CLI_OK);
}

static void go_where_cores_may_be_left(const char *directory)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_CORE, &most) != 0 || chdir(directory) != 0) _exit(126);
    most.rlim_cur = most.rlim_max;
    if (setrlimit(RLIMIT_CORE, &most) != 0) _exit(126);
}

/* Run a process that finds none of the others, in a home of its own; end it as a crash would: did it leave a core? */
static bool leaves_a_core(void **state, const char *program)
{
    const struct run_place *place = *state;
    char path[4200], home[160], runtime[180], home_flag[180], runtime_flag[200];
    int status = 0;
    snprintf(path, sizeof(path), "%s", place->program);
    snprintf(strrchr(path, '/') + 1, 64, "%s", program);
    snprintf(home, sizeof(home), "%s/%s", place->home, program);
    snprintf(runtime, sizeof(runtime), "%s/run", home);
    snprintf(home_flag, sizeof(home_flag), "--home=%s", home);
    snprintf(runtime_flag, sizeof(runtime_flag), "--runtime=%s", runtime);
    assert_int_equal(mkdir(home, 0700), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        go_where_cores_may_be_left(home);
        execl(path, program, home_flag, runtime_flag, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < WAITS && files_in(home, "started, pid") == 0; i++) (void)poll(NULL, 0, 25);
    assert_int_equal(kill(child, SIGABRT), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return WCOREDUMP(status);
}

/* What a terminal program writes, until the words are in it. */
static void read_until(int master, const char *words)
{
    static char seen[1 << 20];
    size_t length = 0;
    struct pollfd output = {.fd = master, .events = POLLIN};
    const int64_t until_us = clock_monotonic_us() + 20 * CLOCK_SECOND_US;
    while (clock_monotonic_us() < until_us && poll(&output, 1, 20000) > 0 && length < sizeof(seen)) {
        ssize_t got = read(master, seen + length, sizeof(seen) - length);
        if (got <= 0) break;
        length += (size_t)got;
        if (memmem(seen, length, words, strlen(words)) != NULL) return;
    }
    fail_msg("'%s' was not shown", words);
}

/* The real screen, attached to what runs, crashes: with a log-in form opened before, or without. */
static bool the_screen_leaves_a_core(void **state, bool form)
{
    const struct run_place *place = *state;
    const struct winsize size = {.ws_row = 24, .ws_col = 80};
    int master = -1, status = 0;
    pid_t child = forkpty(&master, NULL, NULL, &size);
    assert_true(child >= 0);
    if (child == 0) {
        go_where_cores_may_be_left(place->home);
        setenv("TERM", "xterm", 1);
        execl(place->program, "outcry", (char *)NULL);
        _exit(127);
    }
    read_until(master, symbol);
    if (form) {
        assert_int_equal(write(master, "L", 1), 1);
        read_until(master, "Password");
        assert_int_equal(write(master, WRONG, strlen(WRONG)), (ssize_t)strlen(WRONG));
        read_until(master, "\xe2\x80\xa2"); /* a dot */
    }
    assert_int_equal(kill(child, SIGABRT), 0);
    while (waitpid(child, &status, WNOHANG) == 0) {
        char bytes[4096];
        struct pollfd output = {.fd = master, .events = POLLIN};
        if (poll(&output, 1, 5) > 0) (void)!read(master, bytes, sizeof(bytes));
    }
    close(master);
    assert_true(WIFSIGNALED(status));
    return WCOREDUMP(status);
}

static void the_screen_leaves_no_core_after_a_password(void **state)
{
    if (!the_screen_leaves_a_core(state, false)) {
        printf("skip: no process leaves a core on this machine\n");
        skip();
    }
    assert_false(the_screen_leaves_a_core(state, true));
    assert_int_equal(files_with(state, WRONG), 0);
}

static void who_hears_passwords_leaves_no_core(void **state)
{
    if (!leaves_a_core(state, "outcry-strategy")) {
        printf("skip: no process leaves a core on this machine\n");
        skip();
    }
    assert_false(leaves_a_core(state, "outcry-gateway"));
    assert_false(leaves_a_core(state, "outcry-exchange"));
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static size_t lines_of(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++) lines += *text == '\n';
    return lines;
}

static void it_is_exported_and_filtered(void **state)
{
    static const char header[] = "time_us,market_us,trading_day,component,kind,actor,symbol,condition_id,"
                                 "client_order_id,tick_seq,price,event,reason\n";
    expect(state, CLI_OK, "export audit --format csv --limit 20");
    assert_int_equal(strncmp(run.out, header, strlen(header)), 0);
    assert_int_equal(lines_of(run.out), 21);
    expect(state, CLI_OK, "export audit --format jsonl --limit 20");
    assert_int_equal(lines_of(run.out), 20);
    char *rest = NULL;
    for (char *line = strtok_r(run.out, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        json_t *row = json_loads(line, 0, NULL);
        assert_non_null(row);
        assert_true(json_is_string(json_object_get(row, "reason")));
        json_decref(row);
    }
    expect(state, CLI_OK, "export audit --symbol NONE9");
    assert_string_equal(run.out, header);
    expect(state, CLI_OK, "export audit --text lunch");
    assert_int_equal(lines_of(run.out), 3); /* asked for, and done */
    expect(state, CLI_OK, "export audit --since 2035-01-01");
    assert_string_equal(run.out, header);
    expect(state, CLI_OK, "export audit --day 2021-07-26");
    assert_string_equal(run.out, header);
    expect(state, CLI_USAGE, "audit --day soon");
    expect(state, CLI_USAGE, "export audit --state NEW");
    expect(state, CLI_USAGE, "audit extra");
}

static void after_stop_it_is_all_there(void **state)
{
    expect(state, CLI_OK, "stop");
    json_t *rows = ask(state, "audit --limit 0 --text shutdown");
    assert_int_equal(json_array_size(rows), 1);
    run_says(text_of(json_array_get(rows, 0), "reason"), "ok: stopped");
    json_decref(rows);
    expect(state, CLI_OK, "audit --text session~up");
    run_says(run.out, "logged in as demo");
    expect(state, CLI_OK, "audit --text outcryd");
    run_says(run.out, "gateway => ok");
    assert_int_equal(files_with(state, GOOD), 0);
    assert_int_equal(files_with(state, WRONG), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_is_a_row_with_its_answer),
        /* Before the flatten that the next one ends with: while it goes on it is the one that refuses. */
        cmocka_unit_test(a_denial_says_why),
        cmocka_unit_test(a_condition_can_be_followed_from_tick_to_fill),
        cmocka_unit_test(no_password_is_anywhere),
        cmocka_unit_test(who_hears_passwords_leaves_no_core),
        cmocka_unit_test(the_screen_leaves_no_core_after_a_password),
        cmocka_unit_test(it_is_exported_and_filtered),
        cmocka_unit_test(after_stop_it_is_all_there),
    };
    return cmocka_run_group_tests(tests, live_setup, live_teardown);
}

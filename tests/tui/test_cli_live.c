/* The command line against the real system: outcryd and its four processes, started by the first test, stopped by the
 * last. */
#include <poll.h>
#include <signal.h>
#include <termios.h>

#include "db/db.h"
#include "tests/tui/cli_run.h"
#include "tui/cli/cli.h"

#define SECRET "Xq7-never-stored"

static struct run run;

static int live_setup(void **state)
{
    if (run_setup(state) != 0) return -1;
    run_expect(*state, &run, CLI_OK, "start");
    return 0;
}

static int live_teardown(void **state)
{
    run_with(*state, &run, NULL, "stop"); /* after a failed test too: nothing may be left running */
    return run_teardown(state);
}

/* Runs with --json and gives the answer; the caller owns it. */
static json_t *ask(void **state, int code, const char *words)
{
    char line[512];
    snprintf(line, sizeof(line), "%s --json", words);
    run_expect(*state, &run, code, line);
    return run_json(&run);
}

static void status_shows_it_all(void **state)
{
    json_t *status = ask(state, CLI_OK, "status");
    assert_true(json_is_true(json_object_get(status, "running")));
    const json_t *processes = json_object_get(status, "processes");
    assert_int_equal(json_array_size(processes), 5);
    for (size_t i = 0; i < 5; i++) {
        const json_t *process = json_array_get(processes, i);
        assert_true(json_is_true(json_object_get(process, "running")));
        assert_int_equal(kill((pid_t)number_of(process, "pid"), 0), 0);
    }
    assert_true(json_is_true(json_object_get(json_object_get(status, "session"), "logged_in")));
    assert_string_equal(text_of(json_object_get(status, "guard"), "mode"), "ACTIVE");
    assert_true(json_is_true(json_object_get(json_object_get(status, "market"), "simulated")));
    json_decref(status);
    run_expect(*state, &run, CLI_OK, "status");
    run_says(run.out, "SIMULATION");
    run_says(run.out, "trading as demo");
    run_expect(*state, &run, CLI_OK, "start"); /* what runs already is no error */
}

static void contracts_are_listed_and_registered(void **state)
{
    char words[64];
    char symbol[32] = "";
    json_t *list = ask(state, CLI_OK, "contracts MXF");
    assert_true(json_array_size(list) >= 2);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        assert_int_equal(strncmp(text_of(row, "symbol"), "MXF", 3), 0);
        if (json_is_false(json_object_get(row, "registered")))
            snprintf(symbol, sizeof(symbol), "%s", text_of(row, "symbol"));
    }
    json_decref(list);
    assert_string_not_equal(symbol, "");
    snprintf(words, sizeof(words), "watch %s --count 1", symbol);
    run_expect(*state, &run, CLI_FAILED, words);
    run_says(run.err, "is not registered");
    snprintf(words, sizeof(words), "register %s", symbol);
    run_expect(*state, &run, CLI_OK, words);
    snprintf(words, sizeof(words), "watch %s --count 1 --seconds 60", symbol);
    run_expect(*state, &run, CLI_OK, words);
    run_says(run.out, symbol);
    snprintf(words, sizeof(words), "unregister %s", symbol);
    run_expect(*state, &run, CLI_OK, words);
    run_expect(*state, &run, CLI_FAILED, "register NOPE9");
    run_expect(*state, &run, CLI_FAILED, "watch NOPE9 --count 1");
    run_says(run.err, "no such contract");
}

/* The near mini contract and its last price in points. */
static int64_t last_price(void **state, char symbol[32])
{
    json_t *list = ask(state, CLI_OK, "contracts MXF");
    char words[96];
    snprintf(symbol, 32, "%s", text_of(json_array_get(list, 0), "symbol"));
    json_decref(list);
    snprintf(words, sizeof(words), "watch %s --count 1", symbol);
    json_t *tick = ask(state, CLI_OK, words);
    assert_string_equal(text_of(tick, "message"), "tick");
    int64_t price = number_of(tick, "price");
    json_decref(tick);
    return price;
}

static void nothing_goes_without_a_session(void **state)
{
    char symbol[32];
    char words[96];
    (void)last_price(state, symbol);
    run_expect(*state, &run, CLI_OK, "logout");
    snprintf(words, sizeof(words), "orders place --symbol %s --side BUY --quantity 1", symbol);
    run_expect(*state, &run, CLI_FAILED, words);
    run_says(run.err, "not logged in to the venue");
    run_with(*state, &run, "demo\n", "login demo");
    assert_int_equal(run.code, CLI_OK);
}

static void conditions_live_their_life(void **state)
{
    char symbol[32];
    char words[256];
    int64_t price = last_price(state, symbol);
    snprintf(words, sizeof(words),
             "conditions add --symbol %s --side BUY --trigger %lld --following yes --note from~a~test", symbol,
             (long long)price - 300);
    json_t *reply = ask(state, CLI_OK, words);
    int64_t id = number_of(reply, "number");
    json_decref(reply);
    assert_true(id > 0);
    snprintf(words, sizeof(words), "conditions edit %lld --quantity 3", (long long)id);
    run_expect(*state, &run, CLI_OK, words);
    snprintf(words, sizeof(words), "conditions pause %lld", (long long)id);
    run_expect(*state, &run, CLI_OK, words);
    snprintf(words, sizeof(words), "conditions show %lld", (long long)id);
    json_t *shown = ask(state, CLI_OK, words);
    assert_string_equal(text_of(shown, "state"), "PAUSED");
    assert_string_equal(text_of(shown, "note"), "from a test");
    assert_int_equal(number_of(shown, "quantity"), 3);
    assert_int_equal(number_of(shown, "turning"), 15);
    assert_true(json_is_true(json_object_get(shown, "following")));
    json_decref(shown);
    snprintf(words, sizeof(words), "conditions resume %lld", (long long)id);
    run_expect(*state, &run, CLI_OK, words);
    snprintf(words, sizeof(words), "unregister %s", symbol);
    run_expect(*state, &run, CLI_FAILED, words);
    run_says(run.err, "stays registered: 1 conditions still wait on it");
    snprintf(words, sizeof(words), "conditions cancel %lld", (long long)id);
    run_expect(*state, &run, CLI_OK, words);
    run_expect(*state, &run, CLI_FAILED, words);
    run_expect(*state, &run, CLI_FAILED, "conditions cancel 99999");
    run_expect(*state, &run, CLI_FAILED, "conditions edit 99999 --quantity 1");
    snprintf(words, sizeof(words), "conditions add --symbol %s --side BUY --trigger 999999", symbol);
    run_expect(*state, &run, CLI_FAILED, words);
    run_says(run.err, "trigger_price");
    snprintf(words, sizeof(words), "conditions add --symbol %s --side BUY --trigger %lld --account NOBODY", symbol,
             (long long)price);
    run_expect(*state, &run, CLI_FAILED, words);
    run_says(run.err, "--account: 'NOBODY' (allowed DEMO-1, DEMO-2)");
    run_expect(*state, &run, CLI_OK, "conditions");
    run_says(run.out, "CANCELLED");
}

static void orders_answer_with_what_became_of_them(void **state)
{
    char symbol[32];
    char words[256];
    int64_t price = last_price(state, symbol);
    snprintf(words, sizeof(words), "orders place --symbol %s --side BUY --quantity 2", symbol);
    json_t *event = ask(state, CLI_OK, words);
    assert_string_equal(text_of(event, "state"), "FILLED");
    assert_int_equal(number_of(event, "filled_quantity"), 2);
    json_decref(event);
    /* Typed again, because its answer did not come: it is that order, and what became of it is said. */
    snprintf(words, sizeof(words), "orders place --symbol %s --side SELL --quantity 1 --key 71", symbol);
    event = ask(state, CLI_OK, words);
    assert_string_equal(text_of(event, "state"), "FILLED");
    char id[64];
    snprintf(id, sizeof(id), "%s", text_of(event, "client_order_id"));
    assert_non_null(strstr(id, "-k1z"));
    json_decref(event);
    event = ask(state, CLI_OK, words);
    assert_string_equal(text_of(event, "client_order_id"), id);
    assert_string_equal(text_of(event, "state"), "FILLED");
    json_decref(event);
    snprintf(words, sizeof(words), "orders place --symbol %s --side SELL --quantity 2 --key 71", symbol);
    run_expect(*state, &run, CLI_FAILED, words);
    run_says(run.err, "belongs to another order");
    snprintf(words, sizeof(words), "orders place --symbol %s --side BUY --quantity 1 --key 72", symbol);
    json_decref(ask(state, CLI_OK, words));
    snprintf(words, sizeof(words), "orders place --symbol %s --side BUY --quantity 1 --limit-price %lld", symbol,
             (long long)price - 100);
    event = ask(state, CLI_OK, words);
    assert_string_equal(text_of(event, "state"), "NEW");
    snprintf(words, sizeof(words), "orders cancel %s", text_of(event, "client_order_id"));
    json_decref(event);
    run_expect(*state, &run, CLI_OK, words);
    snprintf(words, sizeof(words), "orders place --symbol %s --side BUY --quantity 1 --limit-price %lld", symbol,
             (long long)price / 2);
    run_expect(*state, &run, CLI_FAILED, words);
    run_says(run.out, "DENIED");
    run_expect(*state, &run, CLI_FAILED, "orders cancel no-such-order");
    json_t *positions = ask(state, CLI_OK, "positions");
    assert_int_equal(json_array_size(positions), 1);
    assert_int_equal(number_of(json_array_get(positions, 0), "quantity"), 2);
    json_decref(positions);
}

static int64_t mark_now(void **state)
{
    json_t *positions = ask(state, CLI_OK, "positions");
    assert_int_equal(json_array_size(positions), 1);
    int64_t mark = number_of(json_array_get(positions, 0), "mark");
    json_decref(positions);
    return mark;
}

/* The stored row is marked at its fill; what is shown is what it is worth now. */
static void positions_are_marked_at_the_last_tick(void **state)
{
    int64_t first = mark_now(state);
    int64_t mark = first;
    for (int i = 0; i < 400 && mark == first; i++) {
        (void)poll(NULL, 0, 10);
        mark = mark_now(state);
    }
    assert_int_not_equal(mark, first);
}

/* UNREALIZED, REALIZED and COST make NET: the last four columns. */
static void the_columns_of_positions_add_up(void **state)
{
    int64_t money[4] = {0};
    run_expect(*state, &run, CLI_OK, "positions");
    char *row = strchr(run.out, '\n');
    assert_non_null(row);
    for (int i = 3; i >= 0; i--) {
        char *word = strrchr(row, ' ');
        assert_non_null(word);
        char digits[32] = "", *to = digits;
        for (const char *from = word + 1; *from != '\0' && to < digits + sizeof digits - 1; from++)
            if (strchr("-0123456789", *from)) *to++ = *from;
        money[i] = strtoll(digits, NULL, 10);
        while (word > row && *word == ' ') *word-- = '\0';
    }
    assert_true(money[2] < 0);
    assert_true(llabs(money[0] + money[1] + money[2] - money[3]) <= 1); /* each is rounded by itself */
}

static int64_t position_now(void **state)
{
    json_t *positions = ask(state, CLI_OK, "positions --all");
    int64_t quantity = json_array_size(positions) > 0 ? number_of(json_array_get(positions, 0), "quantity") : 0;
    json_decref(positions);
    return quantity;
}

static void flatten_closes(void **state)
{
    run_expect(*state, &run, CLI_FAILED, "flatten NOPE9");
    run_says(run.err, "NOPE9 is no contract");
    run_expect(*state, &run, CLI_OK, "flatten all");
    for (int i = 0; i < 200 && position_now(state) != 0; i++) (void)poll(NULL, 0, 10);
    assert_int_equal(position_now(state), 0);
}

static void halt_stops_orders_until_resume(void **state)
{
    char symbol[32];
    char words[256];
    (void)last_price(state, symbol);
    snprintf(words, sizeof(words), "orders place --symbol %s --side BUY --quantity 1", symbol);
    run_expect(*state, &run, CLI_OK, "halt --reason lunch");
    run_expect(*state, &run, CLI_FAILED, words);
    run_says(run.out, "DENIED");
    json_t *status = ask(state, CLI_OK, "status");
    assert_string_equal(text_of(json_object_get(status, "guard"), "mode"), "HALTED");
    assert_string_equal(text_of(json_object_get(status, "guard"), "reason"), "lunch");
    json_decref(status);
    run_expect(*state, &run, CLI_OK, "reduce");
    run_expect(*state, &run, CLI_FAILED, words);
    run_expect(*state, &run, CLI_OK, "resume");
    status = ask(state, CLI_OK, "status");
    assert_string_equal(text_of(json_object_get(status, "guard"), "mode"), "ACTIVE");
    json_decref(status);
}

static void limits_change_one_at_a_time(void **state)
{
    json_t *before = ask(state, CLI_OK, "limits");
    run_expect(*state, &run, CLI_OK, "limits --max-position 7");
    json_t *after = ask(state, CLI_OK, "limits");
    assert_int_equal(number_of(json_array_get(after, 0), "max_position"), 7);
    assert_int_equal(number_of(json_array_get(after, 0), "collar_bps"),
                     number_of(json_array_get(before, 0), "collar_bps"));
    json_decref(before);
    json_decref(after);
    run_expect(*state, &run, CLI_USAGE, "limits --max-position -1");
}

static void accounts_are_selected(void **state)
{
    run_expect(*state, &run, CLI_OK, "account DEMO-2");
    json_t *accounts = ask(state, CLI_OK, "account");
    bool selected = false;
    for (size_t i = 0; i < json_array_size(accounts); i++) {
        const json_t *row = json_array_get(accounts, i);
        bool is = json_is_true(json_object_get(row, "selected"));
        assert_true(is == (strcmp(text_of(row, "account"), "DEMO-2") == 0));
        selected = selected || is;
    }
    assert_true(selected);
    json_decref(accounts);
    run_expect(*state, &run, CLI_FAILED, "account NOBODY");
    run_expect(*state, &run, CLI_OK, "account DEMO-1");
}

/* Is the text in any file of the home directory? */
static int secret_found;

static int look_for_secret(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)ftw;
    if (type != FTW_F || info->st_size == 0) return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *bytes = malloc((size_t)info->st_size);
    assert_true(fd >= 0 && bytes != NULL);
    ssize_t length = read(fd, bytes, (size_t)info->st_size);
    if (length > 0 && memmem(bytes, (size_t)length, SECRET, strlen(SECRET)) != NULL) secret_found++;
    free(bytes);
    close(fd);
    return 0;
}

static void a_password_is_read_and_never_kept(void **state)
{
    const struct run_place *place = *state;
    char input[128];
    char path[128];
    run_with(place, &run, SECRET "\n", "login demo");
    assert_int_equal(run.code, CLI_FAILED);
    run_says(run.err, "password");
    assert_null(strstr(run.err, SECRET));
    snprintf(path, sizeof(path), "%s/.in", place->home); /* where the test itself put it */
    assert_int_equal(unlink(path), 0);
    secret_found = 0;
    assert_int_equal(nftw(place->home, look_for_secret, 16, FTW_PHYS), 0);
    assert_int_equal(secret_found, 0);
    run_with(place, &run, "", "login demo");
    assert_int_equal(run.code, CLI_USAGE);
    memset(input, 'x', sizeof(input) - 1);
    input[sizeof(input) - 1] = '\0';
    run_with(place, &run, input, "login demo");
    assert_int_equal(run.code, CLI_USAGE);
    run_with(place, &run, "demo\n", "login demo");
    assert_int_equal(run.code, CLI_OK);
}

/* On a terminal: asked for, not echoed, and the terminal is as it was. */
static void a_password_is_not_echoed(void **state)
{
    const struct run_place *place = *state;
    char slave[64];
    char seen[512] = "";
    size_t length = 0;
    pid_t child = 0;
    int status = 0;
    posix_spawn_file_actions_t actions;
    char *argv[] = {(char *)(uintptr_t)place->program, (char *)(uintptr_t) "login", (char *)(uintptr_t) "demo", NULL};
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    assert_int_equal(ptsname_r(master, slave, sizeof(slave)), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, slave, O_RDWR | O_NOCTTY, 0);
    posix_spawn_file_actions_adddup2(&actions, 0, 1);
    posix_spawn_file_actions_adddup2(&actions, 0, 2);
    assert_int_equal(posix_spawn(&child, place->program, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    struct termios terminal;
    bool sent = false;
    for (;;) {
        struct pollfd wait = {.fd = master, .events = POLLIN};
        if (poll(&wait, 1, 10000) <= 0) fail_msg("no answer; so far: %s", seen);
        ssize_t got = read(master, seen + length, sizeof(seen) - 1 - length);
        if (got <= 0) break;
        length += (size_t)got;
        seen[length] = '\0';
        if (!sent && strstr(seen, "password of demo: ") != NULL) {
            for (int i = 0; i < 500; i++) { /* the prompt comes just before the echo goes */
                assert_int_equal(tcgetattr(master, &terminal), 0);
                if ((terminal.c_lflag & ECHO) == 0) break;
                (void)poll(NULL, 0, 2);
            }
            assert_int_equal(write(master, SECRET "\n", strlen(SECRET) + 1), (ssize_t)strlen(SECRET) + 1);
            sent = true;
        }
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(tcgetattr(master, &terminal), 0);
    close(master);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), CLI_FAILED); /* not demo's password */
    assert_true(sent);
    assert_null(strstr(seen, SECRET));
    assert_true((terminal.c_lflag & ECHO) != 0);
}

static void the_market_obeys(void **state)
{
    run_expect(*state, &run, CLI_OK, "market pause");
    json_t *status = ask(state, CLI_OK, "status");
    assert_true(json_is_true(json_object_get(json_object_get(status, "market"), "paused")));
    json_decref(status);
    run_expect(*state, &run, CLI_OK, "market play");
    run_expect(*state, &run, CLI_OK, "market speed 20");
    run_expect(*state, &run, CLI_OK, "market speed 1");
}

static void one_component_restarts(void **state)
{
    run_expect(*state, &run, CLI_OK, "stop strategy");
    json_t *status = ask(state, CLI_OK, "status");
    const json_t *processes = json_object_get(status, "processes");
    for (size_t i = 0; i < json_array_size(processes); i++) {
        const json_t *process = json_array_get(processes, i);
        bool strategy = strcmp(text_of(process, "component"), "strategy") == 0;
        assert_true(json_is_true(json_object_get(process, "running")) == !strategy);
    }
    json_decref(status);
    run_expect(*state, &run, CLI_OK, "start strategy");
    run_expect(*state, &run, CLI_OK, "set market.speed 2");
}

/* One that hangs hides none of the others. */
static void what_hangs_is_said(void **state)
{
    const struct run_place *place = *state;
    pid_t hung = run_pid(*state, &run, "strategy");
    assert_int_equal(kill(hung, SIGSTOP), 0);
    run_with(place, &run, NULL, "conditions pause 1 --request-timeout 300");
    assert_true(run.code != CLI_OK);
    run_says(run.err, "strategy runs, but does not answer: nothing was asked of it");
    run_with(place, &run, NULL, "status --request-timeout 300");
    assert_int_equal(kill(hung, SIGCONT), 0);
    assert_int_equal(run.code, CLI_TIMEOUT);
    run_says(run.out, "DOES NOT ANSWER");
    run_says(run.out, "trading as demo");
    run_expect(*state, &run, CLI_OK, "status");
}

/* outcryd killed: the others trade on. They are said, they answer, and stop stops them. */
static void what_is_left_without_outcryd_is_said(void **state)
{
    json_t *status = ask(state, CLI_OK, "status");
    const json_t *processes = json_object_get(status, "processes");
    const json_t *last = json_array_get(processes, json_array_size(processes) - 1);
    assert_string_equal(text_of(last, "component"), "supervisor");
    assert_int_equal(kill((pid_t)number_of(last, "pid"), SIGKILL), 0);
    json_decref(status);
    for (int i = 0; i < 500; i++) { /* its lock goes with it */
        run_with(*state, &run, NULL, "status");
        if (run.code == CLI_NOT_RUNNING) break;
    }
    run_says(run.err, "outcryd is not running, but without it: exchange, gateway, strategy, executor");
    status = ask(state, CLI_NOT_RUNNING, "status");
    assert_int_equal(json_array_size(json_object_get(status, "without_outcryd")), 4);
    json_decref(status);
    run_expect(*state, &run, CLI_OK, "limits"); /* the gateway answers for itself */
    run_expect(*state, &run, CLI_OK, "stop");
    run_expect(*state, &run, CLI_NOT_RUNNING, "status");
    run_says(run.err, "nothing is running here");
    run_expect(*state, &run, CLI_OK, "start");
}

static bool take_registration_back(void *context, const struct msg *msg)
{
    struct msg *row = context;
    *row = *msg;
    row->contract.flags &= ~(uint32_t)CONTRACT_REGISTERED;
    return false;
}

/* No command leaves a condition without its contract: another gateway.db might. */
static void a_condition_without_its_contract_says_so(void **state)
{
    const struct run_place *place = *state;
    char symbol[32], words[160];
    struct msg row = {.id = 0};
    struct db *db = NULL;
    const int64_t price = last_price(state, symbol);
    snprintf(words, sizeof(words), "conditions add --symbol %s --side BUY --trigger %lld", symbol,
             (long long)price - 300);
    json_t *reply = ask(state, CLI_OK, words);
    snprintf(words, sizeof(words), "conditions show %lld", (long long)number_of(reply, "number"));
    json_decref(reply);
    json_t *shown = ask(state, CLI_OK, words);
    assert_memory_equal(text_of(shown, "explained"), "not triggered", strlen("not triggered"));
    json_decref(shown);
    run_expect(*state, &run, CLI_OK, "stop");
    const struct db_query query = {.id = MSG_CONTRACT, .symbol = symbol};
    assert_int_equal(db_open(&db, DB_GATEWAY, place->home, DB_WRITE, DB_NORMAL, NULL), ERR_OK);
    assert_int_equal(db_each(db, &query, take_registration_back, &row, NULL), ERR_OK);
    assert_int_equal(db_store(db, &row, NULL), ERR_OK);
    db_close(db);
    shown = ask(state, CLI_OK, words);
    run_says(text_of(shown, "explained"), "is not registered: no tick of it comes; not triggered");
    json_decref(shown);
}

static void after_stop_the_records_are_there(void **state)
{
    run_expect(*state, &run, CLI_OK, "stop");
    run_expect(*state, &run, CLI_NOT_RUNNING, "status");
    json_t *orders = ask(state, CLI_OK, "orders");
    assert_true(json_array_size(orders) >= 4);
    json_decref(orders);
    run_expect(*state, &run, CLI_OK, "orders --state FILLED");
    run_says(run.out, "FILLED");
    run_expect(*state, &run, CLI_OK, "export ticks --limit 3");
    run_says(run.out, "symbol,epoch,seq,sym_seq");
    run_expect(*state, &run, CLI_OK, "export bars --format jsonl");
    run_says(run.out, "\"close\":");
    run_expect(*state, &run, CLI_OK, "export risk");
    run_says(run.out, "lunch");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_shows_it_all),
        cmocka_unit_test(contracts_are_listed_and_registered),
        cmocka_unit_test(nothing_goes_without_a_session),
        cmocka_unit_test(conditions_live_their_life),
        cmocka_unit_test(orders_answer_with_what_became_of_them),
        cmocka_unit_test(positions_are_marked_at_the_last_tick),
        cmocka_unit_test(the_columns_of_positions_add_up),
        cmocka_unit_test(flatten_closes),
        cmocka_unit_test(halt_stops_orders_until_resume),
        cmocka_unit_test(limits_change_one_at_a_time),
        cmocka_unit_test(accounts_are_selected),
        cmocka_unit_test(a_password_is_read_and_never_kept),
        cmocka_unit_test(a_password_is_not_echoed),
        cmocka_unit_test(the_market_obeys),
        cmocka_unit_test(one_component_restarts),
        cmocka_unit_test(what_hangs_is_said),
        cmocka_unit_test(what_is_left_without_outcryd_is_said),
        cmocka_unit_test(a_condition_without_its_contract_says_so),
        cmocka_unit_test(after_stop_the_records_are_there),
    };
    return cmocka_run_group_tests(tests, live_setup, live_teardown);
}

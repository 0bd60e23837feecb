/* The command line where nothing runs: help, refusals, exit codes, and the lists that are read from the databases. */
#include "core/calendar.h"
#include "db/db.h"
#include "tests/tui/cli_run.h"
#include "tui/cli/command.h"

static struct run run; /* too large for a stack of every test */

/* --- a home with something in it ---------------------------------------------------------------------------------- */

static void put(struct db *db, const struct msg *msg)
{
    struct err err = {.status = ERR_OK};
    if (db_store(db, msg, &err) != ERR_OK) fail_msg("%s", err.text);
}

static void put_order(struct db *db, const char *id, const char *symbol, enum order_state state, int64_t condition,
                      const char *reason, int64_t at_us)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER);
    struct order *order = &msg.order;
    snprintf(order->request.client_order_id, sizeof(order->request.client_order_id), "%s", id);
    snprintf(order->request.symbol, sizeof(order->request.symbol), "%s", symbol);
    snprintf(order->request.account, sizeof(order->request.account), "DEMO-1");
    snprintf(order->reason, sizeof(order->reason), "%s", reason);
    order->request.side = SIDE_BUY;
    order->request.type = ORDER_MARKET;
    order->request.tif = TIF_IOC;
    order->request.quantity = 2;
    order->request.condition_id = condition;
    order->request.leg = condition != 0 ? LEG_ENTRY : LEG_NONE;
    order->state = state;
    order->trading_day = 20210726;
    order->updated_us = at_us;
    if (state == ORDER_FILLED) {
        order->filled_quantity = 2;
        order->filled_value = PRICE_POINTS(17410) + PRICE_POINTS(17411);
    }
    put(db, &msg);
}

static void put_fill(struct db *db, const char *id, const char *symbol)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER_EVENT);
    struct order_event *event = &msg.order_event;
    for (uint64_t seq = 1; seq <= 2; seq++) {
        event->seq = seq;
        event->kind = seq == 1 ? EXEC_NEW : EXEC_FILL;
        event->state = seq == 1 ? ORDER_NEW : ORDER_FILLED;
        snprintf(event->request.client_order_id, sizeof(event->request.client_order_id), "%s", id);
        snprintf(event->request.symbol, sizeof(event->request.symbol), "%s", symbol);
        snprintf(event->exec_id, sizeof(event->exec_id), "X%d", (int)seq);
        event->request.side = SIDE_BUY;
        event->request.type = ORDER_MARKET;
        event->request.tif = TIF_IOC;
        event->request.quantity = 2;
        event->fill_quantity = seq == 2 ? 2 : 0;
        event->fill_price = seq == 2 ? 174105000 : 0;
        event->filled_quantity = event->fill_quantity;
        event->trading_day = 20210726;
        event->market_us = 1627261387123456;
        event->time_us = 1627261387123456;
        snprintf(event->reason, sizeof(event->reason), "a \"quoted\", comma");
        put(db, &msg);
    }
}

static void put_condition(struct db *db, int64_t id, const char *symbol, enum condition_state state, int32_t day)
{
    struct msg msg;
    msg_init(&msg, MSG_CONDITION);
    struct condition *condition = &msg.condition;
    condition->id = id;
    snprintf(condition->terms.symbol, sizeof(condition->terms.symbol), "%s", symbol);
    snprintf(condition->terms.note, sizeof(condition->terms.note), "note %d%%", (int)id);
    condition->terms.side = SIDE_BUY;
    condition->terms.trigger_price = condition->trigger = PRICE_POINTS(17400);
    condition->terms.turning = PRICE_POINTS(15);
    condition->terms.quantity = 1;
    condition->terms.take_profit = PRICE_POINTS(90);
    condition->terms.stop_loss = PRICE_POINTS(30);
    condition->terms.basis = BASIS_FILL;
    condition->terms.validity = VALID_GTC;
    condition->terms.entry = ENTRY_MARKET;
    condition->state = state;
    condition->updated_us = 1627261387000000 + id;
    put(db, &msg);
    msg_init(&msg, MSG_TRANSITION);
    msg.transition.condition_id = id;
    msg.transition.serial = 1;
    snprintf(msg.transition.symbol, sizeof(msg.transition.symbol), "%s", symbol);
    msg.transition.to = state;
    msg.transition.trading_day = day;
    msg.transition.time_us = 1627261387000000;
    put(db, &msg);
}

static void put_position(struct db *db, const char *symbol, int32_t day, int32_t quantity)
{
    struct msg msg;
    msg_init(&msg, MSG_POSITION);
    snprintf(msg.position.account, sizeof(msg.position.account), "DEMO-1");
    snprintf(msg.position.symbol, sizeof(msg.position.symbol), "%s", symbol);
    msg.position.trading_day = day;
    msg.position.quantity = quantity;
    msg.position.open_value = PRICE_POINTS(17400) * quantity;
    msg.position.bought = quantity;
    msg.position.mark = PRICE_POINTS(17410);
    put(db, &msg);
}

static int stored_setup(void **state)
{
    if (run_setup(state) != 0) return -1;
    const struct run_place *place = *state;
    struct db *db = NULL;
    assert_int_equal(db_open(&db, DB_ORDERS, place->home, DB_WRITE, DB_NORMAL, NULL), ERR_OK);
    put_order(db, "k-1-E1", "MXFH1", ORDER_FILLED, 1, "", 1627261387000001);
    put_order(db, "k-m1-1", "TXFH1", ORDER_DENIED, 0, "100% of the limit", 1627261387000002);
    put_order(db, "k-m1-2", "TXFH1", ORDER_NEW, 0, "臺指", 1627261387000003);
    put_fill(db, "k-1-E1", "MXFH1");
    put_position(db, "MXFH1", 20210723, 1);
    put_position(db, "MXFH1", 20210726, 2);
    db_close(db);
    assert_int_equal(db_open(&db, DB_CONDITIONS, place->home, DB_WRITE, DB_NORMAL, NULL), ERR_OK);
    put_condition(db, 1, "MXFH1", CONDITION_ARMED, 20210726);
    put_condition(db, 2, "TXFH1", CONDITION_CANCELLED, 20210723);
    db_close(db);
    return 0;
}

/* --- help and refusals -------------------------------------------------------------------------------------------- */

static void help_lists_every_command(void **state)
{
    const struct cli_command *command = NULL;
    run_expect(*state, &run, CLI_OK, "--help");
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) run_says(run.out, command->name);
    run_expect(*state, &run, CLI_OK, "help");
    run_says(run.out, "exit codes");
    run_expect(*state, &run, CLI_OK, "--speed 60 --help");
    run_says(run.out, "exit codes");
}

static void every_command_explains_itself(void **state)
{
    const struct cli_command *command = NULL;
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        char words[128];
        snprintf(words, sizeof(words), "%s --help", command->name);
        run_expect(*state, &run, CLI_OK, words);
        run_says(run.out, command->summary);
        for (const struct cli_option *option = command->options; option->name != NULL; option++) {
            run_says(run.out, option->name);
            run_says(run.out, option->meaning);
        }
    }
}

/* A setting's flag is taken out before a command sees its options: no option may have its name. */
static void options_do_not_clash_with_settings(void **state)
{
    const struct cli_command *command = NULL;
    (void)state;
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        size_t count = 0;
        for (const struct cli_option *option = command->options; option->name != NULL; option++, count++) {
            assert_null(setting_by_flag(option->name));
            assert_string_not_equal(option->name, "--json");
            assert_string_not_equal(option->name, "--help");
        }
        assert_true(count <= CLI_OPTIONS_MAX);
        assert_true(command->max_words <= CLI_WORDS_MAX);
    }
}

static void wrong_words_are_answered_with_the_right_ones(void **state)
{
    static const struct {
        const char *words, *says;
    } rows[] = {
        {"ordrs", "no command 'ordrs'; did you mean 'orders'?"},
        {"stauts", "did you mean 'status'?"},
        {"conditons list", "did you mean 'conditions'?"},
        {"xyzzy", "no command 'xyzzy' ('outcry help' lists them)"},
        {"orders lst", "no command 'orders lst' ('outcry help orders' lists them)"},
        {"help orders lst", "no command 'orders lst' ('outcry help orders' lists them)"},
        {"status now", "'now' is one word too many (usage: outcry status)"},
        {"status --json=5", "--json: takes no value"},
        {"--thme dark", "no option '--thme'; did you mean '--theme'?"},
        {"orders list --simbol MXFH1", "orders list: no option '--simbol'; did you mean '--symbol'?"},
        {"config markt.speed", "no setting 'markt.speed'; did you mean 'market.speed'?"},
        {"export ordrs", "export: no 'ordrs'; did you mean 'orders'?"},
        {"start stratgy", "no component 'stratgy' (exchange, gateway, strategy, executor, all)"},
        {"orders list --symbol", "--symbol: a value is missing"},
        {"orders list --state SIDEWAYS", "--state: 'SIDEWAYS' (allowed INTENT, SENDING, UNKNOWN"},
        {"orders list --day 2021-13-01", "--day: "},
        {"orders list --since yesterday", "--since: "},
        {"orders list --limit -1", "--limit: '-1' (allowed 0 to"},
        {"orders list --limit 5 --limit 6", "--limit: given twice"},
        {"orders list MXFH1", "'MXFH1' is one word too many"},
        {"orders cancel", "orders cancel: something is missing (usage: outcry orders cancel ID)"},
        {"conditions show abc", "'abc' is not a whole number"},
        {"conditions show 99999999999999999999 --json=1", "--json: takes no value"},
        {"orders place --symbol MXFH1 --side BUY --quantity 99999999999999999999", "(allowed 1 to 100)"},
        {"conditions add --side BUY --trigger 17400", "--symbol is missing"},
        {"conditions add --symbol MXFH1 --side UP --trigger 17400", "--side: 'UP' (allowed BUY, SELL)"},
        {"conditions add --symbol MXFH1 --side BUY --trigger NaN", "--trigger: "},
        {"conditions add --symbol MXFH1 --side BUY --trigger 1e5", "--trigger: "},
        {"conditions add --symbol MXFH1 --side BUY --trigger 17400 --quantity -5", "--quantity: -5 (allowed 0 to 100)"},
        {"conditions add --symbol MXFH1 --side BUY --trigger 17400 --following maybe",
         "--following: 'maybe' (allowed yes, no)"},
        {"conditions add --symbol AVERYLONGSYMBOLINDEED --side BUY --trigger 1", "--symbol: longer than 15 bytes"},
        {"orders place --symbol MXFH1 --side BUY", "--quantity is missing"},
        {"orders place --symbol MXFH1 --side BUY --quantity 1 --type LMT", "--type LMT needs --limit-price"},
        {"orders place --symbol MXFH1 --side BUY --quantity 1 --type MKT --limit-price 17400", "is for --type LMT"},
        {"orders resolve k-1-E1 FILLED", "'FILLED' (allowed CANCELLED, REJECTED, EXPIRED, ask)"},
        {"market fly", "market: no 'fly' (pause, play, speed N, seek TIME)"},
        {"market speed", "a value is missing"},
        {"market speed fast", "market.speed: 'fast'"},
        {"market pause 5", "takes no value"},
        {"export orders --format xml", "--format: 'xml' (allowed csv, jsonl)"},
        {"login demo secret", "the password is never taken from the command line"},
        {"backtest", "--data FILE is missing"},
        {"backtest --data a.csv --conditions b.csv --basis best", "--basis: 'best' (allowed fill, planned)"},
        {"set market.speed fast", "market.speed: 'fast'"},
        {"manual tmux", "manual: no 'tmux' (outcry, outcryd)"},
        {"--speed fast status", "market.speed: 'fast'"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        run_expect(*state, &run, CLI_USAGE, rows[i].words);
        run_says(run.err, rows[i].says);
        assert_string_equal(run.out, "");
        assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1); /* one line */
    }
}

static void a_hostile_word_cannot_drive_the_terminal(void **state)
{
    run_expect(*state, &run, CLI_USAGE, "\033[31mred");
    assert_null(strchr(run.err, '\033'));
    run_expect(*state, &run, CLI_FAILED, "orders show \033[31mred");
    assert_null(strchr(run.err, '\033'));
}

static void what_needs_the_system_says_that_it_is_not_there(void **state)
{
    static const char *const commands[] = {
        "status",
        "contracts",
        "watch",
        "account",
        "logout",
        "resume",
        "register MXFH1",
        "limits",
        "flatten all",
        "conditions cancel 1",
        "orders cancel k-1-E1",
        "market pause",
        "restart gateway",
        "start gateway",
        "conditions add --symbol MXFH1 --side BUY --trigger 17400",
        "orders place --symbol MXFH1 --side BUY --quantity 1",
    };
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        run_expect(*state, &run, CLI_NOT_RUNNING, commands[i]);
        run_says(run.err, "running");
    }
    run_expect(*state, &run, CLI_NOT_RUNNING, "status --json");
    json_t *value = run_json(&run);
    assert_true(json_is_false(json_object_get(value, "running")));
    json_decref(value);
    run_with(*state, &run, "secret\n", "login demo");
    assert_int_equal(run.code, CLI_NOT_RUNNING);
    run_expect(*state, &run, CLI_OK, "stop");
    run_says(run.out, "nothing is running");
}

static void version_is_said(void **state)
{
    run_expect(*state, &run, CLI_OK, "version");
    assert_string_equal(run.out, "outcry " OUTCRY_VERSION "\n");
    run_expect(*state, &run, CLI_OK, "--version");
    assert_string_equal(run.out, "outcry " OUTCRY_VERSION "\n");
    run_expect(*state, &run, CLI_OK, "version --json");
    json_t *value = run_json(&run);
    assert_string_equal(json_string_value(json_object_get(value, "version")), OUTCRY_VERSION);
    json_decref(value);
}

/* Help must work just when a setting is wrong. */
static void help_does_not_need_the_settings(void **state)
{
    assert_int_equal(setenv("OUTCRY_MARKET_SPEED", "fast", 1), 0);
    run_with(*state, &run, NULL, "status");
    int status_code = run.code;
    run_with(*state, &run, NULL, "help orders");
    int help_code = run.code;
    unsetenv("OUTCRY_MARKET_SPEED");
    assert_int_equal(status_code, CLI_USAGE);
    assert_int_equal(help_code, CLI_OK);
}

/* --- config ------------------------------------------------------------------------------------------------------- */

static void config_says_where_each_value_comes_from(void **state)
{
    const struct run_place *place = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/outcry.ini", place->home);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("[market]\nspeed = 60\n[guard]\nmax_position = 7\n", file);
    fclose(file);
    run_expect(*state, &run, CLI_OK, "config --json --seed 9 --guard-max-position=8");
    json_t *all = run_json(&run);
    assert_int_equal(json_array_size(all), SETTING_COUNT);
    static const struct {
        enum setting_id id;
        int64_t value;
        const char *source;
    } rows[] = {
        {SET_MARKET_SPEED, 60, "file"},
        {SET_MARKET_SEED, 9, "flag"},
        {SET_GUARD_MAX_POSITION, 8, "flag"},
        {SET_TICK_PORT, 5555, "default"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const json_t *row = json_array_get(all, (size_t)rows[i].id);
        assert_string_equal(json_string_value(json_object_get(row, "key")), setting_row(rows[i].id)->key);
        assert_int_equal(json_integer_value(json_object_get(row, "value")), rows[i].value);
        assert_string_equal(json_string_value(json_object_get(row, "source")), rows[i].source);
    }
    json_decref(all);
    run_expect(*state, &run, CLI_OK, "config market.speed");
    run_says(run.out, "market.speed = 60 x");
    run_says(run.out, "from file; allowed 0 to 100000; default 1");
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

static void nothing_stored_is_an_empty_list(void **state)
{
    run_expect(*state, &run, CLI_OK, "orders");
    run_says(run.err, "no orders");
    assert_string_equal(run.out, "");
    static const char *const lists[] = {"orders --json", "conditions --json", "positions --json", "orders list --json"};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        run_expect(*state, &run, CLI_OK, lists[i]);
        json_t *value = run_json(&run);
        assert_int_equal(json_array_size(value), 0);
        assert_true(json_is_array(value));
        json_decref(value);
    }
    run_expect(*state, &run, CLI_OK, "export orders");
    run_says(run.out, "client_order_id,account,symbol");
}

static void assert_ids(struct run *said, const char *key, const char *expected)
{
    json_t *rows = run_json(said);
    char found[256] = "";
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *id = json_object_get(json_array_get(rows, i), key);
        size_t length = strlen(found);
        if (json_is_integer(id)) {
            snprintf(found + length, sizeof(found) - length, "%s%lld", i > 0 ? " " : "",
                     (long long)json_integer_value(id));
        } else {
            snprintf(found + length, sizeof(found) - length, "%s%s", i > 0 ? " " : "", json_string_value(id));
        }
    }
    assert_string_equal(found, expected);
    json_decref(rows);
}

static void orders_are_listed_and_filtered(void **state)
{
    static const struct {
        const char *words, *ids;
    } rows[] = {
        {"orders --json", "k-m1-2 k-m1-1 k-1-E1"},
        {"orders list --json --symbol TXFH1", "k-m1-2 k-m1-1"},
        {"orders --json --state denied", "k-m1-1"},
        {"orders --json --condition 1", "k-1-E1"},
        {"orders --json --day 2021-07-26 --limit 2", "k-m1-2 k-m1-1"},
        {"orders --json --day 20210727", ""},
        {"orders --json --text 100%", "k-m1-1"},
        {"orders --json --text %", "k-m1-1"},
        {"orders --json --text 臺", "k-m1-2"},
        {"orders --json --since 2021-07-26 --until 2021-07-27", "k-m1-2 k-m1-1 k-1-E1"},
        {"orders --json --since 2021-07-26~09:03:08", ""},
        {"orders --json --account NOBODY", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        run_expect(*state, &run, CLI_OK, rows[i].words);
        assert_ids(&run, "client_order_id", rows[i].ids);
    }
    run_expect(*state, &run, CLI_OK, "orders");
    run_says(run.out, "17410.5"); /* the average */
    run_says(run.out, "2/2");
}

static void an_order_shows_its_history(void **state)
{
    run_expect(*state, &run, CLI_OK, "orders show k-1-E1");
    run_says(run.out, "FILLED");
    run_says(run.out, "X2");
    run_expect(*state, &run, CLI_OK, "orders show k-1-E1 --json");
    assert_ids(&run, "exec_id", "X1 X2");
    run_expect(*state, &run, CLI_FAILED, "orders show k-1-E2");
    assert_string_equal(run.err, "outcry: no order k-1-E2\n");
}

static void conditions_are_listed_and_shown(void **state)
{
    run_expect(*state, &run, CLI_OK, "conditions --json");
    assert_ids(&run, "id", "2 1");
    run_expect(*state, &run, CLI_OK, "conditions --json --state ARMED");
    assert_ids(&run, "id", "1");
    run_expect(*state, &run, CLI_OK, "conditions --json --day 2021-07-23");
    assert_ids(&run, "id", "2");
    run_expect(*state, &run, CLI_OK, "conditions --json --text note~2%");
    assert_ids(&run, "id", "2");
    run_expect(*state, &run, CLI_OK, "conditions show 1 --json");
    json_t *value = run_json(&run);
    assert_int_equal(json_integer_value(json_object_get(value, "order_level")), 17415);
    assert_int_equal(json_integer_value(json_object_get(value, "take_profit_level")), 17505);
    assert_int_equal(json_integer_value(json_object_get(value, "stop_loss_level")), 17385);
    assert_int_equal(json_array_size(json_object_get(value, "transitions")), 1);
    assert_non_null(strstr(json_string_value(json_object_get(value, "explained")), "not triggered"));
    json_decref(value);
    run_expect(*state, &run, CLI_FAILED, "conditions show 99");
    run_says(run.err, "no condition 99");
}

/* The newest row of a contract is how it stands; an older day's is asked for by name. */
static void positions_are_counted(void **state)
{
    run_expect(*state, &run, CLI_OK, "positions --json");
    json_t *rows = run_json(&run);
    assert_int_equal(json_array_size(rows), 1);
    const json_t *row = json_array_get(rows, 0);
    assert_int_equal(json_integer_value(json_object_get(row, "quantity")), 2);
    assert_int_equal(json_integer_value(json_object_get(row, "average_price")), 17400);
    assert_int_equal(json_integer_value(json_object_get(row, "points")), 10);
    assert_int_equal(json_integer_value(json_object_get(row, "unrealized")), 1000); /* 10 points x 50 NT$ x 2 */
    json_decref(rows);
    run_expect(*state, &run, CLI_OK, "positions --json --day 2021-07-23");
    rows = run_json(&run);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(rows, 0), "quantity")), 1);
    json_decref(rows);
    run_expect(*state, &run, CLI_OK, "positions");
    run_says(run.out, "17400");
}

static void export_writes_csv_and_json_lines(void **state)
{
    const struct run_place *place = *state;
    char words[256];
    char path[160];
    run_expect(*state, &run, CLI_OK, "export fills");
    run_says(run.out, "seq,kind,client_order_id");
    run_says(run.out, "\n2,FILL,k-1-E1,");
    run_says(run.out, ",17410.5,2,2,FILLED,");
    run_says(run.out, "\"a \"\"quoted\"\", comma\"");
    run_says(run.out, "2021-07-26T09:03:07.123456+08:00");
    assert_null(strstr(run.out, "\n1,NEW"));
    run_expect(*state, &run, CLI_OK, "export events --format jsonl --limit 1");
    json_t *value = run_json(&run);
    assert_string_equal(json_string_value(json_object_get(value, "kind")), "NEW");
    json_decref(value);
    snprintf(path, sizeof(path), "%s/orders.csv", place->home);
    snprintf(words, sizeof(words), "export orders --output %s", path);
    run_expect(*state, &run, CLI_OK, words);
    run_says(run.err, "3 rows in");
    static char text[RUN_TEXT];
    run_read(path, text);
    run_says(text, "k-m1-2");
    run_expect(*state, &run, CLI_FAILED, words);
    run_says(run.err, "is there already (--force replaces it)");
    snprintf(words, sizeof(words), "export orders --output %s --force --symbol MXFH1", path);
    run_expect(*state, &run, CLI_OK, words);
    run_read(path, text);
    assert_null(strstr(text, "k-m1-2"));
    run_expect(*state, &run, CLI_FAILED, "export orders --output /nowhere/orders.csv");
    run_says(run.err, "No such file or directory");
}

/* What cannot be written is said; a link that somebody put in the way is never followed. */
static void what_cannot_be_written_is_said(void **state)
{
    static const char *const commands[] = {"export orders", "orders --json", "orders", "help", "config --json"};
    const struct run_place *place = *state;
    char words[256];
    char part[160];
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        run.stdout_to = "/dev/full";
        run_with(place, &run, NULL, commands[i]);
        run.stdout_to = NULL;
        assert_int_equal(run.code, CLI_FAILED);
        run_says(run.err, "written");
    }
    snprintf(words, sizeof(words), "export orders --output %s/full.csv", place->home);
    snprintf(part, sizeof(part), "%s/full.csv.part", place->home);
    assert_int_equal(symlink("/dev/null", part), 0);
    run_expect(place, &run, CLI_FAILED, words);
    run_says(run.err, "cannot write");
}

static void a_damaged_database_is_said(void **state)
{
    const struct run_place *place = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/orders.db", place->home);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++) fputs("this is no database\n", file);
    fclose(file);
    run_expect(*state, &run, CLI_FAILED, "orders");
    run_says(run.err, "orders.db is damaged");
}

/* --- manual ------------------------------------------------------------------------------------------------------- */

static void the_manual_pages_are_up_to_date(void **state)
{
    static const char *const programs[] = {"outcry", "outcryd"};
    static char written[RUN_TEXT * 2];
    if (access("docs/man", R_OK) != 0) {
        printf("skip: not in the source directory\n");
        skip();
    }
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char path[64];
        char *made = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&made, &size);
        assert_non_null(out);
        cli_manual(out, programs[i]);
        fclose(out);
        snprintf(path, sizeof(path), "docs/man/%s.1", programs[i]);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        size_t length = fread(written, 1, sizeof(written) - 1, file);
        written[length] = '\0';
        fclose(file);
        if (strcmp(written, made) != 0)
            fail_msg("%s is behind the tables; run: build/outcry manual %s > %s", path, programs[i], path);
        free(made);
    }
}

int main(void)
{
#define PLAIN(test)  cmocka_unit_test_setup_teardown(test, run_setup, run_teardown)
#define STORED(test) cmocka_unit_test_setup_teardown(test, stored_setup, run_teardown)
    const struct CMUnitTest tests[] = {
        PLAIN(help_lists_every_command),
        PLAIN(every_command_explains_itself),
        cmocka_unit_test(options_do_not_clash_with_settings),
        PLAIN(wrong_words_are_answered_with_the_right_ones),
        PLAIN(a_hostile_word_cannot_drive_the_terminal),
        PLAIN(what_needs_the_system_says_that_it_is_not_there),
        PLAIN(version_is_said),
        PLAIN(help_does_not_need_the_settings),
        PLAIN(config_says_where_each_value_comes_from),
        PLAIN(nothing_stored_is_an_empty_list),
        STORED(orders_are_listed_and_filtered),
        STORED(an_order_shows_its_history),
        STORED(conditions_are_listed_and_shown),
        STORED(positions_are_counted),
        STORED(export_writes_csv_and_json_lines),
        STORED(what_cannot_be_written_is_said),
        STORED(a_damaged_database_is_said),
        cmocka_unit_test(the_manual_pages_are_up_to_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

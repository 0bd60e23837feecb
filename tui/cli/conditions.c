/* Conditions: the stored list and each one's history (whether anything runs or not), and the commands to the strategy.
 */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "tui/cli/json.h"
#include "tui/cli/command.h"
#include "tui/cli/filter.h"
#include "tui/cli/print.h"

#define DAY_CONDITIONS_MAX 100000

static void order_level_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    struct condition_levels levels;
    (void)context;
    condition_levels(&msg->condition, &levels);
    (void)price_format(levels.order, out, size);
}

static void profit_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    struct condition_levels levels;
    (void)context;
    condition_levels(&msg->condition, &levels);
    (void)price_format(levels.take_profit, out, size);
}

static void stop_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    struct condition_levels levels;
    (void)context;
    condition_levels(&msg->condition, &levels);
    (void)price_format(levels.stop_loss, out, size);
}

static void filled_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    snprintf(out, size, "%d/%d", msg->condition.filled_quantity, msg->condition.terms.quantity);
}

static void extend(const void *context, const struct msg *msg, json_t *object)
{
    struct condition_levels levels;
    (void)context;
    condition_levels(&msg->condition, &levels);
    (void)json_object_set_new(object, "order_level", json_decimal(levels.order));
    (void)json_object_set_new(object, "take_profit_level", json_decimal(levels.take_profit));
    (void)json_object_set_new(object, "stop_loss_level", json_decimal(levels.stop_loss));
}

static const struct print_column columns[] = {
    {.heading = "ID", .field = "id", .right = true},
    {.heading = "SYMBOL", .field = "symbol"},
    {.heading = "SIDE", .field = "side"},
    {.heading = "STATE", .field = "state"},
    {.heading = "TRIGGER", .field = "trigger_now", .right = true},
    {.heading = "ORDER", .text = order_level_text, .right = true},
    {.heading = "PROFIT", .text = profit_text, .right = true},
    {.heading = "STOP", .text = stop_text, .right = true},
    {.heading = "FILLED", .text = filled_text, .right = true},
    {.heading = "FOLLOWS", .field = "following"},
    {.heading = "VALID", .field = "validity"},
    {.heading = "UPDATED", .field = "updated_us"},
    {.heading = "REASON", .field = "reason"},
    {.heading = "NOTE", .field = "note"},
    {.heading = NULL},
};

static const struct print_column transition_columns[] = {
    {.heading = "#", .field = "serial", .right = true},
    {.heading = "MARKET TIME", .field = "market_us"},
    {.heading = "FROM", .field = "from_state"},
    {.heading = "TO", .field = "to_state"},
    {.heading = "PRICE", .field = "price", .right = true},
    {.heading = "TICK", .field = "tick_seq", .right = true},
    {.heading = "BY", .field = "actor"},
    {.heading = "REASON", .field = "reason"},
    {.heading = NULL},
};

/* --- list --------------------------------------------------------------------------------------------------------- */

/* A condition has no day of its own: it belongs to those in which something happened to it. */
struct of_day {
    struct print_list *list;
    int64_t limit;
    size_t count;
    int64_t *ids;
};

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool keep_id(void *context, const struct msg *msg)
{
    struct of_day *day = context;
    day->ids[day->count++] = msg->transition.condition_id;
    return day->count < DAY_CONDITIONS_MAX;
}

static bool more_wanted(const struct of_day *day)
{
    return day->limit == 0 || (int64_t)print_count(day->list) < day->limit;
}

/* Each by its number, newest first: what there is of other days is not read. */
static enum status print_of_day(struct db *db, struct db_query *query, struct of_day *day, struct err *err)
{
    enum status status = ERR_OK;
    for (size_t i = day->count; i > 0 && status == ERR_OK && more_wanted(day); i--) {
        query->condition_id = day->ids[i - 1];
        if (i < day->count && day->ids[i] == query->condition_id) continue;
        status = db_each(db, query, print_row, day->list, err);
    }
    return status;
}

static int list_of_day(struct cli *cli, struct db_query *query, struct print_list *list)
{
    int code = CLI_OK;
    struct err err;
    struct of_day day = {.list = list, .limit = query->limit, .ids = calloc(DAY_CONDITIONS_MAX, sizeof(*day.ids))};
    struct db_query transitions = {.id = MSG_TRANSITION, .trading_day = query->trading_day, .symbol = query->symbol};
    struct db *db = day.ids != NULL ? cli_database(cli, DB_CONDITIONS, &code) : NULL;
    query->trading_day = 0;
    query->limit = 0;
    if (db != NULL) {
        enum status status = db_each(db, &transitions, keep_id, &day, &err);
        qsort(day.ids, day.count, sizeof(*day.ids), compare_ids);
        if (status == ERR_OK) status = print_of_day(db, query, &day, &err);
        code = status == ERR_OK ? CLI_OK : cli_say_err(&err);
    }
    db_close(db);
    free(day.ids);
    return print_close(list, code, "no conditions");
}

int cmd_conditions_list(struct cli *cli)
{
    struct db_query query = {.id = MSG_CONDITION, .limit = FILTER_LIMIT};
    if (!filter_read(cli, &query)) return CLI_USAGE;
    struct print_list *list = print_open(cli->json, columns, extend, NULL);
    if (list != NULL && query.trading_day != 0) return list_of_day(cli, &query, list);
    return filter_print(cli, DB_CONDITIONS, &query, list, "no conditions");
}

/* --- show --------------------------------------------------------------------------------------------------------- */

static bool keep_one(void *context, const struct msg *msg)
{
    *(struct msg *)context = *msg;
    return false;
}

static bool append_json(void *context, const struct msg *msg)
{
    return json_array_append_new(context, json_from_msg(msg)) == 0;
}

/* The last recorded price, 0 when there is none: what "how far" is measured from. */
static price_t last_price(struct cli *cli, const char *symbol)
{
    int code = CLI_OK;
    struct msg msg = {.id = 0};
    struct db_query query = {.id = MSG_TICK, .symbol = symbol, .newest_first = true, .limit = 1};
    struct db *db = cli_database(cli, DB_TICKS, &code);
    if (db != NULL) (void)db_each(db, &query, keep_one, &msg, NULL);
    db_close(db);
    return msg.id == MSG_TICK ? msg.tick.price : 0;
}

/* Without ticks, and nothing is opened in it. false too when there is no gateway.db to say so. */
static bool unregistered(struct cli *cli, const char *symbol)
{
    int code = CLI_OK;
    struct msg msg = {.id = 0};
    struct db_query query = {.id = MSG_CONTRACT, .symbol = symbol};
    struct db *db = cli_database(cli, DB_GATEWAY, &code);
    const bool known = db != NULL && db_each(db, &query, keep_one, &msg, NULL) == ERR_OK;
    db_close(db);
    return known && (msg.id != MSG_CONTRACT || (msg.contract.flags & CONTRACT_REGISTERED) == 0);
}

static void explain(struct cli *cli, const struct condition *condition, char text[TEXT_SIZE])
{
    const char *symbol = condition->terms.symbol;
    int used = 0;
    if (!condition_terminal(condition->state) && unregistered(cli, symbol))
        used = snprintf(text, TEXT_SIZE, "%s is not registered: no tick of it comes; ", symbol);
    (void)condition_explain(condition, last_price(cli, symbol), text + used, TEXT_SIZE - (size_t)used);
}

static int show_json(struct db *db, const struct msg *msg, const char *explained)
{
    struct db_query query = {.id = MSG_TRANSITION, .condition_id = msg->condition.id};
    struct err err;
    json_t *object = json_from_msg(msg);
    json_t *transitions = json_array();
    enum status status = db_each(db, &query, append_json, transitions, &err);
    extend(NULL, msg, object);
    (void)json_object_set_new(object, "explained", json_string(explained));
    (void)json_object_set_new(object, "transitions", transitions);
    (void)json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    fputc('\n', stdout);
    json_decref(object);
    return status == ERR_OK ? CLI_OK : cli_say_err(&err);
}

static int show_text(struct db *db, const struct msg *msg, const char *explained)
{
    struct db_query query = {.id = MSG_TRANSITION, .condition_id = msg->condition.id};
    struct err err;
    char text[PRINT_CELL_SIZE];
    const struct msg_type *type = msg_type(MSG_CONDITION);
    printf("%s\n\n", explained);
    for (uint32_t i = 0; i < type->field_count; i++) {
        print_field(msg, &type->fields[i], text, sizeof(text));
        printf("%-18s %s\n", type->fields[i].name, text);
    }
    fputc('\n', stdout);
    struct print_list *list = print_open(false, transition_columns, NULL, NULL);
    if (list == NULL) return cli_say(CLI_FAILED, "no memory");
    enum status status = db_each(db, &query, print_row, list, &err);
    return print_close(list, status == ERR_OK ? CLI_OK : cli_say_err(&err), "no history");
}

static bool read_id(const char *text, int64_t *id)
{
    struct msg scratch;
    struct err err;
    msg_init(&scratch, MSG_CONDITION);
    if (cli_set_field(&scratch, msg_field(MSG_CONDITION, "id"), text, &err) != ERR_OK) {
        cli_say(CLI_USAGE, "condition: %s", err.text);
        return false;
    }
    *id = scratch.condition.id;
    return true;
}

int cmd_conditions_show(struct cli *cli)
{
    struct msg msg = {.id = 0};
    struct err err;
    char explained[TEXT_SIZE];
    int code = CLI_OK;
    struct db_query query = {.id = MSG_CONDITION};
    if (!read_id(cli->words[0], &query.condition_id)) return CLI_USAGE;
    struct db *db = cli_database(cli, DB_CONDITIONS, &code);
    if (db != NULL && db_each(db, &query, keep_one, &msg, &err) != ERR_OK) {
        code = cli_say_err(&err);
    } else if (msg.id == MSG_CONDITION) {
        explain(cli, &msg.condition, explained);
        code = cli->json ? show_json(db, &msg, explained) : show_text(db, &msg, explained);
    } else if (code == CLI_OK) {
        code = cli_say(CLI_FAILED, "no condition %s", cli->words[0]);
    }
    db_close(db);
    return code;
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

/* As in the form. */
static void default_terms(struct condition_terms *terms)
{
    terms->turning = PRICE_POINTS(15);
    terms->quantity = 1;
    terms->take_profit = PRICE_POINTS(90);
    terms->stop_loss = PRICE_POINTS(30);
    terms->basis = BASIS_FILL;
    terms->validity = VALID_SESSION;
    terms->entry = ENTRY_MARKET;
}

int cmd_conditions_add(struct cli *cli)
{
    static const char *const needed[] = {"--symbol", "--side", "--trigger"};
    struct msg msg;
    int code = CLI_OK;
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!cli_given(cli, needed[i])) return cli_say(CLI_USAGE, "conditions add: %s is missing", needed[i]);
    msg_init(&msg, MSG_CONDITION_COMMAND);
    msg.condition_command.action = CONDITION_CREATE;
    default_terms(&msg.condition_command.terms);
    cli_actor(msg.condition_command.actor);
    if (!cli_fill(cli, &msg)) return CLI_USAGE;
    code = cli_check_account(cli);
    if (code == CLI_OK && !cli_given(cli, "--account"))
        code = cli_selected_account(cli, msg.condition_command.terms.account);
    return code == CLI_OK ? cli_request(cli, COMPONENT_STRATEGY, &msg) : code;
}

struct wanted {
    int64_t id;
    bool found;
    struct condition_terms terms;
};

static void keep_terms(void *context, const struct msg *msg)
{
    struct wanted *wanted = context;
    if (msg->id == MSG_CONDITION && msg->condition.id == wanted->id) {
        wanted->terms = msg->condition.terms;
        wanted->found = true;
    }
}

/* What is not given stays as it is. */
int cmd_conditions_edit(struct cli *cli)
{
    struct msg msg;
    struct wanted wanted = {.found = false};
    if (!read_id(cli->words[0], &wanted.id)) return CLI_USAGE;
    int code = cli_query(cli, COMPONENT_STRATEGY, QUERY_CONDITIONS, "", keep_terms, &wanted);
    if (code != CLI_OK) return code;
    if (!wanted.found) return cli_say(CLI_FAILED, "no condition %s that could be edited", cli->words[0]);
    msg_init(&msg, MSG_CONDITION_COMMAND);
    msg.condition_command.action = CONDITION_EDIT;
    msg.condition_command.condition_id = wanted.id;
    msg.condition_command.terms = wanted.terms;
    cli_actor(msg.condition_command.actor);
    if (!cli_fill(cli, &msg)) return CLI_USAGE;
    code = cli_check_account(cli);
    return code == CLI_OK ? cli_request(cli, COMPONENT_STRATEGY, &msg) : code;
}

int cmd_conditions_change(struct cli *cli)
{
    struct msg msg;
    const char *action = strchr(cli->command->name, ' ') + 1;
    msg_init(&msg, MSG_CONDITION_COMMAND);
    msg.condition_command.action =
        (enum condition_action)msg_enum_value(msg_field(MSG_CONDITION_COMMAND, "action"), action);
    if (!read_id(cli->words[0], &msg.condition_command.condition_id)) return CLI_USAGE;
    cli_actor(msg.condition_command.actor);
    return cli_request(cli, COMPONENT_STRATEGY, &msg);
}

/* Options into struct db_query, and a query into a printed list. */
#include "tui/cli/filter.h"

#include <string.h>

#include "core/calendar.h"
#include "core/clock.h"

static bool read_state(const struct cli *cli, struct db_query *query)
{
    const char *text = cli_value(cli, "--state");
    const struct field *field = msg_field(query->id, "state");
    struct msg scratch;
    struct err err;
    if (text == NULL) return true;
    if (field == NULL) {
        cli_say(CLI_USAGE, "--state: %s has no state", cli->command->name);
        return false;
    }
    msg_init(&scratch, query->id);
    if (cli_set_field(&scratch, field, text, &err) != ERR_OK) {
        cli_say(CLI_USAGE, "--state: %s", err.text);
        return false;
    }
    query->state = field->enum_name((int)msg_number(&scratch, field, 0));
    return true;
}

static bool read_moment(const struct cli *cli, const char *option, int64_t *out)
{
    const char *text = cli_value(cli, option);
    struct err err;
    int32_t today = calendar_date(clock_system()->now_us(clock_system()));
    if (text != NULL && cli_parse_moment(text, today, out, &err) != ERR_OK) {
        cli_say(CLI_USAGE, "%s: %s", option, err.text);
        return false;
    }
    return true;
}

bool filter_read(const struct cli *cli, struct db_query *query)
{
    const char *day = cli_value(cli, "--day");
    struct err err;
    int64_t condition = 0;
    query->symbol = cli_value(cli, "--symbol");
    query->account = cli_value(cli, "--account");
    query->text = cli_value(cli, "--text");
    query->client_order_id = cli_value(cli, "--order");
    query->newest_first = true;
    if (day != NULL && calendar_parse_date(day, &query->trading_day, &err) != ERR_OK) {
        cli_say(CLI_USAGE, "--day: %s", err.text);
        return false;
    }
    bool good = read_state(cli, query) && read_moment(cli, "--since", &query->from_us) &&
                read_moment(cli, "--until", &query->to_us) && cli_number(cli, "--limit", 0, INT32_MAX, &query->limit) &&
                cli_number(cli, "--condition", 1, INT64_MAX, &condition);
    query->condition_id = condition;
    return good;
}

static bool first_only(void *context, const struct msg *msg)
{
    (void)msg;
    *(bool *)context = true;
    return false;
}

bool filter_finds(const struct cli *cli, enum db_file file, const struct db_query *query, int *code)
{
    bool found = false;
    struct err err;
    struct db *db = cli_database(cli, file, code);
    if (db != NULL && db_each(db, query, first_only, &found, &err) != ERR_OK) *code = cli_say_err(&err);
    db_close(db);
    return found;
}

int filter_print(struct cli *cli, enum db_file file, const struct db_query *query, struct print_list *list,
                 const char *none)
{
    int code = CLI_OK;
    struct err err;
    if (list == NULL) return cli_say(CLI_FAILED, "no memory");
    struct db *db = cli_database(cli, file, &code);
    if (db != NULL && db_each(db, query, print_row, list, &err) != ERR_OK) code = cli_say_err(&err);
    db_close(db);
    return print_close(list, code, none);
}

/* Commands that are one message and its answer: the guard, the session, the registered contracts, the market's speed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/cond.h"
#include "core/text.h"
#include "tui/cli/command.h"
#include "tui/cli/print.h"

int cmd_halt(struct cli *cli)
{
    const char *reason = cli_value(cli, "--reason");
    return cli_control(cli, COMPONENT_GATEWAY, CONTROL_HALT, reason != NULL ? reason : "", 0);
}

int cmd_reduce(struct cli *cli)
{
    const char *reason = cli_value(cli, "--reason");
    return cli_control(cli, COMPONENT_GATEWAY, CONTROL_REDUCE, reason != NULL ? reason : "", 0);
}

int cmd_resume(struct cli *cli)
{
    const char *reason = cli_value(cli, "--reason");
    return cli_control(cli, COMPONENT_GATEWAY, CONTROL_RESUME, reason != NULL ? reason : "", 0);
}

int cmd_logout(struct cli *cli)
{
    return cli_control(cli, COMPONENT_GATEWAY, CONTROL_LOGOUT, "", 0);
}

int cmd_register(struct cli *cli)
{
    return cli_control(cli, COMPONENT_GATEWAY, CONTROL_REGISTER, cli->words[0], 0);
}

struct waiting {
    const char *symbol;
    int64_t conditions;
};

static void count_waiting(void *context, const struct msg *msg)
{
    struct waiting *waiting = context;
    if (msg->id == MSG_CONDITION && !condition_terminal(msg->condition.state) &&
        strcmp(msg->condition.terms.symbol, waiting->symbol) == 0)
        waiting->conditions++;
}

/* The gateway knows what is held and what works; what waits, only the strategy. */
int cmd_unregister(struct cli *cli)
{
    struct waiting waiting = {.symbol = cli->words[0]};
    int code = cli_query(cli, COMPONENT_STRATEGY, QUERY_CONDITIONS, "", count_waiting, &waiting);
    if (code != CLI_OK) return code;
    if (waiting.conditions > 0)
        return cli_say(CLI_FAILED, "%s stays registered: %" PRId64 " conditions still wait on it; cancel them first",
                       waiting.symbol, waiting.conditions);
    return cli_control(cli, COMPONENT_GATEWAY, CONTROL_UNREGISTER, cli->words[0], 0);
}

int cmd_flatten(struct cli *cli)
{
    return cli_control(cli, COMPONENT_EXECUTOR, CONTROL_FLATTEN, cli->words[0], 0);
}

static const struct print_column account_columns[] = {
    {.heading = "ACCOUNT", .field = "account"},
    {.heading = "NAME", .field = "name"},
    {.heading = "SELECTED", .field = "selected"},
    {.heading = "EQUITY", .field = "equity", .right = true},
    {.heading = "MARGIN USED", .field = "margin_used", .right = true},
    {.heading = "MARGIN FREE", .field = "margin_free", .right = true},
    {.heading = NULL},
};

int cmd_account(struct cli *cli)
{
    if (cli->word_count > 0) return cli_control(cli, COMPONENT_GATEWAY, CONTROL_SELECT_ACCOUNT, cli->words[0], 0);
    int code = CLI_OK;
    if (!cli_connect(cli, &code)) return code;
    struct print_list *list = print_open(cli->json, account_columns, NULL, NULL);
    if (list == NULL) return cli_say(CLI_FAILED, "no memory");
    code = cli_query(cli, COMPONENT_GATEWAY, QUERY_ACCOUNTS, "", print_answer, list);
    return print_close(list, code, "no accounts (not logged in?)");
}

static void keep_limits(void *context, const struct msg *msg)
{
    if (msg->id == MSG_GUARD_LIMITS) *(struct guard_limits *)context = msg->guard_limits;
}

static void print_limits(const struct cli *cli, const struct guard_limits *limits)
{
    struct msg msg;
    char text[PRINT_CELL_SIZE];
    msg_init(&msg, MSG_GUARD_LIMITS);
    msg.guard_limits = *limits;
    if (cli->json) {
        static const struct print_column none[] = {{.heading = NULL}};
        struct print_list *list = print_open(true, none, NULL, NULL);
        if (list != NULL) {
            (void)print_row(list, &msg);
            (void)print_close(list, CLI_OK, "");
        }
        return;
    }
    const struct msg_type *type = msg_type(MSG_GUARD_LIMITS);
    for (uint32_t i = 0; i < type->field_count; i++) {
        print_field(&msg, &type->fields[i], text, sizeof(text));
        printf("%-28s %-14s %s\n", type->fields[i].name, text, type->fields[i].doc);
    }
}

/* Limits go as a whole: what is not given stays as it is. */
int cmd_limits(struct cli *cli)
{
    struct msg msg;
    bool change = false;
    msg_init(&msg, MSG_LIMITS_COMMAND);
    int code = cli_query(cli, COMPONENT_GATEWAY, QUERY_STATUS, "", keep_limits, &msg.limits_command.limits);
    if (code != CLI_OK) return code;
    for (size_t i = 0; cli->command->options[i].name != NULL; i++) change = change || cli->values[i] != NULL;
    if (!change) {
        print_limits(cli, &msg.limits_command.limits);
        return CLI_OK;
    }
    if (!cli_fill(cli, &msg)) return CLI_USAGE;
    cli_actor(msg.limits_command.limits.actor);
    return cli_request(cli, COMPONENT_GATEWAY, &msg);
}

static void keep_market(void *context, const struct msg *msg)
{
    if (msg->id == MSG_MARKET) *(struct market *)context = msg->market;
}

/* A time alone is of the calendar day that the market is in now. */
static int seek_time(struct cli *cli, const char *text, int64_t *out)
{
    struct market market = {.market_us = 0};
    struct err err;
    int code = cli_query(cli, COMPONENT_GATEWAY, QUERY_STATUS, "", keep_market, &market);
    if (code != CLI_OK) return code;
    if (market.market_us == 0) return cli_say(CLI_FAILED, "the market's time is not known (not logged in?)");
    if (cli_parse_moment(text, calendar_date(market.market_us), out, &err) != ERR_OK)
        return cli_say(CLI_USAGE, "market seek: %s", err.text);
    return CLI_OK;
}

int cmd_market(struct cli *cli)
{
    struct msg msg;
    const char *action = cli->words[0];
    const char *value = cli->word_count > 1 ? cli->words[1] : NULL;
    msg_init(&msg, MSG_MARKET_CONTROL);
    cli_actor(msg.market_control.actor);
    const struct field *field = msg_field(MSG_MARKET_CONTROL, "action");
    msg.market_control.action = (enum market_action)msg_enum_value(field, action);
    bool takes = msg.market_control.action == MARKET_SPEED || msg.market_control.action == MARKET_SEEK;
    if ((int)msg.market_control.action == 0)
        return cli_say(CLI_USAGE, "market: no '%s' (pause, play, speed N, seek TIME)", action);
    if (takes != (value != NULL))
        return cli_say(CLI_USAGE, takes ? "market %s: a value is missing" : "market %s takes no value", action);
    if (msg.market_control.action == MARKET_SPEED) {
        struct settings trial = *cli->settings;
        struct err err;
        if (settings_set(&trial, setting_row(SET_MARKET_SPEED), value, SOURCE_FLAG, &err) != ERR_OK)
            return cli_say(CLI_USAGE, "%s", err.text);
        msg.market_control.number = settings_number(&trial, SET_MARKET_SPEED);
    } else if (msg.market_control.action == MARKET_SEEK) {
        int code = seek_time(cli, value, &msg.market_control.number);
        if (code != CLI_OK) return code;
    }
    return cli_request(cli, COMPONENT_GATEWAY, &msg);
}

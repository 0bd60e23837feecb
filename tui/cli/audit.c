/* outcry audit: every decision of the whole system, out of all the databases, for a person to read and search. */
#include "db/audit.h"

#include "tui/cli/command.h"
#include "tui/cli/filter.h"
#include "tui/cli/print.h"

int cli_audit(const struct cli *cli, const struct db_query *query, bool (*visit)(void *context, const struct msg *msg),
              void *context)
{
    char home[SETTING_TEXT_SIZE];
    struct err err;
    enum status status = client_home(cli->settings, home, sizeof(home), &err);
    if (status == ERR_OK) status = db_audit(home, query, visit, context, &err);
    return status == ERR_OK ? CLI_OK : cli_say_err(&err);
}

/* A number that is none is nothing, not 0. */
static void number_text(const struct msg *msg, const char *name, char *out, size_t size)
{
    const struct field *field = msg_field(MSG_AUDIT, name);
    out[0] = '\0';
    if (msg_number(msg, field, 0) != 0) print_field(msg, field, out, size);
}

static void condition_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    number_text(msg, "condition_id", out, size);
}

static void tick_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    number_text(msg, "tick_seq", out, size);
}

static void price_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    number_text(msg, "price", out, size);
}

static const struct print_column columns[] = {
    {.heading = "TIME", .field = "time_us"},
    {.heading = "DAY", .field = "trading_day"},
    {.heading = "WHO", .field = "component"},
    {.heading = "KIND", .field = "kind"},
    {.heading = "ACTOR", .field = "actor"},
    {.heading = "SYMBOL", .field = "symbol"},
    {.heading = "COND", .text = condition_text, .right = true},
    {.heading = "ORDER", .field = "client_order_id"},
    {.heading = "TICK", .text = tick_text, .right = true},
    {.heading = "PRICE", .text = price_text, .right = true},
    {.heading = "EVENT", .field = "event"},
    {.heading = "REASON", .field = "reason"},
    {.heading = NULL},
};

int cmd_audit(struct cli *cli)
{
    struct db_query query = {.id = MSG_AUDIT, .limit = FILTER_LIMIT};
    if (!filter_read(cli, &query)) return CLI_USAGE;
    struct print_list *list = print_open(cli->json, columns, NULL, NULL);
    if (list == NULL) return cli_say(CLI_FAILED, "no memory");
    const int code = cli_audit(cli, &query, print_row, list);
    return print_close(list, code, "nothing was decided that matches");
}

/* Positions as the executor stored them: the newest row of each account and contract, marked at the last tick while it
 * runs; or a day's. */
#include <stdlib.h>
#include <string.h>

#include "core/position.h"
#include "core/text.h"
#include "tui/cli/json.h"
#include "tui/cli/command.h"
#include "tui/cli/filter.h"
#include "tui/cli/print.h"

#define POSITIONS_MAX 4096

/* false: the contract is not known, so that there is no multiplier to count with. */
static bool value_of(const void *context, const struct msg *msg, struct position_pnl *pnl)
{
    const struct position *position = &msg->position;
    struct contract contract;
    if (contract_make(position->symbol, position->trading_day, 0, &contract, NULL) != ERR_OK) return false;
    position_pnl(position, &contract, position->mark, *(const money_t *)context, pnl);
    return true;
}

static void average_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    struct position_pnl pnl;
    if (msg->position.quantity != 0 && value_of(context, msg, &pnl)) (void)price_format(pnl.average, out, size);
}

static void points_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    struct position_pnl pnl;
    if (msg->position.quantity != 0 && value_of(context, msg, &pnl)) (void)price_format(pnl.points, out, size);
}

static void unrealized_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    struct position_pnl pnl;
    if (msg->position.quantity != 0 && value_of(context, msg, &pnl)) (void)money_format(pnl.unrealized, out, size);
}

/* Paid, and what closing would cost: so that the three columns before it make NET. */
static void cost_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    struct position_pnl pnl = {0};
    (void)value_of(context, msg, &pnl);
    (void)money_format(-(msg->position.cost + pnl.exit_cost), out, size);
}

static void net_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    struct position_pnl pnl;
    if (value_of(context, msg, &pnl)) (void)money_format(pnl.net, out, size);
}

static void extend(const void *context, const struct msg *msg, json_t *object)
{
    struct position_pnl pnl;
    if (value_of(context, msg, &pnl)) {
        (void)json_object_set_new(object, "average_price", json_decimal(pnl.average));
        (void)json_object_set_new(object, "points", json_decimal(pnl.points));
        (void)json_object_set_new(object, "unrealized", json_decimal(pnl.unrealized));
        (void)json_object_set_new(object, "exit_cost", json_decimal(pnl.exit_cost));
        (void)json_object_set_new(object, "net", json_decimal(pnl.net));
    }
}

static const struct print_column columns[] = {
    {.heading = "ACCOUNT", .field = "account"},
    {.heading = "SYMBOL", .field = "symbol"},
    {.heading = "DAY", .field = "trading_day"},
    {.heading = "LOTS", .field = "quantity", .right = true},
    {.heading = "AVERAGE", .text = average_text, .right = true},
    {.heading = "MARK", .field = "mark", .right = true},
    {.heading = "POINTS", .text = points_text, .right = true},
    {.heading = "UNREALIZED", .text = unrealized_text, .right = true},
    {.heading = "REALIZED", .field = "realized", .right = true},
    {.heading = "COST", .text = cost_text, .right = true},
    {.heading = "NET NT$", .text = net_text, .right = true},
    {.heading = NULL},
};

struct newest {
    struct print_list *list;
    bool all; /* flat ones too */
    size_t count;
    struct position *seen;
    size_t live_count;
    struct position *live; /* as the executor has them now, when it runs: marked at the last tick */
};

static void take_live(void *context, const struct msg *msg)
{
    struct newest *newest = context;
    if (msg->id == MSG_POSITION && newest->live_count < POSITIONS_MAX)
        newest->live[newest->live_count++] = msg->position;
}

static void take_bar(void *context, const struct msg *msg)
{
    if (msg->id == MSG_BAR) *(price_t *)context = msg->bar.close;
}

/* An executor that was started after the last tick has the last fill's mark; the day's bars end with the last tick. */
static void mark_by_bars(struct cli *cli, struct position *position)
{
    struct msg msg;
    struct reply reply;
    if (position->quantity == 0) return;
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_BARS;
    (void)text_copy(msg.query.text, sizeof(msg.query.text), position->symbol);
    (void)client_call(cli->client, COMPONENT_GATEWAY, &msg, take_bar, &position->mark, &reply, NULL);
}

/* A stored row is marked at its last fill; what runs knows the last tick. Nothing running, or no answer: the stored. */
static void ask_live(struct cli *cli, struct newest *newest)
{
    struct msg msg;
    struct reply reply;
    int code = CLI_OK;
    if (!client_daemon_running(cli->settings) || !cli_connect(cli, &code)) return;
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_POSITIONS;
    (void)client_call(cli->client, COMPONENT_EXECUTOR, &msg, take_live, newest, &reply, NULL);
    for (size_t i = 0; i < newest->live_count; i++) mark_by_bars(cli, &newest->live[i]);
}

static void mark_now(const struct newest *newest, struct position *position)
{
    for (size_t i = 0; i < newest->live_count; i++) {
        const struct position *live = &newest->live[i];
        if (strcmp(live->symbol, position->symbol) == 0 && strcmp(live->account, position->account) == 0 &&
            live->trading_day == position->trading_day && live->mark != 0)
            position->mark = live->mark;
    }
}

/* Rows come newest first: the first of an account and contract is how it stands. */
static bool keep_newest(void *context, const struct msg *msg)
{
    struct newest *newest = context;
    const struct position *position = &msg->position;
    for (size_t i = 0; i < newest->count; i++)
        if (strcmp(newest->seen[i].symbol, position->symbol) == 0 &&
            strcmp(newest->seen[i].account, position->account) == 0)
            return true;
    if (newest->count == POSITIONS_MAX) return false;
    newest->seen[newest->count++] = *position;
    struct msg row = *msg;
    mark_now(newest, &row.position);
    bool shown = newest->all || position->quantity != 0 || position->bought != 0 || position->sold != 0;
    return !shown || print_row(newest->list, &row);
}

int cmd_positions(struct cli *cli)
{
    struct db_query query = {.id = MSG_POSITION};
    money_t commission = settings_number(cli->settings, SET_COMMISSION);
    int code = CLI_OK;
    struct err err;
    if (!filter_read(cli, &query)) return CLI_USAGE;
    struct print_list *list = print_open(cli->json, columns, extend, &commission);
    if (query.trading_day != 0) return filter_print(cli, DB_ORDERS, &query, list, "no positions");
    struct newest newest = {.list = list,
                            .all = cli_given(cli, "--all"),
                            .seen = calloc(POSITIONS_MAX, sizeof(*newest.seen)),
                            .live = calloc(POSITIONS_MAX, sizeof(*newest.live))};
    if (list == NULL || newest.seen == NULL || newest.live == NULL) {
        free(newest.seen);
        free(newest.live);
        return cli_say(CLI_FAILED, "no memory");
    }
    ask_live(cli, &newest);
    struct db *db = cli_database(cli, DB_ORDERS, &code);
    if (db != NULL && db_each(db, &query, keep_newest, &newest, &err) != ERR_OK) code = cli_say_err(&err);
    db_close(db);
    free(newest.seen);
    free(newest.live);
    return print_close(list, code, "no positions");
}

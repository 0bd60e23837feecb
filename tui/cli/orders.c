/* Orders: the stored list, one order's history, and the operator's commands to the executor and the gateway. */
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/text.h"
#include "tui/cli/json.h"
#include "tui/cli/command.h"
#include "tui/cli/filter.h"
#include "tui/cli/print.h"

static void filled_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    snprintf(out, size, "%d/%d", msg->order.filled_quantity, msg->order.request.quantity);
}

static void average_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    if (msg->order.filled_quantity > 0) (void)price_format(order_average(&msg->order), out, size);
}

static void limit_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    if (msg->order.request.type == ORDER_LIMIT) (void)price_format(msg->order.request.limit_price, out, size);
}

static void condition_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    if (msg->order.request.condition_id != 0) snprintf(out, size, "%lld", (long long)msg->order.request.condition_id);
}

static void extend(const void *context, const struct msg *msg, json_t *object)
{
    (void)context;
    (void)json_object_set_new(object, "average_price",
                              msg->order.filled_quantity > 0 ? json_decimal(order_average(&msg->order)) : json_null());
}

static const struct print_column columns[] = {
    {.heading = "ORDER", .field = "client_order_id"},
    {.heading = "UPDATED", .field = "updated_us"},
    {.heading = "SYMBOL", .field = "symbol"},
    {.heading = "SIDE", .field = "side"},
    {.heading = "TYPE", .field = "type"},
    {.heading = "TIF", .field = "tif"},
    {.heading = "LIMIT", .text = limit_text, .right = true},
    {.heading = "FILLED", .text = filled_text, .right = true},
    {.heading = "AVERAGE", .text = average_text, .right = true},
    {.heading = "STATE", .field = "state"},
    {.heading = "CONDITION", .text = condition_text, .right = true},
    {.heading = "LEG", .field = "leg"},
    {.heading = "REASON", .field = "reason"},
    {.heading = NULL},
};

static const struct print_column event_columns[] = {
    {.heading = "SEQ", .field = "seq", .right = true},
    {.heading = "MARKET TIME", .field = "market_us"},
    {.heading = "EVENT", .field = "kind"},
    {.heading = "STATE", .field = "state"},
    {.heading = "LOTS", .field = "fill_quantity", .right = true},
    {.heading = "PRICE", .field = "fill_price", .right = true},
    {.heading = "TOTAL", .field = "filled_quantity", .right = true},
    {.heading = "EXEC ID", .field = "exec_id"},
    {.heading = "REASON", .field = "reason"},
    {.heading = NULL},
};

int cmd_orders_list(struct cli *cli)
{
    struct db_query query = {.id = MSG_ORDER, .limit = FILTER_LIMIT};
    if (!filter_read(cli, &query)) return CLI_USAGE;
    return filter_print(cli, DB_ORDERS, &query, print_open(cli->json, columns, extend, NULL), "no orders");
}

int cmd_orders_show(struct cli *cli)
{
    struct db_query query = {.id = MSG_ORDER, .client_order_id = cli->words[0]};
    struct db_query events = {.id = MSG_ORDER_EVENT, .client_order_id = cli->words[0]};
    int code = CLI_OK;
    if (!filter_finds(cli, DB_ORDERS, &query, &code))
        return code != CLI_OK ? code : cli_say(CLI_FAILED, "no order %s", cli->words[0]);
    if (cli->json)
        return filter_print(cli, DB_ORDERS, &events, print_open(true, event_columns, NULL, NULL), "no events");
    code = filter_print(cli, DB_ORDERS, &query, print_open(false, columns, NULL, NULL), "no order");
    if (code != CLI_OK) return code;
    return filter_print(cli, DB_ORDERS, &events, print_open(false, event_columns, NULL, NULL), "no events");
}

/* A limit price makes it a limit order; without one it is a market order. */
static int complete(const struct cli *cli, struct order_request *order)
{
    bool limit = cli_given(cli, "--limit-price");
    if (!cli_given(cli, "--type")) order->type = limit ? ORDER_LIMIT : ORDER_MARKET;
    if (limit != (order->type == ORDER_LIMIT)) {
        return cli_say(CLI_USAGE, limit ? "orders place: --limit-price is for --type LMT"
                                        : "orders place: --type LMT needs --limit-price");
    }
    if (!cli_given(cli, "--tif")) order->tif = order->type == ORDER_LIMIT ? TIF_ROD : TIF_IOC;
    return CLI_OK;
}

/* Has the order come as far as a script can wait for: in the book, or ended? */
static bool settled(const struct order_event *event)
{
    if (event->state == ORDER_INTENT || event->state == ORDER_SENDING) return false;
    return event->request.tif == TIF_ROD || event->state == ORDER_UNKNOWN || order_state_terminal(event->state);
}

static int print_outcome(const struct cli *cli, const struct msg *msg, price_t value)
{
    const struct order_event *event = &msg->order_event;
    char average[PRICE_TEXT_SIZE];
    if (cli->json) {
        json_t *object = json_from_msg(msg);
        (void)json_write_line(stdout, object);
        json_decref(object);
    } else {
        printf("%s %s %d/%d", event->request.client_order_id, order_state_name(event->state), event->filled_quantity,
               event->request.quantity);
        if (event->filled_quantity > 0 && value != 0)
            printf(" at %s", price_format(value / event->filled_quantity, average, sizeof(average)));
        printf("%s%s\n", event->reason[0] != '\0' ? ": " : "", event->reason);
    }
    if (event->state == ORDER_UNKNOWN) return CLI_TIMEOUT;
    return order_state_terminal(event->state) && event->filled_quantity == 0 ? CLI_FAILED : CLI_OK;
}

/* The executor has taken it; what became of it comes as events. */
static int await_outcome(struct cli *cli, const char *id)
{
    int64_t until_us = clock_monotonic_us() + settings_number(cli->settings, SET_REQUEST_TIMEOUT) * CLOCK_MS_US;
    price_t value = 0;
    while (clock_monotonic_us() < until_us) {
        struct msg msg;
        while (client_next(cli->client, &msg, NULL)) {
            if (msg.id != MSG_ORDER_EVENT || strcmp(msg.order_event.request.client_order_id, id) != 0) continue;
            value += msg.order_event.fill_price * msg.order_event.fill_quantity;
            if (settled(&msg.order_event)) return print_outcome(cli, &msg, value);
        }
        client_wait(cli->client, -1, 50);
    }
    return cli_say(CLI_TIMEOUT, "%s: nothing was heard of it in time ('outcry orders show %s' tells)", id, id);
}

struct known {
    const char *id;
    struct msg event; /* what became of it, as its last event would say it */
    price_t value;
    bool settled;
};

static void see_known(void *context, const struct msg *msg)
{
    struct known *known = context;
    if (msg->id != MSG_ORDER || strcmp(msg->order.request.client_order_id, known->id) != 0) return;
    struct order_event *event = &known->event.order_event;
    event->request = msg->order.request;
    event->state = msg->order.state;
    event->filled_quantity = msg->order.filled_quantity;
    event->reject = msg->order.reject;
    (void)text_copy(event->venue_order_id, sizeof(event->venue_order_id), msg->order.venue_order_id);
    (void)text_copy(event->reason, sizeof(event->reason), msg->order.reason);
    event->trading_day = msg->order.trading_day;
    event->market_us = msg->order.market_us;
    event->time_us = msg->order.updated_us;
    known->value = msg->order.filled_value;
    known->settled = settled(event);
}

/* An order of this key was there before: what became of that one. */
static int tell_known(struct cli *cli, const char *id)
{
    struct known known = {.id = id};
    msg_init(&known.event, MSG_ORDER_EVENT);
    int code = cli_query(cli, COMPONENT_EXECUTOR, QUERY_ORDERS, "", see_known, &known);
    if (code != CLI_OK) return code;
    if (known.settled) return print_outcome(cli, &known.event, known.value);
    if (known.value == 0 && known.event.order_event.state == 0)
        return cli_say(CLI_FAILED, "%s was placed on an earlier day ('outcry orders show %s' tells)", id, id);
    return await_outcome(cli, id);
}

/* Nobody knows whether it was placed: how to find out, and how to ask again without a second order. */
static void say_how_to_ask(const struct cli *cli, const struct order_command *command)
{
    char id[CLIENT_ORDER_ID_SIZE] = "", install[NAME_SIZE];
    int code = CLI_OK;
    struct db *db = cli_database(cli, DB_ORDERS, &code);
    (void)text_copy(id, sizeof(id), command->order.client_order_id);
    if (id[0] == '\0' && db != NULL && db_meta_get(db, "install", install, sizeof(install), NULL) == ERR_OK)
        order_key_id(install, command->key, id);
    db_close(db);
    if (id[0] != '\0')
        (void)cli_say(CLI_TIMEOUT, "it may have been placed, as %s: 'outcry orders show %s' tells", id, id);
    if (command->order.client_order_id[0] == '\0')
        (void)cli_say(CLI_TIMEOUT, "the same command with '--key %llu' is the same order, never a second one",
                      (unsigned long long)command->key);
}

/* Taken by the executor, then what became of it. */
static int place(struct cli *cli, struct msg *msg)
{
    struct reply reply;
    int code = cli_ask(cli, COMPONENT_EXECUTOR, msg, NULL, NULL, &reply);
    if (code == CLI_TIMEOUT) say_how_to_ask(cli, &msg->order_command);
    if (code != CLI_OK) return code;
    if (reply.status != ERR_OK || cli_given(cli, "--no-wait")) return cli_print_reply(cli, &reply);
    return reply.number == 0 ? tell_known(cli, reply.text) : await_outcome(cli, reply.text);
}

int cmd_orders_place(struct cli *cli)
{
    static const char *const needed[] = {"--symbol", "--side", "--quantity"};
    struct msg msg;
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!cli_given(cli, needed[i])) return cli_say(CLI_USAGE, "orders place: %s is missing", needed[i]);
    msg_init(&msg, MSG_ORDER_COMMAND);
    if (!cli_fill(cli, &msg)) return CLI_USAGE;
    struct order_request *order = &msg.order_command.order;
    int code = complete(cli, order);
    cli_actor(order->actor);
    order->reduce_only = cli_given(cli, "--reduce-only");
    order->attempt = 1;
    if (code == CLI_OK) code = cli_check_account(cli);
    if (code == CLI_OK && !cli_given(cli, "--account")) code = cli_selected_account(cli, order->account);
    return code == CLI_OK ? place(cli, &msg) : code;
}

int cmd_orders_cancel(struct cli *cli)
{
    struct msg msg;
    struct err err;
    const char *reason = cli_value(cli, "--reason");
    msg_init(&msg, MSG_CANCEL_COMMAND);
    if (cli_set_field(&msg, msg_field(MSG_CANCEL_COMMAND, "client_order_id"), cli->words[0], &err) != ERR_OK ||
        cli_set_field(&msg, msg_field(MSG_CANCEL_COMMAND, "reason"), reason != NULL ? reason : "", &err) != ERR_OK)
        return cli_say(CLI_USAGE, "orders cancel: %s", err.text);
    cli_actor(msg.cancel_command.cancel.actor);
    return cli_request(cli, COMPONENT_EXECUTOR, &msg);
}

/* An order of unknown outcome, decided by the trader. */
int cmd_orders_resolve(struct cli *cli)
{
    static const enum order_state allowed[] = {ORDER_CANCELLED, ORDER_REJECTED, ORDER_EXPIRED};
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        if (strcasecmp(cli->words[1], order_state_name(allowed[i])) == 0)
            return cli_control(cli, COMPONENT_GATEWAY, CONTROL_RESOLVE, cli->words[0], allowed[i]);
    if (strcasecmp(cli->words[1], "ask") == 0)
        return cli_control(cli, COMPONENT_GATEWAY, CONTROL_RESOLVE, cli->words[0], ORDER_UNKNOWN);
    return cli_say(CLI_USAGE, "orders resolve: '%s' (allowed CANCELLED, REJECTED, EXPIRED, ask)", cli->words[1]);
}

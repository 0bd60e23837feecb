/* What is only there while it runs: the contract list, and ticks and events as they come. */
#include <string.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "tui/cli/json.h"
#include "tui/cli/command.h"
#include "tui/cli/print.h"

static void registered_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    snprintf(out, size, "%s", (msg->contract.flags & CONTRACT_REGISTERED) != 0 ? "yes" : "");
}

static void month_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    snprintf(out, size, "%04d-%02d", msg->contract.delivery_month / 100, msg->contract.delivery_month % 100);
}

static void reference_text(const void *context, const struct msg *msg, char *out, size_t size)
{
    char price[PRICE_TEXT_SIZE];
    (void)context;
    snprintf(out, size, "%s%s", (msg->contract.flags & CONTRACT_REFERENCE_ESTIMATED) != 0 ? "~" : "",
             price_format(msg->contract.reference, price, sizeof(price)));
}

static void extend_contract(const void *context, const struct msg *msg, json_t *object)
{
    (void)context;
    (void)json_object_set_new(object, "registered", json_boolean((msg->contract.flags & CONTRACT_REGISTERED) != 0));
    (void)json_object_set_new(object, "reference_estimated",
                              json_boolean((msg->contract.flags & CONTRACT_REFERENCE_ESTIMATED) != 0));
}

static const struct print_column contract_columns[] = {
    {.heading = "SYMBOL", .field = "symbol"},
    {.heading = "NAME", .field = "name"},
    {.heading = "MONTH", .text = month_text},
    {.heading = "LAST DAY", .field = "last_trading_day"},
    {.heading = "NT$/POINT", .field = "multiplier", .right = true},
    {.heading = "REFERENCE", .text = reference_text, .right = true},
    {.heading = "LOW LIMIT", .field = "limit_down", .right = true},
    {.heading = "HIGH LIMIT", .field = "limit_up", .right = true},
    {.heading = "MARGIN", .field = "initial_margin", .right = true},
    {.heading = "REGISTERED", .text = registered_text},
    {.heading = NULL},
};

int cmd_contracts(struct cli *cli)
{
    int code = CLI_OK;
    if (!cli_connect(cli, &code)) return code;
    struct print_list *list = print_open(cli->json, contract_columns, extend_contract, NULL);
    if (list == NULL) return cli_say(CLI_FAILED, "no memory");
    code = cli_query(cli, COMPONENT_GATEWAY, QUERY_CONTRACTS, cli->word_count > 0 ? cli->words[0] : "", print_answer,
                     list);
    return print_close(list, code, "no contract of that name");
}

/* --- watch -------------------------------------------------------------------------------------------------------- */

struct lookup {
    const char *symbol;
    bool found, registered;
};

static void look_up(void *context, const struct msg *msg)
{
    struct lookup *lookup = context;
    if (msg->id == MSG_CONTRACT && strcmp(msg->contract.symbol, lookup->symbol) == 0) {
        lookup->found = true;
        lookup->registered = (msg->contract.flags & CONTRACT_REGISTERED) != 0;
    }
}

static int check_symbols(struct cli *cli)
{
    for (int i = 0; i < cli->word_count; i++) {
        struct lookup lookup = {.symbol = cli->words[i]};
        int code = cli_query(cli, COMPONENT_GATEWAY, QUERY_CONTRACTS, cli->words[i], look_up, &lookup);
        if (code != CLI_OK) return code;
        if (!lookup.found)
            return cli_say(CLI_FAILED, "%s: no such contract ('outcry contracts' lists them)", cli->words[i]);
        if (!lookup.registered) {
            return cli_say(CLI_FAILED, "%s is not registered; 'outcry register %s' does it", cli->words[i],
                           cli->words[i]);
        }
    }
    return CLI_OK;
}

static bool wanted(const struct cli *cli, const char *symbol)
{
    for (int i = 0; i < cli->word_count; i++)
        if (strcmp(cli->words[i], symbol) == 0) return true;
    return cli->word_count == 0;
}

static void print_tick(const struct tick *tick)
{
    char stamp[CALENDAR_TEXT_SIZE];
    char price[PRICE_TEXT_SIZE];
    char bid[PRICE_TEXT_SIZE];
    char ask[PRICE_TEXT_SIZE];
    printf("%s  %-8s %10s x %-4d  bid %s x %d  ask %s x %d  volume %lld%s\n",
           calendar_format_stamp(tick->time_us, stamp, sizeof(stamp)), tick->symbol,
           price_format(tick->price, price, sizeof(price)), tick->quantity, price_format(tick->bid, bid, sizeof(bid)),
           tick->bid_quantity, price_format(tick->ask, ask, sizeof(ask)), tick->ask_quantity, (long long)tick->volume,
           (tick->flags & TICK_TRIAL) != 0 ? "  trial match" : "");
}

static void print_event(const struct msg *msg)
{
    char stamp[CALENDAR_TEXT_SIZE];
    char price[PRICE_TEXT_SIZE];
    if (msg->id == MSG_TRANSITION) {
        const struct transition *t = &msg->transition;
        printf("%s  %-8s condition %lld: %s -> %s at %s  %s\n",
               calendar_format_stamp(t->market_us, stamp, sizeof(stamp)), t->symbol, (long long)t->condition_id,
               condition_state_name(t->from), condition_state_name(t->to), price_format(t->price, price, sizeof(price)),
               t->reason);
    } else {
        const struct order_event *e = &msg->order_event;
        printf("%s  %-8s order %s: %s %s %d -> %s, %d filled at %s  %s\n",
               calendar_format_stamp(e->market_us, stamp, sizeof(stamp)), e->request.symbol, e->request.client_order_id,
               exec_kind_name(e->kind), side_name(e->request.side), e->request.quantity, order_state_name(e->state),
               e->filled_quantity, price_format(e->fill_price, price, sizeof(price)), e->reason);
    }
}

/* true: it was one that is watched. */
static bool show(const struct cli *cli, const struct msg *msg, bool events)
{
    bool tick = msg->id == MSG_TICK && wanted(cli, msg->tick.symbol);
    bool event = events && ((msg->id == MSG_TRANSITION && wanted(cli, msg->transition.symbol)) ||
                            (msg->id == MSG_ORDER_EVENT && wanted(cli, msg->order_event.request.symbol)));
    if (!tick && !event) return false;
    if (cli->json) {
        json_t *object = json_from_msg(msg);
        (void)json_object_set_new(object, "message", json_string(msg_type(msg->id)->name));
        (void)json_write_line(stdout, object);
        json_decref(object);
    } else if (tick) {
        print_tick(&msg->tick);
    } else {
        print_event(msg);
    }
    return true;
}

int cmd_watch(struct cli *cli)
{
    int64_t count = 0;
    int64_t seconds = 0;
    int code = CLI_OK;
    if (!cli_number(cli, "--count", 1, INT32_MAX, &count) || !cli_number(cli, "--seconds", 1, INT32_MAX, &seconds))
        return CLI_USAGE;
    if (!cli_connect(cli, &code)) return code;
    code = check_symbols(cli);
    int64_t until_us = clock_monotonic_us() + seconds * CLOCK_SECOND_US;
    int64_t shown = 0;
    while (code == CLI_OK && (count == 0 || shown < count) && (seconds == 0 || clock_monotonic_us() < until_us)) {
        struct msg msg;
        while ((count == 0 || shown < count) && client_next(cli->client, &msg, NULL))
            shown += show(cli, &msg, cli_given(cli, "--events")) ? 1 : 0;
        if (fflush(stdout) != 0) return CLI_FAILED; /* whoever read it has gone */
        if (count == 0 || shown < count) client_wait(cli->client, -1, 200);
    }
    return code;
}

/* What differs from the venue's books, as a list, and the acceptance of one line of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/cli/command.h"
#include "tui/cli/json.h"
#include "tui/cli/print.h"
#include "tui/difference_text.h"

#define ACCEPT_MAX 1000000

static void put_name(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    snprintf(out, size, "%s", difference_name(&msg->difference));
}

static void put_ours(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    snprintf(out, size, "%s", difference_text(&msg->difference).ours);
}

static void put_venue(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    snprintf(out, size, "%s", difference_text(&msg->difference).venue);
}

static void put_proposed(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    snprintf(out, size, "%s", difference_text(&msg->difference).proposed);
}

static void put_command(const void *context, const struct msg *msg, char *out, size_t size)
{
    (void)context;
    snprintf(out, size, "outcry differences accept %s %s", difference_name(&msg->difference),
             difference_text(&msg->difference).seen);
}

static void extend(const void *context, const struct msg *msg, json_t *object)
{
    char command[PRINT_CELL_SIZE];
    put_command(context, msg, command, sizeof command);
    (void)json_object_set_new(object, "proposed", json_string(difference_text(&msg->difference).proposed));
    (void)json_object_set_new(object, "accept", json_string(command));
}

static const struct print_column columns[] = {
    {.heading = "NAME", .text = put_name},
    {.heading = "SYMBOL", .field = "symbol"},
    {.heading = "ACCOUNT", .field = "account"},
    {.heading = "OURS", .text = put_ours, .right = true},
    {.heading = "VENUE", .text = put_venue, .right = true},
    {.heading = "PROPOSED", .text = put_proposed},
    {.heading = "TO ACCEPT", .text = put_command},
    {.heading = NULL},
};

static void print_difference(void *list, const struct msg *msg)
{
    if (msg->id == MSG_DIFFERENCE && !msg->difference.settled) (void)print_row(list, msg);
}

int cmd_differences_list(struct cli *cli)
{
    int code = CLI_OK;
    if (!cli_connect(cli, &code)) return code;
    struct print_list *list = print_open(cli->json, columns, extend, NULL);
    if (list == NULL) return cli_say(CLI_FAILED, "no memory");
    code = cli_query(cli, COMPONENT_GATEWAY, QUERY_STATUS, "", print_difference, list);
    return print_close(list, code, "nothing differs from the venue's books");
}

/* SEEN is what the trader saw: what has moved since is not accepted. */
int cmd_differences_accept(struct cli *cli)
{
    char *end = NULL;
    for (int kind = DIFFERENCE_MISSING; kind <= DIFFERENCE_BEHIND; kind++)
        if (strcmp(cli->words[1], difference_kind_name((enum difference_kind)kind)) == 0)
            return cli_control(cli, COMPONENT_GATEWAY, CONTROL_ACCEPT, cli->words[0], kind);
    errno = 0;
    long long lots = strtoll(cli->words[1], &end, 10);
    if (end == cli->words[1] || *end != '\0' || errno != 0 || lots < -ACCEPT_MAX || lots > ACCEPT_MAX) {
        return cli_say(CLI_USAGE,
                       "differences accept: '%s' (allowed lots -%d to %d; of an order: missing, unknown, elsewhere, "
                       "alive, behind)",
                       cli->words[1], ACCEPT_MAX, ACCEPT_MAX);
    }
    return cli_control(cli, COMPONENT_GATEWAY, CONTROL_ACCEPT, cli->words[0], lots);
}

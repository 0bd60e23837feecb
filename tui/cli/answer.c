/* How a command answers: exit codes, the one line on stderr, requests to what is running, databases to read. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "tui/cli/json.h"
#include "tui/cli/command.h"

int cli_say(int code, const char *format, ...)
{
    char text[ERR_TEXT_SIZE * 2];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    text_clean(text); /* an argument may hold anything */
    fprintf(stderr, "outcry: %s\n", text);
    return code;
}

static enum cli_exit exit_of(enum status status)
{
    if (status == ERR_OK) return CLI_OK;
    return status == ERR_TIMEOUT ? CLI_TIMEOUT : CLI_FAILED;
}

int cli_say_err(const struct err *err)
{
    return cli_say(exit_of(err->status), "%s", err->text);
}

void cli_actor(char actor[NAME_SIZE])
{
    client_actor(actor);
}

bool cli_connect(struct cli *cli, int *code)
{
    struct err err;
    if (cli->client != NULL) return true;
    /* The kill switch asks the gateway itself, whether its supervisor lives or not. */
    if (cli->command->run != cmd_halt && !client_daemon_running(cli->settings) &&
        !client_orphans(cli->settings, NULL)) {
        *code = cli_say(CLI_NOT_RUNNING, "nothing is running here; 'outcry start' starts it");
        return false;
    }
    if (client_open(&cli->client, cli->settings, &err) != ERR_OK) {
        *code = cli_say_err(&err);
        return false;
    }
    return true;
}

int cli_ask(struct cli *cli, enum component to, struct msg *msg, void (*visit)(void *context, const struct msg *msg),
            void *context, struct reply *reply)
{
    int code = CLI_OK;
    struct err err = {.status = ERR_OK};
    memset(reply, 0, sizeof(*reply));
    if (!cli_connect(cli, &code)) return code;
    if (msg->id == MSG_CONDITION_COMMAND && msg->condition_command.action == CONDITION_CREATE)
        msg->condition_command.key = client_key(cli->client); /* asked again when the answer is lost */
    if (msg->id == MSG_ORDER_COMMAND && msg->order_command.key == 0) msg->order_command.key = client_key(cli->client);
    enum status status = client_call(cli->client, to, msg, visit, context, reply, &err);
    if (status != ERR_OK) return cli_say(exit_of(status), "%s", err.text);
    return CLI_OK;
}

int cli_print_reply(const struct cli *cli, const struct reply *reply)
{
    enum status status = (enum status)reply->status;
    if (cli->json) {
        json_t *object = json_object();
        (void)json_object_set_new(object, "status", json_string(status == ERR_OK ? "ok" : status_name(status)));
        (void)json_object_set_new(object, "number", json_integer(reply->number));
        (void)json_object_set_new(object, "text", json_string(reply->text));
        (void)json_write_line(stdout, object);
        json_decref(object);
    } else if (status != ERR_OK) {
        return cli_say((int)exit_of(status), "%s", reply->text[0] != '\0' ? reply->text : status_name(status));
    } else {
        printf("%s\n", reply->text[0] != '\0' ? reply->text : "done");
    }
    return (int)exit_of(status);
}

int cli_request(struct cli *cli, enum component to, struct msg *msg)
{
    struct reply reply;
    int code = cli_ask(cli, to, msg, NULL, NULL, &reply);
    return code != CLI_OK ? code : cli_print_reply(cli, &reply);
}

int cli_query(struct cli *cli, enum component to, enum query_kind kind, const char *text,
              void (*visit)(void *context, const struct msg *msg), void *context)
{
    struct msg msg;
    struct reply reply;
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = kind;
    (void)text_copy(msg.query.text, sizeof(msg.query.text), text);
    int code = cli_ask(cli, to, &msg, visit, context, &reply);
    if (code == CLI_OK && reply.status != ERR_OK)
        return cli_say((int)exit_of((enum status)reply.status), "%s", reply.text);
    return code;
}

int cli_control(struct cli *cli, enum component to, enum control_kind kind, const char *text, int64_t number)
{
    struct msg msg;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = kind;
    msg.control.number = number;
    cli_actor(msg.control.actor);
    if (!text_copy(msg.control.text, sizeof(msg.control.text), text))
        return cli_say(CLI_USAGE, "too long (at most %d bytes): %.40s...", TEXT_SIZE - 1, text);
    return cli_request(cli, to, &msg);
}

static void keep_session(void *context, const struct msg *msg)
{
    if (msg->id == MSG_SESSION) *(struct session_info *)context = msg->session;
}

int cli_selected_account(struct cli *cli, char account[ACCOUNT_SIZE])
{
    struct session_info session = {.logged_in = false};
    account[0] = '\0';
    int code = cli_query(cli, COMPONENT_GATEWAY, QUERY_STATUS, "", keep_session, &session);
    if (code != CLI_OK) return code;
    if (text_copy(account, ACCOUNT_SIZE, session.account) && account[0] != '\0') return CLI_OK;
    return cli_say(CLI_FAILED, session.logged_in ? "no account is selected (outcry account NAME selects one)"
                                                 : "not logged in to the venue, so no account is selected");
}

struct accounts {
    const char *wanted;
    bool found;
    char names[160]; /* of all, for a person */
};

static void look_at_account(void *context, const struct msg *msg)
{
    struct accounts *accounts = context;
    size_t length = strlen(accounts->names);
    if (msg->id != MSG_ACCOUNT) return;
    accounts->found = accounts->found || strcmp(msg->account.account, accounts->wanted) == 0;
    snprintf(accounts->names + length, sizeof(accounts->names) - length, "%s%s", length > 0 ? ", " : "",
             msg->account.account);
}

int cli_check_account(struct cli *cli)
{
    struct accounts accounts = {.wanted = cli_value(cli, "--account")};
    if (accounts.wanted == NULL) return CLI_OK;
    int code = cli_query(cli, COMPONENT_GATEWAY, QUERY_ACCOUNTS, "", look_at_account, &accounts);
    if (code != CLI_OK || accounts.found) return code;
    return cli_say(CLI_FAILED, "--account: '%s' (allowed %s)", accounts.wanted,
                   accounts.names[0] != '\0' ? accounts.names : "none: nobody is logged in");
}

struct db *cli_database(const struct cli *cli, enum db_file file, int *code)
{
    char home[SETTING_TEXT_SIZE];
    struct db *db = NULL;
    struct err err;
    enum status status = client_home(cli->settings, home, sizeof(home), &err);
    if (status == ERR_OK) status = db_open(&db, file, home, DB_READ, DB_NORMAL, &err);
    if (status == ERR_OK) return db;
    *code = status == ERR_NOT_FOUND ? CLI_OK : cli_say_err(&err);
    return NULL;
}

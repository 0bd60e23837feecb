/* The processes: start, stop, restart, set. */
#include <poll.h>
#include <string.h>

#include "core/clock.h"
#include "core/text.h"
#include "tui/cli/command.h"

#define STOP_MS  15000
#define READY_MS 5000

static bool is_component(const char *name)
{
    for (int i = COMPONENT_EXCHANGE; i <= COMPONENT_EXECUTOR; i++)
        if (strcmp(component_name((enum component)i), name) == 0) return true;
    return false;
}

static int bad_component(const char *name, bool all)
{
    return cli_say(CLI_USAGE, "no component '%s' (exchange, gateway, strategy, executor%s)", name, all ? ", all" : "");
}

static int done(const struct cli *cli, const char *text)
{
    struct reply reply = {.status = ERR_OK};
    (void)text_copy(reply.text, sizeof(reply.text), text);
    return cli_print_reply(cli, &reply);
}

static void see_session(void *context, const struct msg *msg)
{
    if (msg->id == MSG_SESSION) *(struct session_info *)context = msg->session;
}

/* With a user who is logged in at start, a script may go on at once: contracts are there and orders are taken. */
static int await_market(struct cli *cli)
{
    int64_t until_us = clock_monotonic_us() + READY_MS * CLOCK_MS_US;
    const char *user = settings_text(cli->settings, SET_AUTO_LOGIN);
    struct session_info session = {.logged_in = false};
    bool ready = user[0] == '\0';
    while (!ready) {
        int code = cli_query(cli, COMPONENT_GATEWAY, QUERY_STATUS, "", see_session, &session);
        ready = session.logged_in && session.account[0] != '\0';
        if (code != CLI_OK) return code;
        if (!session.logged_in && session.text[0] != '\0')
            return cli_say(CLI_FAILED, "started, but '%s' is not logged in: %s", user, session.text);
        if (!ready && clock_monotonic_us() > until_us)
            return cli_say(CLI_TIMEOUT, "started, but nobody is logged in yet ('outcry status' tells)");
        if (!ready) (void)poll(NULL, 0, 20);
    }
    return done(cli, "started");
}

struct comparison {
    const struct settings *settings;
    char text[2 * SETTING_TEXT_SIZE]; /* the first that differs */
};

/* "market.speed=60" */
static void compare_setting(void *context, const struct msg *msg)
{
    struct comparison *comparison = context;
    const char *equals = msg->id == MSG_LOG ? strchr(msg->log.text, '=') : NULL;
    for (int id = 0; equals != NULL && comparison->text[0] == '\0' && id < SETTING_COUNT; id++) {
        const struct setting *row = setting_row((enum setting_id)id);
        const struct setting_value *value = &comparison->settings->values[id];
        size_t length = strlen(row->key);
        bool ours = value->source == SOURCE_FLAG && id != SET_HOME && id != SET_RUNTIME &&
                    strncmp(row->key, "screen.", strlen("screen.")) != 0;
        if (ours && (size_t)(equals - msg->log.text) == length && strncmp(msg->log.text, row->key, length) == 0 &&
            strcmp(equals + 1, value->text) != 0) {
            snprintf(comparison->text, sizeof(comparison->text), "%s is '%s', not '%s'", row->key, equals + 1,
                     value->text);
        }
    }
}

/* Flags that would have no effect on what runs already are refused, not forgotten. */
static int check_flags(struct cli *cli)
{
    struct comparison comparison = {.settings = cli->settings};
    int code = cli_query(cli, COMPONENT_SUPERVISOR, QUERY_SETTINGS, "", compare_setting, &comparison);
    if (code == CLI_OK && comparison.text[0] != '\0')
        return cli_say(CLI_FAILED, "it runs already, where %s ('outcry stop' ends it)", comparison.text);
    return code;
}

/* Ask outcryd, then wait until what was asked for works. */
static int bring_up(struct cli *cli, enum control_kind kind, const char *name, const char *answer)
{
    struct msg msg;
    struct reply reply;
    struct err err;
    enum component only = COMPONENT_EXCHANGE;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = kind;
    (void)text_copy(msg.control.text, sizeof(msg.control.text), name);
    cli_actor(msg.control.actor);
    int code = cli_ask(cli, COMPONENT_SUPERVISOR, &msg, NULL, NULL, &reply);
    if (code != CLI_OK || reply.status != ERR_OK) return code != CLI_OK ? code : cli_print_reply(cli, &reply);
    while (only <= COMPONENT_EXECUTOR && strcmp(component_name(only), name) != 0) only++;
    if (client_await(cli->client, only <= COMPONENT_EXECUTOR ? only : 0, READY_MS, &err) != ERR_OK)
        return cli_say_err(&err);
    return done(cli, answer);
}

int cmd_start(struct cli *cli)
{
    const char *name = cli->word_count > 0 ? cli->words[0] : "all";
    struct err err;
    if (strcmp(name, "all") != 0 && !is_component(name)) return bad_component(name, true);
    if (client_daemon_running(cli->settings)) {
        int code = check_flags(cli);
        return code == CLI_OK ? bring_up(cli, CONTROL_START, name, "started") : code;
    }
    if (strcmp(name, "all") != 0)
        return cli_say(CLI_NOT_RUNNING, "outcryd is not running; 'outcry start' starts it and all components");
    const enum status status = client_daemon_start(cli->settings, &err);
    if (status == ERR_BUSY && client_daemon_running(cli->settings)) /* two were asked to start at once */
        return bring_up(cli, CONTROL_START, name, "started");
    return status == ERR_OK ? await_market(cli) : cli_say_err(&err);
}

/* outcryd answers before it ends: what was asked for is that it is gone. */
static int await_end(const struct cli *cli)
{
    int64_t until_us = clock_monotonic_us() + STOP_MS * CLOCK_MS_US;
    while (client_daemon_running(cli->settings)) {
        if (clock_monotonic_us() > until_us)
            return cli_say(CLI_TIMEOUT, "outcryd has not ended after %d s", STOP_MS / 1000);
        (void)poll(NULL, 0, 20);
    }
    return done(cli, "stopped");
}

int cmd_stop(struct cli *cli)
{
    if (cli->word_count > 0) {
        const char *name = cli->words[0];
        if (strcmp(name, "all") != 0 && !is_component(name)) return bad_component(name, true);
        return cli_control(cli, COMPONENT_SUPERVISOR, CONTROL_STOP, name, 0);
    }
    struct msg msg;
    struct reply reply = {.status = ERR_OK};
    struct err err = {.status = ERR_OK};
    int code = CLI_OK;
    /* What trades without outcryd is taken in hand by a new one, to be stopped in order. */
    if (client_orphans(cli->settings, NULL)) (void)client_daemon_start(cli->settings, &err);
    if (!client_daemon_running(cli->settings))
        return err.status != ERR_OK ? cli_say_err(&err) : done(cli, "nothing is running");
    if (!cli_connect(cli, &code)) return code;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = CONTROL_SHUTDOWN;
    cli_actor(msg.control.actor);
    enum status status = client_call(cli->client, COMPONENT_SUPERVISOR, &msg, NULL, NULL, &reply, &err);
    if (status == ERR_OK && reply.status != ERR_OK && reply.status != ERR_TIMEOUT) return cli_print_reply(cli, &reply);
    /* One of another version does not understand; one that hangs would not hear either. */
    const bool unheard = status == ERR_TIMEOUT || client_strange(cli->client, COMPONENT_SUPERVISOR);
    if (unheard) (void)client_daemon_end(cli->settings);
    return await_end(cli); /* its answer may be lost in its own end */
}

/* What the trader is to have seen is the name that he gives back. */
int cmd_adopt(struct cli *cli)
{
    struct client_journal journal;
    struct err err;
    char ending[NAME_SIZE], words[TEXT_SIZE];
    if (cli->word_count == 0) {
        if (client_journal(cli->settings, &journal, &err) != ERR_OK) return cli_say_err(&err);
        snprintf(words, sizeof(words), "gateway.db is %s; orders.db follows %s, conditions.db %s", journal.name,
                 journal.orders ? "it, or an older copy of it" : "another",
                 journal.conditions ? "it, or an older copy of it" : "another");
        return done(cli, words);
    }
    if (client_adopt(cli->settings, cli->words[0], ending, &err) != ERR_OK) return cli_say_err(&err);
    snprintf(words, sizeof(words),
             "gateway.db %s is the right one; orders.db%s and conditions.db%s are the old ones. Start, look at "
             "positions and "
             "differences, resume, and enter conditions anew",
             cli->words[0], ending, ending);
    return done(cli, words);
}

int cmd_restart(struct cli *cli)
{
    if (!is_component(cli->words[0])) return bad_component(cli->words[0], false);
    return bring_up(cli, CONTROL_RESTART, cli->words[0], "restarted");
}

int cmd_set(struct cli *cli)
{
    struct settings trial = *cli->settings;
    char pair[TEXT_SIZE + 64];
    struct err err;
    const struct setting *row = setting_by_key(cli->words[0]);
    if (row == NULL) return cli_say(CLI_USAGE, "no setting '%s' ('outcry config' lists them)", cli->words[0]);
    if (settings_set(&trial, row, cli->words[1], SOURCE_FLAG, &err) != ERR_OK)
        return cli_say(CLI_USAGE, "%s", err.text);
    snprintf(pair, sizeof(pair), "%s=%s", row->key, cli->words[1]);
    return cli_control(cli, COMPONENT_SUPERVISOR, CONTROL_SET, pair, 0);
}

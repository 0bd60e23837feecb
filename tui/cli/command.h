/*
 * command: what the files of tui/cli/ share: the table of commands, one parsed command line, and the ways to answer.
 *
 * Does not decide or store anything.
 * Errors: said on stderr where they are found, in one line; what is returned is the exit code, or false with it said.
 * Owner: cli_main, on its stack; words and values point into argv. Thread: one.
 */
#ifndef TUI_CLI_COMMAND_H
#define TUI_CLI_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "core/msg.h"
#include "core/settings.h"
#include "db/db.h"
#include "gateway/client.h"
#include "tui/cli/cli.h"

#define CLI_OPTIONS_MAX     32
#define CLI_WORDS_MAX       64
#define CLI_SUGGESTION_SIZE 64

struct cli;

struct cli_option {
    const char *name;     /* "--symbol" */
    const char *argument; /* "SYMBOL"; NULL: a flag that stands alone */
    const char *meaning;
    const char *field; /* the message's field that it sets, NULL = none */
};

struct cli_command {
    const char *name;  /* "orders list": one word or two */
    const char *words; /* what follows, for the usage line: "[SYMBOL ...]" */
    int min_words, max_words;
    const char *summary;              /* one line */
    const char *text;                 /* what help says further, NULL = nothing */
    const struct cli_option *options; /* ended by a NULL name */
    int (*run)(struct cli *cli);
};

struct cli {
    const struct settings *settings;
    const struct cli_command *command;
    bool json;
    int word_count;
    const char *words[CLI_WORDS_MAX];
    const char *values[CLI_OPTIONS_MAX]; /* by index in command->options; NULL = not given */
    struct client *client;               /* cli_connect .. the command's end */
};

/* commands.c: the table. */
const struct cli_command *cli_command_at(size_t index);
/* Is the word a command, or the first word of some? */
bool cli_is_group(const char *word);
/* The command of argv[1] (and argv[2]); *taken = words used. NULL when there is none. */
const struct cli_command *cli_command_find(int argc, char **argv, int *taken);

/* options.c */
int cli_parse(struct cli *cli, int argc, char **argv);
const char *cli_value(const struct cli *cli, const char *option);
bool cli_given(const struct cli *cli, const char *option);
/* A whole number within limits; *out stays when the option is not given. false: said, CLI_USAGE. */
bool cli_number(const struct cli *cli, const char *option, int64_t min, int64_t max, int64_t *out);
/* Each option with a field sets it in msg. false: said, CLI_USAGE. */
bool cli_fill(const struct cli *cli, struct msg *msg);
/* One field from text: prices in points, dates, enum names, yes and no. */
enum status cli_set_field(struct msg *msg, const struct field *field, const char *text, struct err *err);
/* "17:30", "2021-07-26", "2021-07-26 08:45[:30]" in Taipei; a time alone is of day `today`. */
enum status cli_parse_moment(const char *text, int32_t today, int64_t *out, struct err *err);
/* The name nearest to word, "" when none is near. */
struct suggestion {
    const char *word;
    size_t best;
    char text[CLI_SUGGESTION_SIZE];
};
void suggestion_offer(struct suggestion *suggestion, const char *name);
/* ", did you mean 'orders'?" or "". */
const char *suggestion_words(const struct suggestion *suggestion, char *buf, size_t size);

/* help.c */
void cli_help(FILE *out);
void cli_help_command(FILE *out, const struct cli_command *command);
void cli_help_group(FILE *out, const char *word);
extern const char *const cli_exit_texts[]; /* by enum cli_exit, ended by NULL */

/* answer.c: one line on stderr with the program's name; returns code. */
int cli_say(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
int cli_say_err(const struct err *err);
/* Attach to what is running. false: said, *code is the exit code. */
bool cli_connect(struct cli *cli, int *code);
/* Send, wait, print the reply (its text or JSON); returns the exit code. */
int cli_request(struct cli *cli, enum component to, struct msg *msg);
/* The same without printing what went well. */
int cli_ask(struct cli *cli, enum component to, struct msg *msg, void (*visit)(void *context, const struct msg *msg),
            void *context, struct reply *reply);
int cli_query(struct cli *cli, enum component to, enum query_kind kind, const char *text,
              void (*visit)(void *context, const struct msg *msg), void *context);
int cli_print_reply(const struct cli *cli, const struct reply *reply);
/* Control with the operator's name: most commands are this. */
int cli_control(struct cli *cli, enum component to, enum control_kind kind, const char *text, int64_t number);
/* The account selected at the gateway. None: said, with the reason, and not CLI_OK. */
int cli_selected_account(struct cli *cli, char account[ACCOUNT_SIZE]);
/* --account, when given, is one of the venue's: CLI_OK; otherwise said. */
int cli_check_account(struct cli *cli);
/* Open a database for reading. NULL: said, *code is the exit code (nothing stored yet is CLI_OK: an empty list). */
struct db *cli_database(const struct cli *cli, enum db_file file, int *code);
/* The merged audit of all databases (db/audit.h); returns the exit code, said. */
int cli_audit(const struct cli *cli, const struct db_query *query, bool (*visit)(void *context, const struct msg *msg),
              void *context);
/* Who asks, in every command. */
void cli_actor(char actor[NAME_SIZE]);

/* One function a command (the table's last column). */
int cmd_status(struct cli *cli);
int cmd_start(struct cli *cli);
int cmd_stop(struct cli *cli);
int cmd_adopt(struct cli *cli);
int cmd_restart(struct cli *cli);
int cmd_set(struct cli *cli);
int cmd_halt(struct cli *cli);
int cmd_reduce(struct cli *cli);
int cmd_resume(struct cli *cli);
int cmd_limits(struct cli *cli);
int cmd_login(struct cli *cli);
int cmd_logout(struct cli *cli);
int cmd_account(struct cli *cli);
int cmd_register(struct cli *cli);
int cmd_unregister(struct cli *cli);
int cmd_flatten(struct cli *cli);
int cmd_market(struct cli *cli);
int cmd_contracts(struct cli *cli);
int cmd_watch(struct cli *cli);
int cmd_conditions_list(struct cli *cli);
int cmd_conditions_show(struct cli *cli);
int cmd_conditions_add(struct cli *cli);
int cmd_conditions_edit(struct cli *cli);
int cmd_conditions_change(struct cli *cli); /* pause, resume, cancel */
int cmd_orders_list(struct cli *cli);
int cmd_orders_show(struct cli *cli);
int cmd_orders_place(struct cli *cli);
int cmd_orders_cancel(struct cli *cli);
int cmd_orders_resolve(struct cli *cli);
int cmd_positions(struct cli *cli);
int cmd_differences_list(struct cli *cli);
int cmd_differences_accept(struct cli *cli);
int cmd_export(struct cli *cli);
int cmd_audit(struct cli *cli);
int cmd_config(struct cli *cli);
int cmd_backtest(struct cli *cli);
int cmd_version(struct cli *cli);
int cmd_help(struct cli *cli);
int cmd_manual(struct cli *cli);

#endif

/* The manual pages, made from the tables of commands, settings and keys, so that they cannot fall behind. docs/man
 * holds what this prints; a test compares the two. */
#include <string.h>

#include "tui/cli/command.h"
#include "tui/keymap.h"

/* A text in roff: a backslash, a leading dot and a leading quote mean something there, and - is a hyphen unless
 * escaped. */
static void text(FILE *out, const char *words)
{
    bool start = true;
    for (; *words != '\0'; words++) {
        if (start && (*words == '.' || *words == '\'')) fputs("\\&", out);
        if (*words == '\\')
            fputs("\\e", out);
        else if (*words == '-')
            fputs("\\-", out);
        else if (*words == '\n')
            fputs("\n.br\n", out);
        else
            fputc(*words, out);
        start = *words == '\n';
    }
}

static void line(FILE *out, const char *words)
{
    text(out, words);
    fputc('\n', out);
}

static void tagged(FILE *out, const char *tag, const char *argument, const char *words)
{
    fputs(".TP\n.B ", out);
    text(out, tag);
    if (argument != NULL && argument[0] != '\0') {
        fputs(" \\fI", out);
        text(out, argument);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    line(out, words);
}

static void head(FILE *out, const char *program, const char *title, const char *what)
{
    fprintf(out, ".\\\" Made by 'outcry manual %s'.\n.TH %s 1 \"\" \"outcry %s\" \"outcry\"\n.SH NAME\n%s \\- %s\n",
            program, title, OUTCRY_VERSION, program, what);
}

static void commands(FILE *out)
{
    const struct cli_command *command = NULL;
    fputs(".SH COMMANDS\nWith\n.B \\-\\-json\na command answers in JSON: prices are decimal numbers of points, money "
          "of NT$, times "
          "ISO 8601 in Taipei\ntime, what is not there is null.\nWith\n.B \\-\\-help\nit says how it is used.\n",
          out);
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        fputs(".SS ", out);
        text(out, command->name);
        fputs(command->words[0] != '\0' ? " " : "", out);
        line(out, command->words);
        text(out, command->summary);
        fputs(".\n", out);
        if (command->text != NULL) {
            fputs(".br\n", out);
            line(out, command->text);
        }
        for (const struct cli_option *option = command->options; option->name != NULL; option++)
            tagged(out, option->name, option->argument, option->meaning);
    }
}

static void settings(FILE *out)
{
    fputs(".SH SETTINGS\nA setting comes from its default, then\n.IR outcry.ini ,\nthen the environment, then its "
          "flag. In "
          "the file\n.I a.b\nis\n.I b\nin the section\n.IR [a] .\n",
          out);
    for (int i = 0; i < SETTING_COUNT; i++) {
        const struct setting *row = setting_row((enum setting_id)i);
        char allowed[128] = "";
        fputs(".TP\n.B ", out);
        text(out, row->flag);
        fputs(" (", out);
        text(out, row->key);
        fputs(", ", out);
        text(out, row->environment);
        fputs(")\n", out);
        line(out, row->meaning);
        if (row->type == SETTING_INT || row->type == SETTING_MONEY) {
            snprintf(allowed, sizeof(allowed), " Allowed %lld to %lld%s%s.", (long long)row->min, (long long)row->max,
                     row->unit[0] != '\0' ? " " : "", row->unit);
        } else if (row->choices != NULL) {
            snprintf(allowed, sizeof(allowed), " Allowed %s.", row->choices);
        }
        fputs("Default ", out);
        text(out, row->fallback[0] != '\0' ? row->fallback : "empty");
        fputc('.', out);
        line(out, allowed);
    }
}

static void keys(FILE *out)
{
    fputs(".SH KEYS\nOn the screen. Each action is also a command after\n.BR : ,\nby the name in brackets.\n", out);
    for (size_t i = 0; i < action_count(); i++) {
        const struct action *action = &actions[i];
        fputs(".TP\n.B ", out);
        bool first = true;
        for (size_t k = 0; k < KEYS_MAX && action->keys[k] != NULL; k++) {
            text(out, first ? "" : ", ");
            text(out, key_label(action->keys[k]));
            first = false;
        }
        fputs(first ? "" : " ", out);
        fputc('(', out);
        text(out, action->name);
        fputs(")\n", out);
        line(out, action->summary);
    }
}

static void exits(FILE *out)
{
    fputs(".SH EXIT STATUS\n", out);
    for (int code = 0; cli_exit_texts[code] != NULL; code++) {
        char number[8];
        snprintf(number, sizeof(number), "%d", code);
        tagged(out, number, NULL, cli_exit_texts[code]);
    }
}

static void files(FILE *out)
{
    static const struct {
        const char *name, *words;
    } rows[] = {
        {"conditions.db", "conditions, their history, signals (SQLite)"},
        {"orders.db", "orders, their history, positions by trading day"},
        {"gateway.db", "the journal of all that went to the venue and came back; no password is ever stored"},
        {"ticks.db", "recorded ticks and one-minute bars"},
        {"exchange.db", "the simulated exchange's own books"},
        {"outcry.ini", "settings"},
        {"outcry.log", "what the processes said"},
    };
    fputs(
        ".SH FILES\nIn the home directory\n.RB ( \\-\\-home ,\nelse $XDG_DATA_HOME/outcry or ~/.local/share/outcry):\n",
        out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) tagged(out, rows[i].name, NULL, rows[i].words);
}

static void outcry_page(FILE *out)
{
    head(out, "outcry", "OUTCRY", "trade futures from the keyboard");
    fputs(".SH SYNOPSIS\n.B outcry\n[\\fISETTING\\fR ...]\n.br\n.B outcry\n.I COMMAND\n[\\fIWORD\\fR ...] "
          "[\\fIOPTION\\fR ...]\n"
          ".SH DESCRIPTION\nWithout a command, the full screen: live ticks, conditions, positions, orders and the log. "
          "It "
          "starts\n.BR outcryd (1)\nwhen that is not running, and attaches to it; leaving the screen leaves the rest "
          "trading.\nWith a command, the same from a shell or a script.\n",
          out);
    commands(out);
    settings(out);
    keys(out);
    exits(out);
    files(out);
    fputs(".SH SEE ALSO\n.BR outcryd (1)\n", out);
}

static void outcryd_page(FILE *out)
{
    head(out, "outcryd", "OUTCRYD", "keep outcry's processes running");
    fputs(".SH SYNOPSIS\n.B outcryd\n[\\fISETTING\\fR ...]\n.SH DESCRIPTION\nStarts the exchange (when it is the "
          "simulated "
          "one), the gateway, the strategy and the executor, watches them, and starts\nagain, with growing pauses, "
          "what has "
          "ended by itself. One instance a home directory, by a lock.\nThe screen and\n.BR outcry (1)'s\ncommands talk "
          "to it "
          "through a socket in the runtime directory, which is closed to everyone else.\n.PP\nUsually it is started by "
          "\"outcry\" or \"outcry start\", or by systemd as a user unit:\n.RS\nsystemctl \\-\\-user enable \\-\\-now "
          "outcryd\n.RE\n.SH SIGNALS\n.TP\n.B SIGTERM, SIGINT\nEnd all of it cleanly: strategy, executor, gateway, "
          "exchange, then itself.\n",
          out);
    settings(out);
    fputs(".SH EXIT STATUS\n.TP\n.B 0\ndone\n.TP\n.B 1\nit failed: starting it again may help\n.TP\n.B 2\nwrong: it "
          "will fail "
          "again until a setting, a lock, a port or a file is put right\n",
          out);
    files(out);
    fputs(".SH SEE ALSO\n.BR outcry (1)\n", out);
}

void cli_manual(FILE *out, const char *program)
{
    if (strcmp(program, "outcryd") == 0)
        outcryd_page(out);
    else
        outcry_page(out);
}

int cmd_manual(struct cli *cli)
{
    const char *program = cli->word_count > 0 ? cli->words[0] : "outcry";
    if (strcmp(program, "outcry") != 0 && strcmp(program, "outcryd") != 0)
        return cli_say(CLI_USAGE, "manual: no '%s' (outcry, outcryd)", program);
    cli_manual(stdout, program);
    return CLI_OK;
}

/* Help: made from the table of commands, so that it cannot say less than there is. */
#include <string.h>

#include "tui/cli/command.h"

#define NAME_WIDTH   20
#define OPTION_WIDTH 26

const char *const cli_exit_texts[] = {
    "done",
    "refused, or it could not be done",
    "the command line, the environment or outcry.ini is wrong",
    "what would answer is not running",
    "no answer in time: the outcome is not known",
    NULL,
};

void cli_help(FILE *out)
{
    fputs("usage: outcry [SETTING ...]                      the screen\n"
          "       outcry COMMAND [WORD ...] [OPTION ...]    without the screen\n\n"
          "commands:\n",
          out);
    const struct cli_command *command = NULL;
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++)
        fprintf(out, "  %-*s %s\n", NAME_WIDTH, command->name, command->summary);
    fputs("\nevery command takes --json (answers for a script) and --help.\n"
          "settings are flags too (--home DIR, --replay FILE, --speed N ...): 'outcry config' lists them.\n"
          "\nexit codes:\n",
          out);
    for (int code = 0; cli_exit_texts[code] != NULL; code++) fprintf(out, "  %d  %s\n", code, cli_exit_texts[code]);
}

void cli_help_command(FILE *out, const struct cli_command *command)
{
    fprintf(out, "usage: outcry %s%s%s%s\n\n%s.\n", command->name, command->words[0] != '\0' ? " " : "", command->words,
            command->options[0].name != NULL ? " [OPTION ...]" : "", command->summary);
    if (command->text != NULL) fprintf(out, "\n%s\n", command->text);
    fputs("\noptions:\n", out);
    for (const struct cli_option *option = command->options; option->name != NULL; option++) {
        char name[64];
        snprintf(name, sizeof(name), "%s%s%s", option->name, option->argument != NULL ? " " : "",
                 option->argument != NULL ? option->argument : "");
        fprintf(out, "  %-*s %s\n", OPTION_WIDTH, name, option->meaning);
    }
    fprintf(out, "  %-*s %s\n", OPTION_WIDTH, "--json", "answer in JSON");
    fprintf(out, "  %-*s %s\n", OPTION_WIDTH, "--help", "this");
}

void cli_help_group(FILE *out, const char *word)
{
    size_t length = strlen(word);
    const struct cli_command *command = NULL;
    bool first = true;
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        if (strncmp(command->name, word, length) == 0 &&
            (command->name[length] == ' ' || command->name[length] == '\0')) {
            fputs(first ? "" : "\n", out);
            cli_help_command(out, command);
            first = false;
        }
    }
}

int cmd_help(struct cli *cli)
{
    if (cli->word_count == 0) {
        cli_help(stdout);
        return CLI_OK;
    }
    const char *word = cli->words[0];
    if (!cli_is_group(word)) return cli_say(CLI_USAGE, "no command '%s' ('outcry help' lists them)", word);
    int taken = 0;
    char *argv[CLI_WORDS_MAX + 1] = {(char *)"outcry"};
    for (int i = 0; i < cli->word_count; i++) argv[i + 1] = (char *)cli->words[i];
    const struct cli_command *command = cli_command_find(cli->word_count + 1, argv, &taken);
    if (command != NULL && taken == 2)
        cli_help_command(stdout, command);
    else if (cli->word_count == 2)
        return cli_say(CLI_USAGE, "no command '%s %s' ('outcry help %s' lists them)", word, cli->words[1], word);
    else
        cli_help_group(stdout, word);
    return CLI_OK;
}

int cmd_version(struct cli *cli)
{
    if (cli->json)
        printf("{\"version\":\"%s\"}\n", OUTCRY_VERSION);
    else
        printf("outcry %s\n", OUTCRY_VERSION);
    return CLI_OK;
}

/* From argv to one command: find it in the table, parse its options, run it. */
#include "tui/cli/cli.h"

#include <locale.h>
#include <string.h>

#include "tui/cli/command.h"

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Is help asked for, before a "--"? */
static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (is_help(argv[i])) return true;
    return false;
}

/* Settings are taken off without looking at their values: help must work when one of them is wrong. */
static int drop_settings(int argc, char **argv, char **out)
{
    int kept = 0;
    for (int i = 0; i < argc && kept < CLI_WORDS_MAX; i++) {
        char name[CLI_SUGGESTION_SIZE];
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(argv[i], "="), argv[i]);
        const struct setting *row = strncmp(name, "--", 2) == 0 ? setting_by_flag(name) : NULL;
        if (row == NULL)
            out[kept++] = argv[i];
        else if (row->type != SETTING_BOOL && strchr(argv[i], '=') == NULL)
            i++;
    }
    out[kept] = NULL;
    return kept;
}

bool cli_without_settings(int argc, char **argv, int *code)
{
    char *words[CLI_WORDS_MAX + 1];
    int count = drop_settings(argc, argv, words);
    const char *word = count > 1 ? words[1] : "";
    bool version = strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0 || strcmp(word, "version") == 0;
    bool help = strcmp(word, "help") == 0 || strcmp(word, "manual") == 0;
    if (is_help(word)) {
        cli_help(stdout);
        *code = CLI_OK;
        return true;
    }
    if (version && word[0] == '-') {
        printf("outcry %s\n", OUTCRY_VERSION);
        *code = CLI_OK;
        return true;
    }
    if (!version && !help && !(wants_help(count, words) && cli_is_group(word))) return false;
    struct settings settings;
    settings_defaults(&settings);
    *code = cli_main(&settings, count, words);
    return true;
}

static int unknown_command(const char *word)
{
    char words[CLI_SUGGESTION_SIZE + 32];
    struct suggestion suggestion = {.word = word};
    const struct cli_command *command = NULL;
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        char first[CLI_SUGGESTION_SIZE];
        snprintf(first, sizeof(first), "%.*s", (int)strcspn(command->name, " "), command->name);
        suggestion_offer(&suggestion, first);
    }
    return cli_say(CLI_USAGE, "no command '%s'%s", word,
                   suggestion.text[0] != '\0' ? suggestion_words(&suggestion, words, sizeof(words))
                                              : " ('outcry help' lists them)");
}

int cli_unknown_flag(const char *flag)
{
    char name[CLI_SUGGESTION_SIZE];
    char words[CLI_SUGGESTION_SIZE + 32];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(flag, "="), flag);
    struct suggestion suggestion = {.word = name};
    suggestion_offer(&suggestion, "--help");
    suggestion_offer(&suggestion, "--version");
    for (int i = 0; i < SETTING_COUNT; i++) suggestion_offer(&suggestion, setting_row((enum setting_id)i)->flag);
    return cli_say(CLI_USAGE, "no option '%s'%s", name, suggestion_words(&suggestion, words, sizeof(words)));
}

int cli_main(const struct settings *settings, int argc, char **argv)
{
    int taken = 0;
    (void)setlocale(LC_CTYPE, ""); /* how wide a character is */
    const struct cli_command *command = cli_command_find(argc, argv, &taken);
    if (command == NULL && !cli_is_group(argv[1])) return unknown_command(argv[1]);
    if (wants_help(argc, argv)) {
        if (command != NULL && (taken == 2 || strchr(command->name, ' ') == NULL))
            cli_help_command(stdout, command);
        else
            cli_help_group(stdout, argv[1]);
        return CLI_OK;
    }
    if (command == NULL) {
        return cli_say(CLI_USAGE, "no command '%s%s%s' ('outcry help %s' lists them)", argv[1], argc > 2 ? " " : "",
                       argc > 2 ? argv[2] : "", argv[1]);
    }
    struct cli cli = {.settings = settings, .command = command};
    int code = cli_parse(&cli, argc - 1 - taken, argv + 1 + taken);
    if (code == CLI_OK) code = command->run(&cli);
    client_close(cli.client);
    if (fflush(stdout) != 0 && code == CLI_OK) code = cli_say(CLI_FAILED, "the answer could not be written");
    return code;
}

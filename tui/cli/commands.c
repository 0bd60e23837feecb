/* The table of commands. Help, the manual page, completion of a wrong word and the dispatch all come from it. */
#include <string.h>

#include "tui/cli/command.h"

static const struct cli_option no_options[] = {{NULL, NULL, NULL, NULL}};

static const struct cli_command commands[] = {
    {"status", "", 0, 0, "Show every process, the market, the session, the guard and what is open", NULL, no_options,
     cmd_status},
    {"start", "[COMPONENT|all]", 0, 1, "Start outcryd and all components, or one of them",
     "Components: exchange, gateway, strategy, executor.", no_options, cmd_start},
    {"stop", "[COMPONENT|all]", 0, 1, "Stop all of it, outcryd too; or one component, or all but outcryd",
     "Conditions and orders stay as they are, in the databases and at the exchange.", no_options, cmd_stop},
    {"restart", "COMPONENT", 1, 1, "Stop a component and start it with the present settings", NULL, no_options,
     cmd_restart},
    {"set", "KEY VALUE", 2, 2, "Change a setting of the running outcryd, for what it starts from now on",
     "'outcry config' lists the keys. The file outcry.ini is not changed.", no_options, cmd_set},
    {"config", "[KEY]", 0, 1, "Show each setting: value, source, what is allowed, unit and meaning", NULL, no_options,
     cmd_config},
    {"version", "", 0, 0, "Show the version", NULL, no_options, cmd_version},
    {"help", "[COMMAND]", 0, 2, "Show what there is, or how a command is used", NULL, no_options, cmd_help},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct cli_command *cli_command_at(size_t index) {
    return index < COMMANDS ? &commands[index] : NULL;
}

bool cli_is_group(const char *word) {
    size_t length = strlen(word);
    for (size_t i = 0; length > 0 && i < COMMANDS; i++) {
        const char *name = commands[i].name;
        if (strncmp(name, word, length) == 0 && (name[length] == '\0' || name[length] == ' ')) {
            return true;
        }
    }
    return false;
}

static const struct cli_command *by_name(const char *first, const char *second) {
    char name[CLI_SUGGESTION_SIZE];
    int length = snprintf(name, sizeof(name), "%s%s%s", first, second != NULL ? " " : "", second != NULL ? second : "");
    for (size_t i = 0; length > 0 && (size_t)length < sizeof(name) && i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

/* "orders" alone, or followed by an option, is "orders list". */
const struct cli_command *cli_command_find(int argc, char **argv, int *taken) {
    const struct cli_command *command = argc > 2 ? by_name(argv[1], argv[2]) : NULL;
    *taken = 2;
    if (command == NULL) {
        command = by_name(argv[1], NULL);
        *taken = 1;
    }
    if (command == NULL && (argc <= 2 || argv[2][0] == '-')) {
        command = by_name(argv[1], "list");
    }
    return command;
}

/* outcry: without a command the screen, with one the command line. */
#include <stdio.h>
#include <string.h>

#include "gateway/client.h"
#include "tui/cli/cli.h"
#include "tui/screen.h"

int main(int argc, char **argv)
{
    struct settings settings;
    struct err err = {.status = ERR_OK};
    int code = CLI_OK;
    if (cli_without_settings(argc, argv, &code)) return code;
    if (client_settings(&settings, &argc, argv, &err) != ERR_OK) {
        fprintf(stderr, "outcry: %s\n", err.text);
        return CLI_USAGE;
    }
    if (argc < 2) return screen_main(&settings);
    return argv[1][0] == '-' ? cli_unknown_flag(argv[1]) : cli_main(&settings, argc, argv);
}

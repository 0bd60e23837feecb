/*
 * cli: the command line of outcry: everything that needs no screen.
 *
 * One table (tui/cli/commands.c) names each command, its words, its options and its function; help, the manual page and
 * the suggestions come from it. Output goes to stdout, complaints to stderr, each one line. What is stored is read from
 * the databases (it works when nothing runs); what is running is asked through gateway/client.h.
 *
 * Decides nothing: what it asks for is answered by the processes. Exit codes, for scripts: enum cli_exit.
 * Owner: settings are the caller's. Thread: one.
 */
#ifndef TUI_CLI_CLI_H
#define TUI_CLI_CLI_H

#include <stdio.h>

#include "core/settings.h"

enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,      /* refused, or it could not be done */
    CLI_USAGE = 2,       /* the command line, the environment or outcry.ini is wrong */
    CLI_NOT_RUNNING = 3, /* what would answer is not running */
    CLI_TIMEOUT = 4,     /* no answer in time: the outcome is not known */
};

/* Commands that work whatever the settings are: help, --help, version, --version. true: done, *code is the exit code.
 */
bool cli_without_settings(int argc, char **argv, int *code);

/* argv[1] is a command's name; the settings' flags are out of argv already. Returns the exit code. */
int cli_main(const struct settings *settings, int argc, char **argv);

/* A flag that nobody knows: one line with the nearest one. Returns CLI_USAGE. */
int cli_unknown_flag(const char *flag);

/* The manual page of "outcry" or "outcryd", as roff. */
void cli_manual(FILE *out, const char *program);

#endif

/*
 * keymap: one table of actions. It gives the keys, the footer, the help, the command line (`:`), and the manual's key
 * section.
 *
 * An action has one name, one sentence, keys, where it applies, and a test that says whether it can be done now and, if
 * not, why (shown dimmed, with the reason; never hidden).
 *
 * Does not read keys (tui/input.h). Owner: nobody, the table is const. Thread: the screen's.
 */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

struct app;

enum scope {
    SCOPE_ALWAYS = 1,
    SCOPE_WATCHLIST = 2,
    SCOPE_CONDITIONS = 4,
    SCOPE_POSITIONS = 8,
    SCOPE_ORDERS = 16,
    SCOPE_LOG = 32
};

#define KEYS_MAX 4

struct action {
    const char *name;           /* ":" command: "condition-new" */
    const char *keys[KEYS_MAX]; /* "n", "Ctrl-L", "Enter", "Tab", "F1", "PgDn" ...; unused NULL */
    unsigned scopes;            /* SCOPE_* */
    const char *label;          /* footer: "new condition" (short) */
    const char *summary;        /* help: one sentence */
    bool footer;                /* shown in the footer when its scope has the focus */
    bool takes_argument;        /* `:name argument` */
    void (*run)(struct app *app, const char *argument);
    bool (*allowed)(const struct app *app, const char **why); /* NULL: always */
};

extern const struct action actions[]; /* tui/actions.c; the last row's name is NULL */
size_t action_count(void);

/* Is this key code (curses wide key) the one of that name ("n", "Ctrl-L", "Enter", "F1")? */
bool key_matches(const char *name, int key, bool is_function_key);

/* The action of a key code in a scope (the pane's before the general one); NULL when none. */
const struct action *action_for_key(int key, bool is_function_key, unsigned scope);
const struct action *action_by_name(const char *name);
/* "n" / "^L" / "Enter" as printed. */
const char *key_label(const char *key);

#endif

/* Key names to keys and back to actions. The names of the table are parsed on each lookup: sixty short strings, once a
 * key press, so there is no second table that could disagree. */
#include "tui/keymap.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int key;
    bool function;
} named_keys[] = {
    {"Enter", '\n', false},        {"Enter", '\r', false},
    {"Enter", KEY_ENTER, true},    {"Tab", '\t', false},
    {"Shift-Tab", KEY_BTAB, true}, {"Esc", 27, false},
    {"Space", ' ', false},         {"Backspace", KEY_BACKSPACE, true},
    {"Backspace", 127, false},     {"Up", KEY_UP, true},
    {"Down", KEY_DOWN, true},      {"Left", KEY_LEFT, true},
    {"Right", KEY_RIGHT, true},    {"Home", KEY_HOME, true},
    {"End", KEY_END, true},        {"PgUp", KEY_PPAGE, true},
    {"PgDn", KEY_NPAGE, true},     {"Insert", KEY_IC, true},
    {"Delete", KEY_DC, true},
};

bool key_matches(const char *name, int key, bool is_function_key)
{
    size_t length = strlen(name);
    if (length == 1) return !is_function_key && key == name[0];
    if (!strncmp(name, "Ctrl-", 5) && length == 6) return !is_function_key && key == (name[5] & 0x1f);
    if (name[0] == 'F' && name[1] >= '1' && name[1] <= '9' && length <= 3) {
        int number = name[2] ? (name[1] - '0') * 10 + name[2] - '0' : name[1] - '0';
        return is_function_key && key == KEY_F(number);
    }
    for (size_t i = 0; i < sizeof named_keys / sizeof *named_keys; i++)
        if (named_keys[i].key == key && named_keys[i].function == is_function_key && !strcmp(named_keys[i].name, name))
            return true;
    return false;
}

size_t action_count(void)
{
    size_t count = 0;
    while (actions[count].name) count++;
    return count;
}

const struct action *action_for_key(int key, bool is_function_key, unsigned scope)
{
    const struct action *everywhere = NULL;
    for (const struct action *action = actions; action->name; action++) {
        for (int i = 0; i < KEYS_MAX && action->keys[i]; i++) {
            if (!key_matches(action->keys[i], key, is_function_key)) continue;
            if (action->scopes & scope & ~(unsigned)SCOPE_ALWAYS)
                return action; /* the pane's own meaning of a key goes first */
            if (action->scopes & SCOPE_ALWAYS && !everywhere) everywhere = action;
        }
    }
    return everywhere;
}

const struct action *action_by_name(const char *name)
{
    for (const struct action *action = actions; action->name; action++)
        if (!strcmp(action->name, name)) return action;
    return NULL;
}

const char *key_label(const char *key)
{
    static const char control[32][3] = {"^@", "^A", "^B", "^C", "^D", "^E", "^F",  "^G", "^H", "^I", "^J",
                                        "^K", "^L", "^M", "^N", "^O", "^P", "^Q",  "^R", "^S", "^T", "^U",
                                        "^V", "^W", "^X", "^Y", "^Z", "^[", "^\\", "^]", "^^", "^_"};
    if (!strncmp(key, "Ctrl-", 5) && key[5]) return control[key[5] & 0x1f];
    return !strcmp(key, "Shift-Tab") ? "S-Tab" : key;
}

/*
 * theme: colour by role. A pane says what a thing is, a theme says how that looks.
 *
 * A theme file (themes/NAME.ini) has one line a role: `role = foreground background attributes`, colours by name
 * (default black red green yellow blue magenta cyan white bright-... or 0..255), attributes from bold dim reverse
 * underline. An unknown role, colour or attribute is refused with file, line and what is allowed, and the theme in
 * force stays. NO_COLOR or a terminal without colours gives "mono", where every role differs by bold, reverse,
 * underline or words.
 *
 * Nothing may be told by colour alone: signs and letters say it too. Red is up by default (Taiwan); the up_colour
 * setting swaps ROLE_UP and ROLE_DOWN (with PROFIT/LOSS) for every theme.
 *
 * Thread: the screen's. Owner: the app.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>

#include "core/err.h"

enum role {
    ROLE_TEXT,
    ROLE_DIM,    /* secondary: labels, units, history */
    ROLE_STRONG, /* the number one looks for */
    ROLE_TITLE,
    ROLE_BORDER,
    ROLE_BORDER_FOCUS,
    ROLE_CURSOR, /* the selected row */
    ROLE_UP,
    ROLE_DOWN,
    ROLE_BUY,
    ROLE_SELL,
    ROLE_PROFIT,
    ROLE_LOSS,
    ROLE_OK,
    ROLE_WARNING,
    ROLE_ALARM,
    ROLE_KEY, /* a key's name in footer and help */
    ROLE_DISABLED,
    ROLE_FIELD,
    ROLE_FIELD_FOCUS,
    ROLE_FIELD_BAD,
    ROLE_STATUS, /* the status line */
    ROLE_SIMULATION,
    ROLE_LIVE,
    ROLE_REDUCING,
    ROLE_HALTED,
    ROLE_READ_ONLY,
    ROLE_SPARK,
    ROLE_FLASH, /* a value that changed just now */
    ROLE_COUNT
};

#define THEME_NAME_SIZE 32
#define THEME_NAMES_MAX 32
#define THEME_MODES     (ROLE_READ_ONLY - ROLE_SIMULATION + 1)

/* Colour pairs are fixed by role, so that what a cell is can be read back from it (the cursor row keeps its
 * colours). */
#define THEME_PAIR(role)        ((int)(role) + 1)
#define THEME_CURSOR_PAIR(role) (ROLE_COUNT + (int)(role) + 1)
#define THEME_FRAME_PAIR(mode)  (2 * ROLE_COUNT + (int)(mode) + 1)

struct theme {
    char name[THEME_NAME_SIZE];
    unsigned long attributes[ROLE_COUNT];           /* curses attr_t with its colour pair */
    unsigned long cursor_attributes[ROLE_COUNT];    /* the same role in the cursor's row */
    unsigned long frame_attributes[THEME_MODES][2]; /* frames by mode (ROLE_SIMULATION ..) and focus */
    bool mono;
    bool ascii; /* lines and signs in ASCII */
};

/* Load by name: a file in $XDG_CONFIG_HOME/outcry/themes or PREFIX/share/outcry/themes, else the embedded one; or by
 * path (contains '/'). initscr() and start_color() have been called. *theme is untouched on failure. */
enum status theme_load(struct theme *theme, const char *name, bool up_is_green, bool ascii, struct err *err);

/* The index-th embedded theme's name, NULL past the last. */
const char *theme_name_at(int index);

const char *role_name(enum role role); /* "border-focus"; for tests: every theme says every role */

#endif

/*
 * theme_parse: a theme's text into styles. Pure: no curses, no files.
 *
 * Does not know what a terminal can show; theme.c does. Roles that a file leaves out look like `text`; "default" means
 * the text's colour in every role but text, where it means the terminal's own.
 *
 * Errors: one line with file, line, what and what is allowed. Thread: any (pure). Owner: the caller.
 */
#ifndef TUI_THEME_PARSE_H
#define TUI_THEME_PARSE_H

#include "core/err.h"
#include "tui/theme.h"

#define THEME_COLOUR_DEFAULT (-1)

enum style_flag { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_REVERSE = 4, STYLE_UNDERLINE = 8 };

struct theme_style {
    int foreground, background; /* 0..255, or THEME_COLOUR_DEFAULT */
    unsigned flags;             /* STYLE_* */
};

struct theme_styles {
    struct theme_style role[ROLE_COUNT];
};

/* *styles is undefined on failure. */
enum status theme_parse(const char *text, const char *file, struct theme_styles *styles, struct err *err);

/* No colour is asked for anywhere. */
bool theme_styles_mono(const struct theme_styles *styles);

/* The nearest of the 16 basic colours to one of 256. */
int theme_nearest_16(int colour);

#endif

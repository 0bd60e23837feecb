/*
 * canvas: drawing into a rectangle of the screen, by role, in cells.
 *
 * Knows that a Chinese character takes two cells and never draws half of one; never writes outside its rectangle. Text
 * that does not fit is cut at a cell with an ellipsis; a number is never cut: canvas_number draws it whole or draws
 * dashes.
 *
 * Thread: the screen's. Owner: the caller; a canvas borrows the curses WINDOW.
 */
#ifndef TUI_WIDGETS_CANVAS_H
#define TUI_WIDGETS_CANVAS_H

#include <stdbool.h>

#include "tui/theme.h"

struct rect {
    int y, x, height, width;
};

struct canvas {
    void *window; /* curses WINDOW */
    const struct theme *theme;
    struct rect area; /* in the window's coordinates */
};

enum align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_CENTRE };

struct canvas canvas_sub(const struct canvas *canvas, struct rect rect);
void canvas_clear(const struct canvas *canvas, enum role role);
void canvas_text(const struct canvas *canvas, int y, int x, int width, enum align align, enum role role,
                 const char *text);
void canvas_format(const struct canvas *canvas, int y, int x, int width, enum align align, enum role role,
                   const char *format, ...) __attribute__((format(printf, 7, 8)));
void canvas_number(const struct canvas *canvas, int y, int x, int width, enum role role, const char *text);
void canvas_fill(const struct canvas *canvas, int y, int x, int width, enum role role);
/* Change the role of what is already there (the cursor row). */
void canvas_repaint(const struct canvas *canvas, int y, int x, int width, enum role role);
/* A frame with a title in the top line and a note at its right end; either may be NULL. */
void canvas_frame(const struct canvas *canvas, enum role role, const char *title, const char *note);
/* A frame in the colour of the mode (ROLE_SIMULATION .. ROLE_READ_ONLY), heavy where the focus is. */
void canvas_frame_mode(const struct canvas *canvas, enum role mode, bool focused, const char *title, const char *note);
/* Only its top line. */
void canvas_frame_top(const struct canvas *canvas, enum role mode, bool focused);
/* The title of a pane set into its frame's line: "┫ 1 Watchlist ┣"; width cells, four more than the text. */
void canvas_tab(const struct canvas *canvas, enum role mode, bool focused, int y, int x, int width, const char *text);
void canvas_rule(const struct canvas *canvas, int y, int x, int width, enum role role);
/* values scaled into the area's rows of eighth blocks (ASCII: _.:-=+*#); count values, newest last. A spark is one row. */
void canvas_chart(const struct canvas *canvas, struct rect area, enum role role, const long long *values, int count);
void canvas_spark(const struct canvas *canvas, int y, int x, int width, enum role role, const long long *values,
                  int count);

/* Cells that UTF-8 text takes. */
int text_cells(const char *text);

#endif

/*
 * draw: one frame: status, the panes that are dirty, notice, footer, overlays.
 *
 * Draws what the app knows and changes none of it but what is dirty and where it lies. Owner: nothing is kept.
 * Thread: the screen's; curses is on (tui/terminal.h).
 */
#ifndef TUI_DRAW_H
#define TUI_DRAW_H

#include "tui/app.h"

/* Anything to draw? */
bool draw_due(const struct app *app);
void draw_screen(struct app *app);
/* The terminal's size changed (or is asked for the first time). */
void draw_resize(struct app *app);

#endif

/*
 * lines: what every overlay draws: wrapped words, a row of key hints, the mode in words, a rule.
 *
 * Draws through the canvas only; does not know what the words mean. Owner: the caller. Thread: the screen's.
 */
#ifndef TUI_WIDGETS_LINES_H
#define TUI_WIDGETS_LINES_H

#include "tui/app.h"
#include "tui/widgets/canvas.h"

struct key_hint {
    const char *key;
    const char *label;
};

/* Words wrapped at spaces into at most `rows` rows; the last one is cut with an ellipsis. Returns the rows used. */
int lines_wrap(const struct canvas *canvas, int y, int x, int width, int rows, enum role role, const char *text);

/* "Enter send  Tab next  Esc back": as many whole hints as fit, the last one (Esc) always. Ended by a NULL key. */
void lines_keys(const struct canvas *canvas, int y, int x, int width, const struct key_hint *hints);

/* A horizontal rule inside a frame. */
void lines_rule(const struct canvas *canvas, int y, int x, int width);

/* "label      value" with the value at the right end, whole or dashes. */
void lines_figure(const struct canvas *canvas, int y, int width, const char *label, enum role role, const char *value);

/* SIMULATION, LIVE, REDUCING, HALTED or READ-ONLY: what an order sent now would meet. */
const char *lines_mode(const struct app *app, enum role *role);

/* Frame of an overlay: brighter when it has the keys. The note is the mode when with_mode. Returns the inside. */
struct canvas lines_frame(const struct app *app, const struct overlay *overlay, const struct canvas *canvas,
                          const char *title, bool with_mode);

/* Is every word of the filter somewhere in the text? ASCII letters of either case are the same. */
bool lines_match(const char *text, const char *filter);

#endif

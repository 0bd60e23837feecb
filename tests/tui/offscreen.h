/*
 * offscreen: curses on a terminal that nobody sees, for tests that read back what was drawn with curses itself.
 * Owner: one a process, offscreen_open .. offscreen_close. Thread: one.
 */
#ifndef TESTS_TUI_OFFSCREEN_H
#define TESTS_TUI_OFFSCREEN_H

#include "tui/widgets/canvas.h"

void offscreen_open(void);
void offscreen_close(void);
/* A canvas of its own window. offscreen_line gives a row of it as UTF-8, blanks kept; the text is valid until the next
 * call. */
struct canvas offscreen_canvas(int height, int width, const struct theme *theme);
const char *offscreen_line(const struct canvas *canvas, int y);

#endif

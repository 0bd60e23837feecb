/*
 * terminal: curses on and off, and the terminal given back on every way out.
 *
 * terminal_open takes the signals that end a program: TERM, HUP, QUIT and the like are noticed (terminal_signal) and
 * the loop ends; INT is a key; SEGV, BUS, ILL, FPE, ABRT and the like and a failed CHECK restore the terminal with
 * async-signal-safe calls alone and go on dying as they would have.
 *
 * Does not draw (tui/draw.h). Errors: terminal_open's alone.
 * Owner: one terminal a process (signals and curses are the process's). Thread: the screen's.
 */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H

#include <stdbool.h>

#include "core/err.h"

/* ERR_STATE: not a terminal, or one that curses does not know (one line). */
enum status terminal_open(struct err *err);
void terminal_close(void); /* may be called again */

/* The signal that asked the program to end, 0 = none. */
int terminal_signal(void);
/* Ctrl-C since the last call? */
bool terminal_interrupted(void);

/* What a terminal with bracketed paste says around what it pastes (function keys beyond curses' own). */
#define TERMINAL_PASTE_BEGIN 01001
#define TERMINAL_PASTE_END   01002

/* Next key without waiting: false when there is none. KEY_RESIZE, KEY_MOUSE and TERMINAL_PASTE_* are function keys. */
bool terminal_key(int *key, bool *is_function_key);

/* The terminal's own bell: a sound or a flash, as the trader has set his terminal. */
void terminal_bell(void);

#endif

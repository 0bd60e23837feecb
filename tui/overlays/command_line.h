/*
 * command_line: `:` and what it may complete to.
 *
 * Commands are the names of tui/keymap.h's actions, whole or the beginning of just one, and an argument where one is
 * taken. Tab completes, Up and Down walk what was run before, Enter runs, Esc leaves. An action that is not allowed now
 * says why.
 *
 * Does not know what an action does. Owner: the history lives in the app. Thread: the screen's.
 */
#ifndef TUI_OVERLAYS_COMMAND_LINE_H
#define TUI_OVERLAYS_COMMAND_LINE_H

struct app;

/* Open with text typed already ("" = empty). */
void command_line_open(struct app *app, const char *text);

#endif

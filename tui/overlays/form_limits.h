/*
 * form_limits: the guard's limits in a form; opened from the guard's panel.
 *
 * Sends all of them as one limits_command, after a question that lists what changes. Does not enforce them
 * (core/guard.h).
 * Owner: the overlay stack. Thread: the screen's.
 */
#ifndef TUI_OVERLAYS_FORM_LIMITS_H
#define TUI_OVERLAYS_FORM_LIMITS_H

struct app;

void form_limits_open(struct app *app);

#endif

/*
 * input: keys and mouse to whoever has them: the top overlay, the filter being typed, else the table of actions.
 *
 * Does not know what a key does. Owner: nothing is kept but the app's. Thread: the screen's.
 */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include "tui/app.h"

/* Everything typed so far, at most a bounded number of keys a turn. True when there was any. */
bool input_read(struct app *app);
/* One key, as if it had been typed. */
void input_key(struct app *app, int key, bool is_function_key);

#endif

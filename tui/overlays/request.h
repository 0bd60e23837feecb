/*
 * request: the messages that overlays send, filled in.
 *
 * Each says who asks (the user logged in, else "operator"). app_send does the rest; the words of a failure are its
 * notice. Waits for no answer. Owner: the app and its model; nothing is kept. Thread: the screen's.
 */
#ifndef TUI_OVERLAYS_REQUEST_H
#define TUI_OVERLAYS_REQUEST_H

#include "tui/app.h"

/* The user logged in, or "operator". */
const char *request_actor(const struct app *app);

bool request_control(struct app *app, enum component to, enum control_kind kind, const char *text,
                     uint64_t *request_id);

/* The account orders go to: the gateway's selected one, "" = none. */
const char *request_account(const struct app *app);
/* Its row, NULL when not known. */
const struct account *request_account_row(const struct app *app);

#endif

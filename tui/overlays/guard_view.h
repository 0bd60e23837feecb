/*
 * guard_view: what the guard would say of an order now, as far as the screen knows: the same rules (core/guard.h) over
 * what the model holds.
 *
 * A forecast for the ticket, nothing more: the gateway's guard decides, with what it knows then. Rates and duplicates
 * are not foreseen. Owner: the model, nothing is kept. Thread: the screen's.
 */
#ifndef TUI_OVERLAYS_GUARD_VIEW_H
#define TUI_OVERLAYS_GUARD_VIEW_H

#include "core/guard.h"
#include "tui/app.h"

enum reject_code guard_view_check(const struct app *app, const struct order_request *request, char reason[REASON_SIZE]);

/* The position in the selected account, NULL = none. */
const struct position *guard_view_position(const struct app *app, const char *symbol);

#endif

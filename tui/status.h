/*
 * status: the lines that are always there: status, notice and footer.
 *
 * The status line says, in any width: mode, session and its countdown, feed age, order link, unconfirmed and UNKNOWN
 * orders, profit and loss against the daily limit, clock. Words are shortened in a fixed order, and dropped last of
 * all. The footer comes from the table of actions; what cannot be done now is dimmed there.
 *
 * Owner: nothing is kept; it reads the app and changes nothing. Thread: the screen's.
 */
#ifndef TUI_STATUS_H
#define TUI_STATUS_H

#include "tui/app.h"
#include "tui/widgets/canvas.h"

void status_draw(const struct app *app, const struct canvas *canvas);
/* The last answer at the left, what is held at the right. */
void notice_draw(const struct app *app, const struct canvas *canvas);
bool notice_fresh(const struct app *app);
void footer_draw(const struct app *app, const struct canvas *canvas);
/* The action whose words are at cell x of the footer; NULL when none. */
const struct action *footer_action_at(const struct app *app, int width, int x);

#endif

/*
 * contract_rows: contracts as rows of a pick list: code, name, last trading day, margin, registered mark.
 *
 * Rows are the model's quotes, or only the registered ones; registering is the form's. Owner: the model. Thread: the
 * screen's.
 */
#ifndef TUI_OVERLAYS_CONTRACT_ROWS_H
#define TUI_OVERLAYS_CONTRACT_ROWS_H

#include "tui/overlays/dialog.h"

#define CONTRACT_ROWS_WIDTH 76

int contract_rows_count(const struct app *app, bool registered_only);
/* NULL past the last. */
const struct quote *contract_rows_at(const struct app *app, bool registered_only, int index);
bool contract_rows_match(const struct quote *quote, const char *filter);
/* quote NULL: the column heads. */
void contract_rows_draw(const struct quote *quote, const struct canvas *line);

/* dialog_ops.pick of a form whose first field is "symbol": the registered ones in a list over it, or the next one. */
void contract_rows_pick(struct dialog *dialog, struct app *app, int step, const char *filter);

#endif

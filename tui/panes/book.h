/*
 * book: the five best bids and asks of one contract, its day (open, high, low) and the way its price came.
 *
 * It draws into rows that a list leaves empty, and asks for nothing: what is shown came with the prices. A book that
 * the simulated exchange made up from the trades says so. Owner: the model's quote, nothing is kept. Thread: the
 * screen's.
 */
#ifndef TUI_PANES_BOOK_H
#define TUI_PANES_BOOK_H

#include "tui/app.h"

#define BOOK_ROWS_MIN 4 /* a rule, heads, two levels */
#define BOOK_CELLS    58

/* canvas: BOOK_ROWS_MIN high, BOOK_CELLS wide at least. The book at its bottom; what is above all five levels shows the
 * prices of the last minutes. */
void book_draw(const struct quote *quote, const struct canvas *canvas);

#endif

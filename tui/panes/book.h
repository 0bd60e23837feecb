/*
 * book: the five best bids and asks of one contract, and its day: open, high, low, volume.
 *
 * It draws into rows that a list leaves empty, and asks for nothing: what is shown came with the prices. A book that
 * the simulated exchange made up from the trades says so. Owner: the model's quote, nothing is kept. Thread: the
 * screen's.
 */
#ifndef TUI_PANES_BOOK_H
#define TUI_PANES_BOOK_H

#include "tui/app.h"

#define BOOK_ROWS  (DEPTH_LEVELS + 2) /* a rule, heads, the levels */
#define BOOK_CELLS 58

/* canvas: BOOK_ROWS high, BOOK_CELLS wide at least. */
void book_draw(const struct quote *quote, const struct canvas *canvas);

#endif

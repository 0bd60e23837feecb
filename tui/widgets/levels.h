/*
 * levels: a small picture of named prices, highest on top, at distances that show the distances between them.
 *
 * Every level gets a line of its own; between them as many empty lines as the room allows in proportion. Draws through
 * the canvas, and does not know what a level means. Unit: price_t. Owner: the caller. Thread: the screen's.
 */
#ifndef TUI_WIDGETS_LEVELS_H
#define TUI_WIDGETS_LEVELS_H

#include "core/price.h"
#include "tui/widgets/canvas.h"

#define LEVELS_MAX 8

struct level {
    const char *name;
    price_t price;
    enum role role;
    bool last; /* the market itself: drawn as an arrow across the axis; the others show their distance to it */
};

/* Rows used. decimals: of a price. Sorts `levels`. */
int levels_draw(const struct canvas *canvas, struct level *levels, int count, int decimals);

#endif

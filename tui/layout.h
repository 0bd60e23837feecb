/*
 * layout: terminal size and view to rectangles. Pure.
 *
 * One pane with tabs, three panes or all five, whichever the terminal has room for; a view of one pane has tabs too.
 * Panes never overlap and fill the place between status and footer.
 *
 * Thread: any. Owner: the caller.
 */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>

#include "tui/widgets/canvas.h"

enum pane_id { PANE_WATCHLIST, PANE_CONDITIONS, PANE_POSITIONS, PANE_ORDERS, PANE_LOG, PANE_COUNT };

#define PANE_TABS_ALL ((1u << PANE_COUNT) - 1) /* tabs of a pane that has the screen to itself */

#define SCREEN_ROWS_MIN    10
#define SCREEN_COLUMNS_MIN 40

struct layout {
    bool too_small;
    struct rect status; /* one row; two where one is too narrow for the position and its P&L */
    struct rect notice; /* the footer's row where there are few rows: then a notice covers the keys for a while */
    struct rect footer;
    struct rect pane[PANE_COUNT]; /* height 0: not on the screen */
    unsigned tabs[PANE_COUNT];    /* panes that share its place (bit per enum pane_id); 0: it has its place alone */
};

/* view: 0 = the grid, 1..PANE_COUNT = one pane. focus is always on the screen. lower: which of positions, orders and
 * log is seen where there is room for three panes. */
void layout_compute(int rows, int columns, int view, enum pane_id focus, enum pane_id lower, struct layout *out);

#endif

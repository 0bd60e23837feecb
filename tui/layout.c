/* Where everything is. The numbers are from looking at real screens: six contracts and four positions without
 * scrolling. */
#include "tui/layout.h"

#include <string.h>

enum {
    ONE_LINE_STATUS_COLUMNS = 70,
    NOTICE_ROWS = 16,
    THREE_ROWS = 30,
    THREE_COLUMNS = 100,
    GRID_ROWS = 40,
    GRID_COLUMNS = 150
};

static const unsigned lower_panes = 1u << PANE_POSITIONS | 1u << PANE_ORDERS | 1u << PANE_LOG;

static void one_pane(const struct rect *area, enum pane_id id, struct layout *out)
{
    out->pane[id] = *area;
    out->tabs[id] = PANE_TABS_ALL;
}

static void three_panes(const struct rect *area, enum pane_id lower, struct layout *out)
{
    int top = area->height / 4 + 1, middle = (area->height - top) / 2;
    out->pane[PANE_WATCHLIST] = (struct rect){area->y, area->x, top, area->width};
    out->pane[PANE_CONDITIONS] = (struct rect){area->y + top, area->x, middle, area->width};
    out->pane[lower] = (struct rect){area->y + top + middle, area->x, area->height - top - middle, area->width};
    out->tabs[lower] = lower_panes;
}

static void grid(const struct rect *area, struct layout *out)
{
    int top = area->height / 3, middle = (area->height - top) / 2, bottom = area->height - top - middle;
    int left = area->width / 2 - 2, right = area->width - left;
    int orders = area->width * 3 / 5;
    out->pane[PANE_WATCHLIST] = (struct rect){area->y, area->x, top, left};
    out->pane[PANE_POSITIONS] = (struct rect){area->y, area->x + left, top, right};
    out->pane[PANE_CONDITIONS] = (struct rect){area->y + top, area->x, middle, area->width};
    out->pane[PANE_ORDERS] = (struct rect){area->y + top + middle, area->x, bottom, orders};
    out->pane[PANE_LOG] = (struct rect){area->y + top + middle, area->x + orders, bottom, area->width - orders};
}

void layout_compute(int rows, int columns, int view, enum pane_id focus, enum pane_id lower, struct layout *out)
{
    memset(out, 0, sizeof *out);
    out->too_small = rows < SCREEN_ROWS_MIN || columns < SCREEN_COLUMNS_MIN;
    if (out->too_small) return;
    out->status = (struct rect){0, 0, columns < ONE_LINE_STATUS_COLUMNS ? 2 : 1, columns};
    out->footer = (struct rect){rows - 1, 0, 1, columns};
    out->notice = (struct rect){rows < NOTICE_ROWS ? rows - 1 : rows - 2, 0, 1, columns};
    /* A column of air at the right. */
    struct rect area = {out->status.height, 0, out->notice.y - out->status.height, columns - 1};
    if (view == 0 && rows >= GRID_ROWS && columns >= GRID_COLUMNS)
        grid(&area, out);
    else if (view == 0 && rows >= THREE_ROWS && columns >= THREE_COLUMNS)
        three_panes(&area, focus >= PANE_POSITIONS ? focus : lower, out);
    else
        one_pane(&area, view ? (enum pane_id)(view - 1) : focus, out);
}

/*
 * pane: one of the five tables of the screen, as a const ops table and the little state it keeps.
 *
 * A pane is a list (tui/widgets/list.h) over the model, a title, words for when it is empty, and one line about the selected
 * row. Does not handle keys: the actions of tui/keymap.h move the list and act on what is selected.
 *
 * Owner: pane_new .. pane_free. Thread: the screen's.
 */
#ifndef TUI_PANES_PANE_H
#define TUI_PANES_PANE_H

#include "tui/app.h"
#include "tui/widgets/list.h"

struct pane_ops {
    enum pane_id id;
    const char *title;                           /* "Watchlist" */
    const char *short_title;                     /* "Watch": in a tab where there is little room */
    unsigned scope;                              /* SCOPE_* */
    unsigned dirty;                              /* DIRTY_* that make it stale */
    const struct list_source *source;            /* context: the app */
    size_t (*count)(const struct app *app);      /* for its tab */
    const char *(*empty)(const struct app *app); /* what to say, and which key helps */
    /* One line about the row under the cursor, or "" for none. NULL: the pane has no such line. */
    void (*detail)(const struct app *app, size_t row, char *text, size_t size, enum role *role);
    /* More about it, in the rows at the bottom that the list leaves empty: more_rows of them at least. NULL: nothing. */
    void (*more)(const struct app *app, size_t row, const struct canvas *canvas);
    int more_rows, more_cells;
};

struct pane {
    const struct pane_ops *ops;
    struct list list;
    struct rect area; /* where it was drawn, frame included; height 0 = not on the screen */
    bool dirty;
    int tabs_room; /* cells that its tabs had */
};

struct pane *pane_new(const struct pane_ops *ops);
void pane_free(struct pane *pane);

/* Draw frame, rows and detail line into area of canvas (the whole screen's). tabs: the titles of the panes that share
 * its place are drawn into the frame (bit mask of enum pane_id), 0 = only its own. */
void pane_draw(struct pane *pane, struct app *app, const struct canvas *canvas, struct rect area, unsigned tabs);

/* Which pane's tab is at a cell of the pane's top line? false: none. */
bool pane_tab_at(const struct pane *pane, const struct app *app, unsigned tabs, int x, enum pane_id *id);

extern const struct pane_ops watchlist_pane, conditions_pane, positions_pane, orders_pane, log_pane;

#endif

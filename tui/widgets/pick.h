/*
 * pick: a list over the panes that narrows as one types.
 *
 * The rows are the owner's: it counts, draws and matches them; the pick keeps the filter, the cursor and the scrolling.
 * The cursor stays on its row (by key) when rows come and go. Letters go to the filter; Up Down PgUp PgDn Home End
 * move; Enter chooses; Esc leaves. A row that cannot be chosen says why. Does not know what a row is.
 *
 * Owner: pick_open hands context over; it is freed with ops->free when the pick closes. Thread: the screen's.
 */
#ifndef TUI_WIDGETS_PICK_H
#define TUI_WIDGETS_PICK_H

#include "tui/app.h"

#define PICK_KEY_SIZE 64
#define PICK_ROWS_MAX 1024

struct pick_ops {
    const char *title;
    const char *enter; /* what Enter does */
    const char *empty; /* words for no row at all */
    int width;         /* cells of a row */
    bool filters;      /* letters narrow the list */
    bool long_words;   /* two rows for them */
    int rows;          /* of the list at least: for one whose rows come in later */
    int head_rows;     /* above the list, drawn by head */
    void (*head)(void *context, const struct app *app, const struct canvas *canvas);
    int (*count)(void *context, const struct app *app);
    const char *(*key)(void *context, const struct app *app, int index);
    bool (*matches)(void *context, const struct app *app, int index, const char *filter);
    /* index -1: the column heads. */
    void (*draw)(void *context, const struct app *app, int index, const struct canvas *line);
    enum overlay_result (*choose)(void *context, struct app *app, int index); /* NULL: Enter closes */
    void (*moved)(void *context, struct app *app, int index);                 /* the cursor came here; may be NULL */
    bool (*words)(void *context, const struct app *app, int index, enum role *role, char *text,
                  size_t size); /* under the list; may be NULL */
    enum overlay_result (*message)(void *context, struct app *app, const struct msg *msg); /* may be NULL */
    void (*leave)(void *context, struct app *app); /* Esc, before it closes; may be NULL */
    void (*free)(void *context);                   /* may be NULL */
};

/* filter: typed already ("" = nothing); key: the row to start on (NULL = the first). */
void pick_open(struct app *app, const struct pick_ops *ops, void *context, const char *filter, const char *key);

#endif

/*
 * list: the one table widget: columns, a cursor, a filter, scrolling.
 *
 * Rows come from a source (const functions over a context) each time it is drawn; the list keeps no row. The cursor is
 * kept by the row's key, at its place on the screen, so that a row never moves under it; a row that goes away leaves
 * the cursor where it was. A list that follows an edge (newest first: the top; newest last: the bottom) stands still as
 * soon as the cursor is moved, and counts what came in beyond that edge (list_new_rows).
 *
 * Columns: every one has a least width; it widens to what it has to show and does not shrink again until the width of
 * the whole changes; a number is never clipped. What does not fit is dropped whole, highest priority number first.
 *
 * Does not know panes, messages or keys. Owner: list_init .. list_free. Thread: the screen's.
 */
#ifndef TUI_WIDGETS_LIST_H
#define TUI_WIDGETS_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/widgets/canvas.h"

#define LIST_KEY_SIZE    48
#define LIST_COLUMNS_MAX 20
#define LIST_CELL_SIZE   272
#define LIST_FILTER_SIZE 40
#define LIST_TOTAL       SIZE_MAX /* the row number that asks a source for its total row */

enum list_kind {
    LIST_LEFT,    /* text: may be cut, with an ellipsis */
    LIST_RIGHT,   /* number: never cut */
    LIST_DECIMAL, /* number, decimal points in one column */
    LIST_SPARK,   /* cell.values */
};
enum list_follow { LIST_STILL, LIST_FOLLOW_TOP, LIST_FOLLOW_BOTTOM };

struct list_column {
    const char *title;
    enum list_kind kind;
    int width;    /* least cells */
    int grow;     /* cells it may take beyond width, when there is room and (text) something to show there */
    int priority; /* 0 = never dropped, else 1 .. 10: the highest goes first */
};

struct list_cell {
    char text[LIST_CELL_SIZE];
    enum role role;
    const long long *values; /* LIST_SPARK */
    int value_count;
};

struct list_source {
    const struct list_column *columns;
    int column_count;
    enum list_follow follow;
    bool total; /* a total row at the bottom while there are rows */
    size_t (*count)(const void *context);
    void (*key)(const void *context, size_t row, char *key, size_t size);
    void (*cell)(const void *context, size_t row, int column, struct list_cell *cell); /* cell is empty, ROLE_TEXT */
    bool (*shows)(const void *context, size_t row);                                    /* NULL: every row */
};

struct list {
    const struct list_source *source;
    char cursor_key[LIST_KEY_SIZE]; /* "" = none yet */
    char edge_key[LIST_KEY_SIZE];   /* newest row when the edge was last in view */
    bool following;
    size_t cursor; /* index among the visible rows */
    size_t top;
    size_t new_rows;
    int height;      /* rows of the last drawing */
    int y;           /* screen row of the first row then, in the canvas */
    size_t *visible; /* rows that the filter lets through */
    size_t visible_count, visible_size;
    char filter[LIST_FILTER_SIZE];
    bool editing;                 /* the filter */
    int laid_width;               /* of the last layout */
    int needed[LIST_COLUMNS_MAX]; /* cells, only growing */
    int wanted[LIST_COLUMNS_MAX]; /* of the longest text, only growing */
    int fraction[LIST_COLUMNS_MAX];
    int x[LIST_COLUMNS_MAX], width[LIST_COLUMNS_MAX]; /* width 0: dropped */
};

void list_init(struct list *list, const struct list_source *source);
void list_free(struct list *list);

/* Bring the list up to date with its source: visible rows, cursor, scrolling. list_draw does it too. height: rows
 * seen. */
void list_refresh(struct list *list, const void *context, int height);
void list_draw(struct list *list, const void *context, const struct canvas *canvas, bool focused);

void list_move(struct list *list, const void *context, long delta);
void list_top(struct list *list, const void *context);
void list_bottom(struct list *list, const void *context);
/* Put the cursor on the row drawn at y of the canvas; false when there is none. */
bool list_point(struct list *list, const void *context, int y);

/* The source's row number under the cursor; false when the list is empty. */
bool list_selected(const struct list *list, size_t *row);

/* Filter: an empty text shows every row. */
void list_set_filter(struct list *list, const char *text);
/* A key while the filter is being typed: true when it was used. Enter keeps it, Esc drops it. */
bool list_filter_key(struct list *list, int key, bool is_function_key);

#endif

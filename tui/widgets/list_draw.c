/* What a list looks like: columns widen to what they show, are dropped whole when there is no room, and decimal points
 * stand in one column. Cells are made once a drawing, only for the rows that are seen. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "tui/widgets/list.h"

#define GAP          2
#define ROWS_MAX     256
#define PRIORITY_MAX 10

static int fraction_cells(const char *text)
{
    const char *point = strchr(text, '.');
    return point ? (int)strlen(point) : 0;
}

/* "17410" in a column with ".25" in it: as wide as "17410.25". */
static int cells_needed(const struct list *list, int column, const struct list_cell *cell)
{
    int cells = text_cells(cell->text);
    if (list->source->columns[column].kind == LIST_DECIMAL && cells)
        cells += list->fraction[column] - fraction_cells(cell->text);
    return cells;
}

static void measure_row(struct list *list, const struct list_cell *cells)
{
    for (int column = 0; column < list->source->column_count; column++) {
        int fraction = fraction_cells(cells[column].text);
        if (list->source->columns[column].kind == LIST_DECIMAL && fraction > list->fraction[column])
            list->fraction[column] = fraction;
    }
}

static void measure(struct list *list, const struct list_cell *cells, int rows)
{
    int count = list->source->column_count;
    for (int row = 0; row < rows; row++) measure_row(list, cells + row * count);
    for (int column = 0; column < count; column++) {
        const struct list_column *about = &list->source->columns[column];
        int needed = about->width;
        if (text_cells(about->title) > needed) needed = text_cells(about->title);
        bool number = about->kind == LIST_RIGHT || about->kind == LIST_DECIMAL;
        for (int row = 0; row < rows; row++) {
            int cell = cells_needed(list, column, &cells[row * count + column]);
            needed = number && cell > needed ? cell : needed;
            list->wanted[column] = cell > list->wanted[column] ? cell : list->wanted[column];
        }
        list->needed[column] = needed > list->needed[column] ? needed : list->needed[column];
    }
}

/* The column to go first: the highest priority number, the rightmost of these; -1: only those that always stay. */
static int next_to_drop(const struct list *list)
{
    int drop = -1, priority = 0;
    for (int column = 0; column < list->source->column_count; column++) {
        if (list->width[column] && list->source->columns[column].priority >= priority &&
            list->source->columns[column].priority > 0) {
            drop = column;
            priority = list->source->columns[column].priority;
        }
    }
    return drop;
}

static int total_width(const struct list *list, int gap)
{
    int total = 0, shown = 0;
    for (int column = 0; column < list->source->column_count; column++) {
        total += list->width[column];
        shown += list->width[column] > 0;
    }
    return total + gap * (shown > 1 ? shown - 1 : 0);
}

/* What was dropped for a wider neighbour comes back where it still fits, the most important first. */
static void fill_up(struct list *list, int width, int gap)
{
    int count = list->source->column_count;
    for (int priority = 1; priority <= PRIORITY_MAX; priority++) {
        for (int column = 0; column < count; column++) {
            if (list->width[column] || list->source->columns[column].priority != priority) continue;
            list->width[column] = list->needed[column];
            if (total_width(list, gap) > width) list->width[column] = 0;
        }
    }
}

static void layout(struct list *list, int width)
{
    int count = list->source->column_count, gap = width < 60 ? 1 : GAP;
    memcpy(list->width, list->needed, (size_t)count * sizeof *list->width);
    int drop;
    while (total_width(list, gap) > width && (drop = next_to_drop(list)) >= 0) list->width[drop] = 0;
    fill_up(list, width, gap);
    if (total_width(list, gap) > width) gap = 1;
    int spare = width - total_width(list, gap);
    for (int column = 0; column < count && spare > 0; column++) {
        int grow = list->source->columns[column].grow;
        if (!list->width[column] || !grow) continue;
        int lacking = list->wanted[column] - list->width[column];
        if (list->source->columns[column].kind != LIST_SPARK) grow = lacking < 0 ? 0 : lacking < grow ? lacking : grow;
        grow = grow < spare ? grow : spare;
        list->width[column] += grow;
        spare -= grow;
    }
    int x = 0;
    for (int column = 0; column < count; column++) {
        list->x[column] = x;
        x += list->width[column] ? list->width[column] + gap : 0;
    }
}

static void draw_cell(const struct list *list, const struct canvas *canvas, int y, int column,
                      const struct list_cell *cell)
{
    int x = list->x[column], width = list->width[column];
    enum list_kind kind = list->source->columns[column].kind;
    if (kind == LIST_SPARK && cell->values) {
        canvas_spark(canvas, y, x, width, cell->role, cell->values, cell->value_count);
    } else if (kind == LIST_LEFT || kind == LIST_SPARK) {
        canvas_text(canvas, y, x, width, ALIGN_LEFT, cell->role, cell->text);
    } else if (*cell->text) {
        int after = kind == LIST_DECIMAL ? list->fraction[column] - fraction_cells(cell->text) : 0;
        canvas_number(canvas, y, x, width - after, cell->role, cell->text);
    }
}

static void draw_titles(const struct list *list, const struct canvas *canvas)
{
    canvas_fill(canvas, 0, 0, canvas->area.width, ROLE_DIM);
    for (int column = 0; column < list->source->column_count; column++) {
        const struct list_column *about = &list->source->columns[column];
        bool right = about->kind == LIST_RIGHT || about->kind == LIST_DECIMAL;
        if (list->width[column])
            canvas_text(canvas, 0, list->x[column], list->width[column], right ? ALIGN_RIGHT : ALIGN_LEFT, ROLE_DIM,
                        about->title);
    }
}

static void draw_row(const struct list *list, const struct canvas *canvas, int y, const struct list_cell *cells)
{
    canvas_fill(canvas, y, 0, canvas->area.width, ROLE_TEXT);
    for (int column = 0; column < list->source->column_count; column++)
        if (list->width[column]) draw_cell(list, canvas, y, column, &cells[column]);
}

/* Just below the rows, with a rule between when there is room. */
static void draw_total(const struct list *list, const struct canvas *canvas, int rows, const struct list_cell *cells)
{
    int y = rows + 1;
    if (y + 1 < canvas->area.height) canvas_rule(canvas, y++, 0, canvas->area.width, ROLE_BORDER);
    draw_row(list, canvas, y, cells);
}

static void make_cells(const struct list *list, const void *context, size_t row, struct list_cell *cells)
{
    for (int column = 0; column < list->source->column_count; column++) {
        cells[column] = (struct list_cell){.role = ROLE_TEXT};
        list->source->cell(context, row, column, &cells[column]);
    }
}

void list_draw(struct list *list, const void *context, const struct canvas *canvas, bool focused)
{
    int width = canvas->area.width, height = canvas->area.height - 1, columns = list->source->column_count;
    if (height < 1 || width < 1) return;
    bool total = list->source->total && list->source->count(context) > 0 && height > 2;
    list->y = 1;
    list_refresh(list, context, total ? height - 1 : height);
    if (width != list->laid_width) {
        list->laid_width = width;
        memset(list->needed, 0, sizeof list->needed);
        memset(list->wanted, 0, sizeof list->wanted);
        memset(list->fraction, 0, sizeof list->fraction);
    }
    size_t seen = list->visible_count - list->top;
    int rows = seen < (size_t)list->height ? (int)seen : list->height;
    rows = rows < ROWS_MAX ? rows : ROWS_MAX;
    struct list_cell *cells = calloc((size_t)((rows + 1) * columns), sizeof *cells);
    CHECK(cells);
    for (int row = 0; row < rows; row++)
        make_cells(list, context, list->visible[list->top + (size_t)row], cells + row * columns);
    if (total) make_cells(list, context, LIST_TOTAL, cells + rows * columns);
    measure(list, cells, rows + total);
    layout(list, width);
    draw_titles(list, canvas);
    for (int row = 0; row < rows; row++) {
        draw_row(list, canvas, 1 + row, cells + row * columns);
        if (focused && list->top + (size_t)row == list->cursor) canvas_repaint(canvas, 1 + row, 0, width, ROLE_CURSOR);
    }
    if (total) draw_total(list, canvas, rows, cells + rows * columns);
    free(cells);
}

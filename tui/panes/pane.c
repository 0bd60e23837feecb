/* A pane's frame, tabs and the line about the selected row, around its list. */
#include "tui/panes/pane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/format.h"
#include "tui/widgets/lines.h"

#define DETAIL_HEIGHT_MIN 7   /* rows inside before one is given to the line about the selected row */
#define DETAIL_TWO_MIN    10  /* and before it has two */
#define DETAIL_RULE_MIN   11  /* and before a rule is drawn above it */
#define DETAIL_WRAP_MIN   16  /* and before it may take more than one row, in a pane as wide as the screen */
#define DETAIL_WIDE       140 /* cells: below it the words need one row more */
#define DETAIL_NARROW     100 /* cells: and in a pane alone, where a row is near */
#define DETAIL_SLIM       72  /* cells: below it another one */

struct pane *pane_new(const struct pane_ops *ops)
{
    struct pane *pane = calloc(1, sizeof *pane);
    if (!pane) return NULL;
    pane->ops = ops;
    pane->dirty = true;
    list_init(&pane->list, ops->source);
    return pane;
}

void pane_free(struct pane *pane)
{
    if (!pane) return;
    list_free(&pane->list);
    free(pane);
}

/* How much a tab says: 0 number, title, count; 1 number, short title, count; 2 the number alone. */
static void tab_text(const struct app *app, enum pane_id id, bool active, int level, char *text, size_t size)
{
    const struct pane_ops *ops = app->panes[id]->ops;
    size_t count = ops->count(app);
    int number = (int)id + 1;
    if (level == 2 && !active)
        snprintf(text, size, "%d", number);
    else if (count)
        snprintf(text, size, "%d %s %zu", number, level && !active ? ops->short_title : ops->title, count);
    else
        snprintf(text, size, "%d %s", number, level && !active ? ops->short_title : ops->title);
}

static int tabs_width(const struct pane *pane, const struct app *app, unsigned tabs, int level)
{
    int width = 0;
    char text[64];
    for (int id = 0; id < PANE_COUNT; id++) {
        bool active = id == (int)pane->ops->id;
        if (!active && !(tabs & 1u << id)) continue;
        tab_text(app, (enum pane_id)id, active, level, text, sizeof text);
        width += text_cells(text) + (active ? 4 : 2) + 1;
    }
    return width;
}

static int tabs_level(const struct pane *pane, const struct app *app, unsigned tabs, int room)
{
    int level = 0;
    while (level < 2 && tabs_width(pane, app, tabs, level) > room) level++;
    return level;
}

/* Visits each tab with its first cell and its width, frame signs included. */
typedef void tab_visit(void *context, enum pane_id id, bool active, int x, int width, const char *text);

static void each_tab(const struct pane *pane, const struct app *app, unsigned tabs, int room, tab_visit *visit,
                     void *context)
{
    int level = tabs_level(pane, app, tabs, room), x = 2;
    char text[64];
    for (int id = 0; id < PANE_COUNT; id++) {
        bool active = id == (int)pane->ops->id;
        if (!active && !(tabs & 1u << id)) continue;
        tab_text(app, (enum pane_id)id, active, level, text, sizeof text);
        int width = text_cells(text) + (active ? 4 : 2);
        visit(context, (enum pane_id)id, active, x, width, text);
        x += width + 1;
    }
}

struct tab_drawing {
    const struct canvas *canvas;
    enum role mode;
    bool focused;
};

static void draw_tab(void *context, enum pane_id id, bool active, int x, int width, const char *text)
{
    (void)id;
    struct tab_drawing *drawing = context;
    int room = drawing->canvas->area.width - 1 - x;
    if (width > room) return;
    if (active)
        canvas_tab(drawing->canvas, drawing->mode, drawing->focused, 0, x, width, text);
    else
        canvas_format(drawing->canvas, 0, x, width, ALIGN_LEFT, ROLE_DIM, " %s ", text);
}

/* At the right end of the tabs' line; the tabs give way to it. */
static enum role note_text(const struct list *list, char *text, size_t size)
{
    text[0] = '\0';
    if (list->editing || *list->filter) {
        snprintf(text, size, " /%s%s %zu found ", list->filter, list->editing ? "▏" : "", list->visible_count);
        return ROLE_KEY;
    }
    if (list->new_rows) {
        snprintf(text, size, " +%zu new ", list->new_rows);
        return ROLE_WARNING;
    }
    if (list->visible_count > (size_t)list->height)
        snprintf(text, size, " %zu of %zu ", list->cursor + 1, list->visible_count);
    return ROLE_DIM;
}

static void draw_empty(const struct pane *pane, const struct app *app, const struct canvas *inside)
{
    char text[160];
    if (*pane->list.filter)
        snprintf(text, sizeof text, "Nothing matches '%s'. Esc drops the filter.", pane->list.filter);
    else
        snprintf(text, sizeof text, "%s", pane->ops->empty(app));
    int width = inside->area.width, y = 1 + (inside->area.height - 2) / 2;
    char *words = text;
    while (*words && y < inside->area.height) {
        size_t cut = strlen(words);
        if (text_cells(words) > width) { /* break at the last space that fits: the words are ASCII */
            cut = width > 0 ? (size_t)width : 1;
            while (cut > 1 && words[cut] != ' ') cut--;
        }
        canvas_format(inside, y++, 0, width, ALIGN_CENTRE, ROLE_DIM, "%.*s", (int)cut, words);
        words += cut;
        words += strspn(words, " ");
    }
}

/* Rows at the bottom that the words about the selected row take, their rule included. */
static int detail_rows(const struct pane *pane, const struct canvas *inside, bool alone)
{
    int height = inside->area.height;
    if (!pane->ops->detail || height < DETAIL_HEIGHT_MIN) return 0;
    if (height < DETAIL_RULE_MIN) return height < DETAIL_TWO_MIN || alone ? 1 : 2;
    const int width = inside->area.width;
    if (!alone) return 2 + (width < DETAIL_WIDE) + (width < DETAIL_SLIM);
    if (height < DETAIL_WRAP_MIN) return 2;
    return width < DETAIL_NARROW ? 4 : 3;
}

static void draw_detail(const struct pane *pane, const struct app *app, const struct canvas *inside, int rows)
{
    size_t row = 0;
    char text[512] = "";
    enum role role = ROLE_TEXT;
    int height = inside->area.height, width = inside->area.width;
    for (int y = height - rows; y < height; y++) canvas_fill(inside, y, 0, width, ROLE_TEXT);
    if (!rows || !list_selected(&pane->list, &row)) return;
    pane->ops->detail(app, row, text, sizeof text, &role);
    bool rule = height >= DETAIL_RULE_MIN;
    if (rule) canvas_rule(inside, height - rows, 0, width, ROLE_BORDER);
    lines_wrap(inside, height - rows + rule, 0, width, rows - rule, role, text);
}

/* Only where no row is lost to it, so that nothing jumps. */
static void draw_more(const struct pane *pane, const struct app *app, const struct canvas *rows)
{
    const struct pane_ops *ops = pane->ops;
    size_t row = 0;
    int height = rows->area.height, width = rows->area.width;
    if (!ops->more || width < ops->more_cells || !list_selected(&pane->list, &row)) return;
    int used = (int)pane->list.visible_count + 2; /* heads and an empty row */
    if (used + ops->more_rows > height) return;
    struct canvas canvas = canvas_sub(rows, (struct rect){used, 0, height - used, width});
    ops->more(app, row, &canvas);
}

/* A pane that has the screen to itself needs no sides: its tabs' line is its frame, and it has more room. */
static struct canvas draw_frame(const struct pane *pane, const struct app *app, const struct canvas *whole, bool alone)
{
    bool focused = app->focus == pane->ops->id;
    int height = whole->area.height, width = whole->area.width, pad = alone ? 1 : 2;
    canvas_clear(whole, ROLE_TEXT);
    if (alone)
        canvas_frame_top(whole, app_mode_role(app), focused);
    else
        canvas_frame_mode(whole, app_mode_role(app), focused, NULL, NULL);
    return canvas_sub(whole, (struct rect){1, pad, height - (alone ? 1 : 2), width - (alone ? pad : 2 * pad)});
}

void pane_draw(struct pane *pane, struct app *app, const struct canvas *canvas, struct rect area, unsigned tabs)
{
    bool focused = app->focus == pane->ops->id;
    struct canvas whole = canvas_sub(canvas, area);
    struct tab_drawing drawing = {&whole, app_mode_role(app), focused};
    char note[160];
    bool alone = tabs == PANE_TABS_ALL;
    struct canvas inside = draw_frame(pane, app, &whole, alone);
    pane->area = area;
    pane->dirty = false;
    /* The list first: it finds the cursor's row, which the detail is about. */
    int height = inside.area.height, below = detail_rows(pane, &inside, alone);
    struct canvas rows = canvas_sub(&inside, (struct rect){0, 0, height - below, inside.area.width});
    list_draw(&pane->list, app, &rows, focused);
    draw_detail(pane, app, &inside, below);
    draw_more(pane, app, &rows);
    if (!pane->list.visible_count) draw_empty(pane, app, &rows);
    enum role note_role = note_text(&pane->list, note, sizeof note);
    int note_cells = text_cells(note);
    pane->tabs_room = area.width - 4 - note_cells;
    each_tab(pane, app, tabs, pane->tabs_room, draw_tab, &drawing);
    canvas_text(&whole, 0, area.width - 2 - note_cells, note_cells, ALIGN_LEFT, note_role, note);
}

struct tab_search {
    int x;
    enum pane_id id;
    bool found;
};

static void match_tab(void *context, enum pane_id id, bool active, int x, int width, const char *text)
{
    (void)active;
    (void)text;
    struct tab_search *search = context;
    if (search->x >= x && search->x < x + width) {
        search->id = id;
        search->found = true;
    }
}

bool pane_tab_at(const struct pane *pane, const struct app *app, unsigned tabs, int x, enum pane_id *id)
{
    struct tab_search search = {.x = x};
    each_tab(pane, app, tabs, pane->tabs_room, match_tab, &search);
    *id = search.id;
    return search.found;
}

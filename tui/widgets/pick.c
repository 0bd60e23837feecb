/* The one list of the screen that filters as one types: contracts, accounts, symbols, themes. */
#include "tui/widgets/pick.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/widgets/lines.h"

enum {
    FILTER_SIZE = 48,
    FILTER_CELLS = 24,
    FOOT_ROWS = 3 /* rule, words, keys */,
    ESCAPE = 27,
    DELETE_BACK = 127,
    CONTROL_H = 8,
    CONTROL_U = 21
};

struct pick {
    struct overlay overlay; /* first */
    const struct pick_ops *ops;
    void *context;
    char filter[FILTER_SIZE];
    char key[PICK_KEY_SIZE]; /* of the row under the cursor */
    int rows[PICK_ROWS_MAX]; /* indexes that match */
    int count;
    int cursor; /* in rows */
    int top;
    int visible; /* list rows on the screen */
    int first_y; /* of them, in the window */
    int filter_y;
};

static struct pick *of(struct overlay *overlay)
{
    return (struct pick *)overlay;
}

/* The rows that match now, and the cursor on the row it was on. */
static void refilter(struct pick *pick, const struct app *app)
{
    int all = pick->ops->count(pick->context, app), found = -1;
    pick->count = 0;
    for (int i = 0; i < all && pick->count < PICK_ROWS_MAX; i++) {
        if (pick->filter[0] && !pick->ops->matches(pick->context, app, i, pick->filter)) continue;
        if (strcmp(pick->ops->key(pick->context, app, i), pick->key) == 0) found = pick->count;
        pick->rows[pick->count++] = i;
    }
    if (found >= 0) pick->cursor = found;
    if (pick->cursor >= pick->count) pick->cursor = pick->count ? pick->count - 1 : 0;
}

static void move_to(struct pick *pick, struct app *app, int row)
{
    if (row >= pick->count) row = pick->count - 1;
    if (row < 0) row = 0;
    pick->cursor = row;
    if (!pick->count) return;
    const char *key = pick->ops->key(pick->context, app, pick->rows[row]);
    if (strcmp(key, pick->key) == 0) return;
    text_copy(pick->key, sizeof pick->key, key);
    if (pick->ops->moved) pick->ops->moved(pick->context, app, pick->rows[row]);
}

static int foot_rows(const struct pick *pick)
{
    return FOOT_ROWS + pick->ops->long_words;
}

static void pick_size(const struct overlay *overlay, int rows, int columns, int *height, int *width)
{
    const struct pick *pick = (const struct pick *)overlay;
    int least = pick->ops->rows ? pick->ops->rows : 4, list = pick->count < least ? least : pick->count;
    *width = pick->ops->width + 6;
    *height = pick->ops->head_rows + list + 2 + 2 + foot_rows(pick); /* frame; filter and heads; foot */
    int most = rows > 30 ? rows - 8 : rows;
    if (*height > most) *height = most;
    if (*width > columns) *width = columns;
}

static void draw_filter(const struct pick *pick, const struct canvas *canvas, int y)
{
    int room = canvas->area.width - 20;
    canvas_text(canvas, y, 0, 8, ALIGN_LEFT, ROLE_DIM, "Filter");
    canvas_text(canvas, y, 7, FILTER_CELLS < room ? FILTER_CELLS : room, ALIGN_LEFT, ROLE_FIELD_FOCUS, pick->filter);
    canvas_format(canvas, y, canvas->area.width - 12, 12, ALIGN_RIGHT, ROLE_DIM, "%d of %d",
                  pick->count ? pick->cursor + 1 : 0, pick->count);
}

static void draw_rows(struct pick *pick, struct app *app, const struct canvas *canvas, int y, int height)
{
    int width = canvas->area.width;
    pick->visible = height;
    if (pick->cursor < pick->top) pick->top = pick->cursor;
    if (pick->cursor >= pick->top + height) pick->top = pick->cursor - height + 1;
    if (pick->top > pick->count - height) pick->top = pick->count > height ? pick->count - height : 0;
    if (!pick->count)
        canvas_text(canvas, y, 0, width, ALIGN_LEFT, ROLE_DIM,
                    pick->filter[0] ? "nothing matches the filter" : pick->ops->empty);
    for (int i = 0; i < height && pick->top + i < pick->count; i++) {
        bool cursor = pick->top + i == pick->cursor;
        struct canvas line = canvas_sub(canvas, (struct rect){y + i, 2, 1, width - 2});
        pick->ops->draw(pick->context, app, pick->rows[pick->top + i], &line);
        canvas_text(canvas, y + i, 0, 2, ALIGN_LEFT, ROLE_KEY, !cursor ? "" : canvas->theme->ascii ? ">" : "▸");
        if (cursor) canvas_repaint(canvas, y + i, 0, width, ROLE_CURSOR);
    }
}

static void draw_foot(const struct pick *pick, const struct app *app, const struct canvas *canvas, int y)
{
    int width = canvas->area.width;
    char text[TEXT_SIZE] = "";
    enum role role = ROLE_DIM;
    bool ascii = canvas->theme->ascii;
    const struct key_hint hints[] = {{"Enter", pick->ops->enter},
                                     {ascii ? "Up/Down" : "↑↓", "move"},
                                     {pick->ops->filters ? "letters" : NULL, "filter"},
                                     {"Esc", "leave"},
                                     {NULL, NULL}};
    const struct key_hint plain[] = {hints[0], hints[1], hints[3], hints[4]};
    lines_rule(canvas, y, 0, width);
    if (pick->ops->words)
        pick->ops->words(pick->context, app, pick->count ? pick->rows[pick->cursor] : -1, &role, text, sizeof text);
    lines_wrap(canvas, y + 1, 0, width, foot_rows(pick) - 2, role, text);
    lines_keys(canvas, y + foot_rows(pick) - 1, 0, width, pick->ops->filters ? hints : plain);
}

static void pick_draw(struct overlay *overlay, struct app *app, struct canvas canvas)
{
    struct pick *pick = of(overlay);
    refilter(pick, app);
    struct canvas inside = lines_frame(app, overlay, &canvas, pick->ops->title, false);
    int height = inside.area.height, width = inside.area.width, y = 0;
    if (pick->ops->head && height >= pick->ops->head_rows + 3) {
        struct canvas head = canvas_sub(&inside, (struct rect){0, 0, pick->ops->head_rows, width});
        pick->ops->head(pick->context, app, &head);
        y = pick->ops->head_rows;
    }
    pick->filter_y = y + 1;
    if (pick->ops->filters) draw_filter(pick, &inside, y++);
    struct canvas line = canvas_sub(&inside, (struct rect){y++, 2, 1, width - 2});
    pick->ops->draw(pick->context, app, -1, &line);
    int foot = height >= y + foot_rows(pick) + 1 ? foot_rows(pick) : 0;
    pick->first_y = y + 1;
    draw_rows(pick, app, &inside, y, height - y - foot);
    if (foot) draw_foot(pick, app, &inside, height - foot);
}

static bool pick_cursor(const struct overlay *overlay, int *y, int *x)
{
    const struct pick *pick = (const struct pick *)overlay;
    *y = pick->filter_y;
    *x = (getmaxx((WINDOW *)overlay->window) < 50 ? 1 : 2) + 7 + text_cells(pick->filter);
    return pick->ops->filters;
}

static void filter_changed(struct pick *pick, struct app *app)
{
    pick->top = 0;
    refilter(pick, app);
    move_to(pick, app, pick->cursor);
}

static void filter_add(struct pick *pick, struct app *app, int key)
{
    char bytes[8];
    mbstate_t shift = {0};
    size_t more = wcrtomb(bytes, (wchar_t)key, &shift), length = strlen(pick->filter);
    if (more == (size_t)-1 || length + more >= sizeof pick->filter) return;
    memcpy(pick->filter + length, bytes, more);
    pick->filter[length + more] = '\0';
    pick->cursor = 0;
    pick->key[0] = '\0';
    filter_changed(pick, app);
}

static void filter_back(struct pick *pick, struct app *app)
{
    size_t length = strlen(pick->filter);
    while (length > 0 && ((unsigned char)pick->filter[length - 1] & 0xC0) == 0x80) length--;
    pick->filter[length > 0 ? length - 1 : 0] = '\0';
    filter_changed(pick, app);
}

/* True when it was a key that moves. */
static bool moved(struct pick *pick, struct app *app, int key)
{
    int page = pick->visible > 1 ? pick->visible - 1 : 1;
    switch (key) {
    case KEY_UP:
        move_to(pick, app, pick->cursor - 1);
        return true;
    case KEY_DOWN:
        move_to(pick, app, pick->cursor + 1);
        return true;
    case KEY_PPAGE:
        move_to(pick, app, pick->cursor - page);
        return true;
    case KEY_NPAGE:
        move_to(pick, app, pick->cursor + page);
        return true;
    case KEY_HOME:
        move_to(pick, app, 0);
        return true;
    case KEY_END:
        move_to(pick, app, pick->count - 1);
        return true;
    default:
        return false;
    }
}

static enum overlay_result choose(struct pick *pick, struct app *app)
{
    refilter(pick, app);
    if (pick->count == 0) return OVERLAY_KEEP;
    return pick->ops->choose ? pick->ops->choose(pick->context, app, pick->rows[pick->cursor]) : OVERLAY_DONE;
}

static enum overlay_result pick_key(struct overlay *overlay, struct app *app, int key, bool is_function_key)
{
    struct pick *pick = of(overlay);
    if (is_function_key) {
        if (key == KEY_ENTER) return choose(pick, app);
        if (key == KEY_BACKSPACE)
            filter_back(pick, app);
        else
            moved(pick, app, key);
        return OVERLAY_KEEP;
    }
    if (key == ESCAPE) {
        if (pick->ops->leave) pick->ops->leave(pick->context, app);
        return OVERLAY_DONE;
    }
    if (key == '\r' || key == '\n') return choose(pick, app);
    if (!pick->ops->filters) { /* a short list moves as the panes do */
        moved(pick, app,
              key == 'j' || key == '\t' ? KEY_DOWN
              : key == 'k'              ? KEY_UP
              : key == 'g'              ? KEY_HOME
              : key == 'G'              ? KEY_END
                                        : 0);
        return OVERLAY_KEEP;
    }
    if (key == CONTROL_H || key == DELETE_BACK) {
        filter_back(pick, app);
    } else if (key == CONTROL_U) {
        pick->filter[0] = '\0';
        filter_changed(pick, app);
    } else if (iswprint((wint_t)key)) {
        filter_add(pick, app, key);
    }
    return OVERLAY_KEEP;
}

static enum overlay_result pick_mouse(struct overlay *overlay, struct app *app, int y, int x, unsigned long buttons)
{
    (void)x;
    struct pick *pick = of(overlay);
    int row = y - pick->first_y;
    if (buttons & BUTTON4_PRESSED)
        move_to(pick, app, pick->cursor - 1);
    else if (buttons & BUTTON5_PRESSED)
        move_to(pick, app, pick->cursor + 1);
    if (!(buttons & (BUTTON1_CLICKED | BUTTON1_PRESSED)) || row < 0 || row >= pick->visible ||
        pick->top + row >= pick->count)
        return OVERLAY_KEEP;
    if (pick->top + row == pick->cursor) return choose(pick, app);
    move_to(pick, app, pick->top + row);
    return OVERLAY_KEEP;
}

static enum overlay_result pick_message(struct overlay *overlay, struct app *app, const struct msg *msg)
{
    struct pick *pick = of(overlay);
    return pick->ops->message ? pick->ops->message(pick->context, app, msg) : OVERLAY_KEEP;
}

static void pick_close(struct overlay *overlay)
{
    struct pick *pick = of(overlay);
    if (pick->ops->free) pick->ops->free(pick->context);
    free(pick);
}

static const struct overlay_ops overlay_ops = {
    .name = "pick",
    .anchor = OVERLAY_CENTRE,
    .size = pick_size,
    .draw = pick_draw,
    .key = pick_key,
    .mouse = pick_mouse,
    .message = pick_message,
    .cursor = pick_cursor,
    .close = pick_close,
};

void pick_open(struct app *app, const struct pick_ops *ops, void *context, const char *filter, const char *key)
{
    CHECK(ops->count && ops->key && ops->draw && (!ops->filters || ops->matches));
    struct pick *pick = calloc(1, sizeof *pick);
    CHECK(pick);
    pick->overlay.ops = &overlay_ops;
    pick->ops = ops;
    pick->context = context;
    text_copy(pick->filter, sizeof pick->filter, filter);
    text_copy(pick->key, sizeof pick->key, key ? key : "");
    refilter(pick, app);
    if (!pick->key[0] && pick->count) text_copy(pick->key, sizeof pick->key, ops->key(context, app, pick->rows[0]));
    overlay_push(app, &pick->overlay);
}

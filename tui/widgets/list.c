/* The list's rows, cursor and scrolling. What it looks like is in list_draw.c. The cursor is found again by key on each
 * refresh, so that rows may come and go anywhere without moving it. */
#include "tui/widgets/list.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/keymap.h"

#define NOT_FOUND SIZE_MAX

void list_init(struct list *list, const struct list_source *source)
{
    CHECK(source->column_count > 0 && source->column_count <= LIST_COLUMNS_MAX);
    memset(list, 0, sizeof *list);
    list->source = source;
    list->following = source->follow != LIST_STILL;
}

void list_free(struct list *list)
{
    free(list->visible);
    list->visible = NULL;
}

static bool matches(const struct list *list, const void *context, size_t row)
{
    if (!*list->filter) return true;
    for (int column = 0; column < list->source->column_count; column++) {
        struct list_cell cell = {.role = ROLE_TEXT};
        list->source->cell(context, row, column, &cell);
        if (strcasestr(cell.text, list->filter)) return true;
    }
    return false;
}

static void build_visible(struct list *list, const void *context)
{
    size_t count = list->source->count(context);
    if (count > list->visible_size) {
        size_t size = count + count / 2 + 64;
        size_t *grown = realloc(list->visible, size * sizeof *grown);
        CHECK(grown);
        list->visible = grown;
        list->visible_size = size;
    }
    list->visible_count = 0;
    for (size_t row = 0; row < count; row++)
        if ((!list->source->shows || list->source->shows(context, row)) && matches(list, context, row))
            list->visible[list->visible_count++] = row;
}

static bool row_has_key(const struct list *list, const void *context, size_t index, const char *key)
{
    char text[LIST_KEY_SIZE] = "";
    list->source->key(context, list->visible[index], text, sizeof text);
    return !strcmp(text, key);
}

/* Index of a key, looked for outwards from where it was: almost always there. */
static size_t find_key(const struct list *list, const void *context, const char *key, size_t near)
{
    size_t count = list->visible_count;
    if (!*key || !count) return NOT_FOUND;
    near = near < count ? near : count - 1;
    for (size_t away = 0; away < count; away++) {
        if (near + away < count && row_has_key(list, context, near + away, key)) return near + away;
        if (away && away <= near && row_has_key(list, context, near - away, key)) return near - away;
    }
    return NOT_FOUND;
}

static void remember_key(const struct list *list, const void *context, size_t index, char *key)
{
    key[0] = '\0';
    if (index < list->visible_count) list->source->key(context, list->visible[index], key, LIST_KEY_SIZE);
}

/* How many rows came in beyond the edge since it was last in view. */
static void count_new(struct list *list, const void *context)
{
    bool top = list->source->follow == LIST_FOLLOW_TOP;
    size_t count = list->visible_count, height = (size_t)list->height;
    list->new_rows = 0;
    if (list->source->follow == LIST_STILL || !count) return;
    size_t edge = top ? 0 : count - 1;
    bool in_view = top ? list->top == 0 : list->top + height >= count;
    if (in_view || !*list->edge_key) {
        remember_key(list, context, edge, list->edge_key);
        return;
    }
    size_t at = find_key(list, context, list->edge_key, edge);
    list->new_rows = at == NOT_FOUND ? 0 : top ? at : count - 1 - at;
}

static void scroll_to_cursor(struct list *list, size_t screen_row)
{
    size_t height = (size_t)list->height, count = list->visible_count;
    if (screen_row >= height) screen_row = height - 1;
    list->top = list->cursor > screen_row ? list->cursor - screen_row : 0;
    if (list->top + height > count) list->top = count > height ? count - height : 0;
    if (list->cursor >= list->top + height) list->top = list->cursor - height + 1;
}

void list_refresh(struct list *list, const void *context, int height)
{
    size_t screen_row = list->cursor >= list->top ? list->cursor - list->top : 0;
    list->height = height > 0 ? height : 1;
    build_visible(list, context);
    size_t count = list->visible_count;
    if (!count) {
        list->cursor = list->top = list->new_rows = 0;
        return;
    }
    if (list->following) {
        list->cursor = list->source->follow == LIST_FOLLOW_BOTTOM ? count - 1 : 0;
        screen_row = list->source->follow == LIST_FOLLOW_BOTTOM ? (size_t)list->height - 1 : 0;
    } else {
        size_t at = find_key(list, context, list->cursor_key, list->cursor);
        if (at != NOT_FOUND)
            list->cursor = at;
        else if (list->cursor >= count)
            list->cursor = count - 1;
    }
    scroll_to_cursor(list, screen_row);
    remember_key(list, context, list->cursor, list->cursor_key);
    count_new(list, context);
}

static void place_cursor(struct list *list, const void *context, size_t index)
{
    list->following = false;
    list->cursor = index;
    if (list->cursor < list->top)
        list->top = list->cursor;
    else if (list->cursor >= list->top + (size_t)list->height)
        list->top = list->cursor - (size_t)list->height + 1;
    remember_key(list, context, list->cursor, list->cursor_key);
    count_new(list, context);
}

void list_move(struct list *list, const void *context, long delta)
{
    list_refresh(list, context, list->height);
    if (!list->visible_count) return;
    long last = (long)list->visible_count - 1, to = (long)list->cursor + delta;
    place_cursor(list, context, (size_t)(to < 0 ? 0 : to > last ? last : to));
}

void list_top(struct list *list, const void *context)
{
    list_move(list, context, -(long)list->source->count(context));
    list->following = list->source->follow == LIST_FOLLOW_TOP;
    list_refresh(list, context, list->height);
}

void list_bottom(struct list *list, const void *context)
{
    list_move(list, context, (long)list->source->count(context));
    list->following = list->source->follow == LIST_FOLLOW_BOTTOM;
    list_refresh(list, context, list->height);
}

bool list_point(struct list *list, const void *context, int y)
{
    if (y < list->y || y >= list->y + list->height) return false;
    size_t index = list->top + (size_t)(y - list->y);
    if (index >= list->visible_count) return false;
    place_cursor(list, context, index);
    return true;
}

bool list_selected(const struct list *list, size_t *row)
{
    if (list->cursor >= list->visible_count) return false;
    *row = list->visible[list->cursor];
    return true;
}

void list_set_filter(struct list *list, const char *text)
{
    (void)text_copy(list->filter, sizeof list->filter, text);
    text_clean(list->filter);
}

static void erase_last(char *text)
{
    size_t length = strlen(text);
    while (length && ((unsigned char)text[length - 1] & 0xc0) == 0x80) length--;
    if (length) text[length - 1] = '\0';
}

/* One character in UTF-8; curses gives the code point. */
static void append(char *text, size_t size, int key)
{
    char bytes[8];
    int length = wctomb(bytes, (wchar_t)key);
    size_t used = strlen(text);
    if (length <= 0 || used + (size_t)length >= size) return;
    memcpy(text + used, bytes, (size_t)length);
    text[used + (size_t)length] = '\0';
}

bool list_filter_key(struct list *list, int key, bool is_function_key)
{
    if (!list->editing) return false;
    if (key_matches("Enter", key, is_function_key)) {
        list->editing = false;
    } else if (key_matches("Esc", key, is_function_key)) {
        list->editing = false;
        list->filter[0] = '\0';
    } else if (key_matches("Backspace", key, is_function_key) || key_matches("Ctrl-H", key, is_function_key)) {
        erase_last(list->filter);
    } else if (key_matches("Ctrl-U", key, is_function_key)) {
        list->filter[0] = '\0';
    } else if (!is_function_key && key >= ' ' && key != 127) {
        append(list->filter, sizeof list->filter, key);
    } else {
        return is_function_key && (key == KEY_LEFT || key == KEY_RIGHT); /* Up and Down still move the cursor */
    }
    return true;
}

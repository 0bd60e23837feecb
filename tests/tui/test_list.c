/* The list: rows never move under the cursor, a scrolled list stands still and counts, columns drop whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "tests/tui/offscreen.h"
#include "tui/widgets/list.h"

/* The source: numbers, newest first or last as the test asks. */
struct rows {
    int ids[200];
    size_t count;
    bool hide_odd;
};

static size_t count_rows(const void *context)
{
    return ((const struct rows *)context)->count;
}

static void row_key(const void *context, size_t row, char *key, size_t size)
{
    snprintf(key, size, "%d", ((const struct rows *)context)->ids[row]);
}

static void row_cell(const void *context, size_t row, int column, struct list_cell *cell)
{
    const struct rows *rows = context;
    if (row == LIST_TOTAL) {
        snprintf(cell->text, sizeof cell->text, column == 0 ? "Total" : "");
        return;
    }
    int id = rows->ids[row];
    if (column == 0)
        snprintf(cell->text, sizeof cell->text, "row %d", id);
    else if (column == 1)
        snprintf(cell->text, sizeof cell->text, id % 2 ? "%d.25" : "%d", id);
    else if (column == 2)
        snprintf(cell->text, sizeof cell->text, "%d", id * 1000);
    else
        snprintf(cell->text, sizeof cell->text, "about %d", id);
}

static bool shows(const void *context, size_t row)
{
    const struct rows *rows = context;
    return !rows->hide_odd || rows->ids[row] % 2 == 0;
}

static const struct list_column columns[] = {{"Name", LIST_LEFT, 6, 0, 0},
                                             {"Price", LIST_DECIMAL, 5, 0, 1},
                                             {"Big", LIST_RIGHT, 3, 0, 2},
                                             {"Words", LIST_LEFT, 8, 20, 3}};

static struct list_source source = {
    .columns = columns, .column_count = 4, .count = count_rows, .key = row_key, .cell = row_cell, .shows = shows};

static struct theme theme;

static void start(struct list *list, struct rows *rows, size_t count, enum list_follow follow)
{
    memset(rows, 0, sizeof *rows);
    rows->count = count;
    for (size_t i = 0; i < count; i++) rows->ids[i] = follow == LIST_FOLLOW_TOP ? (int)(count - i) : (int)i + 1;
    source.follow = follow;
    source.total = false;
    list_init(list, &source);
}

static void add_first(struct rows *rows, int id)
{
    memmove(rows->ids + 1, rows->ids, rows->count * sizeof *rows->ids);
    rows->ids[0] = id;
    rows->count++;
}

static int under_cursor(const struct list *list, const struct rows *rows)
{
    size_t row = 0;
    return list_selected(list, &row) ? rows->ids[row] : -1;
}

static void test_cursor_stays_on_its_row(void **state)
{
    (void)state;
    struct list list;
    struct rows rows;
    start(&list, &rows, 20, LIST_STILL);
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), 1);
    list_move(&list, &rows, 7);
    assert_int_equal(under_cursor(&list, &rows), 8);
    size_t screen_row = list.cursor - list.top;
    for (int i = 0; i < 30; i++) {
        add_first(&rows, 1000 + i);
        list_refresh(&list, &rows, 5);
        assert_int_equal(under_cursor(&list, &rows), 8);
        assert_int_equal(list.cursor - list.top, screen_row); /* nor does it move on the screen */
    }
    list_free(&list);
}

static void test_row_that_goes_away(void **state)
{
    (void)state;
    struct list list;
    struct rows rows;
    start(&list, &rows, 10, LIST_STILL);
    list_refresh(&list, &rows, 5);
    list_move(&list, &rows, 9);
    rows.count = 6;
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), 6);
    rows.count = 0;
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), -1);
    rows.count = 3;
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), 1);
    list_free(&list);
}

static void test_scrolled_list_stands_still(void **state)
{
    (void)state;
    struct list list;
    struct rows rows;
    start(&list, &rows, 30, LIST_FOLLOW_TOP);
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), 30);
    add_first(&rows, 31); /* follows the newest while nobody has moved it */
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), 31);
    assert_int_equal(list.new_rows, 0);
    list_move(&list, &rows, 10);
    int there = under_cursor(&list, &rows);
    size_t screen_row = list.cursor - list.top;
    for (int i = 0; i < 3; i++) add_first(&rows, 32 + i);
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), there);
    assert_int_equal(list.cursor - list.top, screen_row);
    assert_int_equal(list.new_rows, 3);
    list_top(&list, &rows);
    assert_int_equal(under_cursor(&list, &rows), 34);
    assert_int_equal(list.new_rows, 0);
    add_first(&rows, 35);
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), 35); /* and follows again */
    list_free(&list);
}

static void test_follow_bottom(void **state)
{
    (void)state;
    struct list list;
    struct rows rows;
    start(&list, &rows, 30, LIST_FOLLOW_BOTTOM);
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), 30);
    list_move(&list, &rows, -12);
    assert_int_equal(under_cursor(&list, &rows), 18);
    rows.ids[rows.count++] = 31;
    rows.ids[rows.count++] = 32;
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), 18);
    assert_int_equal(list.new_rows, 2);
    list_bottom(&list, &rows);
    rows.ids[rows.count++] = 33;
    list_refresh(&list, &rows, 5);
    assert_int_equal(under_cursor(&list, &rows), 33);
    assert_int_equal(list.top, 28);
    list_free(&list);
}

static void type(struct list *list, const char *text)
{
    for (; *text; text++) assert_true(list_filter_key(list, *text, false));
}

static void test_filter(void **state)
{
    (void)state;
    struct list list;
    struct rows rows;
    start(&list, &rows, 30, LIST_STILL);
    assert_false(list_filter_key(&list, 'x', false)); /* not typing: the key is somebody else's */
    list.editing = true;
    type(&list, "ROW 2");
    list_refresh(&list, &rows, 5);
    assert_int_equal(list.visible_count, 11); /* 2, 20..29, whatever the case */
    type(&list, "5");
    list_refresh(&list, &rows, 5);
    assert_int_equal(list.visible_count, 1);
    assert_int_equal(under_cursor(&list, &rows), 25);
    assert_true(list_filter_key(&list, KEY_BACKSPACE, true));
    assert_string_equal(list.filter, "ROW 2");
    assert_true(list_filter_key(&list, '\r', false));
    assert_false(list.editing);
    assert_string_equal(list.filter, "ROW 2");
    list.editing = true;
    assert_true(list_filter_key(&list, 0x5c0f, false)); /* a code point, as curses gives it */
    assert_string_equal(list.filter, "ROW 2小");
    assert_true(list_filter_key(&list, 127, false));
    assert_string_equal(list.filter, "ROW 2");
    assert_true(list_filter_key(&list, 27, false));
    assert_string_equal(list.filter, "");
    list_refresh(&list, &rows, 5);
    assert_int_equal(list.visible_count, 30);
    list.editing = true;
    for (int i = 0; i < 200; i++) list_filter_key(&list, 'x', false);
    assert_true(strlen(list.filter) < LIST_FILTER_SIZE);
    rows.hide_odd = true;
    list_set_filter(&list, "");
    list_refresh(&list, &rows, 5);
    assert_int_equal(list.visible_count, 15);
    list_free(&list);
}

static void test_point(void **state)
{
    (void)state;
    struct list list;
    struct rows rows;
    start(&list, &rows, 30, LIST_STILL);
    struct canvas canvas = offscreen_canvas(6, 40, &theme);
    list_draw(&list, &rows, &canvas, true);
    assert_false(list_point(&list, &rows, 0)); /* the titles */
    assert_true(list_point(&list, &rows, 3));
    assert_int_equal(under_cursor(&list, &rows), 3);
    assert_false(list_point(&list, &rows, 6));
    delwin(canvas.window);
    list_free(&list);
}

static void test_columns(void **state)
{
    (void)state;
    struct list list;
    struct rows rows;
    start(&list, &rows, 3, LIST_STILL);
    struct canvas canvas = offscreen_canvas(6, 36, &theme);
    list_draw(&list, &rows, &canvas, false);
    assert_string_equal(offscreen_line(&canvas, 0), "Name   Price  Big Words             ");
    assert_string_equal(offscreen_line(&canvas, 1), "row 1   1.25 1000 about 1           ");
    assert_string_equal(offscreen_line(&canvas, 2), "row 2   2    2000 about 2           ");
    rows.ids[1] = 123456; /* widens, and never shrinks under the eye */
    list_draw(&list, &rows, &canvas, false);
    assert_non_null(strstr(offscreen_line(&canvas, 2), "123456    123456000"));
    rows.ids[1] = 2;
    list_draw(&list, &rows, &canvas, false);
    assert_non_null(strstr(offscreen_line(&canvas, 2), "    2         2000"));
    delwin(canvas.window);
    list_free(&list);

    start(&list, &rows, 3, LIST_STILL);
    canvas = offscreen_canvas(6, 20, &theme); /* "Words" goes whole */
    list_draw(&list, &rows, &canvas, false);
    assert_string_equal(offscreen_line(&canvas, 1), "row 1   1.25 1000   ");
    delwin(canvas.window);
    canvas = offscreen_canvas(6, 14, &theme); /* then "Big" */
    list_draw(&list, &rows, &canvas, false);
    assert_string_equal(offscreen_line(&canvas, 1), "row 1   1.25  ");
    delwin(canvas.window);
    list_free(&list);
}

static void test_total(void **state)
{
    (void)state;
    struct list list;
    struct rows rows;
    start(&list, &rows, 2, LIST_STILL);
    source.total = true;
    struct canvas canvas = offscreen_canvas(6, 12, &theme);
    list_draw(&list, &rows, &canvas, true);
    assert_string_equal(offscreen_line(&canvas, 3), "────────────");
    assert_int_equal(strncmp(offscreen_line(&canvas, 4), "Total", 5), 0);
    rows.count = 0;
    canvas_clear(&canvas, ROLE_TEXT);
    list_draw(&list, &rows, &canvas, true);
    assert_string_equal(offscreen_line(&canvas, 4), "            ");
    delwin(canvas.window);
    list_free(&list);
}

static int open_screen(void **state)
{
    (void)state;
    offscreen_open();
    return theme_load(&theme, "dark", false, false, NULL) == ERR_OK ? 0 : -1;
}

static int close_screen(void **state)
{
    (void)state;
    offscreen_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cursor_stays_on_its_row),
        cmocka_unit_test(test_row_that_goes_away),
        cmocka_unit_test(test_scrolled_list_stands_still),
        cmocka_unit_test(test_follow_bottom),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_point),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_total),
    };
    return cmocka_run_group_tests(tests, open_screen, close_screen);
}

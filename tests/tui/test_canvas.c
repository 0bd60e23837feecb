/* Canvas: cells, cutting, clipping, and what hostile text may not do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <curses.h>
#include <string.h>

#include "tests/tui/offscreen.h"

static struct theme theme;

static struct canvas fresh(int height, int width)
{
    return offscreen_canvas(height, width, &theme);
}

static void done(struct canvas *canvas)
{
    delwin(canvas->window);
}

static void test_cells(void **state)
{
    (void)state;
    assert_int_equal(text_cells("MXFH1"), 5);
    assert_int_equal(text_cells("小型臺指 2021/08"), 16);
    assert_int_equal(text_cells("▲▼─┏…"), 5);
    assert_int_equal(text_cells(""), 0);
    assert_int_equal(text_cells("\xff\xfe"), 2);  /* not UTF-8: a question mark a byte */
    assert_int_equal(text_cells("e\xcc\x81"), 1); /* a combining accent takes no cell of its own */
}

static void test_wide_text_is_never_halved(void **state)
{
    (void)state;
    struct canvas canvas = fresh(1, 12);
    canvas_text(&canvas, 0, 0, 12, ALIGN_LEFT, ROLE_TEXT, "小型臺指");
    assert_string_equal(offscreen_line(&canvas, 0), "小型臺指    ");
    canvas_text(&canvas, 0, 0, 12, ALIGN_RIGHT, ROLE_TEXT, "小型臺指");
    assert_string_equal(offscreen_line(&canvas, 0), "    小型臺指");
    canvas_text(&canvas, 0, 0, 7, ALIGN_LEFT, ROLE_TEXT, "小型臺指");
    assert_int_equal(strncmp(offscreen_line(&canvas, 0), "小型臺…", strlen("小型臺…")), 0);
    canvas_clear(&canvas, ROLE_TEXT);
    canvas_text(&canvas, 0, 0, 6, ALIGN_LEFT, ROLE_TEXT, "小型臺指"); /* 2 + 2 + ellipsis + a blank: no half */
    assert_string_equal(offscreen_line(&canvas, 0), "小型…       ");
    canvas_text(&canvas, 0, 0, 1, ALIGN_LEFT, ROLE_TEXT, "小");
    assert_int_equal(strncmp(offscreen_line(&canvas, 0), "…", strlen("…")), 0);
    done(&canvas);
}

static void test_numbers_are_never_cut(void **state)
{
    (void)state;
    struct canvas canvas = fresh(1, 10);
    canvas_number(&canvas, 0, 0, 6, ROLE_TEXT, "-17410");
    assert_string_equal(offscreen_line(&canvas, 0), "-17410    ");
    canvas_number(&canvas, 0, 0, 5, ROLE_TEXT, "-17410");
    assert_string_equal(offscreen_line(&canvas, 0), "-----0    ");
    canvas_clear(&canvas, ROLE_TEXT);
    canvas_number(&canvas, 0, 6, 6, ROLE_TEXT, "123456"); /* half of it would be outside */
    assert_string_equal(offscreen_line(&canvas, 0), "      ----");
    done(&canvas);
}

static void test_hostile_text(void **state)
{
    (void)state;
    struct canvas canvas = fresh(2, 12);
    canvas_clear(&canvas, ROLE_TEXT);
    canvas_text(&canvas, 0, 0, 12, ALIGN_LEFT, ROLE_TEXT, "a\033[2J\nb\tc");
    assert_string_equal(offscreen_line(&canvas, 0), "a?[2J?b?c   ");
    assert_string_equal(offscreen_line(&canvas, 1), "            ");
    char longest[5000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    canvas_text(&canvas, 1, 0, 5000, ALIGN_LEFT, ROLE_TEXT, longest);
    assert_string_equal(offscreen_line(&canvas, 1), "xxxxxxxxxxx…");
    done(&canvas);
}

static void test_clipping(void **state)
{
    (void)state;
    struct canvas canvas = fresh(3, 10);
    canvas_clear(&canvas, ROLE_TEXT);
    struct canvas sub = canvas_sub(&canvas, (struct rect){1, 4, 5, 4});
    assert_int_equal(sub.area.height, 2);
    canvas_text(&sub, 0, -2, 20, ALIGN_LEFT, ROLE_TEXT, "abcdefghij");
    canvas_text(&sub, -1, 0, 4, ALIGN_LEFT, ROLE_TEXT, "no");
    canvas_text(&sub, 2, 0, 4, ALIGN_LEFT, ROLE_TEXT, "no");
    assert_string_equal(offscreen_line(&canvas, 0), "          ");
    assert_string_equal(offscreen_line(&canvas, 1), "    abc…  ");
    assert_string_equal(offscreen_line(&canvas, 2), "          ");
    sub = canvas_sub(&canvas, (struct rect){0, 12, 1, 4});
    assert_int_equal(sub.area.width, 0);
    canvas_text(&sub, 0, 0, 4, ALIGN_LEFT, ROLE_TEXT, "no");
    done(&canvas);
}

static attr_t attributes_at(const struct canvas *canvas, int y, int x, short *pair)
{
    cchar_t cell;
    wchar_t text[CCHARW_MAX + 1];
    attr_t attributes = 0;
    mvwin_wch(canvas->window, y, x, &cell);
    getcchar(&cell, text, &attributes, pair, NULL);
    return attributes;
}

static void test_cursor_row_keeps_colours(void **state)
{
    (void)state;
    short pair = 0;
    assert_int_equal(theme_load(&theme, "dark-256", false, false, NULL), ERR_OK);
    struct canvas canvas = fresh(1, 10);
    canvas_clear(&canvas, ROLE_TEXT);
    canvas_text(&canvas, 0, 0, 3, ALIGN_LEFT, ROLE_UP, "+21");
    canvas_repaint(&canvas, 0, 0, 10, ROLE_CURSOR);
    assert_string_equal(offscreen_line(&canvas, 0), "+21       ");
    attributes_at(&canvas, 0, 0, &pair);
    assert_int_equal(pair, THEME_CURSOR_PAIR(ROLE_UP));
    attributes_at(&canvas, 0, 9, &pair);
    assert_int_equal(pair, THEME_CURSOR_PAIR(ROLE_TEXT));
    short up, ground, own;
    pair_content(THEME_CURSOR_PAIR(ROLE_UP), &up, &ground);
    pair_content(THEME_PAIR(ROLE_UP), &own, &pair);
    assert_int_equal(up, own);
    assert_int_equal(ground, 238);
    done(&canvas);

    assert_int_equal(theme_load(&theme, "mono", false, false, NULL), ERR_OK);
    canvas = fresh(1, 10);
    canvas_text(&canvas, 0, 0, 3, ALIGN_LEFT, ROLE_UP, "+21");
    canvas_repaint(&canvas, 0, 0, 10, ROLE_CURSOR);
    attr_t attributes = attributes_at(&canvas, 0, 0, &pair);
    assert_true((attributes & A_REVERSE) && (attributes & A_BOLD));
    assert_true((attributes_at(&canvas, 0, 9, &pair) & A_REVERSE) != 0);
    done(&canvas);
}

static void test_frames(void **state)
{
    (void)state;
    struct canvas canvas = fresh(3, 20);
    canvas_frame(&canvas, ROLE_BORDER, "Log", "+3 new");
    assert_string_equal(offscreen_line(&canvas, 0), "┌─ Log ─── +3 new ─┐");
    assert_string_equal(offscreen_line(&canvas, 2), "└──────────────────┘");
    canvas_frame(&canvas, ROLE_BORDER_FOCUS, "A title that is long", "note");
    assert_string_equal(offscreen_line(&canvas, 0), "┏━ A title that … ━┓");
    theme.ascii = true;
    canvas_frame_mode(&canvas, ROLE_HALTED, true, NULL, NULL);
    canvas_tab(&canvas, ROLE_HALTED, true, 0, 2, 9, "5 Log");
    assert_string_equal(offscreen_line(&canvas, 0), "#=[ 5 Log ]========#");
    theme.ascii = false;
    done(&canvas);
}

static void test_spark(void **state)
{
    (void)state;
    const long long rising[] = {0, 1, 2, 3, 4, 5, 6, 7}, flat[] = {5, 5, 5};
    struct canvas canvas = fresh(1, 8);
    canvas_spark(&canvas, 0, 0, 8, ROLE_SPARK, rising, 8);
    assert_string_equal(offscreen_line(&canvas, 0), "▁▂▃▄▅▆▇█");
    canvas_spark(&canvas, 0, 0, 4, ROLE_SPARK, rising, 8); /* the newest four, in their own scale */
    assert_int_equal(strncmp(offscreen_line(&canvas, 0), "▁▃▅█", strlen("▁▃▅█")), 0);
    canvas_spark(&canvas, 0, 0, 8, ROLE_SPARK, flat, 3);
    assert_string_equal(offscreen_line(&canvas, 0), "     ▄▄▄");
    canvas_spark(&canvas, 0, 0, 8, ROLE_SPARK, NULL, 0);
    assert_string_equal(offscreen_line(&canvas, 0), "        ");
    done(&canvas);
}

static void test_chart(void **state)
{
    (void)state;
    const long long turn[] = {0, 15, 8, 7}, flat[] = {5, 5};
    struct canvas canvas = fresh(3, 6);
    canvas_chart(&canvas, (struct rect){0, 0, 2, 6}, ROLE_SPARK, turn, 4);
    assert_string_equal(offscreen_line(&canvas, 0), "   █▁ ");
    assert_string_equal(offscreen_line(&canvas, 1), "  ▁███");
    assert_string_equal(offscreen_line(&canvas, 2), "      ");
    canvas_chart(&canvas, (struct rect){0, 0, 2, 6}, ROLE_SPARK, flat, 2);
    assert_string_equal(offscreen_line(&canvas, 0), "      ");
    assert_string_equal(offscreen_line(&canvas, 1), "    ██");
    done(&canvas);
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
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_wide_text_is_never_halved),
        cmocka_unit_test(test_numbers_are_never_cut),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_clipping),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_spark),
        cmocka_unit_test(test_chart),
        cmocka_unit_test(test_cursor_row_keeps_colours),
    };
    return cmocka_run_group_tests(tests, open_screen, close_screen);
}

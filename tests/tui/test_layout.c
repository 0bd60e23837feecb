/* Layout: at every size panes lie inside the screen, never on each other, and the focused one is always there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/layout.h"

static int shown_panes(const struct layout *layout)
{
    int count = 0;
    for (int i = 0; i < PANE_COUNT; i++) count += layout->pane[i].height > 0;
    return count;
}

static bool overlap(const struct rect *a, const struct rect *b)
{
    return a->y < b->y + b->height && b->y < a->y + a->height && a->x < b->x + b->width && b->x < a->x + a->width;
}

static void check_one(int rows, int columns, int view, enum pane_id focus)
{
    struct layout layout;
    layout_compute(rows, columns, view, focus, PANE_ORDERS, &layout);
    assert_false(layout.too_small);
    enum pane_id shown = view ? (enum pane_id)(view - 1) : focus;
    assert_true(layout.pane[shown].height >= 4);
    int area = 0;
    for (int i = 0; i < PANE_COUNT; i++) {
        const struct rect *a = &layout.pane[i];
        if (!a->height) continue;
        area += a->height * a->width;
        assert_true(a->x >= 0 && a->x + a->width <= columns);
        assert_true(a->y >= layout.status.height && a->y + a->height <= layout.notice.y);
        for (int j = i + 1; j < PANE_COUNT; j++) assert_false(layout.pane[j].height && overlap(a, &layout.pane[j]));
    }
    /* Nothing between status and notice is left over but the margin. */
    assert_int_equal(area, (layout.notice.y - layout.status.height) * (columns - 1));
}

static void test_every_size(void **state)
{
    (void)state;
    for (int rows = SCREEN_ROWS_MIN; rows <= 70; rows++) {
        for (int columns = SCREEN_COLUMNS_MIN; columns <= 230; columns += 3) {
            for (int focus = 0; focus < PANE_COUNT; focus++) {
                check_one(rows, columns, 0, (enum pane_id)focus);
                check_one(rows, columns, focus + 1, (enum pane_id)focus);
            }
        }
    }
}

static void test_how_many_panes(void **state)
{
    (void)state;
    static const struct {
        int rows, columns, view, panes;
    } cases[] = {{10, 40, 0, 1},  {24, 80, 0, 1},  {36, 120, 0, 3}, {45, 160, 0, 5},
                 {45, 160, 2, 1}, {24, 200, 0, 1}, {60, 90, 0, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct layout layout;
        layout_compute(cases[i].rows, cases[i].columns, cases[i].view, PANE_CONDITIONS, PANE_POSITIONS, &layout);
        assert_int_equal(shown_panes(&layout), cases[i].panes);
    }
}

static void test_third_pane(void **state)
{
    (void)state;
    struct layout layout;
    layout_compute(36, 120, 0, PANE_WATCHLIST, PANE_ORDERS, &layout);
    assert_true(layout.pane[PANE_ORDERS].height && !layout.pane[PANE_POSITIONS].height);
    layout_compute(36, 120, 0, PANE_LOG, PANE_ORDERS, &layout);
    assert_true(layout.pane[PANE_LOG].height && !layout.pane[PANE_ORDERS].height);
    assert_int_equal(layout.tabs[PANE_LOG], 1u << PANE_POSITIONS | 1u << PANE_ORDERS | 1u << PANE_LOG);
    assert_int_equal(layout.tabs[PANE_WATCHLIST], 0);
    layout_compute(24, 80, 0, PANE_LOG, PANE_ORDERS, &layout);
    assert_int_equal(layout.tabs[PANE_LOG], PANE_TABS_ALL);
}

static void test_too_small(void **state)
{
    (void)state;
    struct layout layout;
    layout_compute(9, 80, 0, PANE_WATCHLIST, PANE_ORDERS, &layout);
    assert_true(layout.too_small);
    layout_compute(24, 39, 0, PANE_WATCHLIST, PANE_ORDERS, &layout);
    assert_true(layout.too_small);
}

static void test_narrow_has_two_status_rows(void **state)
{
    (void)state;
    struct layout layout;
    layout_compute(10, 40, 0, PANE_WATCHLIST, PANE_ORDERS, &layout);
    assert_int_equal(layout.status.height, 2);
    assert_int_equal(layout.notice.y, layout.footer.y);
    layout_compute(24, 80, 0, PANE_WATCHLIST, PANE_ORDERS, &layout);
    assert_int_equal(layout.status.height, 1);
    assert_int_equal(layout.notice.y, layout.footer.y - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_how_many_panes),
        cmocka_unit_test(test_third_pane),
        cmocka_unit_test(test_too_small),
        cmocka_unit_test(test_narrow_has_two_status_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

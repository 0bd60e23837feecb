/* Themes: what a file may say, what is refused and how, and what a terminal is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/embedded.h"
#include "tests/tui/offscreen.h"
#include "tui/theme_parse.h"

static void test_embedded_themes(void **state)
{
    (void)state;
    static const char *const wanted[] = {"colour-blind", "dark", "dark-256", "high-contrast", "light", "mono"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        bool found = false;
        for (int n = 0; theme_name_at(n); n++) found = found || !strcmp(theme_name_at(n), wanted[i]);
        assert_true(found);
    }
    for (const struct embedded *file = embedded_themes; file->name; file++) {
        struct err err = {0};
        struct theme_styles styles;
        assert_int_equal(theme_parse(file->text, file->name, &styles, &err), ERR_OK);
        for (int role = 0; role < ROLE_COUNT; role++) {
            char line[64];
            snprintf(line, sizeof line, "\n%-12s = ", role_name((enum role)role));
            assert_non_null(strstr(file->text, line)); /* every role is said, in every theme */
        }
    }
}

static void refused(const char *text, const char *words)
{
    struct err err = {0};
    struct theme_styles styles;
    assert_int_equal(theme_parse(text, "mine.ini", &styles, &err), ERR_INVALID);
    if (!strstr(err.text, words)) fail_msg("'%s' does not say '%s'", err.text, words);
}

static void test_refusals(void **state)
{
    (void)state;
    refused("text = default default\nshiny = red black\n", "mine.ini:2: unknown role 'shiny'");
    refused("up = crimson default\n", "mine.ini:1: unknown foreground 'crimson' (allowed: default, black");
    refused("up = red 256\n", "unknown background '256'");
    refused("up = -1 default\n", "unknown foreground '-1'");
    refused("up = red default blinking\n", "unknown attribute 'blinking' (allowed: bold dim reverse underline)");
    refused("up = red\n", "missing background after 'red'");
    refused("up =\n", "unknown foreground ''");
    refused("; a comment\n\nup = red default\nup = green default\n", "mine.ini:4: a second line for role 'up'");
    refused("[colours]\nup = red default\n", "unexpected section 'colours'");
    refused("just words\n", "mine.ini:1:");
    refused("up = bright-default default\n", "unknown foreground 'bright-default'");
}

static void test_missing_roles_look_like_text(void **state)
{
    (void)state;
    struct theme_styles styles;
    assert_int_equal(theme_parse("text = 17 231\nup = red default bold underline\n", "x.ini", &styles, NULL), ERR_OK);
    assert_int_equal(styles.role[ROLE_DIM].foreground, 17);
    assert_int_equal(styles.role[ROLE_UP].foreground, 1);
    assert_int_equal(styles.role[ROLE_UP].background, 231);
    assert_int_equal(styles.role[ROLE_UP].flags, STYLE_BOLD | STYLE_UNDERLINE);
    assert_false(theme_styles_mono(&styles));
}

static void test_nearest(void **state)
{
    (void)state;
    assert_int_equal(theme_nearest_16(9), 9);
    assert_int_equal(theme_nearest_16(16), 0);
    assert_int_equal(theme_nearest_16(196), 9);
    assert_int_equal(theme_nearest_16(46), 10);
    assert_int_equal(theme_nearest_16(231), 15);
    assert_int_equal(theme_nearest_16(214), 11);
    assert_int_equal(theme_nearest_16(232), 0);
    assert_int_equal(theme_nearest_16(255), 15);
    for (int colour = 0; colour < 256; colour++) assert_in_range(theme_nearest_16(colour), 0, 15);
}

static void test_load(void **state)
{
    (void)state;
    struct theme theme, before;
    struct err err = {0};
    assert_int_equal(theme_load(&theme, "dark", false, false, &err), ERR_OK);
    assert_string_equal(theme.name, "dark");
    assert_int_equal(PAIR_NUMBER(theme.attributes[ROLE_UP]), THEME_PAIR(ROLE_UP));
    short up, down, ground;
    pair_content(THEME_PAIR(ROLE_UP), &up, &ground);
    pair_content(THEME_PAIR(ROLE_DOWN), &down, &ground);
    assert_int_equal(up, 9); /* red is up */
    assert_int_equal(down, 10);
    before = theme;
    assert_int_equal(theme_load(&theme, "nosuch", false, false, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "dark-256, dark, high-contrast"));
    assert_int_equal(theme_load(&theme, "/nonexistent/mine.ini", false, false, &err), ERR_NOT_FOUND);
    assert_memory_equal(&theme, &before, sizeof theme);
    assert_int_equal(theme_load(&theme, "dark", true, true, &err), ERR_OK);
    pair_content(THEME_PAIR(ROLE_UP), &up, &ground);
    assert_int_equal(up, 10);
    assert_true(theme.ascii);
}

static void test_load_own_file(void **state)
{
    (void)state;
    char path[] = "/tmp/outcry-theme-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    fputs("up = 2 default\ndown = nonsense default\n", file);
    (void)fclose(file);
    struct theme theme;
    struct err err = {0};
    assert_int_equal(theme_load(&theme, path, false, false, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, ":2: unknown foreground 'nonsense'"));
    (void)remove(path);
}

static void test_no_color(void **state)
{
    (void)state;
    struct theme theme;
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(theme_load(&theme, "dark", false, false, NULL), ERR_OK);
    unsetenv("NO_COLOR");
    assert_true(theme.mono);
    assert_string_equal(theme.name, "mono");
    for (int role = 0; role < ROLE_COUNT; role++) {
        assert_int_equal(PAIR_NUMBER(theme.attributes[role]), 0);
        assert_int_equal(PAIR_NUMBER(theme.cursor_attributes[role]), 0);
    }
    assert_int_not_equal(theme.attributes[ROLE_SIMULATION], theme.attributes[ROLE_HALTED]);
    assert_true((theme.attributes[ROLE_CURSOR] & A_REVERSE) != 0);
}

static int open_screen(void **state)
{
    (void)state;
    offscreen_open();
    return 0;
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
        cmocka_unit_test(test_embedded_themes),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_missing_roles_look_like_text),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_load_own_file),
        cmocka_unit_test(test_no_color),
    };
    return cmocka_run_group_tests(tests, open_screen, close_screen);
}

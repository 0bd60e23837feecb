/* The real screen on a real pseudo terminal, read back through libvterm and compared with tests/tui/golden; `make
 * golden` rewrites these files, to be looked at before they are kept. And what the screen leaves behind when it
 * ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/tui/shown.h"

#define GOLDEN "tests/tui/golden/"

static char *read_golden(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = calloc(1, 200000);
    assert_non_null(text);
    if (file) {
        size_t length = fread(text, 1, 199999, file);
        text[length] = '\0';
        (void)fclose(file);
    }
    return text;
}

static void show_difference(const char *name, const char *wanted, const char *got)
{
    int line = 1;
    while (*wanted && *wanted == *got) {
        line += *wanted == '\n';
        wanted++;
        got++;
    }
    while (line > 1 && got[-1] != '\n') {
        wanted--;
        got--;
    }
    fail_msg("%s, line %d:\nwanted: %.*s\ngot:    %.*s\n(make golden rewrites it)", name, line,
             (int)strcspn(wanted, "\n"), wanted, (int)strcspn(got, "\n"), got);
}

static void compare(const char *name, const char *text, const char *look)
{
    char path[256];
    size_t size = strlen(text) + strlen(look) + 16;
    char *whole = malloc(size);
    assert_non_null(whole);
    snprintf(whole, size, "%s---\n%s", text, look);
    snprintf(path, sizeof path, GOLDEN "%s.txt", name);
    const char *update = getenv("GOLDEN_UPDATE");
    if (update && *update) {
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        fputs(whole, file);
        (void)fclose(file);
    }
    char *wanted = read_golden(path);
    if (strcmp(wanted, whole) != 0) show_difference(path, wanted, whole);
    free(wanted);
    free(whole);
}

static void golden(struct shown *shown, const char *name)
{
    char *text = shown_text(shown), *look = shown_look(shown);
    compare(name, text, look);
    free(text);
    free(look);
}

static const struct {
    int columns, rows;
} sizes[] = {{40, 10}, {80, 24}, {120, 36}, {160, 45}};

static void every_size(const char *theme)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char name[64];
        struct shown *shown = shown_open(sizes[i].rows, sizes[i].columns, theme, 0);
        snprintf(name, sizeof name, "%s-%dx%d", theme, sizes[i].columns, sizes[i].rows);
        golden(shown, name);
        shown_close(shown);
    }
}

static void test_dark(void **state)
{
    (void)state;
    every_size("dark");
}

static void test_mono(void **state)
{
    (void)state;
    every_size("mono");
}

static void test_views_and_filter(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *name;
    } steps[] = {{"2", "view-conditions"}, {"3", "view-positions"}, {"4", "view-orders"}, {"5", "view-log"}};
    struct shown *shown = shown_open(24, 80, "dark", 0);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        shown_type(shown, steps[i].keys);
        golden(shown, steps[i].name);
    }
    shown_type(shown, "4");
    shown_type(shown, "/");
    shown_type(shown, "part");
    golden(shown, "filter");
    shown_type(shown, "\r");
    shown_type(shown, "\033");
    shown_type(shown, "j");
    golden(shown, "orders-second-row");
    shown_close(shown);
}

static void test_empty_and_starting(void **state)
{
    (void)state;
    struct shown *shown = shown_open(45, 160, "dark", SHOWN_EMPTY);
    golden(shown, "empty-160x45");
    shown_close(shown);
    shown = shown_open(24, 80, "dark", SHOWN_NOTHING);
    golden(shown, "starting-80x24");
    shown_close(shown);
}

static void test_differences(void **state)
{
    (void)state;
    static const struct {
        int rows, columns;
        const char *name;
    } at[] = {{10, 40, "differences-40x10"}, {24, 80, "differences-80x24"}, {36, 120, "differences-120x36"}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct shown *shown = shown_open(at[i].rows, at[i].columns, "dark", SHOWN_DIFFERS | SHOWN_HALTED);
        shown_type(shown, "3");
        shown_type(shown, "a");
        golden(shown, at[i].name);
        if (at[i].rows == 24) {
            shown_type(shown, "j");
            shown_type(shown, "\r");
            golden(shown, "differences-asked");
        }
        shown_close(shown);
    }
}

static void test_modes(void **state)
{
    (void)state;
    struct shown *shown = shown_open(36, 120, "mono", SHOWN_HALTED);
    char *text = shown_text(shown);
    assert_non_null(strstr(text, " SIMULATION  HALTED "));
    free(text);
    shown_close(shown);
    shown = shown_open(36, 120, "dark", SHOWN_LIVE);
    golden(shown, "live-120x36");
    shown_close(shown);
    shown = shown_open(10, 40, "dark", SHOWN_HALTED); /* words also where there is least room */
    text = shown_text(shown);
    assert_non_null(strstr(text, "HALTED"));
    assert_non_null(strstr(text, "SIM"));
    free(text);
    shown_close(shown);
}

static void test_ascii(void **state)
{
    (void)state;
    struct shown *shown = shown_open(36, 120, "dark", SHOWN_ASCII);
    char *text = shown_text(shown);
    static const char *const boxes[] = {"─", "│", "┏", "▲", "▼", "…", "█"};
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) assert_null(strstr(text, boxes[i]));
    assert_non_null(strstr(text, "#=[ 1 Watchlist 6 ]="));
    assert_non_null(strstr(text, "小型臺指"));
    free(text);
    shown_close(shown);
}

/* Every number of the small screen is also whole there: nothing is half a number. */
static void test_resize(void **state)
{
    (void)state;
    struct shown *shown = shown_open(45, 160, "dark", 0);
    char *before = shown_text(shown);
    shown_resize(shown, 24, 80);
    char *small = shown_text(shown);
    assert_non_null(strstr(small, "1 Watchlist 6"));
    shown_resize(shown, 8, 30);
    char *tiny = shown_text(shown);
    assert_non_null(strstr(tiny, "30x8: too small"));
    shown_resize(shown, 45, 160);
    char *after = shown_text(shown);
    assert_string_equal(after, before);
    free(before);
    free(small);
    free(tiny);
    free(after);
    shown_close(shown);
}

static void test_mouse(void **state)
{
    (void)state;
    struct shown *shown = shown_open(24, 80, "dark", 0);
    shown_type(shown, "\033[M \072\042\033[M#\072\042"); /* column 26, row 2: the tab of the conditions */
    char *text = shown_text(shown);
    assert_non_null(strstr(text, "┫ 2 Conditions 5 ┣"));
    free(text);
    shown_type(shown, "\033[M \045\046\033[M#\045\046"); /* column 5, row 6: its third row */
    char *look = shown_look(shown);
    assert_int_equal(look[5 * 81 + 2], '#'); /* the cursor's ground */
    assert_int_equal(look[3 * 81 + 2], '.');
    free(look);
    shown_close(shown);
}

static bool ends_with_restore(const struct shown *shown)
{
    size_t length;
    const char *bytes = shown_bytes(shown, &length);
    size_t tail = length < 400 ? length : 400;
    bool left_alternate = memmem(bytes + length - tail, tail, "\033[?1049l", 8) != NULL;
    bool cursor_back =
        memmem(bytes + length - tail, tail, "\033[?25h", 6) || memmem(bytes + length - tail, tail, "\033[34h", 5);
    return left_alternate && cursor_back;
}

static void test_terminal_is_given_back(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP, SIGUSR1, SIGALRM, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGSYS};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct shown *shown = shown_open(24, 80, "dark", 0);
        int status = shown_kill(shown, signals[i]);
        assert_true(ends_with_restore(shown));
        if (i < 4)
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 100); /* noticed by the loop */
        else
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]); /* died as it would have */
        shown_close(shown);
    }
}

/* A line of pasted text must not press keys: not on the panes, not on a question's button. */
static void test_pasted_text_is_text(void **state)
{
    (void)state;
    struct shown *shown = shown_open(24, 80, "dark", SHOWN_CLOCK);
    shown_type(shown, "\033[200~b\r\rq y\033[201~");
    assert_true(shown_wait(shown, "Pasted text goes into"));
    char *text = shown_text(shown);
    assert_null(strstr(text, "Close the screen?"));
    assert_null(strstr(text, "Order ticket"));
    free(text);
    shown_type(shown, ":");
    shown_type(shown, "\033[200~the\rme no\033[201~");
    assert_true(shown_wait(shown, ":theme no"));
    shown_type(shown, "\033");
    shown_type(shown, "q");
    assert_true(shown_wait(shown, "Close the screen?"));
    shown_type(shown, "\033[200~yyy\r\033[201~");
    assert_true(shown_wait(shown, "Close the screen?"));
    shown_type(shown, "\033[200~yy"); /* an end that never comes */
    shown_type(shown, "\033");
    assert_true(shown_wait_gone(shown, "Close the screen?"));
    shown_close(shown);
}

static void test_quit_asks(void **state)
{
    (void)state;
    struct shown *shown = shown_open(24, 80, "dark", 0);
    shown_type(shown, "q");
    char *text = shown_text(shown);
    assert_non_null(strstr(text, "5 conditions, 2 open positions"));
    free(text);
    shown_type(shown, "\033"); /* Esc only backs out */
    text = shown_text(shown);
    assert_null(strstr(text, "5 conditions, 2 open positions"));
    free(text);
    shown_close(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dark),
        cmocka_unit_test(test_mono),
        cmocka_unit_test(test_views_and_filter),
        cmocka_unit_test(test_empty_and_starting),
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_terminal_is_given_back),
        cmocka_unit_test(test_pasted_text_is_text),
        cmocka_unit_test(test_quit_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

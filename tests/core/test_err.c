/* test_err: words that fit, stay clean, and say where. Covers err, text and check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/check.h"
#include "core/err.h"
#include "core/text.h"

static void test_set_and_prefix(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(err_set(&err, ERR_RANGE, "quantity: %d (allowed %d to %d)", -5, 1, 100), ERR_RANGE);
    assert_int_equal(err.status, ERR_RANGE);
    assert_string_equal(err.text, "quantity: -5 (allowed 1 to 100)");
    assert_int_equal(err_prefix(&err, "%s:%d", "a.csv", 3), ERR_RANGE);
    assert_string_equal(err.text, "a.csv:3: quantity: -5 (allowed 1 to 100)");
    /* Its own words as an argument. */
    assert_int_equal(err_set(&err, ERR_INVALID, "again: %s", err.text), ERR_INVALID);
    assert_string_equal(err.text, "again: a.csv:3: quantity: -5 (allowed 1 to 100)");
}

static void test_null_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(err_set(NULL, ERR_BUSY, "%s", "x"), ERR_BUSY);
    assert_int_not_equal(err_prefix(NULL, "x"), ERR_OK);
}

static void test_long_words_are_cut_between_characters(void **state)
{
    (void)state;
    char text[2 * ERR_TEXT_SIZE] = "a"; /* three-byte characters that do not divide the size */
    for (size_t at = 1; at + 3 < sizeof text; at += 3) memcpy(text + at, "\xE5\xB0\x8F", 4);
    struct err err;
    (void)err_set(&err, ERR_INVALID, "%s", text);
    assert_true(strlen(err.text) >= ERR_TEXT_SIZE - 4);
    assert_true(text_valid(err.text, strlen(err.text)));
    assert_null(strchr(err.text, '?'));
    for (int i = 0; i < 50; i++) (void)err_prefix(&err, "%s", "\xE5\xB0\x8F");
    assert_true(text_valid(err.text, strlen(err.text)));
    assert_int_equal(err_prefix(&err, "%s", text), ERR_INVALID); /* a prefix longer than the whole */
    assert_true(text_valid(err.text, strlen(err.text)));
}

static void test_status_names(void **state)
{
    (void)state;
    for (int i = ERR_OK; i <= ERR_BUSY; i++) {
        assert_string_not_equal(status_name((enum status)i), "unknown");
        for (int j = ERR_OK; j < i; j++)
            assert_string_not_equal(status_name((enum status)i), status_name((enum status)j));
    }
    assert_string_equal(status_name((enum status)99), "unknown");
    assert_string_equal(status_name((enum status) - 1), "unknown");
}

static void test_utf8(void **state)
{
    (void)state;
    const char *const good[] = {"",
                                "a",
                                "\xC2\x80",
                                "\xDF\xBF",
                                "\xE0\xA0\x80",
                                "\xED\x9F\xBF",
                                "\xEE\x80\x80",
                                "\xEF\xBF\xBF",
                                "\xF0\x90\x80\x80",
                                "\xF4\x8F\xBF\xBF",
                                "\xE5\xB0\x8F\xE5\x9E\x8B"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) assert_true(text_valid(good[i], strlen(good[i])));
    const char *const bad[] = {"\x80",
                               "\xBF",
                               "\xC0\x80",
                               "\xC1\xBF",
                               "\xC2",
                               "\xC2\x41",
                               "\xE0\x80\x80",
                               "\xE0\x9F\xBF",
                               "\xED\xA0\x80",
                               "\xED\xBF\xBF",
                               "\xE5\xB0",
                               "\xF0\x8F\xBF\xBF",
                               "\xF0\x90\x80",
                               "\xF4\x90\x80\x80",
                               "\xF5\x80\x80\x80",
                               "\xFE",
                               "\xFF",
                               "a\xFF",
                               "\xF8\x88\x80\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_false(text_valid(bad[i], strlen(bad[i])));
    assert_false(text_valid("a\0b", 3));
}

static void test_copy(void **state)
{
    (void)state;
    char out[8];
    assert_true(text_copy(out, sizeof out, "1234567"));
    assert_string_equal(out, "1234567");
    assert_false(text_copy(out, sizeof out, "12345678"));
    assert_string_equal(out, "1234567");
    assert_false(text_copy(out, sizeof out, "12345\xE5\xB0\x8F"));
    assert_string_equal(out, "12345");
    assert_false(text_copy(out, 1, "x"));
    assert_string_equal(out, "");
    assert_true(text_copy(out, sizeof out, ""));
    assert_string_equal(out, "");
}

static void test_clean(void **state)
{
    (void)state;
    char text[] = "ok \xE5\xB0\x8F\x1B[31m\r\n\x7F\xFF\xC2\x9B"
                  "31m\xE5\xB0";
    text_clean(text);
    assert_string_equal(text, "ok \xE5\xB0\x8F?[31m????"
                              "??31m??");
}

static void say_hook(void)
{
    assert_true(write(STDOUT_FILENO, "hook\n", 5) == 5);
    CHECK(!"inside the hook"); /* must not call the hook again */
}

/* In a child: it ends. */
static void test_check_runs_the_hook_once_and_aborts(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        check_set_hook(say_hook);
        CHECK(1 + 1 == 3);
    }
    (void)close(ends[1]);
    char text[512] = "";
    size_t used = 0;
    ssize_t got;
    while ((got = read(ends[0], text + used, sizeof text - 1 - used)) > 0) used += (size_t)got;
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(text, "hook\ncheck failed: !\"inside the hook\" at tests/core/test_err.c:"));
    CHECK(1 + 1 == 2); /* and what holds costs nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_and_prefix),
        cmocka_unit_test(test_null_is_allowed),
        cmocka_unit_test(test_long_words_are_cut_between_characters),
        cmocka_unit_test(test_status_names),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_check_runs_the_hook_once_and_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

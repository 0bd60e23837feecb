/* test_check: a broken promise says where, gives the terminal back once, and ends the process for certain. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/check.h"

static void hook(void)
{
    (void)!write(STDERR_FILENO, "terminal restored\n", 18);
}

static void failing_hook(void)
{
    (void)!write(STDERR_FILENO, "first\n", 6);
    CHECK(!"the hook itself is wrong");
}

/* A child in which this runs: what it wrote to stderr; its end must be an abort. */
static void words_of(void (*break_it)(void), char *words, size_t size)
{
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGABRT, SIG_DFL);
        (void)dup2(ends[1], STDERR_FILENO);
        break_it();
        _exit(0);
    }
    (void)close(ends[1]);
    size_t length = 0;
    ssize_t got;
    while (length + 1 < size && (got = read(ends[0], words + length, size - 1 - length)) > 0) length += (size_t)got;
    words[length] = '\0';
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void plainly_wrong(void)
{
    CHECK(1 + 1 == 2);
    CHECK(1 + 1 == 3);
}

static void wrong_with_a_hook(void)
{
    check_set_hook(hook);
    CHECK(1 + 1 == 3);
}

static void wrong_in_the_hook(void)
{
    check_set_hook(failing_hook);
    CHECK(1 + 1 == 3);
}

static void wrong_after_the_hook_left(void)
{
    check_set_hook(hook);
    check_set_hook(NULL);
    check_failed("nothing", "nowhere", -7);
}

static void test_it_says_what_and_where(void **state)
{
    char words[512], where[64];
    (void)state;
    words_of(plainly_wrong, words, sizeof words);
    (void)snprintf(where, sizeof where, "at %s:", __FILE__);
    assert_non_null(strstr(words, "check failed: 1 + 1 == 3 "));
    assert_non_null(strstr(words, where));
    assert_null(strstr(words, "== 2"));
}

static void test_the_hook_comes_first_and_once(void **state)
{
    char words[512];
    (void)state;
    words_of(wrong_with_a_hook, words, sizeof words);
    assert_int_equal(strncmp(words, "terminal restored\ncheck failed: ", 32), 0);
    words_of(wrong_in_the_hook, words, sizeof words);
    assert_int_equal(strncmp(words, "first\ncheck failed: ", 20), 0);
    assert_null(strstr(words + 6, "first"));
    words_of(wrong_after_the_hook_left, words, sizeof words);
    assert_string_equal(words, "check failed: nothing at nowhere:0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_says_what_and_where),
        cmocka_unit_test(test_the_hook_comes_first_and_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

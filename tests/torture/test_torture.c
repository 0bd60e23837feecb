/*
 * A short run of the torture (make torture KILLS=1000 is the long one): real processes killed, and the books agree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/torture/torture.h"

static void test_killed_processes_neither_lose_nor_repeat_an_order(void **state)
{
    struct torture_options options = {.seed = 7, .kills = 20, .speed = 60};
    (void)state;
    assert_true(torture_run(&options, stdout));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_processes_neither_lose_nor_repeat_an_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

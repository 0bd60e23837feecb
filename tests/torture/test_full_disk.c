/*
 * A disk that stays full for longer than outcryd tries a process that dies: nobody is given up, the reason is said, and
 * when there is room again everything trades without a person.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/torture/scene.h"

#define FULL_US (12 * CLOCK_SECOND_US) /* six ends take nine seconds */

static void test_a_disk_that_stays_full_is_waited_for(void **state)
{
    struct torture *t = *state;
    if (!world_fill_disk(t)) skip();
    int64_t until_us = clock_monotonic_us() + FULL_US;
    bool ended = false;
    while (clock_monotonic_us() < until_us) {
        world_pump(t, 20 * CLOCK_MS_US);
        world_ask_status(t);
        for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++)
            ended = ended || world_pid(t, (enum component)c) == 0;
    }
    assert_true(ended); /* else nothing was proved */
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) assert_false(t->heard[c].given_up);
    world_free_disk(t);
    assert_true(scene_whole_again(t));
}

static int start(void **state)
{
    return scene_open(state, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_disk_that_stays_full_is_waited_for),
    };
    return cmocka_run_group_tests(tests, start, scene_close);
}

/* test_rng: the published sequence, the ranges, and no favourites. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/rng.h"

/* xoshiro256** from state {1, 2, 3, 4}: the reference implementation's first outputs. */
static void test_published_sequence(void **state)
{
    (void)state;
    struct rng rng = {{1, 2, 3, 4}};
    const uint64_t wanted[] = {
        11520u, 0u, 1509978240u, 1215971899390074240u, 1216172134540287360u, 607988272756665600u};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) assert_true(rng_next(&rng) == wanted[i]);
}

/* splitmix64 from 1234567: the state a seed gives. */
static void test_seed(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 1234567);
    const uint64_t wanted[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u};
    for (size_t i = 0; i < 4; i++) assert_true(rng.state[i] == wanted[i]);
}

static void test_range(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 7);
    int64_t counts[6] = {0};
    for (int i = 0; i < 60000; i++) {
        const int64_t value = rng_range(&rng, -2, 3);
        assert_true(value >= -2 && value <= 3);
        counts[value + 2]++;
    }
    for (size_t i = 0; i < 6; i++) assert_true(counts[i] > 9500 && counts[i] < 10500);
    assert_int_equal(rng_range(&rng, 5, 5), 5);
    bool negative = false, positive = false;
    for (int i = 0; i < 100; i++) {
        const int64_t value = rng_range(&rng, INT64_MIN, INT64_MAX);
        negative = negative || value < 0;
        positive = positive || value > 0;
        assert_true(rng_range(&rng, INT64_MAX - 1, INT64_MAX) >= INT64_MAX - 1);
    }
    assert_true(negative && positive);
}

static void test_chance(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 8);
    int hits = 0;
    for (int i = 0; i < 40000; i++) hits += rng_chance(&rng, 1, 4) ? 1 : 0;
    assert_true(hits > 9600 && hits < 10400);
    for (int i = 0; i < 100; i++) assert_true(!rng_chance(&rng, 0, 9) && rng_chance(&rng, 9, 9));
}

static void test_bell(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 9);
    int64_t sum = 0, squares = 0, inside = 0;
    enum { DRAWS = 50000, DEVIATION = 1000 };
    for (int i = 0; i < DRAWS; i++) {
        const int64_t value = rng_bell(&rng, DEVIATION);
        sum += value;
        squares += value * value;
        inside += value >= -DEVIATION && value <= DEVIATION ? 1 : 0;
    }
    assert_true(sum / DRAWS > -20 && sum / DRAWS < 20);
    assert_true(squares / DRAWS > 970000 && squares / DRAWS < 1030000);
    assert_true(inside > DRAWS * 66 / 100 && inside < DRAWS * 70 / 100);
    assert_int_equal(rng_bell(&rng, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_sequence),
        cmocka_unit_test(test_seed),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_chance),
        cmocka_unit_test(test_bell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The index against the plainest model there is, through thousands of additions and removals; and the ring's
 * forgetting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/id_index.h"
#include "core/rng.h"

#define IDS      300
#define CAPACITY 200

static void test_against_a_model(void **state)
{
    (void)state;
    struct id_index index;
    struct rng rng;
    bool there[IDS] = {false};
    uint32_t count = 0, value;
    char id[ID_INDEX_KEY_SIZE];
    rng_seed(&rng, 7);
    assert_true(id_index_init(&index, CAPACITY));
    for (int step = 0; step < 20000; step++) {
        uint32_t at = (uint32_t)rng_range(&rng, 0, IDS - 1);
        snprintf(id, sizeof id, "k3-%u-E1", at);
        if (there[at]) {
            id_index_remove(&index, id);
            there[at] = false;
            count--;
        } else if (id_index_add(&index, id, at)) {
            there[at] = true;
            count++;
        } else {
            assert_int_equal(count, CAPACITY); /* refused only when full */
        }
        assert_int_equal(index.count, count);
        if (step % 500 != 0) continue;
        for (uint32_t i = 0; i < IDS; i++) {
            snprintf(id, sizeof id, "k3-%u-E1", i);
            assert_int_equal(id_index_find(&index, id, &value), there[i]);
            if (there[i]) assert_int_equal(value, i);
        }
    }
    id_index_remove(&index, "never");
    assert_int_equal(index.count, count);
    assert_false(id_index_find(&index, "", &value));
    id_index_free(&index);
}

static void test_ring_forgets_the_oldest(void **state)
{
    (void)state;
    struct id_ring ring;
    char id[ID_INDEX_KEY_SIZE];
    assert_true(id_ring_init(&ring, 10));
    for (int i = 0; i < 25; i++) {
        snprintf(id, sizeof id, "x%d", i);
        assert_true(id_ring_add(&ring, id));
        assert_false(id_ring_add(&ring, id));
    }
    assert_false(id_ring_has(&ring, "x14"));
    assert_true(id_ring_has(&ring, "x15"));
    assert_true(id_ring_has(&ring, "x24"));
    id_ring_free(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_a_model),
                                       cmocka_unit_test(test_ring_forgets_the_oldest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* From a tick to the order at the venue and back to the protected position: nothing is allocated on the way, in any of the
 * four components. */
#include "tests/support/alloc_count.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/core/order_path.h"

#define CONDITIONS 200
#define TICKS      4000

static struct condition_terms terms_of(int i)
{
    static const enum entry_type entries[] = {ENTRY_MARKET, ENTRY_RANGE_MARKET, ENTRY_LIMIT};
    return (struct condition_terms){.account = PATH_ACCOUNT,
                                    .symbol = PATH_SYMBOL,
                                    .side = i % 2 == 0 ? SIDE_BUY : SIDE_SELL,
                                    .trigger_price = PRICE_POINTS(17400 + i % 80 - 40),
                                    .turning = PRICE_POINTS(3 + i % 7),
                                    .quantity = 1 + i % 3,
                                    .take_profit = PRICE_POINTS(15),
                                    .stop_loss = PRICE_POINTS(10),
                                    .following = i % 3 == 0,
                                    .basis = BASIS_FILL,
                                    .validity = VALID_GTC,
                                    .entry = entries[i % 3]};
}

static void from_tick_to_protection_nothing_is_allocated(void **state)
{
    static struct order_path path;
    (void)state;
    if (!alloc_counted()) {
        puts("skip: a sanitizer has taken malloc");
        skip();
    }
    order_path_begin(&path, 17400);
    for (int i = 0; i < CONDITIONS; i++) {
        const struct condition_terms terms = terms_of(i);
        path_condition(&path, &terms);
    }
    const long before = alloc_count;
    for (int i = 0; i < TICKS; i++) {
        path_tick(&path, 17400 + (i * 13) % 121 - 60);
        if (i % 100 == 99) path_timers(&path);
    }
    assert_int_equal(alloc_count, before);
    printf("%d ticks, %llu orders, %llu fills, %llu rows\n", TICKS, (unsigned long long)path.orders,
           (unsigned long long)path.fills, (unsigned long long)path.rows);
    assert_true(path.orders > CONDITIONS && path.fills > CONDITIONS); /* entries, and exits after them */
    assert_int_equal(gate_position(path.gate, PATH_ACCOUNT, PATH_SYMBOL)->quantity,
                     executor_position(path.executor, PATH_ACCOUNT, PATH_SYMBOL)->quantity);
    order_path_end(&path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_tick_to_protection_nothing_is_allocated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

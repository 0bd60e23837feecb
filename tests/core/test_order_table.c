/* Orders in memory: room, what gives way, and the list of the living. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/order_table.h"

static struct order order_of(int number, enum order_state state, int32_t trading_day)
{
    struct order order = {.state = state, .trading_day = trading_day};
    snprintf(order.request.client_order_id, sizeof order.request.client_order_id, "k3-%d-E1", number);
    return order;
}

static uint32_t add(struct order_table *table, int number, enum order_state state, int32_t day, int32_t today,
                    bool reserve)
{
    struct order order = order_of(number, state, day);
    return order_table_add(table, &order, today, reserve);
}

static uint32_t living(const struct order_table *table)
{
    uint32_t count = 0;
    for (uint32_t at = order_table_first(table); at != ORDER_TABLE_NONE; at = order_table_next(table, at)) count++;
    return count;
}

static void test_room_and_what_gives_way(void **state)
{
    (void)state;
    struct order_table table;
    assert_true(order_table_init(&table, 4));
    assert_int_equal(add(&table, 1, ORDER_FILLED, 20210726, 20210727, false), 0);
    assert_int_equal(add(&table, 2, ORDER_NEW, 20210726, 20210727, false), 1);
    assert_int_equal(add(&table, 3, ORDER_FILLED, 20210727, 20210727, false), 2);
    assert_int_equal(add(&table, 4, ORDER_CANCELLED, 20210726, 20210727, false), 3);
    /* Full: the two that ended yesterday give way; one that lives, and one of today, do not. */
    assert_true(add(&table, 5, ORDER_NEW, 20210727, 20210727, false) != ORDER_TABLE_NONE);
    assert_int_equal(order_table_find(&table, "k3-1-E1"), ORDER_TABLE_NONE);
    assert_int_equal(order_table_find(&table, "k3-4-E1"), ORDER_TABLE_NONE);
    assert_int_equal(order_table_find(&table, "k3-2-E1"), 1);
    assert_int_equal(order_table_find(&table, "k3-3-E1"), 2);
    assert_true(add(&table, 6, ORDER_NEW, 20210727, 20210727, false) != ORDER_TABLE_NONE);
    assert_int_equal(add(&table, 7, ORDER_NEW, 20210727, 20210727, false), ORDER_TABLE_NONE);
    assert_true(add(&table, 7, ORDER_NEW, 20210727, 20210727, true) != ORDER_TABLE_NONE); /* the reserve */
    assert_int_equal(table.count, 5);
    order_table_free(&table);
}

/* One day, replayed for months without a restart. */
static void test_a_day_without_end(void **state)
{
    (void)state;
    struct order_table table;
    assert_true(order_table_init(&table, 8));
    for (int i = 0; i < 1000; i++) {
        struct order order = order_of(i, i == 0 ? ORDER_NEW : ORDER_FILLED, 20210727);
        order.updated_us = (int64_t)i * 30 * 60 * CLOCK_SECOND_US;
        assert_int_not_equal(order_table_add(&table, &order, 20210727, false), ORDER_TABLE_NONE);
    }
    assert_int_not_equal(order_table_find(&table, "k3-0-E1"), ORDER_TABLE_NONE); /* lives */
    assert_int_not_equal(order_table_find(&table, "k3-998-E1"), ORDER_TABLE_NONE);
    assert_int_equal(order_table_find(&table, "k3-900-E1"), ORDER_TABLE_NONE);
    order_table_free(&table);
}

static void test_list_of_the_living(void **state)
{
    (void)state;
    struct order_table table;
    uint32_t slots[5];
    assert_true(order_table_init(&table, 8));
    for (int i = 0; i < 5; i++) slots[i] = add(&table, i, ORDER_NEW, 20210727, 20210727, false);
    assert_int_equal(order_table_first(&table), slots[0]); /* oldest first */
    static const int ends[] = {2, 0, 4};
    for (int i = 0; i < 3; i++) {
        order_table_at(&table, slots[ends[i]])->state = ORDER_FILLED;
        order_table_touch(&table, slots[ends[i]]);
        order_table_touch(&table, slots[ends[i]]); /* twice is once */
        assert_int_equal(living(&table), 4 - (uint32_t)i);
    }
    assert_int_equal(order_table_first(&table), slots[1]);
    assert_int_equal(order_table_next(&table, slots[1]), slots[3]);
    assert_int_equal(order_table_next(&table, slots[3]), ORDER_TABLE_NONE);
    assert_int_equal(table.active_count, 2);
    order_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_room_and_what_gives_way),
                                       cmocka_unit_test(test_a_day_without_end),
                                       cmocka_unit_test(test_list_of_the_living)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

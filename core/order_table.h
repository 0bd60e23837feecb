/*
 * order_table: the orders a component keeps in memory, by client order id, and the list of those not ended.
 *
 * Room is taken at creation. When `limit` is reached, orders that ended on earlier trading days, or hours ago, give
 * way; when none can, an order is refused (the caller says so in words). A reserve above the limit is for what must not
 * be refused: protective exits, and facts (what was journalled, what the venue reports).
 *
 * Why giving way is safe: an order that ended on an earlier day, or two hours ago, is past its time to live (an hour at
 * most), so the same id coming again is EXPIRED, never a new order.
 *
 * Slots are numbered from 0 and stay put while the order is kept; a component keeps its own facts beside them in an
 * array of order_table.capacity rows. Does not judge an order or store it.
 * Unit: _us process time. Owner: the caller, _init .. _free. Thread: one.
 */
#ifndef CORE_ORDER_TABLE_H
#define CORE_ORDER_TABLE_H

#include "core/clock.h"
#include "core/id_index.h"
#include "core/order.h"

#define ORDER_TABLE_NONE      UINT32_MAX
#define ORDER_TABLE_RECENT_US (2 * 3600 * CLOCK_SECOND_US)

struct order_slot {
    struct order order;
    uint32_t next, previous; /* not ended: the list; free: next free */
    bool used, active;
};

struct order_table {
    struct order_slot *slots;
    struct id_index index;
    uint32_t limit, capacity, count;
    uint32_t fresh; /* slots from here on were never used: their memory is not touched before it is needed */
    uint32_t free_head;
    uint32_t active_head, active_tail, active_count;
};

bool order_table_init(struct order_table *table, uint32_t limit);
void order_table_free(struct order_table *table);

uint32_t order_table_find(const struct order_table *table, const char *client_order_id);

/* A copy of order is kept. trading_day: today's; ended orders of earlier days, and of hours before order->updated_us, may
 * give way. reserve: use the room above the limit. ORDER_TABLE_NONE: no room. The id is not in the table yet. */
uint32_t order_table_add(struct order_table *table, const struct order *order, int32_t trading_day, bool reserve);

struct order *order_table_at(const struct order_table *table, uint32_t slot);

/* Call after each change of an order's state. */
void order_table_touch(struct order_table *table, uint32_t slot);

/* The list of orders not ended, oldest first. A slot's next may be read before the slot is touched. */
uint32_t order_table_first(const struct order_table *table);
uint32_t order_table_next(const struct order_table *table, uint32_t slot);

void order_table_each(const struct order_table *table, void (*visit)(void *context, const struct order *order),
                      void *context);

#endif

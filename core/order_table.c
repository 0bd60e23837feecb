/* order_table: a slab of orders with a free list, an index and a list of the living; see the header. */
#include "core/order_table.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"

bool order_table_init(struct order_table *table, uint32_t limit)
{
    CHECK(limit > 0 && limit < (uint32_t)1 << 24);
    memset(table, 0, sizeof *table);
    table->limit = limit;
    table->capacity = limit + limit / 8 + 64;
    table->active_head = table->active_tail = ORDER_TABLE_NONE;
    table->slots = calloc(table->capacity, sizeof *table->slots);
    if (table->slots == NULL || !id_index_init(&table->index, table->capacity)) {
        order_table_free(table);
        return false;
    }
    table->free_head = ORDER_TABLE_NONE;
    return true;
}

void order_table_free(struct order_table *table)
{
    free(table->slots);
    id_index_free(&table->index);
    memset(table, 0, sizeof *table);
}

uint32_t order_table_find(const struct order_table *table, const char *client_order_id)
{
    uint32_t slot;
    return id_index_find(&table->index, client_order_id, &slot) ? slot : ORDER_TABLE_NONE;
}

struct order *order_table_at(const struct order_table *table, uint32_t slot)
{
    CHECK(slot < table->capacity && table->slots[slot].used);
    return &table->slots[slot].order;
}

static void list_append(struct order_table *table, uint32_t slot)
{
    struct order_slot *entry = &table->slots[slot];
    entry->active = true;
    entry->next = ORDER_TABLE_NONE;
    entry->previous = table->active_tail;
    if (table->active_tail == ORDER_TABLE_NONE)
        table->active_head = slot;
    else
        table->slots[table->active_tail].next = slot;
    table->active_tail = slot;
    table->active_count++;
}

static void list_remove(struct order_table *table, uint32_t slot)
{
    struct order_slot *entry = &table->slots[slot];
    if (entry->previous == ORDER_TABLE_NONE)
        table->active_head = entry->next;
    else
        table->slots[entry->previous].next = entry->next;
    if (entry->next == ORDER_TABLE_NONE)
        table->active_tail = entry->previous;
    else
        table->slots[entry->next].previous = entry->previous;
    entry->active = false;
    table->active_count--;
}

void order_table_touch(struct order_table *table, uint32_t slot)
{
    bool ended = order_state_terminal(order_table_at(table, slot)->state);
    if (ended && table->slots[slot].active) list_remove(table, slot);
    CHECK(ended || table->slots[slot].active);
}

/* Ended orders of earlier trading days leave, and those that ended hours ago (a day may be replayed again and again), all at
 * once, so that the next many adds need not look. */
static void evict(struct order_table *table, int32_t trading_day, int64_t now_us)
{
    for (uint32_t i = 0; i < table->fresh; i++) {
        struct order_slot *entry = &table->slots[i];
        const bool recent = entry->order.updated_us >= now_us - ORDER_TABLE_RECENT_US;
        if (!entry->used || entry->active || (entry->order.trading_day >= trading_day && recent)) continue;
        id_index_remove(&table->index, entry->order.request.client_order_id);
        entry->used = false;
        entry->next = table->free_head;
        table->free_head = i;
        table->count--;
    }
}

uint32_t order_table_add(struct order_table *table, const struct order *order, int32_t trading_day, bool reserve)
{
    uint32_t room = reserve ? table->capacity : table->limit;
    if (table->count >= room) evict(table, trading_day, order->updated_us);
    if (table->count >= room) return ORDER_TABLE_NONE;
    uint32_t slot = table->free_head;
    if (slot == ORDER_TABLE_NONE)
        slot = table->fresh++;
    else
        table->free_head = table->slots[slot].next;
    struct order_slot *entry = &table->slots[slot];
    entry->order = *order;
    entry->used = true;
    entry->active = false;
    table->count++;
    CHECK(id_index_add(&table->index, order->request.client_order_id, slot));
    if (!order_state_terminal(order->state)) list_append(table, slot);
    return slot;
}

uint32_t order_table_first(const struct order_table *table)
{
    return table->active_head;
}

uint32_t order_table_next(const struct order_table *table, uint32_t slot)
{
    return table->slots[slot].next;
}

void order_table_each(const struct order_table *table, void (*visit)(void *context, const struct order *order),
                      void *context)
{
    for (uint32_t i = 0; i < table->fresh; i++)
        if (table->slots[i].used) visit(context, &table->slots[i].order);
}

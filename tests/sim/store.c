/* store: what a process's database would hold. Rows by the keys of db/schema, whole commits, and how far back a power cut
 * may take a file that is not synced at each commit (WAL, synchronous NORMAL: to any commit since the last checkpoint). */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tests/sim/world.h"

#define SLAB_BLOCK 256
#define INDEX_SIZE 1024u

/* --- rows' memory -------------------------------------------------------------------------------------------------- */

struct slab_block {
    struct slab_block *next;
    struct msg msgs[SLAB_BLOCK];
};

static void slab_grow(struct slab *slab)
{
    struct slab_block *block = malloc(sizeof *block);
    CHECK(block != NULL);
    block->next = slab->blocks;
    slab->blocks = block;
    slab->unused_room += SLAB_BLOCK;
    slab->unused = realloc(slab->unused, slab->unused_room * sizeof(struct msg *));
    CHECK(slab->unused != NULL);
    for (uint32_t i = 0; i < SLAB_BLOCK; i++) slab->unused[slab->unused_count++] = &block->msgs[i];
}

struct msg *slab_copy(struct slab *slab, const struct msg *msg)
{
    if (slab->unused_count == 0) slab_grow(slab);
    struct msg *copy = slab->unused[--slab->unused_count];
    memcpy(copy, msg, sizeof *copy);
    return copy;
}

void slab_give(struct slab *slab, struct msg *msg)
{
    if (msg != NULL) slab->unused[slab->unused_count++] = msg;
}

void slab_free(struct slab *slab)
{
    while (slab->blocks != NULL) {
        struct slab_block *next = slab->blocks->next;
        free(slab->blocks);
        slab->blocks = next;
    }
    free(slab->unused);
    memset(slab, 0, sizeof *slab);
}

/* --- tables -------------------------------------------------------------------------------------------------------- */

static void reserve(struct table *table, uint32_t count)
{
    if (count <= table->room) return;
    uint32_t room = table->room == 0 ? 64 : table->room;
    while (room < count) room *= 2;
    table->rows = realloc(table->rows, room * sizeof(struct msg *));
    CHECK(table->rows != NULL);
    table->room = room;
}

static void note_undo(struct store *store, enum table_id table, uint32_t at, struct msg *old)
{
    if (store->undo_count == store->undo_room) {
        store->undo_room = store->undo_room == 0 ? 256 : store->undo_room * 2;
        store->undo = realloc(store->undo, store->undo_room * sizeof *store->undo);
        CHECK(store->undo != NULL);
    }
    store->undo[store->undo_count++] = (struct undo){.table = table, .at = at, .old = old};
}

static void put_at(struct store *store, enum table_id id, uint32_t at, const struct msg *msg)
{
    struct table *table = &store->tables[id];
    reserve(table, at + 1);
    while (table->count <= at) table->rows[table->count++] = NULL;
    struct msg *old = table->rows[at];
    if (store->journal) {
        note_undo(store, id, at, old);
        table->rows[at] = slab_copy(store->slab, msg);
    } else if (old != NULL) {
        memcpy(old, msg, sizeof *old);
    } else {
        table->rows[at] = slab_copy(store->slab, msg);
    }
}

static uint32_t find_row(const struct table *table, const struct msg *msg,
                         bool (*same)(const struct msg *, const struct msg *))
{
    uint32_t at = 0;
    while (at < table->count && (table->rows[at] == NULL || !same(table->rows[at], msg))) at++;
    return at;
}

static bool same_position(const struct msg *a, const struct msg *b)
{
    return a->position.trading_day == b->position.trading_day && strcmp(a->position.symbol, b->position.symbol) == 0 &&
           strcmp(a->position.account, b->position.account) == 0;
}

static bool same_lots(const struct msg *a, const struct msg *b)
{
    return a->condition_lots.condition_id == b->condition_lots.condition_id &&
           strcmp(a->condition_lots.symbol, b->condition_lots.symbol) == 0;
}

static bool same_cursor(const struct msg *a, const struct msg *b)
{
    return strcmp(a->cursor.stream, b->cursor.stream) == 0;
}

static bool same_kind(const struct msg *a, const struct msg *b)
{
    return a->id == b->id;
}

/* --- orders, by id (at the exchange: and its own number, for it does not deduplicate) ------------------------------ */

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++) hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t order_key(const char *client_order_id, const char *venue_order_id)
{
    const uint64_t hash = hash_text(UINT64_C(14695981039346656037), client_order_id);
    return hash_text(hash * 31, venue_order_id);
}

/* The row's place; a new one is taken for a key that is not there. */
static uint32_t order_place(struct store *store, uint64_t key, bool make)
{
    const struct table *table = &store->tables[TABLE_ORDER];
    uint32_t slot = (uint32_t)(key >> 20) % INDEX_SIZE;
    while (store->order_index[slot] != 0) {
        const uint32_t at = store->order_index[slot] - 1;
        if (store->order_keys[at] == key) return at;
        slot = (slot + 1) % INDEX_SIZE;
    }
    if (!make) return UINT32_MAX;
    const uint32_t at = table->count;
    CHECK(at < INDEX_SIZE - 1);
    if (at >= store->order_keys_room) {
        store->order_keys_room = store->order_keys_room == 0 ? 256 : store->order_keys_room * 2;
        store->order_keys = realloc(store->order_keys, store->order_keys_room * sizeof *store->order_keys);
        CHECK(store->order_keys != NULL);
    }
    store->order_keys[at] = key;
    store->order_index[slot] = at + 1;
    return at;
}

const struct order *store_order(const struct store *store, const char *client_order_id)
{
    struct store *same = (struct store *)(uintptr_t)store; /* make = false changes nothing */
    const uint32_t at = order_place(same, order_key(client_order_id, ""), false);
    if (at == UINT32_MAX || store->tables[TABLE_ORDER].rows[at] == NULL) return NULL;
    return &store->tables[TABLE_ORDER].rows[at]->order;
}

/* --- writing ------------------------------------------------------------------------------------------------------- */

/* As the statement does: every following TRIGGERED condition that the price has passed. */
static void put_ratchet(struct store *store, const struct ratchet *ratchet)
{
    const struct table *table = &store->tables[TABLE_CONDITION];
    const int sign = side_sign(ratchet->side);
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->rows[i] == NULL) continue;
        const struct condition *c = &table->rows[i]->condition;
        if (c->state != CONDITION_TRIGGERED || !c->terms.following || c->terms.side != ratchet->side ||
            strcmp(c->terms.symbol, ratchet->symbol) != 0 || sign * (ratchet->price - c->trigger) >= 0)
            continue;
        struct msg moved = *table->rows[i];
        moved.condition.trigger = ratchet->price;
        put_at(store, TABLE_CONDITION, i, &moved);
    }
}

static void put_append(struct store *store, enum table_id id, uint64_t seq, const struct msg *msg)
{
    CHECK(seq > 0 && seq < 100000);
    const struct table *table = &store->tables[id];
    const uint32_t at = (uint32_t)seq - 1;
    if (at < table->count && table->rows[at] != NULL) return; /* a repeated key is refused quietly */
    put_at(store, id, at, msg);
}

static void put_order(struct store *store, const struct msg *msg, bool exchange)
{
    const struct order *order = &msg->order;
    const uint64_t key = order_key(order->request.client_order_id, exchange ? order->venue_order_id : "");
    put_at(store, TABLE_ORDER, order_place(store, key, true), msg);
}

static void put_risk(struct store *store, const struct risk_event *risk)
{
    store->risks++;
    memcpy(store->last_risk, risk->text, sizeof store->last_risk);
}

void store_put(struct store *store, const struct msg *msg, bool exchange)
{
    struct table *tables = store->tables;
    if (msg->id == MSG_CONDITION) put_at(store, TABLE_CONDITION, (uint32_t)msg->condition.id, msg);
    if (msg->id == MSG_TRANSITION) put_at(store, TABLE_TRANSITION, (uint32_t)msg->transition.condition_id, msg);
    if (msg->id == MSG_SIGNAL) put_at(store, TABLE_SIGNAL, (uint32_t)msg->signal.seq, msg);
    if (msg->id == MSG_SIGNAL_ACK) put_at(store, TABLE_ACK, (uint32_t)msg->signal_ack.seq, msg);
    if (msg->id == MSG_ORDER) put_order(store, msg, exchange);
    if (msg->id == MSG_ORDER_EVENT) put_append(store, TABLE_EVENT, msg->order_event.seq, msg);
    if (msg->id == MSG_VENUE_EXEC) put_append(store, TABLE_EXEC, msg->venue_exec.seq, msg);
    if (msg->id == MSG_POSITION)
        put_at(store, TABLE_POSITION, find_row(&tables[TABLE_POSITION], msg, same_position), msg);
    if (msg->id == MSG_CONDITION_LOTS) put_at(store, TABLE_LOTS, find_row(&tables[TABLE_LOTS], msg, same_lots), msg);
    if (msg->id == MSG_CURSOR) put_at(store, TABLE_CURSOR, find_row(&tables[TABLE_CURSOR], msg, same_cursor), msg);
    if (msg->id == MSG_GUARD_STATE || msg->id == MSG_GUARD_LIMITS || msg->id == MSG_ACCOUNT)
        put_at(store, TABLE_SINGLE, find_row(&tables[TABLE_SINGLE], msg, same_kind), msg);
    if (msg->id == MSG_RATCHET) put_ratchet(store, &msg->ratchet);
    if (msg->id == MSG_RISK_EVENT) put_risk(store, &msg->risk_event);
}

const struct msg *store_single(const struct store *store, enum msg_id id)
{
    const struct table *table = &store->tables[TABLE_SINGLE];
    for (uint32_t i = 0; i < table->count; i++)
        if (table->rows[i] != NULL && table->rows[i]->id == id) return table->rows[i];
    return NULL;
}

/* --- commits and power cuts ------------------------------------------------------------------------------------------ */

void store_begin(struct store *store)
{
    if (store->journal) note_undo(store, TABLE_COUNT, 0, NULL);
}

uint32_t store_commits(const struct store *store)
{
    uint32_t commits = 0;
    for (uint32_t i = 0; i < store->undo_count; i++) commits += store->undo[i].table == TABLE_COUNT;
    return commits;
}

void store_cut(struct store *store, uint32_t commits)
{
    while (commits > 0 && store->undo_count > 0) {
        const struct undo undo = store->undo[--store->undo_count];
        if (undo.table == TABLE_COUNT) {
            commits--;
            continue;
        }
        struct msg **row = &store->tables[undo.table].rows[undo.at];
        slab_give(store->slab, *row);
        *row = undo.old;
        struct table *table = &store->tables[undo.table];
        /* An order's place is kept for its key. */
        while (undo.table != TABLE_ORDER && table->count > 0 && table->rows[table->count - 1] == NULL) table->count--;
    }
}

void store_checkpoint(struct store *store)
{
    for (uint32_t i = 0; i < store->undo_count; i++) slab_give(store->slab, store->undo[i].old);
    store->undo_count = 0;
}

void store_clear(struct store *store)
{
    store_checkpoint(store);
    for (int t = 0; t < TABLE_COUNT; t++) {
        struct table *table = &store->tables[t];
        for (uint32_t i = 0; i < table->count; i++) slab_give(store->slab, table->rows[i]);
        table->count = 0;
    }
    memset(store->order_index, 0, sizeof store->order_index);
    store->risks = 0;
    store->session = 0;
    store->journal = false;
    store->last_risk[0] = '\0';
}

void store_free(struct store *store)
{
    for (int t = 0; t < TABLE_COUNT; t++) free(store->tables[t].rows);
    free(store->order_keys);
    free(store->undo);
}

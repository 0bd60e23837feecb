/* matching_book: doubly linked levels and entries by index in one pool, so that a book is plain memory that is made
 * once. */
#include "core/matching_book.h"

#include <stdlib.h>

#include "core/check.h"

bool book_pool_init(struct book_pool *pool, uint32_t entries)
{
    CHECK(entries > 0 && entries < BOOK_NONE);
    *pool = (struct book_pool){.entry_count = entries};
    pool->entries = calloc(entries, sizeof *pool->entries);
    pool->levels = calloc(entries, sizeof *pool->levels);
    if (pool->entries == NULL || pool->levels == NULL) {
        book_pool_free(pool);
        return false;
    }
    for (uint32_t i = 0; i < entries; i++) {
        pool->entries[i].next = i + 1 < entries ? i + 1 : BOOK_NONE;
        pool->levels[i].worse = i + 1 < entries ? i + 1 : BOOK_NONE;
    }
    return true;
}

void book_pool_free(struct book_pool *pool)
{
    free(pool->entries);
    free(pool->levels);
    *pool = (struct book_pool){0};
}

void book_init(struct book *book)
{
    book->buy = (struct book_side){.side = SIDE_BUY, .best = BOOK_NONE};
    book->sell = (struct book_side){.side = SIDE_SELL, .best = BOOK_NONE};
}

struct book_side *book_of(struct book *book, enum side side)
{
    return side == SIDE_BUY ? &book->buy : &book->sell;
}

bool book_reaches(enum side side, price_t price, price_t than)
{
    return side == SIDE_BUY ? price >= than : price <= than;
}

/* The level at a price, made in its place when there is none. */
static uint32_t level_at(struct book_pool *pool, struct book_side *side, price_t price)
{
    uint32_t better = BOOK_NONE, at = side->best;
    while (at != BOOK_NONE && pool->levels[at].price != price &&
           book_reaches(side->side, pool->levels[at].price, price)) {
        better = at;
        at = pool->levels[at].worse;
    }
    if (at != BOOK_NONE && pool->levels[at].price == price) return at;
    const uint32_t made = pool->free_level;
    CHECK(made != BOOK_NONE); /* as many levels as entries */
    pool->free_level = pool->levels[made].worse;
    pool->levels[made] =
        (struct book_level){.price = price, .first = BOOK_NONE, .last = BOOK_NONE, .better = better, .worse = at};
    if (better == BOOK_NONE)
        side->best = made;
    else
        pool->levels[better].worse = made;
    if (at != BOOK_NONE) pool->levels[at].better = made;
    return made;
}

uint32_t book_add(struct book_pool *pool, struct book_side *side, price_t price, int32_t quantity, int32_t owner)
{
    CHECK(quantity > 0);
    const uint32_t made = pool->free_entry;
    if (made == BOOK_NONE) return BOOK_NONE;
    pool->free_entry = pool->entries[made].next;
    const uint32_t at = level_at(pool, side, price);
    struct book_level *level = &pool->levels[at];
    pool->entries[made] = (struct book_entry){
        .previous = level->last, .next = BOOK_NONE, .level = at, .owner = owner, .quantity = quantity};
    if (level->last == BOOK_NONE)
        level->first = made;
    else
        pool->entries[level->last].next = made;
    level->last = made;
    level->quantity += quantity;
    if (owner == BOOK_MARKET) level->market_quantity += quantity;
    return made;
}

static void drop_level(struct book_pool *pool, struct book_side *side, uint32_t at)
{
    struct book_level *level = &pool->levels[at];
    if (level->better == BOOK_NONE)
        side->best = level->worse;
    else
        pool->levels[level->better].worse = level->worse;
    if (level->worse != BOOK_NONE) pool->levels[level->worse].better = level->better;
    level->worse = pool->free_level;
    pool->free_level = at;
}

static void take(struct book_pool *pool, struct book_entry *entry, int32_t lots)
{
    struct book_level *level = &pool->levels[entry->level];
    entry->quantity -= lots;
    level->quantity -= lots;
    if (entry->owner == BOOK_MARKET) level->market_quantity -= lots;
}

void book_remove(struct book_pool *pool, struct book_side *side, uint32_t at)
{
    struct book_entry *entry = &pool->entries[at];
    struct book_level *level = &pool->levels[entry->level];
    take(pool, entry, entry->quantity);
    if (entry->previous == BOOK_NONE)
        level->first = entry->next;
    else
        pool->entries[entry->previous].next = entry->next;
    if (entry->next == BOOK_NONE)
        level->last = entry->previous;
    else
        pool->entries[entry->next].previous = entry->previous;
    if (level->first == BOOK_NONE) drop_level(pool, side, entry->level);
    entry->next = pool->free_entry;
    pool->free_entry = at;
}

void book_reduce(struct book_pool *pool, struct book_side *side, uint32_t at, int32_t lots)
{
    struct book_entry *entry = &pool->entries[at];
    CHECK(lots > 0 && lots <= entry->quantity);
    if (lots == entry->quantity)
        book_remove(pool, side, at);
    else
        take(pool, entry, lots);
}

uint32_t book_find(const struct book_pool *pool, const struct book_side *side, price_t price)
{
    uint32_t at = side->best;
    while (at != BOOK_NONE && pool->levels[at].price != price) at = pool->levels[at].worse;
    return at;
}

uint32_t book_best_limit(const struct book_pool *pool, const struct book_side *side)
{
    uint32_t at = side->best;
    while (at != BOOK_NONE && (pool->levels[at].price == BOOK_ANY_BUY || pool->levels[at].price == BOOK_ANY_SELL))
        at = pool->levels[at].worse;
    return at;
}

void book_trim(struct book_pool *pool, struct book_side *side, price_t low, price_t high)
{
    uint32_t at = side->best;
    while (at != BOOK_NONE) {
        const struct book_level *level = &pool->levels[at];
        const uint32_t worse = level->worse;
        if ((level->price < low || level->price > high) && level->market_quantity > 0) {
            uint32_t entry = level->first;
            while (entry != BOOK_NONE) {
                const uint32_t next = pool->entries[entry].next;
                if (pool->entries[entry].owner == BOOK_MARKET) book_remove(pool, side, entry);
                entry = next;
            }
        }
        at = worse;
    }
}

int32_t book_withdraw(struct book_pool *pool, struct book_side *side, price_t price, int32_t lots)
{
    const uint32_t at = book_find(pool, side, price);
    if (at == BOOK_NONE) return 0;
    int32_t taken = 0;
    uint32_t entry = pool->levels[at].last;
    while (entry != BOOK_NONE && taken < lots) {
        const uint32_t previous = pool->entries[entry].previous;
        if (pool->entries[entry].owner == BOOK_MARKET) {
            const int32_t left = lots - taken;
            const int32_t part = pool->entries[entry].quantity < left ? pool->entries[entry].quantity : left;
            book_reduce(pool, side, entry, part);
            taken += part;
        }
        entry = previous;
    }
    return taken;
}

int64_t book_within(const struct book_pool *pool, const struct book_side *side, price_t limit)
{
    int64_t lots = 0;
    for (uint32_t at = side->best; at != BOOK_NONE; at = pool->levels[at].worse) {
        if (!book_reaches(side->side, pool->levels[at].price, limit)) break;
        lots += pool->levels[at].quantity;
    }
    return lots;
}

void book_depth(const struct book_pool *pool, const struct book_side *side, struct depth *out)
{
    price_t *prices = side->side == SIDE_BUY ? out->bid_price : out->ask_price;
    int32_t *quantities = side->side == SIDE_BUY ? out->bid_quantity : out->ask_quantity;
    uint32_t at = book_best_limit(pool, side);
    for (int i = 0; i < DEPTH_LEVELS && at != BOOK_NONE; i++, at = pool->levels[at].worse) {
        prices[i] = pool->levels[at].price;
        quantities[i] = pool->levels[at].quantity < INT32_MAX ? (int32_t)pool->levels[at].quantity : INT32_MAX;
    }
}

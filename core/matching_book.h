/*
 * matching_book: limit order books in price-time priority. The structure alone: it knows no accounts, rules or
 * sessions.
 *
 * Entries and levels of all books live in one pool of fixed size, made once: adding and removing allocates nothing. A
 * side is its levels, best first; a level is its entries, oldest first. An entry of a person's order names it (owner >=
 * 0); the rest is the anonymous market (BOOK_MARKET).
 *
 * Invariants: a level in a book has at least one entry and its quantity is their sum; entries have quantity > 0.
 * Cost: finding a level walks from the best price; all else is constant. Unit: price_t, lots.
 * Owner: matching (core/matching.h). Thread: one.
 */
#ifndef CORE_MATCHING_BOOK_H
#define CORE_MATCHING_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/order.h"
#include "core/tick.h"

#define BOOK_NONE   UINT32_MAX
#define BOOK_MARKET (-1) /* owner of the anonymous market's entries */

/* Prices of market orders that wait for the opening auction: better than any limit. */
#define BOOK_ANY_BUY  PRICE_MAX
#define BOOK_ANY_SELL (-PRICE_MAX)

struct book_entry {
    uint32_t previous, next; /* in time, within the level */
    uint32_t level;
    int32_t owner;
    int32_t quantity;
    int32_t ahead; /* replay: displayed volume that stands before it */
};

struct book_level {
    price_t price;
    int64_t quantity;
    int64_t market_quantity; /* the anonymous part of it */
    uint32_t first, last;
    uint32_t better, worse; /* neighbours; `worse` links the free ones */
};

struct book_pool {
    struct book_entry *entries;
    struct book_level *levels;
    uint32_t free_entry, free_level;
    uint32_t entry_count;
};

struct book_side {
    enum side side;
    uint32_t best;
};

struct book {
    struct book_side buy, sell;
};

bool book_pool_init(struct book_pool *pool, uint32_t entries);
void book_pool_free(struct book_pool *pool);

void book_init(struct book *book);
struct book_side *book_of(struct book *book, enum side side);

/* Index of the new entry, last in time at its price; BOOK_NONE when the pool is full. quantity > 0. */
uint32_t book_add(struct book_pool *pool, struct book_side *side, price_t price, int32_t quantity, int32_t owner);
void book_remove(struct book_pool *pool, struct book_side *side, uint32_t at);
/* Take lots off an entry; it goes when none are left. lots <= its quantity. */
void book_reduce(struct book_pool *pool, struct book_side *side, uint32_t at, int32_t lots);

/* Is `price` as good as `than` or better, for an order of this side? */
bool book_reaches(enum side side, price_t price, price_t than);

/* Level at a price, BOOK_NONE when there is none. */
uint32_t book_find(const struct book_pool *pool, const struct book_side *side, price_t price);
/* Best level of limit orders (what a screen may show), BOOK_NONE when there is none. */
uint32_t book_best_limit(const struct book_pool *pool, const struct book_side *side);

/* Remove the anonymous entries priced outside low..high. */
void book_trim(struct book_pool *pool, struct book_side *side, price_t low, price_t high);
/* Take up to lots off the youngest anonymous entries at a price. Returns how many were taken. */
int32_t book_withdraw(struct book_pool *pool, struct book_side *side, price_t price, int32_t lots);

/* Lots on this side at `limit` or better. */
int64_t book_within(const struct book_pool *pool, const struct book_side *side, price_t limit);

/* The DEPTH_LEVELS best limit levels into out's arrays of this side. */
void book_depth(const struct book_pool *pool, const struct book_side *side, struct depth *out);

#endif

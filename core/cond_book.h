/*
 * cond_book: every waiting condition of one symbol, indexed by the prices it waits for, so that a tick costs what it
 * crosses, not what is armed.
 *
 * ARMED and plain TRIGGERED conditions wait for one price, OPEN ones for two: they sit in binary heaps, one for prices
 * that are reached from below (UP) and one for those reached from above (DOWN), and know their place there, so that
 * leaving costs O(log n). Following TRIGGERED conditions of a side that share an extreme are one group: the group alone
 * sits in the heaps (its extreme one way, extreme + smallest turning the other), its members in a pairing heap by
 * turning. A new extreme melds the groups it passes into one: which group a condition is in now is asked of a
 * union-find forest, so that moving a million triggers is one assignment.
 *
 * It does not change a condition: cond_book_cross says which ones a price crosses (each is then out of the index), the
 * caller applies core/cond.h's rules and places them again.
 *
 * Invariants: a node is in no heap, in the heap(s) of its kind, or in exactly one group; a group has a member; entries
 * and exits have heaps of their own, so that entries can be held while exits are tested.
 * Unit: price_t. Nothing is allocated outside cond_book_new and cond_book_reserve. Thread: one. Owner: new .. free.
 * Sources: M. Fredman and others, "The pairing heap" (1986); R. Tarjan, "Efficiency of a good but not linear set union
 * algorithm" (1975): union by rank, without compression, so that reading changes nothing.
 */
#ifndef CORE_COND_BOOK_H
#define CORE_COND_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cond.h"

#define COND_BOOK_NONE UINT32_MAX
#define COND_BOOK_MAX  0x3fffffffu /* conditions a book can hold */

#define CROSS_ENTRIES 1u
#define CROSS_EXITS   2u

struct cond_book;

struct cond_crossed {
    int64_t id;
    uint32_t node;
    uint32_t owner; /* the caller's own number, from cond_book_add */
    bool grouped;   /* it followed: `trigger` is where it got to */
    price_t trigger;
};

struct cond_crossing {
    const struct cond_crossed *crossed; /* in id order; valid until the next call that changes the book */
    uint32_t count;
    bool ratcheted_buy, ratcheted_sell; /* a group's extreme moved to the price */
};

/* NULL when memory is short. */
struct cond_book *cond_book_new(void);
void cond_book_free(struct cond_book *book);

/* Room for `count` conditions in all. false: memory is short, nothing changed. */
bool cond_book_reserve(struct cond_book *book, uint32_t count);

/* A node for a condition, not yet waiting. Room must be reserved. owner comes back with each crossing. */
uint32_t cond_book_add(struct cond_book *book, int64_t id, uint32_t owner);
/* Give the node back. */
void cond_book_drop(struct cond_book *book, uint32_t node);
uint32_t cond_book_count(const struct cond_book *book);

/* Wait for what the condition's state waits for (nothing: any other state). Replaces what it waited for before; what it
 * followed to is taken from condition->trigger. */
void cond_book_place(struct cond_book *book, uint32_t node, const struct condition *condition);
/* Wait for nothing. */
void cond_book_lift(struct cond_book *book, uint32_t node);

/* The trigger of a condition that follows in a group now; otherwise `fallback`. */
price_t cond_book_trigger(const struct cond_book *book, uint32_t node, price_t fallback);

/* One price. `what`: CROSS_*. Tests before it ratchets; without CROSS_ENTRIES nothing ratchets. */
void cond_book_cross(struct cond_book *book, price_t price, unsigned what, struct cond_crossing *out);

#endif

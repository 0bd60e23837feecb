/*
 * cond_book_impl: what core/cond_book.c and core/cond_group.c share: the book's arrays. Private to those two.
 *
 * A heap item's ref is a node's index, or a group's with REF_GROUP. A group is an element of a union-find forest: the
 * one at its tree's root is alive (it has the extreme and the members' pairing heap); the others only lead there. An
 * element is given back when no node and no other element leads to it, so that 2 x capacity elements always suffice
 * (see cond_group_new).
 *
 * Owner: struct cond_book. Thread: one.
 */
#ifndef CORE_COND_BOOK_IMPL_H
#define CORE_COND_BOOK_IMPL_H

#include "core/cond_book.h"

#define REF_GROUP 0x80000000u

enum direction { DIRECTION_UP = 0, DIRECTION_DOWN = 1 };
enum book_kind { KIND_FREE = 0, KIND_IDLE, KIND_ENTRY, KIND_EXIT, KIND_FOLLOWING };

struct heap_item {
    price_t key;
    uint32_t ref;
};

struct heap {
    struct heap_item *items;
    uint32_t count;
};

struct book_node {
    int64_t id;
    price_t turning; /* FOLLOWING: the pairing heap's key */
    uint32_t owner;
    uint32_t group; /* FOLLOWING: the element it joined */
    uint32_t child, next,
        previous;      /* FOLLOWING: pairing heap; previous is the parent for a first child. Free list: next */
    uint32_t place[2]; /* in the heaps of its kind, or COND_BOOK_NONE */
    enum book_kind kind;
};

struct book_group {
    price_t extreme;
    uint32_t parent;     /* itself at the root; the free list's next when free */
    uint32_t references; /* nodes that joined it + elements whose parent it is (not itself) */
    uint32_t top;        /* the member that turns first; COND_BOOK_NONE when free or not a root */
    uint32_t place[2];
    uint32_t rank;
    enum side side;
};

struct cond_book {
    struct book_node *nodes;
    struct book_group *groups; /* 2 x capacity */
    struct heap heaps[2][2];   /* [entries, exits][direction] */
    struct cond_crossed *crossed;
    uint32_t capacity, count;
    uint32_t nodes_used, groups_used; /* ever taken; the rest of the arrays is untouched */
    uint32_t free_node, free_group;   /* lists of those given back */
    uint32_t crossed_count;
    uint32_t recent[2]; /* BUY, SELL: the group at the last extreme, which newly triggered conditions join */
};

/* An empty group; it must be joined at once. */
uint32_t cond_group_new(struct cond_book *book, enum side side, price_t extreme);
void cond_group_join(struct cond_book *book, uint32_t group, uint32_t node);
/* Two live groups, in no heap, into one, which is returned. */
uint32_t cond_group_meld(struct cond_book *book, uint32_t a, uint32_t b);
/* false: it was the last member and the group is gone. */
bool cond_group_leave(struct cond_book *book, uint32_t group, uint32_t node);
/* The live group of a FOLLOWING node. */
uint32_t cond_group_find(const struct cond_book *book, uint32_t node);

#endif

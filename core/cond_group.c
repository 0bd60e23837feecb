/* cond_group: following conditions that share an extreme, so that they move as one. Members are a pairing heap by
 * turning (meld in O(1)); where a member's group went is a union-find forest with counted references. */
#include "core/check.h"
#include "core/cond_book_impl.h"

/* --- the pairing heap --------------------------------------------------------------------------------------------- */

static uint32_t pair(struct cond_book *book, uint32_t a, uint32_t b)
{
    if (a == COND_BOOK_NONE) return b;
    if (b == COND_BOOK_NONE) return a;
    struct book_node *nodes = book->nodes;
    const uint32_t top = nodes[a].turning <= nodes[b].turning ? a : b, under = top == a ? b : a;
    nodes[under].next = nodes[top].child;
    nodes[under].previous = top;
    if (nodes[top].child != COND_BOOK_NONE) nodes[nodes[top].child].previous = under;
    nodes[top].child = under;
    nodes[top].next = nodes[top].previous = COND_BOOK_NONE;
    return top;
}

/* The children of a node that goes, as one heap: pairs from left to right, then melded from right to left. */
static uint32_t pair_children(struct cond_book *book, uint32_t node)
{
    struct book_node *nodes = book->nodes;
    uint32_t paired = COND_BOOK_NONE; /* a list, last pair first, by `next` */
    uint32_t at = nodes[node].child;
    nodes[node].child = COND_BOOK_NONE;
    while (at != COND_BOOK_NONE) {
        const uint32_t second = nodes[at].next;
        const uint32_t rest = second == COND_BOOK_NONE ? COND_BOOK_NONE : nodes[second].next;
        nodes[at].next = nodes[at].previous = COND_BOOK_NONE;
        const uint32_t top = pair(book, at, second);
        nodes[top].next = paired;
        paired = top;
        at = rest;
    }
    uint32_t top = COND_BOOK_NONE;
    while (paired != COND_BOOK_NONE) {
        const uint32_t next = nodes[paired].next;
        nodes[paired].next = COND_BOOK_NONE;
        top = pair(book, top, paired);
        paired = next;
    }
    return top;
}

/* Cut a member that is not the top out of the heap, with everything below it. */
static void cut(struct cond_book *book, uint32_t node)
{
    struct book_node *nodes = book->nodes;
    const uint32_t previous = nodes[node].previous, next = nodes[node].next;
    CHECK(previous != COND_BOOK_NONE);
    if (nodes[previous].child == node)
        nodes[previous].child = next;
    else
        nodes[previous].next = next;
    if (next != COND_BOOK_NONE) nodes[next].previous = previous;
    nodes[node].next = nodes[node].previous = COND_BOOK_NONE;
}

/* --- the forest --------------------------------------------------------------------------------------------------- */

/* Give back an element that nothing leads to, and those that only it led to. */
static void release(struct cond_book *book, uint32_t group)
{
    for (;;) {
        struct book_group *g = &book->groups[group];
        CHECK(g->references > 0);
        if (--g->references > 0) return;
        const uint32_t parent = g->parent;
        if (book->recent[0] == group) book->recent[0] = COND_BOOK_NONE;
        if (book->recent[1] == group) book->recent[1] = COND_BOOK_NONE;
        g->top = COND_BOOK_NONE;
        g->parent = book->free_group;
        book->free_group = group;
        if (parent == group) return;
        group = parent;
    }
}

static uint32_t find(const struct cond_book *book, uint32_t group)
{
    while (book->groups[group].parent != group) group = book->groups[group].parent;
    return group;
}

/* Every node to the root of its tree: all other elements are given back. At most `capacity` roots remain, each having a
 * member, so at least `capacity` elements are free again: each compaction is paid by as many new groups before it. */
static void compact(struct cond_book *book)
{
    for (uint32_t node = 0; node < book->nodes_used; node++) {
        struct book_node *n = &book->nodes[node];
        if (n->kind != KIND_FOLLOWING || n->group == COND_BOOK_NONE) continue;
        const uint32_t root = find(book, n->group), old = n->group;
        if (root == old) continue;
        book->groups[root].references++;
        n->group = root;
        release(book, old);
    }
}

uint32_t cond_group_new(struct cond_book *book, enum side side, price_t extreme)
{
    if (book->free_group == COND_BOOK_NONE && book->groups_used == book->capacity * 2) compact(book);
    uint32_t group = book->free_group;
    if (group != COND_BOOK_NONE) {
        book->free_group = book->groups[group].parent;
    } else {
        CHECK(book->groups_used < book->capacity * 2);
        group = book->groups_used++;
    }
    book->groups[group] = (struct book_group){.extreme = extreme,
                                              .parent = group,
                                              .top = COND_BOOK_NONE,
                                              .place = {COND_BOOK_NONE, COND_BOOK_NONE},
                                              .side = side};
    return group;
}

void cond_group_join(struct cond_book *book, uint32_t group, uint32_t node)
{
    struct book_node *n = &book->nodes[node];
    n->child = n->next = n->previous = COND_BOOK_NONE;
    n->group = group;
    book->groups[group].references++;
    book->groups[group].top = pair(book, book->groups[group].top, node);
}

uint32_t cond_group_meld(struct cond_book *book, uint32_t a, uint32_t b)
{
    CHECK(a != b && book->groups[a].parent == a && book->groups[b].parent == b);
    const uint32_t root = book->groups[a].rank >= book->groups[b].rank ? a : b, under = root == a ? b : a;
    struct book_group *r = &book->groups[root], *u = &book->groups[under];
    if (r->rank == u->rank) r->rank++;
    r->top = pair(book, r->top, u->top);
    r->references++;
    u->parent = root;
    u->top = COND_BOOK_NONE;
    if (book->recent[0] == under) book->recent[0] = COND_BOOK_NONE;
    if (book->recent[1] == under) book->recent[1] = COND_BOOK_NONE;
    return root;
}

bool cond_group_leave(struct cond_book *book, uint32_t group, uint32_t node)
{
    struct book_group *g = &book->groups[group];
    const bool first = g->top == node;
    if (!first) cut(book, node);
    const uint32_t below = pair_children(book, node);
    g->top = first ? below : pair(book, g->top, below);
    const bool left = g->top != COND_BOOK_NONE;
    const uint32_t joined = book->nodes[node].group;
    book->nodes[node].group = COND_BOOK_NONE;
    release(book, joined);
    return left;
}

uint32_t cond_group_find(const struct cond_book *book, uint32_t node)
{
    CHECK(book->nodes[node].kind == KIND_FOLLOWING);
    return find(book, book->nodes[node].group);
}

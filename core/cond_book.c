/* cond_book: the heaps a price is tested against. Groups of following conditions are core/cond_group.c; here they are
 * items like any other. Both directions use one min-heap: DOWN keys are negated prices. */
#include "core/cond_book.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/cond_book_impl.h"

static struct heap *heap_of(struct cond_book *book, enum book_kind kind, enum direction direction)
{
    return &book->heaps[kind == KIND_EXIT ? 1 : 0][direction];
}

static price_t signed_key(enum direction direction, price_t price)
{
    return direction == DIRECTION_UP ? price : -price;
}

/* Where an item remembers its place. */
static uint32_t *place_of(struct cond_book *book, uint32_t ref, enum direction direction)
{
    if ((ref & REF_GROUP) != 0) return &book->groups[ref & ~REF_GROUP].place[direction];
    return &book->nodes[ref].place[direction];
}

static void heap_set(struct cond_book *book, struct heap *heap, enum direction direction, uint32_t at,
                     struct heap_item item)
{
    heap->items[at] = item;
    *place_of(book, item.ref, direction) = at;
}

static void sift_up(struct cond_book *book, struct heap *heap, enum direction direction, uint32_t at,
                    struct heap_item item)
{
    while (at > 0) {
        const uint32_t parent = (at - 1) / 2;
        if (heap->items[parent].key <= item.key) break;
        heap_set(book, heap, direction, at, heap->items[parent]);
        at = parent;
    }
    heap_set(book, heap, direction, at, item);
}

static void sift_down(struct cond_book *book, struct heap *heap, enum direction direction, uint32_t at,
                      struct heap_item item)
{
    for (;;) {
        uint32_t child = at * 2 + 1;
        if (child >= heap->count) break;
        if (child + 1 < heap->count && heap->items[child + 1].key < heap->items[child].key) child++;
        if (heap->items[child].key >= item.key) break;
        heap_set(book, heap, direction, at, heap->items[child]);
        at = child;
    }
    heap_set(book, heap, direction, at, item);
}

static void heap_push(struct cond_book *book, enum book_kind kind, enum direction direction, price_t price,
                      uint32_t ref)
{
    struct heap *heap = heap_of(book, kind, direction);
    CHECK(heap->count < book->capacity);
    const struct heap_item item = {.key = signed_key(direction, price), .ref = ref};
    sift_up(book, heap, direction, heap->count++, item);
}

static void heap_remove(struct cond_book *book, enum book_kind kind, enum direction direction, uint32_t ref)
{
    uint32_t *place = place_of(book, ref, direction);
    const uint32_t at = *place;
    if (at == COND_BOOK_NONE) return;
    struct heap *heap = heap_of(book, kind, direction);
    CHECK(at < heap->count && heap->items[at].ref == ref);
    *place = COND_BOOK_NONE;
    const struct heap_item last = heap->items[--heap->count];
    if (at == heap->count) return;
    if (at > 0 && heap->items[(at - 1) / 2].key > last.key)
        sift_up(book, heap, direction, at, last);
    else
        sift_down(book, heap, direction, at, last);
}

/* The item a price crosses first, or COND_BOOK_NONE. */
static uint32_t heap_crossed(struct cond_book *book, enum book_kind kind, enum direction direction, price_t price)
{
    const struct heap *heap = heap_of(book, kind, direction);
    if (heap->count == 0 || heap->items[0].key > signed_key(direction, price)) return COND_BOOK_NONE;
    return heap->items[0].ref;
}

/* --- groups among the heaps --------------------------------------------------------------------------------------- */

static enum direction with_side(enum side side)
{
    return side == SIDE_BUY ? DIRECTION_UP : DIRECTION_DOWN;
}

static enum direction against_side(enum side side)
{
    return side == SIDE_BUY ? DIRECTION_DOWN : DIRECTION_UP;
}

static void group_file(struct cond_book *book, uint32_t group)
{
    const struct book_group *g = &book->groups[group];
    const price_t entry = g->extreme + side_sign(g->side) * book->nodes[g->top].turning;
    heap_push(book, KIND_ENTRY, against_side(g->side), g->extreme, group | REF_GROUP);
    heap_push(book, KIND_ENTRY, with_side(g->side), entry, group | REF_GROUP);
}

static void group_unfile(struct cond_book *book, uint32_t group)
{
    heap_remove(book, KIND_ENTRY, DIRECTION_UP, group | REF_GROUP);
    heap_remove(book, KIND_ENTRY, DIRECTION_DOWN, group | REF_GROUP);
}

/* Into the group that the present extreme has already, or one of its own. */
static void follow(struct cond_book *book, uint32_t node, const struct condition *condition)
{
    const enum side side = condition->terms.side;
    uint32_t group = book->recent[side == SIDE_BUY ? 0 : 1];
    book->nodes[node].kind = KIND_FOLLOWING;
    book->nodes[node].turning = condition->terms.turning;
    if (group != COND_BOOK_NONE && book->groups[group].extreme == condition->trigger) {
        const uint32_t top = book->groups[group].top;
        cond_group_join(book, group, node);
        if (book->groups[group].top == top) return; /* not the first to turn: the heaps need not know */
        group_unfile(book, group);
    } else {
        group = cond_group_new(book, side, condition->trigger);
        cond_group_join(book, group, node);
    }
    group_file(book, group);
}

static void leave_group(struct cond_book *book, uint32_t node)
{
    const uint32_t group = cond_group_find(book, node);
    const bool first = book->groups[group].top == node;
    if (first) group_unfile(book, group);
    if (cond_group_leave(book, group, node) && first) group_file(book, group);
}

/* --- the book ----------------------------------------------------------------------------------------------------- */

struct cond_book *cond_book_new(void)
{
    struct cond_book *book = calloc(1, sizeof *book);
    if (book == NULL) return NULL;
    book->free_node = book->free_group = COND_BOOK_NONE;
    book->recent[0] = book->recent[1] = COND_BOOK_NONE;
    return book;
}

void cond_book_free(struct cond_book *book)
{
    if (book == NULL) return;
    for (int kind = 0; kind < 2; kind++)
        for (int direction = 0; direction < 2; direction++) free(book->heaps[kind][direction].items);
    free(book->nodes);
    free(book->groups);
    free(book->crossed);
    free(book);
}

static bool grow(void **array, size_t count, size_t size)
{
    void *grown = realloc(*array, count * size);
    if (grown == NULL) return false;
    *array = grown;
    return true;
}

bool cond_book_reserve(struct cond_book *book, uint32_t count)
{
    if (count <= book->capacity) return true;
    if (count > COND_BOOK_MAX) return false;
    uint32_t capacity = book->capacity < 8 ? 8 : book->capacity * 2;
    if (capacity < count) capacity = count;
    if (capacity > COND_BOOK_MAX) capacity = COND_BOOK_MAX;
    bool ok = grow((void **)&book->nodes, capacity, sizeof *book->nodes) &&
              grow((void **)&book->groups, (size_t)capacity * 2, sizeof *book->groups) &&
              grow((void **)&book->crossed, capacity, sizeof *book->crossed);
    for (int kind = 0; kind < 2; kind++) {
        for (int direction = 0; direction < 2; direction++) {
            struct heap *heap = &book->heaps[kind][direction];
            ok = ok && grow((void **)&heap->items, capacity, sizeof *heap->items);
        }
    }
    if (ok) book->capacity = capacity;
    return ok;
}

uint32_t cond_book_add(struct cond_book *book, int64_t id, uint32_t owner)
{
    uint32_t node = book->free_node;
    if (node != COND_BOOK_NONE) {
        book->free_node = book->nodes[node].next;
    } else {
        CHECK(book->nodes_used < book->capacity);
        node = book->nodes_used++;
    }
    book->nodes[node] = (struct book_node){.id = id,
                                           .owner = owner,
                                           .kind = KIND_IDLE,
                                           .group = COND_BOOK_NONE,
                                           .child = COND_BOOK_NONE,
                                           .next = COND_BOOK_NONE,
                                           .previous = COND_BOOK_NONE,
                                           .place = {COND_BOOK_NONE, COND_BOOK_NONE}};
    book->count++;
    return node;
}

void cond_book_drop(struct cond_book *book, uint32_t node)
{
    cond_book_lift(book, node);
    book->nodes[node].kind = KIND_FREE;
    book->nodes[node].next = book->free_node;
    book->free_node = node;
    book->count--;
}

uint32_t cond_book_count(const struct cond_book *book)
{
    return book->count;
}

void cond_book_lift(struct cond_book *book, uint32_t node)
{
    CHECK(node < book->nodes_used && book->nodes[node].kind != KIND_FREE);
    const enum book_kind kind = book->nodes[node].kind;
    if (kind == KIND_FOLLOWING) {
        leave_group(book, node);
    } else if (kind != KIND_IDLE) {
        heap_remove(book, kind, DIRECTION_UP, node);
        heap_remove(book, kind, DIRECTION_DOWN, node);
    }
    book->nodes[node].kind = KIND_IDLE;
}

void cond_book_place(struct cond_book *book, uint32_t node, const struct condition *condition)
{
    cond_book_lift(book, node);
    const enum side side = condition->terms.side;
    struct condition_levels levels;
    condition_levels(condition, &levels);
    if (condition->state == CONDITION_ARMED) {
        book->nodes[node].kind = KIND_ENTRY;
        heap_push(book, KIND_ENTRY, against_side(side), levels.trigger, node);
    } else if (condition->state == CONDITION_TRIGGERED && condition->terms.following) {
        follow(book, node, condition);
    } else if (condition->state == CONDITION_TRIGGERED) {
        book->nodes[node].kind = KIND_ENTRY;
        heap_push(book, KIND_ENTRY, with_side(side), levels.order, node);
    } else if (condition->state == CONDITION_OPEN) {
        book->nodes[node].kind = KIND_EXIT;
        heap_push(book, KIND_EXIT, with_side(side), levels.take_profit, node);
        heap_push(book, KIND_EXIT, against_side(side), levels.stop_loss, node);
    }
}

price_t cond_book_trigger(const struct cond_book *book, uint32_t node, price_t fallback)
{
    if (book->nodes[node].kind != KIND_FOLLOWING) return fallback;
    return book->groups[cond_group_find(book, node)].extreme;
}

/* --- one price ---------------------------------------------------------------------------------------------------- */

static void note_crossed(struct cond_book *book, uint32_t node, bool grouped, price_t trigger)
{
    CHECK(book->crossed_count < book->capacity);
    book->crossed[book->crossed_count++] = (struct cond_crossed){.id = book->nodes[node].id,
                                                                 .node = node,
                                                                 .owner = book->nodes[node].owner,
                                                                 .grouped = grouped,
                                                                 .trigger = trigger};
}

/* Every member whose turn the price has made leaves; the rest stay a group. */
static void cross_group_entry(struct cond_book *book, uint32_t group, price_t price)
{
    const struct book_group *g = &book->groups[group];
    const price_t extreme = g->extreme, turned = side_sign(g->side) * (price - extreme);
    group_unfile(book, group);
    bool left = true;
    while (left && book->nodes[book->groups[group].top].turning <= turned) {
        const uint32_t node = book->groups[group].top;
        left = cond_group_leave(book, group, node);
        book->nodes[node].kind = KIND_IDLE;
        note_crossed(book, node, true, extreme);
    }
    if (left) group_file(book, group);
}

/* A group whose extreme the price has reached: into the one that will stand at the price. */
static void cross_group_extreme(struct cond_book *book, uint32_t group, price_t price, uint32_t melted[2],
                                struct cond_crossing *out)
{
    const struct book_group *g = &book->groups[group];
    const int at = g->side == SIDE_BUY ? 0 : 1;
    if (g->extreme != price) *(at == 0 ? &out->ratcheted_buy : &out->ratcheted_sell) = true;
    group_unfile(book, group);
    melted[at] = melted[at] == COND_BOOK_NONE ? group : cond_group_meld(book, melted[at], group);
}

static void cross_entries(struct cond_book *book, price_t price, struct cond_crossing *out)
{
    uint32_t melted[2] = {COND_BOOK_NONE, COND_BOOK_NONE};
    for (int i = 0; i < 2; i++) {
        const enum direction direction = i == 0 ? DIRECTION_UP : DIRECTION_DOWN;
        uint32_t ref;
        while ((ref = heap_crossed(book, KIND_ENTRY, direction, price)) != COND_BOOK_NONE) {
            if ((ref & REF_GROUP) == 0) {
                heap_remove(book, KIND_ENTRY, direction, ref);
                book->nodes[ref].kind = KIND_IDLE;
                note_crossed(book, ref, false, 0);
                continue;
            }
            const uint32_t group = ref & ~REF_GROUP;
            if (with_side(book->groups[group].side) == direction)
                cross_group_entry(book, group, price);
            else
                cross_group_extreme(book, group, price, melted, out);
        }
    }
    for (int i = 0; i < 2; i++) {
        if (melted[i] == COND_BOOK_NONE) continue;
        book->groups[melted[i]].extreme = price;
        book->recent[i] = melted[i];
        group_file(book, melted[i]);
    }
}

static void cross_exits(struct cond_book *book, price_t price)
{
    for (int i = 0; i < 2; i++) {
        const enum direction direction = i == 0 ? DIRECTION_UP : DIRECTION_DOWN;
        uint32_t node;
        while ((node = heap_crossed(book, KIND_EXIT, direction, price)) != COND_BOOK_NONE) {
            cond_book_lift(book, node);
            note_crossed(book, node, false, 0);
        }
    }
}

/* Heap sort by id: in place, where the C library's qsort may allocate. */
static void sift_crossed(struct cond_crossed *items, uint32_t at, uint32_t count)
{
    const struct cond_crossed item = items[at];
    for (uint32_t child = at * 2 + 1; child < count; child = at * 2 + 1) {
        if (child + 1 < count && items[child + 1].id > items[child].id) child++;
        if (items[child].id <= item.id) break;
        items[at] = items[child];
        at = child;
    }
    items[at] = item;
}

static void sort_crossed(struct cond_crossed *items, uint32_t count)
{
    for (uint32_t at = count / 2; at > 0; at--) sift_crossed(items, at - 1, count);
    for (uint32_t end = count; end > 1; end--) {
        const struct cond_crossed largest = items[0];
        items[0] = items[end - 1];
        items[end - 1] = largest;
        sift_crossed(items, 0, end - 1);
    }
}

void cond_book_cross(struct cond_book *book, price_t price, unsigned what, struct cond_crossing *out)
{
    *out = (struct cond_crossing){0};
    book->crossed_count = 0;
    if ((what & CROSS_ENTRIES) != 0) cross_entries(book, price, out);
    if ((what & CROSS_EXITS) != 0) cross_exits(book, price);
    if (book->crossed_count > 1) sort_crossed(book->crossed, book->crossed_count);
    out->crossed = book->crossed;
    out->count = book->crossed_count;
}

/*
 * id_index: find a number by an identifier, in a table of fixed size.
 *
 * Open addressing with linear probing, at most half full; removal moves entries back, so there are no tombstones and a
 * long-lived table does not slow down. All memory is taken at creation: nothing is allocated between a request and its
 * order. An id_ring is the set of the last N identifiers seen (exec ids): the oldest gives way to the newest.
 *
 * Does not keep order, and is not for hostile keys by the million: every table here has a limit.
 * Owner: the caller, _init .. _free. Thread: one.
 */
#ifndef CORE_ID_INDEX_H
#define CORE_ID_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#define ID_INDEX_KEY_SIZE 40 /* client order ids, exec ids, "account/symbol" */

struct id_entry {
    char id[ID_INDEX_KEY_SIZE]; /* empty = free */
    uint32_t value;
};

struct id_index {
    struct id_entry *entries;
    uint32_t mask;
    uint32_t capacity;
    uint32_t count;
};

/* false: no memory. capacity: entries it will hold, 1 .. 2^28. */
bool id_index_init(struct id_index *index, uint32_t capacity);
void id_index_free(struct id_index *index);

bool id_index_find(const struct id_index *index, const char *id, uint32_t *value);
/* id is not empty and not in the index; false: full. */
bool id_index_add(struct id_index *index, const char *id, uint32_t value);
/* Nothing happens when it is not there. */
void id_index_remove(struct id_index *index, const char *id);

struct id_ring {
    struct id_index index;
    char (*ids)[ID_INDEX_KEY_SIZE];
    uint64_t added;
};

bool id_ring_init(struct id_ring *ring, uint32_t capacity);
void id_ring_free(struct id_ring *ring);
bool id_ring_has(const struct id_ring *ring, const char *id);
/* false: it was there already. */
bool id_ring_add(struct id_ring *ring, const char *id);

#endif

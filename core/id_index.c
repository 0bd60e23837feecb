/* id_index: linear probing over a power of two; see the header. */
#include "core/id_index.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"

/* FNV-1a, finished with a multiply-shift so that the low bits depend on the whole id. */
static uint32_t hash_of(const char *id)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *p = id; *p != '\0'; p++) hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    hash ^= hash >> 32;
    hash *= 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 32);
}

bool id_index_init(struct id_index *index, uint32_t capacity)
{
    CHECK(capacity > 0 && capacity <= (uint32_t)1 << 28);
    uint32_t size = 16;
    while (size < 2 * capacity) size *= 2;
    memset(index, 0, sizeof *index);
    index->entries = calloc(size, sizeof *index->entries);
    if (index->entries == NULL) return false;
    index->mask = size - 1;
    index->capacity = capacity;
    return true;
}

void id_index_free(struct id_index *index)
{
    free(index->entries);
    memset(index, 0, sizeof *index);
}

/* Where id is, or where it would go. Ends: the table is at most half full. */
static uint32_t probe(const struct id_index *index, const char *id)
{
    uint32_t at = hash_of(id) & index->mask;
    while (index->entries[at].id[0] != '\0' && strcmp(index->entries[at].id, id) != 0) at = (at + 1) & index->mask;
    return at;
}

bool id_index_find(const struct id_index *index, const char *id, uint32_t *value)
{
    if (id[0] == '\0') return false;
    const struct id_entry *entry = &index->entries[probe(index, id)];
    if (entry->id[0] == '\0') return false;
    *value = entry->value;
    return true;
}

bool id_index_add(struct id_index *index, const char *id, uint32_t value)
{
    CHECK(id[0] != '\0' && strlen(id) < ID_INDEX_KEY_SIZE);
    if (index->count == index->capacity) return false;
    struct id_entry *entry = &index->entries[probe(index, id)];
    CHECK(entry->id[0] == '\0');
    (void)text_copy(entry->id, sizeof entry->id, id);
    entry->value = value;
    index->count++;
    return true;
}

void id_index_remove(struct id_index *index, const char *id)
{
    if (id[0] == '\0') return;
    uint32_t hole = probe(index, id);
    if (index->entries[hole].id[0] == '\0') return;
    index->count--;
    /* Move back every follower that the hole would cut off from its home. */
    for (uint32_t at = (hole + 1) & index->mask; index->entries[at].id[0] != '\0'; at = (at + 1) & index->mask) {
        uint32_t home = hash_of(index->entries[at].id) & index->mask;
        if (((at - home) & index->mask) < ((at - hole) & index->mask)) continue;
        index->entries[hole] = index->entries[at];
        hole = at;
    }
    index->entries[hole].id[0] = '\0';
}

bool id_ring_init(struct id_ring *ring, uint32_t capacity)
{
    memset(ring, 0, sizeof *ring);
    ring->ids = calloc(capacity, sizeof *ring->ids);
    if (ring->ids != NULL && id_index_init(&ring->index, capacity)) return true;
    id_ring_free(ring);
    return false;
}

void id_ring_free(struct id_ring *ring)
{
    id_index_free(&ring->index);
    free(ring->ids);
    memset(ring, 0, sizeof *ring);
}

bool id_ring_has(const struct id_ring *ring, const char *id)
{
    uint32_t value;
    return id_index_find(&ring->index, id, &value);
}

bool id_ring_add(struct id_ring *ring, const char *id)
{
    if (id_ring_has(ring, id)) return false;
    uint32_t at = (uint32_t)(ring->added % ring->index.capacity);
    if (ring->added >= ring->index.capacity) id_index_remove(&ring->index, ring->ids[at]);
    (void)text_copy(ring->ids[at], sizeof ring->ids[at], id);
    CHECK(id_index_add(&ring->index, id, at));
    ring->added++;
    return true;
}

/*
 * tick_ring: one ring of ticks a symbol, found by a short linear search that starts where the last tick was.
 */
#include "gateway/tick_ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"

struct slot {
    char symbol[SYMBOL_SIZE];
    bool carried;
    uint64_t last_seq;
    uint64_t source_epoch, source_seq; /* the source's own numbers, where it has any */
    struct tick *ticks;                /* [sym_seq % TICK_RING_TICKS] */
};

struct tick_ring {
    uint64_t epoch;
    uint64_t seq;
    struct slot slots[TICK_RING_SYMBOLS];
    size_t count;
    size_t last; /* where the last search ended: ticks of one symbol come in bursts */
};

struct tick_ring *tick_ring_new(uint64_t epoch)
{
    struct tick_ring *ring = calloc(1, sizeof *ring);
    if (ring != NULL) ring->epoch = epoch;
    return ring;
}

void tick_ring_free(struct tick_ring *ring)
{
    if (ring == NULL) return;
    for (size_t i = 0; i < ring->count; i++) free(ring->slots[i].ticks);
    free(ring);
}

static size_t find(const struct tick_ring *ring, const char *symbol)
{
    if (ring->last < ring->count && strcmp(ring->slots[ring->last].symbol, symbol) == 0) return ring->last;
    for (size_t i = 0; i < ring->count; i++)
        if (strcmp(ring->slots[i].symbol, symbol) == 0) return i;
    return SIZE_MAX;
}

/* A slot whose symbol is not carried any more may be taken when all are used. */
static struct slot *free_slot(struct tick_ring *ring)
{
    if (ring->count < TICK_RING_SYMBOLS) return &ring->slots[ring->count++];
    for (size_t i = 0; i < ring->count; i++)
        if (!ring->slots[i].carried) return &ring->slots[i];
    return NULL;
}

enum status tick_ring_add(struct tick_ring *ring, const char *symbol, struct err *err)
{
    size_t at = find(ring, symbol);
    if (at != SIZE_MAX) {
        if (!ring->slots[at].carried) ring->slots[at].source_epoch = 0; /* what came meanwhile was not wanted */
        ring->slots[at].carried = true;
        return ERR_OK;
    }
    struct slot *slot = free_slot(ring);
    if (slot == NULL)
        return err_set(err, ERR_FULL, "%s: too many contracts registered (allowed %d)", symbol, TICK_RING_SYMBOLS);
    if (slot->ticks == NULL) slot->ticks = calloc(TICK_RING_TICKS, sizeof *slot->ticks);
    if (slot->ticks == NULL) {
        slot->symbol[0] = '\0';
        slot->carried = false;
        return err_set(err, ERR_FULL, "%s: out of memory", symbol);
    }
    snprintf(slot->symbol, sizeof slot->symbol, "%s", symbol);
    slot->carried = true;
    slot->last_seq = 0;
    slot->source_epoch = slot->source_seq = 0;
    return ERR_OK;
}

void tick_ring_remove(struct tick_ring *ring, const char *symbol)
{
    size_t at = find(ring, symbol);
    if (at != SIZE_MAX) ring->slots[at].carried = false;
}

bool tick_ring_carries(const struct tick_ring *ring, const char *symbol)
{
    size_t at = find(ring, symbol);
    return at != SIZE_MAX && ring->slots[at].carried;
}

void tick_ring_restart(struct tick_ring *ring, uint64_t epoch)
{
    ring->epoch = epoch;
    ring->seq = 0;
    for (size_t i = 0; i < ring->count; i++) {
        ring->slots[i].last_seq = 0;
        ring->slots[i].source_epoch = 0;
    }
}

bool tick_ring_began_again(const struct tick_ring *ring, const struct tick *tick)
{
    size_t at = find(ring, tick->symbol);
    const struct slot *slot = at == SIZE_MAX ? NULL : &ring->slots[at];
    return slot != NULL && slot->carried && tick->sym_seq != 0 && slot->source_epoch != 0 &&
           tick->epoch != slot->source_epoch;
}

/* How many the source has given that did not come; -1: this one was here before. */
static int64_t missing(struct slot *slot, const struct tick *tick)
{
    if (tick->sym_seq == 0) return 0;
    bool same = tick->epoch == slot->source_epoch;
    if (same && tick->sym_seq <= slot->source_seq) return -1;
    int64_t count = same ? (int64_t)(tick->sym_seq - slot->source_seq - 1) : 0;
    slot->source_epoch = tick->epoch;
    slot->source_seq = tick->sym_seq;
    return count;
}

bool tick_ring_push(struct tick_ring *ring, struct tick *tick)
{
    size_t at = find(ring, tick->symbol);
    if (at == SIZE_MAX || !ring->slots[at].carried) return false;
    struct slot *slot = &ring->slots[at];
    int64_t hole = missing(slot, tick);
    if (hole < 0) return false;
    ring->last = at;
    ring->seq += (uint64_t)hole + 1;
    slot->last_seq += (uint64_t)hole + 1;
    tick->epoch = ring->epoch;
    tick->seq = ring->seq;
    tick->sym_seq = slot->last_seq;
    slot->ticks[tick->sym_seq % TICK_RING_TICKS] = *tick;
    return true;
}

uint64_t tick_ring_epoch(const struct tick_ring *ring)
{
    return ring->epoch;
}

uint64_t tick_ring_seq(const struct tick_ring *ring)
{
    return ring->seq;
}

size_t tick_ring_replay(const struct tick_ring *ring, const char *symbol, uint64_t epoch, uint64_t from_seq, size_t max,
                        void (*visit)(void *context, const struct tick *tick), void *context, bool *more)
{
    size_t at = find(ring, symbol);
    size_t sent = 0;
    if (more != NULL) *more = false;
    if (at == SIZE_MAX) return 0;
    const struct slot *slot = &ring->slots[at];
    uint64_t next = (epoch == ring->epoch ? from_seq : 0) + 1;
    uint64_t oldest = slot->last_seq > TICK_RING_TICKS ? slot->last_seq - TICK_RING_TICKS + 1 : 1;
    for (next = next > oldest ? next : oldest; next <= slot->last_seq && sent < max; next++) {
        struct tick tick = slot->ticks[next % TICK_RING_TICKS];
        if (tick.epoch == ring->epoch && tick.sym_seq == next) { /* else it never came */
            tick.flags |= TICK_REPLAYED;
            visit(context, &tick);
            sent++;
        }
    }
    if (more != NULL) *more = next <= slot->last_seq;
    return sent;
}

bool tick_ring_find(const struct tick_ring *ring, const char *symbol, uint64_t epoch, uint64_t sym_seq,
                    struct tick *out)
{
    size_t at = find(ring, symbol);
    if (at == SIZE_MAX || epoch != ring->epoch || sym_seq == 0 || sym_seq > ring->slots[at].last_seq) return false;
    const struct tick *kept = &ring->slots[at].ticks[sym_seq % TICK_RING_TICKS];
    if (kept->epoch != epoch || kept->sym_seq != sym_seq) return false;
    *out = *kept;
    return true;
}

void tick_ring_each(const struct tick_ring *ring, void (*visit)(void *context, const char *symbol, uint64_t last_seq),
                    void *context)
{
    for (size_t i = 0; i < ring->count; i++)
        if (ring->slots[i].carried) visit(context, ring->slots[i].symbol, ring->slots[i].last_seq);
}

/*
 * tracker: a small table of symbols and their last numbers.
 */
#include "gateway/tracker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct track {
    char symbol[SYMBOL_SIZE];
    uint64_t epoch;
    uint64_t last;
    bool started;
    bool gap;
    uint64_t gap_epoch; /* what is wanted: up to gap_seq of gap_epoch */
    uint64_t gap_seq;
};

struct tracker {
    struct track tracks[TRACKER_SYMBOLS];
    size_t count;
    size_t recent;
    uint64_t lost;
};

struct tracker *tracker_new(void)
{
    return calloc(1, sizeof(struct tracker));
}

void tracker_free(struct tracker *tracker)
{
    free(tracker);
}

static size_t find(const struct tracker *tracker, const char *symbol)
{
    if (tracker->recent < tracker->count && strcmp(tracker->tracks[tracker->recent].symbol, symbol) == 0)
        return tracker->recent;
    for (size_t i = 0; i < tracker->count; i++)
        if (strcmp(tracker->tracks[i].symbol, symbol) == 0) return i;
    return SIZE_MAX;
}

/* NULL: the table is full. */
static struct track *find_or_add(struct tracker *tracker, const char *symbol)
{
    size_t at = find(tracker, symbol);
    if (at == SIZE_MAX) {
        if (tracker->count == TRACKER_SYMBOLS) return NULL;
        at = tracker->count++;
        snprintf(tracker->tracks[at].symbol, sizeof tracker->tracks[at].symbol, "%s", symbol);
    }
    tracker->recent = at;
    return &tracker->tracks[at];
}

void tracker_seek(struct tracker *tracker, const char *symbol, uint64_t epoch, uint64_t seq)
{
    struct track *track = find_or_add(tracker, symbol);
    if (track != NULL) {
        track->started = true;
        track->epoch = epoch;
        track->last = seq;
        track->gap = false;
    }
}

static enum tracker_verdict gap(struct track *track, uint64_t epoch, uint64_t seq)
{
    track->gap = true;
    track->gap_epoch = epoch;
    track->gap_seq = seq;
    return TRACKER_GAP;
}

static enum tracker_verdict accept(struct tracker *tracker, struct track *track, uint64_t epoch, uint64_t seq)
{
    uint64_t before = track->epoch == epoch ? track->last : 0;
    if (track->started && seq > before + 1) tracker->lost += seq - before - 1;
    track->started = true;
    track->epoch = epoch;
    track->last = seq;
    /* A gap of an epoch before this one cannot be mended any more: asking for it would go on for ever. */
    if (track->gap && (track->gap_epoch < epoch || (track->gap_epoch == epoch && seq >= track->gap_seq)))
        track->gap = false;
    return TRACKER_NEXT;
}

enum tracker_verdict tracker_tick(struct tracker *tracker, const struct tick *tick)
{
    struct track *track = find_or_add(tracker, tick->symbol);
    if (track == NULL) return TRACKER_NEXT;
    if (!track->started) return accept(tracker, track, tick->epoch, tick->sym_seq);
    if (tick->epoch < track->epoch) return TRACKER_SEEN; /* epochs only grow: an old one's rest */
    uint64_t before = tick->epoch == track->epoch ? track->last : 0;
    if (tick->sym_seq <= before) return TRACKER_SEEN;
    if (tick->sym_seq == before + 1 || (tick->flags & TICK_REPLAYED) != 0)
        return accept(tracker, track, tick->epoch, tick->sym_seq);
    return gap(track, tick->epoch, tick->sym_seq);
}

enum tracker_verdict tracker_feed(struct tracker *tracker, const struct feed *feed)
{
    struct track *track = find_or_add(tracker, feed->symbol);
    if (track == NULL) return TRACKER_NEXT;
    if (!track->started) {
        /* First contact: the last tick of the symbol is worth having, its history is not. */
        track->started = true;
        track->epoch = feed->epoch;
        track->last = feed->last_seq > 0 ? feed->last_seq - 1 : 0;
    }
    if (feed->epoch < track->epoch) return TRACKER_SEEN;
    uint64_t before = feed->epoch == track->epoch ? track->last : 0;
    return feed->last_seq > before ? gap(track, feed->epoch, feed->last_seq) : TRACKER_NEXT;
}

static void make_query(const struct track *track, struct query *out)
{
    memset(out, 0, sizeof *out);
    out->kind = QUERY_TICKS;
    snprintf(out->text, sizeof out->text, "%s", track->symbol);
    out->epoch = track->gap_epoch;
    out->from_seq = track->gap_epoch == track->epoch ? track->last : 0;
}

bool tracker_query(const struct tracker *tracker, struct query *out)
{
    for (size_t i = 0; i < tracker->count; i++) {
        if (tracker->tracks[i].gap) {
            make_query(&tracker->tracks[i], out);
            return true;
        }
    }
    return false;
}

bool tracker_gap(const struct tracker *tracker, const char *symbol)
{
    size_t at = find(tracker, symbol);
    return at != SIZE_MAX && tracker->tracks[at].gap;
}

uint64_t tracker_epoch(const struct tracker *tracker, const char *symbol)
{
    size_t at = find(tracker, symbol);
    return at == SIZE_MAX ? 0 : tracker->tracks[at].epoch;
}

uint64_t tracker_mended(struct tracker *tracker, const char *symbol)
{
    size_t at = find(tracker, symbol);
    if (at == SIZE_MAX || !tracker->tracks[at].gap) return 0;
    struct track *track = &tracker->tracks[at];
    uint64_t before = track->epoch == track->gap_epoch ? track->last : 0;
    uint64_t missing = track->gap_seq > before ? track->gap_seq - before : 0;
    track->gap = false;
    track->epoch = track->gap_epoch;
    track->last = before + missing;
    tracker->lost += missing;
    return missing;
}

uint64_t tracker_lost(const struct tracker *tracker)
{
    return tracker->lost;
}

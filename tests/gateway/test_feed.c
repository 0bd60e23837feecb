/*
 * Numbers of the feed: the ring that makes and keeps them, the tracker that sees what is missing, the bars made of
 * them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/bars.h"
#include "gateway/tick_ring.h"
#include "gateway/tracker.h"

static struct tick make_tick(const char *symbol, int64_t time_us)
{
    struct tick tick = {.price = PRICE_POINTS(17000), .quantity = 1, .time_us = time_us, .trading_day = 20210726};
    snprintf(tick.symbol, sizeof tick.symbol, "%s", symbol);
    return tick;
}

struct seen {
    uint64_t first, last;
    size_t count;
    bool all_replayed;
};

static void see(void *context, const struct tick *tick)
{
    struct seen *seen = context;
    seen->first = seen->count == 0 ? tick->sym_seq : seen->first;
    assert_true(seen->count == 0 || tick->sym_seq == seen->last + 1);
    seen->last = tick->sym_seq;
    seen->count++;
    seen->all_replayed = tick->flags & TICK_REPLAYED;
}

static void test_ring_numbers(void **state)
{
    (void)state;
    struct tick_ring *ring = tick_ring_new(100);
    struct err err;
    assert_int_equal(tick_ring_add(ring, "TXFH1", &err), ERR_OK);
    assert_int_equal(tick_ring_add(ring, "MXFH1", &err), ERR_OK);
    assert_int_equal(tick_ring_add(ring, "MXFH1", &err), ERR_OK);
    for (uint64_t i = 1; i <= 10; i++) {
        struct tick a = make_tick("TXFH1", 0);
        struct tick b = make_tick("MXFH1", 0);
        struct tick other = make_tick("MXFH1/I1", 0);
        assert_true(tick_ring_push(ring, &a));
        assert_true(tick_ring_push(ring, &b));
        assert_false(tick_ring_push(ring, &other)); /* starts like one of ours, and is not */
        assert_int_equal(a.epoch, 100);
        assert_int_equal(a.seq, 2 * i - 1);
        assert_int_equal(b.seq, 2 * i);
        assert_int_equal(b.sym_seq, i);
    }
    struct seen seen = {0};
    bool more = true;
    assert_int_equal(tick_ring_replay(ring, "MXFH1", 100, 4, 3, see, &seen, &more), 3);
    assert_int_equal(seen.first, 5);
    assert_int_equal(seen.last, 7);
    assert_true(seen.all_replayed);
    assert_true(more);
    seen = (struct seen){0};
    /* Another epoch is answered from this one's beginning; an unknown symbol not at all. */
    assert_int_equal(tick_ring_replay(ring, "MXFH1", 99, 4, 1000, see, &seen, &more), 10);
    assert_false(more);
    assert_int_equal(tick_ring_replay(ring, "TMFH1", 100, 0, 1000, see, &seen, NULL), 0);
    struct tick kept;
    assert_true(tick_ring_find(ring, "MXFH1", 100, 10, &kept));
    assert_false(tick_ring_find(ring, "MXFH1", 100, 11, &kept));
    assert_false(tick_ring_find(ring, "MXFH1", 99, 1, &kept));
    tick_ring_restart(ring, 200);
    struct tick again = make_tick("MXFH1", 0);
    assert_true(tick_ring_push(ring, &again));
    assert_int_equal(again.epoch, 200);
    assert_int_equal(again.seq, 1);
    assert_int_equal(again.sym_seq, 1);
    tick_ring_remove(ring, "MXFH1");
    assert_false(tick_ring_push(ring, &again));
    tick_ring_free(ring);
}

/* What the exchange numbers itself, and what of it never came. */
static void test_ring_leaves_the_source_s_holes(void **state)
{
    (void)state;
    struct tick_ring *ring = tick_ring_new(100);
    struct seen seen = {0};
    bool more = true;
    assert_int_equal(tick_ring_add(ring, "MXFH1", NULL), ERR_OK);
    const uint64_t came[] = {7,  8, 8,
                             11, 9, 12}; /* the first contact starts anywhere; 9 and 10 are missing; 8, 9: old */
    const uint64_t given[] = {1, 2, 0, 5, 0, 6};
    for (size_t i = 0; i < sizeof came / sizeof came[0]; i++) {
        struct tick tick = make_tick("MXFH1", 0);
        tick.epoch = 5;
        tick.sym_seq = came[i];
        assert_int_equal(tick_ring_push(ring, &tick), given[i] != 0);
        if (given[i] != 0) assert_int_equal(tick.sym_seq, given[i]);
    }
    assert_int_equal(tick_ring_replay(ring, "MXFH1", 100, 2, 2, see, &seen, &more), 2);
    assert_int_equal(seen.first, 5);
    assert_int_equal(seen.last, 6);
    assert_false(more);
    /* The exchange began again: so does the feed, and everybody is told. */
    struct tick tick = make_tick("MXFH1", 0);
    tick.epoch = 6;
    tick.sym_seq = 3;
    assert_true(tick_ring_began_again(ring, &tick));
    tick_ring_restart(ring, 500);
    assert_false(tick_ring_began_again(ring, &tick));
    assert_true(tick_ring_push(ring, &tick));
    assert_int_equal(tick.epoch, 500);
    assert_int_equal(tick.sym_seq, 1);
    tick_ring_free(ring);
}

static void test_ring_forgets_the_oldest(void **state)
{
    (void)state;
    struct tick_ring *ring = tick_ring_new(1);
    struct seen seen = {0};
    struct tick kept;
    assert_int_equal(tick_ring_add(ring, "TXFH1", NULL), ERR_OK);
    for (int i = 0; i < TICK_RING_TICKS + 5; i++) {
        struct tick tick = make_tick("TXFH1", i);
        tick_ring_push(ring, &tick);
    }
    assert_int_equal(tick_ring_replay(ring, "TXFH1", 1, 0, SIZE_MAX, see, &seen, NULL), TICK_RING_TICKS);
    assert_int_equal(seen.first, 6);
    assert_false(tick_ring_find(ring, "TXFH1", 1, 5, &kept));
    assert_true(tick_ring_find(ring, "TXFH1", 1, 6, &kept));
    tick_ring_free(ring);
}

static void test_ring_limit(void **state)
{
    (void)state;
    struct tick_ring *ring = tick_ring_new(1);
    struct err err;
    char symbol[SYMBOL_SIZE];
    for (int i = 0; i < TICK_RING_SYMBOLS; i++) {
        snprintf(symbol, sizeof symbol, "S%d", i);
        assert_int_equal(tick_ring_add(ring, symbol, &err), ERR_OK);
    }
    assert_int_equal(tick_ring_add(ring, "ONE", &err), ERR_FULL);
    assert_non_null(strstr(err.text, "ONE: too many contracts registered (allowed 128)"));
    tick_ring_remove(ring, "S7");
    assert_int_equal(tick_ring_add(ring, "ONE", &err), ERR_OK);
    assert_true(tick_ring_carries(ring, "ONE"));
    tick_ring_free(ring);
}

static enum tracker_verdict track(struct tracker *tracker, uint64_t epoch, uint64_t seq, uint32_t flags)
{
    struct tick tick = make_tick("MXFH1", 0);
    tick.epoch = epoch;
    tick.sym_seq = seq;
    tick.flags = flags;
    return tracker_tick(tracker, &tick);
}

static enum tracker_verdict beat(struct tracker *tracker, uint64_t epoch, uint64_t last)
{
    struct feed feed = {.epoch = epoch, .symbol = "MXFH1", .last_seq = last};
    return tracker_feed(tracker, &feed);
}

static void test_tracker_gap(void **state)
{
    (void)state;
    struct tracker *tracker = tracker_new();
    struct query query;
    assert_int_equal(track(tracker, 1, 40, 0), TRACKER_NEXT); /* first contact: from here on */
    assert_int_equal(track(tracker, 1, 41, 0), TRACKER_NEXT);
    assert_int_equal(track(tracker, 1, 41, 0), TRACKER_SEEN);
    assert_false(tracker_query(tracker, &query));
    assert_int_equal(track(tracker, 1, 44, 0), TRACKER_GAP);
    assert_int_equal(track(tracker, 1, 45, 0), TRACKER_GAP);
    assert_true(tracker_gap(tracker, "MXFH1"));
    assert_true(tracker_query(tracker, &query));
    assert_string_equal(query.text, "MXFH1");
    assert_int_equal(query.epoch, 1);
    assert_int_equal(query.from_seq, 41);
    for (uint64_t seq = 42; seq <= 45; seq++) assert_int_equal(track(tracker, 1, seq, TICK_REPLAYED), TRACKER_NEXT);
    assert_false(tracker_gap(tracker, "MXFH1"));
    assert_int_equal(tracker_lost(tracker), 0);
    assert_int_equal(track(tracker, 1, 46, 0), TRACKER_NEXT);
    tracker_free(tracker);
}

static void test_tracker_gap_of_an_old_epoch(void **state)
{
    (void)state;
    struct tracker *tracker = tracker_new();
    struct query query;
    tracker_seek(tracker, "MXFH1", 1, 10);
    assert_int_equal(track(tracker, 1, 13, 0), TRACKER_GAP);
    /* The gateway began again before it answered: what it gives is of its new epoch. */
    assert_int_equal(track(tracker, 2, 1, TICK_REPLAYED), TRACKER_NEXT);
    assert_false(tracker_gap(tracker, "MXFH1"));
    assert_false(tracker_query(tracker, &query));
    assert_int_equal(track(tracker, 2, 2, 0), TRACKER_NEXT);
    tracker_free(tracker);
}

/* The last ticks before a silence show in no gap of ticks: the heartbeat says them. */
static void test_tracker_heartbeat(void **state)
{
    (void)state;
    struct tracker *tracker = tracker_new();
    struct query query;
    tracker_seek(tracker, "MXFH1", 7, 10);
    assert_int_equal(beat(tracker, 7, 10), TRACKER_NEXT);
    assert_int_equal(beat(tracker, 7, 12), TRACKER_GAP);
    assert_true(tracker_query(tracker, &query));
    assert_int_equal(query.from_seq, 10);
    assert_int_equal(track(tracker, 7, 11, TICK_REPLAYED), TRACKER_NEXT);
    assert_true(tracker_gap(tracker, "MXFH1"));
    assert_int_equal(track(tracker, 7, 12, TICK_REPLAYED), TRACKER_NEXT);
    assert_false(tracker_gap(tracker, "MXFH1"));
    tracker_free(tracker);
}

static void test_tracker_lost_ticks(void **state)
{
    (void)state;
    struct tracker *tracker = tracker_new();
    tracker_seek(tracker, "MXFH1", 7, 10);
    assert_int_equal(track(tracker, 7, 20, 0), TRACKER_GAP);
    /* The ring reaches back to 15 only, and then ends at 18: both holes are counted, and the feed goes on. */
    assert_int_equal(track(tracker, 7, 15, TICK_REPLAYED), TRACKER_NEXT);
    assert_int_equal(tracker_lost(tracker), 4);
    for (uint64_t seq = 16; seq <= 18; seq++) assert_int_equal(track(tracker, 7, seq, TICK_REPLAYED), TRACKER_NEXT);
    assert_int_equal(tracker_mended(tracker, "MXFH1"), 2);
    assert_int_equal(tracker_lost(tracker), 6);
    assert_false(tracker_gap(tracker, "MXFH1"));
    assert_int_equal(track(tracker, 7, 21, 0), TRACKER_NEXT);
    tracker_free(tracker);
}

static void test_tracker_new_epoch(void **state)
{
    (void)state;
    struct tracker *tracker = tracker_new();
    struct query query;
    tracker_seek(tracker, "MXFH1", 7, 100);
    assert_int_equal(track(tracker, 9, 1, 0), TRACKER_NEXT); /* from its beginning: nothing of it is missing */
    assert_int_equal(track(tracker, 7, 101, 0), TRACKER_SEEN);
    assert_int_equal(track(tracker, 9, 2, 0), TRACKER_NEXT);
    assert_int_equal(track(tracker, 11, 3, 0), TRACKER_GAP); /* its first two are */
    assert_true(tracker_query(tracker, &query));
    assert_int_equal(query.epoch, 11);
    assert_int_equal(query.from_seq, 0);
    assert_int_equal(track(tracker, 11, 1, TICK_REPLAYED), TRACKER_NEXT);
    assert_int_equal(track(tracker, 11, 2, TICK_REPLAYED), TRACKER_NEXT);
    assert_int_equal(track(tracker, 11, 3, TICK_REPLAYED), TRACKER_NEXT);
    assert_false(tracker_gap(tracker, "MXFH1"));
    tracker_free(tracker);
}

struct bars_seen {
    int count;
    struct bar last;
};

static void see_bar(void *context, const struct bar *bar)
{
    struct bars_seen *seen = context;
    assert_true(seen->count == 0 || bar->start_us > seen->last.start_us);
    seen->last = *bar;
    seen->count++;
}

static void test_bars(void **state)
{
    (void)state;
    struct bars *bars = bars_new();
    struct bars_seen seen = {0};
    struct bar old = {.trading_day = 20210726,
                      .start_us = 60 * 1000000LL,
                      .open = PRICE_POINTS(1),
                      .high = PRICE_POINTS(3),
                      .low = PRICE_POINTS(1),
                      .close = PRICE_POINTS(2),
                      .volume = 5,
                      .trades = 4};
    snprintf(old.symbol, sizeof old.symbol, "MXFH1");
    bars_restore(bars, &old);
    for (int64_t second = 120; second < 300; second += 10) {
        struct tick tick = make_tick("MXFH1", second * 1000000);
        bars_tick(bars, &tick);
    }
    assert_int_equal(bars_each(bars, "MXFH1", 20210726, see_bar, &seen), 4);
    assert_int_equal(seen.count, 4);
    assert_int_equal(seen.last.start_us, 240 * 1000000LL);
    assert_int_equal(seen.last.trades, 6);
    assert_int_equal(bars_each(bars, "MXFH1", 20210727, see_bar, &seen), 0);
    assert_int_equal(bars_each(bars, "TXFH1", 0, see_bar, &seen), 0);
    struct tick back =
        make_tick("MXFH1", 130 * 1000000LL); /* sought backwards: the bars from there on are of the future */
    bars_tick(bars, &back);
    seen.count = 0;
    assert_int_equal(bars_each(bars, "MXFH1", 20210726, see_bar, &seen), 2);
    assert_int_equal(seen.last.start_us, 120 * 1000000LL);
    assert_int_equal(seen.last.trades, 1);
    bars_free(bars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ring_leaves_the_source_s_holes),
        cmocka_unit_test(test_ring_numbers),
        cmocka_unit_test(test_ring_forgets_the_oldest),
        cmocka_unit_test(test_ring_limit),
        cmocka_unit_test(test_tracker_gap),
        cmocka_unit_test(test_tracker_gap_of_an_old_epoch),
        cmocka_unit_test(test_tracker_heartbeat),
        cmocka_unit_test(test_tracker_lost_ticks),
        cmocka_unit_test(test_tracker_new_epoch),
        cmocka_unit_test(test_bars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

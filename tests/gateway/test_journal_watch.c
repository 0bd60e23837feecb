/* journal_watch: another gateway.db, one that ends too early, an older copy that has grown past what was applied. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/journal_watch.h"

static struct clock now;
static struct agent_ops ops = {.component = COMPONENT_EXECUTOR};
static struct agent agent = {.ops = &ops, .clock = &now};
static struct market market;
static int risks;
static uint64_t kept;

static void emit_to(void *context, enum port port, const struct msg *msg)
{
    (void)context;
    if (port != PORT_STORE) return;
    risks += msg->id == MSG_RISK_EVENT;
    if (msg->id == MSG_CURSOR) kept = msg->cursor.seq;
}

static struct sink sink = {.emit = emit_to};

static void hear(struct journal_watch *watch, int64_t started_us, uint64_t journal, uint64_t last, uint64_t applied)
{
    struct heartbeat beat = {.component = COMPONENT_GATEWAY,
                             .started_us = started_us,
                             .time_us = now.now_us(&now) + 1,
                             .last_seq = last,
                             .journal = journal};
    journal_watch_hear(watch, &agent, &beat, applied, &market, &sink);
}

static void event(struct journal_watch *watch, uint64_t seq, int64_t time_us, uint64_t applied)
{
    struct order_event one = {.seq = seq, .time_us = time_us};
    journal_watch_event(watch, &agent, &one, applied, &market, &sink);
}

static int begin(void **state)
{
    (void)state;
    clock_virtual_init(&now, 1000 * CLOCK_SECOND_US);
    risks = 0;
    kept = 0;
    return 0;
}

static void test_its_own_number_is_kept(void **state)
{
    (void)state;
    struct journal_watch watch = {0};
    hear(&watch, 1, 77, 0, 0);
    event(&watch, 1, 500, 0);
    assert_int_equal(kept, 77);
    assert_false(watch.foreign);
    struct journal_watch again = {0};
    struct cursor at = {.stream = "journal", .seq = kept};
    struct cursor events = {.stream = "events", .epoch = 500, .seq = 1};
    assert_true(journal_watch_restore(&again, &at));
    assert_false(journal_watch_restore(&again, &events));
    hear(&again, 2, 77, 1, 1);
    event(&again, 1, 500, 1);
    assert_false(again.foreign);
    assert_int_equal(risks, 0);
}

/* It has as many events and more: only its number tells. Said once; each restart sees it again. */
static void test_another_file(void **state)
{
    (void)state;
    for (int run = 0; run < 2; run++) {
        struct journal_watch watch = {.journal = 77, .event_us = 500};
        hear(&watch, 10 + run, 78, 900, 3);
        assert_true(watch.foreign);
        hear(&watch, 10 + run, 78, 901, 3);
        event(&watch, 3, 500, 3); /* even if the event were the same */
        assert_true(watch.foreign);
        assert_int_equal(risks, run + 1);
    }
    assert_int_equal(kept, 0);
}

/* The guard of a foreign journal may be flat and ACTIVE: it is told until it has halted, and again when it is resumed. */
static void test_the_guard_is_told(void **state)
{
    (void)state;
    struct msg halt;
    struct journal_watch watch = {.journal = 77, .event_us = 500};
    struct guard_state guard = {.mode = GUARD_ACTIVE};
    journal_watch_guard(&watch, &guard);
    assert_false(journal_watch_halts(&watch, &agent, &halt));
    hear(&watch, 1, 78, 900, 3);
    assert_true(journal_watch_halts(&watch, &agent, &halt));
    assert_int_equal(halt.control.kind, CONTROL_HALT);
    assert_string_equal(halt.control.actor, "executor");
    assert_string_equal(halt.control.text, "gateway.db is not the one that executor has followed");
    assert_true(journal_watch_halts(&watch, &agent, &halt));
    guard.mode = GUARD_HALTED;
    journal_watch_guard(&watch, &guard);
    assert_false(journal_watch_halts(&watch, &agent, &halt));
    guard.mode = GUARD_REDUCING;
    journal_watch_guard(&watch, &guard);
    assert_true(journal_watch_halts(&watch, &agent, &halt));
}

/* Nothing was applied yet, but an intent may have been sent to the other one. */
static void test_another_file_before_any_event(void **state)
{
    (void)state;
    struct journal_watch watch = {.journal = 77};
    hear(&watch, 1, 78, 0, 0);
    assert_true(watch.foreign);
    hear(&watch, 2, 77, 0, 0);
    assert_false(watch.foreign);
    assert_int_equal(risks, 2);
}

/* The same file, an older copy: below our cursor at first, and then grown past it with other events. */
static void test_an_older_copy(void **state)
{
    (void)state;
    struct journal_watch watch = {.journal = 77, .event_us = 500};
    hear(&watch, 1, 77, 2, 3);
    assert_true(watch.foreign);
    assert_non_null(strstr(watch.words, "ends at event 2, 3 was applied here"));
    hear(&watch, 1, 77, 5, 3);
    event(&watch, 3, 640, 3);
    assert_true(watch.foreign);
    assert_int_equal(risks, 1);

    struct journal_watch restarted = {.journal = 77, .event_us = 500};
    hear(&restarted, 1, 77, 5, 3);
    assert_false(restarted.foreign);
    event(&restarted, 3, 640, 3);
    assert_true(restarted.foreign);
    hear(&restarted, 2, 77, 3, 3);
    assert_true(restarted.foreign); /* until its event is seen */
    event(&restarted, 3, 500, 3);
    assert_false(restarted.foreign);
    assert_int_equal(risks, 3);
}

/* Heartbeats that waited: one from before the last event, and one of the gateway before this one. */
static void test_late_heartbeats(void **state)
{
    (void)state;
    struct journal_watch watch = {.journal = 77, .event_us = 500, .applied_us = now.now_us(&now) + CLOCK_SECOND_US};
    hear(&watch, 1, 77, 2, 3);
    assert_false(watch.foreign);
    hear(&watch, 5, 78, 2, 3);
    assert_true(watch.foreign);
    hear(&watch, 4, 77, 3, 3);
    event(&watch, 3, 500, 3);
    assert_true(watch.foreign);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_its_own_number_is_kept, begin),
        cmocka_unit_test_setup(test_another_file, begin),
        cmocka_unit_test_setup(test_the_guard_is_told, begin),
        cmocka_unit_test_setup(test_another_file_before_any_event, begin),
        cmocka_unit_test_setup(test_an_older_copy, begin),
        cmocka_unit_test_setup(test_late_heartbeats, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

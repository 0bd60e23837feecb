/* The recorder with its real thread and a real file: nothing is lost without being counted, and bars are right after a
 * restart, a second run, a full queue and a locked file. */
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/bar.h"
#include "core/clock.h"
#include "gateway/recorder.h"
#include "tests/db/helper.h"

#define TICKS    20000
#define START_US ((int64_t)1627260300 * 1000000) /* 2021-07-26 08:45 in Taipei */

static struct tick ticks[TICKS];

/* A trade each 10 ms: 200 seconds, four minutes; two symbols in turn. */
static void make_ticks(uint64_t epoch)
{
    memset(ticks, 0, sizeof(ticks));
    for (int i = 0; i < TICKS; i++) {
        struct tick *tick = &ticks[i];
        snprintf(tick->symbol, sizeof(tick->symbol), "%s", i % 2 == 0 ? "MXFH1" : "TXFH1");
        tick->epoch = epoch;
        tick->seq = (uint64_t)i + 1;
        tick->sym_seq = (uint64_t)i / 2 + 1;
        tick->time_us = START_US + (int64_t)i * 10000;
        tick->recv_us = tick->time_us;
        tick->price = PRICE_POINTS(17400 + (i * 7919) % 50);
        tick->quantity = 1 + i % 3;
        tick->volume = i / 2 * 5 + 5;
        tick->trading_day = 20210726;
    }
}

static struct recorder *open_recorder(void **state, uint32_t queue)
{
    struct recorder *recorder = NULL;
    struct err err = {.status = ERR_OK};
    const struct folder *folder = *state;
    if (recorder_open(&recorder, folder->path, queue, 0, &err) != ERR_OK) fail_msg("%s", err.text);
    return recorder;
}

static bool count_row(void *context, const struct msg *msg)
{
    (void)msg;
    (*(int64_t *)context)++;
    return true;
}

static int64_t rows_of(void **state, enum msg_id id)
{
    struct db *db = open_db(*state, DB_TICKS, DB_READ);
    int64_t count = 0;
    assert_int_equal(db_each(db, &(struct db_query){.id = id}, count_row, &count, NULL), ERR_OK);
    db_close(db);
    return count;
}

/* The stored bars of a symbol equal those that the ticks make. */
static void assert_bars(void **state, const char *symbol)
{
    struct db *db = open_db(*state, DB_TICKS, DB_READ);
    struct rows rows;
    size_t stored = fetch(db, &(struct db_query){.id = MSG_BAR, .symbol = symbol}, &rows);
    struct bar_builder builder;
    struct bar done;
    size_t made = 0;
    bar_init(&builder, BAR_MINUTE_US);
    for (int i = 0; i <= TICKS; i++) {
        if (i < TICKS && strcmp(ticks[i].symbol, symbol) != 0) continue;
        bool ended = i == TICKS || bar_add(&builder, &ticks[i], &done);
        if (i == TICKS) done = *bar_current(&builder);
        if (ended) {
            assert_true(made < stored);
            assert_memory_equal(&rows.msg[made++].bar, &done, sizeof(done));
        }
    }
    assert_int_equal(made, stored);
    db_close(db);
}

static void every_tick_and_bar_is_recorded(void **state)
{
    make_ticks(1);
    struct recorder *recorder = open_recorder(state, TICKS);
    for (int i = 0; i < TICKS; i++) assert_true(recorder_tick(recorder, &ticks[i]));
    recorder_close(recorder);
    assert_int_equal(rows_of(state, MSG_TICK), TICKS);
    assert_int_equal(rows_of(state, MSG_BAR), 8);
    assert_bars(state, "MXFH1");
    assert_bars(state, "TXFH1");
}

static bool find_tick(void *context, const char *symbol, uint64_t epoch, uint64_t sym_seq, struct tick *out)
{
    (void)context;
    uint64_t index = (sym_seq - 1) * 2 + (strcmp(symbol, "TXFH1") == 0 ? 1 : 0);
    if (index >= TICKS || ticks[index].epoch != epoch) return false;
    *out = ticks[index];
    return true;
}

/* Until everything dropped is mended or lost: each step mends what the queue takes. */
static struct recorder_stats settle(struct recorder *recorder, recorder_find *find)
{
    struct recorder_stats stats;
    for (int round = 0; round < 10000; round++) {
        recorder_mend(recorder, find, NULL);
        recorder_stats(recorder, &stats);
        if (stats.mended + stats.lost == stats.dropped) return stats;
        (void)poll(NULL, 0, 1);
    }
    fail_msg("not mended: %llu dropped, %llu mended", (unsigned long long)stats.dropped,
             (unsigned long long)stats.mended);
    return stats;
}

static sqlite3 *hold_file(void **state)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/ticks.db", ((struct folder *)*state)->path);
    sqlite3 *raw = NULL;
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return raw;
}

/* The file is held, so that the queue fills for certain; what was dropped comes back from the ring, bars included. */
static void a_full_queue_is_mended(void **state)
{
    make_ticks(1);
    struct recorder *recorder = open_recorder(state, 4096);
    sqlite3 *raw = hold_file(state);
    for (int i = 0; i < TICKS; i++) (void)recorder_tick(recorder, &ticks[i]);
    struct recorder_stats stats;
    for (int round = 0; round < 5000; round++) {
        recorder_stats(recorder, &stats);
        if (stats.failing) break;
        (void)poll(NULL, 0, 1);
    }
    assert_true(stats.failing);
    assert_non_null(strstr(stats.text, "ticks.db"));
    assert_true(stats.dropped >= TICKS - 3 * 4096);
    assert_int_equal(stats.recorded, 0);
    sqlite3_close(raw);
    stats = settle(recorder, find_tick);
    assert_int_equal(stats.lost, 0);
    recorder_close(recorder);
    assert_int_equal(rows_of(state, MSG_TICK), TICKS);
    assert_bars(state, "MXFH1");
    assert_bars(state, "TXFH1");
}

static bool find_nothing(void *context, const char *symbol, uint64_t epoch, uint64_t sym_seq, struct tick *out)
{
    (void)context;
    (void)symbol;
    (void)epoch;
    (void)sym_seq;
    (void)out;
    return false;
}

static void what_the_ring_lost_is_counted(void **state)
{
    make_ticks(1);
    struct recorder *recorder = open_recorder(state, 2);
    uint64_t refused = 0;
    for (int i = 0; i < TICKS; i++) refused += recorder_tick(recorder, &ticks[i]) ? 0 : 1;
    struct recorder_stats stats = settle(recorder, find_nothing);
    assert_int_equal(stats.dropped, refused);
    assert_int_equal(stats.lost, refused);
    assert_true(refused > 0);
    recorder_close(recorder);
    assert_int_equal(rows_of(state, MSG_TICK), TICKS - refused);
}

static void a_restart_inside_a_minute_goes_on(void **state)
{
    make_ticks(1);
    struct recorder *recorder = open_recorder(state, 0);
    for (int i = 0; i < TICKS / 3; i++) recorder_tick(recorder, &ticks[i]);
    recorder_close(recorder);
    for (int i = 0; i < TICKS; i++) ticks[i].epoch = 2; /* the gateway's new run */
    recorder = open_recorder(state, 0);
    for (int i = TICKS / 3; i < TICKS; i++) recorder_tick(recorder, &ticks[i]);
    recorder_close(recorder);
    assert_int_equal(rows_of(state, MSG_TICK), TICKS);
    assert_bars(state, "MXFH1");
    assert_bars(state, "TXFH1");
}

static void a_second_run_is_not_added_to_the_first(void **state)
{
    for (uint64_t epoch = 1; epoch <= 2; epoch++) {
        make_ticks(epoch);
        struct recorder *recorder = open_recorder(state, 0);
        for (int i = 0; i < TICKS; i++) recorder_tick(recorder, &ticks[i]);
        recorder_close(recorder);
    }
    assert_int_equal(rows_of(state, MSG_TICK), 2 * TICKS); /* two runs of the feed, told apart by their epoch */
    assert_int_equal(rows_of(state, MSG_BAR), 8);
    assert_bars(state, "MXFH1");
}

static void a_tick_out_of_range_stops_nothing(void **state)
{
    make_ticks(1);
    struct recorder *recorder = open_recorder(state, 0);
    ticks[5].price = INT64_MAX;
    for (int i = 0; i < 100; i++) recorder_tick(recorder, &ticks[i]);
    recorder_close(recorder);
    assert_int_equal(rows_of(state, MSG_TICK), 99);
}

/* --- how long ticks are kept --------------------------------------------------------------------------------------- */

#define DAY_US ((int64_t)86400 * 1000000)

static void record_all(void **state, int64_t recv_us)
{
    struct recorder *recorder = open_recorder(state, TICKS);
    for (int i = 0; i < TICKS; i++) {
        ticks[i].recv_us = recv_us + i;
        assert_true(recorder_tick(recorder, &ticks[i]));
    }
    recorder_close(recorder);
}

static uint64_t remove_older(void **state, int64_t keep_days)
{
    struct recorder *recorder = NULL;
    struct recorder_stats stats;
    struct err err;
    assert_int_equal(recorder_open(&recorder, ((struct folder *)*state)->path, 0, keep_days, &err), ERR_OK);
    for (int round = 0; round < 300; round++) {
        recorder_stats(recorder, &stats);
        if (stats.removed > 0) break;
        poll(NULL, 0, 10);
    }
    recorder_close(recorder);
    return stats.removed;
}

static int64_t file_size(void **state)
{
    char path[128];
    struct stat st;
    snprintf(path, sizeof(path), "%s/ticks.db", ((struct folder *)*state)->path);
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void old_ticks_make_room(void **state)
{
    const int64_t now_us = clock_system()->now_us(clock_system());
    make_ticks(1);
    record_all(state, now_us - 91 * DAY_US);
    const int64_t full = file_size(state), bars = rows_of(state, MSG_BAR);
    assert_int_equal(remove_older(state, 90), TICKS);
    assert_int_equal(rows_of(state, MSG_TICK), 0);
    assert_int_equal(rows_of(state, MSG_BAR), bars);
    make_ticks(2);
    for (int i = 0; i < TICKS; i++) {
        ticks[i].time_us += DAY_US;
        ticks[i].trading_day++;
    }
    record_all(state, now_us);
    assert_int_equal(rows_of(state, MSG_TICK), TICKS);
    assert_true(file_size(state) < full + full / 10);
}

/* A market of 2021, replayed yesterday: it is as old as its recording. */
static void a_day_counts_from_its_recording(void **state)
{
    const int64_t now_us = clock_system()->now_us(clock_system());
    make_ticks(1);
    record_all(state, now_us - 200 * DAY_US);
    make_ticks(2);
    for (int i = 0; i < TICKS; i++) snprintf(ticks[i].symbol, sizeof(ticks[i].symbol), "%s", i % 2 ? "TXFH1" : "TMFH1");
    record_all(state, now_us - DAY_US);
    assert_int_equal(rows_of(state, MSG_TICK), 2 * TICKS);
    assert_int_equal(remove_older(state, 90), TICKS / 2); /* TXFH1 was recorded again */
    assert_int_equal(rows_of(state, MSG_TICK), TICKS + TICKS / 2);
}

static void zero_days_is_for_ever(void **state)
{
    make_ticks(1);
    record_all(state, 1);
    struct recorder *recorder = open_recorder(state, 0);
    poll(NULL, 0, 300);
    recorder_close(recorder);
    assert_int_equal(rows_of(state, MSG_TICK), TICKS);
}

/* Ticks wait in memory for room, and the reason is told. */
static void a_full_disk_is_waited_for(void **state)
{
    struct rlimit before;
    struct recorder_stats stats = {.failing = false};
    make_ticks(1);
    struct recorder *recorder = open_recorder(state, TICKS);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {.rlim_cur = 150000, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < TICKS; i++) assert_true(recorder_tick(recorder, &ticks[i]));
    for (int round = 0; round < 500 && !stats.failing; round++) {
        poll(NULL, 0, 10);
        recorder_stats(recorder, &stats);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(stats.failing);
    assert_non_null(strstr(stats.text, "ticks.db"));
    for (int round = 0; round < 500 && stats.recorded < TICKS; round++) {
        poll(NULL, 0, 10);
        recorder_stats(recorder, &stats);
    }
    assert_int_equal(stats.recorded, TICKS);
    assert_false(stats.failing);
    recorder_close(recorder);
    assert_int_equal(rows_of(state, MSG_TICK), TICKS);
    assert_bars(state, "MXFH1");
}

static void a_taken_file_is_said(void **state)
{
    struct recorder *first = open_recorder(state, 0);
    struct recorder *second = NULL;
    struct err err = {.status = ERR_OK};
    assert_int_equal(recorder_open(&second, ((struct folder *)*state)->path, 0, 0, &err), ERR_BUSY);
    assert_null(second);
    recorder_close(first);
    recorder_close(NULL);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_tick_and_bar_is_recorded),
        IN_FOLDER(a_full_queue_is_mended),
        IN_FOLDER(what_the_ring_lost_is_counted),
        IN_FOLDER(a_restart_inside_a_minute_goes_on),
        IN_FOLDER(a_second_run_is_not_added_to_the_first),
        IN_FOLDER(a_tick_out_of_range_stops_nothing),
        IN_FOLDER(old_ticks_make_room),
        IN_FOLDER(a_day_counts_from_its_recording),
        IN_FOLDER(zero_days_is_for_ever),
        IN_FOLDER(a_full_disk_is_waited_for),
        IN_FOLDER(a_taken_file_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

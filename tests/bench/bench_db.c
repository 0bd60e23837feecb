/* What db/ costs above SQLite itself: the same rows, in the same file, through db_store and through a hand-written
 * prepared insert, measured in one run; and what one durable commit costs, so that the ratio of the order path to the
 * disk is known. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/check.h"
#include "core/clock.h"
#include "db/internal.h"

#define ROWS      100000
#define COMMITS   500
#define RATIO_MAX 3.0 /* the field tables and the checks may cost so much over a bare insert */

static void must(enum status status, const struct err *err)
{
    if (status != ERR_OK) {
        fprintf(stderr, "bench_db: %s\n", err->text);
        exit(1);
    }
}

static void make_tick(struct tick *tick, int64_t row, uint64_t epoch)
{
    memset(tick, 0, sizeof(*tick));
    snprintf(tick->symbol, sizeof(tick->symbol), "MXFH1");
    tick->epoch = epoch;
    tick->seq = tick->sym_seq = (uint64_t)row + 1;
    tick->time_us = 1627260300000000 + row * 1000;
    tick->recv_us = tick->time_us;
    tick->price = PRICE_POINTS(17400);
    tick->quantity = 1;
    tick->volume = row + 1;
    tick->trading_day = 20210726;
}

static int64_t through_db(struct db *db)
{
    struct err err;
    struct msg msg;
    msg_init(&msg, MSG_TICK);
    int64_t start_us = clock_monotonic_us();
    must(db_begin(db, &err), &err);
    for (int64_t row = 0; row < ROWS; row++) {
        make_tick(&msg.tick, row, 1);
        must(db_store(db, &msg, &err), &err);
    }
    must(db_commit(db, &err), &err);
    return clock_monotonic_us() - start_us;
}

static int64_t through_sqlite(struct db *db)
{
    sqlite3_stmt *statement = NULL;
    CHECK(sqlite3_prepare_v2(db->sql, "INSERT INTO ticks VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1,
                             &statement, NULL) == SQLITE_OK);
    int64_t start_us = clock_monotonic_us();
    CHECK(sqlite3_exec(db->sql, "BEGIN", NULL, NULL, NULL) == SQLITE_OK);
    for (int64_t row = 0; row < ROWS; row++) {
        struct tick tick;
        make_tick(&tick, row, 2);
        const int64_t values[] = {
            (int64_t)tick.epoch,
            (int64_t)tick.seq,
            (int64_t)tick.sym_seq,
            tick.time_us,
            tick.recv_us,
            tick.price,
            tick.quantity,
            tick.bid,
            tick.bid_quantity,
            tick.ask,
            tick.ask_quantity,
            tick.volume,
            tick.open,
            tick.high,
            tick.low,
            tick.reference,
            tick.trading_day,
            tick.flags,
        };
        sqlite3_bind_text(statement, 1, tick.symbol, -1, SQLITE_STATIC);
        for (int i = 0; i < 18; i++) sqlite3_bind_int64(statement, i + 2, values[i]);
        CHECK(sqlite3_step(statement) == SQLITE_DONE);
        sqlite3_reset(statement);
    }
    CHECK(sqlite3_exec(db->sql, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
    int64_t taken_us = clock_monotonic_us() - start_us;
    sqlite3_finalize(statement);
    return taken_us;
}

static double commit_us(const char *folder, enum db_durability durability)
{
    struct err err;
    struct db *db = NULL;
    struct msg msg;
    must(db_open(&db, DB_GATEWAY, folder, DB_WRITE, durability, &err), &err);
    msg_init(&msg, MSG_CURSOR);
    snprintf(msg.cursor.stream, sizeof(msg.cursor.stream), "events");
    int64_t start_us = clock_monotonic_us();
    for (uint64_t i = 1; i <= COMMITS; i++) {
        msg.cursor.seq = i;
        must(db_begin(db, &err), &err);
        must(db_store(db, &msg, &err), &err);
        must(db_commit(db, &err), &err);
    }
    int64_t taken_us = clock_monotonic_us() - start_us;
    db_close(db);
    return (double)taken_us / COMMITS;
}

/* The floor under a durable commit: the same number of bytes appended and flushed by hand. */
static double flush_us(const char *folder)
{
    char path[256];
    char page[8240];
    memset(page, 'x', sizeof(page));
    snprintf(path, sizeof(path), "%s/floor", folder);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    int64_t start_us = clock_monotonic_us();
    for (int i = 0; i < COMMITS; i++)
        CHECK(fwrite(page, sizeof(page), 1, file) == 1 && fflush(file) == 0 && fdatasync(fileno(file)) == 0);
    int64_t taken_us = clock_monotonic_us() - start_us;
    fclose(file);
    unlink(path);
    return (double)taken_us / COMMITS;
}

int main(void)
{
    char folder[] = "/tmp/outcry-bench-XXXXXX";
    struct err err;
    struct db *db = NULL;
    CHECK(mkdtemp(folder) != NULL);
    must(db_open(&db, DB_TICKS, folder, DB_WRITE, DB_NORMAL, &err), &err);
    int64_t raw_us = through_sqlite(db);
    int64_t ours_us = through_db(db);
    db_close(db);
    double ratio = (double)ours_us / (double)raw_us;
    printf("ticks: sqlite3 %.2f us a row, db_store %.2f us a row, ratio %.2f (at most %.1f)\n", (double)raw_us / ROWS,
           (double)ours_us / ROWS, ratio, RATIO_MAX);
    double floor_us = flush_us(folder);
    double full_us = commit_us(folder, DB_FULL);
    double normal_us = commit_us(folder, DB_NORMAL);
    printf("one commit: FULL %.1f us (write + fdatasync alone %.1f us, ratio %.2f), NORMAL %.1f us\n", full_us,
           floor_us, full_us / floor_us, normal_us);
    static const char *const names[] = {"ticks.db", "ticks.db.lock", "gateway.db", "gateway.db.lock"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    return ratio <= RATIO_MAX ? 0 : 1;
}

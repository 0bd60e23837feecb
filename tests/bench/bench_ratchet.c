/* What a new extreme costs in conditions.db when a thousand conditions follow it, against one: a falling market, a commit
 * a tick, as the strategy does it. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/check.h"
#include "core/clock.h"
#include "db/internal.h"

#define MANY      1000
#define TICKS     2000
#define BASE      17000
#define RATIO_MAX 3.0

static void must(enum status status, const struct err *err)
{
    if (status != ERR_OK) {
        fprintf(stderr, "bench_ratchet: %s\n", err->text);
        exit(1);
    }
}

static void put(struct db *db, const struct msg *msg)
{
    struct err err;
    must(db_store(db, msg, &err), &err);
}

static void add_following(struct db *db, int64_t id)
{
    struct msg msg;
    msg_init(&msg, MSG_CONDITION);
    msg.condition = (struct condition){.id = id,
                                       .state = CONDITION_TRIGGERED,
                                       .trigger = PRICE_POINTS(BASE),
                                       .serial = 2,
                                       .reason = "17000 reached 17000"};
    msg.condition.terms = (struct condition_terms){.symbol = "MXFH1",
                                                   .account = "F1",
                                                   .side = SIDE_BUY,
                                                   .trigger_price = PRICE_POINTS(BASE),
                                                   .turning = PRICE_POINTS(15),
                                                   .quantity = 1,
                                                   .take_profit = PRICE_POINTS(90),
                                                   .stop_loss = PRICE_POINTS(30),
                                                   .following = true,
                                                   .basis = BASIS_FILL,
                                                   .validity = VALID_GTC,
                                                   .entry = ENTRY_MARKET};
    put(db, &msg);
}

static void one_tick(struct db *db, int64_t tick)
{
    struct err err;
    struct msg msg;
    must(db_begin(db, &err), &err);
    msg_init(&msg, MSG_RATCHET);
    snprintf(msg.ratchet.symbol, sizeof(msg.ratchet.symbol), "MXFH1");
    msg.ratchet.side = SIDE_BUY;
    msg.ratchet.price = PRICE_POINTS(BASE - tick);
    msg.ratchet.tick_seq = (uint64_t)tick;
    put(db, &msg);
    msg_init(&msg, MSG_CURSOR);
    snprintf(msg.cursor.stream, sizeof(msg.cursor.stream), "MXFH1");
    msg.cursor.seq = (uint64_t)tick;
    put(db, &msg);
    must(db_commit(db, &err), &err);
}

static bool keep_trigger(void *context, const struct msg *msg)
{
    *(price_t *)context = msg->condition.trigger;
    return true;
}

struct cost {
    double us, pages;
};

static struct cost fall(int64_t following)
{
    char folder[] = "/tmp/outcry-bench-XXXXXX";
    static const char *const ends[] = {"", ".lock", "-wal", "-shm"};
    struct db *db = NULL;
    struct err err;
    CHECK(mkdtemp(folder) != NULL);
    must(db_open(&db, DB_CONDITIONS, folder, DB_WRITE, DB_NORMAL, &err), &err);
    must(db_begin(db, &err), &err);
    for (int64_t id = 1; id <= following; id++) add_following(db, id);
    must(db_commit(db, &err), &err);
    int now = 0, high = 0;
    (void)sqlite3_db_status(db->sql, SQLITE_DBSTATUS_CACHE_WRITE, &now, &high, 1);
    const int64_t start_us = clock_monotonic_us();
    for (int64_t tick = 1; tick <= TICKS; tick++) one_tick(db, tick);
    const double us = (double)(clock_monotonic_us() - start_us) / TICKS;
    (void)sqlite3_db_status(db->sql, SQLITE_DBSTATUS_CACHE_WRITE, &now, &high, 0);
    price_t trigger = 0;
    const struct db_query last = {.id = MSG_CONDITION, .condition_id = following};
    must(db_each(db, &last, keep_trigger, &trigger, &err), &err);
    CHECK(trigger == PRICE_POINTS(BASE - TICKS));
    db_close(db);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s%s", folder, db_file_name(DB_CONDITIONS), ends[i]);
        unlink(path);
    }
    rmdir(folder);
    return (struct cost){.us = us, .pages = (double)now / TICKS};
}

int main(void)
{
    const struct cost one = fall(1), many = fall(MANY);
    printf("a new extreme stored, %d following / 1 following: %.2f (%.1f us, %.1f pages / %.1f us, %.1f pages), 1 "
           "commit\n",
           MANY, many.us / one.us, many.us, many.pages, one.us, one.pages);
    return many.us <= RATIO_MAX * one.us ? 0 : 1;
}

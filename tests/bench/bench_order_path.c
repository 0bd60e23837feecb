/* From a tick to the order at the venue's door, through strategy, executor and gate with the durability of the live
 * processes (each its own file, the gateway's journal synced), against the floor: the one durable commit alone. What lies
 * between processes (ZeroMQ) is not in it. */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/driver.h"
#include "tests/core/order_path.h"
#include "tests/gateway/tempdir.h"

#define ROUNDS    300
#define RATIO_MAX 5.0

static struct db *files[PATH_COMPONENTS];
static struct driver *drivers[PATH_COMPONENTS];
static int64_t sent_us;

static void must(enum status status, const struct err *err)
{
    if (status == ERR_OK) return;
    fprintf(stderr, "bench_order_path: %s\n", err->text);
    exit(1);
}

static void end_step(struct order_path *path, enum path_from component)
{
    struct err err;
    (void)path;
    must(driver_end_step(drivers[component], &err), &err);
}

static void note_sent(struct order_path *path)
{
    (void)path;
    if (sent_us == 0) sent_us = clock_monotonic_us();
}

static void open_files(struct order_path *path, const char *folder)
{
    static const enum db_file kinds[] = {DB_CONDITIONS, DB_ORDERS, DB_GATEWAY};
    for (int i = PATH_STRATEGY; i <= PATH_GATE; i++) {
        struct err err;
        path->ends[i] = (struct path_end){.path = path, .from = (enum path_from)i};
        must(db_open(&files[i], kinds[i], folder, DB_WRITE, i == PATH_GATE ? DB_FULL : DB_NORMAL, &err), &err);
        drivers[i] = driver_new(files[i], path_emit, &path->ends[i]);
        CHECK(drivers[i] != NULL);
        path->sinks[i] = driver_sink(drivers[i]);
    }
    path->end_step = end_step;
    path->sent = note_sent;
}

static void close_files(void)
{
    for (int i = PATH_STRATEGY; i <= PATH_GATE; i++) {
        driver_free(drivers[i]);
        db_close(files[i]);
    }
}

/* One condition from its creation to its closing; the tick that fires it is the one that counts. */
static int64_t tick_to_order_us(struct order_path *path)
{
    const struct condition_terms terms = {.account = PATH_ACCOUNT,
                                          .symbol = PATH_SYMBOL,
                                          .side = SIDE_BUY,
                                          .trigger_price = PRICE_POINTS(17400),
                                          .turning = PRICE_POINTS(5),
                                          .quantity = 1,
                                          .take_profit = PRICE_POINTS(20),
                                          .stop_loss = PRICE_POINTS(50),
                                          .basis = BASIS_FILL,
                                          .validity = VALID_GTC,
                                          .entry = ENTRY_MARKET};
    path_condition(path, &terms);
    path_tick(path, 17400);
    sent_us = 0;
    const int64_t start_us = clock_monotonic_us();
    path_tick(path, 17405);
    CHECK(sent_us != 0);
    const int64_t took_us = sent_us - start_us;
    path_tick(path, 17440); /* the exit */
    path_tick(path, 17420);
    for (int i = PATH_STRATEGY; i <= PATH_GATE; i++) db_idle(files[i]);
    return took_us;
}

static int64_t commit_us(struct db *db, uint64_t number)
{
    struct msg msg;
    struct err err;
    msg_init(&msg, MSG_CURSOR);
    (void)text_copy(msg.cursor.stream, sizeof msg.cursor.stream, "floor");
    msg.cursor.seq = number;
    const int64_t start_us = clock_monotonic_us();
    must(db_begin(db, &err), &err);
    must(db_store(db, &msg, &err), &err);
    must(db_commit(db, &err), &err);
    return clock_monotonic_us() - start_us;
}

static int by_value(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

int main(void)
{
    static struct order_path path;
    static int64_t took[ROUNDS], floor_us[ROUNDS];
    char folder[TEMPDIR_SIZE];
    CHECK(tempdir_make(folder) == 0);
    open_files(&path, folder);
    order_path_begin(&path, 17420);
    for (int i = 0; i < ROUNDS; i++) {
        took[i] = tick_to_order_us(&path);
        floor_us[i] = commit_us(files[PATH_GATE], (uint64_t)i + 1);
    }
    CHECK(path.orders == 2 * ROUNDS && path.fills == 2 * ROUNDS);
    order_path_end(&path);
    close_files();
    CHECK(tempdir_remove(folder) == 0);
    qsort(took, ROUNDS, sizeof took[0], by_value);
    qsort(floor_us, ROUNDS, sizeof floor_us[0], by_value);
    const int64_t median_us = took[ROUNDS / 2], floor_median_us = floor_us[ROUNDS / 2];
    const double ratio = (double)median_us / (double)floor_median_us;
    printf("tick to order / one durable commit: %.2f (median %lld us, 99 %% %lld us / %lld us, %lld us)\n", ratio,
           (long long)median_us, (long long)took[ROUNDS * 99 / 100], (long long)floor_median_us,
           (long long)floor_us[ROUNDS * 99 / 100]);
    return ratio <= RATIO_MAX ? 0 : 1;
}

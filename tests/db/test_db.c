/* The file itself: versions, locks, readers beside a writer, kill -9, damage and a full disk. Real SQLite, real
 * processes. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "db/internal.h"
#include "tests/db/helper.h"

static void path_of(char *out, size_t size, const struct folder *folder, enum db_file file, const char *suffix)
{
    snprintf(out, size, "%s/%s%s", folder->path, db_file_name(file), suffix);
}

static void run_sql(const struct folder *folder, enum db_file file, const char *sql)
{
    char path[128];
    path_of(path, sizeof(path), folder, file, "");
    sqlite3 *raw = NULL;
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    char *words = NULL;
    if (sqlite3_exec(raw, sql, NULL, NULL, &words) != SQLITE_OK) fail_msg("%s", words);
    sqlite3_close(raw);
}

static enum status try_open(const struct folder *folder, enum db_file file, enum db_mode mode, struct err *err)
{
    struct db *db = NULL;
    enum status status = db_open(&db, file, folder->path, mode, DB_FULL, err);
    assert_true((status == ERR_OK) == (db != NULL));
    db_close(db);
    return status;
}

static uint64_t sum_of_file(const char *path)
{
    uint64_t sum = 14695981039346656037u;
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    unsigned char block[4096];
    for (ssize_t length = read(fd, block, sizeof(block)); length > 0; length = read(fd, block, sizeof(block)))
        for (ssize_t i = 0; i < length; i++) sum = (sum ^ block[i]) * 1099511628211u;
    close(fd);
    return sum;
}

static void a_new_file_is_made_private(void **state)
{
    struct db *db = open_db(*state, DB_GATEWAY, DB_WRITE);
    char path[128];
    struct stat info;
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < 4; i++) {
        path_of(path, sizeof(path), *state, DB_GATEWAY, suffixes[i]);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
    db_close(db);
}

static void pragmas_are_as_promised(void **state)
{
    static const struct {
        enum db_durability durability;
        int synchronous;
    } rows[] = {{DB_NORMAL, 1}, {DB_FULL, 2}};
    for (size_t i = 0; i < 2; i++) {
        struct db *db = NULL;
        const struct folder *folder = *state;
        assert_int_equal(db_open(&db, DB_ORDERS, folder->path, DB_WRITE, rows[i].durability, NULL), ERR_OK);
        sqlite3_stmt *statement = NULL;
        assert_int_equal(sqlite3_prepare_v2(db->sql,
                                            "SELECT synchronous, journal_mode, user_version FROM pragma_synchronous, "
                                            "pragma_journal_mode, pragma_user_version",
                                            -1, &statement, NULL),
                         SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(statement, 0), rows[i].synchronous);
        assert_string_equal((const char *)sqlite3_column_text(statement, 1), "wal");
        assert_int_equal(sqlite3_column_int(statement, 2), schema_latest(DB_ORDERS));
        sqlite3_finalize(statement);
        db_close(db);
    }
}

static void a_newer_version_is_not_touched(void **state)
{
    db_close(open_db(*state, DB_GATEWAY, DB_WRITE));
    run_sql(*state, DB_GATEWAY, "PRAGMA user_version = 7");
    char path[128];
    path_of(path, sizeof(path), *state, DB_GATEWAY, "");
    uint64_t before = sum_of_file(path);
    struct err err = {.status = ERR_OK};
    assert_int_equal(try_open(*state, DB_GATEWAY, DB_WRITE, &err), ERR_VERSION);
    char words[128];
    snprintf(words, sizeof(words), "gateway.db was written by a newer outcry (schema 7, this one knows %d)",
             schema_latest(DB_GATEWAY));
    assert_string_equal(err.text, words);
    assert_int_equal(try_open(*state, DB_GATEWAY, DB_READ, &err), ERR_VERSION);
    assert_true(sum_of_file(path) == before);
}

static void a_reader_refuses_an_older_one(void **state)
{
    db_close(open_db(*state, DB_GATEWAY, DB_WRITE));
    run_sql(*state, DB_GATEWAY, "PRAGMA user_version = 0");
    struct err err = {.status = ERR_OK};
    assert_int_equal(try_open(*state, DB_GATEWAY, DB_READ, &err), ERR_VERSION);
    assert_non_null(strstr(err.text, "older outcry (schema 0"));
}

static void store_fill(struct db *db, uint64_t seq, int64_t condition, const char *symbol, enum side side, int lots)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER_EVENT);
    struct order_event *event = &msg.order_event;
    *event = (struct order_event){
        .seq = seq, .kind = EXEC_FILL, .fill_quantity = lots, .state = ORDER_FILLED, .time_us = (int64_t)seq};
    event->request = (struct order_request){.side = side,
                                            .type = ORDER_MARKET,
                                            .tif = TIF_IOC,
                                            .quantity = lots,
                                            .condition_id = condition,
                                            .account = "A1"};
    snprintf(event->request.client_order_id, sizeof(event->request.client_order_id), "k-%d", (int)seq);
    snprintf(event->request.symbol, sizeof(event->request.symbol), "%s", symbol);
    store(db, &msg);
}

static void store_position(struct db *db, const char *symbol, int32_t day, int32_t lots)
{
    struct msg msg;
    msg_init(&msg, MSG_POSITION);
    msg.position = (struct position){.account = "A1", .trading_day = day, .quantity = lots};
    snprintf(msg.position.symbol, sizeof(msg.position.symbol), "%s", symbol);
    store(db, &msg);
}

static bool sum_lots(void *context, const struct msg *msg)
{
    int64_t *sum = context;
    *sum = *sum * 100 + msg->condition_lots.condition_id * 10 + msg->condition_lots.quantity;
    return true;
}

/* A file of before: what each condition holds is made of the fills, where something is held. */
static void lots_of_conditions_are_made_of_old_fills(void **state)
{
    struct db *db = open_db(*state, DB_GATEWAY, DB_WRITE);
    store_fill(db, 1, 1, "MXFH1", SIDE_BUY, 3);
    store_fill(db, 2, 1, "MXFH1", SIDE_SELL, 1);
    store_fill(db, 3, 2, "TXFH1", SIDE_BUY, 1); /* flattened: no fill of the condition says so */
    store_fill(db, 4, 0, "TXFH1", SIDE_SELL, 1);
    store_fill(db, 5, 3, "MXFH1", SIDE_BUY, 1);
    store_fill(db, 6, 3, "MXFH1", SIDE_SELL, 1);
    store_fill(db, 7, 4, "MXFH1", SIDE_BUY, 1);
    store_position(db, "MXFH1", 20210726, 0);
    store_position(db, "MXFH1", 20210727, 3);
    store_position(db, "TXFH1", 20210726, 1);
    store_position(db, "TXFH1", 20210727, 0);
    db_close(db);
    run_sql(*state, DB_GATEWAY,
            "DROP TABLE condition_lots; DROP INDEX orders_live; DROP INDEX risk_events_time; "
            "PRAGMA user_version = 2");
    db = open_db(*state, DB_GATEWAY, DB_WRITE);
    struct db_query query = {.id = MSG_CONDITION_LOTS};
    struct err err = {.status = ERR_OK};
    int64_t sum = 0;
    assert_int_equal(db_each(db, &query, sum_lots, &sum, &err), ERR_OK);
    assert_int_equal(sum, (1 * 10 + 2) * 100 + 4 * 10 + 1);
    db_close(db);
}

static void a_failed_migration_leaves_nothing(void **state)
{
    db_close(open_db(*state, DB_CONDITIONS, DB_WRITE));
    /* Version 0 again with a table in the way: the whole of 001.sql must roll back. */
    run_sql(*state, DB_CONDITIONS, "PRAGMA user_version = 0; DROP TABLE conditions; DROP TABLE signals");
    struct err err = {.status = ERR_OK};
    assert_int_equal(try_open(*state, DB_CONDITIONS, DB_WRITE, &err), ERR_IO);
    assert_non_null(strstr(err.text, "conditions.db: cannot bring the schema up to date"));
    char path[128];
    path_of(path, sizeof(path), *state, DB_CONDITIONS, "");
    sqlite3 *raw = NULL;
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    sqlite3_stmt *statement = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(raw,
                           "SELECT (SELECT count(*) FROM sqlite_schema WHERE name IN ('conditions', 'signals')), "
                           "user_version FROM pragma_user_version",
                           -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), 0);
    assert_int_equal(sqlite3_column_int(statement, 1), 0);
    sqlite3_finalize(statement);
    sqlite3_close(raw);
}

static void another_database_is_refused(void **state)
{
    struct err err = {.status = ERR_OK};
    run_sql(*state, DB_ORDERS, "CREATE TABLE recipes (name TEXT)");
    assert_int_equal(try_open(*state, DB_ORDERS, DB_WRITE, &err), ERR_CORRUPT);
    assert_non_null(strstr(err.text, "is not outcry's orders.db"));
    /* Ours, under another's name. */
    db_close(open_db(*state, DB_CONDITIONS, DB_WRITE));
    char from[128];
    char to[128];
    path_of(from, sizeof(from), *state, DB_CONDITIONS, "");
    path_of(to, sizeof(to), *state, DB_GATEWAY, "");
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(try_open(*state, DB_GATEWAY, DB_WRITE, &err), ERR_CORRUPT);
}

static void one_writer_a_file(void **state)
{
    struct db *first = open_db(*state, DB_ORDERS, DB_WRITE);
    struct err err = {.status = ERR_OK};
    char expected[256];
    assert_int_equal(try_open(*state, DB_ORDERS, DB_WRITE, &err), ERR_BUSY);
    const struct folder *folder = *state;
    snprintf(expected, sizeof(expected), "%s/orders.db is open for writing in process %ld", folder->path,
             (long)getpid());
    assert_string_equal(err.text, expected);
    db_close(open_db(*state, DB_CONDITIONS, DB_WRITE)); /* another file is another lock */
    db_close(first);
    assert_int_equal(try_open(*state, DB_ORDERS, DB_WRITE, &err), ERR_OK);
}

static void nothing_to_read_yet(void **state)
{
    struct err err = {.status = ERR_OK};
    char path[128];
    assert_int_equal(try_open(*state, DB_ORDERS, DB_READ, &err), ERR_NOT_FOUND);
    path_of(path, sizeof(path), *state, DB_ORDERS, "");
    assert_int_not_equal(access(path, F_OK), 0); /* looking made nothing */
    close(open(path, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(try_open(*state, DB_ORDERS, DB_READ, &err), ERR_NOT_FOUND);
    struct db *db = NULL;
    assert_int_equal(db_open(&db, DB_ORDERS, "/nowhere/at/all", DB_WRITE, DB_NORMAL, &err), ERR_IO);
    assert_non_null(strstr(err.text, "No such file or directory"));
}

static void readers_see_what_is_committed(void **state)
{
    struct db *writer = open_db(*state, DB_ORDERS, DB_WRITE);
    struct db *reader = open_db(*state, DB_ORDERS, DB_READ);
    struct msg msg;
    struct rows rows;
    sample(&msg, MSG_ORDER, 1);
    assert_int_equal(db_begin(writer, NULL), ERR_OK);
    store(writer, &msg);
    assert_int_equal(fetch(reader, &(struct db_query){.id = MSG_ORDER}, &rows), 0);
    assert_int_equal(db_commit(writer, NULL), ERR_OK);
    assert_int_equal(fetch(reader, &(struct db_query){.id = MSG_ORDER}, &rows), 1);
    sample(&msg, MSG_ORDER, 2);
    assert_int_equal(db_begin(writer, NULL), ERR_OK);
    store(writer, &msg);
    db_rollback(writer);
    assert_int_equal(fetch(reader, &(struct db_query){.id = MSG_ORDER}, &rows), 1);
    /* A reader's transaction stands still while the writer goes on. */
    assert_int_equal(db_begin(reader, NULL), ERR_OK);
    assert_int_equal(fetch(reader, &(struct db_query){.id = MSG_ORDER}, &rows), 1);
    store(writer, &msg);
    assert_int_equal(fetch(reader, &(struct db_query){.id = MSG_ORDER}, &rows), 1);
    assert_int_equal(db_commit(reader, NULL), ERR_OK);
    assert_int_equal(fetch(reader, &(struct db_query){.id = MSG_ORDER}, &rows), 2);
    db_close(writer);
    db_close(reader);
}

/* A writer that dies in the middle of a transaction: what was committed is there, the rest is not, the lock is free. */
static void kill_keeps_what_was_committed(void **state)
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct db *db = NULL;
        const struct folder *folder = *state;
        bool good = db_open(&db, DB_GATEWAY, folder->path, DB_WRITE, DB_NORMAL, NULL) == ERR_OK;
        for (int i = 1; good && i <= 11; i++) {
            struct msg msg;
            sample(&msg, MSG_ORDER_EVENT, i);
            msg.order_event.seq = (uint64_t)i;
            good = db_begin(db, NULL) == ERR_OK && db_store(db, &msg, NULL) == ERR_OK;
            good = good && (i == 11 || db_commit(db, NULL) == ERR_OK); /* the eleventh stays open */
        }
        if (write(ready[1], good ? "y" : "n", 1) != 1) _exit(1);
        for (;;) pause();
    }
    close(ready[1]);
    char answer = 0;
    assert_int_equal(read(ready[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    struct err err = {.status = ERR_OK};
    char expected[64];
    assert_int_equal(try_open(*state, DB_GATEWAY, DB_WRITE, &err), ERR_BUSY);
    snprintf(expected, sizeof(expected), "process %ld", (long)child);
    assert_non_null(strstr(err.text, expected));
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ready[0]);
    struct rows rows;
    struct db *reader = open_db(*state, DB_GATEWAY, DB_READ);
    assert_int_equal(fetch(reader, &(struct db_query){.id = MSG_ORDER_EVENT}, &rows), 10);
    db_close(reader);
    struct db *db = open_db(*state, DB_GATEWAY, DB_WRITE);
    assert_int_equal(fetch(db, &(struct db_query){.id = MSG_ORDER_EVENT}, &rows), 10);
    db_close(db);
}

static void damage_is_named(void **state)
{
    struct db *db = open_db(*state, DB_ORDERS, DB_WRITE);
    struct msg msg;
    for (int i = 0; i < 60; i++) {
        sample(&msg, MSG_ORDER, i);
        snprintf(msg.order.request.client_order_id, sizeof(msg.order.request.client_order_id), "k-%d-E1", i);
        store(db, &msg);
    }
    db_close(db);
    char path[128];
    path_of(path, sizeof(path), *state, DB_ORDERS, "");
    struct err err = {.status = ERR_OK};
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    /* Cut in the middle: the schema is there, the rows are not. */
    assert_int_equal(truncate(path, info.st_size / 3 / 4096 * 4096), 0);
    struct rows rows = {.count = 0};
    enum status status = db_open(&db, DB_ORDERS, ((struct folder *)*state)->path, DB_READ, DB_NORMAL, &err);
    if (status == ERR_OK) {
        status = db_each(db, &(struct db_query){.id = MSG_ORDER}, collect, &rows, &err);
        db_close(db);
    }
    assert_int_equal(status, ERR_CORRUPT);
    assert_non_null(strstr(err.text, "orders.db is damaged"));
    /* Not a database at all. */
    int fd = open(path, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, "symbol,side,trigger_price,turning_point\n", 40), 40);
    for (int i = 0; i < 100; i++) assert_int_equal(write(fd, "MXFH1,BUY,17400,15\n", 19), 19);
    close(fd);
    uint64_t before = sum_of_file(path);
    assert_int_equal(try_open(*state, DB_ORDERS, DB_WRITE, &err), ERR_CORRUPT);
    assert_int_equal(try_open(*state, DB_ORDERS, DB_READ, &err), ERR_CORRUPT);
    assert_true(sum_of_file(path) == before);
}

static void a_row_that_is_no_message_is_named(void **state)
{
    static const struct {
        const char *sql, *words;
    } rows[] = {
        {"UPDATE orders SET quantity = -5", "quantity"},
        {"UPDATE orders SET state = 'SIDEWAYS'", "state"},
        {"UPDATE orders SET symbol = 'MUCH_TOO_LONG_A_SYMBOL'", "symbol"},
        {"UPDATE orders SET reason = 'a' || char(7)", "reason"},
        {"UPDATE orders SET account = CAST(x'ff' AS TEXT)", "account"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct db *db = open_db(*state, DB_ORDERS, DB_WRITE);
        struct msg msg;
        sample(&msg, MSG_ORDER, 1);
        store(db, &msg);
        db_close(db);
        run_sql(*state, DB_ORDERS, rows[i].sql);
        struct err err = {.status = ERR_OK};
        struct rows found = {.count = 0};
        db = open_db(*state, DB_ORDERS, DB_READ);
        assert_int_equal(db_each(db, &(struct db_query){.id = MSG_ORDER}, collect, &found, &err), ERR_CORRUPT);
        assert_int_equal(err.status, ERR_CORRUPT);
        assert_non_null(strstr(err.text, "orders, row 1"));
        assert_non_null(strstr(err.text, rows[i].words));
        assert_int_equal(found.count, 0);
        db_close(db);
    }
}

/* Store until the disk (or the file's limit) is full: ERR_FULL in words, and all that was committed stays readable. */
static void fill_up(struct db *db, const char *folder)
{
    struct err err = {.status = ERR_OK};
    enum status status = ERR_OK;
    int committed = 0;
    for (int i = 0; i < 20000 && status == ERR_OK; i++) {
        struct msg msg;
        sample(&msg, MSG_ORDER_EVENT, i);
        msg.order_event.seq = (uint64_t)i + 1;
        status = db_begin(db, &err);
        if (status == ERR_OK) status = db_store(db, &msg, &err);
        if (status == ERR_OK) status = db_commit(db, &err);
        if (status == ERR_OK) committed++;
    }
    assert_int_equal(status, ERR_FULL);
    assert_non_null(strstr(err.text, "the disk is full"));
    db_rollback(db);
    db_close(db);
    struct db *reader = NULL;
    assert_int_equal(db_open(&reader, DB_GATEWAY, folder, DB_READ, DB_NORMAL, &err), ERR_OK);
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(reader->sql, "SELECT count(*) FROM order_events", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), committed);
    sqlite3_finalize(statement);
    db_close(reader);
}

static void a_full_file_is_said(void **state)
{
    struct db *db = open_db(*state, DB_GATEWAY, DB_WRITE);
    assert_int_equal(sqlite3_exec(db->sql, "PRAGMA max_page_count = 60", NULL, NULL, NULL), SQLITE_OK);
    fill_up(db, ((struct folder *)*state)->path);
}

/* --- the write-ahead log ------------------------------------------------------------------------------------------ */

static int64_t wal_bytes(const struct folder *folder)
{
    char path[128];
    struct stat info;
    path_of(path, sizeof(path), folder, DB_CONDITIONS, "-wal");
    return stat(path, &info) == 0 ? (int64_t)info.st_size : 0;
}

static void write_much(struct db *db, const struct folder *folder, int64_t bytes, int commits)
{
    struct err err;
    struct msg msg;
    msg_init(&msg, MSG_CURSOR);
    static uint64_t written; /* what does not change is not written */
    const int64_t before = wal_bytes(folder);
    for (int i = 0; i < commits && (bytes == 0 || wal_bytes(folder) < before + bytes); i++) {
        assert_int_equal(db_begin(db, &err), ERR_OK);
        for (int n = 0; n < 50; n++) {
            snprintf(msg.cursor.stream, sizeof(msg.cursor.stream), "%d", i * 50 + n);
            msg.cursor.seq = ++written;
            store(db, &msg);
        }
        assert_int_equal(db_commit(db, &err), ERR_OK);
    }
}

struct long_look {
    struct db *writer;
    const struct folder *folder;
    int64_t grown;
};

static bool look_long(void *context, const struct msg *msg)
{
    struct long_look *look = context;
    (void)msg;
    write_much(look->writer, look->folder, 80 * 1024 * 1024, 40000);
    look->grown = wal_bytes(look->folder);
    return false;
}

/* Nobody looking, the log starts over after 16 MB. While somebody looks at how it was, it must grow; when he has seen it,
 * it shrinks to the limit and starts over again. */
static void the_log_starts_over_after_a_long_look(void **state)
{
    const struct folder *folder = *state;
    struct long_look look = {.writer = open_db(folder, DB_CONDITIONS, DB_WRITE), .folder = folder};
    write_much(look.writer, folder, 0, 2000);
    assert_true(wal_bytes(folder) < 24 * 1024 * 1024);
    struct db *reader = open_db(folder, DB_CONDITIONS, DB_READ);
    assert_int_equal(db_each(reader, &(struct db_query){.id = MSG_CURSOR}, look_long, &look, NULL), ERR_OK);
    assert_true(look.grown > 70 * 1024 * 1024);
    write_much(look.writer, folder, 0, 10);
    assert_true(wal_bytes(folder) <= 64 * 1024 * 1024);
    const int64_t shrunk = wal_bytes(folder);
    write_much(look.writer, folder, 0, 3000);
    assert_true(wal_bytes(folder) <= shrunk);
    db_close(reader);
    db_close(look.writer);
}

/* In a quiet moment the log's pages move into the file, and the next commits write over the same log. */
static void the_log_is_moved_when_nothing_is_urgent(void **state)
{
    const struct folder *folder = *state;
    struct db *db = open_db(folder, DB_CONDITIONS, DB_WRITE);
    write_much(db, folder, 4096 * (DB_LOG_PAGES / 2), 5000);
    int64_t bytes = wal_bytes(folder);
    db_idle(db); /* not enough to be worth it */
    write_much(db, folder, 4096 * (DB_LOG_PAGES / 2), 5000);
    assert_true(wal_bytes(folder) > bytes);
    bytes = wal_bytes(folder);
    assert_true(db->log_pages >= DB_LOG_PAGES);
    db_idle(db);
    write_much(db, folder, 0, 20);
    assert_int_equal(wal_bytes(folder), bytes);
    assert_true(db->log_pages < DB_LOG_PAGES);
    db_close(db);
}

static void a_full_disk_is_said(void **state)
{
    char mounted[96];
    snprintf(mounted, sizeof(mounted), "%s/disk", ((struct folder *)*state)->path);
    assert_int_equal(mkdir(mounted, 0700), 0);
    if (mount("tmpfs", mounted, "tmpfs", 0, "size=1m") != 0) {
        assert_int_equal(rmdir(mounted), 0);
        printf("skip: cannot mount a small disk here (%s); the page limit test stands for it\n", strerror(errno));
        skip();
    }
    struct db *db = NULL;
    struct err err = {.status = ERR_OK};
    assert_int_equal(db_open(&db, DB_GATEWAY, mounted, DB_WRITE, DB_FULL, &err), ERR_OK);
    fill_up(db, mounted);
    assert_int_equal(umount2(mounted, MNT_DETACH), 0);
    assert_int_equal(rmdir(mounted), 0);
}

/* A copy where nothing can be written, as on a disk for keeps. Root may write everywhere: somebody else looks. */
static void a_copy_for_keeps_can_be_read(void **state)
{
    const struct folder *folder = *state;
    char path[128];
    struct msg msg;
    sample(&msg, MSG_ORDER, 1);
    struct db *db = open_db(folder, DB_ORDERS, DB_WRITE);
    store(db, &msg);
    db_close(db);
    path_of(path, sizeof(path), folder, DB_ORDERS, "");
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder->path, 0555), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0) _exit(2);
        struct err err = {.status = ERR_OK};
        if (db_open(&db, DB_ORDERS, folder->path, DB_READ, DB_NORMAL, &err) != ERR_OK) {
            fprintf(stderr, "%s\n", err.text);
            _exit(1);
        }
        const struct db_query query = {.id = MSG_ORDER};
        struct rows rows = {.count = 0};
        const bool found = fetch(db, &query, &rows) == 1;
        db_close(db);
        _exit(found ? 0 : 3);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(folder->path, 0700), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_new_file_is_made_private),
        IN_FOLDER(pragmas_are_as_promised),
        IN_FOLDER(a_newer_version_is_not_touched),
        IN_FOLDER(a_reader_refuses_an_older_one),
        IN_FOLDER(a_failed_migration_leaves_nothing),
        IN_FOLDER(lots_of_conditions_are_made_of_old_fills),
        IN_FOLDER(another_database_is_refused),
        IN_FOLDER(one_writer_a_file),
        IN_FOLDER(nothing_to_read_yet),
        IN_FOLDER(readers_see_what_is_committed),
        IN_FOLDER(kill_keeps_what_was_committed),
        IN_FOLDER(damage_is_named),
        IN_FOLDER(a_row_that_is_no_message_is_named),
        IN_FOLDER(a_copy_for_keeps_can_be_read),
        IN_FOLDER(a_full_file_is_said),
        IN_FOLDER(a_full_disk_is_said),
        IN_FOLDER(the_log_starts_over_after_a_long_look),
        IN_FOLDER(the_log_is_moved_when_nothing_is_urgent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What years of use cost at start: each component restored from a file with a million ended rows, against the same file
 * without them, in the same run: time and memory. */
#include <inttypes.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/check.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/gate.h"
#include "core/strategy.h"
#include "db/audit.h"
#include "db/internal.h"
#include "gateway/restore.h"

#define ENDED 1000000

#define TIMES     5
#define RATIO_MAX 3.0
#define SLACK_US  200000 /* a day of rows is read in any case */

static void must(enum status status, const struct err *err)
{
    if (status != ERR_OK) {
        fprintf(stderr, "bench_start: %s\n", err->text);
        exit(1);
    }
}

/* --- a million rows from one --------------------------------------------------------------------------------------- */

struct column {
    const char *name, *expression; /* of i, 1.. */
};

static void run_sql(struct db *db, const char *sql)
{
    if (sqlite3_exec(db->sql, sql, NULL, NULL, NULL) == SQLITE_OK) return;
    fprintf(stderr, "bench_start: %s: %s\n", sqlite3_errmsg(db->sql), sql);
    exit(1);
}

/* The one row there is, again and again; i counts on from it. */
static void multiply(struct db *db, enum msg_id id, const struct column *columns)
{
    const struct table *table = table_find(db->file, id);
    const struct msg_type *type = msg_type(id);
    struct sql_text sql = {.length = 0};
    sql_add(&sql, "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO %s (",
            ENDED, table->name);
    row_columns(type, &sql);
    sql_add(&sql, ") SELECT ");
    for (uint32_t f = 0; f < type->field_count; f++) {
        const char *expression = type->fields[f].name;
        for (const struct column *c = columns; c->name != NULL; c++)
            if (strcmp(c->name, expression) == 0) expression = c->expression;
        sql_add(&sql, "%s%s", f == 0 ? "" : ", ", expression);
    }
    sql_add(&sql, " FROM n CROSS JOIN (SELECT * FROM %s LIMIT 1)", table->name);
    run_sql(db, sql.text);
}

#define DAY "20200101 + (i - 1) / 4000 / 28 * 100 + (i - 1) / 4000 % 28" /* 250 days */
#define ID  "'k-' || i || '-E1'"

static void put(struct db *db, const struct msg *msg)
{
    struct err err;
    must(db_store(db, msg, &err), &err);
}

static struct order_request a_request(void)
{
    return (struct order_request){.client_order_id = "k-1-E1",
                                  .account = "F1",
                                  .symbol = "MXFH1",
                                  .side = SIDE_BUY,
                                  .type = ORDER_MARKET,
                                  .tif = TIF_IOC,
                                  .quantity = 1,
                                  .condition_id = 1,
                                  .leg = LEG_ENTRY,
                                  .attempt = 1};
}

static void fill_conditions(struct db *db, bool many)
{
    static const struct column ids[] = {
        {"id", "i"},          {"condition_id", "i"}, {"seq", "i"},        {"client_order_id", ID},
        {"trading_day", DAY}, {"time_us", "i"},      {"updated_us", "i"}, {NULL, NULL}};
    struct msg msg;
    msg_init(&msg, MSG_CONDITION);
    msg.condition =
        (struct condition){.id = 1, .state = CONDITION_CANCELLED, .trigger = PRICE_POINTS(17400), .serial = 1};
    msg.condition.terms = (struct condition_terms){.symbol = "MXFH1",
                                                   .account = "F1",
                                                   .side = SIDE_BUY,
                                                   .trigger_price = PRICE_POINTS(17400),
                                                   .turning = PRICE_POINTS(5),
                                                   .quantity = 1,
                                                   .take_profit = PRICE_POINTS(9),
                                                   .stop_loss = PRICE_POINTS(9),
                                                   .basis = BASIS_FILL,
                                                   .validity = VALID_GTC,
                                                   .entry = ENTRY_MARKET};
    put(db, &msg);
    if (many) multiply(db, MSG_CONDITION, ids);
    msg_init(&msg, MSG_TRANSITION);
    msg.transition = (struct transition){
        .condition_id = 1, .serial = 1, .symbol = "MXFH1", .to = CONDITION_CANCELLED, .trading_day = 20200101};
    put(db, &msg);
    if (many) multiply(db, MSG_TRANSITION, ids);
    msg_init(&msg, MSG_SIGNAL);
    msg.signal = (struct signal){.seq = 1, .strategy = "k", .order = a_request(), .acknowledged = true};
    put(db, &msg);
    if (many) multiply(db, MSG_SIGNAL, ids);
}

static void fill_orders(struct db *db, bool many)
{
    static const struct column ids[] = {{"condition_id", "i"},   {"seq", "i"},         {"client_order_id", ID},
                                        {"exec_id", "'x' || i"}, {"trading_day", DAY}, {NULL, NULL}};
    struct msg msg;
    msg_init(&msg, MSG_POSITION);
    msg.position = (struct position){.account = "F1", .symbol = "MXFH1", .trading_day = 20200101};
    put(db, &msg);
    msg_init(&msg, MSG_CONDITION_LOTS);
    msg.condition_lots = (struct condition_lots){.account = "F1", .symbol = "MXFH1", .condition_id = 1};
    put(db, &msg);
    if (many) multiply(db, MSG_CONDITION_LOTS, ids);
    msg_init(&msg, MSG_ORDER);
    msg.order = (struct order){.request = a_request(),
                               .state = ORDER_FILLED,
                               .filled_quantity = 1,
                               .filled_value = PRICE_POINTS(17400),
                               .trading_day = 20200101};
    put(db, &msg);
    if (many) multiply(db, MSG_ORDER, ids);
    msg_init(&msg, MSG_ORDER_EVENT);
    msg.order_event = (struct order_event){.seq = 1,
                                           .kind = EXEC_FILL,
                                           .request = a_request(),
                                           .exec_id = "x1",
                                           .fill_price = PRICE_POINTS(17400),
                                           .fill_quantity = 1,
                                           .filled_quantity = 1,
                                           .state = ORDER_FILLED,
                                           .trading_day = 20200101};
    put(db, &msg);
    if (many) multiply(db, MSG_ORDER_EVENT, ids);
}

/* --- starts, as the processes do it -------------------------------------------------------------------------------- */

static enum status to_strategy(void *component, const struct msg *msg, struct err *err)
{
    return strategy_restore(component, msg, err);
}

static enum status to_executor(void *component, const struct msg *msg, struct err *err)
{
    return executor_restore(component, msg, err);
}

static enum status to_gate(void *component, const struct msg *msg, struct err *err)
{
    return gate_restore(component, msg, err);
}

static void *start_strategy(struct db *db)
{
    const struct strategy_config config = {.install = "k", .max_conditions = 1000000};
    const struct db_query unsent = {.id = MSG_SIGNAL, .live = true};
    struct strategy *strategy = strategy_new(&config);
    struct err err;
    must(restore_conditions(db, to_strategy, strategy, &err), &err);
    must(restore_rows(db, &unsent, to_strategy, strategy, &err), &err);
    must(restore_all(db, MSG_CURSOR, to_strategy, strategy, &err), &err);
    return strategy;
}

static void start_books(struct db *db, restore_row row, void *component)
{
    const struct db_query held = {.id = MSG_CONDITION_LOTS, .live = true};
    struct err err;
    must(restore_all(db, MSG_CURSOR, row, component, &err), &err);
    must(restore_all(db, MSG_POSITION, row, component, &err), &err);
    must(restore_rows(db, &held, row, component, &err), &err);
    must(restore_orders(db, row, component, &err), &err);
    must(restore_order_events(db, row, component, &err), &err);
}

static void *start_executor(struct db *db)
{
    const struct executor_config config = {.install = "k", .max_orders = 65536};
    struct executor *executor = executor_new(&config);
    struct err err;
    start_books(db, to_executor, executor);
    must(restore_newest(db, MSG_SIGNAL_ACK, 4096, to_executor, executor, &err), &err);
    return executor;
}

static void *start_gate(struct db *db)
{
    const struct gate_config config = {.venue = "sim", .max_orders = 65536};
    struct gate *gate = gate_new(&config);
    start_books(db, to_gate, gate);
    return gate;
}

static void end_strategy(void *component)
{
    strategy_free(component);
}

static void end_executor(void *component)
{
    executor_free(component);
}

static void end_gate(void *component)
{
    gate_free(component);
}

static bool take_row(void *context, const struct msg *msg)
{
    (void)msg;
    ++*(int64_t *)context;
    return true;
}

/* The audit's newest page. */
static void *read_audit(struct db *db)
{
    const struct db_query query = {.id = MSG_AUDIT, .newest_first = true, .limit = 100};
    char folder[DB_PATH_SIZE];
    int64_t rows = 0;
    struct err err;
    (void)snprintf(folder, sizeof(folder), "%s", db->path);
    *strrchr(folder, '/') = '\0';
    must(db_audit(folder, &query, take_row, &rows, &err), &err);
    CHECK(rows > 0 && rows <= 100);
    return NULL;
}

static const struct starter {
    const char *name;
    enum db_file file;
    void (*fill)(struct db *db, bool many);
    void *(*start)(struct db *db);
    void (*end)(void *component);
} components[] = {
    {"strategy", DB_CONDITIONS, fill_conditions, start_strategy, end_strategy},
    {"executor", DB_ORDERS, fill_orders, start_executor, end_executor},
    {"gate", DB_GATEWAY, fill_orders, start_gate, end_gate},
    {"the newest of the audit", DB_GATEWAY, fill_orders, read_audit, NULL},
};

struct cost {
    double us;
    size_t bytes;
};

/* The best of a few: the file is in the machine's cache, as after a restart. */
static struct cost measure(const struct starter *starter, const char *folder)
{
    struct cost best = {.us = 1e18};
    for (int i = 0; i < TIMES; i++) {
        struct db *db = NULL;
        struct err err;
        const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
        const int64_t start_us = clock_monotonic_us();
        must(db_open(&db, starter->file, folder, DB_WRITE, DB_NORMAL, &err), &err);
        void *made = starter->start(db);
        const double us = (double)(clock_monotonic_us() - start_us);
        db_close(db);
        best.bytes = mallinfo2().uordblks + mallinfo2().hblkhd - before;
        if (us < best.us) best.us = us;
        if (starter->end != NULL) starter->end(made);
    }
    return best;
}

static struct cost cost_of(const struct starter *starter, bool many)
{
    char folder[] = "/tmp/outcry-bench-XXXXXX";
    static const char *const ends[] = {"", ".lock", "-wal", "-shm"};
    struct db *db = NULL;
    struct err err;
    CHECK(mkdtemp(folder) != NULL);
    must(db_open(&db, starter->file, folder, DB_WRITE, DB_NORMAL, &err), &err);
    starter->fill(db, many);
    db_close(db);
    const struct cost cost = measure(starter, folder);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s%s", folder, db_file_name(starter->file), ends[i]);
        unlink(path);
    }
    rmdir(folder);
    return cost;
}

int main(void)
{
    int code = 0;
    for (size_t i = 0; i < sizeof(components) / sizeof(components[0]); i++) {
        const struct cost none = cost_of(&components[i], false), many = cost_of(&components[i], true);
        printf("%s from %s, %d ended rows a table / none: time %.2f (%.1f ms / %.1f ms), memory %.2f (%zu KiB / %zu "
               "KiB)\n",
               components[i].name, db_file_name(components[i].file), ENDED, many.us / none.us, many.us / 1000,
               none.us / 1000, (double)many.bytes / (double)none.bytes, many.bytes / 1024, none.bytes / 1024);
        fflush(stdout);
        if (many.us > RATIO_MAX * none.us + SLACK_US) code = 1;
    }
    return code;
}

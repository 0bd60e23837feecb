/* How SQLite answers what the product asks: never by reading a table that grows from end to end. The plan does not depend
 * on how much is in the file (no statistics are kept), so an empty one tells it. */
#include <sqlite3.h>

#include "db/internal.h"
#include "tests/db/helper.h"

static bool nothing(void *context, const struct msg *msg)
{
    (void)context;
    (void)msg;
    return true;
}

/* A table that grows, read whole; or sorted, so that the first row wants all of them. */
static void check_plan(struct db *db, const char *what, bool may_sort)
{
    char sql[DB_SQL_SIZE + 32];
    sqlite3_stmt *statement = NULL;
    snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", what);
    if (sqlite3_prepare_v2(db->sql, sql, -1, &statement, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db->sql));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *plan = (const char *)sqlite3_column_text(statement, 3);
        const bool scan =
            strncmp(plan, "SCAN", 4) == 0 && strstr(plan, "_live") == NULL && strstr(plan, "signals_waiting") == NULL;
        const bool sort = !may_sort && strcmp(plan, "USE TEMP B-TREE FOR ORDER BY") == 0;
        if (scan || sort) fail_msg("%s: %s: %s", db_file_name(db->file), what, plan);
    }
    sqlite3_finalize(statement);
}

struct asked {
    enum db_file file;
    struct db_query query;
    bool may_sort; /* few rows: what lives, one order's history */
};

/* Start-up, the running processes, the screen's overlays, and each filter of the command line alone. Not here, because
 * they read it all by their nature: a text looked for, an export of everything, and the newest first without a filter,
 * which stops at its limit. */
static const struct asked all_asked[] = {
    /* gateway/restore.c, gateway/exchange_store.c */
    {DB_CONDITIONS, {.id = MSG_CONDITION, .live = true}, false},
    {DB_CONDITIONS, {.id = MSG_CONDITION, .condition_id = 7}, false},
    {DB_CONDITIONS, {.id = MSG_SIGNAL, .live = true}, false},
    {DB_ORDERS, {.id = MSG_ORDER, .live = true}, true},
    {DB_ORDERS, {.id = MSG_CONDITION_LOTS, .live = true}, true},
    {DB_ORDERS, {.id = MSG_ORDER_EVENT, .from_seq = 7}, false},
    {DB_GATEWAY, {.id = MSG_ORDER, .live = true}, true},
    {DB_GATEWAY, {.id = MSG_CONDITION_LOTS, .live = true}, true},
    {DB_EXCHANGE, {.id = MSG_ORDER, .live = true}, true},
    {DB_EXCHANGE, {.id = MSG_VENUE_EXEC, .account = "F1", .newest_first = true, .limit = 1}, false},
    /* what the processes ask while they run */
    {DB_EXCHANGE, {.id = MSG_ORDER, .client_order_id = "k-1-E1"}, true},
    {DB_EXCHANGE, {.id = MSG_VENUE_EXEC, .from_seq = 7}, false},
    {DB_GATEWAY, {.id = MSG_ORDER_EVENT, .from_seq = 7, .limit = 100}, false},
    {DB_TICKS, {.id = MSG_BAR, .trading_day = 20260105, .to_us = 7}, true},
    {DB_TICKS, {.id = MSG_TICK, .symbol = "MXFH1", .from_us = 1, .to_us = 7}, false},
    {DB_TICKS, {.id = MSG_TICK, .symbol = "MXFH1", .from_us = 1, .to_us = 7, .newest_first = true, .limit = 1}, false},
    {DB_TICKS, {.id = MSG_TICK, .symbol = "MXFH1", .newest_first = true, .limit = 1}, false},
    {DB_TICKS, {.id = MSG_BAR, .symbol = "MXFH1", .from_us = 1, .to_us = 7}, false},
    /* the screen's overlays and its log's past */
    {DB_CONDITIONS, {.id = MSG_TRANSITION, .condition_id = 7, .limit = 100}, true},
    {DB_GATEWAY, {.id = MSG_ORDER_EVENT, .client_order_id = "k-1-E1", .limit = 100}, false},
    {DB_CONDITIONS, {.id = MSG_TRANSITION, .from_us = 7, .newest_first = true, .limit = 100}, true},
    {DB_GATEWAY, {.id = MSG_ORDER_EVENT, .from_us = 7, .newest_first = true, .limit = 100}, true},
    {DB_GATEWAY, {.id = MSG_RISK_EVENT, .from_us = 7, .newest_first = true, .limit = 100}, true},
    /* the command line */
    {DB_CONDITIONS, {.id = MSG_CONDITION, .symbol = "MXFH1", .newest_first = true, .limit = 100}, false},
    {DB_CONDITIONS, {.id = MSG_CONDITION, .from_us = 7, .newest_first = true, .limit = 100}, true},
    {DB_CONDITIONS, {.id = MSG_TRANSITION, .trading_day = 20260105}, false},
    {DB_ORDERS, {.id = MSG_ORDER, .client_order_id = "k-1-E1"}, false},
    {DB_ORDERS, {.id = MSG_ORDER, .condition_id = 7, .newest_first = true}, false},
    {DB_ORDERS, {.id = MSG_ORDER, .symbol = "MXFH1", .newest_first = true, .limit = 100}, false},
    {DB_ORDERS, {.id = MSG_ORDER, .trading_day = 20260105, .newest_first = true, .limit = 100}, false},
    {DB_ORDERS, {.id = MSG_ORDER, .from_us = 7, .newest_first = true, .limit = 100}, true},
    {DB_ORDERS, {.id = MSG_ORDER_EVENT, .trading_day = 20260105, .newest_first = true, .limit = 100}, false},
    {DB_ORDERS, {.id = MSG_ORDER_EVENT, .symbol = "MXFH1", .newest_first = true, .limit = 100}, false},
    {DB_ORDERS, {.id = MSG_ORDER_EVENT, .client_order_id = "k-1-E1"}, false},
    {DB_ORDERS, {.id = MSG_ORDER_EVENT, .from_us = 7, .newest_first = true, .limit = 100}, true},
    {DB_ORDERS, {.id = MSG_POSITION, .trading_day = 20260105}, false},
};

static void nothing_that_grows_is_read_whole(void **state)
{
    for (size_t i = 0; i < sizeof(all_asked) / sizeof(all_asked[0]); i++) {
        const struct asked *asked = &all_asked[i];
        struct err err = {.text = ""};
        struct db *db = open_db(*state, asked->file, DB_WRITE);
        if (db_each(db, &asked->query, nothing, NULL, &err) != ERR_OK) fail_msg("%s", err.text);
        for (size_t n = 0; n < DB_QUERY_CACHE; n++)
            if (db->cache[n].sql != NULL) check_plan(db, db->cache[n].sql, asked->may_sort);
        db_close(db);
    }
}

static void writing_finds_its_row_by_a_key(void **state)
{
    const struct table *table;
    for (size_t i = 0; (table = table_at(i)) != NULL; i++) {
        struct db *db = open_db(*state, table->file, DB_WRITE);
        struct sql_text sql = {.length = 0};
        row_store_sql(table, &sql);
        check_plan(db, sql.text, false);
        db_close(db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_that_grows_is_read_whole, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(writing_finds_its_row_by_a_key, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

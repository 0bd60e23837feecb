/* The SQL files against the messages' field tables: every stored message has its table, with exactly its fields. */
#include <sqlite3.h>

#include "core/embedded.h"
#include "db/internal.h"
#include "tests/db/helper.h"

static const enum db_file files[] = {DB_CONDITIONS, DB_ORDERS, DB_GATEWAY, DB_TICKS, DB_EXCHANGE, DB_SUPERVISOR};

/* Does the column stand in the table, and with which declared type? A column with a default is not a message's. */
static int column_count(struct db *db, const char *table)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db->sql, "SELECT count(*) FROM pragma_table_info(?) WHERE dflt_value IS NULL",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

static void assert_column(struct db *db, const struct table *table, const struct field *field)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db->sql, "SELECT type, \"notnull\" FROM pragma_table_info(?) WHERE name = ?",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, field->name, -1, SQLITE_STATIC);
    if (sqlite3_step(statement) != SQLITE_ROW)
        fail_msg("%s.%s has no column %s", db_file_name(table->file), table->name, field->name);
    bool words = field->type == FIELD_TEXT || field->type == FIELD_ENUM;
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), words ? "TEXT" : "INTEGER");
    assert_int_equal(sqlite3_column_int(statement, 1), 1);
    sqlite3_finalize(statement);
}

static void columns_equal_fields(void **state)
{
    for (size_t f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
        struct db *db = open_db(*state, files[f], DB_WRITE);
        const struct table *table;
        for (size_t i = 0; (table = table_at(i)) != NULL; i++) {
            if (table->file != files[f]) continue;
            const struct msg_type *type = msg_type(table->id);
            assert_non_null(type);
            int stored = 0;
            for (uint32_t n = 0; n < type->field_count; n++) {
                assert_int_equal(type->fields[n].count, 1);
                if (table_stores(&type->fields[n])) {
                    assert_column(db, table, &type->fields[n]);
                    stored++;
                }
            }
            if (column_count(db, table->name) != stored) {
                fail_msg("%s.%s has a column that %s has no field for", db_file_name(table->file), table->name,
                         type->name);
            }
        }
        db_close(db);
    }
}

static void no_table_holds_a_secret(void **state)
{
    (void)state;
    for (size_t i = 0; table_at(i) != NULL; i++) {
        const struct msg_type *type = msg_type(table_at(i)->id);
        assert_int_not_equal(type->id, MSG_LOGIN);
        for (uint32_t n = 0; n < type->field_count; n++) assert_int_not_equal(type->fields[n].type, FIELD_SECRET);
    }
    for (const struct embedded *row = embedded_schema; row->name != NULL; row++) {
        assert_null(strstr(row->text, "secret"));
        assert_null(strstr(row->text, "password"));
    }
}

static void tables_fit_the_handle(void **state)
{
    (void)state;
    size_t count = 0;
    while (table_at(count) != NULL) count++;
    assert_true(count > 20 && count <= DB_TABLES_MAX);
}

static void every_file_has_a_schema(void **state)
{
    (void)state;
    for (size_t f = 0; f < sizeof(files) / sizeof(files[0]); f++) assert_true(schema_latest(files[f]) >= 1);
}

/* Each filter that a trader's list uses is answered by an index, never by reading the whole table. */
static void queries_use_indexes(void **state)
{
    static const struct {
        enum db_file file;
        const char *sql;
    } queries[] = {
        {DB_CONDITIONS, "SELECT * FROM conditions WHERE symbol = ?"},
        {DB_CONDITIONS, "SELECT * FROM transitions WHERE condition_id = ?"},
        {DB_CONDITIONS, "SELECT * FROM transitions WHERE time_us >= ?"},
        {DB_CONDITIONS, "SELECT * FROM signals WHERE acknowledged = 0"},
        {DB_CONDITIONS, "SELECT min(ratchets) FROM conditions WHERE following = 1 AND state = 'TRIGGERED'"},
        {DB_CONDITIONS, "DELETE FROM ratchets WHERE symbol = ? AND side = 'BUY' AND price >= ? AND number < ?"},
        {DB_CONDITIONS, "DELETE FROM ratchets WHERE number < ?1 AND number <= ?2"},
        {DB_ORDERS, "SELECT * FROM orders WHERE client_order_id = ?"},
        {DB_ORDERS, "SELECT * FROM orders WHERE condition_id = ?"},
        {DB_ORDERS, "SELECT * FROM orders WHERE trading_day = ?"},
        {DB_ORDERS, "SELECT * FROM positions WHERE trading_day = ?"},
        {DB_GATEWAY, "SELECT * FROM order_events WHERE seq > ?"},
        {DB_GATEWAY, "SELECT * FROM order_events WHERE client_order_id = ?"},
        {DB_TICKS, "SELECT * FROM ticks WHERE symbol = ? AND time_us >= ? ORDER BY symbol, time_us, epoch, sym_seq"},
        {DB_TICKS, "DELETE FROM ticks WHERE symbol = ? AND time_us BETWEEN ? AND ?"},
        {DB_TICKS,
         "SELECT time_us FROM ticks WHERE symbol = ? AND time_us BETWEEN ? AND ? ORDER BY symbol, time_us LIMIT 1"},
        {DB_TICKS, "SELECT * FROM bars WHERE symbol = ? AND start_us >= ?"},
        {DB_EXCHANGE, "SELECT * FROM venue_execs WHERE account = ? AND seq > ?"},
    };
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        struct db *db = open_db(*state, queries[i].file, DB_WRITE);
        char sql[512];
        snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", queries[i].sql);
        sqlite3_stmt *statement = NULL;
        assert_int_equal(sqlite3_prepare_v2(db->sql, sql, -1, &statement, NULL), SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            const char *plan = (const char *)sqlite3_column_text(statement, 3);
            if (strncmp(plan, "SEARCH", 6) != 0 && strstr(plan, "INDEX") == NULL)
                fail_msg("%s: %s", queries[i].sql, plan);
        }
        sqlite3_finalize(statement);
        db_close(db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(columns_equal_fields, folder_make, folder_remove),
        cmocka_unit_test(no_table_holds_a_secret),
        cmocka_unit_test(tables_fit_the_handle),
        cmocka_unit_test(every_file_has_a_schema),
        cmocka_unit_test_setup_teardown(queries_use_indexes, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

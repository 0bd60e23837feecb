/* Writing: one message, one row, by a statement that is prepared once a table. */
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "db/internal.h"

static enum status store_statement(struct db *db, const struct table *table, sqlite3_stmt **out, struct err *err)
{
    size_t index = (size_t)(table - table_at(0));
    CHECK(index < DB_TABLES_MAX);
    if (db->store[index] == NULL) {
        struct sql_text sql = {.length = 0};
        row_store_sql(table, &sql);
        int code =
            sqlite3_prepare_v3(db->sql, sql.text, (int)sql.length, SQLITE_PREPARE_PERSISTENT, &db->store[index], NULL);
        if (code != SQLITE_OK) return db_fail(db, code, "prepare a statement", err);
    }
    *out = db->store[index];
    return ERR_OK;
}

/* What a failed step left behind decides whether the transaction still stands: on a full disk SQLite may have ended it.
 */
static enum status finish(struct db *db, sqlite3_stmt *statement, int code, const char *table, struct err *err)
{
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (code == SQLITE_DONE) return ERR_OK;
    char what[64];
    snprintf(what, sizeof(what), "write to %s", table);
    return db_fail(db, code, what, err);
}

/* One row, whoever follows: triggers of the schema clear away what it passes, and a view applies it. */
static enum status store_ratchet(struct db *db, const struct ratchet *ratchet, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    enum status status = db_fixed(db, FIXED_RATCHET, &statement, err);
    if (status != ERR_OK) return status;
    int code = sqlite3_bind_text(statement, 1, ratchet->symbol, -1, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite3_bind_text(statement, 2, side_name(ratchet->side), -1, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite3_bind_int64(statement, 3, ratchet->price);
    return finish(db, statement, code, "ratchets", err);
}

enum status db_store(struct db *db, const struct msg *msg, struct err *err)
{
    const struct msg_type *type = msg_type(msg->id);
    const struct table *table = table_find(db->file, msg->id);
    bool ratchet = msg->id == MSG_RATCHET && db->file == DB_CONDITIONS;
    if (type == NULL || (table == NULL && !ratchet)) {
        return err_set(err, ERR_INVALID, "%s has no table for a %s", db_file_name(db->file),
                       type != NULL ? type->name : "message of an unknown kind");
    }
    if (db->mode != DB_WRITE) return err_set(err, ERR_STATE, "%s is open for reading only", db_file_name(db->file));
    /* What could not be read back must not get in. */
    enum status status = msg_check(msg, err);
    if (status != ERR_OK) return status;
    if (ratchet) return store_ratchet(db, &msg->ratchet, err);
    sqlite3_stmt *statement = NULL;
    status = store_statement(db, table, &statement, err);
    if (status != ERR_OK) return status;
    return finish(db, statement, row_bind(statement, type, msg), table->name, err);
}

enum status db_meta_get(struct db *db, const char *key, char *text, size_t size, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    enum status status = db_fixed(db, FIXED_META_GET, &statement, err);
    if (status != ERR_OK) return status;
    int code = sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const char *value = (const char *)sqlite3_column_text(statement, 0);
        size_t length = value != NULL ? strlen(value) : 0;
        if (length >= size) {
            status = err_set(err, ERR_RANGE, "%s: meta '%s' is too long", db_file_name(db->file), key);
        } else {
            memcpy(text, value != NULL ? value : "", length);
            text[length] = '\0';
        }
    } else if (code == SQLITE_DONE) {
        status = err_set(err, ERR_NOT_FOUND, "%s: no meta '%s'", db_file_name(db->file), key);
    } else {
        status = db_fail(db, code, "read meta", err);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

enum status db_meta_put(struct db *db, const char *key, const char *text, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    enum status status = db_fixed(db, FIXED_META_PUT, &statement, err);
    if (status != ERR_OK) return status;
    int code = sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite3_bind_text(statement, 2, text, -1, SQLITE_STATIC);
    return finish(db, statement, code, "meta", err);
}

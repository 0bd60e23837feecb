/* Removing ticks by their key: the day's row says from where to where, the slice's last tick is counted off, and all up to it
 * goes. What ends half-way goes on at the next call. */
#include "db/ticks.h"

#include <string.h>

#include "db/internal.h"

static enum status run(struct db *db, enum fixed_statement which, const char *symbol, const int64_t *numbers, int count,
                       struct err *err)
{
    sqlite3_stmt *statement = NULL;
    enum status status = db_fixed(db, which, &statement, err);
    if (status != ERR_OK) return status;
    int code = sqlite3_bind_text(statement, 1, symbol, -1, SQLITE_STATIC);
    for (int i = 0; i < count && code == SQLITE_OK; i++) code = sqlite3_bind_int64(statement, i + 2, numbers[i]);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_DONE ? ERR_OK : db_fail(db, code, "write to ticks", err);
}

enum status db_ticks_recorded(struct db *db, const struct recorded_day *day, struct err *err)
{
    const int64_t numbers[] = {day->trading_day, day->first_us, day->last_us, day->recorded_us};
    return run(db, FIXED_TICKS_RECORDED, day->symbol, numbers, 4, err);
}

/* *found false: nothing is that old. */
static enum status oldest(struct db *db, int64_t before_us, struct recorded_day *day, bool *found, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    enum status status = db_fixed(db, FIXED_TICKS_OLDEST, &statement, err);
    if (status != ERR_OK) return status;
    int code = sqlite3_bind_int64(statement, 1, before_us);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    *found = code == SQLITE_ROW;
    if (*found) {
        const char *symbol = (const char *)sqlite3_column_text(statement, 0);
        memset(day, 0, sizeof(*day));
        if (symbol != NULL) memcpy(day->symbol, symbol, strnlen(symbol, sizeof(day->symbol) - 1));
        day->trading_day = sqlite3_column_int(statement, 1);
        day->first_us = sqlite3_column_int64(statement, 2);
        day->last_us = sqlite3_column_int64(statement, 3);
    } else if (code != SQLITE_DONE) {
        status = db_fail(db, code, "read", err);
    }
    sqlite3_reset(statement);
    return status;
}

/* The market time of the slice's last tick; the day's own end when no more are left. */
static enum status slice_end(struct db *db, const struct recorded_day *day, int64_t slice, int64_t *end_us, bool *whole,
                             struct err *err)
{
    sqlite3_stmt *statement = NULL;
    enum status status = db_fixed(db, FIXED_TICKS_SLICE, &statement, err);
    if (status != ERR_OK) return status;
    int code = sqlite3_bind_text(statement, 1, day->symbol, -1, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite3_bind_int64(statement, 2, day->first_us);
    if (code == SQLITE_OK) code = sqlite3_bind_int64(statement, 3, day->last_us);
    if (code == SQLITE_OK) code = sqlite3_bind_int64(statement, 4, slice);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    *whole = code == SQLITE_DONE;
    *end_us = *whole ? day->last_us : sqlite3_column_int64(statement, 0);
    if (code != SQLITE_ROW && code != SQLITE_DONE) status = db_fail(db, code, "read", err);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

static enum status remove_slice(struct db *db, const struct recorded_day *day, int64_t slice, int64_t *removed,
                                struct err *err)
{
    bool whole = false;
    int64_t end_us = 0;
    enum status status = slice_end(db, day, slice, &end_us, &whole, err);
    if (status != ERR_OK) return status;
    const int64_t range[] = {day->first_us, end_us}, key[] = {day->trading_day};
    status = run(db, FIXED_TICKS_REMOVE, day->symbol, range, 2, err);
    *removed = sqlite3_changes64(db->sql);
    return status == ERR_OK && whole ? run(db, FIXED_TICKS_FORGET, day->symbol, key, 1, err) : status;
}

enum status db_ticks_remove(struct db *db, int64_t before_us, int64_t slice, int64_t *removed, bool *more,
                            struct err *err)
{
    struct recorded_day day;
    *removed = 0;
    enum status status = oldest(db, before_us, &day, more, err);
    if (status != ERR_OK || !*more) return status;
    status = db_begin(db, err);
    if (status != ERR_OK) return status;
    status = remove_slice(db, &day, slice, removed, err);
    if (status == ERR_OK) return db_commit(db, err);
    db_rollback(db);
    return status;
}

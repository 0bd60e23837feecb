/*
 * internal: what the files of db/ share, and nobody else includes.
 *
 * Invariants: every statement of a handle is prepared once and kept (store by table, queries in a small cache), and is
 * reset before its caller returns, so that no read transaction outlives a call.
 *
 * Errors: as db/db.h; db_fail has the one mapping of SQLite's codes. Owner: db_open .. db_close. Thread: one a handle.
 */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include <sqlite3.h>
#include <stddef.h>

#include "db/db.h"
#include "db/table.h"

#define DB_TABLES_MAX  40
#define DB_QUERY_CACHE 8
#define DB_PATH_SIZE   512
#define DB_SQL_SIZE    4096

enum fixed_statement {
    FIXED_BEGIN = 0,
    FIXED_COMMIT,
    FIXED_ROLLBACK,
    FIXED_RATCHET,
    FIXED_META_GET,
    FIXED_META_PUT,
    FIXED_TICKS_RECORDED,
    FIXED_TICKS_OLDEST,
    FIXED_TICKS_SLICE,
    FIXED_TICKS_REMOVE,
    FIXED_TICKS_FORGET,
    FIXED_COUNT
};

struct cached_query {
    char *sql; /* owned */
    sqlite3_stmt *statement;
    uint64_t used; /* when, for replacing the oldest */
    bool busy;     /* being stepped: a nested query takes another */
};

struct db {
    sqlite3 *sql;
    enum db_file file;
    enum db_mode mode;
    int lock_fd;
    uint64_t queries; /* counts, for cached_query.used */
    int log_pages;    /* of the write-ahead log, after the last commit */
    int tried_pages;  /* ... when its pages were last moved into the file */
    char path[DB_PATH_SIZE];
    sqlite3_stmt *fixed[FIXED_COUNT];
    sqlite3_stmt *store[DB_TABLES_MAX]; /* by index in table_at */
    struct cached_query cache[DB_QUERY_CACHE];
};

/* SQL made piece by piece in a fixed buffer; a piece too many is a CHECK. */
struct sql_text {
    char text[DB_SQL_SIZE];
    size_t length;
};

void sql_add(struct sql_text *sql, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* SQLite's result code in our words. what: "commit", "write conditions" ... */
enum status db_fail(const struct db *db, int code, const char *what, struct err *err);

/* The fixed statement, prepared on first use. */
enum status db_fixed(struct db *db, enum fixed_statement which, sqlite3_stmt **out, struct err *err);

/* db/schema.c: bring a DB_WRITE file to the newest version; look at a file's version without changing it. */
int schema_latest(enum db_file file);
enum status schema_version(const struct db *db, int *version, bool *ours, bool *empty, struct err *err);
enum status schema_migrate(struct db *db, struct err *err);

/* db/lock.c: one writer a file. *fd is -1 on failure. */
enum status db_lock_take(const char *path, int *fd, struct err *err);
void db_lock_release(int fd);

/* db/row.c: a message's fields as columns and parameters. */
void row_store_sql(const struct table *table, struct sql_text *sql);
void row_columns(const struct msg_type *type, struct sql_text *sql);
int row_bind(sqlite3_stmt *statement, const struct msg_type *type, const struct msg *msg);
/* The present row of a SELECT of row_columns, into *msg (id set). ERR_CORRUPT names the column. */
enum status row_read(sqlite3_stmt *statement, const struct msg_type *type, struct msg *msg, struct err *err);

#endif

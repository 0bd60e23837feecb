/* Opening, closing and transactions of one SQLite file. The order in db_open is the promise: lock first, then look at
 * the version read-only, and only then a connection that could change anything. */
#include "db/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/check.h"
#include "db/internal.h"

static const char *const file_names[] = {
    [DB_CONDITIONS] = "conditions.db", [DB_ORDERS] = "orders.db",     [DB_GATEWAY] = "gateway.db",
    [DB_TICKS] = "ticks.db",           [DB_EXCHANGE] = "exchange.db", [DB_SUPERVISOR] = "outcryd.db",
};

static const char *const fixed_sql[FIXED_COUNT] = {
    [FIXED_BEGIN] = "BEGIN IMMEDIATE",
    [FIXED_COMMIT] = "COMMIT",
    [FIXED_ROLLBACK] = "ROLLBACK",
    [FIXED_RATCHET] = "INSERT INTO ratchets (symbol, side, price) VALUES (?1, ?2, ?3)",
    [FIXED_META_GET] = "SELECT text FROM meta WHERE key = ?1",
    [FIXED_META_PUT] =
        "INSERT INTO meta (key, text) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET text = excluded.text",
    [FIXED_TICKS_RECORDED] =
        ("INSERT INTO recorded (symbol, trading_day, first_us, last_us, recorded_us) VALUES (?1, ?2, ?3, ?4, ?5) "
         "ON CONFLICT (symbol, trading_day) DO UPDATE SET first_us = min(first_us, excluded.first_us), "
         "last_us = max(last_us, excluded.last_us), recorded_us = max(recorded_us, excluded.recorded_us)"),
    [FIXED_TICKS_OLDEST] = "SELECT symbol, trading_day, first_us, last_us FROM recorded WHERE recorded_us < ?1 LIMIT 1",
    [FIXED_TICKS_SLICE] = ("SELECT time_us FROM ticks WHERE symbol = ?1 AND time_us BETWEEN ?2 AND ?3 "
                           "ORDER BY symbol, time_us LIMIT 1 OFFSET ?4"),
    [FIXED_TICKS_REMOVE] = "DELETE FROM ticks WHERE symbol = ?1 AND time_us BETWEEN ?2 AND ?3",
    [FIXED_TICKS_FORGET] = "DELETE FROM recorded WHERE symbol = ?1 AND trading_day = ?2",
};

const char *db_file_name(enum db_file file)
{
    CHECK(file >= DB_CONDITIONS && file <= DB_SUPERVISOR);
    return file_names[file];
}

void sql_add(struct sql_text *sql, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = vsnprintf(sql->text + sql->length, sizeof(sql->text) - sql->length, format, list);
    va_end(list);
    CHECK(length >= 0 && (size_t)length < sizeof(sql->text) - sql->length);
    sql->length += (size_t)length;
}

enum status db_fail(const struct db *db, int code, const char *what, struct err *err)
{
    const char *name = db_file_name(db->file);
    int cause = db->sql != NULL ? sqlite3_system_errno(db->sql) : 0;
    switch (code & 0xff) {
    case SQLITE_FULL:
        return err_set(err, ERR_FULL, "%s: cannot %s: the disk is full", name, what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_BUSY, "%s: cannot %s: another process holds it", name, what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ERR_CORRUPT, "%s is damaged (%s): move %s away or put a copy in its place", name,
                       sqlite3_errstr(code), db->path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        if (cause == ENOSPC || cause == EDQUOT)
            return err_set(err, ERR_FULL, "%s: cannot %s: the disk is full", name, what);
        return err_set(err, ERR_IO, "%s: cannot %s: %s", db->path, what,
                       cause != 0 ? strerror(cause) : sqlite3_errstr(code));
    default:
        return err_set(err, ERR_IO, "%s: cannot %s: %s", name, what,
                       db->sql != NULL ? sqlite3_errmsg(db->sql) : sqlite3_errstr(code));
    }
}

enum status db_fixed(struct db *db, enum fixed_statement which, sqlite3_stmt **out, struct err *err)
{
    if (db->fixed[which] == NULL) {
        /* A reader never needs the write lock. */
        const char *sql = which == FIXED_BEGIN && db->mode == DB_READ ? "BEGIN" : fixed_sql[which];
        int code = sqlite3_prepare_v3(db->sql, sql, -1, SQLITE_PREPARE_PERSISTENT, &db->fixed[which], NULL);
        if (code != SQLITE_OK) return db_fail(db, code, "prepare a statement", err);
    }
    *out = db->fixed[which];
    return ERR_OK;
}

static enum status connect_path(struct db *db, const char *path, int flags, struct err *err)
{
    int code = sqlite3_open_v2(path, &db->sql, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(db->sql, DB_BUSY_TIMEOUT_MS);
        sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
        sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
        sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db->sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        code = sqlite3_exec(db->sql, "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY", NULL, NULL, NULL);
    }
    return code == SQLITE_OK ? ERR_OK : db_fail(db, code, "open it", err);
}

static enum status connect_file(struct db *db, int flags, struct err *err)
{
    return connect_path(db, db->path, flags, err);
}

static void disconnect_file(struct db *db)
{
    sqlite3_close(db->sql);
    db->sql = NULL;
}

/* Is this file ours, and of a version that the mode can work with? Changes nothing. */
static enum status check_version(const struct db *db, bool *empty, struct err *err)
{
    int version = 0;
    bool ours = false;
    enum status status = schema_version(db, &version, &ours, empty, err);
    if (status != ERR_OK) return status;
    const char *name = db_file_name(db->file);
    int latest = schema_latest(db->file);
    if (*empty)
        return db->mode == DB_WRITE ? ERR_OK : err_set(err, ERR_NOT_FOUND, "%s: nothing is stored yet", db->path);
    if (!ours) return err_set(err, ERR_CORRUPT, "%s is not outcry's %s: move it away", db->path, name);
    if (version > latest) {
        return err_set(err, ERR_VERSION, "%s was written by a newer outcry (schema %d, this one knows %d)", name,
                       version, latest);
    }
    if (version < latest && db->mode == DB_READ) {
        return err_set(err, ERR_VERSION,
                       "%s is of an older outcry (schema %d, this one reads %d): start outcry to bring it up to date",
                       name, version, latest);
    }
    return ERR_OK;
}

/* SQLite reads a WAL database only where it may write the index beside it. Where we may not, and nobody has it open (a
 * writer has a -wal), nothing will change under us either: a copy on a read-only disk can be looked at. */
static bool immutable_copy(const struct db *db)
{
    char path[sizeof(db->path) + 8];
    (void)snprintf(path, sizeof(path), "%s", db->path);
    char *slash = strrchr(path, '/');
    if (slash == NULL) return false;
    *slash = '\0';
    if (access(path, W_OK) == 0) return false;
    (void)snprintf(path, sizeof(path), "%s-wal", db->path);
    return access(path, F_OK) != 0;
}

/* "file:/home/a%20b/orders.db?immutable=1" */
static enum status connect_immutable(struct db *db, struct err *err)
{
    static const char *const plain = "/._-";
    char uri[3 * sizeof(db->path) + 32] = "file:";
    size_t length = strlen(uri);
    for (const char *c = db->path; *c != '\0'; c++) {
        const bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        length += (size_t)snprintf(uri + length, sizeof(uri) - length, letter || strchr(plain, *c) ? "%c" : "%%%02X",
                                   (unsigned char)*c);
    }
    (void)snprintf(uri + length, sizeof(uri) - length, "?immutable=1");
    return connect_path(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
}

static enum status open_read(struct db *db, struct err *err)
{
    if (access(db->path, F_OK) != 0) return err_set(err, ERR_NOT_FOUND, "%s: nothing is stored yet", db->path);
    bool empty = false;
    enum status status = immutable_copy(db) ? connect_immutable(db, err) : connect_file(db, SQLITE_OPEN_READONLY, err);
    return status == ERR_OK ? check_version(db, &empty, err) : status;
}

static void move_log(struct db *db)
{
    db->tried_pages = db->log_pages;
    (void)sqlite3_wal_checkpoint_v2(db->sql, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

/* Instead of SQLite's own: a commit stands between a tick and its order, moving the log's pages need not. */
static int note_log(void *context, sqlite3 *sql, const char *schema, int pages)
{
    struct db *db = context;
    (void)sql;
    (void)schema;
    db->log_pages = pages;
    if (pages < db->tried_pages) db->tried_pages = 0; /* it began anew */
    if (pages >= DB_LOG_PAGES_MAX) move_log(db);
    return SQLITE_OK;
}

void db_idle(struct db *db)
{
    if (db->log_pages - db->tried_pages >= DB_LOG_PAGES) move_log(db);
}

static enum status set_up_writer(struct db *db, enum db_durability durability, struct err *err)
{
    const char *sql = durability == DB_FULL ? "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864"
                                            : "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864";
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db->sql, "PRAGMA journal_mode = WAL", -1, &statement, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    const char *mode = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    bool wal = mode != NULL && strcmp(mode, "wal") == 0;
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW) return db_fail(db, code, "switch to WAL", err);
    if (!wal)
        return err_set(err, ERR_IO, "%s: this file system does not take SQLite's WAL (no shared memory)", db->path);
    code = sqlite3_exec(db->sql, sql, NULL, NULL, NULL);
    sqlite3_wal_hook(db->sql, note_log, db);
    return code == SQLITE_OK ? schema_migrate(db, err) : db_fail(db, code, "set it up", err);
}

/* The file is made here, not by SQLite, so that nobody else may read it; SQLite gives -wal and -shm the same mode. */
static enum status create_private(const struct db *db, struct err *err)
{
    int fd = open(db->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, errno == ENOSPC ? ERR_FULL : ERR_IO, "cannot open %s: %s", db->path, strerror(errno));
    close(fd);
    return ERR_OK;
}

static enum status open_write(struct db *db, enum db_durability durability, struct err *err)
{
    enum status status = db_lock_take(db->path, &db->lock_fd, err);
    if (status == ERR_OK) status = create_private(db, err);
    if (status == ERR_OK) {
        bool empty = false;
        status = connect_file(db, SQLITE_OPEN_READONLY, err);
        if (status == ERR_OK) status = check_version(db, &empty, err);
        disconnect_file(db);
    }
    if (status == ERR_OK) status = connect_file(db, SQLITE_OPEN_READWRITE, err);
    return status == ERR_OK ? set_up_writer(db, durability, err) : status;
}

enum status db_open(struct db **out, enum db_file file, const char *directory, enum db_mode mode,
                    enum db_durability durability, struct err *err)
{
    *out = NULL;
    struct db *db = calloc(1, sizeof(*db));
    if (db == NULL) return err_set(err, ERR_FULL, "%s: no memory", db_file_name(file));
    db->file = file;
    db->mode = mode;
    db->lock_fd = -1;
    enum status status = ERR_OK;
    int length = snprintf(db->path, sizeof(db->path), "%s/%s", directory, db_file_name(file));
    if (length < 0 || (size_t)length >= sizeof(db->path))
        status = err_set(err, ERR_RANGE, "the data directory's path is too long (at most %d bytes)", DB_PATH_SIZE - 20);
    else
        status = mode == DB_WRITE ? open_write(db, durability, err) : open_read(db, err);
    if (status != ERR_OK) {
        db_close(db);
        return status;
    }
    *out = db;
    return ERR_OK;
}

void db_close(struct db *db)
{
    if (db == NULL) return;
    if (db->sql != NULL && sqlite3_get_autocommit(db->sql) == 0) db_rollback(db);
    for (size_t i = 0; i < FIXED_COUNT; i++) sqlite3_finalize(db->fixed[i]);
    for (size_t i = 0; i < DB_TABLES_MAX; i++) sqlite3_finalize(db->store[i]);
    for (size_t i = 0; i < DB_QUERY_CACHE; i++) {
        sqlite3_finalize(db->cache[i].statement);
        free(db->cache[i].sql);
    }
    if (db->sql != NULL) CHECK(sqlite3_close(db->sql) == SQLITE_OK);
    db_lock_release(db->lock_fd);
    free(db);
}

static enum status run_fixed(struct db *db, enum fixed_statement which, const char *what, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    enum status status = db_fixed(db, which, &statement, err);
    if (status != ERR_OK) return status;
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? ERR_OK : db_fail(db, code, what, err);
}

enum status db_begin(struct db *db, struct err *err)
{
    return run_fixed(db, FIXED_BEGIN, "begin a transaction", err);
}

enum status db_commit(struct db *db, struct err *err)
{
    enum status status = run_fixed(db, FIXED_COMMIT, "commit", err);
    if (status != ERR_OK) db_rollback(db);
    return status;
}

void db_rollback(struct db *db)
{
    /* SQLite rolls back by itself on a full disk or an I/O error: then there is nothing left to do. */
    if (sqlite3_get_autocommit(db->sql) == 0) (void)run_fixed(db, FIXED_ROLLBACK, "roll back", NULL);
}

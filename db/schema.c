/* Versions of a file: the embedded schema/<file>/NNN.sql, applied one a transaction, counted in user_version. The
 * application_id tells our files, and each of them, from anything else that is an SQLite database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/embedded.h"
#include "core/rng.h"
#include "db/internal.h"

#define APPLICATION_ID 0x4f555400 /* "OUT" and the file's number */
#define INSTALL_LENGTH 6

static const char *const folders[] = {
    [DB_CONDITIONS] = "conditions/", [DB_ORDERS] = "orders/",     [DB_GATEWAY] = "gateway/",
    [DB_TICKS] = "ticks/",           [DB_EXCHANGE] = "exchange/", [DB_SUPERVISOR] = "supervisor/",
};

static const char *schema_text(enum db_file file, int version)
{
    char name[64];
    snprintf(name, sizeof(name), "%s%03d.sql", folders[file], version);
    for (const struct embedded *row = embedded_schema; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0) return row->text;
    return NULL;
}

int schema_latest(enum db_file file)
{
    int version = 0;
    while (version < 999 && schema_text(file, version + 1) != NULL) version++;
    return version;
}

static enum status read_number(const struct db *db, const char *sql, int64_t *out, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db->sql, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    enum status status = code == SQLITE_OK ? ERR_OK : db_fail(db, code, "read the version", err);
    sqlite3_finalize(statement);
    return status;
}

enum status schema_version(const struct db *db, int *version, bool *ours, bool *empty, struct err *err)
{
    int64_t number = 0;
    int64_t application = 0;
    int64_t objects = 0;
    enum status status = read_number(db, "PRAGMA user_version", &number, err);
    if (status == ERR_OK) status = read_number(db, "PRAGMA application_id", &application, err);
    if (status == ERR_OK) status = read_number(db, "SELECT count(*) FROM sqlite_schema", &objects, err);
    if (status == ERR_OK) {
        *version = (int)number;
        *ours = application == APPLICATION_ID + (int)db->file;
        *empty = objects == 0 && number == 0 && application == 0;
    }
    return status;
}

/* This install's short name: only has to differ from other installs'. */
static enum status make_install(struct db *db, struct err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    uint64_t seed = 0;
    sqlite3_randomness((int)sizeof(seed), &seed);
    struct rng rng;
    rng_seed(&rng, seed);
    char install[INSTALL_LENGTH + 1];
    for (int i = 0; i < INSTALL_LENGTH; i++) {
        /* A letter first: it reads as a name, and no tool takes it for a number. */
        install[i] = letters[rng_range(&rng, 0, i == 0 ? 25 : 35)];
    }
    install[INSTALL_LENGTH] = '\0';
    return db_meta_put(db, "install", install, err);
}

static enum status apply(struct db *db, int version, struct err *err)
{
    const char *text = schema_text(db->file, version);
    CHECK(text != NULL);
    char stamp[128];
    snprintf(stamp, sizeof(stamp), "PRAGMA user_version = %d; PRAGMA application_id = %d;", version,
             APPLICATION_ID + (int)db->file);
    enum status status = db_begin(db, err);
    if (status != ERR_OK) return status;
    int code = sqlite3_exec(db->sql, text, NULL, NULL, NULL);
    if (code == SQLITE_OK) code = sqlite3_exec(db->sql, stamp, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        status = db_fail(db, code, "bring the schema up to date", err);
    else if (version == 1)
        status = make_install(db, err);
    if (status == ERR_OK) status = db_commit(db, err);
    if (status != ERR_OK) db_rollback(db);
    return status;
}

enum status schema_migrate(struct db *db, struct err *err)
{
    int version = 0;
    bool ours = false;
    bool empty = false;
    enum status status = schema_version(db, &version, &ours, &empty, err);
    int latest = schema_latest(db->file);
    CHECK(latest > 0);
    for (int next = version + 1; status == ERR_OK && next <= latest; next++) status = apply(db, next, err);
    return status;
}

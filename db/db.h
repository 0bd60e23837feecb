/*
 * db: the SQLite files, one table of messages to tables.
 *
 * A record is a message (core/msg.h): db_store writes it into its table in this file, db_each reads rows back as
 * messages. Column names are field names; enums are stored as their names, times as microseconds, prices as scaled
 * integers.
 *
 *   conditions.db  strategy   condition, transition, signal (outbox), cursor, risk_event, action, meta
 *   orders.db      executor   signal (inbox), signal_ack, order, order_event (history), position, cursor, risk_event,
 *                             action, meta
 *   gateway.db     gateway    order (journal), order_event, position, guard_state, guard_limits, cursor, session,
 *                             risk_event, contract (registered), action, meta
 *   outcryd.db     supervisor action, meta
 *   ticks.db       gateway's recorder thread   tick, bar
 *   exchange.db    exchange   order, venue_exec, position, account, meta
 *
 * One process and one read-write connection a file (SQLite 3.40's WAL-reset bug): db_open takes a lock file for
 * DB_WRITE and says ERR_BUSY when it is taken. Everyone else opens DB_READ. WAL everywhere; schema by user_version from
 * the embedded schema/NAME/NNN.sql; a file from a newer version is refused (ERR_VERSION) and not touched. A reader also
 * refuses an older one: only the writer brings it up to date.
 *
 * Does not decide what is stored when: that is the driver's (gateway/driver.h).
 * Unit: as each field. Errors: one line that names the file and what SQLite said; ERR_FULL is the disk.
 * Thread: one handle, one thread. Owner: db_open .. db_close.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>

#include "core/msg.h"

struct db;

/* A statement that waits for a lock gives up after so long: ERR_BUSY. */
#define DB_BUSY_TIMEOUT_MS 2000

enum db_file { DB_CONDITIONS = 1, DB_ORDERS, DB_GATEWAY, DB_TICKS, DB_EXCHANGE, DB_SUPERVISOR };
enum db_mode { DB_READ = 1, DB_WRITE };
enum db_durability { DB_NORMAL = 1, DB_FULL };

/* "conditions.db" */
const char *db_file_name(enum db_file file);

/* directory exists. DB_READ of a file that is not there: ERR_NOT_FOUND. *out is NULL on failure. */
enum status db_open(struct db **out, enum db_file file, const char *directory, enum db_mode mode,
                    enum db_durability durability, struct err *err);
void db_close(struct db *db);

/* A transaction. ERR_FULL: the disk; ERR_IO: the rest. After a failed commit the caller ends (core/port.h). */
enum status db_begin(struct db *db, struct err *err);
enum status db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);

/* Nothing is urgent: the pages of the write-ahead log move into the file, when there are DB_LOG_PAGES of them. Some
 * milliseconds; a commit does it itself only when DB_LOG_PAGES_MAX have come together. What fails is tried again. */
#define DB_LOG_PAGES     500
#define DB_LOG_PAGES_MAX 4000
void db_idle(struct db *db);

/* Insert or replace by the table's key; append-only tables refuse a repeated key quietly (a replayed input). A ratchet
 * is one row, and every condition it moves reads as moved (the view conditions_now). ERR_INVALID: this file has no table
 * for the message. */
enum status db_store(struct db *db, const struct msg *msg, struct err *err);

/* Which rows; zero / empty = any. */
struct db_query {
    enum msg_id id;
    const char *symbol;
    const char *account;
    const char *client_order_id;
    const char *state; /* name: condition, order, order_event; of a transition the state it went to */
    int64_t condition_id;
    int32_t trading_day; /* = */
    uint64_t from_seq;   /* > (order_event, venue_exec, signal by seq) */
    int64_t from_us;     /* >= (by the table's time) */
    int64_t to_us;       /* < */
    const char *text;    /* contained in reason, note or text; a plain string, A = a */
    bool live;           /* condition, order: not ended; signal (outbox): not acknowledged; condition_lots: not 0 */
    bool newest_first;
    int64_t limit; /* 0 = all */
};

/* Visits rows in the order they were first stored (venue_exec: by seq; ticks and bars: by symbol and market time;
 * history chosen by time: by time), or newest first; visit returns false to stop. A filter that the message has no field
 * for: ERR_INVALID. A row that does not pass msg_check: ERR_CORRUPT, naming the table and which row of the answer it was.
 */
enum status db_each(struct db *db, const struct db_query *query, bool (*visit)(void *context, const struct msg *msg),
                    void *context, struct err *err);

/* Small facts: "install" (made at creation: 6 lower-case letters and digits), "session" (counts runs). */
enum status db_meta_get(struct db *db, const char *key, char *text, size_t size, struct err *err);
enum status db_meta_put(struct db *db, const char *key, const char *text, struct err *err);

#endif

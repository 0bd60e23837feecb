/* The audit: one SELECT over the files, attached read-only under the names of their owners. SQLite merges and sorts, on
 * disk when it must, so that years of history need no memory of ours. */
#include "db/audit.h"

#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "db/internal.h"

#define SQL_SIZE 24576

/* A scaled price in points, as price_format prints it. */
#define POINTS(column) "rtrim(rtrim(printf('%d.%04d', " column " / 10000, abs(" column ") % 10000), '0'), '.')"
#define ORDER_WORDS(t)                                                                                                 \
    t ".side || ' ' || " t ".quantity || ' ' || " t ".type || ' ' || " t ".tif || "                                    \
      "CASE WHEN " t                                                                                                   \
      ".type = 'LMT' THEN ' at ' || " POINTS(t ".limit_price") " ELSE '' END || "                                      \
                                                               "CASE WHEN " t                                          \
                                                               ".reduce_only = 1 THEN ', reduce only' ELSE '' END"
/* The day of what a condition did last before that moment. */
#define OF_CONDITION(column)                                                                                           \
    "coalesce((SELECT t." column " FROM strategy.transitions t WHERE t.condition_id = s.condition_id AND "             \
    "t.time_us <= s.created_us ORDER BY t.serial DESC LIMIT 1), 0)"
#define ACTIONS(schema)                                                                                                \
    "SELECT time_us, market_us, trading_day, component, kind, actor, symbol, condition_id, client_order_id, "          \
    "0, 0, action, CASE WHEN request = '' THEN '' ELSE request || ' => ' END || status || "                            \
    "CASE WHEN answer = '' THEN '' ELSE ': ' || answer END, 0, rowid FROM " schema ".actions"
#define RISK(schema)                                                                                                   \
    "SELECT r.time_us, r.market_us, r.trading_day, r.component, 'guard', r.actor, r.symbol, "                          \
    "coalesce(o.condition_id, 0), r.client_order_id, coalesce(o.tick_seq, 0), 0, "                                     \
    "CASE WHEN r.reject = 'NONE' THEN 'notice' ELSE r.reject END, r.text, 5, r.rowid "                                 \
    "FROM " schema ".risk_events r LEFT JOIN " schema ".orders o ON o.client_order_id = r.client_order_id"

struct branch {
    const char *schema;
    const char *sql;
};

/* Columns in the order of the audit message's fields; then what orders rows of one instant. */
static const struct branch branches[] = {
    {"supervisor", ACTIONS("supervisor")},
    {"gateway", ACTIONS("gateway")},
    {"executor", ACTIONS("executor")},
    {"strategy", ACTIONS("strategy")},
    {"strategy",
     "SELECT time_us, market_us, trading_day, 'strategy', 'condition', actor, symbol, condition_id, '', tick_seq, "
     "price, from_state || ' -> ' || to_state, reason, 1, rowid FROM strategy.transitions"},
    {"strategy",
     "SELECT s.created_us, " OF_CONDITION("market_us") ", " OF_CONDITION(
         "trading_day") ", 'strategy', 'signal', "
                        "s.actor, s.symbol, s.condition_id, s.client_order_id, s.tick_seq, s.decision_price, 'signal ' "
                        "|| s.leg, " ORDER_WORDS(
                            "s") " || CASE WHEN s.attempt > 1 THEN ', attempt ' || s.attempt ELSE '' END, 2, s.rowid "
                                 "FROM strategy.signals s"},
    {"strategy", "SELECT time_us, market_us, trading_day, component, 'guard', actor, symbol, 0, client_order_id, 0, 0, "
                 "CASE WHEN reject = 'NONE' THEN 'notice' ELSE reject END, text, 5, rowid FROM strategy.risk_events"},
    {"executor",
     "SELECT a.time_us, 0, coalesce(o.trading_day, 0), 'executor', 'signal', a.strategy, coalesce(s.symbol, ''), "
     "coalesce(s.condition_id, 0), a.client_order_id, coalesce(s.tick_seq, 0), coalesce(s.decision_price, 0), "
     "CASE WHEN a.accepted = 1 THEN 'taken' ELSE 'refused' END, "
     "CASE WHEN a.accepted = 1 THEN '' ELSE a.reject || ': ' || a.reason END, 3, a.rowid "
     "FROM executor.signal_acks a LEFT JOIN executor.signals s ON s.strategy = a.strategy AND s.seq = a.seq "
     "LEFT JOIN executor.orders o ON o.client_order_id = a.client_order_id"},
    {"executor", RISK("executor")},
    {"gateway", RISK("gateway")},
    {"gateway",
     "SELECT e.time_us, e.market_us, e.trading_day, 'gateway', 'order', e.actor, e.symbol, e.condition_id, "
     "e.client_order_id, e.tick_seq, CASE WHEN e.kind = 'FILL' THEN e.fill_price ELSE e.limit_price END, "
     "e.kind, " ORDER_WORDS(
         "e") " || CASE WHEN e.kind = 'FILL' THEN ': ' || e.fill_quantity || ' filled' ELSE '' END || "
              "', ' || e.filled_quantity || ' of ' || e.quantity || ', ' || e.state || "
              "CASE WHEN e.reject = 'NONE' THEN '' ELSE ', ' || e.reject END || "
              "CASE WHEN e.reason = '' THEN '' ELSE ': ' || e.reason END, 4, e.seq FROM gateway.order_events e"},
};

#define BRANCH_COUNT (sizeof(branches) / sizeof(branches[0]))

static const struct owner {
    enum db_file file;
    const char *schema;
} owners[] = {
    {DB_SUPERVISOR, "supervisor"},
    {DB_GATEWAY, "gateway"},
    {DB_ORDERS, "executor"},
    {DB_CONDITIONS, "strategy"},
};

#define OWNER_COUNT (sizeof(owners) / sizeof(owners[0]))

struct audit_reader {
    sqlite3 *sql;
    bool attached[OWNER_COUNT];
    char text[SQL_SIZE];
    size_t length;
};

static enum status failed(const struct audit_reader *reader, const char *what, struct err *err)
{
    const int code = sqlite3_errcode(reader->sql);
    if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
        return err_set(err, ERR_CORRUPT, "audit: cannot %s: %s", what, sqlite3_errmsg(reader->sql));
    return err_set(err, (code & 0xff) == SQLITE_BUSY ? ERR_BUSY : ERR_IO, "audit: cannot %s: %s", what,
                   sqlite3_errmsg(reader->sql));
}

/* db_open knows which versions can be read, and says so in words. */
static enum status attach(struct audit_reader *reader, size_t at, const char *directory, struct err *err)
{
    struct db *db = NULL;
    char path[DB_PATH_SIZE];
    const struct owner *owner = &owners[at];
    const enum status status = db_open(&db, owner->file, directory, DB_READ, DB_NORMAL, err);
    if (status == ERR_NOT_FOUND) return ERR_OK;
    if (status != ERR_OK) return status;
    (void)snprintf(path, sizeof(path), "%s", db->path);
    db_close(db);
    char text[64];
    (void)snprintf(text, sizeof(text), "ATTACH ? AS %s", owner->schema);
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(reader->sql, text, -1, &statement, NULL);
    if (code == SQLITE_OK) code = sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) return failed(reader, "open a database", err);
    reader->attached[at] = true;
    return ERR_OK;
}

static bool is_attached(const struct audit_reader *reader, const char *schema)
{
    for (size_t i = 0; i < OWNER_COUNT; i++)
        if (strcmp(owners[i].schema, schema) == 0) return reader->attached[i];
    return false;
}

static void add(struct audit_reader *reader, const char *text)
{
    const size_t length = strlen(text);
    CHECK(reader->length + length < sizeof(reader->text));
    memcpy(reader->text + reader->length, text, length + 1);
    reader->length += length;
}

static void add_columns(struct audit_reader *reader)
{
    const struct msg_type *type = msg_type(MSG_AUDIT);
    for (uint32_t i = 0; i < type->field_count; i++) {
        add(reader, type->fields[i].name);
        add(reader, ", ");
    }
    add(reader, "rank, number");
}

/* Only what is asked for, so that SQLite sees which index answers it. */
static void add_filters(struct audit_reader *reader, const struct db_query *query)
{
    const struct {
        bool on;
        const char *sql;
    } filters[] = {
        {query->symbol != NULL && query->symbol[0] != '\0', "symbol = ?1"},
        {query->client_order_id != NULL && query->client_order_id[0] != '\0', "client_order_id = ?2"},
        {query->condition_id != 0, "condition_id = ?3"},
        {query->trading_day != 0, "trading_day = ?4"},
        {query->from_us != 0, "time_us >= ?5"},
        {query->to_us != 0, "time_us < ?6"},
        {query->text != NULL && query->text[0] != '\0', "instr(lower(component || ' ' || kind || ' ' || actor || ' ' "
                                                        "|| symbol || ' ' || client_order_id || ' ' || event "
                                                        "|| ' ' || reason), lower(?7)) > 0"},
    };
    const char *joint = " WHERE ";
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        if (!filters[i].on) continue;
        add(reader, joint);
        add(reader, filters[i].sql);
        joint = " AND ";
    }
}

/* One table's rows, by its index of time, no more of them than are asked for: the newest hundred of years cost a hundred. */
static void add_branch(struct audit_reader *reader, const struct branch *branch, const struct db_query *query)
{
    add(reader, "SELECT * FROM (WITH b (");
    add_columns(reader);
    add(reader, ") AS (");
    add(reader, branch->sql);
    add(reader, ") SELECT * FROM b");
    add_filters(reader, query);
    add(reader, query->newest_first ? " ORDER BY time_us DESC, number DESC" : " ORDER BY time_us, number");
    add(reader, " LIMIT ?8)");
}

static void make_sql(struct audit_reader *reader, const struct db_query *query)
{
    const char *joint = "";
    for (size_t i = 0; i < BRANCH_COUNT; i++) {
        if (!is_attached(reader, branches[i].schema)) continue;
        add(reader, joint);
        add_branch(reader, &branches[i], query);
        joint = " UNION ALL ";
    }
    add(reader,
        query->newest_first ? " ORDER BY time_us DESC, rank DESC, number DESC" : " ORDER BY time_us, rank, number");
    add(reader, " LIMIT ?8");
}

static const char *text_or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static int bind(sqlite3_stmt *statement, const struct db_query *query)
{
    const char *const texts[] = {[1] = query->symbol, [2] = query->client_order_id, [7] = query->text};
    const int64_t numbers[] = {
        [3] = query->condition_id,
        [4] = query->trading_day,
        [5] = query->from_us,
        [6] = query->to_us,
        [8] = query->limit > 0 ? query->limit : -1,
    };
    int code = SQLITE_OK;
    for (int i = 1; i <= 8 && code == SQLITE_OK; i++) {
        const bool is_text = i == 1 || i == 2 || i == 7;
        code = is_text ? sqlite3_bind_text(statement, i, text_or_empty(texts[i]), -1, SQLITE_STATIC)
                       : sqlite3_bind_int64(statement, i, numbers[i]);
    }
    return code;
}

static enum status visit_all(struct audit_reader *reader, sqlite3_stmt *statement,
                             bool (*visit)(void *context, const struct msg *msg), void *context, struct err *err)
{
    const struct msg_type *type = msg_type(MSG_AUDIT);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct msg msg;
        const enum status status = row_read(statement, type, &msg, err);
        if (status != ERR_OK) {
            err_prefix(err, "audit");
            return ERR_CORRUPT;
        }
        if (!visit(context, &msg)) return ERR_OK;
    }
    return code == SQLITE_DONE ? ERR_OK : failed(reader, "read", err);
}

static enum status check_query(const struct db_query *query, struct err *err)
{
    const bool strange = query->account != NULL || query->state != NULL || query->from_seq != 0 || query->live;
    if (query->id == MSG_AUDIT && !strange) return ERR_OK;
    return err_set(err, ERR_INVALID, "the audit is chosen by symbol, order, condition, day, time and text");
}

static enum status read_audit(struct audit_reader *reader, const char *directory, const struct db_query *query,
                              bool (*visit)(void *context, const struct msg *msg), void *context, struct err *err)
{
    bool any = false;
    for (size_t i = 0; i < OWNER_COUNT; i++) {
        const enum status status = attach(reader, i, directory, err);
        if (status != ERR_OK) return status;
        any = any || reader->attached[i];
    }
    if (!any) return ERR_OK;
    make_sql(reader, query);
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(reader->sql, reader->text, -1, &statement, NULL);
    if (code == SQLITE_OK) code = bind(statement, query);
    const enum status status = code == SQLITE_OK ? visit_all(reader, statement, visit, context, err)
                                                 : failed(reader, "prepare the query", err);
    sqlite3_finalize(statement);
    return status;
}

enum status db_audit(const char *directory, const struct db_query *query,
                     bool (*visit)(void *context, const struct msg *msg), void *context, struct err *err)
{
    enum status status = check_query(query, err);
    if (status != ERR_OK) return status;
    struct audit_reader reader = {.length = 0};
    /* What is attached to a read-only connection is read-only too. */
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(":memory:", &reader.sql, flags, NULL) == SQLITE_OK) {
        sqlite3_busy_timeout(reader.sql, DB_BUSY_TIMEOUT_MS);
        status = read_audit(&reader, directory, query, visit, context, err);
    } else {
        status = err_set(err, ERR_FULL, "audit: no memory");
    }
    CHECK(sqlite3_close(reader.sql) == SQLITE_OK);
    return status;
}

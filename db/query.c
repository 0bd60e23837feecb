/* Reading: the filters of struct db_query become one SELECT, whose statement is kept for the next time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "db/internal.h"

#define PARAMETERS_MAX 16

struct parameter {
    const char *text; /* NULL = a number */
    int64_t number;
};

struct select {
    const struct table *table;
    const struct msg_type *type;
    struct sql_text sql;
    const char *joint; /* " WHERE " first, then " AND " */
    struct parameter parameters[PARAMETERS_MAX];
    int count;
    char pattern[TEXT_SIZE * 2 + 3]; /* the escaped text for LIKE */
};

static enum status no_such(const struct select *select, const char *filter, struct err *err)
{
    return err_set(err, ERR_INVALID, "%s cannot be chosen by %s", select->table->name, filter);
}

static void add_parameter(struct select *select, const char *text, int64_t number)
{
    CHECK(select->count < PARAMETERS_MAX);
    select->parameters[select->count++] = (struct parameter){.text = text, .number = number};
}

/* column operator ?; column NULL = the table has none. */
static enum status where(struct select *select, const char *column, const char *operator, const char * text,
                         int64_t number, const char *filter, struct err *err)
{
    if (column == NULL || msg_field(select->table->id, column) == NULL) return no_such(select, filter, err);
    sql_add(&select->sql, "%s\"%s\" %s ?", select->joint, column, operator);
    select->joint = " AND ";
    add_parameter(select, text, number);
    return ERR_OK;
}

/* '%', '_' and the escape itself are plain characters of what is looked for. */
static bool escape_pattern(const char *text, char *out, size_t size)
{
    size_t length = 0;
    out[length++] = '%';
    for (; *text != '\0'; text++) {
        if (length + 4 > size) return false;
        if (*text == '%' || *text == '_' || *text == '\\') out[length++] = '\\';
        out[length++] = *text;
    }
    out[length++] = '%';
    out[length] = '\0';
    return true;
}

static enum status where_text(struct select *select, const char *text, struct err *err)
{
    static const char *const columns[] = {"reason", "note", "text"};
    if (!escape_pattern(text, select->pattern, sizeof(select->pattern)))
        return err_set(err, ERR_RANGE, "the text to look for is too long (at most %d bytes)", TEXT_SIZE);
    const char *joint = "(";
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        if (msg_field(select->table->id, columns[i]) != NULL) {
            sql_add(&select->sql, "%s%s\"%s\" LIKE ? ESCAPE '\\'", joint[0] == '(' ? select->joint : "", joint,
                    columns[i]);
            joint = " OR ";
            add_parameter(select, select->pattern, 0);
        }
    }
    if (joint[0] == '(') return no_such(select, "text", err);
    sql_add(&select->sql, ")");
    select->joint = " AND ";
    return ERR_OK;
}

static bool given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static enum status add_filters(struct select *select, const struct db_query *query, struct err *err)
{
    const struct table *table = select->table;
    const struct {
        bool on;
        const char *column;
        const char *operator;
        const char *text;
        int64_t number;
        const char *filter;
    } filters[] = {
        {given(query->symbol), "symbol", "=", query->symbol, 0, "symbol"},
        {given(query->account), "account", "=", query->account, 0, "account"},
        {given(query->client_order_id), "client_order_id", "=", query->client_order_id, 0, "client order id"},
        {given(query->state), table->state, "=", query->state, 0, "state"},
        {query->condition_id != 0, table->condition, "=", NULL, query->condition_id, "condition"},
        {query->trading_day != 0, "trading_day", "=", NULL, query->trading_day, "trading day"},
        {query->from_seq != 0, table->seq, ">", NULL, (int64_t)query->from_seq, "sequence number"},
        {query->from_us != 0, table->time, ">=", NULL, query->from_us, "time"},
        {query->to_us != 0, table->time, "<", NULL, query->to_us, "time"},
    };
    enum status status = ERR_OK;
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]) && status == ERR_OK; i++) {
        if (filters[i].on) {
            status = where(select, filters[i].column, filters[i].operator, filters[i].text, filters[i].number,
                           filters[i].filter, err);
        }
    }
    if (status == ERR_OK && query->live) {
        if (table->live == NULL) return no_such(select, "what has not ended", err);
        sql_add(&select->sql, "%s(%s)", select->joint, table->live);
        select->joint = " AND ";
    }
    return status == ERR_OK && given(query->text) ? where_text(select, query->text, err) : status;
}

/* What is chosen by time is found by the index of time; left alone, SQLite reads the whole table for the sake of the
 * order. History has it in that order anyway; what changes is sorted. */
static void add_order(struct select *select, bool by_time, bool newest_first)
{
    const struct table *table = select->table;
    const char *order = table->order;
    sql_add(&select->sql, " ORDER BY ");
    if (by_time && strchr(order, ',') == NULL) {
        if (table->kind == TABLE_APPEND) sql_add(&select->sql, "%s%s, ", table->time, newest_first ? " DESC" : "");
        if (table->kind == TABLE_UPSERT) sql_add(&select->sql, "+");
    }
    for (const char *p = order; *p != '\0';) {
        size_t word = strcspn(p, ", ");
        sql_add(&select->sql, "%.*s%s", (int)word, p, newest_first ? " DESC" : "");
        p += word;
        size_t between = strspn(p, ", ");
        sql_add(&select->sql, "%.*s", (int)between, p);
        p += between;
    }
}

static enum status make_select(const struct db *db, const struct db_query *query, struct select *select,
                               struct err *err)
{
    select->type = msg_type(query->id);
    select->table = table_find(db->file, query->id);
    select->joint = " WHERE ";
    select->count = 0;
    select->sql.length = 0;
    if (select->type == NULL || select->table == NULL) {
        return err_set(err, ERR_INVALID, "%s has no table for a %s", db_file_name(db->file),
                       select->type != NULL ? select->type->name : "message of an unknown kind");
    }
    sql_add(&select->sql, "SELECT ");
    row_columns(select->type, &select->sql);
    const struct table *table = select->table;
    sql_add(&select->sql, " FROM \"%s\"", table->view != NULL ? table->view : table->name);
    /* Left alone, SQLite reads the whole table for the sake of the order, and throws away what has ended. */
    if (query->live && table->live != NULL && table->view == NULL)
        sql_add(&select->sql, " INDEXED BY %s_live", table->name);
    enum status status = add_filters(select, query, err);
    if (status != ERR_OK) return status;
    add_order(select, query->from_us != 0 || query->to_us != 0, query->newest_first);
    if (query->limit > 0) {
        sql_add(&select->sql, " LIMIT ?");
        add_parameter(select, NULL, query->limit);
    }
    return ERR_OK;
}

/* The kept statement of this SQL, or a new one in the place of the one longest unused. */
static enum status cached(struct db *db, const struct select *select, struct cached_query **out, struct err *err)
{
    struct cached_query *oldest = NULL;
    for (size_t i = 0; i < DB_QUERY_CACHE; i++) {
        struct cached_query *entry = &db->cache[i];
        if (entry->busy) continue;
        if (entry->sql != NULL && strcmp(entry->sql, select->sql.text) == 0) {
            entry->used = ++db->queries;
            *out = entry;
            return ERR_OK;
        }
        if (oldest == NULL || entry->used < oldest->used) oldest = entry;
    }
    if (oldest == NULL) {
        return err_set(err, ERR_FULL, "%s: more than %d queries inside one another", db_file_name(db->file),
                       DB_QUERY_CACHE);
    }
    sqlite3_finalize(oldest->statement);
    free(oldest->sql);
    *oldest = (struct cached_query){.sql = strdup(select->sql.text), .used = ++db->queries};
    int code = sqlite3_prepare_v3(db->sql, select->sql.text, (int)select->sql.length, SQLITE_PREPARE_PERSISTENT,
                                  &oldest->statement, NULL);
    if (code != SQLITE_OK) {
        free(oldest->sql);
        *oldest = (struct cached_query){.sql = NULL};
        return db_fail(db, code, "prepare a query", err);
    }
    *out = oldest;
    return ERR_OK;
}

static int bind_parameters(sqlite3_stmt *statement, const struct select *select)
{
    int code = SQLITE_OK;
    for (int i = 0; i < select->count && code == SQLITE_OK; i++) {
        const struct parameter *parameter = &select->parameters[i];
        code = parameter->text != NULL ? sqlite3_bind_text(statement, i + 1, parameter->text, -1, SQLITE_STATIC)
                                       : sqlite3_bind_int64(statement, i + 1, parameter->number);
    }
    return code;
}

static enum status visit_rows(struct db *db, sqlite3_stmt *statement, const struct select *select,
                              bool (*visit)(void *context, const struct msg *msg), void *context, struct err *err)
{
    int64_t row = 0;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct msg msg;
        row++;
        /* row_read checks each field as msg_check does. */
        if (row_read(statement, select->type, &msg, err) != ERR_OK) {
            err_prefix(err, "%s is damaged: %s, row %lld of the answer", db_file_name(db->file), select->table->name,
                       (long long)row);
            if (err != NULL) err->status = ERR_CORRUPT;
            return ERR_CORRUPT;
        }
        if (!visit(context, &msg)) return ERR_OK;
    }
    return code == SQLITE_DONE ? ERR_OK : db_fail(db, code, "read", err);
}

enum status db_each(struct db *db, const struct db_query *query, bool (*visit)(void *context, const struct msg *msg),
                    void *context, struct err *err)
{
    struct select select;
    enum status status = make_select(db, query, &select, err);
    if (status != ERR_OK) return status;
    struct cached_query *entry = NULL;
    status = cached(db, &select, &entry, err);
    if (status != ERR_OK) return status;
    int code = bind_parameters(entry->statement, &select);
    if (code == SQLITE_OK) {
        entry->busy = true;
        status = visit_rows(db, entry->statement, &select, visit, context, err);
        entry->busy = false;
    } else {
        status = db_fail(db, code, "read", err);
    }
    sqlite3_reset(entry->statement);
    sqlite3_clear_bindings(entry->statement);
    return status;
}

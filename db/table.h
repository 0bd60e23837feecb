/*
 * table: which message lives in which table of which file, and how.
 *
 * One row a (file, message) pair; db/row.c makes the SQL from it and the message's field table, so that no column is
 * written down twice in C. What it does not do: touch SQLite.
 *
 * Invariant: each row's table exists in schema/<file>/ with exactly the message's stored fields as columns, but for
 * those with a default (tests/db/test_schema.c).
 *
 * Owner: nobody, the tables are const. Thread: any.
 */
#ifndef DB_TABLE_H
#define DB_TABLE_H

#include "core/msg.h"
#include "db/db.h"

enum table_kind {
    TABLE_UPSERT = 1, /* the row is how the thing stands now */
    TABLE_APPEND,     /* history: a repeated key is the same event again, and changes nothing */
};

struct table {
    enum db_file file;
    enum msg_id id;
    const char *name;
    enum table_kind kind;
    const char *key;   /* columns of the conflict target; NULL = every row is new */
    const char *order; /* columns, oldest first; each takes DESC for newest first */
    /* Columns that the filters of struct db_query mean; NULL = the table has none. symbol, account, client_order_id and
     * trading_day are always called that. */
    const char *condition;
    const char *seq;
    const char *time;
    const char *state;
    const char *live; /* what the filter `live` means, by the index <name>_live; NULL = nothing of it ends */
    const char *view; /* what is read in its place; NULL = the table itself */
};

/* NULL when the file has no table for the message. */
const struct table *table_find(enum db_file file, enum msg_id id);
/* The index-th row, NULL past the last. */
const struct table *table_at(size_t index);

/* Is the field a column? Secrets never are. */
bool table_stores(const struct field *field);

#endif

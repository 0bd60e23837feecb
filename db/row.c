/* A message's fields as columns: the SQL, the binding and the reading back all come from the field table of core/msg.h.
 */
#include <string.h>

#include "core/check.h"
#include "db/internal.h"

void row_columns(const struct msg_type *type, struct sql_text *sql)
{
    const char *comma = "";
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (table_stores(&type->fields[i])) {
            sql_add(sql, "%s\"%s\"", comma, type->fields[i].name);
            comma = ", ";
        }
    }
}

static bool is_key(const struct table *table, const char *column)
{
    size_t length = strlen(column);
    for (const char *p = table->key; p != NULL && *p != '\0';) {
        size_t word = strcspn(p, ", ");
        if (word == length && strncmp(p, column, length) == 0) return true;
        p += word;
        p += strspn(p, ", ");
    }
    return false;
}

void row_store_sql(const struct table *table, struct sql_text *sql)
{
    const struct msg_type *type = msg_type(table->id);
    CHECK(type != NULL);
    sql_add(sql, "INSERT INTO \"%s\" (", table->name);
    row_columns(type, sql);
    sql_add(sql, ") VALUES (");
    const char *comma = "";
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (table_stores(&type->fields[i])) {
            sql_add(sql, "%s?", comma);
            comma = ", ";
        }
    }
    sql_add(sql, ")");
    if (table->kind == TABLE_APPEND && table->key != NULL) sql_add(sql, " ON CONFLICT (%s) DO NOTHING", table->key);
    if (table->kind == TABLE_APPEND) return;
    sql_add(sql, " ON CONFLICT (%s) DO UPDATE SET ", table->key);
    comma = "";
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (table_stores(field) && !is_key(table, field->name)) {
            sql_add(sql, "%s\"%s\" = excluded.\"%s\"", comma, field->name, field->name);
            comma = ", ";
        }
    }
}

int row_bind(sqlite3_stmt *statement, const struct msg_type *type, const struct msg *msg)
{
    int index = 0;
    int code = SQLITE_OK;
    for (uint32_t i = 0; i < type->field_count && code == SQLITE_OK; i++) {
        const struct field *field = &type->fields[i];
        if (!table_stores(field)) continue;
        index++;
        /* The message and the names outlive the step, so SQLite need not copy. */
        if (field->type == FIELD_TEXT) {
            code = sqlite3_bind_text(statement, index, msg_text(msg, field), -1, SQLITE_STATIC);
        } else if (field->type == FIELD_ENUM) {
            const char *name = field->enum_name((int)msg_number(msg, field, 0));
            code = sqlite3_bind_text(statement, index, name != NULL ? name : "", -1, SQLITE_STATIC);
        } else {
            code = sqlite3_bind_int64(statement, index, msg_number(msg, field, 0));
        }
    }
    return code;
}

static enum status bad_column(const struct field *field, const char *what, struct err *err)
{
    return err_set(err, ERR_CORRUPT, "column %s: %s", field->name, what);
}

static enum status read_enum(const char *text, const struct field *field, struct msg *msg, struct err *err)
{
    int value = text[0] == '\0' ? 0 : msg_enum_value(field, text);
    if (value == 0 && text[0] != '\0') {
        const char *zero = field->enum_name(0);
        if (zero == NULL || strcmp(zero, text) != 0) return bad_column(field, "unknown word", err);
    }
    return msg_set_number(msg, field, 0, value, err);
}

static enum status read_column(sqlite3_stmt *statement, int column, const struct field *field, struct msg *msg,
                               struct err *err)
{
    bool words = field->type == FIELD_TEXT || field->type == FIELD_ENUM;
    if (sqlite3_column_type(statement, column) != (words ? SQLITE_TEXT : SQLITE_INTEGER))
        return bad_column(field, "not of its type", err);
    if (!words) return msg_set_number(msg, field, 0, sqlite3_column_int64(statement, column), err);
    const char *text = (const char *)sqlite3_column_text(statement, column);
    if (text == NULL) return bad_column(field, "no memory to read it", err);
    if (field->type == FIELD_ENUM) return read_enum(text, field, msg, err);
    return msg_set_text(msg, field, text, (size_t)sqlite3_column_bytes(statement, column), err);
}

enum status row_read(sqlite3_stmt *statement, const struct msg_type *type, struct msg *msg, struct err *err)
{
    msg_init(msg, type->id);
    int column = 0;
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (table_stores(&type->fields[i])) {
            enum status status = read_column(statement, column, &type->fields[i], msg, err);
            if (status != ERR_OK) return status;
            column++;
        }
    }
    return ERR_OK;
}

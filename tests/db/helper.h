/*
 * helper: what the database tests share: a private directory, and a message with every field set.
 *
 * Owner: the test (folder_make .. folder_remove). Thread: one.
 */
#ifndef TESTS_DB_HELPER_H
#define TESTS_DB_HELPER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>

#include "core/msg.h"
#include "db/db.h"

struct folder {
    char path[64];
};

static inline int folder_make(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));
    assert_non_null(folder);
    snprintf(folder->path, sizeof(folder->path), "/tmp/outcry-db-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    *state = folder;
    return 0;
}

static inline int folder_remove(void **state)
{
    struct folder *folder = *state;
    DIR *dir = opendir(folder->path);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    assert_int_equal(rmdir(folder->path), 0);
    free(folder);
    return 0;
}

static inline struct db *open_db(const struct folder *folder, enum db_file file, enum db_mode mode)
{
    struct db *db = NULL;
    struct err err = {.status = ERR_OK};
    if (db_open(&db, file, folder->path, mode, DB_NORMAL, &err) != ERR_OK) fail_msg("%s", err.text);
    return db;
}

static inline void store(struct db *db, const struct msg *msg)
{
    struct err err = {.status = ERR_OK};
    if (db_store(db, msg, &err) != ERR_OK) fail_msg("%s", err.text);
}

/* Every field holds a value that its table allows, differing between fields and between variants. */
static inline void sample(struct msg *msg, enum msg_id id, int variant)
{
    msg_init(msg, id);
    const struct msg_type *type = msg_type(id);
    assert_non_null(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        struct err err = {.status = ERR_OK};
        if (field->type == FIELD_TEXT || field->type == FIELD_SECRET) {
            char text[TEXT_SIZE];
            snprintf(text, sizeof(text), "%c%d臺%s", 'a' + variant % 26, (int)i, field->name);
            size_t length = strlen(text) < field->size ? strlen(text) : 5;
            assert_int_equal(msg_set_text(msg, field, text, length, &err), ERR_OK);
            continue;
        }
        int64_t value = field->min + (int64_t)i + variant;
        if (field->min < 0) value = -(int64_t)i - variant - 1 >= field->min ? -(int64_t)i - variant - 1 : field->min;
        if (field->type == FIELD_DATE) {
            value = 20210701 + variant % 28;
        } else if (field->type == FIELD_BOOL) {
            value = (variant + (int)i) % 2;
        } else if (field->type == FIELD_ENUM) {
            value = 1 + variant % 2;
            while (field->enum_name((int)value) == NULL) {
                value++;
                assert_true(value <= field->max);
            }
        }
        for (uint32_t element = 0; element < field->count; element++)
            if (msg_set_number(msg, field, element, value > field->max ? field->max : value, &err) != ERR_OK)
                fail_msg("%s", err.text);
    }
}

/* Rows of an answer, copied. */
struct rows {
    size_t count;
    struct msg msg[64];
};

static inline bool collect(void *context, const struct msg *msg)
{
    struct rows *rows = context;
    assert_true(rows->count < 64);
    rows->msg[rows->count++] = *msg;
    return true;
}

static inline size_t fetch(struct db *db, const struct db_query *query, struct rows *rows)
{
    struct err err = {.status = ERR_OK};
    rows->count = 0;
    if (db_each(db, query, collect, rows, &err) != ERR_OK) fail_msg("%s", err.text);
    return rows->count;
}

#endif

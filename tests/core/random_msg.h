/*
 * random_msg: messages with random content inside (or just outside) their tables' ranges, for tests.
 *
 * Header only, so that any test program may use it. Owner: the caller. Thread: one.
 */
#ifndef TESTS_CORE_RANDOM_MSG_H
#define TESTS_CORE_RANDOM_MSG_H

#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/msg.h"
#include "core/rng.h"

static inline int64_t random_number(struct rng *rng, const struct field *field)
{
    if (field->type == FIELD_DATE)
        return rng_chance(rng, 1, 8) && field->min == 0
                   ? 0
                   : calendar_add_days(CALENDAR_DATE_MIN, (int)rng_range(rng, 0, 40000));
    if (field->type == FIELD_ENUM) {
        int64_t value;
        do value = rng_range(rng, field->min, field->max);
        while (field->enum_name((int)value) == NULL);
        return value;
    }
    if (rng_chance(rng, 1, 8)) return field->min;
    if (rng_chance(rng, 1, 8)) return field->max;
    return rng_range(rng, field->min, field->max);
}

static inline void random_text(struct rng *rng, const struct field *field, char text[AUDIT_REASON_SIZE])
{
    static const char *const pieces[] = {"A", "z", "7", "-", " ", "/", "\xE5\xB0\x8F", "\xC3\xA9", "\xF0\x9F\x93\x88",
                                         "~"};
    const size_t limit = (size_t)rng_range(rng, field->min, field->max);
    size_t used = 0;
    while (used < limit) {
        const char *piece = pieces[rng_range(rng, 0, 9)];
        if (used + strlen(piece) > limit) piece = "x";
        memcpy(text + used, piece, strlen(piece));
        used += strlen(piece);
    }
    text[used] = '\0';
}

static inline void random_msg(struct rng *rng, enum msg_id id, struct msg *msg)
{
    msg_init(msg, id);
    const struct msg_type *type = msg_type(id);
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (field->type == FIELD_TEXT || field->type == FIELD_SECRET) {
            char text[AUDIT_REASON_SIZE];
            random_text(rng, field, text);
            CHECK(msg_set_text(msg, field, text, strlen(text), NULL) == ERR_OK);
        } else {
            for (uint32_t j = 0; j < field->count; j++)
                CHECK(msg_set_number(msg, field, j, random_number(rng, field), NULL) == ERR_OK);
        }
    }
}

#endif

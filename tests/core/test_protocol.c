/* test_protocol: docs/PROTOCOL.md says what the message tables say. With OUTCRY_WRITE_DOCS set it writes it instead
 * (make docs): below the marker everything is made here, above it everything is written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/msg.h"
#include "core/price.h"
#include "core/wire.h"

#define PAGE        "docs/PROTOCOL.md"
#define TABLES      0x66be44eau /* of WIRE_VERSION */
#define MARKER      "<!-- From here on: made from core/msg*.c by `make docs`. -->\n"
#define PAGE_SIZE   (256 * 1024)
#define ENUM_INLINE 6 /* longer lists of values stand once, at the end */

static const char *const type_names[] = {
    [FIELD_TEXT] = "text",   [FIELD_SECRET] = "text", [FIELD_BOOL] = "bool", [FIELD_I32] = "int",
    [FIELD_U32] = "int",     [FIELD_I64] = "int",     [FIELD_U64] = "int",   [FIELD_ENUM] = "enum",
    [FIELD_PRICE] = "price", [FIELD_MONEY] = "money", [FIELD_TIME] = "time", [FIELD_DATE] = "date",
};

static int enum_count(const struct field *field)
{
    int count = 0;
    for (int value = (int)field->min; value <= (int)field->max; value++)
        count += field->enum_name(value) != NULL ? 1 : 0;
    return count;
}

static void write_enum(FILE *out, const struct field *field)
{
    const char *comma = "";
    for (int value = (int)field->min; value <= (int)field->max; value++) {
        if (field->enum_name(value) == NULL) continue;
        fprintf(out, "%s%d `%s`", comma, value, field->enum_name(value));
        comma = ", ";
    }
}

/* The same names but for the "-" of fields that may have none. */
static bool same_names(const struct field *a, const struct field *b)
{
    for (int value = 1; value <= (int)a->max; value++) {
        const char *x = a->enum_name(value), *y = b->enum_name(value);
        if ((x == NULL) != (y == NULL) || (x != NULL && strcmp(x, y) != 0)) return false;
    }
    return true;
}

/* The first field with these names: its list stands for all of them. */
static const struct field *first_with(const struct field *wanted, const struct msg_type **owner)
{
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        *owner = msg_type_at(i);
        for (uint32_t f = 0; f < (*owner)->field_count; f++) {
            const struct field *field = &(*owner)->fields[f];
            if (field->type == FIELD_ENUM && same_names(field, wanted)) return field;
        }
    }
    fail_msg("%s: no list", wanted->name);
    return NULL;
}

static void write_limit(FILE *out, const struct field *field, int64_t value)
{
    char buf[PRICE_TEXT_SIZE];
    if (field->type == FIELD_PRICE || field->type == FIELD_MONEY)
        fputs(price_format(value, buf, sizeof buf), out);
    else
        fprintf(out, "%lld", (long long)value);
}

static void write_allowed(FILE *out, const struct field *field)
{
    if (field->type == FIELD_TEXT || field->type == FIELD_SECRET) {
        fprintf(out, field->min > 0 ? "1 to %lld bytes" : "at most %lld bytes", (long long)field->max);
    } else if (field->type == FIELD_ENUM) {
        const struct msg_type *owner;
        const struct field *first = first_with(field, &owner);
        if (enum_count(first) > ENUM_INLINE)
            fprintf(out, "[values](#values-of-%s%s)%s", owner->name, first->name,
                    first->enum_name(0) == field->enum_name(0) ? "" : ", 0 `-`");
        else
            write_enum(out, field);
    } else if (field->type != FIELD_BOOL && field->type != FIELD_TIME && field->type != FIELD_DATE) {
        if (field->max == INT64_MAX && field->min < 0) {
            fputs("any", out);
            return;
        }
        write_limit(out, field, field->min);
        fputs(field->max == INT64_MAX ? " or more" : " to ", out);
        if (field->max != INT64_MAX) write_limit(out, field, field->max);
    }
}

static void write_message(FILE *out, const struct msg_type *type)
{
    fprintf(out, "### %d `%s`\n\n%s\n\n| field | type | allowed | meaning |\n|---|---|---|---|\n", (int)type->id,
            type->name, type->doc);
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        fprintf(out, "| `%s` | ", field->name);
        if (field->count > 1) fprintf(out, "%u x ", field->count);
        fprintf(out, "%s | ", type_names[field->type]);
        write_allowed(out, field);
        fprintf(out, " | %s |\n", field->doc);
    }
    fputc('\n', out);
}

/* Each long list once, under the name of the first field that has it. */
static void write_long_enums(FILE *out)
{
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        for (uint32_t f = 0; f < msg_type_at(i)->field_count; f++) {
            const struct field *field = &msg_type_at(i)->fields[f];
            const struct msg_type *owner;
            if (field->type != FIELD_ENUM || first_with(field, &owner) != field || enum_count(field) <= ENUM_INLINE)
                continue;
            fprintf(out, "### Values of `%s.%s`\n\n", owner->name, field->name);
            write_enum(out, field);
            fputs("\n\n", out);
        }
    }
}

static void write_messages(FILE *out)
{
    fputs("\n## Messages\n\n", out);
    for (size_t i = 0; msg_type_at(i) != NULL; i++) write_message(out, msg_type_at(i));
    fputs("## Long lists of values\n\n", out);
    write_long_enums(out);
}

static size_t read_page(char *page)
{
    FILE *file = fopen(PAGE, "rb");
    if (file == NULL) fail_msg("%s: not found (the tests run from the repository's root)", PAGE);
    const size_t length = fread(page, 1, PAGE_SIZE - 1, file);
    (void)fclose(file);
    page[length] = '\0';
    return length;
}

static void test_page_is_up_to_date(void **state)
{
    (void)state;
    static char page[PAGE_SIZE], made[PAGE_SIZE];
    (void)read_page(page);
    char *rest = strstr(page, MARKER);
    if (rest == NULL) fail_msg("%s: the line '%s' is missing", PAGE, MARKER);
    rest += strlen(MARKER);
    FILE *out = fmemopen(made, sizeof made, "w");
    assert_non_null(out);
    write_messages(out);
    assert_int_equal(fclose(out), 0);
    if (getenv("OUTCRY_WRITE_DOCS") != NULL) {
        *rest = '\0';
        FILE *file = fopen(PAGE, "wb");
        assert_non_null(file);
        fprintf(file, "%s%s", page, made);
        assert_int_equal(fclose(file), 0);
        return;
    }
    if (strcmp(rest, made) != 0) fail_msg("%s: older than the message tables; run make docs", PAGE);
}

static uint32_t hash_text(uint32_t hash, const char *text) /* FNV-1a, the NUL too */
{
    do {
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    } while (*text++ != '\0');
    return hash;
}

static uint32_t hash_field(uint32_t hash, const struct field *field)
{
    char numbers[128];
    snprintf(numbers, sizeof numbers, "%d %d %lld %lld", (int)field->type, (int)field->count, (long long)field->min,
             (long long)field->max);
    hash = hash_text(hash_text(hash, field->name), numbers);
    for (int value = (int)field->min; field->type == FIELD_ENUM && value <= (int)field->max; value++)
        hash = hash_text(hash, field->enum_name(value) != NULL ? field->enum_name(value) : "");
    return hash;
}

/* What an older process would drop, or take for something else, must not look like its own version. */
static void test_a_change_is_another_version(void **state)
{
    (void)state;
    uint32_t hash = hash_text(2166136261u, "");
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        const struct msg_type *type = msg_type_at(i);
        hash = hash_text(hash, type->name);
        for (uint32_t f = 0; f < type->field_count; f++) hash = hash_field(hash, &type->fields[f]);
    }
    if (hash != TABLES)
        fail_msg("the message tables are not those of WIRE_VERSION %d: raise it (core/wire.h) and write 0x%xu here",
                 WIRE_VERSION, (unsigned)hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_is_up_to_date),
        cmocka_unit_test(test_a_change_is_another_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_wire: every message there and back, and everything that is not a message refused by name. */
#include <setjmp.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <msgpack.h>

#include "core/wire.h"
#include "tests/core/random_msg.h"

static struct rng rng;

static size_t encode(const struct msg *msg, uint8_t *bytes)
{
    size_t length = 0;
    struct err err;
    if (wire_encode(msg, bytes, WIRE_MAX, &length, &err) != ERR_OK) fail_msg("%s", err.text);
    return length;
}

static void refused(const uint8_t *bytes, size_t length, enum status status, const char *words)
{
    struct msg out;
    struct err err = {ERR_OK, ""};
    const enum status got = wire_decode(bytes, length, &out, &err);
    if (got != status || strstr(err.text, words) == NULL)
        fail_msg("wanted %s '%s', got %s '%s'", status_name(status), words, status_name(got), err.text);
    assert_int_equal(err.status, status);
}

/* An otherwise good message whose field `at` is written by hand. */
struct forge {
    msgpack_sbuffer buffer;
    msgpack_packer packer;
};

static void forge_start(struct forge *forge, size_t fields, int version, int id)
{
    msgpack_sbuffer_init(&forge->buffer);
    msgpack_packer_init(&forge->packer, &forge->buffer, msgpack_sbuffer_write);
    msgpack_pack_array(&forge->packer, fields + 2);
    msgpack_pack_int(&forge->packer, version);
    msgpack_pack_int(&forge->packer, id);
}

static void forge_text(struct forge *forge, const char *text, size_t length)
{
    msgpack_pack_str(&forge->packer, length);
    if (length > 0) msgpack_pack_str_body(&forge->packer, text, length);
}

static void forge_refused(struct forge *forge, enum status status, const char *words)
{
    refused((const uint8_t *)forge->buffer.data, forge->buffer.size, status, words);
    msgpack_sbuffer_destroy(&forge->buffer);
}

static void test_round_trip(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_MAX];
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        const struct msg_type *type = msg_type_at(i);
        for (int round = 0; round < 300; round++) {
            struct msg in, out;
            random_msg(&rng, type->id, &in);
            memset(&out, 0xAA, sizeof out);
            const size_t length = encode(&in, bytes);
            struct err err;
            if (wire_decode(bytes, length, &out, &err) != ERR_OK) fail_msg("%s", err.text);
            assert_int_equal(out.id, type->id);
            assert_memory_equal(in.bytes, out.bytes, type->size);
        }
    }
}

static void test_every_truncation_is_refused(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_MAX];
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        struct msg in, out;
        random_msg(&rng, msg_type_at(i)->id, &in);
        const size_t length = encode(&in, bytes);
        for (size_t cut = 0; cut < length; cut++) {
            /* Exactly as many bytes as claimed, so that the sanitizer sees one read too many. */
            uint8_t *copy = malloc(cut > 0 ? cut : 1);
            memcpy(copy, bytes, cut);
            struct err err;
            assert_int_not_equal(wire_decode(copy, cut, &out, &err), ERR_OK);
            assert_true(err.text[0] != '\0');
            free(copy);
        }
    }
}

static void test_trailing_bytes_are_refused(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_MAX + 1];
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        struct msg in;
        random_msg(&rng, msg_type_at(i)->id, &in);
        const size_t length = encode(&in, bytes);
        bytes[length] = 0x00;
        refused(bytes, length + 1, ERR_INVALID, "1 bytes follow its end");
        memcpy(bytes + length, bytes, length < 200 ? length : 200);
        refused(bytes, length + (length < 200 ? length : 200), ERR_INVALID,
                "follow its end"); /* the same message twice */
    }
}

static void test_damaged_bytes_never_pass_unchecked(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_MAX];
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        for (int round = 0; round < 400; round++) {
            struct msg in, out;
            random_msg(&rng, msg_type_at(i)->id, &in);
            const size_t length = encode(&in, bytes);
            for (int64_t hits = rng_range(&rng, 1, 4); hits > 0; hits--)
                bytes[rng_range(&rng, 0, (int64_t)length - 1)] = (uint8_t)rng_range(&rng, 0, 255);
            struct err err;
            if (wire_decode(bytes, length, &out, &err) == ERR_OK) assert_int_equal(msg_check(&out, NULL), ERR_OK);
        }
    }
}

static void test_head(void **state)
{
    (void)state;
    refused((const uint8_t *)"", 0, ERR_INVALID, "cut off");
    refused((const uint8_t *)"\xC0", 1, ERR_INVALID, "must be an array");
    refused((const uint8_t *)"\x90", 1, ERR_INVALID, "has 0 elements");
    refused((const uint8_t *)"\x91\x01", 2, ERR_INVALID, "has 1 elements");
    static const uint8_t endless[] = {0xDD, 0xFF, 0xFF, 0xFF, 0xFF, WIRE_VERSION, 0x01};
    refused(endless, sizeof endless, ERR_INVALID, "tick: has 4294967293 fields (must be 19)");
    refused((const uint8_t *)"\xDF\xFF\xFF\xFF\xFF", 5, ERR_INVALID,
            "message.array"); /* a map of four thousand million */
    static const uint8_t large[WIRE_MAX + 1];
    refused(large, sizeof large, ERR_RANGE, "at most 8192");
    struct forge forge;
    forge_start(&forge, 3, WIRE_VERSION + 1, MSG_CURSOR);
    forge_refused(&forge, ERR_VERSION, "(this program speaks ");
    forge_start(&forge, 3, WIRE_VERSION, 999);
    forge_refused(&forge, ERR_INVALID, "no such kind 999");
    forge_start(&forge, 3, WIRE_VERSION, -1);
    forge_refused(&forge, ERR_INVALID, "no such kind -1");
    forge_start(&forge, 2, WIRE_VERSION, MSG_CURSOR);
    forge_refused(&forge, ERR_INVALID, "cursor: has 2 fields (must be 3)");
    forge_start(&forge, 4, WIRE_VERSION, MSG_CURSOR);
    forge_refused(&forge, ERR_INVALID, "cursor: has 4 fields (must be 3)");
}

static void cursor_with_stream(const char *text, size_t length, enum status status, const char *words)
{
    struct forge forge;
    forge_start(&forge, 3, WIRE_VERSION, MSG_CURSOR);
    forge_text(&forge, text, length);
    msgpack_pack_int(&forge.packer, 1);
    msgpack_pack_int(&forge.packer, 1);
    forge_refused(&forge, status, words);
}

static void test_bad_texts(void **state)
{
    (void)state;
    cursor_with_stream("\xFF", 1, ERR_INVALID, "cursor.stream: not valid UTF-8");
    cursor_with_stream("a\xC0\x80", 3, ERR_INVALID, "not valid UTF-8");    /* overlong NUL */
    cursor_with_stream("\xED\xA0\x80", 3, ERR_INVALID, "not valid UTF-8"); /* surrogate */
    cursor_with_stream("\xE5\xB0", 2, ERR_INVALID, "not valid UTF-8");     /* cut character */
    cursor_with_stream("\xF4\x90\x80\x80", 4, ERR_INVALID, "not valid UTF-8");
    cursor_with_stream("a\0b", 3, ERR_INVALID, "not valid UTF-8");
    cursor_with_stream("a\x1B[2J", 5, ERR_INVALID, "control character");
    cursor_with_stream("", 0, ERR_INVALID, "cursor.stream: empty");
    cursor_with_stream("123456789012345678901234", 24, ERR_RANGE, "cursor.stream: longer than 23 bytes");
    /* Five bytes that ask for four gigabytes. */
    static const uint8_t greedy[] = {0x95, WIRE_VERSION, 0x23, 0xDB, 0xFF, 0xFF, 0xFF, 0xFF};
    refused(greedy, sizeof greedy, ERR_INVALID, "cursor.stream: the message is cut off");
}

static void forge_cursor(struct forge *forge)
{
    forge_start(forge, 3, WIRE_VERSION, MSG_CURSOR);
    forge_text(forge, "events", 6);
    msgpack_pack_int(&forge->packer, 1);
}

static void test_bad_numbers(void **state)
{
    (void)state;
    struct forge forge;
    forge_cursor(&forge);
    msgpack_pack_double(&forge.packer, __builtin_nan(""));
    forge_refused(&forge, ERR_INVALID, "cursor.seq: is of a kind that no message has (must be an integer)");
    forge_cursor(&forge);
    msgpack_pack_float(&forge.packer, 1.0f);
    forge_refused(&forge, ERR_INVALID, "cursor.seq");
    forge_cursor(&forge);
    msgpack_pack_nil(&forge.packer);
    forge_refused(&forge, ERR_INVALID, "cursor.seq");
    forge_cursor(&forge);
    msgpack_pack_true(&forge.packer);
    forge_refused(&forge, ERR_INVALID, "cursor.seq: is a bool (must be an integer)");
    forge_cursor(&forge);
    msgpack_pack_array(&forge.packer, 0);
    forge_refused(&forge, ERR_INVALID, "cursor.seq: is an array");
    forge_cursor(&forge);
    msgpack_pack_uint64(&forge.packer, UINT64_MAX);
    forge_refused(&forge, ERR_RANGE, "cursor.seq: larger than 9223372036854775807");
    forge_cursor(&forge);
    msgpack_pack_int(&forge.packer, -1);
    forge_refused(&forge, ERR_RANGE, "cursor.seq");
}

static void test_out_of_range_is_refused_both_ways(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_MAX];
    size_t length;
    struct msg msg;
    struct err err;
    random_msg(&rng, MSG_ORDER, &msg);
    msg.order.request.quantity = -5;
    assert_int_equal(wire_encode(&msg, bytes, sizeof bytes, &length, &err), ERR_RANGE);
    assert_string_equal(err.text, "order.quantity: -5 (allowed 1 to 100)");
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        const struct msg_type *type = msg_type_at(i);
        for (uint32_t f = 0; f < type->field_count; f++) {
            const struct field *field = &type->fields[f];
            if (field->type == FIELD_TEXT || field->type == FIELD_SECRET || field->type == FIELD_BOOL) continue;
            if (field->max == INT64_MAX) continue;
            struct forge forge;
            forge_start(&forge, type->field_count, WIRE_VERSION, (int)type->id);
            random_msg(&rng, type->id, &msg);
            for (uint32_t g = 0; g < type->field_count; g++) {
                const struct field *other = &type->fields[g];
                if (other->count > 1) msgpack_pack_array(&forge.packer, other->count);
                for (uint32_t e = 0; e < other->count; e++)
                    if (other->type == FIELD_TEXT || other->type == FIELD_SECRET)
                        forge_text(&forge, msg_text(&msg, other), strlen(msg_text(&msg, other)));
                    else if (other->type == FIELD_BOOL)
                        msg_number(&msg, other, 0) ? msgpack_pack_true(&forge.packer)
                                                   : msgpack_pack_false(&forge.packer);
                    else
                        msgpack_pack_int64(&forge.packer, g == f ? field->max + 1 : msg_number(&msg, other, e));
            }
            char name[96];
            (void)snprintf(name, sizeof name, "%s.%s: ", type->name, field->name);
            forge_refused(&forge, ERR_RANGE, name);
        }
    }
}

static void test_array_of_wrong_length(void **state)
{
    (void)state;
    struct forge forge;
    forge_start(&forge, 7, WIRE_VERSION, MSG_DEPTH);
    forge_text(&forge, "MXFH1", 5);
    msgpack_pack_int(&forge.packer, 1);
    msgpack_pack_array(&forge.packer, 6);
    forge_refused(&forge, ERR_INVALID, "depth.bid_price: has 6 elements (must be 5)");
}

static void test_small_buffer(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_MAX];
    struct msg msg;
    size_t length = 77;
    struct err err;
    random_msg(&rng, MSG_ORDER_EVENT, &msg);
    const size_t whole = encode(&msg, bytes);
    for (size_t size = 0; size < whole; size++) {
        uint8_t *small = malloc(size > 0 ? size : 1);
        assert_int_equal(wire_encode(&msg, small, size, &length, &err), ERR_FULL);
        assert_int_equal(length, 77);
        free(small);
    }
    assert_int_equal(wire_encode(&msg, bytes, whole, &length, &err), ERR_OK);
}

static void test_the_largest_messages_fit(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_MAX];
    size_t largest = 0;
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        const struct msg_type *type = msg_type_at(i);
        struct msg msg;
        random_msg(&rng, type->id, &msg);
        for (uint32_t f = 0; f < type->field_count; f++) {
            const struct field *field = &type->fields[f];
            char text[AUDIT_REASON_SIZE];
            memset(text, 'x', sizeof text);
            if (field->type == FIELD_TEXT || field->type == FIELD_SECRET)
                assert_int_equal(msg_set_text(&msg, field, text, (size_t)field->max, NULL), ERR_OK);
            else if (field->type != FIELD_ENUM)
                for (uint32_t e = 0; e < field->count; e++)
                    assert_int_equal(msg_set_number(&msg, field, e, field->max, NULL), ERR_OK);
        }
        const size_t length = encode(&msg, bytes);
        if (length > largest) largest = length;
    }
    assert_true(largest < WIRE_MAX / 4); /* room for fields to come */
}

static void test_other_integer_forms_are_read(void **state)
{
    (void)state;
    /* The same cursor with each width of integer that msgpack has. */
    const char *const forms[] = {"\x07",
                                 "\xCC\x07",
                                 "\xCD\x00\x07",
                                 "\xCE\x00\x00\x00\x07",
                                 "\xCF\x00\x00\x00\x00\x00\x00\x00\x07",
                                 "\xD0\x07",
                                 "\xD1\x00\x07",
                                 "\xD2\x00\x00\x00\x07",
                                 "\xD3\x00\x00\x00\x00\x00\x00\x00\x07"};
    const size_t sizes[] = {1, 2, 3, 5, 9, 2, 3, 5, 9};
    for (size_t i = 0; i < 9; i++) {
        uint8_t bytes[32] = {0x95, WIRE_VERSION, 0x23, 0xA1, 'e', 0x01};
        memcpy(bytes + 6, forms[i], sizes[i]);
        struct msg msg;
        struct err err;
        if (wire_decode(bytes, 6 + sizes[i], &msg, &err) != ERR_OK) fail_msg("%zu: %s", i, err.text);
        assert_int_equal(msg.cursor.seq, 7);
    }
}

/* The fuzzer starts from one good message of each kind; OUTCRY_WRITE_SEEDS=1 writes them again after a change. */
static void test_the_fuzzers_seeds_are_messages(void **state)
{
    (void)state;
    uint8_t bytes[WIRE_MAX];
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        const struct msg_type *type = msg_type_at(i);
        char path[128];
        struct msg msg;
        struct err err = {ERR_OK, ""};
        (void)snprintf(path, sizeof path, "tests/fuzz/corpus/wire/%s", type->name);
        if (getenv("OUTCRY_WRITE_SEEDS") != NULL) {
            random_msg(&rng, type->id, &msg);
            FILE *made = fopen(path, "wb");
            assert_non_null(made);
            const size_t length = encode(&msg, bytes);
            assert_int_equal(fwrite(bytes, 1, length, made), length);
            assert_int_equal(fclose(made), 0);
        }
        FILE *file = fopen(path, "rb");
        if (file == NULL) fail_msg("%s is not there", path);
        const size_t size = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        if (wire_decode(bytes, size, &msg, &err) != ERR_OK) fail_msg("%s: %s", path, err.text);
        assert_int_equal(msg.id, type->id);
    }
}

static int setup(void **state)
{
    (void)state;
    rng_seed(&rng, 20210726);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_trailing_bytes_are_refused),
        cmocka_unit_test(test_damaged_bytes_never_pass_unchecked),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_bad_texts),
        cmocka_unit_test(test_bad_numbers),
        cmocka_unit_test(test_out_of_range_is_refused_both_ways),
        cmocka_unit_test(test_array_of_wrong_length),
        cmocka_unit_test(test_small_buffer),
        cmocka_unit_test(test_the_largest_messages_fit),
        cmocka_unit_test(test_other_integer_forms_are_read),
        cmocka_unit_test(test_the_fuzzers_seeds_are_messages),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}

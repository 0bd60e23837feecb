/* test_msg: the tables agree with the structs, and every field is checked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/msg.h"
#include "tests/core/random_msg.h"

/* SQL words that a column may not be called (SQLite's list of those that need quoting). */
static const char *const reserved[] = {
    "add",     "all",    "alter",      "and",     "as",          "autoincrement", "between",    "case",      "check",
    "collate", "commit", "constraint", "create",  "default",     "deferrable",    "delete",     "distinct",  "drop",
    "else",    "escape", "exists",     "foreign", "from",        "group",         "having",     "if",        "in",
    "index",   "insert", "intersect",  "into",    "is",          "isnull",        "join",       "limit",     "not",
    "notnull", "null",   "on",         "or",      "order",       "primary",       "references", "returning", "select",
    "set",     "table",  "then",       "to",      "transaction", "trigger",       "union",      "unique",    "update",
    "using",   "values", "when",       "where"};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        const struct msg_type *type = msg_type_at(i);
        assert_ptr_equal(msg_type(type->id), type);
        assert_true(type->doc != NULL && strlen(type->doc) > 5);
        for (uint32_t f = 0; f < type->field_count; f++) {
            const struct field *field = &type->fields[f];
            for (const char *c = field->name; *c != '\0'; c++)
                assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
            for (size_t r = 0; r < sizeof reserved / sizeof reserved[0]; r++)
                assert_string_not_equal(field->name, reserved[r]);
            for (uint32_t g = 0; g < f; g++)
                if (strcmp(field->name, type->fields[g].name) == 0) fail_msg("%s.%s twice", type->name, field->name);
            assert_ptr_equal(msg_field(type->id, field->name), field);
            assert_true(field->doc != NULL && strlen(field->doc) > 1);
        }
        for (size_t j = 0; j < i; j++) assert_string_not_equal(type->name, msg_type_at(j)->name);
    }
    assert_null(msg_type((enum msg_id)0));
    assert_null(msg_type((enum msg_id)7));
    assert_null(msg_type((enum msg_id)63));
    assert_null(msg_type((enum msg_id) - 1));
    assert_null(msg_field(MSG_TICK, "nonsense"));
    assert_null(msg_field((enum msg_id)63, "symbol"));
}

/* A member without a row would leave a hole that alignment does not explain, or overlap another. */
static void test_tables_cover_their_structs(void **state)
{
    (void)state;
    static unsigned char owner[sizeof(struct msg)];
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        const struct msg_type *type = msg_type_at(i);
        assert_true(type->size <= sizeof(struct msg) - offsetof(struct msg, bytes));
        memset(owner, 0, sizeof owner);
        for (uint32_t f = 0; f < type->field_count; f++) {
            const struct field *field = &type->fields[f];
            const bool text = field->type == FIELD_TEXT || field->type == FIELD_SECRET;
            const bool wide = field->type == FIELD_I64 || field->type == FIELD_U64 || field->type == FIELD_PRICE ||
                              field->type == FIELD_MONEY || field->type == FIELD_TIME;
            const size_t size = (size_t)field->size * field->count;
            assert_true(field->offset + size <= type->size);
            if (!text) {
                assert_int_equal(field->size, field->type == FIELD_BOOL ? 1 : wide ? 8 : 4);
                assert_int_equal(field->offset % field->size, 0);
            }
            for (size_t b = 0; b < size; b++) {
                if (owner[field->offset + b] != 0) fail_msg("%s.%s overlaps", type->name, field->name);
                owner[field->offset + b] = 1;
            }
        }
        for (size_t b = 0, hole = 0; b < type->size; b++) {
            hole = owner[b] != 0 ? 0 : hole + 1;
            if (hole >= 8) fail_msg("%s: no row for the bytes before %zu", type->name, b + 1);
        }
    }
}

static void test_numbers_in_and_out(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 5);
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        const struct msg_type *type = msg_type_at(i);
        struct msg msg;
        random_msg(&rng, type->id, &msg);
        struct err err;
        if (msg_check(&msg, &err) != ERR_OK) fail_msg("%s", err.text);
        for (uint32_t f = 0; f < type->field_count; f++) {
            const struct field *field = &type->fields[f];
            if (field->type == FIELD_TEXT || field->type == FIELD_SECRET) continue;
            const int64_t value = random_number(&rng, field);
            assert_int_equal(msg_set_number(&msg, field, field->count - 1, value, NULL), ERR_OK);
            assert_int_equal(msg_number(&msg, field, field->count - 1), value);
            if (field->min > INT64_MIN)
                assert_int_equal(msg_set_number(&msg, field, 0, field->min - 1, NULL), ERR_RANGE);
            if (field->max < INT64_MAX)
                assert_int_equal(msg_set_number(&msg, field, 0, field->max + 1, NULL), ERR_RANGE);
            assert_int_equal(msg_number(&msg, field, field->count - 1), value);
        }
    }
}

static void check_says(const struct msg *msg, enum status status, const char *words)
{
    struct err err = {ERR_OK, ""};
    assert_int_equal(msg_check(msg, &err), status);
    if (strstr(err.text, words) == NULL) fail_msg("wanted '%s', got '%s'", words, err.text);
}

static void test_check_words(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 6);
    struct msg msg;
#define WRONG(ID, change, status, words)                                                                               \
    do {                                                                                                               \
        random_msg(&rng, ID, &msg);                                                                                    \
        change;                                                                                                        \
        check_says(&msg, status, words);                                                                               \
    } while (0)
    WRONG(MSG_ORDER, msg.order.request.quantity = -5, ERR_RANGE, "order.quantity: -5 (allowed 1 to 100)");
    WRONG(MSG_ORDER, msg.order.request.side = (enum side)7, ERR_RANGE, "order.side: 7 (allowed BUY, SELL)");
    WRONG(MSG_TICK, msg.tick.price = PRICE_MAX + 1, ERR_RANGE,
          "tick.price: 1000000000.0001 (allowed -1000000000 to 1000000000)");
    WRONG(MSG_TICK, msg.tick.seq = UINT64_MAX, ERR_RANGE, "tick.seq: a number (allowed 0 to 9223372036854775807)");
    WRONG(MSG_TICK, msg.tick.trading_day = 20210231, ERR_RANGE, "tick.trading_day: 20210231 is no day");
    WRONG(MSG_TICK, memset(msg.tick.symbol, 'A', sizeof msg.tick.symbol), ERR_RANGE,
          "tick.symbol: longer than 15 bytes");
    WRONG(MSG_TICK, msg.tick.symbol[0] = '\0', ERR_INVALID, "tick.symbol: empty");
    WRONG(MSG_TICK, msg.tick.symbol[0] = '\xFF', ERR_INVALID, "tick.symbol: not valid UTF-8");
    WRONG(MSG_CONDITION, msg.condition.terms.note[0] = '\n', ERR_INVALID, "condition.note: has a control character");
    WRONG(MSG_DEPTH, msg.depth.ask_quantity[4] = -1, ERR_RANGE, "depth.ask_quantity: -1 (allowed 0 to");
    WRONG(MSG_GUARD_STATE, msg.guard_state.mode = (enum guard_mode)0, ERR_RANGE,
          "guard_state.mode: 0 (allowed ACTIVE, REDUCING, HALTED)");
    WRONG(MSG_MARKET, msg.market.session_state = 3, ERR_RANGE,
          "market.session_state: 3 (allowed closed, pre_open, open)");
    WRONG(MSG_SIGNAL, memset(&msg.signal.acknowledged, 2, 1), ERR_RANGE, "signal.acknowledged: 2 (allowed 0 to 1)");
    WRONG(MSG_LOGIN, memset(msg.login.secret, 'p', sizeof msg.login.secret), ERR_RANGE,
          "login.secret: longer than 63 bytes");
    struct err err;
    (void)msg_check(&msg, &err);
    assert_null(strstr(err.text, "ppp")); /* a secret is never printed */
    msg.id = (enum msg_id)63;
    check_says(&msg, ERR_INVALID, "no such kind 63");
}

static void test_commands_may_be_empty(void **state)
{
    (void)state;
    struct msg msg;
    msg_init(&msg, MSG_CONDITION_COMMAND);
    msg.condition_command.action = CONDITION_CANCEL;
    msg.condition_command.condition_id = 4;
    assert_int_equal(msg_check(&msg, NULL), ERR_OK);
    msg_init(&msg, MSG_VENUE_ORDER_STATUS); /* not found: no order */
    assert_int_equal(msg_check(&msg, NULL), ERR_OK);
    msg_init(&msg, MSG_CONDITION); /* but a condition is not */
    assert_int_not_equal(msg_check(&msg, NULL), ERR_OK);
}

static void test_enums_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; msg_type_at(i) != NULL; i++) {
        const struct msg_type *type = msg_type_at(i);
        for (uint32_t f = 0; f < type->field_count; f++) {
            const struct field *field = &type->fields[f];
            if (field->type != FIELD_ENUM) continue;
            int known = 0;
            for (int value = (int)field->min; value <= (int)field->max; value++) {
                const char *name = field->enum_name(value);
                if (name == NULL) continue;
                known++;
                assert_int_equal(msg_enum_value(field, name), value);
            }
            assert_true(known >= 2);
            assert_null(field->enum_name(-1));
            assert_int_equal(msg_enum_value(field, "nonsense"), 0);
        }
    }
    const struct field *side = msg_field(MSG_ORDER, "side");
    assert_int_equal(msg_enum_value(side, "buy"), SIDE_BUY);
    assert_int_equal(msg_enum_value(msg_field(MSG_ORDER, "reject"), "venue_other"), REJECT_VENUE_OTHER);
}

static void test_texts(void **state)
{
    (void)state;
    struct msg msg;
    msg_init(&msg, MSG_TICK);
    const struct field *field = msg_field(MSG_TICK, "symbol");
    memset(msg.tick.symbol, 'x', sizeof msg.tick.symbol);
    assert_int_equal(msg_set_text(&msg, field, "MXFH1", 5, NULL), ERR_OK);
    assert_string_equal(msg_text(&msg, field), "MXFH1");
    for (size_t i = 5; i < sizeof msg.tick.symbol; i++)
        assert_int_equal(msg.tick.symbol[i], 0); /* nothing old stays behind */
    assert_int_equal(msg_set_text(&msg, field, "1234567890123456", 16, NULL), ERR_RANGE);
    assert_int_equal(msg_set_text(&msg, field, "", 0, NULL), ERR_INVALID);
    assert_string_equal(msg_text(&msg, field), "MXFH1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_tables_cover_their_structs),
        cmocka_unit_test(test_numbers_in_and_out),
        cmocka_unit_test(test_check_words),
        cmocka_unit_test(test_commands_may_be_empty),
        cmocka_unit_test(test_enums_by_name),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

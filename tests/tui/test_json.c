/* Messages as JSON: every field of every message under its name, numbers exact, times with their zone, no secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/cli/json.h"

static char *dump(json_t *value)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_true(json_write_line(out, value));
    fclose(out);
    json_decref(value);
    assert_int_equal(text[size - 1], '\n');
    text[size - 1] = '\0';
    return text;
}

static void assert_dump(json_t *value, const char *expected)
{
    char *text = dump(value);
    assert_string_equal(text, expected);
    free(text);
}

static void decimals_are_exact(void **state)
{
    (void)state;
    assert_dump(json_decimal(PRICE_POINTS(17410)), "17410");
    assert_dump(json_decimal(174105000), "17410.5");
    assert_dump(json_decimal(1), "0.0001");
    assert_dump(json_decimal(-1000), "-0.1");
    assert_dump(json_decimal(0), "0");
    assert_dump(json_decimal(INT64_MAX / PRICE_SCALE * PRICE_SCALE), "922337203685477");
}

static void times_carry_their_zone(void **state)
{
    (void)state;
    assert_dump(json_time(1627261387123456), "\"2021-07-26T09:03:07.123456+08:00\"");
    assert_dump(json_time(0), "null");
    assert_dump(json_date(20210726), "\"2021-07-26\"");
    assert_dump(json_date(0), "null");
}

static void every_message_has_every_field(void **state)
{
    (void)state;
    const struct msg_type *type = NULL;
    for (size_t i = 0; (type = msg_type_at(i)) != NULL; i++) {
        struct msg msg;
        msg_init(&msg, type->id);
        json_t *object = json_from_msg(&msg);
        size_t keys = 0;
        for (uint32_t n = 0; n < type->field_count; n++) {
            json_t *value = json_object_get(object, type->fields[n].name);
            assert_int_equal(value != NULL, type->fields[n].type != FIELD_SECRET);
            keys += value != NULL ? 1 : 0;
            assert_int_equal(json_is_array(value), type->fields[n].count > 1);
        }
        assert_int_equal(json_object_size(object), keys);
        json_decref(object);
    }
}

static void a_secret_never_shows(void **state)
{
    (void)state;
    struct msg msg;
    msg_init(&msg, MSG_LOGIN);
    snprintf(msg.login.user, sizeof(msg.login.user), "demo");
    snprintf(msg.login.secret, sizeof(msg.login.secret), "hunter2");
    char *text = dump(json_from_msg(&msg));
    assert_non_null(strstr(text, "demo"));
    assert_null(strstr(text, "hunter2"));
    assert_null(strstr(text, "secret"));
    free(text);
    json_t *field = json_from_field(&msg, msg_field(MSG_LOGIN, "secret"));
    assert_true(json_is_null(field));
    json_decref(field);
}

static void an_order_reads_as_expected(void **state)
{
    (void)state;
    struct msg msg;
    msg_init(&msg, MSG_ORDER);
    struct order *order = &msg.order;
    snprintf(order->request.client_order_id, sizeof(order->request.client_order_id), "k3f9-12-E1");
    snprintf(order->request.symbol, sizeof(order->request.symbol), "MXFH1");
    snprintf(order->reason, sizeof(order->reason), "臺指 \"quoted\"");
    order->request.side = SIDE_BUY;
    order->request.leg = LEG_NONE;
    order->request.reduce_only = true;
    order->state = ORDER_PARTIALLY_FILLED;
    order->trading_day = 20210726;
    json_t *object = json_from_msg(&msg);
    assert_string_equal(json_string_value(json_object_get(object, "client_order_id")), "k3f9-12-E1");
    assert_string_equal(json_string_value(json_object_get(object, "side")), "BUY");
    assert_string_equal(json_string_value(json_object_get(object, "state")), "PARTIALLY_FILLED");
    assert_string_equal(json_string_value(json_object_get(object, "reason")), "臺指 \"quoted\"");
    assert_string_equal(json_string_value(json_object_get(object, "trading_day")), "2021-07-26");
    assert_true(json_is_true(json_object_get(object, "reduce_only")));
    assert_true(json_is_null(json_object_get(object, "leg")));
    assert_true(json_is_null(json_object_get(object, "created_us")));
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_exact),
        cmocka_unit_test(times_carry_their_zone),
        cmocka_unit_test(every_message_has_every_field),
        cmocka_unit_test(a_secret_never_shows),
        cmocka_unit_test(an_order_reads_as_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

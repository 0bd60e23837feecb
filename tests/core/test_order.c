/* test_order: lives of orders, in order and out of it; requests; words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/order.h"
#include "core/rng.h"

static struct order_request request_of(int32_t quantity)
{
    struct order_request request = {
        .client_order_id = "k3f9-12-E1",
        .account = "demo-1",
        .symbol = "MXFH1",
        .side = SIDE_BUY,
        .type = ORDER_MARKET,
        .tif = TIF_IOC,
        .quantity = quantity,
        .condition_id = 12,
        .leg = LEG_ENTRY,
        .attempt = 1,
        .created_us = 1000,
        .expires_us = 6000,
    };
    return request;
}

static struct order order_of(int32_t quantity)
{
    const struct order_request request = request_of(quantity);
    struct order order;
    order_init(&order, &request, 20210726, 1000);
    return order;
}

static bool apply(struct order *order, enum exec_kind kind, price_t fill_price, int32_t fill_quantity, bool *late)
{
    struct order_event event = {
        .kind = kind, .request = order->request, .fill_price = fill_price, .fill_quantity = fill_quantity};
    event.time_us = order->updated_us + 1;
    event.market_us = order->market_us + 1;
    if (kind == EXEC_NEW) (void)snprintf(event.venue_order_id, sizeof event.venue_order_id, "V1");
    if (kind == EXEC_UNKNOWN) (void)snprintf(event.reason, sizeof event.reason, "no answer");
    if (kind == EXEC_REJECTED || kind == EXEC_CANCEL_REJECTED) {
        event.reject = REJECT_VENUE_MARGIN;
        (void)snprintf(event.reason, sizeof event.reason, "no margin");
    }
    return order_apply(order, &event, late);
}

static bool step(struct order *order, enum exec_kind kind)
{
    return apply(order, kind, 0, 0, NULL);
}

static bool fill(struct order *order, price_t price, int32_t quantity)
{
    bool late = true;
    const bool changed = apply(order, EXEC_FILL, price, quantity, &late);
    assert_false(late);
    return changed;
}

static void test_plain_life(void **state)
{
    (void)state;
    struct order order = order_of(3);
    assert_int_equal(order.state, ORDER_INTENT);
    assert_int_equal(order.trading_day, 20210726);
    assert_true(step(&order, EXEC_SENDING));
    assert_int_equal(order.state, ORDER_SENDING);
    assert_true(step(&order, EXEC_NEW));
    assert_int_equal(order.state, ORDER_NEW);
    assert_string_equal(order.venue_order_id, "V1");
    assert_false(step(&order, EXEC_NEW)); /* the same ack again */
    assert_true(fill(&order, PRICE_POINTS(17400), 1));
    assert_int_equal(order.state, ORDER_PARTIALLY_FILLED);
    assert_true(fill(&order, PRICE_POINTS(17403), 2));
    assert_int_equal(order.state, ORDER_FILLED);
    assert_int_equal(order.filled_quantity, 3);
    assert_int_equal(order.filled_value, PRICE_POINTS(17400 + 2 * 17403));
    assert_int_equal(order_average(&order), PRICE_POINTS(17402));
    assert_true(order.updated_us > 1000);
}

static void test_fill_before_ack(void **state)
{
    (void)state;
    struct order order = order_of(2);
    assert_true(step(&order, EXEC_SENDING));
    assert_true(fill(&order, PRICE_POINTS(10), 1));
    assert_int_equal(order.state, ORDER_PARTIALLY_FILLED);
    assert_true(step(&order, EXEC_NEW)); /* only the venue's number is news */
    assert_int_equal(order.state, ORDER_PARTIALLY_FILLED);
    assert_string_equal(order.venue_order_id, "V1");
    assert_false(step(&order, EXEC_SENDING));
    assert_false(step(&order, EXEC_UNKNOWN));
    assert_true(fill(&order, PRICE_POINTS(10), 1));
    assert_false(step(&order, EXEC_NEW));
    assert_int_equal(order.state, ORDER_FILLED);
}

static void test_late_fill_counts(void **state)
{
    (void)state;
    struct order order = order_of(2);
    assert_true(step(&order, EXEC_NEW));
    assert_true(step(&order, EXEC_CANCELLED));
    bool late = false;
    assert_true(apply(&order, EXEC_FILL, PRICE_POINTS(10), 2, &late));
    assert_true(late);
    assert_int_equal(order.state, ORDER_CANCELLED); /* a terminal state never changes */
    assert_int_equal(order.filled_quantity, 2);
}

static void test_overfill_is_refused(void **state)
{
    (void)state;
    struct order order = order_of(2);
    assert_true(fill(&order, PRICE_POINTS(10), 1));
    bool late = false;
    const struct order before = order;
    assert_false(apply(&order, EXEC_FILL, PRICE_POINTS(10), 2, &late));
    assert_true(late);
    assert_int_equal(order.filled_quantity, before.filled_quantity);
    assert_int_equal(order.filled_value, before.filled_value);
    assert_false(apply(&order, EXEC_FILL, PRICE_POINTS(10), 0, &late));
    assert_false(late);
    assert_false(apply(&order, EXEC_FILL, PRICE_POINTS(10), -1, &late));
    assert_int_equal(order.state, ORDER_PARTIALLY_FILLED);
}

static void test_cancel_while_filling(void **state)
{
    (void)state;
    struct order order = order_of(3);
    assert_true(step(&order, EXEC_NEW));
    assert_true(step(&order, EXEC_PENDING_CANCEL));
    assert_true(fill(&order, PRICE_POINTS(10), 1));
    assert_int_equal(order.state, ORDER_PENDING_CANCEL);
    assert_true(step(&order, EXEC_CANCELLED));
    assert_int_equal(order.state, ORDER_CANCELLED);
    assert_int_equal(order.filled_quantity, 1);
    struct order other = order_of(1);
    assert_true(step(&other, EXEC_NEW));
    assert_true(step(&other, EXEC_PENDING_CANCEL));
    assert_true(fill(&other, PRICE_POINTS(10), 1)); /* the fill won */
    assert_int_equal(other.state, ORDER_FILLED);
    assert_false(step(&other, EXEC_CANCEL_REJECTED));
    assert_int_equal(other.state, ORDER_FILLED);
}

static void test_cancel_rejected_goes_back(void **state)
{
    (void)state;
    struct order order = order_of(3);
    assert_true(step(&order, EXEC_SENDING));
    assert_true(step(&order, EXEC_PENDING_CANCEL));
    assert_true(step(&order, EXEC_CANCEL_REJECTED));
    assert_int_equal(order.state, ORDER_SENDING); /* never acknowledged */
    assert_true(step(&order, EXEC_NEW));
    assert_true(step(&order, EXEC_PENDING_CANCEL));
    assert_true(step(&order, EXEC_CANCEL_REJECTED));
    assert_int_equal(order.state, ORDER_NEW);
    assert_int_equal(order.reject, REJECT_VENUE_MARGIN);
    assert_true(fill(&order, PRICE_POINTS(1), 1));
    assert_true(step(&order, EXEC_PENDING_CANCEL));
    assert_true(step(&order, EXEC_CANCEL_REJECTED));
    assert_int_equal(order.state, ORDER_PARTIALLY_FILLED);
}

static void test_unknown_resolves(void **state)
{
    (void)state;
    const struct {
        enum exec_kind kind;
        enum order_state state;
    } rows[] = {{EXEC_NEW, ORDER_NEW},         {EXEC_CANCELLED, ORDER_CANCELLED}, {EXEC_REJECTED, ORDER_REJECTED},
                {EXEC_EXPIRED, ORDER_EXPIRED}, {EXEC_DENIED, ORDER_DENIED},       {EXEC_SENDING, ORDER_SENDING}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct order order = order_of(1);
        assert_true(step(&order, EXEC_SENDING));
        assert_true(step(&order, EXEC_UNKNOWN));
        assert_int_equal(order.state, ORDER_UNKNOWN);
        assert_string_equal(order.reason, "no answer");
        assert_false(step(&order, EXEC_PENDING_CANCEL)); /* stays visible */
        assert_int_equal(order.state, ORDER_UNKNOWN);
        assert_true(step(&order, rows[i].kind));
        assert_int_equal(order.state, rows[i].state);
        assert_string_not_equal(order.reason, "no answer"); /* known now */
    }
    struct order order = order_of(1);
    assert_true(step(&order, EXEC_UNKNOWN));
    assert_true(fill(&order, PRICE_POINTS(1), 1));
    assert_int_equal(order.state, ORDER_FILLED);
    assert_string_equal(order.reason, "");
}

static void test_the_first_end_stands(void **state)
{
    (void)state;
    struct order order = order_of(1);
    assert_true(step(&order, EXEC_REJECTED));
    assert_string_equal(order.reason, "no margin");
    for (int kind = EXEC_SENDING; kind <= EXEC_UNKNOWN; kind++) {
        if (kind == EXEC_FILL) continue;
        (void)step(&order, (enum exec_kind)kind);
        assert_int_equal(order.state, ORDER_REJECTED);
        assert_int_equal(order.reject, REJECT_VENUE_MARGIN);
    }
}

/* Any events in any order: never more than ordered, never out of an end, never back. */
static void test_any_order_of_events(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 3);
    for (int round = 0; round < 20000; round++) {
        struct order order = order_of((int32_t)rng_range(&rng, 1, 4));
        int32_t counted = 0;
        for (int i = 0; i < 12; i++) {
            const enum exec_kind kind = (enum exec_kind)rng_range(&rng, EXEC_SENDING, EXEC_UNKNOWN);
            const struct order before = order;
            bool late;
            const int32_t quantity = (int32_t)rng_range(&rng, 1, 3);
            const bool changed = apply(&order, kind, PRICE_POINTS(5), quantity, &late);
            if (changed && kind == EXEC_FILL) counted += quantity;
            assert_int_equal(order.filled_quantity, counted);
            assert_true(order.filled_quantity <= order.request.quantity);
            assert_int_equal(order.filled_value, PRICE_POINTS(5) * counted);
            if (!changed) assert_memory_equal(&order, &before, sizeof order);
            if (order_state_terminal(before.state)) assert_int_equal(order.state, before.state);
            if (order_state_working(before.state))
                assert_true(order.state >= ORDER_NEW || order.state == ORDER_SENDING);
            if (order.state == ORDER_FILLED) assert_int_equal(counted, order.request.quantity);
        }
    }
}

static void refused(const struct order_request *request, const char *words)
{
    struct err err = {ERR_OK, ""};
    const enum status status = order_request_check(request, &err);
    if (status == ERR_OK || strstr(err.text, words) == NULL) fail_msg("wanted '%s', got '%s'", words, err.text);
}

static void test_request_check(void **state)
{
    (void)state;
    struct err err;
    struct order_request request = request_of(1);
    if (order_request_check(&request, &err) != ERR_OK) fail_msg("%s", err.text);
#define BAD(change, words)                                                                                             \
    do {                                                                                                               \
        request = request_of(1);                                                                                       \
        change;                                                                                                        \
        refused(&request, words);                                                                                      \
    } while (0)
    BAD(request.quantity = -5, "quantity: -5 (allowed 1 to 100)");
    BAD(request.quantity = 0, "quantity: 0");
    BAD(request.quantity = 101, "quantity: 101");
    BAD(request.side = (enum side)0, "side: 0");
    BAD(request.type = (enum order_type)4, "type: 4");
    BAD(request.tif = (enum time_in_force)0, "tif: 0");
    BAD(request.tif = TIF_ROD, "tif: ROD (allowed for MKT: IOC, FOK)");
    BAD((request.type = ORDER_RANGE_MARKET, request.tif = TIF_ROD), "allowed for MKP");
    BAD(request.limit_price = 1, "limit_price: a MKT order has none");
    BAD(request.type = ORDER_LIMIT, "limit_price: a limit order needs a price above 0");
    BAD((request.type = ORDER_LIMIT, request.limit_price = PRICE_MAX + 1), "limit_price");
    BAD(request.leg = (enum order_leg) - 1, "leg: -1");
    BAD(request.leg = (enum order_leg)5, "leg: 5");
    BAD(request.client_order_id[0] = '\0', "client_order_id: empty");
    BAD(request.account[0] = '\0', "account: empty");
    BAD(request.symbol[2] = ' ', "symbol: 'MX H1' (allowed letters");
    BAD(request.symbol[2] = '\x1B', "symbol: 'MX?H1'");
    BAD(memset(request.client_order_id, 'x', sizeof request.client_order_id), "client_order_id: longer than 39 bytes");
    BAD(request.attempt = -1, "must not be negative");
    BAD(request.expires_us = -1, "must not be negative");
    for (int tif = TIF_ROD; tif <= TIF_FOK; tif++) {
        request = request_of(100);
        request.type = ORDER_LIMIT, request.tif = (enum time_in_force)tif, request.limit_price = PRICE_POINTS(17410);
        assert_int_equal(order_request_check(&request, NULL), ERR_OK);
        (void)snprintf(request.symbol, sizeof request.symbol, "MXFH1/I1");
        request.limit_price = PRICE_POINTS(-30);
        assert_int_equal(order_request_check(&request, NULL), ERR_OK);
    }
}

static void test_same(void **state)
{
    (void)state;
    const struct order_request a = request_of(1);
    struct order_request b = a;
    b.created_us = 9, b.expires_us = 10, b.tick_seq = 11, b.decision_price = 12;
    assert_true(order_request_same(&a, &b));
#define DIFFERS(change)                                                                                                \
    do {                                                                                                               \
        b = a;                                                                                                         \
        change;                                                                                                        \
        assert_false(order_request_same(&a, &b));                                                                      \
    } while (0)
    DIFFERS(b.client_order_id[0] = 'q');
    DIFFERS(b.account[0] = 'q');
    DIFFERS(b.symbol[0] = 'q');
    DIFFERS(b.side = SIDE_SELL);
    DIFFERS(b.type = ORDER_LIMIT);
    DIFFERS(b.tif = TIF_FOK);
    DIFFERS(b.quantity = 2);
    DIFFERS(b.limit_price = 2);
    DIFFERS(b.reduce_only = true);
    DIFFERS(b.condition_id = 2);
    DIFFERS(b.leg = LEG_STOP_LOSS);
    DIFFERS(b.attempt = 2);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(side_name(SIDE_BUY), "BUY");
    assert_string_equal(side_name((enum side)0), "?");
    assert_string_equal(side_name((enum side) - 7), "?");
    assert_string_equal(order_type_name(ORDER_RANGE_MARKET), "MKP");
    assert_string_equal(tif_name(TIF_ROD), "ROD");
    assert_string_equal(leg_name(LEG_TAKE_PROFIT), "TAKE_PROFIT");
    assert_string_equal(leg_name(LEG_NONE), "-");
    assert_string_equal(order_state_name(ORDER_EXPIRED), "EXPIRED");
    assert_string_equal(exec_kind_name(EXEC_UNKNOWN), "UNKNOWN");
    assert_string_equal(reject_words((enum reject_code)5), "?");
    assert_string_equal(reject_name(REJECT_VENUE_OTHER), "VENUE_OTHER");
    for (int code = REJECT_HALTED; code <= REJECT_STOPPED; code++)
        assert_string_not_equal(reject_words((enum reject_code)code), "?");
    for (int code = REJECT_VENUE_UNKNOWN_SYMBOL; code <= REJECT_VENUE_OTHER; code++)
        assert_string_not_equal(reject_words((enum reject_code)code), "?");
    assert_int_equal(side_opposite(SIDE_BUY), SIDE_SELL);
    assert_int_equal(side_sign(SIDE_SELL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_life),
        cmocka_unit_test(test_fill_before_ack),
        cmocka_unit_test(test_late_fill_counts),
        cmocka_unit_test(test_overfill_is_refused),
        cmocka_unit_test(test_cancel_while_filling),
        cmocka_unit_test(test_cancel_rejected_goes_back),
        cmocka_unit_test(test_unknown_resolves),
        cmocka_unit_test(test_the_first_end_stands),
        cmocka_unit_test(test_any_order_of_events),
        cmocka_unit_test(test_request_check),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

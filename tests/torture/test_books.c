/*
 * The torture's own judge: books that agree pass, and each way of breaking a promise is found. Without this, a run that
 * finds nothing would prove nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/text.h"
#include "db/db.h"
#include "tests/gateway/tempdir.h"
#include "tests/torture/torture.h"

#define T0 ((int64_t)1627350000000000)
#define ID "k3-1-E1"

static struct torture *t;

static void store(enum db_file file, const struct msg *msg)
{
    struct db *db = NULL;
    struct err err = {0};
    if (db_open(&db, file, t->home, DB_WRITE, DB_NORMAL, &err) != ERR_OK || db_begin(db, &err) != ERR_OK ||
        db_store(db, msg, &err) != ERR_OK || db_commit(db, &err) != ERR_OK)
        fail_msg("%s: %s", db_file_name(file), err.text);
    db_close(db);
}

static struct order_request request_of(const char *id)
{
    struct order_request request = {.account = "DEMO-1",
                                    .symbol = "MXFH1",
                                    .side = SIDE_BUY,
                                    .type = ORDER_MARKET,
                                    .tif = TIF_IOC,
                                    .quantity = 1,
                                    .condition_id = 1,
                                    .leg = LEG_ENTRY,
                                    .attempt = 1,
                                    .created_us = T0,
                                    .expires_us = T0 + 5 * CLOCK_SECOND_US,
                                    .actor = "strategy"};
    text_copy(request.client_order_id, sizeof request.client_order_id, id);
    return request;
}

static void store_order(enum db_file file, const char *id, const char *venue_id, enum order_state state, int32_t filled)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER);
    msg.order.request = request_of(id);
    text_copy(msg.order.venue_order_id, sizeof msg.order.venue_order_id, venue_id);
    msg.order.state = state;
    msg.order.filled_quantity = filled;
    msg.order.filled_value = filled * PRICE_POINTS(17400);
    msg.order.trading_day = 20210727;
    store(file, &msg);
}

static void store_event(enum db_file file, uint64_t seq, enum exec_kind kind, int64_t time_us)
{
    struct msg msg;
    bool fill = kind == EXEC_FILL;
    msg_init(&msg, MSG_ORDER_EVENT);
    msg.order_event.seq = seq;
    msg.order_event.kind = kind;
    msg.order_event.request = request_of(ID);
    msg.order_event.state = kind == EXEC_SENDING ? ORDER_SENDING : fill ? ORDER_FILLED : ORDER_NEW;
    msg.order_event.fill_quantity = fill ? 1 : 0;
    msg.order_event.filled_quantity = fill ? 1 : 0;
    msg.order_event.fill_price = fill ? PRICE_POINTS(17400) : 0;
    if (fill) snprintf(msg.order_event.exec_id, sizeof msg.order_event.exec_id, "x%d", (int)seq);
    msg.order_event.trading_day = 20210727;
    msg.order_event.time_us = time_us;
    store(file, &msg);
}

static void store_fill(uint64_t seq, const char *exec_id)
{
    struct msg msg;
    msg_init(&msg, MSG_VENUE_EXEC);
    msg.venue_exec.seq = seq;
    msg.venue_exec.kind = EXEC_FILL;
    text_copy(msg.venue_exec.client_order_id, sizeof msg.venue_exec.client_order_id, ID);
    text_copy(msg.venue_exec.exec_id, sizeof msg.venue_exec.exec_id, exec_id);
    text_copy(msg.venue_exec.account, sizeof msg.venue_exec.account, "DEMO-1");
    text_copy(msg.venue_exec.symbol, sizeof msg.venue_exec.symbol, "MXFH1");
    msg.venue_exec.side = SIDE_BUY;
    msg.venue_exec.quantity = 1;
    msg.venue_exec.fill_quantity = 1;
    msg.venue_exec.filled_quantity = 1;
    msg.venue_exec.fill_price = PRICE_POINTS(17400);
    msg.venue_exec.trading_day = 20210727;
    store(DB_EXCHANGE, &msg);
}

static void store_position(enum db_file file, int32_t quantity)
{
    struct msg msg;
    msg_init(&msg, MSG_POSITION);
    text_copy(msg.position.account, sizeof msg.position.account, "DEMO-1");
    text_copy(msg.position.symbol, sizeof msg.position.symbol, "MXFH1");
    msg.position.trading_day = 20210727;
    msg.position.quantity = quantity;
    store(file, &msg);
}

static void store_signal(enum db_file file, uint64_t seq, const char *id, bool acknowledged)
{
    struct msg msg;
    msg_init(&msg, MSG_SIGNAL);
    msg.signal.seq = seq;
    text_copy(msg.signal.strategy, sizeof msg.signal.strategy, "k3");
    msg.signal.order = request_of(id);
    msg.signal.acknowledged = acknowledged;
    store(file, &msg);
}

static void store_condition(enum condition_state state, int32_t filled, int32_t exited)
{
    struct msg msg;
    msg_init(&msg, MSG_CONDITION);
    struct condition *c = &msg.condition;
    c->id = 1;
    c->state = state;
    text_copy(c->terms.account, sizeof c->terms.account, "DEMO-1");
    text_copy(c->terms.symbol, sizeof c->terms.symbol, "MXFH1");
    c->terms.side = SIDE_BUY;
    c->terms.quantity = 1;
    c->terms.trigger_price = c->trigger = PRICE_POINTS(17400);
    c->terms.turning = c->terms.take_profit = c->terms.stop_loss = PRICE_POINTS(10);
    c->terms.basis = BASIS_FILL;
    c->terms.validity = VALID_GTC;
    c->terms.entry = ENTRY_MARKET;
    c->filled_quantity = filled;
    c->filled_value = filled * PRICE_POINTS(17400);
    c->exited_quantity = exited;
    c->exited_value = exited * PRICE_POINTS(17400);
    store(DB_CONDITIONS, &msg);
}

static void store_guard(uint64_t sent, uint64_t intents)
{
    struct msg msg;
    msg_init(&msg, MSG_GUARD_STATE);
    msg.guard_state.mode = GUARD_ACTIVE;
    msg.guard_state.orders_sent = sent;
    msg.guard_state.intents = intents;
    store(DB_GATEWAY, &msg);
}

/* One signal, one order, one fill, and everybody knows. */
static int agreeing_books(void **state)
{
    static const enum db_file ours[] = {DB_GATEWAY, DB_ORDERS};
    (void)state;
    t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->out = tmpfile();
    t->symbol_count = 1;
    snprintf(t->symbols[USE_BUY].contract.symbol, SYMBOL_SIZE, "MXFH1");
    snprintf(t->session.account, sizeof t->session.account, "DEMO-1");
    if (t->out == NULL || tempdir_make(t->directory) != 0) return -1;
    snprintf(t->home, sizeof t->home, "%s", t->directory);
    store_order(DB_EXCHANGE, ID, "v1", ORDER_FILLED, 1);
    store_fill(1, "x3");
    store_position(DB_EXCHANGE, 1);
    for (int i = 0; i < 2; i++) {
        store_order(ours[i], ID, "v1", ORDER_FILLED, 1);
        store_event(ours[i], 1, EXEC_SENDING, T0 + 1000);
        store_event(ours[i], 2, EXEC_NEW, T0 + 2000);
        store_event(ours[i], 3, EXEC_FILL, T0 + 3000);
        store_position(ours[i], 1);
    }
    store_guard(1, 1);
    store_signal(DB_CONDITIONS, 1, ID, true);
    store_signal(DB_ORDERS, 1, ID, true);
    store_condition(CONDITION_OPEN, 1, 0);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    fclose(t->out);
    tempdir_remove(t->directory);
    free(t);
    return 0;
}

static void assert_found(const char *words)
{
    char line[512];
    bool found = false;
    assert_false(books_check(t));
    rewind(t->out);
    while (fgets(line, sizeof line, t->out) != NULL)
        found = found || (strncmp(line, "failed: ", 8) == 0 && strstr(line, words) != NULL);
    if (!found) fail_msg("'%s' was not said", words);
}

static void test_books_that_agree(void **state)
{
    (void)state;
    assert_true(books_check(t));
}

static void test_a_second_order_under_one_id(void **state)
{
    (void)state;
    store_order(DB_EXCHANGE, ID, "v2", ORDER_REJECTED, 0);
    assert_found("more than once");
}

static void test_an_order_nobody_knows(void **state)
{
    (void)state;
    store_order(DB_EXCHANGE, "k3-9-E1", "v2", ORDER_NEW, 0);
    assert_found("the gateway does not know it");
}

static void test_a_fill_that_was_lost(void **state)
{
    (void)state;
    store_fill(2, "x9");
    assert_found("fill x9");
}

static void test_a_fill_that_never_was(void **state)
{
    (void)state;
    store_event(DB_GATEWAY, 4, EXEC_FILL, T0 + 4000);
    store_event(DB_ORDERS, 4, EXEC_FILL, T0 + 4000);
    assert_found("at the venue is missing");
}

static void test_a_hole_in_the_events(void **state)
{
    (void)state;
    store_event(DB_GATEWAY, 5, EXEC_NEW, T0 + 4000);
    store_event(DB_ORDERS, 5, EXEC_NEW, T0 + 4000);
    assert_found("follows 3");
}

static void test_an_order_without_an_end(void **state)
{
    (void)state;
    store_order(DB_GATEWAY, "k3-9-E1", "", ORDER_SENDING, 0);
    store_order(DB_ORDERS, "k3-9-E1", "", ORDER_SENDING, 0);
    assert_found("has no end");
}

static void test_an_unknown_is_counted_and_no_fault(void **state)
{
    (void)state;
    store_order(DB_GATEWAY, "k3-9-E1", "", ORDER_UNKNOWN, 0);
    store_order(DB_ORDERS, "k3-9-E1", "", ORDER_UNKNOWN, 0);
    assert_true(books_check(t));
    char line[512];
    bool said = false;
    rewind(t->out);
    while (fgets(line, sizeof line, t->out) != NULL) said = said || strcmp(line, "unknown 1\n") == 0;
    assert_true(said);
}

static void test_a_signal_that_was_lost(void **state)
{
    (void)state;
    store_signal(DB_CONDITIONS, 2, "k3-2-E1", true);
    assert_found("is not at the executor");
}

static void test_a_signal_nobody_answered(void **state)
{
    (void)state;
    store_order(DB_ORDERS, "k3-2-E1", "", ORDER_EXPIRED, 0);
    store_signal(DB_CONDITIONS, 2, "k3-2-E1", false);
    assert_found("never acknowledged");
}

static void test_an_intent_that_never_left(void **state)
{
    (void)state;
    store_order(DB_ORDERS, "k3-9-E1", "", ORDER_INTENT, 0);
    assert_found("INTENT at the executor");
}

static void test_a_position_that_differs(void **state)
{
    (void)state;
    store_position(DB_ORDERS, 2);
    assert_found("+1 at the venue, +1 at the gateway, +2 at the executor");
}

static void test_more_sent_than_journalled(void **state)
{
    (void)state;
    store_guard(2, 1);
    assert_found("2 orders sent, 1 journalled");
}

static void test_an_order_sent_late(void **state)
{
    (void)state;
    store_event(DB_GATEWAY, 4, EXEC_SENDING, T0 + 6 * CLOCK_SECOND_US);
    store_event(DB_ORDERS, 4, EXEC_SENDING, T0 + 6 * CLOCK_SECOND_US);
    assert_found("1000 ms after its time to live");
}

static void test_lots_without_protection(void **state)
{
    (void)state;
    store_condition(CONDITION_CLOSED, 1, 0);
    assert_found("unprotected");
}

static void test_a_fill_the_condition_does_not_know(void **state)
{
    (void)state;
    store_condition(CONDITION_ENTERING, 0, 0);
    assert_found("condition 1: entered 1");
}

int main(void)
{
#define BOOKS_TEST(name) cmocka_unit_test_setup_teardown(name, agreeing_books, forget)
    const struct CMUnitTest tests[] = {
        BOOKS_TEST(test_books_that_agree),          BOOKS_TEST(test_a_second_order_under_one_id),
        BOOKS_TEST(test_an_order_nobody_knows),     BOOKS_TEST(test_a_fill_that_was_lost),
        BOOKS_TEST(test_a_fill_that_never_was),     BOOKS_TEST(test_a_hole_in_the_events),
        BOOKS_TEST(test_an_order_without_an_end),   BOOKS_TEST(test_an_unknown_is_counted_and_no_fault),
        BOOKS_TEST(test_a_signal_that_was_lost),    BOOKS_TEST(test_a_signal_nobody_answered),
        BOOKS_TEST(test_an_intent_that_never_left), BOOKS_TEST(test_a_position_that_differs),
        BOOKS_TEST(test_more_sent_than_journalled), BOOKS_TEST(test_an_order_sent_late),
        BOOKS_TEST(test_lots_without_protection),   BOOKS_TEST(test_a_fill_the_condition_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

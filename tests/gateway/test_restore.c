/* What is fed to a component at start: what lives and what is recent, each once and in order, and nothing of what ended
 * long ago. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/restore.h"
#include "tests/gateway/tempdir.h"

static char home[TEMPDIR_SIZE];
static struct db *db;

static struct {
    int64_t ids[64];
    int count;
    int refuse_at;
} fed;

static int open_file(enum db_file file)
{
    struct err err;
    assert_int_equal(tempdir_make(home), 0);
    memset(&fed, 0, sizeof fed);
    return db_open(&db, file, home, DB_WRITE, DB_NORMAL, &err) == ERR_OK ? 0 : -1;
}

static int open_conditions(void **state)
{
    (void)state;
    return open_file(DB_CONDITIONS);
}

static int open_orders(void **state)
{
    (void)state;
    return open_file(DB_ORDERS);
}

static int close_file(void **state)
{
    (void)state;
    db_close(db);
    return tempdir_remove(home);
}

static void put(const struct msg *msg)
{
    struct err err = {.text = ""};
    if (db_store(db, msg, &err) != ERR_OK) fail_msg("%s", err.text);
}

static void condition(int64_t id, enum condition_state stands, int32_t day)
{
    struct msg msg;
    msg_init(&msg, MSG_CONDITION);
    msg.condition = (struct condition){.id = id, .state = stands, .trigger = PRICE_POINTS(17400), .serial = 1};
    msg.condition.terms = (struct condition_terms){.symbol = "MXFH1",
                                                   .account = "F1",
                                                   .side = SIDE_BUY,
                                                   .trigger_price = PRICE_POINTS(17400),
                                                   .turning = PRICE_POINTS(5),
                                                   .quantity = 1,
                                                   .take_profit = PRICE_POINTS(9),
                                                   .stop_loss = PRICE_POINTS(9),
                                                   .basis = BASIS_FILL,
                                                   .validity = VALID_GTC,
                                                   .entry = ENTRY_MARKET};
    put(&msg);
    msg_init(&msg, MSG_TRANSITION);
    msg.transition = (struct transition){
        .condition_id = id, .serial = 1, .symbol = "MXFH1", .from = CONDITION_ARMED, .to = stands, .trading_day = day};
    put(&msg);
}

static void signal_of(int64_t condition_id, uint64_t seq, bool acknowledged)
{
    struct msg msg;
    msg_init(&msg, MSG_SIGNAL);
    msg.signal.seq = seq;
    snprintf(msg.signal.strategy, sizeof msg.signal.strategy, "k");
    msg.signal.acknowledged = acknowledged;
    struct order_request *order = &msg.signal.order;
    snprintf(order->client_order_id, sizeof order->client_order_id, "k-%d-E1", (int)condition_id);
    snprintf(order->symbol, sizeof order->symbol, "MXFH1");
    order->side = SIDE_BUY;
    order->type = ORDER_MARKET;
    order->tif = TIF_IOC;
    order->quantity = 1;
    order->condition_id = condition_id;
    order->leg = LEG_ENTRY;
    put(&msg);
}

static void order(int number, enum order_state stands, int32_t day)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER);
    struct order_request *request = &msg.order.request;
    snprintf(request->client_order_id, sizeof request->client_order_id, "k-%d-E1", number);
    snprintf(request->symbol, sizeof request->symbol, "MXFH1");
    request->side = SIDE_BUY;
    request->type = ORDER_MARKET;
    request->tif = TIF_IOC;
    request->quantity = 1;
    request->condition_id = number;
    request->leg = LEG_ENTRY;
    msg.order.state = stands;
    msg.order.trading_day = day;
    put(&msg);
    const struct order_request same = *request;
    msg_init(&msg, MSG_ORDER_EVENT);
    msg.order_event.seq = (uint64_t)number;
    msg.order_event.kind = EXEC_NEW;
    msg.order_event.request = same;
    msg.order_event.state = stands;
    msg.order_event.trading_day = day;
    put(&msg);
}

static enum status take(void *context, const struct msg *msg, struct err *err)
{
    (void)context;
    assert_true(fed.count < 64);
    if (fed.count + 1 == fed.refuse_at) return err_set(err, ERR_CORRUPT, "not wanted");
    fed.ids[fed.count++] = msg->id == MSG_CONDITION ? msg->condition.id
                           : msg->id == MSG_ORDER   ? msg->order.request.condition_id
                                                    : (int64_t)msg->order_event.seq;
    return ERR_OK;
}

static void assert_fed(const int64_t *expected, int count)
{
    for (int i = 0; i < count && i < fed.count; i++) assert_int_equal(fed.ids[i], expected[i]);
    assert_int_equal(fed.count, count);
}

#define EXPECT(...)                                                                                                    \
    assert_fed((const int64_t[]){__VA_ARGS__}, (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)))

static void many_conditions(void)
{
    condition(1, CONDITION_CLOSED, 20260101);
    condition(2, CONDITION_TRIGGERED, 20260101);
    condition(3, CONDITION_CANCELLED, 20260101); /* its signal still waits */
    signal_of(3, 1, false);
    condition(4, CONDITION_EXPIRED, 20260102);
    signal_of(4, 2, true);
    condition(5, CONDITION_OPEN, 20260102);
    signal_of(5, 3, false);
    condition(6, CONDITION_CLOSED, 20260105); /* the day stored last */
    condition(7, CONDITION_ARMED, 20260105);
    condition(8, CONDITION_REJECTED, 20260105);
}

static void ended_conditions_stay_in_the_file(void **state)
{
    struct err err = {.text = ""};
    (void)state;
    many_conditions();
    if (restore_conditions(db, take, NULL, &err) != ERR_OK) fail_msg("%s", err.text);
    EXPECT(2, 3, 5, 6, 7, 8);
}

/* Else the number of a condition that was cancelled long ago could be given again, were its cursor lost. */
static void the_newest_number_is_always_known(void **state)
{
    struct err err = {.text = ""};
    (void)state;
    for (int64_t id = 1; id <= 9; id++) condition(id, CONDITION_CLOSED, 20260101);
    condition(3, CONDITION_ARMED, 20260101);
    struct msg msg;
    msg_init(&msg, MSG_TRANSITION);
    msg.transition = (struct transition){
        .condition_id = 3, .serial = 2, .symbol = "MXFH1", .to = CONDITION_ARMED, .trading_day = 20260103};
    put(&msg);
    if (restore_conditions(db, take, NULL, &err) != ERR_OK) fail_msg("%s", err.text);
    EXPECT(3, 9);
}

static void an_empty_file_feeds_nothing(void **state)
{
    struct err err;
    (void)state;
    assert_int_equal(restore_conditions(db, take, NULL, &err), ERR_OK);
    assert_int_equal(fed.count, 0);
}

static void a_refusal_is_told_in_its_words(void **state)
{
    (void)state;
    many_conditions();
    for (int at = 1; at <= 6; at++) {
        struct err err = {.text = ""};
        fed.count = 0;
        fed.refuse_at = at;
        assert_int_equal(restore_conditions(db, take, NULL, &err), ERR_CORRUPT);
        assert_non_null(strstr(err.text, "not wanted"));
        assert_int_equal(fed.count, at - 1);
    }
}

static void orders_of_two_days_and_what_lives(void **state)
{
    struct err err = {.text = ""};
    (void)state;
    order(1, ORDER_FILLED, 20260101);
    order(2, ORDER_NEW, 20260101);
    order(3, ORDER_FILLED, 20260102);
    order(4, ORDER_CANCELLED, 20210726); /* a replay of long ago, later */
    order(5, ORDER_UNKNOWN, 20210726);
    order(6, ORDER_DENIED, 0); /* before the market's day was known: it is of no day */
    order(7, ORDER_DENIED, 20260105);
    if (restore_orders(db, take, NULL, &err) != ERR_OK) fail_msg("%s", err.text);
    EXPECT(2, 5, 4, 6, 7);
    fed.count = 0;
    if (restore_order_events(db, take, NULL, &err) != ERR_OK) fail_msg("%s", err.text);
    EXPECT(4, 5, 6, 7);
}

static enum status count_rows(void *context, const struct msg *msg, struct err *why)
{
    (void)why;
    if (*(int *)context == 0) assert_int_equal(msg->order.request.condition_id, 50);
    ++*(int *)context;
    return ERR_OK;
}

/* The same day, replayed for months: the table of the living must not be filled by the dead. */
static void a_day_without_end_is_bounded(void **state)
{
    struct err err = {.text = ""};
    int rows = 0;
    (void)state;
    assert_int_equal(db_begin(db, &err), ERR_OK);
    for (int i = 1; i <= RESTORE_ORDERS_MAX + 100; i++) order(i, i == 50 ? ORDER_NEW : ORDER_FILLED, 20210726);
    assert_int_equal(db_commit(db, &err), ERR_OK);
    assert_int_equal(restore_orders(db, count_rows, &rows, &err), ERR_OK);
    assert_int_equal(rows, RESTORE_ORDERS_MAX + 1);
}

int main(void)
{
#define IN(file, test) cmocka_unit_test_setup_teardown(test, open_##file, close_file)
    const struct CMUnitTest tests[] = {
        IN(conditions, ended_conditions_stay_in_the_file), IN(conditions, the_newest_number_is_always_known),
        IN(conditions, an_empty_file_feeds_nothing),       IN(conditions, a_refusal_is_told_in_its_words),
        IN(orders, orders_of_two_days_and_what_lives),     IN(orders, a_day_without_end_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

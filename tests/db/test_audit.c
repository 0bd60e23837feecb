/* The audit out of real databases: one order of time over all of them, each row with its day, tick and reason. */
#include "core/calendar.h"
#include "db/audit.h"
#include "tests/db/helper.h"

#define DAY      20210726
#define ORDER_ID "ab-c7-E-1"
#define T(step)  (INT64_C(1627260000000000) + (int64_t)(step)*1000000)

static void put(char *target, size_t size, const char *text)
{
    assert_true(strlen(text) < size);
    snprintf(target, size, "%s", text);
}

#define PUT(field, text) put(field, sizeof(field), text)

/* -> the order that the condition asked for */
static struct order_request write_conditions(const struct folder *folder)
{
    struct db *db = open_db(folder, DB_CONDITIONS, DB_WRITE);
    struct msg msg;
    msg_init(&msg, MSG_TRANSITION);
    msg.transition = (struct transition){.condition_id = 7,
                                         .serial = 1,
                                         .to = CONDITION_ARMED,
                                         .time_us = T(10),
                                         .market_us = T(10),
                                         .trading_day = DAY};
    PUT(msg.transition.symbol, "MXFH1");
    PUT(msg.transition.actor, "amy");
    PUT(msg.transition.reason, "created");
    store(db, &msg);
    msg.transition.serial = 2;
    msg.transition.from = CONDITION_ARMED;
    msg.transition.to = CONDITION_ENTERING;
    msg.transition.price = PRICE_POINTS(17400);
    msg.transition.tick_seq = 55;
    msg.transition.time_us = T(20);
    msg.transition.market_us = T(19);
    PUT(msg.transition.actor, "strategy");
    PUT(msg.transition.reason, "the price came back");
    store(db, &msg);
    msg_init(&msg, MSG_SIGNAL);
    msg.signal.seq = 3;
    PUT(msg.signal.strategy, "ab");
    msg.signal.order = (struct order_request){.side = SIDE_BUY,
                                              .type = ORDER_LIMIT,
                                              .tif = TIF_ROD,
                                              .quantity = 2,
                                              .limit_price = PRICE_POINTS(17400) + PRICE_SCALE / 2,
                                              .condition_id = 7,
                                              .leg = LEG_ENTRY,
                                              .attempt = 1,
                                              .decision_price = PRICE_POINTS(17400),
                                              .tick_seq = 55,
                                              .created_us = T(20)};
    PUT(msg.signal.order.client_order_id, ORDER_ID);
    PUT(msg.signal.order.account, "DEMO-1");
    PUT(msg.signal.order.symbol, "MXFH1");
    PUT(msg.signal.order.actor, "strategy");
    store(db, &msg);
    db_close(db);
    db = open_db(folder, DB_ORDERS, DB_WRITE);
    store(db, &msg);
    db_close(db);
    return msg.signal.order;
}

static void write_orders(const struct folder *folder, const struct order_request *request)
{
    struct msg msg;
    struct db *db = open_db(folder, DB_ORDERS, DB_WRITE);
    msg_init(&msg, MSG_ORDER);
    order_init(&msg.order, request, DAY, T(21));
    store(db, &msg);
    msg_init(&msg, MSG_SIGNAL_ACK);
    msg.signal_ack = (struct signal_ack){.seq = 3, .accepted = true, .time_us = T(21)};
    PUT(msg.signal_ack.strategy, "ab");
    PUT(msg.signal_ack.client_order_id, ORDER_ID);
    store(db, &msg);
    db_close(db);
}

static void write_gateway(const struct folder *folder, const struct order_request *request)
{
    struct msg msg;
    struct db *db = open_db(folder, DB_GATEWAY, DB_WRITE);
    msg_init(&msg, MSG_ORDER);
    order_init(&msg.order, request, DAY, T(22));
    store(db, &msg);
    msg_init(&msg, MSG_ORDER_EVENT);
    msg.order_event = (struct order_event){.seq = 1,
                                           .kind = EXEC_SENDING,
                                           .request = *request,
                                           .state = ORDER_SENDING,
                                           .trading_day = DAY,
                                           .market_us = T(22),
                                           .time_us = T(22)};
    store(db, &msg);
    msg.order_event = (struct order_event){.seq = 2,
                                           .kind = EXEC_FILL,
                                           .request = *request,
                                           .state = ORDER_PARTIALLY_FILLED,
                                           .fill_price = PRICE_POINTS(17399),
                                           .fill_quantity = 1,
                                           .filled_quantity = 1,
                                           .trading_day = DAY,
                                           .market_us = T(23),
                                           .time_us = T(23)};
    PUT(msg.order_event.exec_id, "e1");
    store(db, &msg);
    msg_init(&msg, MSG_RISK_EVENT);
    msg.risk_event =
        (struct risk_event){.time_us = T(24), .market_us = T(24), .trading_day = DAY, .reject = REJECT_MAX_QUANTITY};
    PUT(msg.risk_event.component, "gateway");
    PUT(msg.risk_event.actor, "strategy");
    PUT(msg.risk_event.client_order_id, ORDER_ID);
    PUT(msg.risk_event.symbol, "MXFH1");
    PUT(msg.risk_event.text, "too much at 100%");
    store(db, &msg);
    msg.risk_event = (struct risk_event){.time_us = T(4000), .market_us = T(4000), .trading_day = 20210727};
    PUT(msg.risk_event.component, "gateway");
    PUT(msg.risk_event.actor, "amy");
    PUT(msg.risk_event.text, "HALTED by amy: lunch");
    store(db, &msg);
    msg_init(&msg, MSG_ACTION);
    msg.action = (struct action_record){.time_us = T(4000), .market_us = T(4000), .trading_day = 20210727};
    PUT(msg.action.component, "gateway");
    PUT(msg.action.kind, "operator");
    PUT(msg.action.actor, "amy");
    PUT(msg.action.action, "halt");
    PUT(msg.action.request, "lunch");
    PUT(msg.action.answer, "halted");
    store(db, &msg);
    db_close(db);
}

static void write_all(void **state)
{
    struct msg msg;
    struct db *db = open_db(*state, DB_SUPERVISOR, DB_WRITE);
    msg_init(&msg, MSG_ACTION);
    msg.action.time_us = T(1);
    msg.action.status = ERR_STATE;
    PUT(msg.action.component, "supervisor");
    PUT(msg.action.kind, "process");
    PUT(msg.action.actor, "outcryd");
    PUT(msg.action.action, "given up");
    PUT(msg.action.request, "gateway");
    PUT(msg.action.answer, "臺指: no");
    store(db, &msg);
    db_close(db);
    const struct order_request request = write_conditions(*state);
    write_orders(*state, &request);
    write_gateway(*state, &request);
}

static size_t audit(void **state, const struct db_query *query, struct rows *rows)
{
    const struct folder *folder = *state;
    struct err err = {.status = ERR_OK};
    rows->count = 0;
    if (db_audit(folder->path, query, collect, rows, &err) != ERR_OK) fail_msg("%s", err.text);
    return rows->count;
}

static void nothing_stored_is_no_error(void **state)
{
    static struct rows rows;
    assert_int_equal(audit(state, &(struct db_query){.id = MSG_AUDIT}, &rows), 0);
}

static void all_files_in_the_order_of_time(void **state)
{
    static struct rows rows;
    static const struct {
        const char *component, *kind, *actor, *event, *reason;
        int64_t step;
        int32_t day;
        uint64_t tick;
        price_t price;
    } wanted[] = {
        {"supervisor", "process", "outcryd", "given up", "gateway => state: 臺指: no", 1, 0, 0, 0},
        {"strategy", "condition", "amy", "- -> ARMED", "created", 10, DAY, 0, 0},
        {"strategy", "condition", "strategy", "ARMED -> ENTERING", "the price came back", 20, DAY, 55, 17400},
        {"strategy", "signal", "strategy", "signal ENTRY", "BUY 2 LMT ROD at 17400.5", 20, DAY, 55, 17400},
        {"executor", "signal", "ab", "taken", "", 21, DAY, 55, 17400},
        {"gateway", "order", "strategy", "SENDING", "BUY 2 LMT ROD at 17400.5, 0 of 2, SENDING", 22, DAY, 55, 0},
        {"gateway", "order", "strategy", "FILL", "BUY 2 LMT ROD at 17400.5: 1 filled, 1 of 2, PARTIALLY_FILLED", 23,
         DAY, 55, 17399},
        {"gateway", "guard", "strategy", "MAX_QUANTITY", "too much at 100%", 24, DAY, 55, 0},
        {"gateway", "operator", "amy", "halt", "lunch => ok: halted", 4000, 20210727, 0, 0},
        {"gateway", "guard", "amy", "notice", "HALTED by amy: lunch", 4000, 20210727, 0, 0},
    };
    write_all(state);
    const size_t count = sizeof(wanted) / sizeof(wanted[0]);
    assert_int_equal(audit(state, &(struct db_query){.id = MSG_AUDIT}, &rows), count);
    for (size_t i = 0; i < count; i++) {
        const struct audit *row = &rows.msg[i].audit;
        assert_string_equal(row->component, wanted[i].component);
        assert_string_equal(row->kind, wanted[i].kind);
        assert_string_equal(row->actor, wanted[i].actor);
        assert_string_equal(row->event, wanted[i].event);
        assert_string_equal(row->reason, wanted[i].reason);
        assert_int_equal(row->time_us, T(wanted[i].step));
        assert_int_equal(row->trading_day, wanted[i].day);
        assert_int_equal(row->tick_seq, wanted[i].tick);
        if (wanted[i].price != 0) assert_int_equal(row->price, PRICE_POINTS(wanted[i].price));
    }
    assert_int_equal(rows.msg[3].audit.market_us, T(19)); /* the transition's, whose signal it is */
    assert_int_equal(rows.msg[7].audit.condition_id, 7);  /* the order's */
    audit(state, &(struct db_query){.id = MSG_AUDIT, .newest_first = true, .limit = 2}, &rows);
    assert_int_equal(rows.count, 2);
    assert_string_equal(rows.msg[0].audit.reason, "HALTED by amy: lunch");
    assert_string_equal(rows.msg[1].audit.event, "halt");
}

static void it_is_searched(void **state)
{
    static struct rows rows;
    static const struct {
        struct db_query query;
        size_t rows;
    } cases[] = {
        {{.id = MSG_AUDIT, .symbol = "MXFH1"}, 7},
        {{.id = MSG_AUDIT, .symbol = "TXFH1"}, 0},
        {{.id = MSG_AUDIT, .trading_day = DAY}, 7},
        {{.id = MSG_AUDIT, .trading_day = 20210727}, 2},
        {{.id = MSG_AUDIT, .condition_id = 7}, 7},
        {{.id = MSG_AUDIT, .client_order_id = ORDER_ID}, 5},
        {{.id = MSG_AUDIT, .from_us = T(24)}, 3},
        {{.id = MSG_AUDIT, .from_us = T(20), .to_us = T(22)}, 3},
        {{.id = MSG_AUDIT, .text = "LUNCH"}, 2},
        {{.id = MSG_AUDIT, .text = "100%"}, 1}, /* no wildcard */
        {{.id = MSG_AUDIT, .text = "1_0"}, 0},
        {{.id = MSG_AUDIT, .text = "臺指"}, 1},
        {{.id = MSG_AUDIT, .text = "amy", .trading_day = DAY}, 1},
        {{.id = MSG_AUDIT, .text = "' OR 1=1 --"}, 0},
    };
    write_all(state);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (audit(state, &cases[i].query, &rows) != cases[i].rows)
            fail_msg("case %zu: %zu rows, expected %zu", i, rows.count, cases[i].rows);
}

static void what_it_cannot_do_it_says(void **state)
{
    static struct rows rows;
    const struct folder *folder = *state;
    struct err err = {.status = ERR_OK};
    const struct db_query by_state = {.id = MSG_AUDIT, .state = "NEW"};
    assert_int_equal(db_audit(folder->path, &by_state, collect, &rows, &err), ERR_INVALID);
    const struct db_query other = {.id = MSG_ORDER};
    assert_int_equal(db_audit(folder->path, &other, collect, &rows, &err), ERR_INVALID);
    write_all(state);
    char path[128];
    snprintf(path, sizeof(path), "%s/orders.db", folder->path);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fwrite("not a database at all", 1, 21, file), 21);
    assert_int_equal(fclose(file), 0);
    const struct db_query all = {.id = MSG_AUDIT};
    assert_int_equal(db_audit(folder->path, &all, collect, &rows, &err), ERR_CORRUPT);
    assert_non_null(strstr(err.text, "orders.db"));
}

static bool stop_at_two(void *context, const struct msg *msg)
{
    int *count = context;
    assert_int_equal(msg->id, MSG_AUDIT);
    return ++*count < 2;
}

static void a_reader_may_stop(void **state)
{
    const struct folder *folder = *state;
    int count = 0;
    write_all(state);
    assert_int_equal(db_audit(folder->path, &(struct db_query){.id = MSG_AUDIT}, stop_at_two, &count, NULL), ERR_OK);
    assert_int_equal(count, 2);
}

/* It is read while everything is being written. */
static void a_writer_does_not_wait_for_it(void **state)
{
    static struct rows rows;
    write_all(state);
    struct db *db = open_db(*state, DB_GATEWAY, DB_WRITE);
    struct msg msg;
    assert_int_equal(db_begin(db, NULL), ERR_OK);
    sample(&msg, MSG_ACTION, 1);
    store(db, &msg);
    assert_int_equal(audit(state, &(struct db_query){.id = MSG_AUDIT}, &rows), 10);
    assert_int_equal(db_commit(db, NULL), ERR_OK);
    assert_int_equal(audit(state, &(struct db_query){.id = MSG_AUDIT}, &rows), 11);
    db_close(db);
}

int main(void)
{
#define FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        FOLDER(nothing_stored_is_no_error),
        FOLDER(all_files_in_the_order_of_time),
        FOLDER(it_is_searched),
        FOLDER(what_it_cannot_do_it_says),
        FOLDER(a_reader_may_stop),
        FOLDER(a_writer_does_not_wait_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

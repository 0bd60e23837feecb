/* Messages into rows and back: every message of every file, keys, history, ratchets and filters. */
#include "db/table.h"
#include "tests/db/helper.h"

static void every_message_comes_back(void **state)
{
    for (size_t i = 0; table_at(i) != NULL; i++) {
        const struct table *table = table_at(i);
        struct db *db = open_db(*state, table->file, DB_WRITE);
        struct msg msg;
        struct rows rows;
        sample(&msg, table->id, 1);
        store(db, &msg);
        struct db_query query = {.id = table->id};
        assert_int_equal(fetch(db, &query, &rows), 1);
        const struct msg_type *type = msg_type(table->id);
        for (uint32_t n = 0; n < type->field_count; n++) {
            const struct field *field = &type->fields[n];
            if (field->type == FIELD_TEXT)
                assert_string_equal(msg_text(&msg, field), msg_text(&rows.msg[0], field));
            else if (msg_number(&msg, field, 0) != msg_number(&rows.msg[0], field, 0))
                fail_msg("%s.%s", type->name, field->name);
        }
        db_close(db);
    }
}

/* Storing again: a state is replaced, history stands as it was first written. */
static void keys_replace_or_keep(void **state)
{
    for (size_t i = 0; table_at(i) != NULL; i++) {
        const struct table *table = table_at(i);
        if (table->key == NULL) continue;
        struct db *db = open_db(*state, table->file, DB_WRITE);
        const struct msg_type *type = msg_type(table->id);
        struct msg first;
        struct msg second;
        struct rows rows;
        sample(&first, table->id, 3);
        sample(&second, table->id, 6);
        for (uint32_t n = 0; n < type->field_count; n++) {
            const struct field *field = &type->fields[n];
            if (strstr(table->key, field->name) != NULL)
                memcpy(second.bytes + field->offset, first.bytes + field->offset, field->size);
        }
        store(db, &first);
        size_t before = fetch(db, &(struct db_query){.id = table->id}, &rows);
        store(db, &second);
        assert_int_equal(fetch(db, &(struct db_query){.id = table->id}, &rows), before);
        const struct msg *expected = table->kind == TABLE_UPSERT ? &second : &first;
        bool found = false;
        for (size_t r = 0; r < rows.count; r++)
            found = found || memcmp(expected->bytes, rows.msg[r].bytes, type->size) == 0;
        assert_true(found);
        db_close(db);
    }
}

static void condition(struct db *db, int64_t id, const char *symbol, enum side side, enum condition_state stands,
                      bool following, int64_t trigger_points)
{
    struct msg msg;
    sample(&msg, MSG_CONDITION, 2);
    msg.condition.id = id;
    snprintf(msg.condition.terms.symbol, sizeof(msg.condition.terms.symbol), "%s", symbol);
    msg.condition.terms.side = side;
    msg.condition.terms.following = following;
    msg.condition.state = stands;
    msg.condition.trigger = PRICE_POINTS(trigger_points);
    store(db, &msg);
}

static int64_t trigger_of(struct db *db, int64_t id)
{
    struct rows rows;
    assert_int_equal(fetch(db, &(struct db_query){.id = MSG_CONDITION, .condition_id = id}, &rows), 1);
    return rows.msg[0].condition.trigger / PRICE_SCALE;
}

static void a_ratchet_moves_its_group_only(void **state)
{
    struct db *db = open_db(*state, DB_CONDITIONS, DB_WRITE);
    condition(db, 1, "MXFH1", SIDE_BUY, CONDITION_TRIGGERED, true, 17400);
    condition(db, 2, "MXFH1", SIDE_BUY, CONDITION_TRIGGERED, true, 17350);
    condition(db, 3, "MXFH1", SIDE_BUY, CONDITION_TRIGGERED, true, 17300);  /* lower already */
    condition(db, 4, "MXFH1", SIDE_BUY, CONDITION_TRIGGERED, false, 17400); /* does not follow */
    condition(db, 5, "MXFH1", SIDE_BUY, CONDITION_ARMED, true, 17400);
    condition(db, 6, "MXFH1", SIDE_SELL, CONDITION_TRIGGERED, true, 17400);
    condition(db, 7, "TXFH1", SIDE_BUY, CONDITION_TRIGGERED, true, 17400);
    struct msg ratchet;
    msg_init(&ratchet, MSG_RATCHET);
    snprintf(ratchet.ratchet.symbol, sizeof(ratchet.ratchet.symbol), "MXFH1");
    ratchet.ratchet.side = SIDE_BUY;
    ratchet.ratchet.price = PRICE_POINTS(17340);
    store(db, &ratchet);
    static const int64_t after_buy[] = {17340, 17340, 17300, 17400, 17400, 17400, 17400};
    for (int64_t id = 1; id <= 7; id++) assert_int_equal(trigger_of(db, id), after_buy[id - 1]);
    ratchet.ratchet.side = SIDE_SELL;
    ratchet.ratchet.price = PRICE_POINTS(17450);
    store(db, &ratchet);
    assert_int_equal(trigger_of(db, 6), 17450);
    assert_int_equal(trigger_of(db, 1), 17340);
    db_close(db);
}

static void make_orders(struct db *db)
{
    static const struct {
        const char *id, *symbol, *reason;
        enum order_state state;
        int64_t condition, updated;
        int32_t day;
    } rows[] = {
        {"k-1-E1", "MXFH1", "", ORDER_FILLED, 1, 1000, 20210726},
        {"k-2-E1", "TXFH1", "100% sure", ORDER_REJECTED, 2, 2000, 20210726},
        {"k-1-S1", "MXFH1", "stop_loss at 17300", ORDER_NEW, 1, 3000, 20210727},
        {"k-m1-1", "MXFI1", "a back\\slash", ORDER_NEW, 0, 4000, 20210727},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct msg msg;
        sample(&msg, MSG_ORDER, (int)i);
        struct order *order = &msg.order;
        snprintf(order->request.client_order_id, sizeof(order->request.client_order_id), "%s", rows[i].id);
        snprintf(order->request.symbol, sizeof(order->request.symbol), "%s", rows[i].symbol);
        snprintf(order->reason, sizeof(order->reason), "%s", rows[i].reason);
        order->state = rows[i].state;
        order->request.condition_id = rows[i].condition;
        order->updated_us = rows[i].updated;
        order->trading_day = rows[i].day;
        store(db, &msg);
    }
}

static void assert_found(struct db *db, struct db_query query, const char *expected)
{
    struct rows rows;
    char found[256] = "";
    query.id = MSG_ORDER;
    fetch(db, &query, &rows);
    for (size_t i = 0; i < rows.count; i++) {
        size_t length = strlen(found);
        snprintf(found + length, sizeof(found) - length, "%s%s", i > 0 ? " " : "",
                 rows.msg[i].order.request.client_order_id);
    }
    assert_string_equal(found, expected);
}

static void filters_choose(void **state)
{
    struct db *db = open_db(*state, DB_ORDERS, DB_WRITE);
    make_orders(db);
    assert_found(db, (struct db_query){.limit = 0}, "k-1-E1 k-2-E1 k-1-S1 k-m1-1");
    assert_found(db, (struct db_query){.symbol = "MXFH1"}, "k-1-E1 k-1-S1");
    assert_found(db, (struct db_query){.symbol = ""}, "k-1-E1 k-2-E1 k-1-S1 k-m1-1");
    assert_found(db, (struct db_query){.state = "NEW", .newest_first = true}, "k-m1-1 k-1-S1");
    assert_found(db, (struct db_query){.condition_id = 1}, "k-1-E1 k-1-S1");
    assert_found(db, (struct db_query){.trading_day = 20210726}, "k-1-E1 k-2-E1");
    assert_found(db, (struct db_query){.from_us = 2000, .to_us = 4000}, "k-2-E1 k-1-S1");
    assert_found(db, (struct db_query){.client_order_id = "k-2-E1"}, "k-2-E1");
    assert_found(db, (struct db_query){.newest_first = true, .limit = 1}, "k-m1-1");
    assert_found(db, (struct db_query){.symbol = "MXFH1' OR 1=1 --"}, "");
    db_close(db);
}

static void text_is_a_plain_string(void **state)
{
    struct db *db = open_db(*state, DB_ORDERS, DB_WRITE);
    make_orders(db);
    assert_found(db, (struct db_query){.text = "SURE"}, "k-2-E1");
    assert_found(db, (struct db_query){.text = "%"}, "k-2-E1");
    assert_found(db, (struct db_query){.text = "0% s"}, "k-2-E1");
    assert_found(db, (struct db_query){.text = "_"}, "k-1-S1");
    assert_found(db, (struct db_query){.text = "\\"}, "k-m1-1");
    assert_found(db, (struct db_query){.text = "p%l"}, "");
    assert_found(db, (struct db_query){.text = "'"}, "");
    char huge[2000];
    memset(huge, '%', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = '\0';
    struct err err = {.status = ERR_OK};
    struct rows rows = {.count = 0};
    assert_int_equal(db_each(db, &(struct db_query){.id = MSG_ORDER, .text = huge}, collect, &rows, &err), ERR_RANGE);
    db_close(db);
}

static bool stop_at_once(void *context, const struct msg *msg)
{
    (void)msg;
    (*(int *)context)++;
    return false;
}

static void a_visit_may_stop(void **state)
{
    struct db *db = open_db(*state, DB_ORDERS, DB_WRITE);
    make_orders(db);
    int visits = 0;
    assert_int_equal(db_each(db, &(struct db_query){.id = MSG_ORDER}, stop_at_once, &visits, NULL), ERR_OK);
    assert_int_equal(visits, 1);
    /* The statement was given back: the same query runs whole again. */
    assert_found(db, (struct db_query){.limit = 0}, "k-1-E1 k-2-E1 k-1-S1 k-m1-1");
    db_close(db);
}

static bool same_query_inside(void *context, const struct msg *msg)
{
    (void)msg;
    struct rows rows;
    assert_int_equal(fetch(context, &(struct db_query){.id = MSG_ORDER}, &rows), 4);
    return true;
}

static void queries_nest(void **state)
{
    struct db *db = open_db(*state, DB_ORDERS, DB_WRITE);
    make_orders(db);
    assert_int_equal(db_each(db, &(struct db_query){.id = MSG_ORDER}, same_query_inside, db, NULL), ERR_OK);
    db_close(db);
}

/* More different queries than the cache keeps, each more than once. */
static void the_cache_turns_over(void **state)
{
    struct db *db = open_db(*state, DB_ORDERS, DB_WRITE);
    make_orders(db);
    for (int round = 0; round < 3; round++) {
        for (int mask = 0; mask < 16; mask++) {
            struct db_query query = {
                .id = MSG_ORDER,
                .symbol = mask & 1 ? "MXFH1" : NULL,
                .trading_day = mask & 2 ? 20210726 : 0,
                .condition_id = mask & 4 ? 1 : 0,
                .limit = mask & 8 ? 5 : 0,
            };
            struct rows rows;
            size_t expected = mask & 2 ? (mask & 5 ? 1 : 2) : (mask & 5 ? 2 : 4);
            assert_int_equal(fetch(db, &query, &rows), expected);
        }
    }
    db_close(db);
}

static void sequences_go_on_from(void **state)
{
    struct db *db = open_db(*state, DB_GATEWAY, DB_WRITE);
    struct msg msg;
    struct rows rows;
    for (uint64_t seq = 1; seq <= 5; seq++) {
        sample(&msg, MSG_ORDER_EVENT, (int)seq);
        msg.order_event.seq = seq;
        store(db, &msg);
    }
    assert_int_equal(fetch(db, &(struct db_query){.id = MSG_ORDER_EVENT, .from_seq = 3}, &rows), 2);
    assert_int_equal(rows.msg[0].order_event.seq, 4);
    assert_int_equal(rows.msg[1].order_event.seq, 5);
    db_close(db);
}

static void the_outbox_knows_what_waits(void **state)
{
    struct db *db = open_db(*state, DB_CONDITIONS, DB_WRITE);
    struct msg msg;
    struct rows rows;
    for (uint64_t seq = 1; seq <= 3; seq++) {
        sample(&msg, MSG_SIGNAL, (int)seq);
        msg.signal.seq = seq;
        msg.signal.acknowledged = seq == 2;
        store(db, &msg);
    }
    assert_int_equal(fetch(db, &(struct db_query){.id = MSG_SIGNAL, .live = true}, &rows), 2);
    assert_int_equal(rows.msg[1].signal.seq, 3);
    db_close(db);
}

static void what_does_not_fit_is_refused(void **state)
{
    struct db *db = open_db(*state, DB_ORDERS, DB_WRITE);
    struct err err = {.status = ERR_OK};
    struct msg msg;
    struct rows rows = {.count = 0};
    sample(&msg, MSG_TICK, 1);
    assert_int_equal(db_store(db, &msg, &err), ERR_INVALID);
    assert_string_equal(err.text, "orders.db has no table for a tick");
    msg_init(&msg, MSG_RATCHET);
    assert_int_equal(db_store(db, &msg, &err), ERR_INVALID);
    sample(&msg, MSG_ORDER, 1);
    msg.order.request.quantity = -5;
    assert_int_equal(db_store(db, &msg, &err), ERR_RANGE);
    assert_non_null(strstr(err.text, "-5"));
    assert_int_equal(fetch(db, &(struct db_query){.id = MSG_ORDER}, &rows), 0);
    assert_int_equal(db_each(db, &(struct db_query){.id = MSG_CURSOR, .symbol = "MXFH1"}, collect, &rows, &err),
                     ERR_INVALID);
    assert_string_equal(err.text, "cursors cannot be chosen by symbol");
    assert_int_equal(db_each(db, &(struct db_query){.id = MSG_TICK}, collect, &rows, &err), ERR_INVALID);
    db_close(db);
}

static void a_reader_cannot_write(void **state)
{
    db_close(open_db(*state, DB_ORDERS, DB_WRITE));
    struct db *db = open_db(*state, DB_ORDERS, DB_READ);
    struct msg msg;
    struct err err = {.status = ERR_OK};
    sample(&msg, MSG_ORDER, 1);
    assert_int_equal(db_store(db, &msg, &err), ERR_STATE);
    assert_int_not_equal(db_meta_put(db, "a", "b", &err), ERR_OK);
    db_close(db);
}

static void meta_keeps_small_facts(void **state)
{
    struct db *db = open_db(*state, DB_ORDERS, DB_WRITE);
    char text[16];
    char again[16];
    struct err err = {.status = ERR_OK};
    assert_int_equal(db_meta_get(db, "install", text, sizeof(text), &err), ERR_OK);
    assert_int_equal(strlen(text), 6);
    assert_int_equal(strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789"), 6);
    assert_int_equal(db_meta_get(db, "session", text, sizeof(text), &err), ERR_NOT_FOUND);
    assert_int_equal(db_meta_put(db, "session", "1", &err), ERR_OK);
    assert_int_equal(db_meta_put(db, "session", "2", &err), ERR_OK);
    assert_int_equal(db_meta_get(db, "session", again, sizeof(again), &err), ERR_OK);
    assert_string_equal(again, "2");
    assert_int_equal(db_meta_get(db, "install", text, 3, &err), ERR_RANGE);
    db_close(db);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_message_comes_back),
        IN_FOLDER(keys_replace_or_keep),
        IN_FOLDER(a_ratchet_moves_its_group_only),
        IN_FOLDER(filters_choose),
        IN_FOLDER(text_is_a_plain_string),
        IN_FOLDER(a_visit_may_stop),
        IN_FOLDER(queries_nest),
        IN_FOLDER(the_cache_turns_over),
        IN_FOLDER(sequences_go_on_from),
        IN_FOLDER(the_outbox_knows_what_waits),
        IN_FOLDER(what_does_not_fit_is_refused),
        IN_FOLDER(a_reader_cannot_write),
        IN_FOLDER(meta_keeps_small_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

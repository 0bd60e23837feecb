/* Extremes are stored once and not in each row that follows: whatever is done in whatever order, every condition reads as if
 * each ratchet had been written into each row that it moves. */
#include <sqlite3.h>

#include "core/rng.h"
#include "db/internal.h"
#include "tests/db/helper.h"

#define CONDITIONS 24
#define STEPS      6000
#define LOW        17000
#define HIGH       17040

struct model {
    struct condition conditions[CONDITIONS + 1]; /* by id; id 0 = not made */
    struct rng rng;
};

static int64_t pick(struct model *model, int64_t low, int64_t high)
{
    return rng_range(&model->rng, low, high);
}

static const char *a_symbol(struct model *model)
{
    return pick(model, 0, 1) == 0 ? "MXFH1" : "TXFH1";
}

/* As the strategy stores one: what it followed to is in it. */
static void change(struct model *model, struct db *db)
{
    static const enum condition_state states[] = {CONDITION_ARMED,     CONDITION_TRIGGERED, CONDITION_TRIGGERED,
                                                  CONDITION_TRIGGERED, CONDITION_PAUSED,    CONDITION_OPEN};
    const int64_t id = pick(model, 1, CONDITIONS);
    struct condition *condition = &model->conditions[id];
    struct msg msg;
    if (condition->id == 0 || pick(model, 0, 3) == 0) {
        sample(&msg, MSG_CONDITION, (int)id);
        *condition = msg.condition;
        condition->id = id;
        condition->terms.following = pick(model, 0, 3) > 0;
        condition->terms.side = pick(model, 0, 1) == 0 ? SIDE_BUY : SIDE_SELL;
        snprintf(condition->terms.symbol, sizeof(condition->terms.symbol), "%s", a_symbol(model));
        condition->trigger = PRICE_POINTS(pick(model, LOW, HIGH));
    }
    condition->state = states[pick(model, 0, 5)];
    condition->serial++;
    msg_init(&msg, MSG_CONDITION);
    msg.condition = *condition;
    store(db, &msg);
}

static void ratchet(struct model *model, struct db *db)
{
    struct msg msg;
    msg_init(&msg, MSG_RATCHET);
    snprintf(msg.ratchet.symbol, sizeof(msg.ratchet.symbol), "%s", a_symbol(model));
    msg.ratchet.side = pick(model, 0, 1) == 0 ? SIDE_BUY : SIDE_SELL;
    msg.ratchet.price = PRICE_POINTS(pick(model, LOW, HIGH));
    store(db, &msg);
    const int sign = msg.ratchet.side == SIDE_BUY ? 1 : -1;
    for (int64_t id = 1; id <= CONDITIONS; id++) {
        struct condition *c = &model->conditions[id];
        if (c->id != 0 && c->terms.following && c->state == CONDITION_TRIGGERED && c->terms.side == msg.ratchet.side &&
            strcmp(c->terms.symbol, msg.ratchet.symbol) == 0 && sign * (c->trigger - msg.ratchet.price) > 0)
            c->trigger = msg.ratchet.price;
    }
}

static void compare(const struct model *model, struct db *db)
{
    struct rows rows;
    size_t made = 0;
    fetch(db, &(struct db_query){.id = MSG_CONDITION}, &rows);
    for (int64_t id = 1; id <= CONDITIONS; id++) {
        if (model->conditions[id].id == 0) continue;
        assert_true(made < rows.count);
        const struct condition *read = &rows.msg[made++].condition;
        assert_int_equal(read->id, id);
        if (read->trigger != model->conditions[id].trigger)
            fail_msg("condition %d: %d, not %d", (int)id, (int)(read->trigger / PRICE_SCALE),
                     (int)(model->conditions[id].trigger / PRICE_SCALE));
    }
    assert_int_equal(made, rows.count);
}

static int64_t ratchets_kept(const struct db *db)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db->sql, "SELECT count(*) FROM ratchets", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int64_t count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

static void every_row_reads_as_if_it_had_been_written(void **state)
{
    struct db *db = open_db(*state, DB_CONDITIONS, DB_WRITE);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct model *model = calloc(1, sizeof(*model));
        assert_non_null(model);
        rng_seed(&model->rng, seed);
        assert_int_equal(sqlite3_exec(db->sql, "DELETE FROM conditions", NULL, NULL, NULL), SQLITE_OK);
        for (int step = 0; step < STEPS; step++) {
            struct err err;
            assert_int_equal(db_begin(db, &err), ERR_OK);
            if (pick(model, 0, 2) == 0) change(model, db);
            ratchet(model, db);
            assert_int_equal(db_commit(db, &err), ERR_OK);
            if (step % 50 == 0) compare(model, db);
            if (step % 1000 == 0) { /* a restart in between */
                db_close(db);
                db = open_db(*state, DB_CONDITIONS, DB_WRITE);
            }
        }
        compare(model, db);
        assert_true(ratchets_kept(db) <= 4 * (HIGH - LOW + 1)); /* a price of a side once, however long it goes on */
        free(model);
    }
    db_close(db);
}

static void what_is_rolled_back_moved_nothing(void **state)
{
    struct db *db = open_db(*state, DB_CONDITIONS, DB_WRITE);
    struct msg msg;
    struct rows rows;
    struct err err;
    sample(&msg, MSG_CONDITION, 2);
    msg.condition.terms.side = SIDE_BUY;
    msg.condition.terms.following = true;
    msg.condition.state = CONDITION_TRIGGERED;
    msg.condition.trigger = PRICE_POINTS(17400);
    store(db, &msg);
    struct msg moved;
    msg_init(&moved, MSG_RATCHET);
    memcpy(moved.ratchet.symbol, msg.condition.terms.symbol, sizeof(moved.ratchet.symbol));
    moved.ratchet.side = SIDE_BUY;
    moved.ratchet.price = PRICE_POINTS(17300);
    assert_int_equal(db_begin(db, &err), ERR_OK);
    store(db, &moved);
    db_rollback(db);
    assert_int_equal(fetch(db, &(struct db_query){.id = MSG_CONDITION}, &rows), 1);
    assert_int_equal(rows.msg[0].condition.trigger, PRICE_POINTS(17400));
    store(db, &moved);
    assert_int_equal(fetch(db, &(struct db_query){.id = MSG_CONDITION}, &rows), 1);
    assert_int_equal(rows.msg[0].condition.trigger, PRICE_POINTS(17300));
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_row_reads_as_if_it_had_been_written, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(what_is_rolled_back_moved_nothing, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

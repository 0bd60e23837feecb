/*
 * While everything was stopped the venue's books changed: at the start the difference is said, nothing enters, and when
 * the trader has accepted it all books agree and orders go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "db/db.h"
#include "tests/torture/scene.h"

static bool differs(struct torture *t)
{
    return t->guard.mode == GUARD_HALTED && t->difference.here != t->difference.there;
}

static bool settled(struct torture *t)
{
    return t->difference.symbol[0] != '\0' && t->difference.here == t->difference.there;
}

/* On the contract of the probes, which nothing of ours ever held. */
static void give_lots(const struct torture *t, int32_t lots)
{
    struct db *db = NULL;
    struct msg msg;
    struct err err = {0};
    const struct contract *contract = &t->symbols[t->symbol_count - 1].contract;
    msg_init(&msg, MSG_POSITION);
    text_copy(msg.position.account, sizeof msg.position.account, t->session.account);
    text_copy(msg.position.symbol, sizeof msg.position.symbol, contract->symbol);
    msg.position.trading_day = t->market.trading_day;
    msg.position.quantity = lots;
    msg.position.open_value = lots * t->symbols[t->symbol_count - 1].last;
    if (db_open(&db, DB_EXCHANGE, t->home, DB_WRITE, DB_NORMAL, &err) != ERR_OK || db_begin(db, &err) != ERR_OK ||
        db_store(db, &msg, &err) != ERR_OK || db_commit(db, &err) != ERR_OK)
        fail_msg("%s", err.text);
    db_close(db);
}

static void ask(struct torture *t, enum control_kind kind, const char *text, int64_t number)
{
    struct msg msg;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = kind;
    msg.control.number = number;
    text_copy(msg.control.text, sizeof msg.control.text, text);
    text_copy(msg.control.actor, sizeof msg.control.actor, "ann");
    assert_true(world_ask(t, COMPONENT_GATEWAY, &msg, ASK_CONTROL, 0) != 0);
}

static void test_a_difference_is_accepted(void **state)
{
    struct torture *t = *state;
    assert_true(world_stop(t));
    give_lots(t, 3);
    memset(t->heard, 0, sizeof t->heard);
    assert_true(world_start(t));
    t->since_us = torture_now();
    assert_true(scene_wait(t, differs));
    assert_int_equal(t->difference.there, 3);
    assert_int_equal(t->difference.here, 0);
    ask(t, CONTROL_RESUME, "without looking", 0);
    world_pump(t, 300 * CLOCK_MS_US);
    assert_int_equal(t->guard.mode, GUARD_HALTED);
    ask(t, CONTROL_ACCEPT, t->difference.symbol, 3);
    assert_true(scene_wait(t, settled));
    ask(t, CONTROL_RESUME, "looked", 0);
    assert_true(scene_wait(t, scene_active));
    assert_true(scene_whole_again(t));
}

struct held {
    const char *symbol;
    int32_t lots;
};

static bool count_position(void *context, const struct msg *msg)
{
    struct held *held = context;
    if (strcmp(msg->position.symbol, held->symbol) == 0) held->lots += msg->position.quantity;
    return true;
}

static void test_every_book_has_it_afterwards(void **state)
{
    static const enum db_file files[] = {DB_EXCHANGE, DB_GATEWAY, DB_ORDERS};
    struct torture *t = *state;
    assert_true(scene_wait(t, scene_ended));
    assert_true(world_stop(t));
    for (int i = 0; i < 3; i++) {
        struct db *db = NULL;
        struct err err = {0};
        struct held held = {.symbol = t->symbols[t->symbol_count - 1].contract.symbol};
        const struct db_query query = {.id = MSG_POSITION, .trading_day = t->market.trading_day};
        if (db_open(&db, files[i], t->home, DB_READ, DB_NORMAL, &err) != ERR_OK ||
            db_each(db, &query, count_position, &held, &err) != ERR_OK)
            fail_msg("%s", err.text);
        db_close(db);
        if (held.lots != 3) fail_msg("%s holds %d lots", db_file_name(files[i]), (int)held.lots);
    }
}

static int start(void **state)
{
    return scene_open(state, 17) == 0 && scene_wait(*state, scene_ended) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_difference_is_accepted),
        cmocka_unit_test(test_every_book_has_it_afterwards),
    };
    return cmocka_run_group_tests(tests, start, scene_close);
}

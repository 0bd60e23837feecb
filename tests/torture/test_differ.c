/*
 * While everything was stopped the venue's books changed: at the start the difference is said, nothing enters, and when
 * the trader has accepted it all books agree and orders go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/check.h"
#include "core/text.h"
#include "db/db.h"
#include "tests/torture/torture.h"

#define PATIENCE_US (30 * CLOCK_SECOND_US)

static struct torture *t;
static int64_t since_us;

static bool wait_for(bool (*is_so)(void))
{
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while (!is_so() && clock_monotonic_us() < until_us) {
        world_pump(t, 10 * CLOCK_MS_US);
        world_ask_status(t);
    }
    return is_so();
}

static bool healthy(void)
{
    return world_healthy(t, since_us);
}

static bool probed(void)
{
    return healthy() && probe_done(t, torture_now());
}

static bool trades(void)
{
    stream_step(t, torture_now());
    return t->active > 0;
}

static bool ended(void)
{
    stream_wind_down(t, torture_now());
    return t->active == 0 && stream_working(t) == 0;
}

static bool differs(void)
{
    return t->guard.mode == GUARD_HALTED && t->difference.here != t->difference.there;
}

static bool settled(void)
{
    return t->difference.symbol[0] != '\0' && t->difference.here == t->difference.there;
}

static bool active(void)
{
    return t->guard.mode == GUARD_ACTIVE;
}

static int start(void **state)
{
    (void)state;
    t = calloc(1, sizeof *t);
    CHECK(t != NULL);
    t->options = (struct torture_options){.seed = 17, .kills = 1, .speed = 60};
    t->out = stdout;
    t->first_active = 1;
    rng_seed(&t->rng, t->options.seed);
    return world_open(t) && wait_for(healthy) && wait_for(trades) && wait_for(probed) && wait_for(ended) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    if (t->client != NULL) world_stop(t);
    world_close(t);
    free(t);
    return 0;
}

/* On the contract of the probes, which nothing of ours ever held. */
static void give_lots(int32_t lots)
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

static void ask(enum control_kind kind, const char *text, int64_t number)
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
    (void)state;
    assert_true(world_stop(t));
    give_lots(3);
    memset(t->heard, 0, sizeof t->heard);
    assert_true(world_start(t));
    since_us = torture_now();
    assert_true(wait_for(differs));
    assert_int_equal(t->difference.there, 3);
    assert_int_equal(t->difference.here, 0);
    ask(CONTROL_RESUME, "without looking", 0);
    world_pump(t, 300 * CLOCK_MS_US);
    assert_int_equal(t->guard.mode, GUARD_HALTED);
    ask(CONTROL_ACCEPT, t->difference.symbol, 3);
    assert_true(wait_for(settled));
    ask(CONTROL_RESUME, "looked", 0);
    assert_true(wait_for(active));
    probe_begin(t);
    assert_true(wait_for(probed));
}

static bool count_position(void *context, const struct msg *msg)
{
    bool probes = strcmp(msg->position.symbol, t->symbols[t->symbol_count - 1].contract.symbol) == 0;
    *(int32_t *)context += probes ? msg->position.quantity : 0;
    return true;
}

static void test_every_book_has_it_afterwards(void **state)
{
    static const enum db_file files[] = {DB_EXCHANGE, DB_GATEWAY, DB_ORDERS};
    (void)state;
    assert_true(wait_for(ended));
    assert_true(world_stop(t));
    for (int i = 0; i < 3; i++) {
        struct db *db = NULL;
        struct err err = {0};
        int32_t lots = 0;
        const struct db_query query = {.id = MSG_POSITION, .trading_day = t->market.trading_day};
        if (db_open(&db, files[i], t->home, DB_READ, DB_NORMAL, &err) != ERR_OK ||
            db_each(db, &query, count_position, &lots, &err) != ERR_OK)
            fail_msg("%s", err.text);
        db_close(db);
        if (lots != 3) fail_msg("%s holds %d lots", db_file_name(files[i]), (int)lots);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_difference_is_accepted),
        cmocka_unit_test(test_every_book_has_it_afterwards),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/* The strategy's promises, one by one: what it signals, what it stores, what it does when orders go wrong. */
#include "tests/core/strategy_fixture.h"
#include "tests/support/alloc_count.h"

/* --- the life of a condition -------------------------------------------------------------------------------------- */

static void enters_and_takes_profit(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    terms.following = true;
    const int64_t id = create(f, &terms);
    assert_int_equal(id, 1);
    tick(f, 17405);
    state_is(f, id, CONDITION_ARMED);
    tick(f, 17399);
    state_is(f, id, CONDITION_TRIGGERED);
    tick(f, 17390);
    assert_int_equal(condition(f, id)->trigger, P(17390));
    assert_non_null(heard(f, PORT_STORE, MSG_RATCHET, 0));
    assert_int_equal(heard(f, PORT_PUBLISH, MSG_RATCHET, 0)->ratchet.price, P(17390));
    tick(f, 17399);
    forget(f);
    tick(f, 17400); /* 17390 + 10 */
    state_is(f, id, CONDITION_ENTERING);
    const struct signal *signal = &heard(f, PORT_SIGNAL, MSG_SIGNAL, 0)->signal;
    assert_memory_equal(&heard(f, PORT_STORE, MSG_SIGNAL, 0)->signal, signal, sizeof *signal);
    const struct order_request order = signal->order;
    assert_int_equal(signal->seq, 1);
    assert_string_equal(order.client_order_id, "t1-1-E1");
    assert_int_equal(order.side, SIDE_BUY);
    assert_int_equal(order.type, ORDER_MARKET);
    assert_int_equal(order.tif, TIF_IOC);
    assert_int_equal(order.quantity, 3);
    assert_false(order.reduce_only);
    assert_int_equal(order.leg, LEG_ENTRY);
    assert_int_equal(order.decision_price, P(17400));
    assert_int_equal(order.expires_us, f->now_us + TTL_US);
    assert_int_equal(strategy_unconfirmed(f->strategy), 1);
    fills(f, &order, 1, 17401, 1);
    state_is(f, id, CONDITION_OPEN);
    assert_int_equal(strategy_unconfirmed(f->strategy), 0); /* an event of it says that the executor has it */
    fills(f, &order, 2, 17404, 3);                          /* average 17403: 17423 / 17388 */
    forget(f);
    tick(f, 17422);
    assert_int_equal(f->said_count, 0);
    tick(f, 17423);
    state_is(f, id, CONDITION_EXITING);
    const struct order_request exit = last_order(f);
    assert_string_equal(exit.client_order_id, "t1-1-T1");
    assert_int_equal(exit.side, SIDE_SELL);
    assert_int_equal(exit.quantity, 3);
    assert_true(exit.reduce_only);
    tick(f, 17380); /* both never go */
    assert_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 1));
    fills(f, &exit, 3, 17422, 3);
    state_is(f, id, CONDITION_CLOSED);
    assert_string_equal(condition(f, id)->reason, "take profit filled, +19 points a lot");
    assert_int_equal(condition(f, id)->serial, 6); /* created, triggered, entering, open, exiting, closed */
    fixture_free(f);
}

static void sells_at_resistance(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    terms.side = SIDE_SELL;
    terms.entry = ENTRY_LIMIT;
    terms.entry_offset = P(2);
    terms.basis = BASIS_PLANNED;
    const int64_t id = create(f, &terms);
    tick(f, 17401);
    state_is(f, id, CONDITION_TRIGGERED);
    tick(f, 17390);
    const struct order_request order = last_order(f);
    assert_int_equal(order.type, ORDER_LIMIT);
    assert_int_equal(order.tif, TIF_ROD);
    assert_int_equal(order.limit_price, P(17388));
    fills(f, &order, 3, 17389, 3);
    tick(f, 17405); /* 17390 + 15 */
    assert_string_equal(last_order(f).client_order_id, "t1-1-S1");
    assert_int_equal(last_order(f).side, SIDE_BUY);
    fixture_free(f);
}

static void acts_in_id_order_and_once_a_tick(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    terms.turning = 0;
    for (int i = 0; i < 20; i++) {
        terms.trigger_price = P(17400 + (i * 7) % 20);
        create(f, &terms);
    }
    forget(f);
    tick(f, 17400);
    for (int64_t i = 0; i < 20; i++) {
        assert_int_equal(heard(f, PORT_STORE, MSG_TRANSITION, (size_t)i)->transition.condition_id, i + 1);
        assert_int_equal(heard(f, PORT_STORE, MSG_TRANSITION, (size_t)i)->transition.to, CONDITION_TRIGGERED);
    }
    assert_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 0));
    tick(f, 17420);
    for (int64_t i = 0; i < 20; i++) {
        const struct signal *signal = &heard(f, PORT_SIGNAL, MSG_SIGNAL, (size_t)i)->signal;
        assert_int_equal(signal->order.condition_id, i + 1);
        assert_int_equal(signal->seq, i + 1);
    }
    fixture_free(f);
}

static void ignores_trial_and_repeated_ticks(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = create(f, &terms);
    struct tick trial = make_tick(f, P(17000));
    trial.flags = TICK_TRIAL;
    strategy_on_tick(f->strategy, &trial, f->now_us, &f->sink);
    state_is(f, id, CONDITION_ARMED);
    struct tick again = make_tick(f, P(17405));
    strategy_on_tick(f->strategy, &again, f->now_us, &f->sink);
    again.price = P(17000); /* the same number: seen */
    strategy_on_tick(f->strategy, &again, f->now_us, &f->sink);
    state_is(f, id, CONDITION_ARMED);
    again.epoch = 2; /* a new run of the feed counts from 1 */
    again.sym_seq = 1;
    strategy_on_tick(f->strategy, &again, f->now_us, &f->sink);
    state_is(f, id, CONDITION_TRIGGERED);
    uint64_t epoch;
    assert_int_equal(strategy_tick_seq(f->strategy, SYMBOL, &epoch), 1);
    assert_int_equal(epoch, 2);
    fixture_free(f);
}

/* A decision on an old tick is as old as the tick: its time to live has begun then. */
static void late_ticks_make_late_entries(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    create(f, &terms);
    tick(f, 17400);
    struct tick old = make_tick(f, P(17410));
    old.recv_us = f->now_us - 20 * CLOCK_SECOND_US;
    strategy_on_tick(f->strategy, &old, f->now_us, &f->sink);
    assert_int_equal(last_order(f).expires_us, old.recv_us + TTL_US);
    fixture_free(f);
}

/* --- orders that go wrong ----------------------------------------------------------------------------------------- */

static void entry_without_a_fill_is_rejected(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = create(f, &terms);
    tick(f, 17400);
    tick(f, 17410);
    const struct order_request order = last_order(f);
    order_goes(f, &order, EXEC_REJECTED, ORDER_REJECTED, "margin is short");
    state_is(f, id, CONDITION_REJECTED);
    assert_string_equal(condition(f, id)->reason, "margin is short");
    forget(f);
    for (int i = 0; i < 100; i++) tick(f, 17300 + i * 3);
    pass(f, CLOCK_SECOND_US);
    assert_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 0));
    /* ... but a fill is a fact, however late. */
    fills(f, &order, 1, 17410, 1);
    state_is(f, id, CONDITION_OPEN);
    assert_non_null(heard(f, PORT_PUBLISH, MSG_RISK_EVENT, 0));
    tick(f, 17395);
    assert_int_equal(last_order(f).quantity, 1);
    fixture_free(f);
}

static void exit_escalates_until_it_fills(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = open_position(f, &terms);
    tick(f, 17390);
    struct order_request order = last_order(f);
    assert_int_equal(order.type, ORDER_MARKET);
    fills(f, &order, 1, 17390, 1); /* one of three, the rest finds nobody */
    struct order_event rest = make_event(f, &order, EXEC_CANCELLED, ORDER_CANCELLED, 0, 0, 1);
    apply(f, &rest);
    order = last_order(f);
    assert_string_equal(order.client_order_id, "t1-1-S2");
    assert_int_equal(order.type, ORDER_RANGE_MARKET);
    assert_int_equal(order.quantity, 2);
    forget(f);
    order_goes(f, &order, EXEC_EXPIRED, ORDER_EXPIRED, "nothing on the other side");
    assert_non_null(heard(f, PORT_STORE, MSG_RISK_EVENT, 0));
    assert_non_null(heard(f, PORT_PUBLISH, MSG_RISK_EVENT, 0));
    order = last_order(f);
    assert_int_equal(order.type, ORDER_LIMIT);
    assert_int_equal(order.tif, TIF_ROD);
    assert_int_equal(order.limit_price, P(15660));
    assert_true(condition(f, id)->locked);
    assert_true(order.reduce_only);
    /* The session ends with it unfilled: it goes again, a little later, for ever. */
    for (int attempt = 4; attempt < 12; attempt++) {
        forget(f);
        order_goes(f, &order, EXEC_EXPIRED, ORDER_EXPIRED, "session ended");
        assert_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 0));
        state_is(f, id, CONDITION_EXITING);
        pass(f, 31 * CLOCK_SECOND_US);
        order = last_order(f);
        assert_int_equal(order.attempt, attempt);
        assert_int_equal(order.type, ORDER_LIMIT);
        assert_int_equal(order.quantity, 2);
    }
    fills(f, &order, 2, 15660, 2);
    state_is(f, id, CONDITION_CLOSED);
    assert_string_equal(condition(f, id)->reason, "stop filled, -1173.33 points a lot");
    assert_false(condition(f, id)->locked);
    fixture_free(f);
}

/* More lots than one order may carry go in several, without escalating. */
static void large_exits_go_in_parts(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    terms.entry = ENTRY_LIMIT;
    terms.quantity = 25;
    const int64_t id = open_position(f, &terms);
    tick(f, 17390);
    const int32_t parts[] = {10, 10, 5};
    for (int i = 0; i < 3; i++) {
        const struct order_request order = last_order(f);
        assert_int_equal(order.attempt, i + 1);
        assert_int_equal(order.quantity, parts[i]);
        assert_int_equal(order.type, ORDER_MARKET);
        fills(f, &order, parts[i], 17390, parts[i]);
    }
    state_is(f, id, CONDITION_CLOSED);
    assert_int_equal(condition(f, id)->exited_quantity, 25);
    fixture_free(f);
}

static void what_is_closed_elsewhere_ends(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = open_position(f, &terms);
    tick(f, 17390);
    for (int i = 0; i < 10 && condition(f, id)->state == CONDITION_EXITING; i++) {
        const struct order_request order = last_order(f);
        struct order_event denied = make_event(f, &order, EXEC_DENIED, ORDER_DENIED, 0, 0, 0);
        denied.reject = REJECT_WOULD_NOT_REDUCE;
        apply(f, &denied);
        pass(f, 31 * CLOCK_SECOND_US);
    }
    state_is(f, id, CONDITION_CLOSED);
    assert_int_equal(condition(f, id)->exited_quantity, 0);
    assert_true(condition(f, id)->attempt >= 4); /* 3 lots, 1 lot, and 1 lot again and again */
    fixture_free(f);
}

static void flatten_closes_conditions(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    const int64_t one = create(f, &terms), two = create(f, &terms);
    tick(f, 17400);
    tick(f, 17410);
    for (int64_t id = one; id <= two; id++) {
        const struct order_request order = heard(f, PORT_SIGNAL, MSG_SIGNAL, (size_t)(id - one))->signal.order;
        fills(f, &order, 3, 17410, 3);
    }
    struct order_request flatten = {.account = ACCOUNT_NAME,
                                    .symbol = SYMBOL,
                                    .client_order_id = "t1-m1-1",
                                    .side = SIDE_SELL,
                                    .quantity = 4,
                                    .leg = LEG_FLATTEN};
    fills(f, &flatten, 4, 17405, 4); /* whose lots they were is the gate's to say */
    state_is(f, one, CONDITION_OPEN);
    for (int64_t id = one; id <= two; id++) {
        flatten.condition_id = id;
        struct order_event released = make_event(f, &flatten, EXEC_RELEASED, ORDER_FILLED, id == one ? 3 : 1, 17405, 4);
        apply(f, &released);
    }
    state_is(f, one, CONDITION_CLOSED);
    state_is(f, two, CONDITION_OPEN);
    tick(f, 17390);
    assert_int_equal(last_order(f).quantity, 2);
    fixture_free(f);
}

/* --- no allocation from tick to signal ---------------------------------------------------------------------------- */

static int64_t signals_counted;

static void count_only(void *context, enum port port, const struct msg *msg)
{
    (void)context;
    (void)msg;
    if (port == PORT_SIGNAL) signals_counted++;
}

static void ticks_allocate_nothing(void **state)
{
    (void)state;
    if (!alloc_counted()) {
        puts("skip: a sanitizer has taken malloc");
        skip();
    }
    struct fixture *f = fixture_new(true);
    struct condition_terms terms = plain_terms();
    for (int i = 0; i < 1000; i++) {
        forget(f);
        terms.side = i % 2 == 0 ? SIDE_BUY : SIDE_SELL;
        terms.following = i % 3 != 0;
        terms.trigger_price = P(17300 + i % 200);
        create(f, &terms);
    }
    f->sink.emit = count_only;
    const long before = alloc_count;
    for (int i = 0; i < 5000; i++) tick(f, 17400 + (i * 37) % 211 - 105);
    assert_int_equal(alloc_count, before);
    assert_true(signals_counted > 1900);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enters_and_takes_profit),          cmocka_unit_test(sells_at_resistance),
        cmocka_unit_test(acts_in_id_order_and_once_a_tick), cmocka_unit_test(ignores_trial_and_repeated_ticks),
        cmocka_unit_test(late_ticks_make_late_entries),     cmocka_unit_test(entry_without_a_fill_is_rejected),
        cmocka_unit_test(exit_escalates_until_it_fills),    cmocka_unit_test(large_exits_go_in_parts),
        cmocka_unit_test(what_is_closed_elsewhere_ends),    cmocka_unit_test(flatten_closes_conditions),
        cmocka_unit_test(ticks_allocate_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

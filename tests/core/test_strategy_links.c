/* What reaches the strategy from outside the market: the trader's commands, the clock and the sessions, stale feeds,
 * the executor's answers and the order events. */
#include "tests/core/strategy_fixture.h"

/* --- the trader's commands ---------------------------------------------------------------------------------------- */

static void cancel_while_entering_waits(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    terms.entry = ENTRY_LIMIT;
    for (int filled = 0; filled < 2; filled++) {
        const int64_t id = create(f, &terms);
        tick(f, 17400);
        tick(f, 17410);
        const struct order_request order = last_order(f);
        order_goes(f, &order, EXEC_NEW, ORDER_NEW, "");
        forget(f);
        assert_int_equal(command(f, CONDITION_CANCEL, id, NULL), ERR_OK);
        state_is(f, id, CONDITION_ENTERING);
        assert_string_equal(heard(f, PORT_ORDER, MSG_CANCEL_REQUEST, 0)->cancel_request.client_order_id,
                            order.client_order_id);
        pass(f, CLOCK_SECOND_US); /* asked again until the order ends */
        assert_non_null(heard(f, PORT_ORDER, MSG_CANCEL_REQUEST, 1));
        if (filled == 1) fills(f, &order, 1, 17410, 1);
        struct order_event end = make_event(f, &order, EXEC_CANCELLED, ORDER_CANCELLED, 0, 0, filled);
        apply(f, &end);
        state_is(f, id, filled == 1 ? CONDITION_OPEN : CONDITION_CANCELLED);
        forget(f);
        pass(f, CLOCK_SECOND_US);
        assert_null(heard(f, PORT_ORDER, MSG_CANCEL_REQUEST, 0));
        if (filled == 1) assert_int_equal(command(f, CONDITION_CANCEL, id, NULL), ERR_STATE); /* it protects */
    }
    fixture_free(f);
}

/* An exit goes while the entry still works: the rest of the entry is not wanted, and what fills yet is closed too. */
static void exit_cancels_the_rest_of_the_entry(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    terms.entry = ENTRY_LIMIT;
    const int64_t id = create(f, &terms);
    tick(f, 17400);
    tick(f, 17410);
    const struct order_request entry = last_order(f);
    fills(f, &entry, 1, 17410, 1);
    tick(f, 17395);
    const struct order_request exit = last_order(f);
    assert_int_equal(exit.quantity, 1);
    assert_non_null(heard(f, PORT_ORDER, MSG_CANCEL_REQUEST, 0));
    fills(f, &entry, 1, 17410, 2);
    fills(f, &exit, 1, 17395, 1);
    const struct order_request second = last_order(f);
    assert_int_equal(second.attempt, 2);
    assert_int_equal(second.quantity, 1);
    fills(f, &second, 1, 17395, 1);
    state_is(f, id, CONDITION_EXITING); /* a lot of the entry is still out */
    struct order_event end = make_event(f, &entry, EXEC_CANCELLED, ORDER_CANCELLED, 0, 0, 2);
    apply(f, &end);
    state_is(f, id, CONDITION_CLOSED);
    assert_int_equal(condition(f, id)->exited_quantity, 2);
    fixture_free(f);
}

static void pauses_resumes_edits(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    terms.following = true;
    const int64_t id = create(f, &terms);
    tick(f, 17400);
    tick(f, 17380);
    assert_int_equal(command(f, CONDITION_PAUSE, id, NULL), ERR_OK);
    assert_int_equal(condition(f, id)->trigger, P(17380));
    assert_int_equal(command(f, CONDITION_PAUSE, id, NULL), ERR_STATE);
    tick(f, 17300); /* neither follows nor enters */
    tick(f, 17500);
    state_is(f, id, CONDITION_PAUSED);
    assert_int_equal(command(f, CONDITION_RESUME, id, NULL), ERR_OK);
    state_is(f, id, CONDITION_TRIGGERED);
    terms.turning = P(30); /* another size stays where it is */
    assert_int_equal(command(f, CONDITION_EDIT, id, &terms), ERR_OK);
    state_is(f, id, CONDITION_TRIGGERED);
    tick(f, 17409); /* 17380 + 30 not reached; the old 17390 is */
    state_is(f, id, CONDITION_TRIGGERED);
    terms.trigger_price = P(17350); /* another line starts again */
    assert_int_equal(command(f, CONDITION_EDIT, id, &terms), ERR_OK);
    state_is(f, id, CONDITION_ARMED);
    tick(f, 17409);
    state_is(f, id, CONDITION_ARMED);
    tick(f, 17350);
    state_is(f, id, CONDITION_TRIGGERED);
    assert_int_equal(command(f, CONDITION_CANCEL, id, NULL), ERR_OK);
    state_is(f, id, CONDITION_CANCELLED);
    forget(f);
    tick(f, 17400);
    assert_int_equal(f->said_count, 0);
    assert_int_equal(command(f, CONDITION_EDIT, id, &terms), ERR_STATE);
    assert_int_equal(command(f, CONDITION_RESUME, 99, NULL), ERR_NOT_FOUND);
    fixture_free(f);
}

static void refusals_say_the_field_and_change_nothing(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    terms.trigger_price = P(17400) + P(1) / 2;
    assert_int_equal(command(f, CONDITION_CREATE, 0, &terms), ERR_RANGE);
    assert_non_null(strstr(f->said[f->said_count - 1].msg.reply.text, "trigger_price: 17400.5 is not a whole number"));
    terms = plain_terms();
    snprintf(terms.symbol, sizeof terms.symbol, "MXFI1");
    assert_int_equal(command(f, CONDITION_CREATE, 0, &terms), ERR_NOT_FOUND);
    assert_non_null(strstr(f->said[f->said_count - 1].msg.reply.text, "MXFI1"));
    terms = plain_terms();
    terms.quantity = -5;
    assert_int_equal(command(f, CONDITION_CREATE, 0, &terms), ERR_RANGE);
    assert_int_equal(f->said_count, 3); /* three replies and nothing else */
    assert_int_equal(command(f, (enum condition_action)77, 0, &terms), ERR_INVALID);
    terms = plain_terms();
    assert_int_equal(create(f, &terms), 1);
    terms.take_profit = 0;
    forget(f);
    assert_int_equal(command(f, CONDITION_EDIT, 1, &terms), ERR_RANGE);
    assert_int_equal(f->said_count, 1);
    assert_int_equal(condition(f, 1)->terms.take_profit, P(20));
    fixture_free(f);
}

static void there_is_a_limit(void **state)
{
    (void)state;
    const struct strategy_config config = {.install = "t1", .resend_us = 1000, .max_conditions = 2};
    struct fixture *f = fixture_new(false);
    strategy_free(f->strategy);
    f->strategy = strategy_new(&config);
    const struct contract contract = fixture_contract();
    strategy_on_contract(f->strategy, &contract);
    const struct condition_terms terms = plain_terms();
    assert_int_equal(command(f, CONDITION_CREATE, 0, &terms), ERR_STATE); /* no market yet */
    say_market(f, SESSION_DAY, SESSION_OPEN);
    create(f, &terms);
    create(f, &terms);
    assert_int_equal(command(f, CONDITION_CREATE, 0, &terms), ERR_FULL);
    assert_int_equal(command(f, CONDITION_CANCEL, 1, NULL), ERR_OK);
    assert_int_equal(create(f, &terms), 3); /* a number is never given twice */
    fixture_free(f);
}

/* --- time
 * -------------------------------------------------------------------------------------------------------------------
 */

static void validity_ends(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    const int64_t open = open_position(f, &terms);
    const int64_t gtc = create(f, &terms);
    terms.validity = VALID_SESSION;
    const int64_t session = create(f, &terms), held = create(f, &terms);
    terms.validity = VALID_DAY;
    const int64_t day = create(f, &terms);
    terms.validity = VALID_UNTIL;
    terms.valid_until = 20210727;
    const int64_t until = create(f, &terms);
    assert_int_equal(command(f, CONDITION_PAUSE, held, NULL), ERR_OK);
    f->market_us = calendar_taipei_us(DAY, 13 * 3600 + 45 * 60);
    say_market(f, SESSION_NONE, SESSION_CLOSED);
    state_is(f, session, CONDITION_EXPIRED);
    state_is(f, held, CONDITION_EXPIRED);
    state_is(f, day, CONDITION_EXPIRED);
    state_is(f, until, CONDITION_ARMED);
    const int64_t night = create(f, &(struct condition_terms){.account = ACCOUNT_NAME,
                                                              .symbol = SYMBOL,
                                                              .side = SIDE_BUY,
                                                              .trigger_price = P(17000),
                                                              .turning = P(10),
                                                              .quantity = 1,
                                                              .take_profit = P(20),
                                                              .stop_loss = P(15),
                                                              .basis = BASIS_FILL,
                                                              .validity = VALID_SESSION,
                                                              .entry = ENTRY_MARKET});
    assert_int_equal(condition(f, night)->expires_day, 20210727);
    assert_int_equal(condition(f, night)->expires_session, SESSION_NIGHT);
    f->market_us = calendar_taipei_us(20210726, 15 * 3600);
    say_market(f, SESSION_NIGHT, SESSION_OPEN);
    state_is(f, night, CONDITION_ARMED);
    f->market_us = calendar_taipei_us(20210727, 8 * 3600 + 45 * 60);
    say_market(f, SESSION_DAY, SESSION_OPEN);
    state_is(f, night, CONDITION_EXPIRED);
    state_is(f, until, CONDITION_ARMED);
    f->market_us = calendar_taipei_us(20210727, 13 * 3600 + 45 * 60);
    say_market(f, SESSION_NONE, SESSION_CLOSED);
    state_is(f, until, CONDITION_EXPIRED);
    f->market_us = calendar_taipei_us(20210819, 8 * 3600 + 45 * 60); /* the contract has ended */
    say_market(f, SESSION_DAY, SESSION_OPEN);
    state_is(f, gtc, CONDITION_EXPIRED);
    state_is(f, open, CONDITION_OPEN); /* a position stays protected */
    strategy_on_caught_up(f->strategy);
    assert_null(strategy_condition(f->strategy, session)); /* an earlier day's history is not kept in memory */
    fixture_free(f);
}

/* Between the close and the night a trader looks at what the day has been. */
static void what_ended_today_is_kept_past_the_close(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = create(f, &terms);
    assert_int_equal(command(f, CONDITION_CANCEL, id, NULL), ERR_OK);
    f->market_us = calendar_taipei_us(20210726, 13 * 3600 + 45 * 60);
    struct market closed = fixture_market(f, SESSION_NONE, SESSION_CLOSED);
    assert_int_equal(closed.trading_day, 20210727);
    closed.next_change_us = calendar_taipei_us(20210726, 15 * 3600);
    strategy_on_market(f->strategy, &closed, f->now_us, &f->sink);
    strategy_on_caught_up(f->strategy);
    assert_non_null(strategy_condition(f->strategy, id));
    f->market_us = calendar_taipei_us(20210726, 15 * 3600);
    say_market(f, SESSION_NIGHT, SESSION_OPEN);
    strategy_on_caught_up(f->strategy);
    assert_null(strategy_condition(f->strategy, id));
    fixture_free(f);
}

static void closed_markets_are_waited_for(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = open_position(f, &terms);
    tick(f, 17390);
    const struct order_request order = last_order(f);
    f->market_us = calendar_taipei_us(DAY, 13 * 3600 + 45 * 60);
    say_market(f, SESSION_NONE, SESSION_CLOSED);
    forget(f);
    order_goes(f, &order, EXEC_REJECTED, ORDER_REJECTED, "closed");
    for (int i = 0; i < 100; i++) pass(f, 60 * CLOCK_SECOND_US);
    assert_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 0));
    f->market_us = calendar_taipei_us(DAY, 14 * 3600 + 50 * 60);
    say_market(f, SESSION_NIGHT, SESSION_PRE_OPEN);
    pass(f, CLOCK_MS_US);
    assert_string_equal(last_order(f).client_order_id, "t1-1-S2");
    state_is(f, id, CONDITION_EXITING);
    fixture_free(f);
}

static void stale_feeds_hold_entries_only(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    const int64_t open = open_position(f, &terms), armed = create(f, &terms);
    terms.following = true;
    terms.trigger_price = P(17450);
    const int64_t follower = create(f, &terms);
    tick(f, 17420);
    state_is(f, follower, CONDITION_TRIGGERED);
    forget(f);
    strategy_on_stale(f->strategy, SYMBOL, true, f->now_us, &f->sink);
    assert_true(condition(f, armed)->suspended);
    assert_int_equal(heard(f, PORT_PUBLISH, MSG_RISK_EVENT, 0)->risk_event.reject, REJECT_STALE_TICK);
    const uint64_t before = strategy_tick_seq(f->strategy, SYMBOL, NULL);
    f->sym_seq += 5; /* a gap: what came after it */
    tick(f, 17390);
    state_is(f, open, CONDITION_EXITING);
    state_is(f, armed, CONDITION_ARMED);
    assert_int_equal(condition(f, follower)->trigger, P(17420));
    assert_int_equal(strategy_tick_seq(f->strategy, SYMBOL, NULL), before);
    f->sym_seq = before; /* the missing ticks come in order: they count while the gap is being mended */
    tick(f, 17395);
    state_is(f, armed, CONDITION_TRIGGERED);
    assert_int_equal(condition(f, follower)->trigger, P(17395));
    struct tick replayed = make_tick(f, P(17394));
    replayed.sym_seq = f->sym_seq += 3; /* the ones between are lost for ever */
    replayed.flags = TICK_REPLAYED;
    strategy_on_tick(f->strategy, &replayed, f->now_us, &f->sink);
    assert_int_equal(condition(f, follower)->trigger, P(17394));
    strategy_on_stale(f->strategy, SYMBOL, false, f->now_us, &f->sink);
    assert_false(condition(f, armed)->suspended);
    fixture_free(f);
}

/* The answer was lost, and the command comes again, also over a restart's cursors: one condition. */
static void the_same_create_again_makes_no_second(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_command command = {
        .request_id = 7, .action = CONDITION_CREATE, .actor = "trader", .terms = plain_terms(), .key = 42};
    strategy_on_command(f->strategy, &command, f->now_us, &f->sink);
    strategy_on_command(f->strategy, &command, f->now_us, &f->sink);
    const struct reply *reply = &f->said[f->said_count - 1].msg.reply;
    assert_int_equal(reply->status, ERR_OK);
    assert_int_equal(reply->number, 1);
    assert_null(strategy_condition(f->strategy, 2));

    struct strategy *again = fixture_strategy(false);
    struct err err = {0};
    for (size_t i = 0; i < f->said_count; i++) {
        const struct msg *msg = &f->said[i].msg;
        if (f->said[i].port == PORT_STORE && (msg->id == MSG_CONDITION || msg->id == MSG_CURSOR))
            assert_int_equal(strategy_restore(again, msg, &err), ERR_OK);
    }
    strategy_free(f->strategy);
    f->strategy = again;
    say_market(f, SESSION_DAY, SESSION_OPEN);
    command.terms.quantity = 2; /* it was changed before it was sent again */
    strategy_on_command(f->strategy, &command, f->now_us, &f->sink);
    assert_int_equal(f->said[f->said_count - 1].msg.reply.status, ERR_EXISTS);
    command.terms = plain_terms();
    strategy_on_command(f->strategy, &command, f->now_us, &f->sink);
    assert_int_equal(f->said[f->said_count - 1].msg.reply.number, 1);
    command.key = 43;
    strategy_on_command(f->strategy, &command, f->now_us, &f->sink);
    assert_int_equal(f->said[f->said_count - 1].msg.reply.number, 2);
    fixture_free(f);
}

static enum status asked_at(struct fixture *f, struct condition_command *command, int64_t created_us)
{
    command->created_us = created_us;
    strategy_on_command(f->strategy, command, f->now_us, &f->sink);
    return (enum status)f->said[f->said_count - 1].msg.reply.status;
}

/* It waited at a strategy that stood still. What would begin something is refused; what only takes away is done. */
static void what_waited_too_long_is_not_done(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_command command = {
        .request_id = 7, .action = CONDITION_CREATE, .actor = "trader", .terms = plain_terms(), .key = 42};
    const int64_t late = f->now_us - TTL_US - 1;
    assert_int_equal(asked_at(f, &command, late), ERR_STATE);
    assert_string_equal(f->said[f->said_count - 1].msg.reply.text,
                        "not taken: asked for 5.0 s ago, its time to live has ended");
    assert_int_equal(asked_at(f, &command, INT64_MAX), ERR_STATE);
    assert_null(strategy_condition(f->strategy, 1));
    assert_int_equal(asked_at(f, &command, f->now_us - TTL_US), ERR_OK);
    assert_int_equal(asked_at(f, &command, late), ERR_OK); /* asked again: what was done is the answer */
    assert_null(strategy_condition(f->strategy, 2));
    command.condition_id = 1;
    command.action = CONDITION_EDIT;
    command.terms.quantity = 2;
    assert_int_equal(asked_at(f, &command, late), ERR_STATE);
    assert_int_equal(condition(f, 1)->terms.quantity, 3);
    command.action = CONDITION_PAUSE;
    assert_int_equal(asked_at(f, &command, late), ERR_OK);
    command.action = CONDITION_RESUME;
    assert_int_equal(asked_at(f, &command, late), ERR_STATE);
    state_is(f, 1, CONDITION_PAUSED);
    command.action = CONDITION_CANCEL;
    assert_int_equal(asked_at(f, &command, late), ERR_OK);
    state_is(f, 1, CONDITION_CANCELLED);
    fixture_free(f);
}

static const char *last_risk(const struct fixture *f)
{
    const struct msg *msg = heard(f, PORT_STORE, MSG_RISK_EVENT, 0);
    return msg == NULL ? "" : msg->risk_event.text;
}

/* The gateway began anew while nothing was heard: what comes first is the next in order, and that something may be
 * missing is said. */
static void a_new_epoch_counts_from_its_first_tick_and_is_said(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    const int64_t id = create(f, &terms);
    tick(f, 17450);
    strategy_on_stale(f->strategy, SYMBOL, true, f->now_us, &f->sink);
    forget(f);
    struct tick first = make_tick(f, P(17400));
    first.epoch = 2;
    first.sym_seq = f->sym_seq = 1;
    strategy_on_tick(f->strategy, &first, f->now_us, &f->sink);
    state_is(f, id, CONDITION_TRIGGERED);
    assert_string_equal(
        last_risk(f),
        "the feed of MXFH1 began anew: trades between may be missing; conditions there: 0 open, 1 waiting");
    fixture_free(f);
}

static void lost_ticks_are_said(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    (void)create(f, &terms);
    tick(f, 17450);
    forget(f);
    f->sym_seq += 7;
    tick(f, 17450);
    assert_string_equal(last_risk(f), "the feed of MXFH1 has a hole: 7 trades are lost; conditions there: 0 open, "
                                      "1 waiting");
    forget(f);
    tick(f, 17450);
    assert_string_equal(last_risk(f), "");
    fixture_free(f);
}

/* A gap is mended after a condition was made, and after another was filled: what happened before is not theirs. */
static void replayed_ticks_do_not_reach_into_the_past(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct condition_terms terms = plain_terms();
    const int64_t entering = create(f, &terms);
    tick(f, 17400);
    tick(f, 17410);
    const struct order_request order = last_order(f);
    struct tick missed[2];
    for (int i = 0; i < 2; i++) {
        f->now_us += CLOCK_MS_US;
        missed[i] = make_tick(f, P(17300));
        missed[i].flags = TICK_REPLAYED;
    }
    f->now_us += CLOCK_SECOND_US;
    fills(f, &order, order.quantity, 17410, order.quantity);
    const int64_t created = create(f, &terms);
    strategy_on_tick(f->strategy, &missed[0], f->now_us, &f->sink);
    state_is(f, entering, CONDITION_OPEN);
    state_is(f, created, CONDITION_ARMED);
    missed[1].recv_us = f->now_us; /* this one came to the gateway after both */
    strategy_on_tick(f->strategy, &missed[1], f->now_us, &f->sink);
    state_is(f, entering, CONDITION_EXITING);
    state_is(f, created, CONDITION_TRIGGERED);
    fixture_free(f);
}

/* --- links -------------------------------------------------------------------------------------------------------- */

static void signals_are_resent_until_acknowledged(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = create(f, &terms);
    tick(f, 17400);
    tick(f, 17410);
    const struct signal first = heard(f, PORT_SIGNAL, MSG_SIGNAL, 0)->signal;
    forget(f);
    pass(f, 100 * CLOCK_MS_US);
    assert_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 0));
    pass(f, 100 * CLOCK_MS_US);
    assert_memory_equal(&heard(f, PORT_SIGNAL, MSG_SIGNAL, 0)->signal, &first, sizeof first);
    struct signal_ack ack = {.seq = first.seq, .strategy = "t1", .accepted = true, .time_us = f->now_us};
    snprintf(ack.client_order_id, sizeof ack.client_order_id, "%s", first.order.client_order_id);
    strategy_on_ack(f->strategy, &ack, f->now_us, &f->sink);
    assert_null(heard(f, PORT_STORE, MSG_SIGNAL, 0)); /* the outbox keeps it: the executor may lose it with the power */
    assert_int_equal(strategy_unconfirmed(f->strategy), 1);
    forget(f);
    pass(f, 1900 * CLOCK_MS_US);
    assert_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 0));
    order_goes(f, &first.order, EXEC_SENDING, ORDER_SENDING, ""); /* it is in the gateway's journal: that stays */
    assert_true(heard(f, PORT_STORE, MSG_SIGNAL, 0)->signal.acknowledged);
    assert_int_equal(strategy_unconfirmed(f->strategy), 0);
    forget(f);
    pass(f, 10 * CLOCK_SECOND_US);
    assert_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 0));
    ack.accepted = false; /* a second answer changes nothing */
    strategy_on_ack(f->strategy, &ack, f->now_us, &f->sink);
    state_is(f, id, CONDITION_ENTERING);
    fixture_free(f);
}

/* The executor acknowledged, and then lost the row with the power: the order never went, and no event will come. */
static void an_acknowledged_signal_without_an_event_is_asked_for_again(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = create(f, &terms);
    tick(f, 17400);
    tick(f, 17410);
    const struct signal first = heard(f, PORT_SIGNAL, MSG_SIGNAL, 0)->signal;
    struct signal_ack ack = {.seq = first.seq, .strategy = "t1", .accepted = true, .time_us = f->now_us};
    snprintf(ack.client_order_id, sizeof ack.client_order_id, "%s", first.order.client_order_id);
    strategy_on_ack(f->strategy, &ack, f->now_us, &f->sink);
    for (int i = 0; i < 3; i++) {
        forget(f);
        pass(f, 2 * CLOCK_SECOND_US);
        assert_memory_equal(&heard(f, PORT_SIGNAL, MSG_SIGNAL, 0)->signal, &first, sizeof first);
    }
    ack.accepted = false;
    ack.reject = REJECT_EXPIRED;
    snprintf(ack.reason, sizeof ack.reason, "came too late");
    strategy_on_ack(f->strategy, &ack, f->now_us, &f->sink);
    state_is(f, id, CONDITION_REJECTED);
    assert_int_equal(strategy_unconfirmed(f->strategy), 0);
    fixture_free(f);
}

/* What never reached the venue goes again as it was, ever more slowly; a session that comes up ends the wait. */
static void denied_exits_wait_and_do_not_escalate(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = open_position(f, &terms);
    const int64_t waits_s[] = {1, 2, 4, 8, 16, 30, 30};
    tick(f, 17390);
    for (size_t i = 0; i < sizeof waits_s / sizeof waits_s[0]; i++) {
        const struct order_request order = last_order(f);
        assert_int_equal(order.type, ORDER_MARKET);
        struct order_event denied = make_event(f, &order, EXEC_DENIED, ORDER_DENIED, 0, 0, 0);
        denied.reject = REJECT_NOT_LOGGED_IN;
        forget(f);
        apply(f, &denied);
        assert_non_null(heard(f, PORT_STORE, MSG_RISK_EVENT, 0));
        pass(f, waits_s[i] * CLOCK_SECOND_US - CLOCK_MS_US);
        assert_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 0));
        pass(f, CLOCK_MS_US);
        assert_non_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 0));
    }
    const struct order_request order = last_order(f);
    struct order_event denied = make_event(f, &order, EXEC_DENIED, ORDER_DENIED, 0, 0, 0);
    denied.reject = REJECT_ALREADY_LEAVING; /* whatever leaves now may come to nothing */
    apply(f, &denied);
    state_is(f, id, CONDITION_EXITING);
    const struct session_info session = {.logged_in = true, .user = "demo"};
    strategy_on_session(f->strategy, &session);
    forget(f);
    pass(f, CLOCK_MS_US);
    assert_int_equal(last_order(f).type, ORDER_MARKET);
    assert_int_equal(last_order(f).quantity, 3);
    assert_int_equal(condition(f, id)->filled_quantity - condition(f, id)->exited_quantity, 3);
    fixture_free(f);
}

/* The entry of a condition as the gateway has it, when our own rows of it were lost with the power. */
static struct order_request lost_entry(int64_t condition_id, int32_t quantity)
{
    struct order_request order = {.account = ACCOUNT_NAME,
                                  .symbol = SYMBOL,
                                  .side = SIDE_BUY,
                                  .type = ORDER_MARKET,
                                  .tif = TIF_IOC,
                                  .quantity = quantity,
                                  .condition_id = condition_id,
                                  .leg = LEG_ENTRY,
                                  .attempt = 1};
    snprintf(order.client_order_id, sizeof order.client_order_id, "t1-%lld-E1", (long long)condition_id);
    return order;
}

/* Its rows were lost with the power, its order was not: the number is not given again, and the lots are nobody's. */
static void fills_of_a_lost_condition_are_an_alarm(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    struct order_request order = lost_entry(7, 2);
    order_goes(f, &order, EXEC_NEW, ORDER_NEW, "");
    assert_string_equal(heard(f, PORT_ORDER, MSG_CANCEL_REQUEST, 0)->cancel_request.client_order_id, "t1-7-E1");
    fills(f, &order, 2, 17410, 2);
    const struct msg *alarm = heard(f, PORT_STORE, MSG_RISK_EVENT, 0);
    assert_non_null(alarm);
    assert_non_null(strstr(alarm->risk_event.text, "BUY 2 MXFH1 filled for condition 7, which is not kept here"));
    assert_int_equal(create(f, &terms), 8);
    fixture_free(f);
}

/* A power cut took the entry's rows; before the gateway's events are read the trader cancels what looks untouched, and the
 * next day begins. */
static void a_fill_of_yesterday_finds_its_condition(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = create(f, &terms);
    struct order_request order = lost_entry(id, 2);
    assert_int_equal(command(f, CONDITION_CANCEL, id, NULL), ERR_OK);
    state_is(f, id, CONDITION_CANCELLED);
    forget(f);
    order_goes(f, &order, EXEC_NEW, ORDER_NEW, ""); /* it works there: nobody wants it any more */
    assert_string_equal(heard(f, PORT_ORDER, MSG_CANCEL_REQUEST, 0)->cancel_request.client_order_id, "t1-1-E1");
    f->market_us = calendar_taipei_us(20210727, 8 * 3600 + 45 * 60);
    say_market(f, SESSION_DAY, SESSION_OPEN);
    strategy_on_caught_up(f->strategy);
    forget(f);
    pass(f, CLOCK_SECOND_US); /* and again, until it has ended */
    assert_string_equal(heard(f, PORT_ORDER, MSG_CANCEL_REQUEST, 0)->cancel_request.client_order_id, "t1-1-E1");
    fills(f, &order, 2, 17410, 2);
    state_is(f, id, CONDITION_OPEN);
    assert_int_equal(condition(f, id)->filled_quantity, 2);
    strategy_on_caught_up(f->strategy);
    state_is(f, id, CONDITION_OPEN);
    fixture_free(f);
}

/* The edit's rows were lost with the power, its order was not: what was bought is protected, not what had been planned. */
static void a_lost_edit_is_read_from_its_order(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms(); /* BUY 3 */
    const int64_t id = create(f, &terms);
    struct order_request order = lost_entry(id, 2);
    order.side = SIDE_SELL;
    forget(f);
    fills(f, &order, 2, 17410, 2);
    state_is(f, id, CONDITION_OPEN);
    assert_non_null(
        strstr(heard(f, PORT_STORE, MSG_RISK_EVENT, 0)->risk_event.text, "condition 1 was edited to SELL 2 MXFH1"));
    assert_int_equal(condition(f, id)->terms.side, SIDE_SELL);
    struct condition_levels levels;
    condition_levels(condition(f, id), &levels);
    assert_true(levels.stop_loss > P(17410) && levels.take_profit < P(17410));
    tick(f, levels.stop_loss / PRICE_SCALE);
    state_is(f, id, CONDITION_EXITING);
    assert_int_equal(last_order(f).side, SIDE_BUY);
    assert_int_equal(last_order(f).quantity, 2);
    fixture_free(f);
}

static void refused_signals_end_entries_and_repeat_exits(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = open_position(f, &terms);
    tick(f, 17390);
    struct signal signal = heard(f, PORT_SIGNAL, MSG_SIGNAL, 1)->signal;
    struct signal_ack ack = {.seq = signal.seq, .strategy = "t1", .reject = REJECT_EXPIRED, .reason = "came too late"};
    snprintf(ack.client_order_id, sizeof ack.client_order_id, "%s", signal.order.client_order_id);
    strategy_on_ack(f->strategy, &ack, f->now_us, &f->sink);
    state_is(f, id, CONDITION_EXITING);
    assert_string_equal(last_order(f).client_order_id, "t1-1-S2");
    assert_int_equal(last_order(f).type, ORDER_MARKET); /* it never got to the venue: no harder than before */
    fixture_free(f);

    f = fixture_new(false);
    const int64_t late = create(f, &terms);
    tick(f, 17400);
    tick(f, 17410);
    signal = heard(f, PORT_SIGNAL, MSG_SIGNAL, 0)->signal;
    ack.seq = signal.seq;
    snprintf(ack.client_order_id, sizeof ack.client_order_id, "%s", signal.order.client_order_id);
    strategy_on_ack(f->strategy, &ack, f->now_us, &f->sink);
    state_is(f, late, CONDITION_REJECTED);
    assert_string_equal(condition(f, late)->reason, "came too late");
    fixture_free(f);
}

/* The executor answers for another order of the same number: the strategy's last rows were lost, it takes the next one.
 */
static void a_number_the_executor_knows_is_left(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    create(f, &terms);
    tick(f, 17400);
    tick(f, 17410);
    const struct signal_ack ack = {.seq = 1, .strategy = "t1", .client_order_id = "t1-77-E1", .accepted = true};
    forget(f);
    strategy_on_ack(f->strategy, &ack, f->now_us, &f->sink);
    assert_true(heard(f, PORT_STORE, MSG_SIGNAL, 0)->signal.acknowledged); /* the old number is done with */
    assert_int_equal(heard(f, PORT_STORE, MSG_SIGNAL, 1)->signal.seq, 2);
    forget(f);
    pass(f, CLOCK_SECOND_US);
    const struct signal *again = &heard(f, PORT_SIGNAL, MSG_SIGNAL, 0)->signal;
    assert_int_equal(again->seq, 2);
    assert_string_equal(again->order.client_order_id, "t1-1-E1");
    fixture_free(f);
}

static void events_come_once_and_without_holes(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = create(f, &terms);
    tick(f, 17400);
    tick(f, 17410);
    const struct order_request order = last_order(f);
    const struct order_event first = make_event(f, &order, EXEC_FILL, ORDER_PARTIALLY_FILLED, 1, 17410, 1);
    const struct order_event second = make_event(f, &order, EXEC_FILL, ORDER_PARTIALLY_FILLED, 1, 17410, 2);
    struct err err = {0};
    forget(f);
    assert_int_equal(strategy_on_order_event(f->strategy, &second, f->now_us, &f->sink, &err), ERR_STATE);
    assert_int_equal(f->said_count, 0);
    apply(f, &first);
    apply(f, &first);
    apply(f, &second);
    apply(f, &first);
    assert_int_equal(condition(f, id)->filled_quantity, 2);
    assert_int_equal(strategy_events_seq(f->strategy), 2);
    struct order_request stranger = order; /* another install's condition of the same number */
    snprintf(stranger.client_order_id, sizeof stranger.client_order_id, "zz-1-E1");
    fills(f, &stranger, 3, 17410, 3);
    assert_int_equal(condition(f, id)->filled_quantity, 2);
    fixture_free(f);
}

/* Power was lost and with it the rows of the last moments: the orders' events bring the condition to where it was. */
static void lost_rows_are_made_up_for_by_events(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t id = create(f, &terms);
    tick(f, 17400);
    struct order_request entry = lost_entry(id, 3);
    order_goes(f, &entry, EXEC_NEW, ORDER_NEW, "");
    state_is(f, id, CONDITION_ENTERING);
    fills(f, &entry, 3, 17410, 3);
    state_is(f, id, CONDITION_OPEN);
    struct order_request exit = entry;
    snprintf(exit.client_order_id, sizeof exit.client_order_id, "t1-1-S1");
    exit.side = SIDE_SELL;
    exit.leg = LEG_STOP_LOSS;
    exit.reduce_only = true;
    fills(f, &exit, 3, 17395, 3);
    state_is(f, id, CONDITION_CLOSED);
    assert_null(heard(f, PORT_SIGNAL, MSG_SIGNAL, 0));
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancel_while_entering_waits),
        cmocka_unit_test(exit_cancels_the_rest_of_the_entry),
        cmocka_unit_test(pauses_resumes_edits),
        cmocka_unit_test(refusals_say_the_field_and_change_nothing),
        cmocka_unit_test(there_is_a_limit),
        cmocka_unit_test(validity_ends),
        cmocka_unit_test(what_ended_today_is_kept_past_the_close),
        cmocka_unit_test(closed_markets_are_waited_for),
        cmocka_unit_test(stale_feeds_hold_entries_only),
        cmocka_unit_test(the_same_create_again_makes_no_second),
        cmocka_unit_test(what_waited_too_long_is_not_done),
        cmocka_unit_test(a_new_epoch_counts_from_its_first_tick_and_is_said),
        cmocka_unit_test(lost_ticks_are_said),
        cmocka_unit_test(replayed_ticks_do_not_reach_into_the_past),
        cmocka_unit_test(signals_are_resent_until_acknowledged),
        cmocka_unit_test(an_acknowledged_signal_without_an_event_is_asked_for_again),
        cmocka_unit_test(denied_exits_wait_and_do_not_escalate),
        cmocka_unit_test(fills_of_a_lost_condition_are_an_alarm),
        cmocka_unit_test(a_fill_of_yesterday_finds_its_condition),
        cmocka_unit_test(a_lost_edit_is_read_from_its_order),
        cmocka_unit_test(refused_signals_end_entries_and_repeat_exits),
        cmocka_unit_test(a_number_the_executor_knows_is_left),
        cmocka_unit_test(events_come_once_and_without_holes),
        cmocka_unit_test(lost_rows_are_made_up_for_by_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

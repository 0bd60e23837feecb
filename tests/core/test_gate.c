/* The gate: orders, cancels, reports, the guard at the last hop. Unknown outcomes and sessions: test_gate_unknown.c. */
#include "tests/core/gate_scene.h"
#include "tests/support/alloc_count.h"

static void test_sent_once_after_the_journal(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "k3-12-E1", SIDE_BUY, 2);
    assert_int_equal(capture_last(&scene->out, PORT_STORE, MSG_ORDER)->order.state, ORDER_SENDING);
    assert_int_equal(capture_last(&scene->out, PORT_STORE, MSG_ORDER_EVENT)->order_event.kind, EXEC_SENDING);
    const struct guard_state *guard = &capture_last(&scene->out, PORT_STORE, MSG_GUARD_STATE)->guard_state;
    assert_int_equal(guard->orders_sent, 1);
    assert_int_equal(guard->intents, 1);
    assert_int_equal(scene_sent(scene), 1);
    assert_int_equal(scene_event(scene)->seq, 1);
    capture_clear(&scene->out);
    scene_order(scene, "k3-12-E1", SIDE_BUY, 2); /* the same again: what already happened */
    assert_int_equal(scene->out.count, 1);
    assert_int_equal(scene_event(scene)->seq, 1);
    assert_int_equal(scene_event(scene)->kind, EXEC_SENDING);
    scene_order(scene, "k3-12-E1", SIDE_BUY, 3); /* another order under its id */
    assert_int_equal(scene_sent(scene), 0);
    assert_int_equal(capture_last(&scene->out, PORT_STORE, MSG_RISK_EVENT)->risk_event.reject, REJECT_ID_REUSED);
    assert_int_equal(gate_events_seq(scene->gate), 1);
}

static void test_late_is_expired(void **state)
{
    struct scene *scene = *state;
    struct order_request request = scene_request(scene, "k3-12-E1", SIDE_BUY, 2);
    scene->now_us = request.expires_us + 1;
    scene_send(scene, &request);
    assert_int_equal(scene_sent(scene), 0);
    assert_int_equal(scene_state(scene, "k3-12-E1"), ORDER_EXPIRED);
    assert_int_equal(scene_event(scene)->reject, REJECT_EXPIRED);
}

static void denied(struct scene *scene, const struct order_request *request, enum reject_code code, const char *words)
{
    scene_send(scene, request);
    assert_int_equal(scene_sent(scene), 0);
    assert_int_equal(scene_event(scene)->kind, EXEC_DENIED);
    assert_int_equal(scene_event(scene)->reject, code);
    assert_string_equal(scene_event(scene)->reason, words);
    assert_int_equal(capture_last(&scene->out, PORT_STORE, MSG_RISK_EVENT)->risk_event.reject, code);
    uint64_t seq = gate_events_seq(scene->gate);
    scene_send(scene, request); /* denied stays denied */
    assert_int_equal(gate_events_seq(scene->gate), seq);
    assert_int_equal(scene_sent(scene), 0);
}

static void test_denials(void **state)
{
    struct scene *scene = *state;
    struct order_request other = scene_request(scene, "a", SIDE_BUY, 1),
                         unknown = scene_request(scene, "b", SIDE_BUY, 1);
    struct order_request big = scene_request(scene, "c", SIDE_BUY, 12), out = scene_request(scene, "d", SIDE_BUY, 1);
    struct order_request none = scene_request(scene, "e", SIDE_BUY, 1), bad = scene_request(scene, "f", SIDE_BUY, -1);
    struct guard_limits limits = {.max_order_quantity = 10, .actor = "ann"};
    (void)text_copy(other.account, sizeof other.account, "B2");
    denied(scene, &other, REJECT_NO_ACCOUNT, "account B2 is not the selected one, A1");
    (void)text_copy(unknown.symbol, sizeof unknown.symbol, "TMFH1");
    denied(scene, &unknown, REJECT_NOT_REGISTERED, "instrument TMFH1 is not registered");
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    denied(scene, &big, REJECT_MAX_QUANTITY, "order quantity 12 exceeds the limit 10");
    scene_session(scene, true, "");
    denied(scene, &none, REJECT_NO_ACCOUNT, "no account is selected");
    scene_session(scene, false, "");
    denied(scene, &out, REJECT_NOT_LOGGED_IN, "not logged in to SIM");
    scene_send(scene, &bad); /* not even an order: nothing to remember */
    assert_null(gate_order(scene->gate, "f"));
    assert_int_equal(capture_risk(&scene->out, "order not taken: quantity: -1"), 1);
}

static void test_life_of_an_order(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "k3-12-E1", SIDE_BUY, 3);
    scene_fill(scene, "k3-12-E1", 1, 17400); /* before its ack */
    assert_int_equal(scene_state(scene, "k3-12-E1"), ORDER_PARTIALLY_FILLED);
    scene_said(scene, "k3-12-E1", EXEC_NEW);
    assert_int_equal(scene_state(scene, "k3-12-E1"), ORDER_PARTIALLY_FILLED);
    scene_fill(scene, "k3-12-E1", 2, 17410);
    assert_int_equal(scene_state(scene, "k3-12-E1"), ORDER_FILLED);
    assert_int_equal(scene_held(scene), 3);
    assert_int_equal(scene_event(scene)->filled_quantity, 3);
    assert_int_equal(scene_event(scene)->state, ORDER_FILLED);
    /* One transaction: order, event, position, cursor. */
    assert_int_equal(capture_last(&scene->out, PORT_STORE, MSG_POSITION)->position.quantity, 3);
    const struct cursor *cursor = &capture_last(&scene->out, PORT_STORE, MSG_CURSOR)->cursor;
    assert_string_equal(cursor->stream, "demo");
    assert_int_equal(cursor->seq, 3);
    /* Numbered without holes, whatever the kinds. */
    uint64_t next = 1;
    for (size_t i = 0; i < scene->out.count; i++)
        if (scene->out.ports[i] == PORT_STORE && scene->out.msgs[i].id == MSG_ORDER_EVENT)
            assert_int_equal(scene->out.msgs[i].order_event.seq, next++);
    assert_int_equal(next, 1 + 3); /* the ack that came late changed nothing, and is no event */
}

static void test_reports_once_and_in_order(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "a", SIDE_BUY, 3);
    scene_said(scene, "a", EXEC_NEW);
    struct venue_exec first = scene_fill_of(scene, "a", 1, 17400), second = scene_fill_of(scene, "a", 1, 17401);
    capture_clear(&scene->out);
    scene_exec(scene, &second); /* a hole: ask, apply nothing */
    assert_int_equal(scene_held(scene), 0);
    assert_int_equal(scene_query(scene, QUERY_VENUE_FILLS)->from_seq, 1);
    scene_exec(scene, &second);
    assert_int_equal(capture_count(&scene->out, PORT_VENUE, MSG_QUERY), 1); /* one question at a time */
    scene_exec(scene, &first);
    scene_exec(scene, &second);
    scene_reply(scene, QUERY_VENUE_FILLS);
    assert_int_equal(scene_held(scene), 2);
    capture_clear(&scene->out);
    scene_exec(scene, &first); /* again */
    scene_exec(scene, &second);
    assert_int_equal(scene->out.count, 0);
    struct venue_exec copy = scene_fill_of(scene, "a", 1, 17401); /* the same fill under a new number */
    (void)text_copy(copy.exec_id, sizeof copy.exec_id, second.exec_id);
    scene_exec(scene, &copy);
    assert_int_equal(scene_held(scene), 2);
    assert_int_equal(capture_risk(&scene->out, "came twice"), 1);
}

static void test_rejected_by_the_venue(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "a", SIDE_BUY, 3);
    struct venue_exec exec = scene_exec_of(scene, "a", EXEC_REJECTED);
    exec.reject = REJECT_VENUE_MARGIN;
    (void)text_copy(exec.reason, sizeof exec.reason, "margin 84500 needed, 100 free");
    scene_exec(scene, &exec);
    assert_int_equal(scene_state(scene, "a"), ORDER_REJECTED);
    assert_int_equal(scene_event(scene)->reject, REJECT_VENUE_MARGIN);
    assert_string_equal(scene_event(scene)->reason, "margin 84500 needed, 100 free");
}

static void cancel(struct scene *scene, const char *id)
{
    struct cancel_request request = {.actor = "ann", .created_us = scene->now_us};
    (void)text_copy(request.client_order_id, sizeof request.client_order_id, id);
    gate_on_cancel_request(scene->gate, &request, scene->now_us, &scene->sink);
}

static int cancels(const struct scene *scene)
{
    return capture_count(&scene->out, PORT_VENUE, MSG_CANCEL_REQUEST);
}

static void test_cancel(void **state)
{
    struct scene *scene = *state;
    struct order_request request = scene_request(scene, "a", SIDE_BUY, 2);
    request.type = ORDER_LIMIT;
    request.tif = TIF_ROD;
    request.limit_price = PRICE_POINTS(17300);
    cancel(scene, "a"); /* not known (yet): nothing */
    assert_int_equal(scene->out.count, 0);
    scene_send(scene, &request);
    cancel(scene, "a"); /* the venue may not have it: as soon as it says so */
    assert_int_equal(cancels(scene), 0);
    scene_said(scene, "a", EXEC_NEW);
    assert_int_equal(scene_state(scene, "a"), ORDER_PENDING_CANCEL);
    assert_int_equal(cancels(scene), 1);
    cancel(scene, "a");
    assert_int_equal(cancels(scene), 1);
    scene_timer(scene, ACK_MS); /* no answer: once more */
    assert_int_equal(cancels(scene), 2);
    scene_said(scene, "a", EXEC_CANCEL_REJECTED);
    assert_int_equal(scene_state(scene, "a"), ORDER_NEW);
    cancel(scene, "a");
    scene_fill(scene, "a", 1, 17300); /* filled while cancelling */
    assert_int_equal(scene_state(scene, "a"), ORDER_PENDING_CANCEL);
    scene_said(scene, "a", EXEC_CANCELLED);
    assert_int_equal(scene_state(scene, "a"), ORDER_CANCELLED);
    assert_int_equal(scene_held(scene), 1);
    uint64_t seq = gate_events_seq(scene->gate);
    cancel(scene, "a"); /* what already happened */
    assert_int_equal(gate_events_seq(scene->gate), seq);
    assert_int_equal(scene_event(scene)->seq, seq);
}

/* Cancels pass in every mode, and so do exits that reduce. */
static void test_reduce_only_at_the_last_hop(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "in", SIDE_BUY, 3);
    (void)scene_control(scene, CONTROL_HALT, "test", 0);
    struct order_request one = scene_exit_request(scene, "out-1", SIDE_SELL, 2),
                         two = scene_exit_request(scene, "out-2", SIDE_SELL, 2);
    struct order_request three = scene_exit_request(scene, "out-3", SIDE_SELL, 1),
                         entry = scene_request(scene, "in-2", SIDE_BUY, 1);
    struct order_request more = scene_exit_request(scene, "out-4", SIDE_BUY, 1);
    scene_send(scene, &one);
    assert_int_equal(scene_sent(scene), 1);
    scene_send(scene, &two); /* two of the three are leaving already */
    assert_int_equal(scene_event(scene)->reject, REJECT_ALREADY_LEAVING);
    assert_string_equal(scene_event(scene)->reason,
                        "exit SELL 2: condition 12 holds +3, 2 of it leaving already, 1 left to close");
    scene_send(scene, &more); /* and buying more is no exit */
    assert_int_equal(scene_event(scene)->reject, REJECT_WOULD_NOT_REDUCE);
    scene_send(scene, &entry);
    assert_int_equal(scene_event(scene)->reject, REJECT_HALTED);
    assert_string_equal(scene_event(scene)->reason, "trading is halted: test");
    assert_int_equal(scene_sent(scene), 1);
    scene_send(scene, &three);
    assert_int_equal(scene_sent(scene), 2);
    scene_said(scene, "out-1", EXEC_NEW);
    cancel(scene, "out-1");
    assert_int_equal(cancels(scene), 1);
}

static void test_modes_are_stored_and_said(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(scene_control(scene, CONTROL_HALT, "something smells", 0)->status, ERR_OK);
    const struct guard_state *guard = &capture_last(&scene->out, PORT_STORE, MSG_GUARD_STATE)->guard_state;
    assert_int_equal(guard->mode, GUARD_HALTED);
    assert_string_equal(guard->actor, "ann");
    assert_string_equal(guard->reason, "something smells");
    assert_int_equal(capture_count(&scene->out, PORT_PUBLISH, MSG_GUARD_STATE), 1);
    assert_int_equal(capture_risk(&scene->out, "HALTED by ann: something smells"), 1);
    scene_restart(scene);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED); /* kept on disk */
    assert_int_equal(scene_control(scene, CONTROL_REDUCE, "", 0)->status, ERR_OK);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_REDUCING);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "looked at it", 0)->status, ERR_OK);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
    assert_int_equal(scene_control(scene, CONTROL_LOGOUT, "", 0)->status, ERR_INVALID);
}

/* Long 2 MXF at 17400, loss limit NT$ 5,000: at 17351 the loss is 49 x 50 x 2 = 4,900 + costs of 2 x 10 on each
 * side. */
static void test_daily_loss_reduces_by_itself(void **state)
{
    struct scene *scene = *state;
    struct guard_limits limits = {.daily_loss = PRICE_POINTS(5000), .actor = "ann"};
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    scene_hold(scene, "in", SIDE_BUY, 2);
    scene_tick(scene, 17351);
    assert_int_equal(gate_guard(scene->gate)->day_pnl, -PRICE_POINTS(4940));
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
    scene_tick(scene, 17350);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_REDUCING);
    assert_string_equal(gate_guard(scene->gate)->actor, "guard");
    assert_string_equal(gate_guard(scene->gate)->reason, "the day's loss NT$ 5,040 has reached the limit NT$ 5,000");
    scene_order(scene, "in-2", SIDE_BUY, 1);
    assert_int_equal(scene_event(scene)->reject, REJECT_REDUCING);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "", 0)->status, ERR_STATE);
    capture_clear(&scene->out);
    scene_order(scene, "other", SIDE_SELL, 2); /* another condition's entry is no way out: it has exits to come */
    assert_int_equal(scene_sent(scene), 0);
    struct order_request out = scene_request(scene, "out", SIDE_SELL, 2);
    out.condition_id = 0;
    out.leg = LEG_NONE;
    scene_send(scene, &out); /* a condition holds them: its exit may go beside this */
    assert_int_equal(scene_sent(scene), 0);
    (void)text_copy(out.client_order_id, sizeof out.client_order_id, "out-2");
    out.reduce_only = true;
    scene_send(scene, &out);
    assert_int_equal(scene_sent(scene), 1);
    scene_tick(scene, 17400);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_REDUCING); /* it does not resume by itself */
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "", 0)->status, ERR_OK);
}

static void test_limits(void **state)
{
    struct scene *scene = *state;
    struct guard_limits limits = {.max_order_quantity = 10, .daily_loss = PRICE_POINTS(50000), .actor = "ann"};
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    assert_int_equal(capture_risk(&scene->out, "limits: max_order_quantity 0 -> 10, daily_loss 0 -> 50000"), 1);
    assert_int_equal(capture_count(&scene->out, PORT_PUBLISH, MSG_GUARD_LIMITS), 1);
    limits.max_position = -1;
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    assert_int_equal(capture_risk(&scene->out, "limits not changed: guard_limits.max_position: -1"), 1);
    assert_int_equal(gate_limits(scene->gate)->max_position, 0);
    scene_restart(scene);
    assert_int_equal(gate_limits(scene->gate)->max_order_quantity, 10);
}

static void test_stale_price_and_pause(void **state)
{
    struct scene *scene = *state;
    struct guard_limits limits = {.stale_tick_ms = 3000};
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    scene->now_us += 3001 * MS;
    scene_order(scene, "a", SIDE_BUY, 1);
    assert_int_equal(scene_event(scene)->reject, REJECT_STALE_TICK);
    struct market market = {.venue = "SIM",
                            .market_us = scene->now_us,
                            .trading_day = 20210727,
                            .session_state = SESSION_OPEN,
                            .paused = true};
    gate_on_market(scene->gate, &market, scene->now_us, &scene->sink);
    scene_order(scene, "b", SIDE_BUY, 1); /* a paused replay has no ticks to wait for */
    assert_int_equal(scene_sent(scene), 1);
}

/* A ticket that only reduces, and rests far away, must not stand in the way of a stop. */
static void test_protective_exit_comes_first(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "in", SIDE_BUY, 3);
    struct order_request ticket = scene_exit_request(scene, "ticket", SIDE_SELL, 2),
                         stop = scene_exit_request(scene, "stop", SIDE_SELL, 3),
                         again = scene_exit_request(scene, "stop-2", SIDE_SELL, 3);
    ticket.condition_id = 0;
    ticket.leg = LEG_NONE;
    ticket.type = ORDER_LIMIT;
    ticket.tif = TIF_ROD;
    ticket.limit_price = PRICE_POINTS(17900);
    scene_send(scene, &ticket);
    scene_said(scene, "ticket", EXEC_NEW);
    capture_clear(&scene->out);
    scene_send(scene, &stop);
    assert_int_equal(scene_state(scene, "stop"), ORDER_DENIED);
    assert_int_equal(scene_state(scene, "ticket"), ORDER_PENDING_CANCEL);
    assert_int_equal(capture_count(&scene->out, PORT_VENUE, MSG_CANCEL_REQUEST), 1);
    assert_int_equal(capture_risk(&scene->out, "order ticket is cancelled: protective exit stop needs its lots"), 1);
    scene_said(scene, "ticket", EXEC_CANCELLED);
    scene_send(scene, &again);
    assert_int_equal(scene_state(scene, "stop-2"), ORDER_SENDING);
}

/* The market's own word is a second old at most, which is an hour of a fast replay: a tick tells the time too. */
static void test_what_is_denied_has_the_ticks_time(void **state)
{
    struct scene *scene = *state;
    scene->now_us += 30 * 1000000;
    struct order_request other = scene_request(scene, "other", SIDE_BUY, 1);
    (void)text_copy(other.symbol, sizeof other.symbol, "TMFH1");
    scene_tick(scene, 17900);
    scene_send(scene, &other);
    assert_int_equal(scene_event(scene)->kind, EXEC_DENIED);
    assert_int_equal(scene_event(scene)->market_us, scene->now_us);
}

/* The line refused it whole: nothing is in doubt, and nothing blocks the symbol. */
static void test_not_sent_is_denied(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "a", SIDE_BUY, 1);
    assert_int_equal(gate_guard(scene->gate)->orders_sent, 1);
    gate_on_not_sent(scene->gate, "a", scene->now_us, &scene->sink);
    assert_int_equal(scene_state(scene, "a"), ORDER_DENIED);
    assert_int_equal(scene_event(scene)->reject, REJECT_NOT_LOGGED_IN);
    assert_string_equal(scene_event(scene)->reason, "the line to SIM took nothing: not sent");
    assert_int_equal(gate_guard(scene->gate)->orders_sent, 0);
    assert_int_equal(gate_guard(scene->gate)->intents, 1);
    scene_order(scene, "b", SIDE_BUY, 1);
    assert_int_equal(scene_state(scene, "b"), ORDER_SENDING);
    scene_said(scene, "b", EXEC_NEW);
    gate_on_not_sent(scene->gate, "b", scene->now_us, &scene->sink); /* it is there: that cannot be true */
    gate_on_not_sent(scene->gate, "nobody", scene->now_us, &scene->sink);
    assert_int_equal(scene_state(scene, "b"), ORDER_NEW);
    scene_restart(scene);
    assert_int_equal(scene_state(scene, "a"), ORDER_DENIED);
    assert_int_equal(gate_unknown(scene->gate), 0);
}

/* The rate is the venue's business too: a restart does not begin a new second. */
static void test_rate_survives_restart(void **state)
{
    struct scene *scene = *state;
    struct guard_limits limits = {.orders_per_second = 2, .actor = "ann"};
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    scene_order(scene, "a", SIDE_BUY, 1);
    scene_order(scene, "b", SIDE_BUY, 1);
    scene_said(scene, "a", EXEC_NEW);
    scene_said(scene, "b", EXEC_NEW);
    scene_restart(scene);
    scene_login(scene);
    scene_venue_holds(scene, 0);
    scene_answer_all(scene);
    scene->now_us += 900 * MS;
    scene_order(scene, "c", SIDE_BUY, 1);
    assert_int_equal(scene_event(scene)->reject, REJECT_ORDER_RATE);
    scene->now_us += 200 * MS;
    scene_order(scene, "d", SIDE_BUY, 1);
    assert_int_equal(scene_state(scene, "d"), ORDER_SENDING);
}

/* What the venue's answer counts must have come, and all of it. */
static void test_catching_up_counts(void **state)
{
    struct scene *scene = *state;
    scene_restart(scene);
    scene_session(scene, true, "A1");
    struct reply reply = {.request_id = scene_query(scene, QUERY_VENUE_FILLS)->request_id, .number = 2, .text = "more"};
    struct venue_exec first = scene_fill_of(scene, "x", 1, 17400), second = scene_fill_of(scene, "y", 1, 17400);
    scene_exec(scene, &first);
    gate_on_venue_reply(scene->gate, &reply, scene->now_us,
                        &scene->sink); /* one of the two was lost, and there is more */
    const struct query *again = scene_query(scene, QUERY_VENUE_FILLS);
    assert_int_not_equal(again->request_id, reply.request_id);
    assert_int_equal(again->from_seq, first.seq);
    reply = (struct reply){.request_id = again->request_id, .number = 1};
    gate_on_venue_reply(scene->gate, &reply, scene->now_us, &scene->sink); /* that one was lost again */
    scene_order(scene, "a", SIDE_BUY, 1);
    assert_null(gate_order(scene->gate, "a"));
    assert_false(gate_ready(scene->gate));
    scene_timer(scene, ACK_MS);
    scene_exec(scene, &second);
    reply.request_id = scene_query(scene, QUERY_VENUE_FILLS)->request_id;
    gate_on_venue_reply(scene->gate, &reply, scene->now_us, &scene->sink);
    scene_venue_holds(scene, 2);
    assert_true(gate_is_compared(scene->gate));
    scene_order(scene, "b", SIDE_BUY, 1);
    assert_int_equal(scene_state(scene, "b"), ORDER_SENDING);
}

static void test_found_elsewhere(void **state)
{
    struct scene *scene = *state;
    struct venue_exec exec = scene_fill_of(scene, "", 2, 17400);
    exec.side = SIDE_SELL;
    exec.quantity = 2;
    scene_exec(scene, &exec);
    assert_int_equal(scene_held(scene), -2); /* counted in risk */
    assert_int_equal(scene_state(scene, "venue/v1"), ORDER_FILLED);
    assert_string_equal(scene_event(scene)->request.actor, ORDER_ACTOR_ELSEWHERE);
    assert_int_equal(capture_risk(&scene->out, "was not made here"), 1);
    exec = scene_exec_of(scene, "broker-7", EXEC_NEW);
    exec.type = ORDER_LIMIT;
    exec.tif = TIF_ROD;
    exec.limit_price = PRICE_POINTS(17300);
    scene_exec(scene, &exec);
    const struct order_request *found = &gate_order(scene->gate, "broker-7")->request;
    assert_int_equal(found->type, ORDER_LIMIT);
    assert_int_equal(found->tif, TIF_ROD);
    assert_int_equal(found->limit_price, PRICE_POINTS(17300));
    scene_said(scene, "nobody", EXEC_CANCEL_REJECTED); /* changed nothing anywhere */
    assert_null(gate_order(scene->gate, "nobody"));
}

static void test_too_much_filled_halts(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "a", SIDE_BUY, 1);
    scene_said(scene, "a", EXEC_NEW);
    scene_fill(scene, "a", 3, 17400);
    assert_int_equal(scene_held(scene), 3);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED);
    assert_int_equal(capture_risk(&scene->out, "filled 3 of an order with 1 open"), 1);
}

static void test_late_fill_counts(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "a", SIDE_BUY, 2);
    scene_said(scene, "a", EXEC_NEW);
    scene_said(scene, "a", EXEC_CANCELLED);
    scene_fill(scene, "a", 1, 17400);
    assert_int_equal(scene_held(scene), 1);
    assert_int_equal(scene_state(scene, "a"), ORDER_CANCELLED);
    assert_int_equal(capture_risk(&scene->out, "after the order had ended"), 1);
}

static void test_room(void **state)
{
    struct scene *scene = *state;
    gate_free(scene->gate);
    scene_open(scene, 2);
    scene_hold(scene, "a", SIDE_BUY, 1);
    scene_hold(scene, "b", SIDE_BUY, 1);
    scene_order(scene, "c", SIDE_BUY, 1);
    assert_int_equal(scene_sent(scene), 0);
    assert_int_equal(scene_event(scene)->reject, REJECT_NO_ROOM);
    assert_string_equal(scene_event(scene)->reason,
                        "2 orders are kept, the limit is 2, and none of an earlier day can give way");
    struct order_request leave = scene_exit_request(scene, "d", SIDE_SELL, 1);
    scene_send(scene, &leave); /* an exit finds room */
    assert_int_equal(scene_sent(scene), 1);
    scene_market(scene, 20210728);
    scene_order(scene, "e", SIDE_BUY, 1);
    assert_int_equal(scene_sent(scene), 2);
    assert_null(gate_order(scene->gate, "a"));
    assert_non_null(gate_order(scene->gate, "d")); /* still working */
    scene_said(scene, "d", EXEC_CANCELLED);
    scene_said(scene, "e", EXEC_CANCELLED);
    scene_market(scene, 20210729);
    struct order_request old = scene_request(scene, "a", SIDE_BUY, 1); /* forgotten, but past its time to live */
    scene->now_us = old.expires_us + 1;
    scene_send(scene, &old);
    assert_int_equal(scene_event(scene)->kind, EXEC_EXPIRED);
    assert_int_equal(scene_sent(scene), 2);
}

static void test_room_for_nothing_at_all(void **state)
{
    struct scene *scene = *state;
    char id[16];
    gate_free(scene->gate);
    scene_open(scene, 1);
    for (int i = 0; i < 200; i++) {
        snprintf(id, sizeof id, "k3-%d-E1", i);
        scene_order(scene, id, SIDE_BUY, 1);
        if (i == 199) assert_int_equal(capture_risk(&scene->out, "order not taken"), 0); /* said once a second */
        if (i == 100) scene->now_us += 1;
        if (i == 0) assert_int_equal(scene_sent(scene), 1);
        capture_clear(&scene->out);
    }
    assert_null(gate_order(scene->gate, "k3-199-E1"));
}

static void test_no_allocation_from_request_to_order(void **state)
{
    struct scene *scene = *state;
    if (!alloc_counted()) {
        printf("skip: allocations are not counted under a sanitizer\n");
        skip();
    }
    struct guard_limits limits = {.max_order_quantity = 10,
                                  .max_position = 100,
                                  .max_notional = PRICE_POINTS(100000000),
                                  .collar_bps = 500,
                                  .stale_tick_ms = 5000,
                                  .orders_per_second = 100,
                                  .daily_loss = PRICE_POINTS(99999)};
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    capture_clear(&scene->out);
    long before = alloc_count;
    scene_tick(scene, 17401);
    scene_order(scene, "a", SIDE_BUY, 2);
    scene_said(scene, "a", EXEC_NEW);
    scene_fill(scene, "a", 2, 17402);
    assert_int_equal(alloc_count, before);
    assert_int_equal(scene_held(scene), 2);
}

/* Without ticks no exit goes: what is held, or may be in a moment, needs them. */
static void test_what_needs_its_ticks(void **state)
{
    struct scene *scene = *state;
    assert_false(gate_needs(scene->gate, "MXFH1"));
    scene_order(scene, "a", SIDE_BUY, 1);
    assert_true(gate_needs(scene->gate, "MXFH1"));
    assert_false(gate_needs(scene->gate, "TXFH1"));
    scene_said(scene, "a", EXEC_NEW);
    scene_fill(scene, "a", 1, 17400);
    assert_true(gate_needs(scene->gate, "MXFH1"));
    scene_order(scene, "b", SIDE_SELL, 1);
    scene_said(scene, "b", EXEC_NEW);
    scene_fill(scene, "b", 1, 17401);
    assert_int_equal(scene_held(scene), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_sent_once_after_the_journal),
        SCENE_TEST(test_late_is_expired),
        SCENE_TEST(test_denials),
        SCENE_TEST(test_life_of_an_order),
        SCENE_TEST(test_reports_once_and_in_order),
        SCENE_TEST(test_rejected_by_the_venue),
        SCENE_TEST(test_cancel),
        SCENE_TEST(test_reduce_only_at_the_last_hop),
        SCENE_TEST(test_modes_are_stored_and_said),
        SCENE_TEST(test_daily_loss_reduces_by_itself),
        SCENE_TEST(test_limits),
        SCENE_TEST(test_stale_price_and_pause),
        SCENE_TEST(test_protective_exit_comes_first),
        SCENE_TEST(test_what_is_denied_has_the_ticks_time),
        SCENE_TEST(test_not_sent_is_denied),
        SCENE_TEST(test_rate_survives_restart),
        SCENE_TEST(test_catching_up_counts),
        SCENE_TEST(test_found_elsewhere),
        SCENE_TEST(test_too_much_filled_halts),
        SCENE_TEST(test_late_fill_counts),
        SCENE_TEST(test_room),
        SCENE_TEST(test_room_for_nothing_at_all),
        SCENE_TEST(test_no_allocation_from_request_to_order),
        SCENE_TEST(test_what_needs_its_ticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

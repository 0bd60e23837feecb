/* Orders of unknown outcome, restarts and sessions: never guessed, never resent blindly, never dropped. */
#include "tests/core/gate_scene.h"

/* Send "a", let the venue be silent until it is UNKNOWN. */
static void make_unknown(struct scene *scene)
{
    scene_order(scene, "a", SIDE_BUY, 2);
    scene_keep(scene);
    scene_timer(scene, ACK_MS);
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    assert_int_equal(gate_unknown(scene->gate), 1);
}

static void test_silence_is_unknown_and_blocks_the_symbol(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "in", SIDE_BUY, 1);
    scene_order(scene, "a", SIDE_BUY, 2);
    scene_timer(scene, ACK_MS - 1);
    assert_int_equal(scene_state(scene, "a"), ORDER_SENDING);
    scene_timer(scene, 1);
    assert_int_equal(scene_event(scene)->kind, EXEC_UNKNOWN);
    assert_string_equal(scene_event(scene)->reason, "SIM has not answered for 1000 ms");
    assert_string_equal(scene_query(scene, QUERY_VENUE_ORDER)->text, "a");
    assert_int_equal(capture_risk(&scene->out, "the outcome of order a is not known"), 1);
    capture_clear(&scene->out);
    scene_order(scene, "b", SIDE_BUY, 1);
    assert_int_equal(scene_event(scene)->reject, REJECT_SYMBOL_BLOCKED);
    assert_string_equal(scene_event(scene)->reason, "the outcome of order a on MXFH1 is not known yet");
    struct order_request elsewhere = scene_request(scene, "c", SIDE_BUY, 1);
    (void)text_copy(elsewhere.symbol, sizeof elsewhere.symbol, "TXFH1");
    struct order_request leave = scene_exit_request(scene, "d", SIDE_SELL, 1);
    scene_send(scene, &elsewhere);
    scene_send(scene, &leave); /* protection passes */
    assert_int_equal(scene_sent(scene), 2);
}

static void test_late_answer_resolves(void **state)
{
    struct scene *scene = *state;
    make_unknown(scene);
    scene_said(scene, "a", EXEC_NEW);
    assert_int_equal(scene_state(scene, "a"), ORDER_NEW);
    assert_int_equal(gate_unknown(scene->gate), 0);
}

static void test_found_is_adopted(void **state)
{
    struct scene *scene = *state;
    make_unknown(scene);
    scene_answer(scene, true, ORDER_PARTIALLY_FILLED, 1);
    assert_int_equal(scene_state(scene, "a"), ORDER_NEW);
    assert_string_equal(scene_event(scene)->venue_order_id, "v1");
    assert_non_null(scene_query(scene, QUERY_VENUE_FILLS)); /* what it did comes as reports, once */
    scene_said(scene, "a", EXEC_NEW);
    scene_fill(scene, "a", 1, 17400);
    assert_int_equal(scene_state(scene, "a"), ORDER_PARTIALLY_FILLED);
    assert_int_equal(scene_held(scene), 1);
    assert_int_equal(scene_sent(scene), 0);
}

/* On the session that it was sent on, "not found" may be overtaken by the order itself. */
static void test_absence_needs_a_new_session(void **state)
{
    struct scene *scene = *state;
    make_unknown(scene);
    for (int i = 0; i < 10; i++) {
        scene_answer(scene, false, 0, 0);
        capture_clear(&scene->out);
        scene_timer(scene, ACK_MS);
    }
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    assert_true(gate_wants_session(scene->gate));
    assert_int_equal(scene_sent(scene), 0);
}

static void reconnect(struct scene *scene)
{
    scene_session(scene, false, "");
    capture_clear(&scene->out);
    scene_login(scene);
    scene_venue_holds(scene, 0);
}

static void test_absence_believed_twice_then_sent_again(void **state)
{
    struct scene *scene = *state;
    make_unknown(scene);
    reconnect(scene); /* caught_up asks at once: before the longest flight has ended */
    scene_answer(scene, false, 0, 0);
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    scene_timer(scene, IN_FLIGHT_MS);
    scene_answer(scene, false, 0, 0); /* the first that counts */
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    scene_answer(scene, false, 0, 0); /* the same answer again is not a second one */
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    assert_int_equal(scene_sent(scene), 0);
    capture_clear(&scene->out);
    scene_timer(scene, IN_FLIGHT_MS / 2);
    scene_answer(scene, false, 0, 0);
    assert_int_equal(scene_state(scene, "a"), ORDER_SENDING);
    assert_int_equal(scene_sent(scene), 1);
    assert_int_equal(gate_guard(scene->gate)->orders_sent, 2);
    assert_int_equal(gate_guard(scene->gate)->intents, 2); /* journalled again first */
    scene_said(scene, "a", EXEC_NEW);
    assert_int_equal(scene_state(scene, "a"), ORDER_NEW);
}

static void believe_absent(struct scene *scene)
{
    reconnect(scene);
    for (int i = 0; i < 3; i++) {
        capture_clear(&scene->out);
        scene_timer(scene, IN_FLIGHT_MS);
        if (scene_state(scene, "a") == ORDER_UNKNOWN && scene_query(scene, QUERY_VENUE_ORDER) != NULL)
            scene_answer(scene, false, 0, 0);
    }
}

static void test_absent_and_too_late(void **state)
{
    struct scene *scene = *state;
    make_unknown(scene);
    scene->now_us += 5000 * MS;
    believe_absent(scene);
    assert_int_equal(scene_state(scene, "a"), ORDER_EXPIRED);
    assert_int_equal(gate_order(scene->gate, "a")->reject, REJECT_EXPIRED);
    assert_int_equal(gate_guard(scene->gate)->orders_sent, 1);
}

static void test_absent_and_halted(void **state)
{
    struct scene *scene = *state;
    struct order_request request = scene_request(scene, "a", SIDE_BUY, 2);
    request.expires_us = 0;
    scene_send(scene, &request);
    scene_timer(scene, ACK_MS);
    (void)scene_control(scene, CONTROL_HALT, "test", 0);
    believe_absent(scene);
    assert_int_equal(scene_state(scene, "a"), ORDER_DENIED);
    assert_int_equal(gate_order(scene->gate, "a")->reject, REJECT_HALTED);
}

static void test_absent_and_cancelled(void **state)
{
    struct scene *scene = *state;
    struct cancel_request cancel = {.client_order_id = "a", .actor = "ann", .created_us = T0};
    make_unknown(scene);
    gate_on_cancel_request(scene->gate, &cancel, scene->now_us, &scene->sink);
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN); /* visible until resolved */
    scene_session(scene, false, "");
    scene_login(scene);
    for (int i = 0; i < 3 && scene_state(scene, "a") == ORDER_UNKNOWN; i++) {
        capture_clear(&scene->out);
        scene_timer(scene, IN_FLIGHT_MS);
        scene_answer(scene, false, 0, 0);
    }
    assert_int_equal(scene_state(scene, "a"), ORDER_CANCELLED);
    assert_int_equal(gate_guard(scene->gate)->orders_sent, 1);
}

static void test_killed_while_sending(void **state)
{
    struct scene *scene = *state;
    scene_order(scene, "a", SIDE_BUY, 2);
    scene_restart(scene);
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    assert_int_equal(scene_event(scene)->seq, 2); /* numbers go on */
    assert_string_equal(scene_event(scene)->reason, "the gateway stopped while it was being sent");
    capture_clear(&scene->out);
    scene_order(scene, "a", SIDE_BUY, 2); /* the executor asks again */
    assert_int_equal(scene_sent(scene), 0);
    assert_int_equal(scene_event(scene)->seq, 2);
    scene_login(scene);
    assert_string_equal(scene_query(scene, QUERY_VENUE_ORDER)->text, "a"); /* asked about at once */
    scene_answer(scene, true, ORDER_NEW, 0);
    assert_int_equal(scene_state(scene, "a"), ORDER_NEW);
    assert_int_equal(scene_sent(scene), 0);
}

static void test_restart_keeps_everything(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "a", SIDE_BUY, 3);
    struct venue_exec again = scene_fill_of(scene, "a", 3, 17400);
    scene_restart(scene);
    assert_int_equal(scene_held(scene), 3);
    assert_int_equal(gate_events_seq(scene->gate), 3);
    assert_int_equal(gate_guard(scene->gate)->orders_sent, 1);
    scene_login(scene);
    assert_int_equal(scene_query(scene, QUERY_VENUE_FILLS)->from_seq, 2);
    (void)text_copy(again.exec_id, sizeof again.exec_id, "x2"); /* the same fill, numbered anew */
    scene_exec(scene, &again);
    assert_int_equal(scene_held(scene), 3);
    scene_order(scene, "a", SIDE_BUY, 3);
    assert_int_equal(scene_sent(scene), 0);
}

static void test_trader_decides(void **state)
{
    struct scene *scene = *state;
    make_unknown(scene);
    assert_int_equal(scene_control(scene, CONTROL_RESOLVE, "nobody", ORDER_CANCELLED)->status, ERR_NOT_FOUND);
    assert_int_equal(scene_control(scene, CONTROL_RESOLVE, "a", ORDER_FILLED)->status, ERR_RANGE);
    capture_clear(&scene->out);
    assert_int_equal(scene_control(scene, CONTROL_RESOLVE, "a", ORDER_UNKNOWN)->status, ERR_OK); /* ask again */
    assert_string_equal(scene_query(scene, QUERY_VENUE_ORDER)->text, "a");
    assert_int_equal(capture_risk(&scene->out, "order a of unknown outcome: ann asks SIM again"), 1);
    assert_true(gate_wants_session(scene->gate)); /* on a new session an absence counts */
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    assert_int_equal(scene_control(scene, CONTROL_RESOLVE, "a", ORDER_EXPIRED)->status, ERR_OK);
    assert_int_equal(scene_state(scene, "a"), ORDER_EXPIRED);
    assert_string_equal(gate_order(scene->gate, "a")->reason, "decided by ann");
    assert_int_equal(scene_control(scene, CONTROL_RESOLVE, "a", ORDER_EXPIRED)->status, ERR_STATE);
    scene_fill(scene, "a", 2, 17400); /* the trader was wrong: a fact is counted, and alarmed */
    assert_int_equal(scene_held(scene), 2);
    assert_int_equal(capture_risk(&scene->out, "after the order had ended"), 1);
}

static void accept_unknown(struct scene *scene)
{
    make_unknown(scene);
    capture_clear(&scene->out);
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "a", DIFFERENCE_UNKNOWN)->status, ERR_OK);
    assert_string_equal(capture_last(&scene->out, PORT_REPLY, MSG_REPLY)->reply.text,
                        "SIM is asked about a first; unless it has it within 5 s, it ends here as CANCELLED");
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
}

static void test_accepting_asks_the_venue_first(void **state)
{
    struct scene *scene = *state;
    accept_unknown(scene);
    scene_answer(scene, true, ORDER_NEW, 0);
    assert_int_equal(scene_state(scene, "a"), ORDER_NEW);
    for (int i = 0; i < 10; i++) scene_timer(scene, ACK_MS);
    assert_int_equal(scene_state(scene, "a"), ORDER_NEW); /* the venue's word, for good */
    assert_null(capture_last(&scene->out, PORT_VENUE, MSG_CANCEL_REQUEST));
}

static void test_accepted_and_the_venue_is_silent(void **state)
{
    struct scene *scene = *state;
    accept_unknown(scene);
    scene_timer(scene, 4999);
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    scene_timer(scene, 1);
    assert_int_equal(scene_state(scene, "a"), ORDER_CANCELLED);
    assert_string_equal(gate_order(scene->gate, "a")->reason, "decided by ann");
    assert_int_equal(capture_risk(&scene->out, "order a of unknown outcome: CANCELLED decided by ann"), 1);
}

/* Its time to live is not over: without the trader's word it would go again. */
static void test_accepted_and_absent(void **state)
{
    struct scene *scene = *state;
    accept_unknown(scene);
    scene_session(scene, false, "");
    scene_timer(scene, IN_FLIGHT_MS - ACK_MS);
    scene_login(scene);
    scene_answer(scene, false, 0, 0);
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    capture_clear(&scene->out);
    scene_timer(scene, IN_FLIGHT_MS / 2);
    scene_answer(scene, false, 0, 0);
    assert_int_equal(scene_state(scene, "a"), ORDER_CANCELLED);
    assert_int_equal(scene_sent(scene), 0);
}

static void test_twice_at_the_venue_halts(void **state)
{
    struct scene *scene = *state;
    make_unknown(scene);
    struct venue_order_status status = {.request_id = scene_query(scene, QUERY_VENUE_ORDER)->request_id,
                                        .found = true,
                                        .copies = 2,
                                        .order = *gate_order(scene->gate, "a")};
    gate_on_venue_order_status(scene->gate, &status, scene->now_us, &scene->sink);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED);
    assert_int_equal(capture_risk(&scene->out, "SIM has order a 2 times"), 1);
}

static void test_orders_wait_for_catching_up(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "in", SIDE_BUY, 1);
    scene_session(scene, false, "");
    capture_clear(&scene->out);
    scene_session(scene, true, "A1");
    assert_int_equal(scene_query(scene, QUERY_VENUE_FILLS)->from_seq, 2);
    struct order_request exit = scene_exit_request(scene, "s", SIDE_SELL, 1);
    scene_send(scene, &exit);
    assert_int_equal(scene_event(scene)->reject, REJECT_NOT_LOGGED_IN);
    assert_string_equal(scene_event(scene)->reason,
                        "the session at SIM has just begun: its fills are still being read");
    scene_timer(scene, ACK_MS); /* no answer: asked again */
    assert_int_equal(capture_count(&scene->out, PORT_VENUE, MSG_QUERY), 2);
    scene_reply(scene, QUERY_VENUE_FILLS);
    exit = scene_exit_request(scene, "t", SIDE_SELL, 1);
    scene_send(scene, &exit);
    assert_int_equal(scene_sent(scene), 1);
}

static void test_positions_that_differ_halt(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "in", SIDE_BUY, 1);
    scene_session(scene, false, "");
    scene_login(scene);
    scene_venue_holds(scene, 2);
    for (int i = 0; i < 2; i++) {
        scene_reply(scene, QUERY_VENUE_FILLS);                         /* nothing is on its way */
        assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE); /* look again */
        capture_clear(&scene->out);
        scene_timer(scene, ACK_MS);
        scene_venue_holds(scene, 2);
    }
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
    scene_reply(scene, QUERY_VENUE_FILLS);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED);
    assert_string_equal(gate_guard(scene->gate)->reason, "positions at SIM differ: MXFH1 +2 there, +1 here");
    assert_int_equal(scene_control(scene, CONTROL_ACCEPT, "MXFH1", 2)->status, ERR_OK);
    assert_int_equal(scene_control(scene, CONTROL_RESUME, "accepted", 0)->status, ERR_OK);
}

/* Positions were asked for while fills were on their way: they say nothing until the fills are here. */
static void test_positions_wait_for_reports(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "in", SIDE_BUY, 1);
    scene_order(scene, "late", SIDE_BUY, 1);
    scene_session(scene, false, "");
    scene_login(scene);
    for (int i = 0; i < 5; i++) {
        scene_venue_holds(scene, 2 + i);
        if (i == 0) scene_said(scene, "late", EXEC_NEW);
        scene_fill(scene, "late", 1, 17400);
        scene_reply(scene, QUERY_VENUE_FILLS);
        assert_int_equal(gate_guard(scene->gate)->mode, i == 0 ? GUARD_ACTIVE : GUARD_HALTED);
        (void)scene_control(scene, CONTROL_RESUME, "more was filled than ordered, on purpose", 0);
        capture_clear(&scene->out);
        scene_timer(scene, ACK_MS);
    }
    assert_int_equal(capture_risk(&scene->out, "differ"), 0);
}

static void test_positions_that_agree(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "in", SIDE_SELL, 2);
    scene_session(scene, false, "");
    scene_login(scene);
    scene_venue_holds(scene, -2);
    capture_clear(&scene->out);
    scene_timer(scene, 10 * ACK_MS);
    assert_null(scene_query(scene, QUERY_VENUE_POSITIONS));
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
}

static void test_working_here_unknown_there_halts(void **state)
{
    struct scene *scene = *state;
    struct order_request request = scene_request(scene, "a", SIDE_BUY, 2);
    request.type = ORDER_LIMIT;
    request.tif = TIF_ROD;
    request.limit_price = PRICE_POINTS(17300);
    scene_send(scene, &request);
    scene_said(scene, "a", EXEC_NEW);
    scene_session(scene, false, "");
    scene_login(scene);
    scene_answer(scene, false, 0, 0);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED);
    assert_int_equal(capture_risk(&scene->out, "order a is NEW here and not known at SIM"), 1);
    assert_int_equal(scene_control(scene, CONTROL_RESOLVE, "a", ORDER_CANCELLED)->status, ERR_OK);
    assert_int_equal(scene_state(scene, "a"), ORDER_CANCELLED);
}

/* A lost last report shows in no gap: while an order works, reports are asked for. */
static void test_lost_last_report(void **state)
{
    struct scene *scene = *state;
    struct order_request request = scene_request(scene, "a", SIDE_BUY, 2);
    request.type = ORDER_LIMIT;
    request.tif = TIF_ROD;
    request.limit_price = PRICE_POINTS(17300);
    scene_send(scene, &request);
    scene_said(scene, "a", EXEC_NEW);
    capture_clear(&scene->out);
    scene_timer(scene, ACK_MS);
    assert_int_equal(scene_query(scene, QUERY_VENUE_FILLS)->from_seq, 1);
}

static void test_venue_that_was_reset(void **state)
{
    struct scene *scene = *state;
    scene_hold(scene, "in", SIDE_BUY, 1);
    scene_order(scene, "a", SIDE_BUY, 1);
    scene->venue_seq = 0; /* its numbers begin again */
    scene_said(scene, "a", EXEC_NEW);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_HALTED);
    assert_string_equal(gate_guard(scene->gate)->reason,
                        "the venue's report numbers went backwards: it was reset, or is another one");
}

static void log_in_as(struct scene *scene, const char *user, const char *account)
{
    struct account accounts[1] = {{.selected = true}};
    struct session_info session = {.logged_in = true, .venue = "SIM", .venue_session = ++scene->venue_session};
    (void)text_copy(accounts[0].account, sizeof accounts[0].account, account);
    (void)text_copy(session.account, sizeof session.account, account);
    (void)text_copy(session.user, sizeof session.user, user);
    gate_on_accounts(scene->gate, accounts, 1);
    gate_on_session(scene->gate, &session, scene->now_us, &scene->sink);
    scene_reply(scene, QUERY_VENUE_FILLS);
}

/* What another login does not find there proves nothing; its own login's word counts. */
static void test_another_login_is_not_asked(void **state)
{
    struct scene *scene = *state;
    struct order_request resting = scene_request(scene, "rest", SIDE_BUY, 1);
    resting.type = ORDER_LIMIT;
    resting.tif = TIF_ROD;
    resting.limit_price = PRICE_POINTS(17300);
    scene_send(scene, &resting);
    scene_said(scene, "rest", EXEC_NEW);
    make_unknown(scene);
    scene_session(scene, false, "");
    capture_clear(&scene->out);
    log_in_as(scene, "guest", "G1");
    for (int i = 0; i < 10; i++) scene_timer(scene, IN_FLIGHT_MS);
    assert_null(scene_query(scene, QUERY_VENUE_ORDER));
    assert_int_equal(scene_state(scene, "a"), ORDER_UNKNOWN);
    assert_int_equal(gate_guard(scene->gate)->mode, GUARD_ACTIVE);
    struct cancel_request cancel = {.client_order_id = "rest", .actor = "ann", .created_us = T0};
    gate_on_cancel_request(scene->gate, &cancel, scene->now_us, &scene->sink);
    assert_int_equal(capture_count(&scene->out, PORT_VENUE, MSG_CANCEL_REQUEST), 0);
    struct order_request leave = scene_exit_request(scene, "x", SIDE_SELL, 1);
    scene_send(scene, &leave);
    assert_int_equal(scene_event(scene)->reject, REJECT_NO_ACCOUNT);
    assert_int_equal(scene_sent(scene), 0);
    capture_clear(&scene->out);
    log_in_as(scene, "demo", "A1");
    assert_non_null(scene_query(scene, QUERY_VENUE_ORDER));
    assert_int_equal(capture_count(&scene->out, PORT_VENUE, MSG_CANCEL_REQUEST), 1);
    for (int i = 0; i < 3; i++) {
        capture_clear(&scene->out);
        scene_timer(scene, IN_FLIGHT_MS);
        if (scene_state(scene, "a") == ORDER_UNKNOWN) scene_answer(scene, false, 0, 0);
    }
    assert_int_equal(scene_state(scene, "a"), ORDER_EXPIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_silence_is_unknown_and_blocks_the_symbol),
        SCENE_TEST(test_late_answer_resolves),
        SCENE_TEST(test_found_is_adopted),
        SCENE_TEST(test_absence_needs_a_new_session),
        SCENE_TEST(test_absence_believed_twice_then_sent_again),
        SCENE_TEST(test_absent_and_too_late),
        SCENE_TEST(test_absent_and_halted),
        SCENE_TEST(test_absent_and_cancelled),
        SCENE_TEST(test_killed_while_sending),
        SCENE_TEST(test_restart_keeps_everything),
        SCENE_TEST(test_trader_decides),
        SCENE_TEST(test_accepting_asks_the_venue_first),
        SCENE_TEST(test_accepted_and_the_venue_is_silent),
        SCENE_TEST(test_accepted_and_absent),
        SCENE_TEST(test_twice_at_the_venue_halts),
        SCENE_TEST(test_orders_wait_for_catching_up),
        SCENE_TEST(test_positions_that_differ_halt),
        SCENE_TEST(test_positions_wait_for_reports),
        SCENE_TEST(test_positions_that_agree),
        SCENE_TEST(test_working_here_unknown_there_halts),
        SCENE_TEST(test_lost_last_report),
        SCENE_TEST(test_venue_that_was_reset),
        SCENE_TEST(test_another_login_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

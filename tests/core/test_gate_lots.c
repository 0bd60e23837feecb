/* What each condition holds: its exits pass though the account nets to nothing, and never more than it holds. */
#include "tests/core/gate_scene.h"

static struct order_request leg(const struct scene *scene, const char *id, int64_t condition, enum order_leg leg,
                                enum side side, int32_t quantity)
{
    struct order_request request = scene_request(scene, id, side, quantity);
    request.condition_id = condition;
    request.leg = leg;
    request.reduce_only = leg == LEG_STOP_LOSS || leg == LEG_FLATTEN;
    if (condition == 0) (void)text_copy(request.actor, sizeof request.actor, "ann");
    return request;
}

static void send(struct scene *scene, const char *id, int64_t condition, enum order_leg what, enum side side,
                 int32_t quantity)
{
    struct order_request request = leg(scene, id, condition, what, side, quantity);
    scene_send(scene, &request);
}

static void trade(struct scene *scene, const char *id, int64_t condition, enum order_leg what, enum side side,
                  int32_t quantity)
{
    send(scene, id, condition, what, side, quantity);
    assert_int_equal(scene_state(scene, id), ORDER_SENDING);
    scene_said(scene, id, EXEC_NEW);
    scene_fill(scene, id, quantity, 17400);
    scene_keep(scene);
}

/* Condition 1 bought at a support, condition 2 sold at a resistance. */
static void both_sides(struct scene *scene)
{
    trade(scene, "k-1-E1", 1, LEG_ENTRY, SIDE_BUY, 2);
    trade(scene, "k-2-E1", 2, LEG_ENTRY, SIDE_SELL, 2);
    assert_int_equal(scene_held(scene), 0);
}

static void denied(struct scene *scene, const char *id, enum reject_code code)
{
    assert_int_equal(scene_state(scene, id), ORDER_DENIED);
    assert_int_equal(gate_order(scene->gate, id)->reject, code);
}

static int32_t released(const struct scene *scene, int64_t condition)
{
    int32_t lots = 0;
    for (size_t i = 0; i < scene->out.count; i++) {
        const struct order_event *event = &scene->out.msgs[i].order_event;
        if (scene->out.ports[i] == PORT_STORE && scene->out.msgs[i].id == MSG_ORDER_EVENT &&
            event->kind == EXEC_RELEASED && event->request.condition_id == condition)
            lots += event->fill_quantity;
    }
    return lots;
}

/* A ticket closes lots of condition 1 while its exit is on its way: what the exit then closes was condition 2's. */
static void test_exit_beyond_its_lots_was_another_s(void **state)
{
    struct scene *scene = *state;
    trade(scene, "k-1-E1", 1, LEG_ENTRY, SIDE_BUY, 1);
    trade(scene, "k-2-E1", 2, LEG_ENTRY, SIDE_BUY, 1);
    send(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 1);
    trade(scene, "ticket", 0, LEG_NONE, SIDE_SELL, 1);
    assert_int_equal(scene_held(scene), 1);
    scene_said(scene, "k-1-S1", EXEC_NEW);
    scene_fill(scene, "k-1-S1", 1, 17400);
    assert_int_equal(scene_held(scene), 0);
    assert_int_equal(released(scene, 2), 1);
    scene_keep(scene);
    send(scene, "k-2-S1", 2, LEG_STOP_LOSS, SIDE_SELL, 1); /* there is nothing left to protect */
    denied(scene, "k-2-S1", REJECT_WOULD_NOT_REDUCE);
}

/* +2 held: a reduce-only ticket beside a plain one could reverse; placed first, it is taken back when the plain one fills. */
static void test_reduce_only_beside_a_plain_order(void **state)
{
    struct scene *scene = *state;
    trade(scene, "ticket-1", 0, LEG_NONE, SIDE_BUY, 2);
    send(scene, "ticket-2", 0, LEG_NONE, SIDE_SELL, 4);
    scene_said(scene, "ticket-2", EXEC_NEW);
    send(scene, "close-1", 0, LEG_FLATTEN, SIDE_SELL, 2);
    denied(scene, "close-1", REJECT_ALREADY_LEAVING);
    scene_said(scene, "ticket-2", EXEC_CANCELLED);
    send(scene, "close-2", 0, LEG_FLATTEN, SIDE_SELL, 2);
    scene_said(scene, "close-2", EXEC_NEW);
    send(scene, "ticket-3", 0, LEG_NONE, SIDE_SELL, 1);
    scene_said(scene, "ticket-3", EXEC_NEW);
    scene_fill(scene, "ticket-3", 1, 17400);
    assert_int_equal(scene_held(scene), 1);
    assert_int_equal(scene_state(scene, "close-2"), ORDER_PENDING_CANCEL);
}

/* Conditions hold +4 and -2. While the flatten of these is on its way, an exit beside it would turn the account;
 * it is told to ask again, and the flatten has closed its lots by then. */
static void test_an_exit_beside_a_flatten_does_not_turn_the_account(void **state)
{
    struct scene *scene = *state;
    trade(scene, "k-1-E1", 1, LEG_ENTRY, SIDE_BUY, 2);
    trade(scene, "k-2-E1", 2, LEG_ENTRY, SIDE_BUY, 2);
    trade(scene, "k-3-E1", 3, LEG_ENTRY, SIDE_SELL, 2);
    assert_int_equal(scene_held(scene), 2);
    send(scene, "close-1", 0, LEG_FLATTEN, SIDE_SELL, 2);
    assert_int_equal(scene_state(scene, "close-1"), ORDER_SENDING);
    send(scene, "k-2-S1", 2, LEG_STOP_LOSS, SIDE_SELL, 2);
    denied(scene, "k-2-S1", REJECT_ALREADY_LEAVING);
    scene_said(scene, "close-1", EXEC_NEW);
    scene_fill(scene, "close-1", 1, 17400);
    scene_said(scene, "close-1", EXEC_CANCELLED);
    send(scene, "k-2-S2", 2, LEG_STOP_LOSS, SIDE_SELL, 2);
    assert_int_equal(scene_state(scene, "k-2-S2"), ORDER_SENDING);
}

/* What conditions hold has exits that always go: a ticket may not count on closing it. */
static void test_ticket_beside_an_exit_stays_within_the_limit(void **state)
{
    struct scene *scene = *state;
    struct guard_limits limits = {.max_position = 2, .actor = "ann"};
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    trade(scene, "k-1-E1", 1, LEG_ENTRY, SIDE_BUY, 2);
    send(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 2);
    send(scene, "ticket-1", 0, LEG_NONE, SIDE_SELL, 4); /* both filled: 4 short */
    denied(scene, "ticket-1", REJECT_MAX_POSITION);
    send(scene, "ticket-2", 0, LEG_NONE, SIDE_SELL, 2);
    assert_int_equal(scene_state(scene, "ticket-2"), ORDER_SENDING);
}

/* REDUCING: a resting ticket for a condition's lots would open, once its exit has closed them. */
static void test_ticket_beside_an_exit_does_not_open_while_reducing(void **state)
{
    struct scene *scene = *state;
    const struct control reduce = {.kind = CONTROL_REDUCE, .actor = "ann", .text = "lunch"};
    trade(scene, "k-1-E1", 1, LEG_ENTRY, SIDE_BUY, 2);
    gate_on_control(scene->gate, &reduce, scene->now_us, &scene->sink);
    send(scene, "ticket-1", 0, LEG_NONE, SIDE_SELL, 2);
    denied(scene, "ticket-1", REJECT_REDUCING);
    trade(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 2);
    assert_int_equal(scene_held(scene), 0);
}

static void test_both_sides_keep_their_exits(void **state)
{
    struct scene *scene = *state;
    both_sides(scene);
    send(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 3); /* more than it holds */
    denied(scene, "k-1-S1", REJECT_WOULD_NOT_REDUCE);
    send(scene, "k-1-S2", 1, LEG_STOP_LOSS, SIDE_BUY, 2); /* and the wrong way */
    denied(scene, "k-1-S2", REJECT_WOULD_NOT_REDUCE);
    trade(scene, "k-1-S3", 1, LEG_STOP_LOSS, SIDE_SELL, 2);
    assert_int_equal(scene_held(scene), -2);               /* what condition 2 holds */
    send(scene, "k-1-S4", 1, LEG_STOP_LOSS, SIDE_SELL, 1); /* it holds nothing any more */
    denied(scene, "k-1-S4", REJECT_WOULD_NOT_REDUCE);
    trade(scene, "k-2-S1", 2, LEG_STOP_LOSS, SIDE_BUY, 2);
    assert_int_equal(scene_held(scene), 0);
}

static void test_both_exits_at_once_in_every_mode(void **state)
{
    struct scene *scene = *state;
    struct guard_limits limits = {.max_position = 2, .orders_per_second = 1, .daily_loss = 1, .actor = "ann"};
    both_sides(scene); /* the second side was not refused for the first one's lots */
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    (void)scene_control(scene, CONTROL_HALT, "test", 0);
    capture_clear(&scene->out);
    send(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 2);
    send(scene, "k-2-S1", 2, LEG_STOP_LOSS, SIDE_BUY, 2);
    assert_int_equal(scene_sent(scene), 2);
    send(scene, "k-1-S2", 1, LEG_STOP_LOSS, SIDE_SELL, 2); /* the same lots again */
    denied(scene, "k-1-S2", REJECT_ALREADY_LEAVING);
    assert_string_equal(scene_event(scene)->reason,
                        "exit SELL 2: condition 1 holds +2, 2 of it leaving already, 0 left to close");
}

static void test_second_side_within_the_limit(void **state)
{
    struct scene *scene = *state;
    struct guard_limits limits = {.max_position = 2, .actor = "ann"};
    gate_on_limits(scene->gate, &limits, scene->now_us, &scene->sink);
    both_sides(scene);
    send(scene, "k-3-E1", 3, LEG_ENTRY, SIDE_BUY, 1); /* the net would be 1; with condition 2 gone it is 3 */
    denied(scene, "k-3-E1", REJECT_MAX_POSITION);
}

static void test_partial_fills(void **state)
{
    struct scene *scene = *state;
    send(scene, "k-1-E1", 1, LEG_ENTRY, SIDE_BUY, 5);
    scene_said(scene, "k-1-E1", EXEC_NEW);
    scene_fill(scene, "k-1-E1", 2, 17400);
    trade(scene, "k-2-E1", 2, LEG_ENTRY, SIDE_SELL, 4);
    send(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 3);
    denied(scene, "k-1-S1", REJECT_WOULD_NOT_REDUCE);
    send(scene, "k-1-S2", 1, LEG_STOP_LOSS, SIDE_SELL, 2);
    scene_said(scene, "k-1-S2", EXEC_NEW);
    scene_fill(scene, "k-1-S2", 1, 17390);
    scene_fill(scene, "k-1-E1", 1, 17400); /* the entry goes on filling: two held, one of them leaving */
    send(scene, "k-1-S3", 1, LEG_STOP_LOSS, SIDE_SELL, 2);
    denied(scene, "k-1-S3", REJECT_ALREADY_LEAVING);
    send(scene, "k-1-S4", 1, LEG_STOP_LOSS, SIDE_SELL, 1);
    assert_int_equal(scene_state(scene, "k-1-S4"), ORDER_SENDING);
    scene_said(scene, "k-1-S2", EXEC_CANCELLED); /* its last lot is free again */
    send(scene, "k-1-S5", 1, LEG_STOP_LOSS, SIDE_SELL, 1);
    assert_int_equal(scene_state(scene, "k-1-S5"), ORDER_SENDING);
}

static void test_restart(void **state)
{
    struct scene *scene = *state;
    both_sides(scene);
    scene_restart(scene);
    scene_login(scene);
    send(scene, "k-2-S1", 2, LEG_STOP_LOSS, SIDE_BUY, 3);
    denied(scene, "k-2-S1", REJECT_WOULD_NOT_REDUCE);
    send(scene, "k-2-S2", 2, LEG_STOP_LOSS, SIDE_BUY, 2);
    assert_int_equal(scene_state(scene, "k-2-S2"), ORDER_SENDING);
}

/* 3 bought, 2 sold, the account holds 1: the flatten sells that one, and the conditions give up what nets. */
static void test_flatten_in_between(void **state)
{
    struct scene *scene = *state;
    trade(scene, "k-1-E1", 1, LEG_ENTRY, SIDE_BUY, 3);
    trade(scene, "k-2-E1", 2, LEG_ENTRY, SIDE_SELL, 2);
    send(scene, "k-m1-1", 0, LEG_FLATTEN, SIDE_SELL, 2); /* more than the account holds */
    denied(scene, "k-m1-1", REJECT_WOULD_NOT_REDUCE);
    send(scene, "k-m1-2", 0, LEG_FLATTEN, SIDE_SELL, 1);
    send(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 3); /* races it: the account would end short of what 2 holds */
    denied(scene, "k-1-S1", REJECT_ALREADY_LEAVING);
    send(scene, "k-1-S2", 1, LEG_STOP_LOSS, SIDE_SELL, 1);
    denied(scene, "k-1-S2", REJECT_ALREADY_LEAVING);
    capture_clear(&scene->out);
    uint64_t seq = gate_events_seq(scene->gate);
    scene_fill(scene, "k-m1-2", 1, 17350);
    assert_int_equal(scene_held(scene), 0);
    assert_int_equal(released(scene, 1), 3);
    assert_int_equal(released(scene, 2), 2);
    assert_int_equal(gate_events_seq(scene->gate), seq + 4); /* the fill; 1 and 2 of condition 1; 2 of condition 2 */
    assert_int_equal(scene_event(scene)->fill_price, PRICE_POINTS(17350));
    assert_string_equal(scene_event(scene)->request.client_order_id, "k-m1-2");
    scene_keep(scene);
    scene_restart(scene);
    scene_login(scene);
    send(scene, "k-1-S3", 1, LEG_STOP_LOSS, SIDE_SELL, 1); /* late exits cannot open anything */
    send(scene, "k-2-S1", 2, LEG_STOP_LOSS, SIDE_BUY, 1);
    denied(scene, "k-1-S3", REJECT_WOULD_NOT_REDUCE);
    denied(scene, "k-2-S1", REJECT_WOULD_NOT_REDUCE);
}

/* Nothing to send: the account is flat, the conditions are not. */
static void test_flatten_of_what_nets(void **state)
{
    struct scene *scene = *state;
    both_sides(scene);
    send(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 2);
    send(scene, "k-m1-1", 0, LEG_FLATTEN, SIDE_SELL, 2); /* an exit works: not now */
    denied(scene, "k-m1-1", REJECT_WOULD_NOT_REDUCE);
    scene_said(scene, "k-1-S1", EXEC_REJECTED);
    capture_clear(&scene->out);
    send(scene, "k-m1-2", 0, LEG_FLATTEN, SIDE_SELL, 2);
    assert_int_equal(scene_sent(scene), 0);
    assert_int_equal(scene_state(scene, "k-m1-2"), ORDER_CANCELLED);
    assert_int_equal(released(scene, 1), 2);
    assert_int_equal(released(scene, 2), 2);
    send(scene, "k-m1-3", 0, LEG_FLATTEN, SIDE_SELL, 2);
    denied(scene, "k-m1-3", REJECT_WOULD_NOT_REDUCE);
}

/* The operator's own lots go first; what he then takes off the net was the conditions', in their order. */
static void test_operator_closes(void **state)
{
    struct scene *scene = *state;
    trade(scene, "k-m1-1", 0, LEG_NONE, SIDE_BUY, 1);
    trade(scene, "k-1-E1", 1, LEG_ENTRY, SIDE_BUY, 2);
    trade(scene, "k-2-E1", 2, LEG_ENTRY, SIDE_BUY, 2);
    send(scene, "k-m1-2", 0, LEG_NONE, SIDE_SELL, 4);
    scene_fill(scene, "k-m1-2", 4, 17390);
    assert_int_equal(released(scene, 1), 2);
    assert_int_equal(released(scene, 2), 1);
    scene_keep(scene);
    send(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 1);
    denied(scene, "k-1-S1", REJECT_WOULD_NOT_REDUCE);
    send(scene, "k-2-S1", 2, LEG_STOP_LOSS, SIDE_SELL, 1);
    assert_int_equal(scene_state(scene, "k-2-S1"), ORDER_SENDING);
}

/* A short that the operator has of his own is not what condition 1 bought: both stay what they are. */
static void test_operators_own_position_stays(void **state)
{
    struct scene *scene = *state;
    trade(scene, "k-m1-1", 0, LEG_NONE, SIDE_SELL, 5);
    trade(scene, "k-1-E1", 1, LEG_ENTRY, SIDE_BUY, 2);
    assert_int_equal(scene_held(scene), -3);
    trade(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 2);
    assert_int_equal(scene_held(scene), -5);
    send(scene, "k-1-S2", 1, LEG_STOP_LOSS, SIDE_SELL, 1);
    denied(scene, "k-1-S2", REJECT_WOULD_NOT_REDUCE);
}

/* An exit rests at the limit price, and the operator sells the lots himself: the exit is called back. */
static void test_exit_is_called_back(void **state)
{
    struct scene *scene = *state;
    trade(scene, "k-1-E1", 1, LEG_ENTRY, SIDE_BUY, 2);
    send(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 2);
    scene_said(scene, "k-1-S1", EXEC_NEW);
    send(scene, "k-m1-1", 0, LEG_NONE, SIDE_SELL, 1);
    capture_clear(&scene->out);
    scene_fill(scene, "k-m1-1", 1, 17390);
    assert_int_equal(released(scene, 1), 1);
    assert_string_equal(capture_last(&scene->out, PORT_VENUE, MSG_CANCEL_REQUEST)->cancel_request.client_order_id,
                        "k-1-S1");
    assert_int_equal(scene_state(scene, "k-1-S1"), ORDER_PENDING_CANCEL);
    scene_said(scene, "k-1-S1", EXEC_CANCELLED);
    send(scene, "k-1-S2", 1, LEG_STOP_LOSS, SIDE_SELL, 1);
    assert_int_equal(scene_state(scene, "k-1-S2"), ORDER_SENDING);
}

/* It fills before the cancel arrives: a fact, but nothing of it is taken from the other condition. */
static void test_exit_that_was_too_late_to_call_back(void **state)
{
    struct scene *scene = *state;
    both_sides(scene);
    send(scene, "k-1-S1", 1, LEG_STOP_LOSS, SIDE_SELL, 2);
    scene_said(scene, "k-1-S1", EXEC_NEW);
    trade(scene, "k-m1-1", 0, LEG_NONE, SIDE_BUY, 1);  /* the operator holds +1 */
    trade(scene, "k-m1-2", 0, LEG_NONE, SIDE_SELL, 1); /* and closes it */
    assert_int_equal(scene_held(scene), 0);
    scene_fill(scene, "k-1-S1", 2, 17390);
    assert_int_equal(scene_held(scene), -2);
    send(scene, "k-2-S1", 2, LEG_STOP_LOSS, SIDE_BUY, 2);
    assert_int_equal(scene_state(scene, "k-2-S1"), ORDER_SENDING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_both_sides_keep_their_exits),
        SCENE_TEST(test_reduce_only_beside_a_plain_order),
        SCENE_TEST(test_an_exit_beside_a_flatten_does_not_turn_the_account),
        SCENE_TEST(test_ticket_beside_an_exit_stays_within_the_limit),
        SCENE_TEST(test_ticket_beside_an_exit_does_not_open_while_reducing),
        SCENE_TEST(test_exit_beyond_its_lots_was_another_s),
        SCENE_TEST(test_both_exits_at_once_in_every_mode),
        SCENE_TEST(test_second_side_within_the_limit),
        SCENE_TEST(test_partial_fills),
        SCENE_TEST(test_restart),
        SCENE_TEST(test_flatten_in_between),
        SCENE_TEST(test_flatten_of_what_nets),
        SCENE_TEST(test_operator_closes),
        SCENE_TEST(test_operators_own_position_stays),
        SCENE_TEST(test_exit_is_called_back),
        SCENE_TEST(test_exit_that_was_too_late_to_call_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

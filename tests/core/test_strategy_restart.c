/* Killed at any step, restarted from what was stored: the same decisions. A first run records every input; a second one
 * takes the same inputs, dies now and then just before or just after a commit, is restored from the stored records, and
 * must send the same orders and end where the first one did. */
#include "core/rng.h"
#include "tests/core/strategy_fixture.h"

#define CONDITIONS  150
#define INPUTS_MAX  20000
#define SIGNALS_MAX 2000

enum input_kind { INPUT_TICK = 1, INPUT_EVENT, INPUT_ACK, INPUT_COMMAND, INPUT_TIMER };

struct input {
    enum input_kind kind;
    int64_t now_us;
    union {
        struct tick tick;
        struct order_event event;
        struct signal_ack ack;
        struct condition_command command;
    };
};

/* What a database would hold. */
struct store {
    struct condition conditions[CONDITIONS + 1];
    int64_t serials[CONDITIONS + 1]; /* of the last transition */
    struct signal signals[SIGNALS_MAX + 1];
    struct cursor cursors[8];
    size_t cursor_count;
};

struct world {
    struct fixture *f;
    struct store store;
    struct rng rng;
    struct input *inputs;
    size_t input_count;
    struct order_request orders[SIGNALS_MAX + 1]; /* by signal seq: the first run's */
    uint64_t order_count;
    struct said *waiting; /* signals that the fake executor has not answered */
    size_t waiting_count;
    size_t restarts, resent;
};

static void store_cursor(struct store *store, const struct cursor *cursor)
{
    size_t at = 0;
    while (at < store->cursor_count && strcmp(store->cursors[at].stream, cursor->stream) != 0) at++;
    assert_true(at < sizeof store->cursors / sizeof store->cursors[0]);
    if (at == store->cursor_count) store->cursor_count++;
    store->cursors[at] = *cursor;
}

static void store_ratchet(struct store *store, const struct ratchet *ratchet)
{
    const int sign = side_sign(ratchet->side);
    for (size_t id = 1; id <= CONDITIONS; id++) {
        struct condition *c = &store->conditions[id];
        if (c->id == 0 || c->state != CONDITION_TRIGGERED || !c->terms.following) continue;
        if (c->terms.side == ratchet->side && sign * (ratchet->price - c->trigger) < 0) c->trigger = ratchet->price;
    }
}

static void store_one(struct store *store, const struct msg *msg)
{
    if (msg->id == MSG_CONDITION) store->conditions[msg->condition.id] = msg->condition;
    if (msg->id == MSG_CURSOR) store_cursor(store, &msg->cursor);
    if (msg->id == MSG_RATCHET) store_ratchet(store, &msg->ratchet);
    if (msg->id == MSG_SIGNAL) store->signals[msg->signal.seq] = msg->signal;
    if (msg->id == MSG_TRANSITION) {
        assert_int_equal(msg->transition.serial, store->serials[msg->transition.condition_id] + 1);
        store->serials[msg->transition.condition_id]++;
    }
}

static void commit(struct world *world)
{
    for (size_t i = 0; i < world->f->said_count; i++)
        if (world->f->said[i].port == PORT_STORE) store_one(&world->store, &world->f->said[i].msg);
}

static void restore(struct world *world)
{
    struct msg msg;
    struct err err = {0};
    strategy_free(world->f->strategy);
    world->f->strategy = fixture_strategy(false);
    for (size_t id = 1; id <= CONDITIONS; id++) {
        if (world->store.conditions[id].id == 0) continue;
        msg_init(&msg, MSG_CONDITION);
        msg.condition = world->store.conditions[id];
        if (strategy_restore(world->f->strategy, &msg, &err) != ERR_OK) fail_msg("%s", err.text);
    }
    for (size_t seq = 1; seq <= SIGNALS_MAX; seq++) {
        if (world->store.signals[seq].seq == 0 || world->store.signals[seq].acknowledged) continue;
        msg_init(&msg, MSG_SIGNAL);
        msg.signal = world->store.signals[seq];
        if (strategy_restore(world->f->strategy, &msg, &err) != ERR_OK) fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < world->store.cursor_count; i++) {
        msg_init(&msg, MSG_CURSOR);
        msg.cursor = world->store.cursors[i];
        if (strategy_restore(world->f->strategy, &msg, &err) != ERR_OK) fail_msg("%s", err.text);
    }
    say_market(world->f, SESSION_DAY, SESSION_OPEN);
    forget(world->f);
}

static void feed(struct fixture *f, const struct input *input)
{
    f->now_us = input->now_us;
    if (input->kind == INPUT_TICK) {
        f->market_us = input->tick.time_us;
        strategy_on_tick(f->strategy, &input->tick, input->now_us, &f->sink);
    }
    if (input->kind == INPUT_EVENT) apply(f, &input->event);
    if (input->kind == INPUT_ACK) strategy_on_ack(f->strategy, &input->ack, input->now_us, &f->sink);
    if (input->kind == INPUT_COMMAND) strategy_on_command(f->strategy, &input->command, input->now_us, &f->sink);
    if (input->kind == INPUT_TIMER) strategy_on_timer(f->strategy, input->now_us, &f->sink);
}

/* --- the first run: makes the inputs ------------------------------------------------------------------------------ */

static void give(struct world *world, struct input *input)
{
    struct fixture *f = world->f;
    f->now_us += 1000;
    input->now_us = f->now_us;
    assert_true(world->input_count < INPUTS_MAX);
    world->inputs[world->input_count++] = *input;
    forget(f);
    feed(f, input);
    for (size_t i = 0; i < f->said_count; i++) {
        if (f->said[i].port != PORT_SIGNAL) continue;
        const struct signal *signal = &f->said[i].msg.signal;
        assert_true(signal->seq <= SIGNALS_MAX);
        if (signal->seq <= world->order_count) continue; /* resent */
        world->orders[signal->seq] = signal->order;
        world->order_count = signal->seq;
        world->waiting[world->waiting_count++] = f->said[i];
    }
}

static void give_event(struct world *world, const struct order_request *order, enum exec_kind kind,
                       enum order_state state, int32_t lots, int32_t cumulative)
{
    struct input input = {.kind = INPUT_EVENT};
    input.event = make_event(world->f, order, kind, state, lots, order->decision_price / PRICE_SCALE, cumulative);
    give(world, &input);
}

/* A venue of moods: all at once, in two parts, a part and no more, nothing. A limit exit always fills. */
static void answer_one(struct world *world)
{
    const struct said said = world->waiting[--world->waiting_count];
    const struct order_request *order = &said.msg.signal.order;
    struct input ack = {.kind = INPUT_ACK, .ack = {.seq = said.msg.signal.seq, .strategy = "t1", .accepted = true}};
    memcpy(ack.ack.client_order_id, order->client_order_id, sizeof ack.ack.client_order_id);
    if (rng_chance(&world->rng, 1, 2)) give(world, &ack);
    give_event(world, order, EXEC_NEW, ORDER_NEW, 0, 0);
    const bool limit = order->type == ORDER_LIMIT;
    const int64_t mood = limit ? 0 : rng_range(&world->rng, 0, 3);
    if (mood == 0) give_event(world, order, EXEC_FILL, ORDER_FILLED, order->quantity, order->quantity);
    if (mood == 1 && order->quantity > 1) {
        give_event(world, order, EXEC_FILL, ORDER_PARTIALLY_FILLED, 1, 1);
        give_event(world, order, EXEC_FILL, ORDER_FILLED, order->quantity - 1, order->quantity);
    } else if (mood == 1 || (mood == 2 && order->quantity == 1)) {
        give_event(world, order, EXEC_FILL, ORDER_FILLED, order->quantity, order->quantity);
    } else if (mood == 2) {
        give_event(world, order, EXEC_FILL, ORDER_PARTIALLY_FILLED, 1, 1);
        give_event(world, order, EXEC_CANCELLED, ORDER_CANCELLED, 0, 1);
    } else if (mood == 3) {
        give_event(world, order, EXEC_CANCELLED, ORDER_CANCELLED, 0, 0);
    }
}

static void give_command(struct world *world, enum condition_action action, int64_t id)
{
    struct input input = {.kind = INPUT_COMMAND, .command = {.request_id = 1, .action = action, .condition_id = id}};
    struct condition_terms *terms = &input.command.terms;
    if (action == CONDITION_CREATE || action == CONDITION_EDIT) {
        *terms = plain_terms();
        terms->side = rng_chance(&world->rng, 1, 2) ? SIDE_BUY : SIDE_SELL;
        terms->following = rng_chance(&world->rng, 2, 3);
        terms->trigger_price = P(17400 + rng_range(&world->rng, -40, 40));
        terms->turning = P(rng_range(&world->rng, 1, 15));
        terms->quantity = (int32_t)rng_range(&world->rng, 1, 5);
        terms->basis = rng_chance(&world->rng, 1, 2) ? BASIS_FILL : BASIS_PLANNED;
    }
    give(world, &input);
}

static void first_run(struct world *world)
{
    int64_t price = 17400;
    for (int i = 0; i < CONDITIONS / 2; i++) give_command(world, CONDITION_CREATE, 0);
    int created = CONDITIONS / 2;
    for (int t = 0; t < 2500; t++) {
        price += rng_range(&world->rng, -4, 4);
        if (price < 17330 || price > 17470) price = 17400;
        struct input input = {.kind = INPUT_TICK, .tick = make_tick(world->f, P(price))};
        give(world, &input);
        while (world->waiting_count > 0 && rng_chance(&world->rng, 2, 3)) answer_one(world);
        if (rng_chance(&world->rng, 1, 20)) {
            input.kind = INPUT_TIMER;
            give(world, &input);
        }
        if (created < CONDITIONS && rng_chance(&world->rng, 1, 30)) {
            give_command(world, CONDITION_CREATE, 0);
            created++;
        }
        const int64_t some = rng_range(&world->rng, 1, created);
        if (rng_chance(&world->rng, 1, 15))
            give_command(world, (enum condition_action)rng_range(&world->rng, CONDITION_EDIT, CONDITION_CANCEL), some);
    }
    while (world->waiting_count > 0) answer_one(world);
}

/* --- the second run: dies and comes back -------------------------------------------------------------------------- */

/* Between the stored cursor and the kill nothing changed: taken again, those inputs must change nothing. */
static void feed_again(struct world *world, size_t done)
{
    struct fixture *f = world->f;
    const uint64_t tick_seq = strategy_tick_seq(f->strategy, SYMBOL, NULL);
    const uint64_t event_seq = strategy_events_seq(f->strategy);
    for (size_t i = 0; i < done; i++) {
        const struct input *input = &world->inputs[i];
        const bool tick_again = input->kind == INPUT_TICK && input->tick.sym_seq > tick_seq;
        if (input->kind == INPUT_EVENT) assert_true(input->event.seq <= event_seq);
        if (!tick_again) continue;
        feed(f, input);
        assert_null(heard(f, PORT_STORE, MSG_CONDITION, 0));
        assert_null(heard(f, PORT_STORE, MSG_RATCHET, 0));
    }
    forget(f);
}

static void check_signals(struct world *world)
{
    for (size_t i = 0; i < world->f->said_count; i++) {
        if (world->f->said[i].port != PORT_SIGNAL) continue;
        const struct signal *signal = &world->f->said[i].msg.signal;
        assert_true(signal->seq <= world->order_count);
        assert_true(order_request_same(&signal->order, &world->orders[signal->seq]));
        world->resent++;
    }
}

static void second_run(struct world *world)
{
    struct fixture *f = world->f;
    for (size_t i = 0; i < world->input_count;) {
        forget(f);
        feed(f, &world->inputs[i]);
        const bool dies = rng_chance(&world->rng, 1, 40), commits = !dies || rng_chance(&world->rng, 1, 2);
        if (commits) {
            commit(world);
            i++;
        }
        if (!dies) {
            check_signals(world);
            continue;
        }
        world->restarts++;
        restore(world);
        feed_again(world, i);
    }
}

static void same_after_kills(uint64_t seed)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->inputs = calloc(INPUTS_MAX, sizeof *world->inputs);
    world->waiting = calloc(SIGNALS_MAX, sizeof *world->waiting);
    assert_true(world->inputs != NULL && world->waiting != NULL);
    rng_seed(&world->rng, seed);
    world->f = fixture_new(false);
    first_run(world);
    struct strategy *first = world->f->strategy;
    world->f->strategy = fixture_strategy(false);
    world->f->market_us = calendar_taipei_us(DAY, 9 * 3600);
    say_market(world->f, SESSION_DAY, SESSION_OPEN);
    second_run(world);
    size_t closed = 0;
    for (int64_t id = 1; id <= CONDITIONS; id++) {
        const struct condition *a = strategy_condition(first, id), *b = strategy_condition(world->f->strategy, id);
        if (a == NULL || b == NULL) {
            assert_ptr_equal(a, b);
            continue;
        }
        if (a->state == CONDITION_CLOSED) closed++;
        struct condition same = *b;
        same.updated_us = a->updated_us;
        assert_memory_equal(&same, a, sizeof same);
    }
    assert_true(world->restarts > 50);
    assert_true(closed > 20);
    strategy_free(first);
    fixture_free(world->f);
    free(world->inputs);
    free(world->waiting);
    free(world);
}

static void kills_change_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) same_after_kills(seed);
}

static void damaged_rows_are_refused(void **state)
{
    (void)state;
    struct strategy *strategy = fixture_strategy(false);
    struct msg msg;
    struct err err = {0};
    msg_init(&msg, MSG_CONDITION);
    msg.condition.id = 3;
    msg.condition.terms = plain_terms();
    msg.condition.state = CONDITION_ARMED;
    assert_int_equal(strategy_restore(strategy, &msg, &err), ERR_OK);
    assert_int_equal(strategy_restore(strategy, &msg, &err), ERR_CORRUPT);
    assert_non_null(strstr(err.text, "condition 3 is stored twice"));
    msg.condition.id = 4;
    msg.condition.terms.following = true;
    msg.condition.terms.turning = 0;
    assert_int_equal(strategy_restore(strategy, &msg, &err), ERR_CORRUPT);
    assert_non_null(strstr(err.text, "condition 4: turning"));
    msg_init(&msg, MSG_SIGNAL);
    msg.signal.seq = 1;
    msg.signal.order.condition_id = 9;
    assert_int_equal(strategy_restore(strategy, &msg, &err), ERR_CORRUPT);
    msg_init(&msg, MSG_HEARTBEAT);
    assert_int_equal(strategy_restore(strategy, &msg, &err), ERR_INVALID);
    strategy_free(strategy);
}

static void count_condition(void *context, const struct condition *condition)
{
    (void)condition;
    ++*(uint32_t *)context;
}

/* A script that makes and cancels all day: memory keeps the newest, and everything that lives. */
static void ended_conditions_do_not_pile_up(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    const struct condition_terms terms = plain_terms();
    const int64_t first = create(f, &terms);
    int64_t last = 0;
    for (int i = 0; i < 40000; i++) {
        last = create(f, &terms);
        assert_int_equal(command(f, CONDITION_CANCEL, last, NULL), ERR_OK);
        forget(f);
    }
    uint32_t kept = 0;
    strategy_each(f->strategy, count_condition, &kept);
    assert_true(kept > 8000 && kept <= 16384 + 1);
    state_is(f, first, CONDITION_ARMED);
    state_is(f, last, CONDITION_CANCELLED);
    assert_null(strategy_condition(f->strategy, first + 1));
    assert_int_equal(create(f, &terms), last + 1);
    tick(f, 17400);
    state_is(f, first, CONDITION_TRIGGERED);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kills_change_nothing),
        cmocka_unit_test(damaged_rows_are_refused),
        cmocka_unit_test(ended_conditions_do_not_pile_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

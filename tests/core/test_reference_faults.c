/* The two faults of the reference system, by name: an order on a slow gateway was sent again and became two, and orders
 * that had queued while the gateway was down all went out when it came back. Here the real strategy, executor and gate
 * stand in a row on virtual time; the post between them is late, and brings things again, as each test says. The venue
 * takes whatever it is sent, fills it at once and never looks at an id: nobody but the three machines prevents a
 * duplicate. */
#include "core/emit.h"
#include "core/executor.h"
#include "core/gate.h"
#include "core/text.h"
#include "tests/core/strategy_fixture.h"

#define RESEND_US (200 * CLOCK_MS_US)
#define STEP_US   (50 * CLOCK_MS_US)
#define AGAIN_US  (3500 * CLOCK_MS_US) /* between the copies of one message */
#define LETTERS   8192
#define SENT_MAX  64

enum place { STRATEGY, EXECUTOR, GATE, VENUE, PLACES };

struct letter {
    int64_t due_us;
    enum place to;
    bool gone;
    struct msg msg;
};

struct row;

struct end {
    struct row *row;
    enum place place;
    struct sink sink;
};

struct row {
    struct fixture *f; /* the strategy, and the time */
    struct executor *executor;
    struct gate *gate; /* NULL: down, its post waits */
    bool executor_down;
    struct end ends[PLACES];
    struct letter *letters; /* in the order they were posted */
    size_t count;
    int64_t late_us[PLACES][PLACES];
    int copies;                          /* of each message, AGAIN_US apart */
    int posted[PLACES];                  /* letters to each, copies left out */
    struct order_request sent[SENT_MAX]; /* what left on PORT_VENUE */
    int sent_count;
    int fills;     /* stored by the gate */
    int positions; /* stored by the executor */
    uint64_t venue_seq;
    int32_t held_there;
};

/* --- the post ----------------------------------------------------------------------------------------------------- */

static void post(struct row *row, enum place from, enum place to, const struct msg *msg)
{
    const int copies = to == VENUE ? 1 : row->copies; /* a line, not a post: what left, left once */
    row->posted[to]++;
    for (int i = 0; i < copies; i++) {
        assert_true(row->count < LETTERS);
        row->letters[row->count++] =
            (struct letter){.due_us = row->f->now_us + row->late_us[from][to] + i * AGAIN_US, .to = to, .msg = *msg};
    }
}

static void post_body(struct row *row, enum place from, enum place to, enum msg_id id, const void *body, size_t size)
{
    struct msg msg = {.id = id};
    memcpy(msg.bytes, body, size);
    post(row, from, to, &msg);
}

static void chain_emit(void *context, enum port port, const struct msg *msg)
{
    const struct end *end = context;
    struct row *row = end->row;
    fixture_emit(row->f, port, msg);
    if (end->place != STRATEGY) row->f->said_count--; /* checked only: the fixture hears the strategy */
    if (port == PORT_SIGNAL) post(row, STRATEGY, EXECUTOR, msg);
    if (port == PORT_ACK) post(row, EXECUTOR, STRATEGY, msg);
    if (port == PORT_VENUE) post(row, GATE, VENUE, msg);
    if (port == PORT_ORDER && end->place == EXECUTOR) post(row, EXECUTOR, GATE, msg);
    if (port == PORT_ORDER && end->place == STRATEGY) {
        const struct cancel_command command = {.cancel = msg->cancel_request};
        post_body(row, STRATEGY, EXECUTOR, MSG_CANCEL_COMMAND, &command, sizeof command);
    }
    if (port == PORT_PUBLISH && end->place == GATE && msg->id == MSG_ORDER_EVENT) {
        post(row, GATE, EXECUTOR, msg);
        post(row, GATE, STRATEGY, msg);
    }
    if (port != PORT_STORE) return;
    if (end->place == GATE && msg->id == MSG_ORDER_EVENT) row->fills += msg->order_event.kind == EXEC_FILL;
    if (end->place == EXECUTOR && msg->id == MSG_POSITION) row->positions++;
}

static void to_strategy(struct row *row, const struct msg *msg)
{
    if (msg->id == MSG_SIGNAL_ACK)
        strategy_on_ack(row->f->strategy, &msg->signal_ack, row->f->now_us, &row->f->sink);
    else
        apply(row->f, &msg->order_event);
}

static void to_executor(struct row *row, const struct msg *msg)
{
    struct sink *sink = &row->ends[EXECUTOR].sink;
    const int64_t now_us = row->f->now_us;
    struct err err = {0};
    if (msg->id == MSG_SIGNAL)
        executor_on_signal(row->executor, &msg->signal, now_us, sink);
    else if (msg->id == MSG_CANCEL_COMMAND)
        executor_on_cancel_command(row->executor, &msg->cancel_command, now_us, sink);
    else if (executor_on_order_event(row->executor, &msg->order_event, now_us, sink, &err) != ERR_OK)
        fail_msg("%s", err.text);
}

static void to_gate(struct row *row, const struct msg *msg)
{
    struct sink *sink = &row->ends[GATE].sink;
    const int64_t now_us = row->f->now_us;
    if (msg->id == MSG_ORDER_REQUEST) gate_on_order_request(row->gate, &msg->order_request, now_us, sink);
    if (msg->id == MSG_CANCEL_REQUEST) gate_on_cancel_request(row->gate, &msg->cancel_request, now_us, sink);
    if (msg->id == MSG_VENUE_EXEC) gate_on_venue_exec(row->gate, &msg->venue_exec, now_us, sink);
    if (msg->id == MSG_REPLY) gate_on_venue_reply(row->gate, &msg->reply, now_us, sink);
    if (msg->id == MSG_POSITION) gate_on_venue_position(row->gate, &msg->position, now_us, sink);
    if (msg->id == MSG_VENUE_ORDER_STATUS)
        gate_on_venue_order_status(row->gate, &msg->venue_order_status, now_us, sink);
}

/* --- the venue ---------------------------------------------------------------------------------------------------- */

static void venue_report(struct row *row, const struct order_request *request, enum exec_kind kind)
{
    struct venue_exec exec = {.seq = ++row->venue_seq,
                              .kind = kind,
                              .side = request->side,
                              .quantity = request->quantity,
                              .trading_day = DAY,
                              .market_us = row->f->market_us};
    (void)text_copy(exec.client_order_id, sizeof exec.client_order_id, request->client_order_id);
    (void)text_copy(exec.account, sizeof exec.account, request->account);
    (void)text_copy(exec.symbol, sizeof exec.symbol, request->symbol);
    snprintf(exec.venue_order_id, sizeof exec.venue_order_id, "v%d", row->sent_count);
    if (kind == EXEC_FILL) {
        exec.fill_price = P(17410);
        exec.fill_quantity = exec.filled_quantity = request->quantity;
        snprintf(exec.exec_id, sizeof exec.exec_id, "x%d", row->sent_count);
        row->held_there += request->side == SIDE_BUY ? request->quantity : -request->quantity;
    }
    post_body(row, VENUE, GATE, MSG_VENUE_EXEC, &exec, sizeof exec);
}

static void venue_order_answer(struct row *row, const struct query *query)
{
    struct venue_order_status status = {.request_id = query->request_id};
    for (int i = 0; i < row->sent_count; i++) {
        if (strcmp(row->sent[i].client_order_id, query->text) != 0) continue;
        order_init(&status.order, &row->sent[i], DAY, row->f->now_us);
        status.order.state = ORDER_FILLED;
        status.order.filled_quantity = row->sent[i].quantity;
        snprintf(status.order.venue_order_id, sizeof status.order.venue_order_id, "v%d", i + 1);
        status.copies++;
    }
    status.found = status.copies > 0;
    post_body(row, VENUE, GATE, MSG_VENUE_ORDER_STATUS, &status, sizeof status);
}

static void to_venue(struct row *row, const struct msg *msg)
{
    if (msg->id == MSG_ORDER_REQUEST) {
        assert_true(row->sent_count < SENT_MAX);
        row->sent[row->sent_count++] = msg->order_request;
        venue_report(row, &msg->order_request, EXEC_NEW);
        venue_report(row, &msg->order_request, EXEC_FILL);
        return;
    }
    if (msg->id != MSG_QUERY) return;
    if (msg->query.kind == QUERY_VENUE_ORDER) venue_order_answer(row, &msg->query);
    if (msg->query.kind == QUERY_VENUE_POSITIONS && row->held_there != 0) {
        struct position held = {.account = ACCOUNT_NAME, .symbol = SYMBOL, .quantity = row->held_there};
        held.open_value = held.quantity * P(17410);
        held.trading_day = DAY;
        post_body(row, VENUE, GATE, MSG_POSITION, &held, sizeof held);
    }
    const struct reply reply = {.request_id = msg->query.request_id};
    post_body(row, VENUE, GATE, MSG_REPLY, &reply, sizeof reply);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

/* Queued orders are let in when the gate has caught up with the venue: nothing but their age stands against them. */
static bool takes(const struct row *row, const struct letter *letter)
{
    if (letter->to == EXECUTOR) return !row->executor_down;
    if (letter->to != GATE) return true;
    return row->gate != NULL && (letter->msg.id != MSG_ORDER_REQUEST || gate_ready(row->gate));
}

/* Everything that is due, the oldest first: what one sender posts to one reader never changes places. */
static void deliver(struct row *row)
{
    static void (*const doors[PLACES])(struct row *, const struct msg *) = {to_strategy, to_executor, to_gate,
                                                                            to_venue};
    for (size_t i = 0; i < row->count; i++) {
        struct letter *letter = &row->letters[i];
        if (letter->gone || letter->due_us > row->f->now_us || !takes(row, letter)) continue;
        letter->gone = true;
        const struct msg msg = letter->msg;
        doors[letter->to](row, &msg);
    }
    size_t kept = 0;
    for (size_t i = 0; i < row->count; i++)
        if (!row->letters[i].gone) row->letters[kept++] = row->letters[i];
    row->count = kept;
}

static void run(struct row *row, int64_t us)
{
    for (int64_t passed = 0; passed < us; passed += STEP_US) {
        forget(row->f);
        pass(row->f, STEP_US);
        if (!row->executor_down) executor_on_timer(row->executor, row->f->now_us, &row->ends[EXECUTOR].sink);
        if (row->gate != NULL) gate_on_timer(row->gate, row->f->now_us, &row->ends[GATE].sink);
        deliver(row);
        if (row->gate == NULL || row->executor_down) continue;
        const struct heartbeat beat = {.component = COMPONENT_GATEWAY, .last_seq = gate_events_seq(row->gate)};
        executor_on_heartbeat(row->executor, &beat);
    }
}

static void gate_comes_up(struct row *row)
{
    const struct gate_config config = {
        .venue = "SIM", .ack_timeout_us = CLOCK_SECOND_US, .in_flight_us = 2 * CLOCK_SECOND_US, .max_orders = 64};
    const struct contract contract = fixture_contract();
    const struct market market = fixture_market(row->f, SESSION_DAY, SESSION_OPEN);
    const struct session_info session = {
        .logged_in = true, .user = "demo", .venue = "SIM", .venue_session = 1, .account = ACCOUNT_NAME};
    struct sink *sink = &row->ends[GATE].sink;
    row->gate = gate_new(&config);
    assert_non_null(row->gate);
    gate_start(row->gate, row->f->now_us, sink);
    gate_on_contract(row->gate, &contract);
    gate_on_market(row->gate, &market, row->f->now_us, sink);
    gate_on_session(row->gate, &session, row->f->now_us, sink);
}

static int setup(void **state)
{
    const struct executor_config config = {
        .install = "t1", .session = 1, .resend_us = RESEND_US, .time_to_live_us = TTL_US, .max_orders = 64};
    struct row *row = calloc(1, sizeof *row);
    assert_non_null(row);
    row->letters = calloc(LETTERS, sizeof *row->letters);
    assert_non_null(row->letters);
    row->f = fixture_new(false);
    row->copies = 1;
    for (int i = 0; i < PLACES; i++) {
        row->ends[i] = (struct end){.row = row, .place = (enum place)i};
        row->ends[i].sink = (struct sink){.context = &row->ends[i], .emit = chain_emit};
    }
    row->f->sink = row->ends[STRATEGY].sink;
    row->executor = executor_new(&config);
    assert_non_null(row->executor);
    const struct contract contract = fixture_contract();
    const struct market market = fixture_market(row->f, SESSION_DAY, SESSION_OPEN);
    executor_on_contract(row->executor, &contract);
    executor_on_market(row->executor, &market, row->f->now_us, &row->ends[EXECUTOR].sink);
    *state = row;
    return 0;
}

static int teardown(void **state)
{
    struct row *row = *state;
    gate_free(row->gate);
    executor_free(row->executor);
    fixture_free(row->f);
    free(row->letters);
    free(row);
    return 0;
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

/* A condition whose entry is signalled now. */
static int64_t signalled(struct row *row, struct order_request *order)
{
    const struct condition_terms terms = plain_terms();
    const int64_t id = create(row->f, &terms);
    tick(row->f, 17400);
    tick(row->f, 17410);
    state_is(row->f, id, CONDITION_ENTERING);
    *order = last_order(row->f);
    return id;
}

static int times_sent(const struct row *row, const char *id)
{
    int times = 0;
    for (int i = 0; i < row->sent_count; i++) times += strcmp(row->sent[i].client_order_id, id) == 0;
    return times;
}

static const struct order *kept(const struct row *row, const char *id)
{
    const struct order *order = executor_order(row->executor, id);
    assert_non_null(order);
    return order;
}

static void holds(const struct row *row, int32_t lots)
{
    const struct position *here = executor_position(row->executor, ACCOUNT_NAME, SYMBOL);
    const struct position *there = gate_position(row->gate, ACCOUNT_NAME, SYMBOL);
    assert_int_equal(here == NULL ? 0 : here->quantity, lots);
    assert_int_equal(there == NULL ? 0 : there->quantity, lots);
    assert_int_equal(row->held_there, lots);
}

static void nothing_hangs(const struct row *row)
{
    assert_int_equal(strategy_unconfirmed(row->f->strategy), 0);
    assert_int_equal(executor_unconfirmed(row->executor), 0);
    assert_int_equal(gate_unconfirmed(row->gate), 0);
    assert_int_equal(gate_unknown(row->gate), 0);
    assert_int_equal(gate_guard(row->gate)->mode, GUARD_ACTIVE);
}

/* --- the faults --------------------------------------------------------------------------------------------------- */

static void one_order_on_a_slow_gateway_stays_one(void **state)
{
    struct row *row = *state;
    gate_comes_up(row);
    run(row, CLOCK_SECOND_US);
    assert_true(gate_ready(row->gate));

    row->copies = 3;
    row->late_us[VENUE][GATE] = 2500 * CLOCK_MS_US;
    row->late_us[GATE][EXECUTOR] = row->late_us[GATE][STRATEGY] = 4 * CLOCK_SECOND_US;
    row->late_us[EXECUTOR][STRATEGY] = 3 * CLOCK_SECOND_US;
    struct order_request order;
    const int before_executor = row->posted[EXECUTOR], before_gate = row->posted[GATE];
    const int64_t id = signalled(row, &order);
    run(row, 2 * CLOCK_SECOND_US);
    assert_int_equal(strategy_unconfirmed(row->f->strategy), 1);
    assert_int_equal(executor_unconfirmed(row->executor), 1);
    run(row, 1500 * CLOCK_MS_US);
    assert_true(row->posted[EXECUTOR] - before_executor > 8); /* the signal, again and again */
    assert_true(row->posted[GATE] - before_gate > 8);         /* and the request */
    run(row, 30 * CLOCK_SECOND_US); /* past the time to live, and until the last late copy is there */
    assert_int_equal(row->count, 0);

    assert_int_equal(times_sent(row, order.client_order_id), 1);
    assert_int_equal(row->sent_count, 1);
    assert_int_equal(row->fills, 1);
    assert_int_equal(row->positions, 1);
    holds(row, 3);
    state_is(row->f, id, CONDITION_OPEN);
    assert_int_equal(condition(row->f, id)->filled_quantity, 3);
    assert_int_equal(kept(row, order.client_order_id)->state, ORDER_FILLED);
    nothing_hangs(row);
}

static void orders_queued_while_the_gateway_was_down_expire(void **state)
{
    enum { QUEUED = 4 };
    struct row *row = *state;
    struct order_request orders[QUEUED], order;
    int64_t ids[QUEUED];
    for (int i = 0; i < QUEUED; i++) {
        row->executor_down = i == QUEUED - 1; /* the last one queues even earlier, as a signal */
        ids[i] = signalled(row, &orders[i]);
        run(row, 400 * CLOCK_MS_US);
    }
    assert_int_equal(executor_unconfirmed(row->executor), QUEUED - 1);
    assert_int_equal(strategy_unconfirmed(row->f->strategy), QUEUED);
    run(row, TTL_US + CLOCK_SECOND_US);
    assert_true(row->posted[GATE] > QUEUED - 1); /* they wait there, more than once each */
    for (int i = 0; i < QUEUED; i++) state_is(row->f, ids[i], CONDITION_ENTERING);

    gate_comes_up(row);
    row->executor_down = false;
    run(row, 10 * CLOCK_SECOND_US);
    assert_int_equal(row->sent_count, 0);
    for (int i = 0; i < QUEUED; i++) {
        const struct order *ended = kept(row, orders[i].client_order_id);
        assert_int_equal(ended->state, ORDER_EXPIRED);
        assert_int_equal(ended->reject, REJECT_EXPIRED);
        assert_non_null(strstr(ended->reason, "time to live ended"));
        state_is(row->f, ids[i], CONDITION_REJECTED);
        assert_non_null(strstr(condition(row->f, ids[i])->reason, "time to live ended"));
    }
    assert_null(gate_order(row->gate, orders[QUEUED - 1].client_order_id)); /* the late signal became no request */
    holds(row, 0);
    nothing_hangs(row);

    /* The same way is open to the next one: the four were refused for their age. */
    const int64_t next = signalled(row, &order);
    run(row, 2 * CLOCK_SECOND_US);
    state_is(row->f, next, CONDITION_OPEN);
    assert_int_equal(times_sent(row, order.client_order_id), 1);
    assert_int_equal(row->sent_count, 1);
    holds(row, 3);
    nothing_hangs(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_order_on_a_slow_gateway_stays_one, setup, teardown),
        cmocka_unit_test_setup_teardown(orders_queued_while_the_gateway_was_down_expire, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

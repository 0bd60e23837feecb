/* gate: creation, restart from the journal, and what only looks on. Where the rest is: core/gate_impl.h. */
#include "core/gate.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/gate_impl.h"

struct gate *gate_new(const struct gate_config *config)
{
    struct gate *gate = calloc(1, sizeof *gate);
    if (gate == NULL) return NULL;
    gate->config = *config;
    gate->state.mode = GUARD_ACTIVE;
    bool made = order_table_init(&gate->orders, config->max_orders) && ledger_init(&gate->ledger, config->commission) &&
                id_ring_init(&gate->exec_ids, config->max_orders * 4);
    if (made) gate->slots = calloc(gate->orders.capacity, sizeof *gate->slots);
    if (gate->slots != NULL) return gate;
    gate_free(gate);
    return NULL;
}

void gate_free(struct gate *gate)
{
    if (gate == NULL) return;
    order_table_free(&gate->orders);
    ledger_free(&gate->ledger);
    id_ring_free(&gate->exec_ids);
    free(gate->slots);
    free(gate);
}

static enum status restore_order(struct gate *gate, const struct order *order, struct err *err)
{
    if (order_table_find(&gate->orders, order->request.client_order_id) != ORDER_TABLE_NONE)
        return err_set(err, ERR_CORRUPT, "order %s is journalled twice", order->request.client_order_id);
    uint32_t slot = order_table_add(&gate->orders, order, order->trading_day, true);
    if (slot == ORDER_TABLE_NONE)
        return err_set(err, ERR_FULL, "more journalled orders than the %u kept in memory", gate->orders.limit);
    memset(&gate->slots[slot], 0, sizeof gate->slots[slot]);
    gate->slots[slot].sent_us = order->updated_us;
    return ERR_OK;
}

static void restore_event(struct gate *gate, const struct order_event *event)
{
    if (event->seq > gate->events_seq) gate->events_seq = event->seq;
    if (event->exec_id[0] != '\0') (void)id_ring_add(&gate->exec_ids, event->exec_id);
    if (event->kind == EXEC_SENDING) guard_recent_add(&gate->recent, &event->request, event->time_us);
    if (event->kind == EXEC_RELEASED) return; /* about a condition, not about the order */
    uint32_t slot = order_table_find(&gate->orders, event->request.client_order_id);
    if (slot != ORDER_TABLE_NONE && event->seq > gate->slots[slot].last.seq) gate->slots[slot].last = *event;
}

static enum status restore_cursor(struct gate *gate, const struct cursor *cursor, struct err *err)
{
    struct gate_stream *stream = gate_stream(gate, cursor->stream);
    if (stream == NULL) return err_set(err, ERR_FULL, "more than %d logins are not followed", GATE_STREAMS);
    stream->seq = stream->seen = cursor->seq;
    return ERR_OK;
}

enum status gate_restore(struct gate *gate, const struct msg *msg, struct err *err)
{
    /* A chain over the few kinds that are stored: -Wswitch-enum would ask for every message there is. */
    if (msg->id == MSG_ORDER) return restore_order(gate, &msg->order, err);
    if (msg->id == MSG_CURSOR) return restore_cursor(gate, &msg->cursor, err);
    if (msg->id == MSG_POSITION) return ledger_restore(&gate->ledger, &msg->position, err);
    if (msg->id == MSG_CONDITION_LOTS) return ledger_lots_restore(&gate->ledger, &msg->condition_lots, err);
    if (msg->id == MSG_ORDER_EVENT)
        restore_event(gate, &msg->order_event);
    else if (msg->id == MSG_GUARD_STATE)
        gate->state = msg->guard_state;
    else if (msg->id == MSG_GUARD_LIMITS)
        gate->limits = msg->guard_limits;
    else if (msg->id == MSG_CONTRACT)
        gate_on_contract(gate, &msg->contract);
    else
        return err_set(err, ERR_INVALID, "gate: a stored message %d is not its own", (int)msg->id);
    return ERR_OK;
}

void gate_start(struct gate *gate, int64_t now_us, struct sink *sink)
{
    /* Above anything an earlier run can have asked with, so that its late answers are nobody's. */
    gate->request_id = now_us > 0 ? (uint64_t)now_us : 0;
    uint32_t next;
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE; at = next) {
        next = order_table_next(&gate->orders, at);
        /* A clock that was set back must not make an age negative. */
        if (gate->slots[at].sent_us > now_us) gate->slots[at].sent_us = now_us;
        if (order_table_at(&gate->orders, at)->state == ORDER_SENDING)
            (void)gate_event_own(gate, at, EXEC_UNKNOWN, REJECT_NONE, "the gateway stopped while it was being sent",
                                 now_us, sink);
    }
    if (gate->state.orders_sent > gate->state.intents)
        gate_set_mode(gate, GUARD_HALTED, "guard", "more orders were sent than were journalled", now_us, sink);
}

void gate_on_contract(struct gate *gate, const struct contract *contract)
{
    (void)ledger_contract(&gate->ledger, contract);
}

void gate_on_tick(struct gate *gate, const struct tick *tick, int64_t now_us, struct sink *sink)
{
    gate->market_heard_us = now_us;
    /* The market's own word comes once a second: minutes apart in a replay. What is refused in between has its time. */
    if (tick->time_us > gate->market.market_us && gate->market.market_us > 0) gate->market.market_us = tick->time_us;
    (void)ledger_tick(&gate->ledger, tick, now_us);
    gate_watch_loss(gate, now_us, sink);
}

static void store_rolled(void *context, const struct position *position)
{
    emit(context, PORT_STORE, MSG_POSITION, position, sizeof *position);
}

void gate_on_market(struct gate *gate, const struct market *market, int64_t now_us, struct sink *sink)
{
    gate->market = *market;
    gate->market_heard_us = now_us;
    ledger_roll(&gate->ledger, ledger_day(market), store_rolled, sink);
    gate_watch_loss(gate, now_us, sink);
}

/* The mode's changes are said at once; what else moves, once a second. */
static bool counters_published(const struct gate *gate)
{
    return gate->state.day_pnl == gate->published.day_pnl && gate->state.orders_sent == gate->published.orders_sent &&
           gate->state.intents == gate->published.intents;
}

void gate_on_timer(struct gate *gate, int64_t now_us, struct sink *sink)
{
    uint32_t next;
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE; at = next) {
        next = order_table_next(&gate->orders, at);
        gate_unknown_timer(gate, at, now_us, sink);
    }
    gate_session_timer(gate, now_us, sink);
    gate_watch_feed(gate, now_us, sink);
    if (now_us - gate->published_us >= GATE_PUBLISH_US && !counters_published(gate)) {
        gate->published = gate->state;
        gate->published_us = now_us;
        emit(sink, PORT_PUBLISH, MSG_GUARD_STATE, &gate->state, sizeof gate->state);
    }
}

bool gate_ready(const struct gate *gate)
{
    return gate->session.logged_in && gate->ready;
}

bool gate_is_compared(const struct gate *gate)
{
    return gate_ready(gate) && gate->compared;
}

uint64_t gate_events_seq(const struct gate *gate)
{
    return gate->events_seq;
}

bool gate_wants_session(const struct gate *gate)
{
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at))
        if (gate->slots[at].absent_here && order_table_at(&gate->orders, at)->state == ORDER_UNKNOWN) return true;
    return false;
}

const struct guard_state *gate_guard(const struct gate *gate)
{
    return &gate->state;
}

const struct guard_limits *gate_limits(const struct gate *gate)
{
    return &gate->limits;
}

static uint32_t count_state(const struct gate *gate, enum order_state state)
{
    uint32_t count = 0;
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at))
        if (order_table_at(&gate->orders, at)->state == state) count++;
    return count;
}

uint32_t gate_unknown(const struct gate *gate)
{
    return count_state(gate, ORDER_UNKNOWN);
}

uint32_t gate_unconfirmed(const struct gate *gate)
{
    return count_state(gate, ORDER_SENDING) + count_state(gate, ORDER_UNKNOWN);
}

bool gate_needs(const struct gate *gate, const char *symbol)
{
    for (uint32_t i = 0; i < gate->ledger.row_count; i++) {
        const struct position *position = ledger_at(&gate->ledger, i);
        const struct ledger_sides sides = ledger_sides(&gate->ledger, position->account, position->symbol);
        if (strcmp(position->symbol, symbol) == 0 && sides.longs + sides.shorts != 0) return true;
    }
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at))
        if (strcmp(order_table_at(&gate->orders, at)->request.symbol, symbol) == 0) return true;
    return false;
}

const struct position *gate_position(const struct gate *gate, const char *account, const char *symbol)
{
    return ledger_position(&gate->ledger, account, symbol);
}

const struct order *gate_order(const struct gate *gate, const char *client_order_id)
{
    uint32_t slot = order_table_find(&gate->orders, client_order_id);
    return slot == ORDER_TABLE_NONE ? NULL : order_table_at(&gate->orders, slot);
}

void gate_each_order(const struct gate *gate, void (*visit)(void *context, const struct order *order), void *context)
{
    order_table_each(&gate->orders, visit, context);
}

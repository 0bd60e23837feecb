/* executor_events: the gateway's order events, in order and each once, become orders' states and positions. */
#include <inttypes.h>
#include <string.h>

#include "core/check.h"
#include "core/emit.h"
#include "core/executor_impl.h"
#include "core/text.h"

/* An event of an order that is not known here: rows were lost, or it was made elsewhere. The event carries all of
 * it. */
static uint32_t adopt(struct executor *executor, const struct order_event *event, int64_t now_us, struct sink *sink)
{
    struct order order;
    order_init(&order, &event->request, event->trading_day, now_us);
    uint32_t slot = order_table_add(&executor->orders, &order, executor->market.trading_day, true);
    if (slot != ORDER_TABLE_NONE) {
        memset(&executor->slots[slot], 0, sizeof executor->slots[slot]);
        return slot;
    }
    executor_risk(executor, sink, now_us, "executor", REJECT_NO_ROOM, event->request.client_order_id,
                  event->request.symbol, "no room for order %s: its fills are counted, the order is not shown",
                  event->request.client_order_id);
    return slot;
}

static void keep_lots(void *context, const struct condition_lots *after, int32_t released)
{
    (void)released;
    emit_stored(context, MSG_CONDITION_LOTS, after, sizeof *after);
}

/* Whose lots they are: of a condition's own fill it is plain, of any other the gate says it. That a flatten has left
 * nothing is plain too, and its next step is decided before the gate's word on it comes. */
static void count_lots(struct executor *executor, const struct order_event *event, struct sink *sink)
{
    const struct order_request *request = &event->request;
    struct condition_lots lots;
    const bool changed = event->kind == EXEC_FILL ? ledger_lots_fill(&executor->ledger, event, &lots)
                                                  : ledger_lots_release(&executor->ledger, event, &lots);
    if (changed) keep_lots(sink, &lots, 0);
    if (event->kind == EXEC_FILL && (request->leg == LEG_FLATTEN || request->leg == LEG_ADJUST))
        ledger_lots_net(&executor->ledger, request->account, request->symbol, event->time_us, keep_lots, sink);
}

static void count_fill(struct executor *executor, const struct order_event *event, bool late, int64_t now_us,
                       struct sink *sink)
{
    const struct order_request *request = &event->request;
    const struct position *position;
    bool known;
    struct err err;
    if (event->exec_id[0] != '\0' && !id_ring_add(&executor->exec_ids, event->exec_id)) {
        executor_risk(executor, sink, now_us, "executor", REJECT_NONE, request->client_order_id, request->symbol,
                      "fill %s came twice and is counted once", event->exec_id);
        return;
    }
    if (ledger_fill(&executor->ledger, event, &position, &known, &err) != ERR_OK) {
        executor_risk(executor, sink, now_us, "executor", REJECT_NONE, request->client_order_id, request->symbol,
                      "fill %s is not counted: %s", event->exec_id, err.text);
        return;
    }
    emit_stored(sink, MSG_POSITION, position, sizeof *position);
    count_lots(executor, event, sink);
    if (!known)
        executor_risk(executor, sink, now_us, "executor", REJECT_NONE, request->client_order_id, request->symbol,
                      "contract %s is not known: its lots are counted, its NT$ are not", request->symbol);
    if (late)
        executor_risk(executor, sink, now_us, "executor", REJECT_NONE, request->client_order_id, request->symbol,
                      "%s %" PRId32 " %s filled after the order had ended (or beyond its quantity): counted",
                      side_name(request->side), event->fill_quantity, request->symbol);
}

/* The gate has the wish to cancel, or the order's end made it moot. */
static void settle_cancel(struct executor *executor, uint32_t slot, const struct order_event *event, int64_t now_us,
                          struct sink *sink)
{
    struct executor_slot *extra = &executor->slots[slot];
    struct order *order = order_table_at(&executor->orders, slot);
    if (!extra->cancel_wanted) return;
    if (order_state_terminal(order->state) || event->kind == EXEC_PENDING_CANCEL) {
        extra->cancel_wanted = false;
    } else if (event->kind == EXEC_CANCEL_REJECTED) {
        extra->cancel_wanted = false;
        /* The mark must not outlive the wish. */
        if (order->request.expires_us == EXECUTOR_CANCEL_MARK) order->request.expires_us = event->request.expires_us;
    } else {
        extra->cancel_us = now_us; /* it moved: say it again at the next timer */
    }
    (void)sink;
}

/* What the order became. true when a fill came late. */
static bool apply_to_order(struct executor *executor, uint32_t slot, const struct order_event *event, int64_t now_us,
                           struct sink *sink)
{
    struct order *order = order_table_at(&executor->orders, slot);
    bool late;
    (void)order_apply(order, event, &late);
    settle_cancel(executor, slot, event, now_us, sink);
    order_table_touch(&executor->orders, slot);
    emit_stored(sink, MSG_ORDER, order, sizeof *order);
    if (order->request.leg == LEG_FLATTEN && order_state_terminal(order->state))
        executor_flatten_ended(executor, order);
    return late;
}

/* The gateway has another order under the id of an intent: rows were lost here with the power, and the id was made again.
 * What the gateway has is the order of that name; the intent can never be sent, and that is said. Orders found at the
 * venue are not described in full there: they may well be the intent itself. */
static void yield_reused(struct executor *executor, const struct order_event *event, int64_t now_us, struct sink *sink)
{
    uint32_t slot = order_table_find(&executor->orders, event->request.client_order_id);
    if (slot == ORDER_TABLE_NONE || order_request_elsewhere(&event->request)) return;
    struct order *order = order_table_at(&executor->orders, slot);
    if (order->state != ORDER_INTENT || order_request_same(&order->request, &event->request)) return;
    executor_risk(executor, sink, now_us, "executor", REJECT_ID_REUSED, event->request.client_order_id,
                  event->request.symbol, "%s %" PRId32 " %s is not sent: %s is another order's id",
                  side_name(order->request.side), order->request.quantity, order->request.symbol,
                  event->request.client_order_id);
    order->request = event->request;
}

/* The gateway's last word on an order, said again because an intent of that id came: it ended on a day that is no longer
 * remembered here, and its fills were counted then. */
static void answered_before(struct executor *executor, const struct order_event *event, int64_t now_us,
                            struct sink *sink)
{
    uint32_t slot = order_table_find(&executor->orders, event->request.client_order_id);
    if (slot == ORDER_TABLE_NONE || order_table_at(&executor->orders, slot)->state != ORDER_INTENT) return;
    yield_reused(executor, event, now_us, sink);
    struct order *order = order_table_at(&executor->orders, slot);
    order->state = event->state;
    order->filled_quantity = event->filled_quantity;
    (void)price_mul(event->fill_price, event->filled_quantity, &order->filled_value);
    order->reject = event->reject;
    order->updated_us = now_us;
    (void)text_copy(order->venue_order_id, sizeof order->venue_order_id, event->venue_order_id);
    (void)text_copy(order->reason, sizeof order->reason, event->reason);
    order_table_touch(&executor->orders, slot);
    emit_stored(sink, MSG_ORDER, order, sizeof *order);
}

static void store_cursor(const struct order_event *event, struct sink *sink)
{
    struct cursor cursor = {.stream = "events", .epoch = (uint64_t)event->time_us, .seq = event->seq};
    emit(sink, PORT_STORE, MSG_CURSOR, &cursor, sizeof cursor);
}

enum status executor_on_order_event(struct executor *executor, const struct order_event *event, int64_t now_us,
                                    struct sink *sink, struct err *err)
{
    if (event->seq <= executor->events_seq) {
        if (event->kind != EXEC_RELEASED) answered_before(executor, event, now_us, sink);
        return ERR_OK;
    }
    if (event->seq != executor->events_seq + 1)
        return err_set(err, ERR_STATE, "order events %" PRIu64 " to %" PRIu64 " are missing", executor->events_seq + 1,
                       event->seq - 1);
    executor->events_seq = event->seq;
    emit(sink, PORT_STORE, MSG_ORDER_EVENT, event, sizeof *event);

    if (event->kind == EXEC_RELEASED) {
        count_lots(executor, event, sink);
        store_cursor(event, sink);
        return ERR_OK;
    }
    yield_reused(executor, event, now_us, sink);
    uint32_t slot = order_table_find(&executor->orders, event->request.client_order_id);
    if (slot == ORDER_TABLE_NONE) slot = adopt(executor, event, now_us, sink);
    bool late = slot != ORDER_TABLE_NONE && apply_to_order(executor, slot, event, now_us, sink);
    if (event->kind == EXEC_FILL) count_fill(executor, event, late, now_us, sink);

    store_cursor(event, sink);
    executor_flatten_step(executor, now_us, sink);
    return ERR_OK;
}

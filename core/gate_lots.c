/* gate_lots: the gate alone says whose lots a fill closed, because it alone sees every fill before anyone acts on it;
 * the executor and the strategy do as its events say. */
#include <stdlib.h>

#include "core/gate_impl.h"

struct closing {
    struct gate *gate;
    uint32_t slot; /* the order that closes */
    price_t price;
    int64_t now_us;
    struct sink *sink;
};

/* A reduce-only order that works for lots which are no longer there would open a position. condition_id 0: the operator's;
 * left: what there is to close on its side, signed as it is held. */
static void cancel_beyond(const struct closing *closing, const struct order_request *of, int64_t condition_id,
                          int64_t left)
{
    struct gate *gate = closing->gate;
    uint32_t next;
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE; at = next) {
        const struct order *order = order_table_at(&gate->orders, at);
        const struct order_request *request = &order->request;
        struct gate_slot *extra = &gate->slots[at];
        next = order_table_next(&gate->orders, at);
        if (at == closing->slot || request->condition_id != condition_id || !request->reduce_only ||
            strcmp(request->symbol, of->symbol) != 0 || strcmp(request->account, of->account) != 0 ||
            request->quantity - order->filled_quantity <= -side_sign(request->side) * left || extra->cancel_wanted ||
            order->state == ORDER_PENDING_CANCEL)
            continue;
        extra->cancel = (struct cancel_request){.actor = "guard", .created_us = closing->now_us};
        (void)text_copy(extra->cancel.client_order_id, sizeof extra->cancel.client_order_id, request->client_order_id);
        (void)text_copy(extra->cancel.reason, sizeof extra->cancel.reason, "another order closed what it was to close");
        if (order_state_working(order->state))
            gate_cancel(gate, at, closing->now_us, closing->sink);
        else
            extra->cancel_wanted = true;
    }
}

static void released(void *context, const struct condition_lots *after, int32_t lots)
{
    const struct closing *closing = context;
    gate_release(closing->gate, closing->slot, after->condition_id, lots, closing->price, closing->now_us,
                 closing->sink);
    emit(closing->sink, PORT_STORE, MSG_CONDITION_LOTS, after, sizeof *after);
    cancel_beyond(closing, &order_table_at(&closing->gate->orders, closing->slot)->request, after->condition_id,
                  after->quantity);
}

/* A condition's own fill. What its exit closed beyond its lots (another order had closed some of them while the exit was on
 * its way) was another's. */
static void count_own(struct closing *closing, const struct order_event *fill)
{
    struct ledger *ledger = &closing->gate->ledger;
    const struct order_request *request = &fill->request;
    struct condition_lots lots;
    const int32_t before = ledger_own(ledger, request->account, request->symbol, request->condition_id);
    const bool changed = ledger_lots_fill(ledger, fill, &lots);
    if (changed) emit(closing->sink, PORT_STORE, MSG_CONDITION_LOTS, &lots, sizeof lots);
    const int32_t taken = changed ? abs(before) - abs(lots.quantity) : 0;
    if (request->leg == LEG_ENTRY || fill->fill_quantity <= taken) return;
    struct order_event beyond = *fill;
    beyond.fill_quantity -= taken;
    beyond.request.condition_id = 0;
    ledger_lots_closed(ledger, &beyond, released, closing);
}

void gate_count_lots(struct gate *gate, uint32_t slot, const struct order_event *fill, int64_t now_us,
                     struct sink *sink)
{
    struct closing closing = {.gate = gate, .slot = slot, .price = fill->fill_price, .now_us = now_us, .sink = sink};
    if (fill->request.condition_id != 0)
        count_own(&closing, fill);
    else
        ledger_lots_closed(&gate->ledger, fill, released, &closing);
    const struct order_request *request = &fill->request;
    cancel_beyond(&closing, request, 0, ledger_held(&gate->ledger, request->account, request->symbol));
}

/* Does another order of this account and symbol live? */
static bool others_work(const struct gate *gate, uint32_t slot)
{
    const struct order_request *request = &order_table_at(&gate->orders, slot)->request;
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at)) {
        const struct order_request *other = &order_table_at(&gate->orders, at)->request;
        if (at != slot && strcmp(other->symbol, request->symbol) == 0 && strcmp(other->account, request->account) == 0)
            return true;
    }
    return false;
}

bool gate_net_lots(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink)
{
    const struct order_request *request = &order_table_at(&gate->orders, slot)->request;
    if (request->leg != LEG_FLATTEN || !request->reduce_only || request->condition_id != 0 ||
        ledger_held(&gate->ledger, request->account, request->symbol) != 0 ||
        ledger_sides(&gate->ledger, request->account, request->symbol).longs == 0 || others_work(gate, slot))
        return false;
    const struct ledger_symbol *symbol = ledger_symbol(&gate->ledger, request->symbol);
    struct closing closing = {
        .gate = gate, .slot = slot, .price = symbol == NULL ? 0 : symbol->last, .now_us = now_us, .sink = sink};
    ledger_lots_net(&gate->ledger, request->account, request->symbol, now_us, released, &closing);
    (void)gate_event_own(gate, slot, EXEC_CANCELLED, REJECT_NONE,
                         "conditions held it against each other: given up, nothing was sent", now_us, sink);
    return true;
}

/* gate_behind: an order that works here, and has ended or filled more at the venue. Its reports say so sooner or later; when
 * all reports are here and none does, nothing ever will: a difference, and the venue's word is taken when it is accepted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/gate_impl.h"

/* One made elsewhere may be known by the lots that were open when it was found: only its end can be compared. */
static int32_t missing_lots(const struct order *order, int32_t there)
{
    return order_request_elsewhere(&order->request) || there < order->filled_quantity ? 0
                                                                                      : there - order->filled_quantity;
}

static void halt(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    struct gate_behind *behind = &gate->slots[slot].behind;
    char reason[REASON_SIZE];
    behind->said = true;
    gate->slots[slot].to_compare = false;
    snprintf(reason, sizeof reason, "order %s is %s with %" PRId32 " filled here, and %s with %" PRId32 " filled at %s",
             order->request.client_order_id, order_state_name(order->state), order->filled_quantity,
             order_state_name(behind->state), behind->filled, gate->config.venue);
    gate_differ_order(gate, slot, sink);
    gate_set_mode(gate, GUARD_HALTED, "guard", reason, now_us, sink);
}

void gate_behind_found(struct gate *gate, uint32_t slot, const struct order *there, int64_t now_us, struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    struct gate_slot *extra = &gate->slots[slot];
    struct gate_behind *behind = &extra->behind;
    if (order_state_terminal(order->state)) return; /* it may have ended here as the answer came */
    if (!order_state_terminal(there->state) && missing_lots(order, there->filled_quantity) == 0) {
        memset(behind, 0, sizeof *behind);
        return;
    }
    if (behind->state == 0) behind->mark = gate->fills_done;
    behind->state = there->state;
    behind->filled = there->filled_quantity;
    behind->value = there->filled_value;
    extra->to_compare = !behind->said;
    if (gate->fills_ask_id == 0) gate_ask_fills(gate, now_us, sink);
    if (gate->fills_done == behind->mark) return;
    behind->mark = gate->fills_done;
    if (++behind->tries == GATE_COMPARE_TRIES) halt(gate, slot, now_us, sink);
}

void gate_behind_reported(struct gate *gate, uint32_t slot)
{
    struct gate_slot *extra = &gate->slots[slot];
    if (extra->behind.state == 0) return;
    memset(&extra->behind, 0, sizeof extra->behind);
    extra->to_compare = !order_state_terminal(order_table_at(&gate->orders, slot)->state);
}

/* What it filled there, at the venue's own average. false: there is no such price. */
static bool count_missing(struct gate *gate, uint32_t slot, const struct gate_behind *there, const char *reason,
                          int64_t now_us, struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    struct venue_exec fill = {.kind = EXEC_FILL,
                              .side = order->request.side,
                              .quantity = order->request.quantity,
                              .filled_quantity = there->filled,
                              .trading_day = gate->market.trading_day,
                              .market_us = gate->market.market_us};
    fill.fill_quantity = missing_lots(order, there->filled);
    if (fill.fill_quantity == 0) return true;
    if (!price_mul_div(there->value - order->filled_value, 1, fill.fill_quantity, &fill.fill_price) ||
        fill.fill_price == 0)
        return false;
    snprintf(fill.exec_id, sizeof fill.exec_id, "accept-%" PRIu64, gate->events_seq + 1);
    (void)text_copy(fill.client_order_id, sizeof fill.client_order_id, order->request.client_order_id);
    (void)text_copy(fill.account, sizeof fill.account, order->request.account);
    (void)text_copy(fill.symbol, sizeof fill.symbol, order->request.symbol);
    (void)text_copy(fill.reason, sizeof fill.reason, reason);
    gate_apply_exec(gate, &fill, now_us, sink);
    return true;
}

void gate_behind_accept(struct gate *gate, uint32_t slot, const struct control *control, const char *actor,
                        int64_t now_us, struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    const struct gate_behind there = gate->slots[slot].behind;
    char reason[REASON_SIZE];
    snprintf(reason, sizeof reason, "accepted by %.23s: %s says so", actor, gate->config.venue);
    if (!count_missing(gate, slot, &there, reason, now_us, sink)) {
        gate_reply(sink, control->request_id, ERR_STATE, "%s does not say at which price %.40s was filled",
                   gate->config.venue, control->text);
        return;
    }
    const enum exec_kind end = there.state == ORDER_REJECTED  ? EXEC_REJECTED
                               : there.state == ORDER_EXPIRED ? EXEC_EXPIRED
                                                              : EXEC_CANCELLED;
    if (order_state_terminal(there.state)) (void)gate_event_own(gate, slot, end, REJECT_NONE, reason, now_us, sink);
    gate_behind_reported(gate, slot);
    gate_differ_order(gate, slot, sink);
    gate_risk(gate, sink, now_us, actor, REJECT_NONE, &order->request, "order %s: %s, %" PRId32 " filled at %s: %s",
              order->request.client_order_id, order_state_name(there.state), there.filled, gate->config.venue, reason);
    gate_reply(sink, control->request_id, ERR_OK, "%s is %s with %" PRId32 " filled here too now",
               order->request.client_order_id, order_state_name(order->state), order->filled_quantity);
}

/* gate_alive: orders that work at the venue and not here. One that ended here never lives again here (core/order.h): the
 * trader has it cancelled there, and until then nothing is opened. One that nobody here knows of counts from now on. */
#include <stdio.h>
#include <string.h>

#include "core/gate_impl.h"

/* SENDING and UNKNOWN are asked about one by one; what works, works. */
static bool works_here(const struct gate *gate, const char *client_order_id)
{
    const uint32_t slot = order_table_find(&gate->orders, client_order_id);
    return slot != ORDER_TABLE_NONE && !order_state_terminal(order_table_at(&gate->orders, slot)->state);
}

void gate_on_venue_order(struct gate *gate, const struct order *order)
{
    struct gate_compare *compare = &gate->compare;
    if (compare->ask_id == 0 || !compare->orders) return;
    compare->order_rows++;
    if (compare->alive_count == GATE_DIFFERENCES) return;
    struct order *there = &compare->alive[compare->alive_count];
    *there = *order;
    if (there->request.client_order_id[0] == '\0')
        gate_elsewhere_id(there->request.client_order_id, there->venue_order_id);
    if (!works_here(gate, there->request.client_order_id)) compare->alive_count++;
}

uint32_t gate_alive(const struct gate *gate)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < gate->compare.alive_count; i++)
        if (!works_here(gate, gate->compare.alive[i].request.client_order_id)) count++;
    return count;
}

/* The lots that are still open: what it filled before is in the positions. */
static void adopt(struct gate *gate, const struct order *there, int64_t now_us, struct sink *sink)
{
    struct venue_exec exec = {.kind = EXEC_NEW,
                              .side = there->request.side,
                              .quantity = there->request.quantity - there->filled_quantity,
                              .type = there->request.type,
                              .tif = there->request.tif,
                              .limit_price = there->request.limit_price,
                              .trading_day = gate->market.trading_day,
                              .market_us = gate->market.market_us};
    (void)text_copy(exec.client_order_id, sizeof exec.client_order_id, there->request.client_order_id);
    (void)text_copy(exec.venue_order_id, sizeof exec.venue_order_id, there->venue_order_id);
    (void)text_copy(exec.account, sizeof exec.account, there->request.account);
    (void)text_copy(exec.symbol, sizeof exec.symbol, there->request.symbol);
    gate_apply_exec(gate, &exec, now_us, sink);
}

bool gate_alive_judge(struct gate *gate, char *reason, size_t size, int64_t now_us, struct sink *sink)
{
    bool halts = false;
    for (uint32_t i = 0; i < gate->compare.alive_count; i++) {
        const struct order *there = &gate->compare.alive[i];
        const struct order_request *request = &there->request;
        if (works_here(gate, request->client_order_id)) continue;
        const uint32_t slot = order_table_find(&gate->orders, request->client_order_id);
        if (slot == ORDER_TABLE_NONE) {
            adopt(gate, there, now_us, sink);
            continue;
        }
        if (!halts)
            snprintf(reason, size, "order %s is %s here and works at %s", request->client_order_id,
                     order_state_name(order_table_at(&gate->orders, slot)->state), gate->config.venue);
        halts = true;
        struct difference *row =
            gate_differ_row(gate, DIFFERENCE_ALIVE, request->account, request->symbol, request->client_order_id);
        if (row != NULL)
            gate_differ_set(row, order_table_at(&gate->orders, slot)->filled_quantity, there->filled_quantity, now_us,
                            sink);
    }
    return halts;
}

/* The line stays until the venue does not list the order any more: a cancel may get lost, or be refused. */
void gate_alive_accept(struct gate *gate, const struct difference *difference, const struct control *control,
                       const char *actor, int64_t now_us, struct sink *sink)
{
    struct cancel_request cancel = {.created_us = now_us, .reason = "it ended here"};
    if (control->number != DIFFERENCE_ALIVE) {
        gate_reply(sink, control->request_id, ERR_STATE, "%.40s is another difference now; look again", control->text);
        return;
    }
    if (!gate_ready(gate)) {
        gate_reply(sink, control->request_id, ERR_STATE, "not logged in to %s: nothing can be cancelled there",
                   gate->config.venue);
        return;
    }
    (void)text_copy(cancel.client_order_id, sizeof cancel.client_order_id, difference->client_order_id);
    (void)text_copy(cancel.actor, sizeof cancel.actor, actor);
    emit(sink, PORT_VENUE, MSG_CANCEL_REQUEST, &cancel, sizeof cancel);
    const uint32_t slot = order_table_find(&gate->orders, difference->client_order_id);
    gate_risk(gate, sink, now_us, actor, REJECT_NONE,
              slot == ORDER_TABLE_NONE ? NULL : &order_table_at(&gate->orders, slot)->request,
              "order %s ended here and works at %s: accepted by %s, cancel sent", difference->client_order_id,
              gate->config.venue, actor);
    gate_reply(sink, control->request_id, ERR_OK, "cancel of %s sent; this line goes when %s has it no more",
               difference->client_order_id, gate->config.venue);
    gate->compare.next_us = now_us + GATE_COMPARE_PAUSE_US;
}

/* gate_event: every change of an order goes through gate_event, so that "journalled, numbered, published" cannot be
 * forgotten by one of the many places that change one. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/gate_impl.h"

bool gate_event(struct gate *gate, uint32_t slot, struct order_event *event, int64_t now_us, struct sink *sink,
                bool *late)
{
    struct order *order = order_table_at(&gate->orders, slot);
    event->request = order->request;
    event->time_us = now_us;
    if (event->trading_day == 0) event->trading_day = gate->market.trading_day;
    if (event->market_us == 0) event->market_us = gate->market.market_us;
    if (!order_apply(order, event, late) && event->kind != EXEC_FILL) return false;
    if (event->venue_order_id[0] == '\0')
        (void)text_copy(event->venue_order_id, sizeof event->venue_order_id, order->venue_order_id);
    event->filled_quantity = order->filled_quantity;
    event->state = order->state;
    event->seq = ++gate->events_seq;
    gate->slots[slot].last = *event;
    order_table_touch(&gate->orders, slot);
    emit(sink, PORT_STORE, MSG_ORDER, order, sizeof *order);
    emit_stored(sink, MSG_ORDER_EVENT, event, sizeof *event);
    gate_differ_order(gate, slot, sink);
    return true;
}

void gate_release(struct gate *gate, uint32_t slot, int64_t condition_id, int32_t lots, price_t price, int64_t now_us,
                  struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    struct order_event event = {.kind = EXEC_RELEASED,
                                .request = order->request,
                                .fill_price = price,
                                .filled_quantity = order->filled_quantity,
                                .state = order->state,
                                .trading_day = gate->market.trading_day,
                                .market_us = gate->market.market_us,
                                .time_us = now_us};
    event.request.condition_id = condition_id;
    (void)text_copy(event.venue_order_id, sizeof event.venue_order_id, order->venue_order_id);
    snprintf(event.reason, sizeof event.reason, "%" PRId32 " lot%s of condition %" PRId64 " closed by %.23s", lots,
             lots == 1 ? "" : "s", condition_id, order->request.actor);
    for (int32_t left = lots; left > 0; left -= event.fill_quantity) {
        event.fill_quantity = left < ORDER_QUANTITY_MAX ? left : ORDER_QUANTITY_MAX;
        event.seq = ++gate->events_seq;
        emit_stored(sink, MSG_ORDER_EVENT, &event, sizeof event);
    }
}

bool gate_event_own(struct gate *gate, uint32_t slot, enum exec_kind kind, enum reject_code reject, const char *reason,
                    int64_t now_us, struct sink *sink)
{
    struct order_event event = {.kind = kind, .reject = reject};
    (void)text_copy(event.reason, sizeof event.reason, reason);
    return gate_event(gate, slot, &event, now_us, sink, NULL);
}

void gate_event_repeat(struct gate *gate, uint32_t slot, struct sink *sink)
{
    const struct order_event *last = &gate->slots[slot].last;
    if (last->seq != 0) emit(sink, PORT_PUBLISH, MSG_ORDER_EVENT, last, sizeof *last);
}

void gate_risk(struct gate *gate, struct sink *sink, int64_t now_us, const char *actor, enum reject_code reject,
               const struct order_request *order, const char *format, ...)
{
    struct risk_event event = {.time_us = now_us,
                               .market_us = gate->market.market_us,
                               .trading_day = gate->market.trading_day,
                               .reject = reject};
    va_list args;
    va_start(args, format);
    vsnprintf(event.text, sizeof event.text, format, args);
    va_end(args);
    text_clean(event.text);
    (void)text_copy(event.component, sizeof event.component, "gateway");
    (void)text_copy(event.actor, sizeof event.actor, actor);
    if (order != NULL) {
        (void)text_copy(event.client_order_id, sizeof event.client_order_id, order->client_order_id);
        (void)text_copy(event.symbol, sizeof event.symbol, order->symbol);
    }
    emit_stored(sink, MSG_RISK_EVENT, &event, sizeof event);
}

void gate_reply(struct sink *sink, uint64_t request_id, enum status status, const char *format, ...)
{
    struct reply reply = {.request_id = request_id, .status = (int32_t)status};
    va_list args;
    va_start(args, format);
    vsnprintf(reply.text, sizeof reply.text, format, args);
    va_end(args);
    text_clean(reply.text);
    emit(sink, PORT_REPLY, MSG_REPLY, &reply, sizeof reply);
}

uint64_t gate_ask(struct gate *gate, enum query_kind kind, const char *text, uint64_t from_seq, struct sink *sink)
{
    struct query query = {.request_id = ++gate->request_id, .kind = kind, .from_seq = from_seq};
    (void)text_copy(query.text, sizeof query.text, text);
    emit(sink, PORT_VENUE, MSG_QUERY, &query, sizeof query);
    return query.request_id;
}

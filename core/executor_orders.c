/* executor_orders: signals and the operator's commands become intents, once; what has no answer yet is sent again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/emit.h"
#include "core/executor_impl.h"
#include "core/text.h"

static void send_request(struct executor *executor, uint32_t slot, int64_t now_us, struct sink *sink)
{
    const struct order *order = order_table_at(&executor->orders, slot);
    executor->slots[slot].send_us = now_us + executor->config.resend_us;
    emit(sink, PORT_ORDER, MSG_ORDER_REQUEST, &order->request, sizeof order->request);
}

static void send_cancel(struct executor *executor, uint32_t slot, int64_t now_us, struct sink *sink)
{
    struct executor_slot *extra = &executor->slots[slot];
    extra->cancel_us = now_us + executor->config.resend_us;
    emit(sink, PORT_ORDER, MSG_CANCEL_REQUEST, &extra->cancel, sizeof extra->cancel);
}

/* Into memory and the store, nothing sent. */
static uint32_t keep_order(struct executor *executor, const struct order *order, struct sink *sink)
{
    uint32_t slot = order_table_add(&executor->orders, order, executor->market.trading_day, order->request.reduce_only);
    if (slot == ORDER_TABLE_NONE) return slot;
    memset(&executor->slots[slot], 0, sizeof executor->slots[slot]);
    emit(sink, PORT_STORE, MSG_ORDER, order, sizeof *order);
    return slot;
}

bool executor_intend(struct executor *executor, const struct order_request *request, int64_t now_us, struct sink *sink)
{
    struct order order;
    order_init(&order, request, executor->market.trading_day, now_us);
    order.market_us = executor->market.market_us;
    uint32_t slot = keep_order(executor, &order, sink);
    if (slot == ORDER_TABLE_NONE) return false;
    send_request(executor, slot, now_us, sink);
    emit(sink, PORT_PUBLISH, MSG_ORDER, &order, sizeof order);
    return true;
}

/* Take an order as decided otherwise: state and words as given, nothing is sent. */
static bool refuse(struct executor *executor, const struct order_request *request, enum order_state state,
                   enum reject_code reject, const char *reason, int64_t now_us, struct sink *sink)
{
    struct order order;
    order_init(&order, request, executor->market.trading_day, now_us);
    order.market_us = executor->market.market_us;
    order.state = state;
    order.reject = reject;
    (void)text_copy(order.reason, sizeof order.reason, reason);
    if (keep_order(executor, &order, sink) == ORDER_TABLE_NONE) return false;
    emit(sink, PORT_PUBLISH, MSG_ORDER, &order, sizeof order);
    return true;
}

void executor_next_id(struct executor *executor, char id[CLIENT_ORDER_ID_SIZE])
{
    /* Ids of earlier tries of this session may be ahead of the counter; each turn passes one of them. */
    for (uint32_t tries = 0; tries <= executor->orders.capacity; tries++) {
        int length = snprintf(id, CLIENT_ORDER_ID_SIZE, "%.11s-m%llu-%llu", executor->config.install,
                              (unsigned long long)executor->config.session % 10000000000u,
                              (unsigned long long)++executor->counter % 10000000000u);
        CHECK(length > 0 && length < CLIENT_ORDER_ID_SIZE);
        if (order_table_find(&executor->orders, id) == ORDER_TABLE_NONE) return;
    }
    CHECK(!"an operator's id is free after as many tries as there are orders");
}

static void ack_refuse(struct signal_ack *ack, enum reject_code reject, const char *reason)
{
    ack->accepted = false;
    ack->reject = reject;
    (void)text_copy(ack->reason, sizeof ack->reason, reason);
}

/* Not the gateway, but we. */
static bool refused_here(const struct order *order)
{
    return (order->state == ORDER_EXPIRED && order->reject == REJECT_EXPIRED) || order->reject == REJECT_ID_REUSED ||
           order->reject == REJECT_FLATTENING;
}

static bool opens_while_flattening(const struct executor *executor, const struct order_request *request)
{
    return !request->reduce_only && executor_flattening(executor, request->symbol);
}

/* The id is known: the answer is what already happened to it. */
static void ack_known(const struct order *order, const struct order_request *request, struct signal_ack *ack)
{
    if (!order_request_same(&order->request, request))
        ack_refuse(ack, REJECT_ID_REUSED, reject_words(REJECT_ID_REUSED));
    else if (refused_here(order))
        ack_refuse(ack, order->reject, order->reason);
}

/* false: it cannot be answered yet. */
static bool signal_new(struct executor *executor, const struct signal *signal, int64_t now_us, struct sink *sink,
                       struct signal_ack *ack)
{
    const struct order_request *request = &signal->order;
    struct err err;
    if (order_request_check(request, &err) != ERR_OK) {
        ack_refuse(ack, REJECT_INVALID_ORDER, err.text);
        return true;
    }
    uint32_t slot = order_table_find(&executor->orders, request->client_order_id);
    if (slot != ORDER_TABLE_NONE) {
        ack_known(order_table_at(&executor->orders, slot), request, ack);
        return true;
    }
    char words[REASON_SIZE];
    bool kept;
    if (executor->held[0] != '\0') {
        kept = refuse(executor, request, ORDER_EXPIRED, REJECT_EXPIRED, executor->held, now_us, sink);
        ack_refuse(ack, REJECT_EXPIRED, executor->held);
    } else if (request->expires_us != 0 && now_us > request->expires_us) {
        if (!executor->caught_up) return false;
        snprintf(words, sizeof words, "the signal came %lld ms after its time to live ended; not sent",
                 (long long)((now_us - request->expires_us) / 1000));
        kept = refuse(executor, request, ORDER_EXPIRED, REJECT_EXPIRED, words, now_us, sink);
        ack_refuse(ack, REJECT_EXPIRED, words);
    } else if (order_request_early(request, now_us)) {
        snprintf(words, sizeof words, "the signal was made in the future: the clock was set back; not sent");
        kept = refuse(executor, request, ORDER_EXPIRED, REJECT_EXPIRED, words, now_us, sink);
        ack_refuse(ack, REJECT_EXPIRED, words);
    } else if (opens_while_flattening(executor, request)) {
        kept =
            refuse(executor, request, ORDER_DENIED, REJECT_FLATTENING, reject_words(REJECT_FLATTENING), now_us, sink);
        ack_refuse(ack, REJECT_FLATTENING, reject_words(REJECT_FLATTENING));
    } else {
        kept = executor_intend(executor, request, now_us, sink);
    }
    if (kept) return true;
    snprintf(words, sizeof words, "%u orders are kept, the limit, and none of an earlier day can give way",
             executor->orders.count);
    ack_refuse(ack, REJECT_NO_ROOM, words);
    return true;
}

void executor_on_signal(struct executor *executor, const struct signal *signal, int64_t now_us, struct sink *sink)
{
    struct signal_ack *known = &executor->acks[signal->seq % EXECUTOR_ACKS];
    if (signal->seq == known->seq && strcmp(signal->strategy, known->strategy) == 0) {
        emit(sink, PORT_ACK, MSG_SIGNAL_ACK, known, sizeof *known);
        return;
    }
    struct signal_ack ack = {.seq = signal->seq, .accepted = true, .time_us = now_us};
    (void)text_copy(ack.strategy, sizeof ack.strategy, signal->strategy);
    (void)text_copy(ack.client_order_id, sizeof ack.client_order_id, signal->order.client_order_id);
    if (!signal_new(executor, signal, now_us, sink, &ack)) return;

    struct signal inbox = *signal;
    inbox.acknowledged = true;
    emit(sink, PORT_STORE, MSG_SIGNAL, &inbox, sizeof inbox);
    emit(sink, PORT_STORE, MSG_SIGNAL_ACK, &ack, sizeof ack);
    emit(sink, PORT_ACK, MSG_SIGNAL_ACK, &ack, sizeof ack);
    if (!ack.accepted)
        executor_risk(executor, sink, now_us, signal->strategy, ack.reject, ack.client_order_id, signal->order.symbol,
                      "signal %llu refused: %s", (unsigned long long)signal->seq, ack.reason);
    *known = ack;
}

/* The ticket's order as it will be journalled; its id may still be empty. */
static void complete_ticket(const struct executor *executor, struct order_request *request, int64_t now_us)
{
    const struct ledger_symbol *symbol = ledger_symbol(&executor->ledger, request->symbol);
    request->condition_id = 0;
    if (request->leg != LEG_FLATTEN) request->leg = LEG_NONE;
    if (request->attempt == 0) request->attempt = 1;
    const int64_t live_us = executor->config.time_to_live_us;
    if (request->created_us == 0 || live_us == 0) request->created_us = now_us;
    const bool early = request->created_us > now_us + ORDER_EARLY_US;
    request->expires_us = live_us == 0 ? 0 : request->created_us + (early ? 0 : live_us);
    if (request->decision_price == 0 && symbol != NULL) {
        request->decision_price = symbol->last;
        request->tick_seq = symbol->tick_seq;
    }
    if (request->actor[0] == '\0') (void)text_copy(request->actor, sizeof request->actor, "operator");
}

static void reply_known(const struct order *order, const struct order_request *request, uint64_t request_id,
                        struct sink *sink)
{
    if (order_request_same(&order->request, request))
        executor_reply(sink, request_id, ERR_OK, 0, "%s", request->client_order_id);
    else
        executor_reply(sink, request_id, ERR_EXISTS, 0, "%s: %s", request->client_order_id,
                       reject_words(REJECT_ID_REUSED));
}

/* Its time began when it was asked for, not when a process that stood still, or was started anew, comes to read it. */
bool executor_reply_late(const struct executor *executor, int64_t created_us, uint64_t request_id, int64_t now_us,
                         struct sink *sink)
{
    char words[REASON_SIZE];
    if (!order_late(created_us, executor->config.time_to_live_us, now_us, words, sizeof words)) return false;
    executor_reply(sink, request_id, ERR_STATE, 0, "%s", words);
    return true;
}

void executor_on_order_command(struct executor *executor, const struct order_command *command, int64_t now_us,
                               struct sink *sink)
{
    struct order_request request = command->order;
    struct err err;
    complete_ticket(executor, &request, now_us);
    if (request.client_order_id[0] == '\0' && command->key != 0)
        order_key_id(executor->config.install, command->key, request.client_order_id);
    else if (request.client_order_id[0] == '\0')
        executor_next_id(executor, request.client_order_id);
    if (order_request_check(&request, &err) != ERR_OK) {
        executor_reply(sink, command->request_id, err.status, 0, "%s", err.text);
        return;
    }
    uint32_t slot = order_table_find(&executor->orders, request.client_order_id);
    if (slot != ORDER_TABLE_NONE) {
        reply_known(order_table_at(&executor->orders, slot), &request, command->request_id, sink);
        return;
    }
    if (executor_reply_late(executor, request.created_us, command->request_id, now_us, sink)) return;
    if (opens_while_flattening(executor, &request)) {
        executor_reply(sink, command->request_id, ERR_STATE, 0, "not taken: %s", reject_words(REJECT_FLATTENING));
        return;
    }
    if (executor_intend(executor, &request, now_us, sink))
        executor_reply(sink, command->request_id, ERR_OK, 1, "%s", request.client_order_id);
    else
        executor_reply(sink, command->request_id, ERR_FULL, 0,
                       "%u orders are kept, the limit, and none of an earlier day can give way",
                       executor->orders.count);
}

void executor_cancel(struct executor *executor, uint32_t slot, const char *actor, const char *reason, int64_t now_us,
                     struct sink *sink)
{
    struct order *order = order_table_at(&executor->orders, slot);
    struct executor_slot *extra = &executor->slots[slot];
    CHECK(!order_state_terminal(order->state));
    memset(&extra->cancel, 0, sizeof extra->cancel);
    (void)text_copy(extra->cancel.client_order_id, sizeof extra->cancel.client_order_id,
                    order->request.client_order_id);
    (void)text_copy(extra->cancel.actor, sizeof extra->cancel.actor, actor);
    (void)text_copy(extra->cancel.reason, sizeof extra->cancel.reason, reason);
    extra->cancel.created_us = now_us;
    extra->cancel_wanted = true;
    if (order_state_working(order->state))
        order->state = ORDER_PENDING_CANCEL;
    else
        order->request.expires_us = EXECUTOR_CANCEL_MARK;
    order->updated_us = now_us;
    emit_stored(sink, MSG_ORDER, order, sizeof *order);
    /* An intent goes again with its time to live ended: where it never arrived it can only expire now. */
    if (order->state == ORDER_INTENT) send_request(executor, slot, now_us, sink);
    send_cancel(executor, slot, now_us, sink);
}

void executor_on_cancel_command(struct executor *executor, const struct cancel_command *command, int64_t now_us,
                                struct sink *sink)
{
    const char *id = command->cancel.client_order_id;
    uint32_t slot = order_table_find(&executor->orders, id);
    if (slot == ORDER_TABLE_NONE) {
        executor_reply(sink, command->request_id, ERR_NOT_FOUND, 0, "no order %s", id);
        return;
    }
    enum order_state state = order_table_at(&executor->orders, slot)->state;
    if (executor->slots[slot].cancel_wanted || state == ORDER_PENDING_CANCEL) {
        executor_reply(sink, command->request_id, ERR_OK, 0, "cancelling %s", id);
        return;
    }
    if (order_state_terminal(state)) {
        executor_reply(sink, command->request_id, ERR_STATE, 0, "%s is %s already", id, order_state_name(state));
        return;
    }
    const char *actor = command->cancel.actor[0] == '\0' ? "operator" : command->cancel.actor;
    executor_cancel(executor, slot, actor, command->cancel.reason, now_us, sink);
    executor_reply(sink, command->request_id, ERR_OK, 0, "cancelling %s", id);
}

void executor_on_timer(struct executor *executor, int64_t now_us, struct sink *sink)
{
    for (uint32_t at = order_table_first(&executor->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&executor->orders, at)) {
        const struct executor_slot *extra = &executor->slots[at];
        if (order_table_at(&executor->orders, at)->state == ORDER_INTENT && now_us >= extra->send_us)
            send_request(executor, at, now_us, sink);
        if (extra->cancel_wanted && now_us >= extra->cancel_us) send_cancel(executor, at, now_us, sink);
    }
    executor_flatten_step(executor, now_us, sink);
}

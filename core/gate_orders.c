/* gate_orders: requests and cancels. The path of a new order is the one in DESIGN: known? guard, journal, send once. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/gate_impl.h"
#include "core/session.h"

/* What the venue holds, while that is known to be something else: its word, and every fill since. */
static bool venue_differs(const struct gate *gate, const struct order_request *request, int32_t held, int32_t *there)
{
    *there = held;
    for (uint32_t i = 0; i < gate->difference_count; i++) {
        const struct difference *difference = &gate->differences[i];
        if (difference->kind != DIFFERENCE_POSITION) continue;
        if (strcmp(difference->symbol, request->symbol) != 0 || strcmp(difference->account, request->account) != 0)
            continue;
        *there = difference->there + (held - difference->here);
        return true;
    }
    return false;
}

/* The venue holds another position: nothing is opened on top of what nobody has looked at. */
static enum reject_code refusal_of_difference(const struct gate *gate, const struct order_request *request,
                                              char reason[REASON_SIZE])
{
    const int32_t held = ledger_held(&gate->ledger, request->account, request->symbol);
    int32_t there;
    if (!venue_differs(gate, request, held, &there)) return REJECT_NONE;
    snprintf(reason, REASON_SIZE, "%s: %+" PRId32 " held here, %+" PRId32 " at %s: accept that first", request->symbol,
             held, there, gate->config.venue);
    return REJECT_POSITION_DIFFERS;
}

/* Everything about the moment that is no limit: session, account, instrument, orders of unknown outcome. */
static enum reject_code refusal_of_state(const struct gate *gate, const struct order_request *request, uint32_t self,
                                         char reason[REASON_SIZE])
{
    if (!gate->session.logged_in) {
        snprintf(reason, REASON_SIZE, "not logged in to %s", gate->config.venue);
        return REJECT_NOT_LOGGED_IN;
    }
    if (!gate->ready && gate->session.account[0] != '\0') {
        snprintf(reason, REASON_SIZE, "the session at %s has just begun: its fills are still being read",
                 gate->config.venue);
        return REJECT_NOT_LOGGED_IN;
    }
    if (!gate_of_login(gate, request->account)) {
        snprintf(reason, REASON_SIZE, "account %s is not one of %s's", request->account, gate->session.user);
        return REJECT_NO_ACCOUNT;
    }
    if (request->reduce_only && gate->ready) return REJECT_NONE;
    if (strcmp(request->account, gate->session.account) != 0) {
        if (gate->session.account[0] == '\0')
            snprintf(reason, REASON_SIZE, "no account is selected");
        else
            snprintf(reason, REASON_SIZE, "account %s is not the selected one, %s", request->account,
                     gate->session.account);
        return REJECT_NO_ACCOUNT;
    }
    const struct ledger_symbol *symbol = ledger_symbol(&gate->ledger, request->symbol);
    if (symbol == NULL || (symbol->contract.flags & CONTRACT_REGISTERED) == 0) {
        snprintf(reason, REASON_SIZE, "instrument %s is not registered", request->symbol);
        return REJECT_NOT_REGISTERED;
    }
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at)) {
        const struct order *order = order_table_at(&gate->orders, at);
        if (at == self || order->state != ORDER_UNKNOWN || strcmp(order->request.symbol, request->symbol) != 0)
            continue;
        snprintf(reason, REASON_SIZE, "the outcome of order %s on %s is not known yet", order->request.client_order_id,
                 request->symbol);
        return REJECT_SYMBOL_BLOCKED;
    }
    return REJECT_NONE;
}

/* Lots that working orders of this account and symbol may still fill. */
static void count_working(const struct gate *gate, const struct order_request *request, uint32_t self,
                          struct guard_input *input)
{
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at)) {
        const struct order *order = order_table_at(&gate->orders, at);
        if (at == self || strcmp(order->request.symbol, request->symbol) != 0 ||
            strcmp(order->request.account, request->account) != 0)
            continue;
        int32_t open = order->request.quantity - order->filled_quantity;
        const bool same_side = order->request.side == request->side;
        if (same_side && !order->request.reduce_only && !order_request_elsewhere(&order->request))
            input->rivals += open;
        if (order->request.reduce_only) {
            if (same_side) input->working_reduce += open;
            if (same_side && order->request.condition_id == 0 && order->request.tif != TIF_ROD) input->closing += open;
            if (order->request.condition_id == request->condition_id) input->own_working += open;
        } else if (order->request.side == SIDE_BUY) {
            input->working_buy += open;
        } else {
            input->working_sell += open;
        }
    }
}

enum reject_code gate_refusal(const struct gate *gate, const struct order_request *request, uint32_t slot,
                              int64_t now_us, char reason[REASON_SIZE])
{
    enum reject_code code = refusal_of_state(gate, request, slot, reason);
    if (code != REJECT_NONE) return code;
    if (request->leg == LEG_ENTRY && !ledger_lots_room(&gate->ledger)) {
        snprintf(reason, REASON_SIZE, "%d conditions hold something, the limit", LEDGER_LOTS);
        return REJECT_NO_ROOM;
    }
    const struct ledger_symbol *symbol = ledger_symbol(&gate->ledger, request->symbol);
    if (!request->reduce_only) code = refusal_of_difference(gate, request, reason);
    if (code != REJECT_NONE) return code;
    const struct ledger_sides sides = ledger_sides(&gate->ledger, request->account, request->symbol);
    const int32_t held = ledger_held(&gate->ledger, request->account, request->symbol);
    int32_t there;
    (void)venue_differs(gate, request, held, &there);
    struct guard_input input = {
        .limits = &gate->limits,
        .recent = &gate->recent,
        .mode = gate->state.mode,
        .mode_reason = gate->state.reason,
        .day_pnl = gate->ledger.day_net,
        .request = request,
        .multiplier = symbol == NULL ? 0 : symbol->contract.multiplier,
        .last = symbol == NULL ? 0 : symbol->last,
        .last_tick_us = symbol == NULL ? 0 : symbol->tick_us,
        /* A paused replay has no ticks, and its last price is the price. */
        .session_open = gate->market.session_state == SESSION_OPEN && !gate->market.paused,
        .held = held,
        .held_there = there,
        .longs = sides.longs,
        .shorts = sides.shorts,
        .rest = ledger_rest(&gate->ledger, request->account, request->symbol),
        .own = ledger_own(&gate->ledger, request->account, request->symbol, request->condition_id),
        .now_us = now_us,
    };
    count_working(gate, request, slot, &input);
    return guard_check(&input, reason);
}

void gate_send(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    struct gate_slot *extra = &gate->slots[slot];
    if (gate_event_own(gate, slot, EXEC_SENDING, REJECT_NONE, "", now_us, sink)) gate->state.intents++;
    if (gate->state.orders_sent >= gate->state.intents) {
        gate_set_mode(gate, GUARD_HALTED, "guard", "an order was about to be sent without a journalled intent", now_us,
                      sink);
        return;
    }
    gate->state.orders_sent++;
    emit(sink, PORT_STORE, MSG_GUARD_STATE, &gate->state, sizeof gate->state);
    emit(sink, PORT_VENUE, MSG_ORDER_REQUEST, &order->request, sizeof order->request);
    guard_recent_add(&gate->recent, &order->request, now_us);
    extra->sent_session = gate->session.venue_session;
    extra->sent_us = now_us;
    extra->ask_id = 0;
    extra->absences = 0;
    extra->absent_here = false;
}

static uint32_t add_order(struct gate *gate, const struct order_request *request, bool reserve, int64_t now_us)
{
    struct order order;
    order_init(&order, request, gate->market.trading_day, now_us);
    uint32_t slot = order_table_add(&gate->orders, &order, gate->market.trading_day, reserve);
    if (slot != ORDER_TABLE_NONE) memset(&gate->slots[slot], 0, sizeof gate->slots[slot]);
    return slot;
}

static void deny(struct gate *gate, uint32_t slot, enum reject_code code, const char *reason, int64_t now_us,
                 struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    (void)gate_event_own(gate, slot, code == REJECT_EXPIRED ? EXEC_EXPIRED : EXEC_DENIED, code, reason, now_us, sink);
    gate_risk(gate, sink, now_us, order->request.actor, code, &order->request, "%s %" PRId32 " %s %s: %s",
              side_name(order->request.side), order->request.quantity, order->request.symbol,
              code == REJECT_EXPIRED ? "expired" : "denied", reason);
}

/* Full: the denial itself takes a place in the reserve, so that the same id coming again is denied again. */
static void deny_no_room(struct gate *gate, const struct order_request *request, int64_t now_us, struct sink *sink)
{
    char reason[REASON_SIZE];
    snprintf(reason, sizeof reason, "%u orders are kept, the limit is %u, and none of an earlier day can give way",
             gate->orders.count, gate->orders.limit);
    uint32_t slot = add_order(gate, request, true, now_us);
    if (slot != ORDER_TABLE_NONE) {
        deny(gate, slot, REJECT_NO_ROOM, reason, now_us, sink);
        return;
    }
    /* Not even that: nothing is sent and nothing is answered; the executor asks again until there is room or it
     * expires. */
    if (gate->no_room_us != 0 && now_us - gate->no_room_us < 1000000) return;
    gate->no_room_us = now_us;
    gate_risk(gate, sink, now_us, request->actor, REJECT_NO_ROOM, request, "order not taken: %s", reason);
}

static void request_known(struct gate *gate, uint32_t slot, const struct order_request *request, int64_t now_us,
                          struct sink *sink)
{
    struct gate_slot *extra = &gate->slots[slot];
    if (!extra->reuse_said && !order_request_same(&order_table_at(&gate->orders, slot)->request, request)) {
        extra->reuse_said = true;
        gate_risk(gate, sink, now_us, request->actor, REJECT_ID_REUSED, request, "not sent: %s",
                  reject_words(REJECT_ID_REUSED));
    }
    gate_event_repeat(gate, slot, sink);
}

void gate_on_not_sent(struct gate *gate, const char *client_order_id, int64_t now_us, struct sink *sink)
{
    uint32_t slot = order_table_find(&gate->orders, client_order_id);
    if (slot == ORDER_TABLE_NONE || order_table_at(&gate->orders, slot)->state != ORDER_SENDING) return;
    char reason[REASON_SIZE];
    snprintf(reason, sizeof reason, "the line to %s took nothing: not sent", gate->config.venue);
    gate->state.orders_sent--;
    emit(sink, PORT_STORE, MSG_GUARD_STATE, &gate->state, sizeof gate->state);
    deny(gate, slot, REJECT_NOT_LOGGED_IN, reason, now_us, sink);
}

void gate_cancel_again(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink)
{
    struct gate_slot *extra = &gate->slots[slot];
    extra->cancel_us = now_us;
    const struct order *order = order_table_at(&gate->orders, slot);
    /* The timer tries again. */
    if (!gate->session.logged_in || !gate_of_login(gate, order->request.account)) return;
    if (extra->cancel.client_order_id[0] == '\0') {
        (void)text_copy(extra->cancel.client_order_id, sizeof extra->cancel.client_order_id,
                        order->request.client_order_id);
        (void)text_copy(extra->cancel.actor, sizeof extra->cancel.actor, "gateway");
        extra->cancel.created_us = now_us;
    }
    emit(sink, PORT_VENUE, MSG_CANCEL_REQUEST, &extra->cancel, sizeof extra->cancel);
}

void gate_cancel(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink)
{
    struct gate_slot *extra = &gate->slots[slot];
    char reason[REASON_SIZE];
    extra->cancel_wanted = false;
    snprintf(reason, sizeof reason, "cancel asked by %s", extra->cancel.actor);
    if (gate_event_own(gate, slot, EXEC_PENDING_CANCEL, REJECT_NONE, reason, now_us, sink))
        gate_cancel_again(gate, slot, now_us, sink);
}

void gate_on_cancel_request(struct gate *gate, const struct cancel_request *request, int64_t now_us, struct sink *sink)
{
    /* Not known: its order has yet to come, or was lost; the executor asks both again. */
    uint32_t slot = order_table_find(&gate->orders, request->client_order_id);
    if (slot == ORDER_TABLE_NONE) return;
    enum order_state state = order_table_at(&gate->orders, slot)->state;
    if (order_state_terminal(state) || state == ORDER_PENDING_CANCEL) {
        gate_event_repeat(gate, slot, sink);
        return;
    }
    gate->slots[slot].cancel = *request;
    if (order_state_working(state))
        gate_cancel(gate, slot, now_us, sink);
    else
        gate->slots[slot].cancel_wanted = true; /* SENDING, UNKNOWN: as soon as the venue is known to have it */
}

/* A protective exit outranks a ticket that only reduces and rests: the ticket is cancelled, and the exit, which comes
 * again, finds its lots. Another protective exit, or a flatten, closes them itself. */
static void make_way(struct gate *gate, const struct order_request *exit, int64_t now_us, struct sink *sink)
{
    uint32_t next;
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE; at = next) {
        next = order_table_next(&gate->orders, at);
        const struct order *order = order_table_at(&gate->orders, at);
        const struct order_request *request = &order->request;
        const bool ticket = request->reduce_only && request->condition_id == 0 && request->leg != LEG_FLATTEN;
        if (!ticket || request->side != exit->side || strcmp(request->symbol, exit->symbol) != 0 ||
            strcmp(request->account, exit->account) != 0 || !order_state_working(order->state) ||
            order->state == ORDER_PENDING_CANCEL)
            continue;
        struct cancel_request *cancel = &gate->slots[at].cancel;
        *cancel = (struct cancel_request){.created_us = now_us};
        (void)text_copy(cancel->client_order_id, sizeof cancel->client_order_id, request->client_order_id);
        (void)text_copy(cancel->actor, sizeof cancel->actor, "guard");
        (void)text_copy(cancel->reason, sizeof cancel->reason, "a protective exit needs its lots");
        gate_risk(gate, sink, now_us, "guard", REJECT_NONE, request,
                  "order %s is cancelled: protective exit %s needs its lots", request->client_order_id,
                  exit->client_order_id);
        gate_cancel(gate, at, now_us, sink);
    }
}

void gate_on_order_request(struct gate *gate, const struct order_request *request, int64_t now_us, struct sink *sink)
{
    struct err err;
    if (order_request_check(request, &err) != ERR_OK) {
        gate_risk(gate, sink, now_us, "executor", REJECT_INVALID_ORDER, request, "order not taken: %s", err.text);
        return;
    }
    uint32_t slot = order_table_find(&gate->orders, request->client_order_id);
    if (slot != ORDER_TABLE_NONE) {
        request_known(gate, slot, request, now_us, sink);
        return;
    }
    const bool late = request->expires_us != 0 && now_us > request->expires_us;
    const bool waits = gate_waits(gate, request);
    /* Not answered: the executor asks again until it may go, or its time to live has ended. */
    if (waits && !late && !order_request_early(request, now_us)) return;
    slot = add_order(gate, request, request->reduce_only, now_us);
    if (slot == ORDER_TABLE_NONE) {
        deny_no_room(gate, request, now_us, sink);
        return;
    }
    char reason[REASON_SIZE];
    enum reject_code code;
    if (gate_net_lots(gate, slot, now_us, sink)) return;
    if (late) {
        code = REJECT_EXPIRED;
        snprintf(reason, sizeof reason, "its time to live ended %s%s",
                 waits ? "while our books were being compared with those at " : "before it was sent",
                 waits ? gate->config.venue : "");
    } else if (order_request_early(request, now_us)) {
        code = REJECT_EXPIRED;
        snprintf(reason, sizeof reason, "it was made in the future: the clock was set back");
    } else {
        code = gate_refusal(gate, request, slot, now_us, reason);
    }
    if (code == REJECT_NONE) {
        gate_send(gate, slot, now_us, sink);
        return;
    }
    deny(gate, slot, code, reason, now_us, sink);
    if (code == REJECT_ALREADY_LEAVING && request->condition_id != 0) make_way(gate, request, now_us, sink);
}

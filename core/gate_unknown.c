/* gate_unknown: orders whose outcome is not known. The venue is asked by client id; what it has is adopted; absence is
 * believed only when nothing could still be on its way; everything else stays UNKNOWN for the trader. Never guessed,
 * never resent blindly. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/gate_impl.h"

void gate_ask_order(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink)
{
    struct gate_slot *extra = &gate->slots[slot];
    const struct order *order = order_table_at(&gate->orders, slot);
    extra->asked_us = now_us;
    if (!gate_of_login(gate, order->request.account)) return; /* nobody would tell this login of it */
    extra->asked_working = order_state_working(order->state);
    extra->ask_id = gate_ask(gate, QUERY_VENUE_ORDER, order->request.client_order_id, 0, sink);
}

/* It ends here, as the trader says. If it lives there after all, that is seen as soon as nothing of it can be on its way. */
static void decide(struct gate *gate, uint32_t slot, enum exec_kind kind, const char *actor, int64_t now_us,
                   struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    char reason[REASON_SIZE];
    snprintf(reason, sizeof reason, "decided by %.23s", actor);
    (void)gate_event_own(gate, slot, kind, REJECT_NONE, reason, now_us, sink);
    gate_risk(gate, sink, now_us, actor, REJECT_NONE, &order->request, "order %s of unknown outcome: %s %s",
              order->request.client_order_id, order_state_name(order->state), reason);
    gate->compare.next_us = now_us + gate->config.in_flight_us;
}

void gate_unknown_accept(struct gate *gate, uint32_t slot, uint64_t request_id, const char *actor, int64_t now_us,
                         struct sink *sink)
{
    struct gate_slot *extra = &gate->slots[slot];
    const struct order_request *request = &order_table_at(&gate->orders, slot)->request;
    extra->decided_us = now_us;
    (void)text_copy(extra->decided_by, sizeof extra->decided_by, actor);
    gate_risk(gate, sink, now_us, actor, REJECT_NONE, request,
              "order %s of unknown outcome: accepted by %s as CANCELLED, unless %s has it", request->client_order_id,
              actor, gate->config.venue);
    if (gate_ready(gate)) gate_ask_order(gate, slot, now_us, sink);
    gate_reply(sink, request_id, ERR_OK,
               "%s is asked about %s first; unless it has it within %d s, it ends here as CANCELLED",
               gate->config.venue, request->client_order_id, (int)(GATE_DECIDED_US / 1000000));
}

void gate_unknown_timer(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink)
{
    struct gate_slot *extra = &gate->slots[slot];
    const struct order *order = order_table_at(&gate->orders, slot);
    if (order->state == ORDER_SENDING && now_us - extra->sent_us >= gate->config.ack_timeout_us) {
        char reason[REASON_SIZE];
        snprintf(reason, sizeof reason, "%s has not answered for %" PRId64 " ms", gate->config.venue,
                 (now_us - extra->sent_us) / 1000);
        (void)gate_event_own(gate, slot, EXEC_UNKNOWN, REJECT_NONE, reason, now_us, sink);
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, &order->request,
                  "the outcome of order %s is not known: %s; new orders on %s wait", order->request.client_order_id,
                  reason, order->request.symbol);
    }
    if (order->state == ORDER_UNKNOWN && extra->decided_us != 0 && now_us - extra->decided_us >= GATE_DECIDED_US)
        decide(gate, slot, EXEC_CANCELLED, extra->decided_by, now_us, sink);
    if (order->state == ORDER_PENDING_CANCEL && now_us - extra->cancel_us >= gate->config.ack_timeout_us)
        gate_cancel_again(gate, slot, now_us, sink);
    if ((order->state != ORDER_UNKNOWN && !extra->to_compare && !extra->behind.said) || !gate->ready) return;
    /* An answer that is not counted yet is worth asking for again soon; one that does not come, after the time-out. */
    int64_t pause_us = extra->ask_id != 0   ? gate->config.ack_timeout_us
                       : extra->behind.said ? GATE_DIFFER_AGAIN_US
                                            : gate->config.in_flight_us / 2;
    if (now_us - extra->asked_us >= pause_us) gate_ask_order(gate, slot, now_us, sink);
}

/* The venue has it. What it did there comes as reports, which have no holes; here it only stops being unknown. */
static void found(struct gate *gate, uint32_t slot, const struct order *there, int64_t now_us, struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    bool ended = order_state_terminal(there->state);
    if (order->state == ORDER_UNKNOWN || order->state == ORDER_SENDING) {
        struct order_event event = {.kind = EXEC_NEW};
        (void)text_copy(event.venue_order_id, sizeof event.venue_order_id, there->venue_order_id);
        snprintf(event.reason, sizeof event.reason, "found at %s", gate->config.venue);
        (void)gate_event(gate, slot, &event, now_us, sink, NULL);
    }
    gate->slots[slot].missing = false;
    gate_behind_found(gate, slot, there, now_us, sink);
    gate_differ_order(gate, slot, sink);
    if (gate->slots[slot].cancel_wanted && !ended && order_state_working(order->state))
        gate_cancel(gate, slot, now_us, sink);
}

/* It is certain that the venue never had it and never will from that sending. */
static void absent(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    char reason[REASON_SIZE];
    if (gate->slots[slot].decided_us != 0) {
        decide(gate, slot, EXEC_CANCELLED, gate->slots[slot].decided_by, now_us, sink);
        return;
    }
    if (gate->slots[slot].cancel_wanted) {
        snprintf(reason, sizeof reason, "it never reached %s, and %.23s wanted it cancelled", gate->config.venue,
                 gate->slots[slot].cancel.actor);
        (void)gate_event_own(gate, slot, EXEC_CANCELLED, REJECT_NONE, reason, now_us, sink);
        return;
    }
    bool late = order->request.expires_us != 0 && now_us > order->request.expires_us;
    if (late || order_request_early(&order->request, now_us)) {
        snprintf(reason, sizeof reason, "it never reached %s, and its time to live has ended", gate->config.venue);
        (void)gate_event_own(gate, slot, EXEC_EXPIRED, REJECT_EXPIRED, reason, now_us, sink);
        return;
    }
    if (gate_waits(gate, &order->request)) return; /* it is asked about again */
    enum reject_code code = gate_refusal(gate, &order->request, slot, now_us, reason);
    if (code != REJECT_NONE)
        (void)gate_event_own(gate, slot, EXEC_DENIED, code, reason, now_us, sink);
    else
        gate_send(gate, slot, now_us, sink);
}

static void not_found(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink)
{
    struct gate_slot *extra = &gate->slots[slot];
    const struct order *order = order_table_at(&gate->orders, slot);
    if (order_state_working(order->state)) {
        if (extra->missing || !extra->asked_working) return;
        extra->missing = true;
        gate_differ_order(gate, slot, sink);
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, &order->request,
                  "order %s is %s here and not known at %s", order->request.client_order_id,
                  order_state_name(order->state), gate->config.venue);
        gate_set_mode(gate, GUARD_HALTED, "guard", "an order that works here is not known at the venue", now_us, sink);
        return;
    }
    if (order->state != ORDER_UNKNOWN) return;
    if (extra->sent_session == gate->session.venue_session) {
        extra->absent_here = extra->asked_us - extra->sent_us >= gate->config.in_flight_us;
        return;
    }
    if (extra->asked_us - extra->sent_us < gate->config.in_flight_us) return;
    if (++extra->absences >= GATE_ABSENCES) absent(gate, slot, now_us, sink);
}

static uint32_t find_asked(const struct gate *gate, const struct venue_order_status *status)
{
    if (status->found) return order_table_find(&gate->orders, status->order.request.client_order_id);
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at))
        if (status->request_id != 0 && gate->slots[at].ask_id == status->request_id) return at;
    return ORDER_TABLE_NONE;
}

void gate_on_venue_order_status(struct gate *gate, const struct venue_order_status *status, int64_t now_us,
                                struct sink *sink)
{
    /* "It is there" is true however late it comes; "it is not" only as the answer to the question that is open. */
    uint32_t slot = find_asked(gate, status);
    if (slot == ORDER_TABLE_NONE) return;
    struct gate_slot *extra = &gate->slots[slot];
    if (extra->ask_id == status->request_id) {
        extra->ask_id = 0;
        extra->to_compare = false;
        gate_compared(gate);
    }
    if (!status->found) {
        not_found(gate, slot, now_us, sink);
        return;
    }
    if (status->copies > 1) {
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, &status->order.request,
                  "%s has order %s %" PRId32 " times", gate->config.venue, status->order.request.client_order_id,
                  status->copies);
        gate_set_mode(gate, GUARD_HALTED, "guard", "the venue has one of our orders more than once", now_us, sink);
    }
    found(gate, slot, &status->order, now_us, sink);
}

/* Not an end: it may work there, or be filled. A new session is asked for too, where its absence would count. */
static void ask_again(struct gate *gate, uint32_t slot, const struct control *control, int64_t now_us,
                      struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    gate_risk(gate, sink, now_us, control->actor, REJECT_NONE, &order->request,
              "order %s of unknown outcome: %.23s asks %s again", control->text, control->actor, gate->config.venue);
    if (gate_ready(gate)) gate_ask_order(gate, slot, now_us, sink);
    if (gate->slots[slot].sent_session == gate->session.venue_session) gate->slots[slot].absent_here = true;
    gate_reply(sink, control->request_id, ERR_OK, "%s is asked about %s; what it says is adopted", gate->config.venue,
               control->text);
}

void gate_resolve(struct gate *gate, const struct control *control, int64_t now_us, struct sink *sink)
{
    static const struct {
        enum order_state state;
        enum exec_kind kind;
    } ends[] = {{ORDER_CANCELLED, EXEC_CANCELLED}, {ORDER_REJECTED, EXEC_REJECTED}, {ORDER_EXPIRED, EXEC_EXPIRED}};
    uint32_t slot = order_table_find(&gate->orders, control->text);
    if (slot == ORDER_TABLE_NONE) {
        gate_reply(sink, control->request_id, ERR_NOT_FOUND, "no order %s", control->text);
        return;
    }
    const struct order *order = order_table_at(&gate->orders, slot);
    if (order->state != ORDER_UNKNOWN && !(gate->slots[slot].missing && order_state_working(order->state))) {
        gate_reply(sink, control->request_id, ERR_STATE, "%s is %s: only an order of unknown outcome can be decided",
                   control->text, order_state_name(order->state));
        return;
    }
    if (control->number == ORDER_UNKNOWN) {
        ask_again(gate, slot, control, now_us, sink);
        return;
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (control->number != (int64_t)ends[i].state) continue;
        decide(gate, slot, ends[i].kind, control->actor, now_us, sink);
        gate_reply(sink, control->request_id, ERR_OK, "%s is %s", control->text, order_state_name(order->state));
        return;
    }
    gate_reply(sink, control->request_id, ERR_RANGE,
               "resolve: %" PRId64 " (allowed CANCELLED %d, REJECTED %d, EXPIRED %d; UNKNOWN %d: ask the venue again)",
               control->number, ORDER_CANCELLED, ORDER_REJECTED, ORDER_EXPIRED, ORDER_UNKNOWN);
}

/* gate_venue: what the venue reports. Its numbering has no holes, so that a loss is seen and asked for; nothing is
 * applied out of order, and nothing twice. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/gate_impl.h"

/* A session without a user's name counts as the venue's only one. */
static const char *user_now(const struct gate *gate)
{
    return gate->session.user[0] != '\0' ? gate->session.user : gate->config.venue;
}

const struct gate_stream *gate_stream_now(const struct gate *gate)
{
    for (size_t i = 0; i < GATE_STREAMS; i++)
        if (gate->streams[i].user[0] != '\0' && strcmp(gate->streams[i].user, user_now(gate)) == 0)
            return &gate->streams[i];
    return NULL;
}

struct gate_stream *gate_stream(struct gate *gate, const char *user)
{
    if (user == NULL) user = user_now(gate);
    if (user[0] == '\0') return NULL;
    for (size_t i = 0; i < GATE_STREAMS; i++) {
        struct gate_stream *stream = &gate->streams[i];
        if (stream->user[0] == '\0') (void)text_copy(stream->user, sizeof stream->user, user);
        if (strcmp(stream->user, user) == 0) return stream;
    }
    return NULL;
}

/* MKT IOC stands for "whatever it was", where a report does not say or says what we have no such order for. */
static enum status adopt_terms(const struct venue_exec *exec, struct order_request *request, struct err *err)
{
    request->type = exec->type;
    request->tif = exec->tif;
    request->limit_price = exec->limit_price;
    if (order_request_check(request, err) == ERR_OK) return ERR_OK;
    request->type = ORDER_MARKET;
    request->tif = TIF_IOC;
    request->limit_price = 0;
    return order_request_check(request, err);
}

void gate_elsewhere_id(char id[CLIENT_ORDER_ID_SIZE], const char *venue_order_id)
{
    snprintf(id, CLIENT_ORDER_ID_SIZE, "venue/%.33s", venue_order_id);
}

/* An order that is not ours, or of ours and lost: known from now on by what the venue says of it. */
static uint32_t adopt(struct gate *gate, const struct venue_exec *exec, int64_t now_us, struct sink *sink)
{
    struct order_request request = {.side = exec->side, .attempt = 1, .created_us = now_us};
    struct order order;
    if (exec->client_order_id[0] != '\0')
        (void)text_copy(request.client_order_id, sizeof request.client_order_id, exec->client_order_id);
    else
        gate_elsewhere_id(request.client_order_id, exec->venue_order_id);
    (void)text_copy(request.account, sizeof request.account, exec->account);
    (void)text_copy(request.symbol, sizeof request.symbol, exec->symbol);
    (void)text_copy(request.actor, sizeof request.actor, ORDER_ACTOR_ELSEWHERE);
    request.quantity = exec->quantity > exec->filled_quantity ? exec->quantity : exec->filled_quantity;
    if (request.quantity < exec->fill_quantity) request.quantity = exec->fill_quantity;
    if (request.quantity < 1) request.quantity = 1;

    uint32_t slot = order_table_find(&gate->orders, request.client_order_id);
    if (slot != ORDER_TABLE_NONE) return slot;
    struct err err;
    if (adopt_terms(exec, &request, &err) != ERR_OK) {
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_INVALID_ORDER, &request,
                  "report %" PRIu64 " names an order that cannot be: %s", exec->seq, err.text);
        return ORDER_TABLE_NONE;
    }
    order_init(&order, &request, exec->trading_day, now_us);
    slot = order_table_add(&gate->orders, &order, gate->market.trading_day, true);
    gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, &request,
              "order %s was found at %s and was not made here: it counts, and is not touched%s",
              request.client_order_id, gate->config.venue, slot == ORDER_TABLE_NONE ? " (no room to show it)" : "");
    if (slot != ORDER_TABLE_NONE) memset(&gate->slots[slot], 0, sizeof gate->slots[slot]);
    return slot;
}

static bool count_fill(struct gate *gate, const struct order_event *event, int64_t now_us, struct sink *sink)
{
    const struct position *position;
    struct err err;
    bool known;
    if (ledger_fill(&gate->ledger, event, &position, &known, &err) != ERR_OK) {
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, &event->request, "fill %s is not counted: %s",
                  event->exec_id, err.text);
        gate_set_mode(gate, GUARD_HALTED, "guard", "a fill could not be counted: the position is not known", now_us,
                      sink);
        return false;
    }
    emit(sink, PORT_STORE, MSG_POSITION, position, sizeof *position);
    if (!known)
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, &event->request,
                  "contract %s is not known: its lots are counted, its NT$ are not", event->request.symbol);
    gate_watch_loss(gate, now_us, sink);
    return true;
}

static void apply_fill(struct gate *gate, uint32_t slot, struct order_event *event, int64_t now_us, struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    int32_t open = order->request.quantity - order->filled_quantity;
    bool late = false;
    (void)gate_event(gate, slot, event, now_us, sink, &late);
    if (count_fill(gate, event, now_us, sink)) gate_count_lots(gate, slot, event, now_us, sink);
    if (event->fill_quantity > open) {
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, &event->request,
                  "%s filled %" PRId32 " of an order with %" PRId32 " open: counted", gate->config.venue,
                  event->fill_quantity, open);
        gate_set_mode(gate, GUARD_HALTED, "guard", "the venue filled more than was ordered", now_us, sink);
    } else if (late) {
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, &event->request,
                  "fill of %" PRId32 " after the order had ended: counted", event->fill_quantity);
    }
}

static bool venue_kind(enum exec_kind kind)
{
    return kind == EXEC_NEW || kind == EXEC_FILL || kind == EXEC_CANCELLED || kind == EXEC_CANCEL_REJECTED ||
           kind == EXEC_REJECTED || kind == EXEC_EXPIRED;
}

/* false: nothing of it can be used; the words are out. */
static bool usable(struct gate *gate, const struct venue_exec *exec, int64_t now_us, struct sink *sink)
{
    if (!venue_kind(exec->kind) || (exec->kind == EXEC_FILL && exec->fill_quantity < 1)) {
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, NULL,
                  "report %" PRIu64 " of %s: %s of %" PRId32 " lots means nothing here", exec->seq, gate->config.venue,
                  exec_kind_name(exec->kind), exec->fill_quantity);
        return false;
    }
    if (exec->kind == EXEC_FILL && exec->exec_id[0] != '\0' && !id_ring_add(&gate->exec_ids, exec->exec_id)) {
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, NULL, "fill %s came twice and is counted once",
                  exec->exec_id);
        return false;
    }
    return true;
}

void gate_apply_exec(struct gate *gate, const struct venue_exec *exec, int64_t now_us, struct sink *sink)
{
    if (!usable(gate, exec, now_us, sink)) return;
    struct order_event event = {.kind = exec->kind,
                                .fill_price = exec->fill_price,
                                .fill_quantity = exec->kind == EXEC_FILL ? exec->fill_quantity : 0,
                                .reject = exec->reject,
                                .trading_day = exec->trading_day,
                                .market_us = exec->market_us};
    (void)text_copy(event.venue_order_id, sizeof event.venue_order_id, exec->venue_order_id);
    (void)text_copy(event.exec_id, sizeof event.exec_id, exec->exec_id);
    (void)text_copy(event.reason, sizeof event.reason, exec->reason);
    uint32_t slot = order_table_find(&gate->orders, exec->client_order_id);
    /* A refusal of what is not known here changed nothing anywhere. */
    bool refusal = exec->kind == EXEC_REJECTED || exec->kind == EXEC_CANCEL_REJECTED;
    if (slot == ORDER_TABLE_NONE && refusal) return;
    if (slot == ORDER_TABLE_NONE) slot = adopt(gate, exec, now_us, sink);
    if (slot == ORDER_TABLE_NONE) {
        /* No room to show it, but what it did to the position is a fact. */
        event.request.side = exec->side;
        (void)text_copy(event.request.account, sizeof event.request.account, exec->account);
        (void)text_copy(event.request.symbol, sizeof event.request.symbol, exec->symbol);
        if (exec->kind == EXEC_FILL) (void)count_fill(gate, &event, now_us, sink);
        return;
    }
    if (exec->kind == EXEC_FILL)
        apply_fill(gate, slot, &event, now_us, sink);
    else
        (void)gate_event(gate, slot, &event, now_us, sink, NULL);
    struct gate_slot *extra = &gate->slots[slot];
    enum order_state state = order_table_at(&gate->orders, slot)->state;
    extra->missing = false;
    gate_behind_reported(gate, slot);
    gate_differ_order(gate, slot, sink);
    if (extra->cancel_wanted && order_state_working(state)) gate_cancel(gate, slot, now_us, sink);
}

/* A report at or below what was applied is a repeat. It cannot be one when its order is still without an answer: then
 * the venue's numbers have begun again, and what it reports would be ignored for ever. */
static void check_repeat(struct gate *gate, const struct venue_exec *exec, int64_t now_us, struct sink *sink)
{
    uint32_t slot = order_table_find(&gate->orders, exec->client_order_id);
    if (slot == ORDER_TABLE_NONE || gate->reset_said) return;
    enum order_state state = order_table_at(&gate->orders, slot)->state;
    if (state != ORDER_SENDING && state != ORDER_UNKNOWN) return;
    gate->reset_said = true;
    gate_set_mode(gate, GUARD_HALTED, "guard",
                  "the venue's report numbers went backwards: it was reset, or is another one", now_us, sink);
}

void gate_on_venue_exec(struct gate *gate, const struct venue_exec *exec, int64_t now_us, struct sink *sink)
{
    struct gate_stream *stream = gate_stream(gate, NULL);
    if (stream == NULL) {
        gate_risk(gate, sink, now_us, gate->config.venue, REJECT_NONE, NULL,
                  "report %" PRIu64 " not applied: more than %d logins are not followed", exec->seq, GATE_STREAMS);
        return;
    }
    if (exec->seq > stream->seen) stream->seen = exec->seq;
    if (exec->seq <= stream->seq) {
        check_repeat(gate, exec, now_us, sink);
        return;
    }
    if (exec->seq != stream->seq + 1) {
        /* A hole: it comes again, in order, with what is missing. */
        if (gate->fills_ask_id == 0) gate_ask_fills(gate, now_us, sink);
        return;
    }
    stream->seq = exec->seq;
    gate_apply_exec(gate, exec, now_us, sink);
    struct cursor cursor = {.seq = stream->seq};
    (void)text_copy(cursor.stream, sizeof cursor.stream, stream->user);
    emit(sink, PORT_STORE, MSG_CURSOR, &cursor, sizeof cursor);
}

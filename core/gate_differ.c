/* gate_differ: positions that differ from the venue's, and the trader's acceptance of each. Accepting counts the missing
 * lots as a fill of an order of his, so that every process learns of them in the one way it learns of fills. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/gate_impl.h"

static void say(const struct difference *difference, struct sink *sink)
{
    emit(sink, PORT_PUBLISH, MSG_DIFFERENCE, difference, sizeof *difference);
}

static bool same(const struct difference *difference, const char *account, const char *symbol, const char *id)
{
    return strcmp(difference->account, account) == 0 && strcmp(difference->symbol, symbol) == 0 &&
           strcmp(difference->client_order_id, id) == 0;
}

static void settle(struct gate *gate, uint32_t at, struct sink *sink)
{
    struct difference gone = gate->differences[at];
    gate->differences[at] = gate->differences[--gate->difference_count];
    gone.here = gone.there;
    gone.settled = true;
    say(&gone, sink);
}

void gate_differ_settle(struct gate *gate, int64_t before_us, struct sink *sink)
{
    for (uint32_t i = gate->difference_count; i-- > 0;)
        if (gate->differences[i].time_us < before_us) settle(gate, i, sink);
}

struct difference *gate_differ_row(struct gate *gate, enum difference_kind kind, const char *account,
                                   const char *symbol, const char *client_order_id)
{
    for (uint32_t i = 0; i < gate->difference_count; i++)
        if (same(&gate->differences[i], account, symbol, client_order_id)) return &gate->differences[i];
    if (gate->difference_count == GATE_DIFFERENCES) return NULL; /* said as soon as others are settled */
    struct difference *difference = &gate->differences[gate->difference_count++];
    /* Of no moment yet: whatever is found first is news. */
    *difference = (struct difference){.kind = kind};
    (void)text_copy(difference->account, sizeof difference->account, account);
    (void)text_copy(difference->symbol, sizeof difference->symbol, symbol);
    (void)text_copy(difference->client_order_id, sizeof difference->client_order_id, client_order_id);
    return difference;
}

void gate_differ_set(struct difference *difference, int32_t here, int32_t there, int64_t now_us, struct sink *sink)
{
    const bool news = difference->time_us == 0 || difference->here != here || difference->there != there;
    difference->here = here;
    difference->there = there;
    difference->time_us = now_us;
    if (news) say(difference, sink);
}

void gate_differ_found(struct gate *gate, const char *symbol, int32_t here, int32_t there, int64_t now_us,
                       struct sink *sink)
{
    struct difference *row = gate_differ_row(gate, DIFFERENCE_POSITION, gate->session.account, symbol, "");
    if (row != NULL) gate_differ_set(row, here, there, now_us, sink);
}

static struct difference of_order(const struct gate *gate, uint32_t slot)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    struct difference difference = {
        .kind = gate->slots[slot].differs, .here = order->filled_quantity, .time_us = order->updated_us};
    if (difference.kind == DIFFERENCE_BEHIND) difference.there = gate->slots[slot].behind.filled;
    (void)text_copy(difference.account, sizeof difference.account, order->request.account);
    (void)text_copy(difference.symbol, sizeof difference.symbol, order->request.symbol);
    (void)text_copy(difference.client_order_id, sizeof difference.client_order_id, order->request.client_order_id);
    return difference;
}

void gate_differ_order(struct gate *gate, uint32_t slot, struct sink *sink)
{
    const struct order *order = order_table_at(&gate->orders, slot);
    struct gate_slot *extra = &gate->slots[slot];
    const bool elsewhere = order_request_elsewhere(&order->request) && !extra->seen_elsewhere;
    const enum difference_kind before = extra->differs;
    const enum difference_kind now = order_state_terminal(order->state)                    ? (enum difference_kind)0
                                     : order->state == ORDER_UNKNOWN                       ? DIFFERENCE_UNKNOWN
                                     : extra->missing && order_state_working(order->state) ? DIFFERENCE_MISSING
                                     : extra->behind.said                                  ? DIFFERENCE_BEHIND
                                     : elsewhere                                           ? DIFFERENCE_ELSEWHERE
                                                                                           : (enum difference_kind)0;
    if (now == before) return;
    extra->differs = now != 0 ? now : before;
    struct difference difference = of_order(gate, slot);
    difference.settled = now == 0;
    extra->differs = now;
    say(&difference, sink);
}

void gate_each_difference(const struct gate *gate, void (*visit)(void *context, const struct difference *difference),
                          void *context)
{
    for (uint32_t i = 0; i < gate->difference_count; i++) visit(context, &gate->differences[i]);
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at)) {
        if (gate->slots[at].differs == 0) continue;
        const struct difference difference = of_order(gate, at);
        visit(context, &difference);
    }
}

bool gate_differ_words(const struct gate *gate, char *text, size_t size)
{
    const char *venue = gate->config.venue;
    if (gate->difference_count > 0) {
        const struct difference *first = &gate->differences[0];
        if (first->kind == DIFFERENCE_ALIVE)
            snprintf(text, size, "order %s ended here and works at %s: accept it first", first->client_order_id, venue);
        else
            snprintf(text, size, "%s: %+" PRId32 " at %s, %+" PRId32 " here: accept it first", first->symbol,
                     first->there, venue, first->here);
        return true;
    }
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at)) {
        const enum difference_kind kind = gate->slots[at].differs;
        const char *id = order_table_at(&gate->orders, at)->request.client_order_id;
        if (kind == DIFFERENCE_MISSING)
            snprintf(text, size, "order %s works here and %s does not know it: accept it first", id, venue);
        else if (kind == DIFFERENCE_BEHIND)
            snprintf(text, size, "order %s has ended or filled more at %s: accept it first", id, venue);
        else
            continue;
        return true;
    }
    return false;
}

/* An order that was made elsewhere is only looked at; any other ends here as CANCELLED, as the trader's decision: one that
 * the venue has not answered for, only when it still does not. */
static void accept_order(struct gate *gate, uint32_t slot, const struct control *control, const char *actor,
                         int64_t now_us, struct sink *sink)
{
    struct gate_slot *extra = &gate->slots[slot];
    if (control->number != (int64_t)extra->differs) {
        gate_reply(sink, control->request_id, ERR_STATE, "%.40s is another difference now, or none; look again",
                   control->text);
    } else if (extra->differs == DIFFERENCE_ELSEWHERE) {
        extra->seen_elsewhere = true;
        gate_risk(gate, sink, now_us, actor, REJECT_NONE, &order_table_at(&gate->orders, slot)->request,
                  "order %.40s, made elsewhere: seen by %s", control->text, actor);
        gate_reply(sink, control->request_id, ERR_OK, "%.40s counts and is not touched", control->text);
        gate_differ_order(gate, slot, sink);
    } else if (extra->differs == DIFFERENCE_BEHIND) {
        gate_behind_accept(gate, slot, control, actor, now_us, sink);
    } else if (extra->differs == DIFFERENCE_UNKNOWN) {
        gate_unknown_accept(gate, slot, control->request_id, actor, now_us, sink);
    } else {
        struct control decision = *control;
        decision.kind = CONTROL_RESOLVE;
        decision.number = ORDER_CANCELLED;
        (void)text_copy(decision.actor, sizeof decision.actor, actor);
        gate_resolve(gate, &decision, now_us, sink);
    }
}

/* An order that was the trader's word, and is filled. false: no room. */
static bool count_lots(struct gate *gate, const struct difference *difference, int32_t lots, price_t price,
                       const char *actor, int64_t now_us, struct sink *sink)
{
    struct order order;
    struct order_request request = {.side = lots > 0 ? SIDE_BUY : SIDE_SELL,
                                    .type = ORDER_MARKET,
                                    .tif = TIF_IOC,
                                    .leg = LEG_ADJUST,
                                    .attempt = 1,
                                    .created_us = now_us};
    request.quantity = lots > 0 ? lots : -lots;
    request.decision_price = price;
    snprintf(request.client_order_id, sizeof request.client_order_id, "accept-%" PRIu64, gate->events_seq + 1);
    (void)text_copy(request.account, sizeof request.account, difference->account);
    (void)text_copy(request.symbol, sizeof request.symbol, difference->symbol);
    (void)text_copy(request.actor, sizeof request.actor, actor);
    order_init(&order, &request, gate->market.trading_day, now_us);
    uint32_t slot = order_table_add(&gate->orders, &order, gate->market.trading_day, true);
    if (slot == ORDER_TABLE_NONE) return false;
    memset(&gate->slots[slot], 0, sizeof gate->slots[slot]);
    struct venue_exec fill = {.kind = EXEC_FILL,
                              .side = request.side,
                              .quantity = request.quantity,
                              .fill_price = price,
                              .fill_quantity = request.quantity,
                              .filled_quantity = request.quantity,
                              .trading_day = gate->market.trading_day,
                              .market_us = gate->market.market_us};
    (void)text_copy(fill.client_order_id, sizeof fill.client_order_id, request.client_order_id);
    (void)text_copy(fill.exec_id, sizeof fill.exec_id, request.client_order_id);
    (void)text_copy(fill.account, sizeof fill.account, request.account);
    (void)text_copy(fill.symbol, sizeof fill.symbol, request.symbol);
    snprintf(fill.reason, sizeof fill.reason, "accepted by %.23s: the venue holds %+" PRId32, actor, difference->there);
    gate_apply_exec(gate, &fill, now_us, sink);
    return true;
}

/* Why it may not be accepted now; ERR_OK: it may, at *price. */
static enum status acceptable(struct gate *gate, struct difference *difference, const struct control *control,
                              price_t *price, int64_t now_us, struct sink *sink)
{
    const struct ledger_symbol *symbol = ledger_symbol(&gate->ledger, difference->symbol);
    int32_t here = ledger_held(&gate->ledger, difference->account, difference->symbol);
    *price = symbol == NULL ? 0 : symbol->last != 0 ? symbol->last : symbol->contract.reference;
    if (control->number != difference->there || here != difference->here) {
        difference->there += here - difference->here; /* what filled since the answer is in both books */
        difference->here = here;
        difference->time_us = now_us;
        say(difference, sink);
        gate_reply(sink, control->request_id, ERR_STATE,
                   "%s has moved: %+" PRId32 " there, %+" PRId32 " here; look again", difference->symbol,
                   difference->there, here);
        return ERR_STATE;
    }
    for (uint32_t slot = order_table_first(&gate->orders); slot != ORDER_TABLE_NONE;
         slot = order_table_next(&gate->orders, slot)) {
        const struct order *order = order_table_at(&gate->orders, slot);
        const bool behind = gate->slots[slot].behind.state != 0;
        if ((order->state != ORDER_UNKNOWN && !behind) || strcmp(order->request.symbol, difference->symbol) != 0)
            continue;
        /* The difference may be what it did: its fills will come, and must not count twice. */
        gate_reply(sink, control->request_id, ERR_STATE, "order %s on %s %s: decide that first",
                   order->request.client_order_id, difference->symbol,
                   behind ? "has filled more there, or ended" : "is of unknown outcome");
        return ERR_STATE;
    }
    if (*price > 0) return ERR_OK;
    gate_reply(sink, control->request_id, ERR_STATE, "there is no price of %s yet to count its lots at",
               difference->symbol);
    return ERR_STATE;
}

void gate_accept(struct gate *gate, const struct control *control, int64_t now_us, struct sink *sink)
{
    const char *actor = control->actor[0] == '\0' ? "operator" : control->actor;
    price_t price;
    uint32_t at = 0;
    while (at < gate->difference_count && !same(&gate->differences[at], gate->session.account, control->text, "")) at++;
    for (uint32_t i = 0; at == gate->difference_count && i < gate->difference_count; i++) {
        if (strcmp(gate->differences[i].client_order_id, control->text) != 0) continue;
        gate_alive_accept(gate, &gate->differences[i], control, actor, now_us, sink);
        return;
    }
    const uint32_t slot = order_table_find(&gate->orders, control->text);
    if (at == gate->difference_count && slot != ORDER_TABLE_NONE && gate->slots[slot].differs != 0) {
        accept_order(gate, slot, control, actor, now_us, sink);
        return;
    }
    if (at == gate->difference_count) {
        gate_reply(sink, control->request_id, ERR_NOT_FOUND, "no difference of a position or an order %.40s",
                   control->text);
        return;
    }
    struct difference *difference = &gate->differences[at];
    if (acceptable(gate, difference, control, &price, now_us, sink) != ERR_OK) return;
    int32_t lots = difference->there - difference->here;
    while (lots != 0) {
        int32_t part = lots > ORDER_QUANTITY_MAX    ? ORDER_QUANTITY_MAX
                       : lots < -ORDER_QUANTITY_MAX ? -ORDER_QUANTITY_MAX
                                                    : lots;
        if (!count_lots(gate, difference, part, price, actor, now_us, sink)) {
            difference->here = difference->there - lots;
            gate_reply(sink, control->request_id, ERR_FULL, "no room for another order");
            return;
        }
        lots -= part;
    }
    gate_risk(gate, sink, now_us, actor, REJECT_NONE, NULL, "%s: %+" PRId32 " here, %+" PRId32 " at %s: accepted by %s",
              difference->symbol, difference->here, difference->there, gate->config.venue, actor);
    gate_reply(sink, control->request_id, ERR_OK, "%s is %+" PRId32 " here too now", difference->symbol,
               difference->there);
    settle(gate, at, sink);
}

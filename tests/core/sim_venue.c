/* sim_venue: a small honest venue. It takes whatever comes, as often as it comes; fills before it acknowledges when it
 * feels like it; and can answer for everything that it did. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "tests/core/sim_world.h"

const char *sim_symbol(int index) {
    static const char *const symbols[SIM_SYMBOLS] = {"MXFH1", "TXFH1"};
    return symbols[index];
}

static int symbol_index(const char *symbol) {
    for (int i = 0; i < SIM_SYMBOLS; i++)
        if (strcmp(symbol, sim_symbol(i)) == 0) return i;
    return 0;
}

static void report(struct sim_venue *venue, const struct order *order, enum exec_kind kind, enum reject_code reject,
                   int32_t lots, price_t price) {
    struct msg msg = {.id = MSG_VENUE_EXEC};
    struct venue_exec *exec = &msg.venue_exec;
    exec->seq = venue->execs.count + 1;
    exec->kind = kind;
    exec->reject = reject;
    (void)text_copy(exec->client_order_id, sizeof exec->client_order_id, order->request.client_order_id);
    (void)text_copy(exec->venue_order_id, sizeof exec->venue_order_id, order->venue_order_id);
    (void)text_copy(exec->account, sizeof exec->account, order->request.account);
    (void)text_copy(exec->symbol, sizeof exec->symbol, order->request.symbol);
    exec->side = order->request.side;
    exec->quantity = order->request.quantity;
    exec->filled_quantity = order->filled_quantity;
    exec->trading_day = 20210727;
    if (kind == EXEC_FILL) {
        exec->fill_quantity = lots;
        exec->fill_price = price;
        snprintf(exec->exec_id, sizeof exec->exec_id, "x%llu", (unsigned long long)exec->seq);
    }
    msg_list_add(&venue->execs, &msg);
    venue->say(venue->context, &msg);
}

static void fill(struct sim_venue *venue, struct order *order, int32_t lots) {
    price_t price = PRICE_POINTS(17000) + PRICE_POINTS((int64_t)(venue->execs.count % 40));
    order->filled_quantity += lots;
    if (order->filled_quantity == order->request.quantity) order->state = ORDER_FILLED;
    venue->held[symbol_index(order->request.symbol)] += side_sign(order->request.side) * lots;
    report(venue, order, EXEC_FILL, REJECT_NONE, lots, price);
}

static void end(struct sim_venue *venue, struct order *order, enum order_state state, enum exec_kind kind) {
    order->state = state;
    report(venue, order, kind, REJECT_NONE, 0, 0);
}

static void take_order(struct sim_venue *venue, const struct order_request *request, struct rng *rng) {
    struct msg msg = {.id = MSG_ORDER};
    order_init(&msg.order, request, 20210727, 0);
    msg.order.state = ORDER_NEW;
    snprintf(msg.order.venue_order_id, sizeof msg.order.venue_order_id, "v%llu", (unsigned long long)++venue->ids);
    msg_list_add(&venue->orders, &msg);
    struct order *order = &venue->orders.items[venue->orders.count - 1].order;
    if (rng_chance(rng, 1, 10)) {
        order->state = ORDER_REJECTED;
        report(venue, order, EXEC_REJECTED, REJECT_VENUE_MARGIN, 0, 0);
        return;
    }
    bool fill_first = rng_chance(rng, 1, 4);
    if (!fill_first) report(venue, order, EXEC_NEW, REJECT_NONE, 0, 0);
    int32_t lots = (int32_t)rng_range(rng, 0, request->quantity);
    if (request->tif != TIF_ROD && rng_chance(rng, 3, 4)) lots = request->quantity;
    for (int32_t i = 0; i < lots;) {
        int32_t part = (int32_t)rng_range(rng, 1, lots - i);
        fill(venue, order, part);
        i += part;
    }
    if (fill_first) report(venue, order, EXEC_NEW, REJECT_NONE, 0, 0);
    if (request->tif != TIF_ROD && !order_state_terminal(order->state))
        end(venue, order, ORDER_CANCELLED, EXEC_CANCELLED);
}

static void take_cancel(struct sim_venue *venue, const struct cancel_request *cancel) {
    for (size_t i = 0; i < venue->orders.count; i++) {
        struct order *order = &venue->orders.items[i].order;
        if (strcmp(order->request.client_order_id, cancel->client_order_id) != 0) continue;
        if (order_state_terminal(order->state))
            report(venue, order, EXEC_CANCEL_REJECTED, REJECT_VENUE_NO_ORDER, 0, 0);
        else
            end(venue, order, ORDER_CANCELLED, EXEC_CANCELLED);
    }
}

static void answer_order(struct sim_venue *venue, const struct query *query) {
    struct msg msg = {.id = MSG_VENUE_ORDER_STATUS};
    msg.venue_order_status.request_id = query->request_id;
    msg.venue_order_status.copies = venue_copies(venue, query->text);
    msg.venue_order_status.found = msg.venue_order_status.copies > 0;
    for (size_t i = 0; i < venue->orders.count; i++) {
        if (strcmp(venue->orders.items[i].order.request.client_order_id, query->text) == 0)
            msg.venue_order_status.order = venue->orders.items[i].order;
    }
    venue->say(venue->context, &msg);
}

static void answer_query(struct sim_venue *venue, const struct query *query) {
    struct msg reply = {.id = MSG_REPLY};
    if (query->kind == QUERY_VENUE_ORDER) answer_order(venue, query);
    if (query->kind == QUERY_VENUE_FILLS) {
        for (uint64_t i = query->from_seq; i < venue->execs.count; i++)
            venue->say(venue->context, &venue->execs.items[i]);
    }
    if (query->kind == QUERY_VENUE_POSITIONS) {
        for (int i = 0; i < SIM_SYMBOLS; i++) {
            struct msg msg = {.id = MSG_POSITION};
            (void)text_copy(msg.position.account, sizeof msg.position.account, SIM_ACCOUNT);
            (void)text_copy(msg.position.symbol, sizeof msg.position.symbol, sim_symbol(i));
            msg.position.quantity = venue->held[i];
            if (venue->held[i] != 0) venue->say(venue->context, &msg);
        }
    }
    reply.reply.request_id = query->request_id;
    venue->say(venue->context, &reply);
}

void venue_take(struct sim_venue *venue, const struct msg *msg, struct rng *rng) {
    if (!venue->up) return;
    if (msg->id == MSG_ORDER_REQUEST) take_order(venue, &msg->order_request, rng);
    if (msg->id == MSG_CANCEL_REQUEST) take_cancel(venue, &msg->cancel_request);
    if (msg->id == MSG_QUERY) answer_query(venue, &msg->query);
}

void venue_move(struct sim_venue *venue, struct rng *rng) {
    for (size_t i = 0; i < venue->orders.count; i++) {
        struct order *order = &venue->orders.items[i].order;
        if (!order_state_terminal(order->state) && rng_chance(rng, 1, 60)) fill(venue, order, 1);
    }
}

void venue_end(struct sim_venue *venue) {
    for (size_t i = 0; i < venue->orders.count; i++) {
        struct order *order = &venue->orders.items[i].order;
        if (!order_state_terminal(order->state)) end(venue, order, ORDER_EXPIRED, EXEC_EXPIRED);
    }
}

int32_t venue_copies(const struct sim_venue *venue, const char *client_order_id) {
    int32_t copies = 0;
    for (size_t i = 0; i < venue->orders.count; i++)
        if (strcmp(venue->orders.items[i].order.request.client_order_id, client_order_id) == 0) copies++;
    return copies;
}

/* sim_actions: what a strategy and a trader do in the simulation, and what must be true when all is quiet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "tests/core/sim_world.h"

#define TTL_US ((int64_t)5000000)

static int32_t executor_held(const struct world *world, int symbol) {
    const struct position *position = executor_position(world->executor, SIM_ACCOUNT, sim_symbol(symbol));
    return position == NULL ? 0 : position->quantity;
}

static struct order_request random_order(struct world *world, int symbol) {
    struct rng *rng = &world->rng;
    struct order_request request = {.side = rng_chance(rng, 1, 2) ? SIDE_BUY : SIDE_SELL,
                                    .type = ORDER_MARKET,
                                    .tif = rng_chance(rng, 3, 4) ? TIF_IOC : TIF_FOK,
                                    .quantity = (int32_t)rng_range(rng, 1, 4),
                                    .leg = LEG_ENTRY,
                                    .attempt = 1,
                                    .created_us = world->now_us,
                                    .expires_us = world->now_us + TTL_US};
    (void)text_copy(request.account, sizeof request.account, SIM_ACCOUNT);
    (void)text_copy(request.symbol, sizeof request.symbol, sim_symbol(symbol));
    if (rng_chance(rng, 1, 3)) {
        request.type = ORDER_LIMIT;
        request.tif = TIF_ROD;
        request.limit_price = PRICE_POINTS(17010);
    }
    return request;
}

static void new_signal(struct world *world) {
    if (world->signal_count == SIM_SIGNALS_MAX) return;
    int symbol = (int)rng_range(&world->rng, 0, SIM_SYMBOLS - 1);
    struct sim_signal *entry = &world->signals[world->signal_count++];
    int32_t held = world->executor == NULL ? 0 : executor_held(world, symbol);
    entry->signal.seq = world->signal_count;
    (void)text_copy(entry->signal.strategy, sizeof entry->signal.strategy, "sim");
    struct order_request *request = &entry->signal.order;
    *request = random_order(world, symbol);
    request->condition_id = (int64_t)world->signal_count;
    (void)text_copy(request->actor, sizeof request->actor, "strategy");
    if (held != 0 && rng_chance(&world->rng, 1, 2)) {
        request->side = held > 0 ? SIDE_SELL : SIDE_BUY;
        request->quantity = (int32_t)rng_range(&world->rng, 1, abs(held));
        request->reduce_only = true;
        request->leg = LEG_STOP_LOSS;
    }
    snprintf(request->client_order_id, sizeof request->client_order_id, "sim-%u-%c1", world->signal_count,
             request->reduce_only ? 'S' : 'E');
}

struct live_ids {
    char ids[64][CLIENT_ORDER_ID_SIZE];
    size_t count;
};

static void collect_live(void *context, const struct order *order) {
    struct live_ids *live = context;
    if (order_state_terminal(order->state) || live->count == 64) return;
    (void)text_copy(live->ids[live->count++], CLIENT_ORDER_ID_SIZE, order->request.client_order_id);
}

static void cancel_some(struct world *world, struct sink *sink) {
    struct live_ids live = {.count = 0};
    struct cancel_command command = {.request_id = 1};
    executor_each_order(world->executor, collect_live, &live);
    if (live.count == 0) return;
    size_t at = (size_t)rng_range(&world->rng, 0, (int64_t)live.count - 1);
    (void)text_copy(command.cancel.client_order_id, sizeof command.cancel.client_order_id, live.ids[at]);
    (void)text_copy(command.cancel.actor, sizeof command.cancel.actor, "trader");
    executor_on_cancel_command(world->executor, &command, world->now_us, sink);
}

static void control_gate(struct world *world, struct sink *sink) {
    bool active = gate_guard(world->gate)->mode == GUARD_ACTIVE;
    static const enum control_kind stops[] = {CONTROL_HALT, CONTROL_REDUCE};
    struct control control = {.request_id = 1, .kind = CONTROL_RESUME, .text = "enough", .actor = "trader"};
    if (active && !rng_chance(&world->rng, 1, 4)) return;
    if (active) control.kind = stops[rng_range(&world->rng, 0, 1)];
    gate_on_control(world->gate, &control, world->now_us, sink);
}

void world_act(struct world *world) {
    struct sink executor_sink = world_sink(world, NODE_EXECUTOR), gate_sink = world_sink(world, NODE_GATE);
    int64_t dice = rng_range(&world->rng, 0, 99);
    if (dice < 60) {
        new_signal(world);
    } else if (dice < 70 && world->executor != NULL) {
        struct order_command command = {.request_id = 1,
                                        .order = random_order(world, (int)rng_range(&world->rng, 0, 1))};
        command.order.leg = LEG_NONE;
        executor_on_order_command(world->executor, &command, world->now_us, &executor_sink);
    } else if (dice < 85 && world->executor != NULL) {
        cancel_some(world, &executor_sink);
    } else if (dice < 90 && world->executor != NULL) {
        struct control control = {.request_id = 1, .kind = CONTROL_FLATTEN, .actor = "trader"};
        (void)text_copy(control.text, sizeof control.text, sim_symbol((int)rng_range(&world->rng, 0, 1)));
        executor_on_control(world->executor, &control, world->now_us, &executor_sink);
    } else if (world->gate != NULL) {
        control_gate(world, &gate_sink);
    }
    world_commit(world);
}

void world_calm(struct world *world) {
    world->chaos = (struct chaos){.delay_us = 40000};
}

/* --- when all is quiet -------------------------------------------------------------------------------------------- */

static void check_order(void *context, const struct order *order) {
    struct world *world = context;
    const struct order *gate = gate_order(world->gate, order->request.client_order_id);
    if (!order_state_terminal(order->state))
        snprintf(world->failure, sizeof world->failure, "order %s never ended: %s", order->request.client_order_id,
                 order_state_name(order->state));
    if (gate != NULL && (gate->state != order->state || gate->filled_quantity != order->filled_quantity))
        snprintf(world->failure, sizeof world->failure, "order %s: executor %s %d, gate %s %d",
                 order->request.client_order_id, order_state_name(order->state), order->filled_quantity,
                 order_state_name(gate->state), gate->filled_quantity);
}

static void check_venue_orders(struct world *world) {
    for (size_t i = 0; i < world->venue.orders.count; i++) {
        const struct order *there = &world->venue.orders.items[i].order;
        const struct order *here = executor_order(world->executor, there->request.client_order_id);
        if (here == NULL || here->filled_quantity != there->filled_quantity || here->state != there->state)
            snprintf(world->failure, sizeof world->failure, "order %s: %s %d at the venue, %s %d here",
                     there->request.client_order_id, order_state_name(there->state), there->filled_quantity,
                     here == NULL ? "unknown" : order_state_name(here->state),
                     here == NULL ? 0 : here->filled_quantity);
    }
}

static void check_signals(struct world *world) {
    for (uint32_t i = 0; i < world->signal_count; i++) {
        const struct sim_signal *signal = &world->signals[i];
        const char *id = signal->signal.order.client_order_id;
        if (!signal->acked) snprintf(world->failure, sizeof world->failure, "signal %s was never answered", id);
        if (signal->acked && signal->ack.accepted && executor_order(world->executor, id) == NULL)
            snprintf(world->failure, sizeof world->failure, "signal %s was accepted and there is no order", id);
    }
}

bool world_settled(struct world *world) {
    executor_each_order(world->executor, check_order, world);
    check_venue_orders(world);
    check_signals(world);
    for (int i = 0; i < SIM_SYMBOLS; i++) {
        const struct position *gate = gate_position(world->gate, SIM_ACCOUNT, sim_symbol(i));
        int32_t there = world->venue.held[i], here = executor_held(world, i),
                between = gate == NULL ? 0 : gate->quantity;
        if (there != here || there != between)
            snprintf(world->failure, sizeof world->failure,
                     "%s: %+d at the venue, %+d at the gate, %+d at the executor", sim_symbol(i), there, between, here);
    }
    if (gate_unknown(world->gate) != 0)
        snprintf(world->failure, sizeof world->failure, "%u orders stayed UNKNOWN", gate_unknown(world->gate));
    return world->failure[0] == '\0';
}

/* people: what a trader does: conditions of all kinds, tickets (and the same ticket again when no answer came), cancels,
 * flatten, halts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "tests/sim/world.h"

static bool here(const struct world *world, enum node_id id)
{
    return node_runs(&world->nodes[id], world->now_us);
}

static struct condition_terms random_terms(struct world *world)
{
    struct rng *rng = &world->rng;
    const int symbol = (int)rng_range(rng, 0, SIM_SYMBOLS - 1);
    struct condition_terms terms = {.side = world->one_sided || rng_chance(rng, 1, 2) ? SIDE_BUY : SIDE_SELL,
                                    .turning = PRICE_POINTS(rng_range(rng, 1, 8)),
                                    .quantity = (int32_t)rng_range(rng, 1, 4),
                                    .take_profit = PRICE_POINTS(rng_range(rng, 2, 20)),
                                    .stop_loss = PRICE_POINTS(rng_range(rng, 2, 20)),
                                    .following = rng_chance(rng, 1, 2),
                                    .basis = rng_chance(rng, 1, 2) ? BASIS_FILL : BASIS_PLANNED,
                                    .validity = (enum validity)rng_range(rng, VALID_SESSION, VALID_GTC),
                                    .entry = (enum entry_type)rng_range(rng, ENTRY_MARKET, ENTRY_LIMIT)};
    (void)text_copy(terms.account, sizeof terms.account, SIM_ACCOUNT);
    (void)text_copy(terms.symbol, sizeof terms.symbol, sim_symbols[symbol]);
    const int64_t away = rng_range(rng, -3, 12);
    terms.trigger_price = PRICE_POINTS(world->walks[symbol].points - side_sign(terms.side) * away);
    if (terms.validity == VALID_UNTIL) terms.valid_until = 20210728;
    if (terms.entry == ENTRY_LIMIT) terms.entry_offset = PRICE_POINTS(rng_range(rng, 0, 3));
    return terms;
}

int64_t people_condition(struct world *world, const struct condition_terms *terms)
{
    if (!here(world, NODE_STRATEGY) || world->conditions_made >= SIM_CONDITIONS_MAX) return 0;
    /* As strategy_agent.c does: else a number may be given that an event still to be read names. */
    if (!world->knows_events) return 0;
    struct condition_command command = {
        .request_id = 1, .action = CONDITION_CREATE, .terms = *terms, .actor = "trader"};
    strategy_on_command(world->strategy, &command, world->now_us, &world->nodes[NODE_STRATEGY].sink);
    node_end_step(&world->nodes[NODE_STRATEGY]);
    return world->conditions_made; /* check.c has seen the row; the last one, when it was refused */
}

static void act_on_condition(struct world *world, enum condition_action action, int64_t id)
{
    struct condition_command command = {.request_id = 1, .action = action, .condition_id = id, .actor = "trader"};
    if (!here(world, NODE_STRATEGY)) return;
    if (action == CONDITION_EDIT) command.terms = random_terms(world);
    strategy_on_command(world->strategy, &command, world->now_us, &world->nodes[NODE_STRATEGY].sink);
    node_end_step(&world->nodes[NODE_STRATEGY]);
}

static struct order_request random_ticket(struct world *world)
{
    struct rng *rng = &world->rng;
    const int symbol = (int)rng_range(rng, 0, SIM_SYMBOLS - 1);
    struct order_request request = {.side = rng_chance(rng, 1, 2) ? SIDE_BUY : SIDE_SELL,
                                    .type = (enum order_type)rng_range(rng, ORDER_MARKET, ORDER_RANGE_MARKET),
                                    .tif = rng_chance(rng, 3, 4) ? TIF_IOC : TIF_FOK,
                                    .quantity = (int32_t)rng_range(rng, 1, 4),
                                    .reduce_only = rng_chance(rng, 1, 4),
                                    .actor = "trader"};
    (void)text_copy(request.account, sizeof request.account, SIM_ACCOUNT);
    (void)text_copy(request.symbol, sizeof request.symbol, sim_symbols[symbol]);
    if (request.type == ORDER_LIMIT) {
        if (rng_chance(rng, 2, 3)) request.tif = TIF_ROD;
        request.limit_price = PRICE_POINTS(world->walks[symbol].points + rng_range(rng, -6, 6));
    }
    /* As many as turn the position round to its limit: whatever else leaves meanwhile comes on top of it. */
    const int32_t limit = world->limits.max_position, held = world->venue_held[symbol];
    if (limit != 0 && held != 0 && rng_chance(rng, 1, 2)) {
        request.side = held > 0 ? SIDE_SELL : SIDE_BUY;
        request.quantity = limit + abs(held);
    }
    /* Where it can be counted on that only conditions buy: tickets only close. */
    if (world->one_sided) request.reduce_only = true;
    return request;
}

static void send_ticket(struct world *world)
{
    struct node *node = &world->nodes[NODE_EXECUTOR];
    if (!here(world, NODE_EXECUTOR)) return;
    struct order_command command = {.request_id = ++world->operator_request};
    if (world->last_order.request_id != 0 && rng_chance(&world->rng, 1, 3)) {
        command.order = world->last_order.order; /* was there an answer? the same again does no harm */
    } else {
        command.order = random_ticket(world);
        if (rng_chance(&world->rng, 1, 2))
            snprintf(command.order.client_order_id, sizeof command.order.client_order_id, "form-%llu",
                     (unsigned long long)command.request_id);
    }
    if (command.order.client_order_id[0] != '\0') world->last_order = command;
    executor_on_order_command(world->executor, &command, world->now_us, &node->sink);
    node_end_step(node);
}

struct living {
    char ids[32][CLIENT_ORDER_ID_SIZE];
    int64_t count;
};

static void collect(void *context, const struct order *order)
{
    struct living *living = context;
    if (order_state_terminal(order->state) || living->count == 32) return;
    (void)text_copy(living->ids[living->count++], CLIENT_ORDER_ID_SIZE, order->request.client_order_id);
}

static void cancel_one(struct world *world)
{
    struct node *node = &world->nodes[NODE_EXECUTOR];
    struct living living = {.count = 0};
    if (!here(world, NODE_EXECUTOR)) return;
    executor_each_order(world->executor, collect, &living);
    if (living.count == 0) return;
    struct cancel_command command = {.request_id = 1};
    (void)text_copy(command.cancel.client_order_id, sizeof command.cancel.client_order_id,
                    living.ids[rng_range(&world->rng, 0, living.count - 1)]);
    (void)text_copy(command.cancel.actor, sizeof command.cancel.actor, "trader");
    executor_on_cancel_command(world->executor, &command, world->now_us, &node->sink);
    node_end_step(node);
}

static void flatten(struct world *world)
{
    struct node *node = &world->nodes[NODE_EXECUTOR];
    if (!here(world, NODE_EXECUTOR)) return;
    struct control control = {.request_id = 1, .kind = CONTROL_FLATTEN, .actor = "trader"};
    (void)text_copy(control.text, sizeof control.text, sim_symbols[rng_range(&world->rng, 0, SIM_SYMBOLS - 1)]);
    executor_on_control(world->executor, &control, world->now_us, &node->sink);
    node_end_step(node);
}

void people_control(struct world *world, enum control_kind kind)
{
    struct node *node = &world->nodes[NODE_GATEWAY];
    if (!here(world, NODE_GATEWAY)) return;
    struct control control = {.request_id = 1, .kind = kind, .text = "enough", .actor = "trader"};
    if (kind != CONTROL_RESUME) world->totals.halts++;
    gate_on_control(world->gateway.gate, &control, world->now_us, &node->sink);
    node_end_step(node);
}

static void mode(struct world *world)
{
    if (!here(world, NODE_GATEWAY)) return;
    const bool active = gate_guard(world->gateway.gate)->mode == GUARD_ACTIVE;
    if (!active)
        people_control(world, CONTROL_RESUME);
    else if (rng_chance(&world->rng, 1, 3))
        people_control(world, rng_chance(&world->rng, 1, 2) ? CONTROL_HALT : CONTROL_REDUCE);
}

static void change_limits(struct world *world)
{
    struct node *node = &world->nodes[NODE_GATEWAY];
    if (!here(world, NODE_GATEWAY)) return;
    struct guard_limits limits = world_limits(&world->rng);
    (void)text_copy(limits.actor, sizeof limits.actor, "trader");
    world->totals.limits++;
    gate_on_limits(world->gateway.gate, &limits, world->now_us, &node->sink);
    node_end_step(node);
}

struct doubtful {
    const struct order *orders[8];
    int64_t count;
};

static void collect_unknown(void *context, const struct order *order)
{
    struct doubtful *doubtful = context;
    if (order->state == ORDER_UNKNOWN && doubtful->count < 8) doubtful->orders[doubtful->count++] = order;
}

/* He has called the venue's desk: it has not had the order, and the line is empty. */
static bool never_arrives(struct world *world, const struct order_request *request)
{
    const struct witness *witness = check_witness(world, request);
    if (witness->taken > 0 || !node_runs(&world->nodes[NODE_EXCHANGE], world->now_us)) return false;
    for (uint32_t i = 0; i < world->heap_count; i++) {
        if (world->heap[i].kind != EVENT_PACKET) continue;
        const struct msg *msg = &world->packets[world->heap[i].arg].msg;
        if (msg->id == MSG_ORDER_REQUEST && strcmp(msg->order_request.client_order_id, witness->id) == 0 &&
            world->packets[world->heap[i].arg].link == LINK_VENUE)
            return false;
    }
    return true;
}

static void resolve(struct world *world)
{
    static const enum order_state ends[] = {ORDER_CANCELLED, ORDER_REJECTED, ORDER_EXPIRED};
    struct node *node = &world->nodes[NODE_GATEWAY];
    struct doubtful doubtful = {.count = 0};
    if (!here(world, NODE_GATEWAY)) return;
    gate_each_order(world->gateway.gate, collect_unknown, &doubtful);
    if (doubtful.count == 0) return;
    const struct order *order = doubtful.orders[rng_range(&world->rng, 0, doubtful.count - 1)];
    struct control control = {.request_id = 1, .kind = CONTROL_RESOLVE, .number = ORDER_UNKNOWN, .actor = "trader"};
    (void)text_copy(control.text, sizeof control.text, order->request.client_order_id);
    if (never_arrives(world, &order->request)) control.number = ends[rng_range(&world->rng, 0, 2)];
    world->totals.resolved += control.number != ORDER_UNKNOWN;
    if (control.number == ORDER_CANCELLED) { /* or its line on the screen: the venue is asked once more */
        control.kind = CONTROL_ACCEPT;
        control.number = DIFFERENCE_UNKNOWN;
    }
    gate_on_control(world->gateway.gate, &control, world->now_us, &node->sink);
    node_end_step(node);
}

/* The machine's clock is set: the gateway notices, halts, and begins anew. */
static void set_clock(struct world *world)
{
    struct node *node = &world->nodes[NODE_GATEWAY];
    if (!here(world, NODE_GATEWAY)) return;
    world->clock_jumped = true;
    world->totals.clock_jumps++;
    gate_on_clock_jump(world->gateway.gate, rng_range(&world->rng, -9000000, 9000000), world->now_us, &node->sink);
    node_end_step(node);
    node_kill(node, 50000);
}

static void act_rarely(struct world *world)
{
    const int64_t dice = rng_range(&world->rng, 0, 99);
    if (dice < 85)
        change_limits(world);
    else
        set_clock(world);
}

void people_act(struct world *world)
{
    const int64_t dice = rng_range(&world->rng, 0, 99);
    const int64_t some = world->conditions_made > 0 ? rng_range(&world->rng, 1, world->conditions_made) : 0;
    if (here(world, NODE_GATEWAY) && gate_unknown(world->gateway.gate) > 0 && rng_chance(&world->rng, 1, 6)) {
        resolve(world);
    } else if (dice < 55) {
        const struct condition_terms terms = random_terms(world);
        (void)people_condition(world, &terms);
    } else if (dice < 70) {
        act_on_condition(world, (enum condition_action)rng_range(&world->rng, CONDITION_EDIT, CONDITION_CANCEL), some);
    } else if (dice < 80) {
        send_ticket(world);
    } else if (dice < 88) {
        cancel_one(world);
    } else if (dice < 92) {
        flatten(world);
    } else if (dice < 96) {
        mode(world);
    } else {
        act_rarely(world);
    }
}

void people_cancel_all(struct world *world)
{
    for (int64_t id = 1; id <= world->conditions_made; id++) act_on_condition(world, CONDITION_CANCEL, id);
}

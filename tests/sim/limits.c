/* limits: the guard is never exceeded in quantity, position, value, collar, stale prices, rate and mode, by a count of our
 * own: of what left the gateway, of what the market printed there, and of the events it has stored. Reduce-only orders are
 * not held to these (check.c has theirs), nor is an order that goes once more after its absence was proved: it was asked
 * about when it went first. Not judged: the duplicate window, the strategy's own rate, the sum of the day's loss. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/session.h"
#include "tests/sim/world.h"

/* --- limits that change --------------------------------------------------------------------------------------------------- */

struct working {
    int symbol;
    int64_t lots[2]; /* that buy, that sell */
};

static void add_working(void *context, const struct order *order)
{
    struct working *working = context;
    if (order_state_terminal(order->state) || sim_symbol_index(order->request.symbol) != working->symbol) return;
    working->lots[order->request.side == SIDE_SELL] += order->request.quantity - order->filled_quantity;
}

/* What is held on a side, and what works for it, was let pass by the limits before. */
void limits_changed(struct world *world, const struct guard_limits *limits)
{
    world->limits = *limits;
    for (int i = 0; i < SIM_SYMBOLS; i++) {
        struct working working = {.symbol = i};
        gate_each_order(world->gateway.gate, add_working, &working);
        const int64_t longs = books_side(world, i, SIDE_BUY) + working.lots[0];
        const int64_t shorts = books_side(world, i, SIDE_SELL) + working.lots[1];
        const int64_t most = longs > shorts ? longs : shorts;
        const int32_t limit = limits->max_position;
        world->position_bound[i] = limit != 0 && most > limit ? (int32_t)most : limit;
    }
}

/* --- an order leaves -------------------------------------------------------------------------------------------------------- */

static void check_size(struct world *world, const struct order_request *request, int at)
{
    const struct guard_limits *limits = &world->limits;
    const money_t price = request->type == ORDER_LIMIT ? request->limit_price : world->printed[at];
    const money_t value = price * world->gateway.contracts[at].multiplier * request->quantity;
    if (limits->max_order_quantity != 0 && request->quantity > limits->max_order_quantity)
        world_fail(world, "order %s of %d lots leaves, the limit is %d", request->client_order_id, request->quantity,
                   limits->max_order_quantity);
    if (limits->max_notional != 0 && value > limits->max_notional)
        world_fail(world, "order %s of NT$ %" PRId64 " leaves, the limit is %" PRId64, request->client_order_id,
                   value / PRICE_SCALE, limits->max_notional / PRICE_SCALE);
}

static void check_price(struct world *world, const struct order_request *request, int at)
{
    const struct guard_limits *limits = &world->limits;
    const int64_t away = llabs(request->limit_price - world->printed[at]);
    const int64_t age_ms = (world->now_us - world->printed_us[at]) / 1000;
    const bool open = world->gateway.market.session_state == SESSION_OPEN;
    if (limits->collar_bps != 0 && request->type == ORDER_LIMIT && world->printed[at] != 0 &&
        away * 10000 > world->printed[at] * limits->collar_bps)
        world_fail(world, "order %s leaves %" PRId64 " points from the last price, the limit is %d basis points",
                   request->client_order_id, away / PRICE_SCALE, limits->collar_bps);
    if (limits->stale_tick_ms != 0 && open && age_ms > limits->stale_tick_ms)
        world_fail(world, "order %s leaves %" PRId64 " ms after the last price, the limit is %d",
                   request->client_order_id, age_ms, limits->stale_tick_ms);
}

static void check_rate(struct world *world, const struct order_request *request)
{
    const int32_t limit = world->limits.orders_per_second;
    int32_t recent = 0;
    for (uint64_t i = 1; i <= world->sent_count && i <= 64; i++)
        recent += world->now_us - world->sent_us[(world->sent_count - i) % 64] < SIM_SECOND_US;
    if (limit != 0 && recent >= limit)
        world_fail(world, "order %s is number %d of a second, the limit is %d", request->client_order_id, recent + 1,
                   limit);
}

static void check_mode(struct world *world, const struct order_request *request, int at)
{
    const enum guard_mode mode = gate_guard(world->gateway.gate)->mode;
    const int32_t held = world->books[NODE_GATEWAY].held[at];
    if (mode == GUARD_HALTED) world_fail(world, "order %s leaves while trading is halted", request->client_order_id);
    if (mode == GUARD_REDUCING && (request->condition_id != 0 || request->quantity > -side_sign(request->side) * held))
        world_fail(world, "order %s of %d lots leaves while only reducing is allowed, %+d are held",
                   request->client_order_id, request->quantity, held);
}

void limits_check(struct world *world, const struct order_request *request)
{
    const int at = sim_symbol_index(request->symbol);
    const bool again = check_witness(world, request)->sent > 1;
    if (request->reduce_only) return;
    check_mode(world, request, at);
    check_rate(world, request);
    if (again) return;
    check_size(world, request, at);
    check_price(world, request, at);
}

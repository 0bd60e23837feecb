/* market: the anonymous flow of two contracts: a random walk with gaps, moments without a trade, books that are thin, empty
 * on one side, or standing at the day's price limit. */
#include "core/session.h"
#include "tests/sim/world.h"

#define FULL_LOTS 12

const char *const sim_symbols[SIM_SYMBOLS] = {"MXFH1", "TXFH1"};

void market_begin(struct world *world)
{
    for (int i = 0; i < SIM_SYMBOLS; i++)
        world->walks[i] = (struct walk){.points = 17000 + rng_range(&world->rng, -20, 20), .mood = MOOD_PLAIN};
}

void market_drive(struct world *world, int symbol, int64_t points)
{
    world->walks[symbol].driven = true;
    world->walks[symbol].target = points;
    world->walks[symbol].mood = MOOD_PLAIN;
}

static void change_mood(struct world *world, struct walk *walk)
{
    static const int weights[] = {56, 20, 6, 6, 4, 4, 4};
    if (world->now_us < walk->mood_until_us) return;
    int64_t dice = rng_range(&world->rng, 0, 99);
    int mood = 0;
    while (dice >= weights[mood]) dice -= weights[mood++];
    walk->mood = mood;
    walk->trend = rng_range(&world->rng, -2, 2);
    walk->mood_until_us = world->now_us + rng_range(&world->rng, 300000, 2500000);
    if (rng_chance(&world->rng, 1, 8)) walk->points += rng_range(&world->rng, -40, 40); /* a gap */
}

static int64_t step_points(struct world *world, struct walk *walk)
{
    if (walk->driven) {
        const int64_t left = walk->target - walk->points;
        return left > 20 || left < -20 ? left / 3 : left > 6 ? 6 : left < -6 ? -6 : left;
    }
    if (world->quiet) return rng_range(&world->rng, -1, 1);
    change_mood(world, walk);
    return rng_range(&world->rng, -4, 4) + walk->trend;
}

static int32_t lots_at(struct world *world, const struct walk *walk)
{
    if (walk->driven || world->quiet) return FULL_LOTS;
    if (walk->mood == MOOD_THIN) return (int32_t)rng_range(&world->rng, 0, 1);
    return (int32_t)rng_range(&world->rng, 0, 4);
}

/* Where the market stands at a price limit everybody is on one side. */
static int64_t stand(const struct world *world, const struct walk *walk, uint32_t at)
{
    const struct contract *contract = matching_contract_at(world->exchange.matching, at);
    const int64_t low = contract->limit_down / PRICE_SCALE + 3, high = contract->limit_up / PRICE_SCALE - 3;
    if (walk->mood == MOOD_LIMIT_DOWN && !walk->driven && !world->quiet) return low - 3;
    if (walk->mood == MOOD_LIMIT_UP && !walk->driven && !world->quiet) return high + 3;
    return walk->points < low ? low : walk->points > high ? high : walk->points;
}

static void print_trade(struct world *world, uint32_t at, int64_t points, struct sink *sink)
{
    struct matching *matching = world->exchange.matching;
    const enum side side = rng_chance(&world->rng, 1, 2) ? SIDE_BUY : SIDE_SELL;
    matching_flow_add(matching, at, side, PRICE_POINTS(points), 1, sink);
    matching_flow_take(matching, at, side_opposite(side), PRICE_POINTS(points), 1, sink);
}

static void make_book(struct world *world, uint32_t at, int64_t points, struct sink *sink)
{
    struct matching *matching = world->exchange.matching;
    const struct walk *walk = &world->walks[at];
    const bool calm = walk->driven || world->quiet;
    const bool no_bids = !calm && (walk->mood == MOOD_NO_BUYERS || walk->mood == MOOD_LIMIT_DOWN);
    const bool no_asks = !calm && (walk->mood == MOOD_NO_SELLERS || walk->mood == MOOD_LIMIT_UP);
    for (int64_t level = 1; level <= 2; level++) {
        matching_flow_add(matching, at, SIDE_BUY, PRICE_POINTS(points - level), no_bids ? 0 : lots_at(world, walk),
                          sink);
        matching_flow_add(matching, at, SIDE_SELL, PRICE_POINTS(points + level), no_asks ? 0 : lots_at(world, walk),
                          sink);
    }
}

void market_move(struct world *world)
{
    struct matching *matching = world->exchange.matching;
    struct sink *sink = &world->nodes[NODE_EXCHANGE].sink;
    for (uint32_t at = 0; at < SIM_SYMBOLS; at++) {
        struct walk *walk = &world->walks[at];
        if (matching_session(matching, at)->state == SESSION_CLOSED) continue;
        walk->points += step_points(world, walk);
        const int64_t points = stand(world, walk, at);
        matching_flow_trim(matching, at, SIDE_BUY, PRICE_MAX, -PRICE_MAX);
        matching_flow_trim(matching, at, SIDE_SELL, PRICE_MAX, -PRICE_MAX);
        const bool silent = walk->mood == MOOD_SILENT && !walk->driven && !world->quiet;
        if (matching_session(matching, at)->state == SESSION_OPEN && !silent) print_trade(world, at, points, sink);
        make_book(world, at, points, sink);
    }
}

/* synthetic: fair value, makers and takers, in integers. All of its numbers are in one table a product and one a
 * regime. */
#include "core/synthetic.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/rng.h"

#define PRODUCTS       3
#define MONTHS         2
#define LEGS           (PRODUCTS * MONTHS)
#define LEVELS         7  /* that makers quote on a side */
#define KEEP_TICKS     20 /* quotes farther than this from the fair value are withdrawn */
#define TRIAL_STEPS    50 /* between trial matches before the open */
#define STEPS_A_SECOND 10
#define LOWEST_START   22000 /* points: where the walk starts, from the seed */
#define HIGHEST_START  28000
#define FAR_PERMILLE   20 /* this far from the reference the next trend leads back */
#define WALL_PERMILLE  85 /* the fair value never leaves this band; the price limits are 100 */

struct regime {
    int weight;
    price_t drift_low, drift_high; /* a second */
    price_t sigma;                 /* a step */
    int32_t pace;                  /* takers, percent */
    int32_t buyers;                /* of 100 takers */
};

enum { REGIME_CALM, REGIME_UP, REGIME_DOWN, REGIME_WILD, REGIMES };

static const struct regime regimes[REGIMES] = {
    [REGIME_CALM] = {35, 0, 0, 3500, 100, 50},
    [REGIME_UP] = {27, 2500, 7500, 4000, 140, 66},
    [REGIME_DOWN] = {27, -7500, -2500, 4000, 140, 34},
    [REGIME_WILD] = {11, 0, 0, 12000, 220, 50},
};

static const struct habit {
    const char *product;
    int32_t takers; /* a thousand seconds, near month, calm day session */
    int32_t lots;   /* of a maker at the best price */
} habits[PRODUCTS] = {
    {"TXF", 2500, 10},
    {"MXF", 4000, 22},
    {"TMF", 2500, 28},
};

struct leg {
    uint32_t index; /* in matching */
    const struct habit *habit;
    bool near;
    price_t basis;  /* to the fair value */
    price_t wobble; /* its own noise around that */
    price_t tick;
    bool dead; /* this session has not traded yet */
};

struct synthetic {
    struct matching *matching;
    struct rng rng;
    price_t fair, anchor;
    price_t drift; /* a second */
    int regime;
    int64_t regime_end_us;
    int64_t reached_us;
    int64_t steps;
    int32_t listed_day;
    bool was_closed;
    struct leg legs[LEGS];
    int leg_count;
    price_t month_basis[MONTHS];
};

struct synthetic *synthetic_new(uint64_t seed, struct matching *matching)
{
    struct synthetic *synthetic = calloc(1, sizeof *synthetic);
    if (synthetic == NULL) return NULL;
    synthetic->matching = matching;
    rng_seed(&synthetic->rng, seed);
    synthetic->fair = PRICE_POINTS(rng_range(&synthetic->rng, LOWEST_START, HIGHEST_START));
    synthetic->anchor = synthetic->fair;
    synthetic->month_basis[0] = PRICE_POINTS(rng_range(&synthetic->rng, -12, 8));
    synthetic->month_basis[1] = synthetic->month_basis[0] + PRICE_POINTS(rng_range(&synthetic->rng, -30, 30));
    return synthetic;
}

void synthetic_free(struct synthetic *synthetic)
{
    free(synthetic);
}

/* --- listing ------------------------------------------------------------------------------------------------------ */

static enum status list_leg(struct synthetic *synthetic, const struct habit *habit, int month, struct sink *sink,
                            struct err *err)
{
    const struct product *product = product_find(habit->product);
    CHECK(product != NULL);
    char symbol[SYMBOL_SIZE];
    symbol_monthly(product, contract_listed_month(synthetic->listed_day, month), symbol);
    struct leg *leg = &synthetic->legs[synthetic->leg_count];
    *leg = (struct leg){.habit = habit,
                        .near = month == 0,
                        .basis = synthetic->month_basis[month],
                        .tick = product->tick,
                        .dead = true};
    for (leg->index = 0; leg->index < matching_count(synthetic->matching); leg->index++)
        if (strcmp(matching_contract_at(synthetic->matching, leg->index)->symbol, symbol) == 0) break;
    if (leg->index == matching_count(synthetic->matching)) {
        struct contract contract;
        const price_t reference = price_floor(synthetic->fair + leg->basis, product->tick);
        enum status status = contract_make(symbol, synthetic->listed_day, reference, &contract, err);
        if (status == ERR_OK) status = matching_list(synthetic->matching, &contract, false, &leg->index, err);
        if (status != ERR_OK) return status;
        struct msg msg;
        msg_init(&msg, MSG_CONTRACT);
        msg.contract = contract;
        sink->emit(sink->context, PORT_PUBLISH, &msg);
    }
    synthetic->leg_count++;
    return ERR_OK;
}

enum status synthetic_list(struct synthetic *synthetic, int32_t trading_day, struct sink *sink, struct err *err)
{
    synthetic->listed_day = trading_day;
    synthetic->leg_count = 0;
    for (int product = 0; product < PRODUCTS; product++) {
        for (int month = 0; month < MONTHS; month++) {
            const enum status status = list_leg(synthetic, &habits[product], month, sink, err);
            if (status != ERR_OK) return status;
        }
    }
    return ERR_OK;
}

static void find_anchor(struct synthetic *synthetic)
{
    struct matching_stats stats;
    matching_stats(synthetic->matching, synthetic->legs[0].index, &stats);
    if (stats.reference > 0) synthetic->anchor = stats.reference - synthetic->legs[0].basis;
}

void synthetic_resume(struct synthetic *synthetic)
{
    struct matching_stats stats;
    if (synthetic->leg_count == 0) return;
    matching_stats(synthetic->matching, synthetic->legs[0].index, &stats);
    const price_t last = stats.last != 0 ? stats.last : stats.reference;
    if (last > 0) synthetic->fair = last - synthetic->legs[0].basis;
    find_anchor(synthetic);
    for (int i = 0; i < synthetic->leg_count; i++) {
        const struct leg *leg = &synthetic->legs[i];
        matching_stats(synthetic->matching, leg->index, &stats);
        if (stats.last_us != 0) continue;
        stats.reference =
            price_floor(synthetic->fair + leg->basis, leg->tick); /* never traded: where the others are now */
        stats.trading_day = synthetic->listed_day;
        matching_set_stats(synthetic->matching, &stats);
    }
}

/* --- the fair value ----------------------------------------------------------------------------------------------- */

static int64_t from_anchor_permille(const struct synthetic *synthetic)
{
    return (synthetic->fair - synthetic->anchor) * 1000 / synthetic->anchor;
}

static void choose_regime(struct synthetic *synthetic, int64_t market_us)
{
    int64_t draw = rng_range(&synthetic->rng, 0, 99);
    const int64_t away = from_anchor_permille(synthetic);
    int regime = REGIME_CALM;
    for (; regime < REGIMES - 1 && draw >= regimes[regime].weight; regime++) draw -= regimes[regime].weight;
    if (away > FAR_PERMILLE && regime == REGIME_UP) regime = REGIME_DOWN;
    if (away < -FAR_PERMILLE && regime == REGIME_DOWN) regime = REGIME_UP;
    synthetic->regime = regime;
    synthetic->drift = rng_range(&synthetic->rng, regimes[regime].drift_low, regimes[regime].drift_high);
    synthetic->regime_end_us = market_us + rng_range(&synthetic->rng, 45, 240) * 1000000;
}

static void walk(struct synthetic *synthetic, int64_t market_us)
{
    if (market_us >= synthetic->regime_end_us || synthetic->regime_end_us > market_us + 600 * (int64_t)1000000)
        choose_regime(synthetic, market_us);
    synthetic->fair += synthetic->drift / STEPS_A_SECOND + rng_bell(&synthetic->rng, regimes[synthetic->regime].sigma);
    const price_t wall = synthetic->anchor * WALL_PERMILLE / 1000;
    if (synthetic->fair > synthetic->anchor + wall) synthetic->fair = synthetic->anchor + wall;
    if (synthetic->fair < synthetic->anchor - wall) synthetic->fair = synthetic->anchor - wall;
    for (int i = 0; i < synthetic->leg_count; i++) {
        struct leg *leg = &synthetic->legs[i];
        leg->wobble += rng_bell(&synthetic->rng, leg->near ? 1200 : 3000) - leg->wobble / 32;
    }
}

static price_t fair_of(const struct synthetic *synthetic, const struct leg *leg)
{
    return synthetic->fair + leg->basis + leg->wobble;
}

/* --- makers and takers -------------------------------------------------------------------------------------------- */

/* A taker's lots: mostly one, some a handful, now and then a block. */
static int32_t taker_lots(struct rng *rng)
{
    if (rng_chance(rng, 1, 60)) return (int32_t)rng_range(rng, 10, 40);
    int32_t lots = 1;
    while (lots < 8 && rng_chance(rng, 2, 5)) lots++;
    return lots;
}

/* Whoever still quotes on the wrong side of the fair value is taken, then the other makers withdraw there. */
static void pick_off(struct synthetic *synthetic, const struct leg *leg, price_t bid, price_t ask, struct sink *sink)
{
    struct matching *matching = synthetic->matching;
    const price_t far = KEEP_TICKS * leg->tick;
    const price_t best_ask = matching_best(matching, leg->index, SIDE_SELL);
    const price_t best_bid = matching_best(matching, leg->index, SIDE_BUY);
    if (best_ask != 0 && best_ask <= bid)
        matching_flow_take(matching, leg->index, SIDE_BUY, bid, taker_lots(&synthetic->rng) + 1, sink);
    if (best_bid != 0 && best_bid >= ask)
        matching_flow_take(matching, leg->index, SIDE_SELL, ask, taker_lots(&synthetic->rng) + 1, sink);
    matching_flow_trim(matching, leg->index, SIDE_SELL, ask, ask + far);
    matching_flow_trim(matching, leg->index, SIDE_BUY, bid - far, bid);
}

static void quote_level(struct synthetic *synthetic, const struct leg *leg, enum side side, price_t price, int level,
                        struct sink *sink)
{
    struct rng *rng = &synthetic->rng;
    const int32_t base = leg->near ? leg->habit->lots : leg->habit->lots / 5 + 1;
    const int64_t wanted = base + (int64_t)base * level / 2;
    const int64_t there = matching_lots_at(synthetic->matching, leg->index, side, price);
    if (there == 0 || (there < wanted && rng_chance(rng, 1, 4)))
        matching_flow_add(synthetic->matching, leg->index, side, price, (int32_t)rng_range(rng, 1, wanted - there),
                          sink);
    else if (rng_chance(rng, 1, 12))
        matching_flow_withdraw(synthetic->matching, leg->index, side, price, (int32_t)rng_range(rng, 1, 3));
}

static void make(struct synthetic *synthetic, const struct leg *leg, struct sink *sink)
{
    const price_t fair = fair_of(synthetic, leg), half = leg->near ? leg->tick / 4 : leg->tick * 3 / 2;
    const price_t bid = price_floor(fair - half, leg->tick);
    price_t ask = price_ceil(fair + half, leg->tick);
    if (ask <= bid) ask = bid + leg->tick;
    pick_off(synthetic, leg, bid, ask, sink);
    for (int level = 0; level < LEVELS; level++) {
        quote_level(synthetic, leg, SIDE_BUY, bid - level * leg->tick, level, sink);
        quote_level(synthetic, leg, SIDE_SELL, ask + level * leg->tick, level, sink);
    }
}

static void take(struct synthetic *synthetic, struct leg *leg, bool night, struct sink *sink)
{
    struct rng *rng = &synthetic->rng;
    const struct regime *regime = &regimes[synthetic->regime];
    int64_t rate = (int64_t)leg->habit->takers * regime->pace / 100;
    if (!leg->near) rate /= 12;
    if (night) rate /= 2;
    const bool due = rng_chance(rng, (uint32_t)rate, 1000 * STEPS_A_SECOND);
    if (!due && !leg->dead) return;
    const enum side side = rng_chance(rng, (uint32_t)regime->buyers, 100) ? SIDE_BUY : SIDE_SELL;
    const price_t best = matching_best(synthetic->matching, leg->index, side_opposite(side));
    if (best == 0) return;
    leg->dead = false;
    const price_t limit = best + side_sign(side) * rng_range(rng, 0, 2) * leg->tick;
    matching_flow_take(synthetic->matching, leg->index, side, limit, taker_lots(rng), sink);
}

/* Before the open orders gather around the fair value and overlap, so that the auction has a price. */
static void gather(struct synthetic *synthetic, const struct leg *leg, struct sink *sink)
{
    struct rng *rng = &synthetic->rng;
    if (rng_chance(rng, leg->near ? 1 : 3, leg->near ? 1 : 10)) {
        const enum side side = rng_chance(rng, 1, 2) ? SIDE_BUY : SIDE_SELL;
        const price_t away = rng_range(rng, -8, 3) * leg->tick * side_sign(side);
        matching_flow_add(synthetic->matching, leg->index, side, price_floor(fair_of(synthetic, leg) + away, leg->tick),
                          taker_lots(rng), sink);
    }
    if (synthetic->steps % TRIAL_STEPS == 0) matching_flow_trial(synthetic->matching, leg->index, sink);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static bool anything_open(const struct synthetic *synthetic)
{
    for (int i = 0; i < synthetic->leg_count; i++)
        if (matching_session(synthetic->matching, synthetic->legs[i].index)->state != SESSION_CLOSED) return true;
    return false;
}

/* News while the market was closed. */
static void wake(struct synthetic *synthetic)
{
    synthetic->was_closed = false;
    find_anchor(synthetic);
    synthetic->fair += rng_bell(&synthetic->rng, synthetic->anchor / 1000);
    for (int i = 0; i < synthetic->leg_count; i++) synthetic->legs[i].dead = true;
}

static void step(struct synthetic *synthetic, int64_t market_us, struct sink *sink)
{
    if (synthetic->was_closed) wake(synthetic);
    synthetic->steps++;
    walk(synthetic, market_us);
    for (int i = 0; i < synthetic->leg_count; i++) {
        struct leg *leg = &synthetic->legs[i];
        const struct session *session = matching_session(synthetic->matching, leg->index);
        if (session->state == SESSION_PRE_OPEN) {
            gather(synthetic, leg, sink);
        } else if (session->state == SESSION_OPEN) {
            make(synthetic, leg, sink);
            take(synthetic, leg, session->kind == SESSION_NIGHT, sink);
        }
    }
}

int64_t synthetic_run(struct synthetic *synthetic, int64_t market_us, int64_t now_us, int32_t max_steps,
                      struct sink *sink)
{
    if (synthetic->reached_us == 0 || market_us < synthetic->reached_us)
        synthetic->reached_us = market_us - SYNTHETIC_STEP_US;
    for (int32_t i = 0; i < max_steps && synthetic->reached_us + SYNTHETIC_STEP_US <= market_us; i++) {
        const int64_t next_us = synthetic->reached_us + SYNTHETIC_STEP_US;
        const int32_t day = session_trading_day(next_us);
        if (day != synthetic->listed_day) (void)synthetic_list(synthetic, day, sink, NULL);
        matching_on_time(synthetic->matching, next_us, now_us, sink);
        if (anything_open(synthetic)) {
            step(synthetic, next_us, sink);
            synthetic->reached_us = next_us;
        } else {
            synthetic->was_closed = true;
            synthetic->reached_us = market_us;
            matching_on_time(synthetic->matching, market_us, now_us, sink);
        }
    }
    return synthetic->reached_us + SYNTHETIC_STEP_US <= market_us ? synthetic->reached_us : market_us;
}

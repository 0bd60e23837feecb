/* strategy_tick: what a trade does to the conditions it crosses: trigger, enter, ratchet, exit. Nothing here allocates.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/emit.h"
#include "core/strategy_impl.h"

/* Filled whole at the tick's price, as if the order had never left (backtest). */
static void fill_entry(struct strategy_step *step, struct strategy_row *row)
{
    struct condition *condition = &row->condition;
    condition->filled_quantity = condition->terms.quantity;
    condition->filled_value = step->price * condition->terms.quantity;
    condition->entry_working = false;
    strategy_transition(step, row, CONDITION_OPEN, "entry filled");
}

static void fill_exit(struct strategy_step *step, struct strategy_row *row)
{
    struct condition *condition = &row->condition;
    condition->exited_value += step->price * (condition->filled_quantity - condition->exited_quantity);
    condition->exited_quantity = condition->filled_quantity;
    condition->exit_working = false;
    char words[REASON_SIZE];
    strategy_transition(step, row, CONDITION_CLOSED, "%s", condition_exit_words(condition, words, sizeof words));
}

static void trigger(struct strategy_step *step, struct strategy_row *row)
{
    char price[PRICE_TEXT_SIZE], line[PRICE_TEXT_SIZE];
    struct condition *condition = &row->condition;
    price_format(condition->trigger, line, sizeof line);
    if (condition->terms.following) condition->trigger = step->price;
    strategy_transition(step, row, CONDITION_TRIGGERED, "%s reached the trigger %s",
                        price_format(step->price, price, sizeof price), line);
}

static void enter(struct strategy_step *step, struct strategy_row *row)
{
    char price[PRICE_TEXT_SIZE], level[PRICE_TEXT_SIZE];
    struct condition_levels levels;
    struct condition *condition = &row->condition;
    condition_levels(condition, &levels);
    condition->attempt = 1;
    condition->entry_working = true;
    strategy_transition(step, row, CONDITION_ENTERING, "%s turned to the order level %s",
                        price_format(step->price, price, sizeof price),
                        price_format(levels.order, level, sizeof level));
    strategy_signal_entry(step, row);
    if (step->strategy->config.instant_fill) fill_entry(step, row);
}

static void leave(struct strategy_step *step, struct strategy_row *row)
{
    char price[PRICE_TEXT_SIZE], level[PRICE_TEXT_SIZE], why[96];
    struct condition_levels levels;
    const struct condition *condition = &row->condition;
    condition_levels(condition, &levels);
    const int sign = side_sign(condition->terms.side);
    const bool profit = sign * (step->price - levels.take_profit) >= 0;
    CHECK(profit || sign * (levels.stop_loss - step->price) >= 0);
    snprintf(why, sizeof why, "%s reached the %s %s", price_format(step->price, price, sizeof price),
             profit ? "take profit" : "stop",
             price_format(profit ? levels.take_profit : levels.stop_loss, level, sizeof level));
    strategy_exit(step, row, profit ? LEG_TAKE_PROFIT : LEG_STOP_LOSS, why);
    if (step->strategy->config.instant_fill) fill_exit(step, row);
}

/* One transition at most: the book has each condition once. */
static void act(struct strategy_step *step, const struct cond_crossed *crossed, bool replayed)
{
    struct strategy_row *row = step->strategy->slots[crossed->owner];
    struct condition *condition = &row->condition;
    CHECK(row != NULL && condition->id == crossed->id);
    if (crossed->grouped) condition->trigger = crossed->trigger;
    /* From before it was made, or was filled: exits arm from the tick after the fill. */
    if (replayed && step->decided_us < row->since_us) return;
    if (condition->state == CONDITION_ARMED) {
        trigger(step, row);
    } else if (condition->state == CONDITION_TRIGGERED) {
        enter(step, row);
    } else {
        CHECK(condition->state == CONDITION_OPEN);
        /* Flattened while its entry still works: there is nothing to protect until more of it fills. */
        if (condition->filled_quantity > condition->exited_quantity) leave(step, row);
    }
}

static void ratchet(struct strategy_step *step, const struct tick *tick, enum side side)
{
    struct ratchet record = {.side = side, .price = tick->price, .tick_seq = tick->sym_seq, .market_us = tick->time_us};
    memcpy(record.symbol, tick->symbol, sizeof record.symbol);
    emit_stored(step->sink, MSG_RATCHET, &record, sizeof record);
}

/* What a tick may move: nothing (0) when it was seen. While the symbol is stale, only what mends the gap is as good as
 * ever; what came after the gap is news for the exits alone, and will come again in its turn. */
static unsigned reach(struct strategy_symbol *symbol, const struct tick *tick)
{
    const bool same_epoch = symbol->epoch == tick->epoch;
    if (tick->sym_seq == 0) return symbol->stale ? CROSS_EXITS : CROSS_ENTRIES | CROSS_EXITS;
    if (same_epoch && tick->sym_seq <= symbol->seq) return 0;
    const bool next = tick->sym_seq == (same_epoch ? symbol->seq : 0) + 1 || symbol->epoch == 0;
    if (symbol->stale && !next && (tick->flags & TICK_REPLAYED) == 0) return CROSS_EXITS;
    symbol->epoch = tick->epoch;
    symbol->seq = tick->sym_seq;
    return CROSS_ENTRIES | CROSS_EXITS;
}

/* Trades that nobody has any more: what would have triggered, turned or stopped by them has not. */
static void tell_hole(struct strategy *strategy, const struct strategy_symbol *symbol, uint64_t epoch, uint64_t seq,
                      int64_t now_us, struct sink *sink)
{
    int32_t open, waiting;
    const bool anew = epoch != symbol->epoch;
    const uint64_t missing = symbol->seq - (anew ? 0 : seq) - 1;
    if (epoch == 0 || (!anew && missing == 0)) return;
    strategy_count_watching(strategy, symbol, &open, &waiting);
    if (open == 0 && waiting == 0) return;
    struct strategy_step step = strategy_step(strategy, sink, now_us, STRATEGY_ACTOR);
    struct risk_event risk = {.reject = open > 0 ? REJECT_STALE_TICK : REJECT_NONE};
    memcpy(risk.symbol, symbol->symbol, sizeof risk.symbol);
    char lost[64] = "trades between may be missing";
    if (missing > 0) snprintf(lost, sizeof lost, "%" PRIu64 " trades are lost", missing);
    snprintf(risk.text, sizeof risk.text,
             "the feed of %s %s: %s; conditions there: %" PRId32 " open, %" PRId32 " waiting", symbol->symbol,
             anew ? "began anew" : "has a hole", lost, open, waiting);
    strategy_risk(&step, &risk);
}

void strategy_on_tick(struct strategy *strategy, const struct tick *tick, int64_t now_us, struct sink *sink)
{
    struct strategy_symbol *symbol = strategy_symbol_find(strategy, tick->symbol);
    if (symbol == NULL) return;
    const uint64_t epoch = symbol->epoch, seq = symbol->seq;
    const unsigned what = reach(symbol, tick);
    if (symbol->epoch != epoch || symbol->seq > seq + 1) tell_hole(strategy, symbol, epoch, seq, now_us, sink);
    if (what == 0 || (tick->flags & TICK_TRIAL) != 0) return;
    symbol->last = tick->price;
    if (tick->time_us > strategy->market_us) strategy->market_us = tick->time_us;

    struct cond_crossing crossing;
    cond_book_cross(symbol->book, tick->price, what, &crossing);
    if (crossing.count == 0 && !crossing.ratcheted_buy && !crossing.ratcheted_sell) return;

    struct strategy_step step = strategy_step(strategy, sink, now_us, STRATEGY_ACTOR);
    step.market_us = tick->time_us;
    step.price = tick->price;
    step.tick_seq = tick->sym_seq;
    if (tick->recv_us != 0 && tick->recv_us < now_us) step.decided_us = tick->recv_us;
    for (uint32_t i = 0; i < crossing.count; i++) act(&step, &crossing.crossed[i], (tick->flags & TICK_REPLAYED) != 0);
    for (uint32_t i = 0; i < crossing.count; i++) strategy_place(strategy, strategy->slots[crossing.crossed[i].owner]);
    if (crossing.ratcheted_buy) ratchet(&step, tick, SIDE_BUY);
    if (crossing.ratcheted_sell) ratchet(&step, tick, SIDE_SELL);
    strategy_place_in_feed(&step, symbol);
}

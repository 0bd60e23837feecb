/* strategy_step: everything the strategy emits. One place, so that each change of a condition is stored, published and
 * a row of history, and each signal is in the outbox before it is sent. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/emit.h"
#include "core/instrument.h"
#include "core/strategy_impl.h"
#include "core/text.h"

struct strategy_step strategy_step(struct strategy *strategy, struct sink *sink, int64_t now_us, const char *actor)
{
    return (struct strategy_step){.strategy = strategy,
                                  .sink = sink,
                                  .now_us = now_us,
                                  .decided_us = now_us,
                                  .market_us = strategy->market_us,
                                  .actor = actor};
}

void strategy_cursor(struct strategy_step *step, const char *stream, uint64_t epoch, uint64_t seq)
{
    struct cursor cursor = {.epoch = epoch, .seq = seq};
    (void)text_copy(cursor.stream, sizeof cursor.stream, stream);
    emit(step->sink, PORT_STORE, MSG_CURSOR, &cursor, sizeof cursor);
}

void strategy_place_in_feed(struct strategy_step *step, struct strategy_symbol *symbol)
{
    if (symbol->seq == symbol->stored_seq && symbol->epoch == symbol->stored_epoch) return;
    symbol->stored_seq = symbol->seq;
    symbol->stored_epoch = symbol->epoch;
    strategy_cursor(step, symbol->symbol, symbol->epoch, symbol->seq);
}

void strategy_record(struct strategy_step *step, struct strategy_row *row)
{
    strategy_sync(row);
    row->condition.updated_us = step->now_us;
    emit_stored(step->sink, MSG_CONDITION, &row->condition, sizeof row->condition);
    /* Else a restart would show it ticks from before this change. */
    strategy_place_in_feed(step, row->symbol);
}

void strategy_transition(struct strategy_step *step, struct strategy_row *row, enum condition_state to,
                         const char *format, ...)
{
    struct condition *condition = &row->condition;
    struct transition transition = {.condition_id = condition->id,
                                    .serial = ++condition->serial,
                                    .from = condition->state,
                                    .to = to,
                                    .price = step->price,
                                    .tick_seq = step->tick_seq,
                                    .market_us = step->market_us,
                                    .time_us = step->now_us,
                                    .trading_day = step->strategy->market.trading_day};
    va_list args;
    va_start(args, format);
    vsnprintf(condition->reason, sizeof condition->reason, format, args);
    va_end(args);
    text_clean(condition->reason);
    strategy_sync(row);
    const bool was_live = !condition_terminal(condition->state);
    condition->state = to;
    condition->market_us = step->market_us;
    condition->tick_seq = step->tick_seq;
    if (step->tick_seq == 0) row->since_us = step->decided_us;
    if (was_live && condition_terminal(to)) step->strategy->live--;
    if (!was_live && !condition_terminal(to)) step->strategy->live++;
    memcpy(transition.symbol, condition->terms.symbol, sizeof transition.symbol);
    memcpy(transition.reason, condition->reason, sizeof transition.reason);
    (void)text_copy(transition.actor, sizeof transition.actor, step->actor);
    strategy_record(step, row);
    emit_stored(step->sink, MSG_TRANSITION, &transition, sizeof transition);
}

void strategy_risk(struct strategy_step *step, const struct risk_event *event)
{
    struct risk_event risk = *event;
    risk.time_us = step->now_us;
    risk.market_us = step->market_us;
    risk.trading_day = step->strategy->market.trading_day;
    (void)text_copy(risk.component, sizeof risk.component, "strategy");
    (void)text_copy(risk.actor, sizeof risk.actor, step->actor);
    text_clean(risk.text);
    emit_stored(step->sink, MSG_RISK_EVENT, &risk, sizeof risk);
}

void strategy_alarm(struct strategy_step *step, const struct strategy_row *row, enum reject_code reject, const char *id,
                    const char *format, ...)
{
    struct risk_event risk = {.reject = reject};
    va_list args;
    va_start(args, format);
    vsnprintf(risk.text, sizeof risk.text, format, args);
    va_end(args);
    (void)text_copy(risk.client_order_id, sizeof risk.client_order_id, id);
    memcpy(risk.symbol, row->condition.terms.symbol, sizeof risk.symbol);
    strategy_risk(step, &risk);
}

/* --- signals ------------------------------------------------------------------------------------------------------ */

static char leg_letter(enum order_leg leg)
{
    return leg == LEG_ENTRY ? 'E' : leg == LEG_TAKE_PROFIT ? 'T' : 'S';
}

static void make_id(const struct strategy *strategy, const struct condition *condition, enum order_leg leg,
                    int32_t attempt, char id[CLIENT_ORDER_ID_SIZE])
{
    const int length = snprintf(id, CLIENT_ORDER_ID_SIZE, "%.11s-%" PRId64 "-%c%" PRId32, strategy->config.install,
                                condition->id, leg_letter(leg), attempt);
    CHECK(length > 0 && length < CLIENT_ORDER_ID_SIZE);
}

static void entry_id(const struct strategy *strategy, const struct condition *condition, char id[CLIENT_ORDER_ID_SIZE])
{
    make_id(strategy, condition, LEG_ENTRY, 1, id);
}

/* Into the outbox, then out. Instant fills need nobody's answer. */
static void send_signal(struct strategy_step *step, struct strategy_row *row)
{
    struct strategy *strategy = step->strategy;
    struct signal *signal = &row->signal;
    signal->seq = ++strategy->signal_seq;
    (void)text_copy(signal->strategy, sizeof signal->strategy, strategy->config.install);
    signal->acknowledged = strategy->config.instant_fill;
    row->accepted = false;
    row->signal_sent_us = step->now_us;
    if (!signal->acknowledged && !row->unacknowledged) {
        row->unacknowledged = true;
        strategy->unacknowledged++;
        strategy_watch(strategy, row);
    }
    emit_stored(step->sink, MSG_SIGNAL, signal, sizeof *signal);
    strategy_cursor(step, "signals", 0, signal->seq);
    emit(step->sink, PORT_SIGNAL, MSG_SIGNAL, signal, sizeof *signal);
}

/* Just after a restart no tick may have come yet: then what was paid. */
static price_t last_price(const struct strategy_row *row)
{
    const struct condition *condition = &row->condition;
    price_t average = 0;
    if (row->symbol->last != 0 || condition->filled_quantity == 0) return row->symbol->last;
    (void)price_mul_div(condition->filled_value, 1, condition->filled_quantity, &average);
    return average;
}

static struct order_request *new_order(struct strategy_step *step, struct strategy_row *row, enum order_leg leg)
{
    const struct condition *condition = &row->condition;
    memset(&row->signal, 0, sizeof row->signal);
    struct order_request *order = &row->signal.order;
    make_id(step->strategy, condition, leg, condition->attempt, order->client_order_id);
    memcpy(order->account, condition->terms.account, sizeof order->account);
    memcpy(order->symbol, condition->terms.symbol, sizeof order->symbol);
    order->condition_id = condition->id;
    order->leg = leg;
    order->attempt = condition->attempt;
    order->decision_price = step->tick_seq != 0 ? step->price : last_price(row);
    order->tick_seq = step->tick_seq;
    order->created_us = step->now_us;
    (void)text_copy(order->actor, sizeof order->actor, STRATEGY_ACTOR);
    return order;
}

/* A limit inside the day's price limits, when they are known. */
static price_t within_limits(const struct contract *contract, price_t price)
{
    if (contract->limit_up == 0) return price;
    if (price > contract->limit_up) return contract->limit_up;
    return price < contract->limit_down ? contract->limit_down : price;
}

void strategy_signal_entry(struct strategy_step *step, struct strategy_row *row)
{
    const struct condition_terms *terms = &row->condition.terms;
    struct order_request *order = new_order(step, row, LEG_ENTRY);
    order->side = terms->side;
    order->quantity = terms->quantity;
    order->tif = TIF_IOC;
    order->type = terms->entry == ENTRY_RANGE_MARKET ? ORDER_RANGE_MARKET : ORDER_MARKET;
    if (terms->entry == ENTRY_LIMIT) {
        struct condition_levels levels;
        condition_levels(&row->condition, &levels);
        order->type = ORDER_LIMIT;
        order->tif = TIF_ROD;
        const price_t price = levels.order + side_sign(terms->side) * terms->entry_offset;
        order->limit_price = within_limits(&row->symbol->contract, price);
    }
    /* What is decided by an old tick is as old as the tick. */
    const int64_t live_us = step->strategy->config.time_to_live_us;
    if (live_us > 0) order->expires_us = step->decided_us + live_us;
    send_signal(step, row);
}

/* The worst price the day allows: as good as a market order, and it may rest. */
static price_t exit_limit(const struct strategy_row *row, enum side side)
{
    const struct contract *contract = &row->symbol->contract;
    if (contract->limit_up != 0) return side == SIDE_BUY ? contract->limit_up : contract->limit_down;
    const price_t tick = contract->tick > 0 ? contract->tick : PRICE_SCALE;
    const price_t last = last_price(row);
    if (side == SIDE_BUY) return price_floor(last + last / 10, tick);
    const price_t low = price_ceil(last - last / 10, tick);
    return low > 0 ? low : tick;
}

/* The venue's largest order: it takes less at night. 0 = not known. */
static int32_t largest_order(const struct strategy_step *step, const struct strategy_row *row, bool limit)
{
    const struct contract *contract = &row->symbol->contract;
    if (limit) return contract->max_limit_lots;
    const struct product *product = product_find(contract->product);
    if (step->strategy->market.session != SESSION_NIGHT || product == NULL) return contract->max_market_lots;
    struct product_facts facts;
    product_facts_on(product, step->strategy->market.trading_day, &facts);
    return facts.max_market_lots_night;
}

void strategy_signal_exit(struct strategy_step *step, struct strategy_row *row)
{
    struct condition *condition = &row->condition;
    struct order_request *order = new_order(step, row, condition->exit_leg);
    const bool limit = condition->exit_step >= STRATEGY_STEP_LIMIT;
    order->side = side_opposite(condition->terms.side);
    order->reduce_only = true;
    order->type = limit ? ORDER_LIMIT : condition->exit_step == 2 ? ORDER_RANGE_MARKET : ORDER_MARKET;
    order->tif = limit ? TIF_ROD : TIF_IOC;
    if (limit) order->limit_price = exit_limit(row, order->side);
    order->quantity = condition->filled_quantity - condition->exited_quantity;
    const int32_t largest = largest_order(step, row, limit);
    if (largest > 0 && order->quantity > largest) order->quantity = largest;
    if (row->exit_cap > 0 && order->quantity > row->exit_cap) order->quantity = row->exit_cap;
    CHECK(order->quantity > 0);
    /* A protection that comes late is still wanted: when this one expires, another attempt follows. */
    const int64_t live_us = step->strategy->config.time_to_live_us;
    if (live_us > 0) order->expires_us = order->created_us + live_us;
    send_signal(step, row);
}

void strategy_acknowledge(struct strategy_step *step, struct strategy_row *row)
{
    if (!row->unacknowledged) return;
    row->unacknowledged = false;
    step->strategy->unacknowledged--;
    row->signal.acknowledged = true;
    emit_stored(step->sink, MSG_SIGNAL, &row->signal, sizeof row->signal);
}

void strategy_cancel_entry(struct strategy_step *step, struct strategy_row *row, const char *reason)
{
    struct cancel_request cancel = {.created_us = step->now_us};
    entry_id(step->strategy, &row->condition, cancel.client_order_id);
    (void)text_copy(cancel.actor, sizeof cancel.actor, step->actor);
    (void)text_copy(cancel.reason, sizeof cancel.reason, reason);
    row->cancel_sent_us = step->now_us;
    strategy_watch(step->strategy, row);
    emit(step->sink, PORT_ORDER, MSG_CANCEL_REQUEST, &cancel, sizeof cancel);
}

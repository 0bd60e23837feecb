/* guard: one small function a rule and one table that runs them in order, so that the order of the rules can be
 * read. */
#include "core/guard.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef enum reject_code (*guard_rule)(const struct guard_input *input, char *reason);

static enum reject_code refuse(char *reason, enum reject_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum reject_code refuse(char *reason, enum reject_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reason, REASON_SIZE, format, args);
    va_end(args);
    return code;
}

/* Lots that stand against the order's side: what it could close. */
static int64_t against(const struct guard_input *input, int64_t held)
{
    const int64_t lots = -(int64_t)side_sign(input->request->side) * held;
    return lots > 0 ? lots : 0;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Of what the order could close by our own count: does the venue have it? What is missing there must not be closed. */
static int64_t there_too(const struct guard_input *input, int64_t lots)
{
    const int64_t sign = side_sign(input->request->side);
    const int64_t missing = -sign * ((int64_t)input->held - input->held_there);
    if (missing <= 0) return lots;
    return lots > missing ? lots - missing : 0;
}

static enum reject_code check_exit(const struct guard_input *input, char *reason)
{
    const struct order_request *request = input->request;
    const int64_t side = request->side == SIDE_SELL ? input->longs : input->shorts;
    const int64_t own = smaller(against(input, input->own), side), there = smaller(own, there_too(input, side));
    /* A flatten is there in a moment, or not at all: what it leaves is asked for again then. */
    const int64_t net = input->closing > 0 ? against(input, input->held) - input->working_reduce : INT64_MAX;
    const int64_t left = smaller(net, smaller(own - input->own_working, side - input->working_reduce));
    const char *name = side_name(request->side);
    if (request->quantity > own)
        return refuse(reason, REJECT_WOULD_NOT_REDUCE, "exit %s %d: condition %lld holds %+d", name, request->quantity,
                      (long long)request->condition_id, input->own);
    if (request->quantity > there)
        return refuse(reason, REJECT_POSITION_DIFFERS, "exit %s %d: %+d held here, %+d at the venue: accept that first",
                      name, request->quantity, input->held, input->held_there);
    if (request->quantity <= smaller(left, there_too(input, side) - input->working_reduce)) return REJECT_NONE;
    return refuse(reason, REJECT_ALREADY_LEAVING,
                  "exit %s %d: condition %lld holds %+d, %d of it leaving already, %lld left to close", name,
                  request->quantity, (long long)request->condition_id, input->own, input->own_working,
                  (long long)(left > 0 ? left : 0));
}

/* Lots that may still leave the account's net by this order's side. */
static int64_t reducible(const struct guard_input *input)
{
    const int64_t left = against(input, input->held) - input->working_reduce;
    return left > 0 ? left : 0;
}

static enum reject_code check_reduce_only(const struct guard_input *input, char *reason)
{
    const struct order_request *request = input->request;
    const char *name = side_name(request->side);
    if (request->condition_id != 0) return check_exit(input, reason);
    if (request->quantity <= against(input, input->held) &&
        request->quantity > smaller(against(input, input->held), against(input, input->held_there)))
        return refuse(reason, REJECT_POSITION_DIFFERS,
                      "reduce-only %s %d: %+d held here, %+d at the venue: accept that first", name, request->quantity,
                      input->held, input->held_there);
    const int64_t leaving = (int64_t)input->working_reduce + input->rivals;
    const int64_t left = smaller(against(input, input->held), against(input, input->held_there)) - leaving;
    if (request->quantity <= left) return REJECT_NONE;
    const bool held = request->quantity <= against(input, input->held);
    const enum reject_code code = held ? REJECT_ALREADY_LEAVING : REJECT_WOULD_NOT_REDUCE;
    return refuse(reason, code, "reduce-only %s %d: %+d held, %lld leaving already, %lld left to close", name,
                  request->quantity, input->held, (long long)leaving, (long long)(left > 0 ? left : 0));
}

/* What an operator's plain order may count on closing: of the rest, what no reduce-only order is closing. */
static int64_t unclaimed(const struct guard_input *input)
{
    const int64_t lots = against(input, input->rest) - input->own_working;
    return input->request->condition_id == 0 && lots > 0 ? lots : 0;
}

/* An operator's order that is not reduce-only, but would shrink the position. Others like it that are working count: two
 * of them could close the same lots, and the second would open. So would one for what a condition holds, once its exit has
 * gone. A condition's entry never does: it has exits to come. */
static bool reduces(const struct guard_input *input)
{
    const int32_t working = input->request->side == SIDE_BUY ? input->working_buy : input->working_sell;
    return input->request->quantity <= smaller(reducible(input), unclaimed(input)) - working;
}

static enum reject_code rule_mode(const struct guard_input *input, char *reason)
{
    const struct order_request *request = input->request;
    if (input->mode == GUARD_ACTIVE || (input->mode == GUARD_REDUCING && reduces(input))) return REJECT_NONE;
    if (input->mode != GUARD_REDUCING)
        return refuse(reason, REJECT_HALTED, "trading is halted: %.100s", input->mode_reason);
    return refuse(reason, REJECT_REDUCING, "only orders that reduce a position are taken: %s %d against %+d held",
                  side_name(request->side), request->quantity, input->held);
}

static enum reject_code rule_quantity(const struct guard_input *input, char *reason)
{
    int32_t limit = input->limits->max_order_quantity;
    if (limit == 0 || input->request->quantity <= limit) return REJECT_NONE;
    return refuse(reason, REJECT_MAX_QUANTITY, "order quantity %d exceeds the limit %d", input->request->quantity,
                  limit);
}

/* Each side for itself: the exits of what nets now may leave one side standing alone. */
static enum reject_code rule_position(const struct guard_input *input, char *reason)
{
    const struct order_request *request = input->request;
    const int64_t limit = input->limits->max_position;
    const bool buy = request->side == SIDE_BUY;
    const int64_t held = buy ? input->longs : input->shorts, working = buy ? input->working_buy : input->working_sell;
    const int64_t closes = smaller(request->quantity, unclaimed(input));
    const int64_t after = held + working + request->quantity - closes;
    if (limit == 0 || after <= limit) return REJECT_NONE;
    return refuse(reason, REJECT_MAX_POSITION,
                  "position would be %+lld lots of %s (%+lld held, %lld working), beyond the limit %lld",
                  (long long)(buy ? after : -after), request->symbol, (long long)(buy ? held : -held),
                  (long long)working, (long long)limit);
}

static enum reject_code rule_notional(const struct guard_input *input, char *reason)
{
    const struct order_request *request = input->request;
    money_t limit = input->limits->max_notional, notional;
    price_t price = request->type == ORDER_LIMIT ? request->limit_price : input->last;
    char have[PRICE_TEXT_SIZE], allowed[PRICE_TEXT_SIZE];
    if (limit == 0 || input->multiplier == 0 || price <= 0) return REJECT_NONE;
    if (price_mul(price, input->multiplier * request->quantity, &notional) && notional <= limit) return REJECT_NONE;
    if (!price_mul(price, input->multiplier * request->quantity, &notional)) notional = INT64_MAX;
    return refuse(reason, REJECT_MAX_NOTIONAL, "order value NT$ %s exceeds the limit NT$ %s",
                  money_format(notional, have, sizeof have), money_format(limit, allowed, sizeof allowed));
}

static enum reject_code rule_collar(const struct guard_input *input, char *reason)
{
    const struct order_request *request = input->request;
    int32_t limit = input->limits->collar_bps;
    int64_t band;
    char price[PRICE_TEXT_SIZE], last[PRICE_TEXT_SIZE];
    if (limit == 0 || request->type != ORDER_LIMIT || input->last <= 0) return REJECT_NONE;
    int64_t away = request->limit_price - input->last;
    if (away < 0) away = -away;
    if (!price_mul_div(input->last, limit, 10000, &band) || away <= band) return REJECT_NONE;
    return refuse(reason, REJECT_PRICE_COLLAR, "limit price %s is more than %d.%02d %% from the last price %s",
                  price_format(request->limit_price, price, sizeof price), limit / 100, limit % 100,
                  price_format(input->last, last, sizeof last));
}

static enum reject_code rule_stale(const struct guard_input *input, char *reason)
{
    int64_t limit_ms = input->limits->stale_tick_ms;
    if (limit_ms == 0 || !input->session_open) return REJECT_NONE;
    if (input->last_tick_us == 0)
        return refuse(reason, REJECT_STALE_TICK, "no price of %s has come yet", input->request->symbol);
    int64_t age_ms = (input->now_us - input->last_tick_us) / 1000;
    if (age_ms <= limit_ms) return REJECT_NONE;
    return refuse(reason, REJECT_STALE_TICK, "the last price of %s is %lld ms old, the limit is %lld ms",
                  input->request->symbol, (long long)age_ms, (long long)limit_ms);
}

static enum reject_code rule_daily_loss(const struct guard_input *input, char *reason)
{
    char words[REASON_SIZE];
    if (!guard_daily_loss_reached(input->limits, input->day_pnl, words) || reduces(input)) return REJECT_NONE;
    return refuse(reason, REJECT_DAILY_LOSS, "%s", words);
}

static enum reject_code rule_rate(const struct guard_input *input, char *reason)
{
    const struct guard_recent *recent = input->recent;
    int32_t all = 0, own = 0;
    uint64_t remembered = recent->count < GUARD_RATE_SIZE ? recent->count : GUARD_RATE_SIZE;
    for (uint64_t i = 1; i <= remembered; i++) {
        const struct guard_sent *sent = &recent->sent[(recent->count - i) % GUARD_RATE_SIZE];
        if (input->now_us - sent->time_us >= GUARD_RATE_WINDOW_US) break;
        all++;
        if (!sent->operator_order && strcmp(sent->actor, input->request->actor) == 0) own++;
    }
    /* What is not remembered cannot be counted: a limit above the ring's size acts as the size. */
    int32_t limit = input->limits->orders_per_second, own_limit = input->limits->strategy_orders_per_second;
    if (limit > GUARD_RATE_SIZE) limit = GUARD_RATE_SIZE;
    if (own_limit > GUARD_RATE_SIZE) own_limit = GUARD_RATE_SIZE;
    if (limit != 0 && all >= limit)
        return refuse(reason, REJECT_ORDER_RATE, "%d orders in the last second, the limit is %d", all, limit);
    if (own_limit != 0 && input->request->condition_id != 0 && own >= own_limit)
        return refuse(reason, REJECT_ORDER_RATE, "%d orders of %s in the last second, the limit is %d", own,
                      input->request->actor, own_limit);
    return REJECT_NONE;
}

static bool same_order(const struct guard_sent *sent, const struct order_request *request)
{
    return sent->operator_order && sent->side == request->side && sent->type == request->type &&
           sent->quantity == request->quantity && sent->limit_price == request->limit_price &&
           strcmp(sent->symbol, request->symbol) == 0;
}

static enum reject_code rule_duplicate(const struct guard_input *input, char *reason)
{
    const struct guard_recent *recent = input->recent;
    int64_t window_us = (int64_t)input->limits->duplicate_window_ms * 1000;
    if (window_us == 0 || input->request->condition_id != 0) return REJECT_NONE;
    uint64_t remembered = recent->count < GUARD_RATE_SIZE ? recent->count : GUARD_RATE_SIZE;
    for (uint64_t i = 1; i <= remembered; i++) {
        const struct guard_sent *sent = &recent->sent[(recent->count - i) % GUARD_RATE_SIZE];
        int64_t age_us = input->now_us - sent->time_us;
        if (age_us >= window_us) break;
        if (same_order(sent, input->request))
            return refuse(reason, REJECT_DUPLICATE_WINDOW,
                          "the same order was sent %lld ms ago; allowed again after %d ms", (long long)(age_us / 1000),
                          input->limits->duplicate_window_ms);
    }
    return REJECT_NONE;
}

static const guard_rule guard_rules[] = {rule_mode,  rule_quantity,   rule_position, rule_notional, rule_collar,
                                         rule_stale, rule_daily_loss, rule_rate,     rule_duplicate};

enum reject_code guard_check(const struct guard_input *input, char reason[REASON_SIZE])
{
    reason[0] = '\0';
    if (input->request->reduce_only) return check_reduce_only(input, reason);
    for (size_t i = 0; i < sizeof guard_rules / sizeof guard_rules[0]; i++) {
        enum reject_code code = guard_rules[i](input, reason);
        if (code != REJECT_NONE) return code;
    }
    return REJECT_NONE;
}

void guard_recent_add(struct guard_recent *recent, const struct order_request *request, int64_t now_us)
{
    struct guard_sent *sent = &recent->sent[recent->count++ % GUARD_RATE_SIZE];
    memset(sent, 0, sizeof *sent);
    sent->time_us = now_us;
    memcpy(sent->symbol, request->symbol, sizeof sent->symbol);
    memcpy(sent->actor, request->actor, sizeof sent->actor);
    sent->limit_price = request->limit_price;
    sent->quantity = request->quantity;
    sent->side = request->side;
    sent->type = request->type;
    sent->operator_order = request->condition_id == 0;
}

bool guard_daily_loss_reached(const struct guard_limits *limits, money_t day_pnl, char reason[REASON_SIZE])
{
    char loss[PRICE_TEXT_SIZE], limit[PRICE_TEXT_SIZE];
    if (limits->daily_loss == 0 || day_pnl > -limits->daily_loss) return false;
    refuse(reason, REJECT_DAILY_LOSS, "the day's loss NT$ %s has reached the limit NT$ %s",
           money_format(day_pnl < -INT64_MAX ? INT64_MAX : -day_pnl, loss, sizeof loss),
           money_format(limits->daily_loss, limit, sizeof limit));
    return true;
}

enum status guard_limits_check(const struct guard_limits *limits, struct err *err)
{
    const struct {
        const char *name;
        int64_t value;
    } fields[] = {
        {"max_order_quantity", limits->max_order_quantity},
        {"max_position", limits->max_position},
        {"max_notional", limits->max_notional},
        {"collar_bps", limits->collar_bps},
        {"stale_tick_ms", limits->stale_tick_ms},
        {"orders_per_second", limits->orders_per_second},
        {"strategy_orders_per_second", limits->strategy_orders_per_second},
        {"duplicate_window_ms", limits->duplicate_window_ms},
        {"daily_loss", limits->daily_loss},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].value < 0)
            return err_set(err, ERR_RANGE, "guard_limits.%s: %lld (allowed 0 = no limit, and more)", fields[i].name,
                           (long long)fields[i].value);
    return ERR_OK;
}

/* The forms' arithmetic, kept out of the screen so that every figure a trader decides on has a test worked by hand. */
#include "core/preview.h"

#include "core/check.h"

/* price x multiplier x lots; the largest money when it would not fit: a figure that no one mistakes for a small one. */
static money_t value_of(price_t price, int32_t multiplier, int64_t lots)
{
    int64_t value;
    if (!price_mul(price, multiplier, &value) || !price_mul(value, lots, &value))
        return (price < 0) != (lots < 0) ? INT64_MIN / 2 : INT64_MAX / 2;
    return value;
}

static int64_t saturating_add(int64_t a, int64_t b)
{
    int64_t sum;
    if (!price_add(a, b, &sum)) return a < 0 ? INT64_MIN / 2 : INT64_MAX / 2;
    return sum;
}

static price_t cost_in_points(const struct contract *contract, money_t cost, int32_t quantity)
{
    int64_t one_point = (int64_t)contract->multiplier * quantity;
    if (one_point <= 0 || contract->tick <= 0) return 0;
    price_t points = cost / one_point + (cost % one_point != 0 ? 1 : 0);
    return price_ceil(points, contract->tick);
}

void preview_condition(const struct condition_terms *terms, const struct contract *contract, price_t last,
                       money_t commission, struct condition_preview *out)
{
    CHECK(terms && contract && out);
    *out = (struct condition_preview){0};
    condition_terms_levels(terms, &out->levels);
    const struct condition_levels *levels = &out->levels;

    money_t entry_cost = contract_cost(contract, levels->order, terms->quantity, commission);
    out->reward_cost =
        saturating_add(entry_cost, contract_cost(contract, levels->take_profit, terms->quantity, commission));
    out->risk_cost =
        saturating_add(entry_cost, contract_cost(contract, levels->stop_loss, terms->quantity, commission));
    out->gross_reward = value_of(terms->take_profit, contract->multiplier, terms->quantity);
    out->gross_risk = value_of(terms->stop_loss, contract->multiplier, terms->quantity);
    out->reward = saturating_add(out->gross_reward, -out->reward_cost);
    out->risk = saturating_add(out->gross_risk, out->risk_cost);
    if (out->reward <= 0 || out->risk <= 0 || !price_mul_div(out->reward, 1000, out->risk, &out->ratio_permille))
        out->ratio_permille = 0;
    out->break_even = cost_in_points(contract, out->reward_cost, terms->quantity);
    out->margin = value_of(contract->initial_margin, 1, terms->quantity);
    out->has_last = last != 0;
    if (out->has_last) out->to_trigger = (last - terms->trigger_price) * side_sign(terms->side);
}

static price_t likely_price(const struct order_request *request, const struct tick *tick)
{
    if (request->type == ORDER_LIMIT) return request->limit_price;
    if (!tick) return 0;
    if (request->side == SIDE_BUY && tick->ask_quantity > 0) return tick->ask;
    if (request->side == SIDE_SELL && tick->bid_quantity > 0) return tick->bid;
    return tick->price;
}

void preview_order(const struct order_request *request, const struct contract *contract, const struct tick *tick,
                   const struct position *position, money_t commission, struct order_preview *out)
{
    CHECK(request && contract && out);
    *out = (struct order_preview){.price = likely_price(request, tick)};
    int32_t held = position ? position->quantity : 0;
    int32_t change = side_sign(request->side) * request->quantity;
    int32_t against = (held > 0) != (change > 0) ? (held < 0 ? -held : held) : 0;
    int32_t closing = against < request->quantity ? against : request->quantity;

    out->notional = value_of(out->price, contract->multiplier, request->quantity);
    out->cost = contract_cost(contract, out->price, request->quantity, commission);
    out->position = held + change;
    out->opening = request->quantity - closing;
    out->margin = value_of(contract->initial_margin, 1, out->opening);
    if (closing > 0) { /* (price - average) x direction held; open_value is average x lots held */
        price_t average = position->open_value / held;
        out->realized = value_of(out->price - average, contract->multiplier, held > 0 ? closing : -closing);
    }
}

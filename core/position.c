/* position: average cost in exact integers. The value still open is kept as a sum (price x lots), not as an average, so
 * that closing a position lot by lot realizes to the last unit what closing it at once would. */
#include "core/position.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"

void position_init(struct position *position, const char *account, const char *symbol, int32_t trading_day)
{
    memset(position, 0, sizeof *position);
    snprintf(position->account, sizeof position->account, "%s", account);
    snprintf(position->symbol, sizeof position->symbol, "%s", symbol);
    position->trading_day = trading_day;
}

/* Close `lots` of what is held at `price`: realized and the value left. */
static bool close_lots(struct position *position, int64_t multiplier, price_t price, int32_t lots)
{
    int64_t held = position->quantity < 0 ? -(int64_t)position->quantity : position->quantity;
    int64_t basis, value, points, money, realized, left;

    /* open_value is signed as the quantity, and so is the part of it that leaves. */
    if (!price_mul_div(position->open_value, lots, held, &basis) || !price_mul(price, lots, &value)) return false;
    int64_t signed_value = position->quantity < 0 ? -value : value;
    if (__builtin_sub_overflow(signed_value, basis, &points) || !price_mul(points, multiplier, &money) ||
        !price_add(position->realized, money, &realized) || __builtin_sub_overflow(position->open_value, basis, &left))
        return false;
    position->realized = realized;
    position->open_value = left;
    position->quantity += position->quantity < 0 ? lots : -lots;
    return true;
}

static bool open_lots(struct position *position, int sign, price_t price, int32_t lots)
{
    int64_t value, total;
    int32_t quantity;

    if (!price_mul(price, (int64_t)sign * lots, &value) || !price_add(position->open_value, value, &total) ||
        __builtin_add_overflow(position->quantity, sign * lots, &quantity) || quantity == INT32_MIN)
        return false;
    position->open_value = total;
    position->quantity = quantity;
    return true;
}

/* What the fill makes of a position, without what it cost. */
static bool move(struct position *position, const struct contract *contract, enum side side, price_t price,
                 int32_t quantity)
{
    int sign = side_sign(side);
    bool against = (position->quantity > 0 && sign < 0) || (position->quantity < 0 && sign > 0);
    int64_t held = position->quantity < 0 ? -(int64_t)position->quantity : position->quantity;
    int32_t closing = against ? (int32_t)(quantity < held ? quantity : held) : 0;
    int32_t opening = quantity - closing;

    if (closing > 0 && !close_lots(position, contract->multiplier, price, closing)) return false;
    if (opening > 0 && !open_lots(position, sign, price, opening)) return false;
    position->mark = price;
    return true;
}

static enum status check_fill(const struct position *position, price_t price, int32_t quantity, struct err *err)
{
    if (quantity <= 0)
        return err_set(err, ERR_RANGE, "fill of %s: quantity %d (allowed 1 and more)", position->symbol, quantity);
    if (price > PRICE_MAX || price < -PRICE_MAX)
        return err_set(err, ERR_RANGE, "fill of %s: price beyond what a price can be", position->symbol);
    return ERR_OK;
}

static enum status too_large(const struct position *position, int32_t quantity, struct err *err)
{
    return err_set(err, ERR_RANGE, "position of %s: the sum is larger than can be counted; fill of %d lots not added",
                   position->symbol, quantity);
}

enum status position_fill(struct position *position, const struct contract *contract, enum side side, price_t price,
                          int32_t quantity, money_t commission, struct err *err)
{
    enum status status = check_fill(position, price, quantity, err);
    if (status != ERR_OK) return status;
    struct position after = *position;
    int32_t *day_lots = side == SIDE_BUY ? &after.bought : &after.sold;
    if (!move(&after, contract, side, price, quantity) ||
        !price_add(after.cost, contract_cost(contract, price, quantity, commission), &after.cost) ||
        __builtin_add_overflow(*day_lots, quantity, day_lots))
        return too_large(position, quantity, err);
    *position = after;
    return ERR_OK;
}

enum status position_adjust(struct position *position, const struct contract *contract, enum side side, price_t price,
                            int32_t quantity, struct err *err)
{
    enum status status = check_fill(position, price, quantity, err);
    if (status != ERR_OK) return status;
    struct position after = *position;
    if (!move(&after, contract, side, price, quantity)) return too_large(position, quantity, err);
    *position = after;
    return ERR_OK;
}

void position_roll(struct position *position, int32_t trading_day)
{
    position->trading_day = trading_day;
    position->bought = 0;
    position->sold = 0;
    position->realized = 0;
    position->cost = 0;
}

/* Sums for show saturate: a wrong sign would be worse than a bound nobody reaches. */
static int64_t saturate_add(int64_t a, int64_t b)
{
    int64_t sum;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return a > 0 ? INT64_MAX : -INT64_MAX;
}

static int64_t saturate_mul(int64_t a, int64_t b)
{
    int64_t product;
    if (!__builtin_mul_overflow(a, b, &product)) return product;
    return (a > 0) == (b > 0) ? INT64_MAX : -INT64_MAX;
}

void position_pnl(const struct position *position, const struct contract *contract, price_t mark, money_t commission,
                  struct position_pnl *out)
{
    memset(out, 0, sizeof *out);
    if (position->quantity != 0) {
        int64_t held = position->quantity < 0 ? -(int64_t)position->quantity : position->quantity;
        int64_t value = saturate_mul(mark, position->quantity);
        int64_t points = saturate_add(value, -position->open_value);

        CHECK(price_mul_div(position->open_value, 1, position->quantity, &out->average));
        CHECK(price_mul_div(points, 1, held, &out->points));
        out->unrealized = saturate_mul(points, contract->multiplier);
        out->exit_cost = contract_cost(contract, mark, (int32_t)held, commission);
    }
    out->net =
        saturate_add(saturate_add(position->realized, out->unrealized), -saturate_add(position->cost, out->exit_cost));
}

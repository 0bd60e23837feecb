/* cond: the levels of one condition and every refusal of what a trader may ask for. The refusals are one table in the
 * form's order, so that the form, the command line, the backtest's file and the strategy refuse with the same words. */
#include "core/cond.h"

#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/text.h"

/* What a check looks at besides the terms. */
struct check_context {
    const struct condition_terms *terms;
    const struct contract *contract; /* may be NULL */
    int32_t trading_day;             /* 0 = not known */
    struct err *err;
};

struct term_check {
    const char *field;
    enum status (*check)(const struct check_context *context);
};

static bool text_fits(const char *text, size_t size)
{
    const char *end = memchr(text, '\0', size);
    if (end == NULL) return false;
    for (const char *at = text; at < end; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f) return false;
    return text_valid(text, (size_t)(end - text));
}

static enum status check_account(const struct check_context *context)
{
    const char *account = context->terms->account;
    if (!text_fits(account, ACCOUNT_SIZE))
        return err_set(context->err, ERR_INVALID, "not plain text of at most %d bytes", ACCOUNT_SIZE - 1);
    if (*account == '\0') return err_set(context->err, ERR_INVALID, "no account (select one first)");
    return ERR_OK;
}

static enum status check_symbol(const struct check_context *context)
{
    const char *symbol = context->terms->symbol;
    if (!text_fits(symbol, SYMBOL_SIZE))
        return err_set(context->err, ERR_INVALID, "not plain text of at most %d bytes", SYMBOL_SIZE - 1);
    if (*symbol == '\0') return err_set(context->err, ERR_INVALID, "no symbol (a contract code like MXFH1)");
    const struct contract *contract = context->contract;
    if (contract == NULL) return ERR_OK;
    CHECK(strcmp(contract->symbol, symbol) == 0);
    if ((contract->flags & CONTRACT_REGISTERED) == 0)
        return err_set(context->err, ERR_STATE, "%s is not registered (register the instrument first)", symbol);
    if (contract->last_trading_day != 0 && context->trading_day > contract->last_trading_day) {
        return err_set(context->err, ERR_RANGE, "%s ended on %d (choose a listed contract)", symbol,
                       contract->last_trading_day);
    }
    return ERR_OK;
}

static enum status check_side(const struct check_context *context)
{
    const enum side side = context->terms->side;
    if (side == SIDE_BUY || side == SIDE_SELL) return ERR_OK;
    return err_set(context->err, ERR_INVALID, "neither BUY nor SELL");
}

static enum status check_on_tick(const struct check_context *context, price_t price)
{
    char text[PRICE_TEXT_SIZE], tick[PRICE_TEXT_SIZE];
    if (context->contract == NULL || context->contract->tick <= 0) return ERR_OK;
    if (price_on_tick(price, context->contract->tick)) return ERR_OK;
    return err_set(context->err, ERR_RANGE, "%s is not a whole number of ticks (of %s)",
                   price_format(price, text, sizeof text), price_format(context->contract->tick, tick, sizeof tick));
}

static enum status check_trigger(const struct check_context *context)
{
    const price_t price = context->terms->trigger_price;
    char text[PRICE_TEXT_SIZE], low[PRICE_TEXT_SIZE], high[PRICE_TEXT_SIZE];
    price_format(price, text, sizeof text);
    if (price <= 0 || price > CONDITION_PRICE_MAX) {
        return err_set(context->err, ERR_RANGE, "%s (allowed above 0, at most %s)", text,
                       price_format(CONDITION_PRICE_MAX, high, sizeof high));
    }
    const enum status status = check_on_tick(context, price);
    if (status != ERR_OK) return status;
    const struct contract *contract = context->contract;
    if (contract == NULL || contract->limit_up == 0) return ERR_OK;
    if (price >= contract->limit_down && price <= contract->limit_up) return ERR_OK;
    return err_set(context->err, ERR_RANGE, "%s is beyond the price limit (allowed %s to %s)", text,
                   price_format(contract->limit_down, low, sizeof low),
                   price_format(contract->limit_up, high, sizeof high));
}

/* A distance of at least `least`, on the tick. */
static enum status check_distance(const struct check_context *context, price_t distance, price_t least)
{
    char text[PRICE_TEXT_SIZE], high[PRICE_TEXT_SIZE];
    if (distance < least || distance > CONDITION_DISTANCE_MAX) {
        return err_set(context->err, ERR_RANGE, "%s (allowed %s, at most %s)",
                       price_format(distance, text, sizeof text), least > 0 ? "above 0" : "0 and above",
                       price_format(CONDITION_DISTANCE_MAX, high, sizeof high));
    }
    return check_on_tick(context, distance);
}

static enum status check_turning(const struct check_context *context)
{
    if (context->terms->following && context->terms->turning == 0)
        return err_set(context->err, ERR_RANGE, "0 with following would enter at once (allowed above 0)");
    return check_distance(context, context->terms->turning, 0);
}

static enum status check_quantity(const struct check_context *context)
{
    const int32_t quantity = context->terms->quantity;
    int32_t most = CONDITION_QUANTITY_MAX;
    if (context->contract != NULL) {
        const int32_t lots = context->terms->entry == ENTRY_LIMIT ? context->contract->max_limit_lots
                                                                  : context->contract->max_market_lots;
        if (lots > 0 && lots < most) most = lots;
    }
    if (quantity >= 1 && quantity <= most) return ERR_OK;
    return err_set(context->err, ERR_RANGE, "%d (allowed 1 to %d)", quantity, most);
}

/* A level at or below zero can never be reached: the protection would be none. */
static enum status check_level(const struct check_context *context, price_t level)
{
    char text[PRICE_TEXT_SIZE];
    if (level > 0) return ERR_OK;
    return err_set(context->err, ERR_RANGE, "puts the level at %s (it must stay above 0)",
                   price_format(level, text, sizeof text));
}

static enum status check_take_profit(const struct check_context *context)
{
    const enum status status = check_distance(context, context->terms->take_profit, 1);
    if (status != ERR_OK) return status;
    struct condition_levels levels;
    condition_terms_levels(context->terms, &levels);
    return check_level(context, levels.take_profit);
}

static enum status check_stop_loss(const struct check_context *context)
{
    const enum status status = check_distance(context, context->terms->stop_loss, 1);
    if (status != ERR_OK) return status;
    struct condition_levels levels;
    condition_terms_levels(context->terms, &levels);
    return check_level(context, levels.stop_loss);
}

static enum status check_basis(const struct check_context *context)
{
    const enum exit_basis basis = context->terms->basis;
    if (basis == BASIS_FILL || basis == BASIS_PLANNED) return ERR_OK;
    return err_set(context->err, ERR_INVALID, "neither fill nor planned");
}

static enum status check_validity(const struct check_context *context)
{
    const enum validity validity = context->terms->validity;
    if (validity >= VALID_SESSION && validity <= VALID_GTC) return ERR_OK;
    return err_set(context->err, ERR_INVALID, "none of session, day, until, gtc");
}

static enum status check_valid_until(const struct check_context *context)
{
    const int32_t until = context->terms->valid_until;
    if (context->terms->validity != VALID_UNTIL) {
        if (until == 0) return ERR_OK;
        return err_set(context->err, ERR_INVALID, "a date is only for the validity 'until' (leave it empty)");
    }
    if (!calendar_date_valid(until)) return err_set(context->err, ERR_INVALID, "%d is no date (yyyymmdd)", until);
    if (context->trading_day != 0 && until < context->trading_day)
        return err_set(context->err, ERR_RANGE, "%d is past (the trading day is %d)", until, context->trading_day);
    return ERR_OK;
}

static enum status check_entry(const struct check_context *context)
{
    const enum entry_type entry = context->terms->entry;
    if (entry >= ENTRY_MARKET && entry <= ENTRY_LIMIT) return ERR_OK;
    return err_set(context->err, ERR_INVALID, "none of market, range_market, limit");
}

static enum status check_entry_offset(const struct check_context *context)
{
    if (context->terms->entry == ENTRY_LIMIT) {
        const enum status status = check_distance(context, context->terms->entry_offset, 0);
        if (status != ERR_OK) return status;
        struct condition_levels levels;
        condition_terms_levels(context->terms, &levels);
        return check_level(context, levels.order - side_sign(context->terms->side) * context->terms->entry_offset);
    }
    if (context->terms->entry_offset == 0) return ERR_OK;
    return err_set(context->err, ERR_INVALID, "an offset is only for the entry type 'limit' (leave it 0)");
}

static enum status check_note(const struct check_context *context)
{
    if (text_fits(context->terms->note, NOTE_SIZE)) return ERR_OK;
    return err_set(context->err, ERR_INVALID, "not plain text of at most %d bytes", NOTE_SIZE - 1);
}

bool condition_terminal(enum condition_state state)
{
    return state == CONDITION_CLOSED || state == CONDITION_REJECTED || state == CONDITION_CANCELLED ||
           state == CONDITION_EXPIRED;
}

static void levels_from(const struct condition_terms *terms, price_t trigger, price_t average,
                        struct condition_levels *out)
{
    const int sign = side_sign(terms->side);
    out->trigger = trigger;
    out->order = trigger + sign * terms->turning;
    const price_t basis = terms->basis == BASIS_FILL && average != 0 ? average : out->order;
    out->take_profit = basis + sign * terms->take_profit;
    out->stop_loss = basis - sign * terms->stop_loss;
}

void condition_terms_levels(const struct condition_terms *terms, struct condition_levels *out)
{
    levels_from(terms, terms->trigger_price, 0, out);
}

void condition_levels(const struct condition *condition, struct condition_levels *out)
{
    price_t average = 0;
    if (condition->filled_quantity > 0 &&
        !price_mul_div(condition->filled_value, 1, condition->filled_quantity, &average))
        average = 0;
    levels_from(&condition->terms, condition->trigger, average, out);
}

static const struct term_check term_checks[] = {
    {"account", check_account},
    {"symbol", check_symbol},
    {"side", check_side},
    {"trigger_price", check_trigger},
    {"turning", check_turning},
    {"entry", check_entry}, /* before the quantity, whose limit depends on it */
    {"quantity", check_quantity},
    {"take_profit", check_take_profit},
    {"stop_loss", check_stop_loss},
    {"basis", check_basis},
    {"validity", check_validity},
    {"valid_until", check_valid_until},
    {"entry_offset", check_entry_offset},
    {"note", check_note},
};

enum status condition_terms_check(const struct condition_terms *terms, const struct contract *contract,
                                  int32_t trading_day, const char **field, struct err *err)
{
    const struct check_context context = {.terms = terms, .contract = contract, .trading_day = trading_day, .err = err};
    for (size_t i = 0; i < sizeof term_checks / sizeof term_checks[0]; i++) {
        const enum status status = term_checks[i].check(&context);
        if (status == ERR_OK) continue;
        if (field != NULL) *field = term_checks[i].field;
        return status;
    }
    return ERR_OK;
}

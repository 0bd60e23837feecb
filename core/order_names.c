/* order_names: the words of orders, as the screen, the command line, JSON and the databases print them. */
#include "core/names.h"
#include "core/order.h"

struct reject_row {
    enum reject_code code;
    const char *name;
    const char *words;
};

static const char *const side_names[] = {[SIDE_BUY] = "BUY", [SIDE_SELL] = "SELL"};
static const char *const type_names[] = {[ORDER_MARKET] = "MKT", [ORDER_LIMIT] = "LMT", [ORDER_RANGE_MARKET] = "MKP"};
static const char *const tif_names[] = {[TIF_ROD] = "ROD", [TIF_IOC] = "IOC", [TIF_FOK] = "FOK"};
static const char *const leg_names[] = {
    [LEG_NONE] = "-",
    [LEG_ENTRY] = "ENTRY",
    [LEG_TAKE_PROFIT] = "TAKE_PROFIT",
    [LEG_STOP_LOSS] = "STOP_LOSS",
    [LEG_FLATTEN] = "FLATTEN",
    [LEG_ADJUST] = "ADJUST",
};
static const char *const state_names[] = {
    [ORDER_INTENT] = "INTENT",
    [ORDER_SENDING] = "SENDING",
    [ORDER_UNKNOWN] = "UNKNOWN",
    [ORDER_NEW] = "NEW",
    [ORDER_PARTIALLY_FILLED] = "PARTIALLY_FILLED",
    [ORDER_PENDING_CANCEL] = "PENDING_CANCEL",
    [ORDER_FILLED] = "FILLED",
    [ORDER_CANCELLED] = "CANCELLED",
    [ORDER_REJECTED] = "REJECTED",
    [ORDER_DENIED] = "DENIED",
    [ORDER_EXPIRED] = "EXPIRED",
};
static const char *const kind_names[] = {
    [EXEC_SENDING] = "SENDING",     [EXEC_NEW] = "NEW",
    [EXEC_FILL] = "FILL",           [EXEC_PENDING_CANCEL] = "PENDING_CANCEL",
    [EXEC_CANCELLED] = "CANCELLED", [EXEC_CANCEL_REJECTED] = "CANCEL_REJECTED",
    [EXEC_REJECTED] = "REJECTED",   [EXEC_DENIED] = "DENIED",
    [EXEC_EXPIRED] = "EXPIRED",     [EXEC_UNKNOWN] = "UNKNOWN",
    [EXEC_RELEASED] = "RELEASED",
};
static const struct reject_row reject_rows[] = {
    {REJECT_NONE, "NONE", "nothing was refused"},
    {REJECT_HALTED, "HALTED", "trading is halted"},
    {REJECT_REDUCING, "REDUCING", "only orders that reduce a position are allowed now"},
    {REJECT_MAX_QUANTITY, "MAX_QUANTITY", "the order is larger than the guard's limit"},
    {REJECT_MAX_POSITION, "MAX_POSITION", "the position would pass the guard's limit"},
    {REJECT_MAX_NOTIONAL, "MAX_NOTIONAL", "the order's value is above the guard's limit"},
    {REJECT_PRICE_COLLAR, "PRICE_COLLAR", "the price is too far from the last trade"},
    {REJECT_STALE_TICK, "STALE_TICK", "the symbol has had no fresh tick"},
    {REJECT_ORDER_RATE, "ORDER_RATE", "too many orders in one second"},
    {REJECT_DUPLICATE_WINDOW, "DUPLICATE_WINDOW", "the same order was sent a moment ago"},
    {REJECT_DAILY_LOSS, "DAILY_LOSS", "the day's loss has reached its limit"},
    {REJECT_EXPIRED, "EXPIRED", "the order is past its time to live; it is never executed late"},
    {REJECT_SYMBOL_BLOCKED, "SYMBOL_BLOCKED", "an order of unknown outcome blocks the symbol"},
    {REJECT_NOT_LOGGED_IN, "NOT_LOGGED_IN", "not logged in to the venue"},
    {REJECT_NO_ACCOUNT, "NO_ACCOUNT", "no account is selected"},
    {REJECT_NOT_REGISTERED, "NOT_REGISTERED", "the instrument is not registered"},
    {REJECT_WOULD_NOT_REDUCE, "WOULD_NOT_REDUCE", "the order would open or reverse a position"},
    {REJECT_INVALID_ORDER, "INVALID_ORDER", "the order is not well formed"},
    {REJECT_ID_REUSED, "ID_REUSED", "the client order id belongs to another order"},
    {REJECT_STOPPED, "STOPPED", "the agent is shutting down"},
    {REJECT_NO_ROOM, "NO_ROOM", "the limit on orders kept in memory is reached"},
    {REJECT_ALREADY_LEAVING, "ALREADY_LEAVING", "other orders are closing those lots already"},
    {REJECT_POSITION_DIFFERS, "POSITION_DIFFERS", "the venue holds another position than is counted here"},
    {REJECT_FLATTENING, "FLATTENING", "the symbol is being flattened: nothing may open on it"},
    {REJECT_VENUE_UNKNOWN_SYMBOL, "VENUE_UNKNOWN_SYMBOL", "the venue does not know the symbol"},
    {REJECT_VENUE_PRICE_LIMIT, "VENUE_PRICE_LIMIT", "the price is beyond the day's price limit"},
    {REJECT_VENUE_TICK_SIZE, "VENUE_TICK_SIZE", "the price is not a whole number of ticks"},
    {REJECT_VENUE_QUANTITY, "VENUE_QUANTITY", "the quantity is not allowed by the venue"},
    {REJECT_VENUE_SESSION, "VENUE_SESSION", "the venue does not take this order now"},
    {REJECT_VENUE_TYPE, "VENUE_TYPE", "this order type and time in force are not allowed together"},
    {REJECT_VENUE_MARGIN, "VENUE_MARGIN", "the account's margin is not enough"},
    {REJECT_VENUE_ACCOUNT, "VENUE_ACCOUNT", "the venue does not know the account"},
    {REJECT_VENUE_NO_ORDER, "VENUE_NO_ORDER", "there is no such working order at the venue"},
    {REJECT_VENUE_NO_LIQUIDITY, "VENUE_NO_LIQUIDITY", "the order could not be filled whole at once"},
    {REJECT_VENUE_OTHER, "VENUE_OTHER", "the venue refused the order"},
};

static const struct reject_row *reject_row(enum reject_code code)
{
    for (size_t i = 0; i < NAMES_COUNT(reject_rows); i++)
        if (reject_rows[i].code == code) return &reject_rows[i];
    return NULL;
}

const char *side_name(enum side side)
{
    return names_of(side_names, NAMES_COUNT(side_names), (int)side);
}

const char *order_type_name(enum order_type type)
{
    return names_of(type_names, NAMES_COUNT(type_names), (int)type);
}

const char *tif_name(enum time_in_force tif)
{
    return names_of(tif_names, NAMES_COUNT(tif_names), (int)tif);
}

const char *leg_name(enum order_leg leg)
{
    return names_of(leg_names, NAMES_COUNT(leg_names), (int)leg);
}

const char *order_state_name(enum order_state state)
{
    return names_of(state_names, NAMES_COUNT(state_names), (int)state);
}

const char *exec_kind_name(enum exec_kind kind)
{
    return names_of(kind_names, NAMES_COUNT(kind_names), (int)kind);
}

const char *reject_name(enum reject_code code)
{
    const struct reject_row *row = reject_row(code);
    return row == NULL ? "?" : row->name;
}

const char *reject_words(enum reject_code code)
{
    const struct reject_row *row = reject_row(code);
    return row == NULL ? "?" : row->words;
}

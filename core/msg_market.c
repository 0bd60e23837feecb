/* msg_market: the tables of market data. */
#include "core/calendar.h"
#include "core/msg_fields.h"

static const struct field fields_tick[] = {
    TEXT(tick, , symbol, 1, "contract"),
    COUNTER(tick, , epoch, "one run of the gateway's feed"),
    COUNTER(tick, , seq, "counts all ticks of the epoch, from 1, no holes"),
    COUNTER(tick, , sym_seq, "counts this symbol's ticks, from 1, no holes"),
    TIME(tick, , time_us, "market time of the trade"),
    TIME(tick, , recv_us, "process time at the gateway"),
    PRICE(tick, , price, "trade price"),
    LOTS(tick, , quantity, "lots traded"),
    PRICE(tick, , bid, "best bid"),
    LOTS(tick, , bid_quantity, "lots at the bid; 0 = no bid"),
    PRICE(tick, , ask, "best ask"),
    LOTS(tick, , ask_quantity, "lots at the ask; 0 = no ask"),
    COUNTER(tick, , volume, "lots this trading day, this trade included"),
    PRICE(tick, , open, "first price of the trading day"),
    PRICE(tick, , high, "highest"),
    PRICE(tick, , low, "lowest"),
    PRICE(tick, , reference, "last settlement; 0 = not known"),
    DATE(tick, , trading_day, "trading day"),
    NUMBER(tick, , flags, 0, 255, "1 trial match, 2 synthetic book, 4 opening auction, 8 replayed"),
};
MSG_TYPE(MSG_TICK, tick, tick, "One trade, with the top of the book.");

static const struct field fields_depth[] = {
    TEXT(depth, , symbol, 1, "contract"),
    TIME(depth, , time_us, "market time"),
    LEVEL_PRICES(depth, bid_price, "five bids, best first"),
    LEVEL_LOTS(depth, bid_quantity, "their lots; 0 = no such level"),
    LEVEL_PRICES(depth, ask_price, "five asks, best first"),
    LEVEL_LOTS(depth, ask_quantity, "their lots; 0 = no such level"),
    NUMBER(depth, , flags, 0, 255, "2 synthetic book"),
};
MSG_TYPE(MSG_DEPTH, depth, depth, "Five levels of the book.");

static const struct field fields_bar[] = {
    TEXT(bar, , symbol, 1, "contract"),
    DATE(bar, , trading_day, "trading day"),
    TIME(bar, , start_us, "market time of its first microsecond"),
    PRICE(bar, , open, "first trade"),
    PRICE(bar, , high, "highest"),
    PRICE(bar, , low, "lowest"),
    PRICE(bar, , close, "last trade"),
    COUNTER(bar, , volume, "lots"),
    LOTS(bar, , trades, "number of trades"),
};
MSG_TYPE(MSG_BAR, bar, bar, "One minute of trades.");

static const struct field fields_contract[] = {
    TEXT(contract, , symbol, 1, "contract"),
    TEXT(contract, , product, 1, "product"),
    TEXT(contract, , name, 0, "name for people"),
    NUMBER(contract, , delivery_month, 0, 209912, "yyyymm"),
    DATE(contract, , last_trading_day, "last trading day"),
    DATE(contract, , trading_day, "the day these facts are for"),
    NUMBER(contract, , multiplier, 1, 1000000, "NT$ a point a lot"),
    PRICE_WITHIN(contract, , tick, 1, PRICE_MAX, "smallest price step"),
    NUMBER(contract, , decimals, 0, PRICE_DECIMALS, "to print a price with"),
    PRICE(contract, , reference, "last settlement; 0 = not known, then no limits"),
    PRICE(contract, , limit_down, "lowest price allowed today"),
    PRICE(contract, , limit_up, "highest price allowed today"),
    MONEY(contract, , initial_margin, 0, "initial margin, a lot"),
    MONEY(contract, , maintenance_margin, 0, "maintenance margin, a lot"),
    MONEY(contract, , fee, 0, "exchange and clearing fee, a lot a side"),
    NUMBER(contract, , tax_per_billion, 0, 1000000000, "tax of contract value, each side, in billionths"),
    LOTS(contract, , max_market_lots, "largest market order in the day session"),
    LOTS(contract, , max_limit_lots, "largest limit order"),
    NUMBER(contract, , flags, 0, 255, "1 registered, 2 spread, 4 weekly, 8 reference estimated"),
};
MSG_TYPE(MSG_CONTRACT, contract, contract, "A contract as listed on a trading day.");

static const struct field fields_market[] = {
    TEXT(market, , venue, 0, "venue"),
    TEXT(market, , source, 0, "where its prices come from"),
    TIME(market, , market_us, "market time now"),
    DATE(market, , trading_day, "trading day"),
    ENUM(market, , session, enum_session_kind, "session"),
    ENUM(market, , session_state, enum_session_state, "its state"),
    TIME(market, , next_change_us, "market time of the next change of state"),
    NUMBER(market, , speed, 0, 1000000, "market seconds a second; 0 = as fast as possible"),
    FLAG(market, , paused, "the replay stands still"),
    FLAG(market, , simulated, "not real money"),
    NUMBER(market, , progress_permille, -1, 1000, "how far a replay is; -1 = endless"),
    COUNTER(market, , damaged_lines, "lines of the file counted and skipped"),
};
MSG_TYPE(MSG_MARKET, market, market, "The market as a whole: on change and each second.");

static const struct field fields_feed[] = {
    COUNTER(feed, , epoch, "epoch of the feed"),
    TEXT(feed, , symbol, 0, "contract; empty = the whole feed"),
    COUNTER(feed, , last_seq, "last sym_seq of the contract, or last seq of the feed"),
    TIME(feed, , time_us, "process time"),
};
MSG_TYPE(MSG_FEED, feed, feed, "The feed's heartbeat: silence and gaps are told apart by it.");

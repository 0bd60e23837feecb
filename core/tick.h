/*
 * tick: market data as the system carries it.
 *
 * A tick is one trade. `epoch` names one run of the gateway's feed, `seq` counts all ticks in it, `sym_seq` this
 * symbol's: both from 1 without holes, so that a gap is arithmetic, not a guess. A new epoch starts both again.
 *
 * Does not number or repair: gateway/tick_ring.h does the one, gateway/tracker.h finds what is missing.
 * Unit: price_t, lots, time as each member says. Thread: any (plain data). Owner: the caller.
 */
#ifndef CORE_TICK_H
#define CORE_TICK_H

#include <stdint.h>

#include "core/instrument.h"
#include "core/price.h"

#define TICK_TRIAL          1u /* trial match before the open: shown, never acted on */
#define TICK_SYNTHETIC_BOOK 2u /* bid/ask were made from the trades (the source has trades only) */
#define TICK_AUCTION        4u /* the opening call auction's trade */
#define TICK_REPLAYED       8u /* sent again to mend a gap */

struct tick {
    char symbol[SYMBOL_SIZE];
    uint64_t epoch;
    uint64_t seq;
    uint64_t sym_seq;
    int64_t time_us; /* market time */
    int64_t recv_us; /* process time at the gateway */
    price_t price;
    int32_t quantity; /* lots */
    price_t bid;
    int32_t bid_quantity; /* 0 = no bid */
    price_t ask;
    int32_t ask_quantity;
    int64_t volume; /* lots so far this trading day, this trade included */
    price_t open, high, low;
    price_t reference; /* yesterday's settlement; 0 = not known */
    int32_t trading_day;
    uint32_t flags; /* TICK_* */
};

#define DEPTH_LEVELS 5

/* Five levels, best first; quantity 0 = no such level. */
struct depth {
    char symbol[SYMBOL_SIZE];
    int64_t time_us;
    price_t bid_price[DEPTH_LEVELS];
    int32_t bid_quantity[DEPTH_LEVELS];
    price_t ask_price[DEPTH_LEVELS];
    int32_t ask_quantity[DEPTH_LEVELS];
    uint32_t flags; /* TICK_SYNTHETIC_BOOK */
};

/* One minute (or another interval) of trades. start_us is market time. */
struct bar {
    char symbol[SYMBOL_SIZE];
    int32_t trading_day;
    int64_t start_us;
    price_t open, high, low, close;
    int64_t volume;
    int32_t trades;
};

#endif

/*
 * position: what is held, and what it has made, in points and in NT$ after cost.
 *
 * Rules: average cost; a fill against the position realizes (fill - average) x multiplier x lots; what goes beyond zero
 * opens the other way at the fill's price. Cost of each side = exchange and clearing fee + commission + tax
 * (core/instrument.h). A trading day's realized and cost start at zero with the new day; the open lots carry over.
 *
 * Does not find a position (core/ledger.h) or count an exec id twice or once: that is the caller's.
 * Unit: as struct position (core/body.h). Errors: ERR_RANGE, when a sum would not fit or a fill is none.
 * Thread: any (pure). Owner: the caller.
 */
#ifndef CORE_POSITION_H
#define CORE_POSITION_H

#include "core/msg.h"

struct position_pnl {
    price_t average;    /* of the open lots; 0 when flat */
    price_t points;     /* unrealized, a lot (signed by direction) */
    money_t unrealized; /* NT$ before cost */
    money_t exit_cost;  /* what closing at the mark would cost */
    money_t net;        /* realized + unrealized - cost - exit_cost */
};

void position_init(struct position *position, const char *account, const char *symbol, int32_t trading_day);

/* One fill. contract gives multiplier and cost; commission is a lot a side. ERR_RANGE on overflow, unchanged then. */
enum status position_fill(struct position *position, const struct contract *contract, enum side side, price_t price,
                          int32_t quantity, money_t commission, struct err *err);

/* Lots that came or went without a trade of ours (the venue's number adopted): the same, but no cost, and none of the
 * day's lots. */
enum status position_adjust(struct position *position, const struct contract *contract, enum side side, price_t price,
                            int32_t quantity, struct err *err);

/* Carry to a new trading day: day counters to zero. */
void position_roll(struct position *position, int32_t trading_day);

void position_pnl(const struct position *position, const struct contract *contract, price_t mark, money_t commission,
                  struct position_pnl *out);

#endif

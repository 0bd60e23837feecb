/*
 * guard: may this order go to the venue? One pure question, asked at the last hop.
 *
 * It looks at what it is handed and remembers nothing; the gate keeps positions, rates and the mode. Every refusal has
 * a code and one sentence with the numbers ("order quantity 12 exceeds the limit 10").
 *
 * Rules, in the order they are asked:
 *   - a condition's exit must be no bigger than what that condition holds, whatever the account's net is: a condition
 *     that bought and one that sold may net to nothing, and both are protected. Any other reduce-only order must shrink
 *     the account's net. Else WOULD_NOT_REDUCE. Both count what leaves already: else ALREADY_LEAVING (it may come to
 *     nothing, so it is worth asking again); all that leaves a side is never more than that side holds, and while a
 *     flatten is on its way never more than the net: both filled, it would have turned the account. To an operator's,
 *     whatever of ours works on its side leaves already: were both filled, it would have opened. While the venue is
 *     known to hold something else, both numbers bind: else POSITION_DIFFERS. One that passes here passes everything
 *     below, in every mode: a limit that kept a position open would not protect;
 *   - HALTED refuses everything else; REDUCING passes only what a position can absorb, and no condition's entry; of what
 *     a condition holds a plain order may close nothing then, a reduce-only one may: it is taken back when the exit goes;
 *   - quantity, position (each side with everything working filled, for what nets today may stand alone tomorrow; an
 *     operator's order closes before it opens, but not what a condition holds, for that has an exit which always goes),
 *     notional, price collar, stale tick, daily loss, orders a second, duplicates of an operator's order. A limit of 0
 *     is no limit.
 * Cancels are never asked about.
 *
 * Unit: as the fields say; now_us and last_tick_us are process time. Thread: any (pure). Owner: the caller.
 */
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "core/msg.h"

#define GUARD_RATE_SIZE      1024 /* orders remembered for the rate; larger limits act as this one */
#define GUARD_RATE_WINDOW_US ((int64_t)1000000)

/* The last orders sent, for the rates and for duplicates. Empty when zeroed. */
struct guard_sent {
    int64_t time_us;
    char symbol[SYMBOL_SIZE];
    char actor[NAME_SIZE];
    price_t limit_price;
    int32_t quantity;
    enum side side;
    enum order_type type;
    bool operator_order;
};

struct guard_recent {
    struct guard_sent sent[GUARD_RATE_SIZE]; /* ring */
    uint64_t count;                          /* ever */
};

struct guard_input {
    const struct guard_limits *limits;
    const struct guard_recent *recent;
    enum guard_mode mode;
    const char *mode_reason;
    money_t day_pnl;
    const struct order_request *request;
    int64_t multiplier;   /* NT$ a point; 0 = contract not known: notional is not checked */
    price_t last;         /* last tick's price, 0 = none yet */
    int64_t last_tick_us; /* 0 = none yet */
    bool session_open;    /* the symbol is trading and its feed should move */
    int32_t held;         /* lots of this account and symbol, signed */
    int32_t held_there;   /* what the venue says; held, while nothing else is known */
    int64_t longs;        /* lots held on each side: held = longs - shorts (core/ledger.h) */
    int64_t shorts;
    int64_t rest;        /* what no condition holds, signed */
    int32_t own;         /* what the order's condition holds, signed */
    int32_t own_working; /* lots still open in its exits; for an operator's order, in their reduce-only orders */
    int32_t working_buy; /* lots still open in orders that are not reduce-only */
    int32_t working_sell;
    int32_t working_reduce; /* lots still open in reduce-only orders of the order's side */
    int32_t closing;        /* ... of them, in the operator's that do not rest: a flatten, a market order that closes */
    int32_t rivals;         /* ... in our other orders of that side: those made elsewhere are not ours to wait for */
    int64_t now_us;
};

/* REJECT_NONE: it may go. Otherwise why not, in words, in reason (always written; empty when it may). */
enum reject_code guard_check(const struct guard_input *input, char reason[REASON_SIZE]);

/* An order went to the venue. */
void guard_recent_add(struct guard_recent *recent, const struct order_request *request, int64_t now_us);

/* Is the day's loss at or beyond the limit? reason gets the words. */
bool guard_daily_loss_reached(const struct guard_limits *limits, money_t day_pnl, char reason[REASON_SIZE]);

/* Limits are well formed: none negative. ERR_RANGE names the field. */
enum status guard_limits_check(const struct guard_limits *limits, struct err *err);

#endif

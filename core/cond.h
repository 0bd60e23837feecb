/*
 * cond: one support/resistance condition, exactly.
 *
 * BUY (SELL is the mirror). order level = trigger + turning. On each tick of its own symbol that is not a trial match,
 * at most one transition:
 *
 *   ARMED      price <= trigger                -> TRIGGERED
 *   TRIGGERED  price >= order level            -> ENTERING   (entry signal)
 *              else, following, price <= trigger: trigger = price and every level moves with it (test, then ratchet;
 *              from the triggering tick on)
 *   ENTERING   order events                    -> OPEN (what is filled, at once) | REJECTED (nothing filled)
 *   OPEN       price >= take profit            -> EXITING    (TAKE_PROFIT)
 *              price <= stop                   -> EXITING    (STOP_LOSS)
 *   EXITING    filled -> CLOSED; not filled -> the next attempt (market IOC, range market, limit at the price limit); a
 *              quantity above the venue's largest order goes in several attempts
 *   PAUSED, CANCELLED, EXPIRED: a command, or the validity's end.
 *
 * take profit = basis + take-profit points, stop = basis - stop-loss points, basis = the order level (planned) or the
 * average fill (fill). Exits arm from the tick after the fill and claim the pair: both never go.
 *
 * This file is one condition's rules; core/cond_book.h finds which conditions a tick crosses; core/strategy.h drives
 * both. It sends nothing and keeps nothing. Errors: condition_terms_check's, one field and one sentence each.
 * Unit: prices and distances price_t; quantities lots; times as named. Thread: one. Owner: the caller.
 */
#ifndef CORE_COND_H
#define CORE_COND_H

#include <stdbool.h>
#include <stdint.h>

#include "core/order.h"
#include "core/price.h"
#include "core/tick.h"

#define NOTE_SIZE              64
#define CONDITION_QUANTITY_MAX 100
#define CONDITION_DISTANCE_MAX PRICE_POINTS(100000)   /* turning, take profit, stop loss, offset */
#define CONDITION_PRICE_MAX    PRICE_POINTS(10000000) /* trigger price */

enum exit_basis { BASIS_FILL = 1, BASIS_PLANNED = 2 };
enum validity {
    VALID_SESSION = 1, /* to the end of the session it was armed in */
    VALID_DAY,         /* to the end of the trading day */
    VALID_UNTIL,       /* to the end of trading day `valid_until` */
    VALID_GTC,
};
enum entry_type {
    ENTRY_MARKET = 1,   /* MKT IOC */
    ENTRY_RANGE_MARKET, /* MKP IOC */
    ENTRY_LIMIT,        /* LMT ROD at order level + offset */
};

enum condition_state {
    CONDITION_ARMED = 1,
    CONDITION_TRIGGERED,
    CONDITION_ENTERING,
    CONDITION_OPEN,
    CONDITION_EXITING,
    CONDITION_CLOSED,
    CONDITION_REJECTED,
    CONDITION_PAUSED,
    CONDITION_CANCELLED,
    CONDITION_EXPIRED,
};

/* What the trader typed. */
struct condition_terms {
    char account[ACCOUNT_SIZE];
    char symbol[SYMBOL_SIZE];
    enum side side;
    price_t trigger_price;
    price_t turning;     /* distance, > 0 (0 allowed unless following) */
    int32_t quantity;    /* 1..CONDITION_QUANTITY_MAX */
    price_t take_profit; /* distance, > 0 */
    price_t stop_loss;   /* distance, > 0 */
    bool following;
    enum exit_basis basis;
    enum validity validity;
    int32_t valid_until; /* yyyymmdd, VALID_UNTIL only, else 0 */
    enum entry_type entry;
    price_t entry_offset; /* ENTRY_LIMIT: added to the order level for BUY, subtracted for SELL; >= 0 */
    char note[NOTE_SIZE];
};

/* A condition and where it stands: one row of conditions.db, one message. */
struct condition {
    int64_t id; /* 1.. in this install */
    struct condition_terms terms;
    enum condition_state state;
    enum condition_state paused_from; /* PAUSED: the state to go back to */
    price_t trigger;                  /* now: terms.trigger_price, or the extreme it followed to */
    int32_t filled_quantity;          /* entry */
    int64_t filled_value;             /* sum of price x lots */
    int32_t exited_quantity;
    int64_t exited_value;
    enum order_leg exit_leg; /* claimed leg, LEG_NONE before */
    int32_t attempt;         /* of the working leg, 1.. */
    int64_t serial;          /* transitions so far: the last one's serial */
    bool entry_working;      /* the entry's order is not terminal yet */
    bool exit_working;       /* this attempt's exit order is not terminal yet */
    int32_t exit_step;       /* the exit's escalation: 0 none, 1 market, 2 range market, 3 limit at the price limit */
    bool cancel_requested;   /* decided when the entry's order ends */
    bool locked;             /* exit sits at the price limit */
    bool suspended;          /* its feed is stale: entries held, exits alarmed */
    int32_t expires_day;     /* the trading day (and session, below) it lives to; 0 = for ever */
    int32_t expires_session; /* enum session_kind, VALID_SESSION only */
    int64_t created_us;
    int64_t updated_us; /* process time */
    int64_t market_us;  /* market time of the last transition */
    uint64_t tick_seq;  /* sym_seq of the last transition's tick */
    char reason[REASON_SIZE];
};

/* One row of a condition's history: never deleted. */
struct transition {
    int64_t condition_id;
    int64_t serial; /* 1.. within the condition */
    char symbol[SYMBOL_SIZE];
    enum condition_state from, to;
    price_t price; /* the tick's or the fill's; 0 for a command */
    uint64_t tick_seq;
    int64_t market_us;
    int64_t time_us;
    int32_t trading_day;
    char actor[NAME_SIZE];
    char reason[REASON_SIZE];
};

struct condition_levels {
    price_t trigger, order, take_profit, stop_loss;
};

/* Levels as they stand (average fill basis once filled, when so asked). */
void condition_levels(const struct condition *condition, struct condition_levels *out);
/* Levels the terms would give, unfilled: the form's preview. */
void condition_terms_levels(const struct condition_terms *terms, struct condition_levels *out);

/* Every refusal of the form, one per call: fields are checked in the form's order, *field gets the name of the first
 * bad one ("trigger_price", ...). contract may be NULL (then what needs it is not checked). now: market time. */
enum status condition_terms_check(const struct condition_terms *terms, const struct contract *contract,
                                  int32_t trading_day, const char **field, struct err *err);

bool condition_terminal(enum condition_state state);

/* The sign-normalised distance still to go to the next event, and its name ("trigger", "entry", "take profit" / "stop"
 * whichever is nearer). false: nothing is waited for. */
bool condition_distance(const struct condition *condition, price_t last, price_t *distance, const char **event);

/* In words, one line: why it fired, or why it has not (state, what it waits for, how far, what blocks it). */
const char *condition_explain(const struct condition *condition, price_t last, char *buf, size_t size);

/* Why it is CLOSED when its last exit fills: "stop filled, -8 points a lot". */
const char *condition_exit_words(const struct condition *condition, char *buf, size_t size);

const char *condition_state_name(enum condition_state state); /* ARMED ... */
const char *exit_basis_name(enum exit_basis basis);           /* fill planned */
const char *validity_name(enum validity validity);            /* session day until gtc */
const char *entry_type_name(enum entry_type entry);           /* market range_market limit */

#endif

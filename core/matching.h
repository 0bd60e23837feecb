/*
 * matching: the simulated exchange's engine: contracts, books, accounts, sessions, and what it says of each order.
 *
 *     orders, cancels, market flow or replayed trades, time  ->  venue_exec, order, position, account, tick, contract
 *
 * It is a venue, not our friend: it does not deduplicate (the same client order id twice is two orders), it knows
 * nothing of conditions, and it answers what it is asked. It does not do: final settlement (a position in an expired
 * contract stays as it is), calendar spreads, dynamic price bands, the no-cancel minutes before an open.
 *
 * Emits: PORT_STORE   order (each change), venue_exec, position, account
 *        PORT_PUBLISH venue_exec (to its account's stream), tick, contract (facts of a new trading day)
 *
 * Rules (TAIFEX trading rules; order types and call auction: taifex.com.tw, "Order types", "Order matching principle"):
 *   - Pre-open takes LMT ROD/IOC and MKT IOC; the open matches them in one call auction: the price with the most lots,
 *     then the smallest surplus, then nearest the reference. What is left of MKT and IOC is cancelled.
 *   - Open: LMT ROD/IOC/FOK, MKT IOC/FOK, MKP IOC/FOK; price, then time. Closed: everything is refused.
 *   - MKP becomes a limit at the best price of its own side +- a protection of PROTECTION_BPS of the reference; without
 *     a price on its own side it is refused.
 *   - Price limits, tick size, lots an order (MKT: fewer at night; LMT and MKP the limit order's), initial margin: an
 *     order that would enlarge the worst case needs equity for it, one that only reduces always passes.
 *   - ROD lives to the end of its session, then EXPIRED.
 *
 * A contract's market is made in one of two ways:
 *   flow    anonymous orders through matching_flow_*: a true book, in which a person's order rests and matches.
 *   replay  matching_replay_trade: the trades are history and stay as they were. The book around the last trade is made
 *           up (TICK_SYNTHETIC_BOOK) unless the source had bid and ask:
 *             - an uptick trade was at the ask, a downtick at the bid, the other side is one tick away; five levels
 *               whose sizes grow with the recent size of trades; the same trades always give the same book;
 *             - an incoming order takes what is displayed and no more; it is not refilled before the next trade;
 *             - a resting order fills, at its price and at most the trade's lots, when a trade goes through its price,
 *               or at its price once the volume displayed before it has traded;
 *             - the session's first trade is the auction: what was collected meets it, at its price, at most its lots;
 *             - a person's order moves no price and prints no tick.
 *
 * Time moves by matching_on_time alone; everything else happens at that moment.
 * Unit: market_us market time, now_us process time, quantities lots. Memory is taken at creation, listing and account
 * opening; none after. Thread: one. Owner: matching_new .. matching_free.
 */
#ifndef CORE_MATCHING_H
#define CORE_MATCHING_H

#include "core/port.h"
#include "core/session.h"

#define MATCHING_CONTRACTS_MAX 256
#define MATCHING_ACCOUNTS_MAX  16
#define MATCHING_STREAMS_MAX   8

struct matching;

struct matching_config {
    char install[NAME_SIZE]; /* in front of every venue order id and exec id, so that another install's never repeat */
    uint64_t epoch;          /* of the ticks */
    money_t commission;      /* a lot a side, in the accounts */
    uint32_t max_orders;     /* remembered; the oldest ended ones are forgotten for new ones */
    uint32_t max_resting;    /* entries in all books together */
};

/* A contract's day so far: what a restart cannot make again from the books. */
struct matching_stats {
    char symbol[SYMBOL_SIZE];
    int32_t trading_day;
    price_t reference, last, open, high, low;
    int64_t volume;
    int64_t last_us; /* market time of the last trade, 0 = none */
    uint64_t sym_seq;
};

/* NULL when memory is short. */
struct matching *matching_new(const struct matching_config *config);
void matching_free(struct matching *matching);

/* --- set-up ------------------------------------------------------------------------------------------------------- */

/* List a contract, or renew its facts. replay: its market comes from matching_replay_trade. ERR_FULL. *index may be
 * NULL. */
enum status matching_list(struct matching *matching, const struct contract *contract, bool replay, uint32_t *index,
                          struct err *err);
/* Open an account whose reports go to a stream (0 .. MATCHING_STREAMS_MAX - 1): one a login. ERR_FULL, ERR_EXISTS. */
enum status matching_open_account(struct matching *matching, const char *account, const char *name, uint32_t stream,
                                  money_t equity, struct err *err);
/* Start-up, after accounts, contracts and matching_on_time: stored account, position (all rows: the last written
 * counts), order (oldest first, each once), venue_exec (the last of each account is enough). ERR_*: it is not taken,
 * nothing else. */
enum status matching_restore(struct matching *matching, const struct msg *msg, struct err *err);
/* After the last restore: working orders of the present session of a listed contract rest again, in their order; others
 * expire. same_market false (another source): all of them expire. */
void matching_resume(struct matching *matching, bool same_market, struct sink *sink);
/* After matching_on_time for its day. */
void matching_set_stats(struct matching *matching, const struct matching_stats *stats);

/* --- time and orders ---------------------------------------------------------------------------------------------- */

/* Sessions open and close, auctions match, days roll. Time may jump, also backwards (seek). */
void matching_on_time(struct matching *matching, int64_t market_us, int64_t now_us, struct sink *sink);
/* A request as decoded (it passed msg_check). stream: the login's; an account of another stream is refused. */
void matching_order(struct matching *matching, uint32_t stream, const struct order_request *request, struct sink *sink);
/* Cancels every working order with that id; none: CANCEL_REJECTED. */
void matching_cancel(struct matching *matching, uint32_t stream, const struct cancel_request *request,
                     struct sink *sink);
/* Every working order expires (the market is replaced, or time jumps). */
void matching_expire_all(struct matching *matching, const char *reason, struct sink *sink);

/* --- the market's flow (index from matching_list) ----------------------------------------------------------------- */

/* A limit order of the anonymous market: matches, then rests. */
void matching_flow_add(struct matching *matching, uint32_t index, enum side side, price_t price, int32_t quantity,
                       struct sink *sink);
/* Takes what is at `limit` or better, the rest is gone. */
void matching_flow_take(struct matching *matching, uint32_t index, enum side side, price_t limit, int32_t quantity,
                        struct sink *sink);
/* Withdraw anonymous lots at a price; all priced outside low..high. */
void matching_flow_withdraw(struct matching *matching, uint32_t index, enum side side, price_t price, int32_t quantity);
void matching_flow_trim(struct matching *matching, uint32_t index, enum side side, price_t low, price_t high);
/* Pre-open: what the auction would give now, as a tick flagged TRIAL. */
void matching_flow_trial(struct matching *matching, uint32_t index, struct sink *sink);

/* --- replay ------------------------------------------------------------------------------------------------------- */

struct matching_trade {
    int64_t market_us;
    price_t price;
    int32_t quantity;
    bool auction;
    bool has_book;
    price_t bid, ask;
    int32_t bid_quantity, ask_quantity;
};

/* The next trade of a contract listed for replay; matching_on_time has been called for its moment. */
void matching_replay_trade(struct matching *matching, uint32_t index, const struct matching_trade *trade,
                           struct sink *sink);

/* --- questions ---------------------------------------------------------------------------------------------------- */

/* The first order with that id of a stream, and how many there are; NULL when none is remembered. */
const struct order *matching_find(const struct matching *matching, uint32_t stream, const char *client_order_id,
                                  int32_t *copies);
void matching_each_working(const struct matching *matching, uint32_t stream,
                           void (*visit)(void *context, const struct order *order), void *context);
void matching_each_position(const struct matching *matching, uint32_t stream,
                            void (*visit)(void *context, const struct position *position), void *context);
void matching_each_account(const struct matching *matching, uint32_t stream,
                           void (*visit)(void *context, const struct account *account), void *context);

uint32_t matching_count(const struct matching *matching);
/* index < matching_count. */
const struct contract *matching_contract_at(const struct matching *matching, uint32_t index);
const struct session *matching_session(const struct matching *matching, uint32_t index);
void matching_stats(const struct matching *matching, uint32_t index, struct matching_stats *out);
/* Five levels as they stand. */
void matching_depth(struct matching *matching, uint32_t index, struct depth *out);
/* Has the book changed since this was last asked? */
bool matching_depth_changed(struct matching *matching, uint32_t index);
/* Best limit price of a side, 0 when it is empty; lots at a price. */
price_t matching_best(const struct matching *matching, uint32_t index, enum side side);
int64_t matching_lots_at(const struct matching *matching, uint32_t index, enum side side, price_t price);
/* Last report of a stream. */
uint64_t matching_exec_seq(const struct matching *matching, uint32_t stream);

#endif

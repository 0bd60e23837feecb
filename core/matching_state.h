/*
 * matching_state: what the files of the simulated exchange share. Private to core/matching*.c.
 *
 *   matching.c          creation, listing, time and sessions, questions
 *   matching_order.c    checks of an order, taking, cancelling
 *   matching_cross.c    two orders meet: continuous matching, the market's flow
 *   matching_auction.c  the opening call auction
 *   matching_replay.c   a contract whose market is replayed trades
 *   matching_report.c   what is said and stored: executions, positions, accounts, ticks
 *   matching_restore.c  start-up
 *
 * Unit: as core/matching.h. Thread: one. Owner: matching.c.
 */
#ifndef CORE_MATCHING_STATE_H
#define CORE_MATCHING_STATE_H

#include "core/matching.h"
#include "core/matching_book.h"
#include "core/position.h"

#define HOLDINGS_MAX ((size_t)MATCHING_CONTRACTS_MAX * MATCHING_ACCOUNTS_MAX)
#define NO_RECORD    UINT32_MAX

/* An order a person sent. */
struct record {
    struct order order;
    uint64_t number; /* in its venue order id */
    int32_t account;
    uint32_t contract;  /* NO_RECORD: not listed here */
    uint32_t entry;     /* BOOK_NONE: not in a book */
    price_t book_price; /* where it rests */
    bool used;
    bool restoring; /* was working when we went down */
    uint32_t chain; /* next with the same hash */
};

struct venue_account {
    struct account facts;
    money_t cash; /* equity without open positions' profit */
    uint32_t stream;
};

/* A position, and what works towards another one. */
struct holding {
    struct position position;
    int32_t account;
    uint32_t contract; /* NO_RECORD: of another market */
    int32_t multiplier;
    int64_t working_buy, working_sell;
};

struct replay_state {
    bool on;
    bool awaiting; /* the session's first trade has not come */
    bool stale;    /* the displayed levels are to be made again */
    bool traded;   /* in this session */
    bool rising;   /* the last trade was at the ask */
    bool has_book;
    price_t bid, ask;
    int32_t bid_quantity, ask_quantity;
    int32_t average16; /* recent lots a trade, times 16 */
};

struct listed {
    struct contract facts;
    const struct product *product;
    struct session session;
    int64_t session_since, session_until; /* market time for which `session` holds */
    int32_t night_market_lots;
    struct book book;
    struct matching_stats stats;
    struct replay_state replay;
    bool changed; /* depth */
};

struct matching {
    struct matching_config config;
    int64_t market_us, now_us;
    uint64_t seq;         /* ticks */
    uint64_t orders_made; /* venue order ids */
    uint64_t stream_seq[MATCHING_STREAMS_MAX];
    struct book_pool pool;
    struct listed *listed;
    uint32_t listed_count;
    struct venue_account accounts[MATCHING_ACCOUNTS_MAX];
    int32_t account_count;
    struct holding *holdings;
    uint32_t holding_count;
    struct record *records;
    uint32_t record_count; /* used from the front; then replaced in turn */
    uint32_t replace_at;
    uint32_t *chains; /* heads by hash of the client order id */
    uint32_t chain_mask;
};

/* --- matching.c --- */
struct listed *listed_find(const struct matching *matching, const char *symbol, uint32_t *index);
bool listed_open(const struct listed *listed);

/* --- matching_order.c --- */
int32_t account_find(const struct matching *matching, const char *account);
/* A record for a new order, linked under its id; NO_RECORD when all are working. */
uint32_t record_make(struct matching *matching, const struct order_request *request);
uint32_t record_first(const struct matching *matching, const char *client_order_id);
uint32_t record_next(const struct matching *matching, uint32_t at);
/* Put what is left of an order into its book; false: the books are full. */
bool record_rest(struct matching *matching, uint32_t at, price_t price);
/* End what is left of an order: CANCELLED or EXPIRED, out of the book. */
void record_end(struct matching *matching, uint32_t at, enum exec_kind kind, enum reject_code code, const char *reason,
                struct sink *sink);

/* --- matching_cross.c --- */
/* Lots of a resting entry trade at a price. */
void fill_resting(struct matching *matching, struct book_side *side, uint32_t entry, price_t price, int32_t lots,
                  struct sink *sink);
/* Match against the other side down to limit, at most quantity lots. record NO_RECORD: anonymous. Returns lots left. */
int32_t cross(struct matching *matching, struct listed *listed, enum side side, price_t limit, int32_t quantity,
              uint32_t record, struct sink *sink);

/* --- matching_auction.c --- */
bool auction_price(const struct matching *matching, struct listed *listed, price_t *price, int64_t *lots);
void auction_match(struct matching *matching, struct listed *listed, struct sink *sink);
/* Cancel what may not outlive the auction: MKT, and IOC. */
void auction_sweep(struct matching *matching, struct listed *listed, struct sink *sink);

/* --- matching_replay.c --- */
void replay_close(struct listed *listed);
/* Best bid and ask as a tick shows them. */
void replay_top(const struct listed *listed, struct tick *out);
/* Make the displayed levels of the last trade, when they are due. */
void replay_refresh(struct matching *matching, struct listed *listed);
/* Displayed volume that a new resting order must let trade first. */
int32_t replay_ahead(const struct matching *matching, const struct listed *listed, enum side side, price_t price);

/* --- matching_report.c --- */
void report_exec(struct matching *matching, uint32_t at, enum exec_kind kind, enum reject_code code, const char *reason,
                 struct sink *sink);
/* An order that is not even remembered: an account that is not the stream's, or no room. */
void report_refusal(struct matching *matching, uint32_t stream, const struct order_request *request,
                    enum reject_code code, const char *reason, struct sink *sink);
/* A cancel that names no order of the stream. */
void report_no_order(struct matching *matching, uint32_t stream, const struct cancel_request *request,
                     struct sink *sink);
/* One fill of a person's order: state, position, account, execution. Does not touch the book. */
void report_fill(struct matching *matching, uint32_t at, price_t price, int32_t lots, struct sink *sink);
void report_tick(struct matching *matching, struct listed *listed, int64_t market_us, price_t price, int32_t lots,
                 uint32_t flags, struct sink *sink);
void report_position(const struct matching *matching, const struct holding *holding, struct sink *sink);
/* Made when there is none; NULL when there is no room. */
struct holding *holding_of(struct matching *matching, int32_t account, const char *symbol);
/* The account as it stands at the last prices. */
void account_facts(const struct matching *matching, int32_t account, struct account *out);
/* Profit of open positions at the last prices (live), or at the marks they were stored with. */
money_t account_unrealized(const struct matching *matching, int32_t account, bool live);
/* Initial margin of the account's worst case: all of it, with `lots` more working on one side of `symbol`. */
money_t margin_worst(const struct matching *matching, int32_t account, const char *symbol, enum side side,
                     int32_t lots);
/* An order starts (+) or stops (-) working with this many lots. */
void working_add(struct matching *matching, const struct record *record, int32_t lots);

#endif

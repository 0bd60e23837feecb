/*
 * model: what the screen knows, built from messages alone. Pure: no curses, no sockets, no clock.
 *
 * model_apply takes one message and marks which parts changed, so that only those panes are drawn. Everything is
 * bounded; what is dropped is the oldest. Arrays are sorted by a stable key, so that rows do not move under the cursor:
 * the watchlist by product and month; positions by symbol; conditions that are alive by id, then those that have ended,
 * the newest first; orders that work, the newest first, then those that have ended, the last to end first.
 *
 * Owner: model_new .. model_free. Thread: one.
 */
#ifndef TUI_MODEL_H
#define TUI_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/msg.h"
#include "core/position.h"

#define MODEL_SPARK       64
#define MODEL_CONTRACTS   512
#define MODEL_CONDITIONS  4096
#define MODEL_ORDERS      4096
#define MODEL_POSITIONS   256
#define MODEL_LOG         1000
#define MODEL_DIFFERENCES 64
#define MODEL_ACCOUNTS    16

enum dirty {
    DIRTY_WATCHLIST = 1,
    DIRTY_CONDITIONS = 2,
    DIRTY_POSITIONS = 4,
    DIRTY_ORDERS = 8,
    DIRTY_LOG = 16,
    DIRTY_STATUS = 32,
    DIRTY_ALL = 63
};

/* One contract that the system knows, with its latest market data. */
struct quote {
    struct contract contract;
    struct tick last; /* seq 0 = none yet; its best bid and ask are those of a newer book */
    struct depth depth;
    bool has_depth;
    bool stale;
    int64_t tick_us; /* process time the last tick came in */
    bool bars_asked; /* the screen's: today's bars were asked for */
    bool bars_seen;
    price_t close;      /* of the newest of them; 0 = none */
    int direction;      /* of the last change of price: +1, -1, 0 = none yet */
    int64_t changed_us; /* process time of that change */
    int64_t spark_us;   /* market time of the newest spark value's step */
    int64_t spark_step_us;
    long long spark[MODEL_SPARK]; /* prices, oldest first */
    int spark_count;
};

struct component_view {
    struct heartbeat heartbeat;
    struct process_info process;
    int64_t heard_us; /* process time; 0 = never */
    bool linked;      /* the line to it is watched: the next ones are known */
    bool up;          /* it is there and answers */
    bool connecting;  /* not yet, and it has not had the time */
    bool strange;     /* ... in messages of another version of outcry */
    int64_t age_us;   /* since it was last heard; -1 = never */
};

/* A line of the log, and when it was in the market (0 = not known). */
struct log_entry {
    struct log_line line;
    int64_t market_us;
};

struct model {
    struct quote *quotes; /* MODEL_CONTRACTS, sorted by product and month */
    size_t quote_count;
    int first_year; /* digit of the year before the trading day's: codes have one digit of theirs */
    struct condition *conditions;
    size_t condition_count;
    struct order *orders;
    size_t order_count;
    uint64_t orders_added; /* ever, for "+N new" */
    struct position *positions;
    size_t position_count;
    struct log_entry *log; /* oldest first */
    size_t log_count;
    uint64_t log_first; /* the number that names the oldest line; lines keep theirs while others come and go */
    uint64_t log_added; /* at the end, ever */
    struct account accounts[MODEL_ACCOUNTS];
    size_t account_count;
    struct market market;
    int64_t market_heard_us;   /* process time */
    int64_t feed_us;           /* process time of the newest tick of any symbol; 0 = none yet */
    int64_t feed_heartbeat_us; /* process time of the feed's last heartbeat */
    struct session_info session;
    struct guard_state guard;
    struct guard_limits limits;
    struct difference differences[MODEL_DIFFERENCES]; /* of our books and the venue's */
    size_t difference_count;
    struct component_view components[COMPONENT_COUNT + 1]; /* by enum component */
    money_t commission;
    unsigned dirty; /* DIRTY_*; the drawer clears it */
};

struct model *model_new(void);
void model_free(struct model *model);

void model_apply(struct model *model, const struct msg *msg, enum component from, int64_t now_us);

const struct quote *model_quote(const struct model *model, const char *symbol); /* NULL = unknown */
const struct condition *model_condition(const struct model *model, int64_t id);
const struct order *model_order(const struct model *model, const char *client_order_id);
/* The book, its best as new as the watchlist's: of a replay that runs fast a trade is always newer than the last book. */
void model_book(const struct quote *quote, struct depth *book);
/* The last price of the day: the last tick's, or as the bars of before know it; 0 = none. A bar's is no tick: no order
 * passes by it. */
price_t model_last_price(const struct quote *quote);
/* Why the gateway opens nothing new in a contract: an order of unknown outcome, a position that differs from the venue's,
 * or it is not registered, and has no ticks either. false: nothing blocks it. */
bool model_blocked(const struct model *model, const char *symbol, char *text, size_t size);
/* Why a condition fired or has not (condition_explain); before all else what keeps anything new from being opened in its
 * contract. true: it is that. */
bool model_explain(const struct model *model, const struct condition *condition, char *text, size_t size);
/* Is the contract traded on the market's trading day? Another market's, or an expired one, gets no ticks. */
bool model_listed(const struct model *model, const struct quote *quote);
/* How many of the differences from the venue's books halt trading until they are accepted. */
int model_halting(const struct model *model);
/* What a position has made this trading day, marked at its last price. false: not known yet (out is zero). */
bool model_position_pnl(const struct model *model, const struct position *position, struct position_pnl *out);
/* The recorded day is played to its end: its clock stands. */
bool model_replay_ended(const struct model *model);
/* Market time now, carried on from the market's last word (at most two seconds: silence is not time). */
int64_t model_market_us(const struct model *model, int64_t now_us);
/* Net of all positions of the trading day: realized, unrealized, after cost. */
money_t model_day_pnl(const struct model *model);
money_t model_account_pnl(const struct model *model, const char *account);

#endif

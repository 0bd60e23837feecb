/*
 * order: what an order is, and its life.
 *
 * Words and states follow FIX 4.4 (OrdStatus, ExecType, TimeInForce); what FIX has no word for: INTENT (journalled by
 * the executor, not yet taken by the gateway), SENDING (journalled by the gateway, being sent), UNKNOWN (sent, outcome
 * not known), DENIED (refused by us; REJECTED is refused by the venue).
 *
 *     INTENT -> SENDING -> NEW -> PARTIALLY_FILLED -> FILLED
 *        |         |        |            |
 *     DENIED    UNKNOWN   REJECTED  CANCELLED / EXPIRED      (UNKNOWN resolves to any state to its right)
 *
 * Invariants: cum <= quantity; a terminal state never changes, but a late fill is still counted (and alarmed) because
 * the venue's fill is a fact; a fill may come before the ack; an exec_id counts once (the caller's dedupe, see
 * executor).
 *
 * Keys: client_order_id is deterministic and unique for ever: "<install>-<condition>-<leg><attempt>", e.g.
 * "k3f9-12-E1", or for an operator's "<install>-k<key>", "<install>-m<operator session>-<counter>" without a key.
 * Sending the same one again is always safe.
 *
 * Unit: price_t, lots; _us process time, but market_us.
 * Thread: any (pure). Owner: the caller.
 */
#ifndef CORE_ORDER_H
#define CORE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/instrument.h"
#include "core/price.h"

#define CLIENT_ORDER_ID_SIZE 40
#define VENUE_ORDER_ID_SIZE  40
#define EXEC_ID_SIZE         40
#define ACCOUNT_SIZE         24
#define REASON_SIZE          128
#define NAME_SIZE            24 /* user, component, actor, install id */
#define ORDER_ACTOR_ELSEWHERE                                                                                          \
    "elsewhere" /* actor of an order found at the venue that was not made here: counted, never touched */
#define ORDER_EARLY_US     ((int64_t)2000000)
#define ORDER_QUANTITY_MAX 100 /* lots of one order: the exchange's own limit for a limit order */

enum side { SIDE_BUY = 1, SIDE_SELL = 2 };
enum order_type { ORDER_MARKET = 1, ORDER_LIMIT = 2, ORDER_RANGE_MARKET = 3 /* MKP */ };
enum time_in_force { TIF_ROD = 1, TIF_IOC = 2, TIF_FOK = 3 };
enum order_leg {
    LEG_NONE = 0, /* an operator's order */
    LEG_ENTRY,
    LEG_TAKE_PROFIT,
    LEG_STOP_LOSS,
    LEG_FLATTEN,
    LEG_ADJUST, /* no order at all: the venue's position adopted, as fills without a cost. Never goes to a venue */
};

enum order_state {
    ORDER_INTENT = 1,
    ORDER_SENDING,
    ORDER_UNKNOWN,
    ORDER_NEW,
    ORDER_PARTIALLY_FILLED,
    ORDER_PENDING_CANCEL,
    ORDER_FILLED,
    ORDER_CANCELLED,
    ORDER_REJECTED,
    ORDER_DENIED,
    ORDER_EXPIRED,
};

/* Why not: one code space for our denials (1xx) and the venue's rejections (2xx). Words come from reject_words(). */
enum reject_code {
    REJECT_NONE = 0,
    REJECT_HALTED = 101,
    REJECT_REDUCING,
    REJECT_MAX_QUANTITY,
    REJECT_MAX_POSITION,
    REJECT_MAX_NOTIONAL,
    REJECT_PRICE_COLLAR,
    REJECT_STALE_TICK,
    REJECT_ORDER_RATE,
    REJECT_DUPLICATE_WINDOW,
    REJECT_DAILY_LOSS,
    REJECT_EXPIRED,        /* past its time to live: never executed late */
    REJECT_SYMBOL_BLOCKED, /* an UNKNOWN order on the symbol */
    REJECT_NOT_LOGGED_IN,
    REJECT_NO_ACCOUNT,
    REJECT_NOT_REGISTERED,
    REJECT_WOULD_NOT_REDUCE, /* a reduce-only order that would open or reverse */
    REJECT_INVALID_ORDER,
    REJECT_ID_REUSED,       /* same client order id, different order */
    REJECT_STOPPED,         /* an agent is shutting down */
    REJECT_NO_ROOM,         /* the limit on orders kept in memory is reached */
    REJECT_ALREADY_LEAVING, /* reduce-only, and orders that work already close those lots: perhaps later */
    REJECT_POSITION_DIFFERS, /* the venue holds another position than is counted here, and nobody has accepted that yet */
    REJECT_FLATTENING,       /* would open, while the symbol is being flattened */
    REJECT_VENUE_UNKNOWN_SYMBOL = 201,
    REJECT_VENUE_PRICE_LIMIT,
    REJECT_VENUE_TICK_SIZE,
    REJECT_VENUE_QUANTITY,
    REJECT_VENUE_SESSION, /* closed, or this order type is not taken now */
    REJECT_VENUE_TYPE,    /* type / time in force not allowed together */
    REJECT_VENUE_MARGIN,
    REJECT_VENUE_ACCOUNT,
    REJECT_VENUE_NO_ORDER,     /* cancel of what is not working */
    REJECT_VENUE_NO_LIQUIDITY, /* FOK that cannot fill whole */
    REJECT_VENUE_OTHER,
};

/* What is asked for. Sent by the executor to the gateway. */
struct order_request {
    char client_order_id[CLIENT_ORDER_ID_SIZE];
    char account[ACCOUNT_SIZE];
    char symbol[SYMBOL_SIZE];
    enum side side;
    enum order_type type;
    enum time_in_force tif;
    int32_t quantity;     /* lots, 1.. */
    price_t limit_price;  /* ORDER_LIMIT only, else 0 */
    bool reduce_only;     /* protective exit or flatten: may only shrink a position */
    int64_t condition_id; /* 0 = operator */
    enum order_leg leg;
    int32_t attempt;        /* 1.. */
    price_t decision_price; /* the tick that decided (last seen, for an operator) */
    uint64_t tick_seq;      /* its sym_seq, 0 = none */
    int64_t created_us;     /* process time */
    int64_t expires_us;     /* time to live: not executed after. 0 = none */
    char actor[NAME_SIZE];  /* "strategy" or the operator */
};

struct order {
    struct order_request request;
    enum order_state state;
    char venue_order_id[VENUE_ORDER_ID_SIZE];
    int32_t filled_quantity;
    int64_t filled_value; /* sum of price x lots, for an exact average */
    enum reject_code reject;
    char reason[REASON_SIZE]; /* why it ended so, a cancel was rejected, or its outcome is not known */
    int32_t trading_day;
    int64_t market_us;  /* market time of the last change */
    int64_t updated_us; /* process time of the last change */
};

enum exec_kind {
    EXEC_SENDING = 1, /* journalled by the gateway */
    EXEC_NEW,         /* the venue's ack */
    EXEC_FILL,
    EXEC_PENDING_CANCEL,
    EXEC_CANCELLED,
    EXEC_CANCEL_REJECTED, /* state unchanged */
    EXEC_REJECTED,
    EXEC_DENIED,
    EXEC_EXPIRED,
    EXEC_UNKNOWN,
    EXEC_RELEASED, /* lots of a condition were closed by an order that is not its own: this one. Of that order nothing
                    * changes; the event's request.condition_id says whose lots, fill_quantity and fill_price how many
                    * and at what */
};

/* One event in an order's life: append-only rows of gateway.db, numbered by `seq` without holes. */
struct order_event {
    uint64_t seq;
    enum exec_kind kind;
    struct order_request request; /* the whole order, so that a reader needs nothing else */
    char venue_order_id[VENUE_ORDER_ID_SIZE];
    char exec_id[EXEC_ID_SIZE]; /* fills only; unique at the venue */
    price_t fill_price;
    int32_t fill_quantity;
    int32_t filled_quantity; /* cumulative, after this event */
    enum order_state state;  /* after this event */
    enum reject_code reject;
    char reason[REASON_SIZE];
    int32_t trading_day;
    int64_t market_us;
    int64_t time_us; /* process time at the gateway */
};

bool order_state_terminal(enum order_state state);
bool order_state_working(enum order_state state); /* NEW, PARTIALLY_FILLED, PENDING_CANCEL */

void order_init(struct order *order, const struct order_request *request, int32_t trading_day, int64_t now_us);

/* Apply one event of this very order (its id is CHECKed). Returns true when anything changed. A late fill on a terminal
 * order counts and sets *late (may be NULL). A lower state never overwrites a higher one (an ack after a fill); only
 * UNKNOWN may go back to SENDING (sent again after its absence was proved), and PENDING_CANCEL to what it was (cancel
 * rejected). A fill beyond the quantity is refused whole: false with *late set, for the caller to alarm. */
bool order_apply(struct order *order, const struct order_event *event, bool *late);

/* Average fill price, 0 when nothing is filled. */
price_t order_average(const struct order *order);

/* A request is well formed in itself: identifiers, enums, ranges, type/TIF/price agree. */
enum status order_request_check(const struct order_request *request, struct err *err);

/* Found at the venue, and not made here: counted, never touched. */
bool order_request_elsewhere(const struct order_request *request);

/* Has what a person asked for at created_us waited longer than it may live (live_us), so that it must not be done any
 * more? true: words says why. Either 0: it has no time to live. */
bool order_late(int64_t created_us, int64_t live_us, int64_t now_us, char *words, size_t size);

/* Was it made in the future (by more than ORDER_EARLY_US)? Then the clock was set back since, nobody knows its age, and
 * it is as dead as one whose time to live has ended. Only what has a time to live can be. */
bool order_request_early(const struct order_request *request, int64_t now_us);

/* Same order again? (same economic content; created/expires may differ) */
bool order_request_same(const struct order_request *a, const struct order_request *b);

/* The id of an operator's order that was given a key: "<install>-k<key, to the base 36>". */
void order_key_id(const char *install, uint64_t key, char id[CLIENT_ORDER_ID_SIZE]);

/* Words of the tables: never NULL ("?" when out of range). */
const char *side_name(enum side side);             /* BUY SELL */
const char *order_type_name(enum order_type type); /* MKT LMT MKP */
const char *tif_name(enum time_in_force tif);      /* ROD IOC FOK */
const char *leg_name(enum order_leg leg);          /* ENTRY TAKE_PROFIT STOP_LOSS FLATTEN ADJUST - */
const char *order_state_name(enum order_state state);
const char *exec_kind_name(enum exec_kind kind);
const char *reject_name(enum reject_code code);  /* NONE HALTED ... VENUE_PRICE_LIMIT: for columns and JSON */
const char *reject_words(enum reject_code code); /* one plain sentence */

enum side side_opposite(enum side side);
int side_sign(enum side side); /* +1 / -1 */

#endif

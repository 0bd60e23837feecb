/*
 * body: what messages and records carry, as plain structs: the market, signals, positions, the system's state, requests
 * and answers. Ticks, contracts, orders and conditions have headers of their own.
 *
 * A struct here is nothing without its row in the tables of core/msg.h, which hold its fields' names, ranges and
 * meaning; a new member needs a new row (tests/core/test_msg.c finds a member without one). Unit: as named. Owner: the
 * caller. Thread: any (plain data).
 */
#ifndef CORE_BODY_H
#define CORE_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cond.h"
#include "core/instrument.h"
#include "core/order.h"
#include "core/tick.h"

#define TEXT_SIZE   256
#define SECRET_SIZE 64

/* The market as a whole: published on change and each second by the venue, forwarded by the gateway. */
struct market {
    char venue[NAME_SIZE];  /* "SIM" */
    char source[TEXT_SIZE]; /* "synthetic market, seed 1" or the file's name */
    int64_t market_us;      /* market time now */
    int32_t trading_day;
    int32_t session;        /* enum session_kind */
    int32_t session_state;  /* enum session_state */
    int64_t next_change_us; /* market time */
    int32_t speed;          /* market seconds a second; 0 = as fast as possible */
    bool paused;
    bool simulated;            /* not real money */
    int32_t progress_permille; /* replay: how far; -1 = endless */
    int64_t damaged_lines;     /* replay: lines counted and skipped */
};

/* The feed's heartbeat, each second on topic "~feed": last seqs, so that silence and gaps are told apart. With a
 * symbol: that symbol's last sym_seq; with an empty symbol: the whole feed's last seq. */
struct feed {
    uint64_t epoch;
    char symbol[SYMBOL_SIZE];
    uint64_t last_seq;
    int64_t time_us;
};

/* Every following condition of symbol+side that is TRIGGERED and whose trigger price `price` passed now has it as its
 * trigger: one record moves a whole group. */
struct ratchet {
    char symbol[SYMBOL_SIZE];
    enum side side;
    price_t price;
    uint64_t tick_seq;
    int64_t market_us;
};

/* The strategy's decision, committed with the state that made it (outbox) and resent until acknowledged. */
struct signal {
    uint64_t seq;             /* 1.. in the strategy's outbox, no holes */
    char strategy[NAME_SIZE]; /* its install id */
    struct order_request order;
    bool acknowledged; /* outbox only */
};

/* The executor's answer, also kept with its inbox row so that a resend gets the same one. */
struct signal_ack {
    uint64_t seq;
    char strategy[NAME_SIZE];
    char client_order_id[CLIENT_ORDER_ID_SIZE];
    bool accepted;
    enum reject_code reject; /* why not */
    char reason[REASON_SIZE];
    int64_t time_us;
};

struct cancel_request {
    char client_order_id[CLIENT_ORDER_ID_SIZE];
    char actor[NAME_SIZE];
    char reason[REASON_SIZE];
    int64_t created_us;
};

struct position {
    char account[ACCOUNT_SIZE];
    char symbol[SYMBOL_SIZE];
    int32_t trading_day;
    int32_t quantity;     /* lots, signed: + long */
    int64_t open_value;   /* sum of entry price x lots still open, signed as quantity */
    int32_t bought, sold; /* lots this trading day */
    money_t realized;     /* NT$ this trading day, before cost */
    money_t cost;         /* fees, tax, commission this trading day */
    price_t mark;         /* last price known to the owner of the row */
    int64_t updated_us;
};

/* Of a position, what one condition holds: its entry's fills, less its exits' and what was released of it. What no
 * condition holds is the operator's, or was made elsewhere. */
struct condition_lots {
    char account[ACCOUNT_SIZE];
    char symbol[SYMBOL_SIZE];
    int64_t condition_id;
    int32_t quantity; /* + long, - short */
    int64_t updated_us;
};

enum difference_kind {
    DIFFERENCE_POSITION = 1, /* the venue holds other lots; halts */
    DIFFERENCE_MISSING,      /* an order that works here, and the venue does not know it; halts */
    DIFFERENCE_UNKNOWN,      /* an order of unknown outcome; blocks its symbol */
    DIFFERENCE_ELSEWHERE,    /* an order that works there and was not made here; blocks nothing */
    DIFFERENCE_ALIVE,        /* an order that ended here, and works there; halts */
    DIFFERENCE_BEHIND,       /* an order that works here, and has ended or filled more there, without a report; halts */
};

/* The venue's books say something else than ours: said until the trader accepts it, or it goes away by itself. */
struct difference {
    enum difference_kind kind;
    char account[ACCOUNT_SIZE];
    char symbol[SYMBOL_SIZE];
    char client_order_id[CLIENT_ORDER_ID_SIZE]; /* "": of a position */
    int32_t here;                               /* lots held, signed; of an order: filled */
    int32_t there;
    bool settled; /* not a difference any more */
    int64_t time_us;
};

struct account {
    char account[ACCOUNT_SIZE];
    char name[NAME_SIZE]; /* holder */
    bool selected;
    money_t equity;
    money_t margin_used;
    money_t margin_free;
    int64_t updated_us;
};

struct risk_event {
    int64_t time_us;
    int64_t market_us;
    int32_t trading_day;
    char component[NAME_SIZE];
    char actor[NAME_SIZE];
    enum reject_code reject; /* REJECT_NONE: a change of state or limits, not a denial */
    char client_order_id[CLIENT_ORDER_ID_SIZE];
    char symbol[SYMBOL_SIZE];
    char text[TEXT_SIZE];
};

/* What somebody asked a process to do, and its answer; or what it did by itself and no other record says. */
struct action_record {
    int64_t time_us; /* when it was asked */
    int64_t market_us;
    int32_t trading_day; /* 0 = not known there */
    char component[NAME_SIZE];
    char kind[NAME_SIZE]; /* "operator"; "session", "process": by itself */
    char actor[NAME_SIZE];
    char action[NAME_SIZE]; /* "halt", "login", "condition create" */
    char symbol[SYMBOL_SIZE];
    int64_t condition_id; /* 0 = none */
    char client_order_id[CLIENT_ORDER_ID_SIZE];
    char request[TEXT_SIZE]; /* in words, never a secret */
    enum status status;
    char answer[TEXT_SIZE];
};

#define AUDIT_EVENT_SIZE  64
#define AUDIT_REASON_SIZE 640

/* One decision of any kind, as db/audit.h reads it out of the stores. Never sent. */
struct audit {
    int64_t time_us;
    int64_t market_us;   /* 0 = not known */
    int32_t trading_day; /* 0 = not known */
    char component[NAME_SIZE];
    char kind[NAME_SIZE]; /* operator condition signal guard order session process */
    char actor[NAME_SIZE];
    char symbol[SYMBOL_SIZE];
    int64_t condition_id;
    char client_order_id[CLIENT_ORDER_ID_SIZE];
    uint64_t tick_seq; /* the tick that decided, 0 = none */
    price_t price;
    char event[AUDIT_EVENT_SIZE];
    char reason[AUDIT_REASON_SIZE];
};

enum component {
    COMPONENT_EXCHANGE = 1,
    COMPONENT_GATEWAY,
    COMPONENT_STRATEGY,
    COMPONENT_EXECUTOR,
    COMPONENT_SUPERVISOR,
    COMPONENT_OPERATOR,
};
#define COMPONENT_COUNT 6

/* Each agent publishes one each second (topic "~heartbeat"). */
struct heartbeat {
    enum component component;
    int64_t pid;
    int64_t started_us;
    int64_t time_us;
    uint64_t last_seq;    /* gateway: events; strategy: signals; executor: events applied */
    int32_t unconfirmed;  /* orders or signals without an answer */
    int32_t unknown;      /* UNKNOWN orders */
    bool peer_up;         /* the link it depends on answers */
    char text[TEXT_SIZE]; /* one line: what it is doing or what is wrong */
    uint64_t published;   /* messages without numbers so far, this one too (gateway/heard.h) */
    uint64_t journal;     /* gateway: which gateway.db the events are of; made with the file, never changed */
    bool compared;        /* gateway: this session's first comparison with the venue's books has ended */
};

enum guard_mode { GUARD_ACTIVE = 1, GUARD_REDUCING, GUARD_HALTED };

struct guard_state {
    enum guard_mode mode;
    char actor[NAME_SIZE];
    char reason[REASON_SIZE];
    int64_t time_us;
    uint64_t orders_sent; /* to the venue, this install */
    uint64_t intents;     /* journalled: sent <= intents, always */
    money_t day_pnl;      /* after cost */
};

/* 0 = no limit, except where said. */
struct guard_limits {
    int32_t max_order_quantity;
    int32_t max_position;      /* lots a symbol */
    money_t max_notional;      /* NT$ of one order */
    int32_t collar_bps;        /* limit price this far from the last tick, 1/100 % */
    int32_t stale_tick_ms;     /* no order on a symbol without a tick for so long */
    int32_t orders_per_second; /* in all */
    int32_t strategy_orders_per_second;
    int32_t duplicate_window_ms; /* same symbol, side, quantity, price, operator */
    money_t daily_loss;          /* positive NT$ */
    char actor[NAME_SIZE];
    int64_t time_us;
};

/* The gateway's venue session. */
struct session_info {
    bool logged_in;
    char user[NAME_SIZE];
    char venue[NAME_SIZE];
    uint64_t venue_session;     /* number of the venue session, new at each logon */
    char account[ACCOUNT_SIZE]; /* selected; empty = none */
    int64_t since_us;
    char text[TEXT_SIZE]; /* last answer of the venue */
};

enum log_level { LEVEL_DEBUG = 1, LEVEL_INFO, LEVEL_WARNING, LEVEL_ERROR };

struct log_line {
    int64_t time_us;
    enum component component;
    enum log_level level;
    char text[TEXT_SIZE];
};

/* How far a consumer has applied a stream. */
struct cursor {
    char stream[NAME_SIZE]; /* "events", or a symbol for ticks */
    uint64_t epoch;         /* of "events": the time of the event, by which it is known again */
    uint64_t seq;
};

/* The supervisor's view of one process. */
struct process_info {
    enum component component;
    bool wanted; /* should run */
    bool running;
    int64_t pid;
    int32_t restarts;
    int64_t since_us;
    char text[TEXT_SIZE];
};

enum query_kind {
    QUERY_STATUS = 1,   /* any agent: its heartbeat, session, guard, market ... */
    QUERY_CONTRACTS,    /* gateway: text = filter; contracts */
    QUERY_ACCOUNTS,     /* gateway */
    QUERY_TICKS,        /* gateway: text = symbol, from_seq = sym_seq, epoch; ticks from the ring, flagged REPLAYED */
    QUERY_EVENTS,       /* gateway: from_seq; order events */
    QUERY_CONDITIONS,   /* strategy: all not ended, and those ended this trading day */
    QUERY_ORDERS,       /* executor: orders of the trading day */
    QUERY_POSITIONS,    /* executor */
    QUERY_PROCESSES,    /* supervisor */
    QUERY_BARS,         /* gateway: text = symbol; today's one-minute bars */
    QUERY_LOG,          /* any: its last lines */
    QUERY_VENUE_ORDER,  /* venue: text = client order id -> venue_order_status */
    QUERY_VENUE_ORDERS, /* venue: working orders */
    QUERY_VENUE_FILLS,  /* venue: from_seq -> every venue_exec of the login after it, of all kinds: seq stays without
                           holes */
    QUERY_VENUE_POSITIONS,
    QUERY_SETTINGS,
};

/* Ask. The answer is any number of messages, then a reply with the same request_id. */
struct query {
    uint64_t request_id; /* the asker's own, > 0 */
    enum query_kind kind;
    char text[TEXT_SIZE];
    uint64_t epoch;
    uint64_t from_seq;
};

struct reply {
    uint64_t request_id;
    int32_t status; /* enum status */
    int64_t number; /* id made, rows sent ... */
    char text[TEXT_SIZE];
};

enum control_kind {
    CONTROL_HALT = 1,
    CONTROL_REDUCE,
    CONTROL_RESUME,
    CONTROL_LOGOUT,
    CONTROL_SELECT_ACCOUNT, /* text = account */
    CONTROL_REGISTER,       /* text = symbol */
    CONTROL_UNREGISTER,     /* text = symbol */
    CONTROL_START,          /* supervisor: text = component name or "all" */
    CONTROL_STOP,           /* supervisor: text = component name, "all" (leaves outcryd) */
    CONTROL_SHUTDOWN,       /* supervisor: everything, itself too */
    CONTROL_RESOLVE,        /* gateway: text = client order id; number = the end that the trader gives an UNKNOWN;
                             * ORDER_UNKNOWN = ask the venue again */
    CONTROL_FLATTEN,        /* executor: text = symbol or "all" */
    CONTROL_SET,            /* supervisor: text = "key=value" of a setting, for what it starts from now on */
    CONTROL_RESTART,        /* supervisor: text = component name; stop it, start it with the present settings */
    CONTROL_ACCEPT,         /* gateway: text = symbol whose position differs; number = the venue's lots, as was seen;
                             * or text = client order id, number = the enum difference_kind, as was seen */
};

struct control {
    uint64_t request_id;
    enum control_kind kind;
    char text[TEXT_SIZE];
    int64_t number;
    char actor[NAME_SIZE];
    int64_t created_us; /* FLATTEN, RESUME: when it was asked for; its time to live begins then. 0 = not said */
};

/* To the gateway only, over its control socket; never stored, never logged. */
struct login {
    uint64_t request_id;
    char user[NAME_SIZE];
    char secret[SECRET_SIZE];
    char actor[NAME_SIZE];
};

enum condition_action { CONDITION_CREATE = 1, CONDITION_EDIT, CONDITION_PAUSE, CONDITION_RESUME, CONDITION_CANCEL };

struct condition_command {
    uint64_t request_id;
    enum condition_action action;
    int64_t condition_id;         /* 0 for CREATE */
    struct condition_terms terms; /* CREATE, EDIT */
    char actor[NAME_SIZE];
    uint64_t key;       /* CREATE: the same one again (an answer was lost) makes no second condition; 0 = none */
    int64_t created_us; /* when it was asked for: CREATE, EDIT and RESUME are refused when that is too long ago; 0 = not
                         * said */
};

/* The operator's order ticket, to the executor. An empty client_order_id asks the executor to make the next one; a set
 * one (from an earlier try) makes a resend safe. */
struct order_command {
    uint64_t request_id;
    struct order_request order;
    uint64_t key; /* with an empty client_order_id: the id is made of it (order_key_id), so that the same wish again (an
                   * answer was lost) is the same order; 0 = none */
};

struct cancel_command {
    uint64_t request_id;
    struct cancel_request cancel;
};

/* New limits of the guard, to the gateway: all of them. */
struct limits_command {
    uint64_t request_id;
    struct guard_limits limits;
};

/* The venue's execution report (FIX 8). */
struct venue_exec {
    uint64_t seq;        /* of the login at the venue, from 1 without holes */
    enum exec_kind kind; /* NEW FILL CANCELLED CANCEL_REJECTED REJECTED EXPIRED */
    char client_order_id[CLIENT_ORDER_ID_SIZE];
    char venue_order_id[VENUE_ORDER_ID_SIZE];
    char exec_id[EXEC_ID_SIZE];
    char account[ACCOUNT_SIZE];
    char symbol[SYMBOL_SIZE];
    enum side side;
    int32_t quantity;
    price_t fill_price;
    int32_t fill_quantity;
    int32_t filled_quantity;
    enum reject_code reject;
    char reason[REASON_SIZE];
    int32_t trading_day;
    int64_t market_us;
    enum order_type type; /* 0: the venue does not know the order */
    enum time_in_force tif;
    price_t limit_price;
};

/* The venue's answer to QUERY_VENUE_ORDER; the venue does not deduplicate, so `copies` may be above 1. */
struct venue_order_status {
    uint64_t request_id;
    bool found;
    int32_t copies;
    struct order order; /* when found */
};

/* Operator of the simulated exchange: replay's pause, speed, seek. */
enum market_action { MARKET_PAUSE = 1, MARKET_PLAY, MARKET_SPEED, MARKET_SEEK };

struct market_control {
    uint64_t request_id;
    enum market_action action;
    int64_t number; /* speed, or market time in us to seek to */
    char actor[NAME_SIZE];
};

#endif

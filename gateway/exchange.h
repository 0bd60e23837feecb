/*
 * exchange: the process outcry-exchange: a simulated exchange behind sockets, as a real one would be.
 *
 * It owns the books (core/matching.h), the market's clock and source (synthetic, or the replay of a file), the accounts
 * and exchange.db. It survives the gateway's death and knows nothing of conditions, guards or journals. What it speaks
 * is in gateway/venue/venue.h; who may log in is in exchange_line.c.
 *
 *   exchange.c         the agent: start, one pass of work, stop
 *   exchange_line.c    the broker's line: log-in, orders, cancels, queries
 *   exchange_market.c  the market's clock, what is published of it, pause and speed
 *   exchange_replay.c  the replay of a file: position, seek, closed hours
 *   exchange_store.c   what a restart finds again
 *
 * Rules of time: a market second is `speed` of ours. Where every session is closed, market time jumps to just before
 * the next open (the synthetic market pauses a few seconds first, so that a person sees the close); at the end of a
 * file it stays closed. A replay begins when the first session is there and has subscribed (or when it is steered), so
 * that no trade of the file is lost however fast it plays. A market that was killed goes on where it was; one that was
 * stopped begins again (replay), or goes on if its trading day is not over (synthetic).
 *
 * Invariants: every order that is taken is stored with its report before the report leaves; ticks are not lost to a
 * subscriber that is behind: the market waits for it.
 * Unit: market_us market time, all else process time. Errors: of start and steering, in words; a failed commit ends the
 * process. Thread: one. Owner: agent_main.
 */
#ifndef GATEWAY_EXCHANGE_H
#define GATEWAY_EXCHANGE_H

#include "core/matching.h"
#include "core/synthetic.h"
#include "gateway/agent.h"
#include "gateway/driver.h"
#include "gateway/market/market_file.h"

#define EXCHANGE_VENUE         "SIM"
#define EXCHANGE_LOGINS_MAX    16
#define EXCHANGE_ORDERS_MAX    8192
#define EXCHANGE_RESTING_MAX   32768
#define EXCHANGE_BACKLOG_MAX   16384
#define EXCHANGE_IDENTITY_SIZE 400

struct exchange_login {
    struct bus_peer peer;
    uint32_t stream; /* the user's */
};

/* Where the market stands. */
struct exchange_market {
    char source[TEXT_SIZE];                /* for a screen */
    char identity[EXCHANGE_IDENTITY_SIZE]; /* same text, same market: what was working may go on */
    struct synthetic *synthetic;           /* one of these two */
    struct market_file *file;
    int32_t *contract_of; /* the file's symbols -> contracts of matching, -1 = not listed */
    int64_t market_us;
    int64_t passed_us; /* process time of the last pass */
    int64_t closed_us; /* process time since which everything is closed, 0 = it is not */
    int32_t speed;     /* 0 = as fast as possible */
    bool paused;
    bool ended;        /* replay: the file is out, and that was said */
    bool waits;        /* replay: nobody is there yet who would see the first trades */
    uint32_t wanted;   /* symbols subscribed to, */
    int64_t wanted_us; /* ... since this process time */
    bool changed;      /* publish the market now */
    int64_t next_publish_us;
    struct session session;
};

struct exchange {
    struct agent *agent;
    struct db *db;
    struct driver *driver;
    struct bus_socket *orders;
    struct matching *matching;
    struct exchange_market market;
    struct exchange_login logins[EXCHANGE_LOGINS_MAX];
    uint32_t login_count;
    uint64_t sessions_made;
    int64_t next_save_us;
    int64_t next_depth_us[MATCHING_CONTRACTS_MAX];
    struct tick *backlog; /* ticks that a subscriber was too far behind for */
    uint32_t backlog_first, backlog_count;
};

extern const struct agent_ops exchange_ops;

/* --- exchange.c --- */
/* Commit what was said and let it leave; a failure ends the process. */
bool exchange_end_step(struct exchange *exchange);

/* --- exchange_line.c --- */
void exchange_open_accounts(struct exchange *exchange);
void exchange_serve_line(struct exchange *exchange, int64_t now_us);
/* A report, to the sessions it belongs to. */
void exchange_report(struct exchange *exchange, const struct msg *msg);
/* pause, speed, seek: on the line and on the control socket. */
void exchange_market_control(struct exchange *exchange, const struct requester *from,
                             const struct market_control *control, int64_t now_us);

/* --- exchange_market.c --- */
enum status exchange_market_open(struct exchange *exchange, int64_t now_us, struct err *err);
void exchange_market_close(struct exchange *exchange);
/* Move the market on; returns when it wants to be moved again. */
int64_t exchange_market_work(struct exchange *exchange, int64_t now_us);
void exchange_market_message(const struct exchange *exchange, struct msg *out);
void exchange_market_step_time(struct exchange *exchange, int64_t market_us, int64_t now_us);
enum status exchange_market_act(struct exchange *exchange, const struct market_control *control, int64_t now_us,
                                struct err *err);

/* --- exchange_replay.c --- */
enum status exchange_replay_open(struct exchange *exchange, struct err *err);
/* First moment of the replay: --seek, else just before the file's first trade. */
enum status exchange_replay_start(const struct exchange *exchange, int64_t *market_us, struct err *err);
/* Put the file at its index-th trade (-1: the first at or after market_us), and the day's figures with it. */
void exchange_replay_move(struct exchange *exchange, int64_t market_us, int64_t index);
enum status exchange_replay_seek(struct exchange *exchange, int64_t market_us, int64_t now_us, struct err *err);
/* Up to `until_us` of market time; false: there is more to do at once. */
bool exchange_replay_advance(struct exchange *exchange, int64_t until_us, int64_t now_us);
int32_t exchange_replay_progress(const struct exchange *exchange);

/* --- exchange_store.c --- */
/* The market that was; false when there is none. */
struct exchange_saved {
    char identity[EXCHANGE_IDENTITY_SIZE];
    int64_t market_us;
    int64_t index; /* replay: the file's next trade */
    bool clean;    /* it was stopped, not killed */
    int32_t asked; /* the speed its settings asked for; -1 = not known */
    int32_t speed; /* what it was steered to */
    bool paused;
};
bool exchange_saved_market(struct exchange *exchange, struct exchange_saved *out);
void exchange_load_stats(struct exchange *exchange);
enum status exchange_load_rows(struct exchange *exchange, struct err *err);
/* Where the market is now. */
enum status exchange_save(struct exchange *exchange, bool clean, struct err *err);
uint64_t exchange_next_session(struct exchange *exchange);

#endif

/*
 * strategy_impl: what the core/strategy*.c files share. Private to them.
 *
 *   strategy.c          creation, restart, the lists, what only reads
 *   strategy_step.c     records and signals: everything that is emitted
 *   strategy_tick.c     ticks: trigger, ratchet, entry, exit
 *   strategy_order.c    order events and acknowledgements; an exit's escalation
 *   strategy_command.c  what the trader asks for
 *   strategy_time.c     sessions, stale feeds, resends
 *
 * A row is one condition with what need not be stored. Rows stay where they are while they live; `slots` finds them by
 * the number the books know, `rows` is them in id order. A row is on the watch list while the timer has something to do
 * for it.
 *
 * Owner: struct strategy. Thread: one.
 */
#ifndef CORE_STRATEGY_IMPL_H
#define CORE_STRATEGY_IMPL_H

#include "core/clock.h"
#include "core/cond_book.h"
#include "core/session.h"
#include "core/strategy.h"

#define STRATEGY_SYMBOLS_MAX  1024
#define STRATEGY_ACTOR        "strategy"
#define STRATEGY_CONFIRM_US   (2 * CLOCK_SECOND_US)  /* a signal that is acknowledged and has no order event: again */
#define STRATEGY_STEP_LIMIT   3                      /* condition.exit_step of a limit order at the price limit */
#define STRATEGY_RETRY_US     CLOCK_SECOND_US        /* first wait before an exit is sent again; doubles ... */
#define STRATEGY_RETRY_MAX_US (30 * CLOCK_SECOND_US) /* ... up to this */
#define STRATEGY_KEYS         1024u                  /* keys of CREATE commands that are remembered */
#define STRATEGY_KEY_PREFIX   "key:"                 /* cursor: slot; epoch = the key, seq = the condition's id */
#define STRATEGY_ENDED_MAX    16384u                 /* ended conditions kept in memory; half of them leave at once */
#define STRATEGY_GONE_DENIALS 3                      /* the guard says so often that nothing is left to close */

struct strategy_symbol {
    char symbol[SYMBOL_SIZE];
    struct cond_book *book;
    struct contract contract;          /* symbol[0] == 0: not known */
    uint64_t epoch, seq;               /* last tick seen in order */
    uint64_t stored_epoch, stored_seq; /* what the stored cursor says of it */
    price_t last;
    bool stale;
};

struct strategy_row {
    struct condition condition; /* of a group's member, trigger is behind: strategy_sync */
    struct strategy_symbol *symbol;
    uint32_t slot;
    uint32_t node;        /* in the symbol's book, as long as the row lives */
    uint32_t watch;       /* place on the watch list, or COND_BOOK_NONE */
    struct signal signal; /* the last one */
    bool unacknowledged;  /* the outbox keeps it: no order event names its order, and it was not refused */
    bool accepted;        /* the executor has said that it has it */
    int64_t signal_sent_us;
    int64_t cancel_sent_us; /* of the entry's order */
    int64_t retry_us;       /* EXITING without a working order: when the next attempt goes */
    int32_t retries;        /* waits so far, each twice as long as the one before */
    int32_t exit_cap;       /* the guard denied more than this; 0 = not denied */
    int32_t gone_denials;
    int64_t
        since_us; /* when a command or an order event last moved it: a tick that is replayed from before is not its */
};

struct strategy_key {
    uint64_t key; /* 0 = free */
    int64_t condition_id;
};

struct strategy {
    struct strategy_config config;
    struct strategy_key keys[STRATEGY_KEYS];               /* at condition id % STRATEGY_KEYS */
    struct strategy_symbol *symbols[STRATEGY_SYMBOLS_MAX]; /* by name */
    uint32_t symbol_count;
    struct strategy_row **rows; /* by condition id */
    uint32_t row_count;
    struct strategy_row **slots;
    uint32_t slots_used;
    uint32_t *free_slots;
    uint32_t free_count;
    uint32_t *watch;
    uint32_t watch_count;
    uint32_t capacity; /* of the four arrays */
    uint32_t live;     /* conditions not ended */
    uint32_t unacknowledged;
    int64_t last_id;
    uint64_t signal_seq;
    uint64_t events_seq;
    struct market market;  /* trading_day 0: none yet */
    int32_t forgotten_day; /* what ended before it is not in memory any more */
    int64_t market_us;     /* latest market time seen */
    int64_t cursors_us;    /* when the timer stored cursors */
};

/* One input being handled: where its output goes and what it stamps on records. */
struct strategy_step {
    struct strategy *strategy;
    struct sink *sink;
    int64_t now_us;
    int64_t decided_us; /* when what decides was known: the tick's arrival (an entry's time to live counts from it), the
                         * event's at the gateway */
    int64_t market_us;
    price_t price;     /* the tick's or the fill's; 0 for a command */
    uint64_t tick_seq; /* 0 = no tick */
    const char *actor;
};

/* strategy.c */
struct strategy_symbol *strategy_symbol_find(const struct strategy *strategy, const char *symbol);
/* Makes it when it is not there; NULL when memory or the limit is short. */
struct strategy_symbol *strategy_symbol_get(struct strategy *strategy, const char *symbol);
struct strategy_row *strategy_row_find(const struct strategy *strategy, int64_t id);
/* A row for a condition (copied), in id order, in its symbol's book. NULL when memory is short. */
struct strategy_row *strategy_row_add(struct strategy *strategy, const struct condition *condition);
/* Drop those that ended before the trading day (the database has them, memory need not), and of the other ended ones all
 * but the newest `keep`. */
void strategy_forget(struct strategy *strategy, int32_t trading_day, uint32_t keep);
/* Write a following condition's trigger into it. */
void strategy_sync(struct strategy_row *row);
/* Index it by where it stands now. */
void strategy_place(struct strategy *strategy, struct strategy_row *row);
void strategy_watch(struct strategy *strategy, struct strategy_row *row);
void strategy_unwatch(struct strategy *strategy, struct strategy_row *row);
/* A condition whose symbol changes (edit). false when memory is short: unchanged. */
bool strategy_row_move(struct strategy *strategy, struct strategy_row *row, const char *symbol);

/* strategy_step.c */
struct strategy_step strategy_step(struct strategy *strategy, struct sink *sink, int64_t now_us, const char *actor);
/* The condition as it stands, stored and published. */
void strategy_record(struct strategy_step *step, struct strategy_row *row);
/* A row of history too. */
void strategy_transition(struct strategy_step *step, struct strategy_row *row, enum condition_state to,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));
void strategy_alarm(struct strategy_step *step, const struct strategy_row *row, enum reject_code reject, const char *id,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));
void strategy_risk(struct strategy_step *step, const struct risk_event *event);
void strategy_cursor(struct strategy_step *step, const char *stream, uint64_t epoch, uint64_t seq);
/* Store how far a symbol's ticks are applied, when that has moved. */
void strategy_place_in_feed(struct strategy_step *step, struct strategy_symbol *symbol);
/* An order of the row's condition goes out (the condition's attempt, exit_leg and exit_step are set already). */
void strategy_signal_entry(struct strategy_step *step, struct strategy_row *row);
void strategy_signal_exit(struct strategy_step *step, struct strategy_row *row);
/* The executor has it. */
void strategy_acknowledge(struct strategy_step *step, struct strategy_row *row);
void strategy_cancel_entry(struct strategy_step *step, struct strategy_row *row, const char *reason);

/* strategy_order.c */
/* OPEN -> EXITING with the first attempt of a leg. */
void strategy_exit(struct strategy_step *step, struct strategy_row *row, enum order_leg leg, const char *why);
/* EXITING without a working order: the next attempt at the present step. */
void strategy_exit_again(struct strategy_step *step, struct strategy_row *row);

/* strategy_time.c */
/* Live conditions of the symbol that hold a position (OPEN), and that wait to enter. */
void strategy_count_watching(const struct strategy *strategy, const struct strategy_symbol *symbol, int32_t *open,
                             int32_t *waiting);
/* What validity means at this moment: fills expires_day and expires_session. */
void strategy_set_expiry(const struct strategy *strategy, struct condition *condition);

#endif

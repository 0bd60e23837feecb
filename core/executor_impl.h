/*
 * executor_impl: what the files of the executor share. Private to core/executor*.c; the contract is core/executor.h.
 *
 *   executor.c          creation, restart, what only reads or only keeps the books
 *   executor_orders.c   signals and commands become intents, once; resends
 *   executor_events.c   the gateway's order events become orders' states and positions
 *   executor_flatten.c  cancel, await, look, close, look again
 *
 * How a wish to cancel survives a restart without a table of its own: an order that the venue may not have yet (INTENT,
 * SENDING, UNKNOWN) is stored with its time to live ended (EXECUTOR_CANCEL_MARK), so that a resend of it can only end
 * it or be answered with what already happened; a working one is stored PENDING_CANCEL.
 * A flatten survives as a cursor "flatten:SYMBOL" (seq 1 = going on, 0 = ended).
 *
 * Owner: the executor. Thread: one.
 */
#ifndef CORE_EXECUTOR_IMPL_H
#define CORE_EXECUTOR_IMPL_H

#include "core/executor.h"
#include "core/ledger.h"
#include "core/order_table.h"

#define EXECUTOR_ACKS             4096u /* acks remembered, by seq; older ones are made again from the order */
#define EXECUTOR_FLATTENS         64
#define EXECUTOR_FLATTEN_ATTEMPTS 5
#define EXECUTOR_FLATTEN_PAUSE_US ((int64_t)500000)
#define EXECUTOR_FLATTEN_WAIT_US  ((int64_t)10000000)
#define EXECUTOR_CANCEL_MARK      1
#define EXECUTOR_FLATTEN_PREFIX   "flatten:"

/* Beside each slot of the order table. */
struct executor_slot {
    int64_t send_us;    /* INTENT: next resend */
    bool cancel_wanted; /* until an event shows that the gate has it */
    int64_t cancel_us;  /* next resend of the cancel */
    struct cancel_request cancel;
};

struct executor_flatten {
    char symbol[SYMBOL_SIZE]; /* empty = free */
    char actor[NAME_SIZE];
    int32_t attempts; /* without progress */
    int32_t held;     /* lots before the last attempt */
    int64_t started_us;
    int64_t next_us; /* not before */
    bool waiting_said;
    char reason[REASON_SIZE]; /* why the last closing order ended without closing */
};

struct executor {
    struct executor_config config;
    struct order_table orders;
    struct executor_slot *slots;
    struct ledger ledger;
    struct id_ring exec_ids;
    struct signal_ack *acks; /* EXECUTOR_ACKS, at seq % EXECUTOR_ACKS */
    struct executor_flatten flattens[EXECUTOR_FLATTENS];
    struct market market;
    uint64_t events_seq;
    bool caught_up;         /* with what had happened when this run began */
    uint64_t counter;       /* operator's ids of this session */
    char held[REASON_SIZE]; /* why no signal becomes an order; empty = they do */
};

/* executor.c */
void executor_risk(struct executor *executor, struct sink *sink, int64_t now_us, const char *actor,
                   enum reject_code reject, const char *id, const char *symbol, const char *format, ...)
    __attribute__((format(printf, 8, 9)));
void executor_reply(struct sink *sink, uint64_t request_id, enum status status, int64_t number, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* executor_orders.c */
/* true: it waited longer than its time to live, and was refused in words. */
bool executor_reply_late(const struct executor *executor, int64_t created_us, uint64_t request_id, int64_t now_us,
                         struct sink *sink);
/* A checked request with a new id becomes an intent: stored, published, sent. false: no room. */
bool executor_intend(struct executor *executor, const struct order_request *request, int64_t now_us, struct sink *sink);
void executor_next_id(struct executor *executor, char id[CLIENT_ORDER_ID_SIZE]);
/* Want this order ended; the order is not terminal. */
void executor_cancel(struct executor *executor, uint32_t slot, const char *actor, const char *reason, int64_t now_us,
                     struct sink *sink);

enum status executor_flatten_restore(struct executor *executor, const struct cursor *cursor, struct err *err);
/* It has been asked for and has not ended. */
bool executor_flattening(const struct executor *executor, const char *symbol);
void executor_flatten_step(struct executor *executor, int64_t now_us, struct sink *sink);
void executor_flatten_ended(struct executor *executor, const struct order *order);

#endif

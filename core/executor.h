/*
 * executor: signals and the operator's orders become journalled intents; order events become positions.
 *
 * Emits: PORT_STORE   signal (inbox), signal_ack, order, order_event (history), position, condition_lots, cursor,
 *                     risk_event
 *        PORT_ACK     signal_ack: after the commit of the inbox row; the same one again for a resent signal
 *        PORT_ORDER   order_request / cancel_request: after the commit of the intent; resent until an order event
 *                     names it
 *        PORT_PUBLISH order, position, condition_lots, risk_event
 *        PORT_REPLY   reply to an operator's command
 *
 * Invariants: one intent a client_order_id, for ever (same id, same order: what already happened is the answer; same
 * id, other order: REJECT_ID_REUSED); a signal past its time to live becomes EXPIRED and no order; fills are counted
 * once by exec_id; an operator's id is made of his key, "<install>-k<key>", or "<install>-m<session>-<counter>". An
 * order that is not kept in memory any more is the driver's to restore before a key's command is given.
 *
 * Does not know the venue, the market's hours or the guard: what may go is the gate's to say.
 * Errors: a restored row that contradicts another is ERR_CORRUPT, one too many ERR_FULL; order events with a hole
 * ERR_STATE, and nothing has changed. Commands are answered in words on PORT_REPLY. Unit: _us process time, but
 * market_us.
 * Thread: one. Owner: executor_new .. executor_free.
 */
#ifndef CORE_EXECUTOR_H
#define CORE_EXECUTOR_H

#include "core/port.h"

struct executor;

struct executor_config {
    char install[NAME_SIZE];
    uint64_t session; /* number of this run (operator's ids) */
    int64_t resend_us;
    int64_t time_to_live_us; /* of an operator's order */
    money_t commission;      /* a lot a side */
    uint32_t max_orders;     /* kept in memory */
};

struct executor *executor_new(const struct executor_config *config);
void executor_free(struct executor *executor);

/* Start-up, with stored rows: contract; position (all; the newest day of each counts), then condition_lots; cursor
 * (all); order: those not ended, and all of the last two trading days, oldest first; order_event of the same days (exec
 * ids); signal_ack (the newest 4096, oldest first); signal needs not be fed. Then nothing else is to be done: intents without an answer go
 * again at the next executor_on_timer. Before that, fetch the gateway's events from executor_events_seq + 1. Whenever
 * the gateway's heartbeat has a last_seq above executor_events_seq, fetch them too: a dropped last event shows in no
 * gap. */
enum status executor_restore(struct executor *executor, const struct msg *msg, struct err *err);

void executor_on_signal(struct executor *executor, const struct signal *signal, int64_t now_us, struct sink *sink);
/* As strategy_on_order_event: without holes. */
enum status executor_on_order_event(struct executor *executor, const struct order_event *event, int64_t now_us,
                                    struct sink *sink, struct err *err);
/* order.created_us: when it was asked for; its time to live begins then, and one that is past it is refused in words. 0:
 * now. */
void executor_on_order_command(struct executor *executor, const struct order_command *command, int64_t now_us,
                               struct sink *sink);
void executor_on_cancel_command(struct executor *executor, const struct cancel_command *command, int64_t now_us,
                                struct sink *sink);
/* CONTROL_FLATTEN: cancel, await, recompute, close; never reverses. Until it has ended, what would open on the symbol is
 * refused: REJECT_FLATTENING. */
void executor_on_control(struct executor *executor, const struct control *control, int64_t now_us, struct sink *sink);
void executor_on_contract(struct executor *executor, const struct contract *contract);
void executor_on_tick(struct executor *executor, const struct tick *tick);
/* The gateway's: how many events there are. A signal past its time to live whose order is not known here is not answered
 * before everything from before this run is known: rows may have been lost with the power, and its order may be there. */
void executor_on_heartbeat(struct executor *executor, const struct heartbeat *beat);
/* A new trading day rolls positions. */
void executor_on_market(struct executor *executor, const struct market *market, int64_t now_us, struct sink *sink);
/* The gateway cannot be believed: until NULL is given, a signal whose order is not known becomes EXPIRED with these
 * words, and no order. What was intended before stays; not sending it is the driver's. */
void executor_hold(struct executor *executor, const char *why);
void executor_on_timer(struct executor *executor, int64_t now_us, struct sink *sink);

uint64_t executor_events_seq(const struct executor *executor);
/* Intents without any order event. */
uint32_t executor_unconfirmed(const struct executor *executor);
const struct order *executor_order(const struct executor *executor, const char *client_order_id);
/* For whoever holds the books against others' (tests/sim). */
const struct position *executor_position(const struct executor *executor, const char *account, const char *symbol);
void executor_each_order(const struct executor *executor, void (*visit)(void *context, const struct order *order),
                         void *context);
void executor_each_position(const struct executor *executor,
                            void (*visit)(void *context, const struct position *position), void *context);

#endif

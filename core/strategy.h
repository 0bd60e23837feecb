/*
 * strategy: all conditions, driven by ticks, commands and order events. Decides; does nothing itself.
 *
 *     ticks, commands, order events  ->  signals, condition changes (core/port.h says where each goes)
 *
 * Emits: PORT_STORE   condition, transition, ratchet, signal (outbox; acknowledged = true once an order event names
 *                     its order, or it was refused), risk_event, and
 *                     cursor: "events" and a symbol's ticks (how far applied: each change of a condition stores its
 *                     symbol's, the timer the others' each second), "signals" (last seq), "conditions" (last id
 *                     given), "key:N" (keys of CREATE commands)
 *        PORT_SIGNAL  signal: first time after the commit that made it, then each resend_us until acknowledged, then
 *                     every two seconds until an order event names its order
 *        PORT_PUBLISH condition, transition, ratchet, signal, risk_event
 *        PORT_ORDER   cancel_request: the entry's order is no longer wanted; the driver hands it to the executor as a
 *                     cancel_command (request_id 0). Resent until the order ends.
 *        PORT_REPLY   reply (to a condition command); number = the condition's id
 *
 * Invariants: at most one transition a condition a tick; conditions act in id order within a tick; an entry is
 * signalled once, ever; a signal's client_order_id is "<install>-<condition>-<leg><attempt>" (leg E, T or S), install
 * at most 11 characters; nothing is allocated from tick to signal.
 *
 * Order events carry `seq` without holes; one at or below the last applied is ignored, one that skips is refused with
 * ERR_STATE (fetch what is missing first: strategy_events_seq + 1).
 *
 * Ticks of a symbol are given in sym_seq order; one that was seen is ignored; a hole or a new epoch is a risk_event
 * when live conditions watch the symbol. While a symbol is stale, the next tick in order (the first one of an epoch)
 * and ticks flagged REPLAYED mend the gap and count in full; any other is tested for exits alone and moves no cursor. A
 * decision on a tick that arrived long ago has a time to live that began then.
 *
 * A CREATE with a key that is remembered (the last 1024) makes nothing: the answer is the condition that it made.
 *
 * Exits: market, then range market, then a limit at the price limit (LOCKED): each attempt that the venue did not fill
 * makes the next one harder. One that never got there (denied here, expired on the way) goes again as it is. All with
 * an alarm (risk_event); at the limit, or denied, after 1 s, 2 s ... 30 s, for ever; not while the market is closed.
 * When the guard says WOULD_NOT_REDUCE of one lot three times, the position was closed elsewhere and the condition
 * ends. What other orders close of a condition's lots (a flatten, the operator, the venue's number adopted) the gate
 * says as EXEC_RELEASED. A cancel is refused while a position is protected.
 *
 * Memory keeps conditions that have not ended, and those that ended on the present trading day: of many, the newest
 * some thousands.
 *
 * Unit: now_us process time, of a market message and a tick market time.
 * Thread: one. Owner: strategy_new .. strategy_free.
 */
#ifndef CORE_STRATEGY_H
#define CORE_STRATEGY_H

#include "core/port.h"

struct strategy;

struct strategy_config {
    char install[NAME_SIZE]; /* short id of this install, in every client order id */
    int64_t time_to_live_us; /* of a signal; 0 = none (backtest) */
    int64_t resend_us;
    uint32_t max_conditions; /* refuse more */
    bool instant_fill;       /* backtest: an entry or exit fills whole, at the tick's price, in the same tick */
};

/* NULL when memory is short. */
struct strategy *strategy_new(const struct strategy_config *config);
void strategy_free(struct strategy *strategy);

/* Start-up, in this order: contract; condition (those not ended, and those ended on the last trading day); signal
 * (not acknowledged); cursor (all). Then strategy_on_market as soon as the market is known, order events from
 * strategy_events_seq + 1, ticks of each symbol from strategy_tick_seq + 1. ERR_CORRUPT: a row that contradicts
 * another. */
enum status strategy_restore(struct strategy *strategy, const struct msg *msg, struct err *err);

void strategy_on_tick(struct strategy *strategy, const struct tick *tick, int64_t now_us, struct sink *sink);
enum status strategy_on_order_event(struct strategy *strategy, const struct order_event *event, int64_t now_us,
                                    struct sink *sink, struct err *err);
void strategy_on_ack(struct strategy *strategy, const struct signal_ack *ack, int64_t now_us, struct sink *sink);
void strategy_on_command(struct strategy *strategy, const struct condition_command *command, int64_t now_us,
                         struct sink *sink);
void strategy_on_contract(struct strategy *strategy, const struct contract *contract);
/* Session changes: validity ends. */
void strategy_on_market(struct strategy *strategy, const struct market *market, int64_t now_us, struct sink *sink);
/* Every order event that the gateway has was given: say it with each timer while it is so. What ended before the present
 * trading day is forgotten then, and not before: a fill from before a power cut may still be told of it. */
void strategy_on_caught_up(struct strategy *strategy);
/* The venue session came up: exits that it kept from going are tried again at once. */
void strategy_on_session(struct strategy *strategy, const struct session_info *session);
/* A symbol's feed went stale (gap, silence) or came back: its conditions are suspended or resumed. */
void strategy_on_stale(struct strategy *strategy, const char *symbol, bool stale, int64_t now_us, struct sink *sink);
/* Ticks of a symbol are lost for good, before the next one; 0: the feed began again, nobody knows how many. */
void strategy_on_lost(struct strategy *strategy, const char *symbol, uint64_t ticks, int64_t now_us, struct sink *sink);
/* Resends; call at least each 100 ms. */
void strategy_on_timer(struct strategy *strategy, int64_t now_us, struct sink *sink);

/* Last order event applied. */
uint64_t strategy_events_seq(const struct strategy *strategy);
/* Last sym_seq seen of a symbol in its epoch (0 = none): where to resume from. */
uint64_t strategy_tick_seq(const struct strategy *strategy, const char *symbol, uint64_t *epoch);
/* Signals whose order no event has named yet. */
uint32_t strategy_unconfirmed(const struct strategy *strategy);
/* NULL when there is none. Valid until the next call that changes the strategy. */
const struct condition *strategy_condition(const struct strategy *strategy, int64_t id);
/* All conditions in id order. */
void strategy_each(const struct strategy *strategy, void (*visit)(void *context, const struct condition *condition),
                   void *context);

#endif

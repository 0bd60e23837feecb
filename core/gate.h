/*
 * gate: the last hop. Every order to the venue passes here, once.
 *
 * For a new client_order_id: guard (core/guard.h), then journal SENDING, then one order to the venue. For a known one:
 * what already happened. What was journalled SENDING when the process died is UNKNOWN at restart, and so is an order
 * whose venue did not answer in time; UNKNOWN blocks new orders on its symbol (protective exits pass) until it is
 * resolved:
 *   - the venue knows the id: adopt what it says;
 *   - not found twice, past the venue's longest in-flight time, on a new venue session: sent if its time to live allows
 *     (once; journalled again first), else EXPIRED;
 *   - the trader decides (CONTROL_RESOLVE);
 *   - otherwise it stays UNKNOWN, visible.
 *
 * Emits: PORT_STORE   order (journal), order_event (append only, seq without holes), position, condition_lots,
 *                     guard_state, guard_limits, risk_event, cursor (stream = session.user: the last venue_exec of it
 *                     that was applied)
 *        PORT_VENUE   order_request, cancel_request, query: QUERY_VENUE_ORDER (text = client order id),
 *                     QUERY_VENUE_FILLS (from_seq), QUERY_VENUE_POSITIONS, QUERY_VENUE_ORDERS; request_id is the
 *                     gate's own
 *        PORT_PUBLISH order_event, guard_state, guard_limits, risk_event, difference
 *        PORT_REPLY   reply
 *
 * Invariants: orders sent <= intents journalled (broken: HALTED at once); cancels and protective exits always pass the
 * guard's mode and rates; one venue exec counts once (by venue seq, and fills by exec_id).
 *
 * By itself it goes to REDUCING when the day's loss reaches its limit, and when the market has been silent for the
 * stale-tick limit while lots are held in an open session; to HALTED when sent > intents, when the venue's books
 * contradict ours, and when the clock jumps.
 *
 * What the driver does, in this order:
 *   1. gate_new; gate_restore with every stored row of: guard_limits, guard_state, cursor, contract (registered),
 *      position, condition_lots; then order: those not ended, and all of the last two trading days; then order_event in
 *      seq order: of the same trading days, and in any case the very last one (events_seq comes from it);
 *   2. gate_on_limits from the settings when no guard_limits row was there (actor "settings"); gate_start;
 *   3. contracts and market as they come; gate_on_session when the venue session is up and an account is selected.
 * A session that comes up is caught up with first: fills since the last seen, then orders in doubt; then positions and
 * the orders that work there are compared, and a difference that stays is HALTED, with both numbers. Until the answer to
 * QUERY_VENUE_FILLS has ended with its reply (gate_on_venue_reply) exits are denied NOT_LOGGED_IN, and asked for again;
 * until every order that lives here, the positions and what works there were answered for, what opens is neither answered
 * nor sent: whoever asks again in time gets it sent after the comparison, or EXPIRED. A driver must hand over every answer
 * and every reply whose request_id the gate made, in the order in which the venue gave them.
 * Time to live: in a live system every request has one (expires_us > 0), or an id that was forgotten could be sent
 * again.
 *
 * Does not speak to a venue, log in, or number the feed: that is the driver's (gateway/gateway_agent.h).
 * Errors: gate_restore's alone (ERR_CORRUPT, ERR_FULL, ERR_INVALID: the process cannot start on such rows); all else is
 * said in messages, with a code. Unit: now_us process time, market_us market time.
 * Thread: one. Owner: gate_new .. gate_free.
 */
#ifndef CORE_GATE_H
#define CORE_GATE_H

#include "core/port.h"

struct gate;

struct gate_config {
    char venue[NAME_SIZE];
    int64_t ack_timeout_us; /* no answer of the venue for so long: UNKNOWN */
    int64_t in_flight_us;   /* the venue's longest in-flight time */
    money_t commission;
    uint32_t max_orders;
};

struct gate *gate_new(const struct gate_config *config);
void gate_free(struct gate *gate);

/* Start-up, see above. */
enum status gate_restore(struct gate *gate, const struct msg *msg, struct err *err);
/* After the last restore: SENDING becomes UNKNOWN. */
void gate_start(struct gate *gate, int64_t now_us, struct sink *sink);

void gate_on_order_request(struct gate *gate, const struct order_request *request, int64_t now_us, struct sink *sink);
/* The driver could not hand the order to the venue, and nothing of it left this process: it is DENIED, and not UNKNOWN.
 * Anything less certain must not be told here: the time-out finds it. */
void gate_on_not_sent(struct gate *gate, const char *client_order_id, int64_t now_us, struct sink *sink);
void gate_on_cancel_request(struct gate *gate, const struct cancel_request *request, int64_t now_us, struct sink *sink);
void gate_on_venue_exec(struct gate *gate, const struct venue_exec *exec, int64_t now_us, struct sink *sink);
void gate_on_venue_order_status(struct gate *gate, const struct venue_order_status *status, int64_t now_us,
                                struct sink *sink);
/* Answer to QUERY_VENUE_POSITIONS, one call a position held there. */
void gate_on_venue_position(struct gate *gate, const struct position *position, int64_t now_us, struct sink *sink);
/* Answer to QUERY_VENUE_ORDERS, one call an order that works there. */
void gate_on_venue_order(struct gate *gate, const struct order *order);
/* The end of an answer to one of the gate's queries. */
void gate_on_venue_reply(struct gate *gate, const struct reply *reply, int64_t now_us, struct sink *sink);
/* The venue session came up (a new number) or went down; account is the selected one, "" = none. */
void gate_on_session(struct gate *gate, const struct session_info *session, int64_t now_us, struct sink *sink);
/* HALT, REDUCE, RESUME (text = reason); RESOLVE (text = client order id, number = the enum order_state that the trader
 * gives an UNKNOWN order: ORDER_CANCELLED, ORDER_REJECTED or ORDER_EXPIRED, or ORDER_UNKNOWN: ask the venue
 * again); ACCEPT (text = symbol, number = the venue's lots as he saw them: a difference of positions is counted, without a
 * cost; or text = client order id, number = the enum difference_kind as he saw it: MISSING ends here as CANCELLED, so does
 * UNKNOWN, unless the venue has it when it is asked once more, ELSEWHERE is noted, ALIVE is cancelled at the venue, of
 * BEHIND the venue's word is taken).
 * RESUME is refused while what halted still holds. Every other kind is refused. */
void gate_on_control(struct gate *gate, const struct control *control, int64_t now_us, struct sink *sink);
/* The accounts of the login, before the gate_on_session that it comes up with: an order of another login's account is
 * not asked about, cancelled or sent, because what this login is not told of it proves nothing. None given: every
 * account is the login's. */
void gate_on_accounts(struct gate *gate, const struct account *accounts, uint32_t count);
/* New limits, whole; refused (risk_event) when malformed. */
void gate_on_limits(struct gate *gate, const struct guard_limits *limits, int64_t now_us, struct sink *sink);
void gate_on_contract(struct gate *gate, const struct contract *contract); /* flags: registered or not */
void gate_on_tick(struct gate *gate, const struct tick *tick, int64_t now_us, struct sink *sink);
void gate_on_market(struct gate *gate, const struct market *market, int64_t now_us, struct sink *sink);
void gate_on_timer(struct gate *gate, int64_t now_us, struct sink *sink);
/* The machine's clock was set, or the machine slept (core/clock.h, clock_watch): times to live mean nothing across it.
 * HALTED; the driver then ends the process, whose next run takes every age anew. */
void gate_on_clock_jump(struct gate *gate, int64_t jump_us, int64_t now_us, struct sink *sink);

uint64_t gate_events_seq(const struct gate *gate);
/* An UNKNOWN order can only be resolved on a new venue session (absence is not believed on the one it was sent on): the
 * driver should log out and in again, once each time this becomes true. */
bool gate_wants_session(const struct gate *gate);
/* Caught up with the venue session: cancels and exits go. */
bool gate_ready(const struct gate *gate);
/* And its first comparison, of orders and positions, has ended: entries go. */
bool gate_is_compared(const struct gate *gate);
const struct guard_state *gate_guard(const struct gate *gate);
const struct guard_limits *gate_limits(const struct gate *gate);
uint32_t gate_unknown(const struct gate *gate);
void gate_each_difference(const struct gate *gate, void (*visit)(void *context, const struct difference *difference),
                          void *context);
uint32_t gate_unconfirmed(const struct gate *gate);
/* Is anything of the symbol held by anyone, or does an order of it live? Then its ticks are needed. */
bool gate_needs(const struct gate *gate, const char *symbol);
/* These three for whoever holds the journal against the venue's books (tests/sim). */
const struct position *gate_position(const struct gate *gate, const char *account, const char *symbol);
const struct order *gate_order(const struct gate *gate, const char *client_order_id);
void gate_each_order(const struct gate *gate, void (*visit)(void *context, const struct order *order), void *context);
/* Order events published by gate_on_order_request for a known id are the order's last event again (the same seq). */

#endif

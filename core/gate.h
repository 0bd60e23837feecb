/*
 * gate: the last hop. Every order to the venue passes here, once.
 *
 * For a new client_order_id: guard (core/guard.h), then journal SENDING, then one order to the venue. For a known one: what
 * already happened. What was journalled SENDING when the process died is UNKNOWN at restart, and so is an order whose venue
 * did not answer in time; UNKNOWN blocks new orders on its symbol (protective exits pass) until it is resolved:
 *   - the venue knows the id: adopt what it says;
 *   - not found twice, past the venue's longest in-flight time, on a new venue session: sent if its time to live allows
 *     (once; journalled again first), else EXPIRED;
 *   - the trader decides (CONTROL_RESOLVE);
 *   - otherwise it stays UNKNOWN, visible.
 *
 * Emits: PORT_STORE   order (journal), order_event (append only, seq without holes), guard_state, guard_limits, cursor
 *                     ("venue": last venue_exec applied), risk_event
 *        PORT_VENUE   order_request, cancel_request, query (QUERY_VENUE_ORDER / _ORDERS / _FILLS / _POSITIONS)
 *        PORT_PUBLISH order_event, guard_state, guard_limits, risk_event
 *        PORT_REPLY   reply
 *
 * Invariants: orders sent <= intents journalled (broken: HALTED at once); cancels and protective exits always pass the
 * guard's mode and rates; one venue exec counts once (by venue seq, and fills by exec_id).
 *
 * Thread: one. Owner: gate_new .. gate_free.
 */
#ifndef CORE_GATE_H
#define CORE_GATE_H

#include "core/port.h"

struct gate;

struct gate_config {
    char venue[NAME_SIZE];
    int64_t ack_timeout_us;  /* no answer of the venue for so long: UNKNOWN */
    int64_t in_flight_us;    /* the venue's longest in-flight time */
    money_t commission;
    uint32_t max_orders;
};

struct gate *gate_new(const struct gate_config *config);
void gate_free(struct gate *gate);

/* Start-up: stored order (journal), order_event (the last one, and fills), guard_state, guard_limits, cursor, position. */
enum status gate_restore(struct gate *gate, const struct msg *msg, struct err *err);
/* After the last restore: SENDING becomes UNKNOWN. */
void gate_start(struct gate *gate, int64_t now_us, struct sink *sink);

void gate_on_order_request(struct gate *gate, const struct order_request *request, int64_t now_us, struct sink *sink);
void gate_on_cancel_request(struct gate *gate, const struct cancel_request *request, int64_t now_us, struct sink *sink);
void gate_on_venue_exec(struct gate *gate, const struct venue_exec *exec, int64_t now_us, struct sink *sink);
void gate_on_venue_order_status(struct gate *gate, const struct venue_order_status *status, int64_t now_us, struct sink *sink);
/* The venue session came up (a new number) or went down; account is the selected one, "" = none. */
void gate_on_session(struct gate *gate, const struct session_info *session, int64_t now_us, struct sink *sink);
void gate_on_control(struct gate *gate, const struct control *control, int64_t now_us, struct sink *sink);
void gate_on_limits(struct gate *gate, const struct guard_limits *limits, int64_t now_us, struct sink *sink);
void gate_on_contract(struct gate *gate, const struct contract *contract); /* flags: registered or not */
void gate_on_tick(struct gate *gate, const struct tick *tick, int64_t now_us, struct sink *sink);
void gate_on_market(struct gate *gate, const struct market *market, int64_t now_us, struct sink *sink);
void gate_on_timer(struct gate *gate, int64_t now_us, struct sink *sink);

uint64_t gate_events_seq(const struct gate *gate);
uint64_t gate_venue_seq(const struct gate *gate); /* last venue_exec applied */
const struct guard_state *gate_guard(const struct gate *gate);
const struct guard_limits *gate_limits(const struct gate *gate);
uint32_t gate_unknown(const struct gate *gate);
uint32_t gate_unconfirmed(const struct gate *gate);
void gate_each_order(const struct gate *gate, void (*visit)(void *context, const struct order *order), void *context);

#endif

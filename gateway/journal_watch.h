/*
 * journal_watch: is the gateway's journal still the one that this process has applied events of? Another gateway.db, or
 * an older copy of ours, numbers its events anew: those below our cursor would be taken for ones that were seen, those
 * above it for what happened next, and an order that was sent long ago would be new there and go out again.
 *
 * Three signs, each looked for whenever they are heard:
 *   - the number of the file, in the gateway's heartbeat, is not the one that is stored beside our cursor;
 *   - the journal ends before our cursor;
 *   - the event at our cursor is not the one we applied (another time): an older copy that has grown since. It is asked
 *     for with each connection (gateway/upstream.h), so that neither restart can forget what was found.
 * It is believed again when the event at our cursor is the one we applied. Words go out once, when that changes. The
 * guard behind that journal may be flat and ACTIVE: it is told HALT, again with each heartbeat until it is.
 *
 * Kept as cursors: "journal" (seq = the file's number), and "events" (epoch = the time of the event).
 * Not here: what is held meanwhile. Zeroed = nothing known; applied_us is the caller's to set at start.
 * Owner: the caller. Thread: one. Units: us of the machine's clock, which all processes share.
 */
#ifndef GATEWAY_JOURNAL_WATCH_H
#define GATEWAY_JOURNAL_WATCH_H

#include "core/port.h"
#include "gateway/agent.h"

struct journal_watch {
    int64_t applied_us; /* when the last event was applied, or this process began */
    int64_t started_us; /* of the latest gateway that was heard */
    uint64_t journal;   /* the file whose events were applied; 0 = not known yet */
    uint64_t heard;     /* the file of the latest gateway */
    uint64_t event_us;  /* the time of the last event applied; 0 = not known */
    bool foreign;       /* it is another journal: nothing of it may be believed */
    bool halted;        /* what the gateway's guard says */
    char words[TEXT_SIZE];
};

/* Start-up: a stored cursor. true: it was this one's own, nobody else's. */
bool journal_watch_restore(struct journal_watch *watch, const struct cursor *cursor);

/* The gateway's heartbeat; applied = the last event that is applied here. What changes is logged and a risk_event. */
void journal_watch_hear(struct journal_watch *watch, struct agent *agent, const struct heartbeat *beat,
                        uint64_t applied, const struct market *market, struct sink *sink);

/* What the gateway's guard says. */
void journal_watch_guard(struct journal_watch *watch, const struct guard_state *guard);

/* With each heartbeat: the HALT that the gateway is to be sent. false: none. */
bool journal_watch_halts(const struct journal_watch *watch, const struct agent *agent, struct msg *halt);

/* Each order event, before it is applied (when it is not foreign). */
void journal_watch_event(struct journal_watch *watch, struct agent *agent, const struct order_event *event,
                         uint64_t applied, const struct market *market, struct sink *sink);

#endif

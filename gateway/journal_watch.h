/*
 * journal_watch: does the gateway's journal still hold what this process has applied of it? A gateway.db that was
 * replaced or is an older copy numbers its events anew, below the cursors of the strategy and the executor: each of them
 * would be taken for one that was seen, and no fill would ever be known.
 *
 * The gateway's heartbeat says where its journal ends. Only one that was made after the last event was applied here
 * counts: an older one may arrive late. What was found stays until another run of the gateway has the events again: the
 * same run only counts up to our number with events that are not the ones we know.
 *
 * Not here: what is held meanwhile. A journal that has grown past our number before we look is not seen.
 * Zeroed = nothing heard yet; applied_us is the caller's to set, at start and with each event. Owner: the caller.
 * Thread: one. Units: us of the machine's clock, which all processes share.
 */
#ifndef GATEWAY_JOURNAL_WATCH_H
#define GATEWAY_JOURNAL_WATCH_H

#include "core/port.h"
#include "gateway/agent.h"

struct journal_watch {
    int64_t applied_us; /* when the last event was applied, or this process began */
    int64_t started_us; /* of the gateway that lacks events */
    bool behind;        /* it lacks some: nothing new may be entered */
    char words[TEXT_SIZE];
};

/* The gateway's heartbeat; applied = the last event that is applied here. What changes is logged and a risk_event. */
void journal_watch_hear(struct journal_watch *watch, struct agent *agent, const struct heartbeat *beat,
                        uint64_t applied, const struct market *market, struct sink *sink);

#endif

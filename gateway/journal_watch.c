/* journal_watch: three comparisons, and the words for them. */
#include "gateway/journal_watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/emit.h"

#define HALT_REQUEST ((uint64_t)INT64_MAX) /* nobody else's number on that line */

static void alarm_raised(struct journal_watch *watch, struct agent *agent, const struct market *market,
                         struct sink *sink)
{
    struct msg msg;
    msg_init(&msg, MSG_RISK_EVENT);
    struct risk_event *risk = &msg.risk_event;
    risk->time_us = agent->clock->now_us(agent->clock);
    risk->market_us = market->market_us;
    risk->trading_day = market->trading_day;
    risk->reject = REJECT_NONE;
    snprintf(risk->component, sizeof risk->component, "%s", component_name(agent->ops->component));
    snprintf(risk->actor, sizeof risk->actor, "%s", component_name(agent->ops->component));
    snprintf(risk->text, sizeof risk->text, "%s", watch->words);
    log_write(agent->log, watch->foreign ? LEVEL_ERROR : LEVEL_WARNING, "%s", watch->words);
    sink->emit(sink->context, PORT_STORE, &msg);
    sink->emit(sink->context, PORT_PUBLISH, &msg);
}

static void found(struct journal_watch *watch, struct agent *agent, const struct market *market, struct sink *sink,
                  const char *what)
{
    if (watch->foreign) return;
    watch->foreign = true;
    snprintf(watch->words, sizeof watch->words,
             "%.90s: was gateway.db replaced? No order goes out and protection stands still; stop, put the right one "
             "back, start (lost for good: 'outcry adopt')",
             what);
    alarm_raised(watch, agent, market, sink);
}

static void settled(struct journal_watch *watch, struct agent *agent, const struct market *market, struct sink *sink)
{
    watch->foreign = false;
    snprintf(watch->words, sizeof watch->words, "the gateway's journal is the right one again");
    alarm_raised(watch, agent, market, sink);
}

bool journal_watch_restore(struct journal_watch *watch, const struct cursor *cursor)
{
    if (strcmp(cursor->stream, "events") == 0) watch->event_us = cursor->epoch;
    if (strcmp(cursor->stream, "journal") != 0) return false;
    watch->journal = cursor->seq;
    return true;
}

static void keep(struct journal_watch *watch, uint64_t journal, struct sink *sink)
{
    struct cursor cursor = {.stream = "journal", .seq = journal};
    watch->journal = journal;
    emit(sink, PORT_STORE, MSG_CURSOR, &cursor, sizeof cursor);
}

void journal_watch_hear(struct journal_watch *watch, struct agent *agent, const struct heartbeat *beat,
                        uint64_t applied, const struct market *market, struct sink *sink)
{
    char what[TEXT_SIZE];
    /* One of a gateway before this one may have waited. */
    if (beat->component != COMPONENT_GATEWAY || beat->started_us < watch->started_us) return;
    watch->started_us = beat->started_us;
    watch->heard = beat->journal;
    if (watch->journal != 0 && beat->journal != watch->journal) {
        found(watch, agent, market, sink, "the gateway's journal is another one than was applied here");
    } else if (beat->last_seq < applied) {
        /* One that was made before the last event was applied may come late. */
        snprintf(what, sizeof what, "the gateway's journal ends at event %" PRIu64 ", %" PRIu64 " was applied here",
                 beat->last_seq, applied);
        if (beat->time_us > watch->applied_us) found(watch, agent, market, sink, what);
    } else if (watch->journal == 0 && beat->journal != 0 && !watch->foreign) {
        keep(watch, beat->journal, sink);
    } else if (watch->foreign && applied == 0) {
        settled(watch, agent, market, sink);
    }
}

void journal_watch_guard(struct journal_watch *watch, const struct guard_state *guard)
{
    watch->halted = guard->mode == GUARD_HALTED;
}

bool journal_watch_halts(const struct journal_watch *watch, const struct agent *agent, struct msg *halt)
{
    if (!watch->foreign || watch->halted) return false;
    msg_init(halt, MSG_CONTROL);
    halt->control.request_id = HALT_REQUEST;
    halt->control.kind = CONTROL_HALT;
    snprintf(halt->control.text, sizeof halt->control.text, "gateway.db is not the one that %s has followed",
             component_name(agent->ops->component));
    snprintf(halt->control.actor, sizeof halt->control.actor, "%s", component_name(agent->ops->component));
    return true;
}

void journal_watch_event(struct journal_watch *watch, struct agent *agent, const struct order_event *event,
                         uint64_t applied, const struct market *market, struct sink *sink)
{
    const uint64_t time_us = (uint64_t)event->time_us;
    const bool right = watch->journal == 0 || watch->heard == watch->journal;
    char what[TEXT_SIZE];
    if (event->seq == applied && watch->event_us != 0 && time_us != watch->event_us) {
        snprintf(what, sizeof what, "event %" PRIu64 " of the gateway's journal is not the one applied here", applied);
        found(watch, agent, market, sink, what);
    } else if (event->seq == applied && watch->foreign && watch->event_us != 0 && right) {
        settled(watch, agent, market, sink);
    }
    if (watch->foreign || event->seq != applied + 1) return;
    watch->event_us = time_us;
    watch->applied_us = agent->clock->now_us(agent->clock);
}

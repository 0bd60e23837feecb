/* journal_watch: one comparison, and the words for it. */
#include "gateway/journal_watch.h"

#include <inttypes.h>
#include <stdio.h>

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
    log_write(agent->log, watch->behind ? LEVEL_ERROR : LEVEL_WARNING, "%s", watch->words);
    sink->emit(sink->context, PORT_STORE, &msg);
    sink->emit(sink->context, PORT_PUBLISH, &msg);
}

void journal_watch_hear(struct journal_watch *watch, struct agent *agent, const struct heartbeat *beat,
                        uint64_t applied, const struct market *market, struct sink *sink)
{
    if (beat->component != COMPONENT_GATEWAY || beat->time_us <= watch->applied_us) return;
    if (!watch->behind && beat->last_seq < applied) {
        watch->behind = true;
        watch->started_us = beat->started_us;
        snprintf(watch->words, sizeof watch->words,
                 "the gateway's journal ends at event %" PRIu64 ", this one has applied %" PRIu64
                 ": was gateway.db replaced? stop, put the right gateway.db back, start; entries are held until then",
                 beat->last_seq, applied);
        alarm_raised(watch, agent, market, sink);
    } else if (watch->behind && beat->last_seq >= applied && beat->started_us != watch->started_us) {
        watch->behind = false;
        snprintf(watch->words, sizeof watch->words, "the gateway's journal has event %" PRIu64 " again", applied);
        alarm_raised(watch, agent, market, sink);
    } else if (watch->behind) {
        watch->started_us = beat->last_seq < applied ? beat->started_us : watch->started_us;
    }
}

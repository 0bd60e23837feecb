/* The log: lines from transitions, order events, the guard's words and the processes' own. */
#include "tui/model_log.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/text.h"

#define LOG_RECENT_US (10 * CLOCK_SECOND_US) /* older events are history that is fetched, not news */

static bool transition_words(const struct transition *transition, struct log_entry *entry)
{
    char price[PRICE_TEXT_SIZE];
    bool at_price = transition->price != 0;
    struct log_line *line = &entry->line;
    snprintf(line->text, sizeof line->text, "condition %lld %s %s%s%s%s%s", (long long)transition->condition_id,
             transition->symbol, condition_state_name(transition->to), at_price ? " at " : "",
             at_price ? price_format(transition->price, price, sizeof price) : "", *transition->reason ? ": " : "",
             transition->reason);
    line->time_us = transition->time_us;
    line->component = COMPONENT_STRATEGY;
    line->level = transition->to == CONDITION_REJECTED ? LEVEL_WARNING : LEVEL_INFO;
    entry->market_us = transition->market_us;
    return true;
}

static bool event_words(const struct order_event *event, struct log_entry *entry)
{
    char price[PRICE_TEXT_SIZE];
    const struct order_request *request = &event->request;
    struct log_line *line = &entry->line;
    bool said = !*event->reason || !strcasecmp(event->reason, order_state_name(event->state)); /* by the state */
    bool bad = event->kind == EXEC_DENIED || event->kind == EXEC_REJECTED;
    if (event->kind == EXEC_SENDING || event->kind == EXEC_PENDING_CANCEL) return false;
    if (event->kind == EXEC_FILL)
        snprintf(line->text, sizeof line->text, "%s %s %d at %s, %d of %d filled", side_name(request->side),
                 request->symbol, event->fill_quantity, price_format(event->fill_price, price, sizeof price),
                 event->filled_quantity, request->quantity);
    else
        snprintf(line->text, sizeof line->text, "%s %s %d %s %s%s%s", side_name(request->side), request->symbol,
                 request->quantity, order_type_name(request->type), order_state_name(event->state), said ? "" : ": ",
                 said ? "" : event->reason);
    line->time_us = event->time_us;
    line->component = COMPONENT_GATEWAY;
    line->level = event->kind == EXEC_UNKNOWN ? LEVEL_ERROR : bad ? LEVEL_WARNING : LEVEL_INFO;
    entry->market_us = event->market_us;
    return true;
}

static bool risk_words(const struct risk_event *event, struct log_entry *entry)
{
    struct log_line *line = &entry->line;
    bool named = !*event->symbol || strstr(event->text, event->symbol);
    snprintf(line->text, sizeof line->text, "%s%s%.200s", named ? "" : event->symbol, named ? "" : ": ", event->text);
    line->time_us = event->time_us;
    line->component = COMPONENT_GATEWAY;
    line->level = event->reject == REJECT_NONE ? LEVEL_INFO : LEVEL_WARNING;
    entry->market_us = event->market_us;
    return true;
}

/* What a message says in the log; false: nothing. */
static bool words(const struct msg *msg, struct log_entry *entry)
{
    memset(entry, 0, sizeof *entry);
    switch ((int)msg->id) {
    case MSG_TRANSITION:
        return transition_words(&msg->transition, entry);
    case MSG_ORDER_EVENT:
        return event_words(&msg->order_event, entry);
    case MSG_RISK_EVENT:
        return risk_words(&msg->risk_event, entry);
    case MSG_LOG:
        entry->line = msg->log;
        return true;
    default:
        return false;
    }
}

static void drop_oldest(struct model *model)
{
    memmove(model->log, model->log + 1, (MODEL_LOG - 1) * sizeof *model->log);
    model->log_count--;
    model->log_first++;
}

bool model_log_apply(struct model *model, const struct msg *msg, int64_t now_us)
{
    struct log_entry entry;
    if (!words(msg, &entry)) return false;
    const struct market *market = &model->market;
    int64_t ago_us = now_us - entry.line.time_us;
    if (ago_us > LOG_RECENT_US && msg->id != MSG_LOG) return false;
    if (!entry.market_us && market->market_us && ago_us >= 0 && ago_us <= LOG_RECENT_US)
        entry.market_us = model_market_us(model, now_us) - (market->paused ? 0 : ago_us * market->speed);
    text_clean(entry.line.text);
    if (model->log_count == MODEL_LOG) drop_oldest(model);
    model->log[model->log_count++] = entry;
    model->log_added++;
    return true;
}

void model_log_market(struct model *model)
{
    for (size_t i = 0; i < model->log_count; i++)
        if (!model->log[i].market_us) model->log[i].market_us = model->market.market_us;
}

bool model_log_past(struct model *model, const struct msg *msg)
{
    struct log_entry entry;
    if (!words(msg, &entry)) return false;
    text_clean(entry.line.text);
    size_t at = model->log_count;
    while (at > 0 && model->log[at - 1].line.time_us > entry.line.time_us) at--;
    for (size_t i = at; i > 0 && model->log[i - 1].line.time_us == entry.line.time_us; i--)
        if (!strcmp(model->log[i - 1].line.text, entry.line.text)) return false;
    if (at == 0 && model->log_count == MODEL_LOG) return false;
    if (model->log_count == MODEL_LOG) {
        drop_oldest(model);
        at--;
    }
    memmove(&model->log[at + 1], &model->log[at], (model->log_count - at) * sizeof *model->log);
    model->log[at] = entry;
    model->log_count++;
    model->log_first--; /* the lines after it keep their names */
    model->dirty |= DIRTY_LOG;
    return true;
}

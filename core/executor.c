/* executor: creation, restart from stored records, and what only reads or only keeps the books. The order path itself
 * is in executor_orders.c, events in executor_events.c, flatten in executor_flatten.c. */
#include "core/executor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/emit.h"
#include "core/executor_impl.h"
#include "core/text.h"

struct executor *executor_new(const struct executor_config *config)
{
    struct executor *executor = calloc(1, sizeof *executor);
    if (executor == NULL) return NULL;
    executor->config = *config;
    executor->acks = calloc(EXECUTOR_ACKS, sizeof *executor->acks);
    bool made = executor->acks != NULL && order_table_init(&executor->orders, config->max_orders) &&
                ledger_init(&executor->ledger, config->commission) &&
                id_ring_init(&executor->exec_ids, config->max_orders * 4);
    if (made) executor->slots = calloc(executor->orders.capacity, sizeof *executor->slots);
    if (executor->slots != NULL) return executor;
    executor_free(executor);
    return NULL;
}

void executor_free(struct executor *executor)
{
    if (executor == NULL) return;
    order_table_free(&executor->orders);
    ledger_free(&executor->ledger);
    id_ring_free(&executor->exec_ids);
    free(executor->acks);
    free(executor->slots);
    free(executor);
}

void executor_risk(struct executor *executor, struct sink *sink, int64_t now_us, const char *actor,
                   enum reject_code reject, const char *id, const char *symbol, const char *format, ...)
{
    struct risk_event event = {.time_us = now_us,
                               .market_us = executor->market.market_us,
                               .trading_day = executor->market.trading_day,
                               .reject = reject};
    va_list args;
    va_start(args, format);
    vsnprintf(event.text, sizeof event.text, format, args);
    va_end(args);
    text_clean(event.text);
    (void)text_copy(event.component, sizeof event.component, "executor");
    (void)text_copy(event.actor, sizeof event.actor, actor);
    (void)text_copy(event.client_order_id, sizeof event.client_order_id, id);
    (void)text_copy(event.symbol, sizeof event.symbol, symbol);
    emit_stored(sink, MSG_RISK_EVENT, &event, sizeof event);
}

void executor_reply(struct sink *sink, uint64_t request_id, enum status status, int64_t number, const char *format, ...)
{
    if (request_id == 0) return; /* nobody waits: the strategy's cancel */
    struct reply reply = {.request_id = request_id, .status = (int32_t)status, .number = number};
    va_list args;
    va_start(args, format);
    vsnprintf(reply.text, sizeof reply.text, format, args);
    va_end(args);
    text_clean(reply.text);
    emit(sink, PORT_REPLY, MSG_REPLY, &reply, sizeof reply);
}

/* An operator's order of this session moves the counter past itself. */
static void restore_counter(struct executor *executor, const char *id)
{
    char prefix[CLIENT_ORDER_ID_SIZE];
    int length = snprintf(prefix, sizeof prefix, "%s-m%llu-", executor->config.install,
                          (unsigned long long)executor->config.session);
    if (length < 0 || (size_t)length >= sizeof prefix || strncmp(id, prefix, (size_t)length) != 0) return;
    uint64_t counter = strtoull(id + length, NULL, 10);
    if (counter > executor->counter && counter < INT64_MAX) executor->counter = counter;
}

static enum status restore_order(struct executor *executor, const struct order *order, struct err *err)
{
    if (order_table_find(&executor->orders, order->request.client_order_id) != ORDER_TABLE_NONE)
        return err_set(err, ERR_CORRUPT, "order %s is stored twice", order->request.client_order_id);
    uint32_t slot = order_table_add(&executor->orders, order, order->trading_day, true);
    if (slot == ORDER_TABLE_NONE)
        return err_set(err, ERR_FULL, "more stored orders than the %u kept in memory", executor->orders.limit);
    struct executor_slot *extra = &executor->slots[slot];
    memset(extra, 0, sizeof *extra);
    restore_counter(executor, order->request.client_order_id);
    if (!order_state_terminal(order->state) &&
        (order->state == ORDER_PENDING_CANCEL || order->request.expires_us == EXECUTOR_CANCEL_MARK)) {
        extra->cancel_wanted = true;
        (void)text_copy(extra->cancel.client_order_id, sizeof extra->cancel.client_order_id,
                        order->request.client_order_id);
        (void)text_copy(extra->cancel.actor, sizeof extra->cancel.actor, "executor");
        (void)text_copy(extra->cancel.reason, sizeof extra->cancel.reason, "asked for before the restart");
        extra->cancel.created_us = order->updated_us;
    }
    return ERR_OK;
}

static void restore_event(struct executor *executor, const struct order_event *event)
{
    if (event->exec_id[0] != '\0') (void)id_ring_add(&executor->exec_ids, event->exec_id);
    if (event->seq > executor->events_seq) executor->events_seq = event->seq;
}

static enum status restore_cursor(struct executor *executor, const struct cursor *cursor, struct err *err)
{
    if (strncmp(cursor->stream, EXECUTOR_FLATTEN_PREFIX, strlen(EXECUTOR_FLATTEN_PREFIX)) == 0)
        return executor_flatten_restore(executor, cursor, err);
    if (strcmp(cursor->stream, "events") == 0 && cursor->seq > executor->events_seq) executor->events_seq = cursor->seq;
    return ERR_OK;
}

enum status executor_restore(struct executor *executor, const struct msg *msg, struct err *err)
{
    /* A chain over the few kinds that are stored: -Wswitch-enum would ask for every message there is. */
    if (msg->id == MSG_ORDER) return restore_order(executor, &msg->order, err);
    if (msg->id == MSG_CURSOR) return restore_cursor(executor, &msg->cursor, err);
    if (msg->id == MSG_POSITION) return ledger_restore(&executor->ledger, &msg->position, err);
    if (msg->id == MSG_CONDITION_LOTS) return ledger_lots_restore(&executor->ledger, &msg->condition_lots, err);
    if (msg->id == MSG_ORDER_EVENT) {
        restore_event(executor, &msg->order_event);
        return ERR_OK;
    }
    if (msg->id == MSG_SIGNAL_ACK) {
        executor->acks[msg->signal_ack.seq % EXECUTOR_ACKS] = msg->signal_ack;
        return ERR_OK;
    }
    if (msg->id == MSG_CONTRACT) {
        executor_on_contract(executor, &msg->contract);
        return ERR_OK;
    }
    if (msg->id == MSG_SIGNAL) return ERR_OK; /* its order and its ack say all */
    const struct msg_type *type = msg_type(msg->id);
    return err_set(err, ERR_INVALID, "executor: a stored %s is not its own", type == NULL ? "message" : type->name);
}

void executor_hold(struct executor *executor, const char *why)
{
    (void)text_copy(executor->held, sizeof executor->held, why == NULL ? "" : why);
}

void executor_on_contract(struct executor *executor, const struct contract *contract)
{
    (void)ledger_contract(&executor->ledger, contract);
}

void executor_on_tick(struct executor *executor, const struct tick *tick)
{
    /* The market's own word comes once a second: minutes apart in a replay. What is said in between has its time. */
    struct market *market = &executor->market;
    if (tick->time_us > market->market_us && market->market_us > 0) market->market_us = tick->time_us;
    (void)ledger_tick(&executor->ledger, tick, tick->recv_us);
}

void executor_on_heartbeat(struct executor *executor, const struct heartbeat *beat)
{
    if (beat->component == COMPONENT_GATEWAY && executor->events_seq >= beat->last_seq) executor->caught_up = true;
}

static void store_rolled(void *context, const struct position *position)
{
    emit_stored(context, MSG_POSITION, position, sizeof *position);
}

void executor_on_market(struct executor *executor, const struct market *market, int64_t now_us, struct sink *sink)
{
    (void)now_us;
    executor->market = *market;
    ledger_roll(&executor->ledger, ledger_day(market), store_rolled, sink);
}

uint64_t executor_events_seq(const struct executor *executor)
{
    return executor->events_seq;
}

uint32_t executor_unconfirmed(const struct executor *executor)
{
    uint32_t count = 0;
    for (uint32_t at = order_table_first(&executor->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&executor->orders, at))
        if (order_table_at(&executor->orders, at)->state == ORDER_INTENT) count++;
    return count;
}

const struct order *executor_order(const struct executor *executor, const char *client_order_id)
{
    uint32_t slot = order_table_find(&executor->orders, client_order_id);
    return slot == ORDER_TABLE_NONE ? NULL : order_table_at(&executor->orders, slot);
}

const struct position *executor_position(const struct executor *executor, const char *account, const char *symbol)
{
    return ledger_position(&executor->ledger, account, symbol);
}

void executor_each_order(const struct executor *executor, void (*visit)(void *context, const struct order *order),
                         void *context)
{
    order_table_each(&executor->orders, visit, context);
}

void executor_each_position(const struct executor *executor,
                            void (*visit)(void *context, const struct position *position), void *context)
{
    for (uint32_t i = 0; i < executor->ledger.row_count; i++) visit(context, ledger_at(&executor->ledger, i));
}

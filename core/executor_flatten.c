/* executor_flatten: cancel what works on a symbol, await its end, look at what is held, close it with reduce-only
 * market orders, look again. It never reverses: it closes what is counted when nothing of the symbol works, less what
 * orders of unknown outcome may have closed; the order is reduce-only, and the gate asks once more at the last hop. What
 * would open on the symbol is refused until it has ended (executor_orders.c): else it would close what was just opened.
 * Where conditions hold as much on one side as on the other there is nothing to send: the same order asks the gate to
 * let them give it up. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/emit.h"
#include "core/executor_impl.h"
#include "core/session.h"
#include "core/text.h"

static void store_flatten(const struct executor_flatten *flatten, bool going_on, struct sink *sink)
{
    struct cursor cursor = {.seq = going_on ? 1 : 0};
    int length = snprintf(cursor.stream, sizeof cursor.stream, EXECUTOR_FLATTEN_PREFIX "%.15s", flatten->symbol);
    CHECK(length > 0 && (size_t)length < sizeof cursor.stream);
    emit(sink, PORT_STORE, MSG_CURSOR, &cursor, sizeof cursor);
}

static struct executor_flatten *flatten_get(struct executor *executor, const char *symbol)
{
    struct executor_flatten *unused = NULL;
    for (size_t i = 0; i < EXECUTOR_FLATTENS; i++) {
        struct executor_flatten *flatten = &executor->flattens[i];
        if (strcmp(flatten->symbol, symbol) == 0) return flatten;
        if (unused == NULL && flatten->symbol[0] == '\0') unused = flatten;
    }
    if (unused == NULL) return NULL;
    memset(unused, 0, sizeof *unused);
    (void)text_copy(unused->symbol, sizeof unused->symbol, symbol);
    return unused;
}

bool executor_flattening(const struct executor *executor, const char *symbol)
{
    for (size_t i = 0; i < EXECUTOR_FLATTENS; i++)
        if (strcmp(executor->flattens[i].symbol, symbol) == 0) return true;
    return false;
}

enum status executor_flatten_restore(struct executor *executor, const struct cursor *cursor, struct err *err)
{
    if (cursor->seq == 0) return ERR_OK;
    const char *symbol = cursor->stream + strlen(EXECUTOR_FLATTEN_PREFIX);
    struct executor_flatten *flatten = flatten_get(executor, symbol);
    if (flatten == NULL) return err_set(err, ERR_FULL, "more than %d symbols being flattened", EXECUTOR_FLATTENS);
    (void)text_copy(flatten->actor, sizeof flatten->actor, "executor");
    return ERR_OK;
}

/* To be closed in one account: its net; where that is nothing, what conditions hold against each other. */
static int32_t lots_of(const struct executor *executor, const struct position *position)
{
    if (position->quantity != 0) return abs(position->quantity);
    const int64_t lots = ledger_sides(&executor->ledger, position->account, position->symbol).longs;
    return lots < ORDER_QUANTITY_MAX ? (int32_t)lots : ORDER_QUANTITY_MAX;
}

/* Lots to be closed of the symbol in all accounts, without sign. */
static int32_t lots_held(const struct executor *executor, const char *symbol)
{
    int32_t lots = 0;
    for (uint32_t i = 0; i < executor->ledger.row_count; i++) {
        const struct position *position = ledger_at(&executor->ledger, i);
        if (strcmp(position->symbol, symbol) == 0) lots += lots_of(executor, position);
    }
    return lots;
}

/* What orders of unknown outcome may have closed of it already: closed once more, it would be reversed. */
static int64_t lots_in_doubt(const struct executor *executor, const struct position *position)
{
    const enum side closing = position->quantity >= 0 ? SIDE_SELL : SIDE_BUY;
    int64_t lots = 0;
    for (uint32_t at = order_table_first(&executor->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&executor->orders, at)) {
        const struct order *order = order_table_at(&executor->orders, at);
        if (order->state == ORDER_UNKNOWN && order->request.side == closing &&
            strcmp(order->request.symbol, position->symbol) == 0 &&
            strcmp(order->request.account, position->account) == 0)
            lots += order->request.quantity - order->filled_quantity;
    }
    return lots;
}

/* Of lots_of, what can be closed now without reversing whatever comes of the orders in doubt. */
static int32_t lots_closable(const struct executor *executor, const struct position *position)
{
    const int64_t lots = lots_of(executor, position);
    const int64_t doubt = position->quantity != 0 ? lots_in_doubt(executor, position) : 0;
    return lots > doubt ? (int32_t)(lots - doubt) : 0;
}

static int32_t lots_closable_of(const struct executor *executor, const char *symbol)
{
    int32_t lots = 0;
    for (uint32_t i = 0; i < executor->ledger.row_count; i++) {
        const struct position *position = ledger_at(&executor->ledger, i);
        if (strcmp(position->symbol, symbol) == 0) lots += lots_closable(executor, position);
    }
    return lots;
}

static uint32_t orders_working(const struct executor *executor, const char *symbol)
{
    uint32_t count = 0;
    for (uint32_t at = order_table_first(&executor->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&executor->orders, at)) {
        const struct order *order = order_table_at(&executor->orders, at);
        if (strcmp(order->request.symbol, symbol) == 0 && !order_request_elsewhere(&order->request)) count++;
    }
    return count;
}

/* Cancel what still works. *busy: something has yet to end. *unknown: something cannot be ended by us now. */
static void cancel_working(struct executor *executor, const struct executor_flatten *flatten, int64_t now_us,
                           struct sink *sink, uint32_t *busy, uint32_t *unknown)
{
    *busy = *unknown = 0;
    for (uint32_t at = order_table_first(&executor->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&executor->orders, at)) {
        const struct order *order = order_table_at(&executor->orders, at);
        if (strcmp(order->request.symbol, flatten->symbol) != 0 || order_request_elsewhere(&order->request)) continue;
        if (order->state == ORDER_UNKNOWN)
            ++*unknown;
        else
            ++*busy;
        const struct executor_slot *extra = &executor->slots[at];
        const bool asked = extra->cancel_wanted || order->state == ORDER_PENDING_CANCEL;
        /* A venue that refuses is not asked with each refusal: that would go round as fast as the line. */
        if (order->request.leg != LEG_FLATTEN && !asked && now_us >= extra->cancel_us)
            executor_cancel(executor, at, flatten->actor, "flatten", now_us, sink);
    }
}

/* A market order's largest size now. */
static int32_t market_lots(const struct executor *executor, const char *symbol, int32_t lots)
{
    const struct ledger_symbol *entry = ledger_symbol(&executor->ledger, symbol);
    int32_t most = ORDER_QUANTITY_MAX;
    if (entry != NULL && entry->contract.max_market_lots > 0) most = entry->contract.max_market_lots;
    if (entry != NULL && executor->market.session == SESSION_NIGHT) {
        const struct product *product = product_find(entry->contract.product);
        struct product_facts facts;
        if (product != NULL) {
            product_facts_on(product, executor->market.trading_day, &facts);
            if (facts.max_market_lots_night > 0 && facts.max_market_lots_night < most)
                most = facts.max_market_lots_night;
        }
    }
    return lots < most ? lots : most;
}

static bool close_position(struct executor *executor, const struct executor_flatten *flatten,
                           const struct position *position, int64_t now_us, struct sink *sink)
{
    const struct ledger_symbol *entry = ledger_symbol(&executor->ledger, position->symbol);
    struct order_request request = {
        .side = position->quantity >= 0 ? SIDE_SELL : SIDE_BUY,
        .type = ORDER_MARKET,
        .tif = TIF_IOC,
        .quantity = market_lots(executor, position->symbol, lots_closable(executor, position)),
        .reduce_only = true,
        .leg = LEG_FLATTEN,
        .attempt = flatten->attempts,
        .decision_price = entry == NULL ? 0 : entry->last,
        .tick_seq = entry == NULL ? 0 : entry->tick_seq,
        .created_us = now_us,
        .expires_us = executor->config.time_to_live_us == 0 ? 0 : now_us + executor->config.time_to_live_us,
    };
    executor_next_id(executor, request.client_order_id);
    (void)text_copy(request.account, sizeof request.account, position->account);
    (void)text_copy(request.symbol, sizeof request.symbol, position->symbol);
    (void)text_copy(request.actor, sizeof request.actor, flatten->actor);
    return executor_intend(executor, &request, now_us, sink);
}

static void flatten_end(struct executor_flatten *flatten, struct sink *sink)
{
    store_flatten(flatten, false, sink);
    memset(flatten, 0, sizeof *flatten);
}

static void flatten_close(struct executor *executor, struct executor_flatten *flatten, int32_t lots, int64_t now_us,
                          struct sink *sink)
{
    if (flatten->held != 0 && lots < flatten->held) { /* progress: each turn has fewer lots */
        flatten->attempts = 0;
        flatten->reason[0] = '\0';
    }
    flatten->held = lots;
    if (flatten->attempts == EXECUTOR_FLATTEN_ATTEMPTS) {
        executor_risk(executor, sink, now_us, flatten->actor, REJECT_NONE, "", flatten->symbol,
                      "%s is not flat: %" PRId32 " lots held after %d attempts: %s", flatten->symbol, lots,
                      EXECUTOR_FLATTEN_ATTEMPTS, flatten->reason[0] == '\0' ? "nothing was filled" : flatten->reason);
        flatten_end(flatten, sink);
        return;
    }
    flatten->attempts++;
    flatten->next_us = now_us + (flatten->attempts == 1 ? 0 : EXECUTOR_FLATTEN_PAUSE_US);
    for (uint32_t i = 0; i < executor->ledger.row_count; i++) {
        const struct position *position = ledger_at(&executor->ledger, i);
        if (lots_closable(executor, position) == 0 || strcmp(position->symbol, flatten->symbol) != 0) continue;
        if (!close_position(executor, flatten, position, now_us, sink))
            executor_risk(executor, sink, now_us, flatten->actor, REJECT_NO_ROOM, "", flatten->symbol,
                          "no room for the order that closes %s", flatten->symbol);
    }
}

static void flatten_one(struct executor *executor, struct executor_flatten *flatten, int64_t now_us, struct sink *sink)
{
    uint32_t busy, unknown;
    if (now_us < flatten->next_us) return;
    cancel_working(executor, flatten, now_us, sink, &busy, &unknown);
    if (flatten->started_us == 0) flatten->started_us = now_us;
    if (busy + unknown > 0 && !flatten->waiting_said && now_us - flatten->started_us >= EXECUTOR_FLATTEN_WAIT_US) {
        flatten->waiting_said = true;
        executor_risk(executor, sink, now_us, flatten->actor, REJECT_NONE, "", flatten->symbol,
                      "flatten of %s still waits for %u orders to end, %u of them of unknown outcome", flatten->symbol,
                      busy + unknown, unknown);
    }
    if (busy > 0) return;
    const int32_t lots = lots_closable_of(executor, flatten->symbol);
    if (lots > 0) {
        flatten_close(executor, flatten, lots, now_us, sink);
    } else if (unknown == 0) {
        executor_risk(executor, sink, now_us, flatten->actor, REJECT_NONE, "", flatten->symbol, "%s is flat",
                      flatten->symbol);
        flatten_end(flatten, sink);
    }
}

void executor_flatten_step(struct executor *executor, int64_t now_us, struct sink *sink)
{
    for (size_t i = 0; i < EXECUTOR_FLATTENS; i++)
        if (executor->flattens[i].symbol[0] != '\0') flatten_one(executor, &executor->flattens[i], now_us, sink);
}

void executor_flatten_ended(struct executor *executor, const struct order *order)
{
    for (size_t i = 0; i < EXECUTOR_FLATTENS; i++)
        if (order->reason[0] != '\0' && strcmp(executor->flattens[i].symbol, order->request.symbol) == 0)
            (void)text_copy(executor->flattens[i].reason, sizeof executor->flattens[i].reason, order->reason);
}

/* false: as many symbols as can be are being flattened already. */
static bool begin_symbol(struct executor *executor, const struct control *control, const char *symbol,
                         struct sink *sink)
{
    struct executor_flatten *flatten = flatten_get(executor, symbol);
    if (flatten == NULL) return false;
    flatten->attempts = 0;
    (void)text_copy(flatten->actor, sizeof flatten->actor, control->actor[0] == '\0' ? "operator" : control->actor);
    store_flatten(flatten, true, sink);
    return true;
}

static uint32_t begin_all(struct executor *executor, const struct control *control, struct sink *sink, bool *full)
{
    uint32_t begun = 0;
    for (uint32_t i = 0; i < executor->ledger.symbol_count; i++) {
        const char *symbol = executor->ledger.symbols[i].contract.symbol;
        if (lots_held(executor, symbol) == 0 && orders_working(executor, symbol) == 0) continue;
        if (!begin_symbol(executor, control, symbol, sink)) {
            *full = true;
            return begun;
        }
        begun++;
    }
    return begun;
}

static void begin(struct executor *executor, const struct control *control, int64_t now_us, struct sink *sink)
{
    bool full = false;
    if (executor_reply_late(executor, control->created_us, control->request_id, now_us, sink)) return;
    if (strcmp(control->text, "all") == 0) {
        uint32_t begun = begin_all(executor, control, sink, &full);
        executor_reply(sink, control->request_id, full ? ERR_FULL : ERR_OK, begun, "flattening %u symbols%s", begun,
                       full ? ": as many at once as can be; ask again for the rest" : "");
    } else if (control->text[0] == '\0' || strlen(control->text) >= SYMBOL_SIZE) {
        executor_reply(sink, control->request_id, ERR_INVALID, 0, "flatten: a symbol is needed, or \"all\"");
    } else {
        int32_t lots = lots_held(executor, control->text);
        uint32_t working = orders_working(executor, control->text);
        if (lots == 0 && working == 0 && ledger_symbol(&executor->ledger, control->text) == NULL)
            executor_reply(sink, control->request_id, ERR_NOT_FOUND, 0,
                           "flatten: %s is no contract known here, and nothing of it is held or working",
                           control->text);
        else if (begin_symbol(executor, control, control->text, sink))
            executor_reply(sink, control->request_id, ERR_OK, lots,
                           "flattening %s: %" PRId32 " lots held, %u orders working", control->text, lots, working);
        else
            executor_reply(sink, control->request_id, ERR_FULL, 0, "flatten: %d symbols are being flattened already",
                           EXECUTOR_FLATTENS);
    }
    executor_flatten_step(executor, now_us, sink);
}

void executor_on_control(struct executor *executor, const struct control *control, int64_t now_us, struct sink *sink)
{
    if (control->kind == CONTROL_FLATTEN)
        begin(executor, control, now_us, sink);
    else
        executor_reply(sink, control->request_id, ERR_INVALID, 0, "the executor takes no control but flatten");
}

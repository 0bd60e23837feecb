/* matching_report: everything the exchange says. A fill is one step: the order, the position, the account and the
 * execution are stored together, so that no restart finds one without the others. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/matching_state.h"
#include "core/text.h"

static void emit(struct sink *sink, enum port port, const struct msg *msg)
{
    sink->emit(sink->context, port, msg);
}

/* --- executions --------------------------------------------------------------------------------------------------- */

static void say(struct matching *matching, uint32_t stream, struct msg *msg, struct sink *sink)
{
    struct venue_exec *exec = &msg->venue_exec;
    exec->seq = ++matching->stream_seq[stream];
    if (exec->kind == EXEC_FILL)
        (void)snprintf(exec->exec_id, sizeof exec->exec_id, "%s-%" PRIu32 "-%" PRIu64, matching->config.install,
                       stream + 1, exec->seq);
    msg->venue_exec.market_us = matching->market_us;
    emit(sink, PORT_STORE, msg);
    emit(sink, PORT_PUBLISH, msg);
}

static void store_order(const struct matching *matching, struct record *record, struct sink *sink)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER);
    record->order.market_us = matching->market_us;
    record->order.updated_us = matching->now_us;
    msg.order = record->order;
    emit(sink, PORT_STORE, &msg);
}

static void fill_in(const struct matching *matching, const struct record *record, struct venue_exec *exec)
{
    const struct order_request *request = &record->order.request;
    (void)text_copy(exec->client_order_id, sizeof exec->client_order_id, request->client_order_id);
    (void)text_copy(exec->venue_order_id, sizeof exec->venue_order_id, record->order.venue_order_id);
    (void)text_copy(exec->account, sizeof exec->account, matching->accounts[record->account].facts.account);
    (void)text_copy(exec->symbol, sizeof exec->symbol, request->symbol);
    exec->side = request->side;
    exec->quantity = request->quantity;
    exec->filled_quantity = record->order.filled_quantity;
    exec->trading_day = record->order.trading_day;
    exec->type = request->type;
    exec->tif = request->tif;
    exec->limit_price = request->limit_price;
}

void report_exec(struct matching *matching, uint32_t at, enum exec_kind kind, enum reject_code code, const char *reason,
                 struct sink *sink)
{
    struct record *record = &matching->records[at];
    if (kind != EXEC_CANCEL_REJECTED) {
        record->order.reject = code;
        (void)text_copy(record->order.reason, sizeof record->order.reason, reason);
        store_order(matching, record, sink);
    }
    struct msg msg;
    msg_init(&msg, MSG_VENUE_EXEC);
    fill_in(matching, record, &msg.venue_exec);
    msg.venue_exec.kind = kind;
    msg.venue_exec.reject = code;
    (void)text_copy(msg.venue_exec.reason, sizeof msg.venue_exec.reason, reason);
    say(matching, matching->accounts[record->account].stream, &msg, sink);
}

/* The stream's first account lends its name to what belongs to none. */
static const char *some_account(const struct matching *matching, uint32_t stream)
{
    for (int32_t i = 0; i < matching->account_count; i++)
        if (matching->accounts[i].stream == stream) return matching->accounts[i].facts.account;
    return "";
}

void report_refusal(struct matching *matching, uint32_t stream, const struct order_request *request,
                    enum reject_code code, const char *reason, struct sink *sink)
{
    struct msg msg;
    msg_init(&msg, MSG_VENUE_EXEC);
    struct venue_exec *exec = &msg.venue_exec;
    exec->kind = EXEC_REJECTED;
    (void)text_copy(exec->client_order_id, sizeof exec->client_order_id, request->client_order_id);
    (void)text_copy(exec->account, sizeof exec->account, some_account(matching, stream));
    (void)text_copy(exec->symbol, sizeof exec->symbol, request->symbol);
    exec->side = request->side;
    exec->quantity = request->quantity;
    exec->type = request->type;
    exec->tif = request->tif;
    exec->limit_price = request->limit_price;
    exec->reject = code;
    (void)text_copy(exec->reason, sizeof exec->reason, reason);
    exec->trading_day = session_trading_day(matching->market_us);
    say(matching, stream, &msg, sink);
}

void report_no_order(struct matching *matching, uint32_t stream, const struct cancel_request *request,
                     struct sink *sink)
{
    struct msg msg;
    msg_init(&msg, MSG_VENUE_EXEC);
    struct venue_exec *exec = &msg.venue_exec;
    exec->kind = EXEC_CANCEL_REJECTED;
    (void)text_copy(exec->client_order_id, sizeof exec->client_order_id, request->client_order_id);
    (void)text_copy(exec->account, sizeof exec->account, some_account(matching, stream));
    exec->reject = REJECT_VENUE_NO_ORDER;
    (void)text_copy(exec->reason, sizeof exec->reason, "no such order");
    exec->trading_day = session_trading_day(matching->market_us);
    say(matching, stream, &msg, sink);
}

/* --- positions and accounts --------------------------------------------------------------------------------------- */

static int32_t multiplier_of(const struct matching *matching, const char *symbol, int32_t trading_day)
{
    struct symbol_parts parts;
    const struct listed *listed = listed_find(matching, symbol, NULL);
    if (listed != NULL) return listed->facts.multiplier;
    const int32_t day = trading_day > 0 ? trading_day : session_trading_day(matching->market_us);
    return symbol_parse(symbol, day, &parts, NULL) == ERR_OK ? parts.product->multiplier : 0;
}

struct holding *holding_of(struct matching *matching, int32_t account, const char *symbol)
{
    for (uint32_t i = 0; i < matching->holding_count; i++) {
        struct holding *holding = &matching->holdings[i];
        if (holding->account == account && strcmp(holding->position.symbol, symbol) == 0) return holding;
    }
    if (matching->holding_count == HOLDINGS_MAX) return NULL;
    struct holding *made = &matching->holdings[matching->holding_count++];
    memset(made, 0, sizeof *made);
    made->account = account;
    made->contract = NO_RECORD;
    const struct listed *listed = listed_find(matching, symbol, &made->contract);
    const int32_t day = listed != NULL ? listed->stats.trading_day : 0;
    position_init(&made->position, matching->accounts[account].facts.account, symbol, day);
    made->multiplier = multiplier_of(matching, symbol, day);
    return made;
}

void working_add(struct matching *matching, const struct record *record, int32_t lots)
{
    struct holding *holding = holding_of(matching, record->account, record->order.request.symbol);
    CHECK(holding != NULL);
    int64_t *working = record->order.request.side == SIDE_BUY ? &holding->working_buy : &holding->working_sell;
    *working += lots;
    CHECK(*working >= 0);
}

static price_t mark_of(const struct matching *matching, const struct holding *holding)
{
    const price_t last = holding->contract == NO_RECORD ? 0 : matching->listed[holding->contract].stats.last;
    return last != 0 ? last : holding->position.mark;
}

money_t account_unrealized(const struct matching *matching, int32_t account, bool live)
{
    money_t sum = 0;
    for (uint32_t i = 0; i < matching->holding_count; i++) {
        const struct holding *holding = &matching->holdings[i];
        if (holding->account != account || holding->position.quantity == 0) continue;
        int64_t value, profit;
        const price_t mark = live ? mark_of(matching, holding) : holding->position.mark;
        if (price_mul(mark, holding->position.quantity, &value) &&
            price_mul(value - holding->position.open_value, holding->multiplier, &profit))
            (void)price_add(sum, profit, &sum);
    }
    return sum;
}

money_t margin_worst(const struct matching *matching, int32_t account, const char *symbol, enum side side, int32_t lots)
{
    money_t sum = 0;
    for (uint32_t i = 0; i < matching->holding_count; i++) {
        const struct holding *holding = &matching->holdings[i];
        if (holding->account != account || holding->contract == NO_RECORD) continue;
        const bool here = lots != 0 && strcmp(holding->position.symbol, symbol) == 0;
        const int64_t longest =
            holding->position.quantity + holding->working_buy + (here && side == SIDE_BUY ? lots : 0);
        const int64_t shortest =
            -(int64_t)holding->position.quantity + holding->working_sell + (here && side == SIDE_SELL ? lots : 0);
        const int64_t most = longest > shortest ? longest : shortest;
        money_t margin;
        if (most > 0 && price_mul(matching->listed[holding->contract].facts.initial_margin, most, &margin))
            (void)price_add(sum, margin, &sum);
    }
    return sum;
}

void account_facts(const struct matching *matching, int32_t account, struct account *out)
{
    const struct venue_account *venue = &matching->accounts[account];
    *out = venue->facts;
    out->equity = venue->cash + account_unrealized(matching, account, true);
    out->margin_used = margin_worst(matching, account, "", SIDE_BUY, 0);
    out->margin_free = out->equity - out->margin_used;
}

void report_position(const struct matching *matching, const struct holding *holding, struct sink *sink)
{
    struct msg msg;
    msg_init(&msg, MSG_POSITION);
    msg.position = holding->position;
    msg.position.mark = mark_of(matching, holding);
    msg.position.updated_us = matching->now_us;
    emit(sink, PORT_STORE, &msg);
}

/* Stores the account and what it holds, marked at the last prices: together they are its cash (matching_resume). */
static void store_account(struct matching *matching, int32_t account, struct sink *sink)
{
    for (uint32_t i = 0; i < matching->holding_count; i++) {
        const struct holding *holding = &matching->holdings[i];
        if (holding->account != account) continue;
        if (holding->position.quantity != 0 || holding->position.updated_us == matching->now_us)
            report_position(matching, holding, sink);
    }
    struct msg msg;
    msg_init(&msg, MSG_ACCOUNT);
    account_facts(matching, account, &msg.account);
    msg.account.updated_us = matching->now_us;
    emit(sink, PORT_STORE, &msg);
}

/* --- fills -------------------------------------------------------------------------------------------------------- */

static void book_fill(struct matching *matching, const struct record *record, price_t price, int32_t lots)
{
    struct holding *holding = holding_of(matching, record->account, record->order.request.symbol);
    CHECK(holding != NULL); /* made when the order was taken */
    struct position *position = &holding->position;
    const struct listed *listed = &matching->listed[record->contract];
    const money_t before = position->realized - position->cost;
    struct err err;
    const enum status status = position_fill(position, &listed->facts, record->order.request.side, price, lots,
                                             matching->config.commission, &err);
    CHECK(status == ERR_OK);
    position->updated_us = matching->now_us;
    matching->accounts[record->account].cash += position->realized - position->cost - before;
}

void report_fill(struct matching *matching, uint32_t at, price_t price, int32_t lots, struct sink *sink)
{
    struct record *record = &matching->records[at];
    struct order *order = &record->order;
    CHECK(lots > 0 && order->filled_quantity + lots <= order->request.quantity);
    if (record->entry != BOOK_NONE) working_add(matching, record, -lots);
    order->filled_quantity += lots;
    order->filled_value += price * lots;
    order->state = order->filled_quantity == order->request.quantity ? ORDER_FILLED : ORDER_PARTIALLY_FILLED;
    book_fill(matching, record, price, lots);
    store_order(matching, record, sink);
    store_account(matching, record->account, sink);
    struct msg msg;
    msg_init(&msg, MSG_VENUE_EXEC);
    fill_in(matching, record, &msg.venue_exec);
    msg.venue_exec.kind = EXEC_FILL;
    msg.venue_exec.fill_price = price;
    msg.venue_exec.fill_quantity = lots;
    say(matching, matching->accounts[record->account].stream, &msg, sink);
}

/* --- ticks -------------------------------------------------------------------------------------------------------- */

static void best_of(const struct matching *matching, const struct book_side *side, price_t *price, int32_t *lots)
{
    const uint32_t at = book_best_limit(&matching->pool, side);
    if (at == BOOK_NONE) return;
    *price = matching->pool.levels[at].price;
    *lots = matching->pool.levels[at].quantity < INT32_MAX ? (int32_t)matching->pool.levels[at].quantity : INT32_MAX;
}

static void count_trade(struct listed *listed, int64_t market_us, price_t price, int32_t lots)
{
    struct matching_stats *stats = &listed->stats;
    stats->last_us = market_us;
    if (!listed->replay.on) stats->volume += lots; /* a replayed trade is counted before its book is made */
    stats->last = price;
    if (stats->open == 0) stats->open = stats->high = stats->low = price;
    if (price > stats->high) stats->high = price;
    if (price < stats->low) stats->low = price;
}

void report_tick(struct matching *matching, struct listed *listed, int64_t market_us, price_t price, int32_t lots,
                 uint32_t flags, struct sink *sink)
{
    struct msg msg;
    msg_init(&msg, MSG_TICK);
    struct tick *tick = &msg.tick;
    struct matching_stats *stats = &listed->stats;
    if ((flags & TICK_TRIAL) == 0) count_trade(listed, market_us, price, lots);
    tick->flags = flags;
    if (listed->replay.on) {
        replay_top(listed, tick);
    } else {
        best_of(matching, &listed->book.buy, &tick->bid, &tick->bid_quantity);
        best_of(matching, &listed->book.sell, &tick->ask, &tick->ask_quantity);
    }
    memcpy(tick->symbol, stats->symbol, sizeof tick->symbol);
    tick->epoch = matching->config.epoch;
    tick->seq = ++matching->seq;
    tick->sym_seq = ++stats->sym_seq;
    tick->time_us = market_us;
    tick->recv_us = matching->now_us;
    tick->price = price;
    tick->quantity = lots;
    tick->volume = stats->volume;
    tick->open = stats->open;
    tick->high = stats->high;
    tick->low = stats->low;
    tick->reference = stats->reference;
    tick->trading_day = stats->trading_day;
    emit(sink, PORT_PUBLISH, &msg);
}

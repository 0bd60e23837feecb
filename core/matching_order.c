/* matching_order: what an order must be to be taken, and what happens to it then. Checks come in the order in which a
 * trader would want to hear of them, one code each. */
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/matching_state.h"
#include "core/text.h"

/* TAIFEX, "Market with protection order": near-month index futures 0.5 % of the reference in the regular session. The
 * after-hours table is taken to be the same. */
#define PROTECTION_BPS 50

int32_t account_find(const struct matching *matching, const char *account)
{
    for (int32_t i = 0; i < matching->account_count; i++)
        if (strcmp(matching->accounts[i].facts.account, account) == 0) return i;
    return -1;
}

/* --- records ------------------------------------------------------------------------------------------------------ */

static uint32_t chain_of(const struct matching *matching, const char *client_order_id)
{
    uint32_t hash = 2166136261u;
    for (const char *c = client_order_id; *c != '\0'; c++) hash = (hash ^ (unsigned char)*c) * 16777619u;
    return hash & matching->chain_mask;
}

static uint32_t chain_match(const struct matching *matching, uint32_t at, const char *client_order_id)
{
    while (at != NO_RECORD && strcmp(matching->records[at].order.request.client_order_id, client_order_id) != 0)
        at = matching->records[at].chain;
    return at;
}

uint32_t record_first(const struct matching *matching, const char *client_order_id)
{
    return chain_match(matching, matching->chains[chain_of(matching, client_order_id)], client_order_id);
}

uint32_t record_next(const struct matching *matching, uint32_t at)
{
    const struct record *record = &matching->records[at];
    return chain_match(matching, record->chain, record->order.request.client_order_id);
}

static void unlink_record(struct matching *matching, uint32_t at)
{
    uint32_t *link = &matching->chains[chain_of(matching, matching->records[at].order.request.client_order_id)];
    while (*link != at) link = &matching->records[*link].chain;
    *link = matching->records[at].chain;
}

/* The oldest ended order gives up its place. */
static uint32_t record_place(struct matching *matching)
{
    const uint32_t max = matching->config.max_orders;
    if (matching->record_count < max) return matching->record_count++;
    for (uint32_t i = 0; i < max; i++) {
        const uint32_t at = (matching->replace_at + i) % max;
        if (!order_state_terminal(matching->records[at].order.state)) continue;
        matching->replace_at = (at + 1) % max;
        unlink_record(matching, at);
        return at;
    }
    return NO_RECORD;
}

uint32_t record_make(struct matching *matching, const struct order_request *request)
{
    const uint32_t at = record_place(matching);
    if (at == NO_RECORD) return NO_RECORD;
    struct record *record = &matching->records[at];
    memset(record, 0, sizeof *record);
    order_init(&record->order, request, 0, matching->now_us);
    record->number = ++matching->orders_made;
    record->account = account_find(matching, request->account);
    record->contract = NO_RECORD;
    record->entry = BOOK_NONE;
    record->used = true;
    (void)snprintf(record->order.venue_order_id, sizeof record->order.venue_order_id, "%s-O%llu",
                   matching->config.install, (unsigned long long)record->number);
    const uint32_t head = chain_of(matching, request->client_order_id);
    record->chain = matching->chains[head];
    matching->chains[head] = at;
    (void)listed_find(matching, request->symbol, &record->contract);
    return at;
}

bool record_rest(struct matching *matching, uint32_t at, price_t price)
{
    struct record *record = &matching->records[at];
    struct listed *listed = &matching->listed[record->contract];
    const enum side side = record->order.request.side;
    const int32_t left = record->order.request.quantity - record->order.filled_quantity;
    const int32_t ahead = listed->replay.on ? replay_ahead(matching, listed, side, price) : 0;
    record->entry = book_add(&matching->pool, book_of(&listed->book, side), price, left, (int32_t)at);
    if (record->entry == BOOK_NONE) return false;
    matching->pool.entries[record->entry].ahead = ahead;
    record->book_price = price;
    listed->changed = true;
    listed->replay.stale = true; /* the made-up book keeps clear of it */
    working_add(matching, record, left);
    return true;
}

void record_end(struct matching *matching, uint32_t at, enum exec_kind kind, enum reject_code code, const char *reason,
                struct sink *sink)
{
    struct record *record = &matching->records[at];
    if (record->entry != BOOK_NONE) {
        struct listed *listed = &matching->listed[record->contract];
        working_add(matching, record, -(record->order.request.quantity - record->order.filled_quantity));
        book_remove(&matching->pool, book_of(&listed->book, record->order.request.side), record->entry);
        record->entry = BOOK_NONE;
        listed->changed = true;
    }
    record->order.state = kind == EXEC_CANCELLED ? ORDER_CANCELLED : ORDER_EXPIRED;
    report_exec(matching, at, kind, code, reason, sink);
}

/* --- checks ------------------------------------------------------------------------------------------------------- */

struct refusal {
    enum reject_code code;
    char reason[REASON_SIZE];
};

static bool refuse(struct refusal *refusal, enum reject_code code, const char *reason)
{
    refusal->code = code;
    (void)text_copy(refusal->reason, sizeof refusal->reason, reason);
    return false;
}

static bool check_kind(const struct order_request *request, const struct listed *listed, struct refusal *out)
{
    const enum session_state state = listed->session.state;
    if (state == SESSION_CLOSED) return refuse(out, REJECT_VENUE_SESSION, "the market is closed");
    if (request->type == ORDER_LIMIT && request->limit_price == 0)
        return refuse(out, REJECT_VENUE_TYPE, "a limit order needs a price");
    if (state == SESSION_PRE_OPEN) {
        const bool limit = request->type == ORDER_LIMIT && request->tif != TIF_FOK;
        const bool market = request->type == ORDER_MARKET && request->tif == TIF_IOC;
        if (!limit && !market) return refuse(out, REJECT_VENUE_SESSION, "before the open: LMT ROD or IOC, MKT IOC");
        return true;
    }
    if (request->type != ORDER_LIMIT && request->tif == TIF_ROD)
        return refuse(out, REJECT_VENUE_TYPE, "MKT and MKP must be IOC or FOK");
    return true;
}

static bool check_price(const struct order_request *request, const struct listed *listed, struct refusal *out)
{
    const struct contract *facts = &listed->facts;
    char low[PRICE_TEXT_SIZE], high[PRICE_TEXT_SIZE], text[REASON_SIZE];
    if (request->type != ORDER_LIMIT) return true;
    if (!price_on_tick(request->limit_price, facts->tick)) {
        (void)snprintf(text, sizeof text, "price must be a multiple of %s", price_format(facts->tick, low, sizeof low));
        return refuse(out, REJECT_VENUE_TICK_SIZE, text);
    }
    const bool limits = facts->limit_up > 0;
    if (request->limit_price <= 0 ||
        (limits && (request->limit_price < facts->limit_down || request->limit_price > facts->limit_up))) {
        (void)snprintf(text, sizeof text, "price must be %s to %s", price_format(facts->limit_down, low, sizeof low),
                       price_format(facts->limit_up, high, sizeof high));
        return refuse(out, REJECT_VENUE_PRICE_LIMIT, limits ? text : "price must be above 0");
    }
    return true;
}

static bool check_quantity(const struct order_request *request, const struct listed *listed, struct refusal *out)
{
    int32_t most = listed->facts.max_limit_lots;
    if (request->type == ORDER_MARKET)
        most = listed->session.kind == SESSION_NIGHT ? listed->night_market_lots : listed->facts.max_market_lots;
    if (request->quantity >= 1 && request->quantity <= most) return true;
    char text[REASON_SIZE];
    (void)snprintf(text, sizeof text, "a %s order is 1 to %d lots in this session", order_type_name(request->type),
                   (int)most);
    return refuse(out, REJECT_VENUE_QUANTITY, text);
}

static bool check_margin(const struct matching *matching, int32_t account, const struct order_request *request,
                         struct refusal *out)
{
    const money_t now = margin_worst(matching, account, request->symbol, request->side, 0);
    const money_t then = margin_worst(matching, account, request->symbol, request->side, request->quantity);
    struct account facts;
    account_facts(matching, account, &facts);
    if (then <= now || then <= facts.equity) return true;
    char need[PRICE_TEXT_SIZE], have[PRICE_TEXT_SIZE], text[REASON_SIZE];
    (void)snprintf(text, sizeof text, "margin: NT$ %s needed, equity is NT$ %s", money_format(then, need, sizeof need),
                   money_format(facts.equity, have, sizeof have));
    return refuse(out, REJECT_VENUE_MARGIN, text);
}

static bool check_order(struct matching *matching, uint32_t at, struct refusal *out)
{
    const struct record *record = &matching->records[at];
    const struct order_request *request = &record->order.request;
    struct err err;
    if (record->contract == NO_RECORD) return refuse(out, REJECT_VENUE_UNKNOWN_SYMBOL, "no such contract is listed");
    struct listed *listed = &matching->listed[record->contract];
    if (!check_kind(request, listed, out) || !check_price(request, listed, out) ||
        !check_quantity(request, listed, out))
        return false;
    if (order_request_check(request, &err) != ERR_OK) return refuse(out, REJECT_VENUE_OTHER, err.text);
    if (holding_of(matching, record->account, request->symbol) == NULL)
        return refuse(out, REJECT_VENUE_OTHER, "the account holds too many contracts");
    if (listed->replay.on) replay_refresh(matching, listed);
    if (request->type == ORDER_RANGE_MARKET &&
        book_best_limit(&matching->pool, book_of(&listed->book, request->side)) == BOOK_NONE)
        return refuse(out, REJECT_VENUE_NO_LIQUIDITY, "MKP needs a limit order on its own side to start from");
    return check_margin(matching, record->account, request, out);
}

/* --- taking ------------------------------------------------------------------------------------------------------- */

static price_t protected_price(const struct matching *matching, struct listed *listed, enum side side)
{
    const uint32_t best = book_best_limit(&matching->pool, book_of(&listed->book, side));
    CHECK(best != BOOK_NONE);
    const price_t base = listed->stats.reference > 0 ? listed->stats.reference : listed->stats.last;
    const price_t range = price_floor(base * PROTECTION_BPS / 10000, listed->facts.tick);
    return matching->pool.levels[best].price + side_sign(side) * range;
}

/* How far an order may go. A market order stops at the day's price limit, as every trade does. */
static price_t reach(const struct matching *matching, struct listed *listed, const struct order_request *request)
{
    const struct contract *facts = &listed->facts;
    const bool buy = request->side == SIDE_BUY;
    price_t price = request->limit_price;
    if (request->type == ORDER_LIMIT) return price;
    const price_t end = facts->limit_up == 0 ? (buy ? PRICE_MAX : -PRICE_MAX)
                        : buy                ? facts->limit_up
                                             : facts->limit_down;
    if (request->type == ORDER_MARKET) return end;
    price = protected_price(matching, listed, request->side);
    return book_reaches(request->side, price, end) ? end : price;
}

static void take_collected(struct matching *matching, uint32_t at, struct sink *sink)
{
    const struct order_request *request = &matching->records[at].order.request;
    const price_t any = request->side == SIDE_BUY ? BOOK_ANY_BUY : BOOK_ANY_SELL;
    if (!record_rest(matching, at, request->type == ORDER_MARKET ? any : request->limit_price))
        record_end(matching, at, EXEC_CANCELLED, REJECT_VENUE_OTHER, "the books are full", sink);
}

static void take_open(struct matching *matching, uint32_t at, struct sink *sink)
{
    struct record *record = &matching->records[at];
    struct listed *listed = &matching->listed[record->contract];
    const struct order_request *request = &record->order.request;
    const price_t limit = reach(matching, listed, request);
    char text[REASON_SIZE];
    if (request->tif == TIF_FOK) {
        const int64_t there = book_within(&matching->pool, book_of(&listed->book, side_opposite(request->side)), limit);
        if (there < request->quantity) {
            (void)snprintf(text, sizeof text, "FOK: %lld of %d lots to be had", (long long)there,
                           (int)request->quantity);
            record_end(matching, at, EXEC_CANCELLED, REJECT_VENUE_NO_LIQUIDITY, text, sink);
            return;
        }
    }
    const int32_t left = cross(matching, listed, request->side, limit, request->quantity, at, sink);
    if (left == 0) return;
    if (request->tif != TIF_ROD) {
        (void)snprintf(text, sizeof text, "%s: %d of %d lots not filled", tif_name(request->tif), (int)left,
                       (int)request->quantity);
        record_end(matching, at, EXEC_CANCELLED, REJECT_VENUE_NO_LIQUIDITY, text, sink);
    } else if (!record_rest(matching, at, limit)) {
        record_end(matching, at, EXEC_CANCELLED, REJECT_VENUE_OTHER, "the books are full", sink);
    }
}

void matching_order(struct matching *matching, uint32_t stream, const struct order_request *request, struct sink *sink)
{
    CHECK(stream < MATCHING_STREAMS_MAX);
    const int32_t account = account_find(matching, request->account);
    if (account < 0 || matching->accounts[account].stream != stream) {
        report_refusal(matching, stream, request, REJECT_VENUE_ACCOUNT, "no such account of this login", sink);
        return;
    }
    const uint32_t at = record_make(matching, request);
    if (at == NO_RECORD) {
        report_refusal(matching, stream, request, REJECT_VENUE_OTHER, "too many working orders", sink);
        return;
    }
    struct record *record = &matching->records[at];
    if (record->contract != NO_RECORD) record->order.trading_day = matching->listed[record->contract].stats.trading_day;
    struct refusal refusal = {0};
    if (!check_order(matching, at, &refusal)) {
        record->order.state = ORDER_REJECTED;
        report_exec(matching, at, EXEC_REJECTED, refusal.code, refusal.reason, sink);
        return;
    }
    record->order.state = ORDER_NEW;
    report_exec(matching, at, EXEC_NEW, REJECT_NONE, "", sink);
    if (listed_open(&matching->listed[record->contract]))
        take_open(matching, at, sink);
    else
        take_collected(matching, at, sink);
}

void matching_cancel(struct matching *matching, uint32_t stream, const struct cancel_request *request,
                     struct sink *sink)
{
    CHECK(stream < MATCHING_STREAMS_MAX);
    uint32_t last = NO_RECORD;
    bool any = false;
    for (uint32_t at = record_first(matching, request->client_order_id); at != NO_RECORD;
         at = record_next(matching, at)) {
        if (matching->accounts[matching->records[at].account].stream != stream) continue;
        last = at;
        if (matching->records[at].entry == BOOK_NONE) continue;
        any = true;
        record_end(matching, at, EXEC_CANCELLED, REJECT_NONE, "cancelled", sink);
    }
    if (any) return;
    if (last == NO_RECORD)
        report_no_order(matching, stream, request, sink);
    else
        report_exec(matching, last, EXEC_CANCEL_REJECTED, REJECT_VENUE_NO_ORDER, "the order is not working", sink);
}

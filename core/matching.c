/* matching: creation, listing, the passage of time, and questions. What an order goes through is in its neighbours, see
 * core/matching_state.h. */
#include "core/matching.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/matching_state.h"
#include "core/text.h"

struct matching *matching_new(const struct matching_config *config)
{
    CHECK(config->max_orders > 0 && config->max_orders < NO_RECORD / 2);
    struct matching *matching = calloc(1, sizeof *matching);
    if (matching == NULL) return NULL;
    matching->config = *config;
    uint32_t heads = 1024;
    while (heads < config->max_orders) heads *= 2;
    matching->chain_mask = heads - 1;
    matching->listed = calloc(MATCHING_CONTRACTS_MAX, sizeof *matching->listed);
    matching->holdings = calloc(HOLDINGS_MAX, sizeof *matching->holdings);
    matching->records = calloc(config->max_orders, sizeof *matching->records);
    matching->chains = malloc((size_t)heads * sizeof *matching->chains);
    const bool whole =
        matching->listed != NULL && matching->holdings != NULL && matching->records != NULL && matching->chains != NULL;
    if (!whole || !book_pool_init(&matching->pool, config->max_resting)) {
        matching_free(matching);
        return NULL;
    }
    for (uint32_t i = 0; i < heads; i++) matching->chains[i] = NO_RECORD;
    return matching;
}

void matching_free(struct matching *matching)
{
    if (matching == NULL) return;
    book_pool_free(&matching->pool);
    free(matching->listed);
    free(matching->holdings);
    free(matching->records);
    free(matching->chains);
    free(matching);
}

/* --- listing ------------------------------------------------------------------------------------------------------ */

struct listed *listed_find(const struct matching *matching, const char *symbol, uint32_t *index)
{
    for (uint32_t i = 0; i < matching->listed_count; i++) {
        if (strcmp(matching->listed[i].facts.symbol, symbol) != 0) continue;
        if (index != NULL) *index = i;
        return &matching->listed[i];
    }
    return NULL;
}

bool listed_open(const struct listed *listed)
{
    return listed->session.state == SESSION_OPEN;
}

static void night_lots(struct listed *listed)
{
    struct product_facts facts;
    product_facts_on(listed->product, listed->facts.trading_day, &facts);
    listed->night_market_lots = facts.max_market_lots_night;
}

enum status matching_list(struct matching *matching, const struct contract *contract, bool replay, uint32_t *index,
                          struct err *err)
{
    uint32_t at = matching->listed_count;
    struct listed *listed = listed_find(matching, contract->symbol, &at);
    const struct product *product = product_find(contract->product);
    if (product == NULL)
        return err_set(err, ERR_NOT_FOUND, "contract %s: unknown product '%s'", contract->symbol, contract->product);
    if (contract->tick <= 0) return err_set(err, ERR_RANGE, "contract %s: tick must be above 0", contract->symbol);
    if (listed == NULL) {
        if (matching->listed_count == MATCHING_CONTRACTS_MAX)
            return err_set(err, ERR_FULL, "contract %s: at most %d are listed", contract->symbol,
                           MATCHING_CONTRACTS_MAX);
        listed = &matching->listed[matching->listed_count++];
        memset(listed, 0, sizeof *listed);
        book_init(&listed->book);
        listed->replay.on = replay;
        listed->replay.stale = true;
        (void)text_copy(listed->stats.symbol, sizeof listed->stats.symbol, contract->symbol);
    }
    listed->facts = *contract;
    listed->product = product;
    listed->stats.reference = contract->reference;
    listed->session_until = 0; /* look again: its last trading day may be another */
    night_lots(listed);
    for (uint32_t i = 0; i < matching->holding_count; i++)
        if (strcmp(matching->holdings[i].position.symbol, contract->symbol) == 0) matching->holdings[i].contract = at;
    if (index != NULL) *index = at;
    return ERR_OK;
}

enum status matching_open_account(struct matching *matching, const char *account, const char *name, uint32_t stream,
                                  money_t equity, struct err *err)
{
    CHECK(stream < MATCHING_STREAMS_MAX);
    if (account_find(matching, account) >= 0)
        return err_set(err, ERR_EXISTS, "account %s: there is one already", account);
    if (matching->account_count == MATCHING_ACCOUNTS_MAX)
        return err_set(err, ERR_FULL, "account %s: at most %d accounts", account, MATCHING_ACCOUNTS_MAX);
    struct venue_account *made = &matching->accounts[matching->account_count++];
    *made = (struct venue_account){.cash = equity, .stream = stream};
    (void)text_copy(made->facts.account, sizeof made->facts.account, account);
    (void)text_copy(made->facts.name, sizeof made->facts.name, name);
    made->facts.equity = equity;
    made->facts.margin_free = equity;
    return ERR_OK;
}

/* The contract's facts of another day or reference. */
static bool renew(const struct listed *listed, int32_t trading_day, price_t reference, struct contract *out)
{
    if (contract_make(listed->facts.symbol, trading_day, reference, out, NULL) != ERR_OK) return false;
    out->flags |= listed->facts.flags & CONTRACT_REFERENCE_ESTIMATED;
    return true;
}

void matching_set_stats(struct matching *matching, const struct matching_stats *stats)
{
    struct listed *listed = listed_find(matching, stats->symbol, NULL);
    if (listed == NULL) return;
    const uint64_t seq = listed->stats.sym_seq > stats->sym_seq ? listed->stats.sym_seq : stats->sym_seq;
    listed->stats = *stats;
    listed->stats.sym_seq = seq; /* ticks never repeat a number */
    struct contract renewed;
    if (stats->reference != listed->facts.reference && stats->trading_day != 0 &&
        renew(listed, stats->trading_day, stats->reference, &renewed))
        listed->facts = renewed;
    if (listed->replay.on) {
        listed->replay.traded = stats->last_us != 0 && stats->last_us >= listed->session.open_us;
        listed->replay.awaiting = !listed->replay.traded;
        listed->replay.has_book = false;
        listed->replay.stale = true;
    }
    listed->changed = true;
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static void expire_contract(struct matching *matching, uint32_t index, const char *reason, struct sink *sink)
{
    for (uint32_t i = 0; i < matching->record_count; i++) {
        const struct record *record = &matching->records[i];
        if (record->contract == index && record->entry != BOOK_NONE)
            record_end(matching, i, EXEC_EXPIRED, REJECT_NONE, reason, sink);
    }
}

static void end_session(struct matching *matching, uint32_t index, struct sink *sink)
{
    struct listed *listed = &matching->listed[index];
    expire_contract(matching, index, "the session ended", sink);
    book_trim(&matching->pool, &listed->book.buy, PRICE_MAX, -PRICE_MAX);
    book_trim(&matching->pool, &listed->book.sell, PRICE_MAX, -PRICE_MAX);
    replay_close(listed);
    listed->changed = true;
}

/* A new trading day: yesterday's last regular price is the reference, and limits and facts follow it. */
static void roll_day(struct matching *matching, uint32_t index, int32_t trading_day, struct sink *sink)
{
    struct listed *listed = &matching->listed[index];
    struct matching_stats *stats = &listed->stats;
    if (stats->trading_day != 0 && trading_day > stats->trading_day && stats->last > 0) stats->reference = stats->last;
    const bool known = stats->trading_day != 0;
    stats->trading_day = trading_day;
    stats->open = stats->high = stats->low = 0;
    stats->volume = 0;
    for (uint32_t i = 0; i < matching->holding_count; i++) {
        struct holding *holding = &matching->holdings[i];
        if (holding->contract != index || holding->position.trading_day == trading_day) continue;
        position_roll(&holding->position, trading_day);
        report_position(matching, holding, sink);
    }
    struct contract renewed;
    if (!known || !renew(listed, trading_day, stats->reference, &renewed)) return;
    listed->facts = renewed;
    night_lots(listed);
    struct msg msg;
    msg_init(&msg, MSG_CONTRACT);
    msg.contract = listed->facts;
    sink->emit(sink->context, PORT_PUBLISH, &msg);
}

static void pass_time(struct matching *matching, uint32_t index, struct sink *sink)
{
    struct listed *listed = &matching->listed[index];
    if (matching->market_us >= listed->session_since && matching->market_us < listed->session_until) return;
    const struct session was = listed->session;
    struct session now;
    session_at(matching->market_us, listed->facts.last_trading_day, &now);
    if ((now.kind == SESSION_NIGHT && !listed->product->after_hours) ||
        now.trading_day > listed->facts.last_trading_day)
        now.state = SESSION_CLOSED;
    listed->session_since = matching->market_us;
    listed->session_until = now.next_change_us;
    const bool same = was.kind == now.kind && was.open_us == now.open_us;
    if (was.state != SESSION_CLOSED && (!same || now.state == SESSION_CLOSED)) end_session(matching, index, sink);
    listed->session = now;
    if (now.trading_day != listed->stats.trading_day) roll_day(matching, index, now.trading_day, sink);
    if (now.state == SESSION_CLOSED) return;
    if (!same || was.state == SESSION_CLOSED) {
        listed->replay.awaiting = true;
    } else if (was.state == SESSION_PRE_OPEN && now.state == SESSION_OPEN && !listed->replay.on) {
        auction_match(matching, listed, sink);
        auction_sweep(matching, listed, sink);
    }
}

void matching_on_time(struct matching *matching, int64_t market_us, int64_t now_us, struct sink *sink)
{
    matching->market_us = market_us;
    matching->now_us = now_us;
    for (uint32_t i = 0; i < matching->listed_count; i++) pass_time(matching, i, sink);
}

void matching_expire_all(struct matching *matching, const char *reason, struct sink *sink)
{
    for (uint32_t i = 0; i < matching->listed_count; i++) expire_contract(matching, i, reason, sink);
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

const struct order *matching_find(const struct matching *matching, uint32_t stream, const char *client_order_id,
                                  int32_t *copies)
{
    const struct record *found = NULL;
    *copies = 0;
    for (uint32_t at = record_first(matching, client_order_id); at != NO_RECORD; at = record_next(matching, at)) {
        const struct record *record = &matching->records[at];
        if (matching->accounts[record->account].stream != stream) continue;
        if (found == NULL || record->number < found->number) found = record;
        ++*copies;
    }
    return found == NULL ? NULL : &found->order;
}

void matching_each_working(const struct matching *matching, uint32_t stream,
                           void (*visit)(void *context, const struct order *order), void *context)
{
    for (uint32_t i = 0; i < matching->record_count; i++) {
        const struct record *record = &matching->records[i];
        if (record->used && order_state_working(record->order.state) &&
            matching->accounts[record->account].stream == stream)
            visit(context, &record->order);
    }
}

void matching_each_position(const struct matching *matching, uint32_t stream,
                            void (*visit)(void *context, const struct position *position), void *context)
{
    for (uint32_t i = 0; i < matching->holding_count; i++) {
        const struct holding *holding = &matching->holdings[i];
        if (matching->accounts[holding->account].stream == stream) visit(context, &holding->position);
    }
}

void matching_each_account(const struct matching *matching, uint32_t stream,
                           void (*visit)(void *context, const struct account *account), void *context)
{
    for (int32_t i = 0; i < matching->account_count; i++) {
        if (matching->accounts[i].stream != stream) continue;
        struct account account;
        account_facts(matching, i, &account);
        visit(context, &account);
    }
}

uint32_t matching_count(const struct matching *matching)
{
    return matching->listed_count;
}

const struct contract *matching_contract_at(const struct matching *matching, uint32_t index)
{
    CHECK(index < matching->listed_count);
    return &matching->listed[index].facts;
}

const struct session *matching_session(const struct matching *matching, uint32_t index)
{
    CHECK(index < matching->listed_count);
    return &matching->listed[index].session;
}

void matching_stats(const struct matching *matching, uint32_t index, struct matching_stats *out)
{
    CHECK(index < matching->listed_count);
    *out = matching->listed[index].stats;
}

void matching_depth(struct matching *matching, uint32_t index, struct depth *out)
{
    CHECK(index < matching->listed_count);
    struct listed *listed = &matching->listed[index];
    memset(out, 0, sizeof *out);
    (void)text_copy(out->symbol, sizeof out->symbol, listed->facts.symbol);
    out->time_us = matching->market_us;
    if (listed->replay.on) {
        replay_refresh(matching, listed);
        if (listed->replay.traded)
            out->flags = TICK_SYNTHETIC_BOOK; /* deeper levels are made up even beside a quoted top */
    }
    book_depth(&matching->pool, &listed->book.buy, out);
    book_depth(&matching->pool, &listed->book.sell, out);
}

bool matching_depth_changed(struct matching *matching, uint32_t index)
{
    CHECK(index < matching->listed_count);
    const bool changed = matching->listed[index].changed;
    matching->listed[index].changed = false;
    return changed;
}

price_t matching_best(const struct matching *matching, uint32_t index, enum side side)
{
    CHECK(index < matching->listed_count);
    const uint32_t at = book_best_limit(&matching->pool, book_of(&matching->listed[index].book, side));
    return at == BOOK_NONE ? 0 : matching->pool.levels[at].price;
}

int64_t matching_lots_at(const struct matching *matching, uint32_t index, enum side side, price_t price)
{
    CHECK(index < matching->listed_count);
    const uint32_t at = book_find(&matching->pool, book_of(&matching->listed[index].book, side), price);
    return at == BOOK_NONE ? 0 : matching->pool.levels[at].quantity;
}

uint64_t matching_exec_seq(const struct matching *matching, uint32_t stream)
{
    CHECK(stream < MATCHING_STREAMS_MAX);
    return matching->stream_seq[stream];
}

/* The model's life, its sorted arrays and the market's side of it: contracts, ticks, feed. What orders and conditions
 * say is in model_trade.c. Every array has its limit from the start, so nothing is allocated while the market runs. */
#include "tui/model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/position.h"
#include "core/session.h"
#include "core/text.h"
#include "tui/model_log.h"
#include "tui/model_trade.h"

#define SPARK_STEP_MIN_US (1 * (int64_t)1000000)
#define SPARK_STEP_MAX_US (64 * (int64_t)1000000)

#define YEAR_DIGIT 4 /* its place in a code */

#define BARS_WORTH_US (8 * 60 * (int64_t)1000000) /* so many minutes make a better line than seconds do */

struct model *model_new(void)
{
    struct model *model = calloc(1, sizeof *model);
    if (!model) return NULL;
    model->quotes = calloc(MODEL_CONTRACTS, sizeof *model->quotes);
    model->conditions = calloc(MODEL_CONDITIONS, sizeof *model->conditions);
    model->orders = calloc(MODEL_ORDERS, sizeof *model->orders);
    model->positions = calloc(MODEL_POSITIONS, sizeof *model->positions);
    model->log = calloc(MODEL_LOG, sizeof *model->log);
    if (!model->quotes || !model->conditions || !model->orders || !model->positions || !model->log) {
        model_free(model);
        return NULL;
    }
    model->log_first = UINT32_MAX; /* room for what is read back from before */
    model->dirty = DIRTY_ALL;
    return model;
}

void model_free(struct model *model)
{
    if (!model) return;
    free(model->quotes);
    free(model->conditions);
    free(model->orders);
    free(model->positions);
    free(model->log);
    free(model);
}

/* Codes by product, then by month, not by the month's letter: MXFL1 (December 2021) is before MXFC2. The year is one
 * digit: it counts from last year's, so that 2030 is after 2029. */
static int symbol_order(const struct model *model, const char *a, const char *b)
{
    static const int weight[] = {0, 1, YEAR_DIGIT, 3}; /* product's letters, year, month */
    bool code = strlen(a) >= 5, other = strlen(b) >= 5;
    if (code != other) return other - code;
    for (size_t i = 0; code && i < sizeof weight / sizeof *weight; i++) {
        int at = weight[i];
        if (a[at] == b[at]) continue;
        bool years = at == YEAR_DIGIT && isdigit((unsigned char)a[at]) && isdigit((unsigned char)b[at]);
        if (!years) return a[at] - b[at];
        return (a[at] - '0' + 10 - model->first_year) % 10 - (b[at] - '0' + 10 - model->first_year) % 10;
    }
    return strcmp(a, b);
}

/* First quote at or after symbol. */
static size_t quote_place(const struct model *model, const char *symbol)
{
    size_t low = 0, high = model->quote_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (symbol_order(model, model->quotes[middle].contract.symbol, symbol) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct quote *find_quote(const struct model *model, const char *symbol)
{
    size_t at = quote_place(model, symbol);
    bool found = at < model->quote_count && !strcmp(model->quotes[at].contract.symbol, symbol);
    return found ? &model->quotes[at] : NULL;
}

const struct quote *model_quote(const struct model *model, const char *symbol)
{
    return find_quote(model, symbol);
}

price_t model_last_price(const struct quote *quote)
{
    return quote->last.seq ? quote->last.price : quote->close;
}

/* NULL when the limit is reached: the contract is then not shown. */
static struct quote *make_quote(struct model *model, const char *symbol)
{
    struct quote *quote = find_quote(model, symbol);
    if (quote || model->quote_count == MODEL_CONTRACTS) return quote;
    size_t at = quote_place(model, symbol);
    quote = &model->quotes[at];
    memmove(quote + 1, quote, (model->quote_count - at) * sizeof *quote);
    memset(quote, 0, sizeof *quote);
    (void)text_copy(quote->contract.symbol, sizeof quote->contract.symbol, symbol);
    model->quote_count++;
    return quote;
}

/* One value a step of market time. Full: every second value is dropped and the step doubles, up to about a minute, so
 * that the line shows something at once and later the last hour. */
static void add_spark(struct quote *quote, int64_t market_us, price_t price)
{
    if (!quote->spark_step_us) quote->spark_step_us = SPARK_STEP_MIN_US;
    if (quote->spark_count && market_us < quote->spark_us + quote->spark_step_us && market_us >= quote->spark_us) {
        quote->spark[quote->spark_count - 1] = price;
        return;
    }
    if (quote->spark_count == MODEL_SPARK && quote->spark_step_us < SPARK_STEP_MAX_US) {
        for (int i = 0; i < MODEL_SPARK / 2; i++) quote->spark[i] = quote->spark[2 * i + 1];
        quote->spark_count = MODEL_SPARK / 2;
        quote->spark_step_us *= 2;
    }
    if (quote->spark_count == MODEL_SPARK) {
        memmove(quote->spark, quote->spark + 1, (MODEL_SPARK - 1) * sizeof *quote->spark);
        quote->spark_count--;
    }
    quote->spark[quote->spark_count++] = price;
    quote->spark_us = market_us;
}

/* The best of each side came with the last trade; a book that is newer knows better, in a quiet contract by minutes. */
static void take_best(struct quote *quote)
{
    const struct depth *depth = &quote->depth;
    struct tick *last = &quote->last;
    if (!quote->has_depth || !last->seq || depth->time_us < last->time_us) return;
    last->bid = depth->bid_price[0];
    last->bid_quantity = depth->bid_quantity[0];
    last->ask = depth->ask_price[0];
    last->ask_quantity = depth->ask_quantity[0];
    last->flags = (last->flags & ~TICK_SYNTHETIC_BOOK) | (depth->flags & TICK_SYNTHETIC_BOOK);
}

/* The best, then what is worse than it of the levels that are known. */
static void renew(price_t *price, int32_t *quantity, price_t best, int32_t lots, int sign)
{
    price_t prices[DEPTH_LEVELS] = {best};
    int32_t quantities[DEPTH_LEVELS] = {lots};
    int count = lots > 0;
    for (int i = 0; i < DEPTH_LEVELS && count < DEPTH_LEVELS; i++) {
        if (quantity[i] <= 0 || (lots > 0 && sign * price[i] <= sign * best)) continue;
        prices[count] = price[i];
        quantities[count++] = quantity[i];
    }
    memcpy(price, prices, sizeof prices);
    memcpy(quantity, quantities, sizeof quantities);
}

void model_book(const struct quote *quote, struct depth *book)
{
    const struct tick *last = &quote->last;
    memset(book, 0, sizeof *book);
    if (quote->has_depth)
        *book = quote->depth;
    else
        book->flags = last->flags;
    renew(book->bid_price, book->bid_quantity, last->bid, last->bid_quantity, -1);
    renew(book->ask_price, book->ask_quantity, last->ask, last->ask_quantity, 1);
}

static unsigned on_tick(struct model *model, const struct tick *tick, int64_t now_us)
{
    struct quote *quote = make_quote(model, tick->symbol);
    if (!quote) return 0;
    bool older = tick->epoch == quote->last.epoch && tick->sym_seq <= quote->last.sym_seq;
    if (older) return 0; /* sent again to mend a gap of somebody else's */
    /* A market that was sought backwards: that book is of its future, and would stand as the newest for hours; so is the
     * line's end. */
    if (tick->epoch != quote->last.epoch && quote->depth.time_us > tick->time_us) quote->has_depth = false;
    if (tick->epoch != quote->last.epoch && quote->spark_us > tick->time_us) quote->spark_count = 0;
    if (quote->last.seq && quote->last.price != tick->price) {
        quote->direction = tick->price > quote->last.price ? 1 : -1;
        quote->changed_us = now_us;
    }
    quote->last = *tick;
    take_best(quote);
    quote->tick_us = (tick->flags & TICK_REPLAYED) && tick->recv_us < now_us ? tick->recv_us : now_us;
    quote->stale = false;
    if (!(tick->flags & TICK_TRIAL)) add_spark(quote, tick->time_us, tick->price);
    model->feed_us = quote->tick_us > model->feed_us ? quote->tick_us : model->feed_us;
    unsigned dirty = DIRTY_WATCHLIST | DIRTY_STATUS;
    for (size_t i = 0; i < model->position_count; i++)
        if (!strcmp(model->positions[i].symbol, tick->symbol)) dirty |= DIRTY_POSITIONS;
    return dirty | (model->condition_count ? DIRTY_CONDITIONS : 0);
}

static unsigned on_depth(struct model *model, const struct depth *depth)
{
    struct quote *quote = make_quote(model, depth->symbol);
    if (!quote) return 0;
    quote->depth = *depth;
    quote->has_depth = true;
    take_best(quote);
    return DIRTY_WATCHLIST;
}

static unsigned on_contract(struct model *model, const struct contract *contract)
{
    struct quote *quote = make_quote(model, contract->symbol);
    if (!quote) return 0;
    quote->contract = *contract;
    return DIRTY_WATCHLIST | DIRTY_POSITIONS | DIRTY_CONDITIONS;
}

/* The feed says how far it is; a symbol that is behind, or of an older epoch, is stale until its next tick. */
static unsigned on_feed(struct model *model, const struct feed *feed, int64_t now_us)
{
    model->feed_heartbeat_us = now_us;
    struct quote *quote = *feed->symbol ? find_quote(model, feed->symbol) : NULL;
    if (!quote || !quote->last.seq) return DIRTY_STATUS;
    quote->stale = quote->last.epoch != feed->epoch || quote->last.sym_seq < feed->last_seq;
    return DIRTY_STATUS | DIRTY_WATCHLIST;
}

/* The day's bars, oldest first, are the line's past, when they reach further back than the ticks seen so far. */
static unsigned on_bar(struct model *model, const struct bar *bar)
{
    struct quote *quote = find_quote(model, bar->symbol);
    if (!quote) return 0;
    quote->close = bar->close;
    if (!quote->bars_seen) {
        quote->bars_seen = true;
        if (quote->spark_count && quote->last.time_us - bar->start_us < BARS_WORTH_US) return 0;
        quote->spark_count = 0;
        quote->spark_us = 0;
        quote->spark_step_us = SPARK_STEP_MAX_US / 2;
    }
    if (quote->spark_count && bar->start_us <= quote->spark_us) return 0;
    add_spark(quote, bar->start_us, bar->close);
    return DIRTY_WATCHLIST | DIRTY_POSITIONS;
}

static unsigned on_account(struct model *model, const struct account *account)
{
    size_t at = 0;
    while (at < model->account_count && strcmp(model->accounts[at].account, account->account) != 0) at++;
    if (at == MODEL_ACCOUNTS) return 0;
    if (at == model->account_count) model->account_count++;
    model->accounts[at] = *account;
    return DIRTY_STATUS;
}

static unsigned on_heartbeat(struct model *model, const struct heartbeat *heartbeat, int64_t now_us)
{
    if (heartbeat->component < COMPONENT_EXCHANGE || (int)heartbeat->component > COMPONENT_COUNT) return 0;
    struct component_view *view = &model->components[heartbeat->component];
    /* A new gateway compares anew, and says what it finds. */
    if (heartbeat->component == COMPONENT_GATEWAY && heartbeat->pid != view->heartbeat.pid) model->difference_count = 0;
    view->heartbeat = *heartbeat;
    view->heard_us = now_us;
    return DIRTY_STATUS;
}

static unsigned on_process(struct model *model, const struct process_info *process)
{
    if (process->component < COMPONENT_EXCHANGE || (int)process->component > COMPONENT_COUNT) return 0;
    model->components[process->component].process = *process;
    return DIRTY_STATUS;
}

/* Said again, changed, or settled. */
static unsigned on_difference(struct model *model, const struct difference *difference)
{
    size_t at = 0;
    while (at < model->difference_count &&
           (strcmp(model->differences[at].symbol, difference->symbol) != 0 ||
            strcmp(model->differences[at].client_order_id, difference->client_order_id) != 0 ||
            strcmp(model->differences[at].account, difference->account) != 0))
        at++;
    bool position = difference->client_order_id[0] == '\0';
    bool settled = difference->settled || (position && difference->here == difference->there),
         known = at < model->difference_count;
    if (known && settled)
        model->differences[at] = model->differences[--model->difference_count];
    else if (!settled && at < MODEL_DIFFERENCES)
        model->differences[at] = *difference;
    model->difference_count += !known && !settled && at < MODEL_DIFFERENCES;
    return DIRTY_POSITIONS | DIRTY_STATUS;
}

/* Contracts stand anew where the year of the trading day has changed: once, and almost in order. */
static void set_year(struct model *model, int32_t trading_day)
{
    int first_year = trading_day ? (trading_day / 10000 + 9) % 10 : 0;
    if (first_year == model->first_year) return;
    model->first_year = first_year;
    size_t count = model->quote_count;
    for (model->quote_count = 0; model->quote_count < count; model->quote_count++) {
        struct quote *from = &model->quotes[model->quote_count], quote = *from;
        size_t at = quote_place(model, quote.contract.symbol);
        memmove(&model->quotes[at + 1], &model->quotes[at], (model->quote_count - at) * sizeof quote);
        model->quotes[at] = quote;
    }
}

static unsigned on_market(struct model *model, const struct market *market, int64_t now_us)
{
    bool first = !model->market.venue[0];
    model->market = *market;
    set_year(model, market->trading_day);
    model->market_heard_us = now_us;
    if (first) model_log_market(model);
    return DIRTY_STATUS | DIRTY_WATCHLIST | (first ? DIRTY_LOG : 0);
}

static unsigned apply(struct model *model, const struct msg *msg, int64_t now_us)
{
    switch ((int)msg->id) {
    case MSG_TICK:
        return on_tick(model, &msg->tick, now_us);
    case MSG_DEPTH:
        return on_depth(model, &msg->depth);
    case MSG_BAR:
        return on_bar(model, &msg->bar);
    case MSG_CONTRACT:
        return on_contract(model, &msg->contract);
    case MSG_FEED:
        return on_feed(model, &msg->feed, now_us);
    case MSG_ACCOUNT:
        return on_account(model, &msg->account);
    case MSG_HEARTBEAT:
        return on_heartbeat(model, &msg->heartbeat, now_us);
    case MSG_PROCESS:
        return on_process(model, &msg->process);
    case MSG_MARKET:
        return on_market(model, &msg->market, now_us);
    case MSG_SESSION:
        model->session = msg->session;
        return DIRTY_STATUS;
    case MSG_GUARD_STATE:
        model->guard = msg->guard_state;
        return DIRTY_ALL; /* the frames' colour */
    case MSG_DIFFERENCE:
        return on_difference(model, &msg->difference);
    case MSG_GUARD_LIMITS:
        model->limits = msg->guard_limits;
        return DIRTY_STATUS | DIRTY_WATCHLIST;
    default:
        return model_trade_apply(model, msg, now_us);
    }
}

void model_apply(struct model *model, const struct msg *msg, enum component from, int64_t now_us)
{
    (void)from;
    model->dirty |= apply(model, msg, now_us);
}

bool model_replay_ended(const struct model *model)
{
    return model->market.progress_permille >= 1000 && model->market.session_state == SESSION_CLOSED;
}

int64_t model_market_us(const struct model *model, int64_t now_us)
{
    const struct market *market = &model->market;
    if (!market->market_us || market->paused || market->speed <= 0 || model_replay_ended(model))
        return market->market_us;
    int64_t since_us = now_us - model->market_heard_us;
    int64_t most_us = 2 * (int64_t)1000000; /* silence is not time that passed in the market */
    since_us = since_us < 0 ? 0 : since_us > most_us ? most_us : since_us;
    return market->market_us + since_us * market->speed;
}

/* account NULL: all of them. */
static money_t sum_pnl(const struct model *model, const char *account)
{
    money_t sum = 0;
    for (size_t i = 0; i < model->position_count; i++) {
        struct position_pnl pnl;
        if (account && strcmp(model->positions[i].account, account) != 0) continue;
        if (model_position_pnl(model, &model->positions[i], &pnl))
            (void)price_add(sum, pnl.net, &sum); /* beyond any account: the sum so far stands */
    }
    return sum;
}

money_t model_day_pnl(const struct model *model)
{
    return sum_pnl(model, NULL);
}

money_t model_account_pnl(const struct model *model, const char *account)
{
    return sum_pnl(model, account);
}

bool model_listed(const struct model *model, const struct quote *quote)
{
    int32_t day = model->market.trading_day;
    return !day || quote->contract.trading_day == day;
}

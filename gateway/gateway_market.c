/*
 * gateway_market: contracts and which of them are carried; ticks from the venue numbered, kept, published and recorded.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ledger.h"
#include "core/text.h"
#include "gateway/gateway_agent.h"
#include "gateway/restore.h"

/* The venue publishes its market each second: longer silence means that its data cannot be trusted to be now. */
#define MARKET_SILENCE_US (1500 * CLOCK_MS_US)
#define FEED_EVERY_US     CLOCK_SECOND_US

static const char *const default_products[] = {"TXF", "MXF", "TMF"};

static struct contract *find_contract(struct gateway *g, const char *symbol)
{
    for (int i = 0; i < g->contract_count; i++)
        if (strcmp(g->contracts[i].symbol, symbol) == 0) return &g->contracts[i];
    return NULL;
}

/* NULL: too many. */
static struct contract *find_or_add(struct gateway *g, const struct contract *contract)
{
    struct contract *found = find_contract(g, contract->symbol);
    if (found == NULL && g->contract_count < GATEWAY_CONTRACTS_MAX) {
        found = &g->contracts[g->contract_count++];
        memset(found, 0, sizeof *found);
    }
    return found;
}

static void carry(struct gateway *g, const struct contract *contract)
{
    struct err err;
    if (tick_ring_carries(g->ring, contract->symbol)) return;
    if (tick_ring_add(g->ring, contract->symbol, &err) != ERR_OK ||
        g->venue_ops->subscribe(g->venue, contract->symbol, true, &err) != ERR_OK)
        log_write(g->agent->log, LEVEL_ERROR, "%s: no ticks: %s", contract->symbol, err.text);
}

enum status gateway_restore_contract(struct gateway *g, const struct contract *contract, struct err *err)
{
    struct contract *found = find_or_add(g, contract);
    if (found == NULL) return err_set(err, ERR_FULL, "more than %d contracts", GATEWAY_CONTRACTS_MAX);
    *found = *contract;
    return ERR_OK;
}

static void publish_contract(struct gateway *g, const struct contract *contract)
{
    struct msg msg;
    msg_init(&msg, MSG_CONTRACT);
    msg.contract = *contract;
    agent_publish(g->agent, &msg);
}

static void store_contract(struct gateway *g, const struct contract *contract)
{
    struct msg msg;
    struct sink *sink = gateway_sink(g);
    msg_init(&msg, MSG_CONTRACT);
    msg.contract = *contract;
    sink->emit(sink->context, PORT_STORE, &msg);
    gateway_end_step(g);
}

void gateway_on_contract(struct gateway *g, const struct contract *contract)
{
    struct contract *found = find_or_add(g, contract);
    if (found == NULL) {
        log_write(g->agent->log, LEVEL_WARNING, "more than %d contracts: %s is left out", GATEWAY_CONTRACTS_MAX,
                  contract->symbol);
        return;
    }
    uint32_t registered = found->flags & CONTRACT_REGISTERED;
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): padding that differs publishes once more, no harm */
    bool same = memcmp(found, contract, sizeof *found) == 0;
    *found = *contract;
    found->flags = (contract->flags & ~CONTRACT_REGISTERED) | registered;
    gate_on_contract(g->gate, found);
    if (registered != 0) {
        carry(g, found);
        if (!same) store_contract(g, found);
    }
    publish_contract(g, found);
}

static void set_registered(struct gateway *g, struct contract *contract, bool on)
{
    struct err err;
    contract->flags = on ? contract->flags | CONTRACT_REGISTERED : contract->flags & ~CONTRACT_REGISTERED;
    store_contract(g, contract);
    gate_on_contract(g->gate, contract);
    if (on) {
        carry(g, contract);
    } else {
        tick_ring_remove(g->ring, contract->symbol);
        g->venue_ops->subscribe(g->venue, contract->symbol, false, &err);
    }
    publish_contract(g, contract);
    log_write(g->agent->log, LEVEL_INFO, "%s %s", contract->symbol, on ? "registered" : "unregistered");
}

/* Nothing registered is traded on this trading day (a first start, or another market): the near months are. A trader
 * who has unregistered everything of this day has contracts of this day in the file, and is left alone. */
void gateway_contracts_complete(struct gateway *g)
{
    char key[64];
    char done[16] = "";
    if (g->market.trading_day == 0) return; /* asked for again when the day is known */
    snprintf(key, sizeof key, "defaults %d", (int)contract_listed_month(g->market.trading_day, 0));
    for (int i = 0; i < g->contract_count; i++) {
        const struct contract *c = &g->contracts[i];
        if ((c->flags & CONTRACT_REGISTERED) != 0 && c->last_trading_day >= g->market.trading_day &&
            c->trading_day == g->market.trading_day)
            return;
    }
    if (db_meta_get(g->db, key, done, sizeof done, NULL) == ERR_OK) return;
    int count = 0;
    for (size_t i = 0; i < sizeof default_products / sizeof default_products[0]; i++) {
        char symbol[SYMBOL_SIZE];
        const struct product *product = product_find(default_products[i]);
        symbol_monthly(product, contract_listed_month(g->market.trading_day, 0), symbol);
        struct contract *contract = find_contract(g, symbol);
        if (contract != NULL) {
            set_registered(g, contract, true);
            count++;
        }
    }
    struct err err;
    if (count > 0 && db_meta_put(g->db, key, "yes", &err) != ERR_OK) agent_fail(g->agent, &err);
}

void gateway_register(struct gateway *g, const struct requester *from, const struct control *control)
{
    bool on = control->kind == CONTROL_REGISTER;
    struct contract *contract = find_contract(g, control->text);
    if (contract == NULL) {
        agent_reply(g->agent, from, control->request_id, ERR_NOT_FOUND, 0, "%.40s: the venue has no such contract",
                    control->text);
        return;
    }
    bool is_on = (contract->flags & CONTRACT_REGISTERED) != 0;
    if (!on && gate_needs(g->gate, contract->symbol)) {
        agent_reply(g->agent, from, control->request_id, ERR_STATE, 0,
                    "%s is held, or an order of it works: without its prices no exit would go", contract->symbol);
        return;
    }
    if (on != is_on) set_registered(g, contract, on);
    agent_reply(g->agent, from, control->request_id, ERR_OK, 0, "%s %s", contract->symbol,
                on ? "registered" : "unregistered");
}

static enum status keep_epoch(struct gateway *g, uint64_t epoch, struct err *err)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, epoch);
    return db_meta_put(g->db, "epoch", text, err);
}

void gateway_on_tick(struct gateway *g, const struct tick *tick, int64_t now_us)
{
    struct msg msg;
    msg_init(&msg, MSG_TICK);
    msg.tick = *tick;
    msg.tick.recv_us = now_us;
    if (tick_ring_began_again(g->ring, &msg.tick)) gateway_feed_restart(g, now_us);
    if (!tick_ring_push(g->ring, &msg.tick)) return; /* a symbol that starts like one of ours */
    agent_publish(g->agent, &msg);
    gate_on_tick(g->gate, &msg.tick, now_us, gateway_sink(g));
    gateway_end_step(g);
    bars_tick(g->bars, &msg.tick);
    if (g->recorder != NULL) recorder_tick(g->recorder, &msg.tick);
}

void gateway_on_depth(struct gateway *g, const struct depth *depth)
{
    if (tick_ring_carries(g->ring, depth->symbol)) {
        struct msg msg;
        msg_init(&msg, MSG_DEPTH);
        msg.depth = *depth;
        agent_publish(g->agent, &msg);
    }
}

static bool restore_bar(void *context, const struct msg *msg)
{
    bars_restore(context, &msg->bar);
    return true;
}

static void keep_newest(void *context, const struct bar *bar)
{
    *(struct bar *)context = *bar;
}

/* Stored at its last fill's price. A price of before marks what is held, and lets no order pass: it is no tick. */
static enum status mark_position(void *context, const struct msg *msg, struct err *err)
{
    struct gateway *g = context;
    struct bar newest;
    struct msg marked;
    const struct position *position = gate_position(g->gate, msg->position.account, msg->position.symbol);
    if (position == NULL || bars_each(g->bars, position->symbol, ledger_day(&g->market), keep_newest, &newest) == 0)
        return ERR_OK;
    msg_init(&marked, MSG_POSITION);
    marked.position = *position;
    marked.position.mark = newest.close;
    return gate_restore(g->gate, &marked, err);
}

/* Today's bars from before a restart, up to the market's now (a replay may have recorded its future before): without
 * them the chart starts here, and in a market without ticks what is held has no price, which is no reason not to trade. */
static void restore_bars(struct gateway *g)
{
    struct db *db = NULL;
    struct err err;
    struct db_query query = {.id = MSG_BAR, .trading_day = ledger_day(&g->market), .to_us = g->market.market_us};
    if (g->recorder == NULL || query.trading_day == 0 || query.to_us <= 0) return;
    if (db_open(&db, DB_TICKS, g->agent->paths.home, DB_READ, DB_NORMAL, &err) != ERR_OK) return;
    enum status status = db_each(db, &query, restore_bar, g->bars, &err);
    db_close(db);
    if (status == ERR_OK) status = restore_all(g->db, MSG_POSITION, mark_position, g, &err);
    if (status != ERR_OK) log_write(g->agent->log, LEVEL_WARNING, "bars of before: %s", err.text);
}

void gateway_on_market(struct gateway *g, const struct market *market, int64_t now_us)
{
    struct msg msg;
    bool first = !g->has_market;
    bool heard_again = now_us - g->market_heard_us > MARKET_SILENCE_US;
    g->market = *market;
    g->has_market = true;
    g->market_heard_us = now_us;
    gate_on_market(g->gate, market, now_us, gateway_sink(g));
    gateway_end_step(g);
    msg_init(&msg, MSG_MARKET);
    msg.market = *market;
    agent_publish(g->agent, &msg);
    if (heard_again) g->next_feed_us = now_us;
    if (first) restore_bars(g);
}

enum status gateway_next_epoch(struct gateway *g, int64_t now_us, uint64_t *epoch, struct err *err)
{
    char text[32] = "0";
    enum status status = db_meta_get(g->db, "epoch", text, sizeof text, err);
    if (status != ERR_OK && status != ERR_NOT_FOUND) return status;
    uint64_t last = strtoull(text, NULL, 10);
    *epoch = now_us > 0 && (uint64_t)now_us > last ? (uint64_t)now_us : last + 1;
    return keep_epoch(g, *epoch, err);
}

void gateway_feed_restart(struct gateway *g, int64_t now_us)
{
    struct err err;
    uint64_t epoch = 0;
    if (tick_ring_seq(g->ring) == 0) return;
    if (gateway_next_epoch(g, now_us, &epoch, &err) != ERR_OK) {
        agent_fail(g->agent, &err);
        return;
    }
    tick_ring_restart(g->ring, epoch);
    g->next_feed_us = now_us;
}

struct feed_context {
    struct gateway *g;
    int64_t now_us;
    void (*give)(void *context, const struct msg *msg);
    void *context;
};

static void give_feed(void *context, const char *symbol, uint64_t last_seq)
{
    struct feed_context *feed = context;
    struct msg msg;
    msg_init(&msg, MSG_FEED);
    msg.feed.epoch = tick_ring_epoch(feed->g->ring);
    text_copy(msg.feed.symbol, sizeof msg.feed.symbol, symbol);
    msg.feed.last_seq = last_seq;
    msg.feed.time_us = feed->now_us;
    feed->give(feed->context, &msg);
}

/* Only while the venue itself is heard: silence here is what makes the others call the feed stale. */
static bool feed_alive(struct gateway *g, int64_t now_us)
{
    return g->has_market && now_us - g->market_heard_us <= MARKET_SILENCE_US && g->venue_ops->connected(g->venue);
}

void gateway_each_feed(struct gateway *g, int64_t now_us, void (*give)(void *context, const struct msg *msg),
                       void *context)
{
    struct feed_context feed = {.g = g, .now_us = now_us, .give = give, .context = context};
    if (!feed_alive(g, now_us)) return;
    tick_ring_each(g->ring, give_feed, &feed);
    give_feed(&feed, "", tick_ring_seq(g->ring));
}

static void publish_feed(void *context, const struct msg *msg)
{
    agent_publish(context, msg);
}

void gateway_feed_heartbeat(struct gateway *g, int64_t now_us)
{
    if (now_us < g->next_feed_us && g->next_feed_us <= now_us + FEED_EVERY_US) return;
    if (!feed_alive(g, now_us)) return; /* due as soon as it is */
    g->next_feed_us = now_us + FEED_EVERY_US;
    gateway_each_feed(g, now_us, publish_feed, g->agent);
}

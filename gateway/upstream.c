/* upstream: one question at a time, chosen by what is missing; the SUB waits meanwhile. */
#include "gateway/upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/heard.h"
#include "gateway/tracker.h"

#define BATCH        512
#define SYMBOLS_MAX  256
#define SOON_US      (50 * CLOCK_MS_US)
#define RETRY_US     (200 * CLOCK_MS_US)
#define LINK_POLL_US (10 * CLOCK_MS_US)
#define IDLE_US      (500 * CLOCK_MS_US)

enum asking { ASK_NOTHING = 0, ASK_STATUS, ASK_CONTRACTS, ASK_EVENTS, ASK_TICKS };

struct known_symbol {
    char symbol[SYMBOL_SIZE];
    bool stale;
};

struct upstream {
    struct upstream_config config;
    struct bus_socket *feed, *line;
    struct tracker *tracker;
    uint64_t connection, feed_connection;
    struct heard heard;
    bool feed_proved; /* something was heard over it since it connected */
    bool want_status, want_contracts, want_events;
    bool has_market; /* of this connection */
    int32_t trading_day;
    bool fresh;             /* a new connection: what was published meanwhile waits until we are up to date */
    int64_t fresh_us;       /* since when */
    uint64_t events_due;    /* the last event that is known to be there */
    int64_t market_soon_us; /* when to ask again for a market that is not known there yet */
    bool events_from_now;
    bool held;           /* by upstream_hold */
    bool prove;          /* ask for the last event again too: is it the one that was applied? */
    bool ask_now;        /* something has just shown a gap */
    uint64_t events_seq; /* last one handed on */
    enum asking asking;
    char asked_symbol[SYMBOL_SIZE];
    uint64_t request_id;
    int64_t deadline_us;
    int64_t not_before_us; /* after a time-out */
    int64_t feed_heard_us; /* the feed's heartbeat: the market speaks */
    int64_t beat_heard_us; /* the gateway's own: it speaks, though the market may not */
    struct known_symbol symbols[SYMBOLS_MAX];
    int symbol_count;
};

enum status upstream_open(struct upstream **out, const struct upstream_config *config, struct err *err)
{
    struct upstream *u = calloc(1, sizeof *u);
    *out = NULL;
    if (u == NULL) return err_set(err, ERR_FULL, "out of memory");
    u->config = *config;
    u->tracker = tracker_new();
    enum status status = u->tracker != NULL ? ERR_OK : err_set(err, ERR_FULL, "out of memory");
    if (status == ERR_OK) status = bus_connect(config->bus, BUS_GATEWAY_PUB, BUS_SUB, "", &u->feed, err);
    if (status == ERR_OK) {
        if (config->depth)
            bus_subscribe(u->feed, "");
        else
            bus_subscribe_without_depth(u->feed);
        status = bus_connect(config->bus, BUS_GATEWAY_ORDERS, BUS_DEALER, config->name, &u->line, err);
    }
    if (status != ERR_OK) {
        upstream_close(u);
        return status;
    }
    loop_add_socket(config->loop, u->feed);
    loop_add_socket(config->loop, u->line);
    *out = u;
    return ERR_OK;
}

void upstream_close(struct upstream *u)
{
    if (u == NULL) return;
    loop_remove_socket(u->config.loop, u->feed);
    loop_remove_socket(u->config.loop, u->line);
    bus_socket_close(u->feed);
    bus_socket_close(u->line);
    tracker_free(u->tracker);
    free(u);
}

static struct known_symbol *know(struct upstream *u, const char *symbol)
{
    for (int i = 0; i < u->symbol_count; i++)
        if (strcmp(u->symbols[i].symbol, symbol) == 0) return &u->symbols[i];
    if (u->symbol_count == SYMBOLS_MAX) return NULL;
    struct known_symbol *known = &u->symbols[u->symbol_count++];
    snprintf(known->symbol, sizeof known->symbol, "%s", symbol);
    return known;
}

void upstream_seek_events(struct upstream *u, uint64_t seq)
{
    u->events_seq = seq;
}

void upstream_events_from_now(struct upstream *u)
{
    u->events_from_now = true;
}

void upstream_seek_ticks(struct upstream *u, const char *symbol, uint64_t epoch, uint64_t seq)
{
    tracker_seek(u->tracker, symbol, epoch, seq);
}

void upstream_watch(struct upstream *u, const char *symbol)
{
    know(u, symbol);
}

void upstream_hold(struct upstream *u, bool held)
{
    u->want_events = u->want_events || (u->held && !held);
    u->held = held;
}

static void warn(struct upstream *u, const char *text)
{
    if (u->config.on_warning != NULL) u->config.on_warning(u->config.context, text);
}

static void hand_on(struct upstream *u, const struct msg *msg, int64_t now_us)
{
    u->config.on_message(u->config.context, msg, now_us);
}

static bool silent(const struct upstream *u, int64_t now_us)
{
    return now_us - u->feed_heard_us > UPSTREAM_SILENCE_US;
}

/* Say what has changed, once. */
static void judge_stale(struct upstream *u, struct known_symbol *known, int64_t now_us)
{
    bool held_up = u->fresh && now_us - u->fresh_us > UPSTREAM_SILENCE_US;
    bool stale = silent(u, now_us) || held_up || u->held || tracker_gap(u->tracker, known->symbol);
    if (stale != known->stale) {
        known->stale = stale;
        if (u->config.on_stale != NULL) u->config.on_stale(u->config.context, known->symbol, stale, now_us);
    }
}

static void judge_all(struct upstream *u, int64_t now_us)
{
    for (int i = 0; i < u->symbol_count; i++) judge_stale(u, &u->symbols[i], now_us);
}

static void judge_symbol(struct upstream *u, const char *symbol, int64_t now_us)
{
    struct known_symbol *known = know(u, symbol);
    if (known != NULL) judge_stale(u, known, now_us);
}

static void say_lost(struct upstream *u, const char *symbol, uint64_t ticks, int64_t now_us)
{
    if (u->config.on_lost != NULL) u->config.on_lost(u->config.context, symbol, ticks, now_us);
}

static void on_tick(struct upstream *u, const struct msg *msg, int64_t now_us)
{
    if (!u->config.ticks_in_order) {
        hand_on(u, msg, now_us);
        return;
    }
    uint64_t lost = tracker_lost(u->tracker);
    uint64_t epoch = tracker_epoch(u->tracker, msg->tick.symbol);
    enum tracker_verdict verdict = tracker_tick(u->tracker, &msg->tick);
    if (verdict == TRACKER_GAP) {
        u->ask_now = true;
        judge_symbol(u, msg->tick.symbol, now_us);
    } else if (verdict == TRACKER_NEXT) {
        bool began_again = epoch != 0 && epoch != msg->tick.epoch;
        if (began_again || tracker_lost(u->tracker) > lost)
            say_lost(u, msg->tick.symbol, began_again ? 0 : tracker_lost(u->tracker) - lost, now_us);
        know(u, msg->tick.symbol);
        hand_on(u, msg, now_us);
    }
}

/* By when it was said: it may have waited here, behind an answer that did not come. */
static int64_t later(int64_t heard_us, int64_t said_us, int64_t now_us)
{
    if (said_us > now_us) said_us = now_us;
    return said_us > heard_us ? said_us : heard_us;
}

static void on_feed(struct upstream *u, const struct msg *msg, int64_t now_us)
{
    u->feed_heard_us = later(u->feed_heard_us, msg->feed.time_us, now_us);
    if (msg->feed.symbol[0] != '\0') {
        if (u->config.ticks_in_order) u->ask_now = tracker_feed(u->tracker, &msg->feed) == TRACKER_GAP || u->ask_now;
        judge_symbol(u, msg->feed.symbol, now_us);
    }
    hand_on(u, msg, now_us);
}

static void on_event(struct upstream *u, const struct msg *msg, int64_t now_us)
{
    if (u->held && msg->order_event.seq > u->events_seq) return;
    if (msg->order_event.seq == u->events_seq + 1) {
        u->events_seq++;
        hand_on(u, msg, now_us);
    } else if (msg->order_event.seq > u->events_seq + 1) {
        u->want_events = true;
        u->ask_now = true;
    } else if (u->config.repeats) {
        hand_on(u, msg, now_us);
    }
    if (msg->order_event.seq > u->events_due) u->events_due = msg->order_event.seq;
}

static void on_message(struct upstream *u, const struct msg *msg, int64_t now_us)
{
    if (msg->id == MSG_TICK) {
        on_tick(u, msg, now_us);
    } else if (msg->id == MSG_FEED) {
        on_feed(u, msg, now_us);
    } else if (msg->id == MSG_ORDER_EVENT) {
        on_event(u, msg, now_us);
    } else {
        if (msg->id == MSG_MARKET) {
            /* A new trading day: its contracts have other limits, and what was published of them may not have come. */
            u->want_contracts = u->want_contracts || (u->has_market && msg->market.trading_day != u->trading_day);
            u->trading_day = msg->market.trading_day;
            u->has_market = true;
        }
        if (msg->id == MSG_HEARTBEAT && msg->heartbeat.component == COMPONENT_GATEWAY) {
            u->beat_heard_us = later(u->beat_heard_us, msg->heartbeat.time_us, now_us);
            if (u->events_from_now) {
                u->events_from_now = false;
                u->events_seq = msg->heartbeat.last_seq;
            }
            if (msg->heartbeat.last_seq > u->events_due) u->events_due = msg->heartbeat.last_seq;
            u->want_events = u->want_events || (u->events_due > u->events_seq && !u->held);
            u->ask_now = u->ask_now || u->want_events;
        }
        hand_on(u, msg, now_us);
    }
}

static void answered(struct upstream *u, const struct reply *reply, int64_t now_us)
{
    bool more = reply->status == ERR_OK && strcmp(reply->text, "more") == 0;
    enum asking asked = u->asking;
    u->asking = ASK_NOTHING;
    if (reply->status != ERR_OK) {
        warn(u, reply->text);
        u->not_before_us = now_us + RETRY_US;
    }
    if (asked == ASK_STATUS) {
        u->want_status = reply->status != ERR_OK;
        u->market_soon_us = now_us + SOON_US;
    } else if (asked == ASK_CONTRACTS) {
        u->want_contracts = reply->status != ERR_OK;
    } else if (asked == ASK_EVENTS) {
        bool missing = more || u->events_seq < u->events_due; /* or a row of it was lost */
        u->prove = u->prove && reply->status != ERR_OK;
        u->want_events = reply->status != ERR_OK || (missing && !u->held);
    } else if (asked == ASK_TICKS && !more && reply->status == ERR_OK) {
        uint64_t lost = tracker_mended(u->tracker, u->asked_symbol);
        if (lost > 0) say_lost(u, u->asked_symbol, lost, now_us);
        judge_symbol(u, u->asked_symbol, now_us);
    }
}

/* One message from a socket; false: nothing there. */
static bool take(struct upstream *u, struct bus_socket *socket, struct msg *msg)
{
    struct err err;
    for (int i = 0; i < BATCH; i++) {
        enum bus_result result = bus_receive(socket, msg, NULL, &err);
        if (result != BUS_DROPPED) return result == BUS_MESSAGE;
        warn(u, err.text);
    }
    return false;
}

static int drain_line(struct upstream *u, int64_t now_us)
{
    struct msg msg;
    int taken = 0;
    for (; taken < BATCH && take(u, u->line, &msg); taken++)
        if (msg.id != MSG_REPLY)
            on_message(u, &msg, now_us);
        else if (u->asking != ASK_NOTHING && msg.reply.request_id == u->request_id)
            answered(u, &msg.reply, now_us);
        else
            hand_on(u, &msg, now_us); /* an answer to what the consumer sent */
    return taken;
}

static void send_question(struct upstream *u, enum asking asking, struct query *query, int64_t now_us)
{
    struct msg msg;
    msg_init(&msg, MSG_QUERY);
    msg.query = *query;
    msg.query.request_id = ++u->request_id;
    if (bus_send(u->line, &msg, NULL) == ERR_OK) {
        u->asking = asking;
        u->deadline_us = now_us + u->config.timeout_us;
        snprintf(u->asked_symbol, sizeof u->asked_symbol, "%.*s", SYMBOL_SIZE - 1, query->text);
    } else {
        u->not_before_us = now_us + LINK_POLL_US;
    }
}

static void ask_next(struct upstream *u, int64_t now_us)
{
    struct query query = {0};
    if (u->want_status) {
        query.kind = QUERY_STATUS;
        send_question(u, ASK_STATUS, &query, now_us);
    } else if (u->want_contracts) {
        query.kind = QUERY_CONTRACTS;
        send_question(u, ASK_CONTRACTS, &query, now_us);
    } else if (u->want_events) {
        query.kind = QUERY_EVENTS;
        query.from_seq = u->events_seq - (u->prove && u->events_seq > 0 ? 1 : 0);
        send_question(u, ASK_EVENTS, &query, now_us);
    } else if (u->config.ticks_in_order && tracker_query(u->tracker, &query)) {
        send_question(u, ASK_TICKS, &query, now_us);
    } else if (!u->has_market && now_us >= u->market_soon_us) {
        /* A gateway that has just started does not know its market yet, and nothing may be decided without. */
        query.kind = QUERY_STATUS;
        send_question(u, ASK_STATUS, &query, now_us);
    }
}

void upstream_refresh(struct upstream *u)
{
    u->want_status = true;
    u->want_contracts = true;
    u->ask_now = true;
}

static void watch_connection(struct upstream *u, int64_t now_us)
{
    uint64_t feed_connection = bus_connections(u->feed);
    if (feed_connection != u->feed_connection) {
        u->feed_connection = feed_connection;
        u->feed_proved = false;
        u->heard = (struct heard){0};
    }
    uint64_t connection = bus_connections(u->line);
    if (connection != u->connection) {
        u->connection = connection;
        u->asking = ASK_NOTHING;
        u->not_before_us = 0;
        u->has_market = false;
        u->fresh = true;
        u->fresh_us = now_us;
        u->want_status = true;
        u->want_contracts = true;
        u->want_events = !u->events_from_now;
        u->prove = u->config.repeats;
    }
}

int64_t upstream_work(struct upstream *u, int64_t now_us)
{
    struct msg msg;
    int taken = 0;
    if (u->feed_heard_us == 0)
        u->feed_heard_us = now_us; /* it has as long to be heard as it would have between two heartbeats */
    watch_connection(u, now_us);
    taken = drain_line(u, now_us);
    if (u->asking != ASK_NOTHING && now_us >= u->deadline_us) {
        u->asking = ASK_NOTHING;
        u->not_before_us = now_us + RETRY_US;
    }
    if (u->asking == ASK_NOTHING && now_us >= u->not_before_us && bus_connected(u->line)) ask_next(u, now_us);
    u->fresh = u->fresh && (u->want_status || u->want_contracts || u->want_events);
    /* One at a time: the next may show a gap, and then the rest has to wait. */
    while (u->asking == ASK_NOTHING && !u->fresh && taken < BATCH && take(u, u->feed, &msg)) {
        bool lost = heard_lost(&u->heard, &msg);
        on_message(u, &msg, now_us);
        taken++;
        if (!u->feed_proved || lost) {
            u->feed_proved = true;
            upstream_refresh(u);
        }
        if (u->ask_now && now_us >= u->not_before_us && bus_connected(u->line)) {
            u->ask_now = false;
            ask_next(u, now_us);
        }
    }
    judge_all(u, now_us);
    if (taken > 0 && u->asking == ASK_NOTHING) return now_us;
    return now_us + (bus_connected(u->line) ? IDLE_US / 2 : LINK_POLL_US);
}

enum status upstream_send(struct upstream *u, const struct msg *msg, struct err *err)
{
    return bus_send(u->line, msg, err);
}

bool upstream_caught_up(struct upstream *u)
{
    return bus_connected(u->line) && bus_connections(u->line) == u->connection && !u->fresh;
}

bool upstream_reached(struct upstream *u, int64_t now_us)
{
    bool asked = u->want_status || u->want_contracts || u->want_events;
    return bus_connected(u->line) && !asked && now_us - u->beat_heard_us <= UPSTREAM_SILENCE_US;
}

bool upstream_live(struct upstream *u, int64_t now_us)
{
    return upstream_reached(u, now_us) && u->has_market && !silent(u, now_us);
}

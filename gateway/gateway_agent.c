/*
 * gateway_agent: open in the order that core/gate.h asks for, one pass of work, close.
 */
#include "gateway/gateway_agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "gateway/restore.h"

#define TIMER_US     (50 * CLOCK_MS_US)
#define MAX_ORDERS   65536
#define LINK_POLL_US (10 * CLOCK_MS_US)

struct sink *gateway_sink(struct gateway *g)
{
    return driver_sink(g->driver);
}

void gateway_end_step(struct gateway *g)
{
    struct err err;
    enum status status = driver_end_step(g->driver, &err);
    while (status == ERR_OK && g->not_sent_count > 0) {
        const char *id = g->not_sent[--g->not_sent_count];
        gate_on_not_sent(g->gate, id, g->agent->clock->now_us(g->agent->clock), gateway_sink(g));
        status = driver_end_step(g->driver, &err);
    }
    if (status != ERR_OK) agent_fail(g->agent, &err);
}

static enum status to_venue(struct gateway *g, const struct msg *msg, struct err *err)
{
    const struct venue_ops *ops = g->venue_ops;
    if (msg->id == MSG_ORDER_REQUEST) return ops->send(g->venue, &msg->order_request, err);
    if (msg->id == MSG_CANCEL_REQUEST) return ops->cancel(g->venue, &msg->cancel_request, err);
    CHECK(msg->id == MSG_QUERY);
    const struct query *query = &msg->query;
    if (query->kind == QUERY_VENUE_ORDER) return ops->query_order(g->venue, query->request_id, query->text, err);
    if (query->kind == QUERY_VENUE_FILLS) return ops->fills(g->venue, query->request_id, query->from_seq, err);
    if (query->kind == QUERY_VENUE_ORDERS) return ops->orders(g->venue, query->request_id, err);
    CHECK(query->kind == QUERY_VENUE_POSITIONS);
    return ops->positions(g->venue, query->request_id, err);
}

/* ERR_BUSY is the line's word that nothing has left; whatever else goes wrong is the gate's to notice, by its time-outs.
 * So is what does not fit here. */
static void not_sent(struct gateway *g, const struct msg *msg, const struct err *err)
{
    log_write(g->agent->log, LEVEL_WARNING, "not sent to the venue: %s", err->text);
    if (msg->id == MSG_ORDER_REQUEST && err->status == ERR_BUSY && g->not_sent_count < GATEWAY_NOT_SENT_MAX)
        memcpy(g->not_sent[g->not_sent_count++], msg->order_request.client_order_id, CLIENT_ORDER_ID_SIZE);
}

/* What the gate said, after its commit. */
static void release(void *context, enum port port, const struct msg *msg)
{
    struct gateway *g = context;
    struct err err;
    if (port == PORT_PUBLISH)
        agent_publish(g->agent, msg);
    else if (port == PORT_REPLY)
        agent_send(g->agent, &g->current, msg);
    else if (port == PORT_VENUE && to_venue(g, msg, &err) != ERR_OK)
        not_sent(g, msg, &err);
}

static enum status restore_gate(void *context, const struct msg *msg, struct err *err)
{
    struct gateway *g = context;
    if (msg->id == MSG_CONTRACT) {
        enum status status = gateway_restore_contract(g, &msg->contract, err);
        if (status != ERR_OK) return status;
    }
    return gate_restore(g->gate, msg, err);
}

static enum status restore_session(void *context, const struct msg *msg, struct err *err)
{
    struct gateway *g = context;
    (void)err;
    if (msg->session.account[0] != '\0')
        snprintf(g->chosen_account, sizeof g->chosen_account, "%s", msg->session.account);
    return ERR_OK;
}

static void limits_of_settings(const struct settings *s, struct guard_limits *out)
{
    memset(out, 0, sizeof *out);
    out->max_order_quantity = (int32_t)settings_number(s, SET_GUARD_MAX_ORDER_QUANTITY);
    out->max_position = (int32_t)settings_number(s, SET_GUARD_MAX_POSITION);
    out->max_notional = settings_number(s, SET_GUARD_MAX_NOTIONAL);
    out->collar_bps = (int32_t)settings_number(s, SET_GUARD_COLLAR_BPS);
    out->stale_tick_ms = (int32_t)settings_number(s, SET_GUARD_STALE_TICK);
    out->orders_per_second = (int32_t)settings_number(s, SET_GUARD_ORDERS_PER_SECOND);
    out->strategy_orders_per_second = (int32_t)settings_number(s, SET_GUARD_STRATEGY_ORDERS_PER_SECOND);
    out->duplicate_window_ms = (int32_t)settings_number(s, SET_GUARD_DUPLICATE_WINDOW);
    out->daily_loss = settings_number(s, SET_GUARD_DAILY_LOSS);
    snprintf(out->actor, sizeof out->actor, "settings");
}

/* Limits come from the settings at first, and again when the settings have changed; between, a trader's own change
 * stays. */
static enum status apply_limits(struct gateway *g, int64_t now_us, struct err *err)
{
    char said[TEXT_SIZE];
    char before[TEXT_SIZE] = "";
    struct guard_limits l;
    limits_of_settings(&g->agent->settings, &l);
    snprintf(said, sizeof said, "%d %d %lld %d %d %d %d %d %lld", (int)l.max_order_quantity, (int)l.max_position,
             (long long)l.max_notional, (int)l.collar_bps, (int)l.stale_tick_ms, (int)l.orders_per_second,
             (int)l.strategy_orders_per_second, (int)l.duplicate_window_ms, (long long)l.daily_loss);
    if (db_meta_get(g->db, "limits", before, sizeof before, NULL) == ERR_OK && strcmp(said, before) == 0) return ERR_OK;
    l.time_us = now_us;
    gate_on_limits(g->gate, &l, now_us, gateway_sink(g));
    enum status status = driver_end_step(g->driver, err);
    return status == ERR_OK ? db_meta_put(g->db, "limits", said, err) : status;
}

static enum status restore(struct gateway *g, struct err *err)
{
    enum status status = restore_for_gate(g->db, restore_gate, g, err);
    if (status == ERR_OK) status = restore_newest(g->db, MSG_SESSION, 16, restore_session, g, err);
    int64_t now_us = g->agent->clock->now_us(g->agent->clock);
    if (status == ERR_OK) status = apply_limits(g, now_us, err);
    if (status == ERR_OK) {
        gate_start(g->gate, now_us, gateway_sink(g));
        status = driver_end_step(g->driver, err);
    }
    return status;
}

/* The name that the file was given when it was made, as a number: 36^6 of them. */
static enum status read_journal(struct gateway *g, struct err *err)
{
    char install[NAME_SIZE] = "";
    enum status status = db_meta_get(g->db, "install", install, sizeof install, err);
    if (status != ERR_OK) return status;
    char *end = install;
    g->journal = strtoull(install, &end, 36);
    if (g->journal == 0 || g->journal > INT64_MAX || *end != '\0')
        return err_set(err, ERR_CORRUPT, "gateway.db: its name '%s' is not one that we give", install);
    return ERR_OK;
}

static enum status open_memory(struct gateway *g, struct err *err)
{
    uint64_t epoch = 0;
    struct gate_config config = {
        .ack_timeout_us = 2 * CLOCK_SECOND_US,
        .in_flight_us = 2 * CLOCK_SECOND_US,
        .commission = settings_number(&g->agent->settings, SET_COMMISSION),
        .max_orders = MAX_ORDERS,
    };
    snprintf(config.venue, sizeof config.venue, "%.*s", NAME_SIZE - 1, g->venue_ops->name);
    g->gate = gate_new(&config);
    g->driver = driver_new(g->db, release, g);
    enum status status = gateway_next_epoch(g, g->agent->started_us, &epoch, err);
    if (status == ERR_OK) status = read_journal(g, err);
    if (status != ERR_OK) return status;
    g->ring = tick_ring_new(epoch);
    g->bars = bars_new();
    g->contracts = calloc(GATEWAY_CONTRACTS_MAX, sizeof *g->contracts);
    bool all = g->gate != NULL && g->driver != NULL && g->ring != NULL && g->bars != NULL && g->contracts != NULL;
    return all ? ERR_OK : err_set(err, ERR_FULL, "out of memory");
}

static void on_garbage(void *context, const char *text)
{
    struct gateway *g = context;
    g->garbage++;
    log_write(g->agent->log, LEVEL_WARNING, "from the venue: %s", text);
}

static enum status open_venue(struct gateway *g, struct err *err)
{
    struct venue_host host = {
        .bus = g->agent->bus,
        .loop = g->agent->loop,
        .settings = &g->agent->settings,
        .context = g,
        .on_message = gateway_on_venue_message,
        .on_garbage = on_garbage,
    };
    enum status status = g->venue_ops->open(&g->venue, &host, err);
    return status != ERR_OK ? status : g->venue_ops->connect(g->venue, err);
}

static enum status open_recorder(struct gateway *g, struct err *err)
{
    if (settings_number(&g->agent->settings, SET_RECORD_TICKS) == 0) return ERR_OK;
    const int64_t keep_days = settings_number(&g->agent->settings, SET_KEEP_TICKS);
    return recorder_open(&g->recorder, g->agent->paths.home, 0, keep_days, err);
}

static enum status gateway_open(struct agent *agent, void *self, struct err *err)
{
    struct gateway *g = self;
    const char *adapter = settings_text(&agent->settings, SET_ADAPTER);
    g->agent = agent;
    g->login_wanted = true;
    g->venue_ops = venue_find(adapter);
    if (g->venue_ops == NULL) {
        return err_set(err, ERR_NOT_FOUND, "venue.adapter: '%.40s': no such adapter (there is: %s)", adapter,
                       venue_at(0)->name);
    }
    enum status status = gateway_credentials_open(g, err);
    if (status == ERR_OK) status = db_open(&g->db, DB_GATEWAY, agent->paths.home, DB_WRITE, DB_FULL, err);
    if (status == ERR_OK) {
        actions_begin(agent, g->db, &g->market);
        status = open_memory(g, err);
    }
    if (status == ERR_OK) status = open_recorder(g, err);
    if (status == ERR_OK) status = open_venue(g, err);
    if (status == ERR_OK) status = restore(g, err);
    if (status == ERR_OK) status = bus_bind(agent->bus, BUS_GATEWAY_ORDERS, BUS_ROUTER, &g->orders, err);
    if (status == ERR_OK) loop_add_socket(agent->loop, g->orders);
    return status;
}

static void gateway_close(struct agent *agent, void *self)
{
    struct gateway *g = self;
    if (g->orders != NULL) loop_remove_socket(agent->loop, g->orders);
    bus_socket_close(g->orders);
    if (g->venue_ops != NULL) g->venue_ops->close(g->venue);
    recorder_close(g->recorder);
    driver_free(g->driver);
    gate_free(g->gate);
    tick_ring_free(g->ring);
    bars_free(g->bars);
    free(g->contracts);
    actions_close(agent);
    db_close(g->db);
    gateway_credentials_close(g);
}

static bool find_tick(void *context, const char *symbol, uint64_t epoch, uint64_t sym_seq, struct tick *out)
{
    return tick_ring_find(context, symbol, epoch, sym_seq, out);
}

/* Each second: recording trouble is told once when it begins and once when it ends. */
static void report_recorder(struct gateway *g, int64_t now_us)
{
    struct recorder_stats stats;
    if (now_us < g->next_recorder_us) return;
    g->next_recorder_us = now_us + CLOCK_SECOND_US;
    recorder_stats(g->recorder, &stats);
    if (stats.failing && !g->recorded.failing)
        log_write(g->agent->log, LEVEL_ERROR, "ticks are not recorded: %s (tried again each second)", stats.text);
    else if (!stats.failing && g->recorded.failing)
        log_write(g->agent->log, LEVEL_INFO, "ticks are recorded again");
    if (stats.dropped != g->recorded.dropped) {
        log_write(g->agent->log, LEVEL_WARNING, "recording fell behind: %llu ticks late so far, %llu fetched again",
                  (unsigned long long)stats.dropped, (unsigned long long)stats.mended);
    }
    if (stats.lost != g->recorded.lost) {
        log_write(g->agent->log, LEVEL_ERROR, "%llu ticks are not recorded and cannot be fetched again",
                  (unsigned long long)stats.lost);
    }
    if (stats.removed != g->recorded.removed) {
        log_write(g->agent->log, LEVEL_INFO,
                  "%llu ticks recorded more than %lld days ago are removed (store.keep_ticks)",
                  (unsigned long long)(stats.removed - g->recorded.removed),
                  (long long)settings_number(&g->agent->settings, SET_KEEP_TICKS));
    }
    g->recorded = stats;
}

/* Control came first (gateway/agent.c); then what the venue says, because an order is judged by it; then orders. */
static int64_t gateway_work(struct agent *agent, void *self, int64_t now_us)
{
    struct gateway *g = self;
    (void)agent;
    int64_t next = g->venue_ops->do_work(g->venue, now_us);
    if (gateway_serve_orders(g, now_us) == AGENT_BATCH) next = now_us;
    gateway_session_work(g, now_us);
    gateway_feed_heartbeat(g, now_us);
    if (now_us >= g->next_timer_us || g->next_timer_us > now_us + TIMER_US) {
        gate_on_timer(g->gate, now_us, gateway_sink(g));
        gateway_end_step(g);
        if (g->recorder != NULL) {
            recorder_mend(g->recorder, find_tick, g->ring);
            report_recorder(g, now_us);
        }
        g->next_timer_us = now_us + TIMER_US;
    }
    if (next > now_us) db_idle(g->db);
    int64_t wanted = g->session.logged_in ? g->next_timer_us : now_us + LINK_POLL_US;
    return next < wanted ? next : wanted;
}

static void gateway_heartbeat(struct agent *agent, void *self, struct heartbeat *beat)
{
    struct gateway *g = self;
    (void)agent;
    beat->last_seq = gate_events_seq(g->gate);
    beat->journal = g->journal;
    beat->unconfirmed = (int32_t)gate_unconfirmed(g->gate);
    beat->unknown = (int32_t)gate_unknown(g->gate);
    beat->peer_up = g->venue_ops->connected(g->venue);
    beat->compared = gate_is_compared(g->gate);
    if (!beat->peer_up)
        snprintf(beat->text, sizeof beat->text, "no line to the exchange");
    else if (!g->session.logged_in)
        snprintf(beat->text, sizeof beat->text, "not logged in");
    else if (!gate_ready(g->gate))
        snprintf(beat->text, sizeof beat->text, "catching up with the venue");
    else if (g->session.account[0] == '\0')
        snprintf(beat->text, sizeof beat->text, "no account selected");
    else if (!gate_is_compared(g->gate))
        snprintf(beat->text, sizeof beat->text, "comparing with the venue: exits go, entries wait");
    else
        snprintf(beat->text, sizeof beat->text, "trading as %s on account %s", g->session.user, g->session.account);
}

static void gateway_clock_jumped(struct agent *agent, void *self, int64_t jump_us, int64_t now_us)
{
    struct gateway *g = self;
    (void)agent;
    gate_on_clock_jump(g->gate, jump_us, now_us, gateway_sink(g));
    gateway_end_step(g);
}

const struct agent_ops gateway_agent_ops = {
    .component = COMPONENT_GATEWAY,
    .pub = BUS_GATEWAY_PUB,
    .control = BUS_GATEWAY_CONTROL,
    .size = sizeof(struct gateway),
    .hears_passwords = true,
    .open = gateway_open,
    .do_work = gateway_work,
    .on_request = gateway_on_request,
    .heartbeat = gateway_heartbeat,
    .clock_jumped = gateway_clock_jumped,
    .close = gateway_close,
};

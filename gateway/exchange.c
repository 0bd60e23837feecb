/* exchange: the agent's frame around the engine: open in the order in which things are needed, work in passes, stop. */
#include "gateway/exchange.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"

#define DEPTH_EVERY_US (100 * CLOCK_MS_US)
#define SAVE_EVERY_US  CLOCK_SECOND_US
#define RETRY_US       (2 * CLOCK_MS_US)

/* --- what leaves ------------------------------------------------------------------------------------------------------ */

/* false: a subscriber is too far behind; try again later. */
static bool send_tick(struct exchange *exchange, const struct tick *tick)
{
    struct msg msg;
    struct err err;
    msg_init(&msg, MSG_TICK);
    msg.tick = *tick;
    const enum status status = bus_publish(exchange->agent->pub, &msg, &err);
    if (status == ERR_BUSY) return false;
    if (status != ERR_OK) log_write(exchange->agent->log, LEVEL_ERROR, "not published: %s", err.text);
    return true;
}

/* Try again to publish waiting ticks; false: some still wait. */
static bool flush(struct exchange *exchange)
{
    while (exchange->backlog_count > 0) {
        if (!send_tick(exchange, &exchange->backlog[exchange->backlog_first])) return false;
        exchange->backlog_first = (exchange->backlog_first + 1) % EXCHANGE_BACKLOG_MAX;
        exchange->backlog_count--;
    }
    return true;
}

static void publish_tick(struct exchange *exchange, const struct tick *tick)
{
    if (exchange->backlog_count == 0 && send_tick(exchange, tick)) return;
    if (exchange->backlog_count == EXCHANGE_BACKLOG_MAX) {
        log_write(exchange->agent->log, LEVEL_WARNING,
                  "tick %" PRIu64 " of %s not published: a subscriber is too far behind", tick->sym_seq, tick->symbol);
        return;
    }
    exchange->backlog[(exchange->backlog_first + exchange->backlog_count++) % EXCHANGE_BACKLOG_MAX] = *tick;
}

static void release(void *context, enum port port, const struct msg *msg)
{
    struct exchange *exchange = context;
    CHECK(port == PORT_PUBLISH);
    if (msg->id == MSG_TICK)
        publish_tick(exchange, &msg->tick);
    else if (msg->id == MSG_VENUE_EXEC)
        exchange_report(exchange, msg);
    else
        agent_publish(exchange->agent, msg);
}

bool exchange_end_step(struct exchange *exchange)
{
    struct err err;
    if (driver_end_step(exchange->driver, &err) == ERR_OK) return true;
    agent_fail(exchange->agent, &err);
    return false;
}

/* --- start and stop ------------------------------------------------------------------------------------------------------ */

static enum status open_files(struct exchange *exchange, struct err *err)
{
    struct agent *agent = exchange->agent;
    enum status status = db_open(&exchange->db, DB_EXCHANGE, agent->paths.home, DB_WRITE, DB_NORMAL, err);
    if (status != ERR_OK) return status;
    exchange->driver = driver_new(exchange->db, release, exchange);
    exchange->backlog = calloc(EXCHANGE_BACKLOG_MAX, sizeof *exchange->backlog);
    struct matching_config config = {
        .epoch = (uint64_t)agent->started_us, .max_orders = EXCHANGE_ORDERS_MAX, .max_resting = EXCHANGE_RESTING_MAX};
    status = db_meta_get(exchange->db, "install", config.install, sizeof config.install, err);
    if (status != ERR_OK) return status;
    exchange->matching = matching_new(&config);
    if (exchange->driver == NULL || exchange->backlog == NULL || exchange->matching == NULL)
        return err_set(err, ERR_FULL, "out of memory");
    return ERR_OK;
}

static enum status exchange_open(struct agent *agent, void *self, struct err *err)
{
    struct exchange *exchange = self;
    exchange->agent = agent;
    const int64_t now_us = agent->clock->now_us(agent->clock);
    enum status status = open_files(exchange, err);
    if (status != ERR_OK) return status;
    exchange_open_accounts(exchange);
    status = exchange_market_open(exchange, now_us, err);
    if (status != ERR_OK) return status;
    if (!exchange_end_step(exchange)) return err_set(err, agent->failure.status, "%s", agent->failure.text);
    status = exchange_save(exchange, false, err);
    if (status != ERR_OK) return status;
    status = bus_bind(agent->bus, BUS_EXCHANGE_ORDERS, BUS_ROUTER, &exchange->orders, err);
    if (status != ERR_OK) return status;
    loop_add_socket(agent->loop, exchange->orders);
    log_write(agent->log, LEVEL_INFO, "market: %s", exchange->market.source);
    return ERR_OK;
}

static void exchange_close(struct agent *agent, void *self)
{
    struct exchange *exchange = self;
    struct err err;
    if (exchange->orders != NULL && !agent->failed && exchange_save(exchange, true, &err) != ERR_OK)
        log_write(agent->log, LEVEL_ERROR, "the market's place is not saved: %s", err.text);
    if (exchange->orders != NULL) loop_remove_socket(agent->loop, exchange->orders);
    bus_socket_close(exchange->orders);
    exchange_market_close(exchange);
    matching_free(exchange->matching);
    driver_free(exchange->driver);
    free(exchange->backlog);
    db_close(exchange->db);
}

/* --- work ------------------------------------------------------------------------------------------------------------------ */

static void publish_depth(struct exchange *exchange, int64_t now_us)
{
    struct msg msg;
    for (uint32_t i = 0; i < matching_count(exchange->matching); i++) {
        if (now_us < exchange->next_depth_us[i] && exchange->next_depth_us[i] <= now_us + DEPTH_EVERY_US) continue;
        if (!matching_depth_changed(exchange->matching, i)) continue;
        exchange->next_depth_us[i] = now_us + DEPTH_EVERY_US;
        msg_init(&msg, MSG_DEPTH);
        matching_depth(exchange->matching, i, &msg.depth);
        (void)bus_publish(exchange->agent->pub, &msg, NULL); /* the next one follows soon */
    }
}

/* false: a reader has no room for it. */
static bool publish_market(struct exchange *exchange, int64_t now_us)
{
    struct exchange_market *market = &exchange->market;
    const bool due = now_us >= market->next_publish_us || market->next_publish_us > now_us + CLOCK_SECOND_US;
    if (!due && !market->changed) return true;
    struct msg msg;
    exchange_market_message(exchange, &msg);
    if (bus_publish(exchange->agent->pub, &msg, NULL) == ERR_BUSY) return false;
    market->changed = false;
    market->next_publish_us = now_us + CLOCK_SECOND_US;
    return true;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t exchange_work(struct agent *agent, void *self, int64_t now_us)
{
    struct exchange *exchange = self;
    exchange_serve_line(exchange, now_us);
    int64_t next_us = now_us + RETRY_US;
    /* The market's time goes before more of its ticks, or readers that are always behind would never hear it. */
    if (publish_market(exchange, now_us) && flush(exchange)) next_us = exchange_market_work(exchange, now_us);
    if (agent->failed) return now_us;
    publish_depth(exchange, now_us);
    (void)publish_market(exchange, now_us); /* a change just now */
    if (now_us >= exchange->next_save_us || exchange->next_save_us > now_us + SAVE_EVERY_US) {
        struct err err;
        exchange->next_save_us = now_us + SAVE_EVERY_US;
        if (exchange_save(exchange, false, &err) != ERR_OK) agent_fail(agent, &err);
    }
    if (next_us > now_us) db_idle(exchange->db);
    return earlier(next_us, earlier(exchange->market.next_publish_us, now_us + DEPTH_EVERY_US));
}

static void exchange_request(struct agent *agent, void *self, const struct requester *from, const struct msg *msg,
                             int64_t now_us)
{
    struct exchange *exchange = self;
    if (msg->id == MSG_MARKET_CONTROL) {
        exchange_market_control(exchange, from, &msg->market_control, now_us);
        (void)exchange_end_step(exchange);
        return;
    }
    if (msg->id == MSG_QUERY && msg->query.kind == QUERY_STATUS) {
        struct msg answer;
        agent_heartbeat(agent, &answer);
        agent_send(agent, from, &answer);
        exchange_market_message(exchange, &answer);
        agent_send(agent, from, &answer);
        agent_reply(agent, from, msg->query.request_id, ERR_OK, 2, "%s", "");
        return;
    }
    agent_reply(agent, from, agent_request_id(msg), ERR_INVALID, 0,
                "the exchange's control takes market control and status");
}

static void exchange_heartbeat(struct agent *agent, void *self, struct heartbeat *heartbeat)
{
    const struct exchange *exchange = self;
    char stamp[CALENDAR_TEXT_SIZE];
    (void)agent;
    heartbeat->last_seq = matching_exec_seq(exchange->matching, 0);
    heartbeat->peer_up = exchange->login_count > 0;
    (void)snprintf(heartbeat->text, sizeof heartbeat->text, "%.180s, %s%s", exchange->market.source,
                   calendar_format_stamp(exchange->market.market_us, stamp, sizeof stamp),
                   exchange->market.waits ? ", waits for the first log-in" : "");
}

const struct agent_ops exchange_ops = {
    .component = COMPONENT_EXCHANGE,
    .pub = BUS_EXCHANGE_PUB,
    .control = BUS_EXCHANGE_CONTROL,
    .size = sizeof(struct exchange),
    .hears_passwords = true,
    .open = exchange_open,
    .do_work = exchange_work,
    .on_request = exchange_request,
    .heartbeat = exchange_heartbeat,
    .clock_stays = true, /* its market's clock is integrated pass by pass */
    .close = exchange_close,
};

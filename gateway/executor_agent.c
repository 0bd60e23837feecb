/*
 * executor_agent: orders.db in, signals and commands in, orders out to the gateway. All that decides is in
 * core/executor.c.
 */
#include "gateway/executor_agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/executor.h"
#include "core/ledger.h"
#include "gateway/driver.h"
#include "gateway/journal_watch.h"
#include "gateway/restore.h"
#include "gateway/upstream.h"

#define TIMER_US       (50 * CLOCK_MS_US)
#define RESEND_US      (250 * CLOCK_MS_US)
#define ASK_TIMEOUT_US CLOCK_SECOND_US
#define MAX_ORDERS     65536

#define SESSIONS_FROM_US ((int64_t)1735689600 * CLOCK_SECOND_US) /* 2025-01-01: shorter ids */

struct executor_agent {
    struct agent *agent;
    struct db *db;
    struct driver *driver;
    struct executor *executor;
    struct upstream *upstream;
    struct bus_socket *signals; /* ROUTER: the strategy's signals */
    struct requester current;
    struct market market;
    bool has_market;
    struct journal_watch journal;
    int64_t next_timer_us;
};

static void end_step(struct executor_agent *e)
{
    struct err err;
    if (driver_end_step(e->driver, &err) != ERR_OK) agent_fail(e->agent, &err);
}

/* An order that cannot be sent now is sent again by the executor itself, until an event names it. None goes before it
 * is known that the gateway has what it was told before: to another one it would be new. A cancel harms nobody. */
static void release(void *context, enum port port, const struct msg *msg)
{
    struct executor_agent *e = context;
    const bool believed = !e->journal.foreign && upstream_caught_up(e->upstream);
    if (port == PORT_ORDER && (believed || msg->id == MSG_CANCEL_REQUEST))
        upstream_send(e->upstream, msg, NULL);
    else if (port == PORT_ACK || port == PORT_REPLY)
        agent_send(e->agent, &e->current, msg);
    else if (port == PORT_PUBLISH)
        agent_publish(e->agent, msg);
}

static void hold(struct executor_agent *e)
{
    upstream_hold(e->upstream, e->journal.foreign);
    executor_hold(e->executor,
                  e->journal.foreign ? "gateway.db was replaced: nothing goes out until the right one is back" : NULL);
}

static void on_feed_message(void *context, const struct msg *msg, int64_t now_us)
{
    struct executor_agent *e = context;
    struct sink *sink = driver_sink(e->driver);
    struct err err;
    if (msg->id == MSG_TICK) {
        executor_on_tick(e->executor, &msg->tick);
        return;
    }
    if (msg->id == MSG_ORDER_EVENT) {
        journal_watch_event(&e->journal, e->agent, &msg->order_event, executor_events_seq(e->executor), &e->market,
                            sink);
        hold(e);
        if (e->journal.foreign) {
            end_step(e);
            return;
        }
        if (executor_on_order_event(e->executor, &msg->order_event, now_us, sink, &err) != ERR_OK) {
            log_write(e->agent->log, LEVEL_ERROR, "order event %llu: %s", (unsigned long long)msg->order_event.seq,
                      err.text);
        }
    } else if (msg->id == MSG_HEARTBEAT) {
        executor_on_heartbeat(e->executor, &msg->heartbeat);
        journal_watch_hear(&e->journal, e->agent, &msg->heartbeat, executor_events_seq(e->executor), &e->market, sink);
        hold(e);
        struct msg halt;
        if (journal_watch_halts(&e->journal, e->agent, &halt)) upstream_send(e->upstream, &halt, NULL);
    } else if (msg->id == MSG_GUARD_STATE) {
        journal_watch_guard(&e->journal, &msg->guard_state);
    } else if (msg->id == MSG_CONTRACT) {
        executor_on_contract(e->executor, &msg->contract);
    } else if (msg->id == MSG_MARKET) {
        e->market = msg->market;
        e->has_market = true;
        executor_on_market(e->executor, &msg->market, now_us, sink);
    } else {
        return;
    }
    end_step(e);
}

static void on_warning(void *context, const char *text)
{
    struct executor_agent *e = context;
    log_write(e->agent->log, LEVEL_WARNING, "from the gateway: %s", text);
}

static enum status restore_row_of(void *context, const struct msg *msg, struct err *err)
{
    struct executor_agent *e = context;
    if (msg->id == MSG_CURSOR && journal_watch_restore(&e->journal, &msg->cursor)) return ERR_OK;
    return executor_restore(e->executor, msg, err);
}

static enum status restore(struct executor_agent *e, struct err *err)
{
    const enum status status = restore_for_executor(e->db, restore_row_of, e, err);
    if (status == ERR_OK) upstream_seek_events(e->upstream, executor_events_seq(e->executor));
    return status;
}

/* The number of this run, in an operator's order ids: two runs never make the same one. Not below the clock's seconds:
 * an orders.db that is an older copy would count again what was used since, and a new order would be taken for one of
 * them that has long been filled. */
static enum status next_session(struct executor_agent *e, uint64_t *session, struct err *err)
{
    char text[32] = "0";
    enum status status = db_meta_get(e->db, "session", text, sizeof text, NULL);
    if (status != ERR_OK && status != ERR_NOT_FOUND)
        return err_set(err, status, "orders.db: the run's number cannot be read");
    const uint64_t clock = e->agent->started_us > SESSIONS_FROM_US
                               ? (uint64_t)((e->agent->started_us - SESSIONS_FROM_US) / CLOCK_SECOND_US)
                               : 0;
    *session = strtoull(text, NULL, 10) + 1;
    if (*session < clock) *session = clock;
    snprintf(text, sizeof text, "%llu", (unsigned long long)*session);
    return db_meta_put(e->db, "session", text, err);
}

static enum status open_core(struct executor_agent *e, struct err *err)
{
    struct executor_config config = {
        .resend_us = RESEND_US,
        .time_to_live_us = settings_number(&e->agent->settings, SET_SIGNAL_TTL) * CLOCK_MS_US,
        .commission = settings_number(&e->agent->settings, SET_COMMISSION),
        .max_orders = MAX_ORDERS,
    };
    enum status status = db_meta_get(e->db, "install", config.install, sizeof config.install, err);
    if (status == ERR_OK) status = next_session(e, &config.session, err);
    if (status != ERR_OK) return status;
    e->executor = executor_new(&config);
    e->driver = driver_new(e->db, release, e);
    return e->executor != NULL && e->driver != NULL ? ERR_OK : err_set(err, ERR_FULL, "out of memory");
}

static enum status open_links(struct executor_agent *e, struct err *err)
{
    struct upstream_config config = {
        .bus = e->agent->bus,
        .loop = e->agent->loop,
        .name = "executor",
        .repeats = true,
        .timeout_us = ASK_TIMEOUT_US,
        .context = e,
        .on_message = on_feed_message,
        .on_warning = on_warning,
    };
    enum status status = upstream_open(&e->upstream, &config, err);
    if (status == ERR_OK) status = bus_bind(e->agent->bus, BUS_EXECUTOR_SIGNALS, BUS_ROUTER, &e->signals, err);
    if (status == ERR_OK) loop_add_socket(e->agent->loop, e->signals);
    return status;
}

static enum status executor_open(struct agent *agent, void *self, struct err *err)
{
    struct executor_agent *e = self;
    e->agent = agent;
    e->journal.applied_us = agent->started_us;
    bool full = settings_number(&agent->settings, SET_DURABILITY) == 1;
    enum status status = db_open(&e->db, DB_ORDERS, agent->paths.home, DB_WRITE, full ? DB_FULL : DB_NORMAL, err);
    if (status == ERR_OK) {
        actions_begin(agent, e->db, &e->market);
        status = open_core(e, err);
    }
    if (status == ERR_OK) status = open_links(e, err);
    return status == ERR_OK ? restore(e, err) : status;
}

static void executor_close(struct agent *agent, void *self)
{
    struct executor_agent *e = self;
    upstream_close(e->upstream);
    if (e->signals != NULL) loop_remove_socket(agent->loop, e->signals);
    bus_socket_close(e->signals);
    driver_free(e->driver);
    executor_free(e->executor);
    actions_close(agent);
    db_close(e->db);
}

static void refuse(struct executor_agent *e, const struct requester *from, const struct msg *msg)
{
    uint64_t request_id = agent_request_id(msg);
    log_write(e->agent->log, LEVEL_WARNING, "%s: a message that does not belong here (%s)",
              bus_endpoint_name(bus_socket_endpoint(from->socket)), msg_type(msg->id)->name);
    if (request_id != 0) {
        agent_reply(e->agent, from, request_id, ERR_INVALID, 0, "the executor does not take a %s here",
                    msg_type(msg->id)->name);
    }
}

static int serve_signals(struct executor_agent *e, int64_t now_us)
{
    struct msg msg;
    int served = 0;
    struct requester from = {.socket = e->signals};
    for (; served < AGENT_BATCH && agent_receive(e->agent, e->signals, &msg, &from.peer); served++) {
        e->current = from;
        if (msg.id == MSG_SIGNAL) {
            executor_on_signal(e->executor, &msg.signal, now_us, driver_sink(e->driver));
            end_step(e);
        } else if (msg.id == MSG_CANCEL_COMMAND) {
            executor_on_cancel_command(e->executor, &msg.cancel_command, now_us, driver_sink(e->driver));
            end_step(e);
        } else {
            refuse(e, &from, &msg);
        }
        e->current = (struct requester){0};
    }
    return served;
}

static int64_t executor_work(struct agent *agent, void *self, int64_t now_us)
{
    struct executor_agent *e = self;
    (void)agent;
    int served = serve_signals(e, now_us);
    int64_t next = upstream_work(e->upstream, now_us);
    if (now_us >= e->next_timer_us || e->next_timer_us > now_us + TIMER_US) {
        executor_on_timer(e->executor, now_us, driver_sink(e->driver));
        end_step(e);
        e->next_timer_us = now_us + TIMER_US;
    }
    if (served == AGENT_BATCH) next = now_us;
    if (next > now_us) db_idle(e->db);
    return next < e->next_timer_us ? next : e->next_timer_us;
}

struct answer {
    struct executor_agent *e;
    const struct requester *to;
    uint64_t skip; /* rows before from_seq were in the answer before */
    int64_t rows;
    bool more;
};

static void answer_row(struct answer *answer, const struct msg *msg)
{
    if (answer->skip > 0) {
        answer->skip--;
    } else if (answer->rows == AGENT_ANSWER_MAX) {
        answer->more = true;
    } else {
        agent_send(answer->e->agent, answer->to, msg);
        answer->rows++;
    }
}

/* Those not ended, and those of the trading day whose result stands: after the close still the day that closed. */
static void answer_order(void *context, const struct order *order)
{
    struct answer *answer = context;
    const struct executor_agent *e = answer->e;
    if (order_state_terminal(order->state) && e->has_market && order->trading_day < ledger_day(&e->market)) return;
    struct msg msg;
    msg_init(&msg, MSG_ORDER);
    msg.order = *order;
    answer_row(answer, &msg);
}

static void answer_position(void *context, const struct position *position)
{
    struct msg msg;
    msg_init(&msg, MSG_POSITION);
    msg.position = *position;
    answer_row(context, &msg);
}

static void on_query(struct executor_agent *e, const struct requester *from, const struct query *query)
{
    struct answer answer = {.e = e, .to = from, .skip = query->from_seq};
    if (query->kind == QUERY_ORDERS) {
        executor_each_order(e->executor, answer_order, &answer);
    } else if (query->kind == QUERY_POSITIONS) {
        executor_each_position(e->executor, answer_position, &answer);
    } else if (query->kind == QUERY_STATUS) {
        struct msg beat;
        agent_heartbeat(e->agent, &beat);
        agent_send(e->agent, from, &beat);
        answer.rows = 1;
    } else {
        agent_reply(e->agent, from, query->request_id, ERR_INVALID, 0, "the executor does not answer this question");
        return;
    }
    agent_reply(e->agent, from, query->request_id, ERR_OK, answer.rows, "%s", answer.more ? "more" : "");
}

/* A key whose order ended days ago is not in memory any more: it is still that order. */
static enum status remember(struct executor_agent *e, const struct order_command *command, struct err *err)
{
    char id[CLIENT_ORDER_ID_SIZE];
    char install[NAME_SIZE];
    if (command->key == 0 || command->order.client_order_id[0] != '\0') return ERR_OK;
    enum status status = db_meta_get(e->db, "install", install, sizeof install, err);
    if (status != ERR_OK) return status;
    order_key_id(install, command->key, id);
    if (executor_order(e->executor, id) != NULL) return ERR_OK;
    struct db_query query = {.id = MSG_ORDER, .client_order_id = id};
    return restore_rows(e->db, &query, restore_row_of, e, err);
}

static void on_order_command(struct executor_agent *e, const struct requester *from,
                             const struct order_command *command, int64_t now_us)
{
    struct err err;
    if (remember(e, command, &err) == ERR_OK)
        executor_on_order_command(e->executor, command, now_us, driver_sink(e->driver));
    else
        agent_reply(e->agent, from, command->request_id, err.status, 0, "%s", err.text);
}

static void executor_on_request(struct agent *agent, void *self, const struct requester *from, const struct msg *msg,
                                int64_t now_us)
{
    struct executor_agent *e = self;
    struct sink *sink = driver_sink(e->driver);
    e->current = *from;
    if (e->journal.foreign && (msg->id == MSG_ORDER_COMMAND || msg->id == MSG_CONTROL)) {
        /* Flattening too: its fills would not be known, and doing it again would open the other side. */
        agent_reply(agent, from, agent_request_id(msg), ERR_STATE, 0, "%s", e->journal.words);
    } else if (msg->id == MSG_ORDER_COMMAND) {
        on_order_command(e, from, &msg->order_command, now_us);
    } else if (msg->id == MSG_CANCEL_COMMAND) {
        executor_on_cancel_command(e->executor, &msg->cancel_command, now_us, sink);
    } else if (msg->id == MSG_CONTROL) {
        executor_on_control(e->executor, &msg->control, now_us, sink);
    } else if (msg->id == MSG_QUERY) {
        on_query(e, from, &msg->query);
    } else {
        refuse(e, from, msg);
    }
    end_step(e);
    e->current = (struct requester){0};
}

static void executor_heartbeat(struct agent *agent, void *self, struct heartbeat *beat)
{
    struct executor_agent *e = self;
    bool reached = upstream_reached(e->upstream, agent->clock->now_us(agent->clock));
    beat->last_seq = executor_events_seq(e->executor);
    beat->unconfirmed = (int32_t)executor_unconfirmed(e->executor);
    beat->peer_up = reached && !e->journal.foreign;
    snprintf(beat->text, sizeof beat->text, "%s",
             e->journal.foreign ? e->journal.words
             : reached          ? "ready"
                                : "no line to the gateway: orders wait");
}

const struct agent_ops executor_agent_ops = {
    .component = COMPONENT_EXECUTOR,
    .pub = BUS_EXECUTOR_PUB,
    .control = BUS_EXECUTOR_CONTROL,
    .size = sizeof(struct executor_agent),
    .open = executor_open,
    .do_work = executor_work,
    .on_request = executor_on_request,
    .heartbeat = executor_heartbeat,
    .close = executor_close,
};

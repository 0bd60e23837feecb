/*
 * strategy_agent: conditions.db in, the gateway's feed in, signals out. All that decides is in core/strategy.c.
 */
#include "gateway/strategy_agent.h"

#include <stdio.h>
#include <string.h>

#include "core/ledger.h"
#include "core/session.h"
#include "core/strategy.h"
#include "gateway/driver.h"
#include "gateway/journal_watch.h"
#include "gateway/restore.h"
#include "gateway/upstream.h"

#define TIMER_US       (50 * CLOCK_MS_US)
#define RESEND_US      (250 * CLOCK_MS_US)
#define ASK_TIMEOUT_US CLOCK_SECOND_US
#define MAX_CONDITIONS 1000000

struct strategy_agent {
    struct agent *agent;
    struct db *db;
    struct driver *driver;
    struct strategy *strategy;
    struct upstream *upstream;
    struct bus_socket *signals; /* DEALER to the executor: signals and cancels out, acknowledgements in */
    struct requester current;
    struct market market;
    bool has_market;
    struct journal_watch journal;
    bool caught_up; /* with the gateway's events, once in this run: no number that one of them names is given again */
    int64_t next_timer_us;
};

static void end_step(struct strategy_agent *s)
{
    struct err err;
    if (driver_end_step(s->driver, &err) != ERR_OK) agent_fail(s->agent, &err);
}

static void send_cancel(struct strategy_agent *s, const struct cancel_request *cancel)
{
    struct msg msg;
    msg_init(&msg, MSG_CANCEL_COMMAND);
    msg.cancel_command.cancel = *cancel; /* request_id 0: nobody waits for the answer, the order's events say it */
    bus_send(s->signals, &msg, NULL);
}

/* A signal or cancel that cannot be sent now is sent again by the strategy itself. */
static void release(void *context, enum port port, const struct msg *msg)
{
    struct strategy_agent *s = context;
    if (port == PORT_SIGNAL)
        bus_send(s->signals, msg, NULL);
    else if (port == PORT_ORDER && msg->id == MSG_CANCEL_REQUEST)
        send_cancel(s, &msg->cancel_request);
    else if (port == PORT_PUBLISH)
        agent_publish(s->agent, msg);
    else if (port == PORT_REPLY)
        agent_send(s->agent, &s->current, msg);
}

/* What its orders come to would not be known: a tick may still lead out of the market, and not into it. */
static void on_tick(struct strategy_agent *s, const struct tick *tick, int64_t now_us)
{
    struct sink *sink = driver_sink(s->driver);
    if (!s->journal.foreign) {
        strategy_on_tick(s->strategy, tick, now_us, sink);
        return;
    }
    struct tick outside = *tick;
    outside.sym_seq = 0; /* not one of the numbered ones, which a stale symbol's entries follow */
    strategy_on_stale(s->strategy, tick->symbol, true, now_us, sink);
    strategy_on_tick(s->strategy, &outside, now_us, sink);
}

static void on_feed_message(void *context, const struct msg *msg, int64_t now_us)
{
    struct strategy_agent *s = context;
    struct sink *sink = driver_sink(s->driver);
    struct err err;
    if (msg->id == MSG_TICK) {
        on_tick(s, &msg->tick, now_us);
    } else if (msg->id == MSG_HEARTBEAT) {
        journal_watch_hear(&s->journal, s->agent, &msg->heartbeat, strategy_events_seq(s->strategy), &s->market, sink);
        upstream_hold(s->upstream, s->journal.foreign);
        struct msg halt;
        if (journal_watch_halts(&s->journal, s->agent, &halt)) upstream_send(s->upstream, &halt, NULL);
    } else if (msg->id == MSG_ORDER_EVENT) {
        journal_watch_event(&s->journal, s->agent, &msg->order_event, strategy_events_seq(s->strategy), &s->market,
                            sink);
        upstream_hold(s->upstream, s->journal.foreign);
        if (s->journal.foreign) {
            end_step(s);
            return;
        }
        if (strategy_on_order_event(s->strategy, &msg->order_event, now_us, sink, &err) != ERR_OK) {
            log_write(s->agent->log, LEVEL_ERROR, "order event %llu: %s", (unsigned long long)msg->order_event.seq,
                      err.text);
        }
    } else if (msg->id == MSG_SESSION) {
        strategy_on_session(s->strategy, &msg->session);
    } else if (msg->id == MSG_GUARD_STATE) {
        journal_watch_guard(&s->journal, &msg->guard_state);
    } else if (msg->id == MSG_CONTRACT) {
        strategy_on_contract(s->strategy, &msg->contract);
    } else if (msg->id == MSG_MARKET) {
        s->market = msg->market;
        s->has_market = true;
        strategy_on_market(s->strategy, &msg->market, now_us, sink);
    } else {
        return;
    }
    end_step(s);
}

static void on_stale(void *context, const char *symbol, bool stale, int64_t now_us)
{
    struct strategy_agent *s = context;
    log_write(s->agent->log, stale ? LEVEL_WARNING : LEVEL_INFO, "%s: %s", symbol,
              stale ? "ticks are stale: entries are held" : "ticks are back");
    strategy_on_stale(s->strategy, symbol, stale, now_us, driver_sink(s->driver));
    end_step(s);
}

static void on_lost(void *context, const char *symbol, uint64_t ticks, int64_t now_us)
{
    struct strategy_agent *s = context;
    if (ticks == 0) /* of how many, nobody knows */
        log_write(s->agent->log, LEVEL_WARNING, "%s: the feed began again: ticks between may be lost", symbol);
    else
        log_write(s->agent->log, LEVEL_WARNING, "%s: %llu tick%s lost", symbol, (unsigned long long)ticks,
                  ticks == 1 ? " is" : "s are");
    strategy_on_lost(s->strategy, symbol, ticks, now_us, driver_sink(s->driver));
    end_step(s);
}

static void on_warning(void *context, const char *text)
{
    struct strategy_agent *s = context;
    log_write(s->agent->log, LEVEL_WARNING, "from the gateway: %s", text);
}

static enum status restore_row_of(void *context, const struct msg *msg, struct err *err)
{
    struct strategy_agent *s = context;
    if (msg->id == MSG_CURSOR && journal_watch_restore(&s->journal, &msg->cursor)) return ERR_OK;
    if (msg->id == MSG_CONDITION && !condition_terminal(msg->condition.state))
        upstream_watch(s->upstream, msg->condition.terms.symbol);
    return strategy_restore(s->strategy, msg, err);
}

static enum status seek_ticks(void *context, const struct msg *msg, struct err *err)
{
    struct strategy_agent *s = context;
    uint64_t epoch = 0;
    uint64_t seq = strategy_tick_seq(s->strategy, msg->cursor.stream, &epoch);
    (void)err;
    if (seq > 0) upstream_seek_ticks(s->upstream, msg->cursor.stream, epoch, seq);
    return ERR_OK;
}

static enum status restore(struct strategy_agent *s, struct err *err)
{
    enum status status = restore_for_strategy(s->db, restore_row_of, s, err);
    if (status == ERR_OK) status = restore_all(s->db, MSG_CURSOR, seek_ticks, s, err);
    if (status == ERR_OK) upstream_seek_events(s->upstream, strategy_events_seq(s->strategy));
    return status;
}

static enum status open_core(struct strategy_agent *s, struct err *err)
{
    struct strategy_config config = {
        .time_to_live_us = settings_number(&s->agent->settings, SET_SIGNAL_TTL) * CLOCK_MS_US,
        .resend_us = RESEND_US,
        .max_conditions = MAX_CONDITIONS,
    };
    enum status status = db_meta_get(s->db, "install", config.install, sizeof config.install, err);
    if (status != ERR_OK) return status;
    s->strategy = strategy_new(&config);
    s->driver = driver_new(s->db, release, s);
    return s->strategy != NULL && s->driver != NULL ? ERR_OK : err_set(err, ERR_FULL, "out of memory");
}

static enum status open_links(struct strategy_agent *s, struct err *err)
{
    struct upstream_config config = {
        .bus = s->agent->bus,
        .loop = s->agent->loop,
        .name = "strategy",
        .ticks_in_order = true,
        .repeats = true,
        .timeout_us = ASK_TIMEOUT_US,
        .context = s,
        .on_message = on_feed_message,
        .on_stale = on_stale,
        .on_lost = on_lost,
        .on_warning = on_warning,
    };
    enum status status = upstream_open(&s->upstream, &config, err);
    if (status == ERR_OK)
        status = bus_connect(s->agent->bus, BUS_EXECUTOR_SIGNALS, BUS_DEALER, "strategy", &s->signals, err);
    if (status == ERR_OK) loop_add_socket(s->agent->loop, s->signals);
    return status;
}

static enum status strategy_open(struct agent *agent, void *self, struct err *err)
{
    struct strategy_agent *s = self;
    s->agent = agent;
    s->journal.applied_us = agent->started_us;
    bool full = settings_number(&agent->settings, SET_DURABILITY) == 1;
    enum status status = db_open(&s->db, DB_CONDITIONS, agent->paths.home, DB_WRITE, full ? DB_FULL : DB_NORMAL, err);
    if (status == ERR_OK) {
        actions_begin(agent, s->db, &s->market);
        status = open_core(s, err);
    }
    if (status == ERR_OK) status = open_links(s, err);
    return status == ERR_OK ? restore(s, err) : status;
}

static void strategy_close(struct agent *agent, void *self)
{
    struct strategy_agent *s = self;
    upstream_close(s->upstream);
    if (s->signals != NULL) loop_remove_socket(agent->loop, s->signals);
    bus_socket_close(s->signals);
    driver_free(s->driver);
    strategy_free(s->strategy);
    actions_close(agent);
    db_close(s->db);
}

static int take_acks(struct strategy_agent *s, int64_t now_us)
{
    struct msg msg;
    int taken = 0;
    for (; taken < AGENT_BATCH && agent_receive(s->agent, s->signals, &msg, NULL); taken++) {
        if (msg.id == MSG_SIGNAL_ACK) {
            strategy_on_ack(s->strategy, &msg.signal_ack, now_us, driver_sink(s->driver));
            end_step(s);
        }
    }
    return taken;
}

static int64_t strategy_work(struct agent *agent, void *self, int64_t now_us)
{
    struct strategy_agent *s = self;
    (void)agent;
    int acks = take_acks(s, now_us);
    int64_t next = upstream_work(s->upstream, now_us);
    const bool caught_up = upstream_caught_up(s->upstream);
    s->caught_up = s->caught_up || caught_up;
    if (caught_up) strategy_on_caught_up(s->strategy);
    if (now_us >= s->next_timer_us || s->next_timer_us > now_us + TIMER_US) {
        strategy_on_timer(s->strategy, now_us, driver_sink(s->driver));
        end_step(s);
        s->next_timer_us = now_us + TIMER_US;
    }
    if (acks == AGENT_BATCH) next = now_us;
    if (next > now_us) db_idle(s->db);
    return next < s->next_timer_us ? next : s->next_timer_us;
}

struct condition_answer {
    struct strategy_agent *s;
    const struct requester *to;
    int64_t after_id;
    int64_t rows;
    bool more;
};

/* After the close the day that closed is still looked at. */
static bool of_today(const struct strategy_agent *s, const struct condition *condition)
{
    if (!s->has_market || condition->market_us <= 0) return false;
    const int32_t day = session_trading_day(condition->market_us);
    return day == s->market.trading_day || day == ledger_day(&s->market);
}

/* Those not ended, and those ended this trading day. */
static void answer_condition(void *context, const struct condition *condition)
{
    struct condition_answer *answer = context;
    struct strategy_agent *s = answer->s;
    if (condition->id <= answer->after_id) return;
    if (condition_terminal(condition->state) && !of_today(s, condition)) return;
    if (answer->rows == AGENT_ANSWER_MAX) {
        answer->more = true;
        return;
    }
    struct msg msg;
    msg_init(&msg, MSG_CONDITION);
    msg.condition = *condition;
    agent_send(s->agent, answer->to, &msg);
    answer->rows++;
}

static void on_query(struct strategy_agent *s, const struct requester *from, const struct query *query)
{
    if (query->kind == QUERY_CONDITIONS) {
        struct condition_answer answer = {.s = s, .to = from, .after_id = (int64_t)query->from_seq};
        strategy_each(s->strategy, answer_condition, &answer);
        agent_reply(s->agent, from, query->request_id, ERR_OK, answer.rows, "%s", answer.more ? "more" : "");
    } else if (query->kind == QUERY_STATUS) {
        struct msg beat;
        agent_heartbeat(s->agent, &beat);
        agent_send(s->agent, from, &beat);
        agent_reply(s->agent, from, query->request_id, ERR_OK, 1, "%s", "");
    } else {
        agent_reply(s->agent, from, query->request_id, ERR_INVALID, 0, "the strategy does not answer this question");
    }
}

static void strategy_on_request(struct agent *agent, void *self, const struct requester *from, const struct msg *msg,
                                int64_t now_us)
{
    struct strategy_agent *s = self;
    s->current = *from;
    const struct condition_command *command = msg->id == MSG_CONDITION_COMMAND ? &msg->condition_command : NULL;
    if (command != NULL && command->action == CONDITION_CREATE && !s->caught_up) {
        agent_reply(agent, from, command->request_id, ERR_STATE, 0,
                    "the strategy has just started and the gateway's events are not read yet: ask again in a moment");
    } else if (msg->id == MSG_CONDITION_COMMAND) {
        strategy_on_command(s->strategy, &msg->condition_command, now_us, driver_sink(s->driver));
        end_step(s);
    } else if (msg->id == MSG_QUERY) {
        on_query(s, from, &msg->query);
    } else {
        uint64_t request_id = agent_request_id(msg);
        log_write(agent->log, LEVEL_WARNING, "a message that does not belong here (%s)", msg_type(msg->id)->name);
        if (request_id != 0) {
            agent_reply(agent, from, request_id, ERR_INVALID, 0, "the strategy does not take a %s",
                        msg_type(msg->id)->name);
        }
    }
    s->current = (struct requester){0};
}

static void strategy_heartbeat(struct agent *agent, void *self, struct heartbeat *beat)
{
    struct strategy_agent *s = self;
    int64_t now_us = agent->clock->now_us(agent->clock);
    beat->last_seq = strategy_events_seq(s->strategy);
    beat->unconfirmed = (int32_t)strategy_unconfirmed(s->strategy);
    beat->peer_up = upstream_live(s->upstream, now_us) && bus_connected(s->signals) && !s->journal.foreign;
    const char *text = s->journal.foreign                    ? s->journal.words
                       : !upstream_live(s->upstream, now_us) ? "no feed: entries are held"
                       : bus_connected(s->signals)           ? "watching"
                                                             : "no line to the executor: signals wait";
    snprintf(beat->text, sizeof beat->text, "%s", text);
}

const struct agent_ops strategy_agent_ops = {
    .component = COMPONENT_STRATEGY,
    .pub = BUS_STRATEGY_PUB,
    .control = BUS_STRATEGY_CONTROL,
    .size = sizeof(struct strategy_agent),
    .open = strategy_open,
    .do_work = strategy_work,
    .on_request = strategy_on_request,
    .heartbeat = strategy_heartbeat,
    .close = strategy_close,
};

/*
 * gateway_requests: what others ask the gateway for: control and login on one socket, orders and the agents' queries on
 * the other. Every request is answered once, also when it is refused.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/guard.h"
#include "core/ledger.h"
#include "gateway/gateway_agent.h"

struct answer {
    struct gateway *g;
    const struct requester *to;
    uint64_t skip;
    int64_t rows;
    bool more;
};

static void row(struct answer *answer, const struct msg *msg)
{
    agent_send(answer->g->agent, answer->to, msg);
    answer->rows++;
}

static void give_row(void *context, const struct msg *msg)
{
    row(context, msg);
}

static void end(struct answer *answer, uint64_t request_id)
{
    agent_reply(answer->g->agent, answer->to, request_id, ERR_OK, answer->rows, "%s", answer->more ? "more" : "");
}

static void answer_accounts(struct answer *answer)
{
    struct msg msg;
    for (int i = 0; i < answer->g->account_count; i++) {
        msg_init(&msg, MSG_ACCOUNT);
        msg.account = answer->g->accounts[i];
        row(answer, &msg);
    }
}

static void give_difference(void *context, const struct difference *difference)
{
    struct msg msg;
    msg_init(&msg, MSG_DIFFERENCE);
    msg.difference = *difference;
    row(context, &msg);
}

static void answer_status(struct answer *answer)
{
    struct gateway *g = answer->g;
    struct msg msg;
    agent_heartbeat(g->agent, &msg);
    row(answer, &msg);
    if (g->has_market) {
        msg_init(&msg, MSG_MARKET);
        msg.market = g->market;
        row(answer, &msg);
    }
    msg_init(&msg, MSG_SESSION);
    msg.session = g->shown;
    row(answer, &msg);
    msg_init(&msg, MSG_GUARD_STATE);
    msg.guard_state = *gate_guard(g->gate);
    row(answer, &msg);
    msg_init(&msg, MSG_GUARD_LIMITS);
    msg.guard_limits = *gate_limits(g->gate);
    row(answer, &msg);
    answer_accounts(answer);
    gate_each_difference(g->gate, give_difference, answer);
    gateway_each_feed(g, g->agent->clock->now_us(g->agent->clock), give_row, answer);
}

static bool contains(const char *text, const char *part)
{
    return part[0] == '\0' || strcasestr(text, part) != NULL;
}

static void answer_contracts(struct answer *answer, const char *filter)
{
    struct gateway *g = answer->g;
    struct msg msg;
    for (int i = 0; i < g->contract_count; i++) {
        const struct contract *c = &g->contracts[i];
        if (contains(c->symbol, filter) || contains(c->name, filter)) {
            msg_init(&msg, MSG_CONTRACT);
            msg.contract = *c;
            row(answer, &msg);
        }
    }
}

static void answer_tick(void *context, const struct tick *tick)
{
    struct msg msg;
    msg_init(&msg, MSG_TICK);
    msg.tick = *tick;
    row(context, &msg);
}

static void answer_bar(void *context, const struct bar *bar)
{
    struct msg msg;
    msg_init(&msg, MSG_BAR);
    msg.bar = *bar;
    row(context, &msg);
}

static bool answer_event(void *context, const struct msg *msg)
{
    struct answer *answer = context;
    if (answer->rows == AGENT_ANSWER_MAX) {
        answer->more = true;
        return false;
    }
    row(answer, msg);
    return true;
}

static enum status answer_events(struct answer *answer, uint64_t from_seq, struct err *err)
{
    struct db_query query = {.id = MSG_ORDER_EVENT, .from_seq = from_seq, .limit = AGENT_ANSWER_MAX + 1};
    return db_each(answer->g->db, &query, answer_event, answer, err);
}

static void on_query(struct gateway *g, const struct requester *from, const struct query *query)
{
    struct answer answer = {.g = g, .to = from};
    struct err err;
    if (query->kind == QUERY_STATUS) {
        answer_status(&answer);
    } else if (query->kind == QUERY_CONTRACTS) {
        answer_contracts(&answer, query->text);
    } else if (query->kind == QUERY_ACCOUNTS) {
        answer_accounts(&answer);
    } else if (query->kind == QUERY_TICKS) {
        tick_ring_replay(g->ring, query->text, query->epoch, query->from_seq, AGENT_ANSWER_MAX, answer_tick, &answer,
                         &answer.more);
    } else if (query->kind == QUERY_BARS) {
        bars_each(g->bars, query->text, ledger_day(&g->market), answer_bar, &answer);
    } else if (query->kind == QUERY_EVENTS) {
        if (answer_events(&answer, query->from_seq, &err) != ERR_OK) {
            agent_reply(g->agent, from, query->request_id, err.status, answer.rows, "%s", err.text);
            return;
        }
    } else {
        agent_reply(g->agent, from, query->request_id, ERR_INVALID, 0, "the gateway does not answer this question");
        return;
    }
    end(&answer, query->request_id);
}

/* HALT and REDUCE are done however long they waited; trading again, only while it is wanted. */
static bool resumes_late(struct gateway *g, const struct control *control, int64_t now_us, char *words, size_t size)
{
    const int64_t live_us = settings_number(&g->agent->settings, SET_SIGNAL_TTL) * CLOCK_MS_US;
    return control->kind == CONTROL_RESUME && order_late(control->created_us, live_us, now_us, words, size);
}

static void on_control(struct gateway *g, const struct requester *from, const struct control *control, int64_t now_us)
{
    char words[REASON_SIZE];
    log_write(g->agent->log, LEVEL_INFO, "%s asks: %s %.60s", control->actor, control_kind_name(control->kind),
              control->text);
    if (resumes_late(g, control, now_us, words, sizeof words)) {
        agent_reply(g->agent, from, control->request_id, ERR_STATE, 0, "%s", words);
        return;
    }
    switch (control->kind) {
    case CONTROL_HALT:
    case CONTROL_REDUCE:
    case CONTROL_RESUME:
    case CONTROL_RESOLVE:
    case CONTROL_ACCEPT:
        gate_on_control(g->gate, control, now_us, gateway_sink(g));
        gateway_end_step(g);
        break;
    case CONTROL_LOGOUT:
        gateway_logout(g, from, control->request_id, now_us);
        break;
    case CONTROL_SELECT_ACCOUNT:
        gateway_select_account(g, from, control, now_us);
        break;
    case CONTROL_REGISTER:
    case CONTROL_UNREGISTER:
        gateway_register(g, from, control);
        break;
    case CONTROL_START:
    case CONTROL_STOP:
    case CONTROL_SHUTDOWN:
    case CONTROL_FLATTEN:
    case CONTROL_SET:
    case CONTROL_RESTART:
    default:
        agent_reply(g->agent, from, control->request_id, ERR_INVALID, 0, "the gateway does not do %s",
                    control_kind_name(control->kind));
        break;
    }
}

static void on_limits(struct gateway *g, const struct requester *from, const struct limits_command *command,
                      int64_t now_us)
{
    struct err err;
    if (guard_limits_check(&command->limits, &err) != ERR_OK) {
        agent_reply(g->agent, from, command->request_id, err.status, 0, "%s", err.text);
        return;
    }
    log_write(g->agent->log, LEVEL_INFO, "%s changes the guard's limits", command->limits.actor);
    gate_on_limits(g->gate, &command->limits, now_us, gateway_sink(g));
    gateway_end_step(g);
    agent_reply(g->agent, from, command->request_id, ERR_OK, 0, "limits changed");
}

static void refuse(struct gateway *g, const struct requester *from, const struct msg *msg)
{
    log_write(g->agent->log, LEVEL_WARNING, "%s: a message that does not belong here (%s)",
              bus_endpoint_name(bus_socket_endpoint(from->socket)), msg_type(msg->id)->name);
    uint64_t request_id = agent_request_id(msg);
    if (request_id != 0) {
        agent_reply(g->agent, from, request_id, ERR_INVALID, 0, "the gateway does not take a %s here",
                    msg_type(msg->id)->name);
    }
}

void gateway_on_request(struct agent *agent, void *self, const struct requester *from, const struct msg *msg,
                        int64_t now_us)
{
    struct gateway *g = self;
    (void)agent;
    g->current = *from;
    if (msg->id == MSG_QUERY)
        on_query(g, from, &msg->query);
    else if (msg->id == MSG_CONTROL)
        on_control(g, from, &msg->control, now_us);
    else if (msg->id == MSG_LOGIN)
        gateway_login(g, from, &msg->login, now_us);
    else if (msg->id == MSG_LIMITS_COMMAND)
        on_limits(g, from, &msg->limits_command, now_us);
    else if (msg->id == MSG_MARKET_CONTROL)
        gateway_market_control(g, from, &msg->market_control, now_us);
    else
        refuse(g, from, msg);
    g->current = (struct requester){0};
}

int gateway_serve_orders(struct gateway *g, int64_t now_us)
{
    struct msg msg;
    int served = 0;
    struct requester from = {.socket = g->orders};
    for (; served < AGENT_BATCH && agent_receive(g->agent, g->orders, &msg, &from.peer); served++) {
        g->current = from;
        if (msg.id == MSG_ORDER_REQUEST) {
            gate_on_order_request(g->gate, &msg.order_request, now_us, gateway_sink(g));
            gateway_end_step(g);
        } else if (msg.id == MSG_CANCEL_REQUEST) {
            gate_on_cancel_request(g->gate, &msg.cancel_request, now_us, gateway_sink(g));
            gateway_end_step(g);
        } else if (msg.id == MSG_CONTROL && msg.control.kind == CONTROL_HALT) {
            on_control(g, &from, &msg.control, now_us); /* whoever gives orders may stop them */
        } else if (msg.id == MSG_QUERY) {
            on_query(g, &from, &msg.query);
        } else {
            refuse(g, &from, &msg);
        }
        g->current = (struct requester){0};
    }
    return served;
}

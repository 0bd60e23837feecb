/*
 * supervisor_requests: start, stop, restart, shut down, set; who asked is told when it is so.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "gateway/supervisor_impl.h"

void supervisor_answer_waiters(struct supervisor *s)
{
    for (int i = 0; i < WAITERS_MAX; i++) {
        struct waiter *waiter = &s->waiters[i];
        unsigned reached = 0;
        if (waiter->request_id == 0) continue;
        for (int c = 0; c < CHILDREN; c++) {
            const struct watched *w = &s->watched[c];
            bool there = waiter->running ? w->child.pid != 0 && !w->restart : w->child.pid == 0;
            if (there || (waiter->running && w->given_up)) reached |= 1u << c;
        }
        if ((waiter->mask & ~reached) == 0) {
            agent_reply(s->agent, &waiter->from, waiter->request_id, ERR_OK, 0, "%s", waiter->text);
            waiter->request_id = 0;
        }
    }
}

static bool wait_for(struct supervisor *s, const struct requester *from, uint64_t request_id, unsigned mask,
                     bool running, const char *text)
{
    for (int i = 0; i < WAITERS_MAX; i++) {
        struct waiter *waiter = &s->waiters[i];
        if (waiter->request_id == 0) {
            *waiter = (struct waiter){.from = *from, .request_id = request_id, .mask = mask, .running = running};
            text_copy(waiter->text, sizeof waiter->text, text);
            return true;
        }
    }
    agent_reply(s->agent, from, request_id, ERR_FULL, 0, "too many requests at once");
    return false;
}

static void set_setting(struct supervisor *s, const struct requester *from, const struct control *control)
{
    char key[TEXT_SIZE];
    struct err err = {0};
    const char *equals = strchr(control->text, '=');
    size_t length = equals != NULL ? (size_t)(equals - control->text) : strlen(control->text);
    memcpy(key, control->text, length);
    key[length] = '\0';
    const struct setting *row = setting_by_key(key);
    if (row == NULL || equals == NULL || row->id == SET_HOME || row->id == SET_RUNTIME) {
        agent_reply(s->agent, from, control->request_id, ERR_INVALID, 0,
                    "'%.60s' is not a setting that can be set here", key);
    } else if (settings_set(&s->agent->settings, row, equals + 1, SOURCE_ENVIRONMENT, &err) != ERR_OK) {
        agent_reply(s->agent, from, control->request_id, err.status, 0, "%s", err.text);
    } else {
        agent_reply(s->agent, from, control->request_id, ERR_OK, 0, "%s", control->text);
    }
}

static void restart(struct supervisor *s, const struct requester *from, const struct control *control, unsigned mask,
                    int64_t now_us)
{
    if (!wait_for(s, from, control->request_id, mask, true, "restarted")) return;
    for (int i = 0; i < CHILDREN; i++)
        if ((mask & (1u << i)) != 0 && s->watched[i].child.pid != 0) s->watched[i].restart = true;
    supervisor_wish(s, mask, true, now_us);
}

static void on_control(struct supervisor *s, const struct requester *from, const struct control *control,
                       int64_t now_us)
{
    enum control_kind kind = control->kind;
    unsigned mask = kind == CONTROL_SHUTDOWN ? supervisor_mask("all") : supervisor_mask(control->text);
    log_write(s->agent->log, LEVEL_INFO, "%s asks: %s %.200s", control->actor, control_kind_name(kind), control->text);
    if (kind == CONTROL_SET) {
        set_setting(s, from, control);
    } else if (kind != CONTROL_START && kind != CONTROL_STOP && kind != CONTROL_SHUTDOWN && kind != CONTROL_RESTART) {
        agent_reply(s->agent, from, control->request_id, ERR_INVALID, 0, "outcryd does not do %s",
                    control_kind_name(kind));
    } else if (mask == 0) {
        agent_reply(s->agent, from, control->request_id, ERR_NOT_FOUND, 0,
                    "'%.40s': no such process (exchange, gateway, strategy, executor or all)", control->text);
    } else if (kind == CONTROL_RESTART) {
        restart(s, from, control, mask, now_us);
    } else if (kind == CONTROL_START) {
        if (wait_for(s, from, control->request_id, mask, true, "started")) supervisor_wish(s, mask, true, now_us);
    } else if (wait_for(s, from, control->request_id, mask, false, "stopped")) {
        supervisor_wish(s, mask, false, now_us);
        s->shutting_down = s->shutting_down || kind == CONTROL_SHUTDOWN;
    }
}

static void send_processes(struct supervisor *s, const struct requester *from)
{
    struct msg msg;
    for (int i = 0; i < CHILDREN; i++) {
        supervisor_describe(&s->watched[i], &msg);
        agent_send(s->agent, from, &msg);
    }
    msg_init(&msg, MSG_PROCESS);
    msg.process.component = COMPONENT_SUPERVISOR;
    msg.process.wanted = true;
    msg.process.running = true;
    msg.process.pid = getpid();
    msg.process.since_us = s->agent->started_us;
    agent_send(s->agent, from, &msg);
}

/* As log lines: "market.speed=60 (flag)". */
static int64_t send_settings(struct supervisor *s, const struct requester *from)
{
    struct msg msg;
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting_value *value = &s->agent->settings.values[id];
        msg_init(&msg, MSG_LOG);
        msg.log.component = COMPONENT_SUPERVISOR;
        msg.log.level = LEVEL_INFO;
        msg.log.time_us = s->agent->started_us;
        snprintf(msg.log.text, sizeof msg.log.text, "%s=%.200s", setting_row((enum setting_id)id)->key, value->text);
        agent_send(s->agent, from, &msg);
    }
    return SETTING_COUNT;
}

static void on_query(struct supervisor *s, const struct requester *from, const struct query *query)
{
    int64_t rows = CHILDREN + 1;
    if (query->kind == QUERY_STATUS) {
        struct msg beat;
        agent_heartbeat(s->agent, &beat);
        agent_send(s->agent, from, &beat);
        send_processes(s, from);
        rows++;
    } else if (query->kind == QUERY_PROCESSES) {
        send_processes(s, from);
    } else if (query->kind == QUERY_SETTINGS) {
        rows = send_settings(s, from);
    } else {
        agent_reply(s->agent, from, query->request_id, ERR_INVALID, 0, "outcryd does not answer this question");
        return;
    }
    agent_reply(s->agent, from, query->request_id, ERR_OK, rows, "%s", "");
}

void supervisor_on_request(struct agent *agent, void *self, const struct requester *from, const struct msg *msg,
                           int64_t now_us)
{
    struct supervisor *s = self;
    if (msg->id == MSG_QUERY) {
        on_query(s, from, &msg->query);
    } else if (msg->id == MSG_CONTROL) {
        on_control(s, from, &msg->control, now_us);
    } else {
        uint64_t request_id = agent_request_id(msg);
        log_write(agent->log, LEVEL_WARNING, "a message that does not belong here (%s)", msg_type(msg->id)->name);
        if (request_id != 0)
            agent_reply(agent, from, request_id, ERR_INVALID, 0, "outcryd does not take a %s", msg_type(msg->id)->name);
    }
}

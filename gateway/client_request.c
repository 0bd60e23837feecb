/*
 * client_request: requests in flight, and that each gets one reply: the agent's, or ours that there was none.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/check.h"
#include "gateway/client_impl.h"
#include "gateway/lock.h"

#define RETRY_MS 10
#define LOOK_MS  100

static int64_t timeout_us(const struct client *client)
{
    return settings_number(&client->settings, SET_REQUEST_TIMEOUT) * CLOCK_MS_US;
}

static struct client_request *request_new(struct client *client, enum component to, const struct msg *msg,
                                          int64_t now_us)
{
    for (int i = 0; i < CLIENT_REQUESTS_MAX; i++) {
        struct client_request *r = &client->requests[i];
        if (r->id == 0) {
            memset(r, 0, sizeof *r);
            r->id = ++client->next_id;
            r->to = to;
            r->deadline_us = now_us + timeout_us(client);
            r->turn = ++client->next_turn;
            if (msg->id == MSG_QUERY) {
                r->is_query = true;
                r->query = msg->query;
                r->query.request_id = r->id;
                r->last_key = msg->query.from_seq;
            }
            return r;
        }
    }
    return NULL;
}

static struct client_request *request_find(struct client *client, enum component to, uint64_t id)
{
    for (int i = 0; i < CLIENT_REQUESTS_MAX; i++)
        if (client->requests[i].id == id && client->requests[i].to == to && id != 0) return &client->requests[i];
    return NULL;
}

/* An agent answers in the order in which it was asked, page by page: a row belongs to what was asked first. */
static struct client_request *oldest_query(struct client *client, enum component to)
{
    struct client_request *oldest = NULL;
    for (int i = 0; i < CLIENT_REQUESTS_MAX; i++) {
        struct client_request *r = &client->requests[i];
        if (r->id != 0 && r->to == to && r->is_query && (oldest == NULL || r->turn < oldest->turn)) oldest = r;
    }
    return oldest;
}

static void set_request_id(struct msg *msg, uint64_t id)
{
    const struct field *field = msg_field(msg->id, "request_id");
    CHECK(field != NULL);
    memcpy(msg->bytes + field->offset, &id, sizeof id);
}

/* Where the next page starts, after this row. */
static void count_row(struct client_request *r, const struct msg *msg)
{
    r->rows++;
    if (msg->id == MSG_CONDITION)
        r->last_key = (uint64_t)msg->condition.id;
    else if (msg->id == MSG_ORDER_EVENT)
        r->last_key = msg->order_event.seq;
    else if (msg->id == MSG_TICK)
        r->last_key = msg->tick.sym_seq;
    else
        r->last_key++;
}

static bool next_page(struct client *client, struct client_link *link, struct client_request *r, int64_t now_us)
{
    struct msg msg;
    if (r->last_key == r->query.from_seq) return false; /* "more" without a row: it would never end */
    msg_init(&msg, MSG_QUERY);
    r->query.from_seq = r->last_key;
    msg.query = r->query;
    r->deadline_us = now_us + timeout_us(client);
    r->turn = ++client->next_turn;
    return bus_send(link->line, &msg, NULL) == ERR_OK;
}

static void on_reply(struct client *client, struct client_link *link, const struct msg *msg, int64_t now_us)
{
    struct client_request *r = request_find(client, link->component, msg->reply.request_id);
    if (r == NULL) return; /* it came after we had said that there was none */
    bool more = r->is_query && msg->reply.status == ERR_OK && strcmp(msg->reply.text, "more") == 0;
    if (more && next_page(client, link, r, now_us)) return;
    if (r->internal) {
        link->snapshot -= link->snapshot > 0 ? 1 : 0;
    } else {
        struct msg reply = *msg;
        if (r->is_query && reply.reply.status == ERR_OK) reply.reply.number = r->rows;
        client_put(client, &reply, link->component, r->id);
    }
    r->id = 0;
}

void client_on_line(struct client *client, struct client_link *link, const struct msg *msg, int64_t now_us)
{
    if (msg->id == MSG_REPLY) {
        on_reply(client, link, msg, now_us);
        return;
    }
    struct client_request *r = oldest_query(client, link->component);
    if (r != NULL) count_row(r, msg);
    client_put(client, msg, link->component, r != NULL ? r->id : 0);
}

enum status client_ask(struct client *client, struct client_link *link, enum query_kind kind, int64_t now_us)
{
    struct msg msg;
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = kind;
    struct client_request *r = request_new(client, link->component, &msg, now_us);
    if (r == NULL) return ERR_FULL;
    r->internal = true;
    msg.query.request_id = r->id;
    enum status status = bus_send(link->line, &msg, NULL);
    if (status == ERR_OK)
        link->snapshot++;
    else
        r->id = 0;
    return status;
}

static void no_answer(struct client *client, struct client_request *r, const char *text)
{
    if (r->internal) {
        client->links[r->to].snapshot -= client->links[r->to].snapshot > 0 ? 1 : 0;
    } else {
        struct msg msg;
        msg_init(&msg, MSG_REPLY);
        msg.reply.request_id = r->id;
        msg.reply.status = ERR_TIMEOUT;
        msg.reply.number = r->rows;
        snprintf(msg.reply.text, sizeof msg.reply.text, "%s %s: whether it was done is not known",
                 component_name(r->to), text);
        client_put(client, &msg, r->to, r->id);
    }
    r->id = 0;
}

void client_link_lost(struct client *client, const struct client_link *link)
{
    for (int i = 0; i < CLIENT_REQUESTS_MAX; i++) {
        struct client_request *r = &client->requests[i];
        if (r->id != 0 && r->to == link->component) no_answer(client, r, "was lost before it answered");
    }
}

void client_time_out(struct client *client, int64_t now_us)
{
    for (int i = 0; i < CLIENT_REQUESTS_MAX; i++) {
        struct client_request *r = &client->requests[i];
        if (r->id != 0 && now_us >= r->deadline_us)
            no_answer(client, r,
                      client->links[r->to].strange ? "is of another version than this (outcry stop, then start it anew)"
                                                   : "did not answer in time");
    }
}

int64_t client_next_deadline(const struct client *client)
{
    int64_t next = INT64_MAX;
    for (int i = 0; i < CLIENT_REQUESTS_MAX; i++) {
        const struct client_request *r = &client->requests[i];
        if (r->id != 0 && r->deadline_us < next) next = r->deadline_us;
    }
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++) {
        const struct client_link *link = &client->links[c];
        if (link->snapshot > 0 && link->snapshot_until_us < next) next = link->snapshot_until_us;
    }
    return next;
}

static bool is_request(enum msg_id id)
{
    static const enum msg_id ids[] = {MSG_QUERY,         MSG_CONTROL,        MSG_LOGIN,          MSG_CONDITION_COMMAND,
                                      MSG_ORDER_COMMAND, MSG_CANCEL_COMMAND, MSG_LIMITS_COMMAND, MSG_MARKET_CONTROL};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (ids[i] == id) return true;
    return false;
}

/* The time to live of what is asked begins here, wherever it will have to wait; asked again, it is as old as it was. */
static int64_t *created_of(struct msg *msg)
{
    if (msg->id == MSG_ORDER_COMMAND) return &msg->order_command.order.created_us;
    if (msg->id == MSG_CONDITION_COMMAND) return &msg->condition_command.created_us;
    return msg->id == MSG_CONTROL ? &msg->control.created_us : NULL;
}

enum status client_send(struct client *client, enum component to, struct msg *msg, uint64_t *request_id,
                        struct err *err)
{
    struct err why = {0};
    int64_t now_us = client_now(client);
    if (!is_request(msg->id) || to < COMPONENT_EXCHANGE || to > COMPONENT_SUPERVISOR)
        return err_set(err, ERR_INVALID, "not a request to an agent");
    struct client_link *link = &client->links[to];
    struct client_request *r = request_new(client, to, msg, now_us);
    if (r == NULL)
        return err_set(err, ERR_FULL, "too many requests without an answer (allowed %d)", CLIENT_REQUESTS_MAX);
    set_request_id(msg, r->id);
    int64_t *created_us = created_of(msg);
    if (created_us != NULL && *created_us == 0) *created_us = clock_system()->now_us(clock_system());
    enum status status = bus_send(link->line, msg, &why);
    if (status != ERR_OK) {
        r->id = 0;
        return status == ERR_BUSY ? err_set(err, ERR_BUSY, "%s is not there", component_name(to))
                                  : err_set(err, status, "%s", why.text);
    }
    if (request_id != NULL) *request_id = r->id;
    return ERR_OK;
}

uint64_t client_key(struct client *client)
{
    uint64_t now_us = (uint64_t)clock_system()->now_us(clock_system());
    return now_us * 1024 + ((uint64_t)getpid() + ++client->next_key) % 1024;
}

struct call {
    uint64_t id;
    void (*visit)(void *context, const struct msg *msg);
    void *context;
    struct reply *reply;
    bool answered;
};

/* Take the answer's messages out of the queue; whatever else is in it stays, in its order, for client_next. */
static void pick_answer(struct client *client, struct call *call)
{
    struct client_item item;
    for (size_t left = client->count; left > 0 && client_take(client, &item); left--) {
        if (item.answer_to != call->id) {
            client_put(client, &item.msg, item.from, item.answer_to);
        } else if (item.msg.id == MSG_REPLY) {
            *call->reply = item.msg.reply;
            call->answered = true;
        } else if (call->visit != NULL) {
            call->visit(call->context, &item.msg);
        }
    }
}

/* One that hangs has its lock, and takes no new line. */
static bool runs(const struct client *client, enum component component)
{
    struct paths paths;
    return paths_resolve(&paths, &client->settings, NULL) == ERR_OK &&
           lock_held(paths.runtime, component_name(component), NULL);
}

static enum status call_once(struct client *client, enum component to, struct msg *msg,
                             void (*visit)(void *context, const struct msg *msg), void *context, struct reply *reply,
                             struct err *err)
{
    struct call call = {.visit = visit, .context = context, .reply = reply};
    int64_t until_us = client_now(client) + timeout_us(client);
    enum status status = client_send(client, to, msg, &call.id, err);
    while (status == ERR_BUSY && client_now(client) < until_us) {
        client_work(client, client_now(client));
        status = client_send(client, to, msg, &call.id, err);
        if (status == ERR_BUSY) client_sleep(client, -1, RETRY_MS);
    }
    while (status == ERR_OK && !call.answered) {
        client_work(client, client_now(client));
        pick_answer(client, &call);
        if (!call.answered) client_sleep(client, -1, LOOK_MS);
    }
    if (status == ERR_OK && reply->status == ERR_TIMEOUT) return err_set(err, ERR_TIMEOUT, "%s", reply->text);
    if (status == ERR_BUSY && runs(client, to))
        return err_set(err, ERR_BUSY, "%s runs, but does not answer: nothing was asked of it", component_name(to));
    return status;
}

enum status client_call(struct client *client, enum component to, struct msg *msg,
                        void (*visit)(void *context, const struct msg *msg), void *context, struct reply *reply,
                        struct err *err)
{
    bool keyed = (msg->id == MSG_CONDITION_COMMAND && msg->condition_command.key != 0) ||
                 (msg->id == MSG_ORDER_COMMAND && msg->order_command.key != 0);
    int64_t tries = keyed ? 1 + settings_number(&client->settings, SET_RETRY_COUNT) : 1;
    enum status status = ERR_TIMEOUT;
    for (int64_t i = 0; i < tries && status == ERR_TIMEOUT; i++)
        status = call_once(client, to, msg, visit, context, reply, err);
    return status;
}

/*
 * client: links to every agent, one queue of what came. Requests are in client_request.c, starting outcryd in
 * client_daemon.c.
 */
#include "gateway/client.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/client_impl.h"
#include "gateway/config.h"
#include "gateway/lock.h"

#define BATCH            512
#define ASK_TIMEOUT_US   CLOCK_SECOND_US
#define HEARD_US         (3 * CLOCK_SECOND_US) /* an agent speaks each second */
#define STALLED_US       (3 * CLOCK_SECOND_US)
#define CONNECTING_US    (2 * CLOCK_SECOND_US)
#define LAST_WORDS_MS    200 /* what was asked for just before leaving still leaves */
#define LONGEST_SLEEP_US (250 * CLOCK_MS_US)

struct link_row {
    enum bus_endpoint pub;
    enum bus_endpoint control;
    const char *topics[2]; /* of the SUB; NULL: the upstream's */
};

static const struct link_row rows[COMPONENT_COUNT + 1];

enum status client_settings(struct settings *settings, int *argc, char **argv, struct err *err)
{
    return config_load(settings, argc, argv, err);
}

/* Time-outs and ages only: a clock that is set must not hold up an answer. */
int64_t client_now(const struct client *client)
{
    (void)client;
    return clock_monotonic_us();
}

void client_put(struct client *client, const struct msg *msg, enum component from, uint64_t answer_to)
{
    if (client->count == client->capacity) {
        size_t capacity = client->capacity == 0 ? 256 : client->capacity * 2;
        struct client_item *grown = malloc(capacity * sizeof *grown);
        if (grown == NULL) return; /* as a slow subscriber would lose it; gaps are mended */
        for (size_t i = 0; i < client->count; i++) grown[i] = client->queue[(client->head + i) % client->capacity];
        free(client->queue);
        client->queue = grown;
        client->capacity = capacity;
        client->head = 0;
    }
    struct client_item *item = &client->queue[(client->head + client->count) % client->capacity];
    item->msg = *msg;
    item->from = from;
    item->answer_to = answer_to;
    client->count++;
}

bool client_take(struct client *client, struct client_item *out)
{
    if (client->count == 0) return false;
    *out = client->queue[client->head];
    client->head = (client->head + 1) % client->capacity;
    client->count--;
    return true;
}

static void on_gateway_message(void *context, const struct msg *msg, int64_t now_us)
{
    struct client *client = context;
    client->links[COMPONENT_GATEWAY].heard_us = now_us;
    if (msg->id != MSG_REPLY) client_put(client, msg, COMPONENT_GATEWAY, 0);
}

static enum status open_link(struct client *client, enum component component, struct err *err)
{
    struct client_link *link = &client->links[component];
    const struct link_row *row = &rows[component];
    link->component = component;
    link->since_us = client_now(client);
    enum status status = bus_connect(client->bus, row->control, BUS_DEALER, "", &link->line, err);
    if (status != ERR_OK) return status;
    loop_add_socket(client->loop, link->line);
    if (row->topics[0] == NULL) return ERR_OK;
    status = bus_connect(client->bus, row->pub, BUS_SUB, "", &link->feed, err);
    if (status == ERR_OK) {
        loop_add_socket(client->loop, link->feed);
        for (int i = 0; i < 2 && row->topics[i] != NULL; i++) bus_subscribe(link->feed, row->topics[i]);
    }
    return status;
}

static enum status open_all(struct client *client, struct err *err)
{
    struct upstream_config config = {
        .loop = client->loop,
        .bus = client->bus,
        .name = "",
        .depth = true,
        .ticks_in_order = true,
        .timeout_us = ASK_TIMEOUT_US,
        .context = client,
        .on_message = on_gateway_message,
    };
    enum status status = upstream_open(&client->upstream, &config, err);
    if (status == ERR_OK) upstream_events_from_now(client->upstream);
    for (int component = COMPONENT_EXCHANGE; status == ERR_OK && component <= COMPONENT_SUPERVISOR; component++)
        status = open_link(client, (enum component)component, err);
    return status;
}

enum status client_open(struct client **out, const struct settings *settings, struct err *err)
{
    *out = NULL;
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL) return err_set(err, ERR_FULL, "out of memory");
    client->settings = *settings;
    enum status status = paths_resolve(&client->paths, settings, err);
    if (status == ERR_OK) status = paths_prepare(&client->paths, err);
    if (status == ERR_OK) status = loop_open(&client->loop, false, err);
    if (status == ERR_OK) status = bus_open(&client->bus, settings, &client->paths, err);
    if (status == ERR_OK) status = open_all(client, err);
    if (status != ERR_OK) {
        client_close(client);
        return status;
    }
    *out = client;
    return ERR_OK;
}

void client_close(struct client *client)
{
    if (client == NULL) return;
    upstream_close(client->upstream);
    for (int component = COMPONENT_EXCHANGE; component <= COMPONENT_SUPERVISOR; component++) {
        if (client->links[component].line != NULL) bus_linger(client->links[component].line, LAST_WORDS_MS);
        bus_socket_close(client->links[component].line);
        bus_socket_close(client->links[component].feed);
    }
    bus_close(client->bus);
    loop_close(client->loop);
    free(client->queue);
    free(client);
}

/* A new connection is a new process, or a first one: everything it holds is asked for. The gateway's upstream does so
 * by itself. */
static void ask_snapshot(struct client *client, struct client_link *link, int64_t now_us)
{
    client_ask(client, link, QUERY_STATUS, now_us);
    if (link->component == COMPONENT_STRATEGY) {
        client_ask(client, link, QUERY_CONDITIONS, now_us);
    } else if (link->component == COMPONENT_EXECUTOR) {
        client_ask(client, link, QUERY_ORDERS, now_us);
        client_ask(client, link, QUERY_POSITIONS, now_us);
    }
    link->snapshot_until_us = now_us + ASK_TIMEOUT_US;
}

/* What cannot be read is dropped by the bus. From a process that holds its role's own endpoint it is no garbage: it was
 * built of other messages. */
static int drain(struct client *client, struct client_link *link, struct bus_socket *socket, int64_t now_us)
{
    struct msg msg;
    int taken = 0;
    for (; taken < BATCH && client->count < CLIENT_QUEUE_MAX; taken++) {
        enum bus_result result = bus_receive(socket, &msg, NULL, NULL);
        if (result == BUS_EMPTY) break;
        link->strange = link->strange || result == BUS_DROPPED;
        if (result == BUS_MESSAGE && socket == link->line) {
            client_on_line(client, link, &msg, now_us);
        } else if (result == BUS_MESSAGE) {
            client_put(client, &msg, link->component, 0);
            /* The exchange's is not subscribed whole, and holds nothing that is shown. */
            if (heard_lost(&link->heard, &msg) && link->component != COMPONENT_EXCHANGE) link->feed_proved = false;
        }
    }
    if (taken > 0) link->heard_us = now_us;
    return taken;
}

static void watch_connection(struct client *client, struct client_link *link, int64_t now_us)
{
    bool there = bus_connected(link->line); /* first: a connection that comes between is seen as new, not as lost */
    uint64_t connection = bus_connections(link->line);
    if (link->was_there && (!there || connection != link->connection)) {
        drain(client, link, link->line, now_us);
        client_link_lost(client, link);
        link->since_us = now_us;
    }
    link->was_there = there;
    if (connection == link->connection) return;
    link->connection = connection;
    link->since_us = now_us;
    link->snapshot = 0;
    link->strange = false;
    if (link->component != COMPONENT_GATEWAY && bus_connected(link->line)) ask_snapshot(client, link, now_us);
}

/* What was published before our subscription had arrived there is in no snapshot that was asked for before: the first
 * message proves the subscription, and everything is asked for once more. */
static void work_feed(struct client *client, struct client_link *link, int64_t now_us)
{
    uint64_t connection = bus_connections(link->feed);
    if (connection != link->feed_connection) {
        link->feed_connection = connection;
        link->feed_proved = false;
        link->heard = (struct heard){0};
    }
    if (link->snapshot > 0 && now_us < link->snapshot_until_us) return;
    if (drain(client, link, link->feed, now_us) > 0 && !link->feed_proved && bus_connected(link->line)) {
        link->feed_proved = true;
        ask_snapshot(client, link, now_us);
    }
}

static void work_link(struct client *client, struct client_link *link, int64_t now_us)
{
    watch_connection(client, link, now_us);
    drain(client, link, link->line, now_us);
    if (link->feed != NULL) work_feed(client, link, now_us);
}

void client_work(struct client *client, int64_t now_us)
{
    /* We were stopped (Ctrl-Z, a sleeping machine): what was published meanwhile may be lost. */
    if (client->worked_us != 0 && now_us - client->worked_us > STALLED_US) {
        upstream_refresh(client->upstream);
        for (int component = COMPONENT_EXCHANGE; component <= COMPONENT_SUPERVISOR; component++)
            client->links[component].feed_proved = false;
    }
    client->worked_us = now_us;
    if (client->count < CLIENT_QUEUE_MAX) upstream_work(client->upstream, now_us);
    for (int component = COMPONENT_EXCHANGE; component <= COMPONENT_SUPERVISOR; component++)
        work_link(client, &client->links[component], now_us);
    client_time_out(client, now_us);
}

void client_sleep(struct client *client, int fd, int timeout_ms)
{
    int64_t sleep_us = timeout_ms < 0 ? LONGEST_SLEEP_US : (int64_t)timeout_ms * CLOCK_MS_US;
    int64_t deadline = client_next_deadline(client) - client_now(client);
    if (deadline < sleep_us) sleep_us = deadline > 0 ? deadline : 0;
    if (sleep_us > LONGEST_SLEEP_US) sleep_us = LONGEST_SLEEP_US;
    if (fd >= 0) loop_add_fd(client->loop, fd);
    loop_wait(client->loop, sleep_us);
    if (fd >= 0) loop_remove_fd(client->loop, fd);
}

void client_wait(struct client *client, int fd, int timeout_ms)
{
    if (client->count == 0) client_work(client, client_now(client));
    if (client->count == 0) client_sleep(client, fd, timeout_ms);
}

bool client_next(struct client *client, struct msg *msg, enum component *from)
{
    struct client_item item;
    if (client->count == 0) client_work(client, client_now(client));
    if (!client_take(client, &item)) return false;
    *msg = item.msg;
    if (from != NULL) *from = item.from;
    return true;
}

bool client_strange(const struct client *client, enum component component)
{
    return component >= COMPONENT_EXCHANGE && component <= COMPONENT_SUPERVISOR && client->links[component].strange;
}

enum link_state client_link(const struct client *client, enum component component, int64_t *age_us)
{
    if (component < COMPONENT_EXCHANGE || component > COMPONENT_SUPERVISOR) {
        if (age_us != NULL) *age_us = -1;
        return LINK_DOWN;
    }
    const struct client_link *link = &client->links[component];
    int64_t now_us = client_now(client);
    int64_t age = link->heard_us == 0 ? -1 : now_us - link->heard_us;
    if (age_us != NULL) *age_us = age < -1 ? 0 : age;
    if (bus_connected(link->line) && age >= 0 && age < HEARD_US) return LINK_UP;
    return now_us - link->since_us < CONNECTING_US ? LINK_CONNECTING : LINK_DOWN;
}

static const struct link_row rows[COMPONENT_COUNT + 1] = {
    /* Its ticks come through the gateway. */
    [COMPONENT_EXCHANGE] = {BUS_EXCHANGE_PUB, BUS_EXCHANGE_CONTROL, {"~heartbeat", "~log"}},
    [COMPONENT_GATEWAY] = {BUS_GATEWAY_PUB, BUS_GATEWAY_CONTROL, {NULL, NULL}},
    [COMPONENT_STRATEGY] = {BUS_STRATEGY_PUB, BUS_STRATEGY_CONTROL, {"", NULL}},
    [COMPONENT_EXECUTOR] = {BUS_EXECUTOR_PUB, BUS_EXECUTOR_CONTROL, {"", NULL}},
    [COMPONENT_SUPERVISOR] = {BUS_SUPERVISOR_PUB, BUS_SUPERVISOR_CONTROL, {"", NULL}},
};

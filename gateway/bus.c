/*
 * bus: ZeroMQ sockets with the options that gateway/bus.h explains, and strict frames on the way in.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "core/check.h"
#include "core/wire.h"
#include "gateway/bus_impl.h"

#define ADDRESS_SIZE 300
#define FRAMES_MAX   2

/* libzmq 4.3.4 ends the process when a heartbeat is due on a line whose other end went away while its reader was behind
 * (receive high-water mark reached: "Assertion failed: !_io_error"), and drops the line of a reader that is behind for
 * longer than the time-out. So only DEALERs send heartbeats, and may hold more unread than anyone answers; the other end
 * of each learns from their time to live when they fall silent. SUBs have the publishers' own heartbeats. */
#define DEALER_UNREAD_MAX 1000000

struct endpoint {
    const char *name;
    int tcp_port; /* index into bus.ports, -1 = never over TCP */
    int tcp_host; /* index into bus.hosts */
};

static const struct endpoint endpoints[BUS_ENDPOINT_COUNT];

enum status bus_open(struct bus **out, const struct settings *settings, const struct paths *paths, struct err *err)
{
    *out = NULL;
    struct bus *bus = calloc(1, sizeof *bus);
    if (bus == NULL) return err_set(err, ERR_FULL, "out of memory");
    bus->context = zmq_ctx_new();
    if (bus->context == NULL) {
        free(bus);
        return err_set(err, ERR_IO, "ZeroMQ: %s", zmq_strerror(errno));
    }
    zmq_ctx_set(bus->context, ZMQ_BLOCKY, 0);
    bus->tcp = strcmp(settings_text(settings, SET_TRANSPORT), "tcp") == 0;
    snprintf(bus->runtime, sizeof bus->runtime, "%s", paths->runtime);
    snprintf(bus->hosts[0], sizeof bus->hosts[0], "%s", settings_text(settings, SET_ZMQ_HOST));
    snprintf(bus->hosts[1], sizeof bus->hosts[1], "%s", settings_text(settings, SET_GATEWAY_HOST));
    bus->ports[0] = (int)settings_number(settings, SET_TICK_PORT);
    bus->ports[1] = (int)settings_number(settings, SET_SIGNAL_PORT);
    bus->ports[2] = (int)settings_number(settings, SET_GATEWAY_PORT);
    *out = bus;
    return ERR_OK;
}

void bus_close(struct bus *bus)
{
    if (bus != NULL) {
        zmq_ctx_term(bus->context);
        free(bus);
    }
}

static void address_of(const struct bus *bus, enum bus_endpoint endpoint, char address[ADDRESS_SIZE])
{
    const struct endpoint *e = &endpoints[endpoint];
    if (bus->tcp && e->tcp_port >= 0)
        snprintf(address, ADDRESS_SIZE, "tcp://%.250s:%d", bus->hosts[e->tcp_host], bus->ports[e->tcp_port]);
    else
        snprintf(address, ADDRESS_SIZE, "ipc://%s/%s", bus->runtime, e->name);
}

static void option_int(void *handle, int option, int value)
{
    CHECK(zmq_setsockopt(handle, option, &value, sizeof value) == 0);
}

static void set_options(struct bus_socket *socket)
{
    void *h = socket->handle;
    bool broadcast = socket->kind == BUS_PUB || socket->kind == BUS_SUB;
    int64_t largest = 65536;
    option_int(h, ZMQ_LINGER, 0);
    /* On a SUB it aborts libzmq 4.3.4: a peer that ends between two frames (fq.cpp: !_more). */
    option_int(h, ZMQ_IMMEDIATE, socket->kind != BUS_SUB);
    option_int(h, ZMQ_SNDTIMEO, 0);
    option_int(h, ZMQ_RCVTIMEO, 0);
    option_int(h, ZMQ_SNDHWM, broadcast ? 50000 : 20000);
    option_int(h, ZMQ_RCVHWM, broadcast ? 50000 : socket->kind == BUS_DEALER ? DEALER_UNREAD_MAX : 20000);
    if (socket->kind == BUS_DEALER) {
        /* Together: a peer that stops right after its last answer is noticed within 1.3 s. */
        option_int(h, ZMQ_HEARTBEAT_IVL, 400);
        option_int(h, ZMQ_HEARTBEAT_TIMEOUT, 900);
        option_int(h, ZMQ_HEARTBEAT_TTL, 900);
    }
    /* Over TCP a machine that vanished is noticed even where no heartbeat runs. */
    option_int(h, ZMQ_TCP_KEEPALIVE, 1);
    option_int(h, ZMQ_TCP_KEEPALIVE_IDLE, 1);
    option_int(h, ZMQ_TCP_KEEPALIVE_INTVL, 1);
    option_int(h, ZMQ_TCP_KEEPALIVE_CNT, 3);
    option_int(h, ZMQ_TCP_MAXRT, 4000);
    option_int(h, ZMQ_RECONNECT_IVL, 5);
    option_int(h, ZMQ_RECONNECT_IVL_MAX, 200);
    CHECK(zmq_setsockopt(h, ZMQ_MAXMSGSIZE, &largest, sizeof largest) == 0);
    if (socket->kind == BUS_ROUTER) {
        option_int(h, ZMQ_ROUTER_MANDATORY, 1);
        option_int(h, ZMQ_ROUTER_HANDOVER, 1);
    }
    /* The simulated market waits for a reader that is behind, rather than skip trades. For all that it publishes: a message
     * that may be lost, and meets a full reader, puts him aside, and the ticks after it pass him by unsaid. */
    if (socket->kind == BUS_PUB && socket->endpoint == BUS_EXCHANGE_PUB) option_int(h, ZMQ_XPUB_NODROP, 1);
    if (socket->kind == BUS_PUB && socket->endpoint != BUS_EXCHANGE_PUB)
        option_int(h, ZMQ_XPUB_VERBOSE, 1); /* every new subscriber is noticed, not only the first */
}

static struct bus_socket *socket_new(struct bus *bus, enum bus_endpoint endpoint, enum bus_kind kind, struct err *err)
{
    static const int types[] = {
        [BUS_PUB] = ZMQ_XPUB, [BUS_SUB] = ZMQ_SUB, [BUS_ROUTER] = ZMQ_ROUTER, [BUS_DEALER] = ZMQ_DEALER};
    struct bus_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL) {
        err_set(err, ERR_FULL, "out of memory");
        return NULL;
    }
    socket->kind = kind;
    socket->endpoint = endpoint;
    socket->handle = zmq_socket(bus->context, types[kind]);
    if (socket->handle == NULL) {
        err_set(err, ERR_IO, "%s: %s", endpoints[endpoint].name, zmq_strerror(errno));
        free(socket);
        return NULL;
    }
    set_options(socket);
    return socket;
}

void bus_socket_close(struct bus_socket *socket)
{
    if (socket == NULL) return;
    if (socket->monitor != NULL) {
        zmq_socket_monitor(socket->handle, NULL, 0);
        zmq_close(socket->monitor);
    }
    zmq_close(socket->handle);
    explicit_bzero(socket->bytes, sizeof socket->bytes);
    free(socket);
}

void bus_linger(struct bus_socket *socket, int linger_ms)
{
    option_int(socket->handle, ZMQ_LINGER, linger_ms);
}

enum status bus_bind(struct bus *bus, enum bus_endpoint endpoint, enum bus_kind kind, struct bus_socket **out,
                     struct err *err)
{
    char address[ADDRESS_SIZE];
    CHECK(kind == BUS_PUB || kind == BUS_ROUTER);
    *out = NULL;
    struct bus_socket *socket = socket_new(bus, endpoint, kind, err);
    if (socket == NULL) return err != NULL ? err->status : ERR_IO;
    address_of(bus, endpoint, address);
    if (zmq_bind(socket->handle, address) != 0) {
        int code = errno;
        bus_socket_close(socket);
        return code == EADDRINUSE
                   ? err_set(err, ERR_BUSY, "%s: %.200s is taken by another program", endpoints[endpoint].name, address)
                   : err_set(err, ERR_IO, "%s: %.120s: %s", endpoints[endpoint].name, address, zmq_strerror(code));
    }
    *out = socket;
    return ERR_OK;
}

enum status bus_connect(struct bus *bus, enum bus_endpoint endpoint, enum bus_kind kind, const char *name,
                        struct bus_socket **out, struct err *err)
{
    char address[ADDRESS_SIZE];
    CHECK(kind == BUS_SUB || kind == BUS_DEALER);
    CHECK(strlen(name) < BUS_PEER_SIZE);
    *out = NULL;
    struct bus_socket *socket = socket_new(bus, endpoint, kind, err);
    if (socket == NULL) return err != NULL ? err->status : ERR_IO;
    if (kind == BUS_DEALER && name[0] != '\0')
        CHECK(zmq_setsockopt(socket->handle, ZMQ_ROUTING_ID, name, strlen(name)) == 0);
    address_of(bus, endpoint, address);
    enum status status = bus_monitor_open(bus, socket, err);
    if (status == ERR_OK && zmq_connect(socket->handle, address) != 0)
        status = err_set(err, ERR_IO, "%s: %.120s: %s", endpoints[endpoint].name, address, zmq_strerror(errno));
    if (status != ERR_OK) {
        bus_socket_close(socket);
        return status;
    }
    *out = socket;
    return ERR_OK;
}

void bus_subscribe(struct bus_socket *socket, const char *prefix)
{
    CHECK(socket->kind == BUS_SUB);
    CHECK(zmq_setsockopt(socket->handle, ZMQ_SUBSCRIBE, prefix, strlen(prefix)) == 0);
}

void bus_unsubscribe(struct bus_socket *socket, const char *prefix)
{
    CHECK(socket->kind == BUS_SUB);
    zmq_setsockopt(socket->handle, ZMQ_UNSUBSCRIBE, prefix, strlen(prefix));
}

static enum status send_failed(const struct bus_socket *socket, struct err *err)
{
    const char *name = endpoints[socket->endpoint].name;
    if (errno == EAGAIN || errno == EINTR)
        return err_set(err, ERR_BUSY, "%s: nobody is connected, or too far behind", name);
    if (errno == EHOSTUNREACH) return err_set(err, ERR_NOT_FOUND, "%s: who asked is gone", name);
    return err_set(err, ERR_IO, "%s: %s", name, zmq_strerror(errno));
}

/* head (size 0 = none) and the message, as one. */
static enum status send_frames(struct bus_socket *socket, const void *head, size_t head_size, const struct msg *msg,
                               struct err *err)
{
    size_t length = 0;
    enum status status = wire_encode(msg, socket->bytes, sizeof socket->bytes, &length, err);
    if (status != ERR_OK) return err_prefix(err, "%s", endpoints[socket->endpoint].name);
    if (head_size > 0 && zmq_send(socket->handle, head, head_size, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0)
        status = send_failed(socket, err);
    else if (zmq_send(socket->handle, socket->bytes, length, ZMQ_DONTWAIT) < 0)
        status = send_failed(socket, err);
    if (msg->id == MSG_LOGIN) explicit_bzero(socket->bytes, length);
    return status;
}

enum status bus_send(struct bus_socket *socket, const struct msg *msg, struct err *err)
{
    CHECK(socket->kind == BUS_DEALER);
    return send_frames(socket, NULL, 0, msg, err);
}

enum status bus_send_to(struct bus_socket *socket, const struct bus_peer *peer, const struct msg *msg, struct err *err)
{
    CHECK(socket->kind == BUS_ROUTER);
    if (peer->size == 0)
        return err_set(err, ERR_NOT_FOUND, "%s: nobody to answer to", endpoints[socket->endpoint].name);
    return send_frames(socket, peer->id, peer->size, msg, err);
}

enum status bus_publish(struct bus_socket *socket, const struct msg *msg, struct err *err)
{
    char topic[BUS_TOPIC_SIZE];
    CHECK(socket->kind == BUS_PUB);
    bus_topic(msg, topic);
    return send_frames(socket, topic, strlen(topic), msg, err);
}

struct frames {
    int count;               /* of the whole message */
    size_t size[FRAMES_MAX]; /* of the first ones; SIZE_MAX: did not fit */
    uint8_t head[BUS_PEER_SIZE];
    uint8_t *body; /* where the last expected one is kept */
};

/* All frames of one message, however many: the first `expected` are kept. false: nothing there. */
static bool read_frames(struct bus_socket *socket, int expected, struct frames *frames)
{
    int more = 1;
    frames->count = 0;
    frames->body = socket->bytes;
    while (more) {
        zmq_msg_t part;
        zmq_msg_init(&part);
        if (zmq_msg_recv(&part, socket->handle, ZMQ_DONTWAIT) < 0) {
            CHECK(errno == EAGAIN || errno == EINTR);
            zmq_msg_close(&part);
            return frames->count > 0; /* the rest of a message always follows at once */
        }
        int at = frames->count < 1000000 ? frames->count++ : frames->count;
        if (at < expected) {
            bool body = at == expected - 1;
            size_t room = body ? sizeof socket->bytes : sizeof frames->head;
            size_t size = zmq_msg_size(&part);
            frames->size[at] = size <= room ? size : SIZE_MAX;
            if (size <= room) memcpy(body ? frames->body : frames->head, zmq_msg_data(&part), size);
            /* It may have been a login. */
            explicit_bzero(zmq_msg_data(&part), size);
        }
        more = zmq_msg_more(&part);
        zmq_msg_close(&part);
    }
    return true;
}

static enum bus_result drop(struct bus_socket *socket)
{
    socket->dropped++;
    return BUS_DROPPED;
}

enum bus_result bus_receive(struct bus_socket *socket, struct msg *msg, struct bus_peer *peer, struct err *err)
{
    const char *name = endpoints[socket->endpoint].name;
    int expected = socket->kind == BUS_DEALER ? 1 : 2;
    struct frames frames;
    CHECK(socket->kind != BUS_PUB);
    if (!read_frames(socket, expected, &frames)) return BUS_EMPTY;
    if (frames.count != expected) {
        err_set(err, ERR_INVALID, "%s: a message of %d frames dropped (allowed 1)", name, frames.count - expected + 1);
        return drop(socket);
    }
    if (expected == 2 && frames.size[0] == SIZE_MAX) {
        err_set(err, ERR_INVALID, "%s: a message with a head of more than %d bytes dropped", name, BUS_PEER_SIZE);
        return drop(socket);
    }
    if (frames.size[expected - 1] == SIZE_MAX) {
        err_set(err, ERR_RANGE, "%s: a message of more than %d bytes dropped", name, WIRE_MAX);
        return drop(socket);
    }
    struct err why = {0};
    if (wire_decode(socket->bytes, frames.size[expected - 1], msg, &why) != ERR_OK) {
        err_set(err, why.status, "%s: a message dropped: %s", name, why.text);
        return drop(socket);
    }
    if (msg->id == MSG_LOGIN) explicit_bzero(socket->bytes, sizeof socket->bytes);
    if (peer != NULL && socket->kind == BUS_ROUTER) {
        peer->size = (uint8_t)frames.size[0];
        memcpy(peer->id, frames.head, frames.size[0]);
    }
    return BUS_MESSAGE;
}

uint64_t bus_dropped(const struct bus_socket *socket)
{
    return socket->dropped;
}

const char *bus_endpoint_name(enum bus_endpoint endpoint)
{
    CHECK((unsigned)endpoint < BUS_ENDPOINT_COUNT);
    return endpoints[endpoint].name;
}

enum bus_endpoint bus_socket_endpoint(const struct bus_socket *socket)
{
    return socket->endpoint;
}

void *bus_socket_handle(const struct bus_socket *socket)
{
    return socket->handle;
}
void *bus_socket_monitor(const struct bus_socket *socket)
{
    return socket->monitor;
}

/* Names have at most PATHS_RUNTIME_SIZE's rest of a socket address. */
static const struct endpoint endpoints[BUS_ENDPOINT_COUNT] = {
    [BUS_GATEWAY_PUB] = {"gateway-pub", 0, 0},
    [BUS_GATEWAY_ORDERS] = {"gateway-orders", 2, 1},
    [BUS_GATEWAY_CONTROL] = {"gateway-control", -1, 0},
    [BUS_STRATEGY_PUB] = {"strategy-pub", -1, 0},
    [BUS_STRATEGY_CONTROL] = {"strategy-control", -1, 0},
    [BUS_EXECUTOR_PUB] = {"executor-pub", -1, 0},
    [BUS_EXECUTOR_SIGNALS] = {"executor-signals", 1, 0},
    [BUS_EXECUTOR_CONTROL] = {"executor-control", -1, 0},
    [BUS_SUPERVISOR_PUB] = {"supervisor-pub", -1, 0},
    [BUS_SUPERVISOR_CONTROL] = {"supervisor-control", -1, 0},
    [BUS_EXCHANGE_PUB] = {"exchange-pub", -1, 0},
    [BUS_EXCHANGE_ORDERS] = {"exchange-orders", -1, 0},
    [BUS_EXCHANGE_CONTROL] = {"exchange-control", -1, 0},
};

/*
 * bus_watch: who comes and goes. ZeroMQ tells of connections through a monitor socket, and of subscriptions through the
 * PUB itself (an XPUB hears them as messages).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "core/check.h"
#include "gateway/bus_impl.h"

#define SUBSCRIPTIONS_A_LOOK 1000

enum status bus_monitor_open(struct bus *bus, struct bus_socket *socket, struct err *err)
{
    char address[64];
    snprintf(address, sizeof address, "inproc://monitor-%u", bus->monitors++);
    if (zmq_socket_monitor(socket->handle, address, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED) != 0)
        return err_set(err, ERR_IO, "%s: %s", bus_endpoint_name(socket->endpoint), zmq_strerror(errno));
    socket->monitor = zmq_socket(bus->context, ZMQ_PAIR);
    if (socket->monitor == NULL || zmq_connect(socket->monitor, address) != 0)
        return err_set(err, ERR_IO, "%s: %s", bus_endpoint_name(socket->endpoint), zmq_strerror(errno));
    int none = 0;
    zmq_setsockopt(socket->monitor, ZMQ_LINGER, &none, sizeof none);
    return ERR_OK;
}

/* Monitor events are two frames: event number and value, then the address. */
static void read_monitor(struct bus_socket *socket)
{
    zmq_msg_t part;
    while (socket->monitor != NULL) {
        zmq_msg_init(&part);
        if (zmq_msg_recv(&part, socket->monitor, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&part);
            return;
        }
        uint16_t event = 0;
        if (zmq_msg_more(&part) && zmq_msg_size(&part) >= sizeof event)
            memcpy(&event, zmq_msg_data(&part), sizeof event);
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
            socket->connected = true;
            socket->connections++;
        } else if (event == ZMQ_EVENT_DISCONNECTED) {
            socket->connected = false;
        }
        zmq_msg_close(&part);
    }
}

bool bus_connected(struct bus_socket *socket)
{
    read_monitor(socket);
    return socket->connected;
}

uint64_t bus_connections(struct bus_socket *socket)
{
    read_monitor(socket);
    return socket->connections;
}

/* A subscription arrives as a byte (1: on, 0: off) and the topic. */
static void read_subscriptions(struct bus_socket *socket)
{
    zmq_msg_t part;
    CHECK(socket->kind == BUS_PUB);
    for (int i = 0; i < SUBSCRIPTIONS_A_LOOK; i++) {
        zmq_msg_init(&part);
        int size = zmq_msg_recv(&part, socket->handle, ZMQ_DONTWAIT);
        const uint8_t *bytes = size > 0 ? zmq_msg_data(&part) : NULL;
        bool symbol = bytes != NULL && (size == 1 || (bytes[1] >= 'A' && bytes[1] <= 'Z'));
        socket->subscribed = socket->subscribed || (bytes != NULL && bytes[0] == 1);
        if (symbol && bytes[0] == 1)
            socket->symbols_wanted++;
        else if (symbol && bytes[0] == 0 && socket->symbols_wanted > 0)
            socket->symbols_wanted--;
        zmq_msg_close(&part);
        if (size < 0) break;
    }
}

bool bus_subscribed(struct bus_socket *socket)
{
    read_subscriptions(socket);
    bool subscribed = socket->subscribed;
    socket->subscribed = false;
    return subscribed;
}

uint32_t bus_symbols_wanted(struct bus_socket *socket)
{
    CHECK(socket->endpoint == BUS_EXCHANGE_PUB); /* elsewhere each subscriber is counted, and not each symbol */
    read_subscriptions(socket);
    return socket->symbols_wanted;
}

/*
 * bus_impl: the inside of gateway/bus.h, for bus*.c alone.
 *
 *   bus.c         sockets, their options, frames in and out
 *   bus_watch.c   who comes and goes: connections of a SUB or DEALER, subscriptions at a PUB
 *   bus_topic.c   under which words a message is published
 *
 * Owner: bus_open .. bus_close. Thread: one.
 */
#ifndef GATEWAY_BUS_IMPL_H
#define GATEWAY_BUS_IMPL_H

#include "core/wire.h"
#include "gateway/bus.h"

struct bus {
    void *context;
    bool tcp;
    char runtime[PATHS_RUNTIME_SIZE];
    char hosts[2][SETTING_TEXT_SIZE]; /* of ticks and signals; of orders */
    int ports[3];                     /* ticks, signals, orders */
    unsigned monitors;                /* numbers their addresses */
};

struct bus_socket {
    void *handle;
    void *monitor; /* DEALER, SUB: where connections come and go */
    enum bus_kind kind;
    enum bus_endpoint endpoint;
    uint64_t dropped;
    bool connected;
    uint64_t connections;
    uint32_t symbols_wanted;
    bool subscribed; /* PUB: somebody has, since bus_subscribed */
    uint8_t bytes[WIRE_MAX];
};

/* Connections coming and going, without asking the other end: the loop waits on the monitor too. */
enum status bus_monitor_open(struct bus *bus, struct bus_socket *socket, struct err *err);

#endif

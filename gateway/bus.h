/*
 * bus: the sockets between the processes, and nothing else may know that they are ZeroMQ.
 *
 * What a socket may be is fixed here, because every rule was paid for: PUSH/PULL loses what a killed receiver had
 * queued, PUB drops at its high-water mark, a REQ that retries duplicates a live order, a second bind of an ipc
 * endpoint steals it. So: PUB/SUB, and DEALER/ROUTER; LINGER 0, IMMEDIATE (nothing waits for a peer that is not there),
 * heartbeats 400/900 ms from the DEALERs, 64 KiB at most, finite high-water marks, ROUTER_MANDATORY, ROUTER_HANDOVER.
 * No call here ever blocks.
 *
 * A message is one frame of core/wire.h; PUB puts its topic in a frame before it and ROUTER the peer. Whatever arrives
 * otherwise - more frames, fewer, cut, garbage - is counted and dropped, and touches nothing else.
 *
 * Endpoints are names: sockets in the runtime directory, or (link.transport = tcp) three ports: gateway-pub,
 * executor-signals, gateway-orders. The rest, and all control, never leaves the machine.
 *
 * Not here: who may bind (gateway/lock.h: take the role's lock first), waiting (gateway/loop.h).
 * Errors: what was not sent is the caller's to say again or to drop; a bind that fails names endpoint and address.
 * Unit: linger_ms. Owner: bus_open .. bus_close, after all its sockets. Thread: one.
 */
#ifndef GATEWAY_BUS_H
#define GATEWAY_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/msg.h"
#include "core/settings.h"
#include "gateway/paths.h"

#define BUS_TOPIC_SIZE 32
#define BUS_PEER_SIZE  32

enum bus_endpoint {
    BUS_GATEWAY_PUB = 0,
    BUS_GATEWAY_ORDERS,  /* ROUTER: orders, cancels, and the queries of the other agents */
    BUS_GATEWAY_CONTROL, /* ROUTER: control, login, queries; served before orders */
    BUS_STRATEGY_PUB,
    BUS_STRATEGY_CONTROL,
    BUS_EXECUTOR_PUB,
    BUS_EXECUTOR_SIGNALS,
    BUS_EXECUTOR_CONTROL,
    BUS_SUPERVISOR_PUB,
    BUS_SUPERVISOR_CONTROL,
    BUS_EXCHANGE_PUB,
    BUS_EXCHANGE_ORDERS,  /* ROUTER: a broker's line: login, orders, cancels, queries */
    BUS_EXCHANGE_CONTROL, /* ROUTER: the simulation's operator: pause, speed, seek, status, log */
    BUS_ENDPOINT_COUNT
};

enum bus_kind { BUS_PUB = 1, BUS_SUB, BUS_ROUTER, BUS_DEALER };

struct bus;
struct bus_socket;

/* Who sent it, at a ROUTER. */
struct bus_peer {
    uint8_t size;
    uint8_t id[BUS_PEER_SIZE];
};

enum bus_result {
    BUS_EMPTY = 0, /* nothing there */
    BUS_MESSAGE,
    BUS_DROPPED, /* something that is no message of ours: counted, gone; err says what */
};

enum status bus_open(struct bus **out, const struct settings *settings, const struct paths *paths, struct err *err);
void bus_close(struct bus *bus);

/* PUB, ROUTER. ERR_BUSY: "tcp://127.0.0.1:5557: taken by another program"; ERR_IO. */
enum status bus_bind(struct bus *bus, enum bus_endpoint endpoint, enum bus_kind kind, struct bus_socket **out,
                     struct err *err);
/* SUB, DEALER. The other end need not be there yet. name: the DEALER's own at the other end's ROUTER ("" = given by
 * it); two peers must not use one name at once. */
enum status bus_connect(struct bus *bus, enum bus_endpoint endpoint, enum bus_kind kind, const char *name,
                        struct bus_socket **out, struct err *err);
void bus_socket_close(struct bus_socket *socket); /* NULL is fine */
/* Let bus_close wait up to linger_ms until what was sent has left (a last answer); otherwise it is dropped. */
void bus_linger(struct bus_socket *socket, int linger_ms);

/* SUB: topics that start so ("" = all). */
void bus_subscribe(struct bus_socket *socket, const char *prefix);
void bus_unsubscribe(struct bus_socket *socket, const char *prefix);
/* What the gateway says of everything but depth: "~..." and every symbol. */
void bus_subscribe_without_depth(struct bus_socket *socket);

/* DEALER. ERR_BUSY: nobody is connected, or he is too far behind; nothing was sent then. */
enum status bus_send(struct bus_socket *socket, const struct msg *msg, struct err *err);
/* ROUTER. ERR_NOT_FOUND: that peer is gone; ERR_BUSY: too far behind. */
enum status bus_send_to(struct bus_socket *socket, const struct bus_peer *peer, const struct msg *msg, struct err *err);
/* PUB, under bus_topic(). A subscriber that is too far behind loses it. At the exchange it is sent to all or to none:
 * ERR_BUSY, to be tried again when he has read. */
enum status bus_publish(struct bus_socket *socket, const struct msg *msg, struct err *err);

/* PUB of the exchange: how many symbols somebody subscribes to by now ("" counts as one). */
uint32_t bus_symbols_wanted(struct bus_socket *socket);

/* PUB: has somebody subscribed since the last call? What is published from now on reaches him. */
bool bus_subscribed(struct bus_socket *socket);

/* One message, without waiting. peer (may be NULL): ROUTER only. err (may be NULL) only for BUS_DROPPED. */
enum bus_result bus_receive(struct bus_socket *socket, struct msg *msg, struct bus_peer *peer, struct err *err);

/* How many arrivals were dropped as garbage. */
uint64_t bus_dropped(const struct bus_socket *socket);

/* DEALER and SUB: is the other end there, and how many times has it come (a new number = a new connection). One that
 * stands still without closing is gone after 1.3 s for a DEALER, never for a SUB. What a DEALER has not read when its
 * line ends is lost. */
bool bus_connected(struct bus_socket *socket);
uint64_t bus_connections(struct bus_socket *socket);

/* The topic of a message: a tick's symbol, "depth:MXFH1", "~event", "~guard", "~" + its kind's name. Returns buf. */
const char *bus_topic(const struct msg *msg, char buf[BUS_TOPIC_SIZE]);

/* "gateway-pub" */
const char *bus_endpoint_name(enum bus_endpoint endpoint);
enum bus_endpoint bus_socket_endpoint(const struct bus_socket *socket);

/* For gateway/loop.c: the sockets to wait on (the second may be NULL). */
void *bus_socket_handle(const struct bus_socket *socket);
void *bus_socket_monitor(const struct bus_socket *socket);

#endif

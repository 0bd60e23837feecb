/* net: packets that are lost, repeated, late and out of order; connections that break; and the bus that upstream (the real
 * one) speaks to. Answers keep their order, as on a stream; an order's line repeats nothing by itself: what it repeated
 * would be two orders, and nobody's fault here. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "tests/sim/world.h"

#define NONE          UINT32_MAX
#define BASE_DELAY_US 20000

/* --- packets --------------------------------------------------------------------------------------------------------- */

static uint32_t packet_take(struct world *world)
{
    if (world->packet_free != NONE) {
        const uint32_t at = world->packet_free;
        world->packet_free = world->packets[at].next_free;
        return at;
    }
    if (world->packet_count == world->packet_room) {
        world->packet_room = world->packet_room == 0 ? 256 : world->packet_room * 2;
        world->packets = realloc(world->packets, world->packet_room * sizeof *world->packets);
        CHECK(world->packets != NULL);
    }
    return world->packet_count++;
}

static int64_t arrival_us(struct world *world, struct link *link, enum way way, const struct msg *msg, bool answer)
{
    const bool late = !answer && world_chance(world, world->chaos.late);
    const bool venue_says = link->server == NODE_EXCHANGE && way != TO_SERVER;
    int64_t due_us = world->now_us + 200 + rng_range(&world->rng, 0, BASE_DELAY_US);
    /* Its answers come in time to be waited for, or nobody would ever be logged in there. */
    if (venue_says) due_us += answer ? world->chaos.venue_delay_us / 4 : world->chaos.venue_delay_us;
    if (late) {
        due_us += rng_range(&world->rng, 0, world->chaos.delay_us);
    } else {
        if (due_us <= link->last_due_us[way]) due_us = link->last_due_us[way] + 1;
        link->last_due_us[way] = due_us;
    }
    if (venue_says && due_us - world->now_us > SIM_ACK_TIMEOUT_US && msg->id == MSG_VENUE_EXEC) world->totals.late++;
    const bool order = way == TO_SERVER && link->server == NODE_EXCHANGE && msg->id == MSG_ORDER_REQUEST;
    const int64_t latest_us = world->now_us + SIM_IN_FLIGHT_US - 100000;
    return order && due_us > latest_us ? latest_us : due_us;
}

static void packet_send(struct world *world, enum link_id id, enum way way, const struct msg *msg, bool answer)
{
    struct link *link = &world->links[id];
    const int64_t due_us = arrival_us(world, link, way, msg, answer);
    const uint32_t at = packet_take(world);
    struct packet *packet = &world->packets[at];
    memcpy(&packet->msg, msg, sizeof packet->msg);
    packet->link = id;
    packet->way = way;
    packet->generation = link->generation;
    packet->answer = answer;
    packet->life = 0;
    world_schedule(world, due_us, EVENT_PACKET, at);
}

void net_send(struct world *world, enum link_id id, enum way way, const struct msg *msg, bool answer)
{
    const struct link *link = &world->links[id];
    if (!link->up) return;
    if (world_chance(world, world->chaos.drop)) {
        world->totals.drops++;
        return;
    }
    packet_send(world, id, way, msg, answer);
    const bool order = way == TO_SERVER && link->server == NODE_EXCHANGE && msg->id == MSG_ORDER_REQUEST;
    if (!answer && !order && world_chance(world, world->chaos.repeat)) {
        world->totals.repeats++;
        packet_send(world, id, way, msg, answer);
    }
}

static const struct node_ops *ops_of(enum node_id id)
{
    static const struct node_ops *const ops[SIM_NODES] = {&strategy_ops, &executor_ops, &gateway_ops, &exchange_ops};
    return ops[id];
}

static void tell_packet(const struct world *world, const char *name, const struct msg *msg)
{
    const char *kind = msg_type(msg->id)->name;
    if (msg->id == MSG_ORDER_REQUEST || msg->id == MSG_CANCEL_REQUEST)
        world_tell(world, "%s gets %s %s", name, kind, (const char *)msg->bytes);
    else if (msg->id == MSG_QUERY)
        world_tell(world, "%s gets query %s '%s' from %llu", name, query_kind_name(msg->query.kind), msg->query.text,
                   (unsigned long long)msg->query.from_seq);
    else if (msg->id == MSG_VENUE_ORDER_STATUS)
        world_tell(world, "%s gets venue_order_status found %d", name, msg->venue_order_status.found);
    else if (msg->id == MSG_VENUE_EXEC)
        world_tell(world, "%s gets venue_exec %llu %s %s", name, (unsigned long long)msg->venue_exec.seq,
                   exec_kind_name(msg->venue_exec.kind), msg->venue_exec.client_order_id);
    else if (msg->id == MSG_REPLY)
        world_tell(world, "%s gets reply %d %lld %s", name, msg->reply.status, (long long)msg->reply.number,
                   msg->reply.text);
    else if (msg->id == MSG_SIGNAL)
        world_tell(world, "%s gets signal %llu %s", name, (unsigned long long)msg->signal.seq,
                   msg->signal.order.client_order_id);
    else if (msg->id == MSG_SIGNAL_ACK)
        world_tell(world, "%s gets signal_ack %llu %s %s", name, (unsigned long long)msg->signal_ack.seq,
                   msg->signal_ack.client_order_id, msg->signal_ack.reason);
    else
        world_tell(world, "%s gets %s", name, kind);
}

void net_deliver(struct world *world, uint32_t at)
{
    const struct packet packet = world->packets[at];
    const struct link *link = &world->links[packet.link];
    struct node *node = &world->nodes[packet.way == TO_SERVER ? link->server : link->client];
    if (node->alive && world->now_us < node->stalled_until_us) {
        /* It waits in the stopped process's queue, and dies with it. */
        world->packets[at].life = node->life;
        world_schedule(world, node->stalled_until_us + 1, EVENT_PACKET, at);
        return;
    }
    world->packets[at].next_free = world->packet_free;
    world->packet_free = at;
    if (!node->alive || (packet.life != 0 && packet.life != node->life)) return;
    if (packet.generation != link->generation) {
        /* What was under way when the connection broke: an answer is cut off, the rest may have been read already. */
        if (packet.answer || packet.way == PUBLISHED || !rng_chance(&world->rng, 1, 2)) return;
    }
    if (world->verbose) tell_packet(world, ops_of(node->id)->name, &packet.msg);
    ops_of(node->id)->receive(world, &packet);
}

/* --- connections ------------------------------------------------------------------------------------------------------- */

void net_break(struct world *world, enum link_id id, int64_t down_us)
{
    struct link *link = &world->links[id];
    if (!link->up) return;
    link->up = false;
    link->generation++;
    link->down_until_us = world->now_us + down_us;
    world->totals.breaks++;
    world_tell(world, "the line %d breaks for %lld ms", (int)id, (long long)(down_us / 1000));
}

/* Heartbeats find a peer that has stopped within a second and a half. */
static bool silent(const struct world *world, const struct node *node)
{
    return !node->alive || (world->now_us < node->stalled_until_us && node->stalled_until_us - world->now_us > 1500000);
}

void net_links(struct world *world)
{
    for (int i = 0; i < SIM_LINKS; i++) {
        struct link *link = &world->links[i];
        const struct node *client = &world->nodes[link->client], *server = &world->nodes[link->server];
        const bool both = !silent(world, client) && !silent(world, server);
        if (link->up && (!both || rng_chance(&world->rng, world->chaos.outage, 10000))) {
            net_break(world, (enum link_id)i, both ? rng_range(&world->rng, 20000, 3000000) : 20000);
        } else if (!link->up && node_runs(client, world->now_us) && node_runs(server, world->now_us) &&
                   world->now_us >= link->down_until_us) {
            link->up = true;
            link->connections++;
            memset(link->last_due_us, 0, sizeof link->last_due_us);
        }
    }
}

/* --- the bus of gateway/upstream.c -------------------------------------------------------------------------------------- */

struct bus_socket *bus_socket_of(struct bus *bus, enum link_id link, bool sub)
{
    struct bus_socket *socket = &bus->sockets[sub ? 1 : 0];
    CHECK(socket->link == link);
    return socket;
}

bool bus_push(struct bus_socket *socket, const struct msg *msg)
{
    if (socket->count == SIM_QUEUE_MAX) return false;
    memcpy(&socket->queue[(socket->first + socket->count++) % SIM_QUEUE_MAX], msg, sizeof *msg);
    return true;
}

void bus_clear(struct bus *bus)
{
    bus->sockets[0].count = bus->sockets[1].count = 0;
}

enum status bus_connect(struct bus *bus, enum bus_endpoint endpoint, enum bus_kind kind, const char *name,
                        struct bus_socket **out, struct err *err)
{
    (void)endpoint;
    (void)name;
    (void)err;
    struct bus_socket *socket = &bus->sockets[kind == BUS_SUB ? 1 : 0];
    if (bus->queues == NULL) bus->queues = calloc(2 * (size_t)SIM_QUEUE_MAX, sizeof *bus->queues);
    CHECK(bus->queues != NULL);
    *socket = (struct bus_socket){.world = bus->world,
                                  .link = bus->node == NODE_STRATEGY ? LINK_STRATEGY : LINK_EXECUTOR,
                                  .sub = kind == BUS_SUB,
                                  .queue = bus->queues + (kind == BUS_SUB ? SIM_QUEUE_MAX : 0)};
    *out = socket;
    return ERR_OK;
}

void bus_socket_close(struct bus_socket *socket)
{
    (void)socket;
}

void bus_subscribe(struct bus_socket *socket, const char *prefix)
{
    (void)socket;
    (void)prefix;
}

void bus_subscribe_without_depth(struct bus_socket *socket)
{
    (void)socket;
}

bool bus_connected(struct bus_socket *socket)
{
    return socket->world->links[socket->link].up;
}

uint64_t bus_connections(struct bus_socket *socket)
{
    return socket->world->links[socket->link].connections;
}

enum status bus_send(struct bus_socket *socket, const struct msg *msg, struct err *err)
{
    if (!bus_connected(socket)) return err_set(err, ERR_BUSY, "nobody is connected");
    net_send(socket->world, socket->link, TO_SERVER, msg, false);
    return ERR_OK;
}

enum bus_result bus_receive(struct bus_socket *socket, struct msg *msg, struct bus_peer *peer, struct err *err)
{
    (void)peer;
    (void)err;
    if (socket->count == 0) return BUS_EMPTY;
    memcpy(msg, &socket->queue[socket->first], sizeof *msg);
    socket->first = (socket->first + 1) % SIM_QUEUE_MAX;
    socket->count--;
    return BUS_MESSAGE;
}

void loop_add_socket(struct loop *loop, struct bus_socket *socket)
{
    (void)loop;
    (void)socket;
}

void loop_remove_socket(struct loop *loop, const struct bus_socket *socket)
{
    (void)loop;
    (void)socket;
}

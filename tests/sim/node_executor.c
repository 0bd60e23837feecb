/* node_executor: gateway/executor_agent.c over the simulated network. */
#include "core/check.h"
#include "tests/sim/world.h"

#define RESEND_US      250000
#define ASK_TIMEOUT_US 1000000

static struct node *self(struct world *world)
{
    return &world->nodes[NODE_EXECUTOR];
}

static void on_feed_message(void *context, const struct msg *msg, int64_t now_us)
{
    struct world *world = context;
    struct sink *sink = &self(world)->sink;
    struct err err;
    if (msg->id == MSG_TICK) {
        executor_on_tick(world->executor, &msg->tick);
        return;
    }
    if (msg->id == MSG_ORDER_EVENT) {
        if (executor_on_order_event(world->executor, &msg->order_event, now_us, sink, &err) != ERR_OK)
            world_fail(world, "the executor refuses an event that upstream handed on: %s", err.text);
    } else if (msg->id == MSG_HEARTBEAT) {
        executor_on_heartbeat(world->executor, &msg->heartbeat);
    } else if (msg->id == MSG_CONTRACT) {
        executor_on_contract(world->executor, &msg->contract);
    } else if (msg->id == MSG_MARKET) {
        executor_on_market(world->executor, &msg->market, now_us, sink);
    } else {
        return;
    }
    node_end_step(self(world));
}

static enum status take_row(void *context, const struct msg *msg, struct err *err)
{
    struct world *world = context;
    const bool forgets = world->sabotage == SABOTAGE_DOUBLE_FILL;
    if (forgets && (msg->id == MSG_CURSOR || msg->id == MSG_ORDER_EVENT)) return ERR_OK;
    return executor_restore(world->executor, msg, err);
}

static void restore(struct world *world)
{
    static const enum table_id tables[] = {TABLE_POSITION, TABLE_LOTS,  TABLE_CURSOR,
                                           TABLE_ORDER,    TABLE_EVENT, TABLE_ACK};
    files_restore(self(world), restore_for_executor, tables, sizeof tables / sizeof tables[0], take_row);
    upstream_seek_events(world->executor_upstream, executor_events_seq(world->executor));
}

static void birth(struct world *world)
{
    const struct executor_config config = {.install = SIM_INSTALL,
                                           .session = ++self(world)->store.session,
                                           .resend_us = RESEND_US,
                                           .time_to_live_us = SIM_TTL_US,
                                           .commission = PRICE_POINTS(10),
                                           .max_orders = 768};
    const struct upstream_config links = {.bus = &world->buses[NODE_EXECUTOR],
                                          .name = "executor",
                                          .repeats = true,
                                          .timeout_us = ASK_TIMEOUT_US,
                                          .context = world,
                                          .on_message = on_feed_message};
    struct err err;
    world->executor = executor_new(&config);
    CHECK(world->executor != NULL && upstream_open(&world->executor_upstream, &links, &err) == ERR_OK);
    restore(world);
}

static void death(struct world *world)
{
    executor_free(world->executor);
    upstream_close(world->executor_upstream);
    world->executor = NULL;
    world->executor_upstream = NULL;
    bus_clear(&world->buses[NODE_EXECUTOR]);
}

static void work(struct world *world)
{
    struct node *node = self(world);
    while (upstream_work(world->executor_upstream, world->now_us) <= world->now_us && !node->dying) continue;
    if (world->now_us < node->timer_us) return;
    node->timer_us = world->now_us + SIM_WORK_US;
    executor_on_timer(world->executor, world->now_us, &node->sink);
    node_end_step(node);
}

static void receive(struct world *world, const struct packet *packet)
{
    struct sink *sink = &self(world)->sink;
    if (packet->link != LINK_SIGNALS) {
        struct bus_socket *socket =
            bus_socket_of(&world->buses[NODE_EXECUTOR], LINK_EXECUTOR, packet->way == PUBLISHED);
        if (bus_push(socket, &packet->msg)) work(world);
        return;
    }
    if (packet->msg.id == MSG_SIGNAL)
        executor_on_signal(world->executor, &packet->msg.signal, world->now_us, sink);
    else if (packet->msg.id == MSG_CANCEL_COMMAND)
        executor_on_cancel_command(world->executor, &packet->msg.cancel_command, world->now_us, sink);
    node_end_step(self(world));
}

static void release(struct world *world, enum port port, const struct msg *msg)
{
    if (port == PORT_ACK) net_send(world, LINK_SIGNALS, TO_CLIENT, msg, false);
    if (port == PORT_ORDER) {
        struct msg sent = *msg;
        if (world->sabotage == SABOTAGE_NO_EXPIRY && sent.id == MSG_ORDER_REQUEST) sent.order_request.expires_us = 0;
        net_send(world, LINK_EXECUTOR, TO_SERVER, &sent, false);
    }
}

const struct node_ops executor_ops = {
    .name = "executor", .birth = birth, .death = death, .receive = receive, .work = work, .release = release};

/* node_strategy: gateway/strategy_agent.c over the simulated network. */
#include "core/check.h"
#include "tests/sim/world.h"

#define RESEND_US      250000
#define ASK_TIMEOUT_US 1000000

static struct node *self(struct world *world)
{
    return &world->nodes[NODE_STRATEGY];
}

static void on_event(struct world *world, const struct order_event *said, int64_t now_us)
{
    struct order_event event = *said;
    struct err err;
    if (world->sabotage == SABOTAGE_LOST_LOT && event.kind == EXEC_FILL && event.request.leg == LEG_ENTRY)
        event.fill_quantity--;
    if (strategy_on_order_event(world->strategy, &event, now_us, &self(world)->sink, &err) != ERR_OK)
        world_fail(world, "the strategy refuses an event that upstream handed on: %s", err.text);
}

static void on_feed_message(void *context, const struct msg *msg, int64_t now_us)
{
    struct world *world = context;
    struct sink *sink = &self(world)->sink;
    if (msg->id == MSG_TICK) {
        check_tick(world, &msg->tick);
        strategy_on_tick(world->strategy, &msg->tick, now_us, sink);
    } else if (msg->id == MSG_ORDER_EVENT) {
        on_event(world, &msg->order_event, now_us);
    } else if (msg->id == MSG_FEED) {
        check_heartbeat(world, &msg->feed);
    } else if (msg->id == MSG_SESSION) {
        strategy_on_session(world->strategy, &msg->session);
    } else if (msg->id == MSG_CONTRACT) {
        strategy_on_contract(world->strategy, &msg->contract);
    } else if (msg->id == MSG_MARKET) {
        strategy_on_market(world->strategy, &msg->market, now_us, sink);
    } else {
        return;
    }
    node_end_step(self(world));
}

static void on_stale(void *context, const char *symbol, bool stale, int64_t now_us)
{
    struct world *world = context;
    if (stale) world->totals.gaps++;
    world->stale[sim_symbol_index(symbol)] = stale;
    world_tell(world, "strategy: %s is %s", symbol, stale ? "stale" : "whole");
    strategy_on_stale(world->strategy, symbol, stale, now_us, &self(world)->sink);
    node_end_step(self(world));
}

static void wait_for(struct world *world, const char *symbol)
{
    upstream_watch(world->strategy_upstream, symbol);
    world->restored[sim_symbol_index(symbol)] = true;
}

static void on_lost(void *context, const char *symbol, uint64_t ticks, int64_t now_us)
{
    struct world *world = context;
    world->lost_said[sim_symbol_index(symbol)] = true;
    world_tell(world, "strategy: %llu ticks of %s are lost", (unsigned long long)ticks, symbol);
    strategy_on_lost(world->strategy, symbol, ticks, now_us, &self(world)->sink);
    node_end_step(self(world));
}

static enum status take_row(void *context, const struct msg *msg, struct err *err)
{
    struct world *world = context;
    if (msg->id == MSG_SIGNAL && msg->signal.acknowledged) return ERR_OK;
    if (msg->id == MSG_CONDITION && !condition_terminal(msg->condition.state))
        wait_for(world, msg->condition.terms.symbol);
    return strategy_restore(world->strategy, msg, err);
}

static void restore(struct world *world)
{
    static const enum table_id tables[] = {TABLE_CONDITION, TABLE_SIGNAL, TABLE_CURSOR};
    files_restore(self(world), restore_for_strategy, tables, sizeof tables / sizeof tables[0], take_row);
    for (int i = 0; i < SIM_SYMBOLS; i++) {
        uint64_t epoch = 0;
        const uint64_t seq = strategy_tick_seq(world->strategy, sim_symbols[i], &epoch);
        if (seq > 0) upstream_seek_ticks(world->strategy_upstream, sim_symbols[i], epoch, seq);
        world->handed_epoch[i] = epoch;
        world->handed_seq[i] = seq;
        world->handed_day[i] = 0; /* how much had traded is not stored */
    }
    upstream_seek_events(world->strategy_upstream, strategy_events_seq(world->strategy));
}

static void birth(struct world *world)
{
    const struct strategy_config config = {
        .install = SIM_INSTALL, .time_to_live_us = SIM_TTL_US, .resend_us = RESEND_US, .max_conditions = 1000};
    const struct upstream_config links = {.bus = &world->buses[NODE_STRATEGY],
                                          .name = "strategy",
                                          .ticks_in_order = true,
                                          .timeout_us = ASK_TIMEOUT_US,
                                          .context = world,
                                          .on_message = on_feed_message,
                                          .on_stale = on_stale,
                                          .on_lost = on_lost};
    struct err err;
    world->strategy = strategy_new(&config);
    CHECK(world->strategy != NULL && upstream_open(&world->strategy_upstream, &links, &err) == ERR_OK);
    world->heard_us = world->now_us;
    restore(world);
}

static void death(struct world *world)
{
    strategy_free(world->strategy);
    upstream_close(world->strategy_upstream);
    world->strategy = NULL;
    world->knows_events = false;
    for (int i = 0; i < SIM_SYMBOLS; i++) {
        world->stale[i] = world->restored[i] = world->lost_said[i] = false;
        world->handed_day[i] = 0;
    }
    world->strategy_upstream = NULL;
    bus_clear(&world->buses[NODE_STRATEGY]);
}

static void work(struct world *world)
{
    struct node *node = self(world);
    while (upstream_work(world->strategy_upstream, world->now_us) <= world->now_us && !node->dying) continue;
    if (node->dying) return;
    const bool caught_up = upstream_caught_up(world->strategy_upstream);
    world->knows_events = world->knows_events || caught_up;
    if (caught_up) strategy_on_caught_up(world->strategy);
    if (world->now_us < node->timer_us) return;
    node->timer_us = world->now_us + SIM_WORK_US;
    strategy_on_timer(world->strategy, world->now_us, &node->sink);
    node_end_step(node);
}

static void receive(struct world *world, const struct packet *packet)
{
    if (packet->link == LINK_SIGNALS) {
        if (packet->msg.id != MSG_SIGNAL_ACK) return;
        strategy_on_ack(world->strategy, &packet->msg.signal_ack, world->now_us, &self(world)->sink);
        node_end_step(self(world));
        return;
    }
    struct bus_socket *socket = bus_socket_of(&world->buses[NODE_STRATEGY], LINK_STRATEGY, packet->way == PUBLISHED);
    struct msg msg = packet->msg;
    if (world->sabotage == SABOTAGE_GAP_BLIND && msg.id == MSG_TICK)
        msg.tick.sym_seq = ++world->blind_seq[sim_symbol_index(msg.tick.symbol)];
    if (world->sabotage == SABOTAGE_GAP_BLIND && msg.id == MSG_FEED) msg.feed.last_seq = 0;
    if (bus_push(socket, &msg)) work(world);
}

static void release(struct world *world, enum port port, const struct msg *msg)
{
    if (port == PORT_SIGNAL) {
        net_send(world, LINK_SIGNALS, TO_SERVER, msg, false);
    } else if (port == PORT_ORDER && msg->id == MSG_CANCEL_REQUEST) {
        struct msg command;
        msg_init(&command, MSG_CANCEL_COMMAND);
        command.cancel_command.cancel = msg->cancel_request;
        net_send(world, LINK_SIGNALS, TO_SERVER, &command, false);
    }
}

const struct node_ops strategy_ops = {
    .name = "strategy", .birth = birth, .death = death, .receive = receive, .work = work, .release = release};

/* sim_world: see the header. The network and the processes are here, the venue in sim_venue.c. */
#include "tests/core/sim_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/session.h"
#include "core/text.h"

#define TRADING_DAY 20210727
#define RESEND_US ((int64_t)200000)
#define TTL_US ((int64_t)5000000)

void msg_list_add(struct msg_list *list, const struct msg *msg) {
    if (list->count == list->room) {
        list->room = list->room == 0 ? 64 : list->room * 2;
        list->items = realloc(list->items, list->room * sizeof *list->items);
        CHECK(list->items != NULL);
    }
    list->items[list->count++] = *msg;
}

void msg_list_free(struct msg_list *list) {
    free(list->items);
    memset(list, 0, sizeof *list);
}

/* --- network ------------------------------------------------------------------------------------------------------ */

static void packet_add(struct world *world, enum sim_node from, enum sim_node to, const struct msg *msg) {
    struct packets *net = &world->network;
    if (net->count == net->room) {
        net->room = net->room == 0 ? 64 : net->room * 2;
        net->items = realloc(net->items, net->room * sizeof *net->items);
        CHECK(net->items != NULL);
    }
    int64_t delay = rng_chance(&world->rng, 3, 4) ? rng_range(&world->rng, 0, 40000)
                                                  : rng_range(&world->rng, 0, world->chaos.delay_us);
    net->items[net->count++] = (struct packet){.msg = *msg, .from = from, .to = to, .due_us = world->now_us + delay};
}

static void network_send(struct world *world, enum sim_node from, enum sim_node to, const struct msg *msg) {
    if (rng_chance(&world->rng, world->chaos.drop, 1000)) {
        world->drops++;
        return;
    }
    packet_add(world, from, to, msg);
    /* A connection repeats nothing by itself; what an order's line repeats would be two orders, and nobody's fault
     * here. */
    bool order = to == NODE_VENUE && msg->id == MSG_ORDER_REQUEST;
    if (!order && rng_chance(&world->rng, world->chaos.repeat, 1000)) {
        world->repeats++;
        packet_add(world, from, to, msg);
    }
}

static void venue_say(void *context, const struct msg *msg) {
    network_send(context, NODE_VENUE, NODE_GATE, msg);
}

/* --- processes: one commit, then the rest ------------------------------------------------------------------------- */

static void process_emit(void *context, enum port port, const struct msg *msg) {
    struct sim_process *process = context;
    struct err err;
    if (msg_check(msg, &err) != ERR_OK) {
        fprintf(stderr, "emitted a message that cannot be sent: %s\n", err.text);
        abort();
    }
    msg_list_add(&process->step, msg);
    if (process->ports_room < process->step.room) {
        process->ports_room = process->step.room;
        process->ports = realloc(process->ports, process->ports_room * sizeof *process->ports);
        CHECK(process->ports != NULL);
    }
    process->ports[process->step.count - 1] = port;
}

static bool same_row(const struct msg *a, const struct msg *b) {
    if (a->id != b->id) return false;
    if (a->id == MSG_ORDER) return strcmp(a->order.request.client_order_id, b->order.request.client_order_id) == 0;
    if (a->id == MSG_CURSOR) return strcmp(a->cursor.stream, b->cursor.stream) == 0;
    if (a->id == MSG_CONDITION_LOTS)
        return strcmp(a->condition_lots.symbol, b->condition_lots.symbol) == 0 &&
               a->condition_lots.condition_id == b->condition_lots.condition_id;
    if (a->id == MSG_POSITION)
        return strcmp(a->position.symbol, b->position.symbol) == 0 &&
               strcmp(a->position.account, b->position.account) == 0 &&
               a->position.trading_day == b->position.trading_day;
    return a->id == MSG_GUARD_STATE || a->id == MSG_GUARD_LIMITS;
}

static void commit(struct sim_process *process) {
    for (size_t i = 0; i < process->step.count; i++) {
        const struct msg *msg = &process->step.items[i];
        size_t at = 0;
        if (process->ports[i] != PORT_STORE || msg->id == MSG_RISK_EVENT) continue;
        while (at < process->store.count && !same_row(&process->store.items[at], msg)) at++;
        if (at < process->store.count)
            process->store.items[at] = *msg;
        else
            msg_list_add(&process->store, msg);
    }
}

static void release(struct world *world, enum sim_node from, enum port port, const struct msg *msg) {
    if (port == PORT_ACK) network_send(world, from, NODE_STRATEGY, msg);
    if (port == PORT_ORDER) network_send(world, from, NODE_GATE, msg);
    if (port == PORT_VENUE && world->logged_in) network_send(world, from, NODE_VENUE, msg);
    if (port == PORT_PUBLISH && msg->id == MSG_ORDER_EVENT) {
        if (msg->order_event.kind == EXEC_UNKNOWN) world->unknowns++;
        network_send(world, from, NODE_EXECUTOR, msg);
    }
}

static void die(struct world *world, enum sim_node node) {
    struct sim_process *process = node == NODE_GATE ? &world->gate_process : &world->executor_process;
    process->alive = false;
    process->restart_us = world->now_us + rng_range(&world->rng, 0, 1500000);
    process->run++;
    world->crashes++;
    if (node == NODE_GATE) {
        gate_free(world->gate);
        world->gate = NULL;
        world->logged_in = false;
    } else {
        executor_free(world->executor);
        world->executor = NULL;
    }
}

/* The end of a step: true while the process lives. */
static bool step_end(struct world *world, enum sim_node node) {
    struct sim_process *process = node == NODE_GATE ? &world->gate_process : &world->executor_process;
    size_t effects = process->step.count;
    bool crash = effects > 0 && rng_chance(&world->rng, world->chaos.crash, 1000);
    size_t leave = crash ? (size_t)rng_range(&world->rng, 0, (int64_t)effects) : effects;
    bool committed = !crash || rng_chance(&world->rng, 4, 5);
    if (committed) {
        commit(process);
        for (size_t i = 0; i < leave; i++)
            if (process->ports[i] != PORT_STORE) release(world, node, process->ports[i], &process->step.items[i]);
    }
    process->step.count = 0;
    if (crash) die(world, node);
    return !crash;
}

static struct sink sink_of(struct sim_process *process) {
    return (struct sink){.context = process, .emit = process_emit};
}

static void restore_all(struct world *world, enum sim_node node, enum msg_id id) {
    struct sim_process *process = node == NODE_GATE ? &world->gate_process : &world->executor_process;
    struct err err = {0};
    for (size_t i = 0; i < process->store.count; i++) {
        const struct msg *msg = &process->store.items[i];
        if (msg->id != id) continue;
        enum status status =
            node == NODE_GATE ? gate_restore(world->gate, msg, &err) : executor_restore(world->executor, msg, &err);
        if (status != ERR_OK) snprintf(world->failure, sizeof world->failure, "restore: %.200s", err.text);
    }
}

static struct contract contract_of(int index) {
    struct contract contract = {.delivery_month = 202108,
                                .last_trading_day = 20210818,
                                .trading_day = TRADING_DAY,
                                .multiplier = index == 0 ? 50 : 200,
                                .tick = PRICE_POINTS(1),
                                .initial_margin = PRICE_POINTS(46000),
                                .maintenance_margin = PRICE_POINTS(35250),
                                .fee = PRICE_POINTS(20),
                                .tax_per_billion = 20000,
                                .max_market_lots = 10,
                                .max_limit_lots = 100,
                                .flags = CONTRACT_REGISTERED};
    (void)text_copy(contract.symbol, sizeof contract.symbol, sim_symbol(index));
    (void)text_copy(contract.product, sizeof contract.product, index == 0 ? "MXF" : "TXF");
    return contract;
}

static struct market market_now(const struct world *world) {
    struct market market = {.market_us = world->now_us,
                            .trading_day = TRADING_DAY,
                            .session = SESSION_DAY,
                            .session_state = SESSION_OPEN,
                            .speed = 1,
                            .simulated = true};
    return market;
}

static void executor_birth(struct world *world) {
    struct executor_config config = {.install = "sim",
                                     .session = ++world->executor_sessions,
                                     .resend_us = RESEND_US,
                                     .time_to_live_us = TTL_US,
                                     .commission = PRICE_POINTS(10),
                                     .max_orders = 512};
    static const enum msg_id order[] = {MSG_POSITION, MSG_CONDITION_LOTS, MSG_CURSOR,
                                        MSG_ORDER,    MSG_ORDER_EVENT,    MSG_SIGNAL_ACK};
    struct market market = market_now(world);
    struct sink sink = sink_of(&world->executor_process);
    world->executor = executor_new(&config);
    CHECK(world->executor != NULL);
    world->executor_process.alive = true;
    for (int i = 0; i < SIM_SYMBOLS; i++) {
        struct contract contract = contract_of(i);
        executor_on_contract(world->executor, &contract);
    }
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        bool lost = world->sabotage == SABOTAGE_DOUBLE_FILL && (order[i] == MSG_CURSOR || order[i] == MSG_ORDER_EVENT);
        if (!lost) restore_all(world, NODE_EXECUTOR, order[i]);
    }
    executor_on_market(world->executor, &market, world->now_us, &sink);
    (void)step_end(world, NODE_EXECUTOR);
}

static void gate_birth(struct world *world) {
    struct gate_config config = {.venue = "SIM",
                                 .ack_timeout_us = SIM_ACK_TIMEOUT_US,
                                 .in_flight_us = SIM_IN_FLIGHT_US,
                                 .commission = PRICE_POINTS(10),
                                 .max_orders = 512};
    static const enum msg_id order[] = {MSG_GUARD_LIMITS,   MSG_GUARD_STATE, MSG_CURSOR,     MSG_POSITION,
                                        MSG_CONDITION_LOTS, MSG_ORDER,       MSG_ORDER_EVENT};
    struct market market = market_now(world);
    struct sink sink = sink_of(&world->gate_process);
    world->gate = gate_new(&config);
    CHECK(world->gate != NULL);
    world->gate_process.alive = true;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        bool lost = world->sabotage == SABOTAGE_LOST_JOURNAL && order[i] == MSG_ORDER;
        if (!lost) restore_all(world, NODE_GATE, order[i]);
    }
    for (int i = 0; i < SIM_SYMBOLS; i++) {
        struct contract contract = contract_of(i);
        gate_on_contract(world->gate, &contract);
    }
    gate_start(world->gate, world->now_us, &sink);
    gate_on_market(world->gate, &market, world->now_us, &sink);
    world->session_us = world->now_us + rng_range(&world->rng, 0, 300000);
    (void)step_end(world, NODE_GATE);
}

static void say_session(struct world *world, bool logged_in) {
    struct session_info session = {.logged_in = logged_in, .user = "demo", .venue = "SIM", .account = SIM_ACCOUNT};
    struct sink sink = sink_of(&world->gate_process);
    if (logged_in) world->sessions++;
    world->logged_in = logged_in;
    session.venue_session = world->sessions;
    if (world->gate == NULL) return;
    gate_on_session(world->gate, &session, world->now_us, &sink);
    (void)step_end(world, NODE_GATE);
}

/* --- delivery ----------------------------------------------------------------------------------------------------- */

static void to_strategy(struct world *world, const struct msg *msg) {
    const struct signal_ack *ack = &msg->signal_ack;
    struct sim_signal *signal = &world->signals[ack->seq - 1];
    if (signal->acked && signal->ack.accepted != ack->accepted)
        snprintf(world->failure, sizeof world->failure, "signal %llu was answered in two ways",
                 (unsigned long long)ack->seq);
    signal->acked = true;
    signal->ack = *ack;
}

static void ask_events(struct world *world) {
    struct msg msg = {.id = MSG_QUERY};
    msg.query.request_id = 1;
    msg.query.kind = QUERY_EVENTS;
    msg.query.from_seq = executor_events_seq(world->executor);
    network_send(world, NODE_EXECUTOR, NODE_GATE, &msg);
}

static void to_executor(struct world *world, const struct msg *msg) {
    struct sink sink = sink_of(&world->executor_process);
    if (world->executor == NULL) return;
    if (msg->id == MSG_SIGNAL) executor_on_signal(world->executor, &msg->signal, world->now_us, &sink);
    if (msg->id == MSG_HEARTBEAT && msg->heartbeat.last_seq > executor_events_seq(world->executor)) ask_events(world);
    if (msg->id == MSG_ORDER_EVENT) {
        struct err err;
        if (executor_on_order_event(world->executor, &msg->order_event, world->now_us, &sink, &err) != ERR_OK)
            ask_events(world);
    }
    (void)step_end(world, NODE_EXECUTOR);
}

static void answer_events(struct world *world, uint64_t from_seq) {
    for (size_t i = 0; i < world->gate_process.store.count; i++) {
        const struct msg *msg = &world->gate_process.store.items[i];
        if (msg->id == MSG_ORDER_EVENT && msg->order_event.seq > from_seq)
            network_send(world, NODE_GATE, NODE_EXECUTOR, msg);
    }
}

static void to_gate(struct world *world, const struct msg *msg) {
    struct sink sink = sink_of(&world->gate_process);
    if (world->gate == NULL) return;
    if (msg->id == MSG_ORDER_REQUEST) {
        bool known = gate_order(world->gate, msg->order_request.client_order_id) != NULL;
        if (known) world->resends++;
        if (known && world->sabotage == SABOTAGE_NO_DEDUPE && world->logged_in)
            network_send(world, NODE_GATE, NODE_VENUE, msg);
        gate_on_order_request(world->gate, &msg->order_request, world->now_us, &sink);
    }
    if (msg->id == MSG_CANCEL_REQUEST) gate_on_cancel_request(world->gate, &msg->cancel_request, world->now_us, &sink);
    if (msg->id == MSG_VENUE_EXEC) gate_on_venue_exec(world->gate, &msg->venue_exec, world->now_us, &sink);
    if (msg->id == MSG_VENUE_ORDER_STATUS)
        gate_on_venue_order_status(world->gate, &msg->venue_order_status, world->now_us, &sink);
    if (msg->id == MSG_POSITION) gate_on_venue_position(world->gate, &msg->position, world->now_us, &sink);
    if (msg->id == MSG_REPLY) gate_on_venue_reply(world->gate, &msg->reply, world->now_us, &sink);
    if (msg->id == MSG_QUERY) answer_events(world, msg->query.from_seq);
    (void)step_end(world, NODE_GATE);
}

static void deliver(struct world *world) {
    struct packets *net = &world->network;
    for (size_t i = 0; i < net->count;) {
        if (net->items[i].due_us > world->now_us) {
            i++;
            continue;
        }
        struct packet packet = net->items[i];
        net->items[i] = net->items[--net->count]; /* order is not kept: that is the point */
        if (packet.to == NODE_STRATEGY) to_strategy(world, &packet.msg);
        if (packet.to == NODE_EXECUTOR) to_executor(world, &packet.msg);
        if (packet.to == NODE_GATE) to_gate(world, &packet.msg);
        if (packet.to == NODE_VENUE) venue_take(&world->venue, &packet.msg, &world->rng);
    }
}

/* --- what happens by itself --------------------------------------------------------------------------------------- */

static void strategy_work(struct world *world) {
    for (uint32_t i = 0; i < world->signal_count; i++) {
        struct sim_signal *signal = &world->signals[i];
        struct msg msg = {.id = MSG_SIGNAL, .signal = signal->signal};
        if (signal->acked || world->now_us < signal->resend_us) continue;
        signal->resend_us = world->now_us + RESEND_US;
        network_send(world, NODE_STRATEGY, NODE_EXECUTOR, &msg);
    }
}

static void ticks(struct world *world) {
    struct sink sink = sink_of(&world->gate_process);
    struct market market = market_now(world);
    for (int i = 0; i < SIM_SYMBOLS; i++) {
        struct tick tick = {.sym_seq = ++world->tick_seq,
                            .time_us = world->now_us,
                            .recv_us = world->now_us,
                            .price = PRICE_POINTS(17000 + (int64_t)(world->tick_seq % 40)),
                            .quantity = 1,
                            .trading_day = TRADING_DAY};
        (void)text_copy(tick.symbol, sizeof tick.symbol, sim_symbol(i));
        if (world->executor != NULL) executor_on_tick(world->executor, &tick);
        if (world->gate != NULL) gate_on_tick(world->gate, &tick, world->now_us, &sink);
    }
    if (world->gate != NULL) gate_on_market(world->gate, &market, world->now_us, &sink);
    if (world->gate != NULL && step_end(world, NODE_GATE)) {
        struct msg msg = {.id = MSG_HEARTBEAT};
        msg.heartbeat.last_seq = gate_events_seq(world->gate);
        network_send(world, NODE_GATE, NODE_EXECUTOR, &msg);
    }
}

static void timers(struct world *world) {
    struct sink gate_sink = sink_of(&world->gate_process), executor_sink = sink_of(&world->executor_process);
    if (world->gate != NULL) {
        gate_on_timer(world->gate, world->now_us, &gate_sink);
        (void)step_end(world, NODE_GATE);
    }
    if (world->executor != NULL) {
        executor_on_timer(world->executor, world->now_us, &executor_sink);
        (void)step_end(world, NODE_EXECUTOR);
    }
}

static void births_and_sessions(struct world *world) {
    if (!world->executor_process.alive && world->now_us >= world->executor_process.restart_us) executor_birth(world);
    if (!world->gate_process.alive && world->now_us >= world->gate_process.restart_us) gate_birth(world);
    if (world->logged_in && rng_chance(&world->rng, world->chaos.outage, 1000)) {
        world->venue.up = rng_chance(&world->rng, 1, 2); /* the line drops, or the venue goes away with it */
        world->session_us = world->now_us + rng_range(&world->rng, 100000, 3000000);
        say_session(world, false);
    } else if (world->logged_in && world->gate != NULL && gate_wants_session(world->gate)) {
        world->session_us = world->now_us + 100000;
        say_session(world, false);
    } else if (!world->logged_in && world->gate != NULL && world->now_us >= world->session_us) {
        world->venue.up = true;
        say_session(world, true);
    }
}

/* --- invariants --------------------------------------------------------------------------------------------------- */

static void check_copies(struct world *world) {
    for (size_t i = 0; i < world->venue.orders.count; i++) {
        const char *id = world->venue.orders.items[i].order.request.client_order_id;
        if (venue_copies(&world->venue, id) > 1)
            snprintf(world->failure, sizeof world->failure, "the venue has order %s %d times", id,
                     venue_copies(&world->venue, id));
    }
}

static void check_sent(struct world *world) {
    for (size_t i = 0; i < world->gate_process.store.count; i++) {
        const struct msg *msg = &world->gate_process.store.items[i];
        if (msg->id != MSG_GUARD_STATE) continue;
        if (msg->guard_state.orders_sent > msg->guard_state.intents ||
            world->venue.orders.count > msg->guard_state.orders_sent)
            snprintf(world->failure, sizeof world->failure, "intents %llu, sent %llu, at the venue %zu",
                     (unsigned long long)msg->guard_state.intents, (unsigned long long)msg->guard_state.orders_sent,
                     world->venue.orders.count);
        if (strstr(msg->guard_state.reason, "positions") == NULL && strcmp(msg->guard_state.actor, "guard") == 0)
            snprintf(world->failure, sizeof world->failure, "the guard halted: %.120s", msg->guard_state.reason);
        return;
    }
    if (world->venue.orders.count > 0)
        snprintf(world->failure, sizeof world->failure, "an order is at the venue and no intent is stored");
}

bool world_step(struct world *world) {
    size_t orders = world->venue.orders.count;
    world->now_us += SIM_STEP_US;
    births_and_sessions(world);
    deliver(world);
    if (world->now_us / SIM_STEP_US % 10 == 0) {
        ticks(world);
        venue_move(&world->venue, &world->rng);
    }
    strategy_work(world);
    if (world->now_us / SIM_STEP_US % 3 == 0) timers(world);
    if (world->venue.orders.count != orders) check_copies(world);
    check_sent(world);
    return world->failure[0] == '\0';
}

struct sink world_sink(struct world *world, enum sim_node node) {
    return sink_of(node == NODE_GATE ? &world->gate_process : &world->executor_process);
}

void world_commit(struct world *world) {
    if (world->executor != NULL) (void)step_end(world, NODE_EXECUTOR);
    if (world->gate != NULL) (void)step_end(world, NODE_GATE);
}

struct world *world_new(uint64_t seed, enum sabotage sabotage) {
    struct world *world = calloc(1, sizeof *world);
    CHECK(world != NULL);
    rng_seed(&world->rng, seed);
    world->sabotage = sabotage;
    world->now_us = 1627350000000000;
    /* Each seed has weather of its own: some are all crashes, some all losses, some calm. */
    world->chaos = (struct chaos){.drop = (uint32_t)rng_range(&world->rng, 0, 150),
                                  .repeat = (uint32_t)rng_range(&world->rng, 0, 150),
                                  .crash = (uint32_t)rng_range(&world->rng, 0, 40),
                                  .outage = (uint32_t)rng_range(&world->rng, 0, 3),
                                  .delay_us = rng_range(&world->rng, 40000, SIM_IN_FLIGHT_US - 100000)};
    world->venue.up = true;
    world->venue.context = world;
    world->venue.say = venue_say;
    return world;
}

void world_free(struct world *world) {
    executor_free(world->executor);
    gate_free(world->gate);
    struct sim_process *processes[] = {&world->executor_process, &world->gate_process};
    for (size_t i = 0; i < 2; i++) {
        msg_list_free(&processes[i]->store);
        msg_list_free(&processes[i]->step);
        free(processes[i]->ports);
    }
    msg_list_free(&world->venue.orders);
    msg_list_free(&world->venue.execs);
    free(world->network.items);
    free(world);
}

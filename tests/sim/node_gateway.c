/* node_gateway: gateway/gateway_*.c over the simulated network: the venue session, the feed's numbers, the agents'
 * questions, and the gate. */
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/session.h"
#include "core/text.h"
#include "tests/sim/world.h"

#define REQUEST_BASE       ((uint64_t)1 << 60)
#define REQUEST_TIMEOUT_US 1500000
#define MARKET_SILENCE_US  1500000

static struct node *self(struct world *world)
{
    return &world->nodes[NODE_GATEWAY];
}

/* --- what leaves --------------------------------------------------------------------------------------------------- */

static void publish(struct world *world, const struct msg *msg)
{
    net_send(world, LINK_STRATEGY, PUBLISHED, msg, false);
    net_send(world, LINK_EXECUTOR, PUBLISHED, msg, false);
}

/* ERR_BUSY of the line: nothing has left. */
static bool session_alive(const struct world *world)
{
    const struct link *line = &world->links[LINK_VENUE];
    return world->gateway.session.logged_in && line->up && line->connections == world->gateway.connection;
}

static bool made_bigger(const struct world *world, const struct order_request *request)
{
    if (world->sabotage == SABOTAGE_BIG_FLATTEN) return request->leg == LEG_FLATTEN;
    return world->sabotage == SABOTAGE_BIG_EXIT && (request->leg == LEG_TAKE_PROFIT || request->leg == LEG_STOP_LOSS);
}

static void to_venue(struct world *world, const struct msg *said)
{
    struct gateway *g = &world->gateway;
    struct msg sent = *said;
    const struct msg *msg = &sent;
    if (msg->id == MSG_ORDER_REQUEST) sent.order_request.quantity += made_bigger(world, &sent.order_request);
    if (msg->id == MSG_ORDER_REQUEST) {
        if (!session_alive(world)) {
            if (g->not_sent_count < 8)
                (void)text_copy(g->not_sent[g->not_sent_count++], CLIENT_ORDER_ID_SIZE,
                                msg->order_request.client_order_id);
            return;
        }
        check_sending(world, &msg->order_request);
    }
    net_send(world, LINK_VENUE, TO_SERVER, msg, false);
}

/* As if the venue had answered: it knows of nothing. */
static void answer_nothing(struct world *world, const struct query *query)
{
    struct msg msg;
    msg_init(&msg, MSG_REPLY);
    msg.reply.request_id = query->request_id;
    net_send(world, LINK_VENUE, TO_CLIENT, &msg, true);
}

static void release(struct world *world, enum port port, const struct msg *msg)
{
    if (port == PORT_PUBLISH) {
        if (msg->id == MSG_ORDER_EVENT && msg->order_event.kind == EXEC_UNKNOWN) world->totals.unknowns++;
        publish(world, msg);
    } else if (port == PORT_VENUE) {
        if (msg->id == MSG_QUERY && msg->query.kind == QUERY_VENUE_POSITIONS)
            world->gateway.positions_request = msg->query.request_id;
        if (world->sabotage == SABOTAGE_NO_RECONCILE && msg->id == MSG_QUERY)
            answer_nothing(world, &msg->query);
        else
            to_venue(world, msg);
    }
}

static void end_step(struct world *world)
{
    struct gateway *g = &world->gateway;
    node_end_step(self(world));
    while (g->not_sent_count > 0) {
        gate_on_not_sent(g->gate, g->not_sent[--g->not_sent_count], world->now_us, &self(world)->sink);
        node_end_step(self(world));
    }
}

/* The time, but never what it was before: kept in the file. */
static uint64_t next_epoch(struct world *world)
{
    const uint64_t now = (uint64_t)world->now_us;
    world->epoch = now > world->epoch ? now : world->epoch + 1;
    return world->epoch;
}

static void restart_feed(struct world *world)
{
    tick_ring_restart(world->gateway.ring, next_epoch(world));
}

/* --- birth ------------------------------------------------------------------------------------------------------------ */

static enum status take_row(void *context, const struct msg *msg, struct err *err)
{
    return gate_restore(((struct world *)context)->gateway.gate, msg, err);
}

static void resend_sending(struct world *world)
{
    const struct table *table = &self(world)->store.tables[TABLE_ORDER];
    world->gateway.compared_session = world->gateway.session.venue_session; /* of another control */
    for (uint32_t i = 0; i < table->count; i++) {
        const struct order *order = &table->rows[i]->order;
        if (order->state != ORDER_SENDING && order->state != ORDER_UNKNOWN) continue;
        struct msg msg;
        msg_init(&msg, MSG_ORDER_REQUEST);
        msg.order_request = order->request;
        check_sending(world, &msg.order_request);
        net_send(world, LINK_VENUE, TO_SERVER, &msg, false);
    }
}

static void birth(struct world *world)
{
    struct gateway *g = &world->gateway;
    const struct gate_config config = {.venue = "SIM",
                                       .ack_timeout_us = SIM_ACK_TIMEOUT_US,
                                       .in_flight_us = SIM_IN_FLIGHT_US,
                                       .commission = PRICE_POINTS(10),
                                       .max_orders = 768};
    memset(g, 0, sizeof *g);
    g->gate = gate_new(&config);
    g->ring = tick_ring_new(next_epoch(world));
    CHECK(g->gate != NULL && g->ring != NULL);
    for (int i = 0; i < SIM_SYMBOLS; i++) CHECK(tick_ring_add(g->ring, sim_symbols[i], NULL) == ERR_OK);
    static const enum table_id tables[] = {TABLE_SINGLE, TABLE_CURSOR, TABLE_POSITION,
                                           TABLE_LOTS,   TABLE_ORDER,  TABLE_EVENT};
    files_restore(self(world), restore_for_gate, tables, sizeof tables / sizeof tables[0], take_row);
    if (store_single(&self(world)->store, MSG_GUARD_LIMITS) == NULL) {
        gate_on_limits(g->gate, &world->limits, world->now_us, &self(world)->sink);
        node_end_step(self(world));
    }
    gate_start(g->gate, world->now_us, &self(world)->sink);
}

static void death(struct world *world)
{
    gate_free(world->gateway.gate);
    tick_ring_free(world->gateway.ring);
    memset(&world->gateway, 0, sizeof world->gateway);
    memset(world->printed, 0, sizeof world->printed);
    memset(world->printed_us, 0, sizeof world->printed_us);
}

/* --- the venue session --------------------------------------------------------------------------------------------- */

static void tell_gate(struct world *world)
{
    struct gateway *g = &world->gateway;
    struct msg msg;
    gate_on_session(g->gate, &g->session, world->now_us, &self(world)->sink);
    end_step(world);
    msg_init(&msg, MSG_SESSION);
    msg.session = g->session;
    publish(world, &msg);
}

static void ask(struct world *world, enum query_kind kind, uint64_t request_id)
{
    struct msg msg;
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = kind;
    msg.query.request_id = request_id;
    net_send(world, LINK_VENUE, TO_SERVER, &msg, false);
}

static void ask_contracts(struct world *world)
{
    struct gateway *g = &world->gateway;
    g->contracts_request = REQUEST_BASE + ++g->request;
    g->asked_us = world->now_us;
    ask(world, QUERY_CONTRACTS, g->contracts_request);
}

static void session_up(struct world *world, uint64_t number)
{
    struct gateway *g = &world->gateway;
    g->connection = world->links[LINK_VENUE].connections;
    g->session = (struct session_info){.logged_in = true, .user = "demo", .venue = "SIM", .account = SIM_ACCOUNT};
    g->session.venue_session = number;
    g->session.since_us = world->now_us;
    if (tick_ring_seq(g->ring) > 0) restart_feed(world);
    ask_contracts(world);
    world_tell(world, "gateway: session %llu", (unsigned long long)number);
    tell_gate(world);
    if (world->sabotage == SABOTAGE_RESEND_SENDING) resend_sending(world);
}

static void session_down(struct world *world)
{
    struct gateway *g = &world->gateway;
    if (!g->session.logged_in) return;
    memset(&g->session, 0, sizeof g->session);
    world_tell(world, "gateway: session down");
    tell_gate(world);
}

static void on_reply(struct world *world, const struct reply *reply)
{
    struct gateway *g = &world->gateway;
    if (reply->status == ERR_DENIED) {
        session_down(world); /* it does not know us: the session is gone, whatever we thought */
    } else if (reply->request_id < REQUEST_BASE) {
        if (reply->request_id == g->positions_request) g->compared_session = g->session.venue_session;
        gate_on_venue_reply(g->gate, reply, world->now_us, &self(world)->sink);
        end_step(world);
    } else if (reply->request_id == g->login_request) {
        g->login_request = 0;
        session_up(world, (uint64_t)reply->number);
    } else if (reply->request_id == g->logout_request) {
        g->logout_request = 0;
        session_down(world);
    } else if (reply->request_id == g->contracts_request) {
        g->contracts_request = 0;
        g->contracts_day = g->contracts[0].trading_day;
    }
}

static void log_in_or_out(struct world *world, enum msg_id id)
{
    struct gateway *g = &world->gateway;
    struct msg msg;
    msg_init(&msg, id);
    g->asked_us = world->now_us;
    if (id == MSG_LOGIN) {
        g->login_request = msg.login.request_id = REQUEST_BASE + ++g->request;
        (void)text_copy(msg.login.user, sizeof msg.login.user, "demo");
    } else {
        g->logout_request = msg.control.request_id = REQUEST_BASE + ++g->request;
        msg.control.kind = CONTROL_LOGOUT;
    }
    net_send(world, LINK_VENUE, TO_SERVER, &msg, false);
}

static void session_work(struct world *world)
{
    struct gateway *g = &world->gateway;
    if (g->session.logged_in && !session_alive(world)) session_down(world);
    if (self(world)->dying || !world->links[LINK_VENUE].up) return;
    if (world->now_us - g->asked_us > REQUEST_TIMEOUT_US) g->login_request = g->logout_request = 0;
    if (gate_wants_session(g->gate) && g->session.logged_in && g->logout_request == 0)
        log_in_or_out(world, MSG_CONTROL);
    if (!g->session.logged_in && g->login_request == 0 && g->logout_request == 0) log_in_or_out(world, MSG_LOGIN);
    if (g->session.logged_in && g->contracts_day != g->market.trading_day &&
        (g->contracts_request == 0 || world->now_us - g->asked_us > REQUEST_TIMEOUT_US))
        ask_contracts(world);
}

/* --- the feed -------------------------------------------------------------------------------------------------------- */

static void on_tick(struct world *world, const struct tick *tick)
{
    struct gateway *g = &world->gateway;
    struct msg msg;
    msg_init(&msg, MSG_TICK);
    msg.tick = *tick;
    msg.tick.recv_us = world->now_us;
    if (tick_ring_began_again(g->ring, &msg.tick)) restart_feed(world);
    if (!tick_ring_push(g->ring, &msg.tick)) return;
    publish(world, &msg);
    world->printed[sim_symbol_index(msg.tick.symbol)] = msg.tick.price;
    world->printed_us[sim_symbol_index(msg.tick.symbol)] = world->now_us;
    gate_on_tick(g->gate, &msg.tick, world->now_us, &self(world)->sink);
    end_step(world);
}

static void on_contract(struct world *world, const struct contract *contract)
{
    struct gateway *g = &world->gateway;
    const int at = sim_symbol_index(contract->symbol);
    struct msg msg;
    if (at < 0) return;
    g->contracts[at] = *contract;
    g->contracts[at].flags |= CONTRACT_REGISTERED;
    gate_on_contract(g->gate, &g->contracts[at]);
    msg_init(&msg, MSG_CONTRACT);
    msg.contract = g->contracts[at];
    publish(world, &msg);
}

static void on_market(struct world *world, const struct market *market)
{
    struct gateway *g = &world->gateway;
    struct msg msg;
    if (market->market_us < g->market.market_us) return; /* overtaken */
    g->market = *market;
    g->market_heard_us = world->now_us;
    gate_on_market(g->gate, market, world->now_us, &self(world)->sink);
    end_step(world);
    msg_init(&msg, MSG_MARKET);
    msg.market = *market;
    publish(world, &msg);
}

struct feeding {
    struct world *world;
    enum link_id link; /* SIM_LINKS: published to all */
    int64_t rows;
};

static void give(struct feeding *to, const struct msg *msg)
{
    if (to->link == SIM_LINKS)
        publish(to->world, msg);
    else
        net_send(to->world, to->link, TO_CLIENT, msg, true);
    to->rows++;
}

static void give_feed(void *context, const char *symbol, uint64_t last_seq)
{
    struct feeding *to = context;
    struct msg msg;
    msg_init(&msg, MSG_FEED);
    msg.feed.epoch = tick_ring_epoch(to->world->gateway.ring);
    (void)text_copy(msg.feed.symbol, sizeof msg.feed.symbol, symbol);
    msg.feed.last_seq = last_seq;
    msg.feed.time_us = to->world->now_us;
    give(to, &msg);
}

static void each_feed(struct feeding *to)
{
    const struct gateway *g = &to->world->gateway;
    if (g->market_heard_us == 0 || to->world->now_us - g->market_heard_us > MARKET_SILENCE_US) return;
    tick_ring_each(g->ring, give_feed, to);
    give_feed(to, "", tick_ring_seq(g->ring));
}

static void give_heartbeat(struct feeding *to)
{
    struct msg msg;
    msg_init(&msg, MSG_HEARTBEAT);
    msg.heartbeat.component = COMPONENT_GATEWAY;
    msg.heartbeat.time_us = to->world->now_us;
    msg.heartbeat.last_seq = gate_events_seq(to->world->gateway.gate);
    give(to, &msg);
}

/* --- the agents' questions ---------------------------------------------------------------------------------------------- */

static void answer_status(struct feeding *to)
{
    const struct gateway *g = &to->world->gateway;
    struct msg msg;
    give_heartbeat(to);
    msg_init(&msg, MSG_MARKET);
    msg.market = g->market;
    if (g->market_heard_us != 0) give(to, &msg);
    msg_init(&msg, MSG_SESSION);
    msg.session = g->session;
    give(to, &msg);
    each_feed(to);
}

static void answer_tick(void *context, const struct tick *tick)
{
    struct msg msg;
    msg_init(&msg, MSG_TICK);
    msg.tick = *tick;
    give(context, &msg);
}

static bool answer_events(struct feeding *to, uint64_t from_seq)
{
    const struct table *table = &self(to->world)->store.tables[TABLE_EVENT];
    for (uint64_t i = from_seq; i < table->count; i++) {
        if (to->rows == SIM_ANSWER_MAX) return true;
        give(to, table->rows[i]);
    }
    return false;
}

static void on_query(struct world *world, enum link_id link, const struct query *query)
{
    struct gateway *g = &world->gateway;
    struct feeding to = {.world = world, .link = link};
    struct msg msg;
    bool more = false;
    if (query->kind == QUERY_STATUS) answer_status(&to);
    if (query->kind == QUERY_EVENTS) more = answer_events(&to, query->from_seq);
    if (query->kind == QUERY_TICKS)
        tick_ring_replay(g->ring, query->text, query->epoch, query->from_seq, SIM_ANSWER_MAX, answer_tick, &to, &more);
    for (int i = 0; query->kind == QUERY_CONTRACTS && i < SIM_SYMBOLS; i++) {
        msg_init(&msg, MSG_CONTRACT);
        msg.contract = g->contracts[i];
        if (g->contracts[i].symbol[0] != '\0') give(&to, &msg);
    }
    msg_init(&msg, MSG_REPLY);
    msg.reply.request_id = query->request_id;
    msg.reply.number = to.rows;
    (void)text_copy(msg.reply.text, sizeof msg.reply.text, more ? "more" : "");
    net_send(world, link, TO_CLIENT, &msg, true);
}

/* --- one message ---------------------------------------------------------------------------------------------------------- */

static bool early(const struct world *world, const struct order_request *request)
{
    const struct gateway *g = &world->gateway;
    return world->sabotage == SABOTAGE_EARLY_ENTRY && !request->reduce_only &&
           g->compared_session != g->session.venue_session;
}

static void on_request(struct world *world, const struct packet *packet)
{
    struct gateway *g = &world->gateway;
    const struct msg *msg = &packet->msg;
    if (msg->id == MSG_QUERY) {
        on_query(world, packet->link, &msg->query);
    } else if (msg->id == MSG_CANCEL_REQUEST) {
        gate_on_cancel_request(g->gate, &msg->cancel_request, world->now_us, &self(world)->sink);
    } else if (msg->id == MSG_ORDER_REQUEST) {
        const bool known = gate_order(g->gate, msg->order_request.client_order_id) != NULL;
        if (known) world->totals.resends++;
        if (known && world->sabotage == SABOTAGE_NO_DEDUPE) to_venue(world, msg);
        if (!known && world->sabotage == SABOTAGE_NO_GUARD) to_venue(world, msg);
        if (!known && early(world, &msg->order_request)) to_venue(world, msg);
        gate_on_order_request(g->gate, &msg->order_request, world->now_us, &self(world)->sink);
    }
    end_step(world);
}

static void receive(struct world *world, const struct packet *packet)
{
    struct gateway *g = &world->gateway;
    const struct msg *msg = &packet->msg;
    struct sink *sink = &self(world)->sink;
    if (packet->link != LINK_VENUE)
        on_request(world, packet);
    else if (msg->id == MSG_TICK)
        on_tick(world, &msg->tick);
    else if (msg->id == MSG_MARKET)
        on_market(world, &msg->market);
    else if (msg->id == MSG_CONTRACT)
        on_contract(world, &msg->contract);
    else if (msg->id == MSG_REPLY)
        on_reply(world, &msg->reply);
    else if (msg->id == MSG_VENUE_EXEC)
        gate_on_venue_exec(g->gate, &msg->venue_exec, world->now_us, sink);
    else if (msg->id == MSG_VENUE_ORDER_STATUS)
        gate_on_venue_order_status(g->gate, &msg->venue_order_status, world->now_us, sink);
    else if (msg->id == MSG_POSITION)
        gate_on_venue_position(g->gate, &msg->position, world->now_us, sink);
    else if (msg->id == MSG_ORDER)
        gate_on_venue_order(g->gate, &msg->order);
    end_step(world);
}

static void work(struct world *world)
{
    struct gateway *g = &world->gateway;
    struct feeding all = {.world = world, .link = SIM_LINKS};
    session_work(world);
    if (self(world)->dying) return;
    if (world->now_us >= g->next_feed_us) {
        g->next_feed_us = world->now_us + SIM_SECOND_US;
        each_feed(&all);
    }
    if (world->now_us >= g->next_beat_us) {
        g->next_beat_us = world->now_us + SIM_SECOND_US;
        give_heartbeat(&all);
    }
    gate_on_timer(g->gate, world->now_us, &self(world)->sink);
    end_step(world);
}

const struct node_ops gateway_ops = {
    .name = "gateway", .birth = birth, .death = death, .receive = receive, .work = work, .release = release};

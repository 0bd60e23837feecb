/* node_exchange: gateway/exchange*.c over the simulated network: the engine, its sessions and what it is asked. A broker's
 * line of its own: now and then it says a fill before the acknowledgement, or refuses for no reason of ours. */
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/session.h"
#include "core/text.h"
#include "tests/sim/world.h"

#define EQUITY PRICE_POINTS(30000000) /* refusals for margin would leave exits without an end */

static struct node *self(struct world *world)
{
    return &world->nodes[NODE_EXCHANGE];
}

/* --- what leaves ---------------------------------------------------------------------------------------------------------- */

static void say(struct world *world, const struct msg *msg)
{
    if (world->exchange.logged_in) net_send(world, LINK_VENUE, TO_CLIENT, msg, false);
}

static void release(struct world *world, enum port port, const struct msg *msg)
{
    CHECK(port == PORT_PUBLISH);
    if (msg->id == MSG_VENUE_EXEC)
        say(world, msg);
    else
        net_send(world, LINK_VENUE, PUBLISHED, msg, false);
}

static void swap_execs(struct msg *ack, struct msg *fill)
{
    const uint64_t seq = ack->venue_exec.seq;
    const struct msg copy = *ack;
    *ack = *fill;
    *fill = copy;
    ack->venue_exec.seq = seq;
    fill->venue_exec.seq = seq + 1;
}

/* Acknowledgement and fill change places: in the file, in the numbers, on the line. */
static void fill_first(struct node *node)
{
    uint32_t acks[2], fills[2], found = 0; /* stored and published */
    for (uint32_t i = 0; i < node->step_count && found < 2; i++) {
        const struct held *ack = &node->step[i];
        if (ack->msg.id != MSG_VENUE_EXEC || ack->msg.venue_exec.kind != EXEC_NEW) continue;
        for (uint32_t j = i + 1; j < node->step_count; j++) {
            const struct held *fill = &node->step[j];
            if (fill->port != ack->port || fill->msg.id != MSG_VENUE_EXEC) continue;
            if (fill->msg.venue_exec.kind != EXEC_FILL || fill->msg.venue_exec.seq != ack->msg.venue_exec.seq + 1)
                break;
            acks[found] = i;
            fills[found++] = j;
            break;
        }
    }
    for (uint32_t i = 0; found == 2 && i < 2; i++) swap_execs(&node->step[acks[i]].msg, &node->step[fills[i]].msg);
}

static void end_step(struct world *world)
{
    struct node *node = self(world);
    if (world_chance(world, world->chaos.fill_first)) fill_first(node);
    const bool was_alive = node->alive && !node->dying;
    node_end_step(node);
    if (was_alive && node->dying) return;
    for (uint32_t i = 0; i < SIM_SYMBOLS; i++) matching_stats(world->exchange.matching, i, &world->exchange.stats[i]);
    world->exchange.has_stats = true;
}

/* --- birth ------------------------------------------------------------------------------------------------------------------ */

static void list(struct world *world)
{
    struct exchange *x = &world->exchange;
    const int32_t day = session_trading_day(world_market_us(world));
    for (uint32_t i = 0; i < SIM_SYMBOLS; i++) {
        struct contract contract;
        struct err err;
        const price_t reference = x->has_stats ? x->stats[i].reference : PRICE_POINTS(17000);
        CHECK(contract_make(sim_symbols[i], day, reference, &contract, &err) == ERR_OK);
        CHECK(matching_list(x->matching, &contract, false, NULL, &err) == ERR_OK);
    }
}

/* As exchange_store.c: a day later, yesterday's last is the reference. */
static void restore_stats(struct world *world, uint32_t at)
{
    struct matching_stats now, stats = world->exchange.stats[at];
    matching_stats(world->exchange.matching, at, &now);
    if (stats.trading_day != now.trading_day) {
        stats.reference = stats.last > 0 ? stats.last : stats.reference;
        stats.open = stats.high = stats.low = 0;
        stats.volume = 0;
        stats.trading_day = now.trading_day;
    }
    matching_set_stats(world->exchange.matching, &stats);
}

static enum status take_row(void *context, const struct msg *msg, struct err *err)
{
    return matching_restore(((struct world *)context)->exchange.matching, msg, err);
}

static enum status load(struct db *db, restore_row row, void *component, struct err *err)
{
    static const enum msg_id kinds[] = {MSG_ACCOUNT, MSG_POSITION, MSG_ORDER, MSG_VENUE_EXEC};
    enum status status = ERR_OK;
    for (size_t i = 0; status == ERR_OK && i < sizeof kinds / sizeof kinds[0]; i++)
        status = restore_all(db, kinds[i], row, component, err);
    return status;
}

static void restore(struct world *world)
{
    static const enum table_id tables[] = {TABLE_SINGLE, TABLE_POSITION, TABLE_ORDER, TABLE_EXEC};
    files_restore(self(world), load, tables, sizeof tables / sizeof tables[0], take_row);
}

static void birth(struct world *world)
{
    struct exchange *x = &world->exchange;
    const struct matching_config config = {.install = "X",
                                           .epoch = (uint64_t)world->now_us,
                                           .commission = PRICE_POINTS(10),
                                           .max_orders = 768,
                                           .max_resting = 1024};
    struct sink *sink = &self(world)->sink;
    struct err err;
    x->matching = matching_new(&config);
    CHECK(x->matching != NULL);
    CHECK(matching_open_account(x->matching, SIM_ACCOUNT, "Sim", 0, EQUITY, &err) == ERR_OK);
    list(world);
    matching_on_time(x->matching, world_market_us(world), world->now_us, sink);
    for (uint32_t i = 0; x->has_stats && i < SIM_SYMBOLS; i++) restore_stats(world, i);
    restore(world);
    matching_resume(x->matching, true, sink);
}

static void death(struct world *world)
{
    struct exchange *x = &world->exchange;
    matching_free(x->matching);
    x->matching = NULL;
    x->logged_in = false;
    x->next_market_us = 0;
}

/* --- the line ---------------------------------------------------------------------------------------------------------------- */

static void reply(struct world *world, uint64_t request_id, enum status status, int64_t number, const char *text)
{
    struct msg msg;
    msg_init(&msg, MSG_REPLY);
    msg.reply.request_id = request_id;
    msg.reply.status = (int32_t)status;
    msg.reply.number = number;
    (void)text_copy(msg.reply.text, sizeof msg.reply.text, text);
    net_send(world, LINK_VENUE, TO_CLIENT, &msg, true);
}

struct answer {
    struct world *world;
    int64_t rows;
};

static void answer_row(struct answer *answer, const struct msg *msg)
{
    net_send(answer->world, LINK_VENUE, TO_CLIENT, msg, true);
    answer->rows++;
}

static void answer_position(void *context, const struct position *position)
{
    struct msg msg;
    msg_init(&msg, MSG_POSITION);
    msg.position = *position;
    answer_row(context, &msg);
}

static void answer_working(void *context, const struct order *order)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER);
    msg.order = *order;
    answer_row(context, &msg);
}

static bool answer_fills(struct answer *answer, uint64_t from_seq)
{
    const struct table *table = &self(answer->world)->store.tables[TABLE_EXEC];
    for (uint64_t i = from_seq; i < table->count; i++) {
        if (answer->rows == SIM_ANSWER_MAX) return true;
        answer_row(answer, table->rows[i]);
    }
    return false;
}

static void answer_order(struct answer *answer, const struct query *query)
{
    struct msg msg;
    msg_init(&msg, MSG_VENUE_ORDER_STATUS);
    struct venue_order_status *status = &msg.venue_order_status;
    const struct order *order = matching_find(answer->world->exchange.matching, 0, query->text, &status->copies);
    status->request_id = query->request_id;
    status->found = order != NULL;
    if (order != NULL) status->order = *order;
    answer_row(answer, &msg);
}

static void on_query(struct world *world, const struct query *query)
{
    struct answer answer = {.world = world};
    struct matching *matching = world->exchange.matching;
    struct msg msg;
    bool more = false;
    if (query->kind == QUERY_VENUE_FILLS) more = answer_fills(&answer, query->from_seq);
    if (query->kind == QUERY_VENUE_ORDER) answer_order(&answer, query);
    if (query->kind == QUERY_VENUE_POSITIONS) matching_each_position(matching, 0, answer_position, &answer);
    if (query->kind == QUERY_VENUE_ORDERS) matching_each_working(matching, 0, answer_working, &answer);
    for (uint32_t i = 0; query->kind == QUERY_CONTRACTS && i < matching_count(matching); i++) {
        msg_init(&msg, MSG_CONTRACT);
        msg.contract = *matching_contract_at(matching, i);
        answer_row(&answer, &msg);
    }
    reply(world, query->request_id, ERR_OK, answer.rows, more ? "more" : "");
}

/* A venue may refuse for reasons of its own: a price between two ticks is refused by any. */
static void take_order(struct world *world, const struct order_request *request)
{
    struct order_request taken = *request;
    check_arrival(world, request);
    if (world_chance(world, world->chaos.reject)) {
        taken.type = ORDER_LIMIT;
        taken.limit_price = 1;
    }
    matching_order(world->exchange.matching, 0, &taken, &self(world)->sink);
}

static uint64_t asked_by(const struct msg *msg)
{
    if (msg->id == MSG_QUERY) return msg->query.request_id;
    return msg->id == MSG_CONTROL ? msg->control.request_id : 0;
}

static void receive(struct world *world, const struct packet *packet)
{
    struct exchange *x = &world->exchange;
    const struct msg *msg = &packet->msg;
    struct sink *sink = &self(world)->sink;
    matching_on_time(x->matching, world_market_us(world), world->now_us, sink);
    if (msg->id == MSG_LOGIN) {
        x->logged_in = true;
        reply(world, msg->login.request_id, ERR_OK, (int64_t)++x->sessions, "logged in");
    } else if (!x->logged_in) {
        reply(world, asked_by(msg), ERR_DENIED, 0, "log in first");
    } else if (msg->id == MSG_ORDER_REQUEST) {
        take_order(world, &msg->order_request);
    } else if (msg->id == MSG_CANCEL_REQUEST) {
        matching_cancel(x->matching, 0, &msg->cancel_request, sink);
    } else if (msg->id == MSG_QUERY) {
        on_query(world, &msg->query);
    } else if (msg->id == MSG_CONTROL) {
        x->logged_in = false;
        reply(world, msg->control.request_id, ERR_OK, 0, "logged out");
    }
    end_step(world);
}

/* --- the market -------------------------------------------------------------------------------------------------------------- */

static void publish_market(struct world *world)
{
    struct exchange *x = &world->exchange;
    const struct session *session = matching_session(x->matching, 0);
    struct msg msg;
    msg_init(&msg, MSG_MARKET);
    (void)text_copy(msg.market.venue, sizeof msg.market.venue, "SIM");
    msg.market.market_us = world_market_us(world);
    msg.market.trading_day = session->trading_day;
    msg.market.session = (int32_t)session->kind;
    msg.market.session_state = (int32_t)session->state;
    msg.market.speed = 1;
    msg.market.simulated = true;
    const bool same = x->said.session == msg.market.session && x->said.session_state == msg.market.session_state &&
                      x->said.trading_day == msg.market.trading_day;
    if (same && world->now_us < x->next_market_us) return;
    x->said = msg.market;
    x->next_market_us = world->now_us + SIM_SECOND_US;
    net_send(world, LINK_VENUE, PUBLISHED, &msg, false);
}

static void work(struct world *world)
{
    matching_on_time(world->exchange.matching, world_market_us(world), world->now_us, &self(world)->sink);
    market_move(world);
    end_step(world);
    if (!self(world)->dying) publish_market(world);
}

const struct node_ops exchange_ops = {
    .name = "exchange", .birth = birth, .death = death, .receive = receive, .work = work, .release = release};

/* check: what must hold after every step, told from outside: by what leaves the gateway, what arrives at the venue, and what
 * is committed. None of it is asked of the components themselves where it can be counted here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tests/sim/world.h"

#define INDEX_SIZE (SIM_IDS_MAX * 2u)
#define NOTICED_US (UPSTREAM_SILENCE_US + 3 * SIM_WORK_US)

/* --- who is who --------------------------------------------------------------------------------------------------------- */

struct witness *check_witness(struct world *world, const struct order_request *request)
{
    uint32_t hash = 2166136261u;
    for (const char *c = request->client_order_id; *c != '\0'; c++) hash = (hash ^ (unsigned char)*c) * 16777619u;
    uint32_t slot = hash % INDEX_SIZE;
    while (world->witness_index[slot] != 0) {
        struct witness *known = &world->witnesses[world->witness_index[slot] - 1];
        if (strcmp(known->id, request->client_order_id) == 0) return known;
        slot = (slot + 1) % INDEX_SIZE;
    }
    CHECK(world->witness_count < SIM_IDS_MAX);
    struct witness *made = &world->witnesses[world->witness_count++];
    world->witness_index[slot] = world->witness_count;
    memset(made, 0, sizeof *made);
    (void)text_copy(made->id, sizeof made->id, request->client_order_id);
    made->request = *request;
    return made;
}

static const struct guard_state *stored_guard(const struct world *world)
{
    const struct msg *row = store_single(&world->nodes[NODE_GATEWAY].store, MSG_GUARD_STATE);
    return row == NULL ? NULL : &row->guard_state;
}

/* --- leaving the gateway --------------------------------------------------------------------------------------------------- */

struct others {
    const struct order_request *request;
    int32_t leaving;           /* lots of other reduce-only orders of that symbol and side */
    int32_t plain;             /* ... of the rest */
    const struct order *rival; /* another exit of the same condition that has not ended */
};

static bool is_exit(enum order_leg leg)
{
    return leg == LEG_TAKE_PROFIT || leg == LEG_STOP_LOSS;
}

static void look_at_other(void *context, const struct order *order)
{
    struct others *others = context;
    const struct order_request *request = others->request;
    if (order_state_terminal(order->state)) return;
    if (strcmp(order->request.client_order_id, request->client_order_id) == 0) return;
    if (is_exit(request->leg) && is_exit(order->request.leg) && order->request.condition_id == request->condition_id)
        others->rival = order;
    if (order->request.side != request->side || strcmp(order->request.symbol, request->symbol) != 0) return;
    *(order->request.reduce_only ? &others->leaving : &others->plain) +=
        order->request.quantity - order->filled_quantity;
}

static void check_exit(struct world *world, const struct order_request *request)
{
    struct others others = {.request = request};
    gate_each_order(world->gateway.gate, look_at_other, &others);
    if (others.rival != NULL)
        world_fail(world, "exit %s goes while %s has not ended", request->client_order_id,
                   others.rival->request.client_order_id);
    if (!request->reduce_only) return;
    const enum side held_side = side_opposite(request->side);
    const int64_t side = books_side(world, sim_symbol_index(request->symbol), held_side);
    if (request->quantity > side - others.leaving)
        world_fail(world, "exit %s of %d lots is bigger than the side it closes: %lld held, %d leaving already",
                   request->client_order_id, request->quantity, (long long)side, others.leaving);
    if (request->condition_id > 0 && request->condition_id <= SIM_CONDITIONS_MAX) {
        const struct condition_witness *own = &world->conditions[request->condition_id];
        if (request->quantity > own->entered - own->left)
            world_fail(world, "exit %s of %d lots is bigger than what its condition holds: %d entered, %d left",
                       request->client_order_id, request->quantity, own->entered, own->left);
        return;
    }
    const struct position *position = gate_position(world->gateway.gate, SIM_ACCOUNT, request->symbol);
    const int32_t held = position == NULL ? 0 : position->quantity, against = -side_sign(request->side) * held;
    if (request->quantity > against - others.leaving - others.plain)
        world_fail(world, "exit %s of %d lots is bigger than the position: %+d held, %d leaving already",
                   request->client_order_id, request->quantity, held, others.leaving + others.plain);
}

/* What the venue holds has been answered for in this session, before anything is opened over it. */
static void check_compared(struct world *world, const struct order_request *request)
{
    const struct gateway *gateway = &world->gateway;
    if (request->reduce_only || gateway->compared_session == gateway->session.venue_session) return;
    world_fail(world, "entry %s leaves before session %" PRIu64 " was compared", request->client_order_id,
               gateway->session.venue_session);
}

/* By its first journal row: what comes later may have been shortened for a cancel. */
static void check_time(struct world *world, const struct witness *witness)
{
    const int64_t expires_us = witness->request.expires_us;
    if (expires_us > 0 && world->now_us > expires_us)
        world_fail(world, "order %s leaves %" PRId64 " ms past its time to live", witness->id,
                   (world->now_us - expires_us) / 1000);
}

void check_sending(struct world *world, const struct order_request *request)
{
    struct witness *witness = check_witness(world, request);
    witness->sent++;
    check_time(world, witness);
    check_exit(world, request);
    limits_check(world, request);
    check_compared(world, request);
    world->sent_us[world->sent_count++ % 64] = world->now_us;
}

/* --- arriving at the venue ------------------------------------------------------------------------------------------------- */

/* Lots that orders of this side may still fill at the venue, but for this one. */
static int32_t open_there(const struct world *world, const struct order_request *but)
{
    const struct table *table = &world->nodes[NODE_EXCHANGE].store.tables[TABLE_ORDER];
    int32_t lots = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->rows[i] == NULL) continue;
        const struct order *order = &table->rows[i]->order;
        if (order_state_terminal(order->state) || order->request.side != but->side ||
            strcmp(order->request.symbol, but->symbol) != 0 ||
            strcmp(order->request.client_order_id, but->client_order_id) == 0)
            continue;
        lots += order->request.quantity - order->filled_quantity;
    }
    return lots;
}

/* Whatever fills there, and in whatever order, it ends flat at worst: where every sale closes, all that is on sale is held. A
 * flatten closes once nothing else works, anywhere. */
static void check_room(struct world *world, const struct order_request *request)
{
    const bool flatten = request->leg == LEG_FLATTEN;
    if (!flatten && (!world->one_sided || request->side != SIDE_SELL)) return;
    const int32_t held = world->venue_held[sim_symbol_index(request->symbol)], open = open_there(world, request);
    if (request->quantity + open > -side_sign(request->side) * held)
        world_fail(world, "%s %s %d arrives while %+d lots are held and %d more may fill on that side",
                   request->client_order_id, side_name(request->side), request->quantity, held, open);
}

void check_arrival(struct world *world, const struct order_request *request)
{
    struct witness *witness = check_witness(world, request);
    const struct guard_state *guard = stored_guard(world);
    check_room(world, request);
    world_tell(world, "venue: %s %s %d %s at %lld", request->client_order_id, side_name(request->side),
               request->quantity, order_type_name(request->type), (long long)(request->limit_price / PRICE_SCALE));
    if (store_order(&world->nodes[NODE_GATEWAY].store, witness->id) == NULL)
        world_fail(world, "order %s is at the venue and not in the gateway's journal", witness->id);
    if (!world->power_cut && store_order(&world->nodes[NODE_EXECUTOR].store, witness->id) == NULL)
        world_fail(world, "order %s is at the venue and the executor has no intent of it", witness->id);
    if (guard == NULL || guard->orders_sent > guard->intents || world->taken >= guard->orders_sent)
        world_fail(world, "%" PRIu64 " orders arrived, %" PRIu64 " sent, %" PRIu64 " intents journalled",
                   world->taken + 1, guard == NULL ? 0 : guard->orders_sent, guard == NULL ? 0 : guard->intents);
}

/* --- rows about to be committed -------------------------------------------------------------------------------------------- */

static struct witness *witness_of(struct world *world, const char *client_order_id)
{
    struct order_request request = {.quantity = 0};
    (void)text_copy(request.client_order_id, sizeof request.client_order_id, client_order_id);
    return check_witness(world, &request);
}

/* What the venue commits is there; what died with it on the way in never was. */
static void on_taken(struct world *world, const struct venue_exec *exec)
{
    struct witness *witness = witness_of(world, exec->client_order_id);
    world->taken++;
    world->totals.orders++;
    world->totals.rejects += exec->kind == EXEC_REJECTED;
    world->totals.flattens += witness->request.leg == LEG_FLATTEN;
    if (++witness->taken > 1) world_fail(world, "the venue has order %s %u times", witness->id, witness->taken);
}

static void on_fill(struct world *world, const struct venue_exec *exec)
{
    struct witness *witness = witness_of(world, exec->client_order_id);
    const int at = sim_symbol_index(exec->symbol);
    const int32_t limit = world->position_bound[at];
    int32_t *held = &world->venue_held[at];
    witness->filled += exec->fill_quantity;
    world->totals.partial += witness->filled < witness->request.quantity;
    world->totals.fills_first += witness->taken == 0;
    if (witness->request.leg == LEG_FLATTEN && -side_sign(exec->side) * *held < exec->fill_quantity)
        world_fail(world, "a flatten turned the position in %s: %+d before %s %d", exec->symbol, *held,
                   side_name(exec->side), exec->fill_quantity);
    *held += side_sign(exec->side) * exec->fill_quantity;
    world->totals.fills++;
    if (limit != 0 && abs(*held) > limit)
        world_fail(world, "%+d lots of %s held, the limit is %d", *held, exec->symbol, limit);
    if (world->one_sided && *held < 0) world_fail(world, "the position in %s was reversed: %+d", exec->symbol, *held);
    const struct order_request *order = &witness->request;
    if (order->condition_id <= 0 || order->condition_id > SIM_CONDITIONS_MAX) return;
    struct condition_witness *condition = &world->conditions[order->condition_id];
    if (order->leg == LEG_ENTRY) condition->entered += exec->fill_quantity;
    if (is_exit(order->leg)) condition->left += exec->fill_quantity;
    if (condition->left > condition->entered)
        world_fail(world, "condition %" PRId64 " has left %d lots and entered %d", order->condition_id, condition->left,
                   condition->entered);
}

static void on_condition(struct world *world, const struct condition *condition)
{
    const int32_t left = condition->filled_quantity - condition->exited_quantity;
    if (condition->id > world->conditions_made) world->conditions_made = condition->id;
    if (condition->locked) world->totals.locked++;
    if (left < 0) world_fail(world, "condition %" PRId64 " left %d lots more than it entered", condition->id, -left);
    const bool watched = condition->state == CONDITION_OPEN || condition->state == CONDITION_EXITING;
    if (left > 0 && !watched && strstr(condition->reason, "closed elsewhere") == NULL)
        world_fail(world, "condition %" PRId64 " is %s and %d lots of it are not protected", condition->id,
                   condition_state_name(condition->state), left);
    if (condition->state == CONDITION_CLOSED) world->totals.closed++;
}

static void on_transition(struct node *node, const struct transition *transition)
{
    const struct table *table = &node->store.tables[TABLE_TRANSITION];
    const uint32_t at = (uint32_t)transition->condition_id;
    const int64_t last = at < table->count && table->rows[at] != NULL ? table->rows[at]->transition.serial : 0;
    if (transition->serial != last + 1)
        world_fail(node->world, "condition %" PRId64 ": transition %" PRId64 " follows %" PRId64,
                   transition->condition_id, transition->serial, last);
    world_tell(node->world, "condition %lld: %s -> %s: %s", (long long)transition->condition_id,
               condition_state_name(transition->from), condition_state_name(transition->to), transition->reason);
}

static void on_event(struct node *node, const struct order_event *event)
{
    const uint64_t count = node->store.tables[TABLE_EVENT].count;
    if (event->seq != count + 1)
        world_fail(node->world, "event %" PRIu64 " is stored after %" PRIu64, event->seq, count);
    books_event(node, event);
    if (node->id != NODE_GATEWAY) return;
    if (event->reject == REJECT_EXPIRED) node->world->totals.expired++;
    world_tell(node->world, "gate: %s %s %s %d/%d %s", event->request.client_order_id, exec_kind_name(event->kind),
               order_state_name(event->state), event->filled_quantity, event->request.quantity, event->reason);
}

static void on_guard(struct world *world, const struct guard_state *state)
{
    if (state->orders_sent > state->intents)
        world_fail(world, "%" PRIu64 " orders sent, %" PRIu64 " intents journalled", state->orders_sent,
                   state->intents);
    if (state->mode == GUARD_HALTED && !world->clock_jumped && strcmp(state->actor, "guard") == 0)
        world_fail(world, "the guard halted by itself: %s", state->reason);
}

static void on_order(struct node *node, const struct order *order)
{
    if (node->id != NODE_EXECUTOR) return;
    struct witness *witness = check_witness(node->world, &order->request);
    /* Decided again, after a power cut took the first decision. */
    if (order->state == ORDER_INTENT && order->request.expires_us > witness->request.expires_us)
        witness->request = order->request;
}

void check_row(struct node *node, const struct msg *msg)
{
    struct world *world = node->world;
    if (msg->id == MSG_VENUE_EXEC && (msg->venue_exec.kind == EXEC_NEW || msg->venue_exec.kind == EXEC_REJECTED))
        on_taken(world, &msg->venue_exec);
    if (msg->id == MSG_VENUE_EXEC && msg->venue_exec.kind == EXEC_FILL) on_fill(world, &msg->venue_exec);
    if (msg->id == MSG_CONDITION) on_condition(world, &msg->condition);
    if (msg->id == MSG_TRANSITION) on_transition(node, &msg->transition);
    if (msg->id == MSG_ORDER_EVENT) on_event(node, &msg->order_event);
    if (msg->id == MSG_GUARD_STATE) on_guard(world, &msg->guard_state);
    if (msg->id == MSG_GUARD_LIMITS) limits_changed(world, &msg->guard_limits);
    if (msg->id == MSG_ORDER) on_order(node, &msg->order);
    if (msg->id == MSG_SIGNAL && node->id == NODE_STRATEGY && !msg->signal.acknowledged) world->totals.signals++;
    if (msg->id == MSG_RISK_EVENT) world_tell(world, "alarm: %s: %s", msg->risk_event.component, msg->risk_event.text);
}

/* --- the feed ---------------------------------------------------------------------------------------------------------------- */

/* A heartbeat that arrives tells of every tick before it: who has not had them knows it from then on. */
void check_heartbeat(struct world *world, const struct feed *feed)
{
    const int at = sim_symbol_index(feed->symbol);
    if (feed->time_us > world->heard_us) world->heard_us = feed->time_us;
    if (feed->epoch < world->feed_epoch) return; /* it was overtaken */
    world->feed_epoch = feed->epoch;
    if (at < 0 || world->stale[at] || world->lost_said[at] || feed->last_seq == 0) return;
    if (feed->epoch < world->handed_epoch[at]) return;
    if (feed->epoch != world->handed_epoch[at] || world->handed_seq[at] < feed->last_seq)
        world_fail(world, "tick %" PRIu64 " of %s is missing, the last one here is %" PRIu64 ", and nobody noticed",
                   feed->last_seq, feed->symbol, world->handed_seq[at]);
}

/* Whoever has heard no heartbeat for a second and a half knows that. */
void check_feed(struct world *world)
{
    const struct node *strategy = &world->nodes[NODE_STRATEGY];
    if (!node_runs(strategy, world->now_us)) {
        world->heard_us = world->now_us + SIM_WORK_US;
        return;
    }
    for (int i = 0; i < SIM_SYMBOLS; i++) {
        const bool waits = world->handed_day[i] != 0 || world->restored[i];
        if (waits && !world->stale[i] && world->now_us - world->heard_us > NOTICED_US)
            world_fail(world, "the feed of %s has been silent for %" PRId64 " ms, and nobody noticed", sim_symbols[i],
                       (world->now_us - world->heard_us) / 1000);
    }
}

/* Every lot that traded is in a tick: what lacks was lost somewhere between the exchange and here, and must have been said. */
void check_tick(struct world *world, const struct tick *tick)
{
    const int at = sim_symbol_index(tick->symbol);
    const int64_t missing = tick->volume - tick->quantity - world->handed_volume[at];
    const bool follows = world->handed_day[at] == tick->trading_day;
    if (follows && missing != 0 && !world->lost_said[at])
        world_fail(world, "%" PRId64 " lots of %s traded unseen, and nobody said so", missing, tick->symbol);
    world->handed_epoch[at] = tick->epoch;
    world->handed_seq[at] = tick->sym_seq;
    world->handed_volume[at] = tick->volume;
    world->handed_day[at] = tick->trading_day;
    world->lost_said[at] = false;
}

/* settle: the weather clears, everything comes back, the market moves far enough for every exit; then all books must agree,
 * every order must have ended, and no lot may be left without its condition. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "tests/sim/world.h"

#define REST_LIMIT_US (40 * SIM_SECOND_US)

/* --- coming to rest --------------------------------------------------------------------------------------------------------- */

static void count_living(void *context, const struct order *order)
{
    uint32_t *living = context;
    if (!order_state_terminal(order->state)) ++*living;
}

struct watched {
    uint32_t count;
    const struct condition *last;
};

static void count_watched(void *context, const struct condition *condition)
{
    struct watched *watched = context;
    if (condition_terminal(condition->state)) return;
    watched->count++;
    watched->last = condition;
}

/* "" when nothing is on its way any more. conditions: and none of them is alive. */
static void still_going(const struct world *world, bool conditions, char text[400])
{
    uint32_t living = 0;
    struct watched watched = {.count = 0};
    for (int i = 0; i < SIM_NODES; i++) {
        if (node_runs(&world->nodes[i], world->now_us)) continue;
        snprintf(text, 400, "process %d is not there", i);
        return;
    }
    executor_each_order(world->executor, count_living, &living);
    strategy_each(world->strategy, count_watched, &watched);
    const uint32_t unknown = gate_unconfirmed(world->gateway.gate), unsent = executor_unconfirmed(world->executor);
    const uint32_t unsaid = strategy_unconfirmed(world->strategy);
    const uint64_t events = gate_events_seq(world->gateway.gate);
    const bool behind =
        executor_events_seq(world->executor) != events || strategy_events_seq(world->strategy) != events;
    text[0] = '\0';
    if (!world->gateway.session.logged_in || unknown + unsent + unsaid > 0 || behind ||
        (conditions && living + watched.count > 0))
        snprintf(
            text, 400,
            "logged in %d, %u orders unconfirmed, %u intents, %u signals, %u orders and %u conditions alive, behind %d",
            world->gateway.session.logged_in, unknown, unsent, unsaid, living, watched.count, behind);
    if (text[0] == '\0' || watched.last == NULL) return;
    const size_t used = strlen(text);
    snprintf(text + used, 400 - used, "; condition %" PRId64 " is %s (%s)", watched.last->id,
             condition_state_name(watched.last->state), watched.last->reason);
}

static bool come_to_rest(struct world *world, bool conditions, const char *when)
{
    char text[400];
    const int64_t limit_us = world->now_us + REST_LIMIT_US;
    int quiet = 0;
    while (world->failure[0] == '\0' && quiet < 3) {
        if (!world_until(world, world->now_us + 500000)) return false;
        still_going(world, conditions, text);
        quiet = text[0] == '\0' ? quiet + 1 : 0;
        if (world->now_us > limit_us) world_fail(world, "%s, and never at rest: %s", when, text);
    }
    return world->failure[0] == '\0';
}

static void cancel_order(void *context, const struct order *order)
{
    struct world *world = context;
    struct cancel_command command = {.request_id = 1};
    if (order_state_terminal(order->state) || (order->request.reduce_only && order->request.condition_id != 0)) return;
    (void)text_copy(command.cancel.client_order_id, sizeof command.cancel.client_order_id,
                    order->request.client_order_id);
    executor_on_cancel_command(world->executor, &command, world->now_us, &world->nodes[NODE_EXECUTOR].sink);
}

struct levels {
    int64_t low[SIM_SYMBOLS], high[SIM_SYMBOLS];
};

static void widen(void *context, const struct condition *condition)
{
    struct levels *levels = context;
    struct condition_levels at;
    const int symbol = sim_symbol_index(condition->terms.symbol);
    if (condition_terminal(condition->state)) return;
    condition_levels(condition, &at);
    const int64_t ends[] = {at.take_profit / PRICE_SCALE, at.stop_loss / PRICE_SCALE};
    for (int i = 0; i < 2; i++) {
        if (ends[i] - 3 < levels->low[symbol]) levels->low[symbol] = ends[i] - 3;
        if (ends[i] + 3 > levels->high[symbol]) levels->high[symbol] = ends[i] + 3;
    }
}

/* Up, then down: past every level that anything waits for. */
static bool sweep(struct world *world)
{
    struct levels levels;
    for (int i = 0; i < SIM_SYMBOLS; i++) levels.low[i] = levels.high[i] = world->walks[i].points;
    strategy_each(world->strategy, widen, &levels);
    for (int leg = 0; leg < 2; leg++) {
        for (int i = 0; i < SIM_SYMBOLS; i++) market_drive(world, i, leg == 0 ? levels.high[i] : levels.low[i]);
        if (!world_until(world, world->now_us + 3 * SIM_SECOND_US)) return false;
    }
    return true;
}

/* --- the books -------------------------------------------------------------------------------------------------------------- */

static int32_t fills_stored(const struct store *store, const char *symbol)
{
    const struct table *table = &store->tables[TABLE_EVENT];
    int32_t sum = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        const struct order_event *event = &table->rows[i]->order_event;
        if (event->kind == EXEC_FILL && strcmp(event->request.symbol, symbol) == 0)
            sum += side_sign(event->request.side) * event->fill_quantity;
    }
    return sum;
}

static void same_positions(struct world *world)
{
    for (int i = 0; i < SIM_SYMBOLS; i++) {
        const char *symbol = sim_symbols[i];
        const struct store *gate_store = &world->nodes[NODE_GATEWAY].store,
                           *orders = &world->nodes[NODE_EXECUTOR].store;
        const struct position *gate = gate_position(world->gateway.gate, SIM_ACCOUNT, symbol);
        const struct position *executor = executor_position(world->executor, SIM_ACCOUNT, symbol);
        const int32_t held[] = {world->venue_held[i],
                                books_position(&world->nodes[NODE_EXCHANGE], symbol),
                                gate == NULL ? 0 : gate->quantity,
                                books_position(&world->nodes[NODE_GATEWAY], symbol),
                                fills_stored(gate_store, symbol),
                                executor == NULL ? 0 : executor->quantity,
                                books_position(&world->nodes[NODE_EXECUTOR], symbol),
                                fills_stored(orders, symbol)};
        for (size_t k = 1; k < sizeof held / sizeof held[0]; k++) {
            if (held[k] == held[0]) continue;
            world_fail(world,
                       "%s: fills at the venue %+d, its file %+d; gate %+d, its file %+d, its fills %+d; executor %+d, "
                       "its file "
                       "%+d, its fills %+d",
                       symbol, held[0], held[1], held[2], held[3], held[4], held[5], held[6], held[7]);
            return;
        }
    }
}

static void same_order(struct world *world, const struct order *there)
{
    const char *id = there->request.client_order_id;
    const struct order *gate = gate_order(world->gateway.gate, id), *executor = executor_order(world->executor, id);
    if (gate == NULL || executor == NULL || gate->filled_quantity != there->filled_quantity ||
        executor->filled_quantity != there->filled_quantity || gate->state != there->state ||
        executor->state != there->state)
        world_fail(world, "order %s: %s %d at the venue, %s %d at the gate, %s %d at the executor", id,
                   order_state_name(there->state), there->filled_quantity,
                   gate == NULL ? "none" : order_state_name(gate->state), gate == NULL ? 0 : gate->filled_quantity,
                   executor == NULL ? "none" : order_state_name(executor->state),
                   executor == NULL ? 0 : executor->filled_quantity);
}

static void ended_order(void *context, const struct order *order)
{
    struct world *world = context;
    if (!order_state_terminal(order->state))
        world_fail(world, "order %s never ended: %s", order->request.client_order_id, order_state_name(order->state));
}

static void same_orders(struct world *world)
{
    const struct table *table = &world->nodes[NODE_EXCHANGE].store.tables[TABLE_ORDER];
    for (uint32_t i = 0; i < table->count; i++) same_order(world, &table->rows[i]->order);
    executor_each_order(world->executor, ended_order, world);
    gate_each_order(world->gateway.gate, ended_order, world);
}

/* Every signal: acknowledged for good, and its order known and ended, or refused. */
static void signals_answered(struct world *world)
{
    const struct table *signals = &world->nodes[NODE_STRATEGY].store.tables[TABLE_SIGNAL];
    for (uint32_t i = 0; i < signals->count; i++) {
        if (signals->rows[i] == NULL) continue;
        const struct signal *signal = &signals->rows[i]->signal;
        const char *id = signal->order.client_order_id;
        if (!signal->acknowledged) world_fail(world, "signal %s was never answered", id);
        if (executor_order(world->executor, id) == NULL && !world->power_cut)
            world_fail(world, "signal %s left no order", id);
    }
}

static void one_condition(void *context, const struct condition *condition)
{
    struct world *world = context;
    if (condition->id > SIM_CONDITIONS_MAX) return;
    const struct condition_witness *witness = &world->conditions[condition->id];
    if (condition->filled_quantity != witness->entered)
        world_fail(world, "condition %" PRId64 " protects %d lots, %d were filled", condition->id,
                   condition->filled_quantity, witness->entered);
    const int32_t most = witness->left < condition->filled_quantity ? witness->left : condition->filled_quantity;
    if (condition->exited_quantity < most)
        world_fail(world, "condition %" PRId64 " left %d lots, %d were filled", condition->id,
                   condition->exited_quantity, witness->left);
    if (condition->entry_working || condition->exit_working)
        world_fail(world, "condition %" PRId64 " waits for an order that is not there", condition->id);
}

/* Where conditions alone open, and all of them have ended, nothing is held. */
static void nothing_forgotten(struct world *world)
{
    for (int i = 0; i < SIM_SYMBOLS; i++)
        if (world->one_sided && !world->lost_conditions && world->venue_held[i] != 0)
            world_fail(world, "%+d lots of %s are held and no condition protects them", world->venue_held[i],
                       sim_symbols[i]);
}

bool settle_run(struct world *world)
{
    world_calm(world);
    if (!come_to_rest(world, false, "the weather is calm")) return false;
    people_control(world, CONTROL_RESUME);
    people_cancel_all(world);
    executor_each_order(world->executor, cancel_order, world);
    node_end_step(&world->nodes[NODE_EXECUTOR]);
    if (!sweep(world) || !come_to_rest(world, true, "every level was crossed")) return false;
    same_positions(world);
    same_orders(world);
    signals_answered(world);
    strategy_each(world->strategy, one_condition, world);
    nothing_forgotten(world);
    return world->failure[0] == '\0';
}

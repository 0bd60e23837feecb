/* node: a process. A step's records are committed in one transaction, then the rest leaves in the order in which it was
 * said; it may die before the commit, after it, or between any two messages. What died is put away after the event that
 * killed it, for its own code is still on the stack. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "tests/sim/world.h"

static const struct node_ops *const all_ops[SIM_NODES] = {&strategy_ops, &executor_ops, &gateway_ops, &exchange_ops};

bool node_runs(const struct node *node, int64_t now_us)
{
    return node->alive && !node->dying && now_us >= node->stalled_until_us;
}

void node_kill(struct node *node, int64_t down_us)
{
    if (!node->alive || node->dying) return;
    node->dying = true;
    node->restart_us = node->world->now_us + down_us;
    node->world->totals.crashes++;
    world_tell(node->world, "%s dies for %lld ms", all_ops[node->id]->name, (long long)(down_us / 1000));
}

static int64_t rest_us(struct world *world)
{
    return rng_chance(&world->rng, 1, 6) ? rng_range(&world->rng, 0, 6000000) : rng_range(&world->rng, 0, 1000000);
}

/* How many of the step's effects happen before the process dies: 0 = not even the commit. All: it lives. */
static uint32_t fate(struct node *node, uint32_t effects, bool stores)
{
    struct world *world = node->world;
    if (stores && world_chance(world, world->chaos.commit_fail)) {
        world->totals.commits_failed++;
        node_kill(node, rest_us(world));
        return 0;
    }
    if (!world_chance(world, world->chaos.crash)) return effects;
    node_kill(node, rest_us(world));
    return (uint32_t)rng_range(&world->rng, 0, effects);
}

static void commit(struct node *node)
{
    store_begin(&node->store);
    for (uint32_t i = 0; i < node->step_count; i++) {
        if (node->step[i].port != PORT_STORE) continue;
        check_row(node, &node->step[i].msg);
        store_put(&node->store, &node->step[i].msg, node->id == NODE_EXCHANGE);
    }
    books_check(node);
}

void node_end_step(struct node *node)
{
    struct world *world = node->world;
    const uint32_t count = node->step_count;
    if (node->dying) node->step_count = 0;
    if (count == 0 || node->dying) return;
    world->totals.steps++;
    uint32_t leaving = 0;
    for (uint32_t i = 0; i < count; i++) leaving += node->step[i].port != PORT_STORE;
    const bool stores = leaving < count;
    uint32_t effects = fate(node, leaving + 1, stores);
    files_step(node, effects > 0);
    if (effects > 0)
        commit(node);
    else if (world->sabotage == SABOTAGE_EARLY_RELEASE)
        effects = leaving + 1;
    for (uint32_t i = 0, left = 1; i < count && left < effects; i++) {
        if (node->step[i].port == PORT_STORE) continue;
        all_ops[node->id]->release(world, node->step[i].port, &node->step[i].msg);
        left++;
    }
    node->step_count = 0;
}

void node_bury(struct world *world)
{
    for (int i = 0; i < SIM_NODES; i++) {
        struct node *node = &world->nodes[i];
        if (!node->dying) continue;
        node->dying = false;
        node->alive = false;
        node->step_count = 0;
        node->stalled_until_us = 0;
        all_ops[i]->death(world);
        files_close(node);
    }
}

void node_work(struct world *world, enum node_id id)
{
    struct node *node = &world->nodes[id];
    if (!node->alive && world->now_us >= node->restart_us) {
        node->alive = true;
        node->life++;
        node->born_us = world->now_us;
        world_tell(world, "%s is born", all_ops[id]->name);
        files_open(node);
        all_ops[id]->birth(world);
        node_end_step(node);
        return;
    }
    if (!node_runs(node, world->now_us)) return;
    all_ops[id]->work(world);
    if (node->store.journal && rng_chance(&world->rng, 1, 30)) store_checkpoint(&node->store);
    if (world->quiet || !rng_chance(&world->rng, world->chaos.stall, 10000)) return;
    node->stalled_until_us = world->now_us + rng_range(&world->rng, 100000, 7000000);
    world->totals.stalls++;
    world_tell(world, "%s is stopped for %lld ms", all_ops[id]->name,
               (long long)((node->stalled_until_us - world->now_us) / 1000));
}

static int64_t conditions_stored(const struct store *store)
{
    const struct table *table = &store->tables[TABLE_CONDITION];
    int64_t count = 0;
    for (uint32_t i = 0; i < table->count; i++) count += table->rows[i] != NULL;
    return count;
}

/* The machine goes dark: the three of it die, and what was not synced is gone (the gateway syncs at each commit). It takes
 * longer than a signal lives to start a machine again. The exchange is elsewhere; now and then it dies at the same moment. */
void node_power_cut(struct world *world)
{
    world->totals.power_cuts++;
    world->power_cut = true;
    if (rng_chance(&world->rng, 1, 3)) node_kill(&world->nodes[NODE_EXCHANGE], rest_us(world));
    for (int i = NODE_STRATEGY; i <= NODE_GATEWAY; i++) {
        struct node *node = &world->nodes[i];
        const int64_t down_us = SIM_TTL_US + rng_range(&world->rng, 500000, 2000000);
        if (node->alive)
            node_kill(node, down_us);
        else if (node->restart_us < world->now_us + down_us)
            node->restart_us = world->now_us + down_us;
        if (!node->store.journal) continue;
        const int64_t before = conditions_stored(&node->store);
        const uint32_t commits = store_commits(&node->store);
        const uint32_t lost = (uint32_t)rng_range(&world->rng, 0, commits);
        store_cut(&node->store, lost);
        if (conditions_stored(&node->store) < before) world->lost_conditions = true;
        world_tell(world, "the power is cut: %s loses %u of %u commits", all_ops[i]->name, lost, commits);
    }
}

/* world: a run. Events in the order of their time (and of their making, at the same time); a seed's weather; the beginning,
 * the storm, the calm. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tests/sim/world.h"

#define LINKS_US   50000
#define EVENTS_MAX 2000000 /* a run that needs more is not coming to an end */
#define NONE       UINT32_MAX

const char *sabotage_name(enum sabotage sabotage)
{
    static const char *const names[] = {
        [SABOTAGE_NONE] = "nothing",
        [SABOTAGE_NO_DEDUPE] = "dedupe off: a known id goes to the venue again",
        [SABOTAGE_RESEND_SENDING] = "resend of SENDING on: after a restart it is sent again",
        [SABOTAGE_NO_RECONCILE] = "reconcile off: the venue is not asked what happened meanwhile",
        [SABOTAGE_NO_EXPIRY] = "time to live off: an order may go whenever it gets there",
        [SABOTAGE_EARLY_RELEASE] = "commit off: messages leave though the commit failed",
        [SABOTAGE_DOUBLE_FILL] = "fill dedupe off: a restarted executor counts fills again",
        [SABOTAGE_GAP_BLIND] = "gap detection off: a lost tick is taken for none",
        [SABOTAGE_NO_GUARD] = "guard off: the last hop lets everything pass",
        [SABOTAGE_BIG_EXIT] = "an exit is made a lot bigger behind the guard",
        [SABOTAGE_LOST_LOT] = "the strategy is told a lot less than an entry has filled",
        [SABOTAGE_BIG_FLATTEN] = "a flatten is made a lot bigger behind the guard",
        [SABOTAGE_LOST_ROW] = "a file forgets what a condition holds",
        [SABOTAGE_EARLY_ENTRY] = "comparison off: entries do not wait for a new session's",
    };
    return names[sabotage];
}

/* --- small things --------------------------------------------------------------------------------------------------------- */

int sim_symbol_index(const char *symbol)
{
    for (int i = 0; i < SIM_SYMBOLS; i++)
        if (strcmp(sim_symbols[i], symbol) == 0) return i;
    return -1;
}

void world_fail(struct world *world, const char *format, ...)
{
    if (world->failure[0] != '\0') return; /* what follows from it is no news */
    va_list args;
    va_start(args, format);
    vsnprintf(world->failure, sizeof world->failure, format, args);
    va_end(args);
    world_tell(world, "FAILS: %s", world->failure);
}

void world_tell(const struct world *world, const char *format, ...)
{
    if (!world->verbose) return;
    va_list args;
    va_start(args, format);
    printf("%9.4f ", (double)(world->now_us - SIM_START_US) / 1e6);
    vprintf(format, args);
    printf("\n");
    va_end(args);
}

bool world_chance(struct world *world, uint32_t in_1000)
{
    return in_1000 > 0 && rng_chance(&world->rng, in_1000, 1000);
}

int64_t world_market_us(const struct world *world)
{
    return world->now_us + world->market_offset_us;
}

/* --- events ---------------------------------------------------------------------------------------------------------------- */

static bool before(const struct event *a, const struct event *b)
{
    return a->due_us < b->due_us || (a->due_us == b->due_us && a->order < b->order);
}

void world_schedule(struct world *world, int64_t due_us, enum event_kind kind, uint32_t arg)
{
    if (world->heap_count == world->heap_room) {
        world->heap_room = world->heap_room == 0 ? 256 : world->heap_room * 2;
        world->heap = realloc(world->heap, world->heap_room * sizeof *world->heap);
        CHECK(world->heap != NULL);
    }
    const struct event event = {.due_us = due_us, .order = ++world->event_order, .kind = kind, .arg = arg};
    uint32_t at = world->heap_count++;
    while (at > 0 && before(&event, &world->heap[(at - 1) / 2])) {
        world->heap[at] = world->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    world->heap[at] = event;
}

static struct event next_event(struct world *world)
{
    const struct event first = world->heap[0], last = world->heap[--world->heap_count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = at * 2 + 1;
        if (child >= world->heap_count) break;
        if (child + 1 < world->heap_count && before(&world->heap[child + 1], &world->heap[child])) child++;
        if (!before(&world->heap[child], &last)) break;
        world->heap[at] = world->heap[child];
        at = child;
    }
    if (world->heap_count > 0) world->heap[at] = last;
    return first;
}

/* The market's day ends in the middle of everything, and the night begins a moment later. */
static void pass_sessions(struct world *world)
{
    if (world->session_jump_us == 0 || world->now_us < world->session_jump_us) return;
    if (world->session_step == 0) world->market_offset_us = SIM_DAY_CLOSE_US - world->now_us;
    if (world->session_step == 1) world->market_offset_us = SIM_NIGHT_OPEN_US - 700000 - world->now_us;
    world->session_jump_us = world->session_step == 0 ? world->now_us + 900000 : 0;
    world->session_step++;
}

static void watch_links(struct world *world)
{
    net_links(world);
    pass_sessions(world);
    check_feed(world);
    if (world->power_us != 0 && world->now_us >= world->power_us) {
        world->power_us = 0;
        node_power_cut(world);
    }
    world_schedule(world, world->now_us + LINKS_US, EVENT_LINKS, 0);
}

static void handle(struct world *world, const struct event *event)
{
    if (event->kind == EVENT_PACKET) {
        net_deliver(world, event->arg);
    } else if (event->kind == EVENT_WORK) {
        world_schedule(world, world->now_us + SIM_WORK_US, EVENT_WORK, event->arg);
        node_work(world, (enum node_id)event->arg);
    } else if (event->kind == EVENT_PEOPLE) {
        if (world->quiet || world->scripted) return;
        world_schedule(world, world->now_us + rng_range(&world->rng, 50000, 400000), EVENT_PEOPLE, 0);
        people_act(world);
    } else {
        watch_links(world);
    }
    node_bury(world);
}

bool world_until(struct world *world, int64_t until_us)
{
    while (world->failure[0] == '\0' && world->heap_count > 0 && world->heap[0].due_us <= until_us) {
        const struct event event = next_event(world);
        CHECK(event.due_us >= world->now_us);
        world->now_us = event.due_us;
        handle(world, &event);
        if (world->event_order > EVENTS_MAX) world_fail(world, "more than %d events", EVENTS_MAX);
    }
    if (world->failure[0] != '\0') return false;
    world->now_us = until_us;
    return true;
}

/* --- the beginning ------------------------------------------------------------------------------------------------------------- */

static void sink_emit(void *context, enum port port, const struct msg *msg)
{
    struct node *node = context;
    struct err err;
    if (node->dying) return;
    if (node->world->checked && msg_check(msg, &err) != ERR_OK)
        world_fail(node->world, "a message that cannot be sent: %s", err.text);
    if (node->step_count == node->step_room) {
        node->step_room = node->step_room == 0 ? 32 : node->step_room * 2;
        node->step = realloc(node->step, node->step_room * sizeof *node->step);
        CHECK(node->step != NULL);
    }
    node->step[node->step_count].port = port;
    memcpy(&node->step[node->step_count++].msg, msg, sizeof *msg);
}

struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);
    CHECK(world != NULL);
    for (int i = 0; i < SIM_NODES; i++) {
        struct node *node = &world->nodes[i];
        node->world = world;
        node->id = (enum node_id)i;
        node->store.slab = &world->slab;
        node->sink = (struct sink){.context = node, .emit = sink_emit};
        world->buses[i].world = world;
        world->buses[i].node = (enum node_id)i;
    }
    return world;
}

static void bury_all(struct world *world)
{
    for (int i = 0; i < SIM_NODES; i++)
        if (world->nodes[i].alive) world->nodes[i].dying = true;
    node_bury(world);
}

void world_free(struct world *world)
{
    bury_all(world);
    files_end(world);
    for (int i = 0; i < SIM_NODES; i++) {
        store_clear(&world->nodes[i].store);
        store_free(&world->nodes[i].store);
        free(world->nodes[i].step);
        free(world->buses[i].queues);
    }
    slab_free(&world->slab);
    free(world->heap);
    free(world->packets);
    free(world);
}

static void begin_links(struct world *world)
{
    static const struct {
        enum node_id client, server;
    } ends[SIM_LINKS] = {[LINK_SIGNALS] = {NODE_STRATEGY, NODE_EXECUTOR},
                         [LINK_STRATEGY] = {NODE_STRATEGY, NODE_GATEWAY},
                         [LINK_EXECUTOR] = {NODE_EXECUTOR, NODE_GATEWAY},
                         [LINK_VENUE] = {NODE_GATEWAY, NODE_EXCHANGE}};
    for (int i = 0; i < SIM_LINKS; i++)
        world->links[i] = (struct link){.client = ends[i].client, .server = ends[i].server};
}

/* Everything that a run changes; memory is kept for the next one. */
static void reset(struct world *world)
{
    bury_all(world);
    files_end(world);
    for (int i = 0; i < SIM_NODES; i++) {
        struct node *node = &world->nodes[i];
        store_clear(&node->store);
        node->restart_us = node->stalled_until_us = node->timer_us = node->born_us = 0;
    }
    memset(&world->seed, 0, sizeof *world - offsetof(struct world, seed));
    world->heap_count = 0;
    world->packet_count = 0;
    world->packet_free = NONE;
}

void world_begin(struct world *world, uint64_t seed, enum sabotage sabotage)
{
    reset(world);
    rng_seed(&world->rng, seed);
    world->seed = seed;
    world->sabotage = sabotage;
    world->checked = seed % 16 == 1;
    if (seed % SIM_FILES_EVERY == 2 || sabotage == SABOTAGE_LOST_ROW) files_begin(world);
    world->now_us = SIM_START_US;
    world->limits = (struct guard_limits){.actor = "settings"};
    begin_links(world);
    market_begin(world);
    for (uint32_t i = 0; i < SIM_NODES; i++) {
        /* The exchange is there first; the others in any order. */
        const int64_t birth_us = world->now_us + (i == NODE_EXCHANGE ? 0 : rng_range(&world->rng, 1, SIM_WORK_US));
        world_schedule(world, birth_us, EVENT_WORK, i);
    }
    world_schedule(world, world->now_us, EVENT_LINKS, 0);
    world_schedule(world, world->now_us + SIM_SECOND_US, EVENT_PEOPLE, 0);
}

struct guard_limits world_limits(struct rng *rng)
{
    return (struct guard_limits){.actor = "settings",
                                 .max_position = (int32_t)(rng_chance(rng, 1, 2) ? rng_range(rng, 3, 12) : 0),
                                 .max_order_quantity = (int32_t)(rng_chance(rng, 1, 3) ? 3 : 0),
                                 .orders_per_second = (int32_t)(rng_chance(rng, 1, 3) ? rng_range(rng, 2, 5) : 0),
                                 .max_notional = rng_chance(rng, 1, 4) ? PRICE_POINTS(4000000) : 0,
                                 .collar_bps = rng_chance(rng, 1, 4) ? 2 : 0,
                                 .stale_tick_ms = rng_chance(rng, 1, 3) ? 1000 : 0,
                                 .daily_loss = rng_chance(rng, 1, 4) ? PRICE_POINTS(20000) : 0};
}

/* Each seed has weather of its own: some are all crashes, some all losses, some almost calm. */
void world_weather(struct world *world)
{
    struct rng *rng = &world->rng;
    world->chaos = (struct chaos){.drop = (uint32_t)rng_range(rng, 0, 80),
                                  .repeat = (uint32_t)rng_range(rng, 0, 80),
                                  .late = (uint32_t)rng_range(rng, 0, 150),
                                  .crash = (uint32_t)rng_range(rng, 0, 15),
                                  .commit_fail = (uint32_t)rng_range(rng, 0, 8),
                                  .stall = (uint32_t)rng_range(rng, 0, 40),
                                  .outage = (uint32_t)rng_range(rng, 0, 60),
                                  .fill_first = (uint32_t)rng_range(rng, 0, 400),
                                  .reject = (uint32_t)rng_range(rng, 0, 80),
                                  .delay_us = rng_range(rng, 20000, 1200000)};
    if (rng_chance(rng, 1, 6)) world->chaos.venue_delay_us = rng_range(rng, 0, 2500000);
    world->one_sided = rng_chance(rng, 1, 2);
    world->limits = world_limits(rng);
    if (rng_chance(rng, 1, 4)) world->session_jump_us = world->now_us + rng_range(rng, 3000000, 9000000);
    if (rng_chance(rng, 1, 4) && world->directory[0] == '\0') {
        world->power_us = world->now_us + rng_range(rng, 2000000, 9000000);
        world->nodes[NODE_STRATEGY].store.journal = world->nodes[NODE_EXECUTOR].store.journal = true;
    }
}

void world_calm(struct world *world)
{
    world->chaos = (struct chaos){0};
    world->quiet = true;
    world->power_us = 0;
    for (int i = 0; i < SIM_LINKS; i++) world->links[i].down_until_us = 0;
}

/* --- one seed -------------------------------------------------------------------------------------------------------------------- */

static void add_totals(struct sim_totals *sum, const struct sim_totals *run)
{
    const uint64_t *from = (const uint64_t *)run;
    uint64_t *to = (uint64_t *)sum;
    for (size_t i = 0; i < sizeof *sum / sizeof(uint64_t); i++) to[i] += from[i];
    sum->seeds++;
}

struct sim_result sim_run(uint64_t seed, enum sabotage sabotage, bool verbose, struct sim_totals *totals)
{
    static struct world *world; /* one thread, and its memory is worth keeping from seed to seed */
    struct sim_result result = {.good = false};
    if (world == NULL) world = world_new();
    world_begin(world, seed, sabotage);
    world->verbose = verbose;
    world_weather(world);
    result.good = world_until(world, world->now_us + rng_range(&world->rng, 6000000, 13000000)) && settle_run(world);
    result.at_us = world->now_us - SIM_START_US;
    (void)text_copy(result.failure, sizeof result.failure, world->failure);
    bury_all(world); /* and its files are removed */
    files_end(world);
    if (totals != NULL) add_totals(totals, &world->totals);
    return result;
}

uint64_t sim_find_failure(uint64_t first, uint64_t last, enum sabotage sabotage, struct sim_result *result)
{
    for (uint64_t seed = first; seed <= last; seed++) {
        *result = sim_run(seed, sabotage, false, NULL);
        if (!result->good) return seed;
    }
    return 0;
}

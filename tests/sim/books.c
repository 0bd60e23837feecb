/* books: what a process has written adds up with what it had been told, after each of its commits. Told is a part of the
 * gateway's stored events, from the first one to where the process says it stands: that part is counted here again, by
 * rules of our own, and must give the same positions, the same lots of each condition, the same protected quantity. The
 * gateway itself was told by the venue, order by order. */
#include <inttypes.h>
#include <string.h>

#include "core/text.h"
#include "tests/sim/world.h"

static const char *const names[SIM_NODES] = {"strategy", "executor", "gateway", "exchange"};

/* --- counting again ---------------------------------------------------------------------------------------------------- */

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static struct told *told_of(struct books *books, const struct order_request *request)
{
    const int64_t id = request->condition_id;
    return id > 0 && id <= SIM_CONDITIONS_MAX ? &books->conditions[id] : NULL;
}

static void count_event(struct books *books, const struct order_event *event)
{
    const struct order_request *request = &event->request;
    struct told *told = told_of(books, request);
    if (event->kind == EXEC_FILL)
        books->held[sim_symbol_index(request->symbol)] += side_sign(request->side) * event->fill_quantity;
    if (told == NULL || (event->kind != EXEC_FILL && event->kind != EXEC_RELEASED)) return;
    if (event->kind == EXEC_FILL && request->leg == LEG_ENTRY) {
        told->sign = side_sign(request->side);
        told->symbol = sim_symbol_index(request->symbol);
        told->entered += event->fill_quantity;
    } else {
        told->left += smaller(event->fill_quantity, told->entered - told->left);
    }
}

/* The process stands at that event now; earlier than before: a power cut took its last commits. */
static void count_to(struct world *world, struct books *books, uint64_t seq)
{
    const struct table *events = &world->nodes[NODE_GATEWAY].store.tables[TABLE_EVENT];
    if (seq < books->seq) memset(books, 0, sizeof *books);
    if (seq > events->count)
        world_fail(world, "event %" PRIu64 " is known, and the gateway has stored %" PRIu32, seq, events->count);
    for (; books->seq < seq && world->failure[0] == '\0'; books->seq++)
        count_event(books, &events->rows[books->seq]->order_event);
}

int64_t books_side(const struct world *world, int symbol, enum side side)
{
    const struct books *books = &world->books[NODE_GATEWAY];
    const int32_t sign = side_sign(side);
    int64_t rest = books->held[symbol], lots = 0;
    for (int64_t id = 1; id <= world->conditions_made; id++) {
        const struct told *told = &books->conditions[id];
        if (told->symbol != symbol) continue;
        const int32_t own = told->sign * (told->entered - told->left);
        rest -= own;
        if (own * sign > 0) lots += own * sign;
    }
    return rest * sign > 0 ? lots + rest * sign : lots;
}

/* --- comparing --------------------------------------------------------------------------------------------------------- */

/* The newest day's row. */
int32_t books_position(const struct node *node, const char *symbol)
{
    const struct table *table = &node->store.tables[TABLE_POSITION];
    const struct position *newest = NULL;
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->rows[i] == NULL || strcmp(table->rows[i]->position.symbol, symbol) != 0) continue;
        const struct position *position = &table->rows[i]->position;
        if (newest == NULL || position->trading_day > newest->trading_day) newest = position;
    }
    return newest == NULL ? 0 : newest->quantity;
}

static void same_positions(const struct node *node, const int32_t held[SIM_SYMBOLS])
{
    for (int i = 0; i < SIM_SYMBOLS; i++) {
        const int32_t stored = books_position(node, sim_symbols[i]);
        if (stored != held[i])
            world_fail(node->world, "%s: position in %s is %+d, the fills make %+d", names[node->id], sim_symbols[i],
                       stored, held[i]);
    }
}

/* The executor knows without being told that a flatten has left nothing: it stands between the fill and the gateway's word
 * on whose lots they were. */
static bool told_half(const struct node *node, const struct books *books)
{
    const struct table *events = &node->world->nodes[NODE_GATEWAY].store.tables[TABLE_EVENT];
    return books->seq < events->count && events->rows[books->seq]->order_event.kind == EXEC_RELEASED;
}

static void same_lots(const struct node *node, const struct books *books)
{
    if (told_half(node, books)) return;
    const struct table *table = &node->store.tables[TABLE_LOTS];
    int32_t lots[SIM_CONDITIONS_MAX + 1] = {0};
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->rows[i] == NULL) continue;
        const struct condition_lots *row = &table->rows[i]->condition_lots;
        if (row->condition_id > 0 && row->condition_id <= SIM_CONDITIONS_MAX) lots[row->condition_id] = row->quantity;
    }
    for (int64_t id = 1; id <= SIM_CONDITIONS_MAX; id++) {
        const struct told *told = &books->conditions[id];
        const int32_t own = told->sign * (told->entered - told->left);
        if (lots[id] != own)
            world_fail(node->world, "%s: condition %" PRId64 " holds %+d, its fills make %+d", names[node->id], id,
                       lots[id], own);
    }
}

/* protected = filled: what it watches over is what it was told was filled, no lot more and none less. */
static void same_protection(const struct node *node, const struct books *books)
{
    const struct table *table = &node->store.tables[TABLE_CONDITION];
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->rows[i] == NULL) continue;
        const struct condition *condition = &table->rows[i]->condition;
        if (condition->id > SIM_CONDITIONS_MAX) continue;
        const struct told *told = &books->conditions[condition->id];
        if (condition->filled_quantity != told->entered || condition->exited_quantity != told->left)
            world_fail(node->world,
                       "condition %" PRId64 " protects %d lots and let %d go; by event %" PRIu64
                       " its entry had filled %d and %d had gone",
                       condition->id, condition->filled_quantity, condition->exited_quantity, books->seq, told->entered,
                       told->left);
    }
}

static uint64_t events_cursor(const struct store *store)
{
    const struct table *table = &store->tables[TABLE_CURSOR];
    for (uint32_t i = 0; i < table->count; i++)
        if (table->rows[i] != NULL && strcmp(table->rows[i]->cursor.stream, "events") == 0)
            return table->rows[i]->cursor.seq;
    return 0;
}

/* Of what is compared here; most steps store something else, or nothing. */
static bool touched(const struct node *node)
{
    for (uint32_t i = 0; i < node->step_count; i++) {
        const enum msg_id id = node->step[i].msg.id;
        if (node->step[i].port == PORT_STORE && (id == MSG_CONDITION || id == MSG_ORDER_EVENT || id == MSG_POSITION ||
                                                 id == MSG_CONDITION_LOTS || id == MSG_VENUE_EXEC))
            return true;
    }
    return false;
}

void books_check(const struct node *node)
{
    struct world *world = node->world;
    if (!touched(node)) return;
    struct books *books = &world->books[node->id];
    if (node->id == NODE_EXCHANGE) {
        same_positions(node, world->venue_held);
        return;
    }
    count_to(world, books,
             node->id == NODE_GATEWAY ? node->store.tables[TABLE_EVENT].count : events_cursor(&node->store));
    if (node->id == NODE_STRATEGY) {
        same_protection(node, books);
        return;
    }
    same_positions(node, books->held);
    same_lots(node, books);
}

/* --- one event as it is written ---------------------------------------------------------------------------------------- */

/* The gateway says no fill that the venue did not make. */
static void at_gateway(struct world *world, const struct order_event *event)
{
    if (event->kind != EXEC_FILL || event->request.leg == LEG_ADJUST) return;
    struct witness *witness = check_witness(world, &event->request);
    witness->booked += event->fill_quantity;
    if (witness->booked > witness->filled)
        world_fail(world, "order %s has filled %d lots in the gateway's books, and %d at the venue", witness->id,
                   witness->booked, witness->filled);
}

/* The executor's history is the gateway's, word for word. */
static void at_executor(struct world *world, const struct order_event *event)
{
    const struct table *events = &world->nodes[NODE_GATEWAY].store.tables[TABLE_EVENT];
    const struct order_event *said = event->seq > events->count ? NULL : &events->rows[event->seq - 1]->order_event;
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): it is copied whole on its way, padding and all */
    if (said == NULL || memcmp(said, event, sizeof *said) != 0)
        world_fail(world, "event %" PRIu64 " of order %s at the executor is not what the gateway stored", event->seq,
                   event->request.client_order_id);
}

void books_event(const struct node *node, const struct order_event *event)
{
    if (node->id == NODE_GATEWAY) at_gateway(node->world, event);
    if (node->id == NODE_EXECUTOR) at_executor(node->world, event);
}

/* ledger_lots: what each condition holds of a position. A chain a position, by number: few conditions hold something at a
 * time, and a fill is asked about, never a tick. */
#include <string.h>

#include "core/ledger.h"

static int64_t lots_of(int64_t quantity)
{
    return quantity < 0 ? -quantity : quantity;
}

/* The link that leads to the condition's lots, or to where they would stand. */
static uint32_t *link_to(struct ledger *ledger, struct ledger_row *row, int64_t condition_id)
{
    uint32_t *link = &row->lots;
    while (*link != 0 && ledger->lots[*link - 1].lots.condition_id < condition_id) link = &ledger->lots[*link - 1].next;
    return link;
}

static struct ledger_lots *find(struct ledger *ledger, struct ledger_row *row, int64_t condition_id)
{
    const uint32_t at = *link_to(ledger, row, condition_id);
    return at != 0 && ledger->lots[at - 1].lots.condition_id == condition_id ? &ledger->lots[at - 1] : NULL;
}

bool ledger_lots_room(const struct ledger *ledger)
{
    return ledger->lots_free != 0 || ledger->lots_used < LEDGER_LOTS;
}

static struct ledger_lots *add(struct ledger *ledger, struct ledger_row *row, int64_t condition_id)
{
    if (!ledger_lots_room(ledger)) return NULL;
    const uint32_t at = ledger->lots_free != 0 ? ledger->lots_free : ++ledger->lots_used;
    struct ledger_lots *made = &ledger->lots[at - 1];
    if (at == ledger->lots_free) ledger->lots_free = made->next;
    uint32_t *link = link_to(ledger, row, condition_id);
    memset(made, 0, sizeof *made);
    memcpy(made->lots.account, row->position.account, sizeof made->lots.account);
    memcpy(made->lots.symbol, row->position.symbol, sizeof made->lots.symbol);
    made->lots.condition_id = condition_id;
    made->next = *link;
    *link = at;
    return made;
}

static void drop(struct ledger *ledger, struct ledger_row *row, int64_t condition_id)
{
    uint32_t *link = link_to(ledger, row, condition_id);
    const uint32_t at = *link;
    *link = ledger->lots[at - 1].next;
    ledger->lots[at - 1].next = ledger->lots_free;
    ledger->lots_free = at;
}

/* Towards zero by at most what is there. *out: what is left. */
static int32_t take(struct ledger *ledger, struct ledger_row *row, struct ledger_lots *from, int64_t lots,
                    int64_t now_us, struct condition_lots *out)
{
    const int64_t there = lots_of(from->lots.quantity);
    const int32_t taken = (int32_t)(lots < there ? lots : there);
    from->lots.quantity += from->lots.quantity > 0 ? -taken : taken;
    from->lots.updated_us = now_us;
    *out = from->lots;
    if (out->quantity == 0) drop(ledger, row, out->condition_id);
    return taken;
}

static struct ledger_row *row_of(const struct ledger *ledger, const struct order_event *event)
{
    return ledger_row(ledger, event->request.account, event->request.symbol);
}

bool ledger_lots_fill(struct ledger *ledger, const struct order_event *fill, struct condition_lots *out)
{
    const struct order_request *request = &fill->request;
    struct ledger_row *row = row_of(ledger, fill);
    if (row == NULL || request->condition_id == 0) return false;
    struct ledger_lots *own = find(ledger, row, request->condition_id);
    if (request->leg != LEG_ENTRY)
        return own != NULL && take(ledger, row, own, fill->fill_quantity, fill->time_us, out) > 0;
    if (own == NULL) own = add(ledger, row, request->condition_id);
    if (own == NULL) return false;
    own->lots.quantity += side_sign(request->side) * fill->fill_quantity;
    own->lots.updated_us = fill->time_us;
    *out = own->lots;
    if (out->quantity == 0) drop(ledger, row, request->condition_id);
    return true;
}

bool ledger_lots_release(struct ledger *ledger, const struct order_event *release, struct condition_lots *out)
{
    struct ledger_row *row = row_of(ledger, release);
    struct ledger_lots *own = row == NULL ? NULL : find(ledger, row, release->request.condition_id);
    return own != NULL && take(ledger, row, own, release->fill_quantity, release->time_us, out) > 0;
}

enum status ledger_lots_restore(struct ledger *ledger, const struct condition_lots *lots, struct err *err)
{
    if (lots->quantity == 0) return ERR_OK;
    struct ledger_row *row = ledger_row(ledger, lots->account, lots->symbol);
    if (row == NULL)
        return err_set(err, ERR_CORRUPT, "condition %lld holds %s, and there is no position of it",
                       (long long)lots->condition_id, lots->symbol);
    struct ledger_lots *own = find(ledger, row, lots->condition_id);
    if (own == NULL) own = add(ledger, row, lots->condition_id);
    if (own == NULL) return err_set(err, ERR_FULL, "more than %d conditions hold something", LEDGER_LOTS);
    own->lots = *lots;
    return ERR_OK;
}

int32_t ledger_own(const struct ledger *ledger, const char *account, const char *symbol, int64_t condition_id)
{
    const struct ledger_row *row = ledger_row(ledger, account, symbol);
    for (uint32_t at = row == NULL ? 0 : row->lots; at != 0; at = ledger->lots[at - 1].next)
        if (ledger->lots[at - 1].lots.condition_id == condition_id) return ledger->lots[at - 1].lots.quantity;
    return 0;
}

static int64_t rest_of(const struct ledger *ledger, const struct ledger_row *row)
{
    int64_t rest = row->position.quantity;
    for (uint32_t at = row->lots; at != 0; at = ledger->lots[at - 1].next) rest -= ledger->lots[at - 1].lots.quantity;
    return rest;
}

int64_t ledger_rest(const struct ledger *ledger, const char *account, const char *symbol)
{
    const struct ledger_row *row = ledger_row(ledger, account, symbol);
    return row == NULL ? 0 : rest_of(ledger, row);
}

static void count_side(struct ledger_sides *sides, int64_t quantity)
{
    if (quantity > 0)
        sides->longs += quantity;
    else
        sides->shorts -= quantity;
}

struct ledger_sides ledger_sides(const struct ledger *ledger, const char *account, const char *symbol)
{
    const struct ledger_row *row = ledger_row(ledger, account, symbol);
    struct ledger_sides sides = {0};
    if (row == NULL) return sides;
    for (uint32_t at = row->lots; at != 0; at = ledger->lots[at - 1].next)
        count_side(&sides, ledger->lots[at - 1].lots.quantity);
    count_side(&sides, rest_of(ledger, row));
    return sides;
}

/* Release up to `lots` of those that stand on one side (sign: +1 long, -1 short, 0 both), by number. */
static void release(struct ledger *ledger, struct ledger_row *row, int sign, int64_t lots, int64_t now_us,
                    ledger_visit_lots visit, void *context)
{
    uint32_t next;
    for (uint32_t at = row->lots; at != 0 && lots > 0; at = next) {
        struct ledger_lots *own = &ledger->lots[at - 1];
        struct condition_lots after;
        next = own->next;
        if (sign * own->lots.quantity < 0) continue;
        const int32_t taken = take(ledger, row, own, lots, now_us, &after);
        lots -= taken;
        visit(context, &after, taken);
    }
}

void ledger_lots_net(struct ledger *ledger, const char *account, const char *symbol, int64_t now_us,
                     ledger_visit_lots visit, void *context)
{
    struct ledger_row *row = ledger_row(ledger, account, symbol);
    if (row != NULL && row->position.quantity == 0) release(ledger, row, 0, INT64_MAX, now_us, visit, context);
}

void ledger_lots_closed(struct ledger *ledger, const struct order_event *fill, ledger_visit_lots visit, void *context)
{
    const struct order_request *request = &fill->request;
    struct ledger_row *row = row_of(ledger, fill);
    if (row == NULL || request->condition_id != 0) return;
    const int sign = side_sign(request->side);
    const int64_t lots = fill->fill_quantity;
    /* Before the fill: the rest, which goes first, and the net that was left to close then. */
    const int64_t against = -sign * (rest_of(ledger, row) - sign * lots);
    const int64_t first = against > 0 ? (against < lots ? against : lots) : 0;
    const int64_t net = -sign * (row->position.quantity - sign * (lots - first));
    const int64_t closed = net > 0 ? (net < lots - first ? net : lots - first) : 0;
    release(ledger, row, -sign, closed, fill->time_us, visit, context);
    if (request->leg == LEG_FLATTEN || request->leg == LEG_ADJUST)
        ledger_lots_net(ledger, request->account, request->symbol, fill->time_us, visit, context);
}

/* matching_cross: an incoming order meets the book, and the anonymous market's own orders. */
#include "core/check.h"
#include "core/matching_state.h"

/* Lots of a resting entry trade at a price. The person's order hears of it while it still rests, so that what works for
 * it is counted down; the entry goes after. */
void fill_resting(struct matching *matching, struct book_side *side, uint32_t entry, price_t price, int32_t lots,
                  struct sink *sink)
{
    const int32_t owner = matching->pool.entries[entry].owner;
    const bool whole = lots == matching->pool.entries[entry].quantity;
    if (owner != BOOK_MARKET) report_fill(matching, (uint32_t)owner, price, lots, sink);
    book_reduce(&matching->pool, side, entry, lots);
    if (owner != BOOK_MARKET && whole) matching->records[owner].entry = BOOK_NONE;
}

/* All that trades at the best level. */
static int32_t cross_level(struct matching *matching, struct book_side *other, int32_t quantity, struct sink *sink)
{
    const uint32_t best = other->best;
    const price_t price = matching->pool.levels[best].price;
    int32_t done = 0;
    while (done < quantity && other->best == best) {
        const uint32_t entry = matching->pool.levels[best].first;
        const int32_t there = matching->pool.entries[entry].quantity;
        const int32_t lots = there < quantity - done ? there : quantity - done;
        fill_resting(matching, other, entry, price, lots, sink);
        done += lots;
    }
    return done;
}

int32_t cross(struct matching *matching, struct listed *listed, enum side side, price_t limit, int32_t quantity,
              uint32_t record, struct sink *sink)
{
    struct book_side *other = book_of(&listed->book, side_opposite(side));
    while (quantity > 0 && other->best != BOOK_NONE) {
        const price_t price = matching->pool.levels[other->best].price;
        if (!book_reaches(side, limit, price)) break;
        const int32_t done = cross_level(matching, other, quantity, sink);
        quantity -= done;
        listed->changed = true;
        if (record != NO_RECORD) report_fill(matching, record, price, done, sink);
        if (!listed->replay.on) report_tick(matching, listed, matching->market_us, price, done, 0, sink);
    }
    return quantity;
}

/* --- the market's flow -------------------------------------------------------------------------------------------- */

static struct listed *flow(struct matching *matching, uint32_t index)
{
    CHECK(index < matching->listed_count && !matching->listed[index].replay.on);
    return &matching->listed[index];
}

void matching_flow_add(struct matching *matching, uint32_t index, enum side side, price_t price, int32_t quantity,
                       struct sink *sink)
{
    struct listed *listed = flow(matching, index);
    if (listed->session.state == SESSION_CLOSED || quantity <= 0 || price <= 0) return;
    const struct contract *facts = &listed->facts;
    if (facts->limit_up > 0 && (price > facts->limit_up || price < facts->limit_down)) return;
    if (listed_open(listed)) quantity = cross(matching, listed, side, price, quantity, NO_RECORD, sink);
    if (quantity > 0) (void)book_add(&matching->pool, book_of(&listed->book, side), price, quantity, BOOK_MARKET);
    listed->changed = true;
}

void matching_flow_take(struct matching *matching, uint32_t index, enum side side, price_t limit, int32_t quantity,
                        struct sink *sink)
{
    struct listed *listed = flow(matching, index);
    if (listed_open(listed)) (void)cross(matching, listed, side, limit, quantity, NO_RECORD, sink);
}

void matching_flow_withdraw(struct matching *matching, uint32_t index, enum side side, price_t price, int32_t quantity)
{
    struct listed *listed = flow(matching, index);
    if (book_withdraw(&matching->pool, book_of(&listed->book, side), price, quantity) > 0) listed->changed = true;
}

void matching_flow_trim(struct matching *matching, uint32_t index, enum side side, price_t low, price_t high)
{
    struct listed *listed = flow(matching, index);
    book_trim(&matching->pool, book_of(&listed->book, side), low, high);
    listed->changed = true;
}

void matching_flow_trial(struct matching *matching, uint32_t index, struct sink *sink)
{
    struct listed *listed = flow(matching, index);
    price_t price;
    int64_t lots;
    if (listed->session.state != SESSION_PRE_OPEN || !auction_price(matching, listed, &price, &lots)) return;
    report_tick(matching, listed, matching->market_us, price, lots < INT32_MAX ? (int32_t)lots : INT32_MAX, TICK_TRIAL,
                sink);
}

/* matching_auction: the call auction that opens a session. */
#include "core/check.h"
#include "core/matching_state.h"

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

struct call {
    price_t price;
    int64_t lots;
    int64_t surplus;
};

/* The candidate with more lots; then the smaller surplus; then nearer the reference; then the lower. */
static void consider(const struct matching *matching, struct listed *listed, price_t price, price_t reference,
                     struct call *best)
{
    const int64_t buy = book_within(&matching->pool, &listed->book.buy, price);
    const int64_t sell = book_within(&matching->pool, &listed->book.sell, price);
    const struct call now = {.price = price, .lots = buy < sell ? buy : sell, .surplus = distance(buy, sell)};
    bool better = now.lots > best->lots;
    if (now.lots == best->lots) {
        const int64_t near = distance(price, reference), nearest = distance(best->price, reference);
        better = now.surplus < best->surplus ||
                 (now.surplus == best->surplus && (near < nearest || (near == nearest && price < best->price)));
    }
    if (now.lots > 0 && better) *best = now;
}

bool auction_price(const struct matching *matching, struct listed *listed, price_t *price, int64_t *lots)
{
    const price_t reference = listed->stats.reference > 0 ? listed->stats.reference : listed->stats.last;
    struct call best = {0};
    const struct book_side *sides[] = {&listed->book.buy, &listed->book.sell};
    for (int i = 0; i < 2; i++) {
        uint32_t at = book_best_limit(&matching->pool, sides[i]);
        for (; at != BOOK_NONE; at = matching->pool.levels[at].worse)
            consider(matching, listed, matching->pool.levels[at].price, reference, &best);
    }
    if (reference > 0) consider(matching, listed, price_floor(reference, listed->facts.tick), reference, &best);
    *price = best.price;
    *lots = best.lots;
    return best.lots > 0;
}

void auction_match(struct matching *matching, struct listed *listed, struct sink *sink)
{
    price_t price;
    int64_t lots;
    if (!auction_price(matching, listed, &price, &lots)) return;
    const int64_t all = lots;
    while (lots > 0) {
        CHECK(listed->book.buy.best != BOOK_NONE && listed->book.sell.best != BOOK_NONE);
        const uint32_t buy = matching->pool.levels[listed->book.buy.best].first;
        const uint32_t sell = matching->pool.levels[listed->book.sell.best].first;
        int64_t part = matching->pool.entries[buy].quantity;
        if (matching->pool.entries[sell].quantity < part) part = matching->pool.entries[sell].quantity;
        if (lots < part) part = lots;
        fill_resting(matching, &listed->book.buy, buy, price, (int32_t)part, sink);
        fill_resting(matching, &listed->book.sell, sell, price, (int32_t)part, sink);
        lots -= part;
    }
    listed->changed = true;
    report_tick(matching, listed, matching->market_us, price, all < INT32_MAX ? (int32_t)all : INT32_MAX, TICK_AUCTION,
                sink);
}

static void sweep_side(struct matching *matching, struct book_side *side, struct sink *sink)
{
    uint32_t at = side->best;
    while (at != BOOK_NONE) {
        const uint32_t worse = matching->pool.levels[at].worse;
        uint32_t entry = matching->pool.levels[at].first;
        while (entry != BOOK_NONE) {
            const uint32_t next = matching->pool.entries[entry].next;
            const int32_t owner = matching->pool.entries[entry].owner;
            if (owner != BOOK_MARKET && matching->records[owner].order.request.tif != TIF_ROD)
                record_end(matching, (uint32_t)owner, EXEC_CANCELLED, REJECT_VENUE_NO_LIQUIDITY,
                           "not filled in the opening auction", sink);
            entry = next;
        }
        at = worse;
    }
}

void auction_sweep(struct matching *matching, struct listed *listed, struct sink *sink)
{
    sweep_side(matching, &listed->book.buy, sink);
    sweep_side(matching, &listed->book.sell, sink);
}

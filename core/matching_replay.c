/* matching_replay: a contract whose trades are history. The rules are in core/matching.h; all of it is integers of what
 * the trades were, so that the same file always gives the same fills. */
#include "core/check.h"
#include "core/matching_state.h"

#define AVERAGE_TRADES 8   /* weight of the past in the average size */
#define AVERAGE_MAX    200 /* lots of one trade that count in it */
#define LEVEL_LOTS_MAX 999

/* Lots displayed at a level (0 = best). */
static int32_t level_lots(const struct listed *listed, int level)
{
    const int64_t base = 2 + (int64_t)listed->replay.average16 * (4 + 2 * level) / 16;
    const uint64_t mixed = ((uint64_t)listed->stats.volume * 2654435761u + (uint64_t)level * 40503u) >> 7;
    const int64_t lots = base + (int64_t)(mixed % (uint64_t)(base / 2 + 1));
    return lots < LEVEL_LOTS_MAX ? (int32_t)lots : LEVEL_LOTS_MAX;
}

void replay_top(const struct listed *listed, struct tick *out)
{
    const struct replay_state *replay = &listed->replay;
    if (!replay->traded) return;
    out->bid = replay->bid;
    out->ask = replay->ask;
    out->bid_quantity = replay->bid_quantity;
    out->ask_quantity = replay->ask_quantity;
    if (!replay->has_book) out->flags |= TICK_SYNTHETIC_BOOK;
}

void replay_close(struct listed *listed)
{
    listed->replay.traded = false;
    listed->replay.awaiting = false;
    listed->replay.has_book = false;
    listed->replay.stale = true;
}

/* --- the displayed book ------------------------------------------------------------------------------------------- */

static void top_of(struct listed *listed)
{
    struct replay_state *replay = &listed->replay;
    const price_t tick = listed->facts.tick, last = listed->stats.last;
    if (replay->has_book) return;
    replay->bid = replay->rising ? last - tick : last;
    replay->ask = replay->rising ? last : last + tick;
    replay->bid_quantity = replay->bid > 0 ? level_lots(listed, 0) : 0;
    replay->ask_quantity = level_lots(listed, 0);
}

static bool priced(const struct listed *listed, price_t price)
{
    const struct contract *facts = &listed->facts;
    return price > 0 && (facts->limit_up == 0 || (price >= facts->limit_down && price <= facts->limit_up));
}

static void display(struct matching *matching, struct listed *listed, enum side side, price_t best, int32_t lots)
{
    const price_t step = -side_sign(side) * listed->facts.tick;
    for (int i = 0; i < DEPTH_LEVELS && lots > 0; i++) {
        const price_t price = best + i * step;
        const int32_t here = i == 0 ? lots : level_lots(listed, i);
        if (priced(listed, price))
            (void)book_add(&matching->pool, book_of(&listed->book, side), price, here, BOOK_MARKET);
    }
}

void replay_refresh(struct matching *matching, struct listed *listed)
{
    struct replay_state *replay = &listed->replay;
    if (!replay->stale) return;
    replay->stale = false;
    book_trim(&matching->pool, &listed->book.buy, PRICE_MAX, -PRICE_MAX);
    book_trim(&matching->pool, &listed->book.sell, PRICE_MAX, -PRICE_MAX);
    if (!replay->traded || !listed_open(listed)) return;
    top_of(listed);
    /* Keep clear of persons' resting orders: only a trade may fill those. */
    price_t bid = replay->bid, ask = replay->ask;
    const uint32_t own_buy = book_best_limit(&matching->pool, &listed->book.buy);
    const uint32_t own_sell = book_best_limit(&matching->pool, &listed->book.sell);
    if (own_sell != BOOK_NONE && bid >= matching->pool.levels[own_sell].price)
        bid = matching->pool.levels[own_sell].price - listed->facts.tick;
    if (own_buy != BOOK_NONE && ask <= matching->pool.levels[own_buy].price)
        ask = matching->pool.levels[own_buy].price + listed->facts.tick;
    display(matching, listed, SIDE_BUY, bid, replay->bid_quantity);
    display(matching, listed, SIDE_SELL, ask, replay->ask_quantity);
}

int32_t replay_ahead(const struct matching *matching, const struct listed *listed, enum side side, price_t price)
{
    const struct replay_state *replay = &listed->replay;
    if (!replay->traded) return 0;
    const struct book_side *book = side == SIDE_BUY ? &listed->book.buy : &listed->book.sell;
    const uint32_t at = book_find(&matching->pool, book, price);
    if (at != BOOK_NONE) return (int32_t)matching->pool.levels[at].market_quantity;
    const price_t best = side == SIDE_BUY ? replay->bid : replay->ask;
    return book_reaches(side, price, best) ? 0 : level_lots(listed, DEPTH_LEVELS);
}

/* --- fills against a trade ---------------------------------------------------------------------------------------- */

/* What of this trade's lots reaches one resting order. */
static int32_t reached(struct book_entry *entry, price_t at, const struct matching_trade *trade, int32_t budget)
{
    int32_t lots = trade->quantity;
    if (at == trade->price) {
        const int32_t eaten = entry->ahead < lots ? entry->ahead : lots;
        entry->ahead -= eaten;
        lots -= eaten;
    } else {
        entry->ahead = 0;
    }
    if (lots > budget) lots = budget;
    return lots < entry->quantity ? lots : entry->quantity;
}

static void fill_side(struct matching *matching, struct book_side *side, const struct matching_trade *trade,
                      struct sink *sink)
{
    int32_t budget = trade->quantity;
    uint32_t at = side->best;
    while (at != BOOK_NONE && book_reaches(side->side, matching->pool.levels[at].price, trade->price)) {
        const uint32_t worse = matching->pool.levels[at].worse;
        const price_t price = matching->pool.levels[at].price;
        uint32_t entry = matching->pool.levels[at].first;
        while (entry != BOOK_NONE) {
            const uint32_t next = matching->pool.entries[entry].next;
            if (matching->pool.entries[entry].owner != BOOK_MARKET) {
                const int32_t lots = reached(&matching->pool.entries[entry], price, trade, budget);
                if (lots > 0) fill_resting(matching, side, entry, price, lots, sink);
                budget -= lots;
            }
            entry = next;
        }
        at = worse;
    }
}

/* The first trade of the session: the collected orders were part of its auction. */
static void open_side(struct matching *matching, struct listed *listed, struct book_side *side,
                      const struct matching_trade *trade, struct sink *sink)
{
    int32_t budget = trade->quantity;
    while (budget > 0 && side->best != BOOK_NONE &&
           book_reaches(side->side, matching->pool.levels[side->best].price, trade->price)) {
        const uint32_t entry = matching->pool.levels[side->best].first;
        const int32_t there = matching->pool.entries[entry].quantity;
        const int32_t lots = there < budget ? there : budget;
        fill_resting(matching, side, entry, trade->price, lots, sink);
        budget -= lots;
    }
    /* What is left queues behind the book that now shows. */
    for (uint32_t at = side->best; at != BOOK_NONE; at = matching->pool.levels[at].worse) {
        for (uint32_t entry = matching->pool.levels[at].first; entry != BOOK_NONE;
             entry = matching->pool.entries[entry].next)
            matching->pool.entries[entry].ahead =
                replay_ahead(matching, listed, side->side, matching->pool.levels[at].price);
    }
}

/* --- a trade ------------------------------------------------------------------------------------------------------ */

static void learn(struct listed *listed, const struct matching_trade *trade)
{
    struct replay_state *replay = &listed->replay;
    const int32_t lots = trade->quantity < AVERAGE_MAX ? trade->quantity : AVERAGE_MAX;
    if (listed->stats.last != 0 && trade->price != listed->stats.last)
        replay->rising = trade->price > listed->stats.last;
    replay->average16 =
        replay->average16 == 0 ? lots * 16 : replay->average16 + (lots * 16 - replay->average16) / AVERAGE_TRADES;
    replay->has_book = trade->has_book;
    replay->bid = trade->bid;
    replay->ask = trade->ask;
    replay->bid_quantity = trade->bid_quantity;
    replay->ask_quantity = trade->ask_quantity;
    replay->traded = true;
    replay->stale = true;
    listed->changed = true;
}

void matching_replay_trade(struct matching *matching, uint32_t index, const struct matching_trade *trade,
                           struct sink *sink)
{
    CHECK(index < matching->listed_count && matching->listed[index].replay.on);
    struct listed *listed = &matching->listed[index];
    const bool first = listed->replay.awaiting;
    learn(listed, trade);
    listed->replay.awaiting = false;
    listed->stats.last = trade->price;
    listed->stats.volume += trade->quantity;
    top_of(listed);
    report_tick(matching, listed, trade->market_us, trade->price, trade->quantity, trade->auction ? TICK_AUCTION : 0,
                sink);
    if (!listed_open(listed)) return;
    if (first) {
        open_side(matching, listed, &listed->book.buy, trade, sink);
        open_side(matching, listed, &listed->book.sell, trade, sink);
        auction_sweep(matching, listed, sink);
    } else {
        fill_side(matching, &listed->book.buy, trade, sink);
        fill_side(matching, &listed->book.sell, trade, sink);
    }
}

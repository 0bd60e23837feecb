/* bar: the one-minute (or other) bar builder. Integer arithmetic on market time; no calendar, since Taipei's minutes
 * are UTC's. */
#include "core/bar.h"

#include <string.h>

#include "core/check.h"

void bar_init(struct bar_builder *builder, int64_t interval_us)
{
    CHECK(interval_us > 0);
    memset(builder, 0, sizeof(*builder));
    builder->interval_us = interval_us;
}

int64_t bar_start(int64_t time_us, int64_t interval_us)
{
    int64_t rest = time_us % interval_us;
    return time_us - (rest < 0 ? rest + interval_us : rest);
}

static void begin(struct bar *bar, const struct tick *tick, int64_t start_us)
{
    memset(bar, 0, sizeof(*bar));
    memcpy(bar->symbol, tick->symbol, sizeof(bar->symbol));
    bar->trading_day = tick->trading_day;
    bar->start_us = start_us;
    bar->open = bar->high = bar->low = tick->price;
}

bool bar_add(struct bar_builder *builder, const struct tick *tick, struct bar *done)
{
    struct bar *bar = &builder->bar;
    if ((tick->flags & TICK_TRIAL) != 0 || tick->quantity <= 0) return false;
    int64_t start_us = bar_start(tick->time_us, builder->interval_us);
    bool ended = bar->trades > 0 && bar->start_us != start_us;
    if (ended) *done = *bar;
    if (ended || bar->trades == 0) begin(bar, tick, start_us);
    bar->high = tick->price > bar->high ? tick->price : bar->high;
    bar->low = tick->price < bar->low ? tick->price : bar->low;
    bar->close = tick->price;
    bar->volume += tick->quantity;
    if (bar->trades < INT32_MAX) bar->trades++;
    return ended;
}

void bar_resume(struct bar_builder *builder, const struct bar *bar)
{
    builder->bar = *bar;
}

const struct bar *bar_current(const struct bar_builder *builder)
{
    return builder->bar.trades > 0 ? &builder->bar : NULL;
}

/*
 * bars: a ring of ended bars and a builder for each symbol.
 */
#include "gateway/bars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct series {
    char symbol[SYMBOL_SIZE];
    struct bar_builder builder;
    struct bar *kept; /* [count % BARS_KEPT] */
    size_t count;     /* ever */
};

struct bars {
    struct series series[BARS_SYMBOLS];
    size_t count;
    size_t recent;
};

struct bars *bars_new(void)
{
    return calloc(1, sizeof(struct bars));
}

void bars_free(struct bars *bars)
{
    if (bars == NULL) return;
    for (size_t i = 0; i < bars->count; i++) free(bars->series[i].kept);
    free(bars);
}

static size_t find(const struct bars *bars, const char *symbol)
{
    if (bars->recent < bars->count && strcmp(bars->series[bars->recent].symbol, symbol) == 0) return bars->recent;
    for (size_t i = 0; i < bars->count; i++)
        if (strcmp(bars->series[i].symbol, symbol) == 0) return i;
    return SIZE_MAX;
}

/* NULL: no room; that symbol has no bars then. */
static struct series *find_or_add(struct bars *bars, const char *symbol)
{
    size_t at = find(bars, symbol);
    if (at == SIZE_MAX) {
        struct bar *kept = bars->count < BARS_SYMBOLS ? malloc(BARS_KEPT * sizeof *kept) : NULL;
        if (kept == NULL) return NULL;
        at = bars->count++;
        bars->series[at].kept = kept;
        bar_init(&bars->series[at].builder, BAR_MINUTE_US);
        snprintf(bars->series[at].symbol, sizeof bars->series[at].symbol, "%s", symbol);
    }
    bars->recent = at;
    return &bars->series[at];
}

static void keep(struct series *series, const struct bar *bar)
{
    series->kept[series->count++ % BARS_KEPT] = *bar;
}

/* A market that was sought backwards: what it had after that time is its future. */
static void drop_future(struct series *series, const struct tick *tick)
{
    const struct bar *current = bar_current(&series->builder);
    const int64_t start_us = bar_start(tick->time_us, BAR_MINUTE_US);
    if (current == NULL || start_us >= current->start_us || (tick->flags & TICK_TRIAL) != 0) return;
    bar_init(&series->builder, BAR_MINUTE_US);
    if (series->count > BARS_KEPT) series->count = 0; /* the ring has gone round: what was before is not there */
    while (series->count > 0 && series->kept[(series->count - 1) % BARS_KEPT].start_us >= start_us) series->count--;
}

void bars_tick(struct bars *bars, const struct tick *tick)
{
    struct bar done;
    struct series *series = find_or_add(bars, tick->symbol);
    if (series != NULL) drop_future(series, tick);
    if (series != NULL && bar_add(&series->builder, tick, &done)) keep(series, &done);
}

void bars_restore(struct bars *bars, const struct bar *bar)
{
    struct series *series = find_or_add(bars, bar->symbol);
    if (series == NULL) return;
    const struct bar *before = bar_current(&series->builder);
    if (before != NULL && before->start_us >= bar->start_us) return;
    if (before != NULL) keep(series, before);
    bar_resume(&series->builder, bar);
}

size_t bars_each(const struct bars *bars, const char *symbol, int32_t trading_day,
                 void (*visit)(void *context, const struct bar *bar), void *context)
{
    size_t at = find(bars, symbol);
    size_t visited = 0;
    if (at == SIZE_MAX) return 0;
    const struct series *series = &bars->series[at];
    size_t kept = series->count < BARS_KEPT ? series->count : BARS_KEPT;
    for (size_t i = series->count - kept; i < series->count; i++) {
        const struct bar *bar = &series->kept[i % BARS_KEPT];
        if (trading_day == 0 || bar->trading_day == trading_day) {
            visit(context, bar);
            visited++;
        }
    }
    const struct bar *current = bar_current(&series->builder);
    if (current != NULL && (trading_day == 0 || current->trading_day == trading_day)) {
        visit(context, current);
        visited++;
    }
    return visited;
}

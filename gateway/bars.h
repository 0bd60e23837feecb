/*
 * bars: the last one-minute bars of each symbol, in memory, for QUERY_BARS.
 *
 * Limits: BARS_SYMBOLS symbols, BARS_KEPT bars each (more than a trading day has); the oldest goes first. Memory is
 * taken when a symbol is first seen, nothing per tick. Files are the recorder's. Owner: bars_new .. bars_free. Thread:
 * one.
 */
#ifndef GATEWAY_BARS_H
#define GATEWAY_BARS_H

#include <stddef.h>

#include "core/bar.h"

#define BARS_SYMBOLS 128
#define BARS_KEPT    1440

struct bars;

struct bars *bars_new(void); /* NULL when memory is short */
void bars_free(struct bars *bars);

void bars_tick(struct bars *bars, const struct tick *tick);
/* A stored bar; those of a symbol in time order. One that is not newer than what is here is left out. */
void bars_restore(struct bars *bars, const struct bar *bar);

/* Bars of symbol and trading day (0 = any), oldest first, the one being built last. Returns how many. */
size_t bars_each(const struct bars *bars, const char *symbol, int32_t trading_day,
                 void (*visit)(void *context, const struct bar *bar), void *context);

#endif

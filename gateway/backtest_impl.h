/*
 * backtest_impl: what the gateway/backtest*.c files share. Private to them.
 *
 *   backtest.c             the run: data in, ticks in order, files out
 *   backtest_conditions.c  the conditions file
 *   backtest_book.c        executor, gate and matching behind the strategy (--fill book)
 *   backtest_result.c      trades, costs, the equity series, the JSON report
 *   backtest_draw.c        the equity curve in a terminal
 *
 * Process time is market time here: nothing waits. Owner: struct backtest, on backtest_run's stack. Thread: one.
 */
#ifndef GATEWAY_BACKTEST_IMPL_H
#define GATEWAY_BACKTEST_IMPL_H

#include "core/port.h"
#include "core/session.h"
#include "core/strategy.h"
#include "gateway/backtest.h"
#include "gateway/backtest_conditions.h"
#include "gateway/market/market_file.h"

#define BACKTEST_INSTALL "bt"

struct backtest_book;

/* A condition's money, by its row. */
struct backtest_trade {
    int64_t first_us; /* first fill; 0 = none */
    money_t fees, tax;
};

/* One symbol of the data. */
struct backtest_symbol {
    struct contract contract;
    int64_t ticks;
    uint32_t venue_index; /* in matching (book) */
    bool wanted;          /* a condition names it */
};

struct backtest {
    const struct backtest_options *options;
    struct backtest_result *result;
    struct backtest_conditions conditions;
    struct market_file *data;
    struct backtest_symbol *symbols; /* by the data's symbol_index */
    struct backtest_trade *trades;   /* by condition id - 1 */
    struct strategy *strategy;
    struct backtest_book *book; /* NULL: instant */
    struct sink sink;           /* the strategy's */
    struct session session;
    int64_t market_us;
    int64_t timer_us;
    FILE *signals;
    int64_t equity_capacity;
    struct reply reply; /* the strategy's last */
    bool failed;        /* memory was short inside a sink */
};

/* backtest.c */
struct backtest_symbol *backtest_symbol(struct backtest *backtest, const char *symbol);

/* backtest_book.c */
enum status backtest_book_open(struct backtest *backtest, struct err *err);
void backtest_book_close(struct backtest_book *book);
/* The session changed, or time went on. */
void backtest_book_time(struct backtest *backtest, const struct market *market);
/* One trade: the venue, and everything that follows from it. */
void backtest_book_trade(struct backtest *backtest, const struct market_trade *trade);
void backtest_book_timer(struct backtest *backtest);
/* An order or a cancel of the strategy. */
void backtest_book_emit(struct backtest *backtest, enum port port, const struct msg *msg);

/* backtest_result.c */
void backtest_fill(struct backtest *backtest, int64_t condition_id, price_t price, int32_t quantity, int64_t market_us);
void backtest_closed(struct backtest *backtest, const struct condition *condition, int64_t market_us);
/* Averages and ratios, once all trades are in. */
void backtest_finish(struct backtest *backtest);
enum status backtest_write_report(const struct backtest *backtest, struct err *err);

#endif

/*
 * backtest: the live system's own core (strategy, executor, gate, matching) on a virtual clock, one thread, no sockets.
 *
 * Reads a market file (gateway/market) and a conditions CSV (symbol,side,trigger_price,turning_point,quantity,
 * take_profit_point,stop_loss_point,following), writes the signals CSV (tick,condition,leg,side,quantity,price) and a
 * JSON report. Errors in the conditions file name file, line, field and what is allowed; nothing is written then.
 * Damaged lines of the data file are counted and reported.
 *
 * instant: an order fills whole, at the price of the tick that decided it, in that tick. book: strategy, executor, gate
 * and matching work as they do live; orders meet the replayed trades (core/matching.h, replay) after the tick that
 * decided. BUY and SELL conditions trade in an account each, so that one's entry does not close the other's position.
 *
 * A trade is a condition from its first fill to its last; its result is after fees and tax; a win is above zero.
 * Positions still open when the data ends are counted, not valued. A tick is numbered within its symbol, from 1, in the
 * file's time order; a condition by its row, from 1.
 *
 * Limits: BACKTEST_CONDITIONS_MAX rows. Unit: price_t, money_t, market time in us.
 * Thread: one. Owner: the caller owns options and result.
 */
#ifndef GATEWAY_BACKTEST_H
#define GATEWAY_BACKTEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/cond.h"
#include "core/err.h"

#define BACKTEST_CONDITIONS_MAX 100000

enum backtest_fill { BACKTEST_INSTANT = 1, BACKTEST_BOOK };

struct backtest_options {
    const char *data_file;
    const char *symbol; /* NULL: every symbol the conditions name */
    const char *conditions_file;
    enum exit_basis basis;
    enum backtest_fill fill;
    const char *signals_file; /* NULL = none */
    const char *report_file;  /* NULL = none */
    money_t commission;
    uint64_t seed;
    FILE *progress; /* a terminal for the progress bar, or NULL */
};

struct backtest_point {
    int64_t market_us;
    money_t equity; /* net of cost, from 0 */
};

struct backtest_result {
    int64_t ticks;
    int64_t damaged_lines;
    int64_t damaged_line; /* the first of them, and what is wrong with it */
    char damaged_reason[ERR_TEXT_SIZE];
    int64_t signals;
    int64_t trades, wins, losses;
    int64_t open;     /* entered, and not closed when the data ended */
    int64_t unfilled; /* entries that found nobody (book) */
    int64_t win_rate_permille;
    int64_t profit_factor_permille; /* gross profit / gross loss x 1000; -1 = profit and no loss */
    price_t net_points;             /* points x lots, before cost */
    money_t net, gross_profit, gross_loss, fees, tax;
    money_t max_drawdown;
    int64_t average_trade_us, longest_trade_us; /* market time, closed hours included */
    struct backtest_point *equity;              /* one point a closed trade; freed by backtest_free */
    int64_t equity_count;
    int64_t elapsed_us;
};

enum status backtest_run(const struct backtest_options *options, struct backtest_result *result, struct err *err);
void backtest_free(struct backtest_result *result);

/* Draw the equity series in `columns` x `rows` cells of braille (or ASCII). */
void backtest_draw(const struct backtest_result *result, FILE *out, int columns, int rows, bool ascii);

#endif

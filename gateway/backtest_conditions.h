/*
 * backtest_conditions: the conditions file of a backtest: CSV, one condition a line under a header
 * `symbol,side,trigger_price,turning_point,quantity,take_profit_point,stop_loss_point,following`.
 *
 * Numbers are points; side is BUY or SELL, following yes or no. Lines end in LF or CRLF; a byte order mark is skipped;
 * empty lines are allowed at the end only. Does not know the contracts: backtest_condition_refused says the rest with
 * them.
 *
 * Errors: "FILE:LINE: FIELD: what is wrong (what is allowed)"; nothing is kept then. Thread: any. Owner: the caller
 * frees.
 */
#ifndef GATEWAY_BACKTEST_CONDITIONS_H
#define GATEWAY_BACKTEST_CONDITIONS_H

#include <stdint.h>

#include "core/cond.h"
#include "core/err.h"

/* Accounts of BUY and of SELL conditions: exits only reduce, so that opposite positions in one account would close each
 * other and a condition's own result could not be told. */
#define BACKTEST_BUYER  "BACKTEST-BUY"
#define BACKTEST_SELLER "BACKTEST-SELL"

struct backtest_conditions {
    const char *file; /* name for messages: the caller's, not copied */
    struct condition_terms *rows;
    int32_t *lines; /* 1-based */
    int32_t count, capacity;
};

/* Every row gets basis, its side's account, good till cancelled, market entry. only: refuse other symbols; NULL = any.
 */
enum status backtest_conditions_read(const char *file, const char *only, enum exit_basis basis,
                                     struct backtest_conditions *out, struct err *err);
void backtest_conditions_free(struct backtest_conditions *conditions);

/* Check a row against its contract (may be NULL) as of a trading day (0 = not known). */
enum status backtest_conditions_check(const struct backtest_conditions *conditions, int32_t row,
                                      const struct contract *contract, int32_t trading_day, struct err *err);

#endif

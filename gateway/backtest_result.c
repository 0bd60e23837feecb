/* backtest_result: trades into money: what each cost, what it made, the equity after each, and all of it as JSON. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "gateway/backtest_impl.h"

#define EQUITY_MAX 10000000

void backtest_fill(struct backtest *backtest, int64_t condition_id, price_t price, int32_t quantity, int64_t market_us)
{
    CHECK(condition_id >= 1 && condition_id <= backtest->conditions.count);
    const struct condition_terms *terms = &backtest->conditions.rows[condition_id - 1];
    struct backtest_trade *trade = &backtest->trades[condition_id - 1];
    const struct backtest_symbol *symbol = backtest_symbol(backtest, terms->symbol);
    CHECK(symbol != NULL);
    const money_t commission = backtest->options->commission;
    const money_t fees = (symbol->contract.fee + commission) * quantity;
    const money_t cost = contract_cost(&symbol->contract, price, quantity, commission);
    if (trade->first_us == 0) {
        trade->first_us = market_us;
        backtest->result->open++;
    }
    trade->fees += fees;
    trade->tax += cost - fees;
}

static void add_point(struct backtest *backtest, int64_t market_us, money_t equity)
{
    struct backtest_result *result = backtest->result;
    if (result->equity_count == backtest->equity_capacity) {
        const int64_t capacity = backtest->equity_capacity == 0 ? 64 : backtest->equity_capacity * 2;
        struct backtest_point *points = NULL;
        if (capacity <= EQUITY_MAX) points = realloc(result->equity, (size_t)capacity * sizeof *points);
        if (points == NULL) {
            backtest->failed = true;
            return;
        }
        result->equity = points;
        backtest->equity_capacity = capacity;
    }
    result->equity[result->equity_count++] = (struct backtest_point){.market_us = market_us, .equity = equity};
}

void backtest_closed(struct backtest *backtest, const struct condition *condition, int64_t market_us)
{
    struct backtest_result *result = backtest->result;
    const struct backtest_trade *trade = &backtest->trades[condition->id - 1];
    const struct backtest_symbol *symbol = backtest_symbol(backtest, condition->terms.symbol);
    CHECK(symbol != NULL && trade->first_us != 0);
    const int sign = side_sign(condition->terms.side);
    const price_t points = sign * (condition->exited_value - condition->filled_value);
    const money_t net = points * symbol->contract.multiplier - trade->fees - trade->tax;
    const int64_t held_us = market_us - trade->first_us;
    result->open--;
    result->trades++;
    result->net_points += points;
    result->net += net;
    result->fees += trade->fees;
    result->tax += trade->tax;
    if (net > 0) {
        result->wins++;
        result->gross_profit += net;
    } else {
        result->losses++;
        result->gross_loss -= net;
    }
    result->average_trade_us += held_us; /* the sum, until backtest_finish */
    if (held_us > result->longest_trade_us) result->longest_trade_us = held_us;
    add_point(backtest, market_us, result->net);
}

void backtest_finish(struct backtest *backtest)
{
    struct backtest_result *result = backtest->result;
    if (result->trades > 0) {
        result->win_rate_permille = (result->wins * 1000 + result->trades / 2) / result->trades;
        result->average_trade_us /= result->trades;
    }
    if (result->gross_loss > 0) {
        int64_t factor;
        const bool fits = price_mul_div(result->gross_profit, 1000, result->gross_loss, &factor);
        result->profit_factor_permille = fits ? factor : INT64_MAX;
    } else if (result->gross_profit > 0) {
        result->profit_factor_permille = -1;
    }
    money_t peak = 0;
    for (int64_t i = 0; i < result->equity_count; i++) {
        const money_t equity = result->equity[i].equity;
        if (equity > peak) peak = equity;
        if (peak - equity > result->max_drawdown) result->max_drawdown = peak - equity;
    }
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

/* Exact decimals: JSON numbers are read as doubles, which hold these (money below 900 billion NT$ to 1/10000). */
static json_t *decimal(int64_t scaled)
{
    return json_real((double)scaled / (double)PRICE_SCALE);
}

static json_t *stamp(int64_t market_us)
{
    char text[CALENDAR_TEXT_SIZE];
    return json_string(calendar_format_stamp(market_us, text, sizeof text));
}

static json_t *equity_series(const struct backtest_result *result)
{
    json_t *series = json_array();
    for (int64_t i = 0; i < result->equity_count; i++) {
        const struct backtest_point *point = &result->equity[i];
        (void)json_array_append_new(
            series, json_pack("{s:o, s:o}", "time", stamp(point->market_us), "equity", decimal(point->equity)));
    }
    return series;
}

static json_t *make_report(const struct backtest *backtest)
{
    const struct backtest_options *options = backtest->options;
    const struct backtest_result *r = backtest->result;
    json_t *report = json_object();
    (void)json_object_set_new(report, "data", json_string(market_file_name(backtest->data)));
    (void)json_object_set_new(report, "basis", json_string(exit_basis_name(options->basis)));
    (void)json_object_set_new(report, "fill", json_string(options->fill == BACKTEST_INSTANT ? "instant" : "book"));
    (void)json_object_set_new(report, "conditions", json_integer(backtest->conditions.count));
    (void)json_object_set_new(report, "ticks", json_integer(r->ticks));
    (void)json_object_set_new(report, "damaged_lines", json_integer(r->damaged_lines));
    (void)json_object_set_new(report, "signals", json_integer(r->signals));
    (void)json_object_set_new(report, "trades", json_integer(r->trades));
    (void)json_object_set_new(report, "wins", json_integer(r->wins));
    (void)json_object_set_new(report, "losses", json_integer(r->losses));
    (void)json_object_set_new(report, "open_at_end", json_integer(r->open));
    (void)json_object_set_new(report, "unfilled", json_integer(r->unfilled));
    (void)json_object_set_new(report, "win_rate", json_real((double)r->win_rate_permille / 1000.0));
    (void)json_object_set_new(report, "profit_factor",
                              r->profit_factor_permille < 0 ? json_null()
                                                            : json_real((double)r->profit_factor_permille / 1000.0));
    (void)json_object_set_new(report, "net_points", decimal(r->net_points));
    (void)json_object_set_new(report, "net_ntd", decimal(r->net));
    (void)json_object_set_new(report, "gross_profit_ntd", decimal(r->gross_profit));
    (void)json_object_set_new(report, "gross_loss_ntd", decimal(r->gross_loss));
    (void)json_object_set_new(report, "fees_ntd", decimal(r->fees));
    (void)json_object_set_new(report, "tax_ntd", decimal(r->tax));
    (void)json_object_set_new(report, "max_drawdown_ntd", decimal(r->max_drawdown));
    (void)json_object_set_new(report, "average_trade_s", json_real((double)r->average_trade_us / 1e6));
    (void)json_object_set_new(report, "longest_trade_s", json_real((double)r->longest_trade_us / 1e6));
    (void)json_object_set_new(report, "elapsed_ms", json_integer(r->elapsed_us / 1000));
    (void)json_object_set_new(report, "equity", equity_series(r));
    return report;
}

enum status backtest_write_report(const struct backtest *backtest, struct err *err)
{
    const char *path = backtest->options->report_file;
    if (path == NULL) return ERR_OK;
    json_t *report = make_report(backtest);
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        json_decref(report);
        return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    }
    const bool written =
        json_dumpf(report, file, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0 && fputc('\n', file) != EOF;
    json_decref(report);
    const bool closed = fclose(file) == 0;
    if (written && closed) return ERR_OK;
    return err_set(err, errno == ENOSPC ? ERR_FULL : ERR_IO, "%s: %s", path, strerror(errno));
}

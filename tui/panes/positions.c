/* The positions: what is held, what it makes now and what the trading day has made after cost, with a total. */
#include <stdio.h>
#include <string.h>

#include "core/ledger.h"
#include "core/position.h"
#include "tui/format.h"
#include "tui/keymap.h"
#include "tui/panes/pane.h"

enum { SYMBOL, SIDE, LOTS, AVERAGE, LAST, POINTS, OPEN, REALIZED, COST, NET, COLUMNS };

static const struct position *at(const void *context, size_t row)
{
    return &((const struct app *)context)->model->positions[row];
}

static size_t count_rows(const void *context)
{
    return ((const struct app *)context)->model->position_count;
}

static void row_key(const void *context, size_t row, char *key, size_t size)
{
    snprintf(key, size, "%s %s", at(context, row)->symbol, at(context, row)->account);
}

/* Held, or traded on the trading day that is shown. */
static bool shows(const void *context, size_t row)
{
    const struct app *app = context;
    const struct position *position = at(context, row);
    int32_t day = ledger_day(&app->model->market);
    bool today = !day || position->trading_day >= day;
    return position->quantity || (today && (position->bought || position->sold));
}

static void money_cell(money_t money, bool coloured, struct list_cell *cell)
{
    format_money(money, cell->text);
    cell->role = coloured ? sign_role(money, ROLE_PROFIT, ROLE_LOSS) : ROLE_TEXT;
}

/* Realized and cost are the trading day's: what an older day left is not counted again. */
static struct position today_of(const struct app *app, const struct position *position)
{
    struct position today = *position;
    int32_t day = ledger_day(&app->model->market);
    if (day && position->trading_day < day) position_roll(&today, day);
    return today;
}

static void pnl_cell(const struct app *app, const struct position *position, int column, struct list_cell *cell)
{
    struct position_pnl pnl;
    struct position today = today_of(app, position);
    bool known = model_position_pnl(app->model, position, &pnl);
    if (column == REALIZED) {
        money_cell(today.realized, false, cell);
    } else if (column == COST) {
        money_cell(-(today.cost + pnl.exit_cost), false, cell);
    } else if (!known) {
        return;
    } else if (column == NET) {
        money_cell(pnl.net, true, cell);
    } else if (position->quantity == 0) {
        return;
    } else if (column == AVERAGE) {
        format_average(pnl.average, cell->text);
    } else if (column == POINTS) {
        format_points(pnl.points, cell->text);
        cell->role = sign_role(pnl.points, ROLE_PROFIT, ROLE_LOSS);
    } else {
        money_cell(pnl.unrealized, false, cell);
    }
}

static void total_cell(const struct app *app, int column, struct list_cell *cell)
{
    money_t sum = 0;
    if (column == SYMBOL) snprintf(cell->text, sizeof cell->text, "Total");
    cell->role = ROLE_DIM;
    if (column < OPEN) return;
    for (size_t i = 0; i < app->model->position_count; i++) {
        struct position_pnl pnl;
        struct position today = today_of(app, &app->model->positions[i]);
        (void)model_position_pnl(app->model, &app->model->positions[i], &pnl);
        (void)price_add(sum,
                        column == OPEN       ? pnl.unrealized
                        : column == REALIZED ? today.realized
                        : column == COST     ? -(today.cost + pnl.exit_cost)
                                             : pnl.net,
                        &sum);
    }
    money_cell(sum, column == NET, cell);
    cell->role = column == NET ? cell->role : ROLE_STRONG;
}

static void row_cell(const void *context, size_t row, int column, struct list_cell *cell)
{
    const struct app *app = context;
    if (row == LIST_TOTAL) {
        total_cell(app, column, cell);
        return;
    }
    const struct position *position = at(context, row);
    const struct quote *quote = model_quote(app->model, position->symbol);
    int32_t lots = position->quantity;
    if (column == SYMBOL) { /* another account's than the one that orders go to says whose it is */
        bool other = *app->model->session.account && strcmp(position->account, app->model->session.account) != 0;
        snprintf(cell->text, sizeof cell->text, "%s%s%s", position->symbol, other ? " " : "",
                 other ? position->account : "");
        cell->role = ROLE_STRONG;
    } else if (column == SIDE && lots) {
        snprintf(cell->text, sizeof cell->text, "%s", lots > 0 ? "B" : "S");
        cell->role = lots > 0 ? ROLE_BUY : ROLE_SELL;
    } else if (column == LOTS) {
        snprintf(cell->text, sizeof cell->text, lots ? "%d" : "flat", lots > 0 ? lots : -lots);
        cell->role = lots ? ROLE_STRONG : ROLE_DIM;
    } else if (column == LAST && quote && model_last_price(quote)) {
        format_price(model_last_price(quote), quote->contract.decimals, cell->text);
    } else if (column >= AVERAGE && column != LAST) {
        pnl_cell(app, position, column, cell);
    }
}

static size_t count_held(const struct app *app)
{
    size_t count = 0;
    for (size_t i = 0; i < app->model->position_count; i++) count += app->model->positions[i].quantity != 0;
    return count;
}

static const char *empty_words(const struct app *app)
{
    if (!app->model->components[COMPONENT_EXECUTOR].heard_us) return "Waiting for the executor...";
    return "No positions. Press b to buy, s to sell, n for a condition.";
}

static const struct list_column columns[COLUMNS] = {
    [SYMBOL] = {"Symbol", LIST_LEFT, 6, 6, 0},  [SIDE] = {"", LIST_LEFT, 1, 0, 0},
    [LOTS] = {"Lots", LIST_RIGHT, 4, 0, 0},     [AVERAGE] = {"Average", LIST_DECIMAL, 7, 0, 4},
    [LAST] = {"Last", LIST_DECIMAL, 5, 0, 3},   [POINTS] = {"Points", LIST_DECIMAL, 6, 0, 2},
    [OPEN] = {"Open NT$", LIST_RIGHT, 8, 0, 6}, [REALIZED] = {"Realized", LIST_RIGHT, 8, 0, 7},
    [COST] = {"Cost", LIST_RIGHT, 6, 0, 8},     [NET] = {"Net NT$", LIST_RIGHT, 7, 0, 0},
};

static const struct list_source source = {
    .columns = columns,
    .column_count = COLUMNS,
    .follow = LIST_STILL,
    .total = true,
    .count = count_rows,
    .key = row_key,
    .cell = row_cell,
    .shows = shows,
};

const struct pane_ops positions_pane = {
    .id = PANE_POSITIONS,
    .title = "Positions",
    .short_title = "Pos",
    .scope = SCOPE_POSITIONS,
    .dirty = DIRTY_POSITIONS,
    .source = &source,
    .count = count_held,
    .empty = empty_words,
};

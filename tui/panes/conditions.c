/* The conditions: state, levels, how far to the next event, and in words why one fired or has not. */
#include <stdio.h>
#include <string.h>

#include "core/cond.h"
#include "core/text.h"
#include "tui/format.h"
#include "tui/keymap.h"
#include "tui/panes/pane.h"

enum { ID, SYMBOL, SIDE, LOTS, STATE, DISTANCE, EVENT, TRIGGER, ORDER, PROFIT, STOP, FOLLOW, RESULT, WHY, COLUMNS };

static const struct condition *at(const void *context, size_t row)
{
    return &((const struct app *)context)->model->conditions[row];
}

static price_t last_price(const struct app *app, const char *symbol)
{
    const struct quote *quote = model_quote(app->model, symbol);
    return quote ? model_last_price(quote) : 0;
}

static int decimals_of(const struct app *app, const char *symbol)
{
    const struct quote *quote = model_quote(app->model, symbol);
    return quote ? quote->contract.decimals : 0;
}

static size_t count_rows(const void *context)
{
    return ((const struct app *)context)->model->condition_count;
}

static void row_key(const void *context, size_t row, char *key, size_t size)
{
    snprintf(key, size, "%lld", (long long)at(context, row)->id);
}

static enum role state_role(const struct condition *condition)
{
    static const enum role roles[] = {
        [CONDITION_ARMED] = ROLE_TEXT,       [CONDITION_TRIGGERED] = ROLE_WARNING, [CONDITION_ENTERING] = ROLE_KEY,
        [CONDITION_OPEN] = ROLE_STRONG,      [CONDITION_EXITING] = ROLE_KEY,       [CONDITION_CLOSED] = ROLE_DIM,
        [CONDITION_REJECTED] = ROLE_WARNING, [CONDITION_PAUSED] = ROLE_DIM,        [CONDITION_CANCELLED] = ROLE_DIM,
        [CONDITION_EXPIRED] = ROLE_DIM,
    };
    return roles[condition->state];
}

static void level_cell(const struct app *app, const struct condition *condition, int column, struct list_cell *cell)
{
    struct condition_levels levels;
    condition_levels(condition, &levels);
    price_t level = column == TRIGGER  ? levels.trigger
                    : column == ORDER  ? levels.order
                    : column == PROFIT ? levels.take_profit
                                       : levels.stop_loss;
    format_level(level, decimals_of(app, condition->terms.symbol), cell->text);
    cell->role = condition_terminal(condition->state) || condition->state == CONDITION_PAUSED ? ROLE_DIM : ROLE_TEXT;
}

static const char *event_short(const char *event)
{
    return strstr(event, "profit") ? "profit" : strstr(event, "stop") ? "stop" : event;
}

static void distance_cell(const struct app *app, const struct condition *condition, int column, struct list_cell *cell)
{
    price_t distance = 0, last = last_price(app, condition->terms.symbol);
    const char *event = "";
    if (!last || !condition_distance(condition, last, &distance, &event)) return;
    if (column == DISTANCE)
        format_price(distance, decimals_of(app, condition->terms.symbol), cell->text);
    else
        snprintf(cell->text, sizeof cell->text, "to %s", event_short(event));
    cell->role = column == EVENT ? ROLE_DIM : condition->state == CONDITION_ARMED ? ROLE_TEXT : ROLE_STRONG;
}

/* Why it fired or has not; before all else what keeps anything new from being opened in its contract. */
static enum role explain(const struct app *app, const struct condition *condition, char *text, size_t size)
{
    const struct quote *quote = model_quote(app->model, condition->terms.symbol);
    if (!condition_terminal(condition->state) && quote && !model_listed(app->model, quote)) {
        snprintf(text, size, "%s is not traded in this market: nothing happens until it is", condition->terms.symbol);
        return ROLE_WARNING;
    }
    if (model_explain(app->model, condition, text, size)) return ROLE_ALARM;
    return condition->suspended || condition->locked ? ROLE_WARNING : ROLE_DIM;
}

/* Points a lot made so far: of the lots exited at what they got, of the lots still open at the last price. */
static void result_cell(const struct app *app, const struct condition *condition, struct list_cell *cell)
{
    int32_t open = condition->filled_quantity - condition->exited_quantity;
    price_t last = last_price(app, condition->terms.symbol), value, points;
    if (!condition->filled_quantity || (open && !last)) return;
    if (!price_mul(last, open, &value) || !price_add(value, condition->exited_value, &value) ||
        !price_add(value, -condition->filled_value, &value))
        return;
    points = value * side_sign(condition->terms.side) / condition->filled_quantity;
    format_points(points, cell->text);
    cell->role = condition_terminal(condition->state) ? ROLE_DIM : sign_role(points, ROLE_PROFIT, ROLE_LOSS);
}

static void side_cell(const struct condition *condition, bool ended, struct list_cell *cell)
{
    snprintf(cell->text, sizeof cell->text, "%s", side_letter(condition->terms.side));
    cell->role = ended ? ROLE_DIM : side_role(condition->terms.side);
}

static void lots_cell(const struct condition *condition, struct list_cell *cell)
{
    if (condition->filled_quantity)
        snprintf(cell->text, sizeof cell->text, "%d/%d", condition->filled_quantity, condition->terms.quantity);
    else
        snprintf(cell->text, sizeof cell->text, "%d", condition->terms.quantity);
}

static void row_cell(const void *context, size_t row, int column, struct list_cell *cell)
{
    const struct app *app = context;
    const struct condition *condition = at(context, row);
    bool ended = condition_terminal(condition->state);
    cell->role = ended ? ROLE_DIM : ROLE_TEXT;
    if (column == ID) {
        snprintf(cell->text, sizeof cell->text, "%lld", (long long)condition->id);
    } else if (column == SYMBOL) {
        snprintf(cell->text, sizeof cell->text, "%s", condition->terms.symbol);
    } else if (column == SIDE) {
        side_cell(condition, ended, cell);
    } else if (column == LOTS) {
        lots_cell(condition, cell);
    } else if (column == STATE) {
        snprintf(cell->text, sizeof cell->text, "%s", condition_state_name(condition->state));
        cell->role = state_role(condition);
    } else if (column == DISTANCE || column == EVENT) {
        distance_cell(app, condition, column, cell);
    } else if (column >= TRIGGER && column <= STOP) {
        level_cell(app, condition, column, cell);
    } else if (column == FOLLOW) {
        snprintf(cell->text, sizeof cell->text, "%s", condition->terms.following ? "yes" : "no");
    } else if (column == RESULT) {
        result_cell(app, condition, cell);
    } else {
        cell->role = explain(app, condition, cell->text, sizeof cell->text);
    }
}

static size_t count_live(const struct app *app)
{
    size_t count = 0;
    for (size_t i = 0; i < app->model->condition_count; i++)
        count += !condition_terminal(app->model->conditions[i].state);
    return count;
}

static const char *empty_words(const struct app *app)
{
    if (!app->model->components[COMPONENT_STRATEGY].heard_us) return "Waiting for the strategy...";
    return "No conditions. Press n to define one.";
}

static void detail(const struct app *app, size_t row, char *text, size_t size, enum role *role)
{
    const struct condition *condition = &app->model->conditions[row];
    char why[352], profit[FORMAT_SIZE], stop[FORMAT_SIZE];
    const struct condition_terms *terms = &condition->terms;
    enum role said = explain(app, condition, why, sizeof why);
    snprintf(text, size, "%lld: %s · profit %s, stop %s from the %s · %s%s%s%s", (long long)condition->id, why,
             format_average(terms->take_profit, profit), format_average(terms->stop_loss, stop),
             terms->basis == BASIS_PLANNED ? "order level" : "fill", validity_name(terms->validity),
             terms->following ? " · following" : "", *terms->note ? " · " : "", terms->note);
    *role = said == ROLE_DIM ? ROLE_TEXT : said;
}

static const struct list_column columns[COLUMNS] = {
    [ID] = {"Id", LIST_RIGHT, 2, 0, 0},
    [SYMBOL] = {"Symbol", LIST_LEFT, 6, 6, 0},
    [SIDE] = {"", LIST_LEFT, 1, 0, 0},
    [LOTS] = {"Lots", LIST_RIGHT, 4, 0, 2},
    [STATE] = {"State", LIST_LEFT, 9, 0, 0},
    [DISTANCE] = {"Away", LIST_DECIMAL, 4, 0, 1},
    [EVENT] = {"", LIST_LEFT, 10, 0, 6},
    [TRIGGER] = {"Trigger", LIST_DECIMAL, 7, 0, 3},
    [ORDER] = {"Order", LIST_DECIMAL, 5, 0, 4},
    [PROFIT] = {"Profit", LIST_DECIMAL, 6, 0, 5},
    [STOP] = {"Stop", LIST_DECIMAL, 5, 0, 5},
    [FOLLOW] = {"Follow", LIST_LEFT, 6, 0, 8},
    [RESULT] = {"Points", LIST_DECIMAL, 6, 0, 7},
    [WHY] = {"Why", LIST_LEFT, 16, 120, 9},
};

static const struct list_source source = {
    .columns = columns,
    .column_count = COLUMNS,
    .follow = LIST_STILL,
    .count = count_rows,
    .key = row_key,
    .cell = row_cell,
};

const struct pane_ops conditions_pane = {
    .id = PANE_CONDITIONS,
    .title = "Conditions",
    .short_title = "Cond",
    .scope = SCOPE_CONDITIONS,
    .dirty = DIRTY_CONDITIONS,
    .source = &source,
    .count = count_live,
    .empty = empty_words,
    .detail = detail,
};

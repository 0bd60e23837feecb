/* The orders: those that work on top, below them those that have ended, the last first. */
#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "core/text.h"
#include "tui/format.h"
#include "tui/keymap.h"
#include "tui/panes/pane.h"

enum { TIME, SYMBOL, SIDE, FILLED, STATE, TYPE, PRICE, AVERAGE, LEG, REASON, CLIENT_ID, COLUMNS };

static const struct order *at(const void *context, size_t row)
{
    return &((const struct app *)context)->model->orders[row];
}

static size_t count_rows(const void *context)
{
    return ((const struct app *)context)->model->order_count;
}

static void row_key(const void *context, size_t row, char *key, size_t size)
{
    (void)text_copy(key, size, at(context, row)->request.client_order_id);
}

static enum role state_role(enum order_state state)
{
    static const enum role roles[] = {
        [ORDER_INTENT] = ROLE_KEY,
        [ORDER_SENDING] = ROLE_KEY,
        [ORDER_UNKNOWN] = ROLE_ALARM,
        [ORDER_NEW] = ROLE_STRONG,
        [ORDER_PARTIALLY_FILLED] = ROLE_STRONG,
        [ORDER_PENDING_CANCEL] = ROLE_KEY,
        [ORDER_FILLED] = ROLE_OK,
        [ORDER_CANCELLED] = ROLE_DIM,
        [ORDER_REJECTED] = ROLE_WARNING,
        [ORDER_DENIED] = ROLE_WARNING,
        [ORDER_EXPIRED] = ROLE_DIM,
    };
    return roles[state];
}

static void leg_cell(const struct order_request *request, struct list_cell *cell)
{
    static const char *const words[] = {
        [LEG_NONE] = "manual",    [LEG_ENTRY] = "entry",     [LEG_TAKE_PROFIT] = "profit",
        [LEG_STOP_LOSS] = "stop", [LEG_FLATTEN] = "flatten", [LEG_ADJUST] = "adjust"};
    if (request->condition_id)
        snprintf(cell->text, sizeof cell->text, "%lld %s", (long long)request->condition_id, words[request->leg]);
    else
        snprintf(cell->text, sizeof cell->text, "%s", words[request->leg]);
}

/* What was asked for, to its last decimal, even where the contract's prices have none. */
static void order_price(price_t price, int decimals, char *text)
{
    if (format_fits(price, decimals))
        format_price(price, decimals, text);
    else
        price_format(price, text, FORMAT_SIZE);
}

static void price_cell(const struct app *app, const struct order *order, int column, struct list_cell *cell)
{
    const struct quote *quote = model_quote(app->model, order->request.symbol);
    if (column == AVERAGE && order->filled_quantity)
        format_average(order_average(order), cell->text);
    else if (column == PRICE && order->request.type == ORDER_LIMIT)
        order_price(order->request.limit_price, quote ? quote->contract.decimals : 0, cell->text);
}

static const char *reason_of(const struct order *order)
{
    if (!strcasecmp(order->reason, order_state_name(order->state)))
        return ""; /* "CANCELLED: cancelled" says it twice */
    return *order->reason ? order->reason : order->reject ? reject_words(order->reject) : "";
}

static void row_cell(const void *context, size_t row, int column, struct list_cell *cell)
{
    const struct order *order = at(context, row);
    const struct order_request *request = &order->request;
    bool ended = order_state_terminal(order->state);
    cell->role = ended ? ROLE_DIM : ROLE_TEXT;
    if (column == TIME) {
        char stamp[CALENDAR_TEXT_SIZE];
        snprintf(cell->text, sizeof cell->text, "%s",
                 calendar_format_time(order->market_us ? order->market_us : request->created_us, stamp, sizeof stamp));
    } else if (column == SYMBOL) {
        snprintf(cell->text, sizeof cell->text, "%s", request->symbol);
        cell->role = ROLE_TEXT;
    } else if (column == SIDE) {
        snprintf(cell->text, sizeof cell->text, "%s", side_letter(request->side));
        cell->role = side_role(request->side);
    } else if (column == FILLED) {
        snprintf(cell->text, sizeof cell->text, "%d/%d", order->filled_quantity, request->quantity);
        cell->role = ROLE_TEXT;
    } else if (column == STATE) {
        snprintf(cell->text, sizeof cell->text, "%s", order_state_short(order->state));
        cell->role = state_role(order->state);
    } else if (column == TYPE) {
        snprintf(cell->text, sizeof cell->text, "%s %s", order_type_name(request->type), tif_name(request->tif));
    } else if (column == PRICE || column == AVERAGE) {
        price_cell(context, order, column, cell);
        cell->role = ROLE_TEXT;
    } else if (column == LEG) {
        leg_cell(request, cell);
    } else {
        snprintf(cell->text, sizeof cell->text, "%s", column == REASON ? reason_of(order) : request->client_order_id);
    }
}

static size_t count_working(const struct app *app)
{
    size_t count = 0;
    for (size_t i = 0; i < app->model->order_count && !order_state_terminal(app->model->orders[i].state); i++) count++;
    return count;
}

static const char *empty_words(const struct app *app)
{
    if (!app->model->components[COMPONENT_EXECUTOR].heard_us) return "Waiting for the executor...";
    return "No orders today. Press b to buy or s to sell.";
}

static void detail(const struct app *app, size_t row, char *text, size_t size, enum role *role)
{
    const struct order *order = &app->model->orders[row];
    const char *reason = reason_of(order);
    snprintf(text, size, "%s: %s%s%s%s%s · by %s", order->request.client_order_id, order_state_name(order->state),
             *reason ? ", " : "", reason, *order->venue_order_id ? " · venue's number " : "", order->venue_order_id,
             order->request.actor);
    *role = order->state == ORDER_UNKNOWN ? ROLE_ALARM : ROLE_TEXT;
}

static const struct list_column columns[COLUMNS] = {
    [TIME] = {"Time", LIST_LEFT, 8, 0, 1},
    [SYMBOL] = {"Symbol", LIST_LEFT, 6, 6, 0},
    [SIDE] = {"", LIST_LEFT, 1, 0, 0},
    [FILLED] = {"Filled", LIST_RIGHT, 6, 0, 0},
    [STATE] = {"State", LIST_LEFT, 8, 2, 0},
    [TYPE] = {"Type", LIST_LEFT, 7, 0, 4},
    [PRICE] = {"Price", LIST_DECIMAL, 5, 0, 3},
    [AVERAGE] = {"Average", LIST_DECIMAL, 7, 0, 2},
    [LEG] = {"Leg", LIST_LEFT, 7, 6, 5},
    [REASON] = {"Reason", LIST_LEFT, 12, 100, 6},
    [CLIENT_ID] = {"Order id", LIST_LEFT, 12, 27, 7},
};

static const struct list_source source = {
    .columns = columns,
    .column_count = COLUMNS,
    .follow = LIST_FOLLOW_TOP,
    .count = count_rows,
    .key = row_key,
    .cell = row_cell,
};

const struct pane_ops orders_pane = {
    .id = PANE_ORDERS,
    .title = "Orders",
    .short_title = "Ord",
    .scope = SCOPE_ORDERS,
    .dirty = DIRTY_ORDERS,
    .source = &source,
    .count = count_working,
    .empty = empty_words,
    .detail = detail,
};

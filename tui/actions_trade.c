/* Actions on conditions, orders and positions. Each says who asks; the answer comes as a notice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cond.h"
#include "core/text.h"
#include "tui/actions.h"
#include "tui/format.h"
#include "tui/panes/pane.h"
#include "tui/overlays/request.h"

#define CONFIRM_KEY 'y'

static bool refuse(const char **why, const char *words)
{
    *why = words;
    return false;
}

static char *copy_words(const char *words)
{
    return strdup(words); /* freed by the confirmation; NULL is checked where it is used */
}

bool trade_may_send(const struct app *app, const char **why)
{
    return !app->read_only || refuse(why, "the screen is read-only (:read-only ends it)");
}

/* --- conditions --------------------------------------------------------------------------------------------------- */

static const struct condition *selected_condition(const struct app *app)
{
    return model_condition(app->model, app_selected_condition(app));
}

bool trade_may_define(const struct app *app, const char **why)
{
    if (!trade_may_send(app, why)) return false;
    return *app_selected_symbol(app) || refuse(why, "no contract is registered (R registers one)");
}

bool trade_has_condition(const struct app *app, const char **why)
{
    return selected_condition(app) || refuse(why, "no condition is under the cursor");
}

static bool has_live_condition(const struct app *app, const char **why)
{
    if (!trade_may_send(app, why) || !trade_has_condition(app, why)) return false;
    return !condition_terminal(selected_condition(app)->state) || refuse(why, "the condition has ended");
}

static bool waits(const struct condition *condition)
{
    return condition->state == CONDITION_ARMED || condition->state == CONDITION_TRIGGERED ||
           condition->state == CONDITION_PAUSED;
}

/* As the strategy has it: an entry on its way is called back, a position is only ever closed. */
bool trade_may_cancel(const struct app *app, const char **why)
{
    if (!has_live_condition(app, why)) return false;
    const struct condition *condition = selected_condition(app);
    return waits(condition) || condition->state == CONDITION_ENTERING ||
           (condition->state == CONDITION_OPEN && condition->entry_working) ||
           refuse(why, "it protects a position (F closes that, and ends it)");
}

bool trade_may_edit(const struct app *app, const char **why)
{
    return has_live_condition(app, why) &&
           (waits(selected_condition(app)) ||
            refuse(why, "it has entered (only ARMED, TRIGGERED or PAUSED ones change)"));
}

bool trade_may_pause(const struct app *app, const char **why)
{
    return has_live_condition(app, why) &&
           (waits(selected_condition(app)) || refuse(why, "it has entered: its exits are never paused"));
}

void trade_condition_new(struct app *app, const char *argument)
{
    (void)argument;
    overlay_condition(app, 0);
}

void trade_condition_edit(struct app *app, const char *argument)
{
    (void)argument;
    overlay_condition(app, app_selected_condition(app));
}

void trade_condition_history(struct app *app, const char *argument)
{
    (void)argument;
    overlay_condition_history(app, app_selected_condition(app));
}

static void send_condition(struct app *app, int64_t id, enum condition_action action)
{
    struct msg msg;
    msg_init(&msg, MSG_CONDITION_COMMAND);
    msg.condition_command.action = action;
    msg.condition_command.condition_id = id;
    const struct condition *condition = model_condition(app->model, id);
    if (condition)
        msg.condition_command.terms = condition->terms; /* every message is checked whole; only the id counts here */
    (void)text_copy(msg.condition_command.actor, sizeof msg.condition_command.actor, request_actor(app));
    app_send(app, COMPONENT_STRATEGY, &msg, NULL);
}

void trade_condition_pause(struct app *app, const char *argument)
{
    (void)argument;
    const struct condition *condition = selected_condition(app);
    if (condition)
        send_condition(app, condition->id, condition->state == CONDITION_PAUSED ? CONDITION_RESUME : CONDITION_PAUSE);
}

static void cancel_condition(struct app *app, void *context)
{
    send_condition(app, *(int64_t *)context, CONDITION_CANCEL);
}

void trade_condition_cancel(struct app *app, const char *argument)
{
    (void)argument;
    const struct condition *condition = selected_condition(app);
    int64_t *id = condition ? malloc(sizeof *id) : NULL;
    char question[256], price[PRICE_TEXT_SIZE];
    if (!id) return;
    *id = condition->id;
    snprintf(question, sizeof question, "Cancel condition %lld: %s %d %s at %s, %s?%s", (long long)*id,
             side_name(condition->terms.side), condition->terms.quantity, condition->terms.symbol,
             price_format(condition->trigger, price, sizeof price), condition_state_name(condition->state),
             waits(condition) ? "" : " Its entry is called back; what has filled stays protected.");
    overlay_confirm(app, "Cancel condition", question, CONFIRM_KEY, cancel_condition, id);
}

/* --- orders ------------------------------------------------------------------------------------------------------- */

bool trade_may_order(const struct app *app, const char **why)
{
    if (!trade_may_define(app, why)) return false;
    if (!app->model->session.logged_in) return refuse(why, "not logged in (L logs in)");
    return *app->model->session.account || refuse(why, "no account is selected (A selects one)");
}

void trade_buy(struct app *app, const char *argument)
{
    (void)argument;
    overlay_order_ticket(app, app_selected_symbol(app), SIDE_BUY);
}

void trade_sell(struct app *app, const char *argument)
{
    (void)argument;
    overlay_order_ticket(app, app_selected_symbol(app), SIDE_SELL);
}

static size_t positions_held(const struct app *app, const char *symbol)
{
    size_t count = 0;
    for (size_t i = 0; i < app->model->position_count; i++)
        if (!*symbol || !strcmp(app->model->positions[i].symbol, symbol))
            count += app->model->positions[i].quantity != 0;
    return count;
}

static size_t orders_working(const struct app *app, const char *symbol)
{
    size_t count = 0;
    for (size_t i = 0; i < app->model->order_count; i++) {
        const struct order *order = &app->model->orders[i];
        count += !order_state_terminal(order->state) && (!*symbol || !strcmp(order->request.symbol, symbol));
    }
    return count;
}

bool trade_may_flatten(const struct app *app, const char **why)
{
    const char *symbol = app_selected_symbol(app);
    if (!trade_may_send(app, why)) return false;
    if (!*symbol) return refuse(why, "no contract is under the cursor");
    return positions_held(app, symbol) || orders_working(app, symbol) ||
           refuse(why, "nothing is held or working in this contract");
}

bool trade_may_flatten_all(const struct app *app, const char **why)
{
    if (!trade_may_send(app, why)) return false;
    return positions_held(app, "") || orders_working(app, "") || refuse(why, "nothing is held or working");
}

static void flatten(struct app *app, void *context)
{
    request_control(app, COMPONENT_EXECUTOR, CONTROL_FLATTEN, context, NULL);
}

/* "sell 49 lots at the market": what will be traded, where it is one position. */
static void closing_words(const struct app *app, const char *symbol, char *text, size_t size)
{
    size_t held = positions_held(app, symbol);
    int32_t lots = 0;
    for (size_t i = 0; i < app->model->position_count; i++)
        if (!*symbol || !strcmp(app->model->positions[i].symbol, symbol)) lots += app->model->positions[i].quantity;
    int32_t count = lots < 0 ? -lots : lots;
    if (held == 1)
        snprintf(text, size, "%s %d lot%s at the market", lots > 0 ? "sell" : "buy", count, count == 1 ? "" : "s");
    else if (held)
        snprintf(text, size, "close %zu positions, in all accounts, at the market", held);
    else
        snprintf(text, size, "close what they still fill");
}

static void ask_flatten(struct app *app, const char *symbol, const char *name)
{
    char question[256], closing[96], *context = copy_words(symbol);
    const char *only = strcmp(symbol, "all") == 0 ? "" : symbol;
    if (!context) return;
    size_t orders = orders_working(app, only);
    closing_words(app, only, closing, sizeof closing);
    if (orders)
        snprintf(question, sizeof question, "Flatten %s: cancel %zu working order%s and %s?", name, orders,
                 orders == 1 ? "" : "s", closing);
    else
        snprintf(question, sizeof question, "Flatten %s: %s?", name, closing);
    overlay_confirm(app, "Flatten", question, CONFIRM_KEY, flatten, context);
}

void trade_flatten(struct app *app, const char *argument)
{
    (void)argument;
    ask_flatten(app, app_selected_symbol(app), app_selected_symbol(app));
}

void trade_flatten_all(struct app *app, const char *argument)
{
    (void)argument;
    ask_flatten(app, "all", "everything");
}

static const struct order *selected_order(const struct app *app)
{
    return model_order(app->model, app_selected_order(app));
}

bool trade_has_order(const struct app *app, const char **why)
{
    return selected_order(app) || refuse(why, "no order is under the cursor");
}

bool trade_may_cancel_order(const struct app *app, const char **why)
{
    if (!trade_may_send(app, why) || !trade_has_order(app, why)) return false;
    return !order_state_terminal(selected_order(app)->state) || refuse(why, "the order has ended");
}

bool trade_may_resolve(const struct app *app, const char **why)
{
    if (!trade_may_send(app, why) || !trade_has_order(app, why)) return false;
    return selected_order(app)->state == ORDER_UNKNOWN || refuse(why, "its outcome is known");
}

static void cancel_order(struct app *app, void *context)
{
    struct msg msg;
    msg_init(&msg, MSG_CANCEL_COMMAND);
    struct cancel_request *cancel = &msg.cancel_command.cancel;
    (void)text_copy(cancel->client_order_id, sizeof cancel->client_order_id, context);
    (void)text_copy(cancel->actor, sizeof cancel->actor, request_actor(app));
    (void)text_copy(cancel->reason, sizeof cancel->reason, "cancelled from the screen");
    cancel->created_us = app->now_us;
    app_send(app, COMPONENT_EXECUTOR, &msg, NULL);
}

void trade_order_cancel(struct app *app, const char *argument)
{
    (void)argument;
    const struct order *order = selected_order(app);
    char question[256], words[FORMAT_ORDER_SIZE];
    if (!order) return;
    char *context = copy_words(order->request.client_order_id);
    snprintf(question, sizeof question, "Cancel %s?%s", format_order(order, words),
             order->request.leg == LEG_TAKE_PROFIT || order->request.leg == LEG_STOP_LOSS ? " It is a protective exit."
                                                                                          : "");
    if (context) overlay_confirm(app, "Cancel order", question, CONFIRM_KEY, cancel_order, context);
}

void trade_order_history(struct app *app, const char *argument)
{
    (void)argument;
    overlay_order_history(app, app_selected_order(app));
}

void trade_order_resolve(struct app *app, const char *argument)
{
    (void)argument;
    overlay_resolve(app, app_selected_order(app));
}

/* --- contracts --- */

bool trade_may_unregister(const struct app *app, const char **why)
{
    const char *symbol = app_selected_symbol(app);
    if (!trade_may_send(app, why) || !view_has_contract(app, why)) return false;
    for (size_t i = 0; i < app->model->condition_count; i++) {
        const struct condition *condition = &app->model->conditions[i];
        if (!condition_terminal(condition->state) && !strcmp(condition->terms.symbol, symbol))
            return refuse(why, "conditions still wait on this contract");
    }
    if (positions_held(app, symbol)) return refuse(why, "a position is held in this contract");
    return !orders_working(app, symbol) || refuse(why, "orders are working in this contract");
}

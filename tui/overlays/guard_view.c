/* The guard's own rules asked on the screen, so that a ticket can say beforehand what would be refused, in the same
 * words. */
#include "tui/overlays/guard_view.h"

#include <string.h>

#include "core/session.h"
#include "tui/overlays/request.h"

static const struct guard_recent nothing_sent;

const struct position *guard_view_position(const struct app *app, const char *symbol)
{
    const struct model *model = app->model;
    for (size_t i = 0; i < model->position_count; i++)
        if (strcmp(model->positions[i].symbol, symbol) == 0 &&
            strcmp(model->positions[i].account, request_account(app)) == 0)
            return &model->positions[i];
    return NULL;
}

static bool of_request(const struct order_request *request, const char *account, const char *symbol)
{
    return strcmp(symbol, request->symbol) == 0 && strcmp(account, request->account) == 0;
}

/* As the gateway counts them (core/gate_orders.c). */
static void add_working(const struct app *app, const struct order_request *request, struct guard_input *input)
{
    const struct model *model = app->model;
    for (size_t i = 0; i < model->order_count; i++) {
        const struct order *order = &model->orders[i];
        const struct order_request *other = &order->request;
        if (order_state_terminal(order->state) || !of_request(request, other->account, other->symbol)) continue;
        const int32_t open = other->quantity - order->filled_quantity;
        const bool same_side = other->side == request->side;
        if (same_side && !other->reduce_only && !order_request_elsewhere(other)) input->rivals += open;
        if (other->reduce_only) {
            if (same_side) input->working_reduce += open;
            if (same_side && other->condition_id == 0 && other->tif != TIF_ROD) input->closing += open;
            if (other->condition_id == request->condition_id) input->own_working += open;
        } else if (other->side == SIDE_BUY) {
            input->working_buy += open;
        } else {
            input->working_sell += open;
        }
    }
}

static void add_side(struct guard_input *input, int64_t lots)
{
    if (lots > 0)
        input->longs += lots;
    else
        input->shorts -= lots;
}

/* What is held, of that by conditions, and at the venue. */
static void add_held(const struct app *app, const struct order_request *request, struct guard_input *input)
{
    const struct model *model = app->model;
    const struct position *position = guard_view_position(app, request->symbol);
    input->held = input->held_there = position ? position->quantity : 0;
    input->rest = input->held;
    for (size_t i = 0; i < model->condition_count; i++) {
        const struct condition *condition = &model->conditions[i];
        if (condition_terminal(condition->state) ||
            !of_request(request, condition->terms.account, condition->terms.symbol))
            continue;
        const int64_t own =
            side_sign(condition->terms.side) * (int64_t)(condition->filled_quantity - condition->exited_quantity);
        input->rest -= own;
        add_side(input, own);
    }
    add_side(input, input->rest);
    for (size_t i = 0; i < model->difference_count; i++) {
        const struct difference *difference = &model->differences[i];
        if (difference->client_order_id[0] == '\0' && of_request(request, difference->account, difference->symbol))
            input->held_there = difference->there;
    }
}

enum reject_code guard_view_check(const struct app *app, const struct order_request *request, char reason[REASON_SIZE])
{
    const struct model *model = app->model;
    const struct quote *quote = model_quote(model, request->symbol);
    struct guard_input input = {
        .limits = &model->limits,
        .recent = &nothing_sent,
        .mode = model->guard.mode ? model->guard.mode : GUARD_ACTIVE,
        .mode_reason = model->guard.reason,
        .day_pnl = model->guard.day_pnl,
        .request = request,
        .session_open =
            model->market.session_state == SESSION_OPEN && !model->market.paused, /* as the gateway has it */
        .now_us = app->now_us,
    };
    if (quote) {
        input.multiplier = quote->contract.multiplier;
        input.last = quote->last.seq ? quote->last.price : 0;
        input.last_tick_us = quote->tick_us;
    }
    add_held(app, request, &input);
    add_working(app, request, &input);
    if (!request->reduce_only && model_blocked(model, request->symbol, reason, REASON_SIZE))
        return REJECT_SYMBOL_BLOCKED;
    return guard_check(&input, reason);
}

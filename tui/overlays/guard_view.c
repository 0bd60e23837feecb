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

static void add_working(const struct app *app, const char *symbol, struct guard_input *input)
{
    const struct model *model = app->model;
    for (size_t i = 0; i < model->order_count; i++) {
        const struct order *order = &model->orders[i];
        if (order_state_terminal(order->state) || strcmp(order->request.symbol, symbol) != 0) continue;
        int32_t open = order->request.quantity - order->filled_quantity;
        if (order->request.reduce_only)
            input->working_reduce += open;
        else if (order->request.side == SIDE_BUY)
            input->working_buy += open;
        else
            input->working_sell += open;
    }
}

enum reject_code guard_view_check(const struct app *app, const struct order_request *request, char reason[REASON_SIZE])
{
    const struct model *model = app->model;
    const struct quote *quote = model_quote(model, request->symbol);
    const struct position *position = guard_view_position(app, request->symbol);
    struct guard_input input = {
        .limits = &model->limits,
        .recent = &nothing_sent,
        .mode = model->guard.mode ? model->guard.mode : GUARD_ACTIVE,
        .mode_reason = model->guard.reason,
        .day_pnl = model->guard.day_pnl,
        .request = request,
        .session_open =
            model->market.session_state == SESSION_OPEN && !model->market.paused, /* as the gateway has it */
        .held = position ? position->quantity : 0,
        .now_us = app->now_us,
    };
    if (quote) {
        input.multiplier = quote->contract.multiplier;
        input.last = quote->last.seq ? quote->last.price : 0;
        input.last_tick_us = quote->tick_us;
    }
    add_working(app, request->symbol, &input);
    return guard_check(&input, reason);
}

/* The recorded morning. Prices are near those of 2021-07-26; what matters is that every state and width occurs. */
#include "tests/tui/recorded.h"

#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/session.h"

#define SECOND ((int64_t)1000000)

static void apply(struct model *model, const struct msg *msg)
{
    model_apply(model, msg, COMPONENT_GATEWAY, RECORDED_NOW_US);
}

static void heartbeat(struct model *model, enum component component)
{
    struct msg msg;
    msg_init(&msg, MSG_HEARTBEAT);
    msg.heartbeat.component = component;
    msg.heartbeat.pid = 4000 + (int)component;
    msg.heartbeat.time_us = RECORDED_NOW_US;
    msg.heartbeat.peer_up = true;
    apply(model, &msg);
}

void recorded_system(struct model *model)
{
    struct msg msg;
    for (int component = COMPONENT_EXCHANGE; component <= COMPONENT_SUPERVISOR; component++)
        heartbeat(model, (enum component)component);
    msg_init(&msg, MSG_MARKET);
    snprintf(msg.market.venue, sizeof msg.market.venue, "SIM");
    snprintf(msg.market.source, sizeof msg.market.source, "Daily_2021_07_26.zip");
    msg.market.market_us = RECORDED_NOW_US;
    msg.market.trading_day = RECORDED_DAY;
    msg.market.session = SESSION_DAY;
    msg.market.session_state = SESSION_OPEN;
    msg.market.next_change_us = calendar_taipei_us(RECORDED_DAY, 13 * 3600 + 45 * 60);
    msg.market.speed = 60;
    msg.market.simulated = true;
    msg.market.progress_permille = 123;
    apply(model, &msg);
    msg_init(&msg, MSG_SESSION);
    msg.session.logged_in = true;
    snprintf(msg.session.user, sizeof msg.session.user, "demo");
    snprintf(msg.session.account, sizeof msg.session.account, "F00-1234567");
    apply(model, &msg);
    msg_init(&msg, MSG_GUARD_STATE);
    msg.guard_state.mode = GUARD_ACTIVE;
    apply(model, &msg);
    msg_init(&msg, MSG_GUARD_LIMITS);
    msg.guard_limits.daily_loss = (money_t)100000 * PRICE_SCALE;
    msg.guard_limits.stale_tick_ms = 10000;
    apply(model, &msg);
}

static void contract(struct model *model, const char *symbol, int reference)
{
    struct msg msg;
    struct err err;
    msg_init(&msg, MSG_CONTRACT);
    CHECK(contract_make(symbol, RECORDED_DAY, PRICE_POINTS(reference), &msg.contract, &err) == ERR_OK);
    msg.contract.flags |= CONTRACT_REGISTERED;
    apply(model, &msg);
}

void recorded_tick(struct model *model, const char *symbol, int points, int64_t time_us)
{
    struct msg msg;
    const struct quote *quote = model_quote(model, symbol);
    msg_init(&msg, MSG_TICK);
    struct tick *tick = &msg.tick;
    snprintf(tick->symbol, sizeof tick->symbol, "%s", symbol);
    tick->epoch = 1;
    tick->sym_seq = quote ? quote->last.sym_seq + 1 : 1;
    tick->seq = tick->sym_seq;
    tick->time_us = time_us;
    tick->recv_us = time_us;
    tick->price = PRICE_POINTS(points);
    tick->quantity = 1;
    tick->bid = PRICE_POINTS(points - 1);
    tick->bid_quantity = 12;
    tick->ask = PRICE_POINTS(points + 1);
    tick->ask_quantity = 7;
    tick->volume = 1000 + (int64_t)tick->sym_seq * 37;
    tick->reference = quote ? quote->contract.reference : 0;
    tick->trading_day = RECORDED_DAY;
    model_apply(model, &msg, COMPONENT_GATEWAY, time_us);
}

static void depth(struct model *model, const char *symbol, int points)
{
    static const int32_t bids[DEPTH_LEVELS] = {12, 21, 34, 8, 55}, asks[DEPTH_LEVELS] = {7, 19, 2, 41, 0};
    struct msg msg;
    msg_init(&msg, MSG_DEPTH);
    snprintf(msg.depth.symbol, sizeof msg.depth.symbol, "%s", symbol);
    msg.depth.time_us = RECORDED_NOW_US;
    for (int i = 0; i < DEPTH_LEVELS; i++) {
        msg.depth.bid_price[i] = PRICE_POINTS(points - 1 - i);
        msg.depth.bid_quantity[i] = bids[i];
        msg.depth.ask_price[i] = PRICE_POINTS(points + 1 + i);
        msg.depth.ask_quantity[i] = asks[i];
    }
    model_apply(model, &msg, COMPONENT_GATEWAY, RECORDED_NOW_US);
}

void recorded_contracts(struct model *model)
{
    static const struct {
        const char *symbol;
        int reference, move, ticks, age_ms;
    } rows[] = {{"TXFH1", 17398, 34, 240, 120},   {"TXFI1", 17350, 31, 40, 2400}, {"MXFH1", 17398, 33, 200, 300},
                {"MXFI1", 17350, -12, 30, 14000}, {"TMFH1", 17398, 0, 90, 700},   {"TMFI1", 17350, -28, 20, 61000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        contract(model, rows[i].symbol, rows[i].reference);
        int64_t start_us = RECORDED_NOW_US - rows[i].age_ms * (int64_t)1000 - rows[i].ticks * 2 * SECOND;
        for (int n = 1; n <= rows[i].ticks; n++) {
            int wave = (n * 7) % 13 - 6 + (n * 3) % 5;
            int points = rows[i].reference + rows[i].move * n / rows[i].ticks + (n < rows[i].ticks ? wave : 0);
            recorded_tick(model, rows[i].symbol, points, start_us + n * 2 * SECOND);
        }
    }
    depth(model, "MXFH1", 17431);
}

static void condition(struct model *model, int64_t id, const char *symbol, enum side side, int trigger,
                      enum condition_state state, int filled, const char *reason)
{
    struct msg msg;
    msg_init(&msg, MSG_CONDITION);
    struct condition *c = &msg.condition;
    c->id = id;
    snprintf(c->terms.account, sizeof c->terms.account, "F00-1234567");
    snprintf(c->terms.symbol, sizeof c->terms.symbol, "%s", symbol);
    c->terms.side = side;
    c->terms.trigger_price = c->trigger = PRICE_POINTS(trigger);
    c->terms.turning = PRICE_POINTS(15);
    c->terms.quantity = 2;
    c->terms.take_profit = PRICE_POINTS(90);
    c->terms.stop_loss = PRICE_POINTS(30);
    c->terms.following = id % 2 == 1;
    c->terms.basis = BASIS_FILL;
    c->terms.validity = VALID_DAY;
    c->terms.entry = ENTRY_MARKET;
    c->state = state;
    c->paused_from = CONDITION_ARMED;
    c->filled_quantity = filled;
    c->filled_value = (int64_t)filled * PRICE_POINTS(trigger + 15 * side_sign(side)) + (filled == 2 ? PRICE_SCALE : 0);
    if (state == CONDITION_CLOSED) {
        c->exited_quantity = filled;
        c->exited_value = c->filled_value + side_sign(side) * PRICE_POINTS(180);
    }
    c->suspended = id == 3;
    snprintf(c->reason, sizeof c->reason, "%s", reason);
    apply(model, &msg);
}

void recorded_order(struct model *model, const char *client_order_id, enum order_state state, int64_t created_us)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER);
    struct order *order = &msg.order;
    bool limit = state == ORDER_NEW || state == ORDER_PARTIALLY_FILLED;
    snprintf(order->request.client_order_id, sizeof order->request.client_order_id, "%s", client_order_id);
    snprintf(order->request.account, sizeof order->request.account, "F00-1234567");
    snprintf(order->request.symbol, sizeof order->request.symbol, "MXFH1");
    order->request.side = created_us % 2 ? SIDE_SELL : SIDE_BUY;
    order->request.type = limit ? ORDER_LIMIT : ORDER_MARKET;
    order->request.tif = limit ? TIF_ROD : TIF_IOC;
    order->request.quantity = 2;
    order->request.limit_price = limit ? PRICE_POINTS(17405) : 0;
    order->request.condition_id = limit ? 0 : 4;
    order->request.leg = limit ? LEG_NONE : LEG_ENTRY;
    order->request.attempt = 1;
    order->request.created_us = created_us;
    snprintf(order->request.actor, sizeof order->request.actor, "%s", limit ? "demo" : "strategy");
    order->state = state;
    order->filled_quantity = state == ORDER_FILLED ? 2 : state == ORDER_PARTIALLY_FILLED ? 1 : 0;
    order->filled_value =
        order->filled_quantity * PRICE_POINTS(17410) + (order->filled_quantity == 2 ? PRICE_SCALE : 0);
    if (state == ORDER_DENIED) {
        order->reject = REJECT_MAX_POSITION;
        snprintf(order->reason, sizeof order->reason, "2 lots more would make 11 in MXFH1 (allowed 10)");
    }
    order->trading_day = RECORDED_DAY;
    order->market_us = created_us + SECOND;
    order->updated_us = created_us + SECOND;
    model_apply(model, &msg, COMPONENT_EXECUTOR, RECORDED_NOW_US);
}

static void position(struct model *model, const char *symbol, int quantity, int value, int realized, int cost)
{
    struct msg msg;
    msg_init(&msg, MSG_POSITION);
    struct position *p = &msg.position;
    snprintf(p->account, sizeof p->account, "F00-1234567");
    snprintf(p->symbol, sizeof p->symbol, "%s", symbol);
    p->trading_day = RECORDED_DAY;
    p->quantity = quantity;
    p->open_value = PRICE_POINTS(value);
    p->bought = p->sold = 2;
    p->realized = (money_t)realized * PRICE_SCALE;
    p->cost = (money_t)cost * PRICE_SCALE;
    p->updated_us = RECORDED_NOW_US;
    apply(model, &msg);
}

static void log_line(struct model *model, int seconds_ago, enum component component, enum log_level level,
                     const char *text)
{
    struct msg msg;
    msg_init(&msg, MSG_LOG);
    msg.log.time_us = RECORDED_NOW_US - seconds_ago * SECOND;
    msg.log.component = component;
    msg.log.level = level;
    snprintf(msg.log.text, sizeof msg.log.text, "%s", text);
    apply(model, &msg);
    model->log[model->log_count - 1].market_us = model->market.market_us - seconds_ago * SECOND;
}

void recorded_trading(struct model *model)
{
    condition(model, 1, "TXFH1", SIDE_BUY, 17300, CONDITION_ARMED, 0, "");
    condition(model, 2, "MXFH1", SIDE_SELL, 17425, CONDITION_TRIGGERED, 0, "");
    condition(model, 3, "MXFI1", SIDE_BUY, 17330, CONDITION_TRIGGERED, 0, "");
    condition(model, 4, "MXFH1", SIDE_BUY, 17395, CONDITION_OPEN, 2, "");
    condition(model, 5, "TMFH1", SIDE_SELL, 17440, CONDITION_PAUSED, 0, "paused by demo");
    condition(model, 6, "TXFH1", SIDE_BUY, 17350, CONDITION_CLOSED, 2, "take profit filled at 17455");
    condition(model, 7, "TMFH1", SIDE_BUY, 17380, CONDITION_REJECTED, 0, "price limit");
    condition(model, 8, "TXFI1", SIDE_SELL, 17460, CONDITION_CANCELLED, 0, "cancelled by demo");
    recorded_order(model, "k3f9ab-6-E1", ORDER_FILLED, RECORDED_NOW_US - 900 * SECOND);
    recorded_order(model, "k3f9ab-7-E1", ORDER_REJECTED, RECORDED_NOW_US - 600 * SECOND);
    recorded_order(model, "k3f9ab-9-E1", ORDER_DENIED, RECORDED_NOW_US - 500 * SECOND + 1);
    recorded_order(model, "k3f9ab-m1-1", ORDER_PARTIALLY_FILLED, RECORDED_NOW_US - 300 * SECOND);
    recorded_order(model, "k3f9ab-m1-2", ORDER_NEW, RECORDED_NOW_US - 200 * SECOND + 1);
    recorded_order(model, "k3f9ab-4-E1", ORDER_FILLED, RECORDED_NOW_US - 60 * SECOND);
    position(model, "MXFH1", 2, 2 * 17410 + 1, 0, 89);
    position(model, "TMFH1", -1, -17421, -1250, 44);
    position(model, "TXFH1", 0, 0, 36000, 218);
    log_line(model, 1100, COMPONENT_GATEWAY, LEVEL_INFO, "logged in as demo at SIM, session 7");
    log_line(model, 1090, COMPONENT_GATEWAY, LEVEL_INFO, "小型臺指 2021/08 (MXFH1) registered");
    log_line(model, 600, COMPONENT_GATEWAY, LEVEL_WARNING, "BUY TMFH1 2 MKT REJECTED: price limit");
    log_line(model, 300, COMPONENT_OPERATOR, LEVEL_INFO, "order k3f9ab-m1-1 accepted");
    log_line(model, 61, COMPONENT_STRATEGY, LEVEL_INFO, "condition 4 MXFH1 ENTERING at 17410");
    log_line(model, 60, COMPONENT_GATEWAY, LEVEL_INFO, "BUY MXFH1 2 at 17410.5, 2 of 2 filled");
    log_line(model, 14, COMPONENT_STRATEGY, LEVEL_ERROR, "MXFI1: no tick for 10 s, its conditions are suspended");
}

void recorded_differences(struct model *model)
{
    static const struct difference rows[] = {
        {.kind = DIFFERENCE_POSITION, .symbol = "MXFH1", .here = 1, .there = 3},
        {.kind = DIFFERENCE_MISSING, .symbol = "MXFH1", .client_order_id = "k3f9-12-E1"},
        {.kind = DIFFERENCE_UNKNOWN, .symbol = "TXFH1", .client_order_id = "k3f9-m1627277400-14"},
        {.kind = DIFFERENCE_ELSEWHERE, .symbol = "TXFH1", .client_order_id = "venue/A0093"},
        {.kind = DIFFERENCE_BEHIND, .symbol = "MXFH1", .client_order_id = "k3f9-10-E1", .here = 1, .there = 2},
        {.kind = DIFFERENCE_ALIVE, .symbol = "MXFH1", .client_order_id = "k3f9-11-E1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct msg msg;
        msg_init(&msg, MSG_DIFFERENCE);
        msg.difference = rows[i];
        snprintf(msg.difference.account, sizeof msg.difference.account, "F00-1234567");
        model_apply(model, &msg, COMPONENT_GATEWAY, RECORDED_NOW_US);
    }
}

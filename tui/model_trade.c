/* Conditions, orders and positions, from messages. */
#include "tui/model_trade.h"

#include <stdio.h>
#include <string.h>

#include "core/ledger.h"
#include "core/position.h"
#include "core/text.h"
#include "tui/model_log.h"

/* Those that are alive come first, by id; below them those that have ended, the newest first. */
static bool condition_before(int64_t id, bool ended, const struct condition *other)
{
    bool other_ended = condition_terminal(other->state);
    if (ended != other_ended) return other_ended;
    return ended ? id > other->id : id < other->id;
}

/* Where it is, or would be. */
static size_t condition_place(const struct model *model, int64_t id, bool ended)
{
    size_t low = 0, high = model->condition_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct condition *other = &model->conditions[middle];
        bool before = other->id != id && !condition_before(id, ended, other);
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct condition *find_condition(const struct model *model, int64_t id)
{
    for (int ended = 0; ended < 2; ended++) {
        size_t at = condition_place(model, id, ended);
        if (at < model->condition_count && model->conditions[at].id == id) return &model->conditions[at];
    }
    return NULL;
}

const struct condition *model_condition(const struct model *model, int64_t id)
{
    return find_condition(model, id);
}

static void drop_condition(struct model *model, size_t at)
{
    memmove(&model->conditions[at], &model->conditions[at + 1],
            (model->condition_count - at - 1) * sizeof *model->conditions);
    model->condition_count--;
}

static unsigned on_condition(struct model *model, const struct condition *condition)
{
    struct condition *known = find_condition(model, condition->id);
    bool ended = condition_terminal(condition->state);
    if (known && condition_terminal(known->state) == ended) {
        *known = *condition;
        return DIRTY_CONDITIONS;
    }
    if (known) drop_condition(model, (size_t)(known - model->conditions));
    if (model->condition_count == MODEL_CONDITIONS) {
        if (!condition_terminal(model->conditions[MODEL_CONDITIONS - 1].state)) return 0;
        model->condition_count--; /* the one that ended first */
    }
    size_t at = condition_place(model, condition->id, ended);
    memmove(&model->conditions[at + 1], &model->conditions[at],
            (model->condition_count - at) * sizeof *model->conditions);
    model->conditions[at] = *condition;
    model->condition_count++;
    return DIRTY_CONDITIONS;
}

/* The whole group that followed the price: as core/msg.h says of struct ratchet. */
static unsigned on_ratchet(struct model *model, const struct ratchet *ratchet)
{
    unsigned dirty = 0;
    for (size_t i = 0; i < model->condition_count; i++) {
        struct condition *condition = &model->conditions[i];
        if (condition->state != CONDITION_TRIGGERED || !condition->terms.following ||
            condition->terms.side != ratchet->side || strcmp(condition->terms.symbol, ratchet->symbol) != 0)
            continue;
        bool passed =
            ratchet->side == SIDE_BUY ? ratchet->price < condition->trigger : ratchet->price > condition->trigger;
        if (passed) {
            condition->trigger = ratchet->price;
            condition->tick_seq = ratchet->tick_seq;
            condition->market_us = ratchet->market_us;
            dirty = DIRTY_CONDITIONS;
        }
    }
    return dirty;
}

static struct order *find_order(const struct model *model, const char *client_order_id)
{
    for (size_t i = 0; i < model->order_count; i++)
        if (!strcmp(model->orders[i].request.client_order_id, client_order_id)) return &model->orders[i];
    return NULL;
}

bool model_blocked(const struct model *model, const char *symbol, char *text, size_t size)
{
    for (size_t i = 0; i < model->order_count; i++) {
        const struct order *order = &model->orders[i];
        if (order->state != ORDER_UNKNOWN || strcmp(order->request.symbol, symbol) != 0) continue;
        snprintf(text, size, "blocked: order %s is UNKNOWN", order->request.client_order_id);
        return true;
    }
    for (size_t i = 0; i < model->difference_count; i++) {
        const struct difference *difference = &model->differences[i];
        if (strcmp(difference->symbol, symbol) != 0 || difference->client_order_id[0] != '\0') continue;
        snprintf(text, size, "blocked: %+d at the venue, %+d here", difference->there, difference->here);
        return true;
    }
    const struct quote *quote = model_quote(model, symbol);
    if (!quote || (quote->contract.flags & CONTRACT_REGISTERED)) return false;
    snprintf(text, size, "blocked: %s is not registered", symbol);
    return true;
}

bool model_explain(const struct model *model, const struct condition *condition, char *text, size_t size)
{
    const bool enters = condition->state == CONDITION_ARMED || condition->state == CONDITION_TRIGGERED ||
                        condition->state == CONDITION_PAUSED;
    const struct quote *quote = model_quote(model, condition->terms.symbol);
    char blocked[96], why[256];
    condition_explain(condition, quote ? model_last_price(quote) : 0, why, sizeof why);
    const bool held = enters && model_blocked(model, condition->terms.symbol, blocked, sizeof blocked);
    const size_t used = held ? (size_t)snprintf(text, size, "%.80s; ", blocked) : 0;
    if (used < size) (void)text_copy(text + used, size - used, why);
    return held;
}

int model_halting(const struct model *model)
{
    int count = 0;
    for (size_t i = 0; i < model->difference_count; i++)
        count += model->differences[i].kind != DIFFERENCE_UNKNOWN && model->differences[i].kind != DIFFERENCE_ELSEWHERE;
    return count;
}

const struct order *model_order(const struct model *model, const char *client_order_id)
{
    return find_order(model, client_order_id);
}

/* What works comes first, the newest on top; below it what has ended, the last to end on top. */
static bool order_before(const struct order *order, const struct order *other)
{
    bool ended = order_state_terminal(order->state), other_ended = order_state_terminal(other->state);
    if (ended != other_ended) return other_ended;
    return ended ? order->updated_us >= other->updated_us : order->request.created_us >= other->request.created_us;
}

/* What falls off the end has ended longest ago. */
static struct order *insert_order(struct model *model, const struct order *order)
{
    size_t at = 0;
    while (at < model->order_count && !order_before(order, &model->orders[at])) at++;
    if (at == MODEL_ORDERS) return NULL;
    if (model->order_count == MODEL_ORDERS) model->order_count--;
    memmove(&model->orders[at + 1], &model->orders[at], (model->order_count - at) * sizeof *model->orders);
    model->orders[at] = *order;
    model->order_count++;
    return &model->orders[at];
}

/* A change may have moved it among the others. */
static void settle_order(struct model *model, struct order *order)
{
    size_t at = (size_t)(order - model->orders);
    struct order moved = *order;
    if ((at == 0 || !order_before(order, order - 1)) &&
        (at + 1 == model->order_count || order_before(order, order + 1)))
        return;
    model->order_count--;
    memmove(order, order + 1, (model->order_count - at) * sizeof *model->orders);
    (void)insert_order(model, &moved);
}

static unsigned on_order(struct model *model, const struct order *order)
{
    struct order *known = find_order(model, order->request.client_order_id);
    if (!known) {
        if (!insert_order(model, order)) return 0;
        model->orders_added++;
        return DIRTY_ORDERS | DIRTY_STATUS;
    }
    bool behind = order->filled_quantity < known->filled_quantity || order->updated_us < known->updated_us ||
                  (order_state_terminal(known->state) && !order_state_terminal(order->state));
    if (behind) return 0;
    *known = *order;
    settle_order(model, known);
    return DIRTY_ORDERS | DIRTY_STATUS;
}

static void take_event(struct order *order, const struct order_event *event)
{
    if (event->kind == EXEC_FILL && event->filled_quantity == order->filled_quantity + event->fill_quantity) {
        order->filled_quantity = event->filled_quantity;
        order->filled_value += event->fill_price * event->fill_quantity;
    }
    if (event->time_us < order->updated_us) return;
    if (!order_state_terminal(order->state) || order_state_terminal(event->state)) order->state = event->state;
    if (*event->reason) (void)text_copy(order->reason, sizeof order->reason, event->reason);
    order->reject = event->reject;
    order->market_us = event->market_us;
    order->updated_us = event->time_us;
}

static unsigned on_order_event(struct model *model, const struct order_event *event)
{
    struct order *order = find_order(model, event->request.client_order_id);
    if (!order) {
        struct order made;
        order_init(&made, &event->request, event->trading_day, event->request.created_us);
        order = insert_order(model, &made);
        model->orders_added += order != NULL;
    }
    if (order) {
        take_event(order, event);
        settle_order(model, order);
    }
    return DIRTY_ORDERS | DIRTY_STATUS;
}

static int compare_positions(const struct position *a, const struct position *b)
{
    int order = strcmp(a->symbol, b->symbol);
    return order ? order : strcmp(a->account, b->account);
}

static unsigned on_position(struct model *model, const struct position *position)
{
    size_t at = 0;
    while (at < model->position_count && compare_positions(&model->positions[at], position) < 0) at++;
    bool known = at < model->position_count && compare_positions(&model->positions[at], position) == 0;
    if (!known) {
        if (model->position_count == MODEL_POSITIONS) return 0;
        memmove(&model->positions[at + 1], &model->positions[at],
                (model->position_count - at) * sizeof *model->positions);
        model->position_count++;
    } else if (position->updated_us < model->positions[at].updated_us) {
        return 0;
    }
    model->positions[at] = *position;
    return DIRTY_POSITIONS | DIRTY_STATUS;
}

bool model_position_pnl(const struct model *model, const struct position *position, struct position_pnl *out)
{
    memset(out, 0, sizeof *out);
    const struct quote *quote = model_quote(model, position->symbol);
    if (!quote || !quote->contract.multiplier) return false; /* its contract has not come in yet */
    int32_t day = ledger_day(&model->market);
    struct position today = *position;
    if (day && position->trading_day < day) position_roll(&today, day);
    price_t mark = model_last_price(quote) ? model_last_price(quote) : position->mark;
    if (mark == 0 && position->quantity != 0) return false;
    position_pnl(&today, &quote->contract, mark, model->commission, out);
    return true;
}

unsigned model_trade_apply(struct model *model, const struct msg *msg, int64_t now_us)
{
    unsigned logged = model_log_apply(model, msg, now_us) ? DIRTY_LOG : 0;
    switch ((int)msg->id) {
    case MSG_CONDITION:
        return on_condition(model, &msg->condition);
    case MSG_RATCHET:
        return on_ratchet(model, &msg->ratchet);
    case MSG_ORDER:
        return on_order(model, &msg->order);
    case MSG_ORDER_EVENT:
        return on_order_event(model, &msg->order_event) | logged;
    case MSG_POSITION:
        return on_position(model, &msg->position);
    default:
        return logged;
    }
}

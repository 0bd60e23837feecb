/*
 * stream: what a busy trader would do, all the time: conditions that trigger, enter and exit within seconds, orders and
 * cancels by hand. Nothing here knows which process is dead; what is not answered is asked again when that is safe.
 */
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/session.h"
#include "core/text.h"
#include "tests/torture/torture.h"

#define ACTIVE_MAX        24
#define OPERATOR_MAX      6
#define OPERATOR_AGAIN_US (300 * CLOCK_MS_US)
#define OPERATOR_OLD_US   (20 * CLOCK_SECOND_US) /* its end was not heard: the books will tell */
#define COMMAND_AGAIN_US  CLOCK_SECOND_US
#define DAYS_TO_EXPIRY    5

static bool ended(uint8_t state)
{
    return condition_terminal((enum condition_state)state);
}

/* --- symbols -------------------------------------------------------------------------------------------------------- */

/* Small contracts first, nothing that expires during the run. */
static int weight(const struct contract *contract)
{
    return contract->multiplier * 100 + contract->delivery_month % 100;
}

static bool usable(const struct torture *t, const struct contract *contract)
{
    for (int i = 0; i < t->symbol_count; i++)
        if (strcmp(t->symbols[i].contract.symbol, contract->symbol) == 0) return false;
    return contract->last_trading_day - t->market.trading_day >= DAYS_TO_EXPIRY && contract->multiplier <= 50;
}

static void choose_symbols(struct torture *t)
{
    while (t->symbol_count < TORTURE_SYMBOLS) {
        const struct contract *best = NULL;
        for (int i = 0; i < t->contract_count; i++) {
            const struct contract *contract = &t->contracts[i];
            if (usable(t, contract) && (best == NULL || weight(contract) < weight(best))) best = contract;
        }
        if (best == NULL) break;
        t->symbols[t->symbol_count++] = (struct torture_symbol){.contract = *best};
    }
}

/* Registered once is registered for ever; asking is cheap, and the first answer may have been lost. */
static bool symbols_ready(struct torture *t)
{
    if (t->symbol_count == 0 && t->market.trading_day != 0 && t->contract_count > 0) choose_symbols(t);
    bool ready = t->symbol_count > 2;
    for (int i = 0; i < t->symbol_count; i++) {
        if (t->symbols[i].last == 0) {
            ready = false;
            if (t->symbols[i].heard_us < torture_now() - CLOCK_SECOND_US) {
                t->symbols[i].heard_us = torture_now();
                world_control(t, COMPONENT_GATEWAY, CONTROL_REGISTER, t->symbols[i].contract.symbol);
            }
        }
    }
    return ready;
}

/* --- conditions ----------------------------------------------------------------------------------------------------- */

static void create_condition(struct torture *t)
{
    struct msg msg;
    int at = (int)rng_range(&t->rng, 0, USE_BOTH);
    const struct torture_symbol *symbol = &t->symbols[at];
    bool buys = at == USE_BUY || (at == USE_BOTH && rng_chance(&t->rng, 1, 2));
    price_t tick = symbol->contract.tick;
    msg_init(&msg, MSG_CONDITION_COMMAND);
    struct condition_command *command = &msg.condition_command;
    struct condition_terms *terms = &command->terms;
    command->action = CONDITION_CREATE;
    text_copy(command->actor, sizeof command->actor, "torture");
    text_copy(terms->account, sizeof terms->account, t->session.account);
    text_copy(terms->symbol, sizeof terms->symbol, symbol->contract.symbol);
    terms->side = buys ? SIDE_BUY : SIDE_SELL;
    /* The next tick is on the right side of it, or nearly. */
    terms->trigger_price = symbol->last + side_sign(terms->side) * rng_range(&t->rng, -1, 2) * tick;
    terms->turning = rng_range(&t->rng, 1, 3) * tick;
    terms->quantity = (int32_t)rng_range(&t->rng, 1, 2);
    terms->take_profit = rng_range(&t->rng, 2, 8) * tick;
    terms->stop_loss = rng_range(&t->rng, 2, 8) * tick;
    terms->following = rng_chance(&t->rng, 1, 2);
    terms->basis = rng_chance(&t->rng, 1, 2) ? BASIS_FILL : BASIS_PLANNED;
    terms->validity = rng_chance(&t->rng, 3, 4) ? VALID_GTC : VALID_DAY;
    int64_t entry = rng_range(&t->rng, 0, 9);
    terms->entry = entry < 6 ? ENTRY_MARKET : entry < 8 ? ENTRY_RANGE_MARKET : ENTRY_LIMIT;
    terms->entry_offset = terms->entry == ENTRY_LIMIT ? rng_range(&t->rng, 0, 3) * tick : 0;
    if (world_ask(t, COMPONENT_STRATEGY, &msg, ASK_CONDITION, 0) != 0) t->counts.conditions++;
}

static void command_condition(struct torture *t, int64_t id, enum condition_action action)
{
    struct msg msg;
    msg_init(&msg, MSG_CONDITION_COMMAND);
    msg.condition_command.action = action;
    msg.condition_command.condition_id = id;
    text_copy(msg.condition_command.actor, sizeof msg.condition_command.actor, "torture");
    if (world_ask(t, COMPONENT_STRATEGY, &msg, ASK_CONDITION, (int)id) != 0) t->counts.cancels++;
}

static int64_t random_active(struct torture *t)
{
    int64_t pick = t->active > 0 ? rng_range(&t->rng, 0, t->active - 1) : -1;
    for (int64_t id = t->first_active; id <= t->last_condition && pick >= 0; id++)
        if (t->condition_state[id] != 0 && !ended(t->condition_state[id]) && pick-- == 0) return id;
    return 0;
}

static void disturb_condition(struct torture *t)
{
    static const enum condition_action actions[] = {CONDITION_CANCEL, CONDITION_CANCEL, CONDITION_PAUSE,
                                                    CONDITION_RESUME, CONDITION_RESUME};
    int64_t id = random_active(t);
    if (id != 0) command_condition(t, id, actions[rng_range(&t->rng, 0, 4)]);
}

static void count_active(struct torture *t)
{
    t->active = 0;
    while (t->first_active < t->last_condition && ended(t->condition_state[t->first_active])) t->first_active++;
    for (int64_t id = t->first_active; id <= t->last_condition; id++)
        t->active += t->condition_state[id] != 0 && !ended(t->condition_state[id]) ? 1 : 0;
}

/* --- the operator's orders ------------------------------------------------------------------------------------------ */

static void ask_order(struct torture *t, struct torture_operator *order, enum torture_ask what, int index)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER_COMMAND);
    msg.order_command.order = order->request;
    order->since_us = torture_now();
    order->asked = world_ask(t, COMPONENT_EXECUTOR, &msg, what, index);
}

static void new_request(struct torture *t, struct torture_operator *order, const struct torture_symbol *symbol)
{
    memset(order, 0, sizeof *order);
    order->used = true;
    order->request.side = rng_chance(&t->rng, 1, 2) ? SIDE_BUY : SIDE_SELL;
    order->request.quantity = 1;
    snprintf(order->request.client_order_id, sizeof order->request.client_order_id, "torture-m%llu-%llu",
             (unsigned long long)t->options.seed, (unsigned long long)++t->operator_counter);
    text_copy(order->request.account, sizeof order->request.account, t->session.account);
    text_copy(order->request.symbol, sizeof order->request.symbol, symbol->contract.symbol);
    text_copy(order->request.actor, sizeof order->request.actor, "torture");
}

static price_t away(const struct torture_symbol *symbol, enum side side, int64_t permille)
{
    price_t distance = symbol->last * permille / 1000 / symbol->contract.tick * symbol->contract.tick;
    return symbol->last - side_sign(side) * distance;
}

static void create_order(struct torture *t)
{
    const struct torture_symbol *symbol = &t->symbols[USE_BOTH];
    for (int i = 0; i < OPERATOR_MAX; i++) {
        struct torture_operator *order = &t->operators[i];
        if (order->used) continue;
        new_request(t, order, symbol);
        if (rng_chance(&t->rng, 1, 2)) {
            order->request.type = rng_chance(&t->rng, 1, 2) ? ORDER_MARKET : ORDER_RANGE_MARKET;
            order->request.tif = TIF_IOC;
        } else { /* rests until it is cancelled, or the market comes to it */
            order->request.type = ORDER_LIMIT;
            order->request.tif = TIF_ROD;
            order->request.limit_price = away(symbol, order->request.side, rng_range(&t->rng, 0, 3));
        }
        t->counts.operator_orders++;
        ask_order(t, order, ASK_ORDER, i);
        return;
    }
}

static void cancel_order(struct torture *t, struct torture_operator *order)
{
    struct msg msg;
    msg_init(&msg, MSG_CANCEL_COMMAND);
    text_copy(msg.cancel_command.cancel.client_order_id, sizeof msg.cancel_command.cancel.client_order_id,
              order->request.client_order_id);
    text_copy(msg.cancel_command.cancel.actor, sizeof msg.cancel_command.cancel.actor, "torture");
    order->since_us = torture_now();
    if (world_ask(t, COMPONENT_EXECUTOR, &msg, ASK_CONTROL, 0) != 0) {
        order->cancel_asked = true;
        t->counts.cancels++;
    }
}

static void tend_orders(struct torture *t, int64_t now_us, bool winding_down)
{
    for (int i = 0; i < OPERATOR_MAX; i++) {
        struct torture_operator *order = &t->operators[i];
        if (!order->used) continue;
        int64_t age_us = now_us - order->since_us;
        if (order->ended || age_us > OPERATOR_OLD_US)
            order->used = false;
        else if (!order->accepted && order->asked == 0 && age_us > OPERATOR_AGAIN_US)
            ask_order(t, order, ASK_ORDER, i);
        else if (order->accepted && age_us > COMMAND_AGAIN_US && (winding_down || rng_chance(&t->rng, 1, 50)))
            cancel_order(t, order);
    }
}

int stream_working(const struct torture *t)
{
    int count = 0;
    for (int i = 0; i < OPERATOR_MAX; i++) count += t->operators[i].used && !t->operators[i].ended ? 1 : 0;
    return count;
}

/* --- steps ---------------------------------------------------------------------------------------------------------- */

void stream_step(struct torture *t, int64_t now_us)
{
    if (!symbols_ready(t) || t->session.account[0] == '\0' || t->market.session_state != SESSION_OPEN) return;
    count_active(t);
    if (t->active < ACTIVE_MAX && rng_chance(&t->rng, 1, 2) && t->last_condition < TORTURE_CONDITIONS - 1000)
        create_condition(t);
    if (rng_chance(&t->rng, 1, 40)) disturb_condition(t);
    if (rng_chance(&t->rng, 1, 20)) create_order(t);
    tend_orders(t, now_us, false);
}

void stream_wind_down(struct torture *t, int64_t now_us)
{
    count_active(t);
    tend_orders(t, now_us, true);
    for (int64_t id = t->first_active; id <= t->last_condition; id++) {
        enum condition_state state = (enum condition_state)t->condition_state[id];
        bool waits = state == CONDITION_ARMED || state == CONDITION_TRIGGERED || state == CONDITION_PAUSED ||
                     state == CONDITION_ENTERING;
        if (waits && now_us - t->condition_asked_us[id] > COMMAND_AGAIN_US) {
            t->condition_asked_us[id] = now_us;
            command_condition(t, id, CONDITION_CANCEL);
        }
    }
}

static struct torture_operator *find_order(struct torture *t, const char *id)
{
    if (t->probe.used && strcmp(t->probe.request.client_order_id, id) == 0) return &t->probe;
    for (int i = 0; i < OPERATOR_MAX; i++)
        if (t->operators[i].used && strcmp(t->operators[i].request.client_order_id, id) == 0) return &t->operators[i];
    return NULL;
}

static void on_order_state(struct torture *t, const char *id, enum order_state state, enum reject_code reject)
{
    struct torture_operator *order = find_order(t, id);
    if (order == NULL || !order_state_terminal(state)) return;
    /* A denial for the session's sake: the gateway is not there yet. */
    bool not_yet =
        order == &t->probe && (reject == REJECT_NOT_LOGGED_IN || reject == REJECT_NO_ACCOUNT ||
                               reject == REJECT_NOT_REGISTERED || reject == REJECT_STALE_TICK ||
                               reject == REJECT_EXPIRED || reject == REJECT_HALTED || reject == REJECT_REDUCING);
    if (not_yet) {
        torture_say(t, "probe %s: %s", id, reject_name(reject));
        order->used = false;
    } else {
        order->ended = true;
    }
}

static void on_condition(struct torture *t, const struct condition *condition)
{
    int64_t id = condition->id;
    if (id <= 0 || id >= TORTURE_CONDITIONS) return;
    t->condition_state[id] = (uint8_t)condition->state;
    t->last_condition = id > t->last_condition ? id : t->last_condition;
}

void stream_see(struct torture *t, const struct msg *msg)
{
    if (msg->id == MSG_TICK) {
        for (int i = 0; i < t->symbol_count; i++)
            if (strcmp(t->symbols[i].contract.symbol, msg->tick.symbol) == 0) t->symbols[i].last = msg->tick.price;
    } else if (msg->id == MSG_CONDITION) {
        on_condition(t, &msg->condition);
    } else if (msg->id == MSG_ORDER_EVENT) {
        const struct order_event *event = &msg->order_event;
        on_order_state(t, event->request.client_order_id, event->state, event->reject);
    } else if (msg->id == MSG_ORDER) {
        const struct order *order = &msg->order;
        on_order_state(t, order->request.client_order_id, order->state, order->reject);
    }
}

void stream_answered(struct torture *t, const struct torture_asked *asked, const struct reply *reply)
{
    bool ok = reply->status == ERR_OK;
    if (asked->what == ASK_CONDITION && !ok && reply->status != ERR_TIMEOUT) {
        t->counts.refused++;
        torture_say(t, "condition %d: %s", asked->index, reply->text);
    }
    if (asked->what != ASK_ORDER && asked->what != ASK_PROBE) return;
    struct torture_operator *order = asked->what == ASK_PROBE ? &t->probe : &t->operators[asked->index];
    if (!order->used || order->asked != asked->id) return;
    order->asked = 0;
    order->accepted = order->accepted || ok;
    if (!ok && reply->status != ERR_TIMEOUT) {
        torture_say(t, "order %s: %s", order->request.client_order_id, reply->text);
        order->ended = asked->what == ASK_ORDER;
        order->used = asked->what == ASK_ORDER;
    }
}

/* --- the probe ------------------------------------------------------------------------------------------------------ */

void probe_begin(struct torture *t)
{
    memset(&t->probe, 0, sizeof t->probe);
}

/* A limit far from the market, immediate or cancelled: it goes to the venue and comes back unfilled. */
bool probe_done(struct torture *t, int64_t now_us)
{
    struct torture_operator *probe = &t->probe;
    int at = t->symbol_count > USE_PROBE ? USE_PROBE : USE_BOTH;
    if (t->symbol_count == 0 || t->symbols[at].last == 0) return false;
    if (probe->used && probe->ended) return true;
    if (!probe->used) {
        new_request(t, probe, &t->symbols[at]);
        probe->request.type = ORDER_LIMIT;
        probe->request.tif = TIF_IOC;
        /* Never the same price twice in a row: that would be the guard's duplicate. */
        probe->request.limit_price = away(&t->symbols[at], probe->request.side, 15 + (int64_t)t->operator_counter % 8);
        ask_order(t, probe, ASK_PROBE, 0);
    } else if (probe->asked == 0 && !probe->accepted && now_us - probe->since_us > 20 * CLOCK_MS_US) {
        ask_order(t, probe, ASK_PROBE, 0);
    } else if (now_us - probe->since_us > 3 * CLOCK_SECOND_US) {
        probe->used = false; /* it went UNKNOWN, or its end was not heard: another one */
    }
    return false;
}

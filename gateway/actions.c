/*
 * actions: a request is described in words when it comes, and stored when its answer goes.
 */
#include "gateway/actions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "core/text.h"
#include "gateway/agent.h"

static void put(char *target, size_t size, const char *text)
{
    (void)text_copy(target, size, text);
    text_clean(target);
}

static void store(struct agent *agent, const struct action_record *action)
{
    struct msg msg;
    struct err err;
    msg_init(&msg, MSG_ACTION);
    msg.action = *action;
    if (db_store(agent->actions.db, &msg, &err) != ERR_OK) {
        log_write(agent->log, LEVEL_ERROR, "'%s' of %s is not in the audit: %s", action->action, action->actor,
                  err.text);
    }
}

static void fill(const struct agent *agent, struct action_record *action, const char *kind, int64_t now_us)
{
    const struct market *market = agent->actions.market;
    memset(action, 0, sizeof *action);
    action->time_us = now_us;
    action->market_us = market != NULL ? market->market_us : 0;
    action->trading_day = market != NULL ? market->trading_day : 0;
    put(action->component, sizeof action->component, component_name(agent->ops->component));
    put(action->kind, sizeof action->kind, kind);
}

/* --- requests in words -------------------------------------------------------------------------------------------- */

/* Of an order, whose id has a '-' or is of the venue's making, and a kind of difference; or of a position, a symbol and the
 * venue's lots. */
static void describe_accept(const struct control *control, struct action_record *action)
{
    const bool order = strchr(control->text, '-') != NULL || strncmp(control->text, "venue/", strlen("venue/")) == 0;
    const char *kind = order ? difference_kind_name((enum difference_kind)control->number) : NULL;
    if (order)
        put(action->client_order_id, sizeof action->client_order_id, control->text);
    else
        put(action->symbol, sizeof action->symbol, control->text);
    if (order)
        snprintf(action->request, sizeof action->request, "%s", kind != NULL ? kind : "?");
    else
        snprintf(action->request, sizeof action->request, "%+" PRId64 " at the venue", control->number);
}

static void describe_control(const struct control *control, struct action_record *action)
{
    put(action->actor, sizeof action->actor, control->actor);
    put(action->action, sizeof action->action, control_kind_name(control->kind));
    put(action->request, sizeof action->request, control->text);
    bool of_contract = control->kind == CONTROL_REGISTER || control->kind == CONTROL_UNREGISTER ||
                       (control->kind == CONTROL_FLATTEN && strcmp(control->text, "all") != 0);
    if (of_contract && strlen(control->text) < sizeof action->symbol) {
        put(action->symbol, sizeof action->symbol, control->text);
    } else if (control->kind == CONTROL_RESOLVE && strlen(control->text) < sizeof action->client_order_id) {
        const char *as = order_state_name((enum order_state)control->number);
        put(action->client_order_id, sizeof action->client_order_id, control->text);
        snprintf(action->request, sizeof action->request, "as %s", as != NULL ? as : "?");
    } else if (control->kind == CONTROL_ACCEPT) {
        describe_accept(control, action);
    }
}

static void describe_condition(const struct condition_command *command, struct action_record *action)
{
    const struct condition_terms *terms = &command->terms;
    char trigger[PRICE_TEXT_SIZE], turning[PRICE_TEXT_SIZE], profit[PRICE_TEXT_SIZE], loss[PRICE_TEXT_SIZE];
    put(action->actor, sizeof action->actor, command->actor);
    snprintf(action->action, sizeof action->action, "condition %s", condition_action_name(command->action));
    action->condition_id = command->condition_id;
    if (command->action != CONDITION_CREATE && command->action != CONDITION_EDIT) return;
    put(action->symbol, sizeof action->symbol, terms->symbol);
    snprintf(action->request, sizeof action->request, "%s %d at %s, turning %s, take profit %s, stop loss %s%s",
             side_name(terms->side), (int)terms->quantity, price_format(terms->trigger_price, trigger, sizeof trigger),
             price_format(terms->turning, turning, sizeof turning),
             price_format(terms->take_profit, profit, sizeof profit), price_format(terms->stop_loss, loss, sizeof loss),
             terms->following ? ", following" : "");
}

static void describe_order(const struct order_request *order, struct action_record *action)
{
    char limit[PRICE_TEXT_SIZE];
    put(action->actor, sizeof action->actor, order->actor);
    put(action->action, sizeof action->action, "order");
    put(action->symbol, sizeof action->symbol, order->symbol);
    put(action->client_order_id, sizeof action->client_order_id, order->client_order_id);
    snprintf(action->request, sizeof action->request, "%s %d %s %s%s%s%s", side_name(order->side), (int)order->quantity,
             order_type_name(order->type), tif_name(order->tif), order->type == ORDER_LIMIT ? " at " : "",
             order->type == ORDER_LIMIT ? price_format(order->limit_price, limit, sizeof limit) : "",
             order->reduce_only ? ", reduce only" : "");
}

static void describe_cancel(const struct cancel_request *cancel, struct action_record *action)
{
    put(action->actor, sizeof action->actor, cancel->actor);
    put(action->action, sizeof action->action, "cancel");
    put(action->client_order_id, sizeof action->client_order_id, cancel->client_order_id);
    put(action->request, sizeof action->request, cancel->reason);
}

static void describe_market(const struct market_control *control, struct action_record *action)
{
    char stamp[CALENDAR_TEXT_SIZE];
    put(action->actor, sizeof action->actor, control->actor);
    snprintf(action->action, sizeof action->action, "market %s", market_action_name(control->action));
    if (control->action == MARKET_SPEED)
        snprintf(action->request, sizeof action->request, "%" PRId64, control->number);
    else if (control->action == MARKET_SEEK)
        put(action->request, sizeof action->request, calendar_format_stamp(control->number, stamp, sizeof stamp));
}

/* false: not what an operator does (a question). */
static bool describe(const struct msg *msg, struct action_record *action)
{
    if (msg->id == MSG_CONTROL) {
        describe_control(&msg->control, action);
    } else if (msg->id == MSG_LOGIN) {
        put(action->actor, sizeof action->actor, msg->login.actor);
        put(action->action, sizeof action->action, "login");
        snprintf(action->request, sizeof action->request, "user %s", msg->login.user);
    } else if (msg->id == MSG_LIMITS_COMMAND) {
        put(action->actor, sizeof action->actor, msg->limits_command.limits.actor);
        put(action->action, sizeof action->action, "limits");
    } else if (msg->id == MSG_CONDITION_COMMAND) {
        describe_condition(&msg->condition_command, action);
    } else if (msg->id == MSG_ORDER_COMMAND) {
        describe_order(&msg->order_command.order, action);
    } else if (msg->id == MSG_CANCEL_COMMAND) {
        describe_cancel(&msg->cancel_command.cancel, action);
    } else if (msg->id == MSG_MARKET_CONTROL) {
        describe_market(&msg->market_control, action);
    } else {
        return false;
    }
    if (action->actor[0] == '\0') put(action->actor, sizeof action->actor, "operator");
    return true;
}

/* --- from request to row ------------------------------------------------------------------------------------------ */

static void end(struct agent *agent, struct open_action *open, enum status status, const char *answer)
{
    open->request_id = 0;
    open->action.status = status;
    put(open->action.answer, sizeof open->action.answer, answer);
    store(agent, &open->action);
}

/* A free place; of none, the oldest's. */
static struct open_action *place(struct agent *agent)
{
    struct open_action *oldest = &agent->actions.open[0];
    for (int i = 0; i < ACTIONS_OPEN_MAX; i++) {
        struct open_action *open = &agent->actions.open[i];
        if (open->request_id == 0) return open;
        if (open->action.time_us < oldest->action.time_us) oldest = open;
    }
    end(agent, oldest, ERR_TIMEOUT, "no answer yet when too many requests were open");
    return oldest;
}

void actions_asked(struct agent *agent, const struct requester *from, const struct msg *msg, int64_t now_us)
{
    struct action_record action;
    uint64_t request_id = agent_request_id(msg);
    if (agent->actions.db == NULL || request_id == 0) return;
    fill(agent, &action, "operator", now_us);
    if (!describe(msg, &action)) return;
    struct open_action *open = place(agent);
    open->request_id = request_id;
    open->socket = from->socket;
    open->peer = from->peer;
    open->action = action;
}

static bool same_peer(const struct bus_peer *a, const struct bus_peer *b)
{
    return a->size == b->size && memcmp(a->id, b->id, a->size) == 0;
}

/* What only the answer tells: the number of a new condition, the id of a new order. */
static void learn(struct action_record *action, const struct reply *reply)
{
    if (reply->status != ERR_OK) return;
    if (strcmp(action->action, "order") == 0 && action->client_order_id[0] == '\0' &&
        strlen(reply->text) < sizeof action->client_order_id)
        put(action->client_order_id, sizeof action->client_order_id, reply->text);
    bool creates = strcmp(action->action, "condition create") == 0;
    if (creates && action->condition_id == 0 && reply->number > 0) action->condition_id = reply->number;
}

void actions_answered(struct agent *agent, const struct requester *to, const struct reply *reply)
{
    if (agent->actions.db == NULL) return;
    for (int i = 0; i < ACTIONS_OPEN_MAX; i++) {
        struct open_action *open = &agent->actions.open[i];
        if (open->request_id != 0 && open->request_id == reply->request_id && open->socket == to->socket &&
            same_peer(&open->peer, &to->peer)) {
            learn(&open->action, reply);
            end(agent, open, (enum status)reply->status, reply->text);
            return;
        }
    }
}

void actions_note(struct agent *agent, const char *kind, const char *actor, const char *action, const char *request,
                  enum status status, const char *answer)
{
    struct action_record row;
    if (agent->actions.db == NULL) return;
    fill(agent, &row, kind, agent->clock->now_us(agent->clock));
    put(row.actor, sizeof row.actor, actor);
    put(row.action, sizeof row.action, action);
    put(row.request, sizeof row.request, request);
    row.status = status;
    put(row.answer, sizeof row.answer, answer);
    store(agent, &row);
}

void actions_begin(struct agent *agent, struct db *db, const struct market *market)
{
    agent->actions.db = db;
    agent->actions.market = market;
}

void actions_close(struct agent *agent)
{
    for (int i = 0; i < ACTIONS_OPEN_MAX && agent->actions.db != NULL; i++)
        if (agent->actions.open[i].request_id != 0)
            end(agent, &agent->actions.open[i], ERR_TIMEOUT, "not answered: the process stopped");
    agent->actions.db = NULL;
}

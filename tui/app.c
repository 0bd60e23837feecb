/* The app struct's life, its one-line answers and its requests. */
#include "tui/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/log_past.h"
#include "tui/panes/pane.h"
#include "tui/overlays/request.h"

static const struct pane_ops *const pane_table[PANE_COUNT] = {&watchlist_pane, &conditions_pane, &positions_pane,
                                                              &orders_pane, &log_pane};

struct app *app_new(struct settings *settings)
{
    struct app *app = calloc(1, sizeof *app);
    CHECK(app);
    app->settings = settings;
    app->lower = PANE_POSITIONS;
    app->redraw = true;
    app->model = model_new();
    CHECK(app->model);
    app->read_only = settings_number(settings, SET_READ_ONLY) != 0;
    app->model->commission = settings_number(settings, SET_COMMISSION);
    for (int i = 0; i < PANE_COUNT; i++) {
        app->panes[i] = pane_new(pane_table[i]);
        CHECK(app->panes[i]);
    }
    return app;
}

void app_free(struct app *app)
{
    if (!app) return;
    for (int i = 0; i < PANE_COUNT; i++) pane_free(app->panes[i]);
    log_past_free(app->past);
    model_free(app->model);
    free(app);
}

enum status app_load_theme(struct app *app, const char *name, struct err *err)
{
    bool up_is_green = !strcmp(settings_text(app->settings, SET_UP_COLOUR), "green");
    enum status status =
        theme_load(&app->theme, name, up_is_green, settings_number(app->settings, SET_ASCII) != 0, err);
    if (status == ERR_OK) app->redraw = app->repaint = true;
    return status;
}

enum status app_choose_theme(struct app *app, const char *name, struct err *err)
{
    enum status status = app_load_theme(app, name, err);
    if (status != ERR_OK) return status;
    bool kept = !strchr(name, '/') && text_copy(app->keep_theme, sizeof app->keep_theme, name);
    app_notice(app, ROLE_OK, "Theme %s%s", app->theme.name, kept ? "" : ", for this screen alone");
    return status;
}

static enum log_level level_of(enum role role)
{
    if (role == ROLE_ALARM) return LEVEL_ERROR;
    return role == ROLE_WARNING ? LEVEL_WARNING : LEVEL_INFO;
}

void app_notice(struct app *app, enum role role, const char *format, ...)
{
    struct msg msg;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(app->notice, sizeof app->notice, format, arguments);
    va_end(arguments);
    text_clean(app->notice);
    app->notice_role = role;
    app->notice_us = app->now_us;
    msg_init(&msg, MSG_LOG);
    msg.log.time_us = app->now_us;
    msg.log.component = COMPONENT_OPERATOR;
    msg.log.level = level_of(role);
    text_copy(msg.log.text, sizeof msg.log.text, app->notice);
    model_apply(app->model, &msg, COMPONENT_OPERATOR, app->now_us);
    app->model->dirty |= DIRTY_STATUS;
}

bool app_send(struct app *app, enum component to, struct msg *msg, uint64_t *request_id)
{
    struct err err = {0};
    uint64_t id = 0;
    bool query = msg->id == MSG_QUERY;
    bool halt = msg->id == MSG_CONTROL && msg->control.kind == CONTROL_HALT; /* always */
    if (app->read_only && !query && !halt) {
        app_notice(app, ROLE_WARNING, "Not sent: the screen is read-only (:read-only ends it)");
        return false;
    }
    if (!app->client) {
        app_notice(app, ROLE_WARNING, "Not sent: not connected to the %s yet", component_name(to));
        return false;
    }
    if (client_send(app->client, to, msg, &id, &err) != ERR_OK) {
        app_notice(app, ROLE_ALARM, "Not sent: %s", err.text);
        return false;
    }
    if (request_id) *request_id = id;
    if (!query) {
        app->requests[app->request_next] = (struct app_request){id, msg->id};
        app->request_next = (app->request_next + 1) % APP_REQUESTS;
    }
    return true;
}

static void on_reply(struct app *app, const struct reply *reply)
{
    for (size_t i = 0; i < APP_REQUESTS; i++) {
        struct app_request *request = &app->requests[i];
        if (!request->id || request->id != reply->request_id) continue;
        request->id = 0;
        bool said = request->kind == MSG_ORDER_COMMAND; /* the ticket says it better */
        if (reply->status == ERR_OK && !said)
            app_notice(app, ROLE_OK, "%s", *reply->text ? reply->text : "Done");
        else if (reply->status != ERR_OK)
            app_notice(app, ROLE_ALARM, "%s: %s", reply->status == ERR_TIMEOUT ? "No answer" : "Refused",
                       *reply->text ? reply->text : status_name((enum status)reply->status));
    }
}

/* What the model just wrote into the log is news; the notice line shows it without logging it again. */
static void show_news(struct app *app)
{
    const struct log_line *line = &app->model->log[app->model->log_count - 1].line;
    (void)text_copy(app->notice, sizeof app->notice, line->text);
    app->notice_role = line->level == LEVEL_ERROR     ? ROLE_ALARM
                       : line->level == LEVEL_WARNING ? ROLE_WARNING
                                                      : ROLE_TEXT;
    app->notice_us = app->now_us;
    app->model->dirty |= DIRTY_STATUS;
}

enum { BELL_NONE, BELL_ALARMS, BELL_FILLS }; /* screen.bell's choices */
#define BELL_US ((int64_t)1000000)           /* a burst of fills is one sound */

static void ring(struct app *app, int from)
{
    if (settings_number(app->settings, SET_BELL) < from) return;
    if (app->now_us - app->bell_us < BELL_US && app->now_us >= app->bell_us) return;
    app->bell_us = app->now_us;
    app->bell = true;
}

/* What happened just now and wants the trader's eyes; nothing that is read back from before. */
static void ring_for(struct app *app, const struct msg *msg)
{
    if (msg->id == MSG_RISK_EVENT) ring(app, BELL_ALARMS);
    if (msg->id != MSG_ORDER_EVENT) return;
    enum exec_kind kind = msg->order_event.kind;
    if (kind == EXEC_FILL) ring(app, BELL_FILLS);
    if (kind == EXEC_DENIED || kind == EXEC_REJECTED || kind == EXEC_UNKNOWN) ring(app, BELL_ALARMS);
}

void app_message(struct app *app, const struct msg *msg, enum component from)
{
    uint64_t logged = app->model->log_added;
    model_apply(app->model, msg, from, app->now_us);
    bool ours = msg->id == MSG_RISK_EVENT && msg->risk_event.reject == REJECT_NONE &&
                !strcmp(msg->risk_event.actor, request_actor(app)); /* the reply says it */
    bool news = msg->id == MSG_TRANSITION || (msg->id == MSG_RISK_EVENT && !ours) ||
                (msg->id == MSG_ORDER_EVENT && msg->order_event.kind != EXEC_NEW);
    if (news && app->model->log_added > logged) {
        show_news(app);
        ring_for(app, msg);
    }
    if (msg->id == MSG_DIFFERENCE && msg->difference.kind == DIFFERENCE_POSITION && !msg->difference.settled) {
        ring(app, BELL_ALARMS);
        app_notice(app, ROLE_ALARM, "%s: %+d at the venue, %+d here. Positions (3), then a, to decide.",
                   msg->difference.symbol, msg->difference.there, msg->difference.here);
    }
    if (msg->id == MSG_REPLY) on_reply(app, &msg->reply);
}

void app_watch_links(struct app *app)
{
    for (int c = COMPONENT_EXCHANGE; app->client && c <= COMPONENT_SUPERVISOR; c++) {
        struct component_view *view = &app->model->components[c];
        const enum link_state link = client_link(app->client, (enum component)c, &view->age_us);
        const bool up = link == LINK_UP;
        const bool strange = client_strange(app->client, (enum component)c);
        if (up != view->up || strange != view->strange) app->model->dirty |= DIRTY_STATUS;
        view->strange = strange;
        view->connecting = link == LINK_CONNECTING;
        if (!up && view->up) ring(app, BELL_ALARMS);
        view->linked = true;
        view->up = up;
    }
}

void app_tick(struct app *app)
{
    struct msg msg;
    if (app->past && log_past_take(app->past, app->model)) {
        log_past_free(app->past);
        app->past = NULL;
    }
    /* Which day's bars the gateway can only know when it has heard of the market. */
    if (!app->client || !app->model->components[COMPONENT_GATEWAY].heard_us || !app->model->market.venue[0]) return;
    for (size_t i = 0; i < app->model->quote_count; i++) {
        struct quote *quote = &app->model->quotes[i];
        if (quote->bars_asked || !(quote->contract.flags & CONTRACT_REGISTERED)) continue;
        msg_init(&msg, MSG_QUERY);
        msg.query.kind = QUERY_BARS;
        (void)text_copy(msg.query.text, sizeof msg.query.text, quote->contract.symbol);
        quote->bars_asked = client_send(app->client, COMPONENT_GATEWAY, &msg, NULL, NULL) == ERR_OK;
    }
}

enum role app_mode_role(const struct app *app)
{
    if (app->model->guard.mode == GUARD_HALTED) return ROLE_HALTED;
    if (app->model->guard.mode == GUARD_REDUCING) return ROLE_REDUCING;
    if (app->read_only || !app->model->market.venue[0]) return ROLE_READ_ONLY;
    return app->model->market.simulated ? ROLE_SIMULATION : ROLE_LIVE;
}

/* Rows may have come in since the list was drawn: find the cursor's row again before acting on it. */
static bool selected(const struct app *app, enum pane_id id, size_t *row)
{
    struct list *list = &app->panes[id]->list;
    list_refresh(list, app, list->height);
    return list_selected(list, row);
}

const char *app_selected_symbol(const struct app *app)
{
    const struct model *model = app->model;
    size_t row = 0;
    if (app->focus == PANE_CONDITIONS && selected(app, PANE_CONDITIONS, &row))
        return model->conditions[row].terms.symbol;
    if (app->focus == PANE_POSITIONS && selected(app, PANE_POSITIONS, &row)) return model->positions[row].symbol;
    if (app->focus == PANE_ORDERS && selected(app, PANE_ORDERS, &row)) return model->orders[row].request.symbol;
    return selected(app, PANE_WATCHLIST, &row) ? model->quotes[row].contract.symbol : "";
}

int64_t app_selected_condition(const struct app *app)
{
    size_t row = 0;
    return selected(app, PANE_CONDITIONS, &row) ? app->model->conditions[row].id : 0;
}

const char *app_selected_order(const struct app *app)
{
    size_t row = 0;
    return selected(app, PANE_ORDERS, &row) ? app->model->orders[row].request.client_order_id : "";
}

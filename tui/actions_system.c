/* Actions on the system: the venue's session, the guard, start and stop, and the simulated market's clock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/session.h"
#include "core/text.h"
#include "tui/actions.h"
#include "tui/overlays/request.h"

#define CONFIRM_KEY 'y'

static bool refuse(const char **why, const char *words)
{
    *why = words;
    return false;
}

/* --- venue session ------------------------------------------------------------------------------------------------ */

void system_login(struct app *app, const char *argument)
{
    (void)argument;
    overlay_login(app);
}

void system_register(struct app *app, const char *argument)
{
    (void)argument;
    overlay_register(app);
}

void system_account(struct app *app, const char *argument)
{
    (void)argument;
    overlay_account(app);
}

void system_startup(struct app *app, const char *argument)
{
    (void)argument;
    overlay_startup_check(app);
}

bool system_may_accept(const struct app *app, const char **why)
{
    return trade_may_send(app, why) &&
           (app->model->difference_count > 0 || refuse(why, "all books agree with the venue's"));
}

void system_differences(struct app *app, const char *argument)
{
    (void)argument;
    overlay_differences(app);
}

bool system_may_logout(const struct app *app, const char **why)
{
    return trade_may_send(app, why) && (app->model->session.logged_in || refuse(why, "not logged in"));
}

static void logout(struct app *app, void *context)
{
    (void)context;
    request_control(app, COMPONENT_GATEWAY, CONTROL_LOGOUT, "", NULL);
}

void system_logout(struct app *app, const char *argument)
{
    (void)argument;
    char question[256];
    size_t held = 0;
    for (size_t i = 0; i < app->model->position_count; i++) held += app->model->positions[i].quantity != 0;
    snprintf(question, sizeof question,
             "Log out at the broker? Prices and conditions go on, but no order goes out until the next log-in: what "
             "fires meanwhile is DENIED. Working orders stay at the exchange.%s",
             held ? " What is held is NOT protected meanwhile." : "");
    overlay_confirm(app, "Log out", question, CONFIRM_KEY, logout, NULL);
}

static void unregister(struct app *app, void *context)
{
    request_control(app, COMPONENT_GATEWAY, CONTROL_UNREGISTER, context, NULL);
}

void system_unregister(struct app *app, const char *argument)
{
    (void)argument;
    char question[128], *context = strdup(app_selected_symbol(app));
    snprintf(question, sizeof question, "Take %s off the watchlist? Its ticks are then no longer received.",
             app_selected_symbol(app));
    if (context) overlay_confirm(app, "Unregister", question, CONFIRM_KEY, unregister, context);
}

/* --- the kill switch and the system ------------------------------------------------------------------------------- */

void system_guard(struct app *app, const char *argument)
{
    (void)argument;
    overlay_guard(app);
}

void system_halt(struct app *app, const char *argument)
{
    (void)argument;
    request_control(app, COMPONENT_GATEWAY, CONTROL_HALT, "halted from the screen", NULL);
}

void system_reduce(struct app *app, const char *argument)
{
    (void)argument;
    request_control(app, COMPONENT_GATEWAY, CONTROL_REDUCE, "reducing from the screen", NULL);
}

static void resume(struct app *app, void *context)
{
    (void)context;
    request_control(app, COMPONENT_GATEWAY, CONTROL_RESUME, "resumed from the screen", NULL);
}

void system_resume(struct app *app, const char *argument)
{
    (void)argument;
    overlay_confirm(app, "Resume", "Let orders pass again?", CONFIRM_KEY, resume, NULL);
}

static void stop_all(struct app *app, void *context)
{
    (void)context;
    app->quit = request_control(app, COMPONENT_SUPERVISOR, CONTROL_SHUTDOWN, "", NULL);
}

void system_stop_all(struct app *app, const char *argument)
{
    (void)argument;
    overlay_confirm(
        app, "Stop all",
        "Stop every background process? Conditions no longer watch the market, and open positions are NOT protected.",
        CONFIRM_KEY, stop_all, NULL);
}

/* --- the simulated market ----------------------------------------------------------------------------------------- */

bool system_may_control_market(const struct app *app, const char **why)
{
    if (!trade_may_send(app, why)) return false;
    return app->model->market.simulated || refuse(why, "only a simulated market can be controlled");
}

static void send_market(struct app *app, enum market_action action, int64_t number)
{
    struct msg msg;
    msg_init(&msg, MSG_MARKET_CONTROL);
    msg.market_control.action = action;
    msg.market_control.number = number;
    text_copy(msg.market_control.actor, sizeof msg.market_control.actor, request_actor(app));
    app_send(app, COMPONENT_GATEWAY, &msg, NULL);
}

void system_market_pause(struct app *app, const char *argument)
{
    (void)argument;
    send_market(app, app->model->market.paused ? MARKET_PLAY : MARKET_PAUSE, 0);
}

/* Beyond the last a chart is no longer seen, and :market-speed says what is wanted. */
static const int32_t speeds[] = {1, 2, 5, 10, 20, 60, 120, 300, 600, 1200, 3600};
#define SPEEDS (sizeof speeds / sizeof *speeds)

void system_market_faster(struct app *app, const char *argument)
{
    int32_t speed = app->model->market.speed;
    size_t at = 0;
    (void)argument;
    while (at < SPEEDS && speeds[at] <= speed) at++;
    if (speed == 0 || at == SPEEDS)
        app_notice(app, ROLE_WARNING, "Faster than this only by name: :market-speed 0 is as fast as possible");
    else
        send_market(app, MARKET_SPEED, speeds[at]);
}

void system_market_slower(struct app *app, const char *argument)
{
    int32_t speed = app->model->market.speed;
    size_t at = SPEEDS;
    (void)argument;
    while (at > 0 && speed != 0 && speeds[at - 1] >= speed) at--;
    if (at == 0)
        app_notice(app, ROLE_WARNING, "x1 is the slowest; Space pauses the market");
    else
        send_market(app, MARKET_SPEED, speeds[at - 1]);
}

void system_market_speed(struct app *app, const char *argument)
{
    struct err err;
    price_t speed = 0;
    bool number = argument && price_parse(argument, &speed, &err) == ERR_OK && speed % PRICE_SCALE == 0;
    if (!number || speed < 0 || speed > PRICE_POINTS(100000)) {
        app_notice(app, ROLE_WARNING, "market-speed '%.20s': allowed are 0 (as fast as possible) to 100000",
                   argument ? argument : "");
        return;
    }
    send_market(app, MARKET_SPEED, speed / PRICE_SCALE);
}

static void seek(struct app *app, void *context)
{
    send_market(app, MARKET_SEEK, *(const int64_t *)context);
}

/* Prices jump: whatever waits for one, or protects something, takes the one it lands on. */
static void ask_seek(struct app *app, const char *to, int64_t market_us)
{
    const struct model *model = app->model;
    size_t held = 0, live = 0;
    char question[256];
    for (size_t i = 0; i < model->position_count; i++) held += model->positions[i].quantity != 0;
    for (size_t i = 0; i < model->condition_count; i++) live += !condition_terminal(model->conditions[i].state);
    if (held + live == 0) {
        send_market(app, MARKET_SEEK, market_us);
        return;
    }
    int64_t *context = malloc(sizeof *context);
    if (!context) return;
    *context = market_us;
    snprintf(question, sizeof question,
             "Move the market to %.20s? %zu position%s and %zu condition%s meet the prices there at once; orders that "
             "work expire.",
             to, held, held == 1 ? "" : "s", live, live == 1 ? "" : "s");
    overlay_confirm(app, "Move the market", question, CONFIRM_KEY, seek, context);
}

void system_market_seek(struct app *app, const char *argument)
{
    struct err err;
    int32_t seconds = 0;
    if (!argument || calendar_parse_time(argument, &seconds, &err) != ERR_OK) {
        app_notice(app, ROLE_WARNING, "market-seek '%.20s': a time of the day as 09:30 or 09:30:15",
                   argument ? argument : "");
        return;
    }
    ask_seek(app, argument, calendar_taipei_us(calendar_date(app->model->market.market_us), seconds));
}

/* The app without a terminal: what is under the cursor, what may be done now and why not, what becomes a notice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/tui/recorded.h"
#include "tui/actions.h"
#include "tui/keymap.h"
#include "tui/panes/pane.h"

static struct settings settings;

static int setup(void **state)
{
    settings_defaults(&settings);
    struct app *app = app_new(&settings);
    app->now_us = RECORDED_NOW_US;
    recorded_system(app->model);
    recorded_contracts(app->model);
    recorded_trading(app->model);
    for (int i = 0; i < PANE_COUNT; i++) list_refresh(&app->panes[i]->list, app, 5);
    *state = app;
    return 0;
}

static int teardown(void **state)
{
    app_free(*state);
    return 0;
}

/* Orders come in between the last frame and the key: the key still means the order that was seen under the cursor. */
static void test_selection_survives_what_comes_in(void **state)
{
    struct app *app = *state;
    view_focus(app, PANE_ORDERS);
    view_down(app, NULL);
    assert_string_equal(app_selected_order(app), "k3f9ab-m1-1");
    for (int i = 0; i < 10; i++) {
        char id[CLIENT_ORDER_ID_SIZE];
        snprintf(id, sizeof id, "new-%d", i);
        recorded_order(app->model, id, ORDER_NEW, RECORDED_NOW_US + i);
    }
    assert_string_equal(app_selected_order(app), "k3f9ab-m1-1");
    assert_string_equal(app_selected_symbol(app), "MXFH1");
}

static void test_selected_symbol_follows_the_focus(void **state)
{
    struct app *app = *state;
    assert_string_equal(app_selected_symbol(app), "MXFH1");
    view_down(app, NULL);
    assert_string_equal(app_selected_symbol(app), "MXFI1");
    view_focus(app, PANE_CONDITIONS);
    assert_string_equal(app_selected_symbol(app), "TXFH1");
    assert_int_equal(app_selected_condition(app), 1);
    view_focus(app, PANE_LOG); /* which has no contract: the watchlist's */
    assert_string_equal(app_selected_symbol(app), "MXFI1");
}

static void refused(const struct app *app, const char *action, const char *words)
{
    const char *why = NULL;
    assert_false(action_by_name(action)->allowed(app, &why));
    if (!strstr(why, words)) fail_msg("%s: '%s' does not say '%s'", action, why, words);
}

static void allowed(const struct app *app, const char *action)
{
    const char *why = "";
    if (!action_by_name(action)->allowed(app, &why)) fail_msg("%s is refused: %s", action, why);
}

static bool rings(struct app *app, enum exec_kind kind)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER_EVENT);
    msg.order_event.kind = kind;
    msg.order_event.state = ORDER_PARTIALLY_FILLED;
    msg.order_event.request = app->model->orders[0].request;
    msg.order_event.time_us = app->now_us += 2000000;
    app->bell = false;
    app_message(app, &msg, COMPONENT_GATEWAY);
    return app->bell;
}

static void test_bell_rings_as_it_is_set(void **state)
{
    struct app *app = *state;
    struct err err;
    assert_false(rings(app, EXEC_DENIED) || rings(app, EXEC_FILL));
    assert_int_equal(settings_set(&settings, setting_row(SET_BELL), "alarms", SOURCE_FLAG, &err), ERR_OK);
    assert_true(rings(app, EXEC_DENIED) && rings(app, EXEC_UNKNOWN));
    assert_false(rings(app, EXEC_FILL) || rings(app, EXEC_NEW));
    assert_int_equal(settings_set(&settings, setting_row(SET_BELL), "fills", SOURCE_FLAG, &err), ERR_OK);
    assert_true(rings(app, EXEC_FILL));
    app->now_us -= 1500000;
    assert_false(rings(app, EXEC_FILL)); /* within a second of the last */
}

static void test_market_keys_step_the_speed(void **state)
{
    struct app *app = *state;
    app->model->market.speed = 0;
    system_market_faster(app, NULL);
    assert_non_null(strstr(app->notice, "as fast as possible"));
    app->model->market.speed = 1;
    system_market_slower(app, NULL);
    assert_non_null(strstr(app->notice, "slowest"));
    system_market_faster(app, NULL);
    assert_non_null(strstr(app->notice, "Not sent: not connected"));
}

static void put_cursor(struct app *app, const char *symbol)
{
    view_top(app, NULL);
    for (int i = 0; i < 10 && strcmp(app_selected_symbol(app), symbol) != 0; i++) view_down(app, NULL);
    assert_string_equal(app_selected_symbol(app), symbol);
}

static void test_unregister_says_why_not(void **state)
{
    struct app *app = *state;
    put_cursor(app, "MXFI1");
    refused(app, "unregister", "conditions still wait");
    put_cursor(app, "TMFI1");
    allowed(app, "unregister");
    put_cursor(app, "MXFH1");
    app->model->condition_count = 0;
    refused(app, "unregister", "a position is held");
    app->model->position_count = 0;
    refused(app, "unregister", "orders are working");
    app->model->order_count = 0;
    allowed(app, "unregister");
}

static void test_what_may_be_done(void **state)
{
    struct app *app = *state;
    allowed(app, "buy");
    allowed(app, "flatten");
    view_focus(app, PANE_CONDITIONS);
    allowed(app, "condition-cancel");
    for (int i = 0; i < 10 && app_selected_condition(app) != 6; i++) view_down(app, NULL);
    refused(app, "condition-cancel", "has ended");
    view_top(app, NULL);
    allowed(app, "condition-edit");
    allowed(app, "condition-pause");
    for (int i = 0; i < 10 && app_selected_condition(app) != 4; i++) view_down(app, NULL);
    assert_int_equal(model_condition(app->model, 4)->state, CONDITION_OPEN);
    refused(app, "condition-edit", "it has entered");
    refused(app, "condition-pause", "its exits are never paused");
    refused(app, "condition-cancel", "it protects a position");
    view_focus(app, PANE_ORDERS);
    allowed(app, "order-cancel");
    refused(app, "order-resolve", "outcome is known");
    view_bottom(app, NULL);
    refused(app, "order-cancel", "has ended");
    app->model->session.account[0] = '\0';
    refused(app, "buy", "A selects one");
    app->model->session.logged_in = false;
    refused(app, "sell", "L logs in");
    app->model->market.simulated = false;
    refused(app, "market-pause", "only a simulated market");
}

static void test_read_only_sends_nothing(void **state)
{
    struct app *app = *state;
    struct msg msg;
    view_read_only(app, NULL);
    assert_int_equal(app_mode_role(app), ROLE_READ_ONLY);
    refused(app, "buy", "read-only");
    refused(app, "condition-new", "read-only");
    refused(app, "resume", "read-only");
    msg_init(&msg, MSG_CONTROL);
    assert_false(app_send(app, COMPONENT_GATEWAY, &msg, NULL));
    assert_non_null(strstr(app->notice, "read-only"));
    assert_null(action_by_name("halt")->allowed); /* the kill switch works always */
    system_halt(app, NULL);
    assert_non_null(strstr(app->notice, "not connected"));
    view_read_only(app, NULL);
    assert_false(app_send(app, COMPONENT_GATEWAY, &msg, NULL));
    assert_non_null(strstr(app->notice, "not connected"));
}

static void test_mode(void **state)
{
    struct app *app = *state;
    assert_int_equal(app_mode_role(app), ROLE_SIMULATION);
    app->model->market.simulated = false;
    assert_int_equal(app_mode_role(app), ROLE_LIVE);
    app->model->guard.mode = GUARD_REDUCING;
    assert_int_equal(app_mode_role(app), ROLE_REDUCING);
    app->read_only = true;
    app->model->guard.mode = GUARD_HALTED;
    assert_int_equal(app_mode_role(app), ROLE_HALTED);
}

static void test_news(void **state)
{
    struct app *app = *state;
    struct msg msg;
    msg_init(&msg, MSG_ORDER_EVENT);
    struct order_event *event = &msg.order_event;
    snprintf(event->request.client_order_id, sizeof event->request.client_order_id, "k3f9ab-m1-2");
    snprintf(event->request.symbol, sizeof event->request.symbol, "MXFH1");
    event->request.side = SIDE_SELL;
    event->request.quantity = 2;
    event->request.type = ORDER_LIMIT;
    event->kind = EXEC_FILL;
    event->state = ORDER_FILLED;
    event->fill_price = PRICE_POINTS(17405);
    event->fill_quantity = event->filled_quantity = 2;
    event->time_us = app->now_us;
    app_message(app, &msg, COMPONENT_GATEWAY);
    assert_string_equal(app->notice, "SELL MXFH1 2 at 17405, 2 of 2 filled");
    event->kind = EXEC_DENIED;
    event->state = ORDER_DENIED;
    snprintf(event->request.client_order_id, sizeof event->request.client_order_id, "k3f9ab-m1-3");
    snprintf(event->reason, sizeof event->reason, "HALTED by demo\033[2J");
    app_message(app, &msg, COMPONENT_GATEWAY);
    assert_int_equal(app->notice_role, ROLE_WARNING);
    assert_string_equal(app->notice, "SELL MXFH1 2 LMT DENIED: HALTED by demo?[2J"); /* and cannot drive the terminal */
    event->time_us = app->now_us - 60 * (int64_t)1000000;
    snprintf(event->reason, sizeof event->reason, "old");
    app_message(app, &msg, COMPONENT_GATEWAY); /* history that is fetched is no news */
    assert_null(strstr(app->notice, "old"));
}

static void test_views(void **state)
{
    struct app *app = *state;
    view_3(app, NULL);
    assert_int_equal(app->view, 3);
    assert_int_equal(app->focus, PANE_POSITIONS);
    view_next(app, NULL);
    assert_int_equal(app->view, 4); /* one pane stays one pane */
    view_grid(app, NULL);
    assert_int_equal(app->focus, PANE_ORDERS);
    for (int i = 0; i < PANE_COUNT; i++) view_next(app, NULL);
    assert_int_equal(app->focus, PANE_ORDERS);
    view_previous(app, NULL);
    assert_int_equal(app->focus, PANE_POSITIONS);
    view_orders_of(app, NULL);
    assert_int_equal(app->focus, PANE_ORDERS);
    assert_string_equal(app->panes[PANE_ORDERS]->list.filter, "MXFH1");
    view_back(app, NULL);
    assert_string_equal(app->panes[PANE_ORDERS]->list.filter, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_selection_survives_what_comes_in),
        TEST(test_selected_symbol_follows_the_focus),
        TEST(test_bell_rings_as_it_is_set),
        TEST(test_market_keys_step_the_speed),
        TEST(test_unregister_says_why_not),
        TEST(test_what_may_be_done),
        TEST(test_read_only_sends_nothing),
        TEST(test_mode),
        TEST(test_news),
        TEST(test_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

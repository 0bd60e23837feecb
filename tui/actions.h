/*
 * actions: what the table of actions (tui/keymap.h) runs.
 *
 *   actions.c         the table
 *   actions_view.c    what is looked at (view_...)
 *   actions_trade.c   conditions, orders, positions (trade_...)
 *   actions_system.c  the venue's session, the guard, start and stop, the simulated market's clock (system_...)
 *
 * A run function may open an overlay, send a request or change the view; it never waits. An allowed function says in
 * words why not. Owner: the app. Thread: the screen's.
 */
#ifndef TUI_ACTIONS_H
#define TUI_ACTIONS_H

#include "tui/app.h"

void view_grid(struct app *app, const char *argument);
void view_1(struct app *app, const char *argument);
void view_2(struct app *app, const char *argument);
void view_3(struct app *app, const char *argument);
void view_4(struct app *app, const char *argument);
void view_5(struct app *app, const char *argument);
void view_next(struct app *app, const char *argument);
void view_previous(struct app *app, const char *argument);
void view_focus(struct app *app, enum pane_id pane);
void view_down(struct app *app, const char *argument);
void view_up(struct app *app, const char *argument);
void view_page_down(struct app *app, const char *argument);
void view_page_up(struct app *app, const char *argument);
void view_top(struct app *app, const char *argument);
void view_bottom(struct app *app, const char *argument);
void view_filter(struct app *app, const char *argument);
void view_back(struct app *app, const char *argument);
void view_redraw(struct app *app, const char *argument);
void view_theme(struct app *app, const char *argument);
void view_read_only(struct app *app, const char *argument);
void view_detach(struct app *app, const char *argument);
void view_contract(struct app *app, const char *argument);
void view_orders_of(struct app *app, const char *argument);
bool view_has_contract(const struct app *app, const char **why);
bool view_has_position_row(const struct app *app, const char **why);

void trade_condition_new(struct app *app, const char *argument);
void trade_condition_edit(struct app *app, const char *argument);
void trade_condition_pause(struct app *app, const char *argument);
void trade_condition_cancel(struct app *app, const char *argument);
void trade_condition_history(struct app *app, const char *argument);
void trade_buy(struct app *app, const char *argument);
void trade_sell(struct app *app, const char *argument);
void trade_flatten(struct app *app, const char *argument);
void trade_flatten_all(struct app *app, const char *argument);
void trade_order_cancel(struct app *app, const char *argument);
void trade_order_history(struct app *app, const char *argument);
void trade_order_resolve(struct app *app, const char *argument);
bool trade_may_define(const struct app *app, const char **why);
bool trade_may_edit(const struct app *app, const char **why);
bool trade_may_pause(const struct app *app, const char **why);
bool trade_may_cancel(const struct app *app, const char **why);
bool trade_has_condition(const struct app *app, const char **why);
bool trade_may_order(const struct app *app, const char **why);
bool trade_may_flatten(const struct app *app, const char **why);
bool trade_may_flatten_all(const struct app *app, const char **why);
bool trade_may_cancel_order(const struct app *app, const char **why);
bool trade_has_order(const struct app *app, const char **why);
bool trade_may_resolve(const struct app *app, const char **why);
bool trade_may_unregister(const struct app *app, const char **why);
bool trade_may_send(const struct app *app, const char **why);

void system_differences(struct app *app, const char *argument);
void system_login(struct app *app, const char *argument);
void system_logout(struct app *app, const char *argument);
void system_register(struct app *app, const char *argument);
void system_unregister(struct app *app, const char *argument);
void system_account(struct app *app, const char *argument);
void system_startup(struct app *app, const char *argument);
void system_guard(struct app *app, const char *argument);
void system_halt(struct app *app, const char *argument);
void system_reduce(struct app *app, const char *argument);
void system_resume(struct app *app, const char *argument);
void system_stop_all(struct app *app, const char *argument);
void system_market_pause(struct app *app, const char *argument);
void system_market_faster(struct app *app, const char *argument);
void system_market_slower(struct app *app, const char *argument);
void system_market_speed(struct app *app, const char *argument);
void system_market_seek(struct app *app, const char *argument);
bool system_may_accept(const struct app *app, const char **why);
bool system_may_logout(const struct app *app, const char **why);
bool system_may_control_market(const struct app *app, const char **why);

#endif

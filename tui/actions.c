/* The one table of actions: keys, footer, help, the command line and the manual's key section come from it. */
#include "tui/actions.h"
#include "tui/keymap.h"

static void run_help(struct app *app, const char *argument)
{
    (void)argument;
    overlay_help(app);
}

static void run_command_line(struct app *app, const char *argument)
{
    (void)argument;
    overlay_command_line(app);
}

#define S_WATCH SCOPE_WATCHLIST
#define S_COND SCOPE_CONDITIONS
#define S_POS SCOPE_POSITIONS
#define S_ORD SCOPE_ORDERS
#define ALWAYS SCOPE_ALWAYS

const struct action actions[] = {
    /* what the focused pane can do */
    {"condition-edit", {"e"}, S_COND, "edit", "Edit the condition under the cursor.", true, false, trade_condition_edit, trade_may_edit},
    {"condition-pause", {"p"}, S_COND, "pause/resume", "Pause the condition under the cursor, or let a paused one go on.", true, false,
     trade_condition_pause, trade_may_pause},
    {"condition-cancel", {"x", "Delete"}, S_COND, "cancel", "Cancel the condition under the cursor (asks).", true, false,
     trade_condition_cancel, trade_may_cancel},
    {"condition-history", {"Enter"}, S_COND, "history", "Everything that happened to the condition under the cursor.", true, false,
     trade_condition_history, trade_has_condition},
    {"order-cancel", {"x", "Delete"}, S_ORD, "cancel", "Cancel the order under the cursor (asks).", true, false, trade_order_cancel,
     trade_may_cancel_order},
    {"order-history", {"Enter"}, S_ORD, "history", "Everything that happened to the order under the cursor.", true, false,
     trade_order_history, trade_has_order},
    {"order-resolve", {"u"}, S_ORD, "unknown: decide", "Decide an order of UNKNOWN outcome: it never traded (asks).", true, false,
     trade_order_resolve, trade_may_resolve},
    {"orders-of", {"Enter"}, S_POS, "its orders", "Show the orders of the position under the cursor.", true, false, view_orders_of,
     view_has_position_row},
    {"contract", {"Enter"}, S_WATCH, "contract", "The contract under the cursor: size, tick, limits, margin, fees, last trading day.", true,
     false, view_contract, view_has_contract},
    {"unregister", {"x", "Delete"}, S_WATCH, "unregister", "Take the contract under the cursor off the watchlist (asks).", true, false,
     trade_unregister, trade_may_unregister},
    /* trading, from anywhere */
    {"condition-new", {"n"}, ALWAYS, "new condition", "Define a condition for the contract under the cursor.", true, false,
     trade_condition_new, trade_may_define},
    {"buy", {"b"}, ALWAYS, "buy", "Open the order ticket to buy the contract under the cursor.", true, false, trade_buy, trade_may_order},
    {"sell", {"s"}, ALWAYS, "sell", "Open the order ticket to sell the contract under the cursor.", true, false, trade_sell,
     trade_may_order},
    {"flatten", {"F"}, ALWAYS, "flatten", "Cancel the orders and close the position of the contract under the cursor (asks).", true, false,
     trade_flatten, trade_may_flatten},
    {"help", {"?", "F1"}, ALWAYS, "help", "Every key and command.", true, false, run_help, NULL},
    {"detach", {"q", "Ctrl-C"}, ALWAYS, "detach", "Close the screen (asks); everything keeps trading in the background.", true, false,
     view_detach, NULL},
    {"guard", {"K"}, ALWAYS, "halt/guard", "The kill switch: halt, reduce or resume, and the limits.", true, false, trade_guard, NULL},
    {"command", {":"}, ALWAYS, "command", "Type a command by name.", true, false, run_command_line, NULL},
    {"filter", {"/"}, ALWAYS, "filter", "Show only the rows that contain what is typed.", true, true, view_filter, NULL},
    {"startup-check", {"S"}, ALWAYS, "start-up check",
     "Logged in, registered, account selected, conditions defined; start and stop components.",
     true, false, trade_startup, NULL},
    {"register", {"R"}, ALWAYS, "register", "Put a contract on the watchlist.", true, false, trade_register, trade_may_send},
    {"account", {"A"}, ALWAYS, "account", "Select the account that orders go to.", true, false, trade_account, trade_may_send},
    {"login", {"L"}, ALWAYS, "login", "Log in at the broker.", true, false, trade_login, trade_may_send},
    {"themes", {"T"}, ALWAYS, "themes", "Choose a theme; with a name (:themes light) load it at once.", true, true, view_theme, NULL},
    /* moving about */
    {"down", {"j", "Down"}, ALWAYS, "down", "One row down.", false, false, view_down, NULL},
    {"up", {"k", "Up"}, ALWAYS, "up", "One row up.", false, false, view_up, NULL},
    {"page-down", {"PgDn", "Ctrl-F"}, ALWAYS, "page down", "One page down.", false, false, view_page_down, NULL},
    {"page-up", {"PgUp", "Ctrl-B"}, ALWAYS, "page up", "One page up.", false, false, view_page_up, NULL},
    {"top", {"g", "Home"}, ALWAYS, "top", "The first row; a list with the newest on top follows it again.", false, false, view_top, NULL},
    {"bottom", {"G", "End"}, ALWAYS, "bottom", "The last row; the log follows what comes in again.", false, false, view_bottom, NULL},
    {"next-pane", {"Tab", "l", "Right"}, ALWAYS, "next pane", "Give the next pane the focus.", false, false, view_next, NULL},
    {"previous-pane", {"Shift-Tab", "h", "Left"}, ALWAYS, "previous pane", "Give the previous pane the focus.", false, false,
     view_previous, NULL},
    {"grid", {"0"}, ALWAYS, "all panes", "As many panes as the terminal has room for.", false, false, view_grid, NULL},
    {"watchlist", {"1"}, ALWAYS, "watchlist", "Only the watchlist.", false, false, view_1, NULL},
    {"conditions", {"2"}, ALWAYS, "conditions", "Only the conditions.", false, false, view_2, NULL},
    {"positions", {"3"}, ALWAYS, "positions", "Only the positions.", false, false, view_3, NULL},
    {"orders", {"4"}, ALWAYS, "orders", "Only the orders.", false, false, view_4, NULL},
    {"log", {"5"}, ALWAYS, "log", "Only the log.", false, false, view_5, NULL},
    {"back", {"Esc"}, ALWAYS, "back", "Drop the filter, then the notice.", false, false, view_back, NULL},
    {"redraw", {"Ctrl-L"}, ALWAYS, "redraw", "Draw the whole screen again.", false, false, view_redraw, NULL},
    /* by name only */
    {"flatten-all", {NULL}, ALWAYS, "flatten all", "Cancel every order and close every position (asks).", false, false, trade_flatten_all,
     trade_may_flatten_all},
    {"halt", {NULL}, ALWAYS, "halt", "HALT at once: no order goes out but cancels and protective exits.", false, false, trade_halt, NULL},
    {"reduce", {NULL}, ALWAYS, "reduce", "Let only orders pass that reduce a position.", false, false, trade_reduce, trade_may_send},
    {"resume", {NULL}, ALWAYS, "resume", "Let orders pass again (asks).", false, false, trade_resume, trade_may_send},
    {"logout", {NULL}, ALWAYS, "logout", "Log out at the broker (asks).", false, false, trade_logout, trade_may_logout},
    {"read-only", {NULL}, ALWAYS, "read-only", "Let this screen send nothing, or let it send again.", false, false, view_read_only, NULL},
    {"market-pause", {NULL}, ALWAYS, "pause the market", "Pause the replayed or synthetic market, or let it go on.", false, false,
     trade_market_pause, trade_may_control_market},
    {"market-speed", {NULL}, ALWAYS, "market speed", "Market seconds a second: 1 to 100000, 0 = as fast as possible.", false, true,
     trade_market_speed, trade_may_control_market},
    {"market-seek", {NULL}, ALWAYS, "market seek", "Go to a time of the replayed day: 09:30 or 09:30:15.", false, true, trade_market_seek,
     trade_may_control_market},
    {"stop-all", {NULL}, ALWAYS, "stop all", "Stop every background process and close the screen (asks).", false, false, trade_stop_all,
     trade_may_send},
    {.name = NULL},
};

/* Actions that change what is looked at. */
#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "core/text.h"
#include "tui/actions.h"
#include "tui/format.h"
#include "tui/panes/pane.h"

static struct list *focused_list(const struct app *app)
{
    return &app->panes[app->focus]->list;
}

void view_focus(struct app *app, enum pane_id pane)
{
    focused_list(app)->editing = false;
    app->focus = pane;
    if (pane >= PANE_POSITIONS) app->lower = pane;
    if (app->view) app->view = (int)pane + 1;
    app->redraw = true;
}

/* Full. */
static void show(struct app *app, enum pane_id pane)
{
    app->view = (int)pane + 1;
    view_focus(app, pane);
}

void view_grid(struct app *app, const char *argument)
{
    (void)argument;
    app->view = 0;
    app->redraw = true;
}

void view_1(struct app *app, const char *argument)
{
    (void)argument;
    show(app, PANE_WATCHLIST);
}

void view_2(struct app *app, const char *argument)
{
    (void)argument;
    show(app, PANE_CONDITIONS);
}

void view_3(struct app *app, const char *argument)
{
    (void)argument;
    show(app, PANE_POSITIONS);
}

void view_4(struct app *app, const char *argument)
{
    (void)argument;
    show(app, PANE_ORDERS);
}

void view_5(struct app *app, const char *argument)
{
    (void)argument;
    show(app, PANE_LOG);
}

void view_next(struct app *app, const char *argument)
{
    (void)argument;
    view_focus(app, (enum pane_id)((app->focus + 1) % PANE_COUNT));
}

void view_previous(struct app *app, const char *argument)
{
    (void)argument;
    view_focus(app, (enum pane_id)((app->focus + PANE_COUNT - 1) % PANE_COUNT));
}

static void move(struct app *app, long delta)
{
    list_move(focused_list(app), app, delta);
    app->panes[app->focus]->dirty = true;
}

void view_down(struct app *app, const char *argument)
{
    (void)argument;
    move(app, 1);
}

void view_up(struct app *app, const char *argument)
{
    (void)argument;
    move(app, -1);
}

static long page(const struct app *app)
{
    return focused_list(app)->height > 2 ? focused_list(app)->height - 1 : 1;
}

void view_page_down(struct app *app, const char *argument)
{
    (void)argument;
    move(app, page(app));
}

void view_page_up(struct app *app, const char *argument)
{
    (void)argument;
    move(app, -page(app));
}

void view_top(struct app *app, const char *argument)
{
    (void)argument;
    list_top(focused_list(app), app);
    app->panes[app->focus]->dirty = true;
}

void view_bottom(struct app *app, const char *argument)
{
    (void)argument;
    list_bottom(focused_list(app), app);
    app->panes[app->focus]->dirty = true;
}

void view_filter(struct app *app, const char *argument)
{
    struct list *list = focused_list(app);
    if (argument && *argument)
        list_set_filter(list, argument);
    else
        list->editing = true;
    app->redraw = true;
}

void view_back(struct app *app, const char *argument)
{
    (void)argument;
    struct list *list = focused_list(app);
    if (*list->filter)
        list_set_filter(list, "");
    else
        app->notice[0] = '\0';
    app->redraw = true;
}

void view_redraw(struct app *app, const char *argument)
{
    (void)argument;
    app->redraw = app->repaint = true;
}

void view_theme(struct app *app, const char *argument)
{
    struct err err;
    if (!argument || !*argument) {
        overlay_themes(app);
        return;
    }
    if (app_choose_theme(app, argument, &err) != ERR_OK) app_notice(app, ROLE_ALARM, "%s", err.text);
}

void view_read_only(struct app *app, const char *argument)
{
    (void)argument;
    app->read_only = !app->read_only;
    app_notice(app, ROLE_WARNING,
               app->read_only ? "This screen sends nothing now (:read-only ends it)" : "This screen may send again");
    app->redraw = true;
}

static void detach(struct app *app, void *context)
{
    (void)context;
    app->quit = true;
}

void view_detach(struct app *app, const char *argument)
{
    (void)argument;
    size_t live = conditions_pane.count(app), held = positions_pane.count(app);
    char question[256];
    snprintf(question, sizeof question,
             "Close the screen? Everything keeps running in the background: %zu condition%s, %zu open position%s. "
             "`outcry` attaches again, `outcry stop` stops it all.",
             live, live == 1 ? "" : "s", held, held == 1 ? "" : "s");
    overlay_confirm(app, "Detach", question, 'y', detach, NULL);
}

bool view_has_contract(const struct app *app, const char **why)
{
    *why = "no contract is under the cursor";
    return *app_selected_symbol(app) != '\0';
}

bool view_has_position_row(const struct app *app, const char **why)
{
    size_t row;
    *why = "no position is under the cursor";
    return list_selected(&app->panes[PANE_POSITIONS]->list, &row);
}

void view_orders_of(struct app *app, const char *argument)
{
    (void)argument;
    char symbol[SYMBOL_SIZE];
    (void)text_copy(symbol, sizeof symbol, app_selected_symbol(app));
    list_set_filter(&app->panes[PANE_ORDERS]->list, symbol);
    view_focus(app, PANE_ORDERS);
}

void view_contract(struct app *app, const char *argument)
{
    (void)argument;
    const struct quote *quote = model_quote(app->model, app_selected_symbol(app));
    char text[1024], tick[FORMAT_SIZE], reference[FORMAT_SIZE], low[FORMAT_SIZE], high[FORMAT_SIZE];
    char initial[FORMAT_SIZE], kept[FORMAT_SIZE], fee[FORMAT_SIZE], tax[FORMAT_SIZE], day[CALENDAR_TEXT_SIZE],
        title[CONTRACT_NAME_SIZE + 32];
    if (!quote) return;
    const struct contract *contract = &quote->contract;
    snprintf(title, sizeof title, "%s  %s", contract->symbol, contract->name);
    bool limits = contract->reference != 0, estimated = contract->flags & CONTRACT_REFERENCE_ESTIMATED;
    snprintf(text, sizeof text,
             "Size              NT$ %d a point\n"
             "Tick              %s\n"
             "Reference         %s%s%s\n"
             "Price limits      %s to %s\n"
             "Initial margin    NT$ %s a lot\n"
             "Maintenance       NT$ %s a lot\n"
             "Exchange fee      NT$ %s a lot a side\n"
             "Tax               %s %% of the value a side\n"
             "Lots an order     market %d, limit %d\n"
             "Last trading day  %s",
             contract->multiplier, price_format(contract->tick, tick, sizeof tick), estimated ? "~" : "",
             limits ? format_price(contract->reference, contract->decimals, reference) : "not known",
             estimated ? ", estimated from trades" : "",
             limits ? format_price(contract->limit_down, contract->decimals, low) : "-",
             limits ? format_price(contract->limit_up, contract->decimals, high) : "-",
             money_format(contract->initial_margin, initial, sizeof initial),
             money_format(contract->maintenance_margin, kept, sizeof kept),
             price_format(contract->fee, fee, sizeof fee),
             price_format(contract->tax_per_billion / 1000, tax, sizeof tax), contract->max_market_lots,
             contract->max_limit_lots, calendar_format_date(contract->last_trading_day, day, sizeof day));
    overlay_message(app, title, text);
}

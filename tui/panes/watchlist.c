/* The watchlist: registered contracts, in the order of their codes, with how old each price is. */
#include <stdio.h>
#include <string.h>

#include "core/ledger.h"
#include "core/session.h"
#include "core/text.h"
#include "tui/format.h"
#include "tui/keymap.h"
#include "tui/panes/book.h"
#include "tui/panes/pane.h"

#define FLASH_US ((int64_t)300000)
#define OLD_US   ((int64_t)10000000) /* a price is called old after this, where the guard has no limit of its own */

enum {
    SYMBOL,
    NAME,
    HELD,
    LAST,
    ARROW,
    CHANGE,
    PERCENT,
    BID_LOTS,
    BID,
    ASK,
    ASK_LOTS,
    VOLUME,
    AGE,
    SPARK,
    SESSION,
    COLUMNS
};

static const struct app *app_of(const void *context)
{
    return context;
}

static bool shows(const void *context, size_t row)
{
    return (app_of(context)->model->quotes[row].contract.flags & CONTRACT_REGISTERED) != 0;
}

static size_t count_rows(const void *context)
{
    return app_of(context)->model->quote_count;
}

static void row_key(const void *context, size_t row, char *key, size_t size)
{
    (void)text_copy(key, size, app_of(context)->model->quotes[row].contract.symbol);
}

static void session_cell(const struct app *app, const struct quote *quote, struct list_cell *cell)
{
    struct session session;
    session_at(model_market_us(app->model, app->now_us), quote->contract.last_trading_day, &session);
    const char *kind = session.kind == SESSION_NIGHT ? "night" : "day";
    if (!model_listed(app->model, quote))
        snprintf(cell->text, sizeof cell->text, "not today");
    else if (quote->last.flags & TICK_TRIAL)
        snprintf(cell->text, sizeof cell->text, "trial");
    else if (session.state == SESSION_CLOSED)
        snprintf(cell->text, sizeof cell->text, "closed");
    else
        snprintf(cell->text, sizeof cell->text, "%s%s", session.state == SESSION_PRE_OPEN ? "pre-" : "", kind);
    cell->role = ROLE_DIM;
}

static void age_cell(const struct app *app, const struct quote *quote, struct list_cell *cell)
{
    int64_t age_us = app->now_us - quote->tick_us;
    int64_t limit_us = app->model->limits.stale_tick_ms ? app->model->limits.stale_tick_ms * (int64_t)1000 : OLD_US;
    bool open = app->model->market.session_state == SESSION_OPEN && !app->model->market.paused;
    char why[96]; /* said in full by the conditions' pane and the orders' */
    format_age(age_us, cell->text);
    cell->role = ROLE_DIM;
    if (!model_listed(app->model, quote)) {
        snprintf(cell->text, sizeof cell->text, "-");
    } else if (quote->stale) {
        snprintf(cell->text, sizeof cell->text, "STALE");
        cell->role = ROLE_ALARM;
    } else if (model_blocked(app->model, quote->contract.symbol, why, sizeof why)) {
        snprintf(cell->text, sizeof cell->text, "BLOCK");
        cell->role = ROLE_ALARM;
    } else if (open && age_us > limit_us) {
        strncat(cell->text, "!", 2);
        cell->role = ROLE_WARNING;
    }
}

static void held_cell(const struct app *app, const struct quote *quote, struct list_cell *cell)
{
    int32_t held = 0;
    for (size_t i = 0; i < app->model->position_count; i++)
        if (!strcmp(app->model->positions[i].symbol, quote->contract.symbol)) held += app->model->positions[i].quantity;
    if (held) snprintf(cell->text, sizeof cell->text, "%s%d", held > 0 ? "B" : "S", held > 0 ? held : -held);
    cell->role = held > 0 ? ROLE_BUY : ROLE_SELL;
}

static void book_cell(const struct quote *quote, int column, struct list_cell *cell)
{
    bool bid = column == BID || column == BID_LOTS;
    price_t price = bid ? quote->last.bid : quote->last.ask;
    int32_t lots = bid ? quote->last.bid_quantity : quote->last.ask_quantity;
    if (lots <= 0) return;
    if (column == BID || column == ASK)
        format_price(price, quote->contract.decimals, cell->text);
    else
        snprintf(cell->text, sizeof cell->text, "%d", lots);
    bool made_up = quote->last.flags & TICK_SYNTHETIC_BOOK;
    if (made_up || column == BID_LOTS || column == ASK_LOTS) cell->role = ROLE_DIM;
}

static void price_cell(const struct app *app, const struct quote *quote, int column, struct list_cell *cell)
{
    const struct tick *last = &quote->last;
    int decimals = quote->contract.decimals;
    /* The contract's is the next day's once this one has closed. */
    bool same_day = quote->contract.trading_day == ledger_day(&app->model->market);
    price_t reference = last->reference ? last->reference : last->seq || same_day ? quote->contract.reference : 0;
    price_t price = model_last_price(quote);
    price_t change = reference ? price - reference : 0;
    bool fresh = quote->changed_us && app->now_us - quote->changed_us < FLASH_US;
    cell->role = sign_role(change, ROLE_UP, ROLE_DOWN);
    if (column == LAST) {
        format_price(price, decimals, cell->text);
        cell->role = fresh ? ROLE_FLASH : cell->role;
    } else if (column == ARROW) {
        snprintf(cell->text, sizeof cell->text, "%s", sign_arrow(change));
    } else if (column == CHANGE && reference) {
        bool estimated = quote->contract.flags & CONTRACT_REFERENCE_ESTIMATED;
        cell->text[0] = '~'; /* against a price that is not the settlement */
        format_change(change, decimals, cell->text + estimated);
    } else if (column == PERCENT) {
        format_percent(change, reference, cell->text);
    }
}

static void symbol_cell(const struct app *app, const struct quote *quote, int column, struct list_cell *cell)
{
    snprintf(cell->text, sizeof cell->text, "%s", column == SYMBOL ? quote->contract.symbol : quote->contract.name);
    cell->role = column == SYMBOL && model_listed(app->model, quote) ? ROLE_STRONG : ROLE_DIM;
}

static void row_cell(const void *context, size_t row, int column, struct list_cell *cell)
{
    const struct app *app = context;
    const struct quote *quote = &app->model->quotes[row];
    if (column == SYMBOL || column == NAME) {
        symbol_cell(app, quote, column, cell);
    } else if (column == HELD) {
        held_cell(app, quote, cell);
    } else if (column == SESSION) {
        session_cell(app, quote, cell);
    } else if (column == SPARK) {
        cell->values = quote->spark;
        cell->value_count = quote->spark_count;
        cell->role = ROLE_SPARK;
    } else if (!model_last_price(quote)) {
        if (column == LAST) snprintf(cell->text, sizeof cell->text, "-");
    } else if (column >= LAST && column <= PERCENT) {
        price_cell(app, quote, column, cell);
    } else if (!quote->last.seq) {
        if (column == AGE) snprintf(cell->text, sizeof cell->text, "-");
    } else if (column == VOLUME) {
        format_count(quote->last.volume, cell->text);
    } else if (column == AGE) {
        age_cell(app, quote, cell);
    } else {
        book_cell(quote, column, cell);
    }
}

static size_t count_registered(const struct app *app)
{
    size_t count = 0;
    for (size_t i = 0; i < app->model->quote_count; i++)
        count += (app->model->quotes[i].contract.flags & CONTRACT_REGISTERED) != 0;
    return count;
}

static void more(const struct app *app, size_t row, const struct canvas *canvas)
{
    book_draw(&app->model->quotes[row], canvas);
}

static const char *empty_words(const struct app *app)
{
    if (!app->model->components[COMPONENT_GATEWAY].heard_us) return "Waiting for the gateway...";
    if (!app->model->session.logged_in) return "Not logged in. Press L to log in.";
    return "No contracts. Press R to register one.";
}

static const struct list_column columns[COLUMNS] = {
    [SYMBOL] = {"Symbol", LIST_LEFT, 6, 8, 0},    [NAME] = {"Name", LIST_LEFT, 16, 10, 9},
    [HELD] = {"Pos", LIST_RIGHT, 3, 0, 7},        [LAST] = {"Last", LIST_DECIMAL, 5, 0, 0},
    [ARROW] = {"", LIST_LEFT, 1, 0, 1},           [CHANGE] = {"Change", LIST_DECIMAL, 6, 0, 1},
    [PERCENT] = {"%", LIST_RIGHT, 6, 0, 3},       [BID_LOTS] = {"lots", LIST_RIGHT, 4, 0, 8},
    [BID] = {"Bid", LIST_DECIMAL, 5, 0, 4},       [ASK] = {"Ask", LIST_DECIMAL, 5, 0, 4},
    [ASK_LOTS] = {"lots", LIST_RIGHT, 4, 0, 8},   [VOLUME] = {"Volume", LIST_RIGHT, 6, 0, 6},
    [AGE] = {"Age", LIST_RIGHT, 5, 0, 2},         [SPARK] = {"", LIST_SPARK, 8, MODEL_SPARK - 8, 5},
    [SESSION] = {"Session", LIST_LEFT, 9, 0, 10},
};

static const struct list_source source = {
    .columns = columns,
    .column_count = COLUMNS,
    .follow = LIST_STILL,
    .count = count_rows,
    .key = row_key,
    .cell = row_cell,
    .shows = shows,
};

const struct pane_ops watchlist_pane = {
    .id = PANE_WATCHLIST,
    .title = "Watchlist",
    .short_title = "Watch",
    .scope = SCOPE_WATCHLIST,
    .dirty = DIRTY_WATCHLIST,
    .source = &source,
    .count = count_registered,
    .empty = empty_words,
    .more = more,
    .more_rows = BOOK_ROWS_MIN,
    .more_cells = BOOK_CELLS,
};

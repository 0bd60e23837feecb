/* The life of one order, event by event, from the executor's database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/text.h"
#include "tui/widgets/lines.h"
#include "tui/overlays/overlay.h"
#include "tui/widgets/pick.h"
#include "tui/records.h"

enum {
    HEAD_ROWS = 4,
    TIME_CELLS = 14,
    KIND_CELLS = 17,
    STATE_CELLS = 18,
    FILL_CELLS = 14,
    DONE_CELLS = 8,
    DATE_LENGTH = 11 /* of a stamp, with the space */
};

struct history {
    char id[CLIENT_ORDER_ID_SIZE];
    struct records *records;
    char key[32];
};

static int history_count(void *context, const struct app *app)
{
    (void)app;
    const struct history *history = context;
    return records_count(history->records);
}

static const struct order_event *row(const struct history *history, int index)
{
    return &records_at(history->records, index)->order_event;
}

static const char *history_key(void *context, const struct app *app, int index)
{
    (void)app;
    struct history *history = context;
    snprintf(history->key, sizeof history->key, "%llu", (unsigned long long)row(history, index)->seq);
    return history->key;
}

static bool history_matches(void *context, const struct app *app, int index, const char *filter)
{
    (void)app;
    const struct order_event *event = row(context, index);
    char line[512];
    snprintf(line, sizeof line, "%s %s %s %s", exec_kind_name(event->kind), order_state_name(event->state),
             event->exec_id, event->reason);
    return lines_match(line, filter);
}

/* Where each column stands at this width; state 0 cells = left out. */
struct columns {
    int kind, state, fill, done, reason;
    int state_cells;
};

static struct columns columns_at(int width)
{
    struct columns at = {.kind = TIME_CELLS, .state_cells = width >= 90 ? STATE_CELLS : 0};
    at.state = at.kind + KIND_CELLS;
    at.fill = at.state + at.state_cells;
    at.done = at.fill + FILL_CELLS;
    at.reason = at.done + DONE_CELLS + 1;
    return at;
}

static void draw_heads(const struct canvas *line, const struct columns *at)
{
    canvas_text(line, 0, 0, TIME_CELLS, ALIGN_LEFT, ROLE_DIM, "Time");
    canvas_text(line, 0, at->kind, KIND_CELLS, ALIGN_LEFT, ROLE_DIM, "Event");
    canvas_text(line, 0, at->state, at->state_cells, ALIGN_LEFT, ROLE_DIM, "State after");
    canvas_text(line, 0, at->fill, FILL_CELLS, ALIGN_RIGHT, ROLE_DIM, "Fill");
    canvas_text(line, 0, at->done, DONE_CELLS, ALIGN_RIGHT, ROLE_DIM, "Filled");
    canvas_text(line, 0, at->reason, line->area.width - at->reason, ALIGN_LEFT, ROLE_DIM, "Reason");
}

static void history_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    (void)app;
    struct columns at = columns_at(line->area.width);
    if (index < 0) {
        draw_heads(line, &at);
        return;
    }
    const struct order_event *event = row(context, index);
    char text[64], price[PRICE_TEXT_SIZE];
    int64_t time_us = event->market_us ? event->market_us : event->time_us;
    canvas_text(line, 0, 0, TIME_CELLS, ALIGN_LEFT, ROLE_TEXT,
                calendar_format_stamp(time_us, text, sizeof text) + DATE_LENGTH);
    canvas_text(line, 0, at.kind, KIND_CELLS - 1, ALIGN_LEFT, ROLE_STRONG, exec_kind_name(event->kind));
    canvas_text(line, 0, at.state, at.state_cells - 1, ALIGN_LEFT, ROLE_TEXT, order_state_name(event->state));
    text[0] = '\0';
    if (event->fill_quantity)
        snprintf(text, sizeof text, "%d @ %s", event->fill_quantity,
                 price_format(event->fill_price, price, sizeof price));
    canvas_number(line, 0, at.fill, FILL_CELLS, ROLE_TEXT, text);
    snprintf(text, sizeof text, "%d/%d", event->filled_quantity, event->request.quantity);
    canvas_number(line, 0, at.done, DONE_CELLS, ROLE_TEXT, text);
    canvas_text(line, 0, at.reason, line->area.width - at.reason, ALIGN_LEFT, event->reject ? ROLE_WARNING : ROLE_TEXT,
                event->reason);
}

static void history_head(void *context, const struct app *app, const struct canvas *canvas)
{
    const struct history *history = context;
    const struct order *order = model_order(app->model, history->id);
    const struct order_request *request = order                             ? &order->request
                                          : records_count(history->records) ? &row(history, 0)->request
                                                                            : NULL;
    char price[PRICE_TEXT_SIZE] = "", average[PRICE_TEXT_SIZE];
    int width = canvas->area.width;
    if (!request) {
        canvas_text(canvas, 0, 0, width, ALIGN_LEFT, ROLE_DIM, history->id);
        return;
    }
    if (request->type == ORDER_LIMIT) price_format(request->limit_price, price, sizeof price);
    canvas_format(canvas, 0, 0, width, ALIGN_LEFT, request->side == SIDE_BUY ? ROLE_BUY : ROLE_SELL,
                  "%s %d %s %s%s%s %s%s", side_name(request->side), request->quantity, request->symbol,
                  order_type_name(request->type), price[0] ? " " : "", price, tif_name(request->tif),
                  request->reduce_only ? "  reduce only" : "");
    if (request->condition_id)
        canvas_format(canvas, 1, 0, width, ALIGN_LEFT, ROLE_DIM, "%s  condition #%lld %s, attempt %d",
                      request->client_order_id, (long long)request->condition_id, leg_name(request->leg),
                      request->attempt);
    else
        canvas_format(canvas, 1, 0, width, ALIGN_LEFT, ROLE_DIM, "%s  by %s", request->client_order_id, request->actor);
    if (order)
        canvas_format(canvas, 2, 0, width, ALIGN_LEFT, ROLE_STRONG, "%s, filled %d of %d%s%s%s%s",
                      order_state_name(order->state), order->filled_quantity, request->quantity,
                      order->filled_quantity ? " at " : "",
                      order->filled_quantity ? price_format(order_average(order), average, sizeof average) : "",
                      order->reason[0] ? ": " : "", order->reason);
    lines_rule(canvas, 3, 0, width);
}

static bool history_words(void *context, const struct app *app, int index, enum role *role, char *text, size_t size)
{
    (void)app;
    const struct history *history = context;
    const char *refusal = records_refusal(history->records);
    *role = refusal ? ROLE_ALARM : ROLE_DIM;
    if (refusal || index < 0) {
        text_copy(text, size, records_words(history->records));
        return true;
    }
    const struct order_event *event = row(history, index);
    char stamp[CALENDAR_TEXT_SIZE];
    snprintf(text, size, "event %llu, written %s%s%s%s%s%s%s", (unsigned long long)event->seq,
             calendar_format_stamp(event->time_us, stamp, sizeof stamp),
             event->venue_order_id[0] ? ", venue order " : "", event->venue_order_id,
             event->exec_id[0] ? ", execution " : "", event->exec_id, event->reason[0] ? ": " : "", event->reason);
    return true;
}

static enum overlay_result history_message(void *context, struct app *app, const struct msg *msg)
{
    (void)app;
    const struct history *history = context;
    bool ours = msg->id == MSG_ORDER && strcmp(msg->order.request.client_order_id, history->id) == 0;
    if (ours) records_renew(history->records);
    return OVERLAY_KEEP;
}

static void history_free(void *context)
{
    struct history *history = context;
    records_free(history->records);
    free(history);
}

static const struct pick_ops ops = {
    .title = "Order history",
    .enter = "close",
    .empty = "no event is stored of it yet",
    .width = 110,
    .filters = true,
    .rows = 12,
    .head_rows = HEAD_ROWS,
    .head = history_head,
    .count = history_count,
    .key = history_key,
    .matches = history_matches,
    .draw = history_draw,
    .words = history_words,
    .message = history_message,
    .free = history_free,
};

void overlay_order_history(struct app *app, const char *client_order_id)
{
    struct history *history = calloc(1, sizeof *history);
    CHECK(history);
    text_copy(history->id, sizeof history->id, client_order_id);
    const struct db_query query = {.id = MSG_ORDER_EVENT, .client_order_id = history->id};
    history->records = records_read(DB_ORDERS, app->settings, &query);
    pick_open(app, &ops, history, "", NULL);
}

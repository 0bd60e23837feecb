/* The life of one order, event by event, from the executor's database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/text.h"
#include "tui/lines.h"
#include "tui/overlay.h"
#include "tui/pick.h"
#include "tui/records.h"

enum { HEAD_ROWS = 4, TIME_CELLS = 13, KIND_CELLS = 17, STATE_CELLS = 18, FILL_CELLS = 14, DONE_CELLS = 8 };

struct history {
    char id[CLIENT_ORDER_ID_SIZE];
    struct records *records;
    struct records *next; /* being read again because something happened */
    char key[32];
};

static struct records *start(const struct app *app, const char *id)
{
    struct db_query query = {.id = MSG_ORDER_EVENT, .client_order_id = id};
    return records_read(DB_ORDERS, app->settings, &query);
}

static int history_count(void *context, const struct app *app)
{
    (void)app;
    struct history *history = context;
    if (history->next && records_ready(history->next)) {
        records_free(history->records);
        history->records = history->next;
        history->next = NULL;
    }
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

static void draw_heads(const struct canvas *line)
{
    int x = 0;
    canvas_text(line, 0, x, TIME_CELLS, ALIGN_LEFT, ROLE_DIM, "Time");
    x += TIME_CELLS;
    canvas_text(line, 0, x, KIND_CELLS, ALIGN_LEFT, ROLE_DIM, "Event");
    x += KIND_CELLS;
    canvas_text(line, 0, x, STATE_CELLS, ALIGN_LEFT, ROLE_DIM, "State after");
    x += STATE_CELLS;
    canvas_text(line, 0, x, FILL_CELLS, ALIGN_RIGHT, ROLE_DIM, "Fill");
    x += FILL_CELLS;
    canvas_text(line, 0, x, DONE_CELLS, ALIGN_RIGHT, ROLE_DIM, "Filled");
    x += DONE_CELLS + 1;
    canvas_text(line, 0, x, line->area.width - x, ALIGN_LEFT, ROLE_DIM, "Reason");
}

static void history_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    (void)app;
    if (index < 0) {
        draw_heads(line);
        return;
    }
    const struct order_event *event = row(context, index);
    char text[64], price[PRICE_TEXT_SIZE];
    int x = 0;
    canvas_text(line, 0, x, TIME_CELLS, ALIGN_LEFT, ROLE_TEXT,
                calendar_format_stamp(event->time_us, text, sizeof text) + 11); /* past the date */
    x += TIME_CELLS;
    canvas_text(line, 0, x, KIND_CELLS - 1, ALIGN_LEFT, ROLE_STRONG, exec_kind_name(event->kind));
    x += KIND_CELLS;
    canvas_text(line, 0, x, STATE_CELLS - 1, ALIGN_LEFT, ROLE_TEXT, order_state_name(event->state));
    x += STATE_CELLS;
    if (event->fill_quantity)
        snprintf(text, sizeof text, "%d @ %s", event->fill_quantity,
                 price_format(event->fill_price, price, sizeof price));
    else
        text[0] = '\0';
    canvas_number(line, 0, x, FILL_CELLS, ROLE_TEXT, text);
    x += FILL_CELLS;
    snprintf(text, sizeof text, "%d/%d", event->filled_quantity, event->request.quantity);
    canvas_number(line, 0, x, DONE_CELLS, ROLE_TEXT, text);
    x += DONE_CELLS + 1;
    canvas_text(line, 0, x, line->area.width - x, ALIGN_LEFT, event->reject ? ROLE_ALARM : ROLE_TEXT, event->reason);
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
    if (request->type == ORDER_LIMIT)
        price_format(request->limit_price, price, sizeof price);
    canvas_format(canvas, 0, 0, width, ALIGN_LEFT, request->side == SIDE_BUY ? ROLE_BUY : ROLE_SELL,
                  "%s %d %s %s %s %s%s", side_name(request->side), request->quantity, request->symbol,
                  order_type_name(request->type), price, tif_name(request->tif),
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

static enum overlay_result history_choose(void *context, struct app *app, int index)
{
    (void)context;
    (void)app;
    (void)index;
    return OVERLAY_DONE;
}

static bool history_words(void *context, const struct app *app, int index, enum role *role, char *text, size_t size)
{
    (void)app;
    const struct history *history = context;
    const char *refusal = records_refusal(history->records);
    *role = refusal ? ROLE_ALARM : ROLE_DIM;
    if (refusal) {
        text_copy(text, size, refusal);
    } else if (index >= 0) {
        const struct order_event *event = row(history, index);
        snprintf(text, size, "event %llu%s%s%s%s%s%s", (unsigned long long)event->seq,
                 event->venue_order_id[0] ? ", venue order " : "", event->venue_order_id,
                 event->exec_id[0] ? ", execution " : "", event->exec_id, event->reason[0] ? ": " : "", event->reason);
    } else {
        text_copy(text, size, records_ready(history->records) ? "" : "reading ...");
    }
    return true;
}

static enum overlay_result history_message(void *context, struct app *app, const struct msg *msg)
{
    struct history *history = context;
    bool ours = msg->id == MSG_ORDER && strcmp(msg->order.request.client_order_id, history->id) == 0;
    if (ours && !history->next)
        history->next = start(app, history->id);
    return OVERLAY_KEEP;
}

static void history_free(void *context)
{
    struct history *history = context;
    records_free(history->records);
    records_free(history->next);
    free(history);
}

static const struct pick_ops ops = {
    .title = "Order history",
    .enter = "close",
    .empty = "no event is stored of it yet",
    .width = 110,
    .filters = true,
    .head_rows = HEAD_ROWS,
    .head = history_head,
    .count = history_count,
    .key = history_key,
    .matches = history_matches,
    .draw = history_draw,
    .choose = history_choose,
    .words = history_words,
    .message = history_message,
    .free = history_free,
};

void overlay_order_history(struct app *app, const char *client_order_id)
{
    struct history *history = calloc(1, sizeof *history);
    CHECK(history);
    text_copy(history->id, sizeof history->id, client_order_id);
    history->records = start(app, client_order_id);
    pick_open(app, &ops, history, "", NULL);
}

/* All that ever happened to a condition, from its own database, under one line of why it fired or why it has not. */
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

enum { HEAD_ROWS = 5, TIME_CELLS = 9, DATE_CELLS = 11, CHANGE_CELLS = 23, PRICE_CELLS = 9, ACTOR_CELLS = 11 };

struct history {
    int64_t id;
    struct records *records;
    char key[32];
};

static int history_count(void *context, const struct app *app)
{
    (void)app;
    const struct history *history = context;
    return records_count(history->records);
}

static const struct transition *row(const struct history *history, int index)
{
    return &records_at(history->records, index)->transition;
}

static const char *history_key(void *context, const struct app *app, int index)
{
    (void)app;
    struct history *history = context;
    snprintf(history->key, sizeof history->key, "%lld", (long long)row(history, index)->serial);
    return history->key;
}

static const char *change_of(const struct transition *transition, bool ascii, char *text, size_t size)
{
    if (!transition->from)
        snprintf(text, size, "%s", condition_state_name(transition->to));
    else
        snprintf(text, size, "%s %s %s", condition_state_name(transition->from), ascii ? "->" : "→",
                 condition_state_name(transition->to));
    return text;
}

static bool history_matches(void *context, const struct app *app, int index, const char *filter)
{
    (void)app;
    const struct transition *transition = row(context, index);
    char line[512], change[64];
    snprintf(line, sizeof line, "%s %s %s", change_of(transition, true, change, sizeof change), transition->actor,
             transition->reason);
    return lines_match(line, filter);
}

static void history_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    (void)app;
    const struct transition *transition = index < 0 ? NULL : row(context, index);
    enum role role = transition ? ROLE_TEXT : ROLE_DIM;
    char text[64];
    int width = line->area.width, x = 0;
    bool wide = width >= 100;
    if (wide) {
        canvas_text(line, 0, x, DATE_CELLS, ALIGN_LEFT, ROLE_DIM,
                    transition ? calendar_format_date(transition->trading_day, text, sizeof text) : "Day");
        x += DATE_CELLS;
    }
    int64_t at = transition ? (transition->market_us ? transition->market_us : transition->time_us) : 0;
    canvas_text(line, 0, x, TIME_CELLS, ALIGN_LEFT, role,
                transition ? calendar_format_time(at, text, sizeof text) : "Time");
    x += TIME_CELLS;
    canvas_text(line, 0, x, CHANGE_CELLS - 1, ALIGN_LEFT, transition ? ROLE_STRONG : ROLE_DIM,
                transition ? change_of(transition, line->theme->ascii, text, sizeof text) : "Change");
    x += CHANGE_CELLS;
    if (width >= x + PRICE_CELLS + 1) {
        canvas_number(line, 0, x, PRICE_CELLS, role,
                      !transition         ? "Price"
                      : transition->price ? price_format(transition->price, text, sizeof text)
                                          : "-");
        x += PRICE_CELLS + 1;
    }
    if (wide) {
        canvas_text(line, 0, x, ACTOR_CELLS - 1, ALIGN_LEFT, ROLE_DIM, transition ? transition->actor : "By");
        x += ACTOR_CELLS;
    }
    canvas_text(line, 0, x, width - x, ALIGN_LEFT, role, transition ? transition->reason : "Reason");
}

static void history_head(void *context, const struct app *app, const struct canvas *canvas)
{
    const struct history *history = context;
    const struct condition *condition = model_condition(app->model, history->id);
    char text[512], price[4][PRICE_TEXT_SIZE];
    int width = canvas->area.width;
    if (!condition) {
        canvas_format(canvas, 0, 0, width, ALIGN_LEFT, ROLE_DIM,
                      "Condition #%lld is not in today's list; this is what is stored of it.", (long long)history->id);
        return;
    }
    struct condition_levels levels;
    condition_levels(condition, &levels);
    canvas_format(canvas, 0, 0, width, ALIGN_LEFT, condition->terms.side == SIDE_BUY ? ROLE_BUY : ROLE_SELL,
                  "#%lld %s %d %s  %s%s%s", (long long)condition->id, side_name(condition->terms.side),
                  condition->terms.quantity, condition->terms.symbol, condition_state_name(condition->state),
                  condition->terms.note[0] ? "  " : "", condition->terms.note);
    snprintf(
        text, sizeof text, "trigger %s  order %s  take profit %s  stop %s%s",
        price_format(levels.trigger, price[0], sizeof price[0]), price_format(levels.order, price[1], sizeof price[1]),
        price_format(levels.take_profit, price[2], sizeof price[2]),
        price_format(levels.stop_loss, price[3], sizeof price[3]), condition->terms.following ? "  following" : "");
    canvas_text(canvas, 1, 0, width, ALIGN_LEFT, ROLE_TEXT, text);
    const bool held = model_explain(app->model, condition, text, sizeof text);
    lines_wrap(canvas, 2, 0, width, 2, held ? ROLE_ALARM : ROLE_STRONG, text);
    lines_rule(canvas, 4, 0, width);
}

/* The whole reason of the row, and the tick that decided. */
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
    const struct transition *transition = row(history, index);
    char stamp[CALENDAR_TEXT_SIZE];
    char tick[32] = "";
    if (transition->tick_seq) snprintf(tick, sizeof tick, "tick %llu, ", (unsigned long long)transition->tick_seq);
    snprintf(text, size, "%swritten %s: %s", tick, calendar_format_stamp(transition->time_us, stamp, sizeof stamp),
             transition->reason);
    return true;
}

static enum overlay_result history_message(void *context, struct app *app, const struct msg *msg)
{
    (void)app;
    const struct history *history = context;
    bool ours = (msg->id == MSG_TRANSITION && msg->transition.condition_id == history->id) ||
                (msg->id == MSG_CONDITION && msg->condition.id == history->id);
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
    .title = "Condition history",
    .enter = "close",
    .empty = "nothing is stored of it yet",
    .width = 120,
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

void overlay_condition_history(struct app *app, int64_t condition_id)
{
    struct history *history = calloc(1, sizeof *history);
    CHECK(history);
    history->id = condition_id;
    const struct db_query query = {.id = MSG_TRANSITION, .condition_id = condition_id};
    history->records = records_read(DB_CONDITIONS, app->settings, &query);
    pick_open(app, &ops, history, "", NULL);
}

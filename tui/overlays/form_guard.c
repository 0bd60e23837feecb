/* The guard: what state it is in, who set it and why, each limit beside what is used of it, and the three keys that
 * change its mode, each confirmed by another. */
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/text.h"
#include "tui/overlays/form_limits.h"
#include "tui/widgets/lines.h"
#include "tui/overlays/overlay.h"
#include "tui/overlays/request.h"

enum { ESCAPE = 27, WIDTH = 76, LIMIT_ROWS = 9, HEIGHT = LIMIT_ROWS + 12, CELLS = 18 };

struct guard_panel {
    struct overlay overlay; /* first */
    uint64_t request;       /* 0 = not waiting */
    char answer[TEXT_SIZE];
    enum role answer_role;
};

static const struct mode_key {
    char key;
    enum guard_mode mode;
    enum control_kind control;
    const char *verb;
    const char *question;
} mode_keys[] = {
    {'H', GUARD_HALTED, CONTROL_HALT, "halt",
     "HALT: no new order goes to the exchange. Cancels and protective exits still pass."},
    {'R', GUARD_REDUCING, CONTROL_REDUCE, "reduce", "REDUCING: only orders that shrink a position pass, and cancels."},
    {'A', GUARD_ACTIVE, CONTROL_RESUME, "resume",
     "ACTIVE: orders pass again, within the limits. Conditions that are armed may fire at once."},
};

static const char *const mode_words[] = {"not known: the gateway has not said yet", "orders pass within the limits",
                                         "only orders that shrink a position pass",
                                         "nothing passes but cancels and protective exits"};

/* --- drawing --- */

static void guard_size(const struct overlay *overlay, int rows, int columns, int *height, int *width)
{
    (void)overlay;
    (void)rows;
    *width = WIDTH < columns ? WIDTH : columns;
    *height = HEIGHT;
}

static int draw_state(const struct app *app, const struct canvas *canvas)
{
    static const enum role roles[] = {ROLE_DISABLED, ROLE_OK, ROLE_REDUCING, ROLE_HALTED};
    const struct guard_state *guard = &app->model->guard;
    size_t mode = guard->mode >= GUARD_ACTIVE && guard->mode <= GUARD_HALTED ? (size_t)guard->mode : 0;
    char stamp[CALENDAR_TEXT_SIZE];
    int width = canvas->area.width, reason_rows = canvas->area.height >= HEIGHT - 2 ? 2 : 1;
    const char *name = mode ? guard_mode_name(guard->mode) : "?";
    int cells = text_cells(name) + 2;
    canvas_format(canvas, 0, 0, cells, ALIGN_LEFT, roles[mode], " %s ", name);
    canvas_text(canvas, 0, cells + 1, width - cells - 1, ALIGN_LEFT, ROLE_STRONG, mode_words[mode]);
    if (guard->actor[0])
        canvas_format(canvas, 1, 0, width, ALIGN_LEFT, ROLE_TEXT, "by %s, %s", guard->actor,
                      calendar_format_stamp(guard->time_us, stamp, sizeof stamp));
    lines_wrap(canvas, 2, 0, width, reason_rows, ROLE_TEXT, guard->reason);
    canvas_format(canvas, 2 + reason_rows, 0, width, ALIGN_LEFT, ROLE_DIM, "%llu orders sent, %llu journalled",
                  (unsigned long long)guard->orders_sent, (unsigned long long)guard->intents);
    return 3 + reason_rows;
}

static void draw_limit(const struct canvas *canvas, int y, const char *label, const char *now, const char *limit,
                       enum role role)
{
    int width = canvas->area.width, cells = width < 60 ? 10 : CELLS;
    canvas_text(canvas, y, 0, width - 2 * cells, ALIGN_LEFT, ROLE_TEXT, label);
    canvas_number(canvas, y, width - 2 * cells, cells, role, now);
    canvas_number(canvas, y, width - cells, cells, ROLE_STRONG, limit);
}

/* "no limit" for 0. */
static const char *number(int64_t value, const char *unit, char *text, size_t size)
{
    if (value == 0) return "no limit";
    snprintf(text, size, "%lld%s%s", (long long)value, unit[0] ? " " : "", unit);
    return text;
}

static const char *money(money_t value, char *text, size_t size)
{
    return value == 0 ? "no limit" : money_format(value, text, size);
}

static int32_t largest_position(const struct app *app)
{
    int32_t most = 0;
    for (size_t i = 0; i < app->model->position_count; i++) {
        int32_t lots = app->model->positions[i].quantity < 0 ? -app->model->positions[i].quantity
                                                             : app->model->positions[i].quantity;
        most = lots > most ? lots : most;
    }
    return most;
}

static void draw_limits(const struct app *app, const struct canvas *canvas, int y, int rows)
{
    const struct guard_limits *limits = &app->model->limits;
    char now[PRICE_TEXT_SIZE], limit[PRICE_TEXT_SIZE], percent[PRICE_TEXT_SIZE];
    struct canvas at = canvas_sub(canvas, (struct rect){y, 0, rows, canvas->area.width});
    int line = 0;
    int32_t held = largest_position(app);
    snprintf(now, sizeof now, "%d", held);
    draw_limit(&at, line++, "Lots held of a contract", now, number(limits->max_position, "lots", limit, sizeof limit),
               limits->max_position && held >= limits->max_position ? ROLE_ALARM : ROLE_TEXT);
    money_t result = app->model->guard.day_pnl;
    bool beyond = limits->daily_loss && result <= -limits->daily_loss;
    draw_limit(&at, line++, "Result of the day / loss limit", money_format(result, now, sizeof now),
               money(limits->daily_loss, limit, sizeof limit),
               beyond       ? ROLE_ALARM
               : result < 0 ? ROLE_LOSS
                            : ROLE_TEXT);
    draw_limit(&at, line++, "Lots of one order", "", number(limits->max_order_quantity, "lots", limit, sizeof limit),
               ROLE_TEXT);
    draw_limit(&at, line++, "Value of one order NT$", "", money(limits->max_notional, limit, sizeof limit), ROLE_TEXT);
    snprintf(percent, sizeof percent, "%d.%02d %%", limits->collar_bps / 100, limits->collar_bps % 100);
    draw_limit(&at, line++, "Limit price from the last price", "", limits->collar_bps ? percent : "no limit",
               ROLE_TEXT);
    draw_limit(&at, line++, "Age of the last price", "", number(limits->stale_tick_ms, "ms", limit, sizeof limit),
               ROLE_TEXT);
    draw_limit(&at, line++, "Orders a second", "", number(limits->orders_per_second, "", limit, sizeof limit),
               ROLE_TEXT);
    draw_limit(&at, line++, "  of them the strategy's", "",
               number(limits->strategy_orders_per_second, "", limit, sizeof limit), ROLE_TEXT);
    draw_limit(&at, line, "The same order again after", "",
               number(limits->duplicate_window_ms, "ms", limit, sizeof limit), ROLE_TEXT);
}

static void draw_keys(const struct app *app, const struct canvas *canvas, int y)
{
    int x = 0;
    for (size_t i = 0; i < sizeof mode_keys / sizeof *mode_keys; i++) { /* what is so already stays in sight, dimmed */
        bool off = app->model->guard.mode == mode_keys[i].mode;
        canvas_format(canvas, y, x, 1, ALIGN_LEFT, off ? ROLE_DISABLED : ROLE_KEY, "%c", mode_keys[i].key);
        canvas_format(canvas, y, x + 2, 18, ALIGN_LEFT, off ? ROLE_DISABLED : ROLE_DIM, "%s%s", mode_keys[i].verb,
                      off ? " (in force)" : "");
        x += text_cells(mode_keys[i].verb) + (off ? 15 : 4);
    }
    static const struct key_hint hints[] = {{"E", "edit the limits"}, {"Esc", "leave"}, {NULL, NULL}};
    lines_keys(canvas, y, x, canvas->area.width - x, hints);
}

static void guard_draw(struct overlay *overlay, struct app *app, struct canvas canvas)
{
    const struct guard_panel *panel = (const struct guard_panel *)overlay;
    struct canvas inside = lines_frame(app, overlay, &canvas, "Guard", true);
    int height = inside.area.height, width = inside.area.width;
    int y = draw_state(app, &inside);
    bool roomy = height >= y + LIMIT_ROWS + 5;
    if (roomy) lines_rule(&inside, y++, 0, width);
    int rows = height - y - (roomy ? 4 : 3);
    if (rows > 0) {
        draw_limit(&inside, y++, "Limit", "Now", "Allowed", ROLE_DIM);
        draw_limits(app, &inside, y, rows);
    }
    if (roomy) lines_rule(&inside, height - 3, 0, width);
    canvas_text(&inside, height - 2, 0, width, ALIGN_LEFT, panel->answer_role, panel->answer);
    draw_keys(app, &inside, height - 1);
}

/* --- keys --- */

struct change {
    struct guard_panel *panel;
    enum control_kind control;
};

static void change_mode(struct app *app, void *context)
{
    const struct change *change = context;
    struct guard_panel *panel = change->panel;
    if (request_control(app, COMPONENT_GATEWAY, change->control, "asked for on the screen", &panel->request)) {
        text_copy(panel->answer, sizeof panel->answer, "waiting for the gateway ...");
        panel->answer_role = ROLE_WARNING;
        return;
    }
    panel->request = 0;
    panel->answer_role = ROLE_ALARM;
    text_copy(panel->answer, sizeof panel->answer, app->notice);
}

/* A screen that only looks may still halt. */
static bool refused(struct guard_panel *panel, const struct app *app)
{
    if (!app->read_only) return false;
    text_copy(panel->answer, sizeof panel->answer,
              "the screen is read-only: it sends nothing but HALT (:read-only ends it)");
    panel->answer_role = ROLE_WARNING;
    return true;
}

static void ask_mode(struct guard_panel *panel, struct app *app, const struct mode_key *mode)
{
    if (mode->control != CONTROL_HALT && refused(panel, app)) return;
    if (app->model->guard.mode == mode->mode) {
        snprintf(panel->answer, sizeof panel->answer, "it is %s already", guard_mode_name(mode->mode));
        panel->answer_role = ROLE_DIM;
        return;
    }
    struct change *change = calloc(1, sizeof *change);
    CHECK(change);
    change->panel = panel;
    change->control = mode->control;
    overlay_confirm(app, "Change the guard's mode?", mode->question, 'y', change_mode, change);
}

static enum overlay_result guard_key(struct overlay *overlay, struct app *app, int key, bool is_function_key)
{
    struct guard_panel *panel = (struct guard_panel *)overlay;
    if (is_function_key) return OVERLAY_KEEP;
    if (key == ESCAPE) return OVERLAY_DONE;
    if ((key == 'E' || key == 'e') && !refused(panel, app)) form_limits_open(app);
    for (size_t i = 0; i < sizeof mode_keys / sizeof *mode_keys; i++)
        if (key == mode_keys[i].key && !panel->request) ask_mode(panel, app, &mode_keys[i]);
    return OVERLAY_KEEP;
}

static enum overlay_result guard_message(struct overlay *overlay, struct app *app, const struct msg *msg)
{
    (void)app;
    struct guard_panel *panel = (struct guard_panel *)overlay;
    if (msg->id != MSG_REPLY || !panel->request || msg->reply.request_id != panel->request) return OVERLAY_KEEP;
    bool ok = msg->reply.status == ERR_OK;
    panel->request = 0;
    panel->answer_role = ok ? ROLE_OK : ROLE_ALARM;
    text_copy(panel->answer, sizeof panel->answer,
              msg->reply.text[0] ? msg->reply.text
              : ok               ? "done"
                                 : status_name((enum status)msg->reply.status));
    return OVERLAY_KEEP;
}

static void guard_close(struct overlay *overlay)
{
    free(overlay);
}

static const struct overlay_ops ops = {
    .name = "guard",
    .anchor = OVERLAY_CENTRE,
    .size = guard_size,
    .draw = guard_draw,
    .key = guard_key,
    .message = guard_message,
    .close = guard_close,
};

void overlay_guard(struct app *app)
{
    struct guard_panel *panel = calloc(1, sizeof *panel);
    CHECK(panel);
    panel->overlay.ops = &ops;
    panel->answer_role = ROLE_DIM;
    overlay_push(app, &panel->overlay);
}

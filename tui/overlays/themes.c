/* Choosing a theme: the screen takes the one under the cursor at once, Enter keeps it, Esc goes back to
 * the one before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/widgets/lines.h"
#include "tui/overlays/overlay.h"
#include "tui/widgets/pick.h"

struct choosing {
    struct theme before;
    char refusal[TEXT_SIZE];
};

static int theme_count(void *context, const struct app *app)
{
    (void)context;
    (void)app;
    int count = 0;
    while (theme_name_at(count)) count++;
    return count;
}

static const char *theme_key(void *context, const struct app *app, int index)
{
    (void)context;
    (void)app;
    return theme_name_at(index);
}

static void theme_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    const struct choosing *choosing = context;
    (void)app;
    if (index < 0) {
        canvas_text(line, 0, 0, line->area.width, ALIGN_LEFT, ROLE_DIM, "Theme");
        return;
    }
    bool before = strcmp(theme_name_at(index), choosing->before.name) == 0;
    canvas_format(line, 0, 0, line->area.width, ALIGN_LEFT, ROLE_TEXT, "%s%s", theme_name_at(index),
                  before ? "  (was in use)" : "");
}

/* A sample of what matters, in the theme under the cursor. */
static void theme_head(void *context, const struct app *app, const struct canvas *canvas)
{
    (void)context;
    (void)app;
    int width = canvas->area.width;
    canvas_text(canvas, 0, 0, 14, ALIGN_LEFT, ROLE_UP, "▲ 17,425 +23");
    canvas_text(canvas, 0, 15, 14, ALIGN_LEFT, ROLE_DOWN, "▼ 17,398 -4");
    canvas_text(canvas, 0, 30, width - 30, ALIGN_LEFT, ROLE_STRONG, "17,402");
    canvas_text(canvas, 1, 0, 14, ALIGN_LEFT, ROLE_BUY, "BUY 2 MXFH1");
    canvas_text(canvas, 1, 15, 14, ALIGN_LEFT, ROLE_SELL, "SELL 1 TXFH1");
    canvas_text(canvas, 1, 30, width - 30, ALIGN_LEFT, ROLE_DIM, "dim words");
    canvas_text(canvas, 2, 0, 14, ALIGN_LEFT, ROLE_PROFIT, "+8,800 profit");
    canvas_text(canvas, 2, 15, 14, ALIGN_LEFT, ROLE_LOSS, "-3,198 loss");
    canvas_text(canvas, 2, 30, width - 30, ALIGN_LEFT, ROLE_KEY, "a key");
    canvas_text(canvas, 3, 0, 11, ALIGN_LEFT, ROLE_SIMULATION, " SIMULATION");
    canvas_text(canvas, 3, 12, 6, ALIGN_LEFT, ROLE_LIVE, " LIVE");
    canvas_text(canvas, 3, 19, 10, ALIGN_LEFT, ROLE_REDUCING, " REDUCING");
    canvas_text(canvas, 3, 30, 8, ALIGN_LEFT, ROLE_HALTED, " HALTED");
    canvas_text(canvas, 4, 0, 10, ALIGN_LEFT, ROLE_OK, "✓ fine");
    canvas_text(canvas, 4, 10, 12, ALIGN_LEFT, ROLE_WARNING, "! warning");
    canvas_text(canvas, 4, 23, width - 23, ALIGN_LEFT, ROLE_ALARM, "✗ refused");
    lines_rule(canvas, 5, 0, width);
}

static bool up_is_green(const struct app *app)
{
    return strcmp(settings_text(app->settings, SET_UP_COLOUR), "green") == 0;
}

static void theme_moved(void *context, struct app *app, int index)
{
    struct choosing *choosing = context;
    struct err err;
    choosing->refusal[0] = '\0';
    if (theme_load(&app->theme, theme_name_at(index), up_is_green(app), app->theme.ascii, &err) != ERR_OK)
        text_copy(choosing->refusal, sizeof choosing->refusal, err.text);
    app->model->dirty = DIRTY_ALL;
}

static enum overlay_result theme_choose(void *context, struct app *app, int index)
{
    struct choosing *choosing = context;
    theme_moved(context, app, index);
    if (choosing->refusal[0]) return OVERLAY_KEEP;
    struct err err;
    if (app_choose_theme(app, theme_name_at(index), &err) != ERR_OK) app_notice(app, ROLE_ALARM, "%s", err.text);
    return OVERLAY_DONE;
}

static void theme_leave(void *context, struct app *app)
{
    const struct choosing *choosing = context;
    struct err err;
    /* Loaded anew by name: a theme owns colour pairs of the terminal besides its struct. */
    if (theme_load(&app->theme, choosing->before.name, up_is_green(app), choosing->before.ascii, &err) != ERR_OK)
        app->theme = choosing->before;
    app->model->dirty = DIRTY_ALL;
}

static bool theme_words(void *context, const struct app *app, int index, enum role *role, char *text, size_t size)
{
    const struct choosing *choosing = context;
    (void)app;
    (void)index;
    *role = ROLE_ALARM;
    text_copy(text, size, choosing->refusal);
    return choosing->refusal[0] != '\0';
}

static const struct pick_ops ops = {
    .title = "Themes",
    .enter = "keep it",
    .empty = "no theme",
    .width = 46,
    .head_rows = 6,
    .head = theme_head,
    .count = theme_count,
    .key = theme_key,
    .draw = theme_draw,
    .choose = theme_choose,
    .moved = theme_moved,
    .words = theme_words,
    .leave = theme_leave,
    .free = free,
};

void overlay_themes(struct app *app)
{
    struct choosing *choosing = calloc(1, sizeof *choosing);
    CHECK(choosing);
    choosing->before = app->theme;
    pick_open(app, &ops, choosing, "", app->theme.name);
}

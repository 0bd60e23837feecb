/* Questions and plain words. A question is answered by a key other than the one that asked, and a key held down when it
 * opened answers nothing: the first 150 ms are deaf. */
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/clock.h"
#include "core/text.h"
#include "tui/app.h"
#include "tui/widgets/lines.h"
#include "tui/overlays/overlay.h"

enum { WORDS_SIZE = 2048, TITLE_SIZE = 80, WIDTH = 66, ESCAPE = 27, TAB = 9 };
#define DEAF_US (150 * CLOCK_MS_US)

struct confirm {
    struct overlay overlay; /* first */
    char title[TITLE_SIZE];
    char words[WORDS_SIZE];
    char key;           /* that says yes; 0: only words, nothing is asked */
    bool on_yes_button; /* where the focus is: No at first */
    int64_t opened_us;
    void (*on_yes)(struct app *app, void *context);
    void *context;
};

static int words_lines(const struct confirm *confirm, int width)
{
    int lines = 0, cells = 0;
    for (const char *c = confirm->words; *c; c++) {
        cells++;
        if (*c == '\n' || cells >= width) {
            lines++;
            cells = 0;
        }
    }
    return lines + 2; /* wrapping at spaces may take one more than counting did */
}

static void confirm_size(const struct overlay *overlay, int rows, int columns, int *height, int *width)
{
    const struct confirm *confirm = (const struct confirm *)overlay;
    (void)rows;
    *width = WIDTH < columns ? WIDTH : columns;
    *height = words_lines(confirm, *width - 6) + 5;
}

static void draw_button(const struct canvas *canvas, int y, int x, const char *label, bool focus)
{
    canvas_format(canvas, y, x, text_cells(label) + 4, ALIGN_LEFT, focus ? ROLE_CURSOR : ROLE_TEXT,
                  focus ? "[ %s ]" : "  %s  ", label);
}

static void confirm_draw(struct overlay *overlay, struct app *app, struct canvas canvas)
{
    const struct confirm *confirm = (const struct confirm *)overlay;
    struct canvas inside = lines_frame(app, overlay, &canvas, confirm->title, confirm->key != 0);
    int width = inside.area.width, height = inside.area.height, foot = height > 3 ? 2 : 1;
    lines_wrap(&inside, height > 6 ? 1 : 0, 0, width, height - foot - (height > 6 ? 1 : 0), ROLE_STRONG,
               confirm->words);
    if (!confirm->key) {
        static const struct key_hint hints[] = {{"Enter", "close"}, {"Esc", "close"}, {NULL, NULL}};
        lines_keys(&inside, height - 1, 0, width, hints);
        return;
    }
    char yes[32];
    snprintf(yes, sizeof yes, "%c = Yes", confirm->key);
    draw_button(&inside, height - foot, 0, "No", !confirm->on_yes_button);
    draw_button(&inside, height - foot, 10, yes, confirm->on_yes_button);
    if (foot == 2) {
        const char key[2] = {confirm->key, '\0'};
        const struct key_hint hints[] = {{key, "yes, do it"}, {"Esc", "no, go back"}, {NULL, NULL}};
        lines_keys(&inside, height - 1, 0, width, hints);
    }
}

static enum overlay_result say_yes(struct confirm *confirm, struct app *app)
{
    confirm->on_yes(app, confirm->context);
    return OVERLAY_DONE;
}

static enum overlay_result confirm_key(struct overlay *overlay, struct app *app, int key, bool is_function_key)
{
    struct confirm *confirm = (struct confirm *)overlay;
    if (!is_function_key && key == ESCAPE) return OVERLAY_DONE;
    bool deaf = app->now_us - confirm->opened_us < DEAF_US;
    bool enter = is_function_key ? key == KEY_ENTER : key == '\r' || key == '\n';
    if (!confirm->key) return enter && !deaf ? OVERLAY_DONE : OVERLAY_KEEP;
    if (deaf) { /* a held key keeps it deaf until it is let go */
        confirm->opened_us = app->now_us;
        return OVERLAY_KEEP;
    }
    if (!is_function_key && key == confirm->key) return say_yes(confirm, app);
    if ((!is_function_key && key == TAB) ||
        (is_function_key && (key == KEY_LEFT || key == KEY_RIGHT || key == KEY_BTAB)))
        confirm->on_yes_button = !confirm->on_yes_button;
    if (enter) return confirm->on_yes_button ? say_yes(confirm, app) : OVERLAY_DONE;
    return OVERLAY_KEEP;
}

static void confirm_close(struct overlay *overlay)
{
    struct confirm *confirm = (struct confirm *)overlay;
    free(confirm->context);
    free(confirm);
}

static const struct overlay_ops ops = {
    .name = "confirm",
    .anchor = OVERLAY_CENTRE,
    .size = confirm_size,
    .draw = confirm_draw,
    .key = confirm_key,
    .close = confirm_close,
};

static struct confirm *confirm_new(const struct app *app, const char *title, const char *words)
{
    struct confirm *confirm = calloc(1, sizeof *confirm);
    CHECK(confirm);
    confirm->overlay.ops = &ops;
    confirm->opened_us = app->now_us;
    text_copy(confirm->title, sizeof confirm->title, title);
    text_copy(confirm->words, sizeof confirm->words, words);
    return confirm;
}

void overlay_confirm(struct app *app, const char *title, const char *question, char yes_key,
                     void (*on_yes)(struct app *app, void *context), void *context)
{
    CHECK(on_yes && yes_key > ' ');
    struct confirm *confirm = confirm_new(app, title, question);
    confirm->key = yes_key;
    confirm->on_yes = on_yes;
    confirm->context = context;
    overlay_push(app, &confirm->overlay);
}

void overlay_message(struct app *app, const char *title, const char *text)
{
    overlay_push(app, &confirm_new(app, title, text)->overlay);
}

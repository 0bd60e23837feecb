/* One behaviour for every form: where things stand at each size, what Enter may do, how an answer is waited for. */
#include "tui/overlays/dialog.h"

#include <curses.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/clock.h"

enum { REFUSAL_ROOM = 34, SIDE_GAP = 3, WORDS_ROWS = 2, FOOT_ROWS = 4 /* rule, words, keys */, SMALL_FOOT_ROWS = 2 };

static struct dialog *of(struct overlay *overlay)
{
    return (struct dialog *)overlay;
}

struct form_state *dialog_values(struct dialog *dialog)
{
    return form_values(dialog->form);
}

static const struct form_state *values_of(const struct dialog *dialog)
{
    return form_values_const(dialog->form);
}

void dialog_say(struct dialog *dialog, enum role role, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(dialog->answer, sizeof dialog->answer, format, arguments);
    va_end(arguments);
    dialog->answer_role = role;
}

bool dialog_send(struct dialog *dialog, struct app *app, enum component to, struct msg *msg)
{
    dialog->answer[0] = '\0';
    if (app->read_only) {
        dialog_say(dialog, ROLE_ALARM, "not sent: this screen is read-only");
        return false;
    }
    if (!app_send(app, to, msg, &dialog->request)) {
        dialog->request = 0;
        dialog_say(dialog, ROLE_ALARM, "not sent: %.200s", app->notice[0] ? app->notice : "no link to the agents");
        return false;
    }
    dialog->asked = to;
    dialog->asked_us = app->now_us;
    return true;
}

int dialog_refusals(const struct dialog *dialog, const struct canvas *canvas, int y)
{
    const struct form_state *state = values_of(dialog);
    char text[FORM_REFUSAL_SIZE + 64];
    int first = y;
    for (int i = 0; i < state->count; i++) {
        const char *refusal = form_state_shown(state, i);
        if (!refusal) continue;
        snprintf(text, sizeof text, "✗ %s: %s", state->fields[i].spec->label, refusal);
        y += lines_wrap(canvas, y, 0, canvas->area.width, canvas->area.height - y, ROLE_WARNING, text);
    }
    return y - first;
}

/* --- place and draw --- */

static void dialog_size(const struct overlay *overlay, int rows, int columns, int *height, int *width)
{
    const struct dialog *dialog = (const struct dialog *)overlay;
    const struct dialog_ops *ops = dialog->ops;
    int form_cells = form_width(dialog->form), form_rows = form_height(dialog->form);
    int body = form_rows;
    *width = form_cells + REFUSAL_ROOM + 4;
    if (ops->side_width) {
        if (columns >= form_cells + SIDE_GAP + ops->side_width + 4) {
            *width = form_cells + REFUSAL_ROOM + SIDE_GAP + ops->side_width + 4;
            body = ops->side_height > body ? ops->side_height : body;
            body += rows > body + FOOT_ROWS + 2 + 8 ? ops->side_growth : 0;
        } else {
            body += ops->side_height + 1;
        }
    }
    *height = body + FOOT_ROWS + 2;
}

static void lay_out(struct dialog *dialog, struct rect inside)
{
    const struct dialog_ops *ops = dialog->ops;
    int foot = inside.height >= FOOT_ROWS + (form_height(dialog->form) < 8 ? form_height(dialog->form) : 8)
                   ? FOOT_ROWS
                   : SMALL_FOOT_ROWS;
    if (inside.height <= foot) foot = inside.height - 1 > 0 ? inside.height - 1 : 0;
    int body = inside.height - foot, least = form_width(dialog->form), rows = form_height(dialog->form);
    dialog->words_area = (struct rect){inside.y + body, inside.x, foot, inside.width};
    dialog->form_area = (struct rect){inside.y, inside.x, body, inside.width};
    dialog->has_side = false;
    if (!ops->side_width) return;
    if (inside.width >= least + SIDE_GAP + ops->side_width && body >= ops->side_height) {
        dialog->form_area.width = inside.width - SIDE_GAP - ops->side_width;
        dialog->side_area = (struct rect){inside.y, inside.x + inside.width - ops->side_width, body, ops->side_width};
        dialog->has_side = true;
    } else if (body >= rows + 1 + ops->side_height) {
        dialog->form_area.height = rows;
        dialog->side_area = (struct rect){inside.y + rows + 1, inside.x, body - rows - 1, inside.width};
        dialog->has_side = true;
    }
}

static void dialog_place(struct overlay *overlay, struct app *app, struct canvas canvas)
{
    (void)app;
    struct dialog *dialog = of(overlay);
    int edge = canvas.area.width < 50 ? 1 : 2; /* as lines_frame */
    lay_out(dialog, (struct rect){1, edge, canvas.area.height - 2, canvas.area.width - 2 * edge});
    form_place(dialog->form, canvas_sub(&canvas, dialog->form_area));
}

static const char *agent(enum component component)
{
    return component_name(component);
}

/* What matters most now, in words: waiting, the answer, the focused field's refusal, its hint. */
static enum role words_now(const struct dialog *dialog, const struct app *app, char *text, size_t size)
{
    const struct form_state *state = values_of(dialog);
    const struct form_field *field = &state->fields[state->focus];
    const char *refusal = form_state_shown(state, state->focus);
    if (dialog->request) {
        snprintf(text, size, "waiting for the %s's answer (%lld s) ...", agent(dialog->asked),
                 (long long)((app->now_us - dialog->asked_us) / CLOCK_SECOND_US));
        return ROLE_WARNING;
    }
    if (dialog->answer[0]) {
        snprintf(text, size, "%s", dialog->answer);
        return dialog->answer_role;
    }
    if (refusal) {
        snprintf(text, size, "%s%s: %s", dialog->tried ? "Not sent: " : "", field->spec->label, refusal);
        return ROLE_ALARM;
    }
    snprintf(text, size, "%s", field->spec->hint ? field->spec->hint : "");
    return ROLE_DIM;
}

static void draw_keys(const struct dialog *dialog, const struct canvas *canvas, int y)
{
    const struct form_state *state = values_of(dialog);
    struct key_hint hints[6];
    int count = 0;
    bool waiting = dialog->request != 0;
    if (!waiting) {
        hints[count++] = (struct key_hint){"Enter", dialog->ops->enter};
        enum form_type type = state->fields[state->focus].spec->type;
        if (type == FORM_PRICE)
            hints[count++] = (struct key_hint){canvas->theme->ascii ? "Up/Down" : "↑↓", "one tick"};
        else if (type == FORM_CHOICE || type == FORM_BOOL)
            hints[count++] = (struct key_hint){"Space", "change"};
        else if (type == FORM_PICK)
            hints[count++] = (struct key_hint){"Space", "list"};
        hints[count++] = (struct key_hint){"Tab", "next"};
        hints[count++] = (struct key_hint){"S-Tab", "back"};
    }
    hints[count++] = (struct key_hint){"Esc", waiting ? "stop waiting" : "leave"};
    hints[count] = (struct key_hint){NULL, NULL};
    lines_keys(canvas, y, 0, canvas->area.width, hints);
}

static void draw_words(const struct dialog *dialog, const struct app *app, const struct canvas *canvas)
{
    char text[TEXT_SIZE + 64], brief[TEXT_SIZE] = "";
    enum role role = words_now(dialog, app, text, sizeof text);
    int height = canvas->area.height, width = canvas->area.width, y = 0;
    if (height < 1) return;
    if (!dialog->has_side && dialog->ops->brief) dialog->ops->brief(dialog, app, brief, sizeof brief);
    if (height == FOOT_ROWS) {
        lines_rule(canvas, y++, 0, width);
        int used = lines_wrap(canvas, y, 0, width, brief[0] && role != ROLE_ALARM ? 1 : WORDS_ROWS, role, text);
        if (used < WORDS_ROWS && brief[0]) canvas_text(canvas, y + 1, 0, width, ALIGN_LEFT, ROLE_STRONG, brief);
        draw_keys(dialog, canvas, height - 1);
        return;
    }
    bool words = role != ROLE_DIM || !brief[0];
    lines_wrap(canvas, 0, 0, width, 1, words ? role : ROLE_STRONG, words ? text : brief);
    if (height > 1) draw_keys(dialog, canvas, 1);
}

static void check(struct dialog *dialog, struct app *app)
{
    form_state_accept_all(dialog_values(dialog));
    dialog->ops->check(dialog, app);
}

static void dialog_draw(struct overlay *overlay, struct app *app, struct canvas canvas)
{
    struct dialog *dialog = of(overlay);
    check(dialog, app);
    lines_frame(app, overlay, &canvas, dialog->title, dialog->ops->sends_orders);
    form_draw(dialog->form);
    if (dialog->has_side) {
        struct canvas side = canvas_sub(&canvas, dialog->side_area);
        dialog->ops->side(dialog, app, &side);
    }
    struct canvas words = canvas_sub(&canvas, dialog->words_area);
    draw_words(dialog, app, &words);
}

static bool dialog_cursor(const struct overlay *overlay, int *y, int *x)
{
    const struct dialog *dialog = (const struct dialog *)overlay;
    return !dialog->request && form_cursor(dialog->form, y, x);
}

/* --- keys and messages --- */

static void submit(struct dialog *dialog, struct app *app)
{
    struct form_state *state = dialog_values(dialog);
    state->submitted = true;
    check(dialog, app);
    int bad = form_state_first_bad(state);
    if (bad < 0) {
        dialog->ops->submit(dialog, app);
        return;
    }
    form_focus(dialog->form, bad);
    dialog->tried = true;
}

static enum overlay_result on_event(struct dialog *dialog, struct app *app, enum form_event event)
{
    switch (event) {
    case FORM_SUBMIT:
        dialog->answer[0] = '\0';
        submit(dialog, app);
        break;
    case FORM_BACK:
        return OVERLAY_DONE;
    case FORM_CHANGED:
        dialog->answer[0] = '\0';
        check(dialog, app);
        break;
    case FORM_OPEN_PICK:
        dialog->ops->pick(dialog, app, 0, form_letter(dialog->form));
        break;
    case FORM_WALK_BACK:
        dialog->ops->pick(dialog, app, -1, "");
        break;
    case FORM_WALK_ON:
        dialog->ops->pick(dialog, app, 1, "");
        break;
    case FORM_IGNORED:
    case FORM_NONE:
        break;
    }
    return OVERLAY_KEEP;
}

static enum overlay_result dialog_key(struct overlay *overlay, struct app *app, int key, bool is_function_key)
{
    struct dialog *dialog = of(overlay);
    if (dialog->request) { /* an order must not be edited under its own answer */
        if (is_function_key || key != 27) return OVERLAY_KEEP;
        dialog->request = 0;
        dialog_say(dialog, ROLE_WARNING, "it was sent; its answer will be in the log");
        return OVERLAY_KEEP;
    }
    dialog->tried = false;
    return on_event(dialog, app, form_key(dialog->form, key, is_function_key));
}

static enum overlay_result dialog_mouse(struct overlay *overlay, struct app *app, int y, int x, unsigned long buttons)
{
    struct dialog *dialog = of(overlay);
    if (dialog->request || !(buttons & (BUTTON1_CLICKED | BUTTON1_PRESSED))) return OVERLAY_KEEP;
    return on_event(dialog, app, form_mouse(dialog->form, y, x));
}

static enum overlay_result dialog_message(struct overlay *overlay, struct app *app, const struct msg *msg)
{
    struct dialog *dialog = of(overlay);
    if (!dialog->request || msg->id != MSG_REPLY || msg->reply.request_id != dialog->request) return OVERLAY_KEEP;
    dialog->request = 0;
    if (dialog->ops->replied) return dialog->ops->replied(dialog, app, &msg->reply);
    if (msg->reply.status == ERR_OK) return OVERLAY_DONE;
    dialog_say(dialog, ROLE_ALARM, "%s refused: %s", agent(dialog->asked),
               msg->reply.text[0] ? msg->reply.text : status_name((enum status)msg->reply.status));
    return OVERLAY_KEEP;
}

static void dialog_close(struct overlay *overlay)
{
    struct dialog *dialog = of(overlay);
    if (dialog->ops->close) dialog->ops->close(dialog);
    form_free(dialog->form);
    free(dialog);
}

static const struct overlay_ops overlay_ops = {
    .name = "form",
    .anchor = OVERLAY_CENTRE,
    .size = dialog_size,
    .place = dialog_place,
    .draw = dialog_draw,
    .key = dialog_key,
    .mouse = dialog_mouse,
    .message = dialog_message,
    .cursor = dialog_cursor,
    .close = dialog_close,
};

void dialog_start(struct dialog *dialog, const struct dialog_ops *ops)
{
    CHECK(ops->check && ops->submit && (!ops->side_width || (ops->side && ops->brief)));
    dialog->overlay.ops = &overlay_ops;
    dialog->ops = ops;
    dialog->form = form_new(ops->specs, ops->spec_count);
    snprintf(dialog->title, sizeof dialog->title, "%s", ops->title);
}

void dialog_open(struct app *app, struct dialog *dialog)
{
    check(dialog, app);
    overlay_push(app, &dialog->overlay);
}

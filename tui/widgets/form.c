/* The form library edits one line of text very well (wide characters, scrolling in the field); everything else a
 * trader's form needs (choices, secrets, ticks, refusals, scrolling the form) is here, on top of it. */
#include "tui/widgets/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "tui/widgets/form_impl.h"

enum { GAP = 2 };

struct form *form_new(const struct form_spec *specs, int count)
{
    struct form *form = calloc(1, sizeof *form);
    CHECK(form);
    form_state_start(&form->state, specs, count);
    for (int i = 0; i < count; i++) {
        int cells = text_cells(specs[i].label);
        if (cells > form->label_cells) form->label_cells = cells;
    }
    form->fresh = true;
    return form;
}

static void free_library(struct form *form)
{
    if (form->library) {
        unpost_form(form->library);
        free_form(form->library);
    }
    for (int i = 0; i < form->state.count; i++) {
        if (form->fields[i]) free_field(form->fields[i]);
        form->fields[i] = NULL;
    }
    if (form->pad) delwin(form->pad);
    form->library = NULL;
    form->pad = NULL;
}

void form_free(struct form *form)
{
    if (!form) return;
    free_library(form);
    form_state_wipe(&form->state);
    free(form);
}

struct form_state *form_values(struct form *form)
{
    return &form->state;
}

const struct form_state *form_values_const(const struct form *form)
{
    return &form->state;
}

void form_set_tick(struct form *form, price_t tick, price_t start)
{
    form->tick = tick;
    form->start = start;
}

static int value_x(const struct form *form)
{
    return form->label_cells + GAP + 1; /* one cell for the focus mark */
}

int form_width(const struct form *form)
{
    int widest = 0;
    for (int i = 0; i < form->state.count; i++) {
        const struct form_spec *spec = form->state.fields[i].spec;
        int width = spec->cells + GAP + (spec->unit ? text_cells(spec->unit) + 1 : 0);
        if (width > widest) widest = width;
    }
    return value_x(form) + widest;
}

int form_height(const struct form *form)
{
    return form->state.count;
}

/* What the library shows for a field that it does not edit. */
static void shown_value(const struct form_field *field, const struct theme *theme, char *text, size_t size)
{
    const char *left = theme->ascii ? "<" : "◂", *right = theme->ascii ? ">" : "▸";
    if (field->spec->type == FORM_SECRET) {
        size_t length = 0;
        const char *dot = theme->ascii ? "*" : "•";
        for (const char *c = field->text; *c && length + strlen(dot) < size; c++) {
            if (((unsigned char)*c & 0xC0) == 0x80) continue;
            memcpy(text + length, dot, strlen(dot));
            length += strlen(dot);
        }
        text[length] = '\0';
    } else if (form_is_choice(field) && !field->disabled) {
        snprintf(text, size, "%s %s %s", left, field->text, right);
    } else if (field->spec->type == FORM_PICK) {
        snprintf(text, size, "%s %s", field->text[0] ? field->text : "-", theme->ascii ? "v" : "▾");
    } else {
        snprintf(text, size, "%s", field->text);
    }
}

static FIELD *current(const struct form *form)
{
    return form->fields[form->state.focus];
}

/* Whole text of the current field from the library into the state. */
bool form_take_text(struct form *form)
{
    struct form_field *field = &form->state.fields[form->state.focus];
    if (!form->library || !form_is_text(field)) return false;
    form_driver(form->library, REQ_VALIDATION);
    const char *buffer = field_buffer(current(form), 0);
    char text[FORM_TEXT_SIZE];
    size_t length = buffer ? strlen(buffer) : 0;
    if (length >= sizeof text) length = sizeof text - 1;
    memcpy(text, buffer ? buffer : "", length);
    while (length > 0 && text[length - 1] == ' ') length--;
    text[length] = '\0';
    return form_state_type(&form->state, form->state.focus, text);
}

/* The library's own end counts a two-cell character as one cell; walking there does not. */
void form_cursor_to_end(struct form *form)
{
    const char *text = form->state.fields[form->state.focus].text;
    int characters = 0;
    for (const char *c = text; *c; c++) characters += ((unsigned char)*c & 0xC0) != 0x80;
    if (!form_is_text(&form->state.fields[form->state.focus]) || characters == text_cells(text)) {
        form_driver(form->library, REQ_END_FIELD);
        return;
    }
    form_driver(form->library, REQ_BEG_FIELD);
    for (int i = 0; i < characters; i++) form_driver(form->library, REQ_NEXT_CHAR);
}

void form_put_text(struct form *form, int index)
{
    char shown[FORM_TEXT_SIZE * 3];
    shown_value(&form->state.fields[index], form->canvas.theme, shown, sizeof shown);
    set_field_buffer(form->fields[index], 0, shown);
}

static void put_role(struct form *form, int index)
{
    const struct form_field *field = &form->state.fields[index];
    enum role role = ROLE_FIELD;
    if (field->disabled)
        role = ROLE_DISABLED;
    else if (form_state_shown(&form->state, index))
        role = ROLE_FIELD_BAD;
    else if (index == form->state.focus)
        role = ROLE_FIELD_FOCUS;
    chtype attributes = (chtype)form->canvas.theme->attributes[role];
    if (index == form->state.focus && role == ROLE_FIELD_BAD) attributes |= A_BOLD;
    if (field_fore(form->fields[index]) == attributes && field_back(form->fields[index]) == attributes) return;
    set_field_fore(form->fields[index], attributes);
    set_field_back(form->fields[index], attributes);
}

void form_refresh(struct form *form)
{
    if (!form->library) return;
    for (int i = 0; i < form->state.count; i++) form_put_text(form, i);
    form_cursor_to_end(form);
}

static FIELD *make_field(const struct form *form, int index, int width)
{
    const struct form_spec *spec = form->state.fields[index].spec;
    int cells = spec->cells, room = width - value_x(form);
    if (cells > room) cells = room < 1 ? 1 : room;
    FIELD *field = new_field(1, cells, index, value_x(form), 0, 0);
    CHECK(field);
    field_opts_off(field, O_AUTOSKIP | O_BLANK | O_STATIC | O_WRAP);
    field_opts_on(field, O_PASSOK | O_NULLOK);
    int most = spec->max_length ? spec->max_length : spec->cells;
    set_max_field(field, most < FORM_TEXT_SIZE / 4 ? most : FORM_TEXT_SIZE / 4);
    if (!form_is_text(&form->state.fields[index])) set_max_field(field, 0);
    return field;
}

void form_place(struct form *form, struct canvas canvas)
{
    free_library(form);
    form->canvas = canvas;
    int width = canvas.area.width, rows = form_height(form);
    if (width <= value_x(form) || canvas.area.height < 1) return; /* no room at all: nothing is drawn, values stay */
    form->pad = newpad(rows, width);
    CHECK(form->pad);
    for (int i = 0; i < form->state.count; i++) form->fields[i] = make_field(form, i, width);
    form->fields[form->state.count] = NULL;
    form->library = new_form(form->fields);
    CHECK(form->library);
    form_opts_off(form->library, O_BS_OVERLOAD | O_NL_OVERLOAD);
    set_form_win(form->library, form->pad);
    set_form_sub(form->library, form->pad);
    for (int i = 0; i < form->state.count; i++) {
        put_role(form, i);
        form_put_text(form, i);
    }
    CHECK(post_form(form->library) == E_OK);
    set_current_field(form->library, current(form));
    form_cursor_to_end(form);
}

/* --- drawing --- */

static void draw_note(const struct form *form, const struct canvas *pad, int index)
{
    const struct form_field *field = &form->state.fields[index];
    int cells, x = value_x(form);
    field_info(form->fields[index], NULL, &cells, NULL, NULL, NULL, NULL);
    x += cells + 1;
    int room = pad->area.width - x;
    if (room < 1) return;
    const char *refusal = form_state_shown(&form->state, index);
    canvas_fill(pad, index, x - 1, room + 1, ROLE_TEXT);
    if (refusal)
        canvas_format(pad, index, x, room, ALIGN_LEFT, ROLE_WARNING, "✗ %s", refusal);
    else if (field->disabled)
        canvas_text(pad, index, x, room, ALIGN_LEFT, ROLE_DISABLED, field->disabled);
    else if (field->spec->unit)
        canvas_text(pad, index, x, room, ALIGN_LEFT, ROLE_DIM, field->spec->unit);
}

static void keep_focus_in_sight(struct form *form)
{
    int height = form->canvas.area.height, focus = form->state.focus;
    if (focus < form->top) form->top = focus;
    if (focus >= form->top + height) form->top = focus - height + 1;
    int most = form_height(form) - height;
    if (form->top > most) form->top = most < 0 ? 0 : most;
}

static void draw_more(const struct form *form)
{
    const struct canvas *canvas = &form->canvas;
    bool ascii = canvas->theme->ascii;
    if (form->top > 0) canvas_text(canvas, 0, canvas->area.width - 1, 1, ALIGN_LEFT, ROLE_KEY, ascii ? "^" : "▴");
    if (form->top + canvas->area.height < form_height(form))
        canvas_text(canvas, canvas->area.height - 1, canvas->area.width - 1, 1, ALIGN_LEFT, ROLE_KEY,
                    ascii ? "v" : "▾");
}

void form_draw(struct form *form)
{
    if (!form->library) return;
    struct canvas pad = {
        .window = form->pad, .theme = form->canvas.theme, .area = {0, 0, form_height(form), form->canvas.area.width}};
    for (int i = 0; i < form->state.count; i++) {
        const struct form_field *field = &form->state.fields[i];
        bool focus = i == form->state.focus;
        canvas_fill(&pad, i, 0, value_x(form), ROLE_TEXT);
        canvas_text(&pad, i, 0, 1, ALIGN_LEFT, ROLE_KEY, !focus ? " " : form->canvas.theme->ascii ? ">" : "▸");
        canvas_text(&pad, i, 1, form->label_cells, ALIGN_LEFT,
                    field->disabled ? ROLE_DISABLED
                    : focus         ? ROLE_STRONG
                                    : ROLE_DIM,
                    field->spec->label);
        put_role(form, i);
        if (!focus || !form_is_text(field)) form_put_text(form, i);
        draw_note(form, &pad, i);
    }
    keep_focus_in_sight(form);
    const struct rect *area = &form->canvas.area;
    int rows = form_height(form) - form->top;
    if (rows > area->height) rows = area->height;
    copywin(form->pad, form->canvas.window, form->top, 0, area->y, area->x, area->y + rows - 1,
            area->x + area->width - 1, FALSE);
    draw_more(form);
}

bool form_cursor(const struct form *form, int *y, int *x)
{
    const struct form_field *field = &form->state.fields[form->state.focus];
    if (!form->library || (!form_is_text(field) && field->spec->type != FORM_SECRET)) return false;
    pos_form_cursor(form->library);
    int row, column;
    getyx(form->pad, row, column);
    if (field->spec->type == FORM_SECRET) {
        int cells;
        field_info(current(form), NULL, &cells, NULL, NULL, NULL, NULL);
        int dots = 0;
        for (const char *c = field->text; *c; c++) dots += ((unsigned char)*c & 0xC0) != 0x80;
        column = value_x(form) + (dots < cells ? dots : cells - 1);
    }
    *y = form->canvas.area.y + row - form->top;
    *x = form->canvas.area.x + column;
    return row >= form->top && row < form->top + form->canvas.area.height;
}

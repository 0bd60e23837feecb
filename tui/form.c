/* The form library edits one line of text very well (wide characters, scrolling in the field); everything else a trader's form
 * needs (choices, secrets, ticks, refusals, scrolling the form) is here, on top of it. */
#include "tui/form.h"

#include <curses.h>
#include <form.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "core/check.h"

enum { KEY_TAB = 9, KEY_ESCAPE = 27, KEY_DELETE_BACK = 127, GAP = 2 };
#define CONTROL(letter) ((letter) & 0x1F)

struct form {
    struct form_state state;
    FIELD *fields[FORM_FIELDS_MAX + 1];
    FORM *library;
    WINDOW *pad;
    struct canvas canvas; /* where the pad is shown */
    int label_cells;
    int top;    /* first row of the pad in sight */
    bool fresh; /* the focus has just come: typing replaces a number */
    char letter[8];
    price_t tick, start;
};

static bool is_text(const struct form_field *field)
{
    return field->spec->type == FORM_TEXT || field->spec->type == FORM_NUMBER || field->spec->type == FORM_PRICE;
}

static bool is_choice(const struct form_field *field)
{
    return field->spec->type == FORM_CHOICE || field->spec->type == FORM_BOOL;
}

struct form *form_new(const struct form_spec *specs, int count)
{
    struct form *form = calloc(1, sizeof *form);
    CHECK(form);
    form_state_start(&form->state, specs, count);
    for (int i = 0; i < count; i++) {
        int cells = text_cells(specs[i].label);
        if (cells > form->label_cells)
            form->label_cells = cells;
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
        if (form->fields[i])
            free_field(form->fields[i]);
        form->fields[i] = NULL;
    }
    if (form->pad)
        delwin(form->pad);
    form->library = NULL;
    form->pad = NULL;
}

void form_free(struct form *form)
{
    if (!form)
        return;
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

const char *form_letter(const struct form *form)
{
    return form->letter;
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
        if (width > widest)
            widest = width;
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
            if (((unsigned char)*c & 0xC0) == 0x80)
                continue;
            memcpy(text + length, dot, strlen(dot));
            length += strlen(dot);
        }
        text[length] = '\0';
    } else if (is_choice(field) && !field->disabled) {
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
static bool take_text(struct form *form)
{
    struct form_field *field = &form->state.fields[form->state.focus];
    if (!form->library || !is_text(field))
        return false;
    form_driver(form->library, REQ_VALIDATION);
    const char *buffer = field_buffer(current(form), 0);
    char text[FORM_TEXT_SIZE];
    size_t length = buffer ? strlen(buffer) : 0;
    if (length >= sizeof text)
        length = sizeof text - 1;
    memcpy(text, buffer ? buffer : "", length);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    text[length] = '\0';
    return form_state_type(&form->state, form->state.focus, text);
}

static void put_text(struct form *form, int index)
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
    if (index == form->state.focus && role == ROLE_FIELD_BAD)
        attributes |= A_BOLD;
    if (field_fore(form->fields[index]) == attributes && field_back(form->fields[index]) == attributes)
        return;
    set_field_fore(form->fields[index], attributes);
    set_field_back(form->fields[index], attributes);
}

void form_refresh(struct form *form)
{
    if (!form->library)
        return;
    for (int i = 0; i < form->state.count; i++)
        put_text(form, i);
    form_driver(form->library, REQ_END_FIELD);
}

static FIELD *make_field(const struct form *form, int index, int width)
{
    const struct form_spec *spec = form->state.fields[index].spec;
    int cells = spec->cells, room = width - value_x(form);
    if (cells > room)
        cells = room < 1 ? 1 : room;
    FIELD *field = new_field(1, cells, index, value_x(form), 0, 0);
    CHECK(field);
    field_opts_off(field, O_AUTOSKIP | O_BLANK | O_STATIC | O_WRAP);
    field_opts_on(field, O_PASSOK | O_NULLOK);
    int most = spec->max_length ? spec->max_length : spec->cells;
    set_max_field(field, most < FORM_TEXT_SIZE / 4 ? most : FORM_TEXT_SIZE / 4);
    if (!is_text(&form->state.fields[index]))
        set_max_field(field, 0);
    return field;
}

void form_place(struct form *form, struct canvas canvas)
{
    free_library(form);
    form->canvas = canvas;
    int width = canvas.area.width, rows = form_height(form);
    if (width <= value_x(form) || canvas.area.height < 1)
        return; /* no room at all: nothing is drawn, values stay */
    form->pad = newpad(rows, width);
    CHECK(form->pad);
    for (int i = 0; i < form->state.count; i++)
        form->fields[i] = make_field(form, i, width);
    form->fields[form->state.count] = NULL;
    form->library = new_form(form->fields);
    CHECK(form->library);
    form_opts_off(form->library, O_BS_OVERLOAD | O_NL_OVERLOAD);
    set_form_win(form->library, form->pad);
    set_form_sub(form->library, form->pad);
    for (int i = 0; i < form->state.count; i++) {
        put_role(form, i);
        put_text(form, i);
    }
    CHECK(post_form(form->library) == E_OK);
    set_current_field(form->library, current(form));
    form_driver(form->library, REQ_END_FIELD);
}

/* --- drawing --- */

static void draw_note(const struct form *form, const struct canvas *pad, int index)
{
    const struct form_field *field = &form->state.fields[index];
    int cells, x = value_x(form);
    field_info(form->fields[index], NULL, &cells, NULL, NULL, NULL, NULL);
    x += cells + 1;
    int room = pad->area.width - x;
    if (room < 1)
        return;
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
    if (focus < form->top)
        form->top = focus;
    if (focus >= form->top + height)
        form->top = focus - height + 1;
    int most = form_height(form) - height;
    if (form->top > most)
        form->top = most < 0 ? 0 : most;
}

static void draw_more(const struct form *form)
{
    const struct canvas *canvas = &form->canvas;
    bool ascii = canvas->theme->ascii;
    if (form->top > 0)
        canvas_text(canvas, 0, canvas->area.width - 1, 1, ALIGN_LEFT, ROLE_KEY, ascii ? "^" : "▴");
    if (form->top + canvas->area.height < form_height(form))
        canvas_text(canvas, canvas->area.height - 1, canvas->area.width - 1, 1, ALIGN_LEFT, ROLE_KEY, ascii ? "v" : "▾");
}

void form_draw(struct form *form)
{
    if (!form->library)
        return;
    struct canvas pad = {.window = form->pad, .theme = form->canvas.theme, .area = {0, 0, form_height(form), form->canvas.area.width}};
    for (int i = 0; i < form->state.count; i++) {
        const struct form_field *field = &form->state.fields[i];
        bool focus = i == form->state.focus;
        canvas_fill(&pad, i, 0, value_x(form), ROLE_TEXT);
        canvas_text(&pad, i, 0, 1, ALIGN_LEFT, ROLE_KEY, !focus ? " " : form->canvas.theme->ascii ? ">" : "▸");
        canvas_text(&pad, i, 1, form->label_cells, ALIGN_LEFT, field->disabled ? ROLE_DISABLED : focus ? ROLE_STRONG : ROLE_DIM,
                    field->spec->label);
        put_role(form, i);
        if (!focus || !is_text(field))
            put_text(form, i);
        draw_note(form, &pad, i);
    }
    keep_focus_in_sight(form);
    const struct rect *area = &form->canvas.area;
    int rows = form_height(form) - form->top;
    if (rows > area->height)
        rows = area->height;
    copywin(form->pad, form->canvas.window, form->top, 0, area->y, area->x, area->y + rows - 1, area->x + area->width - 1, FALSE);
    draw_more(form);
}

bool form_cursor(const struct form *form, int *y, int *x)
{
    const struct form_field *field = &form->state.fields[form->state.focus];
    if (!form->library || (!is_text(field) && field->spec->type != FORM_SECRET))
        return false;
    pos_form_cursor(form->library);
    int row, column;
    getyx(form->pad, row, column);
    if (field->spec->type == FORM_SECRET) {
        int cells;
        field_info(current(form), NULL, &cells, NULL, NULL, NULL, NULL);
        int dots = 0;
        for (const char *c = field->text; *c; c++)
            dots += ((unsigned char)*c & 0xC0) != 0x80;
        column = value_x(form) + (dots < cells ? dots : cells - 1);
    }
    *y = form->canvas.area.y + row - form->top;
    *x = form->canvas.area.x + column;
    return row >= form->top && row < form->top + form->canvas.area.height;
}

/* --- keys --- */

static enum form_event focus_moved(struct form *form)
{
    form->fresh = true;
    if (form->library) {
        set_current_field(form->library, current(form));
        form_driver(form->library, REQ_END_FIELD);
    }
    return FORM_NONE;
}

void form_focus(struct form *form, int index)
{
    form_state_focus(&form->state, index);
    focus_moved(form);
}

static enum form_event move_focus(struct form *form, int step)
{
    form_state_move(&form->state, step);
    return focus_moved(form);
}

static enum form_event step_price(struct form *form, int step)
{
    form->fresh = true;
    if (!form_state_nudge(&form->state, form->state.focus, step, form->tick, form->start))
        return FORM_NONE;
    if (form->library) {
        put_text(form, form->state.focus);
        form_driver(form->library, REQ_END_FIELD);
    }
    return FORM_CHANGED;
}

static enum form_event cycle(struct form *form, int step)
{
    if (form->state.fields[form->state.focus].spec->type == FORM_PICK)
        return step < 0 ? FORM_WALK_BACK : FORM_WALK_ON;
    if (!form_state_cycle(&form->state, form->state.focus, step))
        return FORM_NONE;
    if (form->library)
        put_text(form, form->state.focus);
    return FORM_CHANGED;
}

static enum form_event edit_request(struct form *form, int request)
{
    form->fresh = false;
    if (form->library)
        form_driver(form->library, request);
    return take_text(form) ? FORM_CHANGED : FORM_NONE;
}

static enum form_event edit_letter(struct form *form, wchar_t letter)
{
    const struct form_field *field = &form->state.fields[form->state.focus];
    if (!form->library)
        return FORM_NONE;
    if (form->fresh && field->spec->type != FORM_TEXT)
        form_driver(form->library, REQ_CLR_FIELD);
    form->fresh = false;
    form_driver_w(form->library, OK, letter);
    return take_text(form) ? FORM_CHANGED : FORM_NONE;
}

/* The secret's own editing: at the end only, in the state's buffer, which is wiped as it shrinks. */
static enum form_event edit_secret(struct form *form, int key, bool is_function_key)
{
    struct form_field *field = &form->state.fields[form->state.focus];
    size_t length = strlen(field->text);
    size_t most = (size_t)(field->spec->max_length ? field->spec->max_length : field->spec->cells);
    if (key == CONTROL('U') && !is_function_key) {
        explicit_bzero(field->text, sizeof field->text);
    } else if ((is_function_key && key == KEY_BACKSPACE) || (!is_function_key && (key == KEY_DELETE_BACK || key == CONTROL('H')))) {
        while (length > 0 && ((unsigned char)field->text[length - 1] & 0xC0) == 0x80)
            field->text[--length] = '\0';
        if (length > 0)
            field->text[length - 1] = '\0';
    } else if (!is_function_key && iswprint((wint_t)key)) {
        char bytes[8];
        mbstate_t shift = {0};
        size_t more = wcrtomb(bytes, (wchar_t)key, &shift);
        if (more != (size_t)-1 && length + more < sizeof field->text && length + more <= most)
            memcpy(field->text + length, bytes, more);
        explicit_bzero(bytes, sizeof bytes);
    } else {
        return FORM_IGNORED;
    }
    field->touched = true;
    if (form->library)
        put_text(form, form->state.focus);
    return FORM_CHANGED;
}

static enum form_event open_pick(struct form *form, int key)
{
    mbstate_t shift = {0};
    memset(form->letter, 0, sizeof form->letter);
    if (key != ' ' && wcrtomb(form->letter, (wchar_t)key, &shift) == (size_t)-1)
        form->letter[0] = '\0';
    return FORM_OPEN_PICK;
}

static enum form_event function_key(struct form *form, int key)
{
    const struct form_field *field = &form->state.fields[form->state.focus];
    bool price = field->spec->type == FORM_PRICE, text = is_text(field);
    switch (key) {
    case KEY_UP:
        return price ? step_price(form, 1) : move_focus(form, -1);
    case KEY_DOWN:
        return price ? step_price(form, -1) : move_focus(form, 1);
    case KEY_BTAB:
        return move_focus(form, -1);
    case KEY_ENTER:
        return FORM_SUBMIT;
    case KEY_LEFT:
        return text ? edit_request(form, REQ_PREV_CHAR) : cycle(form, -1);
    case KEY_RIGHT:
        return text ? edit_request(form, REQ_NEXT_CHAR) : cycle(form, 1);
    case KEY_HOME:
        return text ? edit_request(form, REQ_BEG_FIELD) : FORM_NONE;
    case KEY_END:
        return text ? edit_request(form, REQ_END_FIELD) : FORM_NONE;
    case KEY_BACKSPACE:
        return text ? edit_request(form, REQ_DEL_PREV) : FORM_NONE;
    case KEY_DC:
        return text ? edit_request(form, REQ_DEL_CHAR) : FORM_NONE;
    default:
        return FORM_IGNORED;
    }
}

static enum form_event letter_key(struct form *form, int key)
{
    const struct form_field *field = &form->state.fields[form->state.focus];
    bool text = is_text(field);
    switch (key) {
    case KEY_ESCAPE:
        return FORM_BACK;
    case KEY_TAB:
        return move_focus(form, 1);
    case '\r':
    case '\n':
        return FORM_SUBMIT;
    case CONTROL('H'):
    case KEY_DELETE_BACK:
        return text ? edit_request(form, REQ_DEL_PREV) : FORM_NONE;
    case CONTROL('U'):
        return text ? edit_request(form, REQ_CLR_FIELD) : FORM_NONE;
    case CONTROL('A'):
        return text ? edit_request(form, REQ_BEG_FIELD) : FORM_NONE;
    case CONTROL('E'):
        return text ? edit_request(form, REQ_END_FIELD) : FORM_NONE;
    default:
        break;
    }
    if (!iswprint((wint_t)key))
        return FORM_IGNORED;
    if (text)
        return edit_letter(form, (wchar_t)key);
    if (field->spec->type == FORM_PICK)
        return open_pick(form, key);
    return key == ' ' ? cycle(form, 1) : FORM_NONE;
}

enum form_event form_key(struct form *form, int key, bool is_function_key)
{
    if (form->state.fields[form->state.focus].spec->type == FORM_SECRET) {
        enum form_event event = edit_secret(form, key, is_function_key);
        if (event != FORM_IGNORED)
            return event;
    }
    return is_function_key ? function_key(form, key) : letter_key(form, key);
}

enum form_event form_mouse(struct form *form, int y, int x)
{
    int index = y - form->canvas.area.y + form->top;
    if (x < form->canvas.area.x || x >= form->canvas.area.x + form->canvas.area.width || y < form->canvas.area.y ||
        y >= form->canvas.area.y + form->canvas.area.height || index >= form->state.count || form->state.fields[index].disabled)
        return FORM_IGNORED;
    bool already = index == form->state.focus;
    form_state_focus(&form->state, index);
    focus_moved(form);
    const struct form_field *field = &form->state.fields[index];
    if (already && is_choice(field))
        return cycle(form, 1);
    return already && field->spec->type == FORM_PICK ? open_pick(form, ' ') : FORM_NONE;
}

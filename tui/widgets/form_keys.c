/* What each key does to the focused field: text goes to the form library, choices, secrets and ticks are done here. */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "tui/widgets/form_impl.h"

enum { KEY_TAB = 9, KEY_ESCAPE = 27, KEY_DELETE_BACK = 127 };
#define CONTROL(letter) ((letter)&0x1F)

/* Give the field with the state's focus to the library, ready to be replaced by typing. */
static enum form_event focus_moved(struct form *form)
{
    form->fresh = true;
    if (form->library) {
        set_current_field(form->library, form->fields[form->state.focus]);
        form_cursor_to_end(form);
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
    if (!form_state_nudge(&form->state, form->state.focus, step, form->tick, form->start)) return FORM_NONE;
    if (form->library) {
        form_put_text(form, form->state.focus);
        form_cursor_to_end(form);
    }
    return FORM_CHANGED;
}

static enum form_event cycle(struct form *form, int step)
{
    if (form->state.fields[form->state.focus].spec->type == FORM_PICK) return step < 0 ? FORM_WALK_BACK : FORM_WALK_ON;
    if (!form_state_cycle(&form->state, form->state.focus, step)) return FORM_NONE;
    if (form->library) form_put_text(form, form->state.focus);
    return FORM_CHANGED;
}

static enum form_event edit_request(struct form *form, int request)
{
    form->fresh = false;
    if (form->library && request == REQ_END_FIELD)
        form_cursor_to_end(form);
    else if (form->library)
        form_driver(form->library, request);
    return form_take_text(form) ? FORM_CHANGED : FORM_NONE;
}

static enum form_event edit_letter(struct form *form, wchar_t letter)
{
    const struct form_field *field = &form->state.fields[form->state.focus];
    if (!form->library) return FORM_NONE;
    if (form->fresh && field->spec->type != FORM_TEXT) form_driver(form->library, REQ_CLR_FIELD);
    form->fresh = false;
    form_driver_w(form->library, OK, letter);
    return form_take_text(form) ? FORM_CHANGED : FORM_NONE;
}

/* The secret's own editing: at the end only, in the state's buffer, which is wiped as it shrinks. */
static enum form_event edit_secret(struct form *form, int key, bool is_function_key)
{
    struct form_field *field = &form->state.fields[form->state.focus];
    size_t length = strlen(field->text);
    size_t most = (size_t)(field->spec->max_length ? field->spec->max_length : field->spec->cells);
    if (key == CONTROL('U') && !is_function_key) {
        explicit_bzero(field->text, sizeof field->text);
    } else if ((is_function_key && key == KEY_BACKSPACE) ||
               (!is_function_key && (key == KEY_DELETE_BACK || key == CONTROL('H')))) {
        while (length > 0 && ((unsigned char)field->text[length - 1] & 0xC0) == 0x80) field->text[--length] = '\0';
        if (length > 0) field->text[length - 1] = '\0';
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
    if (form->library) form_put_text(form, form->state.focus);
    return FORM_CHANGED;
}

static enum form_event open_pick(struct form *form, int key)
{
    mbstate_t shift = {0};
    memset(form->letter, 0, sizeof form->letter);
    if (key != ' ' && wcrtomb(form->letter, (wchar_t)key, &shift) == (size_t)-1) form->letter[0] = '\0';
    return FORM_OPEN_PICK;
}

static enum form_event function_key(struct form *form, int key)
{
    const struct form_field *field = &form->state.fields[form->state.focus];
    bool price = field->spec->type == FORM_PRICE, text = form_is_text(field);
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

/* On a choice: the first letter of a word takes it; a figure is meant for the number that comes next. */
static enum form_event choose_letter(struct form *form, int key)
{
    const struct form_field *field = &form->state.fields[form->state.focus];
    if (key >= '0' && key <= '9') {
        int next = form_state_next_number(&form->state);
        if (next < 0) return FORM_NONE;
        form_focus(form, next);
        return edit_letter(form, (wchar_t)key);
    }
    int count = 0;
    while (field->choices[count]) count++;
    for (int step = 1; step < count; step++) { /* two words with one letter take turns */
        const char *word = field->choices[(field->choice + step) % count];
        if (towlower((wint_t)key) == towlower((wint_t)(unsigned char)word[0])) return cycle(form, step);
    }
    return FORM_NONE;
}

static enum form_event letter_key(struct form *form, int key)
{
    const struct form_field *field = &form->state.fields[form->state.focus];
    bool text = form_is_text(field);
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
    if (!iswprint((wint_t)key)) return FORM_IGNORED;
    if (text) return edit_letter(form, (wchar_t)key);
    if (field->spec->type == FORM_PICK) return open_pick(form, key);
    return key == ' ' ? cycle(form, 1) : choose_letter(form, key);
}

enum form_event form_key(struct form *form, int key, bool is_function_key)
{
    if (form->state.fields[form->state.focus].spec->type == FORM_SECRET) {
        enum form_event event = edit_secret(form, key, is_function_key);
        if (event != FORM_IGNORED) return event;
    }
    return is_function_key ? function_key(form, key) : letter_key(form, key);
}

enum form_event form_mouse(struct form *form, int y, int x)
{
    int index = y - form->canvas.area.y + form->top;
    if (x < form->canvas.area.x || x >= form->canvas.area.x + form->canvas.area.width || y < form->canvas.area.y ||
        y >= form->canvas.area.y + form->canvas.area.height || index >= form->state.count ||
        form->state.fields[index].disabled)
        return FORM_IGNORED;
    bool already = index == form->state.focus;
    form_state_focus(&form->state, index);
    focus_moved(form);
    const struct form_field *field = &form->state.fields[index];
    if (already && form_is_choice(field)) return cycle(form, 1);
    return already && field->spec->type == FORM_PICK ? open_pick(form, ' ') : FORM_NONE;
}

const char *form_letter(const struct form *form)
{
    return form->letter;
}

/*
 * form: the one form widget, on ncurses' form library. Labels, values, focus and refusals of a form_state on the
 * screen.
 *
 * Keys: Tab / Shift-Tab and Up / Down move (Up and Down step a price), Left / Right / Space cycle a choice or move in a
 * text, Home / End, Backspace, Delete, Ctrl-U clears, Enter submits from any field, Esc backs out. The first character
 * typed into a number or a price that has just got the focus replaces it. A field that is too narrow for its text
 * scrolls inside.
 *
 * Drawn on a pad as tall as the form and copied to the window, scrolled so that the focus is in sight: a form works on
 * any screen that has one line for it. It is laid out anew when its place changes; values, focus and the cursor stay.
 *
 * A secret never enters the form library: it is kept in the form_state alone, shown as dots, and wiped.
 *
 * Owner: form_new .. form_free. Thread: the screen's.
 */
#ifndef TUI_WIDGETS_FORM_H
#define TUI_WIDGETS_FORM_H

#include "tui/widgets/canvas.h"
#include "tui/widgets/form_state.h"

struct form;

enum form_event {
    FORM_IGNORED, /* not a form's key */
    FORM_NONE,    /* taken, no value changed (the focus may have) */
    FORM_CHANGED, /* a value changed: validate */
    FORM_SUBMIT,
    FORM_BACK,      /* Esc */
    FORM_OPEN_PICK, /* open the list of the focused field; form_letter says what was typed */
    FORM_WALK_BACK, /* Left / Right on a pick: the one before / after */
    FORM_WALK_ON,
};

struct form *form_new(const struct form_spec *specs, int count);
void form_free(struct form *form);

struct form_state *form_values(struct form *form);
const struct form_state *form_values_const(const struct form *form);

/* What Up and Down do on price fields: the tick, and where an empty field starts. */
void form_set_tick(struct form *form, price_t tick, price_t start);

/* Narrowest width that shows labels, values and units, without room for refusals. */
int form_width(const struct form *form);
int form_height(const struct form *form);

/* Where to draw from now on; again after each resize. */
void form_place(struct form *form, struct canvas canvas);
void form_draw(struct form *form);
enum form_event form_key(struct form *form, int key, bool is_function_key);
/* y, x in the canvas's window. A click focuses a field; on a choice it cycles, on a pick it opens. */
enum form_event form_mouse(struct form *form, int y, int x);
/* After form_state_put of the focused field: show it. */
void form_refresh(struct form *form);
/* Give the focus to a field. */
void form_focus(struct form *form, int index);
/* The letter that opened a pick, "" for Space. */
const char *form_letter(const struct form *form);
/* Where the terminal's cursor belongs, in the canvas's window. */
bool form_cursor(const struct form *form, int *y, int *x);

#endif

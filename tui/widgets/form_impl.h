/*
 * form_impl: what the two halves of the form widget share: tui/widgets/form.c lays out and draws, tui/widgets/form_keys.c edits.
 *
 * Private to those two. Owner and thread: as tui/widgets/form.h.
 */
#ifndef TUI_WIDGETS_FORM_IMPL_H
#define TUI_WIDGETS_FORM_IMPL_H

#include <curses.h>
#include <form.h>

#include "tui/widgets/form.h"

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

static inline bool form_is_text(const struct form_field *field)
{
    return field->spec->type == FORM_TEXT || field->spec->type == FORM_NUMBER || field->spec->type == FORM_PRICE;
}

static inline bool form_is_choice(const struct form_field *field)
{
    return field->spec->type == FORM_CHOICE || field->spec->type == FORM_BOOL;
}

/* The text of the focused field from the library into the state: did it change? */
bool form_take_text(struct form *form);
/* The library's cursor behind the last character of the focused field. */
void form_cursor_to_end(struct form *form);
/* What the state holds into the library's field. */
void form_put_text(struct form *form, int index);

#endif

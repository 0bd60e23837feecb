/*
 * form_state: what a form holds: typed values, choices, focus, and a refusal in words for each field. Pure: no curses.
 *
 * A field's text is exactly what was typed; it changes only through the calls below, never by itself, and survives
 * drawing, resizing, refusals and replies. A disabled field stays visible and says why; the focus skips it.
 *
 * A refusal is shown at once for a field that was touched; one that was never touched is only asked for ("required")
 * until the trader tries to send.
 *
 * Not here: what the values mean. The owner reads them with form_state_number and the like, each of which refuses the
 * field in words when the text is not that.
 *
 * Unit: a price or money field is read into price_t and money_t. Owner: the caller. Secrets are wiped by
 * form_state_wipe.
 * Thread: the screen's.
 */
#ifndef TUI_WIDGETS_FORM_STATE_H
#define TUI_WIDGETS_FORM_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/price.h"

#define FORM_FIELDS_MAX   20
#define FORM_TEXT_SIZE    192 /* bytes, with the NUL */
#define FORM_REFUSAL_SIZE 160

enum form_type {
    FORM_TEXT = 1,
    FORM_SECRET, /* dots; wiped after use */
    FORM_NUMBER, /* a whole number */
    FORM_PRICE,  /* points; Up and Down step it by a tick */
    FORM_CHOICE, /* one of a few words: Space, Left, Right */
    FORM_BOOL,   /* yes / no: the same */
    FORM_PICK,   /* one of many: Space or a letter opens a list, Left and Right walk it */
};

struct form_spec {
    const char *name;  /* "trigger_price": what refusals name; unique in the form */
    const char *label; /* "Trigger" */
    enum form_type type;
    int cells;                  /* width of the value on the screen */
    int max_length;             /* characters that may be typed; 0 = as wide as cells */
    const char *const *choices; /* CHOICE: NULL-ended words */
    const char *unit;           /* after the value: "points"; NULL = none */
    const char *hint;           /* one line while the field has the focus */
    bool optional;              /* empty is fine */
};

struct form_field {
    const struct form_spec *spec;
    char text[FORM_TEXT_SIZE];
    const char *const *choices; /* in force: the spec's, or what form_state_choices set */
    int choice;                 /* CHOICE, BOOL: index */
    bool touched;               /* by the trader */
    const char *disabled;       /* why it does not apply; NULL = it does */
    char refusal[FORM_REFUSAL_SIZE];
};

struct form_state {
    struct form_field fields[FORM_FIELDS_MAX];
    int count;
    int focus;
    bool submitted; /* the trader tried to send: every refusal shows */
};

void form_state_start(struct form_state *state, const struct form_spec *specs, int count);
void form_state_wipe(struct form_state *state); /* the secrets */

/* CHECKs that the name is a field's. */
int form_state_index(const struct form_state *state, const char *name);
const char *form_state_text(const struct form_state *state, const char *name);
int form_state_choice(const struct form_state *state, const char *name);
bool form_state_yes(const struct form_state *state, const char *name);

/* Set by the program: a default, a loaded value. Not touched by it. */
void form_state_put(struct form_state *state, const char *name, const char *text);
void form_state_put_choice(struct form_state *state, const char *name, int choice);
/* Other words to choose from (NULL-ended); the same word stays chosen when it is still there, else the first. */
void form_state_choices(struct form_state *state, const char *name, const char *const *choices);
void form_state_disable(struct form_state *state, const char *name, const char *why); /* NULL enables */

/* By the trader's keys. False when nothing changed. */
bool form_state_type(struct form_state *state, int index, const char *text);
bool form_state_cycle(struct form_state *state, int index, int step);
bool form_state_move(struct form_state *state, int step); /* the next enabled field, around the end */
bool form_state_focus(struct form_state *state, int index);
int form_state_next_number(const struct form_state *state); /* below the focus: an enabled NUMBER or PRICE; -1 = none */
/* One tick up or down, onto the tick grid; an empty or unreadable text starts at `start` (0: nothing happens). */
bool form_state_nudge(struct form_state *state, int index, int step, price_t tick, price_t start);

/* Refusals. The first one of a field stays. "name: " or the label in front of the words is left out: they stand beside
 * it. */
void form_state_accept_all(struct form_state *state);
void form_state_refuse(struct form_state *state, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int form_state_first_bad(const struct form_state *state); /* -1 = none */
/* What to show beside a field now: NULL, or the refusal (of an untouched one only after a try). */
const char *form_state_shown(const struct form_state *state, int index);

/* Values. False: the field has been refused in words, *out is untouched. Disabled fields are never refused: *out gets
 * 0. */
bool form_state_number(struct form_state *state, const char *name, int64_t low, int64_t high, int64_t *out);
bool form_state_price(struct form_state *state, const char *name, price_t *out);
/* Whole NT$ ("250,000" or "250000") as money. */
bool form_state_money(struct form_state *state, const char *name, int64_t low, int64_t high, money_t *out);

#endif

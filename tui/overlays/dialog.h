/*
 * dialog: an overlay around one form: frame, form, a picture of figures beside or below it, words, keys.
 *
 * It asks its owner to check the values on each change and each frame (prices move under the figures, never under what
 * was typed), refuses to send while a field is refused and goes to that field, and waits for the reply of what was sent
 * without ever blocking. While it waits nothing can be typed; a refusal is shown in its own words and every typed value
 * stays.
 *
 * Unit: asked_us process time. Owner: a form is a struct that starts with a struct dialog; it fills `ops` and calls
 * dialog_open, which owns it from there.
 * Thread: the screen's.
 */
#ifndef TUI_OVERLAYS_DIALOG_H
#define TUI_OVERLAYS_DIALOG_H

#include "tui/app.h"
#include "tui/widgets/form.h"
#include "tui/widgets/lines.h"

struct dialog;

struct dialog_ops {
    const char *name;
    const char *title;
    const char *enter; /* what Enter does: "arm it" */
    const struct form_spec *specs;
    int spec_count;
    int side_width, side_height; /* of the picture, at least; 0 = none */
    int side_growth;             /* rows more that it makes good use of */
    bool sends_orders;           /* the frame says SIMULATION or LIVE */
    /* Refuse, enable and disable fields; compute figures. */
    void (*check)(struct dialog *dialog, struct app *app);
    void (*side)(const struct dialog *dialog, const struct app *app, const struct canvas *canvas);
    /* One line for where the picture has no room. */
    void (*brief)(const struct dialog *dialog, const struct app *app, char *text, size_t size);
    /* Nothing is refused: send (dialog_send) or ask. */
    void (*submit)(struct dialog *dialog, struct app *app);
    /* NULL: pop when the answer is ok, else show its words. */
    enum overlay_result (*replied)(struct dialog *dialog, struct app *app, const struct reply *reply);
    /* A pick field: step 0 opens the list with `filter` typed, -1 / +1 walks. */
    void (*pick)(struct dialog *dialog, struct app *app, int step, const char *filter);
    /* Free what the form owns besides the dialog; NULL = nothing. */
    void (*close)(struct dialog *dialog);
};

struct dialog {
    struct overlay overlay; /* first */
    const struct dialog_ops *ops;
    struct form *form;
    char title[96];   /* shown; ops->title at first */
    bool tried;       /* the last key was a try to send that was refused here */
    uint64_t request; /* waiting for its reply; 0 = not waiting */
    enum component asked;
    int64_t asked_us;
    char answer[TEXT_SIZE]; /* the last answer, until the next change */
    enum role answer_role;
    struct rect form_area, side_area, words_area; /* inside the frame */
    bool has_side;
};

/* Puts ops and form in place; the caller then sets first values and calls dialog_open. */
void dialog_start(struct dialog *dialog, const struct dialog_ops *ops);
void dialog_open(struct app *app, struct dialog *dialog);
struct form_state *dialog_values(struct dialog *dialog);

/* Every refusal that shows, whole, one under the other; returns the rows used. */
int dialog_refusals(const struct dialog *dialog, const struct canvas *canvas, int y);

/* Send and wait for the reply; false (with the words shown) when it could not be sent. */
bool dialog_send(struct dialog *dialog, struct app *app, enum component to, struct msg *msg);
void dialog_say(struct dialog *dialog, enum role role, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif

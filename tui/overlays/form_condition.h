/*
 * form_condition: the condition's form, between its two files: form_condition.c reads, checks and sends what is typed;
 * form_condition_side.c draws beside it what that means. Nobody else needs it (tui/overlays/overlay.h: overlay_condition).
 *
 * Owner: the dialog (tui/overlays/dialog.h). Prices and money in their own units (core/price.h). Thread: the screen's.
 */
#ifndef TUI_OVERLAYS_FORM_CONDITION_H
#define TUI_OVERLAYS_FORM_CONDITION_H

#include "core/preview.h"
#include "tui/overlays/dialog.h"

enum { CONDITION_SIDE_WIDTH = 30, CONDITION_SIDE_HEIGHT = 16 };

struct condition_form {
    struct dialog dialog;         /* first */
    int64_t condition_id;         /* 0 = new */
    uint64_t key;                 /* of the new one: sending again after a lost answer makes no second */
    struct condition_terms terms; /* what was typed, as far as it could be read */
    bool readable;                /* numbers and prices are all there: the preview means something */
    bool has_contract;
    struct contract contract;
    price_t last;
    struct condition_preview preview;
};

/* dialog_ops.side: levels, risk and reward; before there is a trigger, the market. */
void condition_form_side(const struct dialog *dialog, const struct app *app, const struct canvas *canvas);
/* dialog_ops.brief: the same in one line, where there is no room beside. */
void condition_form_brief(const struct dialog *dialog, const struct app *app, char *text, size_t size);

#endif

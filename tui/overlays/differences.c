/* Positions that differ from the venue's, line by line: ours, the venue's, and what is proposed. Each is accepted by
 * itself, and asks first; until none is left RESUME is refused by the guard. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/actions.h"
#include "tui/overlays/overlay.h"
#include "tui/widgets/pick.h"
#include "tui/overlays/request.h"

#define CONFIRM_KEY 'y'

enum { SYMBOL_CELLS = 12, LOTS_CELLS = 10, PROPOSED_CELLS = 30 };

static int difference_count(void *context, const struct app *app)
{
    (void)context;
    return (int)app->model->difference_count;
}

static const char *difference_key(void *context, const struct app *app, int index)
{
    (void)context;
    return app->model->differences[index].symbol;
}

static void difference_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    (void)context;
    const struct difference *d = index < 0 ? NULL : &app->model->differences[index];
    enum role role = d ? ROLE_TEXT : ROLE_DIM;
    char lots[16], text[48] = "Proposed";
    int x = SYMBOL_CELLS;
    canvas_text(line, 0, 0, x - 1, ALIGN_LEFT, d ? ROLE_STRONG : ROLE_DIM, d ? d->symbol : "Symbol");
    snprintf(lots, sizeof lots, "%+d", d ? d->here : 0);
    canvas_number(line, 0, x, LOTS_CELLS - 2, role, d ? lots : "Ours");
    snprintf(lots, sizeof lots, "%+d", d ? d->there : 0);
    canvas_number(line, 0, x + LOTS_CELLS, LOTS_CELLS - 2, role, d ? lots : "Venue");
    if (d) snprintf(text, sizeof text, "count %+d as filled", d->there - d->here);
    x += 2 * LOTS_CELLS;
    canvas_text(line, 0, x, line->area.width - x, ALIGN_LEFT, role, text);
}

static void accept_difference(struct app *app, void *context)
{
    const struct difference *seen = context;
    struct msg msg;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = CONTROL_ACCEPT;
    msg.control.number = seen->there;
    (void)text_copy(msg.control.text, sizeof msg.control.text, seen->symbol);
    (void)text_copy(msg.control.actor, sizeof msg.control.actor, request_actor(app));
    app_send(app, COMPONENT_GATEWAY, &msg, NULL);
}

static enum overlay_result difference_choose(void *context, struct app *app, int index)
{
    (void)context;
    char question[256];
    struct difference *seen = malloc(sizeof *seen);
    CHECK(seen);
    *seen = app->model->differences[index];
    snprintf(question, sizeof question,
             "The venue holds %+d lots of %s, our books hold %+d. Take the venue's word: count %+d lots at the last "
             "price, as a fill of yours that cost nothing?",
             seen->there, seen->symbol, seen->here, seen->there - seen->here);
    overlay_confirm(app, "Accept a difference", question, CONFIRM_KEY, accept_difference, seen);
    return OVERLAY_KEEP;
}

static bool difference_words(void *context, const struct app *app, int index, enum role *role, char *text, size_t size)
{
    (void)context;
    (void)index;
    *role = app->model->difference_count ? ROLE_WARNING : ROLE_OK;
    snprintf(text, size,
             app->model->difference_count ? "exits go on; entries wait: accept each, then resume with K"
                                          : "all positions agree; resume with K");
    return true;
}

static const struct pick_ops ops = {
    .title = "Positions that differ from the venue's",
    .enter = "accept",
    .empty = "none: all positions agree",
    .width = SYMBOL_CELLS + 2 * LOTS_CELLS + PROPOSED_CELLS,
    .count = difference_count,
    .key = difference_key,
    .draw = difference_draw,
    .choose = difference_choose,
    .words = difference_words,
};

void trade_differences(struct app *app, const char *argument)
{
    (void)argument;
    pick_open(app, &ops, NULL, "", NULL);
}

bool trade_may_accept(const struct app *app, const char **why)
{
    if (!trade_may_send(app, why)) return false;
    if (app->model->difference_count) return true;
    *why = "all positions agree with the venue's";
    return false;
}

/* What differs from the venue's books, line by line: ours, the venue's, and what is proposed. Each is accepted by itself,
 * and asks first; until no position and no missing order is left RESUME is refused by the guard. */
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

enum { NAME_CELLS = 22, SIDE_CELLS = 11, PROPOSED_CELLS = 30, NARROW = 60 };

/* Of an order: what each side says, what accepting does, and the question. */
static const struct {
    const char *ours, *venue, *proposed, *question;
} orders[] = {
    [DIFFERENCE_MISSING] = {"works", "not known", "end it here: CANCELLED",
                            "works by our books, and the venue does not know it. End it here as CANCELLED? If it fills "
                            "there after all, its fills are counted."},
    [DIFFERENCE_UNKNOWN] = {"UNKNOWN", "no answer", "end it here: CANCELLED",
                            "is of unknown outcome; the venue is still being asked. End it here as CANCELLED? Ask the "
                            "broker first: if it fills there after all, its fills are counted."},
    [DIFFERENCE_ELSEWHERE] = {"not ours", "works", "leave it, note it",
                              "was made elsewhere: it counts in risk and is never touched. Take it off this list?"},
};

static int difference_count(void *context, const struct app *app)
{
    (void)context;
    return (int)app->model->difference_count;
}

static const char *difference_key(void *context, const struct app *app, int index)
{
    (void)context;
    const struct difference *d = &app->model->differences[index];
    return d->client_order_id[0] ? d->client_order_id : d->symbol;
}

static void difference_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    (void)context;
    const struct difference *d = index < 0 ? NULL : &app->model->differences[index];
    const bool order = d && d->client_order_id[0];
    const int width = line->area.width, side = width < NARROW ? SIDE_CELLS - 1 : SIDE_CELLS;
    int x = width < NARROW ? width - 2 * side : NAME_CELLS;
    enum role role = d ? ROLE_TEXT : ROLE_DIM;
    char ours[16] = "Ours", venue[16] = "Venue", text[48] = "Proposed";
    if (d && !order) {
        snprintf(ours, sizeof ours, "%+d", d->here);
        snprintf(venue, sizeof venue, "%+d", d->there);
        snprintf(text, sizeof text, "count %+d as filled", d->there - d->here);
    } else if (d) {
        (void)text_copy(ours, sizeof ours, orders[d->kind].ours);
        (void)text_copy(venue, sizeof venue, orders[d->kind].venue);
        (void)text_copy(text, sizeof text, orders[d->kind].proposed);
    }
    canvas_text(line, 0, 0, x - 1, ALIGN_LEFT, d ? ROLE_STRONG : ROLE_DIM,
                d ? difference_key(NULL, app, index) : "Symbol, order");
    canvas_text(line, 0, x, side - 1, ALIGN_RIGHT, role, ours);
    canvas_text(line, 0, x + side, side - 1, ALIGN_RIGHT, role, venue);
    x += 2 * side + 1;
    if (x < width) canvas_text(line, 0, x, width - x, ALIGN_LEFT, role, text);
}

static void accept_difference(struct app *app, void *context)
{
    const struct difference *seen = context;
    struct msg msg;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = CONTROL_ACCEPT;
    const bool order = seen->client_order_id[0] != '\0';
    msg.control.number = order ? (int64_t)seen->kind : seen->there;
    (void)text_copy(msg.control.text, sizeof msg.control.text, order ? seen->client_order_id : seen->symbol);
    (void)text_copy(msg.control.actor, sizeof msg.control.actor, request_actor(app));
    app_send(app, COMPONENT_GATEWAY, &msg, NULL);
}

static enum overlay_result difference_choose(void *context, struct app *app, int index)
{
    (void)context;
    char question[320];
    struct difference *seen = malloc(sizeof *seen);
    CHECK(seen);
    *seen = app->model->differences[index];
    if (seen->client_order_id[0])
        snprintf(question, sizeof question, "Order %s on %s %s", seen->client_order_id, seen->symbol,
                 orders[seen->kind].question);
    else
        snprintf(
            question, sizeof question,
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
    const int halting = model_halting(app->model);
    *role = halting ? ROLE_WARNING : ROLE_OK;
    snprintf(text, size, "%s",
             halting                        ? "exits go on; entries wait: accept each, then resume with K"
             : app->model->difference_count ? "none of these halts trading; an UNKNOWN order blocks its symbol"
                                            : "all books agree; resume with K");
    return true;
}

static const struct pick_ops ops = {
    .title = "Differences from the venue's books",
    .enter = "accept",
    .empty = "none: all books agree",
    .width = NAME_CELLS + 2 * SIDE_CELLS + 1 + PROPOSED_CELLS,
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
    *why = "all books agree with the venue's";
    return false;
}

/* What differs from the venue's books, line by line: ours, the venue's, and what is proposed. Each is accepted by itself,
 * and asks first; until no position and no missing order is left RESUME is refused by the guard. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/difference_text.h"
#include "tui/overlays/overlay.h"
#include "tui/widgets/pick.h"
#include "tui/overlays/request.h"

#define CONFIRM_KEY 'y'

enum { NAME_CELLS = 22, SIDE_CELLS = 11, PROPOSED_CELLS = 30, NARROW = 60 };

/* Of an order: what is asked before. */
static const char *const questions[] = {
    [DIFFERENCE_MISSING] = "works by our books, and the venue does not know it. End it here as CANCELLED? If it fills "
                           "there after all, its fills are counted.",
    [DIFFERENCE_UNKNOWN] =
        "is of unknown outcome. Ask the venue once more and adopt its word; if it has none, end it here "
        "as CANCELLED? Ask the broker first.",
    [DIFFERENCE_BEHIND] =
        "works here; at the venue it has filled more, or ended, and no report says so. Take the venue's "
        "word: count what it filled, and end it here if it ended there?",
    [DIFFERENCE_ALIVE] =
        "ended by our books, and works at the venue: it may still fill there. Cancel it at the venue? What "
        "it fills before that is counted.",
    [DIFFERENCE_ELSEWHERE] = "was made elsewhere: it counts in risk and is never touched. Take it off this list?",
};

static int difference_count(void *context, const struct app *app)
{
    (void)context;
    return (int)app->model->difference_count;
}

static const char *difference_key(void *context, const struct app *app, int index)
{
    (void)context;
    return difference_name(&app->model->differences[index]);
}

static void difference_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    static const struct difference_text head = {.ours = "Ours", .venue = "Venue", .proposed = "Proposed"};
    (void)context;
    const struct difference *d = index < 0 ? NULL : &app->model->differences[index];
    const struct difference_text text = d ? difference_text(d) : head;
    const int width = line->area.width, side = width < NARROW ? SIDE_CELLS - 1 : SIDE_CELLS;
    int x = width < NARROW ? width - 2 * side : NAME_CELLS;
    const enum role role = d ? ROLE_TEXT : ROLE_DIM;
    canvas_text(line, 0, 0, x - 1, ALIGN_LEFT, d ? ROLE_STRONG : ROLE_DIM, d ? difference_name(d) : "Symbol, order");
    canvas_text(line, 0, x, side - 1, ALIGN_RIGHT, role, text.ours);
    canvas_text(line, 0, x + side, side - 1, ALIGN_RIGHT, role, text.venue);
    x += 2 * side + 1;
    if (x < width) canvas_text(line, 0, x, width - x, ALIGN_LEFT, role, text.proposed);
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
                 questions[seen->kind]);
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

void overlay_differences(struct app *app)
{
    pick_open(app, &ops, NULL, "", NULL);
}

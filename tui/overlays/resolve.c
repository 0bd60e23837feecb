/* An order of unknown outcome: the three ways in which the trader may decide it. Each says what it does, is confirmed by
 * a key of its own, and is recorded by the gateway with who and when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/format.h"
#include "tui/overlays/overlay.h"
#include "tui/overlays/request.h"
#include "tui/widgets/pick.h"

enum { WIDTH = 64 };

struct way {
    const char *name;
    const char *words;
    const char *question;
    char key; /* that confirms it */
    enum order_state number;
};

static const struct way ways[] = {
    {"It never got there", "ends as EXPIRED; a later fill is counted, with an alarm",
     "Declare that it never reached the venue and will not trade? Ask the broker first.", 'n', ORDER_EXPIRED},
    {"It ended there", "ends as CANCELLED; a later fill is counted, with an alarm",
     "Declare that the venue refused or cancelled it, and that it will not trade any more? Ask the broker first.", 'c',
     ORDER_CANCELLED},
    {"It works or was filled", "the venue is asked again; what it says is adopted",
     "It may work or be filled: ask the venue again, on a new session, and adopt what it says?", 'a', ORDER_UNKNOWN},
};
#define WAYS ((int)(sizeof ways / sizeof ways[0]))

struct decision {
    char id[CLIENT_ORDER_ID_SIZE];
    const struct way *way;
};

static void decide(struct app *app, void *context)
{
    const struct decision *decision = context;
    struct msg msg;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = CONTROL_RESOLVE;
    msg.control.number = decision->way->number;
    (void)text_copy(msg.control.text, sizeof msg.control.text, decision->id);
    (void)text_copy(msg.control.actor, sizeof msg.control.actor, request_actor(app));
    app_send(app, COMPONENT_GATEWAY, &msg, NULL);
}

static int way_count(void *context, const struct app *app)
{
    (void)context;
    (void)app;
    return WAYS;
}

static const char *way_key(void *context, const struct app *app, int index)
{
    (void)context;
    (void)app;
    return ways[index].name;
}

static void way_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    (void)context;
    (void)app;
    canvas_text(line, 0, 0, line->area.width, ALIGN_LEFT, index < 0 ? ROLE_DIM : ROLE_STRONG,
                index < 0 ? "The broker says:" : ways[index].name);
}

static bool way_words(void *context, const struct app *app, int index, enum role *role, char *text, size_t size)
{
    (void)context;
    (void)app;
    *role = ROLE_WARNING;
    snprintf(text, size, "%s", index < 0 ? "" : ways[index].words);
    return true;
}

static enum overlay_result way_choose(void *context, struct app *app, int index)
{
    const struct order *order = model_order(app->model, context);
    char words[FORMAT_ORDER_SIZE], question[384];
    if (!order) return OVERLAY_DONE;
    struct decision *decision = calloc(1, sizeof *decision);
    CHECK(decision);
    (void)text_copy(decision->id, sizeof decision->id, context);
    decision->way = &ways[index];
    snprintf(question, sizeof question, "%s. %s", format_order(order, words), ways[index].question);
    overlay_confirm(app, ways[index].name, question, ways[index].key, decide, decision);
    return OVERLAY_KEEP;
}

/* Once its outcome is known there is nothing left to decide. */
static enum overlay_result way_message(void *context, struct app *app, const struct msg *msg)
{
    (void)msg;
    const struct order *order = model_order(app->model, context);
    return order && order->state == ORDER_UNKNOWN ? OVERLAY_KEEP : OVERLAY_DONE;
}

static const struct pick_ops ops = {
    .title = "UNKNOWN: decide",
    .enter = "choose (asks)",
    .empty = "",
    .width = WIDTH,
    .count = way_count,
    .key = way_key,
    .draw = way_draw,
    .choose = way_choose,
    .words = way_words,
    .message = way_message,
    .free = free,
};

void overlay_resolve(struct app *app, const char *client_order_id)
{
    char *id = strdup(client_order_id);
    CHECK(id);
    pick_open(app, &ops, id, "", NULL);
}

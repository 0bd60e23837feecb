/* The footer: the focused pane's actions and then the general ones, as many as fit, from the table of actions. */
#include <string.h>

#include "tui/keymap.h"
#include "tui/panes/pane.h"
#include "tui/status.h"

#define GAP 2

/* Visits the actions that the footer has room for, with the first cell of each; stops when visit returns false. */
typedef bool footer_visit(void *context, const struct action *action, int x, int width);

static int action_cells(const struct action *action)
{
    return text_cells(key_label(action->keys[0])) + 1 + text_cells(action->label);
}

static void each_action(const struct app *app, int width, footer_visit *visit, void *context)
{
    unsigned scope = app->panes[app->focus]->ops->scope;
    const struct action *help = action_by_name("help"); /* always there, at the right */
    int x = 1, help_cells = action_cells(help);
    if (!visit(context, help, width - 1 - help_cells, help_cells)) return;
    width -= help_cells + GAP;
    for (int general = 0; general < 2; general++) {
        for (const struct action *action = actions; action->name; action++) {
            bool here = general ? (action->scopes & SCOPE_ALWAYS) != 0 : (action->scopes & scope) != 0;
            if (!action->footer || action == help || !here || (!general && (action->scopes & SCOPE_ALWAYS))) continue;
            int cells = action_cells(action);
            if (x + cells + 1 > width) continue; /* a shorter one may still fit */
            if (!visit(context, action, x, cells)) return;
            x += cells + GAP;
        }
    }
}

struct footer_drawing {
    const struct app *app;
    const struct canvas *canvas;
};

static bool draw_action(void *context, const struct action *action, int x, int width)
{
    const struct footer_drawing *drawing = context;
    const char *why = NULL, *key = key_label(action->keys[0]);
    bool allowed = !action->allowed || action->allowed(drawing->app, &why);
    int cells = text_cells(key);
    canvas_text(drawing->canvas, 0, x, cells, ALIGN_LEFT, allowed ? ROLE_KEY : ROLE_DISABLED, key);
    canvas_text(drawing->canvas, 0, x + cells + 1, width - cells - 1, ALIGN_LEFT, allowed ? ROLE_STATUS : ROLE_DISABLED,
                action->label);
    return true;
}

void footer_draw(const struct app *app, const struct canvas *canvas)
{
    struct footer_drawing drawing = {app, canvas};
    canvas_fill(canvas, 0, 0, canvas->area.width, ROLE_STATUS);
    const struct list *list = &app->panes[app->focus]->list;
    if (app->top) return; /* the keys are the overlay's, and it says them */
    if (list->editing) {
        canvas_text(canvas, 0, 1, canvas->area.width - 2, ALIGN_LEFT, ROLE_STATUS,
                    "Type to filter. Enter keeps it, Esc drops it.");
        return;
    }
    each_action(app, canvas->area.width, draw_action, &drawing);
}

struct footer_search {
    int x;
    const struct action *found;
};

static bool match_action(void *context, const struct action *action, int x, int width)
{
    struct footer_search *search = context;
    if (search->x >= x && search->x < x + width) search->found = action;
    return !search->found;
}

const struct action *footer_action_at(const struct app *app, int width, int x)
{
    if (app->top) return NULL;
    struct footer_search search = {.x = x};
    each_action(app, width, match_action, &search);
    return search.found;
}

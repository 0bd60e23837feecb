/* Keys and mouse. A key that may not be done now says why; a key without a meaning does nothing. */
#include "tui/input.h"

#include <curses.h>

#include "tui/actions.h"
#include "tui/draw.h"
#include "tui/keymap.h"
#include "tui/overlays/overlay.h"
#include "tui/panes/pane.h"
#include "tui/status.h"
#include "tui/terminal.h"

#define KEYS_A_TURN     256
#define WHEEL_ROWS      3
#define MOUSE_EVENTS    8 /* ncurses keeps no more */
#define KEY_ESCAPE      27
#define KEY_RUBOUT      127
#define DOUBLE_CLICK_US ((int64_t)400000)

static void run_action(struct app *app, const struct action *action)
{
    const char *why = "not now";
    if (action->allowed && !action->allowed(app, &why)) {
        app_notice(app, ROLE_WARNING, "%s: %s", action->label, why);
        return;
    }
    action->run(app, NULL);
}

static struct pane *pane_at(const struct app *app, int y, int x)
{
    for (int i = 0; i < PANE_COUNT; i++) {
        const struct rect *area = &app->layout.pane[i];
        if (y >= area->y && y < area->y + area->height && x >= area->x && x < area->x + area->width)
            return app->panes[i];
    }
    return NULL;
}

/* A click selects the row, or the tab; a second one on the same row does what Enter does. */
static void click_pane(struct app *app, struct pane *pane, int y, int x)
{
    enum pane_id tab;
    const struct rect *area = &app->layout.pane[pane->ops->id];
    if (y == area->y && pane_tab_at(pane, app, app->layout.tabs[pane->ops->id], x - area->x, &tab)) {
        view_focus(app, tab);
        return;
    }
    bool again = app->focus == pane->ops->id && app->clicked_y == y && app->now_us - app->clicked_us < DOUBLE_CLICK_US;
    view_focus(app, pane->ops->id);
    if (!list_point(&pane->list, app, y - area->y - 1)) return;
    app->clicked_y = y;
    app->clicked_us = again ? 0 : app->now_us;
    const struct action *enter = action_for_key('\r', false, pane->ops->scope);
    if (again && enter) run_action(app, enter);
}

static void on_event(struct app *app, const MEVENT *event)
{
    if (overlays_mouse(app, event->y, event->x, event->bstate)) return;
    const struct rect *footer = &app->layout.footer;
    struct pane *pane = pane_at(app, event->y, event->x);
    if (pane && (event->bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED))) {
        list_move(&pane->list, app, event->bstate & BUTTON4_PRESSED ? -WHEEL_ROWS : WHEEL_ROWS);
        pane->dirty = true;
    } else if (pane && (event->bstate & BUTTON1_PRESSED)) {
        click_pane(app, pane, event->y, event->x);
    } else if (event->y == footer->y && (event->bstate & BUTTON1_PRESSED)) {
        const struct action *action = footer_action_at(app, footer->width, event->x);
        if (action) run_action(app, action);
    }
}

/* What came together is one key, and the newest comes out first. */
static void on_mouse(struct app *app)
{
    MEVENT events[MOUSE_EVENTS];
    int count = 0;
    while (count < MOUSE_EVENTS && getmouse(&events[count]) == OK) count++;
    while (count-- > 0) on_event(app, &events[count]);
}

/* Text from a clipboard, key by key: true when it goes no further. Its letters go where text is asked for and nowhere
 * else, its line ends and controls nowhere. A terminal that forgets to end it is out of it with Esc. */
static bool pasted(struct app *app, int key, bool is_function_key)
{
    if (is_function_key && (key == TERMINAL_PASTE_BEGIN || key == TERMINAL_PASTE_END)) {
        app->pasting = key == TERMINAL_PASTE_BEGIN;
        return true;
    }
    if (is_function_key || key == KEY_ESCAPE) app->pasting = false;
    if (!app->pasting) return false;
    if (key < ' ' || key == KEY_RUBOUT) return true;
    if (app->top ? overlays_take_text(app) : app->panes[app->focus]->list.editing) return false;
    app_notice(app, ROLE_WARNING, "Pasted text goes into a field, a filter or the command line");
    return true;
}

void input_key(struct app *app, int key, bool is_function_key)
{
    if (is_function_key && key == KEY_RESIZE) {
        draw_resize(app);
        return;
    }
    if (pasted(app, key, is_function_key)) return;
    app->redraw = app->redraw || app->top; /* an overlay may close, and show what is under it */
    if (is_function_key && key == KEY_MOUSE) {
        on_mouse(app);
        app->redraw = app->redraw || app->top;
        return;
    }
    if (overlays_key(app, key, is_function_key)) return;
    struct pane *pane = app->panes[app->focus];
    if (list_filter_key(&pane->list, key, is_function_key)) {
        app->redraw = true;
        return;
    }
    const struct action *action = action_for_key(key, is_function_key, pane->ops->scope);
    if (action) run_action(app, action);
    app->redraw = app->redraw || app->top;
}

bool input_read(struct app *app)
{
    int key = 0, count = 0;
    bool function = false;
    if (terminal_interrupted() && !app->top) view_detach(app, NULL);
    while (count < KEYS_A_TURN && terminal_key(&key, &function)) {
        input_key(app, key, function);
        count++;
    }
    return count > 0;
}

/* The stack of overlays: each has a curses panel of the size it asks for, the top one has the keys. Everything that an
 * overlay may do to the stack while it handles a key (push another, ask to be popped) is made safe here, once. */
#include "tui/overlays/overlay.h"

#include <curses.h>
#include <panel.h>

#include "core/check.h"
#include "tui/app.h"

enum { HEIGHT_MIN = 1, WIDTH_MIN = 8 };

static int clamp(int value, int low, int high)
{
    if (value > high) value = high;
    return value < low ? low : value;
}

static struct canvas overlay_canvas(const struct overlay *overlay, const struct app *app)
{
    int height, width;
    getmaxyx((WINDOW *)overlay->window, height, width);
    return (struct canvas){.window = overlay->window, .theme = &app->theme, .area = {0, 0, height, width}};
}

static void remove_window(struct overlay *overlay)
{
    if (overlay->panel) del_panel(overlay->panel);
    if (overlay->window) delwin(overlay->window);
    overlay->panel = NULL;
    overlay->window = NULL;
}

/* A fresh window each time: a curses window that was resized below its old contents keeps odd remains. */
static void place(struct app *app, struct overlay *overlay)
{
    int height = app->rows, width = app->columns;
    overlay->ops->size(overlay, app->rows, app->columns, &height, &width);
    height = clamp(height, HEIGHT_MIN, app->rows);
    width = clamp(width, WIDTH_MIN, app->columns);
    int y = overlay->ops->anchor == OVERLAY_BOTTOM ? app->rows - height : (app->rows - height) / 2;
    remove_window(overlay);
    overlay->window = newwin(height, width, y < 0 ? 0 : y, (app->columns - width) / 2);
    if (!overlay->window) return; /* no such place on this screen: not drawn until it grows */
    overlay->panel = new_panel(overlay->window);
    CHECK(overlay->panel);
    if (overlay->ops->place) overlay->ops->place(overlay, app, overlay_canvas(overlay, app));
}

/* Panels are stacked in the order they are made: remake from the lowest up. */
static void place_from(struct app *app, struct overlay *overlay)
{
    if (!overlay) return;
    place_from(app, overlay->below);
    place(app, overlay);
}

static void pop(struct app *app, struct overlay *overlay)
{
    struct overlay **link = &app->top;
    while (*link && *link != overlay) link = &(*link)->below;
    if (!*link) return;
    *link = overlay->below;
    remove_window(overlay);
    overlay->ops->close(overlay);
}

void overlay_push(struct app *app, struct overlay *overlay)
{
    CHECK(overlay->ops && overlay->ops->size && overlay->ops->draw && overlay->ops->key && overlay->ops->close);
    overlay->below = app->top;
    overlay->window = NULL;
    overlay->panel = NULL;
    app->top = overlay;
    place(app, overlay);
}

bool overlays_key(struct app *app, int key, bool is_function_key)
{
    struct overlay *overlay = app->top;
    if (!overlay) return false;
    if (overlay->ops->key(overlay, app, key, is_function_key) == OVERLAY_DONE) pop(app, overlay);
    return true;
}

bool overlays_take_text(const struct app *app)
{
    const struct overlay *top = app->top;
    int y, x;
    return top && top->window && top->ops->cursor && top->ops->cursor(top, &y, &x);
}

bool overlays_mouse(struct app *app, int y, int x, unsigned long buttons)
{
    struct overlay *overlay = app->top;
    if (!overlay) return false;
    if (!overlay->ops->mouse || !overlay->window || !wenclose(overlay->window, y, x)) return true;
    y -= getbegy((WINDOW *)overlay->window);
    x -= getbegx((WINDOW *)overlay->window);
    if (overlay->ops->mouse(overlay, app, y, x, buttons) == OVERLAY_DONE) pop(app, overlay);
    return true;
}

void overlays_message(struct app *app, const struct msg *msg)
{
    struct overlay *below;
    for (struct overlay *overlay = app->top; overlay; overlay = below) {
        below = overlay->below;
        if (overlay->ops->message && overlay->ops->message(overlay, app, msg) == OVERLAY_DONE) pop(app, overlay);
    }
}

void overlays_resize(struct app *app)
{
    place_from(app, app->top);
}

static void draw_from(struct app *app, struct overlay *overlay)
{
    if (!overlay) return;
    draw_from(app, overlay->below);
    if (!overlay->window) return;
    werase(overlay->window);
    overlay->ops->draw(overlay, app, overlay_canvas(overlay, app));
}

void overlays_draw(struct app *app)
{
    draw_from(app, app->top);
    int y = 0, x = 0;
    const struct overlay *top = app->top;
    bool visible = top && top->window && top->ops->cursor && top->ops->cursor(top, &y, &x);
    /* The top panel is staged last, so its cursor is the one that stays. */
    if (visible) wmove((WINDOW *)top->window, y, x);
    update_panels();
    curs_set(visible ? 1 : 0);
}

void overlays_close(struct app *app)
{
    while (app->top) pop(app, app->top);
}

/* One frame. Panes are drawn into stdscr only when something in them changed; the overlays' panels lie over it, and
 * curses sends the terminal only the cells that differ. */
#include "tui/draw.h"

#include <curses.h>

#include "tui/overlays/overlay.h"
#include "tui/panes/pane.h"
#include "tui/status.h"

static struct canvas screen_canvas(const struct app *app)
{
    return (struct canvas){.window = stdscr, .theme = &app->theme, .area = {0, 0, app->rows, app->columns}};
}

void draw_resize(struct app *app)
{
    getmaxyx(stdscr, app->rows, app->columns);
    layout_compute(app->rows, app->columns, app->view, app->focus, app->lower, &app->layout);
    overlays_resize(app);
    app->redraw = app->repaint = true;
}

bool draw_due(const struct app *app)
{
    if (app->redraw || app->repaint || app->model->dirty) return true;
    for (int i = 0; i < PANE_COUNT; i++)
        if (app->panes[i]->dirty && app->layout.pane[i].height) return true;
    return false;
}

static void draw_too_small(const struct app *app, const struct canvas *screen)
{
    canvas_clear(screen, ROLE_TEXT);
    canvas_format(screen, app->rows / 2, 0, app->columns, ALIGN_CENTRE, ROLE_WARNING, "%dx%d: too small", app->columns,
                  app->rows);
    canvas_format(screen, app->rows / 2 + 1, 0, app->columns, ALIGN_CENTRE, ROLE_TEXT, "%dx%d is needed",
                  SCREEN_COLUMNS_MIN, SCREEN_ROWS_MIN);
}

static void draw_panes(struct app *app, const struct canvas *screen)
{
    for (int i = 0; i < PANE_COUNT; i++) {
        struct pane *pane = app->panes[i];
        pane->area = app->layout.pane[i];
        if (pane->area.height < 3) continue;
        if (app->redraw || pane->dirty || (app->model->dirty & pane->ops->dirty))
            pane_draw(pane, app, screen, pane->area, app->layout.tabs[i]);
    }
}

/* The column of air at the right belongs to the status role, as the lines above and below do. */
static void draw_margin(const struct app *app, const struct canvas *screen)
{
    for (int y = app->layout.status.height; y < app->layout.notice.y; y++)
        canvas_fill(screen, y, app->columns - 1, 1, ROLE_STATUS);
}

static void draw_lines(struct app *app, const struct canvas *screen)
{
    struct canvas status = canvas_sub(screen, app->layout.status), notice = canvas_sub(screen, app->layout.notice),
                  footer = canvas_sub(screen, app->layout.footer);
    status_draw(app, &status);
    if (app->layout.notice.y != app->layout.footer.y) {
        notice_draw(app, &notice);
        footer_draw(app, &footer);
    } else if (notice_fresh(app)) {
        notice_draw(app, &notice);
    } else {
        footer_draw(app, &footer);
    }
}

void draw_screen(struct app *app)
{
    struct canvas screen = screen_canvas(app);
    layout_compute(app->rows, app->columns, app->view, app->focus, app->lower, &app->layout);
    if (app->redraw) canvas_clear(&screen, ROLE_TEXT);
    if (app->layout.too_small) {
        draw_too_small(app, &screen);
    } else {
        draw_panes(app, &screen);
        draw_margin(app, &screen);
        draw_lines(app, &screen);
    }
    if (app->repaint) clearok(curscr, TRUE);
    app->redraw = app->repaint = false;
    app->model->dirty = 0;
    touchwin(stdscr);                    /* what an overlay covered */
    if (!app->top) wnoutrefresh(stdscr); /* the panel library does not before its first panel */
    overlays_draw(app);
    doupdate();
}

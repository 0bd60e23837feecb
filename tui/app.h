/*
 * app: the screen's one struct, passed explicitly to everything.
 *
 * The loop (tui/screen.c): wait for keys, messages or the next frame (at most 20 a second); apply messages to the
 * model; give keys to the top overlay, else to the keymap; draw what is dirty. It never waits on a socket, a file or a
 * lock.
 *
 * What cannot be done is a notice in words. Unit: now_us process time. Owner: screen_main. Thread: one.
 */
#ifndef TUI_APP_H
#define TUI_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/settings.h"
#include "gateway/client.h"
#include "tui/widgets/canvas.h"
#include "tui/layout.h"
#include "tui/model.h"
#include "tui/overlays/overlay.h"
#include "tui/theme.h"

struct pane;     /* tui/panes/pane.h */
struct log_past; /* tui/log_past.h */

#define COMMAND_SIZE    128
#define COMMAND_HISTORY 32

/* What was run from the command line, oldest first. */
struct command_history {
    char lines[COMMAND_HISTORY][COMMAND_SIZE];
    int count;
};

#define APP_REQUESTS 32 /* sent and not answered yet; the oldest is forgotten (its reply is still in the log) */

struct app {
    struct settings *settings;
    struct client *client; /* NULL in tests of the screen alone */
    struct model *model;
    struct theme theme;
    struct overlay *top; /* stack */
    struct pane *panes[PANE_COUNT];
    enum pane_id focus;
    enum pane_id lower;   /* which of positions, orders and log was seen last */
    int view;             /* 0 = grid, 1..PANE_COUNT = one pane */
    struct layout layout; /* of the last drawing */
    bool redraw;          /* everything: focus, size, theme or an overlay changed */
    bool repaint;         /* and clear the terminal first */
    int rows, columns;
    bool read_only;
    bool quit;
    char keep_theme[SETTING_TEXT_SIZE]; /* the theme chosen just now, for the next start too; "": none */
    bool start_system;                  /* outcryd is gone, and the trader wants it back */
    bool switch_market;                 /* the trader wants the market of the settings, not the running one */
    int64_t now_us;                     /* process time of this turn of the loop */
    char notice[TEXT_SIZE];             /* one line above the footer: the last answer */
    enum role notice_role;
    int64_t notice_us;
    struct command_history history;
    bool pasting;  /* what comes as keys is text from a clipboard */
    int clicked_y; /* screen row of the last click on a row */
    int64_t clicked_us;
    struct app_request {
        uint64_t id; /* 0 = none */
        enum msg_id kind;
    } requests[APP_REQUESTS];
    size_t request_next;
    bool bell;             /* ring the terminal's bell this turn */
    int64_t bell_us;       /* when it rang last */
    struct log_past *past; /* being read back into the log; NULL: done */
};

struct app *app_new(struct settings *settings);
void app_free(struct app *app); /* not the client, not the settings */

/* Say one line in the notice line (and the log pane). */
void app_notice(struct app *app, enum role role, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Load a theme that the trader chose, and keep its name in outcry.ini; a path is for this screen alone. */
enum status app_choose_theme(struct app *app, const char *name, struct err *err);

/* Load a theme by name or path, with the settings' up colour and ASCII option; the one in force stays on failure. */
enum status app_load_theme(struct app *app, const char *name, struct err *err);

/* A few times a second: asks for what a new contract's line needs. */
void app_tick(struct app *app);
/* Each turn: which processes are there, as the lines to them tell. */
void app_watch_links(struct app *app);

/* Send a request; its refusal or reply becomes a notice. *request_id may be NULL. False when it could not be sent. */
bool app_send(struct app *app, enum component to, struct msg *msg, uint64_t *request_id);

/* One message from the system: into the model; the answer to what was sent, a fill, a refusal or a condition's step
 * becomes a notice too. */
void app_message(struct app *app, const struct msg *msg, enum component from);

/* What the frame says and in which colour: ROLE_SIMULATION .. ROLE_READ_ONLY. */
enum role app_mode_role(const struct app *app);

/* What the focused row is: symbol of the watchlist / condition id / client order id. Empty or 0 when none. */
const char *app_selected_symbol(const struct app *app);
int64_t app_selected_condition(const struct app *app);
const char *app_selected_order(const struct app *app);

#endif

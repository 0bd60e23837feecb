/*
 * overlay: whatever lies over the panes and takes the keys: forms, confirmations, help, the command line, pick lists.
 *
 * Overlays form a stack in the app; the top one gets every key first, all are drawn bottom up, each on a curses panel
 * made by the stack at the size it asks for, and asked again when the terminal's size changes. A typed value never
 * changes by itself and survives resizing.
 *
 * Owner: overlay_push hands the overlay to the stack; it is freed through ops->close when popped.
 * Thread: the screen's.
 */
#ifndef TUI_OVERLAYS_OVERLAY_H
#define TUI_OVERLAYS_OVERLAY_H

#include <stdbool.h>

#include "core/msg.h"
#include "tui/widgets/canvas.h"

struct app;
struct overlay;

enum overlay_result { OVERLAY_KEEP, OVERLAY_DONE /* pop me */ };
enum overlay_anchor { OVERLAY_CENTRE, OVERLAY_BOTTOM };

struct overlay_ops {
    const char *name;
    enum overlay_anchor anchor;
    /* Wanted size for a terminal of rows x columns; clamped by the stack. */
    void (*size)(const struct overlay *overlay, int rows, int columns, int *height, int *width);
    /* Called after creation and after each change of size with the (new) window. */
    void (*place)(struct overlay *overlay, struct app *app, struct canvas canvas);
    void (*draw)(struct overlay *overlay, struct app *app, struct canvas canvas);
    enum overlay_result (*key)(struct overlay *overlay, struct app *app, int key, bool is_function_key);
    enum overlay_result (*mouse)(struct overlay *overlay, struct app *app, int y, int x,
                                 unsigned long buttons); /* may be NULL */
    /* Every message that the model applied, replies included; may be NULL. */
    enum overlay_result (*message)(struct overlay *overlay, struct app *app, const struct msg *msg);
    /* Where the terminal's cursor belongs (in the window); false: hide it. May be NULL. */
    bool (*cursor)(const struct overlay *overlay, int *y, int *x);
    void (*close)(struct overlay *overlay);
};

struct overlay {
    const struct overlay_ops *ops;
    struct overlay *below;
    void *window; /* curses WINDOW, the stack's */
    void *panel;
};

void overlay_push(struct app *app, struct overlay *overlay);

/* The loop's side of the stack. A handler may push another overlay; one that returns OVERLAY_DONE leaves wherever it
 * is. */
bool overlays_key(struct app *app, int key, bool is_function_key); /* false: no overlay, the key is free */
bool overlays_take_text(const struct app *app);                    /* does a letter go into a text in the top one? */
bool overlays_mouse(struct app *app, int y, int x, unsigned long buttons); /* screen coordinates; false: no overlay */
void overlays_message(struct app *app, const struct msg *msg);
void overlays_resize(struct app *app); /* after app->rows, columns changed */
/* Draw the overlays over what stdscr holds, place or hide the cursor, and stage all of it: then only doupdate() is
 * left. Without overlays it stages stdscr. */
void overlays_draw(struct app *app);
void overlays_close(struct app *app); /* all of them */

/* A yes/no question. confirm_key differs from the key that asked, the focus starts on Cancel, keys that arrive within
 * 150 ms of opening (auto-repeat) are ignored. on_yes runs once; context is freed with free() afterwards in any case.
 */
void overlay_confirm(struct app *app, const char *title, const char *question, char confirm_key,
                     void (*on_yes)(struct app *app, void *context), void *context);

/* Show words until Esc or Enter. */
void overlay_message(struct app *app, const char *title, const char *text);

/* What the actions of tui/keymap.h open. */
void overlay_help(struct app *app);
void overlay_command_line(struct app *app);
void overlay_login(struct app *app);
void overlay_register(struct app *app);
void overlay_account(struct app *app);
void overlay_condition(struct app *app, int64_t condition_id); /* 0 = new */
void overlay_condition_history(struct app *app, int64_t condition_id);
void overlay_order_ticket(struct app *app, const char *symbol, enum side side);
void overlay_order_history(struct app *app, const char *client_order_id);
void overlay_resolve(struct app *app, const char *client_order_id); /* an UNKNOWN one */
void overlay_differences(struct app *app);
void overlay_startup_check(struct app *app);
void overlay_guard(struct app *app); /* state and limits; change of mode */
void overlay_themes(struct app *app);

#endif

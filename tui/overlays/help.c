/* Help is the key table itself, with a filter: what it says cannot differ from what the keys do. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "tui/overlays/command_line.h"
#include "tui/keymap.h"
#include "tui/widgets/lines.h"
#include "tui/widgets/pick.h"

enum { KEYS_CELLS = 14, WHERE_CELLS = 12, NAME_CELLS = 20, LINE_SIZE = 512 };

static const struct {
    unsigned scope;
    const char *name;
} scopes[] = {
    {SCOPE_WATCHLIST, "watchlist"},
    {SCOPE_CONDITIONS, "conditions"},
    {SCOPE_POSITIONS, "positions"},
    {SCOPE_ORDERS, "orders"},
    {SCOPE_LOG, "log"},
};

/* "anywhere", "conditions", "2 panes". */
static const char *where(const struct action *action, char *text, size_t size)
{
    int count = 0;
    text[0] = '\0';
    if (action->scopes & SCOPE_ALWAYS) return "anywhere";
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        if (!(action->scopes & scopes[i].scope)) continue;
        count++;
        text_copy(text, size, scopes[i].name);
    }
    if (count > 1) snprintf(text, size, "%d panes", count);
    return text;
}

static const char *keys_of(const struct action *action, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < KEYS_MAX && action->keys[i] && length < size; i++) {
        int more = snprintf(text + length, size - length, "%s%s", i ? " " : "", key_label(action->keys[i]));
        length += more > 0 ? (size_t)more : 0;
    }
    return text;
}

static int help_count(void *context, const struct app *app)
{
    (void)context;
    (void)app;
    return (int)action_count();
}

static const char *help_key(void *context, const struct app *app, int index)
{
    (void)context;
    (void)app;
    return actions[index].name;
}

static bool help_matches(void *context, const struct app *app, int index, const char *filter)
{
    (void)context;
    (void)app;
    const struct action *action = &actions[index];
    char line[LINE_SIZE], keys[64], place[32];
    snprintf(line, sizeof line, "%s %s %s %s %s", action->name, action->label, action->summary,
             keys_of(action, keys, sizeof keys), where(action, place, sizeof place));
    return lines_match(line, filter);
}

static void help_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    (void)context;
    int width = line->area.width, x = 0;
    bool wide = width >= KEYS_CELLS + WHERE_CELLS + NAME_CELLS + 40;
    if (index < 0) {
        canvas_text(line, 0, x, KEYS_CELLS, ALIGN_LEFT, ROLE_DIM, "Key");
        x += KEYS_CELLS;
        if (wide) {
            canvas_text(line, 0, x, WHERE_CELLS, ALIGN_LEFT, ROLE_DIM, "Where");
            canvas_text(line, 0, x + WHERE_CELLS, NAME_CELLS, ALIGN_LEFT, ROLE_DIM, "Command");
            x += WHERE_CELLS + NAME_CELLS;
        }
        canvas_text(line, 0, x, width - x, ALIGN_LEFT, ROLE_DIM, "What it does");
        return;
    }
    const struct action *action = &actions[index];
    const char *why = NULL;
    char text[64];
    bool off = action->allowed && !action->allowed(app, &why);
    canvas_text(line, 0, x, KEYS_CELLS - 1, ALIGN_LEFT, off ? ROLE_DISABLED : ROLE_KEY,
                keys_of(action, text, sizeof text));
    x += KEYS_CELLS;
    if (wide) {
        canvas_text(line, 0, x, WHERE_CELLS - 1, ALIGN_LEFT, ROLE_DIM, where(action, text, sizeof text));
        canvas_format(line, 0, x + WHERE_CELLS, NAME_CELLS - 1, ALIGN_LEFT, ROLE_DIM, ":%s", action->name);
        x += WHERE_CELLS + NAME_CELLS;
    }
    canvas_text(line, 0, x, width - x, ALIGN_LEFT, off ? ROLE_DISABLED : ROLE_TEXT, action->summary);
}

static bool help_words(void *context, const struct app *app, int index, enum role *role, char *text, size_t size)
{
    (void)context;
    const char *why = NULL;
    if (index < 0) return false;
    const struct action *action = &actions[index];
    bool off = action->allowed && !action->allowed(app, &why);
    *role = off ? ROLE_WARNING : ROLE_DIM;
    if (off)
        snprintf(text, size, "%s Not now: %s", action->summary, why ? why : "");
    else
        snprintf(text, size, "%s", action->summary); /* whole, where its line is cut */
    return true;
}

/* Nothing runs from a help page by one key: the command is only written on the command line. */
static enum overlay_result help_choose(void *context, struct app *app, int index)
{
    (void)context;
    command_line_open(app, actions[index].name);
    return OVERLAY_DONE;
}

static const struct pick_ops ops = {
    .title = "Help: every key and command",
    .enter = "to the command line",
    .empty = "no actions",
    .width = 116,
    .filters = true,
    .long_words = true,
    .count = help_count,
    .key = help_key,
    .matches = help_matches,
    .draw = help_draw,
    .choose = help_choose,
    .words = help_words,
};

void overlay_help(struct app *app)
{
    pick_open(app, &ops, NULL, "", NULL);
}

/* The command line: the action table typed instead of pressed. */
#include "tui/overlays/command_line.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/app.h"
#include "tui/keymap.h"
#include "tui/widgets/lines.h"

enum {
    ROWS = 6,
    MATCHES_MAX = 128,
    NAME_CELLS = 22,
    ESCAPE = 27,
    TAB = 9,
    DELETE_BACK = 127,
    CONTROL_H = 8,
    CONTROL_U = 21,
    CONTROL_W = 23
};

struct command_line {
    struct overlay overlay; /* first */
    char text[COMMAND_SIZE];
    char typed[COMMAND_SIZE]; /* what Tab and Up started from */
    const struct action *matches[MATCHES_MAX];
    int count;
    int chosen;   /* in matches, -1 = none */
    int recalled; /* in the history; history.count = what is typed */
    char refusal[TEXT_SIZE];
};

static struct command_line *of(struct overlay *overlay)
{
    return (struct command_line *)overlay;
}

/* The first word of text; returns where its argument starts ("" when there is none). */
static const char *split(const char *text, char *word, size_t size)
{
    text += strspn(text, " :");
    size_t length = strcspn(text, " ");
    snprintf(word, size, "%.*s", (int)length, text);
    text += length;
    return text + strspn(text, " ");
}

/* Names that start so come first, then those that hold it; of each, what can be done now before what cannot. */
static void find_matches(struct command_line *line, const struct app *app)
{
    char word[COMMAND_SIZE];
    split(line->text, word, sizeof word);
    size_t length = strlen(word);
    line->count = 0;
    line->chosen = -1;
    for (int pass = 0; pass < 4; pass++) {
        for (const struct action *action = actions; action->name && line->count < MATCHES_MAX; action++) {
            const char *why = NULL;
            if (!strstr(action->name, word)) continue;
            bool inside = strncmp(action->name, word, length) != 0,
                 off = action->allowed && !action->allowed(app, &why);
            if (pass == 2 * inside + off) line->matches[line->count++] = action;
        }
    }
}

static void changed(struct command_line *line, const struct app *app)
{
    line->refusal[0] = '\0';
    line->recalled = app->history.count;
    find_matches(line, app);
}

static void line_size(const struct overlay *overlay, int rows, int columns, int *height, int *width)
{
    (void)overlay;
    *height = rows > ROWS + 6 ? ROWS + 3 : 3;
    *width = columns;
}

static void draw_matches(const struct command_line *line, const struct app *app, const struct canvas *canvas, int rows)
{
    int top = line->chosen >= rows ? line->chosen - rows + 1 : 0, width = canvas->area.width;
    if (!line->count)
        canvas_text(canvas, rows - 1, 0, width, ALIGN_LEFT, ROLE_DIM, "no such command; ? lists them all");
    int shown = line->count - top < rows ? line->count - top : rows;
    for (int i = 0; i < shown; i++) {
        const struct action *action = line->matches[top + i];
        const char *why = NULL;
        bool off = action->allowed && !action->allowed(app, &why);
        int y = rows - shown + i;
        canvas_text(canvas, y, 0, NAME_CELLS, ALIGN_LEFT, off ? ROLE_DISABLED : ROLE_KEY, action->name);
        canvas_format(canvas, y, NAME_CELLS + 1, width - NAME_CELLS - 1, ALIGN_LEFT, off ? ROLE_DISABLED : ROLE_TEXT,
                      "%s%s%s%s", action->summary, off ? " (not now: " : "", off && why ? why : "", off ? ")" : "");
        if (top + i == line->chosen) canvas_repaint(canvas, y, 0, width, ROLE_CURSOR);
    }
}

static void line_draw(struct overlay *overlay, struct app *app, struct canvas canvas)
{
    struct command_line *line = of(overlay);
    struct canvas inside = lines_frame(app, overlay, &canvas, "Command", false);
    int height = inside.area.height, width = inside.area.width;
    if (height > 1) draw_matches(line, app, &inside, height - 1);
    canvas_text(&inside, height - 1, 0, 1, ALIGN_LEFT, ROLE_KEY, ":");
    canvas_text(&inside, height - 1, 1, width - 1, ALIGN_LEFT, ROLE_STRONG, line->text);
    int used = text_cells(line->text) + 3;
    if (line->refusal[0])
        canvas_text(&inside, height - 1, used, width - used, ALIGN_RIGHT, ROLE_ALARM, line->refusal);
    else
        canvas_text(&inside, height - 1, used, width - used, ALIGN_RIGHT, ROLE_DIM,
                    width > 60 ? "Enter run  Tab complete  Esc leave" : "");
}

static bool line_cursor(const struct overlay *overlay, int *y, int *x)
{
    const struct command_line *line = (const struct command_line *)overlay;
    int height, width;
    getmaxyx((WINDOW *)overlay->window, height, width);
    *y = height - 2;
    *x = (width < 50 ? 1 : 2) + 1 + text_cells(line->text);
    if (*x > width - 2) *x = width - 2;
    return true;
}

static void remember(struct app *app, const char *text)
{
    struct command_history *history = &app->history;
    if (history->count > 0 && strcmp(history->lines[history->count - 1], text) == 0) return;
    if (history->count == COMMAND_HISTORY) {
        memmove(history->lines[0], history->lines[1], sizeof history->lines - sizeof history->lines[0]);
        history->count--;
    }
    text_copy(history->lines[history->count++], COMMAND_SIZE, text);
}

/* The whole name, or the beginning of just one. */
static const struct action *resolve(const struct command_line *line, const char *word)
{
    const struct action *action = action_by_name(word), *only = NULL;
    size_t length = strlen(word);
    for (int i = 0; !action && i < line->count; i++) {
        if (strncmp(line->matches[i]->name, word, length) != 0) continue;
        if (only) return NULL;
        only = line->matches[i];
    }
    return action ? action : only;
}

static enum overlay_result run(struct command_line *line, struct app *app)
{
    char word[COMMAND_SIZE];
    const char *why = NULL, *argument = split(line->text, word, sizeof word);
    if (!word[0]) return OVERLAY_DONE;
    find_matches(line, app);
    const struct action *action = resolve(line, word);
    if (!action)
        snprintf(line->refusal, sizeof line->refusal, "%s: %.60s",
                 line->count ? "more than one command starts so" : "no such command", word);
    else if (argument[0] && !action->takes_argument)
        snprintf(line->refusal, sizeof line->refusal, "%s takes no argument", action->name);
    else if (action->allowed && !action->allowed(app, &why))
        snprintf(line->refusal, sizeof line->refusal, "not now: %s", why ? why : action->name);
    else {
        remember(app, line->text);
        action->run(app, argument[0] ? argument : NULL);
        return OVERLAY_DONE;
    }
    return OVERLAY_KEEP;
}

static void complete(struct command_line *line, int step)
{
    if (!line->count) return;
    if (line->chosen < 0)
        line->chosen = step > 0 ? 0 : line->count - 1;
    else
        line->chosen = (line->chosen + step + line->count) % line->count;
    const struct action *action = line->matches[line->chosen];
    snprintf(line->text, sizeof line->text, "%s%s", action->name, action->takes_argument ? " " : "");
    line->refusal[0] = '\0';
}

static void recall(struct command_line *line, const struct app *app, int step)
{
    int index = line->recalled + step;
    if (index < 0 || index > app->history.count) return;
    if (line->recalled == app->history.count) text_copy(line->typed, sizeof line->typed, line->text);
    text_copy(line->text, sizeof line->text, index == app->history.count ? line->typed : app->history.lines[index]);
    find_matches(line, app);
    line->recalled = index;
}

static void erase_back(struct command_line *line, bool word)
{
    size_t length = strlen(line->text);
    while (word && length > 0 && line->text[length - 1] == ' ') length--;
    do {
        while (length > 0 && ((unsigned char)line->text[length - 1] & 0xC0) == 0x80) length--;
        length -= length > 0;
    } while (word && length > 0 && line->text[length - 1] != ' ');
    line->text[length] = '\0';
}

static void add_letter(struct command_line *line, int key)
{
    char bytes[8];
    mbstate_t shift = {0};
    size_t more = wcrtomb(bytes, (wchar_t)key, &shift), length = strlen(line->text);
    if (more == (size_t)-1 || length + more >= sizeof line->text) return;
    memcpy(line->text + length, bytes, more);
    line->text[length + more] = '\0';
}

static enum overlay_result letter_key(struct command_line *line, struct app *app, int key)
{
    switch (key) {
    case ESCAPE:
        return OVERLAY_DONE;
    case '\r':
    case '\n':
        return run(line, app);
    case TAB:
        complete(line, 1);
        return OVERLAY_KEEP;
    case DELETE_BACK:
    case CONTROL_H:
        if (!line->text[0]) return OVERLAY_DONE;
        erase_back(line, false);
        break;
    case CONTROL_W:
        erase_back(line, true);
        break;
    case CONTROL_U:
        line->text[0] = '\0';
        break;
    default:
        if (!iswprint((wint_t)key)) return OVERLAY_KEEP;
        add_letter(line, key);
        break;
    }
    changed(line, app);
    return OVERLAY_KEEP;
}

static enum overlay_result line_key(struct overlay *overlay, struct app *app, int key, bool is_function_key)
{
    struct command_line *line = of(overlay);
    if (!is_function_key) return letter_key(line, app, key);
    switch (key) {
    case KEY_ENTER:
        return letter_key(line, app, '\n');
    case KEY_BACKSPACE:
        return letter_key(line, app, DELETE_BACK);
    case KEY_BTAB:
        complete(line, -1);
        break;
    case KEY_UP:
        recall(line, app, -1);
        break;
    case KEY_DOWN:
        recall(line, app, 1);
        break;
    default:
        break;
    }
    return OVERLAY_KEEP;
}

static void line_close(struct overlay *overlay)
{
    free(overlay);
}

static const struct overlay_ops ops = {
    .name = "command line",
    .anchor = OVERLAY_BOTTOM,
    .size = line_size,
    .draw = line_draw,
    .key = line_key,
    .cursor = line_cursor,
    .close = line_close,
};

void command_line_open(struct app *app, const char *text)
{
    struct command_line *line = calloc(1, sizeof *line);
    CHECK(line);
    line->overlay.ops = &ops;
    text_copy(line->text, sizeof line->text, text);
    changed(line, app);
    overlay_push(app, &line->overlay);
}

void overlay_command_line(struct app *app)
{
    command_line_open(app, "");
}

/* The drawing that all overlays share, so that they look and speak alike. */
#include "tui/widgets/lines.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *const mode_words[THEME_MODES] = {"SIMULATION", "LIVE", "REDUCING", "HALTED", "READ-ONLY"};

/* Bytes of the UTF-8 character at text. */
static size_t character_length(const char *text)
{
    size_t length = 1;
    while (((unsigned char)text[length] & 0xC0) == 0x80) length++;
    return length;
}

/* Bytes of text that go on a line of `width` cells: up to the last space that fits, or all, or what fits of a long
 * word. */
static size_t line_length(const char *text, int width)
{
    char part[TEXT_SIZE * 2];
    size_t space = 0, length = 0;
    while (text[length]) {
        size_t next = length + character_length(text + length);
        if (next >= sizeof part) return length;
        memcpy(part, text, next);
        part[next] = '\0';
        if (text[length] == ' ') space = length;
        if (text[length] == '\n') return length;
        if (text_cells(part) > width) return space > 0 ? space : length > 0 ? length : next;
        length = next;
    }
    return length;
}

/* Only under the words themselves: a role with a ground of its own must not paint the rest of the row. */
static void draw_words(const struct canvas *canvas, int y, int x, int width, enum role role, const char *text,
                       size_t length)
{
    char line[TEXT_SIZE * 2];
    snprintf(line, sizeof line, "%.*s", (int)length, text);
    int cells = text_cells(line);
    canvas_text(canvas, y, x, cells < width ? cells : width, ALIGN_LEFT, role, line);
}

int lines_wrap(const struct canvas *canvas, int y, int x, int width, int rows, enum role role, const char *text)
{
    int row = 0;
    while (*text && row < rows && width > 0) {
        size_t length = line_length(text, width);
        bool more = text[length] && text[length] != '\n';
        if (row == rows - 1 && more) /* no more rows: the canvas cuts it */
            length = strlen(text);
        draw_words(canvas, y + row, x, width, role, text, length);
        text += length;
        if (*text == '\n') text++;
        text += strspn(text, " ");
        row++;
    }
    return row;
}

static int hint_cells(const struct key_hint *hint)
{
    return text_cells(hint->key) + 1 + text_cells(hint->label) + 2;
}

void lines_keys(const struct canvas *canvas, int y, int x, int width, const struct key_hint *hints)
{
    int last = -1;
    for (int i = 0; hints[i].key; i++) last = i;
    if (last < 0) return;
    int end = x + width, reserved = hint_cells(&hints[last]);
    for (int i = 0; i <= last; i++) {
        if (i < last && x + hint_cells(&hints[i]) + reserved > end) continue;
        int cells = text_cells(hints[i].key);
        canvas_text(canvas, y, x, end - x, ALIGN_LEFT, ROLE_KEY, hints[i].key);
        canvas_text(canvas, y, x + cells + 1, end - x - cells - 1, ALIGN_LEFT, ROLE_DIM, hints[i].label);
        x += hint_cells(&hints[i]);
    }
}

void lines_rule(const struct canvas *canvas, int y, int x, int width)
{
    char line[1024];
    const char *dash = canvas->theme->ascii ? "-" : "─";
    size_t length = 0;
    for (int i = 0; i < width && length + 4 < sizeof line; i++) {
        memcpy(line + length, dash, strlen(dash));
        length += strlen(dash);
    }
    line[length] = '\0';
    canvas_text(canvas, y, x, width, ALIGN_LEFT, ROLE_BORDER, line);
}

void lines_figure(const struct canvas *canvas, int y, int width, const char *label, enum role role, const char *value)
{
    int cells = text_cells(label);
    canvas_text(canvas, y, 0, width, ALIGN_LEFT, ROLE_DIM, label);
    canvas_text(canvas, y, cells + 1, width - cells - 1, ALIGN_RIGHT, role, value);
}

const char *lines_mode(const struct app *app, enum role *role)
{
    *role = app_mode_role(app);
    return mode_words[*role - ROLE_SIMULATION];
}

struct canvas lines_frame(const struct app *app, const struct overlay *overlay, const struct canvas *canvas,
                          const char *title, bool with_mode)
{
    enum role role;
    const char *mode = lines_mode(app, &role);
    int height = canvas->area.height, width = canvas->area.width;
    canvas_clear(canvas, ROLE_TEXT);
    if (with_mode)
        canvas_frame_mode(canvas, role, app->top == overlay, title, NULL);
    else
        canvas_frame(canvas, app->top == overlay ? ROLE_BORDER_FOCUS : ROLE_BORDER, title, NULL);
    int cells = text_cells(mode) + 2;
    if (with_mode && width > cells + text_cells(title) + 8)
        canvas_format(canvas, 0, width - cells - 2, cells, ALIGN_LEFT, role, " %s ", mode);
    bool tight = width < 50;
    return canvas_sub(canvas, (struct rect){1, tight ? 1 : 2, height - 2, width - (tight ? 2 : 4)});
}

static bool contains(const char *text, const char *word, size_t length)
{
    for (; *text; text++) {
        size_t i = 0;
        while (i < length && text[i] && tolower((unsigned char)text[i]) == tolower((unsigned char)word[i])) i++;
        if (i == length) return true;
    }
    return false;
}

bool lines_match(const char *text, const char *filter)
{
    while (*filter) {
        filter += strspn(filter, " ");
        size_t length = strcspn(filter, " ");
        if (length > 0 && !contains(text, filter, length)) return false;
        filter += length;
    }
    return true;
}

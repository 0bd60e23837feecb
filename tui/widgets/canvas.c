/* Drawing in cells. All text comes through put_text: decoded from UTF-8, measured, cleaned of control characters, cut
 * at a cell, clipped to the rectangle; so nothing that is shown can move the cursor or break a line. */
#include "tui/widgets/canvas.h"

#include <curses.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "core/text.h"

#define LINE_CELLS 512

static const struct {
    wchar_t from, to;
} ascii_signs[] = {
    {L'▲', L'^'}, {L'▼', L'v'}, {L'△', L'^'}, {L'▽', L'v'}, {L'…', L'~'}, {L'·', L'.'}, {L'•', L'*'}, {L'●', L'*'},
    {L'○', L'o'}, {L'▶', L'>'}, {L'◀', L'<'}, {L'→', L'>'}, {L'←', L'<'}, {L'↑', L'^'}, {L'↓', L'v'}, {L'✓', L'+'},
    {L'✗', L'x'}, {L'×', L'x'}, {L'−', L'-'}, {L'–', L'-'}, {L'—', L'-'}, {L'─', L'-'}, {L'━', L'='}, {L'│', L'|'},
    {L'┃', L'|'}, {L'█', L'#'}, {L'░', L'.'}, {L'▏', L'|'}, {L'±', L'~'}, {L'≥', L'>'}, {L'≤', L'<'},
};

/* Corners top left, top right, bottom left, bottom right, then horizontal and vertical, then before and after a
 * title. */
static const wchar_t frame_signs[4][8] = {L"┌┐└┘─│┤├", L"┏┓┗┛━┃┫┣", L"++++-|[]", L"####=#[]"};

static wchar_t decode(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    size_t length = text_char_length(*text, strlen(*text));
    if (!length) {
        (*text)++;
        return L'?';
    }
    *text += length;
    uint32_t c = length == 1 ? s[0] : s[0] & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) c = c << 6 | (s[i] & 0x3f);
    return (wchar_t)c;
}

/* Cells of one character; what cannot be shown is shown as '?', so it takes one. Combining marks take none. */
static int cells_of(wchar_t c)
{
    int cells = wcwidth(c);
    return cells < 0 ? 1 : cells;
}

static wchar_t shown(wchar_t c, bool ascii)
{
    if (wcwidth(c) < 0) return L'?';
    if (ascii) {
        for (size_t i = 0; i < sizeof ascii_signs / sizeof *ascii_signs; i++)
            if (ascii_signs[i].from == c) return ascii_signs[i].to;
    }
    return c;
}

int text_cells(const char *text)
{
    int cells = 0;
    while (*text) cells += cells_of(decode(&text));
    return cells;
}

struct canvas canvas_sub(const struct canvas *canvas, struct rect rect)
{
    struct canvas sub = *canvas;
    int bottom = rect.y + rect.height, right = rect.x + rect.width;
    rect.y = rect.y < 0 ? 0 : rect.y;
    rect.x = rect.x < 0 ? 0 : rect.x;
    bottom = bottom > canvas->area.height ? canvas->area.height : bottom;
    right = right > canvas->area.width ? canvas->area.width : right;
    sub.area.y = canvas->area.y + rect.y;
    sub.area.x = canvas->area.x + rect.x;
    sub.area.height = bottom > rect.y ? bottom - rect.y : 0;
    sub.area.width = right > rect.x ? right - rect.x : 0;
    return sub;
}

/* Clip a run in a row to the area; false when nothing is left of it. */
static bool clip(const struct canvas *canvas, int y, int *x, int *width)
{
    if (y < 0 || y >= canvas->area.height) return false;
    if (*x < 0) {
        *width += *x;
        *x = 0;
    }
    if (*width > canvas->area.width - *x) *width = canvas->area.width - *x;
    if (*width > LINE_CELLS) *width = LINE_CELLS;
    return *width > 0;
}

static void put_run(const struct canvas *canvas, int y, int x, attr_t attributes, const wchar_t *run, int count)
{
    WINDOW *window = canvas->window;
    wattrset(window, (int)attributes);
    mvwaddnwstr(window, canvas->area.y + y, canvas->area.x + x, run, count);
    wattrset(window, A_NORMAL);
}

/* At most width cells of text into run; *cells gets how many it takes. What does not fit ends in an ellipsis. */
static int lay_text(const char *text, int width, bool ascii, wchar_t *run, int *cells)
{
    int count = 0, used = 0, fits = 0, fits_used = 0; /* fits: what leaves a cell for the ellipsis */
    while (*text) {
        wchar_t c = decode(&text);
        int wide = cells_of(c);
        if (wide == 0) continue;
        if (used + wide > width) {
            run[fits] = shown(L'…', ascii);
            *cells = fits_used + 1;
            return fits + 1;
        }
        run[count++] = shown(c, ascii);
        used += wide;
        if (used <= width - 1) {
            fits = count;
            fits_used = used;
        }
    }
    *cells = used;
    return count;
}

static void put_text(const struct canvas *canvas, int y, int x, int width, enum align align, attr_t attributes,
                     const char *text)
{
    wchar_t run[LINE_CELLS + 1];
    int cells = 0;
    if (!clip(canvas, y, &x, &width)) return;
    int count = lay_text(text, width, canvas->theme->ascii, run, &cells);
    int before = align == ALIGN_RIGHT ? width - cells : align == ALIGN_CENTRE ? (width - cells) / 2 : 0;
    wchar_t line[LINE_CELLS + 1];
    int n = 0;
    for (int i = 0; i < before; i++) line[n++] = L' ';
    for (int i = 0; i < count; i++) line[n++] = run[i];
    for (int i = before + cells; i < width; i++) line[n++] = L' ';
    put_run(canvas, y, x, attributes, line, n);
}

void canvas_text(const struct canvas *canvas, int y, int x, int width, enum align align, enum role role,
                 const char *text)
{
    put_text(canvas, y, x, width, align, (attr_t)canvas->theme->attributes[role], text);
}

void canvas_format(const struct canvas *canvas, int y, int x, int width, enum align align, enum role role,
                   const char *format, ...)
{
    char text[LINE_CELLS * 4];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    canvas_text(canvas, y, x, width, align, role, text);
}

void canvas_number(const struct canvas *canvas, int y, int x, int width, enum role role, const char *text)
{
    char dashes[LINE_CELLS + 1];
    int room = width;
    int at = x;
    if (!clip(canvas, y, &at, &room)) return;
    if (room == width && text_cells(text) <= width) {
        canvas_text(canvas, y, x, width, ALIGN_RIGHT, role, text);
        return;
    }
    memset(dashes, '-', (size_t)room);
    dashes[room] = '\0';
    canvas_text(canvas, y, at, room, ALIGN_LEFT, ROLE_DIM, dashes);
}

void canvas_fill(const struct canvas *canvas, int y, int x, int width, enum role role)
{
    canvas_text(canvas, y, x, width, ALIGN_LEFT, role, "");
}

void canvas_clear(const struct canvas *canvas, enum role role)
{
    for (int y = 0; y < canvas->area.height; y++) canvas_fill(canvas, y, 0, canvas->area.width, role);
}

/* A cell's role is in its pair; on the cursor it gets that role's attributes for the cursor's row. */
static attr_t on_cursor(const struct theme *theme, attr_t old, short pair)
{
    int role = pair - THEME_PAIR(0);
    if (theme->mono || role < 0 || role >= ROLE_COUNT)
        return ((attr_t)theme->attributes[ROLE_CURSOR]) | (theme->mono ? old & ~(attr_t)A_DIM : 0);
    return (attr_t)theme->cursor_attributes[role];
}

void canvas_repaint(const struct canvas *canvas, int y, int x, int width, enum role role)
{
    WINDOW *window = canvas->window;
    if (!clip(canvas, y, &x, &width)) return;
    y += canvas->area.y;
    x += canvas->area.x;
    for (int end = x + width; x < end; x++) {
        attr_t attributes = (attr_t)canvas->theme->attributes[role];
        if (role == ROLE_CURSOR) {
            cchar_t cell;
            wchar_t text[CCHARW_MAX + 1];
            attr_t old = A_NORMAL;
            short pair = 0;
            if (mvwin_wch(window, y, x, &cell) == OK && getcchar(&cell, text, &old, &pair, NULL) == OK)
                attributes = on_cursor(canvas->theme, old & ~(attr_t)A_COLOR, pair);
        }
        mvwchgat(window, y, x, 1, attributes & ~(attr_t)A_COLOR, (short)PAIR_NUMBER(attributes), NULL);
    }
}

static const wchar_t *signs_of(const struct canvas *canvas, bool heavy)
{
    return frame_signs[(canvas->theme->ascii ? 2 : 0) + (heavy ? 1 : 0)];
}

static void frame_line(const struct canvas *canvas, attr_t lines, int y, wchar_t left, wchar_t middle, wchar_t right)
{
    wchar_t line[LINE_CELLS];
    int width = canvas->area.width < LINE_CELLS ? canvas->area.width : LINE_CELLS;
    for (int x = 0; x < width; x++) line[x] = x == 0 ? left : x == width - 1 ? right : middle;
    put_run(canvas, y, 0, lines, line, width);
}

static void frame(const struct canvas *canvas, attr_t lines, const wchar_t *signs)
{
    int height = canvas->area.height, width = canvas->area.width;
    if (height < 2 || width < 2) return;
    frame_line(canvas, lines, 0, signs[0], signs[4], signs[1]);
    frame_line(canvas, lines, height - 1, signs[2], signs[4], signs[3]);
    for (int y = 1; y < height - 1; y++) {
        put_run(canvas, y, 0, lines, signs + 5, 1);
        put_run(canvas, y, width - 1, lines, signs + 5, 1);
    }
}

static void frame_words(const struct canvas *canvas, enum role role, const char *title, const char *note)
{
    int free_cells = canvas->area.width - 4, used = 0;
    if (title && *title && free_cells > 2) {
        used = text_cells(title) + 2 < free_cells ? text_cells(title) + 2 : free_cells;
        canvas_fill(canvas, 0, 2, used, role);
        canvas_text(canvas, 0, 3, used - 2, ALIGN_LEFT, role, title);
    }
    int note_cells = note && *note ? text_cells(note) + 2 : 0;
    if (note_cells && used + 1 + note_cells <= free_cells)
        canvas_format(canvas, 0, canvas->area.width - 2 - note_cells, note_cells, ALIGN_LEFT, ROLE_DIM, " %s ", note);
}

void canvas_frame(const struct canvas *canvas, enum role role, const char *title, const char *note)
{
    frame(canvas, (attr_t)canvas->theme->attributes[role], signs_of(canvas, role == ROLE_BORDER_FOCUS));
    frame_words(canvas, ROLE_TITLE, title, note);
}

static attr_t mode_lines(const struct canvas *canvas, enum role mode, bool focused)
{
    return (attr_t)canvas->theme->frame_attributes[mode - ROLE_SIMULATION][focused];
}

void canvas_frame_mode(const struct canvas *canvas, enum role mode, bool focused, const char *title, const char *note)
{
    frame(canvas, mode_lines(canvas, mode, focused), signs_of(canvas, focused));
    frame_words(canvas, focused ? ROLE_TITLE : ROLE_DIM, title, note);
}

void canvas_frame_top(const struct canvas *canvas, enum role mode, bool focused)
{
    wchar_t line = signs_of(canvas, focused)[4];
    if (canvas->area.height > 0 && canvas->area.width > 0)
        frame_line(canvas, mode_lines(canvas, mode, focused), 0, line, line, line);
}

void canvas_tab(const struct canvas *canvas, enum role mode, bool focused, int y, int x, int width, const char *text)
{
    attr_t lines = mode_lines(canvas, mode, focused);
    const wchar_t *signs = signs_of(canvas, focused);
    if (y < 0 || y >= canvas->area.height || x < 0 || width < 4 || x + width > canvas->area.width) return;
    put_run(canvas, y, x, lines, signs + 6, 1);
    canvas_format(canvas, y, x + 1, width - 2, ALIGN_LEFT, focused ? ROLE_TITLE : ROLE_TEXT, " %s ", text);
    put_run(canvas, y, x + width - 1, lines, signs + 7, 1);
}

void canvas_rule(const struct canvas *canvas, int y, int x, int width, enum role role)
{
    wchar_t line[LINE_CELLS];
    if (!clip(canvas, y, &x, &width)) return;
    for (int i = 0; i < width; i++) line[i] = canvas->theme->ascii ? L'-' : L'─';
    put_run(canvas, y, x, (attr_t)canvas->theme->attributes[role], line, width);
}

void canvas_chart(const struct canvas *canvas, struct rect area, enum role role, const long long *values, int count)
{
    static const wchar_t blocks[] = L"▁▂▃▄▅▆▇█", ascii[] = L"_.:-=+*#";
    const wchar_t *signs = canvas->theme->ascii ? ascii : blocks;
    wchar_t line[LINE_CELLS];
    int left = area.x, width = area.width, most = 8 * area.height - 1;
    if (area.height < 1 || !clip(canvas, area.y, &left, &width) || left != area.x) return;
    if (count > width) {
        values += count - width;
        count = width;
    }
    long long low = count > 0 ? values[0] : 0, high = low;
    for (int i = 1; i < count; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    for (int row = 0; row < area.height; row++) {
        int base = 8 * (area.height - 1 - row); /* eighths below this row */
        canvas_fill(canvas, area.y + row, area.x, width, role);
        for (int i = 0; i < count; i++) {
            /* prices are far below the overflow */
            int level = high > low ? (int)((values[i] - low) * most / (high - low)) : most / 2;
            line[i] = level < base ? L' ' : signs[level - base > 7 ? 7 : level - base];
        }
        if (count > 0)
            put_run(canvas, area.y + row, area.x + width - count, (attr_t)canvas->theme->attributes[role], line, count);
    }
}

void canvas_spark(const struct canvas *canvas, int y, int x, int width, enum role role, const long long *values,
                  int count)
{
    canvas_chart(canvas, (struct rect){y, x, 1, width}, role, values, count);
}

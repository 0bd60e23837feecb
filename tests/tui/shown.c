/* The child draws with the real terminal, input and drawing code; only the clock stands still. */
#include "tests/tui/shown.h"

#include <curses.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include "core/check.h"
#include "core/session.h"
#include "core/text.h"
#include "tests/tui/recorded.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/overlays/overlay.h"
#include "tui/terminal.h"

#define MARK          "\033]99;frame\033\\"
#define MARK_KEY      0x1f
#define FRAME_WAIT_MS 10000
#define LOOK_MS       20
#define FRAMES_MAX    50
#define TURN_US       300000

#ifdef COVERAGE
void __gcov_dump(void); /* libgcov's: _exit writes no counts */
#define FLUSH_COUNTS() __gcov_dump()
#else
#define FLUSH_COUNTS() ((void)0)
#endif

struct shown {
    pid_t child;
    int master;
    int rows, columns;
    VTerm *vterm;
    VTermScreen *screen;
    char *bytes;
    size_t length, size, scanned;
};

static void fill_model(struct model *model, unsigned flags)
{
    if (flags & SHOWN_NOTHING) return;
    recorded_system(model);
    if (!(flags & SHOWN_EMPTY)) {
        recorded_contracts(model);
        recorded_trading(model);
    }
    if (flags & SHOWN_HALTED) model->guard.mode = GUARD_HALTED;
    if (flags & SHOWN_DIFFERS) recorded_differences(model);
    if (flags & SHOWN_DOWN) model->components[COMPONENT_EXECUTOR].linked = true;
    if (flags & SHOWN_CLOSED) model->market.session_state = SESSION_CLOSED;
    if (flags & SHOWN_LIVE) model->market.simulated = false;
}

static void draw_and_mark(struct app *app, bool marks)
{
    draw_screen(app);
    ssize_t written = marks ? write(STDOUT_FILENO, MARK, sizeof MARK - 1) : 0;
    (void)written;
}

/* What is typed together is typed at one time; the clock goes on with the mark, when it goes at all. */
static void read_keys(struct app *app, bool marks, unsigned flags)
{
    int key = 0;
    bool function = false, any = false;
    while (terminal_key(&key, &function)) {
        any = true;
        if (!function && key == MARK_KEY) {
            draw_and_mark(app, marks);
            app->now_us += flags & SHOWN_CLOCK ? TURN_US : 0;
        } else {
            input_key(app, key, function);
            if (function && key == KEY_RESIZE) /* comes before or after what is typed: it has a mark of its own */
                draw_and_mark(app, marks);
        }
    }
    if (any && !marks) {
        draw_screen(app);
        app->now_us += flags & SHOWN_CLOCK ? TURN_US : 0;
    }
}

int shown_here(const char *theme, unsigned flags)
{
    struct err err;
    struct settings settings;
    settings_defaults(&settings);
    settings.values[SET_ASCII].number = (flags & SHOWN_ASCII) != 0;
    if (terminal_open(&err) != ERR_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    struct app *app = app_new(&settings);
    app->now_us = RECORDED_NOW_US;
    fill_model(app->model, flags);
    draw_resize(app);
    if (app_load_theme(app, theme, &err) != ERR_OK) app_notice(app, ROLE_ALARM, "%s", err.text);
    bool marks = getenv("SHOWN_MARKS") != NULL;
    draw_and_mark(app, marks);
    app->now_us += flags & SHOWN_CLOCK ? TURN_US : 0;
    while (!app->quit && !terminal_signal()) {
        struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
        (void)poll(&keys, 1, LOOK_MS); /* a signal may come just before it */
        if (keys.revents & POLLHUP) break;
        read_keys(app, marks, flags);
    }
    overlays_close(app);
    terminal_close();
    app_free(app);
    return terminal_signal() ? 100 : 0;
}

/* Read until the next mark; at the child's end, until nothing comes. false: no frame. */
static bool read_frame(struct shown *shown)
{
    for (;;) {
        const char *mark =
            shown->length > shown->scanned
                ? memmem(shown->bytes + shown->scanned, shown->length - shown->scanned, MARK, sizeof MARK - 1)
                : NULL;
        if (mark) {
            vterm_input_write(shown->vterm, shown->bytes + shown->scanned,
                              (size_t)(mark - (shown->bytes + shown->scanned)));
            shown->scanned = (size_t)(mark - shown->bytes) + sizeof MARK - 1;
            return true;
        }
        if (shown->size - shown->length < 65536) {
            shown->size = shown->size * 2 + 131072;
            shown->bytes = realloc(shown->bytes, shown->size);
            CHECK(shown->bytes);
        }
        struct pollfd output = {.fd = shown->master, .events = POLLIN};
        if (poll(&output, 1, FRAME_WAIT_MS) <= 0) return false;
        ssize_t got = read(shown->master, shown->bytes + shown->length, 65536);
        if (got <= 0) return false;
        shown->length += (size_t)got;
    }
}

struct shown *shown_open(int rows, int columns, const char *theme, unsigned flags)
{
    struct shown *shown = calloc(1, sizeof *shown);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    CHECK(shown);
    shown->rows = rows;
    shown->columns = columns;
    shown->vterm = vterm_new(rows, columns);
    vterm_set_utf8(shown->vterm, 1);
    shown->screen = vterm_obtain_screen(shown->vterm);
    vterm_screen_enable_altscreen(shown->screen, 1);
    vterm_screen_reset(shown->screen, 1);
    shown->child = forkpty(&shown->master, NULL, NULL, &size);
    CHECK(shown->child >= 0);
    if (shown->child == 0) {
        setenv("TERM", "tmux-256color", 1); /* libvterm does not know xterm's REP */
        setenv("SHOWN_MARKS", "1", 1);
        unsetenv("NO_COLOR");
        unsetenv("LINES");
        unsetenv("COLUMNS");
        setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
        const int code = shown_here(theme, flags);
        FLUSH_COUNTS();
        _exit(code);
    }
    (void)read_frame(shown);
    return shown;
}

void shown_close(struct shown *shown)
{
    (void)close(shown->master);
    (void)kill(shown->child, SIGTERM);
    (void)waitpid(shown->child, NULL, 0);
    vterm_free(shown->vterm);
    free(shown->bytes);
    free(shown);
}

void shown_type(struct shown *shown, const char *keys)
{
    char text[512];
    int length = snprintf(text, sizeof text, "%s%c", keys, MARK_KEY);
    CHECK(length > 0 && length < (int)sizeof text);
    CHECK(write(shown->master, text, (size_t)length) == length);
    (void)read_frame(shown);
}

void shown_resize(struct shown *shown, int rows, int columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    shown->rows = rows;
    shown->columns = columns;
    vterm_set_size(shown->vterm, rows, columns);
    CHECK(ioctl(shown->master, TIOCSWINSZ, &size) == 0);
    (void)read_frame(shown);
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

static size_t put_cell(char *out, const VTermScreenCell *cell)
{
    if (cell->chars[0] == (uint32_t)-1) return 0; /* the second half of a wide character */
    size_t length = 0;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
        length += put_utf8(out + length, cell->chars[i]);
    if (!length) out[length++] = ' ';
    return length;
}

char *shown_text(struct shown *shown)
{
    char *text = calloc((size_t)(shown->rows * (shown->columns * 8 + 1) + 1), 1), *at = text;
    CHECK(text);
    for (int row = 0; row < shown->rows; row++) {
        char *end = at;
        for (int column = 0; column < shown->columns; column++) {
            VTermScreenCell cell;
            VTermPos position = {.row = row, .col = column};
            CHECK(vterm_screen_get_cell(shown->screen, position, &cell));
            at += put_cell(at, &cell);
            if (at[-1] != ' ') end = at;
        }
        at = end;
        *at++ = '\n';
        *at = '\0';
    }
    return text;
}

static char look_of(const VTermScreenCell *cell)
{
    if (cell->attrs.reverse || !VTERM_COLOR_IS_DEFAULT_BG(&cell->bg)) return '#';
    if (!VTERM_COLOR_IS_DEFAULT_FG(&cell->fg))
        return VTERM_COLOR_IS_INDEXED(&cell->fg) && cell->fg.indexed.idx < 16 ? "0123456789abcdef"[cell->fg.indexed.idx]
                                                                              : 'x';
    if (cell->attrs.underline) return '_';
    return cell->attrs.bold ? '*' : '.';
}

char *shown_look(struct shown *shown)
{
    char *text = calloc((size_t)(shown->rows * (shown->columns + 1) + 1), 1), *at = text;
    CHECK(text);
    for (int row = 0; row < shown->rows; row++) {
        for (int column = 0; column < shown->columns; column++) {
            VTermScreenCell cell;
            VTermPos position = {.row = row, .col = column};
            CHECK(vterm_screen_get_cell(shown->screen, position, &cell));
            *at++ =
                cell.chars[0] == 0 && !cell.attrs.reverse && VTERM_COLOR_IS_DEFAULT_BG(&cell.bg) ? '.' : look_of(&cell);
        }
        *at++ = '\n';
    }
    return text;
}

static bool has(struct shown *shown, const char *text)
{
    char *all = shown_text(shown);
    bool found = strstr(all, text) != NULL;
    free(all);
    return found;
}

static bool wait_until(struct shown *shown, const char *text, bool wanted)
{
    for (int i = 0; i < FRAMES_MAX; i++) {
        if (has(shown, text) == wanted) return true;
        if (!read_frame(shown)) return false;
    }
    return false;
}

bool shown_wait(struct shown *shown, const char *text)
{
    return wait_until(shown, text, true);
}

bool shown_wait_gone(struct shown *shown, const char *text)
{
    return wait_until(shown, text, false);
}

const char *shown_bytes(const struct shown *shown, size_t *length)
{
    *length = shown->length;
    return shown->bytes;
}

int shown_kill(struct shown *shown, int signal_number)
{
    int status = 0;
    (void)kill(shown->child, signal_number);
    (void)read_frame(shown); /* until the other end is closed */
    (void)waitpid(shown->child, &status, 0);
    return status;
}

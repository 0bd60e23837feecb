/* A forked, executed build/outcry: nothing of it is shared with the test but bytes. */
#include "tests/tui/live.h"

#include <ftw.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include "core/check.h"
#include "core/clock.h"

#define WAIT_US       (20 * CLOCK_SECOND_US)
#define CHARACTER_MAX 8 /* bytes of a cell as UTF-8, as far as it is looked at */

struct live {
    pid_t child;
    int master;
    int rows, columns;
    VTerm *vterm;
    VTermScreen *screen;
    char *text; /* the screen as lines */
};

static void program(char *path, size_t size)
{
    const char *build = getenv("BUILD");
    snprintf(path, size, "%s/outcry", build ? build : "build");
}

void live_home(struct live_home *home)
{
    snprintf(home->top, sizeof home->top, "/tmp/outcry-live-XXXXXX");
    CHECK(mkdtemp(home->top));
    snprintf(home->home, sizeof home->home, "%.100s/home", home->top);
    snprintf(home->runtime, sizeof home->runtime, "%.100s/run", home->top);
    CHECK(mkdir(home->home, 0700) == 0 && mkdir(home->runtime, 0700) == 0);
}

static void run(const struct live_home *home, const char *command)
{
    char path[LIVE_PATH_SIZE];
    program(path, sizeof path);
    execl(path, "outcry", "--home", home->home, "--runtime", home->runtime, command, (char *)NULL);
    perror(path);
    _exit(127);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status;
    (void)kind;
    (void)at;
    return remove(path);
}

int live_stop(struct live_home *home)
{
    int status = 0;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        (void)!freopen("/dev/null", "w", stdout);
        run(home, "stop");
    }
    CHECK(waitpid(child, &status, 0) == child);
    (void)nftw(home->top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct live *live_open(const struct live_home *home, int rows, int columns)
{
    struct live *live = calloc(1, sizeof *live);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    CHECK(live);
    live->rows = rows;
    live->columns = columns;
    live->text = calloc((size_t)(rows * (columns * CHARACTER_MAX + 1) + 1), 1);
    live->vterm = vterm_new(rows, columns);
    CHECK(live->text && live->vterm);
    vterm_set_utf8(live->vterm, 1);
    live->screen = vterm_obtain_screen(live->vterm);
    vterm_screen_enable_altscreen(live->screen, 1);
    vterm_screen_reset(live->screen, 1);
    live->child = forkpty(&live->master, NULL, NULL, &size);
    CHECK(live->child >= 0);
    if (live->child == 0) {
        setenv("TERM", "tmux-256color", 1); /* libvterm does not know xterm's REP */
        unsetenv("LINES");
        unsetenv("COLUMNS");
        run(home, NULL);
    }
    return live;
}

void live_close(struct live *live)
{
    (void)close(live->master);
    (void)kill(live->child, SIGHUP);
    (void)waitpid(live->child, NULL, 0);
    vterm_free(live->vterm);
    free(live->text);
    free(live);
}

void live_type(struct live *live, const char *keys)
{
    ssize_t written = write(live->master, keys, strlen(keys));
    CHECK(written == (ssize_t)strlen(keys));
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

static const char *screen_text(struct live *live)
{
    char *at = live->text;
    for (int row = 0; row < live->rows; row++) {
        for (int column = 0; column < live->columns; column++) {
            VTermScreenCell cell;
            VTermPos position = {.row = row, .col = column};
            CHECK(vterm_screen_get_cell(live->screen, position, &cell));
            if (cell.chars[0] == (uint32_t)-1) continue; /* the second half of a wide character */
            at += put_utf8(at, cell.chars[0] ? cell.chars[0] : ' ');
        }
        *at++ = '\n';
    }
    *at = '\0';
    return live->text;
}

/* What has come in until now, or comes within the time. */
static bool read_some(struct live *live, int timeout_ms)
{
    char bytes[4096];
    struct pollfd output = {.fd = live->master, .events = POLLIN};
    if (poll(&output, 1, timeout_ms) <= 0) return false;
    ssize_t got = read(live->master, bytes, sizeof bytes);
    if (got <= 0) return false;
    vterm_input_write(live->vterm, bytes, (size_t)got);
    return true;
}

bool live_shows(struct live *live, const char *text)
{
    while (read_some(live, 0))
        ;
    return strstr(screen_text(live), text) != NULL;
}

static bool wait_until(struct live *live, const char *text, bool wanted)
{
    int64_t until_us = clock_monotonic_us() + WAIT_US;
    while (live_shows(live, text) != wanted) {
        int64_t left_us = until_us - clock_monotonic_us();
        if (left_us <= 0) {
            fprintf(stderr, "%s '%s' on:\n%s\n", wanted ? "never saw" : "still see", text, screen_text(live));
            return false;
        }
        (void)read_some(live, (int)(left_us / CLOCK_MS_US) + 1);
    }
    return true;
}

bool live_wait(struct live *live, const char *text)
{
    return wait_until(live, text, true);
}

bool live_wait_gone(struct live *live, const char *text)
{
    return wait_until(live, text, false);
}

void live_pause(struct live *live, int pause_ms)
{
    int64_t until_us = clock_monotonic_us() + pause_ms * CLOCK_MS_US;
    for (int64_t now_us = clock_monotonic_us(); now_us < until_us; now_us = clock_monotonic_us())
        (void)read_some(live, (int)((until_us - now_us) / CLOCK_MS_US) + 1);
}

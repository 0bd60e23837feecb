/* newterm() on /dev/null: everything of curses works, nothing is sent anywhere. */
#include "tests/tui/offscreen.h"

#include <curses.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "core/check.h"

static SCREEN *screen;
static FILE *nowhere;

void offscreen_open(void)
{
    CHECK(setlocale(LC_ALL, "C.UTF-8"));
    unsetenv("NO_COLOR");
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    nowhere = fopen("/dev/null", "r+e");
    CHECK(nowhere);
    screen = newterm("xterm-256color", nowhere, nowhere);
    CHECK(screen);
    start_color();
}

void offscreen_close(void)
{
    endwin();
    delscreen(screen);
    (void)fclose(nowhere);
}

struct canvas offscreen_canvas(int height, int width, const struct theme *theme)
{
    WINDOW *window = newwin(height, width, 0, 0);
    CHECK(window);
    return (struct canvas){.window = window, .theme = theme, .area = {0, 0, height, width}};
}

const char *offscreen_line(const struct canvas *canvas, int y)
{
    static char line[4096];
    wchar_t wide[1024];
    mvwinnwstr(canvas->window, y, 0, wide, 1000);
    CHECK(wcstombs(line, wide, sizeof line) != (size_t)-1);
    return line;
}

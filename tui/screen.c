/* The loop: wait for keys, messages or the next frame; apply messages; give keys away; draw what is dirty. outcryd is started
 * on a thread of its own, so that the frame is there at once and the trader can leave again. */
#include "tui/screen.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "gateway/client.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/overlay.h"
#include "tui/terminal.h"

#define FRAME_US ((int64_t)50000) /* 20 frames a second */
#define TICK_US ((int64_t)250000) /* ages and countdowns */
#define MESSAGES_A_TURN 4000

struct starter {
    const struct settings *settings;
    struct err err;
    enum status status;
    pthread_t thread;
    bool running;
    atomic_bool done;
};

struct screen {
    struct app *app;
    struct starter starter;
    struct err failure; /* why the screen ends, status ERR_OK: the trader wanted it */
    int64_t drawn_us, ticked_us; /* monotonic */
};

static void *start_daemon(void *context)
{
    struct starter *starter = context;
    starter->status = client_daemon_running(starter->settings) ? ERR_OK : client_daemon_start(starter->settings, &starter->err);
    if (starter->status == ERR_BUSY)
        starter->status = ERR_OK; /* somebody else was faster */
    atomic_store(&starter->done, true);
    return NULL;
}

static bool begin_starting(struct screen *screen)
{
    struct starter *starter = &screen->starter;
    starter->settings = screen->app->settings;
    /* The terminal's signals are for the loop. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    starter->running = pthread_create(&starter->thread, NULL, start_daemon, starter) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!starter->running)
        screen->failure.status = err_set(&screen->failure, ERR_IO, "no thread to start the background processes with");
    return starter->running;
}

static void attach_when_started(struct screen *screen)
{
    struct starter *starter = &screen->starter;
    if (!starter->running || !atomic_load(&starter->done))
        return;
    (void)pthread_join(starter->thread, NULL);
    starter->running = false;
    if (starter->status != ERR_OK)
        screen->failure = starter->err;
    else if (client_open(&screen->app->client, screen->app->settings, &screen->failure) == ERR_OK)
        screen->failure.status = ERR_OK;
}

static void wait_for_something(const struct screen *screen)
{
    const struct app *app = screen->app;
    int64_t now_us = clock_monotonic_us(), until_us = screen->ticked_us + TICK_US;
    if (draw_due(app) && screen->drawn_us + FRAME_US < until_us)
        until_us = screen->drawn_us + FRAME_US;
    int timeout_ms = until_us > now_us ? (int)((until_us - now_us + 999) / 1000) : 0;
    if (app->client) {
        client_wait(app->client, STDIN_FILENO, timeout_ms);
        return;
    }
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    (void)poll(&keys, 1, timeout_ms < 20 ? timeout_ms : 20); /* the starter may be done */
}

static void apply_messages(struct app *app)
{
    struct msg msg;
    enum component from = 0;
    for (int i = 0; app->client && i < MESSAGES_A_TURN && client_next(app->client, &msg, &from); i++) {
        model_apply(app->model, &msg, from, app->now_us);
        if (msg.id == MSG_REPLY)
            app_reply(app, &msg.reply);
        if (app->top) {
            overlays_message(app, &msg);
            app->redraw = true;
        }
    }
}

static void draw_frame(struct screen *screen)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us - screen->ticked_us >= TICK_US) {
        screen->ticked_us = now_us;
        screen->app->model->dirty |= DIRTY_WATCHLIST | DIRTY_STATUS;
    }
    if (!draw_due(screen->app) || now_us - screen->drawn_us < FRAME_US)
        return;
    screen->drawn_us = now_us;
    draw_screen(screen->app);
}

static void loop(struct screen *screen)
{
    struct app *app = screen->app;
    while (!app->quit && !terminal_signal() && screen->failure.status == ERR_OK) {
        app->now_us = clock_system()->now_us(clock_system());
        attach_when_started(screen);
        apply_messages(app);
        input_read(app);
        draw_frame(screen);
        wait_for_something(screen);
    }
}

static enum status open_screen(struct screen *screen, struct settings *settings)
{
    enum status status = terminal_open(&screen->failure);
    if (status != ERR_OK)
        return status;
    screen->app = app_new(settings);
    screen->app->now_us = clock_system()->now_us(clock_system());
    draw_resize(screen->app);
    status = app_load_theme(screen->app, settings_text(settings, SET_THEME), &screen->failure);
    if (status == ERR_OK && !begin_starting(screen))
        status = screen->failure.status;
    return status;
}

static void close_screen(struct screen *screen)
{
    if (screen->app)
        overlays_close(screen->app);
    terminal_close();
    if (screen->starter.running)
        (void)pthread_join(screen->starter.thread, NULL);
    if (screen->app && screen->app->client)
        client_close(screen->app->client);
    app_free(screen->app);
}

int screen_main(struct settings *settings)
{
    struct screen screen = {0};
    if (open_screen(&screen, settings) == ERR_OK)
        loop(&screen);
    bool left = screen.app && screen.app->quit;
    close_screen(&screen);
    int signal_number = terminal_signal();
    if (signal_number) {
        (void)signal(signal_number, SIG_DFL);
        (void)raise(signal_number);
    }
    if (screen.failure.status != ERR_OK) {
        fprintf(stderr, "outcry: %s\n", screen.failure.text);
        return 1;
    }
    if (left && client_daemon_running(settings))
        puts("outcry keeps trading in the background: `outcry` attaches again, `outcry stop` stops it all.");
    return 0;
}

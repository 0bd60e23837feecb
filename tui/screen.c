/* The loop: wait for keys, messages or the next frame; apply messages; give keys away; draw what is dirty. What waits
 * (starting outcryd, changing its market) is done by tui/starter.h, so that the frame is there at once and the trader
 * can leave again. */
#include "tui/screen.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/clock.h"
#include "gateway/client.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/input.h"
#include "tui/log_past.h"
#include "tui/overlays/overlay.h"
#include "tui/secrets.h"
#include "tui/starter.h"
#include "tui/terminal.h"

#ifdef COVERAGE
void __gcov_dump(void); /* libgcov's: a signal writes no counts */
#endif

#define FRAME_US        ((int64_t)50000)  /* 20 frames a second */
#define TICK_US         ((int64_t)250000) /* ages and countdowns */
#define STARTING_MS     20                /* looking whether the starter is done */
#define MESSAGES_A_TURN 4000

struct screen {
    struct app *app;
    struct starter *starter; /* NULL: no job */
    enum starter_job job;
    struct err failure;          /* why the screen ends; status ERR_OK: the trader wanted it */
    int64_t drawn_us, ticked_us; /* monotonic */
};

static void begin_job(struct screen *screen, enum starter_job job)
{
    screen->job = job;
    screen->starter = starter_begin(job, screen->app->settings);
    if (!screen->starter)
        screen->failure.status = err_set(&screen->failure, ERR_IO, "no thread to start the background processes with");
}

static void want_switch(struct app *app, void *context)
{
    (void)context;
    app->switch_market = true;
}

static void ask_switch(struct app *app, const char *running)
{
    char question[SETTING_TEXT_SIZE + 192];
    snprintf(question, sizeof question,
             "Another market is running: %s. Change to the one asked for? Conditions and positions stay, and meet its "
             "prices; those on contracts it does not trade wait, and say so.",
             running);
    overlay_confirm(app, "Change the market", question, 'y', want_switch, NULL);
}

static void end_job(struct screen *screen)
{
    char running[SETTING_TEXT_SIZE];
    struct err err = {0};
    if (!screen->starter || !starter_done(screen->starter)) return;
    enum status status = starter_join(screen->starter, running, sizeof running, &err);
    screen->starter = NULL;
    if (screen->job == STARTER_KEEP_THEME) {
        if (status != ERR_OK) app_notice(screen->app, ROLE_WARNING, "The theme is not kept: %s", err.text);
    } else if (screen->job == STARTER_SWITCH_MARKET) {
        app_notice(screen->app, status == ERR_OK ? ROLE_OK : ROLE_ALARM, "%s",
                   status == ERR_OK ? "The market is changed" : err.text);
    } else if (screen->app->client) { /* outcryd, back from the dead: its heartbeat says the rest */
        if (status != ERR_OK) app_notice(screen->app, ROLE_ALARM, "outcryd is not started: %s", err.text);
    } else if (status != ERR_OK) {
        screen->failure = err;
    } else if (client_open(&screen->app->client, screen->app->settings, &screen->failure) == ERR_OK) {
        screen->failure.status = ERR_OK;
        screen->app->past = log_past_begin(screen->app->settings, screen->app->now_us);
        if (*running) ask_switch(screen->app, running);
    }
}

static void run_jobs(struct screen *screen)
{
    end_job(screen);
    if (screen->app->start_system && !screen->starter) {
        screen->app->start_system = false;
        begin_job(screen, STARTER_START);
    }
    if (screen->app->switch_market && !screen->starter) {
        screen->app->switch_market = false;
        app_notice(screen->app, ROLE_TEXT, "Changing the market...");
        begin_job(screen, STARTER_SWITCH_MARKET);
    }
    if (screen->app->keep_theme[0] && !screen->starter) {
        struct err err;
        (void)settings_set(screen->app->settings, setting_row(SET_THEME), screen->app->keep_theme, SOURCE_FILE, &err);
        screen->app->keep_theme[0] = '\0';
        begin_job(screen, STARTER_KEEP_THEME);
    }
}

static void wait_for_something(const struct screen *screen)
{
    const struct app *app = screen->app;
    int64_t now_us = clock_monotonic_us(), until_us = screen->ticked_us + TICK_US;
    if (draw_due(app) && screen->drawn_us + FRAME_US < until_us) until_us = screen->drawn_us + FRAME_US;
    int timeout_ms = until_us > now_us ? (int)((until_us - now_us + 999) / 1000) : 0;
    if (screen->starter && timeout_ms > STARTING_MS) timeout_ms = STARTING_MS;
    if (app->client) {
        client_wait(app->client, STDIN_FILENO, timeout_ms);
        return;
    }
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    (void)poll(&keys, 1, timeout_ms);
}

/* The first one opens the differences' screen by itself, where nothing else has the keys. */
static void show_differences(struct app *app, int before)
{
    if (before == 0 && model_halting(app->model) > 0 && !app->top && !app->read_only) overlay_differences(app);
}

static void apply_messages(struct app *app)
{
    struct msg msg;
    enum component from = 0;
    app_watch_links(app);
    for (int i = 0; app->client && i < MESSAGES_A_TURN && client_next(app->client, &msg, &from); i++) {
        int differences = model_halting(app->model);
        app_message(app, &msg, from);
        show_differences(app, differences);
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
        app_tick(screen->app);
    }
    if (!draw_due(screen->app) || now_us - screen->drawn_us < FRAME_US) return;
    screen->drawn_us = now_us;
    draw_screen(screen->app);
}

static void loop(struct screen *screen)
{
    struct app *app = screen->app;
    while (!app->quit && !terminal_signal() && screen->failure.status == ERR_OK) {
        app->now_us = clock_system()->now_us(clock_system());
        run_jobs(screen);
        apply_messages(app);
        input_read(app);
        if (app->bell) terminal_bell();
        app->bell = false;
        draw_frame(screen);
        wait_for_something(screen);
    }
}

static enum status open_screen(struct screen *screen, struct settings *settings)
{
    enum status status = terminal_open(&screen->failure);
    if (status != ERR_OK) return status;
    screen->app = app_new(settings);
    screen->app->now_us = clock_system()->now_us(clock_system());
    draw_resize(screen->app);
    status = app_load_theme(screen->app, settings_text(settings, SET_THEME), &screen->failure);
    if (status != ERR_OK) return status;
    begin_job(screen, STARTER_START);
    return screen->failure.status;
}

static void close_screen(struct screen *screen)
{
    if (screen->app) overlays_close(screen->app);
    terminal_close();
    if (screen->starter) (void)starter_join(screen->starter, NULL, 0, NULL);
    if (screen->app && screen->app->client) client_close(screen->app->client);
    app_free(screen->app);
    secrets_end();
}

int screen_main(struct settings *settings)
{
    struct screen screen = {0};
    if (open_screen(&screen, settings) == ERR_OK) loop(&screen);
    close_screen(&screen);
    int signal_number = terminal_signal();
    if (signal_number) {
#ifdef COVERAGE
        __gcov_dump();
#endif
        (void)signal(signal_number, SIG_DFL);
        (void)raise(signal_number);
    }
    if (screen.failure.status != ERR_OK) {
        fprintf(stderr, "outcry: %s\n", screen.failure.text);
        return 1;
    }
    if (client_daemon_running(settings) || client_orphans(settings, NULL))
        puts("outcry keeps trading in the background: `outcry` attaches again, `outcry stop` stops it all.");
    return 0;
}

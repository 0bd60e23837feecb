/* The jobs that wait, and the thread that waits for them. */
#include "tui/starter.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gateway/client.h"

struct starter {
    enum starter_job job;
    const struct settings *settings;
    pthread_t thread;
    atomic_bool done;
    enum status status;
    struct err err;
    char other_market[SETTING_TEXT_SIZE];
};

/* The market was asked for here and now, not by a file or by default. */
static bool market_asked_for(const struct settings *settings)
{
    static const enum setting_id ids[] = {SET_MARKET_FILE, SET_MARKET_SOURCE, SET_MARKET_SPEED, SET_MARKET_SEED,
                                          SET_MARKET_SEEK};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (settings->values[ids[i]].source == SOURCE_FLAG) return true;
    return false;
}

static void describe_market(const struct settings *settings, char *text, size_t size)
{
    bool replay = strcmp(settings_text(settings, SET_MARKET_SOURCE), "replay") == 0;
    const char *file = settings_text(settings, SET_MARKET_FILE), *slash = strrchr(file, '/');
    snprintf(text, size, "%s%.120s, speed %lld", replay ? "the replay of " : "the synthetic market",
             replay ? slash ? slash + 1 : file : "", (long long)settings_number(settings, SET_MARKET_SPEED));
}

static enum status compare_market(struct starter *starter)
{
    struct client *client = NULL;
    struct settings running = *starter->settings;
    if (!market_asked_for(starter->settings)) return ERR_OK;
    enum status status = client_open(&client, starter->settings, &starter->err);
    if (status != ERR_OK) return status;
    status = client_daemon_market(client, &running, &starter->err);
    client_close(client);
    if (status == ERR_OK && !client_market_same(&running, starter->settings))
        describe_market(&running, starter->other_market, sizeof starter->other_market);
    return status;
}

static enum status switch_market(struct starter *starter)
{
    struct client *client = NULL;
    enum status status = client_open(&client, starter->settings, &starter->err);
    if (status != ERR_OK) return status;
    status = client_daemon_set_market(client, starter->settings, &starter->err);
    client_close(client);
    return status;
}

static void *run(void *context)
{
    struct starter *starter = context;
    if (starter->job == STARTER_SWITCH_MARKET) {
        starter->status = switch_market(starter);
    } else if (starter->job == STARTER_KEEP_THEME) {
        starter->status = client_keep_setting(starter->settings, SET_THEME, &starter->err);
    } else if (client_daemon_running(starter->settings)) {
        starter->status = compare_market(starter);
    } else {
        starter->status = client_daemon_start(starter->settings, &starter->err);
        if (starter->status == ERR_BUSY) starter->status = ERR_OK; /* somebody else was faster */
    }
    atomic_store(&starter->done, true);
    return NULL;
}

struct starter *starter_begin(enum starter_job job, const struct settings *settings)
{
    struct starter *starter = calloc(1, sizeof *starter);
    sigset_t all, before;
    if (!starter) return NULL;
    starter->job = job;
    starter->settings = settings;
    /* The terminal's signals are for the loop. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool made = pthread_create(&starter->thread, NULL, run, starter) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!made) {
        free(starter);
        return NULL;
    }
    return starter;
}

bool starter_done(const struct starter *starter)
{
    return atomic_load(&starter->done);
}

enum status starter_join(struct starter *starter, char *other_market, size_t size, struct err *err)
{
    (void)pthread_join(starter->thread, NULL);
    enum status status = starter->status;
    if (err) *err = starter->err;
    if (other_market) (void)text_copy(other_market, size, starter->other_market);
    free(starter);
    return status;
}

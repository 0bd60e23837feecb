/*
 * client_daemon: is outcryd there, start it in the background, and what market it plays.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.h"
#include "gateway/child.h"
#include "gateway/client_impl.h"
#include "gateway/config.h"
#include "gateway/lock.h"

#define START_US       (10 * CLOCK_SECOND_US)
#define READY_MS       3000
#define STOP_MS        15000
#define DAEMON_PROGRAM "outcryd"
#define DAEMON_LOG     "outcryd.log"
#define ALIVE_FD       3

static const enum setting_id market_settings[] = {SET_MARKET_FILE, SET_MARKET_SOURCE, SET_MARKET_SPEED, SET_MARKET_SEED,
                                                  SET_MARKET_SEEK};
#define MARKET_SETTINGS (sizeof market_settings / sizeof market_settings[0])

bool client_daemon_running(const struct settings *settings)
{
    struct paths paths;
    return paths_resolve(&paths, settings, NULL) == ERR_OK &&
           lock_held(paths.runtime, component_name(COMPONENT_SUPERVISOR), NULL);
}

bool client_daemon_end(const struct settings *settings)
{
    struct paths paths;
    int64_t pid = 0;
    return paths_resolve(&paths, settings, NULL) == ERR_OK &&
           lock_held(paths.runtime, component_name(COMPONENT_SUPERVISOR), &pid) && pid > 0 &&
           kill((pid_t)pid, SIGTERM) == 0;
}

bool client_orphans(const struct settings *settings, unsigned *components)
{
    struct paths paths;
    unsigned found = 0;
    if (client_daemon_running(settings) || paths_resolve(&paths, settings, NULL) != ERR_OK) return false;
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++)
        found |= lock_held(paths.runtime, component_name((enum component)c), NULL) ? 1u << c : 0;
    if (components != NULL) *components = found;
    return found != 0;
}

/* A market that cannot be played is better refused here, in front of the trader, than in a log. */
static enum status check_market(const struct settings *settings, struct err *err)
{
    const char *file = settings_text(settings, SET_MARKET_FILE);
    if (strcmp(settings_text(settings, SET_MARKET_SOURCE), "replay") != 0) {
        return settings->values[SET_MARKET_SEEK].source == SOURCE_FLAG && *settings_text(settings, SET_MARKET_SEEK)
                   ? err_set(err, ERR_STATE, "market.seek: the synthetic market has no other time (a replay has)")
                   : ERR_OK;
    }
    if (file[0] == '\0') return err_set(err, ERR_INVALID, "market.file: a replay needs a file (--replay FILE)");
    if (access(file, R_OK) != 0) return err_set(err, ERR_NOT_FOUND, "market.file: %.180s: %s", file, strerror(errno));
    return ERR_OK;
}

/* In the child: nothing of the terminal and none of our descriptors, but the pipe whose end says that outcryd has
 * ended. */
static void become_daemon(const char *program, char *const *argv, const char *log, int alive)
{
    sigset_t none;
    if (setsid() < 0 || fork() != 0) _exit(0); /* the grandchild belongs to init, and never gets a terminal */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDONLY);
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    dup2(null, STDIN_FILENO);
    dup2(out >= 0 ? out : null, STDOUT_FILENO);
    dup2(out >= 0 ? out : null, STDERR_FILENO);
    dup2(alive, ALIVE_FD);
    syscall(SYS_close_range, (unsigned)ALIVE_FD + 1, ~0U, 0U);
    if (chdir("/") == 0) {
        execvp(program, argv);
        ssize_t written = write(ALIVE_FD, "x", 1);
        (void)written;
    }
    _exit(127);
}

static enum status spawn(const struct settings *settings, const struct paths *paths, int *alive, struct err *err)
{
    char program[PATHS_FILE_SIZE];
    char log[PATHS_FILE_SIZE];
    char *argv[SETTING_COUNT + 2];
    int fds[2];
    child_program(DAEMON_PROGRAM, program);
    paths_join(log, paths->home, DAEMON_LOG);
    if (pipe2(fds, O_CLOEXEC) != 0) return err_set(err, ERR_IO, "%s: %s", DAEMON_PROGRAM, strerror(errno));
    argv[0] = (char[]){DAEMON_PROGRAM};
    size_t count = config_to_flags(settings, argv + 1, SETTING_COUNT);
    argv[count + 1] = NULL;
    pid_t pid = fork();
    if (pid == 0) become_daemon(program, argv, log, fds[1]);
    int code = errno;
    config_free_flags(argv + 1, count);
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return err_set(err, ERR_IO, "%s: %s", DAEMON_PROGRAM, strerror(code));
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    *alive = fds[0];
    return ERR_OK;
}

/* Its own words, which it leaves beside its sockets. */
static enum status say_why(const struct paths *paths, struct err *err)
{
    char path[PATHS_FILE_SIZE];
    char text[TEXT_SIZE] = "";
    int fd = open(paths_join(path, paths->runtime, "supervisor.failed"), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        ssize_t length = read(fd, text, sizeof text - 1);
        text[length > 0 ? length : 0] = '\0';
        text_clean(text);
        close(fd);
    }
    if (text[0] == '\0')
        return err_set(err, ERR_STATE, "outcryd ended at once; %.180s/%s says why", paths->home, DAEMON_LOG);
    return err_set(err, ERR_STATE, "outcryd: %.200s", text);
}

static enum status control(struct client *client, enum control_kind kind, const char *text, struct err *err)
{
    struct msg msg;
    struct reply reply;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = kind;
    text_copy(msg.control.text, sizeof msg.control.text, text);
    client_actor(msg.control.actor);
    enum status status = client_call(client, COMPONENT_SUPERVISOR, &msg, NULL, NULL, &reply, err);
    if (status == ERR_OK && reply.status != ERR_OK) return err_set(err, (enum status)reply.status, "%s", reply.text);
    return status;
}

/* The pipe has one writer, outcryd: its end comes with its death. A byte in it: there is no such program. */
static bool ended(int alive, bool *missing)
{
    char byte;
    ssize_t got = read(alive, &byte, 1);
    *missing = *missing || got == 1;
    return got == 0;
}

/* Half a system is worse than none: what was just started leaves again. */
static void stop_again(struct client *client, int alive)
{
    struct pollfd end = {.fd = alive, .events = POLLIN};
    (void)control(client, CONTROL_SHUTDOWN, "all", NULL);
    (void)poll(&end, 1, STOP_MS);
}

static enum status wait_for_supervisor(struct client *client, const struct paths *paths, int alive, struct err *err)
{
    struct msg msg;
    enum component from = COMPONENT_OPERATOR;
    int64_t until_us = client_now(client) + START_US;
    enum status status = ERR_TIMEOUT;
    bool missing = false;
    while (status == ERR_TIMEOUT && client_now(client) < until_us) {
        client_wait(client, alive, 100);
        while (status == ERR_TIMEOUT && client_next(client, &msg, &from))
            if (from == COMPONENT_SUPERVISOR && msg.id == MSG_HEARTBEAT) status = ERR_OK;
        if (status == ERR_TIMEOUT && ended(alive, &missing)) status = ERR_STATE;
    }
    if (missing)
        return err_set(err, ERR_NOT_FOUND, "the program " DAEMON_PROGRAM " is not there (beside outcry, or in PATH)");
    if (status == ERR_STATE && lock_held(paths->runtime, component_name(COMPONENT_SUPERVISOR), NULL))
        return err_set(err, ERR_BUSY, "outcryd runs already"); /* somebody else was faster */
    if (status == ERR_STATE) return say_why(paths, err);
    return status == ERR_OK ? ERR_OK
                            : err_set(err, ERR_TIMEOUT, "outcryd did not answer within %d s; %.180s/%s may say why",
                                      (int)(START_US / CLOCK_SECOND_US), paths->home, DAEMON_LOG);
}

/* adopts: positions may be protected by what was running; that is not stopped for the sake of what does not start. */
static enum status wait_for_answer(struct client *client, const struct paths *paths, int alive, bool adopts,
                                   struct err *err)
{
    enum status status = wait_for_supervisor(client, paths, alive, err);
    if (status == ERR_OK) {
        status = client_await(client, 0, READY_MS, err);
        if (status == ERR_STATE && !adopts)
            stop_again(client, alive);
        else if (status != ERR_STATE)
            status = ERR_OK; /* a file of gigabytes is still being read: it comes when it comes */
    }
    return status;
}

enum status client_daemon_start(const struct settings *settings, struct err *err)
{
    struct paths paths;
    struct client *client = NULL;
    char failed[PATHS_FILE_SIZE];
    int alive = -1;
    enum status status = check_market(settings, err);
    if (status == ERR_OK) status = paths_resolve(&paths, settings, err);
    if (status == ERR_OK) status = paths_prepare(&paths, err);
    if (status == ERR_OK && client_daemon_running(settings)) status = err_set(err, ERR_BUSY, "outcryd runs already");
    if (status == ERR_OK)
        status = client_open(&client, settings, err); /* first: settings that cannot be used start nothing */
    bool adopts = status == ERR_OK && client_orphans(settings, NULL);
    if (status == ERR_OK) {
        unlink(paths_join(failed, paths.runtime, "supervisor.failed"));
        status = spawn(settings, &paths, &alive, err);
    }
    if (status == ERR_OK) {
        fcntl(alive, F_SETFL, O_NONBLOCK);
        status = wait_for_answer(client, &paths, alive, adopts, err);
        close(alive);
    }
    client_close(client);
    return status;
}

struct reading {
    struct settings *settings;
    struct err err;
    enum status status;
};

static void read_setting(void *context, const struct msg *msg)
{
    struct reading *reading = context;
    char key[TEXT_SIZE];
    text_copy(key, sizeof key, msg->id == MSG_LOG ? msg->log.text : "");
    char *equals = strchr(key, '=');
    if (equals == NULL || reading->status != ERR_OK) return;
    *equals = '\0';
    const struct setting *row = setting_by_key(key);
    for (size_t i = 0; row != NULL && i < MARKET_SETTINGS; i++)
        if (market_settings[i] == row->id)
            reading->status = settings_set(reading->settings, row, equals + 1, SOURCE_ENVIRONMENT, &reading->err);
}

enum status client_daemon_market(struct client *client, struct settings *running, struct err *err)
{
    struct msg msg;
    struct reply reply;
    struct reading reading = {.settings = running, .status = ERR_OK};
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_SETTINGS;
    enum status status = client_call(client, COMPONENT_SUPERVISOR, &msg, read_setting, &reading, &reply, err);
    if (status == ERR_OK && reading.status != ERR_OK)
        return err_set(err, reading.status, "outcryd says %s", reading.err.text);
    return status;
}

bool client_market_same(const struct settings *a, const struct settings *b)
{
    bool replay = strcmp(settings_text(a, SET_MARKET_SOURCE), "replay") == 0;
    for (size_t i = 0; i < MARKET_SETTINGS; i++) {
        enum setting_id id = market_settings[i];
        bool matters = id == SET_MARKET_SOURCE || id == SET_MARKET_SPEED || (id == SET_MARKET_SEED) != replay;
        if (matters && strcmp(settings_text(a, id), settings_text(b, id)) != 0) return false;
    }
    return true;
}

enum status client_daemon_set_market(struct client *client, const struct settings *settings, struct err *err)
{
    enum status status = check_market(settings, err);
    for (size_t i = 0; status == ERR_OK && i < MARKET_SETTINGS; i++) {
        char text[TEXT_SIZE + SETTING_TEXT_SIZE];
        snprintf(text, sizeof text, "%s=%s", setting_row(market_settings[i])->key,
                 settings_text(settings, market_settings[i]));
        status = strlen(text) < TEXT_SIZE
                     ? control(client, CONTROL_SET, text, err)
                     : err_set(err, ERR_RANGE, "market.file: longer than %d bytes", TEXT_SIZE - 13);
    }
    return status == ERR_OK ? control(client, CONTROL_RESTART, component_name(COMPONENT_EXCHANGE), err) : status;
}

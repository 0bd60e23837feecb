/*
 * world: the processes under torture and what is heard of them. A signal goes to the process that holds a role's lock in
 * our own directory, through a pidfd, so that it can hit nothing else.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/text.h"
#include "gateway/child.h"
#include "gateway/config.h"
#include "gateway/lock.h"
#include "tests/gateway/tempdir.h"
#include "tests/torture/torture.h"

#define PUMP_MS        5
#define START_US       (20 * CLOCK_SECOND_US)
#define STATUS_US      (60 * CLOCK_MS_US)
#define STATUS_LATE_US CLOCK_SECOND_US
#define DAEMON_LOG     "outcryd.log"
#define FILLER         "filler"

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

bool world_interrupted(void)
{
    return interrupted != 0;
}

int64_t torture_now(void)
{
    return clock_system()->now_us(clock_system());
}

void torture_say(const struct torture *t, const char *format, ...)
{
    va_list args;
    if (!t->options.verbose) return;
    va_start(args, format);
    fprintf(stderr, "%lld ", (long long)(torture_now() / CLOCK_MS_US));
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void torture_fail(struct torture *t, const char *format, ...)
{
    char text[sizeof t->why];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(t->out, "failed: %s\n", text);
    fflush(t->out);
    if (!t->failed) {
        t->failed = true;
        snprintf(t->why, sizeof t->why, "%s", text);
    }
}

/* --- processes ------------------------------------------------------------------------------------------------------ */

int64_t world_pid(const struct torture *t, enum component component)
{
    int64_t pid = 0;
    return lock_held(t->runtime, component_name(component), &pid) ? pid : 0;
}

int64_t world_signal(struct torture *t, enum component component, int number)
{
    int64_t pid = world_pid(t, component);
    if (pid <= 1) return 0;
    int pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
    bool same = pidfd >= 0 && world_pid(t, component) == pid;
    if (same && syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0U) != 0) same = false;
    if (pidfd >= 0) close(pidfd);
    if (same && number == SIGKILL) {
        t->heard[component].dead_pid = pid;
        t->heard[component].pid = 0;
        t->heard[component].asked = 0;
    }
    return same ? pid : 0;
}

/* argv[0] of a process that was started with our runtime directory; false: it is none of ours, or a zombie. */
static bool ours(const struct torture *t, const char *pid, char *name, size_t size)
{
    char path[64];
    char line[8192];
    snprintf(path, sizeof path, "/proc/%.20s/cmdline", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t length = read(fd, line, sizeof line - 1);
    close(fd);
    if (length <= 0) return false;
    line[length] = '\0';
    const char *slash = strrchr(line, '/');
    text_copy(name, size, slash != NULL ? slash + 1 : line);
    for (char *at = line; at < line + length; at += strlen(at) + 1)
        if (strstr(at, t->runtime) != NULL) return true;
    return false;
}

/* Of one role, or all (0); they get a signal when it is not 0. */
static int each_process(const struct torture *t, enum component component, int number)
{
    char wanted[64] = "";
    char name[256];
    int count = 0;
    DIR *proc = opendir("/proc");
    if (component != 0) {
        snprintf(wanted, sizeof wanted, component == COMPONENT_SUPERVISOR ? "outcryd" : "outcry-%s",
                 component_name(component));
    }
    for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;) {
        int64_t pid = strtoll(entry->d_name, NULL, 10);
        if (pid <= 1 || pid == getpid() || !ours(t, entry->d_name, name, sizeof name)) continue;
        if (strncmp(name, "outcry", 6) != 0 || (wanted[0] != '\0' && strcmp(name, wanted) != 0)) continue;
        count++;
        if (number != 0) kill((pid_t)pid, number);
    }
    if (proc != NULL) closedir(proc);
    return count;
}

int world_count(const struct torture *t, enum component component)
{
    return each_process(t, component, 0);
}

/* What a killed outcryd leaves is ours to bury (we are the subreaper). */
static void reap(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

bool world_start(struct torture *t)
{
    struct err err = {0};
    if (client_daemon_start(&t->settings, &err) != ERR_OK) {
        torture_fail(t, "outcryd does not start: %s", err.text);
        return false;
    }
    return true;
}

/* As systemd would: at once, and without waiting for anything. */
bool world_restart(struct torture *t)
{
    char program[PATHS_FILE_SIZE];
    char name[] = "outcryd";
    char log[PATHS_FILE_SIZE];
    char *argv[SETTING_COUNT + 2] = {name};
    /* The one that was killed may take a moment to be gone. */
    int64_t until_us = clock_monotonic_us() + 2 * CLOCK_SECOND_US;
    while (world_pid(t, COMPONENT_SUPERVISOR) != 0 && clock_monotonic_us() < until_us) world_pump(t, CLOCK_MS_US);
    child_program(name, program);
    paths_join(log, t->home, DAEMON_LOG);
    size_t count = config_to_flags(&t->settings, argv + 1, SETTING_COUNT);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDONLY);
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(null, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        setsid();
        syscall(SYS_close_range, 3U, ~0U, 0U);
        execvp(program, argv);
        _exit(127);
    }
    config_free_flags(argv + 1, count);
    if (pid < 0) torture_fail(t, "outcryd does not start: %s", strerror(errno));
    return pid > 0;
}

bool world_stop(struct torture *t)
{
    int64_t until_us = clock_monotonic_us() + START_US;
    world_control(t, COMPONENT_SUPERVISOR, CONTROL_SHUTDOWN, "");
    while (each_process(t, (enum component)0, 0) > 0 && clock_monotonic_us() < until_us)
        world_pump(t, 50 * CLOCK_MS_US);
    if (each_process(t, (enum component)0, 0) > 0) {
        torture_fail(t, "%d processes live on after the stop", each_process(t, (enum component)0, 0));
        return false;
    }
    return true;
}

/* --- directory ------------------------------------------------------------------------------------------------------ */

static bool set(struct torture *t, enum setting_id id, const char *text)
{
    struct err err = {0};
    if (settings_set(&t->settings, setting_row(id), text, SOURCE_FLAG, &err) != ERR_OK) {
        torture_fail(t, "%s", err.text);
        return false;
    }
    return true;
}

static bool set_number(struct torture *t, enum setting_id id, int64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)number);
    return set(t, id, text);
}

static bool settings_of(struct torture *t)
{
    settings_defaults(&t->settings);
    return set(t, SET_HOME, t->home) && set(t, SET_RUNTIME, t->runtime) &&
           set_number(t, SET_MARKET_SPEED, t->options.speed) &&
           set_number(t, SET_MARKET_SEED, (int64_t)(t->options.seed % 1000000) + 1) &&
           /* The limits are another test's; here nothing may end the stream early. */
           set_number(t, SET_GUARD_DAILY_LOSS, 0) && set_number(t, SET_GUARD_ORDERS_PER_SECOND, 500) &&
           set_number(t, SET_GUARD_STRATEGY_ORDERS_PER_SECOND, 500);
}

/* The programs are in $BUILD; this one is in $BUILD/tests/torture. */
static void find_programs(void)
{
    char build[2048];
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", build, sizeof build - 1);
    build[length > 0 ? length : 0] = '\0';
    for (int i = 0; i < 3 && strrchr(build, '/') != NULL; i++) *strrchr(build, '/') = '\0';
    snprintf(path, sizeof path, "%s:%.1000s", build, getenv("PATH"));
    setenv("PATH", path, 1);
}

bool world_open(struct torture *t)
{
    struct sigaction action = {.sa_handler = on_signal};
    struct err err = {0};
    interrupted = 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    find_programs();
    if (tempdir_make(t->directory) != 0) {
        torture_fail(t, "no temporary directory: %s", strerror(errno));
        return false;
    }
    snprintf(t->home, sizeof t->home, "%s/home", t->directory);
    snprintf(t->runtime, sizeof t->runtime, "%s/run", t->directory);
    mkdir(t->home, 0700);
    t->mounted = !t->options.plain &&
                 mount("outcry-torture", t->home, "tmpfs", MS_NOSUID | MS_NODEV, "size=512m,mode=0700") == 0;
    if (!t->mounted && !t->options.plain)
        fprintf(t->out, "skip: full disk (a tmpfs cannot be mounted here: %s)\n", strerror(errno));
    if (!settings_of(t) || !world_start(t)) return false;
    if (client_open(&t->client, &t->settings, &err) != ERR_OK) {
        torture_fail(t, "client: %s", err.text);
        return false;
    }
    return true;
}

/* The tmpfs goes away with its mount: what it holds is wanted when the run failed. */
static void rescue_file(const char *from, const char *to)
{
    char block[65536];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (ssize_t length; in >= 0 && out >= 0 && (length = read(in, block, sizeof block)) > 0;)
        if (write(out, block, (size_t)length) != length) break;
    if (in >= 0) close(in);
    if (out >= 0) close(out);
}

static void rescue(const struct torture *t)
{
    char from[PATHS_FILE_SIZE];
    char to[PATHS_FILE_SIZE];
    char directory[PATHS_FILE_SIZE];
    snprintf(directory, sizeof directory, "%s/kept", t->directory);
    mkdir(directory, 0700);
    DIR *home = opendir(t->home);
    for (struct dirent *entry; home != NULL && (entry = readdir(home)) != NULL;)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, FILLER) != 0)
            rescue_file(paths_join(from, t->home, entry->d_name), paths_join(to, directory, entry->d_name));
    if (home != NULL) closedir(home);
}

void world_close(struct torture *t)
{
    client_close(t->client);
    t->client = NULL;
    for (int i = 0; i < 200 && each_process(t, (enum component)0, SIGKILL) > 0; i++) {
        reap();
        struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
        nanosleep(&pause, NULL);
    }
    reap();
    if (t->directory[0] == '\0') return;
    if (t->mounted && t->failed) rescue(t);
    if (t->mounted) umount2(t->home, MNT_DETACH);
    if (t->failed)
        fprintf(t->out, "kept: %s (seed %llu)\n", t->directory, (unsigned long long)t->options.seed);
    else
        tempdir_remove(t->directory);
}

static bool a_fall(const char *line)
{
    static const char *const words[] = {"Sanitizer",       "runtime error", "Assertion",
                                        "ssertion failed", "check failed",  "stack smashing",
                                        "corrupted",       "malloc()",      "free()"};
    const char *signal = strstr(line, "killed by signal ");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(line, words[i]) != NULL) return true;
    return signal != NULL && strncmp(signal, "killed by signal 9 ", 19) != 0;
}

bool world_nothing_crashed(struct torture *t)
{
    static const char *const logs[] = {DAEMON_LOG, "outcry.log", "outcry.log.1"};
    char path[PATHS_FILE_SIZE];
    char line[1024];
    bool ok = true;
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        FILE *log = fopen(paths_join(path, t->home, logs[i]), "r");
        while (log != NULL && fgets(line, sizeof line, log) != NULL) {
            if (a_fall(line)) {
                line[strcspn(line, "\n")] = '\0';
                torture_fail(t, "a process fell: %s", line);
                ok = false;
            }
        }
        if (log != NULL) fclose(log);
    }
    return ok;
}

bool world_fill_disk(struct torture *t)
{
    char path[PATHS_FILE_SIZE];
    if (!t->mounted) return false;
    int fd = open(paths_join(path, t->home, FILLER), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    off_t at = 0;
    for (off_t block = (off_t)64 << 20; block >= 4096;)
        if (posix_fallocate(fd, at, block) == 0)
            at += block;
        else
            block /= 2;
    close(fd);
    return true;
}

void world_free_disk(struct torture *t)
{
    char path[PATHS_FILE_SIZE];
    unlink(paths_join(path, t->home, FILLER));
}

/* --- what is heard -------------------------------------------------------------------------------------------------- */

static void on_heartbeat(struct torture *t, const struct heartbeat *beat)
{
    struct torture_heard *heard = &t->heard[beat->component];
    if (beat->pid == heard->dead_pid || beat->time_us < heard->at_us) return; /* a dead one's last words */
    heard->pid = beat->pid;
    heard->peer_up = beat->peer_up;
    heard->unconfirmed = beat->unconfirmed;
    heard->unknown = beat->unknown;
    heard->at_us = beat->time_us;
    text_copy(heard->text, sizeof heard->text, beat->text);
}

static void on_contract(struct torture *t, const struct contract *contract)
{
    for (int i = 0; i < t->contract_count; i++) {
        if (strcmp(t->contracts[i].symbol, contract->symbol) == 0) {
            t->contracts[i] = *contract;
            return;
        }
    }
    if (t->contract_count < 64) t->contracts[t->contract_count++] = *contract;
}

static void on_reply(struct torture *t, const struct reply *reply, enum component from)
{
    for (int i = 0; i < TORTURE_ASKED; i++) {
        struct torture_asked *asked = &t->asked[i];
        if (asked->id != reply->request_id || asked->to != from || asked->id == 0) continue;
        if (asked->what == ASK_STATUS)
            t->heard[asked->to].asked = 0;
        else
            stream_answered(t, asked, reply);
        asked->id = 0;
        return;
    }
}

static enum torture_moment moment_of(const struct msg *msg)
{
    static const enum torture_moment moments[] = {
        [EXEC_SENDING] = AT_SENDING, [EXEC_NEW] = AT_ACK, [EXEC_FILL] = AT_FILL, [EXEC_UNKNOWN] = AT_ANY_TIME};
    if (msg->id == MSG_SIGNAL) return AT_SIGNAL;
    if (msg->id == MSG_ORDER && msg->order.state == ORDER_INTENT) return AT_INTENT;
    return msg->id == MSG_ORDER_EVENT && msg->order_event.kind <= EXEC_UNKNOWN ? moments[msg->order_event.kind]
                                                                               : AT_ANY_TIME;
}

static void spring(struct torture *t, const struct msg *msg)
{
    struct torture_trap *trap = &t->trap;
    if (trap->moment == AT_ANY_TIME || trap->killed_us != 0 || moment_of(msg) != trap->moment) return;
    struct timespec pause = {.tv_nsec = (long)trap->delay_us * 1000};
    nanosleep(&pause, NULL);
    if (world_signal(t, trap->victim, SIGKILL) != 0) {
        trap->killed_us = torture_now();
        t->counts.moments[trap->moment]++;
    }
}

static void see(struct torture *t, const struct msg *msg, enum component from)
{
    spring(t, msg);
    if (msg->id == MSG_HEARTBEAT)
        on_heartbeat(t, &msg->heartbeat);
    else if (msg->id == MSG_PROCESS)
        t->heard[msg->process.component].given_up = strncmp(msg->process.text, "given up", 8) == 0;
    else if (msg->id == MSG_MARKET)
        t->market = msg->market;
    else if (msg->id == MSG_SESSION)
        t->session = msg->session;
    else if (msg->id == MSG_GUARD_STATE)
        t->guard = msg->guard_state;
    else if (msg->id == MSG_DIFFERENCE)
        t->difference = msg->difference.kind == DIFFERENCE_POSITION ? msg->difference : t->difference;
    else if (msg->id == MSG_CONTRACT)
        on_contract(t, &msg->contract);
    else if (msg->id == MSG_REPLY)
        on_reply(t, &msg->reply, from);
    else
        stream_see(t, msg);
}

void world_pump(struct torture *t, int64_t duration_us)
{
    struct msg msg;
    enum component from = COMPONENT_OPERATOR;
    int64_t until_us = clock_monotonic_us() + duration_us;
    do {
        client_wait(t->client, -1, PUMP_MS);
        for (int i = 0; i < 2000 && client_next(t->client, &msg, &from); i++) see(t, &msg, from);
        reap();
        int64_t now_us = torture_now();
        if (t->streaming && now_us >= t->next_stream_us) {
            t->next_stream_us = now_us + 10 * CLOCK_MS_US;
            stream_step(t, now_us);
        }
        if (t->trap.killed_us != 0) return; /* what was waited for has happened */
    } while (clock_monotonic_us() < until_us && !world_interrupted());
}

/* What was asked when, by the clock of the processes. */
static void stamp(const struct torture *t, struct msg *msg)
{
    const int64_t now_us = torture_now() + t->ahead_us;
    if (msg->id == MSG_ORDER_COMMAND) msg->order_command.order.created_us = now_us;
    if (msg->id == MSG_CONDITION_COMMAND) msg->condition_command.created_us = now_us;
    if (msg->id == MSG_CONTROL) msg->control.created_us = now_us;
}

uint64_t world_ask(struct torture *t, enum component to, struct msg *msg, enum torture_ask what, int index)
{
    uint64_t id = 0;
    for (int i = 0; i < TORTURE_ASKED; i++) {
        struct torture_asked *asked = &t->asked[i];
        if (asked->id == 0) {
            stamp(t, msg);
            if (client_send(t->client, to, msg, &id, NULL) != ERR_OK) return 0;
            *asked = (struct torture_asked){.id = id, .to = to, .what = what, .index = index};
            return id;
        }
    }
    return 0;
}

void world_control(struct torture *t, enum component to, enum control_kind kind, const char *text)
{
    struct msg msg;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = kind;
    text_copy(msg.control.text, sizeof msg.control.text, text);
    text_copy(msg.control.actor, sizeof msg.control.actor, "torture");
    world_ask(t, to, &msg, ASK_CONTROL, (int)kind);
}

void world_ask_status(struct torture *t)
{
    int64_t now_us = torture_now();
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++) {
        struct torture_heard *heard = &t->heard[c];
        bool waiting = heard->asked != 0 && now_us - heard->asked_us < STATUS_LATE_US;
        if (waiting || now_us - heard->at_us < STATUS_US) continue;
        struct msg msg;
        msg_init(&msg, MSG_QUERY);
        msg.query.kind = QUERY_STATUS;
        heard->asked_us = now_us;
        heard->asked = world_ask(t, (enum component)c, &msg, ASK_STATUS, 0);
    }
}

bool world_healthy(const struct torture *t, int64_t since_us)
{
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++) {
        const struct torture_heard *heard = &t->heard[c];
        if (heard->pid == 0 || heard->at_us < since_us || !heard->peer_up ||
            client_link(t->client, (enum component)c, NULL) != LINK_UP)
            return false;
    }
    return strncmp(t->heard[COMPONENT_GATEWAY].text, "trading", 7) == 0 && t->session.account[0] != '\0';
}

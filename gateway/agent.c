/*
 * agent: the life of a process: open everything, work, close everything, say clearly why not.
 */
#include "gateway/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/check.h"
#include "gateway/config.h"
#include "gateway/heard.h"

#define LAST_WORDS_MS 200 /* for the answer to "stop" */
#define LOOK_US       (50 * CLOCK_MS_US)
#define HEARTBEAT_US  CLOCK_SECOND_US
#define GARBAGE_SAID  3 /* lines a second and socket; the rest is counted */

void agent_fail(struct agent *agent, const struct err *err)
{
    if (!agent->failed) {
        agent->failed = true;
        agent->failure = *err;
    }
    loop_stop(agent->loop);
}

bool agent_publish(struct agent *agent, const struct msg *msg)
{
    struct err err;
    if (agent->pub == NULL) return true;
    const enum status status = bus_publish(agent->pub, msg, &err);
    if (status == ERR_OK)
        agent->published += heard_counts(msg) ? 1 : 0;
    else if (status != ERR_BUSY)
        log_write(agent->log, LEVEL_WARNING, "not published: %s", err.text);
    return status != ERR_BUSY;
}

static void publish_log(void *context, const struct msg *line)
{
    agent_publish(context, line);
}

static void garbage_second(struct agent *agent, enum bus_endpoint endpoint, int64_t now_us, uint64_t in_all)
{
    struct agent_garbage *garbage = &agent->garbage[endpoint];
    if (now_us - garbage->second_us < CLOCK_SECOND_US && now_us >= garbage->second_us) return;
    if (garbage->unsaid > 0) {
        log_write(agent->log, LEVEL_WARNING, "%s: %" PRIu64 " more messages dropped in that second, %" PRIu64 " in all",
                  bus_endpoint_name(endpoint), garbage->unsaid, in_all);
    }
    *garbage = (struct agent_garbage){.second_us = now_us};
}

static void say_garbage(struct agent *agent, const struct bus_socket *socket, const struct err *err)
{
    enum bus_endpoint endpoint = bus_socket_endpoint(socket);
    struct agent_garbage *garbage = &agent->garbage[endpoint];
    garbage_second(agent, endpoint, agent->clock->now_us(agent->clock), bus_dropped(socket));
    if (garbage->said < GARBAGE_SAID) {
        garbage->said++;
        log_write(agent->log, LEVEL_WARNING, "%s", err->text);
    } else {
        garbage->unsaid++;
    }
}

bool agent_receive(struct agent *agent, struct bus_socket *socket, struct msg *msg, struct bus_peer *peer)
{
    struct err err;
    for (int i = 0; i < AGENT_BATCH; i++) {
        enum bus_result result = bus_receive(socket, msg, peer, &err);
        if (result != BUS_DROPPED) {
            if (agent->garbage[bus_socket_endpoint(socket)].unsaid > 0) {
                garbage_second(agent, bus_socket_endpoint(socket), agent->clock->now_us(agent->clock),
                               bus_dropped(socket));
            }
            return result == BUS_MESSAGE;
        }
        say_garbage(agent, socket, &err);
    }
    return false;
}

void agent_send(struct agent *agent, const struct requester *to, const struct msg *msg)
{
    struct err err;
    if (to->socket == NULL || to->peer.size == 0) return;
    if (msg->id == MSG_REPLY) actions_answered(agent, to, &msg->reply);
    if (bus_send_to(to->socket, &to->peer, msg, &err) != ERR_OK && err.status != ERR_NOT_FOUND)
        log_write(agent->log, LEVEL_WARNING, "not answered: %s", err.text);
}

void agent_reply(struct agent *agent, const struct requester *to, uint64_t request_id, enum status status,
                 int64_t number, const char *format, ...)
{
    struct msg msg;
    va_list args;
    msg_init(&msg, MSG_REPLY);
    msg.reply.request_id = request_id;
    msg.reply.status = (int32_t)status;
    msg.reply.number = number;
    va_start(args, format);
    vsnprintf(msg.reply.text, sizeof msg.reply.text, format, args);
    va_end(args);
    agent_send(agent, to, &msg);
}

void agent_heartbeat(struct agent *agent, struct msg *out)
{
    msg_init(out, MSG_HEARTBEAT);
    struct heartbeat *beat = &out->heartbeat;
    beat->component = agent->ops->component;
    beat->pid = getpid();
    beat->started_us = agent->started_us;
    beat->time_us = agent->clock->now_us(agent->clock);
    agent->ops->heartbeat(agent, agent->self, beat);
}

uint64_t agent_request_id(const struct msg *msg)
{
    const struct field *field = msg_field(msg->id, "request_id");
    uint64_t id = 0;
    if (field != NULL) memcpy(&id, msg->bytes + field->offset, sizeof id);
    return id;
}

struct log_answer {
    struct agent *agent;
    const struct requester *to;
    int64_t rows;
};

static void answer_line(void *context, const struct msg *line)
{
    struct log_answer *answer = context;
    agent_send(answer->agent, answer->to, line);
    answer->rows++;
}

static void serve_control(struct agent *agent, int64_t now_us)
{
    struct msg msg;
    struct requester from = {.socket = agent->control};
    for (int i = 0; i < AGENT_BATCH && agent_receive(agent, agent->control, &msg, &from.peer); i++) {
        if (msg.id == MSG_QUERY && msg.query.kind == QUERY_LOG) {
            struct log_answer answer = {.agent = agent, .to = &from};
            log_each(agent->log, answer_line, &answer);
            agent_reply(agent, &from, msg.query.request_id, ERR_OK, answer.rows, "%s", "");
        } else {
            actions_asked(agent, &from, &msg, now_us);
            agent->ops->on_request(agent, agent->self, &from, &msg, now_us);
        }
        if (msg.id == MSG_LOGIN) explicit_bzero(&msg, sizeof msg);
    }
}

/* Both clocks at one instant; false: we were interrupted between the two, for longer than a jump may be mistaken by. */
static bool read_clocks(struct agent *agent, int64_t *now_us, int64_t *steady_us)
{
    for (int tries = 0; tries < 3; tries++) {
        *steady_us = clock_monotonic_us();
        *now_us = agent->clock->now_us(agent->clock);
        if (clock_monotonic_us() - *steady_us < CLOCK_JUMP_US / 20) return true;
    }
    return false;
}

/* Times to live, time-outs and rates are differences of the day's time: across a jump of it they are wrong. */
static void watch_clock(struct agent *agent)
{
    int64_t now_us = 0;
    int64_t steady_us = 0;
    struct err err;
    if (!read_clocks(agent, &now_us, &steady_us)) return;
    int64_t jump_us = clock_watch_step(&agent->clock_watch, now_us, steady_us);
    if (jump_us == 0) return;
    err_set(&err, ERR_IO, "the machine's clock jumped by %+" PRId64 " ms", jump_us / CLOCK_MS_US);
    log_write(agent->log, LEVEL_WARNING, "%s", err.text);
    if (agent->ops->clock_jumped != NULL) agent->ops->clock_jumped(agent, agent->self, jump_us, now_us);
    if (!agent->ops->clock_stays) agent_fail(agent, &err);
}

static const char *program_name(const struct agent *agent)
{
    static const char *const names[] = {[COMPONENT_EXCHANGE] = "outcry-exchange",
                                        [COMPONENT_GATEWAY] = "outcry-gateway",
                                        [COMPONENT_STRATEGY] = "outcry-strategy",
                                        [COMPONENT_EXECUTOR] = "outcry-executor",
                                        [COMPONENT_SUPERVISOR] = "outcryd"};
    return names[agent->ops->component];
}

/* Each second, and as soon as it has become able to work, or unable. */
static int64_t beat_when_due(struct agent *agent, int64_t now_us)
{
    struct msg beat;
    /* A new listener is spoken to at once: that is how it knows that it listens. */
    bool listener = bus_subscribed(agent->pub);
    bool clock_went_back = agent->next_look_us > now_us + LOOK_US;
    if (now_us < agent->next_look_us && !clock_went_back && !listener) return agent->next_look_us;
    agent->next_look_us = now_us + LOOK_US;
    agent_heartbeat(agent, &beat);
    bool changed = beat.heartbeat.peer_up != agent->said_peer_up;
    beat.heartbeat.published = agent->published + 1;
    if (listener || changed || now_us >= agent->next_heartbeat_us || agent->next_heartbeat_us > now_us + HEARTBEAT_US) {
        if (agent_publish(agent, &beat)) {
            agent->said_peer_up = beat.heartbeat.peer_up;
            agent->next_heartbeat_us = now_us + HEARTBEAT_US;
        } else {
            agent->next_look_us = now_us; /* before the next ticks */
        }
    }
    return agent->next_look_us;
}

/* Control first, then the heartbeat, then the component's work: what it publishes may leave no room at a reader. */
static int64_t do_work(void *self, int64_t now_us)
{
    struct agent *agent = self;
    watch_clock(agent);
    if (agent->failed) return now_us;
    serve_control(agent, now_us);
    const int64_t look = beat_when_due(agent, now_us);
    const int64_t next = agent->ops->do_work(agent, agent->self, now_us);
    return next < look ? next : look;
}

static const char *failed_file(const struct agent *agent, char path[PATHS_FILE_SIZE])
{
    char name[64];
    snprintf(name, sizeof name, "%s.failed", component_name(agent->ops->component));
    return paths_join(path, agent->paths.runtime, name);
}

/* Where the supervisor, which does not read our stderr, finds the reason. */
static void write_failed(const struct agent *agent, const char *text)
{
    char path[PATHS_FILE_SIZE];
    int fd = open(failed_file(agent, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) {
        ssize_t written = write(fd, text, strlen(text));
        (void)written; /* it is also in the log and on stderr */
        close(fd);
    }
}

/* What a person may ask any of our programs without starting it. */
static bool answered(const struct agent *agent, int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (strcmp(word, "--version") == 0) {
        printf("%s %s\n", program_name(agent), OUTCRY_VERSION);
        return true;
    }
    if (strcmp(word, "--help") == 0) {
        printf("usage: %s [SETTING ...]\n\nA background process of outcry; 'outcry start' starts all of them.\n"
               "Settings are flags (--home DIR, --speed N ...): 'outcry config' lists them.\n",
               program_name(agent));
        return true;
    }
    return false;
}

static int failed_exit(const struct agent *agent, const struct err *err, bool has_paths)
{
    bool wrong = err->status != ERR_IO && err->status != ERR_FULL && err->status != ERR_TIMEOUT;
    fprintf(stderr, "%s: %s\n", program_name(agent), err->text);
    if (agent->log != NULL) log_write(agent->log, LEVEL_ERROR, "ends: %s", err->text);
    if (has_paths) write_failed(agent, err->text);
    return err->status == ERR_FULL ? AGENT_EXIT_FULL : wrong ? 2 : 1;
}

static enum status open_paths(struct agent *agent, int argc, char **argv, struct err *err)
{
    enum status status = config_load(&agent->settings, &argc, argv, err);
    if (status == ERR_OK && argc > 1)
        status = err_set(err, ERR_INVALID, "%s: no such option ('outcry config' lists the settings)", argv[1]);
    if (status == ERR_OK) status = paths_resolve(&agent->paths, &agent->settings, err);
    if (status == ERR_OK) status = paths_prepare(&agent->paths, err);
    return status;
}

static enum status open_rest(struct agent *agent, struct err *err)
{
    const struct agent_ops *ops = agent->ops;
    const char *role = component_name(ops->component);
    char path[PATHS_FILE_SIZE];
    enum status status = lock_take(&agent->lock, agent->paths.runtime, role, err);
    if (status == ERR_OK) {
        unlink(failed_file(agent, path));
        status = log_open(&agent->log, ops->component, agent->paths.home, err);
    }
    if (status == ERR_OK) status = loop_open(&agent->loop, true, err);
    if (status == ERR_OK) status = bus_open(&agent->bus, &agent->settings, &agent->paths, err);
    if (status == ERR_OK) status = bus_bind(agent->bus, ops->pub, BUS_PUB, &agent->pub, err);
    if (status == ERR_OK) {
        log_set_listener(agent->log, publish_log, agent);
        status = bus_bind(agent->bus, ops->control, BUS_ROUTER, &agent->control, err);
    }
    if (status == ERR_OK) {
        loop_add_socket(agent->loop, agent->pub);
        loop_add_socket(agent->loop, agent->control);
        status = ops->open(agent, agent->self, err);
    }
    return status;
}

static void close_all(struct agent *agent)
{
    if (agent->bus != NULL) agent->ops->close(agent, agent->self);
    if (agent->log != NULL) log_set_listener(agent->log, NULL, NULL);
    if (agent->control != NULL) bus_linger(agent->control, LAST_WORDS_MS);
    bus_socket_close(agent->control);
    bus_socket_close(agent->pub);
    bus_close(agent->bus);
    loop_close(agent->loop);
    log_close(agent->log);
    lock_release(&agent->lock);
    free(agent->self);
}

/* ZeroMQ's buffers, once used, keep what was in them: what is heard here must not reach a file. */
static void keep_passwords(const struct agent_ops *ops)
{
    const struct rlimit none = {0, 0};
    if (!ops->hears_passwords) return;
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void passwords_gone(const struct agent_ops *ops)
{
    (void)ops;
#ifdef __SANITIZE_ADDRESS__
    if (ops->hears_passwords) (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* at exit the leak checker must be let in */
#endif
}

int agent_main(const struct agent_ops *ops, int argc, char **argv)
{
    struct agent agent = {.ops = ops, .lock = {.fd = -1}, .clock = clock_system()};
    struct err err = {0};
    if (answered(&agent, argc, argv)) return 0;
    keep_passwords(ops);
    agent.started_us = agent.clock->now_us(agent.clock);
    agent.self = calloc(1, ops->size);
    CHECK(agent.self != NULL);
    enum status status = open_paths(&agent, argc, argv, &err);
    bool has_paths = status == ERR_OK;
    if (status == ERR_OK) status = open_rest(&agent, &err);
    if (status == ERR_OK) {
        struct loop_agent work = {.self = &agent, .do_work = do_work};
        log_write(agent.log, LEVEL_INFO, "started, pid %d", (int)getpid());
        loop_run(agent.loop, agent.clock, &work);
        if (agent.failed) {
            err = agent.failure;
            status = err.status;
        } else {
            log_write(agent.log, LEVEL_INFO, "stopped");
        }
    }
    /* Someone else has the role: his reason file is not ours to write. */
    int code = status == ERR_OK ? 0 : failed_exit(&agent, &err, has_paths && agent.lock.fd >= 0);
    close_all(&agent);
    passwords_gone(ops);
    return code;
}

/*
 * supervisor: what runs, what should run, and what to do about the difference.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "gateway/config.h"
#include "gateway/supervisor_impl.h"

#define FIRST_DELAY_US  (50 * CLOCK_MS_US)
#define LONGEST_WAIT_US (5 * CLOCK_SECOND_US)
#define WINDOW_US       (60 * CLOCK_SECOND_US)
#define STOP_US         (5 * CLOCK_SECOND_US)
#define LEAVE_US        (50 * CLOCK_MS_US)
#define HOME_ROLE       "outcryd"

/* In the order in which they are stopped. */
static const enum component stop_order[CHILDREN] = {COMPONENT_STRATEGY, COMPONENT_EXECUTOR, COMPONENT_GATEWAY,
                                                    COMPONENT_EXCHANGE};

void supervisor_describe(const struct watched *w, struct msg *out)
{
    msg_init(out, MSG_PROCESS);
    struct process_info *info = &out->process;
    info->component = w->child.component;
    info->wanted = w->wanted;
    info->running = w->child.pid != 0;
    info->pid = w->child.pid;
    info->restarts = w->restarts;
    info->since_us = w->since_us;
    text_copy(info->text, sizeof info->text, w->child.text);
}

static void publish(struct supervisor *s, const struct watched *w)
{
    struct msg msg;
    supervisor_describe(w, &msg);
    agent_publish(s->agent, &msg);
}

/* An adopted process is nobody's child: its pidfd wakes the loop (our own children do by SIGCHLD). */
static void watch_fd(struct supervisor *s, struct watched *w)
{
    if (w->watched_fd >= 0) {
        loop_remove_fd(s->agent->loop, w->watched_fd);
        w->watched_fd = -1;
    }
    if (w->child.adopted && w->child.pid != 0) {
        w->watched_fd = w->child.pidfd;
        loop_add_fd(s->agent->loop, w->watched_fd);
    }
}

static void now_runs(struct supervisor *s, struct watched *w, int64_t now_us, const char *how)
{
    w->since_us = now_us;
    w->term_sent_us = 0;
    w->killed = false;
    w->restart = false;
    watch_fd(s, w);
    log_write(s->agent->log, LEVEL_INFO, "%s %s, pid %lld", component_name(w->child.component), how,
              (long long)w->child.pid);
    actions_note(s->agent, "process", "outcryd", how, component_name(w->child.component), ERR_OK, "");
    publish(s, w);
}

static void start(struct supervisor *s, struct watched *w, int64_t now_us)
{
    char *flags[SETTING_COUNT];
    struct err err;
    if (child_adopt(&w->child, &s->agent->paths)) {
        snprintf(w->child.text, sizeof w->child.text, "was running already");
        now_runs(s, w, now_us, "adopted");
        return;
    }
    size_t count = config_to_flags(&s->agent->settings, flags, SETTING_COUNT);
    enum status status = child_start(&w->child, flags, count, &err);
    config_free_flags(flags, count);
    if (status == ERR_OK) {
        now_runs(s, w, now_us, "started");
    } else {
        text_copy(w->child.text, sizeof w->child.text, err.text);
        w->start_at_us = now_us + LONGEST_WAIT_US;
        log_write(s->agent->log, LEVEL_ERROR, "%s", err.text);
        publish(s, w);
    }
}

static bool too_often(const struct watched *w, int64_t now_us)
{
    int64_t oldest = w->ends_us[w->ends % SUPERVISOR_TRIES];
    return w->ends >= SUPERVISOR_TRIES && now_us - oldest < WINDOW_US;
}

static void give_up(struct supervisor *s, struct watched *w)
{
    char reason[TEXT_SIZE];
    text_copy(reason, sizeof reason, w->child.text);
    w->given_up = true;
    snprintf(w->child.text, sizeof w->child.text, SUPERVISOR_GIVEN_UP "%.200s", reason);
    fprintf(stderr, "outcryd: %s %s\n", component_name(w->child.component), w->child.text);
    log_write(s->agent->log, LEVEL_ERROR, "%s %s; 'outcry start' tries again", component_name(w->child.component),
              w->child.text);
    actions_note(s->agent, "process", "outcryd", "given up", component_name(w->child.component), ERR_STATE, reason);
}

static void ended(struct supervisor *s, struct watched *w, int64_t now_us)
{
    const char *name = component_name(w->child.component);
    bool asked = w->term_sent_us != 0;
    watch_fd(s, w);
    w->term_sent_us = 0;
    log_write(s->agent->log, asked ? LEVEL_INFO : LEVEL_ERROR, "%s %s%s", name, asked ? "stopped: " : "",
              w->child.text);
    actions_note(s->agent, "process", "outcryd", asked ? "stopped" : "ended", name, asked ? ERR_OK : ERR_STATE,
                 w->child.text);
    if (asked || !w->wanted) {
        w->start_at_us = now_us;
        w->delay_us = 0;
        publish(s, w);
        return;
    }
    bool full = w->child.exit_code == AGENT_EXIT_FULL;
    if (!full) w->ends_us[w->ends++ % SUPERVISOR_TRIES] = now_us;
    w->restarts++;
    bool lived = now_us - w->since_us > WINDOW_US / 2;
    w->delay_us = lived || w->delay_us == 0 ? FIRST_DELAY_US : 4 * w->delay_us;
    if (w->delay_us > LONGEST_WAIT_US) w->delay_us = LONGEST_WAIT_US;
    w->start_at_us = now_us + w->delay_us;
    /* Another one has its lock: that one is adopted at the next start. */
    if (w->child.exit_code == 2 && !lock_held(s->agent->paths.runtime, name, NULL))
        give_up(s, w);
    else if (!full && too_often(w, now_us))
        give_up(s, w);
    publish(s, w);
}

/* One may be stopped when nothing that sends to it is still stopping. */
static bool may_stop(const struct supervisor *s, int at)
{
    for (int i = 0; i < at; i++) {
        const struct watched *w = &s->watched[i];
        if (w->child.pid != 0 && !w->wanted) return false;
    }
    return true;
}

static void stop_step(struct supervisor *s, int at, int64_t now_us)
{
    struct watched *w = &s->watched[at];
    if (w->term_sent_us == 0 && may_stop(s, at)) {
        w->term_sent_us = now_us;
        child_signal(&w->child, SIGTERM);
    } else if (w->term_sent_us != 0 && !w->killed && now_us - w->term_sent_us > STOP_US) {
        w->killed = true;
        log_write(s->agent->log, LEVEL_WARNING, "%s did not stop in %d s and is killed",
                  component_name(w->child.component), (int)(STOP_US / CLOCK_SECOND_US));
        child_signal(&w->child, SIGKILL);
    }
}

/* Bring each a step nearer to what is wanted. Returns when to look again. */
static int64_t step(struct supervisor *s, int64_t now_us)
{
    int64_t next = now_us + CLOCK_SECOND_US;
    for (int i = 0; i < CHILDREN; i++) {
        struct watched *w = &s->watched[i];
        if (child_ended(&w->child, &s->agent->paths)) ended(s, w, now_us);
        bool runs = w->child.pid != 0;
        if (runs && (!w->wanted || w->restart)) {
            stop_step(s, i, now_us);
            next = now_us + 20 * CLOCK_MS_US;
        } else if (!runs && w->wanted && !w->given_up && !s->shutting_down) {
            if (now_us >= w->start_at_us)
                start(s, w, now_us);
            else if (w->start_at_us < next)
                next = w->start_at_us;
        }
    }
    return next;
}

static bool any_running(const struct supervisor *s)
{
    for (int i = 0; i < CHILDREN; i++)
        if (s->watched[i].child.pid != 0) return true;
    return false;
}

unsigned supervisor_mask(const char *text)
{
    if (strcmp(text, "all") == 0) return (1u << CHILDREN) - 1;
    for (int i = 0; i < CHILDREN; i++)
        if (strcmp(text, component_name(stop_order[i])) == 0) return 1u << i;
    return 0;
}

void supervisor_wish(struct supervisor *s, unsigned mask, bool wanted, int64_t now_us)
{
    for (int i = 0; i < CHILDREN; i++) {
        struct watched *w = &s->watched[i];
        if ((mask & (1u << i)) == 0) continue;
        w->wanted = wanted;
        if (wanted) {
            w->given_up = false;
            w->ends = 0;
            w->delay_us = 0;
            w->start_at_us = now_us;
        }
    }
}

/* What holds positions must be watched also where nothing can be written. */
static void open_audit(struct supervisor *s)
{
    struct err err;
    if (db_open(&s->db, DB_SUPERVISOR, s->agent->paths.home, DB_WRITE, DB_NORMAL, &err) == ERR_OK)
        actions_begin(s->agent, s->db, &s->market);
    else
        log_write(s->agent->log, LEVEL_ERROR, "what outcryd does is not in the audit: %s", err.text);
}

/* The market's day belongs to each row of the audit; without it the day is 0, not known. */
static void open_feed(struct supervisor *s)
{
    struct msg msg;
    char topic[BUS_TOPIC_SIZE];
    struct err err;
    if (bus_connect(s->agent->bus, BUS_GATEWAY_PUB, BUS_SUB, "", &s->feed, &err) != ERR_OK) {
        log_write(s->agent->log, LEVEL_ERROR, "what outcryd does has no trading day in the audit: %s", err.text);
        return;
    }
    msg_init(&msg, MSG_MARKET);
    bus_subscribe(s->feed, bus_topic(&msg, topic));
    loop_add_socket(s->agent->loop, s->feed);
}

static void close_feed(struct supervisor *s)
{
    if (s->feed == NULL) return;
    loop_remove_socket(s->agent->loop, s->feed);
    bus_socket_close(s->feed);
    s->feed = NULL;
}

static void hear_market(struct supervisor *s)
{
    struct msg msg;
    for (int i = 0; i < AGENT_BATCH && s->feed != NULL && agent_receive(s->agent, s->feed, &msg, NULL); i++)
        if (msg.id == MSG_MARKET) s->market = msg.market;
}

static enum status supervisor_open(struct agent *agent, void *self, struct err *err)
{
    struct supervisor *s = self;
    s->agent = agent;
    s->home_lock.fd = -1;
    for (int i = 0; i < CHILDREN; i++) {
        child_init(&s->watched[i].child, stop_order[i]);
        s->watched[i].watched_fd = -1;
        s->watched[i].wanted = true;
    }
    /* The runtime directory has our lock already; a second outcryd on the same data from another one is refused here.
     */
    const enum status status = lock_take(&s->home_lock, agent->paths.home, HOME_ROLE, err);
    if (status != ERR_OK) return status;
    open_audit(s);
    open_feed(s);
    return ERR_OK;
}

static int64_t supervisor_work(struct agent *agent, void *self, int64_t now_us)
{
    struct supervisor *s = self;
    hear_market(s);
    int64_t next = step(s, now_us);
    supervisor_answer_waiters(s);
    /* Who asked reads the answer before the line to us drops, and with it what was not read yet. */
    if (s->shutting_down && !any_running(s)) {
        s->leave_at_us = s->leave_at_us == 0 ? now_us + LEAVE_US : s->leave_at_us;
        next = s->leave_at_us;
        if (now_us >= s->leave_at_us) loop_stop(agent->loop);
    }
    if (now_us >= s->next_publish_us || s->next_publish_us > now_us + CLOCK_SECOND_US) {
        s->next_publish_us = now_us + CLOCK_SECOND_US;
        for (int i = 0; i < CHILDREN; i++) publish(s, &s->watched[i]);
    }
    return next < s->next_publish_us ? next : s->next_publish_us;
}

static void supervisor_heartbeat(struct agent *agent, void *self, struct heartbeat *beat)
{
    const struct supervisor *s = self;
    int running = 0;
    (void)agent;
    for (int i = 0; i < CHILDREN; i++) running += s->watched[i].child.pid != 0 ? 1 : 0;
    beat->peer_up = running == CHILDREN;
    snprintf(beat->text, sizeof beat->text, "%d of %d processes run", running, CHILDREN);
}

/* SIGTERM: everything stops in order before we do. Each has its time limit, so this ends. */
static void supervisor_close(struct agent *agent, void *self)
{
    struct supervisor *s = self;
    if (s->agent == NULL || s->home_lock.fd < 0) return;
    s->shutting_down = true;
    supervisor_wish(s, supervisor_mask("all"), false, 0);
    while (any_running(s)) {
        step(s, agent->clock->now_us(agent->clock));
        if (any_running(s)) loop_wait(agent->loop, 20 * CLOCK_MS_US);
    }
    supervisor_answer_waiters(s);
    for (int i = 0; i < CHILDREN; i++) watch_fd(s, &s->watched[i]);
    close_feed(s);
    actions_close(agent);
    db_close(s->db);
    lock_release(&s->home_lock);
}

/* What waits for a moment waits for the same moment by the new time. */
static void supervisor_clock_jumped(struct agent *agent, void *self, int64_t jump_us, int64_t now_us)
{
    struct supervisor *s = self;
    (void)agent;
    (void)now_us;
    for (int i = 0; i < CHILDREN; i++) {
        struct watched *w = &s->watched[i];
        w->since_us += jump_us;
        w->start_at_us += jump_us;
        w->term_sent_us += w->term_sent_us != 0 ? jump_us : 0;
        for (int n = 0; n < SUPERVISOR_TRIES; n++) w->ends_us[n] += jump_us;
    }
}

const struct agent_ops supervisor_agent_ops = {
    .component = COMPONENT_SUPERVISOR,
    .pub = BUS_SUPERVISOR_PUB,
    .control = BUS_SUPERVISOR_CONTROL,
    .size = sizeof(struct supervisor),
    .open = supervisor_open,
    .do_work = supervisor_work,
    .on_request = supervisor_on_request,
    .heartbeat = supervisor_heartbeat,
    .clock_jumped = supervisor_clock_jumped,
    .clock_stays = true,
    .close = supervisor_close,
};

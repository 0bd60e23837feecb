/*
 * campaign: who is killed, when, and that everything is trading again afterwards.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "tests/torture/torture.h"

#define VICTIMS        5
#define RECOVER_US     (60 * CLOCK_SECOND_US)
#define QUIESCE_US     (120 * CLOCK_SECOND_US)
#define POLL_US        (10 * CLOCK_MS_US)
#define GAP_MAX_US     (600 * CLOCK_MS_US)
#define DISK_EVERY     100
#define DISK_US        (4 * CLOCK_SECOND_US)
#define NOTICE_LATE_US (1500 * CLOCK_MS_US)
#define TRAP_US        (400 * CLOCK_MS_US)
#define AFTER_DISK     (-1)                  /* no kill's recovery */
#define TWO_US         (3 * CLOCK_SECOND_US) /* a second one of a role has ended by then */

static void count_recovery(struct torture *t, int64_t took_us, int kill)
{
    torture_say(t, "recovered in %lld ms", (long long)(took_us / CLOCK_MS_US));
    if (kill == AFTER_DISK) {
        t->counts.worst_disk_us = took_us > t->counts.worst_disk_us ? took_us : t->counts.worst_disk_us;
        return;
    }
    t->counts.recoveries++;
    t->counts.sum_recovery_us += took_us;
    if (took_us > t->counts.worst_recovery_us) {
        t->counts.worst_recovery_us = took_us;
        t->counts.worst_recovery_kill = kill;
    }
}

/* Recovered: all links up, nobody given up, and an order went to the venue and back. */
static bool recover(struct torture *t, int64_t since_us, int kill)
{
    int64_t from_us = clock_monotonic_us();
    int64_t given_up_us = 0;
    bool probing = false;
    probe_begin(t);
    while (clock_monotonic_us() - from_us < RECOVER_US && !world_interrupted()) {
        world_pump(t, POLL_US);
        int64_t now_us = torture_now();
        for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) {
            if (t->heard[c].given_up && now_us - given_up_us > CLOCK_SECOND_US) {
                given_up_us = now_us;
                torture_say(t, "%s is given up: started again by hand", component_name((enum component)c));
                world_control(t, COMPONENT_SUPERVISOR, CONTROL_START, "all");
            }
        }
        if (!probing) {
            world_ask_status(t);
            probing = world_healthy(t, since_us);
        }
        if (probing && probe_done(t, now_us)) {
            count_recovery(t, torture_now() - since_us, kill);
            return true;
        }
    }
    if (world_interrupted()) {
        torture_fail(t, "interrupted");
        return false;
    }
    torture_fail(t, "not trading again %d s after kill %d", (int)(RECOVER_US / CLOCK_SECOND_US), kill);
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++) {
        const struct torture_heard *heard = &t->heard[c];
        fprintf(t->out, "  %-10s pid %lld, heard %lld ms ago, %s%s%s\n", component_name((enum component)c),
                (long long)heard->pid, (long long)((torture_now() - heard->at_us) / CLOCK_MS_US), heard->text,
                heard->peer_up ? "" : " (not whole)", heard->given_up ? " (given up)" : "");
    }
    return false;
}

/* A killed outcryd leaves its children trading: the next one takes them over, and no role is ever filled twice. */
static bool restart_supervisor(struct torture *t, const int64_t before[COMPONENT_COUNT + 1])
{
    if (!world_restart(t)) return false;
    int64_t heard_until_us = clock_monotonic_us() + RECOVER_US;
    while (t->heard[COMPONENT_SUPERVISOR].pid == 0 && clock_monotonic_us() < heard_until_us && !world_interrupted()) {
        world_pump(t, POLL_US / 2);
        world_ask_status(t);
    }
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) {
        bool same = before[c] != 0 && world_pid(t, (enum component)c) == before[c];
        t->counts.adopted += same ? 1 : 0;
        t->counts.replaced += same ? 0 : 1;
        int64_t until_us = clock_monotonic_us() + TWO_US;
        while (world_count(t, (enum component)c) > 1 && clock_monotonic_us() < until_us) world_pump(t, POLL_US);
        if (world_count(t, (enum component)c) > 1) {
            torture_fail(t, "%d processes live as %s", world_count(t, (enum component)c),
                         component_name((enum component)c));
            return false;
        }
    }
    return true;
}

/* Wait until the role is filled, so that there is something to kill. */
static bool wait_for_victim(struct torture *t, enum component victim)
{
    int64_t until_us = clock_monotonic_us() + RECOVER_US;
    while (world_pid(t, victim) == 0 && clock_monotonic_us() < until_us && !world_interrupted()) world_pump(t, POLL_US);
    return world_pid(t, victim) != 0;
}

/* At a moment that matters, when one comes soon; else at any. false: it was just ending by itself. */
static bool kill_victim(struct torture *t, enum component victim)
{
    struct torture_trap *trap = &t->trap;
    if (!wait_for_victim(t, victim)) return false;
    if (rng_chance(&t->rng, 2, 3)) {
        *trap = (struct torture_trap){.victim = victim, .delay_us = rng_range(&t->rng, 0, 1500)};
        trap->moment = (enum torture_moment)rng_range(&t->rng, AT_SIGNAL, TORTURE_MOMENTS - 1);
        trap->delay_us = rng_chance(&t->rng, 1, 2) ? 0 : trap->delay_us;
        world_pump(t, TRAP_US);
        bool caught = trap->killed_us != 0;
        enum torture_moment moment = trap->moment;
        memset(trap, 0, sizeof *trap);
        if (caught) {
            t->counts.kills[victim]++;
            torture_say(t, "killed %s at a moment of kind %d", component_name(victim), (int)moment);
            return true;
        }
    }
    if (world_signal(t, victim, SIGKILL) == 0) return false;
    t->counts.kills[victim]++;
    t->counts.moments[AT_ANY_TIME]++;
    torture_say(t, "killed %s", component_name(victim));
    return true;
}

/* One of a dead outcryd's, while nobody watches; now and then all of them at once. */
static void kill_children(struct torture *t)
{
    const enum component one = (enum component)rng_range(&t->rng, COMPONENT_EXCHANGE, COMPONENT_EXECUTOR);
    const bool all = rng_chance(&t->rng, 1, 3);
    t->counts.all_at_once += all ? 1 : 0;
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) {
        if ((!all && c != (int)one) || world_signal(t, (enum component)c, SIGKILL) == 0) continue;
        t->counts.kills[c]++;
        torture_say(t, "killed %s too", component_name((enum component)c));
    }
    world_pump(t, rng_range(&t->rng, 0, 100 * CLOCK_MS_US));
}

static bool kill_one(struct torture *t, enum component victim, int64_t *at_us)
{
    int64_t before[COMPONENT_COUNT + 1];
    bool done = kill_victim(t, victim);
    *at_us = torture_now();
    if (!done) return true;
    if (victim != COMPONENT_SUPERVISOR) return true;
    world_pump(t, rng_range(&t->rng, 0, 200 * CLOCK_MS_US));
    if (rng_chance(&t->rng, 1, 3)) kill_children(t);
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) before[c] = world_pid(t, (enum component)c);
    return restart_supervisor(t, before);
}

/* Who says so when this one is silent. */
static enum component dependent(enum component stopped)
{
    static const enum component of[COMPONENT_COUNT + 1] = {[COMPONENT_EXCHANGE] = COMPONENT_GATEWAY,
                                                           [COMPONENT_GATEWAY] = COMPONENT_EXECUTOR,
                                                           [COMPONENT_EXECUTOR] = COMPONENT_STRATEGY};
    return of[stopped];
}

/* Stopped, not killed: it holds its sockets and its lock, and says nothing. */
static void stop_one(struct torture *t)
{
    enum component victim = (enum component)rng_range(&t->rng, COMPONENT_EXCHANGE, COMPONENT_SUPERVISOR);
    int64_t long_us = rng_chance(&t->rng, 1, 6) ? 7 * CLOCK_SECOND_US : 2500 * CLOCK_MS_US;
    int64_t duration_us = rng_range(&t->rng, 50 * CLOCK_MS_US, long_us);
    enum component watcher = dependent(victim);
    if (world_signal(t, victim, SIGSTOP) == 0) return;
    torture_say(t, "stopped %s for %lld ms", component_name(victim), (long long)(duration_us / CLOCK_MS_US));
    t->counts.stops++;
    int64_t from_us = torture_now();
    bool noticed = watcher == 0;
    while (torture_now() - from_us < duration_us && !world_interrupted()) {
        world_pump(t, POLL_US);
        world_ask_status(t);
        if (!noticed && t->heard[watcher].at_us > from_us && !t->heard[watcher].peer_up) {
            noticed = true;
            int64_t took_us = t->heard[watcher].at_us - from_us;
            t->counts.worst_notice_us = took_us > t->counts.worst_notice_us ? took_us : t->counts.worst_notice_us;
        }
    }
    if (!noticed && duration_us > t->counts.worst_notice_us && duration_us > NOTICE_LATE_US) {
        t->counts.worst_notice_us = duration_us;
        torture_say(t, "%s did not notice", component_name(watcher));
    }
    world_signal(t, victim, SIGCONT);
}

static bool fill_disk(struct torture *t)
{
    if (!world_fill_disk(t)) return true;
    torture_say(t, "the disk is full");
    t->counts.disks++;
    int64_t until_us = torture_now() + rng_range(&t->rng, CLOCK_SECOND_US, DISK_US);
    while (torture_now() < until_us && !world_interrupted()) world_pump(t, POLL_US);
    world_free_disk(t);
    int64_t freed_us = torture_now();
    torture_say(t, "the disk has room again");
    return recover(t, freed_us, AFTER_DISK);
}

static void shuffle(struct rng *rng, enum component *victims)
{
    for (int i = VICTIMS - 1; i > 0; i--) {
        int other = (int)rng_range(rng, 0, i);
        enum component kept = victims[i];
        victims[i] = victims[other];
        victims[other] = kept;
    }
}

static int64_t killed(const struct torture *t)
{
    int64_t sum = 0;
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++) sum += t->counts.kills[c];
    return sum;
}

/* The guard halts or reduces by itself when something is wrong; a trader would look and resume, and so do we. */
static void resume_trading(struct torture *t)
{
    if (t->guard.mode != 0 && t->guard.mode != GUARD_ACTIVE) {
        torture_say(t, "the guard says %s: %s", guard_mode_name(t->guard.mode), t->guard.reason);
        t->counts.resumes++;
        world_control(t, COMPONENT_GATEWAY, CONTROL_RESUME, "torture goes on");
        world_pump(t, 100 * CLOCK_MS_US);
    }
}

static bool kill_all(struct torture *t)
{
    enum component victims[VICTIMS] = {COMPONENT_STRATEGY, COMPONENT_EXECUTOR, COMPONENT_GATEWAY, COMPONENT_EXCHANGE,
                                       COMPONENT_SUPERVISOR};
    int disk_at = t->options.kills < DISK_EVERY ? t->options.kills / 2 : DISK_EVERY;
    for (int i = 0; killed(t) < t->options.kills && !t->failed; i++) {
        if (i % VICTIMS == 0) shuffle(&t->rng, victims);
        resume_trading(t);
        /* Counts of earlier ends are forgotten, as after a minute of quiet: each recovery starts at the first delay. */
        world_control(t, COMPONENT_SUPERVISOR, CONTROL_START, "all");
        if (rng_chance(&t->rng, 1, 8)) stop_one(t);
        world_pump(t, rng_range(&t->rng, 0, GAP_MAX_US));
        int64_t since_us = 0;
        if (!kill_one(t, victims[i % VICTIMS], &since_us)) return false;
        if (rng_chance(&t->rng, 1, 4)) { /* the next one before this one is back */
            world_pump(t, rng_range(&t->rng, 0, 150 * CLOCK_MS_US));
            continue;
        }
        if (!recover(t, since_us, (int)killed(t))) return false;
        if (killed(t) >= disk_at) {
            disk_at += DISK_EVERY;
            if (!fill_disk(t)) return false;
        }
    }
    return !t->failed && recover(t, torture_now(), (int)killed(t));
}

static bool quiet(const struct torture *t)
{
    return t->active == 0 && stream_working(t) == 0 && t->heard[COMPONENT_STRATEGY].unconfirmed == 0 &&
           t->heard[COMPONENT_EXECUTOR].unconfirmed == 0 && t->heard[COMPONENT_GATEWAY].unconfirmed == 0;
}

/* Until every order and every condition has ended, or has had the time to. */
static void wind_down(struct torture *t)
{
    int64_t until_us = clock_monotonic_us() + QUIESCE_US;
    int64_t quiet_since_us = 0;
    int64_t said_us = 0;
    t->streaming = false;
    while (clock_monotonic_us() < until_us && !world_interrupted()) {
        world_pump(t, POLL_US);
        world_ask_status(t);
        resume_trading(t);
        stream_wind_down(t, torture_now());
        if (!quiet(t)) {
            quiet_since_us = 0;
            if (clock_monotonic_us() >= said_us) {
                said_us = clock_monotonic_us() + CLOCK_SECOND_US;
                torture_say(t, "%d conditions and %d orders have not ended, first %lld (%s)", t->active,
                            stream_working(t), (long long)t->first_active,
                            condition_state_name((enum condition_state)t->condition_state[t->first_active]));
            }
        } else if (quiet_since_us == 0) {
            quiet_since_us = clock_monotonic_us();
        } else if (clock_monotonic_us() - quiet_since_us > 2 * CLOCK_SECOND_US) {
            return;
        }
    }
    fprintf(t->out, "note: %d conditions and %d operator's orders had not ended after %d s\n", t->active,
            stream_working(t), (int)(QUIESCE_US / CLOCK_SECOND_US));
}

static bool first_prices(struct torture *t)
{
    int64_t until_us = clock_monotonic_us() + RECOVER_US;
    t->streaming = true;
    while (t->active == 0 && clock_monotonic_us() < until_us && !world_interrupted()) world_pump(t, 20 * CLOCK_MS_US);
    if (t->active == 0) {
        torture_fail(t, "no condition could be made: %d contracts, account '%s', trading day %d", t->contract_count,
                     t->session.account, (int)t->market.trading_day);
    }
    return t->active > 0;
}

bool torture_run(const struct torture_options *options, FILE *out)
{
    struct torture *t = calloc(1, sizeof *t);
    CHECK(t != NULL);
    t->options = *options;
    t->out = out;
    t->first_active = 1;
    rng_seed(&t->rng, options->seed);
    int64_t from_us = clock_monotonic_us();
    if (world_open(t) && first_prices(t) && kill_all(t)) wind_down(t);
    if (t->client != NULL && !world_interrupted() && world_stop(t)) {
        (void)books_check(t);
        (void)world_nothing_crashed(t);
    }
    if (world_interrupted()) torture_fail(t, "interrupted");
    fprintf(out, "time %lld s\n", (long long)((clock_monotonic_us() - from_us) / CLOCK_SECOND_US));
    bool ok = !t->failed;
    world_close(t);
    free(t);
    return ok;
}

/*
 * sim: strategy, executor, gateway and exchange in one thread on virtual time, over a network and disks that fail.
 *
 * What is real: core/strategy, core/executor, core/gate, core/matching; gateway/upstream, gateway/tracker and
 * gateway/tick_ring (over a bus of our own); and the rule of core/port.h: one commit a step, then the rest leaves. A
 * process that dies is rebuilt from what it had committed, and nothing else. What is made up: the network, the disks, the
 * clock, the market's flow, the people. The few lines that join a component to its sockets (gateway's *_agent.c) are
 * written again in node_*.c, in the same order.
 *
 * Everything follows from the seed: same seed, same run, to the last message.
 *
 *   world.c       the run: events in time, phases, what a seed is made of
 *   net.c         packets, connections, the bus that upstream speaks to
 *   store.c       a process's database: rows, commits, what a power cut takes
 *   files.c       ... and a real one beside it, in some runs
 *   node.c        a process: steps, deaths, births
 *   node_*.c      the four processes
 *   market.c      the flow of anonymous orders: walk, gaps, thin and one-sided books, price limits
 *   people.c      conditions, orders, cancels, flatten, halts
 *   check.c       what must hold after every step
 *   limits.c      ... of what the guard lets pass
 *   books.c       ... of what is written: it adds up with what was told
 *   settle.c      what must hold when all is quiet
 *
 * Owner: sim_run. Thread: one. Unit: microseconds of virtual time.
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a control switches off, to see that the invariants would notice. */
enum sabotage {
    SABOTAGE_NONE = 0,
    SABOTAGE_NO_DEDUPE,      /* a known id goes to the venue again */
    SABOTAGE_RESEND_SENDING, /* what was SENDING at the restart is sent again */
    SABOTAGE_NO_RECONCILE,   /* what the venue did meanwhile is not asked for */
    SABOTAGE_NO_EXPIRY,      /* orders lose their time to live on the way to the gateway */
    SABOTAGE_EARLY_RELEASE,  /* messages leave though the commit failed */
    SABOTAGE_DOUBLE_FILL,    /* a restarted executor has forgotten which fills it counted */
    SABOTAGE_GAP_BLIND,      /* a lost tick is taken for none */
    SABOTAGE_NO_GUARD,       /* the last hop lets everything pass */
    SABOTAGE_EARLY_ENTRY,    /* an entry does not wait for the session's first comparison */
    SABOTAGE_BIG_EXIT,       /* an exit leaves with a lot more than its condition holds */
    SABOTAGE_LOST_LOT,       /* the strategy is told of a fill with a lot less than it had */
    SABOTAGE_BIG_FLATTEN,    /* a flatten leaves with a lot more than is held */
    SABOTAGE_LOST_ROW,       /* the real file does not keep what a condition holds */
    SABOTAGE_COUNT
};
const char *sabotage_name(enum sabotage sabotage);

struct sim_totals {
    uint64_t seeds, steps, signals, orders, fills, closed, crashes, commits_failed, power_cuts, stalls, breaks;
    uint64_t drops, repeats, resends, unknowns, expired, locked, gaps, halts;
    uint64_t rejects, partial, fills_first, late, flattens; /* at the venue; late: reports past the time-out */
    uint64_t limits, resolved, clock_jumps, on_files;
};

struct sim_result {
    bool good;
    char failure[512]; /* which invariant, with the numbers */
    int64_t at_us;     /* since the beginning */
};

/* One seed. verbose: tell everything that happens on stdout. */
struct sim_result sim_run(uint64_t seed, enum sabotage sabotage, bool verbose, struct sim_totals *totals);

/* Seeds first .. last, until one fails: its number, or 0. */
uint64_t sim_find_failure(uint64_t first, uint64_t last, enum sabotage sabotage, struct sim_result *result);

#endif

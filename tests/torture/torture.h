/*
 * torture: the real processes, killed again and again, and afterwards the exchange's own books against ours.
 *
 * Starts the whole system on ipc in a directory of its own, keeps a stream of conditions, operator's orders and cancels
 * going, and meanwhile kills (-9) each process in turn at seeded instants, stops some for a while (SIGSTOP) and fills
 * the disk (a small tmpfs, when that may be mounted). Then everything is left to end, is stopped, and exchange.db is
 * compared with gateway.db, orders.db and conditions.db.
 *
 *   torture_main.c   the program: make torture KILLS=1000 SEED=1
 *   test_torture.c   a short run, for make test
 *   campaign.c       the kills, the recoveries, the end
 *   world.c          the processes, the directory, what a screen would know of them
 *   scene.c          all of that made ready for one test (test_*.c, each with a fault of its own)
 *   stream.c         conditions, orders and cancels, all the time
 *   books.c          what must be true afterwards
 *
 * The same seed makes the same choices, but not the same run: real processes have their own time. A run that fails
 * keeps its directory and says so.
 *
 * Owner: torture_run. Thread: one. Not here: the same on virtual time, where a seed is the whole run
 * (tests/sim).
 */
#ifndef TESTS_TORTURE_TORTURE_H
#define TESTS_TORTURE_TORTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/clock.h"
#include "core/msg.h"
#include "core/rng.h"
#include "gateway/client.h"
#include "gateway/paths.h"

#define TORTURE_SYMBOLS    4
#define TORTURE_CONDITIONS 65536
#define TORTURE_OPERATOR   32
#define TORTURE_ASKED      256
#define TORTURE_PATH_SIZE  64

/* What a symbol is used for: on the first two every position is the conditions' alone, and on one side. */
enum torture_use { USE_BUY = 0, USE_SELL, USE_BOTH, USE_PROBE };

struct torture_options {
    uint64_t seed;
    int kills;
    int speed;    /* market seconds a second */
    bool plain;   /* no tmpfs: a real disk, which is never full */
    bool verbose; /* each step, on stderr */
};

struct torture_symbol {
    struct contract contract;
    price_t last;
    int64_t heard_us;
};

/* One process, as its heartbeats tell. */
struct torture_heard {
    int64_t pid, dead_pid;
    bool peer_up, given_up;
    int32_t unconfirmed, unknown;
    int64_t at_us; /* when it spoke, process time */
    char text[TEXT_SIZE];
    uint64_t asked; /* QUERY_STATUS without an answer */
    int64_t asked_us;
};

enum torture_ask { ASK_STATUS = 1, ASK_ORDER, ASK_PROBE, ASK_CONDITION, ASK_CONTROL };

struct torture_asked {
    uint64_t id; /* 0 = free */
    enum component to;
    enum torture_ask what;
    int index;
};

/* An operator's order: its id is ours, so that asking again is safe. */
struct torture_operator {
    struct order_request request;
    bool used, accepted, ended, cancel_asked;
    uint64_t asked;
    int64_t since_us;
};

/* Kill this one as soon as that is heard: most of what can go wrong lasts less than a millisecond. */
enum torture_moment { AT_ANY_TIME = 0, AT_SIGNAL, AT_INTENT, AT_SENDING, AT_ACK, AT_FILL, TORTURE_MOMENTS };

struct torture_trap {
    enum torture_moment moment; /* AT_ANY_TIME: not set */
    enum component victim;
    int64_t delay_us;
    int64_t killed_us; /* when it was, 0 = not yet */
};

struct torture_counts {
    int64_t kills[COMPONENT_COUNT + 1];
    int64_t moments[TORTURE_MOMENTS];
    int64_t stops, disks, conditions, refused, operator_orders, cancels, resumes;
    int64_t recoveries, worst_recovery_us, sum_recovery_us;
    int worst_recovery_kill;
    int64_t worst_disk_us;   /* from room on the disk to trading */
    int64_t worst_notice_us; /* a stopped process: until those who need it say so */
    int64_t adopted, replaced;
    int64_t all_at_once; /* outcryd and every child */
};

struct torture {
    struct torture_options options;
    FILE *out;
    struct rng rng;
    char directory[TORTURE_PATH_SIZE], home[TORTURE_PATH_SIZE + 8], runtime[TORTURE_PATH_SIZE + 8];
    bool mounted;
    struct settings settings;
    struct client *client;
    int64_t ahead_us; /* of our clock is the processes' (test_clock_jump) */
    int64_t since_us; /* what a process said before does not count (scene.c), its time */
    struct torture_counts counts;
    bool failed;
    char why[512];

    struct torture_heard heard[COMPONENT_COUNT + 1];
    struct market market;
    struct session_info session;
    struct guard_state guard;
    struct difference difference; /* the last one said */
    struct contract contracts[64];
    int contract_count;
    struct torture_symbol symbols[TORTURE_SYMBOLS];
    int symbol_count;
    struct torture_asked asked[TORTURE_ASKED];

    bool streaming;
    int64_t next_stream_us;
    uint8_t condition_state[TORTURE_CONDITIONS]; /* enum condition_state; 0 = never heard of */
    int64_t condition_asked_us[TORTURE_CONDITIONS];
    int64_t last_condition, first_active;
    int active;
    struct torture_operator operators[TORTURE_OPERATOR];
    uint64_t operator_counter;
    struct torture_trap trap;
    struct torture_operator probe; /* the order that proves that orders go through */
};

/* false: it failed; the words are out, and where its files are. */
bool torture_run(const struct torture_options *options, FILE *out);

/* The first failure is kept. */
void torture_fail(struct torture *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void torture_say(const struct torture *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
int64_t torture_now(void);

/* --- world.c --- */
bool world_open(struct torture *t);
/* Everything that still runs ends; a failed run's files stay. */
void world_close(struct torture *t);
/* A signal (SIGINT, SIGTERM) asked us to end. */
bool world_interrupted(void);
bool world_start(struct torture *t);
bool world_restart(struct torture *t); /* outcryd, after it was killed */
bool world_stop(struct torture *t);
/* Let time pass and hear what is said; the stream goes on meanwhile. */
void world_pump(struct torture *t, int64_t duration_us);
/* The process that holds the role now, 0 = none. */
int64_t world_pid(const struct torture *t, enum component component);
/* To that process and no other, whoever has its number by now; returns its pid, 0 when there was none. */
int64_t world_signal(struct torture *t, enum component component, int signal);
/* How many processes of this system and this role live (more than one: two gateways). */
int world_count(const struct torture *t, enum component component);
/* Ask each process how it is, if it has not just said so. */
void world_ask_status(struct torture *t);
/* Each has said, after since_us, that it works and that what it needs is there. */
bool world_healthy(const struct torture *t, int64_t since_us);
void world_control(struct torture *t, enum component to, enum control_kind kind, const char *text);
/* Send, and remember what the answer will be about; 0: it could not be sent. */
uint64_t world_ask(struct torture *t, enum component to, struct msg *msg, enum torture_ask what, int index);
/* A file that takes all the room that is left; gone again. */
bool world_fill_disk(struct torture *t);
void world_free_disk(struct torture *t);

/* What the processes said when they fell by themselves: failed checks, signals, a sanitizer. false: something. */
bool world_nothing_crashed(struct torture *t);

/* --- stream.c --- */
void stream_step(struct torture *t, int64_t now_us);
void stream_see(struct torture *t, const struct msg *msg);
void stream_answered(struct torture *t, const struct torture_asked *asked, const struct reply *reply);
/* Nothing new any more, and what waits is cancelled. */
void stream_wind_down(struct torture *t, int64_t now_us);
int stream_working(const struct torture *t); /* operator's orders that have not ended */
/* One order that goes all the way to the venue and back without a fill. */
void probe_begin(struct torture *t);
/* true: the venue answered it; otherwise it is asked again when it must be. */
bool probe_done(struct torture *t, int64_t now_us);

/* --- books.c --- */
/* Everything has stopped: compare, and print the result. false: a promise was broken. */
bool books_check(struct torture *t);

#endif

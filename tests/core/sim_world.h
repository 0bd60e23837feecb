/*
 * sim_world: executor, gate and a venue in one thread, joined by a network that loses, repeats, delays and reorders,
 * with processes that die between any two effects. Everything follows from the seed.
 *
 * What is real: core/executor and core/gate, and the rule of core/port.h (one commit a step, then the rest). A process
 * that dies is rebuilt from what it had committed and nothing else. What is made up: the strategy (a list of signals
 * that it sends until acknowledged), the network, the venue (honest, never deduplicates).
 *
 * Owner: world_new .. world_free. Thread: one. Unit: microseconds of virtual time.
 */
#ifndef TESTS_CORE_SIM_WORLD_H
#define TESTS_CORE_SIM_WORLD_H

#include "core/executor.h"
#include "core/gate.h"
#include "core/rng.h"

#define SIM_ACCOUNT "A1"
#define SIM_SYMBOLS 2
#define SIM_SIGNALS_MAX 64
#define SIM_STEP_US ((int64_t)20000)
#define SIM_IN_FLIGHT_US ((int64_t)1500000) /* no message is older than this when it arrives */
#define SIM_ACK_TIMEOUT_US ((int64_t)1000000)

struct msg_list {
    struct msg *items;
    size_t count, room;
};
void msg_list_add(struct msg_list *list, const struct msg *msg);
void msg_list_free(struct msg_list *list);

/* --- the venue --------------------------------------------------------------------------------------------------- */

struct sim_venue {
    struct msg_list orders; /* MSG_ORDER: one for each request that arrived */
    struct msg_list execs;  /* MSG_VENUE_EXEC, seq = index + 1 */
    int32_t held[SIM_SYMBOLS];
    uint64_t ids;
    bool up;
    void *context;
    void (*say)(void *context, const struct msg *msg);
};

const char *sim_symbol(int index);
void venue_take(struct sim_venue *venue, const struct msg *msg, struct rng *rng);
/* The market moves: something of what rests may fill. */
void venue_move(struct sim_venue *venue, struct rng *rng);
/* The session's end: what rests expires. */
void venue_end(struct sim_venue *venue);
int32_t venue_copies(const struct sim_venue *venue, const char *client_order_id);

/* --- the world --------------------------------------------------------------------------------------------------- */

enum sim_node { NODE_STRATEGY, NODE_EXECUTOR, NODE_GATE, NODE_VENUE };

struct packet {
    struct msg msg;
    enum sim_node from, to;
    int64_t due_us;
    uint32_t run; /* of a process: its peer's connection dies with it */
};

struct packets {
    struct packet *items;
    size_t count, room;
};

/* One process: what is committed survives, the rest does not. */
struct sim_process {
    struct msg_list store;
    struct msg_list step; /* emitted in the step being made */
    enum port *ports;
    size_t ports_room;
    bool alive;
    int64_t restart_us;
    uint32_t run;
};

struct sim_signal {
    struct signal signal;
    bool acked;
    struct signal_ack ack;
    int64_t resend_us;
};

struct chaos {
    uint32_t drop, repeat, crash, outage; /* in 1000 */
    int64_t delay_us;
};

/* What a control switches off, to see that the invariants would notice. */
enum sabotage { SABOTAGE_NONE, SABOTAGE_NO_DEDUPE, SABOTAGE_LOST_JOURNAL, SABOTAGE_DOUBLE_FILL };

struct world {
    struct rng rng;
    struct chaos chaos;
    enum sabotage sabotage;
    int64_t now_us;
    uint64_t sessions;
    bool logged_in;
    int64_t session_us; /* when to log in next */
    struct executor *executor;
    struct gate *gate;
    struct sim_process executor_process, gate_process;
    struct sim_venue venue;
    struct packets network;
    struct sim_signal signals[SIM_SIGNALS_MAX];
    uint32_t signal_count;
    uint64_t executor_sessions;
    uint64_t tick_seq;
    uint32_t crashes, drops, repeats, unknowns, resends; /* what happened: a run without them proves nothing */
    char failure[512];
};

struct world *world_new(uint64_t seed, enum sabotage sabotage);
void world_free(struct world *world);

/* One step of SIM_STEP_US: deliver, act, time. false: an invariant broke; failure says which. */
bool world_step(struct world *world);
/* For sim_actions.c: where a process's step goes, and its end (commit, release, perhaps death). */
struct sink world_sink(struct world *world, enum sim_node node);
void world_commit(struct world *world);
/* Something a trader or a strategy does. */
void world_act(struct world *world);
/* No more chaos, the market's session ends. */
void world_calm(struct world *world);
/* After quiet: does everything agree? false: failure says what does not. */
bool world_settled(struct world *world);

#endif

/*
 * world: what the files of the simulation share. Private to tests/sim/; the contract is tests/sim/sim.h.
 *
 * Owner: world.c. Thread: one.
 */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "core/executor.h"
#include "core/gate.h"
#include "core/matching.h"
#include "core/rng.h"
#include "core/strategy.h"
#include "gateway/restore.h"
#include "gateway/tick_ring.h"
#include "gateway/upstream.h"
#include "tests/gateway/tempdir.h"
#include "tests/sim/sim.h"

#define SIM_ACCOUNT        "A1"
#define SIM_INSTALL        "sim"
#define SIM_SYMBOLS        2
#define SIM_START_US       ((int64_t)1627363800000000) /* 2021-07-27 13:30 in Taipei: market and process time begin as one */
#define SIM_DAY_CLOSE_US   (SIM_START_US + (int64_t)900000000)
#define SIM_NIGHT_OPEN_US  (SIM_START_US + (int64_t)5400000000)
#define SIM_TTL_US         ((int64_t)5000000)
#define SIM_ACK_TIMEOUT_US ((int64_t)1000000)
#define SIM_IN_FLIGHT_US   ((int64_t)1500000) /* no order is older than this when it arrives at the venue */
#define SIM_WORK_US        ((int64_t)100000)
#define SIM_SECOND_US      ((int64_t)1000000)
#define SIM_NODES          4
#define SIM_LINKS          4
#define SIM_ANSWER_MAX     48 /* rows of one answer: small, so that "more" is an everyday thing */
#define SIM_QUEUE_MAX      1024
#define SIM_IDS_MAX        1024
#define SIM_CONDITIONS_MAX 64
#define SIM_FILES_EVERY    63 /* one seed in so many keeps its rows in real files */

enum node_id { NODE_STRATEGY, NODE_EXECUTOR, NODE_GATEWAY, NODE_EXCHANGE };
/* client -> server; the server of each but SIGNALS also publishes to its client */
enum link_id { LINK_SIGNALS, LINK_STRATEGY, LINK_EXECUTOR, LINK_VENUE };
enum way { TO_SERVER, TO_CLIENT, PUBLISHED };

/* --- store.c ----------------------------------------------------------------------------------------------------- */

enum table_id {
    TABLE_CONDITION,
    TABLE_TRANSITION, /* the last of each condition */
    TABLE_SIGNAL,
    TABLE_ACK,
    TABLE_ORDER,
    TABLE_EVENT,
    TABLE_EXEC,
    TABLE_POSITION,
    TABLE_LOTS,
    TABLE_CURSOR,
    TABLE_SINGLE, /* one row a kind */
    TABLE_COUNT
};

struct table {
    struct msg **rows; /* NULL: no such row */
    uint32_t count, room;
};

struct undo {
    enum table_id table; /* TABLE_COUNT: a commit began here */
    uint32_t at;
    struct msg *old;
};

struct store {
    struct slab *slab;
    struct table tables[TABLE_COUNT];
    uint64_t *order_keys; /* of TABLE_ORDER */
    uint32_t order_keys_room;
    uint32_t order_index[1024];
    bool journal; /* remember what a power cut could take back */
    struct undo *undo;
    uint32_t undo_count, undo_room;
    uint64_t risks;
    char last_risk[TEXT_SIZE];
    uint64_t session; /* runs, for an operator's ids */
};

struct slab {
    struct slab_block *blocks;
    struct msg **unused;
    uint32_t unused_count, unused_room;
};
struct msg *slab_copy(struct slab *slab, const struct msg *msg);
void slab_give(struct slab *slab, struct msg *msg);
void slab_free(struct slab *slab);

void store_clear(struct store *store); /* all rows gone; memory kept */
void store_free(struct store *store);
void store_begin(struct store *store);
/* As db_store would. */
void store_put(struct store *store, const struct msg *msg, bool exchange);
/* The rows since some moment after the last checkpoint are gone: whole commits, the newest first. */
void store_cut(struct store *store, uint32_t commits);
uint32_t store_commits(const struct store *store); /* since the last checkpoint */
void store_checkpoint(struct store *store);
const struct order *store_order(const struct store *store, const char *client_order_id);
const struct msg *store_single(const struct store *store, enum msg_id id);

/* --- net.c ------------------------------------------------------------------------------------------------------- */

struct packet {
    struct msg msg;
    enum link_id link;
    enum way way;
    uint32_t generation; /* of the connection it left on */
    bool answer;         /* a row of an answer, or its end */
    uint32_t life;       /* of the process whose queue it is in; 0 = in none yet */
    uint32_t next_free;
};

struct link {
    enum node_id client, server;
    bool up;
    uint64_t connections;
    uint32_t generation;
    int64_t down_until_us;
    int64_t last_due_us[3]; /* a connection keeps the order of what is not held up */
};

struct bus_socket {
    struct world *world;
    enum link_id link;
    bool sub;
    struct msg *queue; /* [SIM_QUEUE_MAX] */
    uint32_t first, count;
};

/* A bus is one process's; upstream only hands it back. */
struct bus {
    struct world *world;
    enum node_id node;
    struct bus_socket sockets[2];
    struct msg *queues;
};

void net_send(struct world *world, enum link_id link, enum way way, const struct msg *msg, bool answer);
void net_deliver(struct world *world, uint32_t packet);
void net_links(struct world *world); /* connections break and come back */
void net_break(struct world *world, enum link_id link, int64_t down_us);
struct bus_socket *bus_socket_of(struct bus *bus, enum link_id link, bool sub);
bool bus_push(struct bus_socket *socket, const struct msg *msg);
void bus_clear(struct bus *bus);

/* --- node.c ------------------------------------------------------------------------------------------------------ */

struct held {
    enum port port;
    struct msg msg;
};

struct node {
    struct world *world;
    enum node_id id;
    bool alive, dying;
    uint32_t life; /* how many times it was born */
    int64_t born_us;
    int64_t restart_us;
    int64_t stalled_until_us;
    struct store store;
    struct db *db; /* the same rows in a real file; NULL: not in this run */
    struct sink sink;
    struct held *step;
    uint32_t step_count, step_room;
    int64_t timer_us;
};

bool node_runs(const struct node *node, int64_t now_us); /* alive and not stopped */
/* The end of a step: commit, then release; or death somewhere between. */
void node_end_step(struct node *node);
void node_kill(struct node *node, int64_t down_us);
void node_bury(struct world *world); /* those that died in the event just handled */
void node_work(struct world *world, enum node_id id);
void node_power_cut(struct world *world);

/* --- files.c ----------------------------------------------------------------------------------------------------- */

typedef enum status (*files_load)(struct db *db, restore_row row, void *component, struct err *err);
void files_begin(struct world *world); /* this run has real files */
void files_end(struct world *world);
void files_open(struct node *node);
void files_close(struct node *node);
/* What the step stores, in one transaction; false: which fails. */
void files_step(struct node *node, bool commit);
/* At birth: from the file by load, or else from those tables. row gets the world. */
void files_restore(struct node *node, files_load load, const enum table_id *tables, size_t count, restore_row row);

/* --- the processes ----------------------------------------------------------------------------------------------- */

struct node_ops {
    const char *name;
    void (*birth)(struct world *world);
    void (*death)(struct world *world);
    void (*receive)(struct world *world, const struct packet *packet);
    void (*work)(struct world *world);
    void (*release)(struct world *world, enum port port, const struct msg *msg);
};
extern const struct node_ops strategy_ops, executor_ops, gateway_ops, exchange_ops;

struct gateway {
    struct gate *gate;
    struct tick_ring *ring;
    struct session_info session;
    struct market market;
    struct contract contracts[SIM_SYMBOLS];
    int32_t contracts_day; /* the trading day they are of */
    uint64_t connection;   /* the one the session was made on */
    uint64_t login_request, logout_request, contracts_request, request;
    uint64_t positions_request, compared_session; /* the gate's last question of them; the session that answered one */
    int64_t asked_us;
    int64_t market_heard_us, next_feed_us, next_beat_us;
    char not_sent[8][CLIENT_ORDER_ID_SIZE];
    uint32_t not_sent_count;
};

struct exchange {
    struct matching *matching;
    bool logged_in;
    uint64_t sessions; /* durable: in its meta table */
    struct matching_stats stats[SIM_SYMBOLS];
    bool has_stats;
    int64_t next_market_us;
    struct market said;
};

/* --- what is known from outside: the truth the invariants compare with -------------------------------------------- */

/* One client order id. */
struct witness {
    char id[CLIENT_ORDER_ID_SIZE];
    struct order_request request;
    uint32_t sent;  /* left the gateway */
    uint32_t taken; /* orders of that id at the venue */
    int32_t filled; /* there */
    int32_t booked; /* ... of it in the gateway's events */
};

struct condition_witness {
    int32_t entered, left; /* lots filled at the venue */
};

/* What the gateway's events say of a condition, and of everything, up to one of them. */
struct told {
    int32_t entered, left; /* lots */
    int sign, symbol;      /* of its entry */
};

struct books {
    uint64_t seq; /* events counted */
    int32_t held[SIM_SYMBOLS];
    struct told conditions[SIM_CONDITIONS_MAX + 1];
};

struct chaos {
    uint32_t drop, repeat, late, crash, commit_fail, stall, outage,
        power;                   /* in 1000 (outage, stall, power: in 10000) */
    uint32_t fill_first, reject; /* in 1000, at the venue */
    int64_t delay_us;            /* what is late is up to this late */
    int64_t venue_delay_us;      /* ... of what the venue says */
};

enum event_kind { EVENT_PACKET, EVENT_WORK, EVENT_PEOPLE, EVENT_LINKS };

struct event {
    int64_t due_us;
    uint64_t order;
    enum event_kind kind;
    uint32_t arg;
};

struct walk {
    int64_t points, trend;
    int64_t mood_until_us;
    enum { MOOD_PLAIN, MOOD_THIN, MOOD_NO_BUYERS, MOOD_NO_SELLERS, MOOD_LIMIT_DOWN, MOOD_LIMIT_UP, MOOD_SILENT } mood;
    int64_t target; /* when driven: walk there */
    bool driven;
};

struct world {
    /* Kept from run to run, for their memory. */
    struct event *heap;
    uint32_t heap_count, heap_room;
    struct packet *packets;
    uint32_t packet_count, packet_room;
    struct slab slab;
    struct node nodes[SIM_NODES];
    struct bus buses[SIM_NODES];

    /* From here on all is zero when a run begins. */
    uint64_t seed;
    struct rng rng;
    enum sabotage sabotage;
    bool verbose, checked; /* checked: every message is checked as the wire would */
    bool scripted;         /* no people but the script's */
    int64_t now_us;
    struct chaos chaos;
    bool one_sided;   /* every entry buys: the position is never below zero */
    int64_t power_us; /* when the power will be cut; 0 = not in this seed */
    bool power_cut;   /* it was: what was not synced may be gone */
    bool lost_conditions;
    bool quiet;                          /* no people, no chaos */
    char directory[TEMPDIR_SIZE];        /* of the real files; "" = none */
    struct guard_limits limits;          /* in force at the gateway; before its first run: those of the settings */
    int32_t position_bound[SIM_SYMBOLS]; /* lots that they let come to be; 0 = none */
    price_t printed[SIM_SYMBOLS];        /* the last price that this run of the gateway was given */
    int64_t printed_us[SIM_SYMBOLS];
    bool clock_jumped; /* the guard may have halted by itself */
    uint64_t event_order;
    uint32_t packet_free;
    struct link links[SIM_LINKS];

    struct strategy *strategy;
    struct upstream *strategy_upstream;
    struct executor *executor;
    struct upstream *executor_upstream;
    struct gateway gateway;
    uint64_t epoch; /* of the feed, the last one given */
    struct exchange exchange;

    int64_t market_offset_us; /* market time - process time */
    int64_t session_jump_us;  /* when the day session is made to end; 0 = not in this seed */
    int session_step;
    struct walk walks[SIM_SYMBOLS];

    struct witness witnesses[SIM_IDS_MAX];
    uint32_t witness_count;
    uint32_t witness_index[SIM_IDS_MAX * 2];
    struct condition_witness conditions[SIM_CONDITIONS_MAX + 1];
    struct books books[SIM_NODES]; /* how far each process was told; the exchange's is not used */
    int64_t conditions_made;
    int32_t venue_held[SIM_SYMBOLS];
    uint64_t taken;      /* orders at the venue */
    int64_t sent_us[64]; /* the last sends: the rate */
    uint64_t sent_count;
    bool stale[SIM_SYMBOLS];                                     /* as the strategy was told */
    bool restored[SIM_SYMBOLS];                                  /* it was born with conditions of it */
    uint64_t handed_epoch[SIM_SYMBOLS], handed_seq[SIM_SYMBOLS]; /* the last tick it was given */
    int64_t handed_volume[SIM_SYMBOLS];
    int32_t handed_day[SIM_SYMBOLS];
    bool lost_said[SIM_SYMBOLS]; /* it was told that ticks are missing before the next one */
    uint64_t blind_seq[SIM_SYMBOLS];
    bool knows_events; /* the strategy has read all of the gateway's since it was born */
    uint64_t feed_epoch;
    int64_t heard_us; /* the feed's last heartbeat that it was given, by when it was sent */
    uint64_t operator_request;
    struct order_command last_order;

    struct sim_totals totals;
    char failure[512];
};

extern const char *const sim_symbols[SIM_SYMBOLS];
int sim_symbol_index(const char *symbol); /* -1: none of ours */

void world_fail(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
void world_tell(const struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
void world_schedule(struct world *world, int64_t due_us, enum event_kind kind, uint32_t arg);
bool world_chance(struct world *world, uint32_t in_1000);
int64_t world_market_us(const struct world *world);

/* world.c: for the scripted tests too */
struct world *world_new(void);
void world_free(struct world *world);
/* Calm weather, all four processes about to be born. */
void world_begin(struct world *world, uint64_t seed, enum sabotage sabotage);
void world_weather(struct world *world);
/* Handle events until then; false: an invariant broke. */
bool world_until(struct world *world, int64_t until_us);
/* No more chaos and nobody acts; everything comes back. */
void world_calm(struct world *world);

struct guard_limits world_limits(struct rng *rng);

/* market.c */
void market_move(struct world *world);
void market_begin(struct world *world);
/* One symbol walks to a price, with a full book on the way. */
void market_drive(struct world *world, int symbol, int64_t points);

/* people.c */
void people_act(struct world *world);
int64_t people_condition(struct world *world, const struct condition_terms *terms);
void people_cancel_all(struct world *world);
void people_control(struct world *world, enum control_kind kind);

/* check.c */
struct witness *check_witness(struct world *world, const struct order_request *request);
void check_sending(struct world *world, const struct order_request *request);
void check_arrival(struct world *world, const struct order_request *request);
/* A row that is about to be committed. */
void check_row(struct node *node, const struct msg *msg);
void check_feed(struct world *world);
void check_heartbeat(struct world *world, const struct feed *feed);
void check_tick(struct world *world, const struct tick *tick);

/* limits.c */
/* The gateway is about to store these. */
void limits_changed(struct world *world, const struct guard_limits *limits);
/* An order leaves the gateway. */
void limits_check(struct world *world, const struct order_request *request);

/* books.c */
/* An event that is about to be committed. */
void books_event(const struct node *node, const struct order_event *event);
/* After a commit. */
void books_check(const struct node *node);
/* In the process's file. */
int32_t books_position(const struct node *node, const char *symbol);
/* Lots held that an order of this side opened, by the gateway's events: conditions of that side and the rest. */
int64_t books_side(const struct world *world, int symbol, enum side side);

/* settle.c */
bool settle_run(struct world *world);

#endif

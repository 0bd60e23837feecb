/*
 * ledger: the positions of all accounts and symbols, what contracts and last prices they need, and the day's result.
 *
 * The executor and the gate keep one each: the executor's is what the trader sees, the gate's is what the guard
 * believes, and both come from the same fills. A fill is a fact: it is never refused because something about its
 * contract is not known. All memory is taken at creation.
 *
 * Of each position it also knows what every condition holds (core/ledger_lots.c), because an account's net hides it: a
 * condition that bought and one that sold may net to nothing, and both still have something to protect.
 *   - a condition's entry adds to its lots, its exits take from them, never beyond zero;
 *   - what no condition holds is the rest: the operator's, or made elsewhere;
 *   - an order of no condition closes the rest first; what it then takes off the account's net is released by the
 *     conditions of that side, in the order of their numbers. A flatten (or an adjustment) that leaves nothing held
 *     releases whatever conditions still hold against each other.
 * Only the gate asks the last of these, and says the answer as EXEC_RELEASED; the others do as that says.
 *
 * Unit: as struct position. Owner: the caller, _init .. _free. Thread: one.
 */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include "core/id_index.h"
#include "core/msg.h"
#include "core/position.h"

#define LEDGER_SYMBOLS   4096
#define LEDGER_POSITIONS 1024
#define LEDGER_LOTS      65536 /* conditions that hold something */

struct ledger_symbol {
    struct contract contract; /* multiplier 0: not known */
    bool listed;              /* the contract came from the venue */
    price_t last;             /* 0 = none yet */
    uint64_t tick_seq;
    int64_t tick_us; /* process time of the last tick; 0 = none yet */
    uint32_t first;  /* its positions: index + 1, 0 = none */
};

struct ledger_row {
    struct position position;
    money_t net;     /* the day's, after cost, at the mark: cached */
    uint32_t symbol; /* index */
    uint32_t next;   /* of the same symbol: index + 1 */
    uint32_t lots;   /* its conditions', by number: index + 1, 0 = none */
};

struct ledger_lots {
    struct condition_lots lots; /* quantity is never 0 */
    uint32_t next;              /* of the same position, or of the free ones: index + 1 */
};

/* What is held on each side, the rest included; the difference is the account's net. */
struct ledger_sides {
    int64_t longs, shorts; /* lots, both without a sign */
};

struct ledger {
    struct id_index symbol_index, row_index;
    struct ledger_symbol *symbols;
    struct ledger_row *rows;
    struct ledger_lots *lots;
    uint32_t symbol_count, row_count;
    uint32_t lots_used, lots_free; /* never used from here on; given back: index + 1 */
    money_t commission;
    money_t day_net; /* sum over the rows */
    int32_t trading_day;
};

bool ledger_init(struct ledger *ledger, money_t commission);
void ledger_free(struct ledger *ledger);

/* NULL: not seen yet. Valid until the ledger is freed. */
struct ledger_row *ledger_row(const struct ledger *ledger, const char *account, const char *symbol);
struct ledger_symbol *ledger_symbol(const struct ledger *ledger, const char *symbol);
const struct position *ledger_position(const struct ledger *ledger, const char *account, const char *symbol);
const struct position *ledger_at(const struct ledger *ledger, uint32_t row); /* row < row_count */
int32_t ledger_held(const struct ledger *ledger, const char *account, const char *symbol);

/* false: no room for another symbol; nothing changed. */
bool ledger_contract(struct ledger *ledger, const struct contract *contract);
bool ledger_tick(struct ledger *ledger, const struct tick *tick, int64_t now_us);

/* Start-up: a stored row; of several days of one position the newest counts. */
enum status ledger_restore(struct ledger *ledger, const struct position *position, struct err *err);

/* One fill; *out is the position after it. ERR_FULL, ERR_RANGE: not counted, and the caller must raise the alarm.
 * *known (may be NULL) is false when the multiplier is not known: lots are right, NT$ are not. */
enum status ledger_fill(struct ledger *ledger, const struct order_event *fill, const struct position **out, bool *known,
                        struct err *err);

/* The trading day whose result stands. After the close it is still the day that closed, until the next one takes orders:
 * that is when a trader looks at it. */
int32_t ledger_day(const struct market *market);

/* A new trading day: day counters to zero. visit gets each position that changed. Earlier days are ignored. */
void ledger_roll(struct ledger *ledger, int32_t trading_day,
                 void (*visit)(void *context, const struct position *position), void *context);

/* What a condition holds: + long, - short. */
int32_t ledger_own(const struct ledger *ledger, const char *account, const char *symbol, int64_t condition_id);
/* What no condition holds: + long, - short. */
int64_t ledger_rest(const struct ledger *ledger, const char *account, const char *symbol);
struct ledger_sides ledger_sides(const struct ledger *ledger, const char *account, const char *symbol);
/* May one more condition come to hold something? */
bool ledger_lots_room(const struct ledger *ledger);
enum status ledger_lots_restore(struct ledger *ledger, const struct condition_lots *lots, struct err *err);

/* A condition's own fill, after ledger_fill. false: nothing changed; else *out is what it holds now (perhaps 0). */
bool ledger_lots_fill(struct ledger *ledger, const struct order_event *fill, struct condition_lots *out);
/* As EXEC_RELEASED says. false and *out as above. */
bool ledger_lots_release(struct ledger *ledger, const struct order_event *release, struct condition_lots *out);

/* Whose lots did it take? visit gets what each condition holds after it, and how many it gave. */
typedef void (*ledger_visit_lots)(void *context, const struct condition_lots *after, int32_t released);
/* A fill of an order of no condition, after ledger_fill. */
void ledger_lots_closed(struct ledger *ledger, const struct order_event *fill, ledger_visit_lots visit, void *context);
/* Nothing is held of the symbol in all: what conditions hold against each other is released. */
void ledger_lots_net(struct ledger *ledger, const char *account, const char *symbol, int64_t now_us,
                     ledger_visit_lots visit, void *context);

#endif

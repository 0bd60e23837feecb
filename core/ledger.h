/*
 * ledger: the positions of all accounts and symbols, what contracts and last prices they need, and the day's result.
 *
 * The executor and the gate keep one each: the executor's is what the trader sees, the gate's is what the guard
 * believes, and both come from the same fills. A fill is a fact: it is never refused because something about its
 * contract is not known. All memory is taken at creation.
 *
 * Unit: as struct position. Owner: the caller, _init .. _free. Thread: one.
 */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include "core/id_index.h"
#include "core/msg.h"
#include "core/position.h"

#define LEDGER_SYMBOLS 4096
#define LEDGER_POSITIONS 1024

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
};

struct ledger {
    struct id_index symbol_index, row_index;
    struct ledger_symbol *symbols;
    struct ledger_row *rows;
    uint32_t symbol_count, row_count;
    money_t commission;
    money_t day_net; /* sum over the rows */
    int32_t trading_day;
};

bool ledger_init(struct ledger *ledger, money_t commission);
void ledger_free(struct ledger *ledger);

/* NULL: not seen yet. Valid until the ledger is freed. */
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

#endif

/*
 * books: what must be true when everything has ended, read from the four files themselves. The exchange's is the truth;
 * it knows nothing of ours and does not deduplicate.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "db/db.h"
#include "tests/torture/torture.h"

#define SAID_MAX 20 /* lines of one kind of fault; the rest is counted */

struct entry {
    char id[CLIENT_ORDER_ID_SIZE];
    char symbol[SYMBOL_SIZE];
    enum side side;
    enum order_leg leg;
    int64_t condition;
    int32_t filled;
    enum order_state state;
    enum reject_code reject;
};

struct fill {
    char exec_id[EXEC_ID_SIZE];
    char id[CLIENT_ORDER_ID_SIZE];
    int32_t quantity;
    price_t price;
};

struct held {
    char account[ACCOUNT_SIZE];
    char symbol[SYMBOL_SIZE];
    int32_t trading_day;
    int32_t quantity;
};

struct exits { /* of one condition, by the venue's fills */
    int32_t entered, left;
};

struct list {
    char *rows;
    size_t size, count, capacity;
};

enum book { BOOK_VENUE = 0, BOOK_GATEWAY, BOOK_EXECUTOR, BOOKS };

struct books {
    struct torture *t;
    struct list orders[BOOKS];
    struct list fills[BOOKS];
    struct list held[BOOKS];
    struct list signals; /* entries: what the strategy asked for */
    struct list refused; /* entries: signals that the executor would not take */
    struct list conditions;
    struct exits *exits; /* by condition */
    struct guard_state guard;
    uint64_t last_seq[BOOKS];
    int64_t conditions_made;
    int64_t duplicates, lost, unknown, wrong, open;
    int said;
    int64_t longest_unknown_us;
    int64_t doubts;            /* times that an order became UNKNOWN */
    struct list unknown_since; /* of orders that are UNKNOWN at this point of the events */
    enum book reading;
};

static void *grow(struct list *list, size_t size)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 1024 : 2 * list->capacity;
        list->rows = realloc(list->rows, list->capacity * size);
        CHECK(list->rows != NULL);
    }
    list->size = size;
    char *row = list->rows + list->count++ * size;
    memset(row, 0, size);
    return row;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Rows begin with their key, a text. */
static void sort(struct list *list)
{
    if (list->count > 1) qsort(list->rows, list->count, list->size, by_text);
}

static const void *find(const struct list *list, const char *key)
{
    return list->count == 0 ? NULL : bsearch(key, list->rows, list->count, list->size, by_text);
}

static const void *row_at(const struct list *list, size_t index)
{
    return list->rows + index * list->size;
}

static void complain(struct books *b, int64_t *kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void complain(struct books *b, int64_t *kind, const char *format, ...)
{
    char text[400];
    va_list args;
    (*kind)++;
    b->t->failed = true;
    if (b->said++ >= SAID_MAX) return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(b->t->out, "failed: %s\n", text);
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

static void put_entry(struct list *list, const struct order_request *request, const struct order *order)
{
    struct entry *entry = grow(list, sizeof *entry);
    text_copy(entry->id, sizeof entry->id, request->client_order_id);
    text_copy(entry->symbol, sizeof entry->symbol, request->symbol);
    entry->side = request->side;
    entry->leg = request->leg;
    entry->condition = request->condition_id;
    if (order != NULL) {
        entry->filled = order->filled_quantity;
        entry->state = order->state;
        entry->reject = order->reject;
    }
}

static bool read_order(void *context, const struct msg *msg)
{
    struct books *b = context;
    put_entry(&b->orders[b->reading], &msg->order.request, &msg->order);
    return true;
}

static void put_fill(struct books *b, const char *exec_id, const char *id, int32_t quantity, price_t price)
{
    struct fill *fill = grow(&b->fills[b->reading], sizeof *fill);
    text_copy(fill->exec_id, sizeof fill->exec_id, exec_id);
    text_copy(fill->id, sizeof fill->id, id);
    fill->quantity = quantity;
    fill->price = price;
}

static bool read_exec(void *context, const struct msg *msg)
{
    const struct venue_exec *exec = &msg->venue_exec;
    if (exec->kind == EXEC_FILL)
        put_fill(context, exec->exec_id, exec->client_order_id, exec->fill_quantity, exec->fill_price);
    return true;
}

/* How long an order was UNKNOWN, from the gateway's own history. */
static void time_unknown(struct books *b, const struct order_event *event)
{
    struct since {
        char id[CLIENT_ORDER_ID_SIZE];
        int64_t time_us;
    } * since;
    for (size_t i = 0; i < b->unknown_since.count; i++) {
        since = (struct since *)(b->unknown_since.rows + i * sizeof *since);
        if (strcmp(since->id, event->request.client_order_id) == 0) {
            int64_t took_us = event->time_us - since->time_us;
            b->longest_unknown_us = took_us > b->longest_unknown_us ? took_us : b->longest_unknown_us;
            *since = ((struct since *)b->unknown_since.rows)[--b->unknown_since.count];
            break;
        }
    }
    if (event->state == ORDER_UNKNOWN) {
        b->doubts++;
        since = grow(&b->unknown_since, sizeof *since);
        text_copy(since->id, sizeof since->id, event->request.client_order_id);
        since->time_us = event->time_us;
    }
}

static bool read_event(void *context, const struct msg *msg)
{
    struct books *b = context;
    const struct order_event *event = &msg->order_event;
    if (event->seq != b->last_seq[b->reading] + 1) {
        complain(b, &b->wrong, "order event %llu follows %llu in %s", (unsigned long long)event->seq,
                 (unsigned long long)b->last_seq[b->reading], b->reading == BOOK_GATEWAY ? "gateway.db" : "orders.db");
    }
    b->last_seq[b->reading] = event->seq;
    if (event->kind == EXEC_FILL)
        put_fill(b, event->exec_id, event->request.client_order_id, event->fill_quantity, event->fill_price);
    if (b->reading != BOOK_GATEWAY) return true;
    if (event->kind == EXEC_SENDING && event->request.expires_us != 0 && event->time_us > event->request.expires_us) {
        complain(b, &b->wrong, "order %s was sent %lld ms after its time to live", event->request.client_order_id,
                 (long long)((event->time_us - event->request.expires_us) / CLOCK_MS_US));
    }
    time_unknown(b, event);
    return true;
}

/* The newest day of each. */
static bool read_position(void *context, const struct msg *msg)
{
    struct books *b = context;
    const struct position *position = &msg->position;
    struct list *list = &b->held[b->reading];
    struct held *held = NULL;
    for (size_t i = 0; i < list->count && held == NULL; i++) {
        struct held *other = (struct held *)list->rows + i;
        bool same = strcmp(other->account, position->account) == 0 && strcmp(other->symbol, position->symbol) == 0;
        held = same ? other : NULL;
    }
    if (held == NULL) {
        held = grow(list, sizeof *held);
        text_copy(held->account, sizeof held->account, position->account);
        text_copy(held->symbol, sizeof held->symbol, position->symbol);
    }
    if (position->trading_day >= held->trading_day) {
        held->trading_day = position->trading_day;
        held->quantity = position->quantity;
    }
    return true;
}

static bool read_signal(void *context, const struct msg *msg)
{
    struct books *b = context;
    put_entry(&b->signals, &msg->signal.order, NULL);
    if (!msg->signal.acknowledged) {
        complain(b, &b->lost, "signal %llu (%s) was never acknowledged", (unsigned long long)msg->signal.seq,
                 msg->signal.order.client_order_id);
    }
    return true;
}

static bool read_ack(void *context, const struct msg *msg)
{
    struct books *b = context;
    if (!msg->signal_ack.accepted) {
        struct order_request request = {0};
        text_copy(request.client_order_id, sizeof request.client_order_id, msg->signal_ack.client_order_id);
        put_entry(&b->refused, &request, NULL);
    }
    return true;
}

static bool read_condition(void *context, const struct msg *msg)
{
    struct books *b = context;
    *(struct condition *)grow(&b->conditions, sizeof msg->condition) = msg->condition;
    return true;
}

static bool read_guard(void *context, const struct msg *msg)
{
    ((struct books *)context)->guard = msg->guard_state;
    return true;
}

struct reading {
    enum db_file file;
    enum book book;
    enum msg_id id;
    bool (*visit)(void *context, const struct msg *msg);
};

static const struct reading readings[] = {
    {DB_EXCHANGE, BOOK_VENUE, MSG_ORDER, read_order},
    {DB_EXCHANGE, BOOK_VENUE, MSG_VENUE_EXEC, read_exec},
    {DB_EXCHANGE, BOOK_VENUE, MSG_POSITION, read_position},
    {DB_GATEWAY, BOOK_GATEWAY, MSG_ORDER, read_order},
    {DB_GATEWAY, BOOK_GATEWAY, MSG_ORDER_EVENT, read_event},
    {DB_GATEWAY, BOOK_GATEWAY, MSG_POSITION, read_position},
    {DB_GATEWAY, BOOK_GATEWAY, MSG_GUARD_STATE, read_guard},
    {DB_ORDERS, BOOK_EXECUTOR, MSG_ORDER, read_order},
    {DB_ORDERS, BOOK_EXECUTOR, MSG_ORDER_EVENT, read_event},
    {DB_ORDERS, BOOK_EXECUTOR, MSG_POSITION, read_position},
    {DB_ORDERS, BOOK_EXECUTOR, MSG_SIGNAL_ACK, read_ack},
    {DB_CONDITIONS, BOOK_EXECUTOR, MSG_SIGNAL, read_signal},
    {DB_CONDITIONS, BOOK_EXECUTOR, MSG_CONDITION, read_condition},
};

static bool read_all(struct books *b)
{
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        const struct reading *reading = &readings[i];
        struct db_query query = {.id = reading->id};
        struct db *db = NULL;
        struct err err = {0};
        b->reading = reading->book;
        enum status status = db_open(&db, reading->file, b->t->home, DB_READ, DB_NORMAL, &err);
        if (status == ERR_OK) status = db_each(db, &query, reading->visit, b, &err);
        db_close(db);
        if (status != ERR_OK) {
            torture_fail(b->t, "%s: %s", db_file_name(reading->file), err.text);
            return false;
        }
    }
    for (int book = 0; book < BOOKS; book++) {
        sort(&b->orders[book]);
        sort(&b->fills[book]);
    }
    sort(&b->signals);
    sort(&b->refused);
    return true;
}

/* --- comparing ------------------------------------------------------------------------------------------------------ */

/* At the venue one client id is one order; and the gateway knows it and sent it. */
static void check_venue_orders(struct books *b)
{
    for (size_t i = 0; i < b->orders[BOOK_VENUE].count; i++) {
        const struct entry *order = row_at(&b->orders[BOOK_VENUE], i);
        if (i > 0 && strcmp(order->id, ((const struct entry *)row_at(&b->orders[BOOK_VENUE], i - 1))->id) == 0)
            complain(b, &b->duplicates, "order %s is at the venue more than once", order->id);
        const struct entry *ours = find(&b->orders[BOOK_GATEWAY], order->id);
        if (ours == NULL) {
            complain(b, &b->lost, "order %s is at the venue, and the gateway does not know it", order->id);
        } else if (order->filled != ours->filled) {
            complain(b, &b->lost, "order %s: %d filled at the venue, %d at the gateway", order->id, order->filled,
                     ours->filled);
        } else if (order_state_terminal(order->state) && !order_state_terminal(ours->state)) {
            complain(b, &b->lost, "order %s has ended at the venue (%s) and is %s here", order->id,
                     order_state_name(order->state), order_state_name(ours->state));
        }
    }
}

static void check_gateway_orders(struct books *b)
{
    for (size_t i = 0; i < b->orders[BOOK_GATEWAY].count; i++) {
        const struct entry *order = row_at(&b->orders[BOOK_GATEWAY], i);
        const struct entry *above = find(&b->orders[BOOK_EXECUTOR], order->id);
        if (above == NULL) {
            complain(b, &b->lost, "order %s is at the gateway, and the executor does not know it", order->id);
        } else if (above->filled != order->filled || above->state != order->state) {
            complain(b, &b->lost, "order %s: %s, %d filled at the gateway; %s, %d at the executor", order->id,
                     order_state_name(order->state), order->filled, order_state_name(above->state), above->filled);
        }
        bool working = order_state_working(order->state);
        if (working && find(&b->orders[BOOK_VENUE], order->id) == NULL) {
            complain(b, &b->lost, "order %s is %s here, and the venue does not know it", order->id,
                     order_state_name(order->state));
        }
        b->unknown += order->state == ORDER_UNKNOWN ? 1 : 0;
        b->open += working ? 1 : 0;
        if (order->state == ORDER_SENDING || order->state == ORDER_INTENT)
            complain(b, &b->lost, "order %s has no end: %s", order->id, order_state_name(order->state));
    }
}

/* What never reached the gateway ended at the executor, with a reason. */
static void check_executor_orders(struct books *b)
{
    for (size_t i = 0; i < b->orders[BOOK_EXECUTOR].count; i++) {
        const struct entry *order = row_at(&b->orders[BOOK_EXECUTOR], i);
        if (find(&b->orders[BOOK_GATEWAY], order->id) != NULL) continue;
        if (!order_state_terminal(order->state) || order->reject == REJECT_NONE) {
            complain(b, &b->lost, "order %s is %s at the executor, and the gateway does not know it", order->id,
                     order_state_name(order->state));
        }
    }
}

static void check_signals(struct books *b)
{
    for (size_t i = 0; i < b->signals.count; i++) {
        const struct entry *signal = row_at(&b->signals, i);
        if (i > 0 && strcmp(signal->id, ((const struct entry *)row_at(&b->signals, i - 1))->id) == 0)
            complain(b, &b->duplicates, "order %s was signalled twice", signal->id);
        if (find(&b->orders[BOOK_EXECUTOR], signal->id) == NULL && find(&b->refused, signal->id) == NULL)
            complain(b, &b->lost, "signal %s is not at the executor", signal->id);
    }
}

static void check_fills(struct books *b, enum book of, enum book in, const char *words)
{
    for (size_t i = 0; i < b->fills[of].count; i++) {
        const struct fill *fill = row_at(&b->fills[of], i);
        if (i > 0 && strcmp(fill->exec_id, ((const struct fill *)row_at(&b->fills[of], i - 1))->exec_id) == 0)
            complain(b, &b->duplicates, "fill %s of %s is counted twice %s", fill->exec_id, fill->id, words);
        const struct fill *other = find(&b->fills[in], fill->exec_id);
        if (other == NULL || other->quantity != fill->quantity || other->price != fill->price ||
            strcmp(other->id, fill->id) != 0) {
            complain(b, &b->lost, "fill %s of %s (%d) %s is %s", fill->exec_id, fill->id, fill->quantity, words,
                     other == NULL ? "missing" : "another one");
        }
    }
}

static int32_t held_of(const struct list *list, const struct held *key)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct held *held = row_at(list, i);
        if (strcmp(held->account, key->account) == 0 && strcmp(held->symbol, key->symbol) == 0) return held->quantity;
    }
    return 0;
}

static void check_positions(struct books *b)
{
    for (int book = 0; book < BOOKS; book++) {
        for (size_t i = 0; i < b->held[book].count; i++) {
            const struct held *held = row_at(&b->held[book], i);
            int32_t venue = held_of(&b->held[BOOK_VENUE], held);
            int32_t gateway = held_of(&b->held[BOOK_GATEWAY], held);
            int32_t executor = held_of(&b->held[BOOK_EXECUTOR], held);
            if (venue != gateway || venue != executor) {
                complain(b, &b->lost, "position %s %s: %+d at the venue, %+d at the gateway, %+d at the executor",
                         held->account, held->symbol, venue, gateway, executor);
            }
        }
    }
}

/* Lots that a condition entered and left with, by the venue's own books. */
static void sum_exits(struct books *b)
{
    b->exits = calloc(TORTURE_CONDITIONS, sizeof *b->exits);
    CHECK(b->exits != NULL);
    for (size_t i = 0; i < b->orders[BOOK_VENUE].count; i++) {
        const struct entry *order = row_at(&b->orders[BOOK_VENUE], i);
        if (order->condition <= 0 || order->condition >= TORTURE_CONDITIONS) continue;
        struct exits *exits = &b->exits[order->condition];
        if (order->leg == LEG_ENTRY)
            exits->entered += order->filled;
        else
            exits->left += order->filled;
    }
}

/* Protected is what was filled: no exit beyond it, and nothing left behind by a condition that has ended. */
static void check_conditions(struct books *b)
{
    int32_t open[TORTURE_SYMBOLS] = {0};
    struct torture *t = b->t;
    sum_exits(b);
    for (size_t i = 0; i < b->conditions.count; i++) {
        const struct condition *c = row_at(&b->conditions, i);
        const struct exits *exits = &b->exits[c->id < TORTURE_CONDITIONS ? c->id : 0];
        bool elsewhere = strcmp(c->terms.symbol, t->symbols[USE_BOTH].contract.symbol) == 0;
        if (exits->entered != c->filled_quantity || (exits->left != c->exited_quantity && !elsewhere)) {
            complain(b, &b->lost, "condition %lld: entered %d and left %d at the venue, %d and %d here",
                     (long long)c->id, exits->entered, exits->left, c->filled_quantity, c->exited_quantity);
        }
        if (exits->left > exits->entered) {
            complain(b, &b->wrong, "condition %lld left with %d of %d lots", (long long)c->id, exits->left,
                     exits->entered);
        }
        if (condition_terminal(c->state) && exits->left < exits->entered && !elsewhere) {
            complain(b, &b->wrong, "condition %lld is %s with %d of %d lots unprotected: %s", (long long)c->id,
                     condition_state_name(c->state), exits->entered - exits->left, exits->entered, c->reason);
        }
        for (int s = 0; s < t->symbol_count; s++) {
            bool same = strcmp(c->terms.symbol, t->symbols[s].contract.symbol) == 0;
            open[s] += same ? side_sign(c->terms.side) * (exits->entered - exits->left) : 0;
        }
    }
    for (int s = 0; s <= USE_SELL && s < t->symbol_count; s++) {
        struct held key = {0};
        text_copy(key.account, sizeof key.account, t->session.account);
        text_copy(key.symbol, sizeof key.symbol, t->symbols[s].contract.symbol);
        int32_t held = held_of(&b->held[BOOK_VENUE], &key);
        if (held != open[s])
            complain(b, &b->wrong, "%s: %+d held at the venue, %+d protected by conditions", key.symbol, held, open[s]);
    }
}

static void check_guard(struct books *b)
{
    if (b->guard.orders_sent > b->guard.intents) {
        complain(b, &b->wrong, "%llu orders sent, %llu journalled", (unsigned long long)b->guard.orders_sent,
                 (unsigned long long)b->guard.intents);
    }
    if (b->orders[BOOK_VENUE].count > b->guard.intents) {
        complain(b, &b->duplicates, "%zu orders at the venue, %llu journalled", b->orders[BOOK_VENUE].count,
                 (unsigned long long)b->guard.intents);
    }
    if (b->guard.mode == GUARD_HALTED) complain(b, &b->wrong, "the guard has halted: %s", b->guard.reason);
    if (b->last_seq[BOOK_GATEWAY] != b->last_seq[BOOK_EXECUTOR]) {
        complain(b, &b->lost, "order events end at %llu at the gateway, at %llu at the executor",
                 (unsigned long long)b->last_seq[BOOK_GATEWAY], (unsigned long long)b->last_seq[BOOK_EXECUTOR]);
    }
}

static void print(const struct books *b)
{
    const struct torture *t = b->t;
    const struct torture_counts *c = &t->counts;
    int64_t kills = 0;
    for (int i = COMPONENT_EXCHANGE; i <= COMPONENT_SUPERVISOR; i++) kills += c->kills[i];
    fprintf(t->out, "signals %zu\norders %zu (%lld by hand)\nfills %zu\n", b->signals.count,
            b->orders[BOOK_VENUE].count, (long long)c->operator_orders, b->fills[BOOK_VENUE].count);
    fprintf(t->out, "conditions %zu (%lld refused)\n", b->conditions.count, (long long)c->refused);
    fprintf(t->out, "kills %lld (strategy %lld, executor %lld, gateway %lld, exchange %lld, outcryd %lld)\n",
            (long long)kills, (long long)c->kills[COMPONENT_STRATEGY], (long long)c->kills[COMPONENT_EXECUTOR],
            (long long)c->kills[COMPONENT_GATEWAY], (long long)c->kills[COMPONENT_EXCHANGE],
            (long long)c->kills[COMPONENT_SUPERVISOR]);
    fprintf(t->out,
            "killed at a signal %lld, an intent %lld, a sending %lld, an ack %lld, a fill %lld, any time %lld\n",
            (long long)c->moments[AT_SIGNAL], (long long)c->moments[AT_INTENT], (long long)c->moments[AT_SENDING],
            (long long)c->moments[AT_ACK], (long long)c->moments[AT_FILL], (long long)c->moments[AT_ANY_TIME]);
    fprintf(t->out, "stops %lld (noticed within %lld ms)\nfull disks %lld\n", (long long)c->stops,
            (long long)(c->worst_notice_us / CLOCK_MS_US), (long long)c->disks);
    fprintf(t->out, "children of a killed outcryd: %lld adopted, %lld replaced; all five killed at once %lld\n",
            (long long)c->adopted, (long long)c->replaced, (long long)c->all_at_once);
    fprintf(t->out, "resumes %lld\n", (long long)c->resumes);
    fprintf(t->out, "duplicates %lld\nlost %lld\nwrong %lld\nunknown %lld\n", (long long)b->duplicates,
            (long long)b->lost, (long long)b->wrong, (long long)b->unknown);
    fprintf(t->out, "working at the end %lld\nin doubt meanwhile %lld (%lld ms at most)\n", (long long)b->open,
            (long long)b->doubts, (long long)(b->longest_unknown_us / CLOCK_MS_US));
    if (c->disks > 0)
        fprintf(t->out, "worst recovery from a full disk %lld ms\n", (long long)(c->worst_disk_us / CLOCK_MS_US));
    fprintf(t->out, "worst recovery %lld ms (after kill %d; %lld ms on average)\n",
            (long long)(c->worst_recovery_us / CLOCK_MS_US), c->worst_recovery_kill,
            (long long)(c->recoveries == 0 ? 0 : c->sum_recovery_us / c->recoveries / CLOCK_MS_US));
}

bool books_check(struct torture *t)
{
    struct books *b = calloc(1, sizeof *b);
    CHECK(b != NULL);
    b->t = t;
    if (read_all(b)) {
        check_venue_orders(b);
        check_gateway_orders(b);
        check_executor_orders(b);
        check_signals(b);
        check_fills(b, BOOK_VENUE, BOOK_GATEWAY, "at the gateway");
        check_fills(b, BOOK_VENUE, BOOK_EXECUTOR, "at the executor");
        check_fills(b, BOOK_GATEWAY, BOOK_VENUE, "at the venue");
        check_fills(b, BOOK_EXECUTOR, BOOK_VENUE, "at the venue");
        check_positions(b);
        check_conditions(b);
        check_guard(b);
        print(b);
    }
    for (int book = 0; book < BOOKS; book++) {
        free(b->orders[book].rows);
        free(b->fills[book].rows);
        free(b->held[book].rows);
    }
    free(b->signals.rows);
    free(b->refused.rows);
    free(b->conditions.rows);
    free(b->unknown_since.rows);
    free(b->exits);
    free(b);
    return !t->failed;
}

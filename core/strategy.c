/* strategy: creation, restart from stored records, the lists of rows and symbols, and what only reads. */
#include "core/strategy.h"

#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/strategy_impl.h"
#include "core/text.h"

struct strategy *strategy_new(const struct strategy_config *config)
{
    struct strategy *strategy = calloc(1, sizeof *strategy);
    if (strategy != NULL) strategy->config = *config;
    return strategy;
}

void strategy_free(struct strategy *strategy)
{
    if (strategy == NULL) return;
    for (uint32_t i = 0; i < strategy->row_count; i++) free(strategy->rows[i]);
    for (uint32_t i = 0; i < strategy->symbol_count; i++) {
        cond_book_free(strategy->symbols[i]->book);
        free(strategy->symbols[i]);
    }
    free(strategy->rows);
    free(strategy->slots);
    free(strategy->free_slots);
    free(strategy->watch);
    free(strategy);
}

/* --- symbols ------------------------------------------------------------------------------------------------------ */

/* The first symbol not before this name. */
static uint32_t symbol_place(const struct strategy *strategy, const char *symbol)
{
    uint32_t low = 0, high = strategy->symbol_count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (strcmp(strategy->symbols[middle]->symbol, symbol) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct strategy_symbol *strategy_symbol_find(const struct strategy *strategy, const char *symbol)
{
    const uint32_t at = symbol_place(strategy, symbol);
    if (at == strategy->symbol_count || strcmp(strategy->symbols[at]->symbol, symbol) != 0) return NULL;
    return strategy->symbols[at];
}

struct strategy_symbol *strategy_symbol_get(struct strategy *strategy, const char *symbol)
{
    struct strategy_symbol *found = strategy_symbol_find(strategy, symbol);
    if (found != NULL) return found;
    if (strategy->symbol_count == STRATEGY_SYMBOLS_MAX) return NULL;
    struct strategy_symbol *made = calloc(1, sizeof *made);
    if (made == NULL) return NULL;
    made->book = cond_book_new();
    if (made->book == NULL) {
        free(made);
        return NULL;
    }
    (void)text_copy(made->symbol, sizeof made->symbol, symbol);
    const uint32_t at = symbol_place(strategy, symbol);
    memmove(&strategy->symbols[at + 1], &strategy->symbols[at],
            (strategy->symbol_count - at) * sizeof strategy->symbols[0]);
    strategy->symbols[at] = made;
    strategy->symbol_count++;
    return made;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* The first row not before this id. */
static uint32_t row_place(const struct strategy *strategy, int64_t id)
{
    uint32_t low = 0, high = strategy->row_count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (strategy->rows[middle]->condition.id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct strategy_row *strategy_row_find(const struct strategy *strategy, int64_t id)
{
    const uint32_t at = row_place(strategy, id);
    if (at == strategy->row_count || strategy->rows[at]->condition.id != id) return NULL;
    return strategy->rows[at];
}

static bool grow(void **array, uint32_t count, size_t size)
{
    void *grown = realloc(*array, count * size);
    if (grown != NULL) *array = grown;
    return grown != NULL;
}

static bool reserve(struct strategy *strategy)
{
    if (strategy->free_count > 0 || strategy->slots_used < strategy->capacity) return true;
    const uint32_t capacity = strategy->capacity == 0 ? 64 : strategy->capacity * 2;
    if (capacity > COND_BOOK_MAX) return false;
    const bool ok = grow((void **)&strategy->rows, capacity, sizeof(struct strategy_row *)) &&
                    grow((void **)&strategy->slots, capacity, sizeof(struct strategy_row *)) &&
                    grow((void **)&strategy->free_slots, capacity, sizeof(uint32_t)) &&
                    grow((void **)&strategy->watch, capacity, sizeof(uint32_t));
    if (ok) strategy->capacity = capacity;
    return ok;
}

struct strategy_row *strategy_row_add(struct strategy *strategy, const struct condition *condition)
{
    struct strategy_symbol *symbol = strategy_symbol_get(strategy, condition->terms.symbol);
    if (symbol == NULL || !reserve(strategy) || !cond_book_reserve(symbol->book, cond_book_count(symbol->book) + 1))
        return NULL;
    struct strategy_row *row = calloc(1, sizeof *row);
    if (row == NULL) return NULL;
    row->condition = *condition;
    row->symbol = symbol;
    row->watch = COND_BOOK_NONE;
    row->slot = strategy->free_count > 0 ? strategy->free_slots[--strategy->free_count] : strategy->slots_used++;
    row->node = cond_book_add(symbol->book, condition->id, row->slot);
    strategy->slots[row->slot] = row;
    const uint32_t at = row_place(strategy, condition->id);
    CHECK(at == strategy->row_count || strategy->rows[at]->condition.id != condition->id);
    memmove(&strategy->rows[at + 1], &strategy->rows[at], (strategy->row_count - at) * sizeof(struct strategy_row *));
    strategy->rows[at] = row;
    strategy->row_count++;
    if (!condition_terminal(condition->state)) strategy->live++;
    if (condition->id > strategy->last_id) strategy->last_id = condition->id;
    strategy_place(strategy, row);
    return row;
}

static void free_row(struct strategy *strategy, struct strategy_row *row)
{
    strategy_unwatch(strategy, row);
    if (row->unacknowledged) strategy->unacknowledged--;
    cond_book_drop(row->symbol->book, row->node);
    strategy->slots[row->slot] = NULL;
    strategy->free_slots[strategy->free_count++] = row->slot;
    free(row);
}

static bool forgettable(const struct condition *condition)
{
    return condition_terminal(condition->state) && !condition->entry_working && !condition->exit_working;
}

static bool ended_before(const struct condition *condition, int32_t trading_day)
{
    const bool dated = calendar_date_valid(calendar_date(condition->market_us));
    return !dated || session_trading_day(condition->market_us) < trading_day;
}

void strategy_forget(struct strategy *strategy, int32_t trading_day, uint32_t keep)
{
    uint32_t ended = 0, kept = 0;
    for (uint32_t i = 0; i < strategy->row_count; i++) ended += forgettable(&strategy->rows[i]->condition);
    /* In one pass: what is kept moves up. */
    for (uint32_t i = 0; i < strategy->row_count; i++) {
        struct strategy_row *row = strategy->rows[i];
        if (forgettable(&row->condition) && (ended-- > keep || ended_before(&row->condition, trading_day)))
            free_row(strategy, row);
        else
            strategy->rows[kept++] = row;
    }
    strategy->row_count = kept;
}

bool strategy_row_move(struct strategy *strategy, struct strategy_row *row, const char *symbol)
{
    struct strategy_symbol *target = strategy_symbol_get(strategy, symbol);
    if (target == NULL) return false;
    if (target == row->symbol) return true;
    if (!cond_book_reserve(target->book, cond_book_count(target->book) + 1)) return false;
    cond_book_drop(row->symbol->book, row->node);
    row->symbol = target;
    row->node = cond_book_add(target->book, row->condition.id, row->slot);
    return true;
}

void strategy_sync(struct strategy_row *row)
{
    row->condition.trigger = cond_book_trigger(row->symbol->book, row->node, row->condition.trigger);
}

void strategy_place(struct strategy *strategy, struct strategy_row *row)
{
    (void)strategy;
    cond_book_place(row->symbol->book, row->node, &row->condition);
}

void strategy_watch(struct strategy *strategy, struct strategy_row *row)
{
    if (row->watch != COND_BOOK_NONE) return;
    row->watch = strategy->watch_count;
    strategy->watch[strategy->watch_count++] = row->slot;
}

void strategy_unwatch(struct strategy *strategy, struct strategy_row *row)
{
    if (row->watch == COND_BOOK_NONE) return;
    const uint32_t last = strategy->watch[--strategy->watch_count];
    strategy->watch[row->watch] = last;
    strategy->slots[last]->watch = row->watch;
    row->watch = COND_BOOK_NONE;
}

/* --- restart ------------------------------------------------------------------------------------------------------ */

static enum status restore_condition(struct strategy *strategy, const struct condition *stored, struct err *err)
{
    struct condition condition = *stored;
    const char *field = "";
    if (strategy_row_find(strategy, condition.id) != NULL)
        return err_set(err, ERR_CORRUPT, "condition %lld is stored twice", (long long)condition.id);
    if (condition_terms_check(&condition.terms, NULL, 0, &field, err) != ERR_OK) {
        (void)err_prefix(err, "condition %lld: %s", (long long)condition.id, field);
        if (err != NULL) err->status = ERR_CORRUPT;
        return ERR_CORRUPT;
    }
    condition.suspended = false; /* the feed says so again if it is so */
    struct strategy_row *row = strategy_row_add(strategy, &condition);
    if (row == NULL) return err_set(err, ERR_FULL, "no memory for condition %lld", (long long)condition.id);
    if (condition.state == CONDITION_EXITING || condition.entry_working) strategy_watch(strategy, row);
    return ERR_OK;
}

static enum status restore_signal(struct strategy *strategy, const struct signal *signal, struct err *err)
{
    if (signal->seq > strategy->signal_seq) strategy->signal_seq = signal->seq;
    if (signal->acknowledged) return ERR_OK;
    struct strategy_row *row = strategy_row_find(strategy, signal->order.condition_id);
    if (row == NULL) {
        return err_set(err, ERR_CORRUPT, "signal %llu is of condition %lld, which is not stored",
                       (unsigned long long)signal->seq, (long long)signal->order.condition_id);
    }
    if (row->signal.seq > signal->seq) return ERR_OK;
    if (!row->unacknowledged) strategy->unacknowledged++;
    row->signal = *signal;
    row->unacknowledged = true;
    strategy_watch(strategy, row);
    return ERR_OK;
}

static enum status restore_cursor(struct strategy *strategy, const struct cursor *cursor, struct err *err)
{
    if (strcmp(cursor->stream, "events") == 0) {
        strategy->events_seq = cursor->seq;
    } else if (strcmp(cursor->stream, "signals") == 0) {
        if (cursor->seq > strategy->signal_seq) strategy->signal_seq = cursor->seq;
    } else if (strncmp(cursor->stream, STRATEGY_KEY_PREFIX, strlen(STRATEGY_KEY_PREFIX)) == 0) {
        strategy->keys[cursor->seq % STRATEGY_KEYS] =
            (struct strategy_key){.key = cursor->epoch, .condition_id = (int64_t)cursor->seq};
    } else if (strcmp(cursor->stream, "conditions") == 0) {
        if ((int64_t)cursor->seq > strategy->last_id) strategy->last_id = (int64_t)cursor->seq;
    } else {
        struct strategy_symbol *symbol = strategy_symbol_get(strategy, cursor->stream);
        if (symbol == NULL) return err_set(err, ERR_FULL, "no room for the symbol %s", cursor->stream);
        symbol->epoch = symbol->stored_epoch = cursor->epoch;
        symbol->seq = symbol->stored_seq = cursor->seq;
    }
    return ERR_OK;
}

enum status strategy_restore(struct strategy *strategy, const struct msg *msg, struct err *err)
{
    /* A chain over the few kinds that are stored: -Wswitch-enum would ask for every message there is. */
    if (msg->id == MSG_CONDITION) return restore_condition(strategy, &msg->condition, err);
    if (msg->id == MSG_SIGNAL) return restore_signal(strategy, &msg->signal, err);
    if (msg->id == MSG_CURSOR) return restore_cursor(strategy, &msg->cursor, err);
    if (msg->id == MSG_CONTRACT) {
        strategy_on_contract(strategy, &msg->contract);
        return ERR_OK;
    }
    const struct msg_type *type = msg_type(msg->id);
    return err_set(err, ERR_INVALID, "strategy: a stored %s is not its own", type == NULL ? "message" : type->name);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

void strategy_on_contract(struct strategy *strategy, const struct contract *contract)
{
    struct strategy_symbol *symbol = strategy_symbol_get(strategy, contract->symbol);
    if (symbol != NULL) symbol->contract = *contract;
}

uint64_t strategy_events_seq(const struct strategy *strategy)
{
    return strategy->events_seq;
}

uint64_t strategy_tick_seq(const struct strategy *strategy, const char *symbol, uint64_t *epoch)
{
    const struct strategy_symbol *found = strategy_symbol_find(strategy, symbol);
    if (epoch != NULL) *epoch = found == NULL ? 0 : found->epoch;
    return found == NULL ? 0 : found->seq;
}

uint32_t strategy_unconfirmed(const struct strategy *strategy)
{
    return strategy->unacknowledged;
}

const struct condition *strategy_condition(const struct strategy *strategy, int64_t id)
{
    struct strategy_row *row = strategy_row_find(strategy, id);
    if (row == NULL) return NULL;
    strategy_sync(row);
    return &row->condition;
}

void strategy_each(const struct strategy *strategy, void (*visit)(void *context, const struct condition *condition),
                   void *context)
{
    for (uint32_t i = 0; i < strategy->row_count; i++) {
        strategy_sync(strategy->rows[i]);
        visit(context, &strategy->rows[i]->condition);
    }
}

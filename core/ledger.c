/* ledger: rows by "account/symbol", chained by symbol so that a tick re-marks only what it moves. */
#include "core/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/session.h"
#include "core/text.h"

_Static_assert(ACCOUNT_SIZE + SYMBOL_SIZE <= ID_INDEX_KEY_SIZE, "a row's key must fit an index key");

bool ledger_init(struct ledger *ledger, money_t commission)
{
    memset(ledger, 0, sizeof *ledger);
    ledger->commission = commission;
    ledger->symbols = calloc(LEDGER_SYMBOLS, sizeof *ledger->symbols);
    ledger->rows = calloc(LEDGER_POSITIONS, sizeof *ledger->rows);
    ledger->lots = calloc(LEDGER_LOTS, sizeof *ledger->lots);
    if (ledger->symbols != NULL && ledger->rows != NULL && ledger->lots != NULL &&
        id_index_init(&ledger->symbol_index, LEDGER_SYMBOLS) && id_index_init(&ledger->row_index, LEDGER_POSITIONS))
        return true;
    ledger_free(ledger);
    return false;
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->symbols);
    free(ledger->rows);
    free(ledger->lots);
    id_index_free(&ledger->symbol_index);
    id_index_free(&ledger->row_index);
    memset(ledger, 0, sizeof *ledger);
}

static void row_key(const char *account, const char *symbol, char key[ID_INDEX_KEY_SIZE])
{
    snprintf(key, ID_INDEX_KEY_SIZE, "%.23s/%.15s", account, symbol);
}

struct ledger_symbol *ledger_symbol(const struct ledger *ledger, const char *symbol)
{
    uint32_t index;
    return id_index_find(&ledger->symbol_index, symbol, &index) ? &ledger->symbols[index] : NULL;
}

static struct ledger_symbol *symbol_get(struct ledger *ledger, const char *symbol)
{
    struct ledger_symbol *entry = ledger_symbol(ledger, symbol);
    if (entry != NULL || symbol[0] == '\0') return entry;
    if (!id_index_add(&ledger->symbol_index, symbol, ledger->symbol_count)) return NULL;
    entry = &ledger->symbols[ledger->symbol_count++];
    (void)text_copy(entry->contract.symbol, sizeof entry->contract.symbol, symbol);
    return entry;
}

struct ledger_row *ledger_row(const struct ledger *ledger, const char *account, const char *symbol)
{
    char key[ID_INDEX_KEY_SIZE];
    uint32_t index;
    row_key(account, symbol, key);
    return id_index_find(&ledger->row_index, key, &index) ? &ledger->rows[index] : NULL;
}

static struct ledger_row *row_get(struct ledger *ledger, const char *account, const char *symbol)
{
    struct ledger_row *row = ledger_row(ledger, account, symbol);
    if (row != NULL) return row;
    struct ledger_symbol *entry = symbol_get(ledger, symbol);
    char key[ID_INDEX_KEY_SIZE];
    row_key(account, symbol, key);
    if (entry == NULL || !id_index_add(&ledger->row_index, key, ledger->row_count)) return NULL;
    row = &ledger->rows[ledger->row_count++];
    position_init(&row->position, account, symbol, ledger->trading_day);
    row->symbol = (uint32_t)(entry - ledger->symbols);
    row->next = entry->first;
    entry->first = ledger->row_count;
    return row;
}

static void value_row(struct ledger *ledger, struct ledger_row *row)
{
    struct position_pnl pnl;
    position_pnl(&row->position, &ledger->symbols[row->symbol].contract, row->position.mark, ledger->commission, &pnl);
    money_t without;
    /* Saturating: a sum that cannot be held stays where it is, at the end of the scale. */
    if (__builtin_sub_overflow(ledger->day_net, row->net, &without) ||
        __builtin_add_overflow(without, pnl.net, &ledger->day_net))
        ledger->day_net = pnl.net < 0 ? -INT64_MAX : INT64_MAX;
    row->net = pnl.net;
}

static void value_symbol(struct ledger *ledger, const struct ledger_symbol *entry)
{
    for (uint32_t at = entry->first; at != 0; at = ledger->rows[at - 1].next) value_row(ledger, &ledger->rows[at - 1]);
}

const struct position *ledger_position(const struct ledger *ledger, const char *account, const char *symbol)
{
    const struct ledger_row *row = ledger_row(ledger, account, symbol);
    return row == NULL ? NULL : &row->position;
}

const struct position *ledger_at(const struct ledger *ledger, uint32_t row)
{
    CHECK(row < ledger->row_count);
    return &ledger->rows[row].position;
}

int32_t ledger_held(const struct ledger *ledger, const char *account, const char *symbol)
{
    const struct position *position = ledger_position(ledger, account, symbol);
    return position == NULL ? 0 : position->quantity;
}

bool ledger_contract(struct ledger *ledger, const struct contract *contract)
{
    struct ledger_symbol *entry = symbol_get(ledger, contract->symbol);
    if (entry == NULL) return false;
    entry->contract = *contract;
    entry->listed = true;
    value_symbol(ledger, entry);
    return true;
}

bool ledger_tick(struct ledger *ledger, const struct tick *tick, int64_t now_us)
{
    struct ledger_symbol *entry = symbol_get(ledger, tick->symbol);
    if (entry == NULL) return false;
    entry->tick_us = now_us;
    if ((tick->flags & TICK_TRIAL) != 0) return true; /* the feed lives, but nothing was traded */
    entry->last = tick->price;
    entry->tick_seq = tick->sym_seq;
    for (uint32_t at = entry->first; at != 0; at = ledger->rows[at - 1].next) {
        struct ledger_row *row = &ledger->rows[at - 1];
        row->position.mark = tick->price;
        if (row->position.quantity != 0) value_row(ledger, row);
    }
    return true;
}

enum status ledger_restore(struct ledger *ledger, const struct position *position, struct err *err)
{
    struct ledger_row *row = row_get(ledger, position->account, position->symbol);
    if (row == NULL)
        return err_set(err, ERR_FULL, "more than %d positions; %s not loaded", LEDGER_POSITIONS, position->symbol);
    if (row->position.trading_day <= position->trading_day) row->position = *position;
    if (ledger->trading_day < position->trading_day) ledger->trading_day = position->trading_day;
    value_row(ledger, row);
    return ERR_OK;
}

enum status ledger_fill(struct ledger *ledger, const struct order_event *fill, const struct position **out, bool *known,
                        struct err *err)
{
    const struct order_request *request = &fill->request;
    struct ledger_row *row = row_get(ledger, request->account, request->symbol);
    if (row == NULL)
        return err_set(err, ERR_FULL, "more than %d positions: fill of %s not counted", LEDGER_POSITIONS,
                       request->symbol);
    struct ledger_symbol *entry = &ledger->symbols[row->symbol];
    if (entry->contract.multiplier == 0) {
        struct contract made;
        if (contract_make(request->symbol, fill->trading_day, 0, &made, NULL) == ERR_OK) entry->contract = made;
    }
    if (known != NULL) *known = entry->contract.multiplier != 0;
    if (fill->trading_day > row->position.trading_day) position_roll(&row->position, fill->trading_day);
    const bool traded = request->leg != LEG_ADJUST;
    enum status status = traded ? position_fill(&row->position, &entry->contract, request->side, fill->fill_price,
                                                fill->fill_quantity, ledger->commission, err)
                                : position_adjust(&row->position, &entry->contract, request->side, fill->fill_price,
                                                  fill->fill_quantity, err);
    if (status != ERR_OK) return status;
    if (entry->last != 0) row->position.mark = entry->last;
    row->position.updated_us = fill->time_us;
    value_row(ledger, row);
    *out = &row->position;
    return ERR_OK;
}

int32_t ledger_day(const struct market *market)
{
    const bool closed = market->session_state == SESSION_CLOSED && market->next_change_us > 0;
    /* What opens next opens on a date before its trading day: the night session of the day that closed. */
    const bool closed_day = closed && calendar_date(market->next_change_us) < market->trading_day;
    return closed_day ? session_previous_trading_day(market->trading_day) : market->trading_day;
}

void ledger_roll(struct ledger *ledger, int32_t trading_day,
                 void (*visit)(void *context, const struct position *position), void *context)
{
    if (trading_day <= ledger->trading_day) return;
    ledger->trading_day = trading_day;
    for (uint32_t i = 0; i < ledger->row_count; i++) {
        struct ledger_row *row = &ledger->rows[i];
        if (row->position.trading_day >= trading_day) continue;
        position_roll(&row->position, trading_day);
        value_row(ledger, row);
        visit(context, &row->position);
    }
}

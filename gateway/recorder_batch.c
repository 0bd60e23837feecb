/* One batch into ticks.db. Bars are built from the ticks as they come; where that cannot be right (a restart inside a
 * minute, a tick that was mended late) they are made from what the file holds. */
#include "gateway/recorder_batch.h"

#include <stdlib.h>
#include <string.h>

struct batch *batch_new(struct db *db)
{
    struct batch *batch = calloc(1, sizeof(*batch));
    if (batch != NULL) batch->db = db;
    return batch;
}

void batch_free(struct batch *batch)
{
    free(batch);
}

static bool keep_first(void *context, const struct msg *msg)
{
    *(struct msg *)context = *msg;
    return false;
}

/* First tick of a symbol since the start: does a stored bar of this minute go on? Its last stored trade tells: the
 * day's volume grows with every trade, so a lower one is a market that was started over. */
static void resume_bar(struct batch *batch, struct batch_symbol *symbol, const struct tick *tick)
{
    int64_t start_us = bar_start(tick->time_us, BAR_MINUTE_US);
    struct db_query query = {.id = MSG_TICK,
                             .symbol = tick->symbol,
                             .from_us = start_us,
                             .to_us = start_us + BAR_MINUTE_US,
                             .newest_first = true,
                             .limit = 1};
    struct msg msg = {.id = 0};
    if (db_each(batch->db, &query, keep_first, &msg, NULL) != ERR_OK || msg.id != MSG_TICK ||
        msg.tick.trading_day != tick->trading_day || msg.tick.volume >= tick->volume)
        return;
    query.id = MSG_BAR;
    msg.id = 0;
    if (db_each(batch->db, &query, keep_first, &msg, NULL) == ERR_OK && msg.id == MSG_BAR)
        bar_resume(&symbol->builder, &msg.bar);
}

static struct batch_symbol *find_symbol(struct batch *batch, const struct tick *tick)
{
    if (batch->last_symbol < batch->symbol_count &&
        strcmp(batch->symbols[batch->last_symbol].symbol, tick->symbol) == 0)
        return &batch->symbols[batch->last_symbol];
    for (uint32_t i = 0; i < batch->symbol_count; i++) {
        if (strcmp(batch->symbols[i].symbol, tick->symbol) == 0) {
            batch->last_symbol = i;
            return &batch->symbols[i];
        }
    }
    if (batch->symbol_count == BATCH_SYMBOLS) return NULL;
    batch->last_symbol = batch->symbol_count++;
    struct batch_symbol *symbol = &batch->symbols[batch->last_symbol];
    memcpy(symbol->symbol, tick->symbol, sizeof(symbol->symbol));
    bar_init(&symbol->builder, BAR_MINUTE_US);
    resume_bar(batch, symbol, tick);
    return symbol;
}

/* What the file would refuse (out of its range) goes out first: trying it again and again would keep everything behind
 * it out. */
static void refuse_bad_ticks(struct batch *batch)
{
    struct msg msg;
    uint32_t kept = 0;
    msg_init(&msg, MSG_TICK);
    for (uint32_t i = 0; i < batch->tick_count; i++) {
        msg.tick = batch->ticks[i].tick;
        if (msg_check(&msg, NULL) == ERR_OK) batch->ticks[kept++] = batch->ticks[i];
    }
    batch->refused = batch->tick_count - kept;
    batch->tick_count = kept;
}

/* Ticks come in runs: the day is mostly one of the last. */
static void note_day(struct batch *batch, const struct tick *tick)
{
    uint32_t at = batch->day_count;
    while (at > 0 && (batch->days[at - 1].trading_day != tick->trading_day ||
                      strcmp(batch->days[at - 1].symbol, tick->symbol) != 0))
        at--;
    if (at == 0) {
        if (batch->day_count == BATCH_DAYS) return;
        at = ++batch->day_count;
        batch->days[at - 1] = (struct recorded_day){
            .trading_day = tick->trading_day, .first_us = tick->time_us, .last_us = tick->time_us};
        memcpy(batch->days[at - 1].symbol, tick->symbol, sizeof(tick->symbol));
    }
    struct recorded_day *day = &batch->days[at - 1];
    if (tick->time_us < day->first_us) day->first_us = tick->time_us;
    if (tick->time_us > day->last_us) day->last_us = tick->time_us;
    if (tick->recv_us > day->recorded_us) day->recorded_us = tick->recv_us;
}

void batch_prepare(struct batch *batch)
{
    refuse_bad_ticks(batch);
    batch->bar_count = batch->day_count = 0;
    for (uint32_t i = 0; i < batch->tick_count; i++) {
        note_day(batch, &batch->ticks[i].tick);
        const struct batch_tick *entry = &batch->ticks[i];
        struct batch_symbol *symbol = entry->late ? NULL : find_symbol(batch, &entry->tick);
        if (symbol == NULL) continue;
        symbol->touched = true;
        if (bar_add(&symbol->builder, &entry->tick, &batch->bars[batch->bar_count])) batch->bar_count++;
    }
    /* The bars still being built as well: a reader sees this minute, and a restart goes on with it. */
    for (uint32_t i = 0; i < batch->symbol_count; i++) {
        const struct bar *bar = bar_current(&batch->symbols[i].builder);
        if (batch->symbols[i].touched && bar != NULL) batch->bars[batch->bar_count++] = *bar;
        batch->symbols[i].touched = false;
    }
}

struct rebuild {
    uint64_t epoch;
    struct bar_builder builder;
};

static bool rebuild_add(void *context, const struct msg *msg)
{
    struct rebuild *rebuild = context;
    struct bar done;
    if (msg->tick.epoch == rebuild->epoch) (void)bar_add(&rebuild->builder, &msg->tick, &done);
    return true;
}

static enum status store_bar(struct batch *batch, const struct bar *bar, struct err *err)
{
    struct msg msg;
    msg_init(&msg, MSG_BAR);
    msg.bar = *bar;
    return db_store(batch->db, &msg, err);
}

/* The minute of a late tick, from all of its ticks in the file. */
static enum status rebuild_minute(struct batch *batch, const struct tick *tick, struct err *err)
{
    struct rebuild rebuild = {.epoch = tick->epoch};
    int64_t start_us = bar_start(tick->time_us, BAR_MINUTE_US);
    struct db_query query = {
        .id = MSG_TICK, .symbol = tick->symbol, .from_us = start_us, .to_us = start_us + BAR_MINUTE_US};
    bar_init(&rebuild.builder, BAR_MINUTE_US);
    enum status status = db_each(batch->db, &query, rebuild_add, &rebuild, err);
    const struct bar *bar = bar_current(&rebuild.builder);
    if (status != ERR_OK || bar == NULL) return status;
    struct batch_symbol *symbol = find_symbol(batch, tick);
    if (symbol != NULL && symbol->builder.bar.start_us == start_us) bar_resume(&symbol->builder, bar);
    return store_bar(batch, bar, err);
}

/* Late ticks of one minute come one after another: each minute is made once. */
static enum status rebuild_late(struct batch *batch, struct err *err)
{
    enum status status = ERR_OK;
    for (uint32_t i = 0; i < batch->tick_count && status == ERR_OK; i++) {
        const struct tick *tick = &batch->ticks[i].tick;
        const struct tick *next =
            i + 1 < batch->tick_count && batch->ticks[i + 1].late ? &batch->ticks[i + 1].tick : NULL;
        bool again = next != NULL && strcmp(next->symbol, tick->symbol) == 0 && next->epoch == tick->epoch &&
                     bar_start(next->time_us, BAR_MINUTE_US) == bar_start(tick->time_us, BAR_MINUTE_US);
        if (batch->ticks[i].late && !again) status = rebuild_minute(batch, tick, err);
    }
    return status;
}

enum status batch_commit(struct batch *batch, struct err *err)
{
    enum status status = db_begin(batch->db, err);
    if (status != ERR_OK) return status;
    struct msg msg;
    msg_init(&msg, MSG_TICK);
    for (uint32_t i = 0; i < batch->tick_count && status == ERR_OK; i++) {
        msg.tick = batch->ticks[i].tick;
        status = db_store(batch->db, &msg, err);
    }
    for (uint32_t i = 0; i < batch->bar_count && status == ERR_OK; i++) status = store_bar(batch, &batch->bars[i], err);
    for (uint32_t i = 0; i < batch->day_count && status == ERR_OK; i++)
        status = db_ticks_recorded(batch->db, &batch->days[i], err);
    if (status == ERR_OK) status = rebuild_late(batch, err);
    if (status == ERR_OK) return db_commit(batch->db, err);
    db_rollback(batch->db);
    return status;
}

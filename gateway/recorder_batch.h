/*
 * recorder_batch: one batch of ticks, its bars, and their transaction: the recorder's half that knows nothing of
 * threads.
 *
 * batch_prepare runs the bar builders (and looks into the file where a half-built bar goes on); batch_commit writes,
 * and may be called again when it failed: it changes nothing but the file.
 *
 * Errors: batch_commit's, as db_store's and db_commit's. Thread: the recorder's own. Owner: the caller (batch_free).
 */
#ifndef GATEWAY_RECORDER_BATCH_H
#define GATEWAY_RECORDER_BATCH_H

#include "core/bar.h"
#include "db/ticks.h"

#define BATCH_TICKS   4096
#define BATCH_SYMBOLS 512 /* symbols with bars; ticks of more are recorded without bars */

struct batch_tick {
    struct tick tick;
    bool late; /* mended: its minute's bar is made again from the file */
};

struct batch_symbol {
    struct bar_builder builder;
    char symbol[SYMBOL_SIZE];
    bool touched;
};

#define BATCH_DAYS 64 /* days of symbols in one batch; what is beyond is kept for ever */

struct batch {
    struct db *db; /* not owned */
    uint32_t tick_count;
    uint32_t bar_count;
    uint32_t symbol_count;
    uint32_t refused; /* by the last batch_prepare: ticks that no file takes (out of their ranges) */
    uint32_t day_count;
    uint32_t last_symbol; /* the one found last: ticks come in runs */
    struct batch_tick ticks[BATCH_TICKS];
    struct bar bars[BATCH_TICKS + BATCH_SYMBOLS];
    struct batch_symbol symbols[BATCH_SYMBOLS];
    struct recorded_day days[BATCH_DAYS];
};

/* NULL when memory is short. */
struct batch *batch_new(struct db *db);
void batch_free(struct batch *batch);

/* After ticks[0..tick_count) are filled. */
void batch_prepare(struct batch *batch);
enum status batch_commit(struct batch *batch, struct err *err);

#endif

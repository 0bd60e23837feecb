/*
 * ticks: how long ticks.db keeps ticks.
 *
 * Each day of a symbol has a row that says when it was recorded last; ticks of a day recorded before a moment are
 * removed in slices, one short transaction each, so that recording goes on between two of them. Their pages are used
 * again by the ticks that come: the file stays as large as it has been. Bars are kept for ever.
 *
 * Unit: recorded_us and before_us process time. Errors: as db_store's. Thread: the handle's. Owner: nothing outlives a
 * call.
 */
#ifndef DB_TICKS_H
#define DB_TICKS_H

#include "db/db.h"

struct recorded_day {
    char symbol[SYMBOL_SIZE];
    int32_t trading_day;
    int64_t first_us, last_us; /* market time */
    int64_t recorded_us;
};

/* Inside the transaction that stores the ticks. */
enum status db_ticks_recorded(struct db *db, const struct recorded_day *day, struct err *err);

/* One slice of about `slice` ticks, of a day not recorded since before_us. *removed: how many; *more: there may be others. */
enum status db_ticks_remove(struct db *db, int64_t before_us, int64_t slice, int64_t *removed, bool *more,
                            struct err *err);

#endif

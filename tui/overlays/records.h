/*
 * records: stored rows for an overlay, read in the background so that the screen never waits for a file.
 *
 * A thread of its own opens the file read-only, reads the rows in the asked order up to the limit, and ends. Until then
 * there are none and records_ready is false. Closing while it reads is fine: the thread frees what it made.
 *
 * Owner: records_read .. records_free. Thread: the screen's; only the reading itself runs elsewhere.
 */
#ifndef TUI_OVERLAYS_RECORDS_H
#define TUI_OVERLAYS_RECORDS_H

#include <stdbool.h>

#include "core/msg.h"
#include "core/settings.h"
#include "db/db.h"

#define RECORDS_MAX 1000

struct records;

/* From the data directory of the settings. At most RECORDS_MAX rows. query's symbol, account and text must be NULL. */
struct records *records_read(enum db_file file, const struct settings *settings, const struct db_query *query);
void records_free(struct records *records);

bool records_ready(struct records *records);
/* After ready: rows read, and why they could not be (NULL = they could). A file that is not there yet has no rows. */
int records_count(struct records *records);
const struct msg *records_at(struct records *records, int index);
const char *records_refusal(struct records *records);

#endif

/*
 * records: stored rows for the screen, read in the background so that the screen never waits for a file.
 *
 * A thread of its own opens the file read-only, reads the rows in the asked order up to the limit, and ends. Until then
 * there are none and records_ready is false. Closing while it reads is fine: the thread frees what it made.
 * Asked for anew, the rows that are there stay until the new ones have come.
 *
 * Owner: records_read .. records_free. Thread: the screen's; only the reading itself runs elsewhere.
 */
#ifndef TUI_RECORDS_H
#define TUI_RECORDS_H

#include <stdbool.h>

#include "core/msg.h"
#include "core/settings.h"
#include "db/db.h"

#define RECORDS_MAX 1000

struct records;

/* From the data directory of the settings. At most RECORDS_MAX rows. query's symbol, account and text must be NULL. */
struct records *records_read(enum db_file file, const struct settings *settings, const struct db_query *query);
void records_free(struct records *records);

/* Read them again: something was stored. Asked for while that goes on, they are read once more after it. */
void records_renew(struct records *records);

bool records_ready(const struct records *records);
/* After ready: rows read, and why they could not be (NULL = they could). A file that is not there yet has no rows. What
 * was read again takes the place of the rows when they are counted, and at no other time. */
int records_count(struct records *records);
const struct msg *records_at(const struct records *records, int index);
const char *records_refusal(const struct records *records);
/* What to say where no row is: the refusal, that they are being read, or nothing. */
const char *records_words(const struct records *records);

#endif

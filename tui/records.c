/* One short-lived thread a question. It shares nothing with the screen but this block, which the last of
 * the two frees. */
#include "tui/records.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "gateway/client.h"

enum { PATH_SIZE = 512, FIRST_ROWS = 64 };

/* One reading. */
struct reading {
    atomic_int owners; /* the screen and the thread */
    atomic_bool ready; /* set by the thread, last */
    enum db_file file;
    char directory[PATH_SIZE];
    struct db_query query;
    char client_order_id[CLIENT_ORDER_ID_SIZE];
    struct msg *rows;
    int count, room;
    struct err err;
};

struct records {
    const struct settings *settings;
    struct reading *now;
    struct reading *next; /* NULL: nothing is being read again */
    bool again;           /* and once more after that */
};

static void release(struct reading *reading)
{
    if (atomic_fetch_sub(&reading->owners, 1) != 1) return;
    free(reading->rows);
    free(reading);
}

static bool keep(void *context, const struct msg *msg)
{
    struct reading *reading = context;
    if (reading->count == reading->room) {
        int room = reading->room ? reading->room * 2 : FIRST_ROWS;
        struct msg *rows = realloc(reading->rows, (size_t)room * sizeof *rows);
        if (!rows) {
            err_set(&reading->err, ERR_FULL, "no memory for more rows");
            return false;
        }
        reading->rows = rows;
        reading->room = room;
    }
    reading->rows[reading->count++] = *msg;
    return reading->count < RECORDS_MAX;
}

static void *read_rows(void *context)
{
    struct reading *reading = context;
    struct db *db = NULL;
    enum status status = db_open(&db, reading->file, reading->directory, DB_READ, DB_NORMAL, &reading->err);
    if (status == ERR_OK) {
        db_each(db, &reading->query, keep, reading, &reading->err);
        db_close(db);
    } else if (status == ERR_NOT_FOUND) {
        reading->err.status = ERR_OK; /* nothing has been stored yet */
    }
    atomic_store(&reading->ready, true);
    release(reading);
    return NULL;
}

/* A question that cannot even be asked is answered at once. */
static struct reading *refused(struct reading *reading)
{
    atomic_store(&reading->owners, 1);
    atomic_store(&reading->ready, true);
    return reading;
}

static struct reading *start(enum db_file file, const struct settings *settings, const struct db_query *query)
{
    struct reading *reading = calloc(1, sizeof *reading);
    pthread_t thread;
    CHECK(reading);
    reading->file = file;
    reading->query = *query;
    reading->query.limit = RECORDS_MAX;
    if (query->client_order_id) {
        text_copy(reading->client_order_id, sizeof reading->client_order_id, query->client_order_id);
        reading->query.client_order_id = reading->client_order_id;
    }
    atomic_init(&reading->owners, 2);
    atomic_init(&reading->ready, false);
    if (client_home(settings, reading->directory, sizeof reading->directory, &reading->err) != ERR_OK)
        return refused(reading);
    if (pthread_create(&thread, NULL, read_rows, reading) != 0) {
        err_set(&reading->err, ERR_FULL, "no thread to read with");
        return refused(reading);
    }
    pthread_detach(thread);
    return reading;
}

static void start_again(struct records *records)
{
    records->next = start(records->now->file, records->settings, &records->now->query);
    records->again = false;
}

struct records *records_read(enum db_file file, const struct settings *settings, const struct db_query *query)
{
    struct records *records = calloc(1, sizeof *records);
    CHECK(records && !query->symbol && !query->account && !query->text);
    records->settings = settings;
    records->now = start(file, settings, query);
    return records;
}

void records_free(struct records *records)
{
    if (!records) return;
    release(records->now);
    if (records->next) release(records->next);
    free(records);
}

void records_renew(struct records *records)
{
    if (records->next)
        records->again = true;
    else
        start_again(records);
}

bool records_ready(const struct records *records)
{
    return atomic_load(&records->now->ready);
}

int records_count(struct records *records)
{
    if (records->next && atomic_load(&records->next->ready)) {
        release(records->now);
        records->now = records->next;
        records->next = NULL;
        if (records->again) start_again(records);
    }
    return records_ready(records) ? records->now->count : 0;
}

const struct msg *records_at(const struct records *records, int index)
{
    CHECK(index >= 0 && index < records->now->count);
    return &records->now->rows[index];
}

const char *records_refusal(const struct records *records)
{
    return records_ready(records) && records->now->err.status != ERR_OK ? records->now->err.text : NULL;
}

const char *records_words(const struct records *records)
{
    const char *refusal = records_refusal(records);
    if (refusal) return refusal;
    return records_ready(records) ? "" : "reading ...";
}

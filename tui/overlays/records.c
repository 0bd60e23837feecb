/* One short-lived thread a question. It shares nothing with the screen but this block, which the last of
 * the two frees. */
#include "tui/overlays/records.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "gateway/client.h"

enum { PATH_SIZE = 512, FIRST_ROWS = 64 };

struct records {
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

static void release(struct records *records)
{
    if (atomic_fetch_sub(&records->owners, 1) != 1) return;
    free(records->rows);
    free(records);
}

static bool keep(void *context, const struct msg *msg)
{
    struct records *records = context;
    if (records->count == records->room) {
        int room = records->room ? records->room * 2 : FIRST_ROWS;
        struct msg *rows = realloc(records->rows, (size_t)room * sizeof *rows);
        if (!rows) {
            err_set(&records->err, ERR_FULL, "no memory for more rows");
            return false;
        }
        records->rows = rows;
        records->room = room;
    }
    records->rows[records->count++] = *msg;
    return records->count < RECORDS_MAX;
}

static void *read_rows(void *context)
{
    struct records *records = context;
    struct db *db = NULL;
    enum status status = db_open(&db, records->file, records->directory, DB_READ, DB_NORMAL, &records->err);
    if (status == ERR_OK) {
        db_each(db, &records->query, keep, records, &records->err);
        db_close(db);
    } else if (status == ERR_NOT_FOUND) {
        records->err.status = ERR_OK; /* nothing has been stored yet */
    }
    atomic_store(&records->ready, true);
    release(records);
    return NULL;
}

/* A question that cannot even be asked is answered at once. */
static struct records *refused(struct records *records)
{
    atomic_store(&records->owners, 1);
    atomic_store(&records->ready, true);
    return records;
}

struct records *records_read(enum db_file file, const struct settings *settings, const struct db_query *query)
{
    struct records *records = calloc(1, sizeof *records);
    pthread_t thread;
    CHECK(records && !query->symbol && !query->account && !query->text);
    records->file = file;
    records->query = *query;
    records->query.limit = RECORDS_MAX;
    if (query->client_order_id) {
        text_copy(records->client_order_id, sizeof records->client_order_id, query->client_order_id);
        records->query.client_order_id = records->client_order_id;
    }
    atomic_init(&records->owners, 2);
    atomic_init(&records->ready, false);
    if (client_home(settings, records->directory, sizeof records->directory, &records->err) != ERR_OK)
        return refused(records);
    if (pthread_create(&thread, NULL, read_rows, records) != 0) {
        err_set(&records->err, ERR_FULL, "no thread to read with");
        return refused(records);
    }
    pthread_detach(thread);
    return records;
}

void records_free(struct records *records)
{
    if (records) release(records);
}

bool records_ready(struct records *records)
{
    return atomic_load(&records->ready);
}

int records_count(struct records *records)
{
    return records_ready(records) ? records->count : 0;
}

const struct msg *records_at(struct records *records, int index)
{
    CHECK(index >= 0 && index < records_count(records));
    return &records->rows[index];
}

const char *records_refusal(struct records *records)
{
    return records_ready(records) && records->err.status != ERR_OK ? records->err.text : NULL;
}

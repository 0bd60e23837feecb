/* The log's past: three questions to the stores, their rows put among the lines by time. */
#include "tui/log_past.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/clock.h"
#include "tui/model_log.h"
#include "tui/records.h"

enum { SOURCES = 3 };
#define PAST_US (24 * 3600 * CLOCK_SECOND_US)

struct log_past {
    struct records *records[SOURCES];
};

struct log_past *log_past_begin(const struct settings *settings, int64_t now_us)
{
    static const struct {
        enum db_file file;
        enum msg_id id;
    } sources[SOURCES] = {{DB_CONDITIONS, MSG_TRANSITION}, {DB_GATEWAY, MSG_ORDER_EVENT}, {DB_GATEWAY, MSG_RISK_EVENT}};
    struct log_past *past = calloc(1, sizeof *past);
    CHECK(past);
    for (int i = 0; i < SOURCES; i++) {
        struct db_query query = {.id = sources[i].id, .from_us = now_us - PAST_US, .newest_first = true};
        past->records[i] = records_read(sources[i].file, settings, &query);
    }
    return past;
}

/* A store that cannot be read has no past to tell; its process says what is wrong with it. */
bool log_past_take(struct log_past *past, struct model *model)
{
    for (int i = 0; i < SOURCES; i++)
        if (!records_ready(past->records[i])) return false;
    for (int i = 0; i < SOURCES; i++) {
        int count = records_count(past->records[i]);
        for (int row = 0; row < count; row++) (void)model_log_past(model, records_at(past->records[i], row));
    }
    return true;
}

void log_past_free(struct log_past *past)
{
    if (!past) return;
    for (int i = 0; i < SOURCES; i++) records_free(past->records[i]);
    free(past);
}

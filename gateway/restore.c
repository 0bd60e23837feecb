/*
 * restore: db_each with a stop at the first row a component refuses.
 */
#include "gateway/restore.h"

#include <stdlib.h>

struct feeding {
    restore_row row;
    void *component;
    enum status status;
    struct err err;
    bool days_only;
    int32_t days[2];
};

static bool feed(void *context, const struct msg *msg)
{
    struct feeding *feeding = context;
    if (feeding->days_only && msg->id == MSG_ORDER && order_state_terminal(msg->order.state) &&
        msg->order.trading_day != feeding->days[0] && msg->order.trading_day != feeding->days[1])
        return true;
    feeding->status = feeding->row(feeding->component, msg, &feeding->err);
    return feeding->status == ERR_OK;
}

static enum status run(struct db *db, const struct db_query *query, struct feeding *feeding, struct err *err)
{
    enum status status = db_each(db, query, feed, feeding, err);
    if (status == ERR_OK && feeding->status != ERR_OK) {
        return err_set(err, feeding->status, "a stored %s is refused: %s", msg_type(query->id)->name,
                       feeding->err.text);
    }
    return status;
}

enum status restore_rows(struct db *db, const struct db_query *query, restore_row row, void *component, struct err *err)
{
    struct feeding feeding = {.row = row, .component = component};
    return run(db, query, &feeding, err);
}

enum status restore_all(struct db *db, enum msg_id id, restore_row row, void *component, struct err *err)
{
    struct feeding feeding = {.row = row, .component = component};
    struct db_query query = {.id = id};
    return run(db, &query, &feeding, err);
}

/* Newest first: the two days stored last, and the number of the event before their first one. */
struct last_days {
    int32_t days[2];
    int count;
    uint64_t before_seq;
};

static bool see_day(struct last_days *last, int32_t day)
{
    for (int i = 0; i < last->count; i++)
        if (last->days[i] == day) return true;
    if (last->count == 2) return false;
    last->days[last->count++] = day;
    return true;
}

static bool see_order(void *context, const struct msg *msg)
{
    return see_day(context, msg->order.trading_day);
}

static bool see_event(void *context, const struct msg *msg)
{
    struct last_days *last = context;
    if (!see_day(last, msg->order_event.trading_day)) {
        last->before_seq = msg->order_event.seq;
        return false;
    }
    return true;
}

enum status restore_orders(struct db *db, restore_row row, void *component, struct err *err)
{
    struct last_days last = {0};
    struct db_query query = {.id = MSG_ORDER, .newest_first = true};
    enum status status = db_each(db, &query, see_order, &last, err);
    if (status != ERR_OK) return status;
    struct feeding feeding = {
        .row = row, .component = component, .days_only = true, .days = {last.days[0], last.days[1]}};
    query.newest_first = false;
    return run(db, &query, &feeding, err);
}

enum status restore_order_events(struct db *db, restore_row row, void *component, struct err *err)
{
    struct last_days last = {0};
    struct db_query query = {.id = MSG_ORDER_EVENT, .newest_first = true};
    enum status status = db_each(db, &query, see_event, &last, err);
    if (status != ERR_OK) return status;
    struct feeding feeding = {.row = row, .component = component};
    query.newest_first = false;
    query.from_seq = last.before_seq;
    return run(db, &query, &feeding, err);
}

struct newest {
    struct msg *rows;
    size_t count;
};

static bool collect(void *context, const struct msg *msg)
{
    struct newest *newest = context;
    newest->rows[newest->count++] = *msg;
    return newest->count < RESTORE_NEWEST_MAX;
}

enum status restore_newest(struct db *db, enum msg_id id, int64_t limit, restore_row row, void *component,
                           struct err *err)
{
    struct newest newest = {.rows = malloc(RESTORE_NEWEST_MAX * sizeof *newest.rows)};
    if (newest.rows == NULL) return err_set(err, ERR_FULL, "out of memory");
    struct db_query query = {.id = id, .newest_first = true, .limit = limit};
    enum status status = db_each(db, &query, collect, &newest, err);
    while (status == ERR_OK && newest.count > 0) status = row(component, &newest.rows[--newest.count], err);
    free(newest.rows);
    return status;
}

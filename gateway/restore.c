/*
 * restore: db_each with a stop at the first row a component refuses.
 */
#include "gateway/restore.h"

#include <stdlib.h>

#define RESTORE_ACKS 4096 /* an executor's answers to signals */

struct feeding {
    restore_row row;
    void *component;
    enum status status;
    struct err err;
};

static bool feed(void *context, const struct msg *msg)
{
    struct feeding *feeding = context;
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

/* Numbers in a list that grows. */
struct ids {
    int64_t *list;
    size_t count, room;
};

static bool ids_add(struct ids *ids, int64_t id)
{
    if (ids->count == ids->room) {
        const size_t room = ids->room == 0 ? 256 : ids->room * 2;
        int64_t *list = realloc(ids->list, room * sizeof *list);
        if (list == NULL) return false;
        ids->list = list;
        ids->room = room;
    }
    ids->list[ids->count++] = id;
    return true;
}

static int by_value(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* What is looked for among the ended conditions, and how far the list is fed. */
struct ended {
    struct db *db;
    struct ids ids;
    size_t fed;
    int32_t day;
    bool no_memory;
    struct feeding feeding;
};

static bool note(struct ended *ended, int64_t id)
{
    ended->no_memory = !ids_add(&ended->ids, id);
    return !ended->no_memory;
}

/* Newest first: the day's ends. */
static bool see_transition(void *context, const struct msg *msg)
{
    struct ended *ended = context;
    const struct transition *transition = &msg->transition;
    if (ended->day == 0) ended->day = transition->trading_day;
    if (transition->trading_day != ended->day && transition->trading_day != 0) return false;
    if (!condition_terminal(transition->to)) return true;
    return note(ended, transition->condition_id) && ended->ids.count < RESTORE_CONDITIONS_MAX;
}

static bool see_condition(void *context, const struct msg *msg)
{
    (void)note(context, msg->condition.id);
    return false;
}

static bool see_signal(void *context, const struct msg *msg)
{
    return note(context, msg->signal.order.condition_id);
}

/* Those on the list before this number, from the file; the number itself is not asked for. */
static enum status feed_ended(struct ended *ended, int64_t before, struct err *err)
{
    enum status status = ERR_OK;
    int64_t last = 0;
    for (; ended->fed < ended->ids.count && ended->ids.list[ended->fed] <= before && status == ERR_OK; ended->fed++) {
        const int64_t id = ended->ids.list[ended->fed];
        const struct db_query query = {.id = MSG_CONDITION, .condition_id = id};
        if (id != last && id != before && id > 0) status = run(ended->db, &query, &ended->feeding, err);
        last = id;
    }
    return status;
}

/* Live ones come in the order of their numbers; the ended ones go between them, so that each is put at the end of what
 * the component has. */
static bool feed_live(void *context, const struct msg *msg)
{
    struct ended *ended = context;
    struct err err;
    if (feed_ended(ended, msg->condition.id, &err) == ERR_OK) return feed(&ended->feeding, msg);
    ended->feeding.status = err.status;
    ended->feeding.err = err;
    return false;
}

static enum status list_ended(struct ended *ended, struct err *err)
{
    const struct db_query lately = {.id = MSG_TRANSITION, .newest_first = true};
    const struct db_query outbox = {.id = MSG_SIGNAL, .live = true};
    const struct db_query newest = {.id = MSG_CONDITION, .newest_first = true, .limit = 1};
    enum status status = db_each(ended->db, &lately, see_transition, ended, err);
    if (status == ERR_OK) status = db_each(ended->db, &outbox, see_signal, ended, err);
    if (status == ERR_OK) status = db_each(ended->db, &newest, see_condition, ended, err);
    if (status == ERR_OK && ended->no_memory) status = err_set(err, ERR_FULL, "out of memory");
    if (ended->ids.count > 1) qsort(ended->ids.list, ended->ids.count, sizeof *ended->ids.list, by_value);
    return status;
}

enum status restore_conditions(struct db *db, restore_row row, void *component, struct err *err)
{
    struct ended ended = {.db = db, .feeding = {.row = row, .component = component}};
    const struct db_query live = {.id = MSG_CONDITION, .live = true};
    enum status status = list_ended(&ended, err);
    if (status == ERR_OK) status = db_each(db, &live, feed_live, &ended, err);
    if (status == ERR_OK && ended.feeding.status != ERR_OK)
        status = err_set(err, ended.feeding.status, "a stored condition is refused: %s", ended.feeding.err.text);
    if (status == ERR_OK) status = feed_ended(&ended, INT64_MAX, err);
    free(ended.ids.list);
    return status;
}

/* Newest first: the two days stored last, and the number of the event before their first one. */
struct last_days {
    int32_t days[2];
    int day_count;
    uint64_t before_seq;
    struct order *orders;
    size_t count;
};

static bool see_day(struct last_days *last, int32_t day)
{
    if (day == 0) return true; /* stored before the market was known: it is of no day */
    for (int i = 0; i < last->day_count; i++)
        if (last->days[i] == day) return true;
    if (last->day_count == 2) return false;
    last->days[last->day_count++] = day;
    return true;
}

static bool see_order(void *context, const struct msg *msg)
{
    struct last_days *last = context;
    if (!see_day(last, msg->order.trading_day)) return false;
    if (order_state_terminal(msg->order.state)) last->orders[last->count++] = msg->order;
    return last->count < RESTORE_ORDERS_MAX;
}

static bool see_event(void *context, const struct msg *msg)
{
    struct last_days *last = context;
    if (see_day(last, msg->order_event.trading_day) && last->count++ < RESTORE_EVENTS_MAX) return true;
    last->before_seq = msg->order_event.seq;
    return false;
}

enum status restore_orders(struct db *db, restore_row row, void *component, struct err *err)
{
    struct last_days last = {.orders = malloc(RESTORE_ORDERS_MAX * sizeof *last.orders)};
    if (last.orders == NULL) return err_set(err, ERR_FULL, "out of memory");
    const struct db_query newest = {.id = MSG_ORDER, .newest_first = true}, live = {.id = MSG_ORDER, .live = true};
    enum status status = db_each(db, &newest, see_order, &last, err);
    if (status == ERR_OK) status = restore_rows(db, &live, row, component, err);
    while (status == ERR_OK && last.count > 0) {
        struct msg msg;
        msg_init(&msg, MSG_ORDER);
        msg.order = last.orders[--last.count];
        status = row(component, &msg, err);
        if (status != ERR_OK) (void)err_prefix(err, "a stored order is refused");
    }
    free(last.orders);
    return status;
}

enum status restore_order_events(struct db *db, restore_row row, void *component, struct err *err)
{
    struct last_days last = {0};
    struct db_query query = {.id = MSG_ORDER_EVENT, .newest_first = true};
    enum status status = db_each(db, &query, see_event, &last, err);
    if (status != ERR_OK) return status;
    query.newest_first = false;
    query.from_seq = last.before_seq;
    return restore_rows(db, &query, row, component, err);
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

enum status restore_for_strategy(struct db *db, restore_row row, void *component, struct err *err)
{
    const struct db_query unsent = {.id = MSG_SIGNAL, .live = true};
    enum status status = restore_conditions(db, row, component, err);
    if (status == ERR_OK) status = restore_rows(db, &unsent, row, component, err);
    return status == ERR_OK ? restore_all(db, MSG_CURSOR, row, component, err) : status;
}

static enum status restore_lots(struct db *db, restore_row row, void *component, struct err *err)
{
    const struct db_query held = {.id = MSG_CONDITION_LOTS, .live = true};
    return restore_rows(db, &held, row, component, err);
}

static enum status restore_orders_and_events(struct db *db, restore_row row, void *component, struct err *err)
{
    const enum status status = restore_orders(db, row, component, err);
    return status == ERR_OK ? restore_order_events(db, row, component, err) : status;
}

enum status restore_for_executor(struct db *db, restore_row row, void *component, struct err *err)
{
    enum status status = restore_all(db, MSG_POSITION, row, component, err);
    if (status == ERR_OK) status = restore_lots(db, row, component, err);
    if (status == ERR_OK) status = restore_all(db, MSG_CURSOR, row, component, err);
    if (status == ERR_OK) status = restore_orders_and_events(db, row, component, err);
    return status == ERR_OK ? restore_newest(db, MSG_SIGNAL_ACK, RESTORE_ACKS, row, component, err) : status;
}

enum status restore_for_gate(struct db *db, restore_row row, void *component, struct err *err)
{
    static const enum msg_id whole[] = {MSG_GUARD_LIMITS, MSG_GUARD_STATE, MSG_CURSOR, MSG_CONTRACT, MSG_POSITION};
    enum status status = ERR_OK;
    for (size_t i = 0; status == ERR_OK && i < sizeof whole / sizeof whole[0]; i++)
        status = restore_all(db, whole[i], row, component, err);
    if (status == ERR_OK) status = restore_lots(db, row, component, err);
    return status == ERR_OK ? restore_orders_and_events(db, row, component, err) : status;
}

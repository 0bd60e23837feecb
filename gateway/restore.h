/*
 * restore: feed stored rows to a component at start. What it costs is what is live and what is recent, never what there
 * has ever been.
 *
 * A component asks for "orders not ended, and all of the last two trading days". Those are the two days stored last,
 * not the two latest dates: a replay of 2021 comes after a day of 2026. Of a day that was replayed again and again, the
 * newest rows.
 *
 * Does not judge a row. Errors: the component's refusal, with the kind of row; the database's; ERR_FULL for want of
 * memory. The process cannot start then. Owner: nothing outlives a call. Thread: the database's.
 */
#ifndef GATEWAY_RESTORE_H
#define GATEWAY_RESTORE_H

#include "db/db.h"

typedef enum status (*restore_row)(void *component, const struct msg *msg, struct err *err);

/* All that a component asks for at its start, in the order in which core/strategy.h, core/executor.h and core/gate.h want
 * it. */
enum status restore_for_strategy(struct db *db, restore_row row, void *component, struct err *err);
enum status restore_for_executor(struct db *db, restore_row row, void *component, struct err *err);
enum status restore_for_gate(struct db *db, restore_row row, void *component, struct err *err);

/* The rows a query names. */
enum status restore_rows(struct db *db, const struct db_query *query, restore_row row, void *component,
                         struct err *err);

/* Every row of a kind, oldest first. */
enum status restore_all(struct db *db, enum msg_id id, restore_row row, void *component, struct err *err);

/* conditions.db, in id order: conditions not ended; those ended on the trading day stored last; that of each signal in the
 * outbox; and always the newest one, whose number is not given again. */
#define RESTORE_CONDITIONS_MAX 16384 /* ended ones */
enum status restore_conditions(struct db *db, restore_row row, void *component, struct err *err);

/* Orders: those not ended; then those ended of the two trading days stored last, oldest first. Then the order events of
 * those days, and always the last one. */
#define RESTORE_ORDERS_MAX 32768  /* ended ones */
#define RESTORE_EVENTS_MAX 131072 /* four an order */
enum status restore_orders(struct db *db, restore_row row, void *component, struct err *err);
enum status restore_order_events(struct db *db, restore_row row, void *component, struct err *err);

/* The newest `limit` rows of a kind, oldest first. limit <= RESTORE_NEWEST_MAX. */
#define RESTORE_NEWEST_MAX 8192
enum status restore_newest(struct db *db, enum msg_id id, int64_t limit, restore_row row, void *component,
                           struct err *err);

#endif

/*
 * audit: every decision as one stream in time order, read out of the tables in which it is kept anyway.
 *
 *   operator   what was asked for and answered    actions of every process (log-in, register, halt, order, resolve ...)
 *   condition  each transition                    conditions.db transitions
 *   signal     sent by the strategy; taken or     conditions.db signals; orders.db signal_acks
 *              refused by the executor
 *   guard      denials, alarms, changes           risk_events of gateway, executor and strategy
 *   order      each event of each order           gateway.db order_events
 *   session    the venue session up and down      gateway.db actions
 *   process    started, ended, given up           outcryd.db actions
 *
 * Nothing is stored here. A file that is not there yet is left out. Each file is read as it stands when the reading
 * begins; between two files it may be some milliseconds apart.
 *
 * Unit: from_us and to_us are process time. Errors: as db_open's. Thread: one a call. Owner: nothing outlives a call.
 */
#ifndef DB_AUDIT_H
#define DB_AUDIT_H

#include "db/db.h"

/* query: symbol, client_order_id, condition_id, trading_day, from_us, to_us, text (in any text of the row, A = a),
 * newest_first, limit; its id is MSG_AUDIT. visit gets audit messages and returns false to stop. */
enum status db_audit(const char *directory, const struct db_query *query,
                     bool (*visit)(void *context, const struct msg *msg), void *context, struct err *err);

#endif

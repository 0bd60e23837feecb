/*
 * driver: the duty of core/port.h, for a live process: what a step stores is committed in one transaction, and only
 * then the rest of what it said leaves, in the order it was said.
 *
 *     struct sink *sink = driver_sink(driver);
 *     strategy_on_tick(strategy, tick, now_us, sink);
 *     if (driver_end_step(driver, &err) != ERR_OK) -> the process ends (agent_fail): nothing of the step has left
 *
 * A step that stores nothing touches no file. After a failed step the driver stays failed and lets nothing through.
 *
 * Owner: driver_new .. driver_free; db is the caller's. Thread: one. Room for DRIVER_MESSAGES is there from the start,
 * so that between a tick and its order nothing is allocated; a bigger step grows it.
 */
#ifndef GATEWAY_DRIVER_H
#define GATEWAY_DRIVER_H

#include "core/port.h"
#include "db/db.h"

#define DRIVER_MESSAGES 256

struct driver;

/* Everything but PORT_STORE comes out here after the commit. */
typedef void (*driver_release)(void *context, enum port port, const struct msg *msg);

struct driver *driver_new(struct db *db, driver_release release, void *context);
void driver_free(struct driver *driver); /* NULL is fine; an open transaction is rolled back */

struct sink *driver_sink(struct driver *driver);

/* Commit and release. ERR_*: the commit's own reason. */
enum status driver_end_step(struct driver *driver, struct err *err);

#endif

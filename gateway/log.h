/*
 * log: what a process says. Each line goes to outcry.log in the home directory, to the last LOG_LINES kept in memory
 * (for QUERY_LOG), and to whoever is listening (a callback: the agent publishes it).
 *
 * Never: a secret (MSG_LOGIN is not even passed here), or more than LOG_RATE lines a second (the rest is counted, and
 * the count is said). All processes append to the one file; when it reaches LOG_FILE_MAX it becomes outcry.log.1.
 *
 * Errors: log_open's alone; a line that the disk does not take is lost there, and still kept and handed on: trading
 * does not stop for want of a line. Owner: log_open .. log_close. Thread: one.
 */
#ifndef GATEWAY_LOG_H
#define GATEWAY_LOG_H

#include <stdbool.h>

#include "core/msg.h"

#define LOG_LINES     200
#define LOG_RATE      200
#define LOG_FILE_MAX  (INT64_C(16) * 1024 * 1024)
#define LOG_FILE_NAME "outcry.log"

struct log;

enum status log_open(struct log **out, enum component component, const char *home, struct err *err);
void log_close(struct log *log); /* NULL is fine */

/* NULL: nobody. */
void log_set_listener(struct log *log, void (*listen)(void *context, const struct msg *line), void *context);

/* log NULL: to stderr only (before the log is open). Newlines become spaces, so that a line is a line. */
void log_write(struct log *log, enum log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The lines kept, oldest first. */
void log_each(const struct log *log, void (*visit)(void *context, const struct msg *line), void *context);

#endif

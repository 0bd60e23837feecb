/*
 * log_past: what happened while the screen was away, read back into its log.
 *
 * Transitions, order events and the guard's words of the last day, as the stores hold them. They are read in the
 * background (tui/records.h); the lines come in when all of them are there.
 *
 * What cannot be read is left out: a log with a hole is better than a screen that does not open. Unit: now_us process
 * time.
 * Owner: log_past_begin .. log_past_free. Thread: the screen's.
 */
#ifndef TUI_LOG_PAST_H
#define TUI_LOG_PAST_H

#include <stdbool.h>

#include "core/settings.h"
#include "tui/model.h"

struct log_past;

struct log_past *log_past_begin(const struct settings *settings, int64_t now_us);
/* True when it is done and may be freed. */
bool log_past_take(struct log_past *past, struct model *model);
void log_past_free(struct log_past *past); /* NULL is fine */

#endif

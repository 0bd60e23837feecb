/*
 * starter: what may take seconds, on a thread of its own: starting outcryd, asking what market it plays, changing it,
 * writing the chosen theme into outcry.ini.
 *
 * The thread opens its own client for what it asks; nothing but the job's state is shared. One job at a time.
 * Errors: the job's own, told by starter_join. Owner: starter_begin .. starter_join (which waits). Thread: the screen's
 * calls all of it.
 */
#ifndef TUI_STARTER_H
#define TUI_STARTER_H

#include <stdbool.h>

#include "core/settings.h"

struct starter;

enum starter_job { STARTER_START = 1, STARTER_SWITCH_MARKET, STARTER_KEEP_THEME };

/* settings stay the caller's and unchanged until the join. NULL: no thread could be made. */
struct starter *starter_begin(enum starter_job job, const struct settings *settings);
bool starter_done(const struct starter *starter);
/* Waits, frees. other_market, when not NULL, gets in words the market that runs when it is another than the one asked
 * for by flag (else ""); size >= SETTING_TEXT_SIZE. */
enum status starter_join(struct starter *starter, char *other_market, size_t size, struct err *err);

#endif

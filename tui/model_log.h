/*
 * model_log: the log's side of the model: which messages are worth a line, and in which words.
 *
 * The same words are made of what happens now and of what is read back from the stores after the screen was away, so
 * that a trader who comes back reads on where he left. Every line has the market's time too: in a replay that is the
 * clock everything else on the screen is told by.
 *
 * Does not draw or store. Unit: now_us process time. Owner: the model. Thread: the screen's.
 */
#ifndef TUI_MODEL_LOG_H
#define TUI_MODEL_LOG_H

#include "tui/model.h"

/* A line at the end, when the message is worth one and is news; false: none. */
bool model_log_apply(struct model *model, const struct msg *msg, int64_t now_us);

/* The market is heard of for the first time: what was said before it, while the screen came up, was about now. */
void model_log_market(struct model *model);

/* A stored message, put where its time belongs; false: not worth a line, known already, or too old for the room. */
bool model_log_past(struct model *model, const struct msg *msg);

#endif

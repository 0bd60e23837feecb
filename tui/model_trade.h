/*
 * model_trade: the model's conditions, orders, positions and log lines. Pure; a part of tui/model.h's module.
 *
 * Orders come twice: from the executor as whole orders and from the gateway as events, in any order between the two;
 * what is further along stands, a fill counts once. Owner and thread: the model's.
 */
#ifndef TUI_MODEL_TRADE_H
#define TUI_MODEL_TRADE_H

#include "tui/model.h"

/* DIRTY_* that changed. */
unsigned model_trade_apply(struct model *model, const struct msg *msg, int64_t now_us);

#endif

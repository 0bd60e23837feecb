/*
 * recorded: a trading morning as the messages that a screen would have received, for the tests of model, lists and
 * screen.
 *
 * Every time in it is fixed (RECORDED_NOW_US), so that what is drawn from it is the same on every run.
 * Thread: one. Owner: the caller owns the model.
 */
#ifndef TESTS_TUI_RECORDED_H
#define TESTS_TUI_RECORDED_H

#include "tui/model.h"

#define RECORDED_NOW_US ((int64_t)1627261387123456) /* 2021-07-26 09:03:07.123 in Taipei */
#define RECORDED_DAY    20210726

void recorded_system(struct model *model);    /* market, agents, account, guard: an empty but running system */
void recorded_contracts(struct model *model); /* six contracts with their ticks */
void recorded_trading(struct model *model);   /* conditions in every state, orders, positions, log */

void recorded_differences(struct model *model); /* a position, and orders in each way they can differ */

/* One tick of a contract of recorded_contracts. */
void recorded_tick(struct model *model, const char *symbol, int points, int64_t time_us);
/* One more order, newer than all before. */
void recorded_order(struct model *model, const char *client_order_id, enum order_state state, int64_t created_us);

#endif

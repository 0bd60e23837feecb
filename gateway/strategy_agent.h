/*
 * strategy_agent: the process that holds the conditions: drives core/strategy.c with ticks, commands and order events,
 * and resends its signals to the executor until they are acknowledged.
 *
 * Decides nothing: core/strategy.h has the rules and gateway/driver.h the commit; here are sockets, restart and timers.
 * Owner: agent_main. Thread: one.
 */
#ifndef GATEWAY_STRATEGY_AGENT_H
#define GATEWAY_STRATEGY_AGENT_H

#include "gateway/agent.h"

extern const struct agent_ops strategy_agent_ops;

#endif

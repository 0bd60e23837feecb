/*
 * executor_agent: the process that holds orders, fills and positions: drives core/executor.c with signals, the
 * operator's commands and the gateway's order events.
 *
 * Decides nothing: core/executor.h has the rules and gateway/driver.h the commit; here are sockets, restart and timers.
 * Owner: agent_main. Thread: one.
 */
#ifndef GATEWAY_EXECUTOR_AGENT_H
#define GATEWAY_EXECUTOR_AGENT_H

#include "gateway/agent.h"

extern const struct agent_ops executor_agent_ops;

#endif

/*
 * supervisor: outcryd. Starts the exchange, the gateway, the strategy and the executor at once, watches them, and
 * starts what has ended again: after 50 ms, then four times as long each time up to 5 s. One that ends SUPERVISOR_TRIES
 * times within a minute, or that says that starting it again will not help (exit 2), is given up, loudly; CONTROL_START
 * tries again. One that ends because the disk is full (exit 3) is started again each 5 s for as long as that lasts:
 * what it protects must not wait for a person when there is room again.
 *
 * When outcryd itself is killed the others live on: they hold positions and protective exits, and a watcher's death is
 * no reason to drop them. So they are not tied to it by a death signal; the next outcryd finds their locks held and
 * adopts them by pid (a pidfd tells when an adopted one ends). `outcry stop` starts one to have them stopped, if it
 * must.
 *
 * Stopping goes upstream first: strategy, executor, gateway, exchange; each has 5 s to commit and leave, then it is
 * killed.
 *
 * It trades nothing and knows no order. Owner: agent_main. Thread: one.
 */
#ifndef GATEWAY_SUPERVISOR_H
#define GATEWAY_SUPERVISOR_H

#include "gateway/agent.h"

#define SUPERVISOR_TRIES    6
#define SUPERVISOR_GIVEN_UP "given up: " /* how the text of such a process begins */

extern const struct agent_ops supervisor_agent_ops;

#endif

/*
 * heard: has everything that a process published come? PUB drops silently what a slow subscriber has no room for, and
 * conditions, orders, positions, sessions and alarms have no numbers. Each heartbeat says how many such messages its
 * process has published; who has heard fewer since the last one has lost some and asks for everything again.
 *
 * Not here: ticks and order events, which have numbers; asking. Zeroed = nothing heard yet; begin again at each new
 * connection. Unit: started_us process time. Owner: the caller. Thread: any (pure).
 */
#ifndef GATEWAY_HEARD_H
#define GATEWAY_HEARD_H

#include "core/msg.h"

struct heard {
    int64_t started_us; /* of the process that spoke; 0 = no heartbeat yet */
    uint64_t published; /* as its last heartbeat said */
    uint64_t count;     /* heard since */
};

/* A message came over the SUB, of what is subscribed whole. true: some before it are lost. */
bool heard_lost(struct heard *heard, const struct msg *msg);

/* Is it one of those that are counted? */
bool heard_counts(const struct msg *msg);

#endif

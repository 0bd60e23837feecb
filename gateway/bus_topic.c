/*
 * bus_topic: under which words a message is published. Subscribers match by prefix, so the kinds start differently: a
 * tick with its symbol's capital letter, depth with a small letter, everything else with "~".
 */
#include <stdio.h>

#include "core/check.h"
#include "gateway/bus.h"

const char *bus_topic(const struct msg *msg, char buf[BUS_TOPIC_SIZE])
{
    const struct msg_type *type = msg_type(msg->id);
    CHECK(type != NULL);
    if (msg->id == MSG_TICK)
        snprintf(buf, BUS_TOPIC_SIZE, "%s", msg->tick.symbol);
    else if (msg->id == MSG_DEPTH)
        snprintf(buf, BUS_TOPIC_SIZE, "depth:%s", msg->depth.symbol);
    else if (msg->id == MSG_ORDER_EVENT)
        snprintf(buf, BUS_TOPIC_SIZE, "~event");
    else if (msg->id == MSG_GUARD_STATE || msg->id == MSG_GUARD_LIMITS)
        snprintf(buf, BUS_TOPIC_SIZE, "~guard");
    else
        snprintf(buf, BUS_TOPIC_SIZE, "~%.28s", type->name);
    return buf;
}

/* Topics are matched by prefix: symbols start with a capital letter, depth with a small one. */
void bus_subscribe_without_depth(struct bus_socket *socket)
{
    char prefix[2] = "A";
    bus_subscribe(socket, "~");
    for (prefix[0] = 'A'; prefix[0] <= 'Z'; prefix[0]++) bus_subscribe(socket, prefix);
}

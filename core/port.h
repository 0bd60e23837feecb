/*
 * port: where a pure component's outputs go.
 *
 * A component's step takes an input and the time and emits messages into a sink. The driver's duty (DESIGN: order
 * path): everything emitted on PORT_STORE in one step is committed in ONE transaction; only then the rest of that
 * step's output leaves, in the order it was emitted. If the commit fails nothing leaves and the process ends: it is
 * crash-only, and its memory is rebuilt from the files by feeding the stored messages to *_restore().
 *
 * A component never keeps the pointer it emits; a sink copies what it keeps.
 * Owner: the sink is the driver's and outlives the step. Thread: the component's.
 */
#ifndef CORE_PORT_H
#define CORE_PORT_H

#include "core/msg.h"

enum port {
    PORT_STORE = 1, /* a record for this component's own database */
    PORT_PUBLISH,   /* to every subscriber */
    PORT_SIGNAL,    /* strategy -> executor (signal) */
    PORT_ACK,       /* executor -> strategy (signal_ack) */
    PORT_ORDER,     /* executor -> gateway (order_request, cancel_request) */
    PORT_VENUE,     /* gateway -> venue (order_request, cancel_request, query) */
    PORT_REPLY,     /* to whoever sent the request being handled (reply and what comes before it) */
};

struct sink {
    void *context;
    void (*emit)(void *context, enum port port, const struct msg *msg);
};

#endif

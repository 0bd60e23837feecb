/*
 * emit: put one body into a message and hand it to a sink.
 *
 * Private to core/. Owner: nothing is kept. Thread: any.
 */
#ifndef CORE_EMIT_H
#define CORE_EMIT_H

#include <string.h>

#include "core/check.h"
#include "core/port.h"

static inline void emit(struct sink *sink, enum port port, enum msg_id id, const void *body, size_t size)
{
    struct msg msg;
    CHECK(size <= sizeof msg - offsetof(struct msg, bytes));
    memset(&msg, 0, sizeof msg);
    msg.id = id;
    memcpy(msg.bytes, body, size);
    sink->emit(sink->context, port, &msg);
}

/* A record that others also see. */
static inline void emit_stored(struct sink *sink, enum msg_id id, const void *body, size_t size)
{
    emit(sink, PORT_STORE, id, body, size);
    emit(sink, PORT_PUBLISH, id, body, size);
}

#endif

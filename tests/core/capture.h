/*
 * capture: a sink that keeps what was emitted, and questions about it.
 *
 * Every message is checked as the wire would check it. Owner: the test; zero it to begin, capture_clear between steps.
 * Thread: one.
 */
#ifndef TESTS_CORE_CAPTURE_H
#define TESTS_CORE_CAPTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/port.h"

#define CAPTURE_MAX 256

struct capture {
    size_t count;
    enum port ports[CAPTURE_MAX];
    struct msg msgs[CAPTURE_MAX];
};

static inline void capture_emit(void *context, enum port port, const struct msg *msg)
{
    struct capture *capture = context;
    struct err err;
    if (capture->count == CAPTURE_MAX || msg_check(msg, &err) != ERR_OK) {
        fprintf(stderr, "capture: %s\n", capture->count == CAPTURE_MAX ? "full" : err.text);
        abort();
    }
    capture->ports[capture->count] = port;
    capture->msgs[capture->count++] = *msg;
}

static inline struct sink capture_sink(struct capture *capture)
{
    return (struct sink){.context = capture, .emit = capture_emit};
}

static inline void capture_clear(struct capture *capture)
{
    capture->count = 0;
}

static inline int capture_count(const struct capture *capture, enum port port, enum msg_id id)
{
    int count = 0;
    for (size_t i = 0; i < capture->count; i++) count += capture->ports[i] == port && capture->msgs[i].id == id;
    return count;
}

/* The last of its kind on a port; NULL when there is none. */
static inline const struct msg *capture_last(const struct capture *capture, enum port port, enum msg_id id)
{
    for (size_t i = capture->count; i-- > 0;)
        if (capture->ports[i] == port && capture->msgs[i].id == id) return &capture->msgs[i];
    return NULL;
}

/* Does a risk event's text contain this? */
static inline int capture_risk(const struct capture *capture, const char *words)
{
    int count = 0;
    for (size_t i = 0; i < capture->count; i++)
        count += capture->ports[i] == PORT_STORE && capture->msgs[i].id == MSG_RISK_EVENT &&
                 strstr(capture->msgs[i].risk_event.text, words) != NULL;
    return count;
}

#endif

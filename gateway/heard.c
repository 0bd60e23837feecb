/*
 * heard: two counts, compared at each heartbeat.
 */
#include "gateway/heard.h"

bool heard_counts(const struct msg *msg)
{
    return msg->id != MSG_TICK && msg->id != MSG_DEPTH;
}

bool heard_lost(struct heard *heard, const struct msg *msg)
{
    heard->count += heard_counts(msg) ? 1 : 0;
    if (msg->id != MSG_HEARTBEAT) return false;
    const struct heartbeat *beat = &msg->heartbeat;
    bool lost = heard->started_us == beat->started_us && heard->started_us != 0 &&
                beat->published - heard->published != heard->count;
    *heard = (struct heard){.started_us = beat->started_us, .published = beat->published};
    return lost;
}

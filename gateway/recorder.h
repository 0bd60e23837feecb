/*
 * recorder: trades and one-minute bars into ticks.db, from a thread of its own, so that recording never slows a tick
 * down.
 *
 * The gateway's thread hands ticks over through a bounded queue (one producer, one consumer, no lock, no system call a
 * tick). A full queue never waits: the tick is counted as dropped and its place in the symbol's sequence is remembered,
 * until recorder_mend fetches it again from the gateway's ring. What is not in the ring any more is counted as lost.
 * Batches are one transaction each; when one fails (a full disk) it is kept and tried again each second, and the reason
 * is told. When nothing waits, ticks that have been kept long enough are removed, a slice between two batches.
 *
 * Invariant: recorded + lost + waiting + to be mended = every tick handed over.
 * Does not: publish, log, read the ring. Errors: recorder_open's only; later ones are in struct recorder_stats.
 *
 * Thread: every function on one thread (the gateway's); the recorder's own thread is private. Owner: recorder_open ..
 * recorder_close.
 */
#ifndef GATEWAY_RECORDER_H
#define GATEWAY_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "core/tick.h"

#define RECORDER_QUEUE    131072 /* ticks, 22 MB: a third of a busy day, should a replay come all at once */
#define RECORDER_BATCH_MS 100

struct recorder;

struct recorder_stats {
    uint64_t recorded;        /* ticks committed */
    uint64_t dropped;         /* found the queue full */
    uint64_t mended;          /* of those: fetched again */
    uint64_t lost;            /* of those: not in the ring any more; and ticks that no file takes (out of range) */
    uint32_t waiting;         /* in the queue now */
    uint64_t removed;         /* older than they are to be kept, each time all of them are */
    bool failing;             /* the last batch could not be committed; it is tried again */
    char text[ERR_TEXT_SIZE]; /* why */
};

/* queue: how many ticks may wait (rounded up to a power of two); 0 = RECORDER_QUEUE. keep_days: how long ticks stay in the
 * file after they were recorded; 0 = for ever. ERR_*: the words of db_open. */
enum status recorder_open(struct recorder **out, const char *directory, uint32_t queue, int64_t keep_days,
                          struct err *err);

/* Commits what waits (once; a failing disk is not waited for), ends the thread. NULL is fine. */
void recorder_close(struct recorder *recorder);

/* Hand one tick over. false: the queue is full, the tick is to be mended. Never blocks. */
bool recorder_tick(struct recorder *recorder, const struct tick *tick);

/* Fetch dropped ticks again, as long as the queue has room; call on a timer. find: the tick of a symbol's sym_seq in an
 * epoch, false when it is gone. */
typedef bool recorder_find(void *context, const char *symbol, uint64_t epoch, uint64_t sym_seq, struct tick *out);
void recorder_mend(struct recorder *recorder, recorder_find *find, void *context);

void recorder_stats(struct recorder *recorder, struct recorder_stats *out);

#endif

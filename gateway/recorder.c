/* The recorder's queue and thread. The producer's side is two atomic loads, a copy and a store; everything slow happens
 * on the other side. Gaps are the producer's own: nobody else reads them, so they need no lock. */
#include "gateway/recorder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/check.h"
#include "core/clock.h"
#include "gateway/recorder_batch.h"

#define GAPS_MAX  128
#define QUEUE_MAX (1u << 20)
#define RETRY_MS  1000
#define SLICE     2000 /* ticks removed at a time: some milliseconds */
#define SLICE_MS  10   /* between two */
#define LOOK_US   (3600 * CLOCK_SECOND_US)
#define DAY_US    (24 * 3600 * CLOCK_SECOND_US)

/* Ticks from..to (sym_seq, both included) of a symbol that found the queue full. */
struct gap {
    char symbol[SYMBOL_SIZE];
    uint64_t epoch;
    uint64_t from, to;
};

struct recorder {
    /* shared */
    struct batch_tick *queue;
    uint64_t mask;
    _Atomic uint64_t head; /* next to write: the producer's */
    _Atomic uint64_t tail; /* next to read: the thread's */
    _Atomic uint64_t recorded;
    _Atomic uint64_t refused;
    _Atomic uint64_t removed;
    _Atomic bool stop;
    pthread_mutex_t mutex; /* for the waiting and the words below */
    pthread_cond_t wake;
    bool failing;
    char text[ERR_TEXT_SIZE];
    /* the producer's */
    uint64_t dropped, mended, lost;
    uint32_t gap_count;
    struct gap gaps[GAPS_MAX];
    pthread_t thread;
    /* the thread's */
    struct db *db;
    struct batch *batch;
    int64_t keep_days;
    int64_t next_look_us; /* monotonic */
    uint64_t removing;    /* since the last look, so far */
};

static void wait_ms(struct recorder *recorder, int64_t ms)
{
    int64_t until_us = clock_monotonic_us() + ms * CLOCK_MS_US;
    struct timespec until = {.tv_sec = (time_t)(until_us / CLOCK_SECOND_US),
                             .tv_nsec = (long)(until_us % CLOCK_SECOND_US) * 1000};
    pthread_mutex_lock(&recorder->mutex);
    if (!atomic_load(&recorder->stop)) (void)pthread_cond_timedwait(&recorder->wake, &recorder->mutex, &until);
    pthread_mutex_unlock(&recorder->mutex);
}

static void tell(struct recorder *recorder, bool failing, const char *text)
{
    pthread_mutex_lock(&recorder->mutex);
    recorder->failing = failing;
    memcpy(recorder->text, text, strnlen(text, sizeof(recorder->text) - 1) + 1);
    pthread_mutex_unlock(&recorder->mutex);
}

/* false: nothing waits. */
static bool take(struct recorder *recorder)
{
    uint64_t tail = atomic_load_explicit(&recorder->tail, memory_order_relaxed);
    uint64_t head = atomic_load_explicit(&recorder->head, memory_order_acquire);
    uint32_t count = 0;
    while (tail + count < head && count < BATCH_TICKS) {
        recorder->batch->ticks[count] = recorder->queue[(tail + count) & recorder->mask];
        count++;
    }
    atomic_store_explicit(&recorder->tail, tail + count, memory_order_release);
    recorder->batch->tick_count = count;
    return count > 0;
}

/* A batch in hand is committed sooner or later; at the end it is tried once. */
static void commit(struct recorder *recorder)
{
    struct err err = {.status = ERR_OK, .text = ""};
    while (batch_commit(recorder->batch, &err) != ERR_OK) {
        tell(recorder, true, err.text);
        if (atomic_load(&recorder->stop)) return;
        wait_ms(recorder, RETRY_MS);
    }
    atomic_fetch_add(&recorder->recorded, recorder->batch->tick_count);
    atomic_fetch_add(&recorder->refused, recorder->batch->refused);
    tell(recorder, false, "");
}

/* One slice of what has been kept long enough. false: nothing is left, or it cannot be removed; the next look is later. */
static bool remove_old(struct recorder *recorder)
{
    struct err err;
    int64_t removed = 0;
    bool more = false;
    if (recorder->keep_days == 0 || clock_monotonic_us() < recorder->next_look_us) return false;
    const int64_t before_us = clock_system()->now_us(clock_system()) - recorder->keep_days * DAY_US;
    if (db_ticks_remove(recorder->db, before_us, SLICE, &removed, &more, &err) != ERR_OK) more = false;
    recorder->removing += (uint64_t)removed;
    if (more) return true;
    atomic_fetch_add(&recorder->removed, recorder->removing);
    recorder->removing = 0;
    recorder->next_look_us = clock_monotonic_us() + LOOK_US;
    return false;
}

static void *run(void *context)
{
    struct recorder *recorder = context;
    for (;;) {
        bool stopping = atomic_load(&recorder->stop); /* read first: what came before it is still taken */
        if (take(recorder)) {
            batch_prepare(recorder->batch);
            commit(recorder);
        } else if (stopping) {
            return NULL;
        } else {
            wait_ms(recorder, remove_old(recorder) ? SLICE_MS : RECORDER_BATCH_MS);
        }
    }
}

static void release(struct recorder *recorder)
{
    db_close(recorder->db);
    batch_free(recorder->batch);
    free(recorder->queue);
    free(recorder);
}

static enum status start(struct recorder *recorder, struct err *err)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&recorder->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&recorder->mutex, NULL);
    int code = pthread_create(&recorder->thread, NULL, run, recorder);
    return code == 0 ? ERR_OK : err_set(err, ERR_IO, "cannot start the recorder's thread: %s", strerror(code));
}

enum status recorder_open(struct recorder **out, const char *directory, uint32_t queue, int64_t keep_days,
                          struct err *err)
{
    *out = NULL;
    uint64_t size = 2;
    while (size < (queue == 0 ? RECORDER_QUEUE : queue) && size < QUEUE_MAX) size *= 2;
    struct recorder *recorder = calloc(1, sizeof(*recorder));
    if (recorder == NULL) return err_set(err, ERR_FULL, "no memory to record ticks");
    recorder->mask = size - 1;
    recorder->keep_days = keep_days;
    recorder->queue = calloc(size, sizeof(*recorder->queue));
    enum status status = db_open(&recorder->db, DB_TICKS, directory, DB_WRITE, DB_NORMAL, err);
    recorder->batch = status == ERR_OK ? batch_new(recorder->db) : NULL;
    if (status == ERR_OK && (recorder->queue == NULL || recorder->batch == NULL))
        status = err_set(err, ERR_FULL, "no memory to record ticks");
    if (status == ERR_OK) status = start(recorder, err);
    if (status != ERR_OK) {
        release(recorder);
        return status;
    }
    *out = recorder;
    return ERR_OK;
}

void recorder_close(struct recorder *recorder)
{
    if (recorder == NULL) return;
    pthread_mutex_lock(&recorder->mutex);
    atomic_store(&recorder->stop, true);
    pthread_cond_signal(&recorder->wake);
    pthread_mutex_unlock(&recorder->mutex);
    CHECK(pthread_join(recorder->thread, NULL) == 0);
    pthread_cond_destroy(&recorder->wake);
    pthread_mutex_destroy(&recorder->mutex);
    release(recorder);
}

static bool offer(struct recorder *recorder, const struct tick *tick, bool late)
{
    uint64_t head = atomic_load_explicit(&recorder->head, memory_order_relaxed);
    uint64_t waiting = head - atomic_load_explicit(&recorder->tail, memory_order_acquire);
    if (waiting > recorder->mask) return false;
    struct batch_tick *entry = &recorder->queue[head & recorder->mask];
    entry->tick = *tick;
    entry->late = late;
    atomic_store_explicit(&recorder->head, head + 1, memory_order_release);
    if (waiting == recorder->mask / 2) pthread_cond_signal(&recorder->wake); /* filling up: do not wait for the timer */
    return true;
}

static void remember(struct recorder *recorder, const struct tick *tick)
{
    for (uint32_t i = 0; i < recorder->gap_count; i++) {
        struct gap *gap = &recorder->gaps[i];
        if (gap->epoch == tick->epoch && gap->to + 1 == tick->sym_seq && strcmp(gap->symbol, tick->symbol) == 0) {
            gap->to++;
            return;
        }
    }
    if (recorder->gap_count == GAPS_MAX) {
        recorder->lost++;
        return;
    }
    struct gap *gap = &recorder->gaps[recorder->gap_count++];
    memcpy(gap->symbol, tick->symbol, sizeof(gap->symbol));
    gap->epoch = tick->epoch;
    gap->from = gap->to = tick->sym_seq;
}

bool recorder_tick(struct recorder *recorder, const struct tick *tick)
{
    if (offer(recorder, tick, false)) return true;
    recorder->dropped++;
    remember(recorder, tick);
    return false;
}

/* Half of the queue is left to the ticks that are coming. */
static bool room(struct recorder *recorder)
{
    return atomic_load(&recorder->head) - atomic_load(&recorder->tail) <= recorder->mask / 2;
}

void recorder_mend(struct recorder *recorder, recorder_find *find, void *context)
{
    while (recorder->gap_count > 0) {
        struct gap *gap = &recorder->gaps[recorder->gap_count - 1];
        while (gap->from <= gap->to && room(recorder)) {
            struct tick tick;
            if (find(context, gap->symbol, gap->epoch, gap->from, &tick)) {
                CHECK(offer(recorder, &tick, true));
                recorder->mended++;
            } else {
                recorder->lost++;
            }
            gap->from++;
        }
        if (gap->from <= gap->to) return;
        recorder->gap_count--;
    }
}

void recorder_stats(struct recorder *recorder, struct recorder_stats *out)
{
    memset(out, 0, sizeof(*out));
    out->recorded = atomic_load(&recorder->recorded);
    out->removed = atomic_load(&recorder->removed);
    out->dropped = recorder->dropped;
    out->mended = recorder->mended;
    out->lost = recorder->lost + atomic_load(&recorder->refused);
    out->waiting = (uint32_t)(atomic_load(&recorder->head) - atomic_load(&recorder->tail));
    pthread_mutex_lock(&recorder->mutex);
    out->failing = recorder->failing;
    memcpy(out->text, recorder->text, sizeof(out->text));
    pthread_mutex_unlock(&recorder->mutex);
}

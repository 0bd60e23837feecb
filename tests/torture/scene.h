/*
 * scene: the whole running system as a test has it, healthy, with a priced contract and an order that has just gone to
 * the venue and back. A condition that a test waits for is a function of what was heard; it is asked until it is so.
 *
 * Not here: what is killed and what must be true afterwards (campaign.c, books.c).
 * Owner: scene_open .. scene_close. Thread: one.
 */
#ifndef TESTS_TORTURE_SCENE_H
#define TESTS_TORTURE_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/torture/torture.h"

#define SCENE_PATIENCE_US (30 * CLOCK_SECOND_US)

typedef bool scene_is_so(struct torture *t);

/* A cmocka group's *state; 0, or -1 when the system does not start (said on stdout). */
int scene_open(void **state, uint64_t seed);
int scene_close(void **state);

/* Let time pass until it is so; false: not within SCENE_PATIENCE_US. */
bool scene_wait(struct torture *t, scene_is_so *is_so);
/* What was heard before now no longer counts: everybody says again that he works, and an order goes through. */
bool scene_whole_again(struct torture *t);

/* Each process said, since the last scene_forget, that it works. */
scene_is_so scene_healthy;
/* The stream has made a condition that lives, or all of it has ended: each turn lets the stream do what it must. */
scene_is_so scene_trades;
scene_is_so scene_ended;
/* The guard lets orders pass. */
scene_is_so scene_active;

#endif

/*
 * scene: the running system, started and brought to where a test begins, and what every test of it waits for.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "tests/torture/scene.h"

#define TURN_US (5 * CLOCK_MS_US)
#define SPEED   60

bool scene_wait(struct torture *t, scene_is_so *is_so)
{
    int64_t until_us = clock_monotonic_us() + SCENE_PATIENCE_US;
    while (!is_so(t) && clock_monotonic_us() < until_us) {
        world_pump(t, TURN_US);
        world_ask_status(t);
    }
    return is_so(t);
}

bool scene_healthy(struct torture *t)
{
    return world_healthy(t, t->since_us);
}

bool scene_trades(struct torture *t)
{
    stream_step(t, torture_now());
    return t->active > 0;
}

bool scene_ended(struct torture *t)
{
    stream_wind_down(t, torture_now());
    return t->active == 0 && stream_working(t) == 0;
}

bool scene_active(struct torture *t)
{
    return t->guard.mode == GUARD_ACTIVE;
}

static bool probed(struct torture *t)
{
    return scene_healthy(t) && probe_done(t, torture_now());
}

bool scene_whole_again(struct torture *t)
{
    t->since_us = torture_now() + t->ahead_us;
    probe_begin(t);
    return scene_wait(t, probed);
}

int scene_open(void **state, uint64_t seed)
{
    struct torture *t = calloc(1, sizeof *t);
    CHECK(t != NULL);
    *state = t;
    t->options = (struct torture_options){.seed = seed, .kills = 1, .speed = SPEED};
    t->out = stdout;
    t->first_active = 1;
    rng_seed(&t->rng, seed);
    const char *lacks = !world_open(t)                  ? "the system does not start"
                        : !scene_wait(t, scene_healthy) ? "not every process works"
                        : !scene_wait(t, scene_trades)  ? "no condition is made"
                        : !scene_whole_again(t)         ? "no order goes through"
                                                        : NULL;
    if (lacks != NULL) printf("scene: %s (guard: %s)\n", lacks, t->guard.reason);
    return lacks == NULL ? 0 : -1;
}

int scene_close(void **state)
{
    struct torture *t = *state;
    if (t->client != NULL) world_stop(t);
    world_close(t);
    free(t);
    return 0;
}

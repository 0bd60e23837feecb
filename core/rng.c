/* rng: xoshiro256** as published (prng.di.unimi.it), integers only so that every machine draws the same. */
#include "core/rng.h"

#include "core/check.h"

static uint64_t rotate_left(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

/* splitmix64: turns any seed, zero included, into a state that is not all zero. */
static uint64_t split_mix(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u;
    uint64_t mixed = *state;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

void rng_seed(struct rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) rng->state[i] = split_mix(&seed);
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t *state = rng->state;
    const uint64_t result = rotate_left(state[1] * 5, 7) * 9;
    const uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate_left(state[3], 45);
    return result;
}

int64_t rng_range(struct rng *rng, int64_t low, int64_t high)
{
    CHECK(low <= high);
    const uint64_t span = (uint64_t)high - (uint64_t)low;
    uint64_t drawn = rng_next(rng);
    if (span != UINT64_MAX) {
        const uint64_t count = span + 1;
        /* 2^64 mod count: draws below it are the ones that would favour small numbers. At most half are refused. */
        const uint64_t bias = (0 - count) % count;
        while (drawn < bias) drawn = rng_next(rng);
        drawn %= count;
    }
    return (int64_t)((uint64_t)low + drawn);
}

bool rng_chance(struct rng *rng, uint32_t numerator, uint32_t denominator)
{
    CHECK(denominator > 0);
    return rng_range(rng, 0, (int64_t)denominator - 1) < (int64_t)numerator;
}

int64_t rng_bell(struct rng *rng, int64_t deviation)
{
    CHECK(deviation >= 0 && deviation <= INT64_C(1) << 40);
    /* Twelve uniform draws of variance 1/12 each add up to variance 1. */
    int64_t sum = 0;
    for (int i = 0; i < 12; i++) sum += rng_range(rng, -(1 << 15), 1 << 15);
    return sum * deviation / (1 << 16);
}

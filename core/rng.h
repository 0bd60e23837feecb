/*
 * rng: the only source of randomness (xoshiro256**, seeded by splitmix64: Blackman & Vigna, "Scrambled linear
 * pseudorandom number generators", 2019). Same seed, same sequence, on every machine. It is no source of secrets, and
 * never seeds itself.
 * Owner: the caller. Thread: one.
 */
#ifndef CORE_RNG_H
#define CORE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state[4];
};

void rng_seed(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);

/* Uniform in [low, high], both included, without modulo bias. low <= high. */
int64_t rng_range(struct rng *rng, int64_t low, int64_t high);

/* True `numerator` times in `denominator`. denominator > 0. */
bool rng_chance(struct rng *rng, uint32_t numerator, uint32_t denominator);

/* A bell-shaped integer around 0 with the given standard deviation (Irwin-Hall of 12). */
int64_t rng_bell(struct rng *rng, int64_t deviation);

#endif

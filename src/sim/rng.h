/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Chance that repeats itself: xorshift64*, so that --seed gives the same run everywhere. */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stdint.h>

static inline uint64_t sim_rng_start(uint64_t seed)
{
    return seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du; /* odd multiplier: one seed is zero */
}

static inline uint32_t sim_rng_next(uint64_t *s)
{
    uint64_t x = *s ? *s : 1;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *s = x;
    return (uint32_t)(x * 0x2545f4914f6cdd1du >> 32);
}

#endif

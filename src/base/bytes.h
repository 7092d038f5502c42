/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Little-endian integers in byte buffers. Getters instead of struct casts: no alignment, no padding,
 * no host byte order. The caller has checked that the bytes are there. */
#ifndef QD_BASE_BYTES_H
#define QD_BASE_BYTES_H

#include <stdint.h>

static inline uint16_t qd_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t qd_get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline int32_t qd_geti32(const uint8_t *p)
{
    return (int32_t)qd_get32(p);
}

static inline uint64_t qd_get64(const uint8_t *p)
{
    return (uint64_t)qd_get32(p) | (uint64_t)qd_get32(p + 4) << 32;
}

static inline void qd_put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void qd_put32(uint8_t *p, uint32_t v)
{
    qd_put16(p, (uint16_t)v);
    qd_put16(p + 2, (uint16_t)(v >> 16));
}

static inline void qd_put64(uint8_t *p, uint64_t v)
{
    qd_put32(p, (uint32_t)v);
    qd_put32(p + 4, (uint32_t)(v >> 32));
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * SHA-256: the only file that knows which library computes it. */
#ifndef QD_BASE_DIGEST_H
#define QD_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define QD_SHA256_SIZE 32

struct qd_sha256;

struct qd_sha256 *qd_sha256_new(void);                 /* NULL when out of memory */
void qd_sha256_add(struct qd_sha256 *h, const void *p, size_t n);
void qd_sha256_end(struct qd_sha256 *h, uint8_t out[QD_SHA256_SIZE]); /* and starts anew */
void qd_sha256_free(struct qd_sha256 **h);

/* One call for bytes in memory; hex is lower case, 64 digits and a NUL. */
void qd_sha256_of(const void *p, size_t n, uint8_t out[QD_SHA256_SIZE]);
void qd_sha256_hex(const void *p, size_t n, char out[65]);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * SHA-256 through nettle. */
#include "base/digest.h"

#include <nettle/sha2.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/hex.h"

struct qd_sha256 {
    struct sha256_ctx ctx;
};

struct qd_sha256 *qd_sha256_new(void)
{
    struct qd_sha256 *h = qd_alloc(1, sizeof *h);
    if (h)
        sha256_init(&h->ctx);
    return h;
}

void qd_sha256_add(struct qd_sha256 *h, const void *p, size_t n)
{
    if (n)
        sha256_update(&h->ctx, n, p);
}

void qd_sha256_end(struct qd_sha256 *h, uint8_t out[QD_SHA256_SIZE])
{
    sha256_digest(&h->ctx, QD_SHA256_SIZE, out);
}

void qd_sha256_free(struct qd_sha256 **h)
{
    if (!h)
        return;
    free(*h);
    *h = NULL;
}

void qd_sha256_of(const void *p, size_t n, uint8_t out[QD_SHA256_SIZE])
{
    struct qd_sha256 h;
    sha256_init(&h.ctx);
    qd_sha256_add(&h, p, n);
    qd_sha256_end(&h, out);
}

void qd_sha256_hex(const void *p, size_t n, char out[65])
{
    uint8_t d[QD_SHA256_SIZE];
    qd_sha256_of(p, n, d);
    qd_hex(d, sizeof d, out);
}

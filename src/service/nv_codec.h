/* SPDX-License-Identifier: BSD-3-Clause
 *
 * NV requests and replies as bytes, pure. Source of the layouts: docs/formats/diag.md, NV items. */
#ifndef QD_SERVICE_NV_CODEC_H
#define QD_SERVICE_NV_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define QD_NV_PLAIN_SIZE   133u
#define QD_NV_INDEXED_SIZE 138u

struct qd_nv_reply {
    uint16_t id;
    uint16_t sub; /* indexed form only, else 0 */
    uint16_t status;
    const uint8_t *data; /* 128 bytes inside the frame */
};

size_t qd_nv_put_read(uint8_t out[QD_NV_PLAIN_SIZE], uint16_t id, uint8_t element);
size_t qd_nv_put_read_indexed(uint8_t out[QD_NV_INDEXED_SIZE], unsigned sub, uint16_t id,
                              uint8_t element);

/* All 128 bytes, whatever they are: a shorter request is a bug of other clients. */
size_t qd_nv_put_write(uint8_t out[QD_NV_PLAIN_SIZE], uint16_t id, const uint8_t *data);
size_t qd_nv_put_write_indexed(uint8_t out[QD_NV_INDEXED_SIZE], unsigned sub, uint16_t id,
                               const uint8_t *data);

/* 0, or -QDIAG_E_PROTOCOL when the frame is not such a reply or too short. */
int qd_nv_get_reply(const uint8_t *p, size_t n, struct qd_nv_reply *r, struct qdiag_error *e);
int qd_nv_get_reply_indexed(const uint8_t *p, size_t n, struct qd_nv_reply *r,
                            struct qdiag_error *e);

/* The reply to a write: plain when sub is 0. */
int qd_nv_get_written(const uint8_t *p, size_t n, unsigned sub, struct qd_nv_reply *r,
                      struct qdiag_error *e);

#endif

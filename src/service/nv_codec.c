/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Builds NV requests and takes NV replies apart. Pure: bytes in, values out. Requests always have
 * the full length, because strict units refuse shorter ones and a short write changes only a part.
 */
#include "service/nv_codec.h"

#include <string.h>

#include "base/bytes.h"

#define DATA 128u

size_t qd_nv_put_read(uint8_t out[QD_NV_PLAIN_SIZE], uint16_t id, uint8_t element)
{
    memset(out, 0, QD_NV_PLAIN_SIZE);
    out[0] = 0x26;
    qd_put16(out + 1, id);
    out[3] = element;
    return QD_NV_PLAIN_SIZE;
}

size_t qd_nv_put_read_indexed(uint8_t out[QD_NV_INDEXED_SIZE], unsigned sub, uint16_t id,
                              uint8_t element)
{
    memset(out, 0, QD_NV_INDEXED_SIZE);
    out[0] = 0x4B;
    out[1] = 0x30;
    out[2] = 0x01;
    qd_put16(out + 4, id);
    qd_put16(out + 6, (uint16_t)sub);
    out[8] = element;
    return QD_NV_INDEXED_SIZE;
}

size_t qd_nv_put_write(uint8_t out[QD_NV_PLAIN_SIZE], uint16_t id, const uint8_t *data)
{
    memset(out, 0, QD_NV_PLAIN_SIZE);
    out[0] = 0x27;
    qd_put16(out + 1, id);
    memcpy(out + 3, data, DATA);
    return QD_NV_PLAIN_SIZE;
}

size_t qd_nv_put_write_indexed(uint8_t out[QD_NV_INDEXED_SIZE], unsigned sub, uint16_t id,
                               const uint8_t *data)
{
    memset(out, 0, QD_NV_INDEXED_SIZE);
    out[0] = 0x4B;
    out[1] = 0x30;
    out[2] = 0x02;
    qd_put16(out + 4, id);
    qd_put16(out + 6, (uint16_t)sub);
    memcpy(out + 8, data, DATA);
    return QD_NV_INDEXED_SIZE;
}

/* Plain form with this command byte. */
static int get_plain(const uint8_t *p, size_t n, uint8_t code, struct qd_nv_reply *r,
                     struct qdiag_error *e)
{
    if (n < QD_NV_PLAIN_SIZE)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "NV reply of %zu bytes, expected %u", n,
                       QD_NV_PLAIN_SIZE);
    if (p[0] != code)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "NV reply with code 0x%02x, expected 0x%02x",
                       p[0], code);
    r->id = qd_get16(p + 1);
    r->sub = 0;
    r->data = p + 3;
    r->status = qd_get16(p + 3 + DATA);
    return 0;
}

/* Indexed form with this operation. */
static int get_indexed(const uint8_t *p, size_t n, uint16_t op, struct qd_nv_reply *r,
                       struct qdiag_error *e)
{
    if (n < QD_NV_INDEXED_SIZE)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "indexed NV reply of %zu bytes, expected %u", n,
                       QD_NV_INDEXED_SIZE);
    if (p[0] != 0x4B || p[1] != 0x30 || qd_get16(p + 2) != op)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL,
                       "indexed NV reply starts %02x %02x %02x %02x, expected 4b 30 %02x 00", p[0],
                       p[1], p[2], p[3], op);
    r->id = qd_get16(p + 4);
    r->sub = qd_get16(p + 6);
    r->data = p + 8;
    r->status = qd_get16(p + 8 + DATA);
    return 0;
}

int qd_nv_get_reply(const uint8_t *p, size_t n, struct qd_nv_reply *r, struct qdiag_error *e)
{
    return get_plain(p, n, 0x26, r, e);
}

int qd_nv_get_reply_indexed(const uint8_t *p, size_t n, struct qd_nv_reply *r,
                            struct qdiag_error *e)
{
    return get_indexed(p, n, 1, r, e);
}

int qd_nv_get_written(const uint8_t *p, size_t n, unsigned sub, struct qd_nv_reply *r,
                      struct qdiag_error *e)
{
    return sub ? get_indexed(p, n, 2, r, e) : get_plain(p, n, 0x27, r, e);
}

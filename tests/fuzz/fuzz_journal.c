/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Any bytes as a journal. With a first byte of 'R' the rest is taken as bodies of records (u16
 * length each) and framed rightly, so that the fuzzer gets behind the checksums. Never crashes;
 * what is accepted encodes to the same bytes again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "container/journal_view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int good)
{
    if (!good)
        abort();
}

/* The digest of the plan inside a header's body is set right as well. */
static void mend_header(uint8_t *p, size_t n)
{
    size_t at = 1, digest = 0;
    if (n == 0 || p[0] != QD_J_HEADER)
        return;
    for (int text = 0; text < 8; text++) {
        if (at + 2 > n || qd_get16(p + at) > n - at - 2)
            return;
        if (text == 2 && qd_get16(p + at) == 64)
            digest = at + 2;
        at += 2u + qd_get16(p + at);
    }
    char hex[65];
    qd_sha256_hex(p + at, n - at, hex);
    if (digest)
        memcpy(p + digest, hex, 64);
}

static void frame(struct qd_buf *out, const uint8_t *p, size_t n, uint32_t seq)
{
    size_t at = out->len;
    need(qd_buf_reserve(out, n + 16) == 0);
    qd_add_u32(out, (uint32_t)n);
    qd_add_u32(out, seq);
    qd_add_u32(out, (uint32_t)crc32(0, out->p + at, 8));
    qd_buf_add(out, p, n);
    mend_header(out->p + at + 12, n);
    qd_add_u32(out, (uint32_t)crc32(0, out->p + at, (uInt)(n + 12)));
}

static void frame_all(struct qd_buf *out, const uint8_t *p, size_t n)
{
    qd_buf_add(out, QD_JOURNAL_MAGIC, QD_JOURNAL_MAGIC_SIZE);
    for (uint32_t seq = 0; n >= 2; seq++) {
        size_t body = qd_get16(p);
        p += 2;
        n -= 2;
        body = body < n ? body : n;
        frame(out, p, body, seq);
        p += body;
        n -= body;
    }
}

/* Every record that counts, decoded and encoded. */
static void again(const uint8_t *p, const struct qd_jview *v)
{
    struct qd_cursor c = {.p = p + QD_JOURNAL_MAGIC_SIZE, .left = v->bytes - QD_JOURNAL_MAGIC_SIZE};
    for (uint32_t seq = 0; seq < v->records; seq++) {
        struct qdiag_error e = {0};
        struct qd_jrecord r;
        struct qd_buf b = {0};
        const uint8_t *from = c.p;
        need(qd_jrecord_decode(&c, seq, &r, "fuzz", &e) == QD_JFOUND_RECORD);
        need(qd_jrecord_encode(&r, seq, &b, &e) == 0);
        need(b.len == (size_t)(c.p - from) && memcmp(b.p, from, b.len) == 0);
        qd_buf_free(&b);
        qd_jrecord_clear(&r);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qdiag_error e = {0};
    struct qd_buf b = {0};
    struct qd_jview v;

    if (size && data[0] == 'R')
        frame_all(&b, data + 1, size - 1);
    else
        qd_buf_add(&b, data, size);
    int rc = qd_jview_read(&v, b.p, b.len, "fuzz", &e);
    need(rc == 0 ? e.code == 0 : e.code == -rc);
    if (rc == 0) {
        need(v.bytes <= b.len && v.records > 0 && (v.torn || v.bytes == b.len));
        (void)qd_jview_open_step(&v);
        (void)qd_jview_touched(&v);
        again(b.p, &v);
    }
    qd_jview_clear(&v);
    qd_buf_free(&b);
    return 0;
}

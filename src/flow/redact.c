/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Redaction of captures. Works on whole frames, so bytes of an unfinished frame are held back; at
 * the end of a capture they are left out. Never touches the traffic itself. */
#include "flow/redact.h"

#include <string.h>

#include "base/bytes.h"
#include "model/catalog.h"

#define WRAP_HEAD 8u /* bytes in front of the packet inside a 0x98 frame */

static int is_private(uint16_t id)
{
    enum qd_class c = qd_catalog_nv_class(id);
    return c == QD_CLASS_IDENTITY || c == QD_CLASS_SUBSCRIBER || c == QD_CLASS_SECRET;
}

/* Where the private data of a reply begins: a private NV item's, or the ESN; 0 = it has none. */
static size_t private_data(const uint8_t *p, size_t n)
{
    if (n == 5 && p[0] == 0x01)
        return 1;
    if (n > 3 && (p[0] == 0x26 || p[0] == 0x27))
        return is_private(qd_get16(p + 1)) ? 3 : 0;
    if (n > 8 && p[0] == 0x4b && p[1] == 0x30)
        return is_private(qd_get16(p + 4)) ? 8 : 0;
    return 0;
}

static int emit_masked(const uint8_t *payload, size_t n, size_t from, struct qd_buf *out)
{
    uint8_t copy[QD_FRAME_MAX];
    size_t end = n - from > 128 ? from + 128 : n;
    memcpy(copy, payload, n);
    memset(copy + from, 0, end - from);
    return qd_hdlc_encode(out, copy, n, 0);
}

static int emit_frame(struct qd_redact *r, struct qd_buf *out)
{
    const uint8_t *p = r->decoder.buf;
    size_t n = r->decoder.len, skip = 0;
    if (n > WRAP_HEAD && p[0] == 0x98)
        skip = WRAP_HEAD;
    size_t from = private_data(p + skip, n - skip);
    if (from)
        return emit_masked(p, n, skip + from, out);
    return qd_buf_add(out, r->held.p, r->held.len);
}

int qd_redact(void *user, int sent, const uint8_t *p, size_t n, struct qd_buf *out)
{
    struct qd_redact *r = user;
    if (sent)
        return qd_buf_add(out, p, n);
    while (n) {
        size_t used = 0;
        enum qd_hdlc_event event = qd_hdlc_feed(&r->decoder, p, n, &used);
        if (qd_buf_add(&r->held, p, used) != 0)
            return -1;
        p += used;
        n -= used;
        if (event == QD_HDLC_MORE)
            continue;
        int rc =
            event == QD_HDLC_FRAME ? emit_frame(r, out) : qd_buf_add(out, r->held.p, r->held.len);
        if (rc != 0)
            return -1;
        r->held.len = 0;
    }
    return 0;
}

void qd_redact_free(struct qd_redact *r)
{
    qd_buf_free(&r->held);
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Redaction of captures. Works on whole frames, so bytes of an unfinished frame are held back; at
 * the end of a capture they are left out. Never touches the traffic itself. */
#include "flow/unit/redact_traffic.h"

#include <string.h>

#include "base/bytes.h"
#include "diag/session.h"
#include "model/catalog.h"

#define FLAG      0x7e
#define WRAP_HEAD 8u /* bytes in front of the packet inside a 0x98 frame */

static int is_private(uint16_t id)
{
    enum qd_class c = qd_catalog_nv_class(id);
    return c == QD_CLASS_IDENTITY || c == QD_CLASS_SUBSCRIBER || c == QD_CLASS_SECRET;
}

/* Where the private data of a frame begins: a private NV item's, the ESN, an SPC or a password; 0 =
 * it has none. An error frame holds a copy of the request. */
static size_t private_data(const uint8_t *p, size_t n)
{
    if (n > 1 && qd_diag_bad_name(p[0])) {
        size_t from = private_data(p + 1, n - 1);
        return from ? 1 + from : 0;
    }
    if (n > 2 && (p[0] == 0x41 || p[0] == 0x46)) /* two bytes are the answer: right or wrong */
        return 1;
    if (n == 5 && p[0] == 0x01)
        return 1;
    if (n > 3 && (p[0] == 0x26 || p[0] == 0x27 || p[0] == 0x4c))
        return is_private(qd_get16(p + 1)) ? 3 : 0;
    if (n > 8 && p[0] == 0x4b && p[1] == 0x30)
        return is_private(qd_get16(p + 4)) ? 8 : 0;
    return 0;
}

/* A read request names an item and may carry an element number, which is no secret. */
static int only_asks(const uint8_t *p, size_t n)
{
    return p[0] == 0x26 || (n > 3 && p[0] == 0x4b && p[1] == 0x30 && qd_get16(p + 2) == 1);
}

static int emit_masked(const uint8_t *payload, size_t n, size_t from, int flagged,
                       struct qd_buf *out)
{
    uint8_t copy[QD_FRAME_MAX];
    size_t end = n - from > 128 ? from + 128 : n;
    memcpy(copy, payload, n);
    memset(copy + from, 0, end - from);
    return qd_hdlc_encode(out, copy, n, flagged);
}

static int emit_frame(struct qd_redact *r, int way, struct qd_buf *out)
{
    const struct qd_buf *held = &r->way[way].held;
    const uint8_t *p = r->way[way].decoder.buf;
    size_t n = r->way[way].decoder.len, skip = 0;
    if (n > WRAP_HEAD && p[0] == 0x98)
        skip = WRAP_HEAD;
    size_t from = way && only_asks(p, n) ? 0 : private_data(p + skip, n - skip);
    if (from)
        return emit_masked(p, n, skip + from, way && held->p[0] == FLAG, out);
    return qd_buf_add(out, held->p, held->len);
}

int qd_redact(void *user, int sent, const uint8_t *p, size_t n, struct qd_buf *out)
{
    struct qd_redact *r = user;
    int way = sent != 0;
    struct qd_buf *held = &r->way[way].held;
    while (n) {
        size_t used = 0;
        enum qd_hdlc_event event = qd_hdlc_feed(&r->way[way].decoder, p, n, &used);
        if (qd_buf_add(held, p, used) != 0)
            return -1;
        p += used;
        n -= used;
        if (event == QD_HDLC_MORE)
            continue;
        int rc =
            event == QD_HDLC_FRAME ? emit_frame(r, way, out) : qd_buf_add(out, held->p, held->len);
        if (rc != 0)
            return -1;
        held->len = 0;
    }
    return 0;
}

void qd_redact_free(struct qd_redact *r)
{
    qd_buf_free(&r->way[0].held);
    qd_buf_free(&r->way[1].held);
}

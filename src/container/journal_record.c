/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Journal records as bytes. A record is framed as
 *   u32 length of the body, u32 number, u32 CRC-32 of these eight bytes, body, u32 CRC-32 of all
 * Every record is synced before anything depends on it, so only the last one can be torn. A record
 * that is bad in any other way is damage, and must never be passed over as a torn tail. */
#include "container/journal_record.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "container/plan_codec.h"

#define HEAD 12u
#define TAIL 4u

static const struct {
    const char *name, *text;
} results[QD_RESULTS] = {
    [QD_RESULT_NONE] = {"not-reached", "not reached"},
    [QD_RESULT_WRITTEN] = {"written", "written and read back"},
    [QD_RESULT_ALREADY] = {"already", "the unit held it already"},
    [QD_RESULT_REFUSED] = {"refused", "the unit refused it"},
    [QD_RESULT_DIFFERS] = {"differs", "accepted, but the unit holds something else"},
    [QD_RESULT_LOST] = {"lost", "accepted, but gone after the reset"},
    [QD_RESULT_CHANGED] = {"changed", "changed since the plan was made; not written"},
    [QD_RESULT_UNKNOWN] = {"unknown", "the link went during the write"},
    [QD_RESULT_NOT_SENT] = {"not-sent", "the link went before it was written"},
    [QD_RESULT_UNDONE] = {"undone", "put back as it was"},
    [QD_RESULT_KEPT] = {"kept", "identity of this unit; not taken away again"},
    [QD_RESULT_STAYS] = {"stays", "cannot be taken away again over DIAG"},
};

const char *qd_result_name(enum qd_result r)
{
    return (unsigned)r < QD_RESULTS ? results[r].name : "unknown";
}

const char *qd_result_text(enum qd_result r)
{
    return (unsigned)r < QD_RESULTS ? results[r].text : "unknown";
}

const char *qd_jtype_name(enum qd_jtype t)
{
    static const char *const names[QD_J_TYPES] = {
        [QD_J_HEADER] = "header",     [QD_J_BEFORE] = "before", [QD_J_WRITING] = "writing",
        [QD_J_DONE] = "done",         [QD_J_SYNCED] = "synced", [QD_J_RESET] = "reset",
        [QD_J_VERIFIED] = "verified", [QD_J_BACK] = "back",     [QD_J_UNDOING] = "undoing",
        [QD_J_UNDONE] = "undone",     [QD_J_END] = "end"};
    return (unsigned)t < QD_J_TYPES && names[t] ? names[t] : "?";
}

void qd_jrecord_clear(struct qd_jrecord *r)
{
    qd_state_clear(&r->state);
    qd_plan_free(&r->header.plan);
    memset(r, 0, sizeof *r);
}

static int encode_header(struct qd_jheader *h, struct qd_buf *out, struct qdiag_error *e)
{
    struct qd_buf plan = {0};
    int rc = qd_plan_encode(h->plan, &plan, e);
    if (rc == 0) {
        qd_sha256_hex(plan.p, plan.len, h->plan_sha256);
        if (qd_add_text(out, h->tool) || qd_add_text(out, h->created) ||
            qd_add_text(out, h->plan_sha256) || qd_add_text(out, h->safety) ||
            qd_add_text(out, h->safety_sha256) || qd_add_text(out, h->address) ||
            qd_add_text(out, h->usb_path) || qd_add_text(out, h->usb_serial) ||
            qd_buf_add(out, plan.p, plan.len))
            rc = qd_nomem(e);
    }
    qd_buf_free(&plan);
    return rc;
}

static int encode_body(struct qd_jrecord *r, struct qd_buf *out, struct qdiag_error *e)
{
    if (qd_buf_add_byte(out, (uint8_t)r->type))
        return qd_nomem(e);
    if (r->type == QD_J_HEADER)
        return encode_header(&r->header, out, e);
    if (qd_add_u32(out, r->step) || qd_buf_add_byte(out, (uint8_t)r->result) ||
        qd_add_u64(out, (uint64_t)r->wire) ||
        (r->type == QD_J_BEFORE && qd_state_encode(&r->state, out)))
        return qd_nomem(e);
    return 0;
}

static uint32_t crc(const uint8_t *p, size_t n)
{
    uLong v = crc32(0, NULL, 0);
    while (n) {
        uInt part = n > (1u << 30) ? 1u << 30 : (uInt)n;
        v = crc32(v, p, part);
        p += part;
        n -= part;
    }
    return (uint32_t)v;
}

int qd_jrecord_encode(struct qd_jrecord *r, uint32_t seq, struct qd_buf *out, struct qdiag_error *e)
{
    size_t at = out->len;
    static const uint8_t head[HEAD];
    if (qd_buf_add(out, head, sizeof head))
        return qd_nomem(e);
    int rc = encode_body(r, out, e);
    if (rc != 0)
        return rc;
    size_t body = out->len - at - HEAD;
    if (body > QD_JOURNAL_RECORD_MAX)
        return qd_fail(e, QDIAG_E_UNSUPPORTED, "journal", "a record of %zu bytes is too long",
                       body);
    qd_put32(out->p + at, (uint32_t)body);
    qd_put32(out->p + at + 4, seq);
    qd_put32(out->p + at + 8, crc(out->p + at, 8));
    return qd_add_u32(out, crc(out->p + at, HEAD + body)) ? qd_nomem(e) : 0;
}

static void decode_header(struct qd_cursor *c, struct qd_jheader *h)
{
    qd_cursor_text(c, h->tool, sizeof h->tool);
    qd_cursor_text(c, h->created, sizeof h->created);
    qd_cursor_text(c, h->plan_sha256, sizeof h->plan_sha256);
    qd_cursor_text(c, h->safety, sizeof h->safety);
    qd_cursor_text(c, h->safety_sha256, sizeof h->safety_sha256);
    qd_cursor_text(c, h->address, sizeof h->address);
    qd_cursor_text(c, h->usb_path, sizeof h->usb_path);
    qd_cursor_text(c, h->usb_serial, sizeof h->usb_serial);
}

static int decode_plan(struct qd_cursor *c, struct qd_jheader *h, const char *name,
                       struct qdiag_error *e)
{
    char have[65];
    if (c->bad)
        return 0;
    qd_sha256_hex(c->p, c->left, have);
    if (strcmp(have, h->plan_sha256) != 0)
        c->bad = "the plan has another digest than its header says";
    return c->bad ? 0 : qd_plan_decode(c, name, &h->plan, e);
}

/* The fields that a kind of record does not use are 0 and -1: one spelling only. */
static const char *fields_fault(const struct qd_jrecord *r)
{
    int result = r->type == QD_J_DONE || r->type == QD_J_UNDONE;
    int bare = r->type == QD_J_RESET || r->type == QD_J_BACK;
    if (result ? r->result == QD_RESULT_NONE || r->result >= QD_RESULTS : r->result != 0)
        return "a result that cannot be";
    if (!result && r->wire != -1)
        return "a status where none can be";
    return bare && r->step ? "a step where none can be" : NULL;
}

static int decode_body(struct qd_cursor *c, struct qd_jrecord *r, const char *name,
                       struct qdiag_error *e)
{
    uint8_t type = qd_cursor_u8(c);
    if (type < QD_J_HEADER || type >= QD_J_TYPES) {
        c->bad = "a record of an unknown kind";
        return 0;
    }
    r->type = (enum qd_jtype)type;
    if (type == QD_J_HEADER) {
        decode_header(c, &r->header);
        return decode_plan(c, &r->header, name, e);
    }
    r->step = qd_cursor_u32(c);
    r->result = (enum qd_result)qd_cursor_u8(c);
    r->wire = (int64_t)qd_cursor_u64(c);
    if (type == QD_J_BEFORE && qd_state_decode(c, &r->state))
        return qd_nomem(e);
    if (!c->bad)
        c->bad = fields_fault(r);
    return 0;
}

static int zeros(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return 0;
    return 1;
}

/* What is wrong with the frame at the front, or NULL. *torn: it is what a stop in the middle of an
 * append leaves: a part of the record, or a part and zeros up to the end. */
static const char *frame_fault(const uint8_t *p, size_t n, uint32_t seq, int *torn)
{
    *torn = n < HEAD + TAIL || zeros(p + HEAD, n - HEAD);
    if (*torn)
        return "it is not whole";
    size_t body = qd_get32(p), room = n - HEAD - TAIL;
    if (qd_get32(p + 8) != crc(p, 8) || body > QD_JOURNAL_RECORD_MAX)
        return "the checksum of its head is wrong";
    *torn = body > room;
    if (*torn)
        return "it is not whole";
    if (qd_get32(p + HEAD + body) != crc(p, HEAD + body)) {
        *torn = zeros(p + HEAD + body + TAIL, room - body);
        return "its checksum is wrong";
    }
    return qd_get32(p + 4) == seq ? NULL : "a record is missing before it, or it stands twice";
}

enum qd_jfound qd_jrecord_decode(struct qd_cursor *file, uint32_t seq, struct qd_jrecord *r,
                                 const char *name, struct qdiag_error *e)
{
    struct qd_cursor c = {0};
    int torn, rc = 0;

    memset(r, 0, sizeof *r);
    r->wire = -1;
    if (file->left == 0)
        return QD_JFOUND_END;
    c.bad = frame_fault(file->p, file->left, seq, &torn);
    if (torn)
        return QD_JFOUND_TORN;
    if (!c.bad) {
        size_t body = qd_get32(file->p);
        c.p = file->p + HEAD;
        c.left = body;
        rc = decode_body(&c, r, name, e);
        if (rc == 0 && !c.bad && c.left)
            c.bad = "bytes are left over at its end";
        file->p += HEAD + body + TAIL;
        file->left -= HEAD + body + TAIL;
        if (rc == 0 && !c.bad)
            return QD_JFOUND_RECORD;
    }
    if (rc == 0)
        qd_fail(e, QDIAG_E_FILE_DAMAGED, name, "record %u: %s", seq, c.bad);
    qd_jrecord_clear(r);
    return QD_JFOUND_DAMAGED;
}

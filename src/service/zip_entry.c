/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One entry of a zip: its own header against the directory, its data unpacked into bounded memory
 * and never beyond the size that was promised, the descriptor behind them. */
#include "service/zip_int.h"

#include <string.h>

#include <zlib.h>

#include "base/bytes.h"

#define LOCAL_MARK      0x04034b50u
#define LOCAL_SIZE      30u
#define DESCRIPTOR_MARK 0x08074b50u
#define CHUNK           QD_ZIP_CHUNK

struct unpack {
    const struct qd_zip *z;
    const struct qd_zip_entry *x;
    uint64_t at, left; /* packed bytes not read yet */
    uint64_t made;
    uint32_t crc;
    uint8_t *in, *out;
};

static int get(const struct qd_zip *z, uint64_t at, void *p, size_t n, struct qdiag_error *e)
{
    return z->r->read(z->r->user, at, p, n, e);
}

/* ---- the header in front ---- */

/* With a descriptor the header may leave a field empty; what it says must be right. */
static int agrees(const struct qd_zip_entry *x, uint32_t local, uint64_t central)
{
    return local == central || (local == 0 && (x->flags & QD_ZIP_DESCRIPTOR_FLAG));
}

static int judge_local(const struct qd_zip *z, const struct qd_zip_entry *x, const uint8_t *h,
                       struct qdiag_error *e)
{
    if (qd_get16(h + 6) != x->flags || qd_get16(h + 8) != x->method)
        return qd_zip_refuse(z, x, QD_ZIP_LOCAL_FORM, e);
    if (!agrees(x, qd_get32(h + 18), x->packed) || !agrees(x, qd_get32(h + 22), x->size))
        return qd_zip_refuse(z, x, QD_ZIP_LOCAL_SIZES, e);
    if (!agrees(x, qd_get32(h + 14), x->crc))
        return qd_zip_refuse(z, x, QD_ZIP_LOCAL_CRC, e);
    return 0;
}

/* The extra fields of the header: whole, and none that gives sizes or a name of its own. */
static int judge_extra(const struct qd_zip *z, const struct qd_zip_entry *x, const uint8_t *p,
                       size_t n, struct qdiag_error *e)
{
    while (n >= 4 && qd_get16(p + 2) <= n - 4) {
        size_t used = 4u + qd_get16(p + 2);

        if (qd_get16(p) == QD_ZIP_EXTRA_ZIP64)
            return qd_zip_refuse(z, x, QD_ZIP_ZIP64, e);
        if (qd_get16(p) == QD_ZIP_EXTRA_NAME)
            return qd_zip_refuse(z, x, QD_ZIP_SECOND_NAME, e);
        p += used;
        n -= used;
    }
    /* Alignment by zero bytes in this place is usual. */
    while (n && *p == 0) {
        p++;
        n--;
    }
    return n ? qd_zip_refuse(z, x, QD_ZIP_EXTRA, e) : 0;
}

static int check_header(struct unpack *u, struct qdiag_error *e)
{
    const struct qd_zip *z = u->z;
    const struct qd_zip_entry *x = u->x;
    uint64_t room = z->dir_at - x->at;
    uint8_t *h = u->in;
    int rc;

    if (x->at > z->dir_at || room < LOCAL_SIZE)
        return qd_zip_refuse(z, x, QD_ZIP_LOCAL_CUT, e);
    rc = get(z, x->at, h, LOCAL_SIZE, e);
    if (rc != 0)
        return rc;
    size_t name = qd_get16(h + 26), extra = qd_get16(h + 28);
    if (qd_get32(h) != LOCAL_MARK || room < LOCAL_SIZE + name + extra)
        return qd_zip_refuse(z, x, QD_ZIP_LOCAL_CUT, e);
    rc = judge_local(z, x, h, e);
    u->at = x->at + LOCAL_SIZE + name + extra;
    u->left = x->packed;
    if (rc == 0 && u->left > z->dir_at - u->at)
        rc = qd_zip_refuse(z, x, QD_ZIP_OVERLAP, e);
    if (rc == 0 && name != x->name_len)
        rc = qd_zip_refuse(z, x, QD_ZIP_LOCAL_NAME, e);
    if (rc == 0)
        rc = get(z, x->at + LOCAL_SIZE, u->in, name, e);
    if (rc == 0 && memcmp(u->in, x->name, name) != 0)
        rc = qd_zip_refuse(z, x, QD_ZIP_LOCAL_NAME, e);
    if (rc == 0)
        rc = get(z, x->at + LOCAL_SIZE + name, u->in, extra, e);
    return rc ? rc : judge_extra(z, x, u->in, extra, e);
}

/* ---- the data ---- */

static int fill(struct unpack *u, size_t *got, struct qdiag_error *e)
{
    *got = u->left < CHUNK ? (size_t)u->left : CHUNK;
    int rc = get(u->z, u->at, u->in, *got, e);
    u->at += *got;
    u->left -= *got;
    return rc;
}

static int give(struct unpack *u, const uint8_t *p, size_t n, struct qdiag_error *e)
{
    const struct qd_zip_visitor *v = u->z->v;

    u->made += n;
    if (u->made > u->x->size)
        return qd_zip_refuse(u->z, u->x, QD_ZIP_SIZE, e);
    u->crc = (uint32_t)crc32(u->crc, p, (uInt)n);
    int rc = v && v->data && n ? v->data(v->user, p, n, e) : 0;
    return rc == 0 && v && v->step ? v->step(v->user, u->at, e) : rc;
}

static int copy_stored(struct unpack *u, struct qdiag_error *e)
{
    int rc = 0;

    while (rc == 0 && u->left) {
        size_t n;

        rc = fill(u, &n, e);
        if (rc == 0)
            rc = give(u, u->in, n, e);
    }
    return rc;
}

/* One call of inflate: *end = 1 behind the last block. */
static int inflate_some(struct unpack *u, z_stream *s, int *end, struct qdiag_error *e)
{
    size_t n = 0;
    int rc = 0;

    if (s->avail_in == 0 && u->left) {
        rc = fill(u, &n, e);
        s->next_in = u->in;
        s->avail_in = (uInt)n;
    }
    if (rc != 0)
        return rc;
    s->next_out = u->out;
    s->avail_out = CHUNK;
    int had = s->avail_in != 0, zrc = inflate(s, Z_NO_FLUSH);
    n = CHUNK - s->avail_out;
    *end = zrc == Z_STREAM_END;
    if (zrc == Z_MEM_ERROR)
        return qd_nomem(e);
    if ((zrc != Z_OK && zrc != Z_STREAM_END && zrc != Z_BUF_ERROR) || (!*end && !had && n == 0))
        return qd_zip_refuse(u->z, u->x, QD_ZIP_DEFLATE, e);
    return give(u, u->out, n, e);
}

static int inflate_all(struct unpack *u, struct qdiag_error *e)
{
    z_stream s = {0};
    int end = 0, rc = 0;

    if (inflateInit2(&s, -15) != Z_OK)
        return qd_nomem(e);
    while (rc == 0 && !end)
        rc = inflate_some(u, &s, &end, e);
    if (rc == 0 && (s.avail_in || u->left))
        rc = qd_zip_refuse(u->z, u->x, QD_ZIP_DEFLATE, e);
    inflateEnd(&s);
    return rc;
}

/* ---- what is behind ---- */

static int descriptor_says(const uint8_t *p, const struct qd_zip_entry *x)
{
    return qd_get32(p) == x->crc && qd_get32(p + 4) == x->packed && qd_get32(p + 8) == x->size;
}

/* Its mark is usual and not required. */
static int check_descriptor(struct unpack *u, struct qdiag_error *e)
{
    uint64_t room = u->z->dir_at - u->at;
    uint8_t *p = u->in;
    size_t n = room < 16 ? (size_t)room : 16;
    int rc = get(u->z, u->at, p, n, e);

    if (rc != 0)
        return rc;
    if (n == 16 && qd_get32(p) == DESCRIPTOR_MARK && descriptor_says(p + 4, u->x))
        u->at += 16;
    else if (n >= 12 && descriptor_says(p, u->x))
        u->at += 12;
    else
        rc = qd_zip_refuse(u->z, u->x, QD_ZIP_DESCRIPTOR, e);
    return rc;
}

static int unpack(struct unpack *u, struct qdiag_error *e)
{
    const struct qd_zip_visitor *v = u->z->v;
    char name[QD_ZIP_NAME_MAX + 1];
    int rc = check_header(u, e);

    if (rc == 0 && v && v->entry) {
        qd_zip_name(u->x, name, sizeof name);
        rc = v->entry(v->user, name, u->x->size, e);
    }
    if (rc == 0)
        rc = u->x->method == 0 ? copy_stored(u, e) : inflate_all(u, e);
    if (rc == 0 && u->made != u->x->size)
        rc = qd_zip_refuse(u->z, u->x, QD_ZIP_SIZE, e);
    if (rc == 0 && u->crc != u->x->crc)
        rc = qd_zip_refuse(u->z, u->x, QD_ZIP_CRC, e);
    if (rc == 0 && (u->x->flags & QD_ZIP_DESCRIPTOR_FLAG))
        rc = check_descriptor(u, e);
    return rc;
}

int qd_zip_entry_check(const struct qd_zip *z, struct qd_zip_entry *entry, struct qdiag_error *e)
{
    struct unpack u = {.z = z, .x = entry, .in = z->in, .out = z->out};
    int rc = unpack(&u, e);

    entry->end = u.at;
    return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gzip through zlib, as a stream in both directions. Reading refuses what a careless reader takes:
 * a member cut short, a wrong CRC, bytes behind it, a second member, and bombs. Memory is constant.
 */
#include "container/gz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/buf.h"

#define CHUNK     65536u
#define GZIP_BITS (15 + 16) /* the largest window, gzip wrapper */
#define LEVEL     1
#define MEM_LEVEL 8

struct qd_gz_in {
    struct qd_source *inner;
    z_stream z;
    uint64_t total_in, total_out;
    int ended;     /* the member's trailer was right */
    int inner_end; /* the source has no more */
    uint8_t chunk[CHUNK];
};

static int refuse(const struct qd_gz_in *g, struct qdiag_error *e, uint64_t at, const char *why)
{
    char item[560];
    snprintf(item, sizeof item, "%.480s offset %llu of the gzip data",
             g->inner->name ? g->inner->name : "", (unsigned long long)at);
    return qd_fail(e, QDIAG_E_FILE_DAMAGED, item, "gzip: %s", why);
}

static int refill(struct qd_gz_in *g, struct qdiag_error *e)
{
    size_t got = 0;
    int rc = g->inner->read(g->inner->user, g->chunk, sizeof g->chunk, &got, e);
    if (rc != 0)
        return rc;
    g->inner_end = got == 0;
    g->z.next_in = g->chunk;
    g->z.avail_in = (uInt)got;
    g->total_in += got;
    return 0;
}

static uint64_t position(const struct qd_gz_in *g)
{
    return g->total_in - g->z.avail_in;
}

/* Behind the member there must be nothing: another member or a tail would be lost unseen. */
static int check_tail(struct qd_gz_in *g, struct qdiag_error *e)
{
    int rc = 0;
    while (rc == 0 && g->z.avail_in == 0 && !g->inner_end)
        rc = refill(g, e);
    if (rc != 0 || g->z.avail_in == 0)
        return rc;
    int member = g->z.next_in[0] == 0x1f && (g->z.avail_in < 2 || g->z.next_in[1] == 0x8b);
    return refuse(g, e, position(g),
                  member ? "a second member behind the first" : "bytes behind the end");
}

static int check_limits(struct qd_gz_in *g, struct qdiag_error *e)
{
    if (g->total_out > QD_GZ_MAX)
        return refuse(g, e, position(g), "inflates to more than 256 MiB");
    if (g->total_out > QD_GZ_FREE && g->total_out / QD_GZ_RATIO_MAX > g->total_in)
        return refuse(g, e, position(g),
                      "inflates to more than 64 MiB and 100 times its size: a decompression bomb");
    return 0;
}

static int judge(struct qd_gz_in *g, int zrc, struct qdiag_error *e)
{
    if (zrc == Z_STREAM_END) {
        g->ended = 1;
        return check_tail(g, e);
    }
    if (zrc == Z_OK || zrc == Z_BUF_ERROR)
        return 0;
    if (zrc == Z_MEM_ERROR)
        return qd_nomem(e);
    return refuse(g, e, position(g),
                  zrc == Z_NEED_DICT ? "a preset dictionary"
                  : g->z.msg         ? g->z.msg
                                     : "damaged");
}

static int inflate_some(struct qd_gz_in *g, uint8_t *p, size_t cap, size_t *got,
                        struct qdiag_error *e)
{
    g->z.next_out = p;
    g->z.avail_out = (uInt)cap;
    int rc = 0;
    while (rc == 0 && !g->ended && g->z.avail_out == cap) {
        if (g->z.avail_in == 0)
            rc = refill(g, e);
        if (rc == 0 && g->inner_end)
            rc = refuse(g, e, position(g), "cut short");
        if (rc == 0)
            rc = judge(g, inflate(&g->z, Z_NO_FLUSH), e);
    }
    *got = cap - g->z.avail_out;
    g->total_out += *got;
    return rc == 0 ? check_limits(g, e) : rc;
}

static int gz_read(void *user, uint8_t *p, size_t cap, size_t *got, struct qdiag_error *e)
{
    struct qd_gz_in *g = user;
    *got = 0;
    if (g->ended || cap == 0)
        return 0;
    return inflate_some(g, p, cap < CHUNK * 16 ? cap : CHUNK * 16, got, e);
}

int qd_gz_open(struct qd_gz_in **out, struct qd_source *inner, struct qd_source *src,
               struct qdiag_error *e)
{
    struct qd_gz_in *g = qd_alloc(1, sizeof *g);
    *out = NULL;
    if (!g)
        return qd_nomem(e);
    if (inflateInit2(&g->z, GZIP_BITS) != Z_OK) {
        free(g);
        return qd_nomem(e);
    }
    g->inner = inner;
    src->read = gz_read;
    src->user = g;
    src->name = inner->name;
    src->size = 0;
    *out = g;
    return 0;
}

void qd_gz_close(struct qd_gz_in **g)
{
    if (!*g)
        return;
    inflateEnd(&(*g)->z);
    free(*g);
    *g = NULL;
}

struct qd_gz_out {
    struct qd_sink *inner;
    z_stream z;
    uint8_t chunk[CHUNK];
};

static int deflate_all(struct qd_gz_out *g, int flush, struct qdiag_error *e)
{
    for (;;) {
        g->z.next_out = g->chunk;
        g->z.avail_out = CHUNK;
        int zrc = deflate(&g->z, flush);
        size_t n = CHUNK - g->z.avail_out;
        if (zrc == Z_STREAM_ERROR)
            return qd_fail(e, QDIAG_E_BUG, NULL, "%s", "zlib state");
        int rc = n ? g->inner->write(g->inner->user, g->chunk, n, e) : 0;
        if (rc != 0)
            return rc;
        if (flush == Z_FINISH ? zrc == Z_STREAM_END : g->z.avail_out != 0)
            return 0;
    }
}

static int gz_write(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    struct qd_gz_out *g = user;
    const uint8_t *at = p;
    int rc = 0;
    while (rc == 0 && n > 0) {
        size_t take = n < (1u << 30) ? n : 1u << 30; /* zlib counts in 32 bits */
        g->z.next_in = (Bytef *)at;
        g->z.avail_in = (uInt)take;
        rc = deflate_all(g, Z_NO_FLUSH, e);
        at += take;
        n -= take;
    }
    return rc;
}

int qd_gz_create(struct qd_gz_out **out, struct qd_sink *inner, struct qd_sink *sink,
                 struct qdiag_error *e)
{
    struct qd_gz_out *g = qd_alloc(1, sizeof *g);
    *out = NULL;
    if (!g)
        return qd_nomem(e);
    if (deflateInit2(&g->z, LEVEL, Z_DEFLATED, GZIP_BITS, MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(g);
        return qd_nomem(e);
    }
    g->inner = inner;
    sink->write = gz_write;
    sink->user = g;
    *out = g;
    return 0;
}

int qd_gz_finish(struct qd_gz_out *g, struct qdiag_error *e)
{
    g->z.next_in = NULL;
    g->z.avail_in = 0;
    return deflate_all(g, Z_FINISH, e);
}

void qd_gz_drop(struct qd_gz_out **g)
{
    if (!*g)
        return;
    deflateEnd(&(*g)->z);
    free(*g);
    *g = NULL;
}

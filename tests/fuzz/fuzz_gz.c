/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gzip streams: any bytes as a packed file (accepted means that packing the result again gives the
 * same bytes back), and any bytes as contents (packed and unpacked they are the same). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "container/gz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ENOUGH (4u << 20) /* of a bomb */

static void require(int ok, const char *what, const struct qdiag_error *e)
{
    if (ok)
        return;
    fprintf(stderr, "fuzz_gz: %s: %s %s\n", what, e->item, e->why);
    abort();
}

static int collect(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    (void)e;
    return qd_buf_add(user, p, n);
}

static int unpack(const uint8_t *p, size_t n, struct qd_buf *out, struct qdiag_error *e)
{
    struct qd_mem_source mem;
    struct qd_source src, in;
    struct qd_gz_in *g = NULL;
    uint8_t chunk[4096];
    size_t got = 1;
    qd_mem_source(&mem, &src, p, n, "fuzz");
    require(qd_gz_open(&g, &src, &in, e) == 0, "open", e);
    int rc = 0;
    while (rc == 0 && got > 0 && out->len < ENOUGH) {
        rc = in.read(in.user, chunk, sizeof chunk, &got, e);
        require(got <= sizeof chunk, "more than asked for", e);
        require(rc == 0 || e->code == -rc, "error not recorded", e);
        if (rc == 0)
            require(qd_buf_add(out, chunk, got) == 0, "memory", e);
    }
    qd_gz_close(&g);
    return rc;
}

static void pack(const uint8_t *p, size_t n, struct qd_buf *out)
{
    struct qdiag_error e = {0};
    struct qd_sink raw = {collect, out}, packed;
    struct qd_gz_out *g = NULL;
    require(qd_gz_create(&g, &raw, &packed, &e) == 0, "create", &e);
    require(packed.write(packed.user, p, n, &e) == 0, "write", &e);
    require(qd_gz_finish(g, &e) == 0, "finish", &e);
    qd_gz_drop(&g);
}

static void round_trip(const uint8_t *p, size_t n)
{
    struct qdiag_error e = {0};
    struct qd_buf packed = {0}, back = {0};
    pack(p, n, &packed);
    require(unpack(packed.p, packed.len, &back, &e) == 0, "own bytes refused", &e);
    require(back.len == n && (n == 0 || memcmp(back.p, p, n) == 0), "other bytes", &e);
    qd_buf_free(&packed);
    qd_buf_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qdiag_error e = {0};
    struct qd_buf out = {0};
    int rc = unpack(data, size, &out, &e);
    if (rc == 0 && out.len < ENOUGH)
        round_trip(out.len ? out.p : (const uint8_t *)"", out.len);
    qd_buf_free(&out);
    round_trip(data, size);
    return 0;
}

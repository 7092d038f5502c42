/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The rig of write_rig.h. It must never change what the modem does, only what comes back. */
#include "write_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

static int hit(struct wr *r, const uint8_t *req, size_t n)
{
    uint8_t head[32];
    if (r->fault == WR_NONE)
        return 0;
    size_t len = sim_rig_vector(r->at, head, sizeof head);
    if (n < len || memcmp(req, head, len) != 0)
        return 0;
    if (r->skip > 0) {
        r->skip--;
        return 0;
    }
    r->hits++;
    return !r->times || r->hits <= r->times;
}

static void damage(struct qd_buf *wire)
{
    wire->p[wire->len - 2] ^= 0x40; /* in the CRC, and never into a flag or an escape */
    if (wire->p[wire->len - 2] == 0x7e || wire->p[wire->len - 2] == 0x7d)
        wire->p[wire->len - 2] ^= 0x10;
}

static int answer(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    struct wr *r = user;
    struct sim_reply *reply = &r->sim.reply;
    sim_modem_tick(r->sim.modem, r->link ? r->link->now_us : 0);
    sim_modem_request(r->sim.modem, req, n, reply);
    if (reply->is_write) {
        r->writes++;
        assert_int_equal(qd_buf_add(&r->sent, req, n), 0);
    }
    int bad = hit(r, req, n);
    if (bad && r->fault == WR_GONE)
        return 1;
    if ((bad && r->fault == WR_MUTE) || !reply->len)
        return 0;
    if (bad && r->fault == WR_CUT)
        reply->len = r->patch_at;
    if (bad && r->fault == WR_PATCH)
        reply->p[r->patch_at] = r->patch;
    fake_frame(wire, reply->p, reply->len);
    if (bad && r->fault == WR_TWICE)
        fake_frame(wire, reply->p, reply->len);
    if (bad && r->fault == WR_BAD_CRC)
        damage(wire);
    return 0;
}

void wr_start(struct wr *r, const char *conf, int armed)
{
    memset(r, 0, sizeof *r);
    sim_rig_init(&r->sim, conf);
    sim_rig_text(&r->sim, "efs/nv/keep", "old contents");
    sim_rig_bytes(&r->sim, "nv/0/441", "\1", 1);
    sim_rig_start(&r->sim);
    r->link = fake_link_new(answer, r);
    struct qd_link *l = fake_link_link(r->link);
    assert_int_equal(qd_diag_open(&r->d, &l, &r->e), 0);
    assert_int_equal(qd_efs_open(&r->fs, r->d, 0x13, &r->e), 0);
    qd_diag_allow_writes(r->d, armed);
    r->writes = 0;
    r->sent.len = 0;
}

void wr_stop(struct wr *r)
{
    struct sim_counts c = sim_modem_counts(r->sim.modem);
    if (r->fault != WR_GONE)
        assert_int_equal(c.open_files, 0);
    qd_diag_close(&r->d);
    fake_link_free(&r->link);
    qd_buf_free(&r->sent);
    sim_rig_end(&r->sim);
}

void wr_fault(struct wr *r, enum wr_fault fault, const char *at)
{
    r->fault = fault;
    r->at = at;
    r->skip = r->times = r->hits = 0;
}

long wr_file(struct wr *r, const char *path, uint8_t *out, size_t cap)
{
    struct qd_buf b = {0};
    struct qdiag_error e = {0};
    enum wr_fault fault = r->fault;
    r->fault = WR_NONE;
    int rc = qd_efs_read(&r->fs, path, &b, &e);
    r->fault = fault;
    if (rc)
        return -1;
    assert_true(b.len <= cap);
    if (b.len)
        memcpy(out, b.p, b.len);
    long n = (long)b.len;
    qd_buf_free(&b);
    return n;
}

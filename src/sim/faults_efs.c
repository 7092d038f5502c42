/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Faults on requests: answers given in the modem's place, mostly EFS and NV. It must never touch
 * the unit: what is answered here has not happened. */
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "sim/faults_int.h"
#include "sim/op.h"

#define BAD_CMD       0x13
#define NV_REPLY      133u
#define NVIDX_REPLY   138u
#define READDIR_REPLY 41u

void sim_fault_refuse(uint8_t code, const uint8_t *req, size_t n, size_t cut, struct sim_reply *r)
{
    if (cut && cut < n)
        n = cut;
    if (n > sizeof r->p - 1)
        n = sizeof r->p - 1;
    r->p[0] = code;
    memcpy(r->p + 1, req, n);
    r->len = n + 1;
}

/* The path of a request from `at` on, always terminated. */
static void path_of(const uint8_t *req, size_t n, size_t at, char out[SIM_FAULT_PATH])
{
    size_t len = 0;

    while (at + len < n && req[at + len] && len < SIM_FAULT_PATH - 1)
        len++;
    memcpy(out, req + (at < n ? at : n), len);
    out[len] = '\0';
}

struct sim_fault_fd *sim_fault_file(struct sim_faults *f, const uint8_t *req, size_t n)
{
    if (n < 8)
        return NULL;
    return &f->fd[sim_op_efs(req, n) == 0x3e][qd_get32(req + 4) % SIM_FAULT_FDS];
}

const char *sim_fault_path(struct sim_faults *f, const uint8_t *req, size_t n)
{
    struct sim_fault_fd *fd = sim_op_efs(req, n) ? sim_fault_file(f, req, n) : NULL;

    return fd ? fd->path : "";
}

static void follow_open(struct sim_faults *f, const uint8_t *req, size_t n,
                        const struct sim_reply *r)
{
    struct sim_fault_fd *fd;

    if (r->len < 12 || r->p[0] != req[0] || qd_get32(r->p + 8) != 0)
        return;
    fd = sim_fault_file(f, r->p, r->len);
    memset(fd, 0, sizeof *fd);
    path_of(req, n, 12, fd->path);
}

/* Parts are counted by rising offset, so that reading one again is the same part. */
static void follow_read(struct sim_faults *f, const uint8_t *req, size_t n)
{
    struct sim_fault_fd *fd = sim_fault_file(f, req, n);
    uint32_t off = n >= 16 ? qd_get32(req + 12) : 0;

    if (!fd || n < 16)
        return;
    if (off == 0)
        fd->chunk = 1;
    else if (off > fd->last_off)
        fd->chunk++;
    fd->last_off = off;
}

void sim_fault_follow(struct sim_faults *f, const uint8_t *req, size_t n, const struct sim_reply *r)
{
    if (r && sim_op_is(req, n, "open"))
        follow_open(f, req, n, r);
    else if (!r && sim_op_is(req, n, "read"))
        follow_read(f, req, n);
}

REQUEST_FN(sim_fault_errcode)
{
    static const size_t cuts[] = {0, 16, 4};

    (void)f;
    if (!sim_op_is(req, n, x->s[0]))
        return SIM_ASK_MODEM;
    sim_fault_refuse((uint8_t)x->n[1], req, n, cuts[x->n[2]], r);
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_noloop)
{
    (void)f;
    (void)x;
    if (!sim_op_is(req, n, "loopback"))
        return SIM_ASK_MODEM;
    sim_fault_refuse(BAD_CMD, req, n, 0, r);
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_nolstat)
{
    (void)f;
    (void)x;
    if (!sim_op_is(req, n, "lstat"))
        return SIM_ASK_MODEM;
    sim_fault_refuse(BAD_CMD, req, n, 0, r);
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_modemdown)
{
    int build = sim_op_is(req, n, "build");

    (void)f;
    if ((!build && !sim_op_is(req, n, "verno")) || x->seen >= (uint64_t)x->n[0])
        return SIM_ASK_MODEM;
    x->seen++;
    r->len = build ? 14 : 55;
    memset(r->p, 0, r->len);
    r->p[0] = req[0];
    return SIM_ANSWERED;
}

static int is_nv(const uint8_t *req, size_t n, int writes_too)
{
    return sim_op_is(req, n, "nv") || sim_op_is(req, n, "nvidx") ||
           (writes_too && (sim_op_is(req, n, "nvwrite") || sim_op_is(req, n, "nvidxwrite")));
}

/* An NV answer with a status and no data, if the request is for this item. */
static int nv_status(const uint8_t *req, size_t n, int64_t id, uint16_t status, struct sim_reply *r)
{
    int indexed = req[0] == 0x4b;
    size_t head = indexed ? 8 : 3;

    if (n < head || qd_get16(req + (indexed ? 4 : 1)) != id)
        return 0;
    r->len = indexed ? NVIDX_REPLY : NV_REPLY;
    memset(r->p, 0, r->len);
    memcpy(r->p, req, head);
    qd_put16(r->p + r->len - 2, status);
    return 1;
}

REQUEST_FN(sim_fault_busy)
{
    (void)f;
    if (!is_nv(req, n, 0) || (x->n[1] >= 0 && x->seen >= (uint64_t)x->n[1]) ||
        !nv_status(req, n, x->n[0], 1, r))
        return SIM_ASK_MODEM;
    x->seen++;
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_badstatus)
{
    (void)f;
    if (!is_nv(req, n, 1) || !nv_status(req, n, x->n[0], (uint16_t)x->n[1], r))
        return SIM_ASK_MODEM;
    return SIM_ANSWERED;
}

/* An EFS answer of zeros behind the header of the request. */
static void efs_reply(const uint8_t *req, size_t len, struct sim_reply *r)
{
    r->len = len;
    memset(r->p, 0, len);
    memcpy(r->p, req, 4);
}

REQUEST_FN(sim_fault_openfail)
{
    char path[SIM_FAULT_PATH];

    (void)f;
    path_of(req, n, 12, path);
    if (!sim_op_is(req, n, "open") || !strstr(path, x->s[0]))
        return SIM_ASK_MODEM;
    efs_reply(req, 12, r);
    qd_put32(r->p + 4, 0xffffffff);
    qd_put32(r->p + 8, (uint32_t)x->n[1]);
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_opendirfail)
{
    char path[SIM_FAULT_PATH];

    (void)f;
    path_of(req, n, 4, path);
    if (!sim_op_is(req, n, "opendir") || strcmp(path, x->s[0]))
        return SIM_ASK_MODEM;
    efs_reply(req, 12, r);
    qd_put32(r->p + 8, (uint32_t)x->n[1]);
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_readdirerr)
{
    (void)f;
    if (!sim_op_is(req, n, "readdir") || n < 12 || qd_get32(req + 8) != x->n[0])
        return SIM_ASK_MODEM;
    efs_reply(req, READDIR_REPLY, r);
    memcpy(r->p + 4, req + 4, 8);
    qd_put32(r->p + 12, (uint32_t)x->n[1]);
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_readerr)
{
    struct sim_fault_fd *fd = sim_fault_file(f, req, n);

    if (!sim_op_is(req, n, "read") || n < 16 || fd->chunk != x->n[1] || !strstr(fd->path, x->s[0]))
        return SIM_ASK_MODEM;
    efs_reply(req, 20, r);
    memcpy(r->p + 4, req + 4, 4);
    memcpy(r->p + 8, req + 12, 4);
    qd_put32(r->p + 12, 0xffffffff);
    qd_put32(r->p + 16, (uint32_t)x->n[2]);
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_shortread)
{
    uint32_t most = x->given ? (uint32_t)x->n[0] : 100;

    (void)r;
    if (!sim_op_is(req, n, "read") || n < 16 || qd_get32(req + 8) <= most)
        return SIM_ASK_MODEM;
    qd_put32(req + 8, most);
    f->changed = 1;
    sim_fault_fire(f, x->id);
    return SIM_ASK_MODEM;
}

REQUEST_FN(sim_fault_ctxignored)
{
    (void)r;
    if (!sim_op_is(req, n, "nvidx") || n < 8 || qd_get16(req + 6) == 0)
        return SIM_ASK_MODEM;
    qd_put16(req + 6, 0);
    f->changed = 1;
    sim_fault_fire(f, x->id);
    return SIM_ASK_MODEM;
}

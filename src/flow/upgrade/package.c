/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Looks an upgrade package over: digest, kind, gate, name. It must never give a digest of other
 * bytes than those it judged: a file that changes meanwhile is an error. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <qdiag/package.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/context.h"
#include "base/digest.h"
#include "base/fsio.h"
#include "base/hex.h"
#include "base/text.h"
#include "service/package.h"

#define PACKAGE_MAX (1u << 30)
#define CHUNK       65536u
#define STEP        (1u << 20) /* bytes between two looks at cancel and progress */

struct look {
    struct qdiag_context *c;
    struct qd_file_source file;
    struct qd_source src;
    struct qdiag_package *p;
    struct qd_package_inside inside;
    uint64_t stepped;
    uint8_t head[QD_PACKAGE_HEAD];
    size_t head_len;
    uint8_t chunk[CHUNK];
};

static int step(struct look *l, const char *phase, uint64_t done, struct qdiag_error *e)
{
    if (done && done < l->p->size && done - l->stepped < STEP)
        return 0;
    l->stepped = done;
    qd_progress(l->c, phase, done, l->p->size, l->p->name);
    return qd_cancel_check(l->c->cancel, e);
}

/* ---- all bytes once: size, digest, head ---- */

static int changed(struct look *l, struct qdiag_error *e)
{
    return qd_fail(e, QDIAG_E_LOCAL_FILE, l->file.name, "the file changes while it is read");
}

static int add_chunk(struct look *l, struct qd_sha256 *h, uint64_t at, size_t n,
                     struct qdiag_error *e)
{
    size_t head = QD_PACKAGE_HEAD - l->head_len;

    if (n > l->p->size - at)
        return changed(l, e);
    head = n < head ? n : head;
    memcpy(l->head + l->head_len, l->chunk, head);
    l->head_len += head;
    qd_sha256_add(h, l->chunk, n);
    return step(l, "package-digest", at + n, e);
}

static int digest(struct look *l, struct qdiag_error *e)
{
    struct qd_sha256 *h = qd_sha256_new();
    uint8_t sum[QD_SHA256_SIZE];
    uint64_t at = 0;
    size_t got = 1;
    int rc = h ? step(l, "package-digest", 0, e) : qd_nomem(e);

    l->stepped = 0;
    while (rc == 0 && got) {
        rc = l->src.read(l->src.user, l->chunk, CHUNK, &got, e);
        if (rc == 0 && got)
            rc = add_chunk(l, h, at, got, e);
        at += got;
    }
    if (rc == 0 && at != l->p->size)
        rc = changed(l, e);
    if (rc == 0) {
        qd_sha256_end(h, sum);
        qd_hex(sum, sizeof sum, l->p->sha256);
    }
    qd_sha256_free(&h);
    return rc;
}

/* ---- the gate ---- */

static int read_at(void *user, uint64_t at, void *p, size_t n, struct qdiag_error *e)
{
    struct look *l = user;
    uint8_t *to = p;

    while (n) {
        ssize_t got = pread(l->file.fd, to, n, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return qd_fail_wire(e, QDIAG_E_LOCAL_FILE, errno, l->file.name, "cannot read: %s",
                                strerror(errno));
        if (got == 0)
            return changed(l, e);
        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return 0;
}

static int on_entry(void *user, const char *name, uint64_t size, struct qdiag_error *e)
{
    return qd_package_entry(&((struct look *)user)->inside, name, size, e);
}

static int on_data(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    return qd_package_data(&((struct look *)user)->inside, p, n, e);
}

static int on_step(void *user, uint64_t done, struct qdiag_error *e)
{
    return step(user, "package-check", done, e);
}

static int look_inside(struct look *l, struct qdiag_error *e)
{
    const struct qd_zip_reader r = {read_at, l, l->p->size, l->file.name};
    const struct qd_zip_visitor v = {on_entry, on_data, on_step, l};
    const char *what;
    int zip = 0, rc = qd_zip_meant(&r, &zip, e);

    if (rc != 0)
        return rc;
    if (!zip) {
        what = qd_package_head(l->head, l->head_len, l->p->size);
        l->p->kind = what ? QDIAG_PACKAGE_NOT_DELTA : QDIAG_PACKAGE_OPAQUE;
        qd_copy_text(l->p->kind_text, sizeof l->p->kind_text,
                     what ? what : "no zip: nothing is known of its inside");
        return 0;
    }
    l->stepped = 0;
    rc = step(l, "package-check", 0, e);
    if (rc == 0)
        rc = qd_zip_check(&r, &v, &l->p->entries, e);
    if (rc == 0)
        rc = step(l, "package-check", l->p->size, e);
    if (rc == 0) {
        l->p->kind = qd_package_kind(&l->inside, l->p->kind_text);
        qd_copy_text(l->p->hint_from, QDIAG_VERSION_CAP, l->inside.from);
        qd_copy_text(l->p->hint_to, QDIAG_VERSION_CAP, l->inside.to);
    }
    return rc;
}

static int same_file(struct look *l, const struct stat *before, struct qdiag_error *e)
{
    struct stat now;

    if (fstat(l->file.fd, &now) != 0 || now.st_size != before->st_size ||
        now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != before->st_mtim.tv_nsec)
        return changed(l, e);
    return 0;
}

static int look_over(struct look *l, const char *path, struct qdiag_error *e)
{
    struct qd_package_name name;
    struct stat before;
    const char *slash = strrchr(path, '/');
    int rc = qd_file_open(&l->file, &l->src, path, e);

    if (rc != 0)
        return rc;
    l->p->size = l->src.size;
    qd_copy_text(l->p->name, sizeof l->p->name, slash ? slash + 1 : path);
    if (fstat(l->file.fd, &before) != 0)
        rc = changed(l, e);
    if (rc == 0 && l->p->size > PACKAGE_MAX)
        rc = qd_fail(e, QDIAG_E_LOCAL_FILE, path, "larger than 1 GiB: no upgrade package is");
    if (rc == 0)
        rc = digest(l, e);
    if (rc == 0)
        rc = look_inside(l, e);
    if (rc == 0)
        rc = same_file(l, &before, e);
    qd_file_close(&l->file);
    if (rc == 0 && qd_package_name(l->p->name, &name)) {
        qd_copy_text(l->p->from, QDIAG_VERSION_CAP, name.from);
        qd_copy_text(l->p->to, QDIAG_VERSION_CAP, name.to);
        qd_copy_text(l->p->to_other, QDIAG_VERSION_CAP, name.to_other);
    }
    return rc;
}

int qdiag_package_inspect(struct qdiag_context *c, const char *path, struct qdiag_package *p,
                          struct qdiag_error *e)
{
    struct look *l = qd_alloc(1, sizeof *l);
    int rc;

    memset(p, 0, sizeof *p);
    if (!l)
        return qd_nomem(e);
    l->c = c;
    l->p = p;
    rc = look_over(l, path, e);
    free(l);
    return rc;
}

int qdiag_package_expect(const struct qdiag_package *p, const char *sha256, struct qdiag_error *e)
{
    uint8_t want[QD_SHA256_SIZE];
    char hex[65];

    if (strlen(sha256) != 64 || qd_unhex(sha256, want, sizeof want) != 0)
        return qd_fail(e, QDIAG_E_USAGE, sha256, "a SHA-256 has 64 hexadecimal digits");
    qd_hex(want, sizeof want, hex);
    if (strcmp(hex, p->sha256) == 0)
        return 0;
    qd_fail(e, QDIAG_E_FILE_DAMAGED, p->name, "its SHA-256 is %s, not the expected one", p->sha256);
    qd_what(e, "the package is not the one that was expected");
    return -QDIAG_E_FILE_DAMAGED;
}

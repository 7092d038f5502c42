/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Plans and journals for tests. */
#include "journal_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/backup.h"

void journal_rig_init(struct journal_rig *r)
{
    memset(r, 0, sizeof *r);
    snprintf(r->dir, sizeof r->dir, "/tmp/qdiag-journal-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    snprintf(r->path, sizeof r->path, "%s/j", r->dir);
    r->plan = qd_plan_new();
    assert_non_null(r->plan);
}

void journal_rig_end(struct journal_rig *r)
{
    unlink(r->path);
    assert_int_equal(rmdir(r->dir), 0);
    qd_plan_free(&r->plan);
}

struct qd_state rig_bytes(enum qd_there kind, uint32_t mode, const void *p, size_t n)
{
    struct qd_state s = {.kind = kind, .mode = mode, .len = n};
    if (n) {
        s.data = malloc(n);
        assert_non_null(s.data);
        memcpy(s.data, p, n);
    }
    return s;
}

struct qd_state rig_nv(uint8_t fill)
{
    uint8_t data[QD_NV_SIZE];
    memset(data, fill, sizeof data);
    return rig_bytes(QD_THERE_NV, QD_MODE_ANY, data, sizeof data);
}

struct qd_state rig_absent(void)
{
    return (struct qd_state){.kind = QD_THERE_ABSENT, .mode = QD_MODE_ANY};
}

struct qd_key rig_nv_key(int sub, int id, uint8_t index)
{
    return (struct qd_key){.sub = sub, .nv = id, .index = index};
}

struct qd_key rig_efs_key(const char *path)
{
    return (struct qd_key){.sub = -1, .nv = -1, .fs = 0x13, .path = qd_strdup(path)};
}

static void add(struct journal_rig *r, struct qd_step *s)
{
    assert_int_equal(qd_plan_add(r->plan, s, &r->e), 0);
}

void rig_step(struct journal_rig *r, enum qd_phase phase, struct qd_key key, struct qd_state before,
              struct qd_state after)
{
    struct qd_step s = {.key = key,
                        .class = phase == QD_PHASE_IDENTITY ? QD_CLASS_IDENTITY : QD_CLASS_MISC,
                        .phase = phase,
                        .decision = QD_DO_WRITE,
                        .before = before,
                        .after = after};
    add(r, &s);
}

void rig_skip(struct journal_rig *r, struct qd_key key, enum qd_reason reason)
{
    struct qd_step s = {.key = key,
                        .class = QD_CLASS_SECRET,
                        .phase = r->plan->n ? r->plan->v[r->plan->n - 1].phase : QD_PHASE_NV,
                        .decision = reason ? QD_DO_SKIP : QD_DO_KEEP,
                        .reason = reason,
                        .before = {.mode = QD_MODE_ANY},
                        .after = {.mode = QD_MODE_ANY}};
    add(r, &s);
}

void rig_full_plan(struct journal_rig *r)
{
    static const char salt[] = "00112233445566778899aabbccddeeff";
    memset(r->plan->source_sha256, 'a', 64);
    memset(r->plan->unit, 'b', 64);
    qd_copy_text(r->plan->salt, sizeof r->plan->salt, salt);
    rig_step(r, QD_PHASE_NV, rig_nv_key(0, 1014, 3), rig_nv(1), rig_nv(2));
    rig_skip(r, rig_nv_key(1, 85, 0), QD_REASON_SECRET);
    rig_step(r, QD_PHASE_NV, rig_nv_key(2, 10, 1), rig_absent(), rig_nv(3));
    rig_step(r, QD_PHASE_EFS, rig_efs_key("/a"), rig_absent(),
             rig_bytes(QD_THERE_DIR, 0700, NULL, 0));
    rig_step(r, QD_PHASE_EFS, rig_efs_key("/a/f"), rig_bytes(QD_THERE_FILE, 0644, "old", 3),
             rig_bytes(QD_THERE_FILE, 0600, "new bytes", 9));
    rig_skip(r, rig_efs_key("/a/kept"), QD_REASON_NONE);
    rig_step(r, QD_PHASE_EFS, rig_efs_key("/a/i"), rig_bytes(QD_THERE_ITEM, 0777, "", 0),
             rig_bytes(QD_THERE_ITEM, QD_MODE_ANY, "\0item", 5));
    rig_step(r, QD_PHASE_EFS, rig_efs_key("/a/l"), rig_absent(),
             rig_bytes(QD_THERE_LINK, QD_MODE_ANY, "/a/f", 4));
    rig_step(r, QD_PHASE_IDENTITY, rig_nv_key(0, 550, 0), rig_nv(0), rig_nv(8));
}

struct qd_jheader rig_header(struct journal_rig *r)
{
    struct qd_jheader h = {.plan = r->plan};
    qd_copy_text(h.tool, sizeof h.tool, "qdiag 0.0 test");
    qd_copy_text(h.created, sizeof h.created, "2026-01-02T03:04:05Z");
    qd_copy_text(h.safety, sizeof h.safety, "before.xqcn");
    memset(h.safety_sha256, 'c', 64);
    qd_copy_text(h.address, sizeof h.address, "unix:/tmp/x");
    return h;
}

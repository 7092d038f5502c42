/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The door: every call of a write service in this tree is in this file (tests/check/doors.py). It
 * does what it is told and says what became of it; looking, journal and read-back are its
 * callers'. Must never send a write twice, and never one that no journal record announces. */
#include "flow/restore/execute.h"

#include <stdio.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "diag/mode.h"
#include "diag/unlock.h"
#include "flow/restore/execute_run.h"
#include "model/catalog.h"
#include "service/efs_write.h"
#include "service/nv_write.h"
#include "service/sync.h"

void qd_door_open(struct qd_run *r)
{
    qd_diag_allow_writes(r->eye.diag, 1);
}

void qd_door_close(struct qd_run *r)
{
    if (r->eye.diag)
        qd_diag_allow_writes(r->eye.diag, 0);
}

/* One key of one file system while it is being changed. */
struct change {
    struct qd_efs *fs;
    const char *path;
    const struct qd_state *from, *to;
};

static int take_away(const struct change *c, enum qd_there kind, struct qd_written *w,
                     struct qdiag_error *e)
{
    if (kind == QD_THERE_DIR)
        return qd_efs_rmdir(c->fs, c->path, w, e);
    return qd_efs_unlink(c->fs, c->path, w, e);
}

static int put_there(const struct change *c, struct qd_written *w, struct qdiag_error *e)
{
    const struct qd_state *to = c->to;
    uint32_t mode = to->mode == QD_MODE_ANY ? (to->kind == QD_THERE_DIR ? 0755 : 0644) : to->mode;
    const struct qd_efs_contents contents = {.mode = mode, .data = to->data, .len = to->len};
    char target[1024];

    switch (to->kind) {
    case QD_THERE_FILE:
        return qd_efs_write_file(c->fs, c->path, &contents, w, e);
    case QD_THERE_ITEM:
        return qd_efs_write_item(c->fs, c->path, &contents, w, e);
    case QD_THERE_DIR:
        return qd_efs_mkdir(c->fs, c->path, mode, w, e);
    case QD_THERE_LINK:
        if (to->len >= sizeof target)
            break;
        memcpy(target, to->data, to->len);
        target[to->len] = '\0';
        return qd_efs_symlink(c->fs, target, c->path, w, e);
    default:
        break;
    }
    snprintf(w->reason, sizeof w->reason, "%s", "nothing of this kind can be made");
    return 0;
}

/* Whether the old thing has to go before the new one can be there. Contents are written over, so
 * that a stop does not leave less than there was. */
static int must_go(const struct qd_state *from, const struct qd_state *to)
{
    if (from->kind == QD_THERE_ABSENT)
        return 0;
    return from->kind != to->kind || from->kind == QD_THERE_LINK;
}

static int same_contents(const struct qd_state *a, const struct qd_state *b)
{
    return a->kind == b->kind && a->len == b->len &&
           (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* The second request of a change: what the first one did stands, so a refusal leaves a part. */
static void add_up(struct qd_written *all, const struct qd_written *next)
{
    int changed = qd_how_changed(all->how);
    int full = next->how == QD_HOW_FULL || next->full;
    *all = *next;
    if (changed && !qd_how_changed(next->how))
        all->how = QD_HOW_PART;
    all->full = full;
}

/* The permission bits, when they are known and not yet as they shall be. */
static int set_mode(const struct change *c, struct qd_written *w, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_written next = {0};
    struct qd_efs_stat st;

    if (c->to->mode == QD_MODE_ANY || c->to->kind == QD_THERE_LINK)
        return 0;
    /* A mode that cannot be read shows at the read-back. */
    if (qd_efs_stat(c->fs, c->path, &st, &mine) != 0 || (st.mode & 07777) == c->to->mode)
        return 0;
    int rc = qd_efs_chmod(c->fs, c->path, c->to->mode, &next, e);
    add_up(w, &next);
    return rc;
}

static int change_efs(const struct change *c, struct qd_written *w, struct qdiag_error *e)
{
    int rc = 0;
    int going = must_go(c->from, c->to), there = c->to->kind != QD_THERE_ABSENT;

    w->how = going ? QD_HOW_NOT_SENT : QD_HOW_DONE;
    if (going)
        rc = take_away(c, c->from->kind, w, e);
    if (rc != 0 || w->how != QD_HOW_DONE || !there)
        return rc;
    if (going || !same_contents(c->from, c->to)) {
        struct qd_written next = {0};
        rc = put_there(c, &next, e);
        if (going)
            add_up(w, &next);
        else
            *w = next;
    }
    return rc != 0 || w->how != QD_HOW_DONE ? rc : set_mode(c, w, e);
}

int qd_door_write(struct qd_run *r, const struct qd_key *key, const struct qd_state *from,
                  const struct qd_state *to, struct qd_written *w, struct qdiag_error *e)
{
    memset(w, 0, sizeof *w);
    r->dirty = 1;
    if (key->nv >= 0) {
        const struct qd_nv_place at = {(unsigned)key->sub, (uint16_t)key->nv, key->index};
        if (to->kind == QD_THERE_NV)
            return qd_nv_write(r->eye.diag, &at, to->data, w, e);
        qd_copy_text(w->reason, sizeof w->reason, "no DIAG request takes an NV item away");
        return 0;
    }
    struct change c = {.path = key->path, .from = from, .to = to};
    int rc = qd_eye_efs(&r->eye, key->fs, &c.fs, e);
    return rc != 0 ? rc : change_efs(&c, w, e);
}

/* The file that shows an NV item, on units that have such a thing. */
static int alias_of(const struct qd_key *key, char *path, size_t cap)
{
    unsigned elements;
    if (key->index != 0 || qd_catalog_nv_kind((uint16_t)key->nv, &elements) != QD_NV_PLAIN)
        return -1;
    if (key->sub == 0)
        snprintf(path, cap, "/nvm/num/%d", (int)key->nv);
    else
        snprintf(path, cap, "/nvm/context%d/%d", key->sub, (int)key->nv);
    return 0;
}

int qd_door_unmake(struct qd_run *r, const struct qd_key *key, const struct qd_state *made,
                   struct qd_written *w, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_buf seen = {0};
    struct qd_efs *fs;
    char path[64];
    int rc = 0;

    *w = (struct qd_written){.how = QD_HOW_NO_SUCH};
    qd_copy_text(w->reason, sizeof w->reason, "no DIAG request takes an NV item away");
    if (alias_of(key, path, sizeof path) != 0 || qd_eye_efs(&r->eye, QD_EFS_FS, &fs, &mine) != 0 ||
        qd_efs_read(fs, path, &seen, &mine) != 0)
        return 0;
    if (seen.len == made->len && memcmp(seen.p, made->data, made->len) == 0) {
        memset(w, 0, sizeof *w);
        r->dirty = 1;
        rc = qd_efs_unlink(fs, path, w, e);
    }
    qd_buf_free(&seen);
    return rc;
}

static int is_over(int rc)
{
    return rc == -QDIAG_E_LINK_GONE || rc == -QDIAG_E_LINK_SILENT || rc == -QDIAG_E_LINK_IO;
}

/* All file systems of the unit: numbered items lie in one of them, and nobody says in which. */
int qd_door_sync(struct qd_run *r, enum qd_phase phase, struct qdiag_error *e)
{
    static const uint8_t systems[] = {QD_EFS_FS, QD_EFS_ALT};
    const struct qdiag_context *ctx = qd_diag_context(r->eye.diag);
    struct qd_jrecord rec = {.type = QD_J_SYNCED, .step = phase, .wire = -1};
    int found = 0;

    for (size_t i = 0; i < sizeof systems; i++) {
        struct qdiag_error mine = {0};
        struct qd_sync s;
        struct qd_efs *fs;
        int rc = qd_eye_efs(&r->eye, systems[i], &fs, &mine);
        if (is_over(rc)) {
            *e = mine;
            return rc;
        }
        if (rc != 0)
            continue;
        found = 1;
        rc = qd_sync(fs, &s, e);
        if (rc != 0)
            return rc;
        qd_log(ctx, QDIAG_LOG_INFO, "execute", "sync of file system %02x: %s %s", systems[i],
               qd_synced_name(s.how), s.reason);
    }
    if (!found)
        ctx->clock->sleep_us(ctx->clock->user, QD_SYNC_PAUSE_MS * 1000ull);
    r->dirty = 0;
    return qd_run_record(r, rec, e);
}

/* A unit that will not go offline may take the writes all the same; if not, it refuses them. */
int qd_door_offline(struct qd_run *r, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    if (!(r->unit->flags & QD_UNIT_OFFLINE) || r->offline)
        return 0;
    int rc = qd_mode_offline(r->eye.diag, &mine);
    r->offline = rc == 0 || mine.touch == QDIAG_TOUCH_UNKNOWN ? 1 : -1;
    if (is_over(rc)) {
        *e = mine;
        return rc;
    }
    if (rc != 0)
        qd_log(qd_diag_context(r->eye.diag), QDIAG_LOG_WARN, "execute",
               "the unit does not go offline: %s", mine.why);
    return 0;
}

/* Some units reset from offline mode only. */
int qd_door_reset(struct qd_run *r, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    enum qd_reset_sign sign;
    int rc = qd_mode_reset(r->eye.diag, &sign, &mine);

    if (rc == -QDIAG_E_REFUSED) {
        qd_error_clear(&mine);
        rc = qd_mode_offline(r->eye.diag, &mine);
        if (rc == 0)
            rc = qd_mode_reset(r->eye.diag, &sign, &mine);
    }
    if (rc != 0) {
        *e = mine;
        qd_what(e, "%s", "the unit cannot be reset");
        return rc;
    }
    r->offline = 0;
    return 0;
}

int qd_door_unlock(struct qd_run *r, struct qdiag_error *e)
{
    const char *spc = NULL;
    if (!r->spc_tried && r->unit->spc)
        spc = r->unit->spc(r->unit->user);
    if (!spc) {
        qd_fail(e, QDIAG_E_LOCKED, NULL, "%s",
                r->spc_tried ? "the unit stays locked after the SPC" : "no SPC was given");
        return -QDIAG_E_LOCKED;
    }
    r->spc_tried = 1;
    return qd_unlock_spc(r->eye.diag, spc, e);
}

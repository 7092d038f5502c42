/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Preflight: is it one unit, who is it, what does it run, what does the module itself keep, is its
 * file system whole. Reads only, over both ports. */
#include "flow/upgrade/preflight.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "flow/ufs/ufs_guard.h"
#include "model/anchors.h"
#include "service/efs.h"
#include "service/fota_codec.h"
#include "transport/discover.h"

#define RF_FOLDER "/nv/item_files/rfnv"
#define NO_DIAG   "there is no DIAG port to ask"
#define NO_AT     "there is no AT port to ask"

/* ---- 1: one unit ---- */

/* The USB path behind the AT port; "" = not on USB, or not known. */
static int at_usb_path(struct qd_pf *p, char out[32], struct qdiag_error *e)
{
    struct qd_port_list list = {0};
    int rc = 0;

    out[0] = '\0';
    if (p->at->address.kind != QD_ADDR_TTY)
        return 0;
    rc = qd_discover(p->ctx, NULL, &list, e);
    for (size_t i = 0; rc == 0 && i < list.n; i++)
        if (strcmp(list.p[i].node, p->at->address.path) == 0)
            qd_copy_text(out, 32, list.p[i].usb_path);
    qd_port_list_free(&list);
    return rc;
}

void qd_pf_ports(struct qd_pf *p, const char *at, const char *diag)
{
    if (at[0] && diag[0] && strcmp(at, diag) != 0)
        qd_pf_set(p, QD_PF_UNIT, QDIAG_FAIL, QDIAG_E_NOT_SAME_UNIT,
                  "the AT port is of the unit at USB %s, the DIAG port of that at %s", at, diag);
    else
        qd_pf_pass(p, QD_PF_UNIT, "%s",
                   at[0] && diag[0] ? "both are of one USB device"
                                    : "both answer; the IMEI says whether they are one");
}

static int check_ports(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    char usb[32];

    if (!p->at || !p->dev) {
        qd_pf_unknown(p, QD_PF_UNIT, "%s", p->at ? NO_DIAG : NO_AT);
        return 0;
    }
    if (at_usb_path(p, usb, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_UNIT, &mine, e);
    qd_pf_ports(p, usb, p->dev->usb_path);
    return 0;
}

/* ---- 2: who it is, and its versions ---- */

static int read_identities(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};

    if (p->at && qd_at_imei(p->at->at, p->imei, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_IDENTITY, &mine, e);
    if (p->dev && qdiag_identity_read(p->dev, &p->id, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_IDENTITY, &mine, e);
    p->has_id = p->dev != NULL;
    return 0;
}

static void judge_identity(struct qd_pf *p)
{
    const struct qdiag_identity *id = &p->id;
    int usable = 0, same = 0, damaged = 0;

    if (!p->at || !p->dev) {
        qd_pf_unknown(p, QD_PF_IDENTITY, "%s", p->at ? NO_DIAG : NO_AT);
        return;
    }
    for (unsigned i = 0; i < QDIAG_SUBS; i++) {
        usable += id->imei_state[i] == QDIAG_IDENT_USABLE;
        damaged += id->imei_state[i] == QDIAG_IDENT_DAMAGED;
        same += id->imei_state[i] == QDIAG_IDENT_USABLE && strcmp(id->imei[i], p->imei) == 0;
    }
    if (!p->imei[0] || (!usable && id->imei_state[0] == QDIAG_IDENT_BLANK))
        qd_pf_set(p, QD_PF_IDENTITY, QDIAG_FAIL, QDIAG_E_POLICY,
                  "the IMEI is blank: identity, and perhaps calibration, are lost already");
    else if (usable && !same)
        qd_pf_set(p, QD_PF_IDENTITY, QDIAG_FAIL, QDIAG_E_NOT_SAME_UNIT,
                  "the AT port and the DIAG port do not give the same IMEI");
    else if (damaged || !qd_imei_text_usable(p->imei))
        qd_pf_set(p, QD_PF_IDENTITY, QDIAG_FAIL, QDIAG_E_POLICY,
                  "an IMEI is damaged: its form or its check digit is wrong");
    else if (!usable)
        qd_pf_unknown(p, QD_PF_IDENTITY, "the IMEI cannot be read over DIAG");
    else
        qd_pf_pass(p, QD_PF_IDENTITY, "valid, and the same over both ports");
}

static int check_versions(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_versions *v = &p->pf->versions;
    struct qdiag_error mine = {0};

    if (!p->at) {
        qd_pf_unknown(p, QD_PF_VERSIONS, NO_AT);
        qd_pf_unknown(p, QD_PF_FAMILY, NO_AT);
        return 0;
    }
    if (qdiag_versions_read(p->at, 0, v, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_VERSIONS, &mine, e);
    p->has_versions = v->full[0] && v->ready;
    if (!v->full[0])
        qd_pf_unknown(p, QD_PF_VERSIONS, "AT+QGMR does not tell the version");
    else if (!v->ready)
        qd_pf_set(p, QD_PF_VERSIONS, QDIAG_FAIL, QDIAG_E_DIFFERENT,
                  "%.80s is no version yet: the application half has not started", v->full);
    else
        qd_pf_pass(p, QD_PF_VERSIONS, "%.100s", v->full);
    return 0;
}

static void judge_family(struct qd_pf *p)
{
    const struct qdiag_versions *v = &p->pf->versions;

    if (!p->at)
        return;
    if (!v->model[0])
        qd_pf_unknown(p, QD_PF_FAMILY, "the unit does not tell its model");
    else if (qd_fota_foreign(v->model, v->full))
        qd_pf_set(p, QD_PF_FAMILY, QDIAG_FAIL, QDIAG_E_UNSUPPORTED, "%s: %.160s", v->model,
                  qd_fota_foreign(v->model, v->full));
    else if (!qd_fota_family(v->family))
        qd_pf_set(p, QD_PF_FAMILY, QDIAG_FAIL, QDIAG_E_UNSUPPORTED,
                  "%s (family %s) has no AT+QFOTADL that is described", v->model, v->family);
    else
        qd_pf_pass(p, QD_PF_FAMILY, "%s, family %s", v->model, v->family);
}

int qd_pf_unit(struct qd_pf *p, struct qdiag_error *e)
{
    int rc = check_ports(p, e);

    if (rc == 0)
        rc = read_identities(p, e);
    if (rc == 0 && (p->has_id || !p->dev))
        judge_identity(p);
    if (rc == 0)
        rc = check_versions(p, e);
    if (rc == 0)
        judge_family(p);
    return rc;
}

/* ---- 4: the module's own backups ---- */

static void judge_state(struct qd_pf *p, enum qdiag_ufs fs, enum qd_pf_row row)
{
    const struct qd_at_family *f = qd_at_family(p->pf->versions.model);
    const struct qdiag_ufs_state *s = &p->pf->ufs.fs[fs];
    enum qd_at_has has = fs == QDIAG_UFS ? f->ufs : f->eufs;

    if (!s->known && has != QD_AT_YES && (fs == QDIAG_EUFS || p->o->without_ufs))
        qd_pf_skip(p, row, "%s has none", p->pf->versions.model);
    else if (!s->known)
        qd_pf_unknown(p, row, "the unit does not tell its state");
    else if (!s->valid || !s->backups)
        qd_pf_set(p, row, QDIAG_FAIL, QDIAG_E_DIFFERENT, "there is no valid copy in the module");
    else
        qd_pf_pass(p, row, "made %u times, restored %u times%s", s->backups, s->restores,
                   s->restores ? ": it was restored before" : "");
}

int qd_pf_inner(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    int rc;

    if (!p->at || !p->has_versions) {
        qd_pf_unknown(p, QD_PF_UFS, p->at ? "asked only when the version is known" : NO_AT);
        qd_pf_unknown(p, QD_PF_EUFS, p->at ? "asked only when the version is known" : NO_AT);
        return 0;
    }
    rc = qdiag_ufs_status(p->at, &p->pf->ufs, &mine);
    p->has_ufs = rc == 0 || rc == -QDIAG_E_UNSUPPORTED;
    if (rc == -QDIAG_E_UNSUPPORTED && !p->o->without_ufs) {
        qd_pf_set(p, QD_PF_UFS, QDIAG_FAIL, QDIAG_E_UNSUPPORTED,
                  "%.160s; --without-ufs says that it keeps none", mine.why);
        qd_pf_skip(p, QD_PF_EUFS, "%s has none", p->pf->versions.model);
        return 0;
    }
    if (rc != 0 && !p->has_ufs) {
        rc = qd_pf_doubt(p, QD_PF_UFS, &mine, e);
        return rc ? rc : qd_pf_doubt(p, QD_PF_EUFS, &mine, e);
    }
    judge_state(p, QDIAG_UFS, QD_PF_UFS);
    judge_state(p, QDIAG_EUFS, QD_PF_EUFS);
    return 0;
}

/* ---- 6: health ---- */

struct rf {
    size_t files, filled;
    struct qd_buf first;
    int differ; /* two of them are not the same */
};

/* Reads until two files with bytes in them are known to differ. */
static int look_at_rf(struct qd_efs *fs, const struct qd_efs_list *list, struct rf *rf,
                      struct qdiag_error *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < list->n && !rf->differ; i++) {
        struct qd_buf b = {0};
        char path[300];

        if (list->v[i].unusable || (list->v[i].st.mode & QD_EFS_IFMT) == QD_EFS_IFDIR)
            continue;
        snprintf(path, sizeof path, RF_FOLDER "/%.250s", list->v[i].name);
        rc = qd_efs_read(fs, path, &b, e);
        if (rc == 0 && b.len && rf->filled++ == 0) {
            rf->first = b;
            continue;
        }
        if (rc == 0 && b.len)
            rf->differ = b.len != rf->first.len || memcmp(b.p, rf->first.p, b.len) != 0;
        qd_buf_free(&b);
    }
    return rc;
}

static int look_at_efs(struct qd_pf *p, struct rf *rf, struct qdiag_error *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < 2 && p->id.efs[i]; i++) {
        struct qd_efs_list list = {0}, root = {0};
        struct qdiag_error mine = {0};
        struct qd_efs fs;

        rc = qd_efs_open(&fs, p->dev->diag, p->id.efs[i], &mine);
        if (rc == 0)
            rc = qd_efs_list(&fs, "/", &root, &mine);
        if (rc == 0) {
            rc = qd_efs_list(&fs, RF_FOLDER, &list, &mine);
            rc = rc == -QDIAG_E_ABSENT ? 0 : rc;
        }
        rf->files += list.n;
        if (rc == 0)
            rc = look_at_rf(&fs, &list, rf, &mine);
        qd_efs_list_free(&list);
        qd_efs_list_free(&root);
        if (rc != 0 && e)
            *e = mine;
    }
    return rc;
}

static void judge_rf(struct qd_pf *p, const struct rf *rf)
{
    if (!rf->files)
        qd_pf_set(p, QD_PF_RF, QDIAG_FAIL, QDIAG_E_POLICY, "the unit has no RF files (rfnv)");
    else if (!rf->filled)
        qd_pf_set(p, QD_PF_RF, QDIAG_FAIL, QDIAG_E_POLICY, "all %zu RF files are empty", rf->files);
    else if (rf->filled > 1 && !rf->differ)
        qd_pf_set(p, QD_PF_RF, QDIAG_FAIL, QDIAG_E_POLICY, "all %zu RF files hold the same bytes",
                  rf->filled);
    else
        qd_pf_pass(p, QD_PF_RF, "%zu RF files", rf->files);
}

int qd_pf_health(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct rf rf = {0};
    int rc;

    if (!p->has_id) {
        qd_pf_unknown(p, QD_PF_EFS, p->dev ? "asked only when the identity can be read" : NO_DIAG);
        qd_pf_unknown(p, QD_PF_RF, p->dev ? "asked only when the identity can be read" : NO_DIAG);
        return 0;
    }
    if (!p->id.efs[0]) {
        qd_pf_set(p, QD_PF_EFS, QDIAG_FAIL, QDIAG_E_POLICY, "no file system answers over DIAG");
        qd_pf_unknown(p, QD_PF_RF, "no file system answers over DIAG");
        return 0;
    }
    rc = look_at_efs(p, &rf, &mine);
    qd_buf_free(&rf.first);
    if (rc != 0) {
        rc = qd_pf_doubt(p, QD_PF_RF, &mine, e);
        if (rc == 0 && (mine.code == QDIAG_E_REFUSED || mine.code == QDIAG_E_ABSENT))
            qd_pf_set(p, QD_PF_EFS, QDIAG_FAIL, QDIAG_E_POLICY, "%.80s: %.160s", mine.item,
                      mine.why);
        else if (rc == 0)
            qd_pf_doubt(p, QD_PF_EFS, &mine, e);
        return rc;
    }
    qd_pf_pass(p, QD_PF_EFS, "%s", p->id.efs[1] ? "two file systems answer" : "it answers");
    judge_rf(p, &rf);
    return 0;
}

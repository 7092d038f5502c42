/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag_verify: a backup against the connected unit, item by item. Reads only. That nothing differs
 * is said only when everything could be compared. */
#include <stdlib.h>
#include <string.h>

#include <qdiag/restore.h>

#include "base/buf.h"
#include "base/text.h"
#include "flow/files/compare.h"
#include "flow/unit/device.h"
#include "flow/files/diff_sides.h"
#include "flow/plan/guard.h"
#include "flow/backup/snapshot.h"

/* The unit as a document, so that it is shown by the same rules as a file. */
static int unit_side(struct qdiag_device *dev, struct qd_snapshot *s, int show,
                     struct qdiag_contents **out, struct qdiag_error *e)
{
    struct qdiag_contents *c = qd_alloc(1, sizeof *c);
    *out = c;
    if (c)
        c->doc = qd_doc_new();
    if (!c || !c->doc)
        return qd_nomem(e);
    c->show = show;
    int rc = qd_qcn_from_backup(s->backup, "", &c->doc->tree, e);
    c->doc->backup = s->backup;
    s->backup = NULL;
    qd_copy_text(c->doc->container, sizeof c->doc->container, "unit");
    return rc == 0 ? qd_contents_fill(c, dev->ctx, e) : rc;
}

/* Differences between two units would be told as if something had been lost. */
static int same_unit(struct qdiag_device *dev, const struct qd_doc *file,
                     const struct qd_backup *unit, struct qdiag_error *e)
{
    struct qd_anchors *a = qd_alloc(2, sizeof *a);
    struct qd_guard *g = qd_alloc(1, sizeof *g);
    int rc = a && g ? 0 : qd_nomem(e);
    if (rc == 0) {
        qd_anchors_from_backup(file->backup, 0, &a[0]);
        if (file->manifest)
            qd_manifest_anchors(file->manifest, &a[0]);
        qd_anchors_from_backup(unit, 1, &a[1]);
        qd_anchors_set(&a[1], QD_ANCHOR_USB_SERIAL, dev->usb_serial);
        qd_guard_judge(&a[0], &a[1], NULL, g);
        if (g->verdict == QD_GUARD_REFUSE && g->rule != QD_GUARD_RULE_G2)
            rc = qd_guard_check(g, 0, e);
    }
    free(a);
    free(g);
    return rc;
}

static enum qd_verify_as against_unit(const struct qd_sides *in, const struct qd_diff_entry *en)
{
    return qd_verify_entry(in->b->doc->backup, en);
}

static int compare(struct qdiag_device *dev, const char *file, const struct qdiag_diff_options *o,
                   struct qdiag_diff_report *r, struct qdiag_error *e)
{
    static const struct qdiag_backup_options all = QDIAG_BACKUP_OPTIONS_DEFAULT;
    struct qd_sides *in = r->inside;
    struct qd_snapshot snap = {0};
    struct qd_verify v = {0};
    in->means = against_unit;
    int rc = qdiag_contents_open(dev->ctx, file, o->show_identity, &in->a, e);
    if (rc == 0)
        rc = qd_snapshot_read(dev, &all, &snap, e);
    if (rc == 0)
        rc = same_unit(dev, in->a->doc, snap.backup, e);
    if (rc == 0)
        rc = unit_side(dev, &snap, o->show_identity, &in->b, e);
    if (rc == 0)
        rc = qd_verify_backups(in->a->doc->backup, in->b->doc->backup, &v, e);
    if (rc == 0) {
        in->diff = v.diff; /* now the report's */
        memset(&v.diff, 0, sizeof v.diff);
        r->unknown = v.unknown;
        rc = qd_diff_tell(r, o, e);
    }
    qd_verify_free(&v);
    qd_snapshot_free(&snap);
    return rc;
}

int qdiag_verify(struct qdiag_device *dev, const char *file, const struct qdiag_diff_options *o,
                 struct qdiag_diff_report **report, struct qdiag_error *e)
{
    struct qdiag_diff_report *r = NULL;
    *report = NULL;
    int rc = qd_diff_report_new(o, &r, e);
    if (rc == 0)
        rc = compare(dev, file, o, r, e);
    if (rc != 0) {
        qdiag_diff_report_free(&r);
        return rc;
    }
    *report = r;
    if (r->counted > 0)
        rc = qd_fail(e, QDIAG_E_DIFFERENT, file, "%zu of %zu items", r->counted,
                     r->equal + r->count + r->not_chosen);
    else if (r->unknown > 0)
        rc = qd_fail(
            e, QDIAG_E_UNKNOWN, file,
            "nothing differs, but %zu items could not be compared: one side could not read them",
            r->unknown);
    return rc;
}

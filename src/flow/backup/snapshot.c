/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads a whole unit and saves what was read. Sends read requests only; what cannot be read is
 * listed, never left out silently. */
#include "flow/backup/snapshot.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/text.h"
#include "config.h"
#include "flow/unit/device.h"
#include "flow/unit/identity.h"

#define CLIENT "qdiag " PACKAGE_VERSION

static int set_properties(struct qd_snapshot *s, struct qdiag_error *e)
{
    struct qd_backup *b = s->backup;
    b->model = s->unit.model_number;
    b->esn = s->unit.esn;
    b->software = qd_strdup(s->unit.software);
    b->client = qd_strdup(CLIENT);
    b->has_feature = s->info.has_feature;
    b->feature_len = s->info.has_feature ? s->info.feature_len : 0;
    b->feature = qd_alloc(b->feature_len, 1);
    if (!b->software || !b->client || !b->feature)
        return qd_nomem(e);
    memcpy(b->feature, s->info.feature, b->feature_len);
    return 0;
}

static int warn_identity(struct qd_collect *c, const struct qdiag_identity *unit,
                         struct qdiag_error *e)
{
    int rc = 0;
    if (unit->ftm == 1)
        rc = qd_collect_warn(c, e, "the unit is in factory test mode (NV 453 is not 0)");
    if (rc == 0 && unit->imei_state[0] != QDIAG_IDENT_USABLE)
        rc = qd_collect_warn(c, e,
                             "the unit has no usable IMEI (NV 550 is %s): a restore will have less"
                             " to recognise it by",
                             unit->imei_state[0] == QDIAG_IDENT_DAMAGED ? "damaged" : "blank");
    return rc;
}

static int read_all(struct qdiag_device *dev, struct qd_collect *c, struct qd_snapshot *s,
                    struct qdiag_error *e)
{
    struct qdiag_identity after;
    qd_progress(dev->ctx, "identity", 0, 1, "");
    int rc = qd_identity_read(dev, &s->unit, &s->info, e);
    if (rc == 0)
        rc = set_properties(s, e);
    if (rc == 0)
        rc = warn_identity(c, &s->unit, e);
    if (rc == 0)
        rc = qd_collect_nv(c, e);
    if (rc == 0)
        rc = qd_collect_efs(c, e);
    if (rc == 0)
        rc = qd_identity_read(dev, &after, NULL, e);
    if (rc == 0)
        rc = qd_identity_same(&s->unit, &after, e);
    if (rc == 0)
        rc = qd_cancel_check(dev->ctx->cancel, e);
    return rc;
}

struct qd_scope qd_scope_of(const struct qdiag_backup_options *o)
{
    return (struct qd_scope){.known = 1,
                             .sub = o->sub,
                             .nv_first = o->nv_first,
                             .nv_last = o->nv_last,
                             .exhaustive = o->exhaustive};
}

int qd_snapshot_read(struct qdiag_device *dev, const struct qdiag_backup_options *o,
                     struct qd_snapshot *s, struct qdiag_error *e)
{
    struct qd_collect c = {.diag = dev->diag, .ctx = dev->ctx, .opt = o};
    memset(s, 0, sizeof *s);
    s->scope = qd_scope_of(o);
    s->backup = c.backup = qd_backup_new();
    if (!s->backup)
        return qd_nomem(e);
    int rc = read_all(dev, &c, s, e);
    s->warnings = c.warnings;
    memcpy(s->efs, c.efs, sizeof s->efs);
    memcpy(s->unit.efs, c.efs, sizeof s->unit.efs);
    qd_backup_sort(s->backup);
    return rc;
}

int qd_snapshot_complete(const struct qd_snapshot *s)
{
    return qd_backup_count_missing(s->backup, QD_MISSING_UNREADABLE) == 0;
}

static void fill_evidence(struct qd_evidence *ev, const struct qdiag_device *dev,
                          const struct qd_snapshot *s)
{
    memset(ev, 0, sizeof *ev);
    for (size_t i = 0; i < QD_SUBS; i++)
        qd_copy_text(ev->imei[i], sizeof ev->imei[i], s->unit.imei[i]);
    qd_copy_text(ev->meid, sizeof ev->meid, s->unit.meid);
    snprintf(ev->esn, sizeof ev->esn, "%08X", (unsigned)s->unit.esn);
    qd_copy_text(ev->usb_serial, sizeof ev->usb_serial, dev->usb_serial);
}

int qd_snapshot_store(struct qdiag_device *dev, struct qd_snapshot *s, struct qd_store *store,
                      struct qdiag_error *e)
{
    struct qd_doc doc = {.backup = s->backup, .model_name = s->unit.model};
    struct qd_evidence ev;
    char built[32];
    store->doc = &doc;
    store->evidence = &ev;
    store->address = qdiag_device_address(dev);
    store->model_name = s->unit.model;
    store->ext_build = s->unit.software;
    store->verno_dir = s->unit.ver_dir;
    snprintf(built, sizeof built, "%s %s", s->unit.comp_date, s->unit.comp_time);
    store->verno_date = s->unit.comp_date[0] ? built : "";
    store->time = (int64_t)time(NULL);
    store->storage_time = -1;
    store->complete = qd_snapshot_complete(s);
    store->scope = s->scope;
    memcpy(store->efs, s->efs, sizeof store->efs);
    memcpy(doc.efs, s->efs, sizeof doc.efs);
    fill_evidence(&ev, dev, s);
    qd_progress(dev->ctx, "save", 0, 1, "");
    int rc = qd_qcn_from_backup(s->backup, "", &doc.tree, e);
    if (rc == 0)
        rc = qd_store_all(store, e);
    qd_progress(dev->ctx, "save", 1, 1, "");
    qd_tree_free(&doc.tree);
    store->doc = NULL; /* lives here only */
    store->evidence = NULL;
    store->verno_date = NULL;
    return rc;
}

void qd_snapshot_free(struct qd_snapshot *s)
{
    qd_backup_free(&s->backup);
    qd_names_free(&s->warnings);
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From a backup file and a connected unit to a plan: reads both whole, asks the guard, looks at
 * what the snapshot does not show, plans. Reads only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/unit/device.h"
#include "flow/unit/efs_place.h"
#include "flow/files/load.h"
#include "flow/unit/observe.h"
#include "flow/plan/planned.h"
#include "model/decode.h"

int qd_plan_new_for(struct qdiag_device *dev, const char *source, struct qdiag_plan **out,
                    struct qdiag_error *e)
{
    struct qdiag_plan *p = qd_alloc(1, sizeof *p);
    *out = NULL;
    if (p)
        p->source = qd_strdup(source);
    if (!p || !p->source) {
        free(p);
        return qd_nomem(e);
    }
    p->ctx = dev->ctx;
    *out = p;
    return 0;
}

void qdiag_plan_free(struct qdiag_plan **pp)
{
    if (!pp || !*pp)
        return;
    struct qdiag_plan *p = *pp;
    qd_plan_free(&p->plan);
    qd_doc_free(&p->doc);
    if (p->has_snap)
        qd_snapshot_free(&p->snap);
    free(p->source);
    free(p);
    *pp = NULL;
}

int qd_plan_snapshot(struct qdiag_device *dev, struct qdiag_plan *p, struct qdiag_error *e)
{
    static const struct qdiag_backup_options all = QDIAG_BACKUP_OPTIONS_DEFAULT;
    p->has_snap = 1;
    int rc = qd_snapshot_read(dev, &all, &p->snap, e);
    if (rc != 0)
        return rc;
    qd_anchors_from_backup(p->snap.backup, 1, &p->unit);
    qd_anchors_set(&p->unit, QD_ANCHOR_USB_SERIAL, dev->usb_serial);
    qd_copy_text(p->unit.model, sizeof p->unit.model, p->snap.unit.model);
    return 0;
}

static void on_note(const char *place, const char *text, void *user)
{
    struct qdiag_plan *p = user;
    qd_log(p->ctx, QDIAG_LOG_INFO, "file", "%s%s%s", place, place[0] ? ": " : "", text);
}

static int load_file(struct qdiag_plan *p, const struct qdiag_plan_options *o,
                     struct qdiag_error *e)
{
    struct qd_notes notes = {on_note, p};
    int rc = qd_load_sound(p->ctx, p->source, &notes, &p->doc, e);
    if (rc != 0)
        return rc;
    if (qd_client_is_redacted(p->doc->backup->client)) {
        rc = qd_fail(e, QDIAG_E_POLICY, p->source, "%s",
                     "this is a redacted copy: it cannot be restored");
        qd_hint(e, "%s", "use the backup it was made from");
        return rc;
    }
    if (p->doc->manifest && !p->doc->manifest->complete && !o->accept_incomplete &&
        !qd_manifest_only_narrowed(p->doc->manifest)) {
        rc = qd_fail(e, QDIAG_E_INCOMPLETE, p->source, "%s",
                     "its manifest says that it is not whole");
        qd_hint(e, "%s", "--accept-incomplete restores what is in it");
        return rc;
    }
    qd_anchors_from_backup(p->doc->backup, 0, &p->file);
    if (p->doc->manifest) {
        qd_manifest_anchors(p->doc->manifest, &p->file);
        qd_scope_text(&p->doc->manifest->scope, p->scope);
    }
    return 0;
}

/* Names of classes and of groups of them, separated by commas. */
static int parse_only(const char *only, uint32_t *bits, struct qdiag_error *e)
{
    *bits = 0;
    while (only && *only) {
        char word[32] = "";
        size_t n = strcspn(only, ",");
        if (n < sizeof word)
            memcpy(word, only, n);
        uint32_t found = qd_class_bits(word);
        if (!found)
            return qd_fail(e, QDIAG_E_USAGE, only, "%s", "there is no such class of items");
        *bits |= found;
        only += n + (only[n] == ',');
    }
    return 0;
}

/* A key that cannot be read stays unknown, and is then not written. */
static int look_at_all(struct qdiag_device *dev, const struct qd_plan_in *in,
                       struct qd_looks *looks, struct qdiag_error *e)
{
    struct qd_eye eye = {.diag = dev->diag};
    char why[QD_OBSERVE_WHY];
    int rc = qd_plan_open_keys(in, looks, e);
    for (size_t i = 0; rc == 0 && i < looks->n; i++) {
        qd_progress(dev->ctx, "look", i, looks->n, "");
        rc = qd_observe(&eye, &looks->v[i].key, &looks->v[i].state, why, e);
    }
    return rc;
}

static int build(struct qdiag_device *dev, struct qdiag_plan *p, const struct qdiag_plan_options *o,
                 struct qdiag_error *e)
{
    char salt[65], digest[65];
    struct qd_looks looks = {0}, surplus = {0};
    struct qd_plan_in in = {.file = p->doc->backup,
                            .unit = p->snap.backup,
                            .looks = &looks,
                            .guard = &p->guard,
                            .firmware = &p->firmware,
                            .plain_unless_noted = p->doc->manifest != NULL,
                            .accept_firmware = o->accept_firmware,
                            .source_sha256 = p->doc->sha256,
                            .unit_digest = digest,
                            .salt = salt};
    memcpy(in.efs, p->snap.efs, sizeof in.efs);
    int rc = parse_only(o->only, &in.only, e);
    if (rc == 0)
        rc = qd_evidence_sign(&p->unit, salt, digest, e);
    if (rc == 0)
        rc = look_at_all(dev, &in, &looks, e);
    if (rc == 0)
        rc = qd_plan_build(&in, &p->plan, e);
    if (rc == 0)
        rc = qd_plan_surplus(&in, &surplus, e);
    p->surplus = surplus.n;
    qd_looks_free(&looks);
    qd_looks_free(&surplus);
    return rc;
}

int qdiag_plan_make(struct qdiag_device *dev, const char *file, const struct qdiag_plan_options *o,
                    struct qdiag_plan **plan, struct qdiag_error *e)
{
    uint32_t bits;
    struct qdiag_plan *p = NULL;
    *plan = NULL;
    int rc = parse_only(o->only, &bits, e);
    if (rc == 0)
        rc = qd_plan_new_for(dev, file, &p, e);
    if (rc == 0)
        rc = load_file(p, o, e);
    if (rc == 0)
        rc = qd_plan_snapshot(dev, p, e);
    if (rc == 0) {
        p->has_guard = 1;
        qd_guard_judge(&p->file, &p->unit, o->label_imei, &p->guard);
        qd_firmware_judge(&p->file, &p->unit, &p->firmware);
        qd_confirm_choose(p, o->label_imei);
        rc = build(dev, p, o, e);
    }
    if (rc == 0 || (p && p->has_guard))
        *plan = p;
    else
        qdiag_plan_free(&p);
    return rc;
}

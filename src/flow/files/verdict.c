/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Judges a backup without a unit: completeness of its parts, blank or damaged identity, and whether
 * it would restore. What cannot be known from the file alone is "cannot tell", never "yes". */
#include "flow/files/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/text.h"
#include "flow/files/contents_parts.h"
#include "model/decode.h"
#include "model/ident.h"

#define RFNV_DIR "/nv/item_files/rfnv/"
#define XO_DIR   "/tcxomgr/"
#define PATH_CAP 1100u

struct judge {
    const struct qd_backup *b;
    struct qdiag_check_report *r;
    size_t cap;
    int failed;
};

static void find(struct judge *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void find(struct judge *j, const char *fmt, ...)
{
    char line[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    char **v = qd_grow(j->r->finding, j->r->finding_count, &j->cap, sizeof *v);
    char *copy = v ? qd_strdup(line) : NULL;
    if (v)
        j->r->finding = v;
    if (!copy) {
        j->failed = 1;
        return;
    }
    v[j->r->finding_count++] = copy;
}

static const uint8_t *item(const struct judge *j, uint16_t id)
{
    const struct qd_nv_item *it = qd_backup_nv(j->b, 0, id, 0);
    return it ? it->data : NULL;
}

static int any_byte(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return 1;
    return 0;
}

static void judge_parts(struct judge *j)
{
    char path[PATH_CAP];
    struct qdiag_check_report *r = j->r;
    for (size_t i = 0; i < j->b->files.n; i++) {
        const struct qd_file *f = &j->b->files.v[i];
        if (f->len == 0 || qd_path_normalise(f->path, path, sizeof path) != 0)
            continue;
        r->rfnv += strncmp(path, RFNV_DIR, strlen(RFNV_DIR)) == 0 && path[strlen(RFNV_DIR)] != 'Q';
        r->tcxomgr += strstr(path, XO_DIR) != NULL && !strstr(path, "/rgs_data");
    }
    for (unsigned sub = 0; sub < QD_SUBS; sub++) {
        r->nv_array[sub] = j->b->nv[sub].present;
        if (!r->nv_array[sub])
            find(j, "no array of NV items for subscription %u", sub);
    }
    r->feature_mask = j->b->has_feature;
    if (!r->property_info)
        find(j, "no Mobile_Property_Info: model and firmware are not known");
    if (!r->feature_mask)
        find(j, "no feature mask");
    if (r->rfnv == 0)
        find(j, "no RF files (rfnv): the RF calibration is not in this file");
    if (r->tcxomgr == 0)
        find(j, "no crystal calibration (tcxomgr)");
}

static void judge_imei(struct judge *j)
{
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++) {
        if (j->r->imei_state[sub] == QDIAG_IDENT_DAMAGED)
            find(j, "the IMEI of subscription %u is damaged: neither blank nor well formed", sub);
        else if (sub == 0 && j->r->imei_state[0] != QDIAG_IDENT_USABLE)
            find(j, "the IMEI of subscription 0 is %s",
                 j->r->imei_state[0] == QDIAG_IDENT_BLANK ? "blank" : "not in the file");
    }
}

static void judge_copies(struct judge *j)
{
    static const uint16_t pairs[][2] = {{0, 5597}, {1943, 5598}};
    for (size_t i = 0; i < 2; i++) {
        const uint8_t *a = item(j, pairs[i][0]), *b = item(j, pairs[i][1]);
        if (a && b && any_byte(b, QD_NV_SIZE) && memcmp(a, b, QD_NV_SIZE) != 0)
            find(j, "items %u and %u should be copies and differ", pairs[i][0], pairs[i][1]);
    }
    const uint8_t *esn = item(j, 0);
    if (esn && qd_esn_class(j->b->esn) == QD_IDENT_USABLE && qd_get32(esn) != j->b->esn)
        find(j, "the ESN in Mobile_Property_Info differs from item 0");
}

static void judge_mode(struct judge *j)
{
    const uint8_t *ftm = item(j, 453);
    j->r->ftm = !ftm ? -1 : ftm[0] != 0;
    if (j->r->ftm == 1)
        find(j, "item 453 is %u: the unit was in factory test mode when this was saved", ftm[0]);
}

/* Evidence of the unit besides its IMEI; MEID and ESN are one. */
static int witnesses(const struct judge *j)
{
    char hex[15];
    const uint8_t *meid = item(j, 1943), *esn = item(j, 0);
    const uint8_t *xo = item(j, 4954), *bt = item(j, 447), *wlan = item(j, 4678);
    int n = (meid && qd_meid_decode(meid, hex) == QD_IDENT_USABLE) ||
            (esn && qd_esn_class(qd_get32(esn)) == QD_IDENT_USABLE);
    n += xo && any_byte(xo, QD_NV_SIZE);
    n += bt && any_byte(bt, 6);
    n += wlan && any_byte(wlan, 6);
    return n;
}

static int any_usable(const struct qdiag_check_report *r)
{
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++)
        if (r->imei_state[sub] == QDIAG_IDENT_USABLE)
            return 1;
    return 0;
}

static void say(struct qdiag_check_report *r, enum qdiag_restorable v, const char *why)
{
    r->restorable = v;
    qd_copy_text(r->restorable_why, sizeof r->restorable_why, why);
}

/* The first reason counts; the order is from what no unit can mend to what a unit could answer. */
static void judge_restore(struct judge *j)
{
    struct qdiag_check_report *r = j->r;
    if (r->redacted)
        say(r, QDIAG_RESTORABLE_NO, "it is a redacted copy");
    else if (!r->nv_array[0] || r->nv[0] == 0)
        say(r, QDIAG_RESTORABLE_NO, "it holds no NV items of subscription 0");
    else if (!any_usable(r))
        say(r, QDIAG_RESTORABLE_NO, "it holds no usable IMEI: nothing says whose it is");
    else if (r->imei_state[0] == QDIAG_IDENT_DAMAGED)
        say(r, QDIAG_RESTORABLE_CANNOT_TELL, "the first IMEI is damaged");
    else if (r->manifest == QDIAG_MANIFEST_NONE)
        say(r, QDIAG_RESTORABLE_CANNOT_TELL,
            "there is no manifest: whether all of the unit is in it is not known");
    else if (r->complete != 1)
        say(r, QDIAG_RESTORABLE_CANNOT_TELL,
            r->complete == 0 ? "it is incomplete: items could not be read when it was made"
                             : "its manifest does not say whether it is complete");
    else if (r->rfnv == 0 && r->tcxomgr == 0)
        say(r, QDIAG_RESTORABLE_CANNOT_TELL, "no RF calibration is in it");
    else if (witnesses(j) == 0)
        say(r, QDIAG_RESTORABLE_CANNOT_TELL, "the IMEI is the only evidence of the unit in it");
    else
        say(r, QDIAG_RESTORABLE_YES, "to the unit it was taken from, on the same firmware");
}

static int find_props(struct qd_node *n, void *user)
{
    struct qdiag_check_report *r = user;
    if (n->is_stream && qd_part_of(n).kind == QD_PART_PROPERTIES)
        r->property_info = 1;
    return 0;
}

int qd_verdict(const struct qd_doc *doc, struct qdiag_check_report *r)
{
    struct judge j = {.b = doc->backup, .r = r};
    qd_each_node(doc->tree, find_props, r);
    r->redacted = qd_client_is_redacted(doc->backup->client);
    judge_parts(&j);
    judge_imei(&j);
    judge_copies(&j);
    judge_mode(&j);
    judge_restore(&j);
    return j.failed ? -1 : 0;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Numbered items of a connected unit as people ask for them: one, or all of a range. Reads only,
 * and gives out no byte that says who the unit is unless it was asked to. */
#include <stdio.h>
#include <string.h>

#include <qdiag/identity.h>
#include <qdiag/nv.h>

#include "base/cancel.h"
#include "base/text.h"
#include "flow/unit/device.h"
#include "flow/files/labels.h"
#include "model/decode.h"
#include "model/needle.h"
#include "service/nv.h"

_Static_assert(QDIAG_NV_BYTES == QD_NV_DATA, "size of an NV item");

static const struct qd_labels *labels(struct qdiag_device *dev)
{
    if (!dev->labels_asked)
        dev->labels = qd_labels_load(dev->ctx);
    dev->labels_asked = 1;
    return dev->labels;
}

/* A long number in an item of any class may be an identity. */
static int is_private(enum qd_class class, const char *label, const uint8_t *data)
{
    return qd_class_is_private(class) ||
           (class == QD_CLASS_UNKNOWN && qd_label_is_private(label)) ||
           qd_digit_runs(data, QD_NV_DATA);
}

static void fill(struct qdiag_device *dev, int show, const uint8_t *data,
                 struct qdiag_nv_item *item)
{
    uint16_t id = (uint16_t)item->nv;
    enum qd_class class = qd_catalog_nv_class(id);
    struct qd_label label = qd_label_nv(labels(dev), id);
    item->class_name = qd_class_name(class);
    item->is_private = is_private(class, label.label, data);
    item->has_data = show || !item->is_private;
    qd_copy_text(item->name, sizeof item->name, label.name);
    int known = qd_decode_nv(id, data, show, item->value, sizeof item->value);
    if (!item->has_data && !(known && qd_class_is_private(class))) /* that decoder masks */
        qd_copy_text(item->value, sizeof item->value, "hidden");
    if (item->has_data)
        memcpy(item->data, data, QD_NV_DATA);
}

static int check_range(int sub, long first, long last, unsigned index, struct qdiag_error *e)
{
    if (sub < 0 || sub >= QDIAG_SUBS)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "subscription %d is not one of 0..%d", sub,
                       QDIAG_SUBS - 1);
    if (first < 0 || last > 65535 || first > last)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "NV ids %ld-%ld are not a range within 0..65535",
                       first, last);
    if (index > 255)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "index %u is not one of 0..255", index);
    return 0;
}

static int fail_answer(int sub, long id, const struct qd_nv_answer *a, struct qdiag_error *e)
{
    static const enum qdiag_code codes[] = {[QD_NV_PRESENT] = QDIAG_E_BUG,
                                            [QD_NV_ABSENT] = QDIAG_E_ABSENT,
                                            [QD_NV_PROTECTED] = QDIAG_E_LOCKED,
                                            [QD_NV_UNREADABLE] = QDIAG_E_REFUSED};
    char item[48];
    snprintf(item, sizeof item, "nv:%d:%ld", sub, id);
    return qd_fail_wire(e, codes[a->state],
                        a->status >= 0 ? a->status
                        : a->bad       ? a->bad
                                       : -1,
                        item, "%s", a->reason);
}

int qdiag_nv_read(struct qdiag_device *dev, const struct qdiag_nv_place *at, int show,
                  struct qdiag_nv_item *item, struct qdiag_error *e)
{
    struct qd_nv_answer a;
    memset(item, 0, sizeof *item);
    int rc = check_range(at->sub, at->nv, at->nv, at->index, e);
    if (rc == 0)
        rc = qd_nv_read(dev->diag, (unsigned)at->sub, (uint16_t)at->nv, (uint8_t)at->index, &a, e);
    if (rc != 0)
        return rc;
    item->sub = at->sub;
    item->nv = at->nv;
    item->index = at->index;
    item->class_name = qd_class_name(qd_catalog_nv_class((uint16_t)at->nv));
    if (a.state != QD_NV_PRESENT)
        return fail_answer(at->sub, at->nv, &a, e);
    fill(dev, show, a.data, item);
    return 0;
}

struct listing {
    struct qdiag_device *dev;
    int sub, show, ended;
    qdiag_nv_fn fn;
    void *user;
    struct qdiag_nv_count *count;
};

static void tell(struct listing *l, long id, unsigned index, const struct qd_nv_answer *a)
{
    struct qdiag_nv_item item = {.sub = l->sub, .nv = id, .index = index};
    l->count->present++;
    fill(l->dev, l->show, a->data, &item);
    l->ended = l->fn(&item, l->user) != 0;
}

static void count_answer(struct qdiag_nv_count *c, const struct qd_nv_answer *a)
{
    c->absent += a->state == QD_NV_ABSENT;
    c->locked += a->state == QD_NV_PROTECTED;
    c->unreadable += a->state == QD_NV_UNREADABLE;
}

/* The elements of one id. Items that only repeat themselves at every index are one item. */
static int list_id(struct listing *l, long id, struct qdiag_error *e)
{
    unsigned elements = 1;
    if (qd_catalog_nv_kind((uint16_t)id, &elements) == QD_NV_ECHO)
        elements = 1;
    for (unsigned i = 0; i < elements && !l->ended; i++) {
        struct qd_nv_answer a;
        int rc = qd_nv_read(l->dev->diag, (unsigned)l->sub, (uint16_t)id, (uint8_t)i, &a, e);
        if (rc != 0)
            return rc;
        if (a.state == QD_NV_PRESENT)
            tell(l, id, i, &a);
        else if (i == 0 || a.state == QD_NV_UNREADABLE) /* an array need not be full */
            count_answer(l->count, &a);
    }
    return 0;
}

int qdiag_nv_list(struct qdiag_device *dev, const struct qdiag_nv_range *r, qdiag_nv_fn fn,
                  void *user, struct qdiag_nv_count *count, struct qdiag_error *e)
{
    struct listing l = {dev, r->sub, r->show, 0, fn, user, count};
    uint64_t total = (uint64_t)(r->last - r->first + 1);
    memset(count, 0, sizeof *count);
    int rc = check_range(r->sub, r->first, r->last, 0, e);
    for (long id = r->first; rc == 0 && id <= r->last && !l.ended; id++) {
        qd_progress(dev->ctx, "nv", (uint64_t)(id - r->first), total, "");
        rc = qd_cancel_check(dev->ctx->cancel, e);
        if (rc == 0)
            rc = list_id(&l, id, e);
    }
    if (rc == 0 && count->unreadable > 0)
        rc = qd_fail(e, QDIAG_E_INCOMPLETE, NULL, "%zu item%s could not be read", count->unreadable,
                     count->unreadable == 1 ? "" : "s");
    return rc;
}

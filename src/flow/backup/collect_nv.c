/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The NV scan: every id of the plan in every subscription asked for, array items element by
 * element. "Absent" is normal, "could not be read" is never silent. Stops early only when the unit
 * plainly refuses all of it. */
#include "flow/backup/collect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/log.h"
#include "model/catalog.h"
#include "service/nv.h"

#define ID_COUNT         65536u
#define NO_ELEMENT       254u /* no array is that long: a unit that answers it ignores the number */
#define MAX_ELEMENTS     254u
#define SURE_ELEMENTS    8u /* so many of the known elements are asked for whatever is missing */
#define MISSES           2u /* after them, that many in a row end an array */
#define REFUSALS_TO_STOP 64u
#define NV_IMEI          550u   /* in every subscription that a unit has */
#define ABSENT_ID        32767u /* of the RF files: no unit answers it as a numbered item */

struct elements {
    unsigned n;
    uint8_t number[MAX_ELEMENTS];
    uint8_t data[MAX_ELEMENTS][QD_NV_DATA];
};

struct scan {
    struct qd_collect *c;
    unsigned sub;
    uint8_t *active;      /* bit per id: present in subscription 0 */
    unsigned refusals;    /* unreadable or protected answers in a row, secrets not counted */
    unsigned unsupported; /* answers 0x13 in a row from the start */
    int absent_is_13;     /* the unit has shown that it spells "absent" as 0x13 */
    int no_further;       /* it is silent when asked for an element that it does not have */
    size_t present;
    int stopped; /* nothing of this subscription can be read */
    struct qd_nv_answer last_refusal;
    struct elements el; /* of the item being read */
};

int qd_collect_warn(struct qd_collect *c, struct qdiag_error *e, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    qd_log(c->ctx, QDIAG_LOG_WARN, "backup", "%s", text);
    return qd_names_add(&c->warnings, text) == 0 ? 0 : qd_nomem(e);
}

static int note_missing(struct scan *s, uint16_t id, uint8_t index, const struct qd_nv_answer *a,
                        enum qd_missing_kind kind, struct qdiag_error *e)
{
    struct qd_missing m = {.kind = kind, .sub = (int)s->sub, .nv = id, .index = index};
    m.reason = (char *)a->reason;
    m.wire = a->bad ? a->bad : a->status;
    return qd_backup_add_missing(s->c->backup, &m, e);
}

/* Subscription 0 is good, this one is refused as a whole: named once, and not asked any further. */
static int give_up_subscription(struct scan *s, uint16_t id, struct qdiag_error *e)
{
    char reason[160];
    struct qd_missing m = {.kind = QD_MISSING_UNREADABLE, .sub = (int)s->sub, .nv = -1};
    snprintf(reason, sizeof reason, "all ids above %u: every read refused, %s", id,
             s->last_refusal.reason);
    m.reason = reason;
    m.wire = s->last_refusal.bad ? s->last_refusal.bad : s->last_refusal.status;
    s->stopped = 1;
    return qd_backup_add_missing(s->c->backup, &m, e);
}

/* A unit that refuses everything is told from one that lacks an item here and there. */
static int give_up(struct scan *s, struct qdiag_error *e)
{
    const struct qd_nv_answer *a = &s->last_refusal;
    if (a->state == QD_NV_PROTECTED) {
        int rc = qd_fail_wire(e, QDIAG_E_LOCKED, a->bad, "NV items", "%u reads in a row: %s",
                              s->refusals, a->reason);
        qd_hint(e, "%s",
                "this unit gives out NV items only after its service programming code (SPC)"
                " or password; a backup never sends one by itself");
        return rc;
    }
    return qd_fail_wire(e, QDIAG_E_REFUSED, a->bad ? a->bad : a->status, "NV items",
                        "%u reads in a row: %s", s->refusals, a->reason);
}

static int refused(struct scan *s, uint16_t id, uint8_t index, const struct qd_nv_answer *a,
                   struct qdiag_error *e)
{
    if (qd_catalog_nv_withheld(id))
        return note_missing(s, id, index, a, QD_MISSING_WITHHELD, e);
    s->last_refusal = *a;
    if (++s->refusals >= REFUSALS_TO_STOP && s->present == 0 && s->sub == 0)
        return give_up(s, e);
    int rc = note_missing(s, id, index, a, QD_MISSING_UNREADABLE, e);
    if (rc == 0 && s->refusals >= REFUSALS_TO_STOP && s->present == 0)
        rc = give_up_subscription(s, id, e);
    return rc;
}

static int keep(struct scan *s, uint16_t id, uint8_t index, const uint8_t *data,
                struct qdiag_error *e)
{
    s->present++;
    if (!qd_catalog_nv_quarantined(id))
        return qd_backup_add_nv(s->c->backup, s->sub, id, index, data, e);
    struct qd_missing m = {.kind = QD_MISSING_NOT_HELD,
                           .sub = (int)s->sub,
                           .nv = id,
                           .index = index,
                           .wire = -1,
                           .data = (uint8_t *)data,
                           .len = QD_NV_DATA};
    m.reason = (char *)"kept in the manifest: vendor tools fail on this item";
    return qd_backup_add_missing(s->c->backup, &m, e);
}

/* One answer judged; *here tells whether the element is present. */
static int judge(struct scan *s, uint16_t id, uint8_t element, const struct qd_nv_answer *a,
                 int *here, struct qdiag_error *e)
{
    *here = a->state == QD_NV_PRESENT;
    s->unsupported = a->bad == 0x13 ? s->unsupported + 1 : 0;
    if (s->sub == 0 && a->bad == 0x13)
        s->absent_is_13 = 1;
    if (a->state == QD_NV_PRESENT || a->state == QD_NV_ABSENT) {
        s->refusals = 0;
        return 0;
    }
    return refused(s, id, element, a, e);
}

static int read_element(struct scan *s, uint16_t id, unsigned element, struct qd_nv_answer *a,
                        int *here, struct qdiag_error *e)
{
    int rc = qd_cancel_check(s->c->ctx->cancel, e);
    if (rc == 0)
        rc = qd_nv_read(s->c->diag, s->sub, id, (uint8_t)element, a, e);
    if (rc == 0)
        rc = judge(s, id, (uint8_t)element, a, here, e);
    return rc;
}

static void take(struct elements *el, unsigned k, const struct qd_nv_answer *a)
{
    el->number[el->n] = (uint8_t)k;
    memcpy(el->data[el->n++], a->data, QD_NV_DATA);
}

/* The elements the catalog knows of. *open tells whether the last of them is there. */
static int read_known(struct scan *s, uint16_t id, unsigned count, int *open, struct qdiag_error *e)
{
    unsigned misses = 0;
    s->el.n = 0;
    for (unsigned k = 0; k < count && (k < SURE_ELEMENTS || misses < MISSES); k++) {
        struct qd_nv_answer a;
        int here, rc = read_element(s, id, k, &a, &here, e);
        if (rc != 0)
            return rc;
        misses = here ? 0 : misses + 1;
        if (here)
            take(&s->el, k, &a);
    }
    *open = misses == 0;
    return 0;
}

static int all_equal_to(const struct elements *el, const uint8_t *data)
{
    for (unsigned i = 0; i < el->n; i++)
        if (memcmp(el->data[i], data, QD_NV_DATA) != 0)
            return 0;
    return 1;
}

/* Asks for an element that no array has. An item that gives one ignores the number: it has no
 * further elements, and equal ones are one. */
static int ask_no_element(struct scan *s, uint16_t id, int *ignores, struct qdiag_error *e)
{
    struct qd_nv_answer a;
    int rc = qd_nv_read(s->c->diag, s->sub, id, NO_ELEMENT, &a, e);
    if (rc != 0)
        return rc;
    *ignores = a.state == QD_NV_PRESENT;
    if (*ignores && all_equal_to(&s->el, a.data))
        s->el.n = 1;
    /* A unit that is silent on such a question is not asked it a thousand times. */
    s->no_further = a.state == QD_NV_UNREADABLE && a.status < 0 && !a.bad;
    return 0;
}

/* Elements the catalog does not know of, one after the other. A refusal of the first of them says
 * that the item is no array; a later one is a hole in the backup. */
static int read_further(struct scan *s, uint16_t id, unsigned first, struct qdiag_error *e)
{
    for (unsigned k = first; k < MAX_ELEMENTS; k++) {
        struct qd_nv_answer a;
        int here, rc = qd_cancel_check(s->c->ctx->cancel, e);
        if (rc == 0)
            rc = qd_nv_read(s->c->diag, s->sub, id, (uint8_t)k, &a, e);
        if (rc != 0 || (k == first && a.state != QD_NV_PRESENT))
            return rc;
        rc = judge(s, id, (uint8_t)k, &a, &here, e);
        if (rc != 0 || !here)
            return rc;
        take(&s->el, k, &a);
    }
    return 0;
}

static int read_item(struct scan *s, uint16_t id, struct qdiag_error *e)
{
    unsigned known = 1;
    int open = 0, ignores = 0;
    enum qd_nv_kind kind = qd_catalog_nv_kind(id, &known);
    int rc = read_known(s, id, known, &open, e);
    if (rc != 0 || !open || kind == QD_NV_ECHO || s->no_further)
        return rc;
    rc = ask_no_element(s, id, &ignores, e);
    if (rc != 0 || ignores || s->no_further)
        return rc;
    return read_further(s, id, known, e);
}

static int scan_id(struct scan *s, uint16_t id, struct qdiag_error *e)
{
    int rc = read_item(s, id, e);
    for (unsigned i = 0; rc == 0 && i < s->el.n; i++)
        rc = keep(s, id, s->el.number[i], s->el.data[i], e);
    if (rc == 0 && s->sub == 0 && s->el.n > 0)
        s->active[id / 8] |= (uint8_t)(1u << id % 8);
    return rc;
}

static int wanted(const struct scan *s, uint32_t id)
{
    const struct qdiag_backup_options *o = s->c->opt;
    const uint16_t *ids;
    if (o->exhaustive)
        return 1;
    /* What is active in subscription 0 is not known when only another one is read. */
    if (s->sub == 0 || o->sub == (int)s->sub)
        return (long)id >= o->nv_first && (long)id <= o->nv_last;
    if (s->active[id / 8] & 1u << id % 8)
        return 1;
    size_t n = qd_catalog_context_ids(s->sub, &ids);
    for (size_t i = 0; i < n && ids[i] <= id; i++)
        if (ids[i] == id)
            return 1;
    return 0;
}

static uint64_t count_wanted(const struct scan *s)
{
    uint64_t n = 0;
    for (uint32_t id = 0; id < ID_COUNT; id++)
        n += (uint64_t)wanted(s, id);
    return n;
}

/* Three answers 0x13 are the sign of a subscription that the unit does not have, unless that is its
 * way to say "absent". The item that every subscription has decides. */
static int is_unsupported(struct scan *s, int *unsupported, struct qdiag_error *e)
{
    struct qd_nv_answer a;
    *unsupported = 0;
    if (s->sub == 0 || s->absent_is_13 || s->present > 0 || s->unsupported < 3)
        return 0;
    int rc = qd_nv_read(s->c->diag, s->sub, NV_IMEI, 0, &a, e);
    if (rc != 0)
        return rc;
    *unsupported = a.bad == 0x13;
    s->absent_is_13 = !*unsupported;
    if (*unsupported)
        qd_log(s->c->ctx, QDIAG_LOG_INFO, "nv", "subscription %u: not supported (0x13)", s->sub);
    return 0;
}

static int scan_subscription(struct scan *s, struct qdiag_error *e)
{
    uint64_t total = count_wanted(s), done = 0;
    s->refusals = s->unsupported = 0;
    s->present = 0;
    s->stopped = 0;
    for (uint32_t id = 0; id < ID_COUNT && !s->stopped; id++) {
        char item[32];
        int unsupported;
        if (!wanted(s, id))
            continue;
        snprintf(item, sizeof item, "NV %u sub %u", (unsigned)id, s->sub);
        qd_progress(s->c->ctx, "nv", done++, total, item);
        int rc = scan_id(s, (uint16_t)id, e);
        if (rc == 0)
            rc = is_unsupported(s, &unsupported, e);
        if (rc != 0 || unsupported)
            return rc;
    }
    qd_progress(s->c->ctx, "nv", total, total, "");
    return 0;
}

/* How the unit says "absent", asked in the plain form. A short range may hold no absent item. */
static int learn_absent(struct scan *s, struct qdiag_error *e)
{
    struct qd_nv_answer a;
    int rc = qd_nv_read(s->c->diag, 0, ABSENT_ID, 0, &a, e);
    if (rc == 0)
        s->absent_is_13 = a.bad == 0x13;
    return rc;
}

/* A sweep of the default range that finds nothing is a unit without NV access, not an empty unit.
 */
static int check_found(struct scan *s, struct qdiag_error *e)
{
    const struct qdiag_backup_options *o = s->c->opt;
    if (s->present)
        return 0;
    if (o->sub == (int)s->sub && s->sub != 0 && !s->stopped)
        return qd_collect_warn(s->c, e, "subscription %u holds no NV item", s->sub);
    if (s->sub != 0 || (!o->exhaustive && o->nv_last - o->nv_first < 1000))
        return 0;
    if (s->refusals)
        return give_up(s, e);
    return qd_fail(e, QDIAG_E_UNSUPPORTED, "NV items", "not one of the ids %d..%d is present%s",
                   o->nv_first, o->nv_last,
                   s->unsupported ? "; the unit answers every read with error 0x13 (BAD_CMD)" : "");
}

static int check_contexts(struct qd_collect *c, struct qdiag_error *e)
{
    const struct qd_nv_item *a = qd_backup_nv(c->backup, 0, NV_IMEI, 0);
    const struct qd_nv_item *b = qd_backup_nv(c->backup, 1, NV_IMEI, 0);
    if (!a || !b || memcmp(a->data, b->data, QD_NV_DATA) != 0)
        return 0;
    return qd_collect_warn(c, e,
                           "subscriptions 0 and 1 give the same IMEI: the unit may ignore the"
                           " subscription of a request");
}

int qd_collect_nv(struct qd_collect *c, struct qdiag_error *e)
{
    struct scan *s = qd_alloc(1, sizeof *s);
    if (!s)
        return qd_nomem(e);
    s->c = c;
    s->active = qd_alloc(ID_COUNT / 8, 1);
    int rc = s->active ? learn_absent(s, e) : qd_nomem(e);
    for (s->sub = 0; rc == 0 && s->sub < QD_SUBS; s->sub++) {
        if (c->opt->sub != QDIAG_SUB_ALL && c->opt->sub != (int)s->sub)
            continue;
        rc = scan_subscription(s, e);
        if (rc == 0)
            rc = check_found(s, e);
    }
    free(s->active);
    free(s);
    return rc == 0 ? check_contexts(c, e) : rc;
}

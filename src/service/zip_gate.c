/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The gate for zip files: finds the end record, walks the entries in the order of the file, and
 * sees that they cover it without a gap. What is not plain is refused; it must never take one of
 * two readings of a file, because the unit may take the other. */
#include "service/zip_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/text.h"

#define END_SIZE   22u
#define END_MAX    (END_SIZE + 65535u)
#define END_MARK   0x06054b50u
#define LOCAL_MARK 0x04034b50u
#define SPAN_MARK  0x08074b50u /* begins the first file of a set */
#define Z64_MARK   0x07064b50u /* the locator in front of the end record */
#define Z64_SIZE   20u

static const struct {
    const char *name, *text;
} rules[] = {
#define QD_ZIP(id, name, text) {name, text},
#include "service/zip_rules.def"
#undef QD_ZIP
};

void qd_zip_name(const struct qd_zip_entry *entry, char *out, size_t cap)
{
    size_t n = entry->name_len < cap ? entry->name_len : cap - 1;

    memcpy(out, entry->name, n);
    out[n] = '\0';
}

int qd_zip_refuse(const struct qd_zip *z, const struct qd_zip_entry *entry, enum qd_zip_rule rule,
                  struct qdiag_error *e)
{
    char name[200], item[512];

    if (entry)
        qd_printable(name, sizeof name, entry->name, entry->name_len);
    if (entry)
        snprintf(item, sizeof item, "%.280s, entry %s", z->r->name, name);
    else
        snprintf(item, sizeof item, "%.480s", z->r->name);
    qd_fail(e, QDIAG_E_FILE_DAMAGED, item, "rule `%s`: %s", rules[rule].name, rules[rule].text);
    qd_what(e, "the package is damaged, or made to deceive");
    qd_hint(e, "get the package again, and compare its SHA-256 with its maker's; never send this "
               "one to a unit");
    return -QDIAG_E_FILE_DAMAGED;
}

/* The last bytes of the file, where an end record can be. */
struct tail {
    uint8_t *p;
    size_t n;
    uint64_t at; /* of p in the file */
};

static int read_tail(const struct qd_zip_reader *r, struct tail *t, struct qdiag_error *e)
{
    t->n = r->size < END_MAX ? (size_t)r->size : END_MAX;
    t->at = r->size - t->n;
    t->p = qd_alloc(t->n ? t->n : 1, 1);
    return t->p ? r->read(r->user, t->at, t->p, t->n, e) : qd_nomem(e);
}

/* An end record whose comment ends with the file; t->n when there is none. */
static size_t find_end(const struct tail *t)
{
    for (size_t i = t->n < END_SIZE ? 0 : t->n - END_SIZE + 1; i-- > 0;)
        if (qd_get32(t->p + i) == END_MARK && i + END_SIZE + qd_get16(t->p + i + 20) == t->n)
            return i;
    return t->n;
}

/* Another mark: in the comment, or right in front of this record. */
static int another_end(const struct tail *t, size_t at)
{
    for (size_t i = at + 4; i + 4 <= t->n; i++)
        if (qd_get32(t->p + i) == END_MARK)
            return 1;
    return at >= END_SIZE && qd_get32(t->p + at - END_SIZE) == END_MARK;
}

static int is_zip64(const struct tail *t, size_t at)
{
    const uint8_t *p = t->p + at;

    return qd_get16(p + 8) == 0xffff || qd_get16(p + 10) == 0xffff ||
           qd_get32(p + 12) == 0xffffffff || qd_get32(p + 16) == 0xffffffff ||
           (at >= Z64_SIZE && qd_get32(p - Z64_SIZE) == Z64_MARK);
}

static int judge_end(struct qd_zip *z, const struct tail *t, size_t at, struct qdiag_error *e)
{
    const uint8_t *p = t->p + at;

    if (another_end(t, at))
        return qd_zip_refuse(z, NULL, QD_ZIP_END_TWICE, e);
    if (is_zip64(t, at))
        return qd_zip_refuse(z, NULL, QD_ZIP_ZIP64, e);
    if (qd_get16(p + 4) || qd_get16(p + 6) || qd_get16(p + 8) != qd_get16(p + 10))
        return qd_zip_refuse(z, NULL, QD_ZIP_DISKS, e);
    z->count = qd_get16(p + 10);
    z->dir_len = qd_get32(p + 12);
    z->dir_at = qd_get32(p + 16);
    if (z->count == 0)
        return qd_zip_refuse(z, NULL, QD_ZIP_EMPTY, e);
    if (z->dir_at + z->dir_len != t->at + at)
        return qd_zip_refuse(z, NULL, QD_ZIP_DIRECTORY_PLACE, e);
    return 0;
}

static int read_end(struct qd_zip *z, struct qdiag_error *e)
{
    struct tail t = {0};
    int rc = read_tail(z->r, &t, e);

    if (rc == 0) {
        size_t at = find_end(&t);

        rc = at == t.n ? qd_zip_refuse(z, NULL, QD_ZIP_END, e) : judge_end(z, &t, at, e);
    }
    free(t.p);
    return rc;
}

int qd_zip_meant(const struct qd_zip_reader *r, int *meant, struct qdiag_error *e)
{
    struct tail t = {0};
    uint8_t head[4] = {0};
    int rc;

    *meant = 0;
    if (r->size < 4)
        return 0;
    rc = r->read(r->user, 0, head, 4, e);
    uint32_t mark = qd_get32(head);
    *meant = mark == LOCAL_MARK || mark == END_MARK || mark == SPAN_MARK;
    if (rc != 0 || *meant)
        return rc;
    rc = read_tail(r, &t, e);
    *meant = rc == 0 && find_end(&t) != t.n;
    free(t.p);
    return rc;
}

static int by_place(const void *a, const void *b)
{
    const struct qd_zip_entry *x = a, *y = b;

    return x->at < y->at ? -1 : x->at > y->at;
}

/* One behind the other from the first byte of the file to the directory. */
static int check_entries(struct qd_zip *z, struct qdiag_error *e)
{
    uint64_t at = 0;
    int rc = 0;

    qsort(z->entry, z->count, sizeof *z->entry, by_place);
    for (size_t i = 0; rc == 0 && i < z->count; i++) {
        struct qd_zip_entry *x = &z->entry[i];

        if (x->at != at)
            return qd_zip_refuse(z, x,
                                 i == 0       ? QD_ZIP_FRONT
                                 : x->at < at ? QD_ZIP_OVERLAP
                                              : QD_ZIP_GAP,
                                 e);
        rc = qd_zip_entry_check(z, x, e);
        at = x->end;
        if (rc == 0 && z->v && z->v->step)
            rc = z->v->step(z->v->user, at, e);
    }
    if (rc == 0 && at != z->dir_at)
        rc = qd_zip_refuse(z, NULL, QD_ZIP_GAP, e);
    return rc;
}

int qd_zip_check(const struct qd_zip_reader *r, const struct qd_zip_visitor *v, size_t *entries,
                 struct qdiag_error *e)
{
    struct qd_zip z = {.r = r, .v = v};
    int rc = read_end(&z, e);

    if (rc == 0)
        rc = qd_zip_directory(&z, e);
    z.in = qd_alloc(2, QD_ZIP_CHUNK);
    z.out = z.in ? z.in + QD_ZIP_CHUNK : NULL;
    if (rc == 0 && !z.in)
        rc = qd_nomem(e);
    if (rc == 0)
        rc = check_entries(&z, e);
    if (rc == 0)
        *entries = z.count;
    free(z.in);
    free(z.entry);
    free(z.dir);
    return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The directory of a zip: its entries, their names, and everything that can be judged before a
 * byte is unpacked. It must never size anything by a field that was not held against the file. */
#include "service/zip_int.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/bytes.h"

#define CENTRAL_MARK  0x02014b50u
#define CENTRAL_SIZE  46u
#define DIR_MAX       (16u << 20)
#define ENCRYPTED     0x2041u               /* plain, strong, and a hidden directory */
#define FLAGS_KNOWN   (0x080eu | ENCRYPTED) /* level of packing, descriptor, UTF-8 */
#define TYPE_MASK     0170000u
#define TYPE_FILE     0100000u
#define TYPE_FOLDER   0040000u
#define EXTRA_COMMENT 0x6375u

/* ---- names ---- */

static int has_control(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] < 0x20 || p[i] == 0x7f)
            return 1;
    return 0;
}

/* An empty part, "." or ".."; a '/' at the end is a folder's. */
static int has_dots(const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "/");

        if (n == 0 || (n <= 2 && strspn(s, ".") >= n))
            return 1;
        s += n + (s[n] == '/');
    }
    return 0;
}

static int judge_name(const struct qd_zip *z, const struct qd_zip_entry *x, struct qdiag_error *e)
{
    char name[QD_ZIP_NAME_MAX + 1];

    if (x->name_len == 0 || x->name_len > QD_ZIP_NAME_MAX)
        return qd_zip_refuse(z, x, QD_ZIP_NAME_LENGTH, e);
    if (has_control(x->name, x->name_len))
        return qd_zip_refuse(z, x, QD_ZIP_NAME_BYTES, e);
    qd_zip_name(x, name, sizeof name);
    if (strchr(name, '\\'))
        return qd_zip_refuse(z, x, QD_ZIP_NAME_BACKSLASH, e);
    if (name[0] == '/' || (name[0] && name[1] == ':'))
        return qd_zip_refuse(z, x, QD_ZIP_NAME_ABSOLUTE, e);
    return has_dots(name) ? qd_zip_refuse(z, x, QD_ZIP_NAME_DOTS, e) : 0;
}

static size_t bare_len(const struct qd_zip_entry *x)
{
    return x->name_len - (x->name[x->name_len - 1] == '/');
}

static int by_folded_name(const void *a, const void *b)
{
    const struct qd_zip_entry *x = a, *y = b;
    size_t n = bare_len(x), m = bare_len(y);
    int order = strncasecmp((const char *)x->name, (const char *)y->name, n < m ? n : m);

    return order ? order : n < m ? -1 : n > m;
}

static int find_twins(struct qd_zip *z, struct qdiag_error *e)
{
    qsort(z->entry, z->count, sizeof *z->entry, by_folded_name);
    for (size_t i = 1; i < z->count; i++) {
        const struct qd_zip_entry *x = &z->entry[i], *y = &z->entry[i - 1];

        if (by_folded_name(y, x) == 0)
            return qd_zip_refuse(
                z, x, memcmp(x->name, y->name, bare_len(x)) ? QD_ZIP_NAME_CASE : QD_ZIP_NAME_TWICE,
                e);
    }
    return 0;
}

/* ---- one entry ---- */

static int judge_extra(const struct qd_zip *z, const struct qd_zip_entry *x, const uint8_t *p,
                       size_t n, struct qdiag_error *e)
{
    while (n) {
        if (n < 4 || qd_get16(p + 2) > n - 4)
            return qd_zip_refuse(z, x, QD_ZIP_EXTRA, e);
        if (qd_get16(p) == QD_ZIP_EXTRA_ZIP64)
            return qd_zip_refuse(z, x, QD_ZIP_ZIP64, e);
        if (qd_get16(p) == QD_ZIP_EXTRA_NAME || qd_get16(p) == EXTRA_COMMENT)
            return qd_zip_refuse(z, x, QD_ZIP_SECOND_NAME, e);
        size_t used = 4u + qd_get16(p + 2);
        p += used;
        n -= used;
    }
    return 0;
}

static int judge_form(const struct qd_zip *z, const struct qd_zip_entry *x, const uint8_t *p,
                      struct qdiag_error *e)
{
    uint32_t type = qd_get32(p + 38) >> 16 & TYPE_MASK;
    int folder = x->name[x->name_len - 1] == '/';

    if (x->flags & ~FLAGS_KNOWN)
        return qd_zip_refuse(z, x, QD_ZIP_FLAGS, e);
    if (x->flags & ENCRYPTED)
        return qd_zip_refuse(z, x, QD_ZIP_ENCRYPTED, e);
    if (x->method != 0 && x->method != 8)
        return qd_zip_refuse(z, x, QD_ZIP_METHOD, e);
    if (qd_get16(p + 34) != 0)
        return qd_zip_refuse(z, x, QD_ZIP_DISKS, e);
    if (type != 0 && type != (folder ? TYPE_FOLDER : TYPE_FILE))
        return qd_zip_refuse(z, x, QD_ZIP_SPECIAL, e);
    if (folder && x->size != 0)
        return qd_zip_refuse(z, x, QD_ZIP_FOLDER_DATA, e);
    return 0;
}

static int judge_sizes(const struct qd_zip *z, const struct qd_zip_entry *x, uint64_t *total,
                       struct qdiag_error *e)
{
    if (x->packed == 0xffffffff || x->size == 0xffffffff || x->at == 0xffffffff)
        return qd_zip_refuse(z, x, QD_ZIP_ZIP64, e);
    if (x->method == 0 && x->packed != x->size)
        return qd_zip_refuse(z, x, QD_ZIP_STORED_SIZE, e);
    *total += x->size;
    if (*total > QD_ZIP_TOTAL_MAX)
        return qd_zip_refuse(z, x, QD_ZIP_LARGE, e);
    if (*total > QD_ZIP_FREE && *total / QD_ZIP_RATIO > z->r->size)
        return qd_zip_refuse(z, x, QD_ZIP_BOMB, e);
    return 0;
}

/* Takes one entry from n bytes at p; *used: how many it has. */
static int take(struct qd_zip_entry *x, const uint8_t *p, size_t n, size_t *used)
{
    if (n < CENTRAL_SIZE || qd_get32(p) != CENTRAL_MARK)
        return -1;
    x->flags = qd_get16(p + 8);
    x->method = qd_get16(p + 10);
    x->crc = qd_get32(p + 16);
    x->packed = qd_get32(p + 20);
    x->size = qd_get32(p + 24);
    x->name_len = qd_get16(p + 28);
    x->name = p + CENTRAL_SIZE;
    x->at = qd_get32(p + 42);
    *used = (size_t)CENTRAL_SIZE + x->name_len + qd_get16(p + 30) + qd_get16(p + 32);
    return *used <= n ? 0 : -1;
}

static int walk(struct qd_zip *z, struct qdiag_error *e)
{
    const uint8_t *p = z->dir;
    size_t left = z->dir_len, used = 0;
    uint64_t total = 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < z->count; i++) {
        struct qd_zip_entry *x = &z->entry[i];

        if (left == 0)
            return qd_zip_refuse(z, NULL, QD_ZIP_DIRECTORY_COUNT, e);
        if (take(x, p, left, &used) != 0)
            return qd_zip_refuse(z, NULL, QD_ZIP_DIRECTORY_CUT, e);
        rc = judge_name(z, x, e);
        if (rc == 0)
            rc = judge_form(z, x, p, e);
        if (rc == 0)
            rc = judge_extra(z, x, x->name + x->name_len, qd_get16(p + 30), e);
        if (rc == 0)
            rc = judge_sizes(z, x, &total, e);
        p += used;
        left -= used;
    }
    if (rc == 0 && left)
        rc = qd_zip_refuse(z, NULL, QD_ZIP_DIRECTORY_COUNT, e);
    return rc;
}

int qd_zip_directory(struct qd_zip *z, struct qdiag_error *e)
{
    int rc;

    if (z->dir_len > DIR_MAX)
        return qd_zip_refuse(z, NULL, QD_ZIP_DIRECTORY_LARGE, e);
    if (z->dir_len / CENTRAL_SIZE < z->count)
        return qd_zip_refuse(z, NULL, QD_ZIP_DIRECTORY_COUNT, e);
    z->dir = qd_alloc(z->dir_len, 1);
    z->entry = qd_alloc(z->count, sizeof *z->entry);
    if (!z->dir || !z->entry)
        return qd_nomem(e);
    rc = z->r->read(z->r->user, z->dir_at, z->dir, z->dir_len, e);
    if (rc == 0)
        rc = walk(z, e);
    return rc ? rc : find_twins(z, e);
}

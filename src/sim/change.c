/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Takes requests that change something apart, for the log and the faults. Their layouts are written
 * down here a second time on purpose. It must never look beyond the end of a request. */
#include "sim/change.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "sim/op.h"

#define OPEN_CHANGES 0x240u /* CREAT, TRUNC */

/* How a request says where and what: the offset of its path, and of its bytes. */
static const struct layout {
    const char *name;
    size_t path, data;
} layouts[] = {
    {"nvwrite", 0, 3}, {"nvidxwrite", 0, 8},  {"open", 12, 0},     {"write", 0, 12},
    {"symlink", 4, 4}, {"unlink", 4, 0},      {"mkdir", 6, 4},     {"rmdir", 4, 0},
    {"rename", 4, 4},  {"chmod", 6, 4},       {"put", 0, 14},      {"truncate", 10, 6},
    {"deltree", 6, 0}, {"truncate64", 14, 6}, {"ftruncate", 0, 6},
};

static const struct layout *layout_of(const uint8_t *req, size_t n)
{
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        if (sim_op_is(req, n, layouts[i].name))
            return &layouts[i];
    return NULL;
}

int sim_change_is(const uint8_t *req, size_t n)
{
    const struct layout *l = layout_of(req, n);

    if (!l)
        return 0;
    return strcmp(l->name, "open") != 0 || (n >= 8 && (qd_get32(req + 4) & OPEN_CHANGES));
}

size_t sim_change_data(const uint8_t *req, size_t n, size_t *len)
{
    const struct layout *l = layout_of(req, n);
    size_t at = 0;

    *len = 0;
    if (!l)
        return 0;
    if (strcmp(l->name, "nvwrite") == 0 || strcmp(l->name, "nvidxwrite") == 0) {
        at = l->data;
        *len = n > at ? n - at : 0;
        *len = *len < 128 ? *len : 128;
    } else if (strcmp(l->name, "write") == 0) {
        at = l->data;
        *len = n > at ? n - at : 0;
    } else if (strcmp(l->name, "put") == 0 && n >= 14 && qd_get32(req + 4) <= n - 14) {
        at = l->data;
        *len = qd_get32(req + 4);
    }
    return *len ? at : 0;
}

/* The string at `at`, which the request may not end; its length. */
static size_t text_at(const uint8_t *req, size_t n, size_t at, const char **text)
{
    *text = at < n ? (const char *)req + at : "";
    return at < n ? strnlen(*text, n - at) : 0;
}

/* One field: blanks, percent signs and what is not printable as %hh. */
static int put_path(struct qd_buf *out, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];

        if (c <= ' ' || c >= 0x7f || c == '%' ? qd_buf_printf(out, "%%%02x", c)
                                              : qd_buf_add_byte(out, c))
            return -1;
    }
    return 0;
}

static int put_hex(struct qd_buf *out, const void *p, size_t n)
{
    if (n == 0)
        return qd_buf_add_byte(out, '-');
    if (qd_buf_reserve(out, 2 * n + 1))
        return -1;
    qd_hex(p, n, (char *)out->p + out->len);
    out->len += 2 * n;
    return 0;
}

static int nv_text(const uint8_t *req, size_t n, struct qd_buf *out)
{
    int indexed = req[0] == 0x4b;
    size_t head = indexed ? 8 : 3, len, at = sim_change_data(req, n, &len);

    if (n < head)
        return qd_buf_add_text(out, "- -");
    if (qd_buf_printf(out, "nv:%u:%u ", indexed ? qd_get16(req + 6) : 0u,
                      qd_get16(req + (indexed ? 4 : 1))))
        return -1;
    return put_hex(out, req + at, len);
}

/* What stands in for bytes: flags, a mode, a length, a second name. */
static int put_rest(const struct layout *l, const uint8_t *req, size_t n, struct qd_buf *out)
{
    const char *first, *second;
    size_t len;

    if (strcmp(l->name, "open") == 0 && n >= 8)
        return qd_buf_printf(out, "flags:%x", qd_get32(req + 4));
    if ((strcmp(l->name, "mkdir") == 0 || strcmp(l->name, "chmod") == 0) && n >= 6)
        return qd_buf_printf(out, "mode:%o", qd_get16(req + 4));
    if (l->data == 6 && n >= 10)
        return qd_buf_printf(out, "length:%u", qd_get32(req + 6));
    if (l->data != 4)
        return qd_buf_add_byte(out, '-');
    text_at(req, n, 4 + text_at(req, n, 4, &first) + 1, &second);
    len = text_at(req, n, 4 + strnlen(first, n - 4) + 1, &second);
    /* SYMLINK names the target first, RENAME the old name. */
    return strcmp(l->name, "symlink") == 0 ? put_hex(out, first, strnlen(first, n - 4))
                                           : put_hex(out, second, len);
}

static int efs_text(const struct layout *l, const uint8_t *req, size_t n, const char *path,
                    struct qd_buf *out)
{
    size_t len, data = sim_change_data(req, n, &len), path_len = strlen(path);
    const char *first;

    if (l->path)
        path_len = text_at(req, n, l->path, &path);
    if (strcmp(l->name, "put") == 0)
        path_len = text_at(req, n, 14 + len, &path);
    if (strcmp(l->name, "symlink") == 0)
        path_len = text_at(req, n, 4 + text_at(req, n, 4, &first) + 1, &path);
    if (qd_buf_add_text(out, sim_op_efs(req, n) == 0x3e ? "efs:3e:" : "efs:") ||
        put_path(out, path, path_len) || qd_buf_add_byte(out, ' '))
        return -1;
    if (strcmp(l->name, "write") == 0 && n >= 12 && qd_buf_printf(out, "%u:", qd_get32(req + 8)))
        return -1;
    if (strcmp(l->name, "write") == 0 || strcmp(l->name, "put") == 0)
        return put_hex(out, req + data, len);
    return put_rest(l, req, n, out);
}

int sim_change_text(const uint8_t *req, size_t n, const char *path, struct qd_buf *out)
{
    const struct layout *l = layout_of(req, n);

    if (!l || n < 4)
        return l && req[0] == 0x27 ? nv_text(req, n, out) : qd_buf_add_text(out, "- -");
    if (!sim_op_efs(req, n))
        return nv_text(req, n, out);
    return efs_text(l, req, n, path, out);
}

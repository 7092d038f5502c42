/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The small text files of the folder form: lines, escaped names, `key = value`. Everything is
 * written so that a diff shows one change as one line. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/text.h"
#include "container/folder.h"

const char *qd_folder_root(int alt)
{
    return alt ? "efs-alt" : "efs";
}

const char *qd_folder_below(const char *path, int *alt)
{
    *alt = strncmp(path, "efs-alt/", 8) == 0;
    if (*alt)
        return path + 8;
    return strncmp(path, "efs/", 4) == 0 ? path + 4 : NULL;
}

int qd_folder_bad(struct qdiag_error *e, const char *file, size_t line, const char *fmt, ...)
{
    char item[256], why[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    if (line)
        snprintf(item, sizeof item, "%.200s line %zu", file, line);
    else
        snprintf(item, sizeof item, "%.200s", file);
    return qd_fail(e, QDIAG_E_FILE_DAMAGED, item, "%s", why);
}

int qd_lines_next(struct qd_lines *l, const char **line, size_t *n)
{
    if (l->p >= l->end)
        return 0;
    const char *lf = memchr(l->p, '\n', (size_t)(l->end - l->p));
    const char *stop = lf ? lf : l->end;
    *line = l->p;
    *n = (size_t)(stop - l->p);
    if (*n > 0 && (*line)[*n - 1] == '\r')
        --*n;
    l->p = lf ? lf + 1 : l->end;
    l->no++;
    return 1;
}

int qd_folder_escape(struct qd_buf *out, const char *s, int blanks)
{
    int bad = 0;
    for (const char *p = s; *p; p++) {
        unsigned char c = (unsigned char)*p;
        int edge = c == ' ' && (blanks || p == s || !p[1]);
        bad |= c < 0x20 || c == 0x7f || c == '%' || c == '#' || edge
                   ? qd_buf_printf(out, "%%%02X", c)
                   : qd_buf_add_byte(out, c);
    }
    return bad ? -1 : 0;
}

char *qd_folder_unescape(const char *s, size_t n, int *nomem)
{
    char *out = qd_alloc(n + 1, 1);
    size_t at = 0;
    *nomem = !out;
    for (size_t i = 0; out && i < n; i++) {
        uint8_t c = (uint8_t)s[i];
        int broken = c == '%' && (n - i < 3 || qd_unhex(s + i + 1, &c, 1) != 0);
        if (broken || c == 0) {
            free(out);
            return NULL;
        }
        i += s[i] == '%' ? 2 : 0;
        out[at++] = (char)c;
    }
    return out;
}

static size_t cut_comment(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] == '#' && (i == 0 || isspace((unsigned char)s[i - 1])))
            return i;
    return n;
}

static char *trimmed(const char *s, size_t n)
{
    while (n > 0 && isspace((unsigned char)*s)) {
        s++;
        n--;
    }
    while (n > 0 && isspace((unsigned char)s[n - 1]))
        n--;
    return qd_strndup(s, n);
}

static int add_pair(struct qd_pairs *p, const char *line, size_t n, struct qdiag_error *e)
{
    const char *eq = memchr(line, '=', n);
    size_t key = eq ? (size_t)(eq - line) : n;
    struct qd_pair *v = qd_grow(p->v, p->n, &p->cap, sizeof *p->v);
    if (!v)
        return qd_nomem(e);
    p->v = v;
    v += p->n;
    v->key = trimmed(line, key);
    v->value = eq ? trimmed(eq + 1, n - key - 1) : qd_strdup("");
    p->n++;
    return v->key && v->value ? 0 : qd_nomem(e);
}

int qd_pairs_read(const struct qd_entry *file, struct qd_pairs *p, struct qdiag_error *e)
{
    struct qd_lines l = {(const char *)file->data, (const char *)file->data + file->len, 0};
    const char *line;
    size_t n;
    if (file->len && memchr(file->data, '\0', file->len))
        return qd_folder_bad(e, file->path, 0, "a NUL in a text file");
    while (file->len && qd_lines_next(&l, &line, &n)) {
        n = cut_comment(line, n);
        size_t blanks = 0;
        while (blanks < n && isspace((unsigned char)line[blanks]))
            blanks++;
        if (blanks == n)
            continue;
        int rc = add_pair(p, line, n, e);
        if (rc != 0)
            return rc;
        const char *key = p->v[p->n - 1].key;
        for (size_t i = 0; i + 1 < p->n; i++)
            if (strcmp(p->v[i].key, key) == 0)
                return qd_folder_bad(e, file->path, l.no, "'%.60s' is there twice", key);
        if (p->n > 1000)
            return qd_folder_bad(e, file->path, l.no, "more than 1,000 keys");
    }
    return 0;
}

const char *qd_pairs_get(const struct qd_pairs *p, const char *key)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->v[i].key, key) == 0)
            return p->v[i].value;
    return NULL;
}

void qd_pairs_free(struct qd_pairs *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->v[i].key);
        free(p->v[i].value);
    }
    free(p->v);
    memset(p, 0, sizeof *p);
}

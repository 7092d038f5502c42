/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Redaction of paths: digits become zeros and lengths stay, so that the structure of a file can
 * still be looked at. Two paths never become one, and a path stays the same in every section. */
#include "flow/files/redact_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define PATH_CAP 1100u

/* "cert/x" and "/cert/x" are one file. */
static const char *rooted(const char *path)
{
    return path + (path[0] == '/');
}

int qd_redact_text(const struct qd_needles *needles, char *text, size_t n)
{
    uint8_t *copy = (uint8_t *)qd_strndup(text, n);
    int changed = 0;
    size_t len = strnlen(text, n);
    if (copy && len > 0) {
        qd_needles_blank(needles, copy, len);
        qd_digit_runs_blank(copy, len);
    }
    for (size_t i = 0; i < len; i++) {
        char want = !copy || copy[i] == 0 ? '0' : (char)copy[i]; /* in doubt nothing stays */
        changed |= want != text[i];
        text[i] = want;
    }
    if (len < n)
        memset(text + len, 0, n - len);
    if (!copy)
        return -1;
    free(copy);
    return changed;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int is_long(const struct qd_needles *needles, const char *path)
{
    const uint8_t *p = (const uint8_t *)path;
    return qd_digit_runs(p, strlen(path)) || qd_needles_hit(needles, p, strlen(path));
}

int qd_long_names_collect(struct qd_long_names *s, const struct qd_backup *b,
                          const struct qd_needles *needles, struct qdiag_error *e)
{
    memset(s, 0, sizeof *s);
    s->needles = needles;
    for (size_t i = 0; i < b->files.n; i++) {
        const char *path = b->files.v[i].path;
        if (!is_long(needles, path))
            continue;
        char **v = qd_grow(s->v, s->n, &s->cap, sizeof *v);
        if (!v)
            return qd_nomem(e);
        s->v = v;
        s->v[s->n] = qd_strdup(rooted(path));
        if (!s->v[s->n])
            return qd_nomem(e);
        s->n++;
    }
    if (s->n > 1)
        qsort(s->v, s->n, sizeof *s->v, by_text);
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (kept > 0 && strcmp(s->v[kept - 1], s->v[i]) == 0)
            free(s->v[i]);
        else
            s->v[kept++] = s->v[i];
    }
    s->n = kept;
    return 0;
}

void qd_long_names_free(struct qd_long_names *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i]);
    free(s->v);
    memset(s, 0, sizeof *s);
}

static size_t first_run(const char *path, size_t n)
{
    size_t at = 0;
    while (at < n && !qd_digit_runs((const uint8_t *)path + at, n - at > 14 ? 14 : n - at))
        at++;
    return at;
}

/* The number of a path in the list goes, in decimal, into the end of its first changed stretch. */
static void put_number(char *path, const char *before, size_t n, size_t number)
{
    size_t from = 0;
    while (from < n && path[from] == before[from])
        from++;
    if (from == n)
        from = first_run(path, n); /* the number was all zeros already */
    while (from > 0 && from < n && path[from - 1] == '0')
        from--;
    size_t end = from;
    while (end < n && path[end] == '0')
        end++;
    for (; number > 0 && end > from; number /= 10)
        path[--end] = (char)('0' + number % 10);
}

int qd_redact_path(const struct qd_long_names *s, char *path, size_t n)
{
    char before[PATH_CAP], *key = before;
    size_t len = strnlen(path, n);
    if (s->n == 0 || len == 0 || len >= sizeof before)
        return 0;
    memcpy(before, path, len);
    before[len] = '\0';
    key += before[0] == '/';
    char **at = bsearch(&key, s->v, s->n, sizeof *s->v, by_text);
    if (!at)
        return 0;
    if (qd_redact_text(s->needles, path, len) < 0)
        return -1;
    put_number(path, before, len, (size_t)(at - s->v));
    return 1;
}

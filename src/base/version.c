/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The grammar of firmware versions. Sub versions are free text and are compared as text; an order
 * of two versions is only ever used for a warning, never to call two of them equal. */
#include "base/version.h"

#include <string.h>

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static int is_letter(char c)
{
    return is_capital(c) || (c >= 'a' && c <= 'z');
}

static int two_digits(const char *p)
{
    return is_digit(p[0]) && is_digit(p[1]);
}

int qd_version_is_release(const char *p)
{
    return p[0] == 'R' && two_digits(p + 1) && p[3] == 'A' && two_digits(p + 4);
}

/* "M4G" at p, exactly n bytes. */
static int is_m_part(const char *p, size_t n)
{
    if (n < 3 || n > 5 || !is_capital(p[0]) || p[n - 1] != 'G')
        return 0;
    for (size_t i = 1; i + 1 < n; i++)
        if (!is_digit(p[i]))
            return 0;
    return 1;
}

/* What follows the release up to the end of the base: nothing, V05, M4G, or V05M4G. */
static int parse_tail(struct qd_version *v, size_t at)
{
    size_t left = v->base - at;

    v->v = v->m = v->m_len = 0;
    if (left >= 3 && v->text[at] == 'V' && two_digits(v->text + at + 1) &&
        (left == 3 || is_m_part(v->text + at + 3, left - 3))) {
        v->v = at;
        at += 3;
        left -= 3;
    }
    if (left == 0)
        return 0;
    v->m = at;
    v->m_len = left;
    return is_m_part(v->text + at, left) ? 0 : -1;
}

/* Letters, digits, '.' and '_', no group of it empty. */
static int good_sub(const char *s)
{
    int in_group = 0;

    for (; *s; s++) {
        if (is_letter(*s) || is_digit(*s))
            in_group = 1;
        else if ((*s != '.' && *s != '_') || !in_group)
            return 0;
        else
            in_group = 0;
    }
    return in_group;
}

static int good_project(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_capital(p[i]) && !is_digit(p[i]))
            return 0;
    return n >= 2 && is_capital(p[0]);
}

int qd_version_parse(const char *text, struct qd_version *v)
{
    memset(v, 0, sizeof *v);
    if (!text || strlen(text) > QD_VERSION_MAX)
        return -1;
    v->text = text;
    v->base = strcspn(text, "_");
    v->sub = text[v->base] ? text + v->base + 1 : "";
    if (text[v->base] && !good_sub(v->sub))
        return -1;
    for (size_t i = 2; i + 6 <= v->base; i++) {
        if (!qd_version_is_release(text + i) || !good_project(text, i) || parse_tail(v, i + 6))
            continue;
        v->project = v->release = i;
        return 0;
    }
    return -1;
}

int qd_version_starting(const char *text)
{
    static const char end[] = ".00.000";
    size_t n = strlen(text), k = sizeof end - 1;

    return n >= k && strcmp(text + n - k, end) == 0;
}

enum qd_version_fit qd_version_fit(const char *a, const char *b, const char **rest)
{
    size_t n = 0;

    while (a[n] && a[n] == b[n])
        n++;
    const char *more = a[n] ? a + n : b + n;
    if (rest)
        *rest = more;
    if (!*more)
        return QD_VERSION_EQUAL;
    if ((a[n] && b[n]) || n == 0 || (*more != '.' && *more != '_'))
        return QD_VERSION_OTHER;
    return QD_VERSION_PART;
}

/* Groups of digits side by side: -1, 0, 1; 0 also when they are of another form. */
static int compare_groups(const char *a, const char *b)
{
    while (*a && *b) {
        size_t n = strspn(a, "0123456789");

        if (n == 0 || n != strspn(b, "0123456789") || a[n] != b[n])
            return 0;
        int order = memcmp(a, b, n);
        if (order)
            return order;
        a += n + (a[n] != '\0');
        b += n + (b[n] != '\0');
    }
    return 0;
}

int qd_version_older(const struct qd_version *b, const struct qd_version *a)
{
    int order = memcmp(b->text + b->release, a->text + a->release, 6);

    if (order == 0 && a->v && b->v)
        order = memcmp(b->text + b->v, a->text + a->v, 3);
    if (order == 0)
        order = compare_groups(b->sub, a->sub);
    return order < 0;
}

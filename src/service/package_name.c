/* SPDX-License-Identifier: BSD-3-Clause
 *
 * File names of upgrade packages. A name is evidence only when its left side is a full version and
 * its right side can be completed from it; everything else is no evidence, never a guess. */
#include "service/package_name.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define NAME_MAX_LEN 255u

static int is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* An extension has letters only: the groups of a version behind a dot have digits. */
static void strip_extensions(char *s)
{
    for (;;) {
        char *dot = strrchr(s, '.');
        size_t n = 0;

        while (dot && is_letter(dot[1 + n]))
            n++;
        if (!dot || n < 2 || dot[1 + n])
            return;
        *dot = '\0';
    }
}

static const char *skip_prefix(const char *s)
{
    static const char *const prefix[] = {"Update_", "Upgrade_"};

    for (size_t i = 0; i < 2; i++)
        if (strncasecmp(s, prefix[i], strlen(prefix[i])) == 0)
            return s + strlen(prefix[i]);
    return s;
}

/* "01.017.01.017", "A0.303.A0.303": two or more dotted groups, each with a digit in it. */
static int is_bare_sub(const char *s)
{
    int groups = 0;

    for (;;) {
        size_t n = strcspn(s, ".");

        if (strcspn(s, "0123456789") >= n || memchr(s, '_', n))
            return 0;
        groups++;
        if (!s[n])
            return groups >= 2;
        s += n + 1;
    }
}

/* The right side in full. 0, or -1. */
static int complete(const struct qd_version *left, const char *right, char out[QD_VERSION_CAP])
{
    struct qd_version v;
    int n;

    if (qd_version_parse(right, &v) == 0)
        n = snprintf(out, QD_VERSION_CAP, "%s", v.text);
    else if (qd_version_is_release(right))
        n = snprintf(out, QD_VERSION_CAP, "%.*s%s", (int)left->project, left->text, right);
    else if (*left->sub && is_bare_sub(right))
        n = snprintf(out, QD_VERSION_CAP, "%.*s_%s", (int)left->base, left->text, right);
    else
        return -1;
    if (n < 0 || (size_t)n >= QD_VERSION_CAP || qd_version_parse(out, &v) != 0)
        return -1;
    return v.project == left->project && memcmp(v.text, left->text, v.project) == 0 ? 0 : -1;
}

/* Where a trailing "_V02" begins, or NULL. */
static char *revision_tail(char *s)
{
    size_t n = strlen(s);

    if (n < 5 || s[n - 4] != '_' || (s[n - 3] != 'V' && s[n - 3] != 'v') || !is_digit(s[n - 2]) ||
        !is_digit(s[n - 1]))
        return NULL;
    return s + n - 4;
}

static int split(char *left, struct qd_package_name *out)
{
    struct qd_version v;
    char *right = strchr(left, '-'), *tail, end[5] = "";

    if (!right)
        return -1;
    *right++ = '\0';
    if (qd_version_parse(left, &v) != 0)
        return -1;
    tail = revision_tail(right);
    if (tail) {
        qd_copy_text(end, sizeof end, tail);
        *tail = '\0';
    }
    qd_copy_text(out->from, sizeof out->from, left);
    if (complete(&v, right, out->to) != 0 || strlen(out->to) + strlen(end) > QD_VERSION_MAX)
        return -1;
    if (tail)
        snprintf(out->to_other, sizeof out->to_other, "%.*s%s", (int)QD_VERSION_MAX - 4, out->to,
                 end);
    return 0;
}

int qd_package_name(const char *name, struct qd_package_name *out)
{
    char text[NAME_MAX_LEN + 1];
    int n = snprintf(text, sizeof text, "%s", skip_prefix(name));

    memset(out, 0, sizeof *out);
    if (n < 0 || (size_t)n > NAME_MAX_LEN)
        return 0;
    strip_extensions(text);
    if (split(text, out) == 0)
        return 1;
    memset(out, 0, sizeof *out);
    return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Kinds of files that are handed in as upgrade packages, by tables of first bytes, names and lines
 * of text. What it finds inside is a hint: it may call a file something else than a package, or
 * contradict; it must never make a match. */
#include "service/package.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define TEXT_MAX (1u << 20) /* of a text inside, no more is looked at */

enum group { DELTA, FULL, TARGET_FILES, AB, WRAPPED, BACKUP, GROUPS };
enum says { FROM, TO, INCREMENTAL, SAYS_AB };

static const struct {
    enum group group;
    unsigned weight;
    const char *pattern;
} inside[] = {
#define QD_INSIDE(group, weight, pattern) {group, weight, pattern},
#include "service/package_inside.def"
#undef QD_INSIDE
};

#define SAYS_FROM        FROM
#define SAYS_TO          TO
#define SAYS_INCREMENTAL INCREMENTAL

static const struct {
    const char *file, *beginning;
    enum says says;
} texts[] = {
#define QD_TEXT(file, beginning, what) {file, beginning, SAYS_##what},
#include "service/package_texts.def"
#undef QD_TEXT
};

static const struct {
    size_t at, n;
    const char *bytes, *text;
} heads[] = {
#define QD_HEAD(offset, bytes, text) {offset, sizeof(bytes) - 1, bytes, text},
#include "service/package_head.def"
#undef QD_HEAD
};

_Static_assert(sizeof inside / sizeof inside[0] <= 64, "rows are bits of one number");
_Static_assert(GROUPS <= 8, "as many groups as the struct has room for");

/* ---- first bytes ---- */

static int is_text(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((p[i] < 0x20 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r') || p[i] == 0x7f)
            return 0;
    return 1;
}

/* Markup and other text. */
static const char *text_kind(const uint8_t *p, size_t n)
{
    static const struct {
        const char *beginning, *text;
    } v[] = {{"<!doctype html", "a web page: the download gave an error page, most likely"},
             {"<html", "a web page: the download gave an error page, most likely"},
             {"<head", "a web page: the download gave an error page, most likely"},
             {"<storage", "an XML text, as XQCN backups are"},
             {"<", "an XML text, as XQCN backups and full flash descriptions are"}};
    char head[64];
    size_t i = 0, k = 0;

    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r' || p[i] == '\n'))
        i++;
    while (i < n && k + 1 < sizeof head)
        head[k++] = (char)p[i++];
    head[k] = '\0';
    for (size_t j = 0; j < sizeof v / sizeof v[0]; j++)
        if (strncasecmp(head, v[j].beginning, strlen(v[j].beginning)) == 0)
            return v[j].text;
    return "a text";
}

const char *qd_package_head(const uint8_t *p, size_t n, uint64_t size)
{
    if (size == 0)
        return "an empty file";
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (heads[i].at + heads[i].n <= n &&
            memcmp(p + heads[i].at, heads[i].bytes, heads[i].n) == 0)
            return heads[i].text;
    return is_text(p, n) ? text_kind(p, n) : NULL;
}

/* ---- names in a zip ---- */

static void see(struct qd_package_inside *in, enum group g, unsigned weight, const char *name)
{
    if (!in->sample[g][0] || weight > 1)
        qd_printable(in->sample[g], sizeof in->sample[g], name, strlen(name));
    in->seen[g] += weight;
}

/* ---- texts in a zip ---- */

static int is_version_byte(char c)
{
    return c == '.' || c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z');
}

/* The first run of bytes that is a version. */
static void find_version(const char *s, char out[QD_VERSION_CAP])
{
    struct qd_version v;

    while (*s && !out[0]) {
        size_t n = 0;

        while (is_version_byte(s[n]))
            n++;
        if (n && n < QD_VERSION_CAP) {
            memcpy(out, s, n);
            out[n] = '\0';
            if (qd_version_parse(out, &v) != 0)
                out[0] = '\0';
        }
        s += n + (s[n] != '\0');
    }
}

/* metadata: at the start of a line; a script: anywhere in it. */
static const char *after(const char *line, const char *beginning, int anywhere)
{
    const char *p = anywhere                                           ? strstr(line, beginning)
                    : strncmp(line, beginning, strlen(beginning)) == 0 ? line
                                                                       : NULL;
    return p ? p + strlen(beginning) : NULL;
}

static void read_line(struct qd_package_inside *in)
{
    const char *file = texts[in->now - 1].file;
    int script = strstr(file, "script") != NULL;

    in->line[in->line_len] = '\0';
    in->line_len = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *rest =
            strcmp(texts[i].file, file) == 0 ? after(in->line, texts[i].beginning, script) : NULL;
        if (!rest)
            continue;
        if (texts[i].says == FROM && !in->from[0])
            find_version(rest, in->from);
        else if (texts[i].says == TO && !in->to[0])
            find_version(rest, in->to);
        else if (texts[i].says == INCREMENTAL)
            in->incremental = 1;
        else if (texts[i].says == SAYS_AB)
            see(in, AB, 2, file);
    }
}

/* The last line may have no end. */
static void end_text(struct qd_package_inside *in)
{
    if (in->now && in->line_len)
        read_line(in);
    in->now = 0;
    in->line_len = 0;
}

int qd_package_entry(void *user, const char *name, uint64_t size, struct qdiag_error *e)
{
    struct qd_package_inside *in = user;

    (void)size;
    (void)e;
    end_text(in);
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
        if ((in->rows >> i & 1) || fnmatch(inside[i].pattern, name, FNM_CASEFOLD) != 0)
            continue;
        in->rows |= 1ull << i;
        see(in, inside[i].group, inside[i].weight, name);
    }
    in->text_len = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && !in->now; i++)
        if (strcmp(texts[i].file, name) == 0)
            in->now = (int)i + 1;
    return 0;
}

int qd_package_data(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    struct qd_package_inside *in = user;
    const char *s = p;

    (void)e;
    for (size_t i = 0; in->now && i < n && in->text_len < TEXT_MAX; i++, in->text_len++) {
        if (s[i] != '\n' && s[i] != '\0' && in->line_len + 1 < sizeof in->line)
            in->line[in->line_len++] = s[i];
        if (s[i] == '\n')
            read_line(in);
    }
    return 0;
}

/* ---- the verdict ---- */

enum qdiag_package_kind qd_package_kind(struct qd_package_inside *in, char text[160])
{
    static const struct {
        enum group group;
        const char *text;
    } v[] = {{AB, "an A/B update"},
             {FULL, "a full flash package"},
             {TARGET_FILES, "the build's files that packages are made from (targetfiles)"},
             {BACKUP, "an archive with a backup"}};

    end_text(in);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        if (in->seen[v[i].group] >= 2) {
            snprintf(text, 160, "%s (%.80s in it)", v[i].text, in->sample[v[i].group]);
            return QDIAG_PACKAGE_NOT_DELTA;
        }
    if (in->seen[DELTA] >= 2 || (in->seen[DELTA] && in->incremental)) {
        snprintf(text, 160, "a sound zip with the inside of an incremental package");
        return QDIAG_PACKAGE_DELTA;
    }
    if (in->seen[WRAPPED] >= 2) {
        snprintf(text, 160, "an archive around another one (%.80s in it): unpack it first",
                 in->sample[WRAPPED]);
        return QDIAG_PACKAGE_NOT_DELTA;
    }
    snprintf(text, 160, "a sound zip that does not say what it is");
    return QDIAG_PACKAGE_ZIP;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tells the kind of a file by its first bytes, so that a refusal can name what the file is. Never
 * looks at the name: people rename files. */
#include <string.h>
#include <strings.h>

#include "container/container.h"

static const uint8_t ole[8] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};

static int starts(const uint8_t *p, size_t n, const char *text)
{
    size_t len = strlen(text);
    return n >= len && memcmp(p, text, len) == 0;
}

static int all_zero(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return 0;
    return 1;
}

static void skip_blanks(const uint8_t **p, size_t *n)
{
    size_t mark = starts(*p, *n, "\xef\xbb\xbf") ? 3 : 0;
    *p += mark;
    *n -= mark;
    while (*n > 0 && (**p == ' ' || **p == '\t' || **p == '\r' || **p == '\n')) {
        ++*p;
        --*n;
    }
}

static int looks_like_dump(const uint8_t *p, size_t n)
{
    skip_blanks(&p, &n);
    return starts(p, n, "[NV items]") || starts(p, n, "[Complete items");
}

static int looks_like_html(const uint8_t *p, size_t n)
{
    skip_blanks(&p, &n);
    return (n >= 5 && strncasecmp((const char *)p, "<html", 5) == 0) ||
           (n >= 14 && strncasecmp((const char *)p, "<!doctype html", 14) == 0);
}

/* The XML forms that the reader's parser decodes: 8-bit with or without a mark, UTF-16 with one. */
static int looks_like_xml(const uint8_t *p, size_t n)
{
    if (starts(p, n, "\xff\xfe<") || starts(p, n, "\xfe\xff"))
        return n >= 4 && (p[2] == '<' || (p[2] == 0 && p[3] == '<'));
    skip_blanks(&p, &n);
    return starts(p, n, "<?xml") || starts(p, n, "<Storage") || starts(p, n, "<!");
}

enum qd_container qd_sniff(const uint8_t *head, size_t n)
{
    if (n == 0)
        return QD_C_EMPTY;
    if (all_zero(head, n))
        return QD_C_ZEROS;
    if (n >= sizeof ole && memcmp(head, ole, sizeof ole) == 0)
        return QD_C_QCN;
    if (starts(head, n, "\x1f\x8b"))
        return QD_C_GZIP;
    if (starts(head, n, "PK\x03\x04") || starts(head, n, "PK\x05\x06"))
        return QD_C_ZIP;
    if (looks_like_dump(head, n))
        return QD_C_TEXT_QCN;
    if (looks_like_html(head, n))
        return QD_C_HTML;
    if (looks_like_xml(head, n)) /* before the tar: a text may have any word at 257 */
        return QD_C_XQCN;
    if (n >= 512 && memcmp(head + 257, "ustar", 5) == 0)
        return QD_C_TAR;
    return QD_C_UNKNOWN;
}

const char *qd_container_name(enum qd_container c)
{
    switch (c) {
    case QD_C_XQCN:
        return "an XQCN";
    case QD_C_QCN:
        return "a QCN (compound file)";
    case QD_C_CQCN:
        return "a carrier QCN (.cqcn)";
    case QD_C_TEXT_QCN:
        return "a text dump of NV items, not a QCN";
    case QD_C_HTML:
        return "a web page";
    case QD_C_GZIP:
        return "a gzip file";
    case QD_C_ZIP:
        return "a zip file";
    case QD_C_ZEROS:
        return "nothing but zero bytes";
    case QD_C_EMPTY:
        return "empty";
    case QD_C_TAR:
        return "a tar file";
    case QD_C_UNKNOWN:
        break;
    }
    return "of unknown kind";
}

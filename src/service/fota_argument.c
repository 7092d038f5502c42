/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The argument of AT+QFOTADL: checked against the family's limits, taken apart, and put into the
 * one command line that may be sent. Nothing that could end the quoted text or begin another
 * command may pass, whatever the unit would make of it. Limits count bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "service/fota_codec.h"

#define COMMAND "AT+QFOTADL="

struct url {
    const char *rest; /* behind "://" */
    char user[513], password[513];
    int has_user, has_port;
};

static int too_long(struct qdiag_error *e, const char *what, size_t n, size_t limit)
{
    return qd_fail(e, QDIAG_E_USAGE, NULL, "%s has %zu bytes, %zu more than the limit of %zu", what,
                   n, n - limit, limit);
}

/* Printable ASCII without quote, semicolon, backslash (some units read \22 as a quote) and blank.
 */
static int check_bytes(const char *text, struct qdiag_error *e)
{
    for (size_t i = 0; text[i]; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c <= 0x20 || c > 0x7e || strchr("\";\\", c))
            return qd_fail(e, QDIAG_E_USAGE, NULL,
                           "byte 0x%02x at place %zu of the source is not sent to a unit: only "
                           "printable ASCII without blank, quote, semicolon and backslash is",
                           c, i + 1);
    }
    return 0;
}

/* Servers and units decode %xx at different places. */
static int check_escapes(const char *text, struct qdiag_error *e)
{
    for (const char *p = text; (p = strchr(p, '%')); p++) {
        unsigned v = 0;

        if (sscanf(p + 1, "%2x", &v) == 1 && (v < 0x20 || v == 0x7f || v == '"'))
            return qd_fail(e, QDIAG_E_USAGE, NULL,
                           "%.3s at place %zu of the source stands for a control byte or a quote, "
                           "which is not sent to a unit in any form",
                           p, (size_t)(p - text) + 1);
    }
    return 0;
}

static int find_scheme(const char *text, const char *mark, enum qdiag_fota_scheme *scheme,
                       struct qdiag_error *e)
{
    static const struct {
        const char *name;
        enum qdiag_fota_scheme scheme;
    } known[] = {{"ftp", QDIAG_FOTA_FTP}, {"http", QDIAG_FOTA_HTTP}, {"https", QDIAG_FOTA_HTTPS}};
    size_t n = (size_t)(mark - text);

    for (size_t i = 0; i < 3; i++)
        if (strlen(known[i].name) == n && strncasecmp(text, known[i].name, n) == 0) {
            *scheme = known[i].scheme;
            return 0;
        }
    return qd_fail(e, QDIAG_E_USAGE, NULL,
                   "a source is ftp://, http://, https:// or a path in the "
                   "unit");
}

static int check_scheme(const struct qd_fota_family *f, enum qdiag_fota_scheme s,
                        struct qdiag_error *e)
{
    static const char *const names[] = {"a path in the unit", "ftp://", "http://", "https://"};

    if (f->schemes & 1u << s)
        return 0;
    return qd_fail(e, QDIAG_E_UNSUPPORTED, NULL, "upgrades of the %s family do not take %s",
                   f->name, names[s]);
}

static int read_port(const char *text, size_t n, unsigned *port, struct qdiag_error *e)
{
    unsigned v = 0;

    for (size_t i = 0; i < n && v <= 65535; i++)
        v = text[i] < '0' || text[i] > '9' ? 65536u : v * 10 + (unsigned)(text[i] - '0');
    if (n == 0 || v == 0 || v > 65535)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "the port is a number of 1 to 65535");
    *port = v;
    return 0;
}

static int put_part(char *dst, size_t cap, const char *from, size_t n, struct qdiag_error *e)
{
    if (n >= cap)
        return too_long(e, "a part of the URL", n, cap - 1);
    memcpy(dst, from, n);
    dst[n] = '\0';
    return 0;
}

/* "user:password", when there is one before the last @ of the authority. */
static int read_user(struct url *u, const char **host, const char *end, struct qdiag_error *e)
{
    const char *at = NULL, *colon;

    for (const char *p = u->rest; p < end; p++)
        if (*p == '@')
            at = p;
    *host = u->rest;
    if (!at)
        return 0;
    *host = at + 1;
    u->has_user = 1;
    colon = memchr(u->rest, ':', (size_t)(at - u->rest));
    if (!colon)
        return put_part(u->user, sizeof u->user, u->rest, (size_t)(at - u->rest), e);
    if (put_part(u->password, sizeof u->password, colon + 1, (size_t)(at - colon - 1), e) != 0)
        return -QDIAG_E_USAGE;
    return put_part(u->user, sizeof u->user, u->rest, (size_t)(colon - u->rest), e);
}

static int read_host(struct url *u, const char *host, const char *end,
                     struct qdiag_fota_argument *a, struct qdiag_error *e)
{
    const char *bracket = *host == '[' ? memchr(host, ']', (size_t)(end - host)) : NULL;
    const char *from = bracket ? bracket : host;
    const char *colon = memchr(from, ':', (size_t)(end - from));
    const char *stop = colon ? colon : end;

    a->port = a->scheme == QDIAG_FOTA_FTP ? 21 : 80;
    if (stop == host)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "the URL names no server");
    if (put_part(a->host, sizeof a->host, host, (size_t)(stop - host), e) != 0)
        return -QDIAG_E_USAGE;
    u->has_port = colon != NULL;
    return colon ? read_port(colon + 1, (size_t)(end - colon - 1), &a->port, e) : 0;
}

static int check_parts(const struct qd_fota_family *f, const struct url *u,
                       const struct qdiag_fota_argument *a, struct qdiag_error *e)
{
    const struct {
        const char *name, *text;
    } part[] = {{"the user", u->user},
                {"the password", u->password},
                {"the server", a->host},
                {"the path", a->path}};

    for (size_t i = 0; f->part && a->scheme == QDIAG_FOTA_FTP && i < 4; i++)
        if (strlen(part[i].text) > f->part)
            return too_long(e, part[i].name, strlen(part[i].text), f->part);
    return 0;
}

/* The scheme goes out in lower case, as every example has it. */
static void write_url(const struct url *u, struct qdiag_fota_argument *a)
{
    static const char *const names[] = {"", "ftp", "http", "https"};
    const char *rest = u->rest + strlen(u->user) + strlen(u->password) + 2; /* with a password */

    snprintf(a->command, sizeof a->command, COMMAND "\"%s://%s\"", names[a->scheme], u->rest);
    if (u->password[0])
        snprintf(a->shown, sizeof a->shown, COMMAND "\"%s://%s:***@%s\"", names[a->scheme], u->user,
                 rest);
    else
        qd_copy_text(a->shown, sizeof a->shown, a->command);
}

static int take_url(const struct qd_fota_family *f, const char *text, const char *mark,
                    struct qdiag_fota_argument *a, struct qdiag_error *e)
{
    struct url u = {.rest = mark + 3};
    const char *slash = strchr(u.rest, '/'), *host = NULL;
    int rc = find_scheme(text, mark, &a->scheme, e);

    if (rc == 0)
        rc = check_scheme(f, a->scheme, e);
    if (rc == 0 && strlen(text) > f->url)
        rc = too_long(e, "the URL", strlen(text), f->url);
    if (rc == 0 && (!slash || !slash[1]))
        rc = qd_fail(e, QDIAG_E_USAGE, NULL, "the URL names no file");
    if (rc == 0 && a->scheme == QDIAG_FOTA_FTP && strchr(slash, '@') &&
        !memchr(u.rest, '@', (size_t)(slash - u.rest))) /* a password may have been cut in two */
        rc = qd_fail(
            e, QDIAG_E_USAGE, NULL,
            "an @ stands behind the first / of the FTP URL: in user and password write / as "
            "%%2F, in the path write @ as %%40");
    if (rc == 0)
        rc = read_user(&u, &host, slash, e);
    if (rc == 0 && u.has_user && a->scheme != QDIAG_FOTA_FTP)
        rc = qd_fail(e, QDIAG_E_USAGE, NULL, "only ftp:// takes a user and a password");
    if (rc == 0)
        rc = read_host(&u, host, slash, a, e);
    if (rc == 0)
        rc = put_part(a->path, sizeof a->path, slash + 1, strlen(slash + 1), e);
    if (rc == 0)
        rc = check_parts(f, &u, a, e);
    if (rc != 0)
        return rc;
    if (a->scheme == QDIAG_FOTA_HTTPS && !u.has_port)
        qd_copy_text(a->note, sizeof a->note,
                     "the documented default port is 80, for https as well: write the port");
    if (a->scheme == QDIAG_FOTA_FTP && !u.has_user)
        qd_copy_text(a->note, sizeof a->note, "the documented form names a user and a password");
    write_url(&u, a);
    return 0;
}

/* BG96: the package has one place, and the argument is the number 1. */
static int take_one(const struct qd_fota_family *f, const char *text, struct qdiag_fota_argument *a,
                    struct qdiag_error *e)
{
    if (*text && strcmp(text, "1") != 0 && strcmp(text, f->folder) != 0)
        return qd_fail(e, QDIAG_E_USAGE, NULL,
                       "the package of a %s lies at %s and nowhere else: give 1", f->name,
                       f->folder);
    qd_copy_text(a->path, sizeof a->path, f->folder);
    qd_copy_text(a->command, sizeof a->command, COMMAND "1");
    qd_copy_text(a->shown, sizeof a->shown, a->command);
    return 0;
}

static int has_dots(const char *path)
{
    for (const char *p = path; (p = strstr(p, "..")); p += 2)
        if ((p == path || p[-1] == '/') && (p[2] == '/' || !p[2]))
            return 1;
    return 0;
}

static int take_path(const struct qd_fota_family *f, const char *text,
                     struct qdiag_fota_argument *a, struct qdiag_error *e)
{
    size_t n = strlen(f->folder);
    int slash = strncmp(text, f->folder + 1, n - 1) == 0;

    if (!slash && strncmp(text, f->folder, n) != 0)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "a path in a %s begins with %s", f->name, f->folder);
    if (strlen(text) + (size_t)slash > f->file)
        return too_long(e, "the path", strlen(text) + (size_t)slash, f->file);
    if (!text[n - (size_t)slash] || has_dots(text))
        return qd_fail(e, QDIAG_E_USAGE, NULL, "the path names no file below %s", f->folder);
    snprintf(a->path, sizeof a->path, "%s%s", slash ? "/" : "", text);
    snprintf(a->command, sizeof a->command, COMMAND "\"%s\"", a->path);
    qd_copy_text(a->shown, sizeof a->shown, a->command);
    if (slash)
        qd_copy_text(a->note, sizeof a->note,
                     "sent with a leading slash, as in the document's "
                     "example");
    return 0;
}

int qdiag_fota_argument(const char *family, const char *text, struct qdiag_fota_argument *a,
                        struct qdiag_error *e)
{
    const struct qd_fota_family *f = qd_fota_family(family);
    const char *mark = strstr(text, "://");
    int rc;

    memset(a, 0, sizeof *a);
    if (!f)
        return qd_fail(e, QDIAG_E_UNSUPPORTED, NULL,
                       "no document of upgrades of the %.16s family is known", family);
    rc = check_bytes(text, e);
    if (rc == 0)
        rc = check_escapes(text, e);
    if (rc == 0 && mark)
        rc = take_url(f, text, mark, a, e);
    else if (rc == 0)
        rc = f->local == QD_FOTA_LOCAL_ONE ? take_one(f, text, a, e) : take_path(f, text, a, e);
    if (rc != 0)
        memset(a, 0, sizeof *a);
    return rc;
}

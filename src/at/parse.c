/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lines of an AT port to meanings, and the gate every command passes. The gate must never let a
 * command through that writes identity, however it is spelled: it looks at the whole line without
 * blanks and in capitals, so that chained commands are seen as well. */
#include "at/parse.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define COMMAND_MAX 1024u

static int begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* A number, or a text as CMEE=2 gives it. */
static void read_error(const char *rest, struct qd_at_final *f)
{
    size_t n = strspn(rest, "0123456789");

    if (n > 0 && n < 6 && rest[n] == '\0')
        f->number = (int)strtol(rest, NULL, 10);
    else
        qd_copy_text(f->text, sizeof f->text, rest);
}

static int read_final(const char *line, int numeric, struct qd_at_final *f)
{
    const char *cme = qd_at_after(line, "+CME ERROR"), *cms = qd_at_after(line, "+CMS ERROR");

    *f = (struct qd_at_final){QD_AT_OK, -1, ""};
    if (strcmp(line, "OK") == 0 || (numeric && strcmp(line, "0") == 0))
        return 1;
    f->result = QD_AT_ERROR;
    if (strcmp(line, "ERROR") == 0 || (numeric && strcmp(line, "4") == 0))
        return 1;
    f->result = QD_AT_CONNECT;
    if (strcmp(line, "CONNECT") == 0 || begins(line, "CONNECT "))
        return 1;
    if (!cme && !cms)
        return 0;
    f->result = cme ? QD_AT_CME : QD_AT_CMS;
    read_error(cme ? cme : cms, f);
    return 1;
}

enum qd_at_kind qd_at_judge(const char *line, int numeric, struct qd_at_final *final)
{
    static const struct {
        const char *text;
        enum qd_at_kind kind;
    } urc[] = {
#define QD_AT_URC_LINE(text, kind) {text, kind},
#include "at/urc.def"
#undef QD_AT_URC_LINE
    };

    if (read_final(line, numeric, final))
        return QD_AT_FINAL;
    for (size_t i = 0; i < sizeof urc / sizeof urc[0]; i++)
        if (begins(line, urc[i].text))
            return urc[i].kind;
    return QD_AT_TEXT;
}

const char *qd_at_after(const char *line, const char *prefix)
{
    size_t n = strlen(prefix);

    if (strncmp(line, prefix, n) != 0)
        return NULL;
    line += n;
    line += strspn(line, " ");
    if (*line != ':')
        return NULL;
    line++;
    return line + strspn(line, " ");
}

/* Whether what follows a blocked name is one of the forms that only read. */
static int is_allowed(const char *rest, const char *allowed)
{
    size_t n;

    if (rest[0] == '?')
        return 1;
    if (rest[0] != '=')
        return 0;
    for (const char *p = allowed; *p; p += n + (p[n] == ' ')) {
        n = strcspn(p, " ");
        if (strncmp(rest + 1, p, n) == 0)
            return 1;
    }
    return 0;
}

/* In `text` no other command may stand for a blocked name: every place it occurs is looked at. */
static const char *find_blocked(const char *text)
{
    static const struct {
        const char *name, *allowed, *why;
    } blocked[] = {
#define QD_AT_BLOCKED(name, allowed, why) {name, allowed, why},
#include "at/blocked.def"
#undef QD_AT_BLOCKED
    };

    for (size_t i = 0; i < sizeof blocked / sizeof blocked[0]; i++)
        for (const char *p = text; (p = strstr(p, blocked[i].name)); p++)
            if (!is_allowed(p + strlen(blocked[i].name), blocked[i].allowed))
                return blocked[i].why;
    return NULL;
}

const char *qd_at_refuses(const char *command)
{
    char text[COMMAND_MAX];
    size_t n = 0;

    if (strlen(command) >= sizeof text)
        return "it is too long";
    for (const char *p = command; *p; p++) {
        unsigned char c = (unsigned char)*p;

        if (c < 0x20 || c > 0x7e)
            return "it holds a byte that is no printable ASCII";
        if (c != ' ')
            text[n++] = (char)toupper(c);
    }
    text[n] = '\0';
    if (!begins(text, "AT"))
        return "it does not begin with AT"; /* A/ would repeat what another program sent */
    return find_blocked(text);
}

/* Replaces the bytes from..to of a text by three stars; nothing where that has no room. */
static void blot(char *text, size_t cap, size_t from, size_t to)
{
    size_t tail = strlen(text + to) + 1;

    if (to <= from || from + 3 >= cap)
        return;
    if (from + 3 + tail > cap)
        tail = cap - from - 3;
    memmove(text + from + 3, text + to, tail);
    memset(text + from, '*', 3);
    text[cap - 1] = '\0';
}

/* scheme://user:PASSWORD@host; the last @ parts, as it does for the unit. */
static void mask_url(char *text, size_t cap)
{
    char *user = strstr(text, "://"), *at = NULL, *colon;

    if (!user)
        return;
    user += 3;
    for (char *p = user; *p && *p != '/' && *p != '"'; p++)
        if (*p == '@')
            at = p;
    colon = at ? memchr(user, ':', (size_t)(at - user)) : NULL;
    if (colon)
        blot(text, cap, (size_t)(colon + 1 - text), (size_t)(at - text));
}

/* "fota_apn",type,"apn","user","PASSWORD": what follows the fourth comma. */
static void mask_apn(char *text, size_t cap)
{
    char *p = strstr(text, "\"fota_apn\"");

    for (int i = 0; p && i < 4; i++)
        p = strchr(p + (i > 0), ',');
    if (p && p[1] && strcmp(p + 1, "\"\"") != 0)
        blot(text, cap, (size_t)(p + 1 - text), strlen(text));
}

void qd_at_mask(char *dst, size_t cap, const char *line)
{
    qd_mask_digits(dst, cap, line);
    mask_url(dst, cap);
    mask_apn(dst, cap);
}

const char *qd_at_cme_text(int number)
{
    static const struct {
        int number;
        const char *text;
    } table[] = {
#define QD_AT_CME_TEXT(number, text) {number, text},
#include "at/cme.def"
#undef QD_AT_CME_TEXT
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].number == number)
            return table[i].text;
    return NULL;
}

const struct qd_at_family *qd_at_family(const char *model)
{
    static const struct {
        const char *begin;
        struct qd_at_family family;
    } table[] = {
#define QD_AT_FAMILY(begin, name, ufs, eufs) {begin, {name, QD_AT_##ufs, QD_AT_##eufs}},
#include "at/families.def"
#undef QD_AT_FAMILY
    };
    size_t i = 0;

    while (!begins(model, table[i].begin)) /* the last one fits all */
        i++;
    return &table[i].family;
}

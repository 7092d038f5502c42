/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lines of an upgrade to words, and the tables of families and codes. It must never take a broken
 * line for a result, and never give a code a meaning of another family. */
#include "service/fota_codec.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define DIGITS_MAX 6u
#define CONTINUE   "Last upgrade was not finished,continue upgrade"

static const struct {
    const char *text;
    enum qd_fota_word word;
    int numbered; /* 1: nothing without its number; -1: a percentage, may be missing */
} words[] = {
    {"HTTPSTART", QD_FOTA_HTTP_START, 0},
    {"HTTPSSTART", QD_FOTA_HTTP_START, 0},
    {"HTTPEND", QD_FOTA_HTTP_END, 1},
    {"HTTPPEND", QD_FOTA_HTTP_END, 1},
    {"HTTPSEND", QD_FOTA_HTTP_END, 1},
    {"FTPSTART", QD_FOTA_FTP_START, 0},
    {"FTPEND", QD_FOTA_FTP_END, 1},
    {"START", QD_FOTA_START, 0},
    {"UPDATING", QD_FOTA_UPDATE, -1},
    {"RESTORE", QD_FOTA_RESTORE, -1},
    {"END", QD_FOTA_END, 1},
};

#define WORDS (sizeof words / sizeof words[0])

/* ---- lines ---- */

static const char *blanks(const char *p)
{
    return p + strspn(p, " \t");
}

/* The text between quotes at *p; *p is moved behind it. 0, or -1 when it is not whole. */
static int quoted(const char **p, const char **text, size_t *len)
{
    const char *end;

    if (**p != '"')
        return -1;
    end = strchr(*p + 1, '"');
    if (!end)
        return -1;
    *text = *p + 1;
    *len = (size_t)(end - *text);
    *p = end + 1;
    return 0;
}

static int is_word(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

/* What follows the word: nothing, or a comma and a number. 0, -1 = neither. */
static int read_number(const char *p, int *number)
{
    size_t n;

    *number = -1;
    p = blanks(p);
    if (!*p)
        return 0;
    if (*p != ',')
        return -1;
    p = blanks(p + 1);
    n = strspn(p, "0123456789");
    if (n == 0 || n > DIGITS_MAX)
        return -1;
    *number = (int)strtol(p, NULL, 10);
    p += n;
    p = blanks(p);
    if (*p == '%')
        p = blanks(p + 1);
    return *p ? -1 : 0;
}

static enum qd_fota_word judge_word(const char *text, size_t len, int *number)
{
    for (size_t i = 0; i < WORDS; i++) {
        if (!is_word(text, len, words[i].text))
            continue;
        if (words[i].numbered == 1)
            return *number < 0 ? QD_FOTA_UNREAD : words[i].word;
        if (words[i].numbered == 0 || *number > 100)
            *number = -1;
        return words[i].word;
    }
    return QD_FOTA_UNREAD;
}

struct qd_fota_urc qd_fota_urc_read(const char *line)
{
    struct qd_fota_urc u = {QD_FOTA_NO_URC, -1};
    const char *p = blanks(line), *text;
    size_t len;

    if (strncmp(p, "+QIND:", 6) != 0)
        return u;
    p = blanks(p + 6);
    if (quoted(&p, &text, &len) != 0)
        return u;
    if (is_word(text, len, "ABFOTA"))
        u.word = QD_FOTA_OTHER;
    if (!is_word(text, len, "FOTA"))
        return u;
    u.word = QD_FOTA_UNREAD;
    p = blanks(p);
    if (*p != ',')
        return u;
    p = blanks(p + 1);
    if (quoted(&p, &text, &len) != 0 || read_number(p, &u.number) != 0) {
        u.number = -1;
        return u;
    }
    if (len >= 12 && strncasecmp(text, "Last upgrade", 12) == 0) {
        u.word = QD_FOTA_CONTINUE;
        u.number = -1;
        return u;
    }
    u.word = judge_word(text, len, &u.number);
    if (u.word == QD_FOTA_UNREAD)
        u.number = -1;
    return u;
}

void qd_fota_urc_text(const struct qd_fota_urc *u, char out[80])
{
    out[0] = '\0';
    if (u->word == QD_FOTA_CONTINUE)
        qd_copy_text(out, 80, "+QIND: \"FOTA\",\"" CONTINUE "\"");
    for (size_t i = 0; i < WORDS; i++) {
        if (words[i].word != u->word)
            continue;
        if (u->number < 0)
            snprintf(out, 80, "+QIND: \"FOTA\",\"%s\"", words[i].text);
        else
            snprintf(out, 80, "+QIND: \"FOTA\",\"%s\",%d", words[i].text, u->number);
        return;
    }
}

/* ---- families ---- */

const struct qd_fota_family *qd_fota_family(const char *name)
{
    enum { FILE = QD_FOTA_HAS_FILE, FTP = QD_FOTA_HAS_FTP, HTTP = QD_FOTA_HAS_HTTP };
    enum { HTTPS = QD_FOTA_HAS_HTTPS };
    static const struct qd_fota_family table[] = {
#define QD_FOTA_FAMILY(name, schemes, url, file, part, folder, local, final, tries, early,         \
                       restore)                                                                    \
    {name, schemes, url, file, part, folder, QD_FOTA_LOCAL_##local, final, tries, early, restore},
#include "service/fota_families.def"
#undef QD_FOTA_FAMILY
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

const char *qd_fota_foreign(const char *model, const char *firmware)
{
    enum where { MODEL, FIRMWARE };
    static const struct {
        const char *text;
        enum where where;
        const char *why;
    } table[] = {
#define QD_FOTA_FOREIGN(text, where, why) {text, where, why},
#include "service/fota_foreign.def"
#undef QD_FOTA_FOREIGN
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].where == MODEL ? strncmp(model, table[i].text, strlen(table[i].text)) == 0
                                    : strstr(firmware, table[i].text) != NULL)
            return table[i].why;
    return NULL;
}

const char *qd_fota_stored_name(const struct qd_fota_family *f, const char *path)
{
    size_t n = strlen(f->folder);

    if (f->local != QD_FOTA_LOCAL_TEXT || strncmp(path, f->folder, n) != 0)
        return NULL;
    return path[n] && !strchr(path + n, '/') ? path + n : NULL;
}

/* ---- codes ---- */

static const struct qd_fota_code codes[] = {
#define QD_FOTA_CODE(family, stage, first, last, then, text, advice)                               \
    {family, stage, first, last, QD_FOTA_##then, text, advice},
#include "service/fota_codes.def"
#undef QD_FOTA_CODE
};

#define CODES (sizeof codes / sizeof codes[0])

static int fits(const struct qd_fota_code *c, const char *stage, int code)
{
    return strcmp(c->stage, stage) == 0 && code >= c->first && code <= c->last;
}

const struct qd_fota_code *qd_fota_code_find(const char *family, const char *stage, int code)
{
    for (size_t i = 0; i < CODES; i++)
        if (strcmp(codes[i].family, family) == 0 && fits(&codes[i], stage, code))
            return &codes[i];
    return NULL;
}

/* Every meaning that is known, each with its family: none of them is established. */
static int list_all(const char *stage, int code, char text[320])
{
    size_t n = 0;

    for (size_t i = 0; i < CODES; i++)
        if (fits(&codes[i], stage, code) && n < 320)
            n += (size_t)snprintf(text + n, 320 - n, "%s%s: %s", n ? "; " : "", codes[i].family,
                                  codes[i].text);
    return n > 0;
}

int qdiag_fota_code(const char *family, const char *stage, int code, char text[320],
                    char advice[256])
{
    const struct qd_fota_code *c = qd_fota_code_find(family, stage, code);

    text[0] = advice[0] = '\0';
    if (c) {
        qd_copy_text(text, 320, c->text);
        qd_copy_text(advice, 256, c->advice);
        return 1;
    }
    qd_copy_text(advice, 256, "do not cut the power; read the version");
    if (!qd_fota_family(family)) {
        if (list_all(stage, code, text)) {
            qd_copy_text(advice, 256,
                         "the family is not known, so none of this is established; do not cut the "
                         "power; read the version");
            return 0;
        }
        snprintf(text, 320, "no family's document has %s code %d", stage, code);
        return 0;
    }
    snprintf(text, 320, "the documents of %.16s have no %.8s code %d", family, stage, code);
    return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Texts of AT+QPRTPARA and the FILE commands. =4 and =14 have other fields in another order, so
 * there is one table per command and nothing is guessed from the values. It must never take a field
 * it cannot read for 0. */
#include "service/ufs_codec.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/hex.h"
#include "base/text.h"

#define FIELDS_MAX 24u
#define NAME_MAX_  80u

struct field {
    const char *name;
    size_t offset;
    uint32_t most;
};

static const struct field ufs_fields[] = {
#define QD_UFS_FIELD(fs, name, member, most) QD_ONLY_##fs(name, member, most)
#define QD_ONLY_UFS(name, member, most)      {name, offsetof(struct qd_ufs_state, member), most},
#define QD_ONLY_EUFS(name, member, most)
#include "service/ufs_fields.def"
#undef QD_ONLY_UFS
#undef QD_ONLY_EUFS
};

static const struct field eufs_fields[] = {
#define QD_ONLY_UFS(name, member, most)
#define QD_ONLY_EUFS(name, member, most) {name, offsetof(struct qd_ufs_state, member), most},
#include "service/ufs_fields.def"
#undef QD_ONLY_UFS
#undef QD_ONLY_EUFS
#undef QD_UFS_FIELD
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Takes blanks off both ends of text[0..n). */
static void trim(const char **text, size_t *n)
{
    while (*n && **text == ' ') {
        ++*text;
        --*n;
    }
    while (*n && (*text)[*n - 1] == ' ')
        --*n;
}

/* A decimal number of digits alone, at most `most`. 0, or why not. */
static const char *read_number(const char *text, size_t n, uint64_t most, uint64_t *v)
{
    trim(&text, &n);
    *v = 0;
    if (n == 0)
        return "is empty";
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)text[i]))
            return text[0] == '-' ? "is negative" : "is no number";
        *v = *v * 10 + (uint64_t)(text[i] - '0');
        if (*v > most)
            return most == 1 ? "is neither 0 nor 1" : "does not fit";
    }
    return NULL;
}

static size_t count_fields(const char *text)
{
    size_t n = 1;

    for (; *text; text++)
        n += *text == ',';
    return n;
}

int qd_ufs_parse(enum qd_ufs fs, const char *text, struct qd_ufs_state *s, struct qdiag_error *e)
{
    const struct field *f = fs == QD_UFS ? ufs_fields : eufs_fields;
    size_t want = fs == QD_UFS ? COUNT(ufs_fields) : COUNT(eufs_fields), n = count_fields(text);
    const char *item = fs == QD_UFS ? "AT+QPRTPARA=4" : "AT+QPRTPARA=14";

    memset(s, 0, sizeof *s);
    if (n != want)
        return qd_fail(e, QDIAG_E_PROTOCOL, item, "the answer has %zu fields, not %zu", n, want);
    for (size_t i = 0; i < n; i++, text += *text == ',') {
        size_t len = strcspn(text, ",");
        uint64_t v;
        const char *why = read_number(text, len, f[i].most, &v);
        char shown[32];
        uint32_t *slot = (uint32_t *)(void *)((char *)s + f[i].offset);

        if (why) {
            qd_printable(shown, sizeof shown, text, len);
            memset(s, 0, sizeof *s);
            return qd_fail(e, QDIAG_E_PROTOCOL, item, "field %zu, %s, %s: \"%s\"", i + 1, f[i].name,
                           why, shown);
        }
        *slot = (uint32_t)v;
        text += len;
    }
    if (fs == QD_UFS)
        s->valid = s->backups > 0;
    return 0;
}

uint32_t qd_ufs_page_limit(enum qd_ufs fs, const char *family)
{
    if (fs == QD_EUFS)
        return 384;
    return strcmp(family, "bg95-s5") == 0 ? 1024 : 512;
}

int qd_user_name_check(const char *name, struct qdiag_error *e)
{
    size_t n = strlen(name);

    if (n == 0 || n > NAME_MAX_)
        return qd_fail(e, QDIAG_E_USAGE, name, "a file's name has 1 to %u bytes, this one %zu",
                       NAME_MAX_, n);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)name[i];

        if (c < 0x20 || c > 0x7e || c == '"' || c == ';' || c == ',')
            return qd_fail(e, QDIAG_E_USAGE, NULL,
                           "byte %zu of the file's name (0x%02x) cannot be sent in a command",
                           i + 1, c);
    }
    if (strpbrk(name, "*?")) /* AT+QFDEL="*" takes them all away */
        return qd_fail(e, QDIAG_E_USAGE, name, "a unit may take it for the names of many files");
    if (name[0] == ' ' || name[n - 1] == ' ')
        return qd_fail(e, QDIAG_E_USAGE, name, "the file's name begins or ends with a blank");
    return 0;
}

uint16_t qd_user_checksum(uint16_t sum, const void *p, size_t n)
{
    const uint8_t *b = p;

    for (size_t i = 0; i < n; i++)
        sum ^= (uint16_t)(i % 2 ? b[i] : b[i] << 8);
    return sum;
}

int qd_user_parse_sum(const char *text, uint32_t *size, uint16_t *sum, struct qdiag_error *e)
{
    size_t n = strcspn(text, ","), hex;
    uint64_t v = 0;
    const char *why = read_number(text, n, UINT32_MAX, &v);
    unsigned value = 0;

    if (why || text[n] != ',')
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "the size in \"%.60s\" %s", text,
                       why ? why : "has no checksum behind it");
    *size = (uint32_t)v;
    text += n + 1;
    hex = strlen(text);
    trim(&text, &hex);
    for (size_t i = 0; i < hex; i++) {
        int d = qd_hex_digit((unsigned char)text[i]);

        if (d < 0 || hex > 4)
            return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "the checksum is no 16-bit hex number: %.40s",
                           text);
        value = value << 4 | (unsigned)d;
    }
    if (hex == 0)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "the checksum is missing");
    *sum = (uint16_t)value;
    return 0;
}

int qd_user_parse_entry(const char *text, char name[128], uint32_t *size, struct qdiag_error *e)
{
    const char *end = text[0] == '"' ? strchr(text + 1, '"') : NULL, *why = "is missing";
    uint64_t v = 0;

    if (!end || end - text > 127)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "no name in quotes: %.60s", text);
    memcpy(name, text + 1, (size_t)(end - text) - 1);
    name[end - text - 1] = '\0';
    end++;
    end += strspn(end, " ");
    if (*end == ',')
        why = read_number(end + 1, strcspn(end + 1, ","), UINT32_MAX, &v);
    if (why)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "the size of %.60s %s", name, why);
    *size = (uint32_t)v;
    return 0;
}

int qd_user_parse_space(const char *text, uint64_t *free_bytes, uint64_t *total,
                        struct qdiag_error *e)
{
    size_t n = strcspn(text, ",");
    const char *why = read_number(text, n, INT64_MAX / 16, free_bytes);

    if (!why && text[n] != ',')
        why = "has no second field";
    if (!why)
        why = read_number(text + n + 1, strlen(text + n + 1), INT64_MAX / 16, total);
    if (!why && *free_bytes > *total)
        why = "has more free than there is";
    return why ? qd_fail(e, QDIAG_E_PROTOCOL, NULL, "the storage answer \"%.60s\" %s", text, why)
               : 0;
}

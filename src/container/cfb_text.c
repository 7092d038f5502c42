/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The record of what only XQCN text has: magic, line ends, length and UTF-8 of the root's name. It
 * lies in free sectors, so a reader that does not know it sees nothing. Never trusted further than
 * a name: a record that is not exactly as written here is not used. Behind the last used sector it
 * would be "data after the end" to some readers, so it lies before the FAT. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "container/cfb.h"
#include "container/utf.h"

static const char magic[] = "qdiag xqcn text 1";
enum { AT_LF = sizeof magic, AT_LENGTH, AT_NAME = AT_LENGTH + 2 };
#define MAX_UNITS 4096u /* of UTF-16: what the XQCN reader takes as a root's name */

static int add_name(const char *name, struct qd_buf *out, struct qdiag_error *e)
{
    const unsigned char *s = (const unsigned char *)name;
    for (size_t units = 0; *s;) {
        uint32_t cp;
        char utf8[4];
        qd_utf8_next(&s, &cp); /* broken bytes become U+FFFD, as in the text */
        units += cp > 0xffff ? 2 : 1;
        if (units > MAX_UNITS)
            return qd_fail(e, QDIAG_E_FAILED, "/",
                           "the name of the root is longer than %u characters", MAX_UNITS);
        if (qd_buf_add(out, utf8, qd_utf8_put(cp, utf8)) != 0)
            return qd_nomem(e);
    }
    return 0;
}

int qd_cfb_text_build(const struct qd_node *root, struct qd_buf *out, struct qdiag_error *e)
{
    static const uint8_t zeros[QD_CFB_SECTOR];
    uint8_t head[AT_NAME] = {0};
    if (strcmp(root->name, QD_CFB_ROOT_NAME) == 0 && !root->lf)
        return 0;
    if (qd_buf_add(out, head, sizeof head) != 0)
        return qd_nomem(e);
    int rc = add_name(root->name, out, e);
    if (rc != 0)
        return rc;
    memcpy(out->p, magic, sizeof magic);
    out->p[AT_LF] = root->lf != 0;
    qd_put16(out->p + AT_LENGTH, (uint16_t)(out->len - AT_NAME));
    size_t rest = out->len % QD_CFB_SECTOR;
    if (rest && qd_buf_add(out, zeros, QD_CFB_SECTOR - rest) != 0)
        return qd_nomem(e);
    return 0;
}

static int is_name(const char *name, size_t len)
{
    const unsigned char *s = (const unsigned char *)name;
    size_t units = 0;
    int good = strlen(name) == len;
    while (good && *s) {
        uint32_t cp;
        good = qd_utf8_next(&s, &cp) == 0;
        units += cp > 0xffff ? 2 : 1;
    }
    return good && units <= MAX_UNITS;
}

static int all_zero(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return 0;
    return 1;
}

int qd_cfb_text_begins(const uint8_t *sector)
{
    return memcmp(sector, magic, sizeof magic) == 0;
}

int qd_cfb_text_take(const uint8_t *p, size_t n, struct qd_node *root)
{
    if (n < QD_CFB_SECTOR || !qd_cfb_text_begins(p))
        return 0;
    size_t len = qd_get16(p + AT_LENGTH), end = AT_NAME + len;
    size_t whole = (end + QD_CFB_SECTOR - 1) / QD_CFB_SECTOR * QD_CFB_SECTOR;
    if (p[AT_LF] > 1 || whole > n || !all_zero(p + end, whole - end))
        return -1;
    char *name = qd_strndup((const char *)p + AT_NAME, len);
    if (!name)
        return -2;
    if (!is_name(name, len)) {
        free(name);
        return -1;
    }
    free(root->name);
    root->name = name;
    root->lf = p[AT_LF];
    return 1;
}

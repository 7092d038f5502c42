/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names of a compound file: UTF-16 of at most 31 units, compared without case. What is refused here
 * is what the XQCN reader refuses too, so that a name that one form holds the other holds as well.
 */
#include "container/cfb.h"

#include <string.h>

#include "base/bytes.h"
#include "container/utf.h"

static const char too_long[] = "the name is longer than 31 characters";
static const char no_utf[] = "the name is no valid Unicode";

static const char *unit_fault(uint16_t u)
{
    if (u < 0x20 || (u >= 0x7f && u < 0xa0))
        return "the name has a control character";
    if (u == '/' || u == '\\' || u == ':' || u == '!')
        return "the name has one of / \\ : !";
    return u >= 0xfffe ? no_utf : NULL;
}

const char *qd_cfb_name_encode(const char *utf8, struct qd_cfb_name *out)
{
    const unsigned char *s = (const unsigned char *)utf8;
    const char *fault = *s ? NULL : "the name is empty";
    memset(out, 0, sizeof *out);
    while (*s && !fault) {
        uint32_t cp;
        int broken = qd_utf8_next(&s, &cp);
        unsigned units = cp > 0xffff ? 2 : 1;
        if (out->n + units > QD_TREE_MAX_NAME)
            return too_long;
        if (units == 2) {
            out->u[out->n++] = (uint16_t)(0xd7c0 + (cp >> 10));
            out->u[out->n++] = (uint16_t)(0xdc00 + (cp & 0x3ff));
        } else {
            out->u[out->n++] = (uint16_t)cp;
            fault = broken ? no_utf : unit_fault((uint16_t)cp);
        }
    }
    return fault;
}

static int pairs_match(const struct qd_cfb_name *name)
{
    int high = 0;
    for (unsigned i = 0; i < name->n; i++) {
        int low = (name->u[i] & 0xfc00) == 0xdc00;
        if (low != high)
            return 0;
        high = (name->u[i] & 0xfc00) == 0xd800;
    }
    return !high;
}

int qd_cfb_name_reserved(const struct qd_cfb_name *name)
{
    return name->u[0] > 0 && name->u[0] < 0x20;
}

const char *qd_cfb_name_take(const uint8_t *p, unsigned n, struct qd_cfb_name *out)
{
    memset(out, 0, sizeof *out);
    if (n == 0)
        return "the length of the name is 0";
    if (n % 2)
        return "the length of the name is odd";
    if (n > 2 * (QD_TREE_MAX_NAME + 1))
        return too_long;
    if (qd_get16(p + n - 2) != 0)
        return "the name does not end with a zero";
    if (n == 2)
        return "the name is empty";
    const char *fault = NULL;
    for (unsigned i = 0; i < n / 2 - 1 && !fault; i++) {
        out->u[out->n++] = qd_get16(p + 2 * i);
        if (i > 0 || !qd_cfb_name_reserved(out))
            fault = unit_fault(out->u[i]);
    }
    if (!fault && !pairs_match(out))
        fault = no_utf;
    return fault;
}

void qd_cfb_name_decode(const struct qd_cfb_name *name, char out[QD_CFB_NAME_UTF8])
{
    size_t at = 0;
    for (unsigned i = 0; i < name->n; i++) {
        uint32_t cp = name->u[i];
        if ((cp & 0xfc00) == 0xd800 && i + 1 < name->n)
            cp = 0x10000 + ((cp & 0x3ff) << 10) + (name->u[++i] & 0x3ffu);
        at += qd_utf8_put(cp, out + at);
    }
    out[at] = '\0';
}

/* Latin Extended-A: pairs of neighbours, upper case first, beginning at an even or at an odd
 * number. */
static uint16_t upper_latin(uint16_t u)
{
    if (u == 0x131)
        return 'I';
    if (u == 0x17f)
        return 'S';
    if (u == 0x138 || u == 0x149)
        return u;
    int from_odd = (u >= 0x139 && u <= 0x148) || (u >= 0x179 && u <= 0x17e);
    return from_odd ? (uint16_t)(u - !(u & 1)) : (uint16_t)(u - (u & 1));
}

/* Simple upper case of the scripts that a code page of the vendor tools could bring. Real names are
 * ASCII. */
static uint16_t upper(uint16_t u)
{
    if (u < 0x80)
        return u >= 'a' && u <= 'z' ? (uint16_t)(u - 32) : u;
    if (u < 0x100) {
        if (u == 0xb5)
            return 0x39c;
        if (u == 0xff)
            return 0x178;
        return u >= 0xe0 && u != 0xf7 ? (uint16_t)(u - 32) : u;
    }
    if (u < 0x180 && u != 0x130 && u != 0x178)
        return upper_latin(u);
    if ((u >= 0x3b1 && u <= 0x3cb && u != 0x3c2) || (u >= 0x430 && u <= 0x44f))
        return (uint16_t)(u - 32);
    return u >= 0x450 && u <= 0x45f ? (uint16_t)(u - 80) : u;
}

int qd_cfb_name_compare(const struct qd_cfb_name *a, const struct qd_cfb_name *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (unsigned i = 0; i < a->n; i++) {
        uint16_t x = upper(a->u[i]), y = upper(b->u[i]);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

int qd_cfb_name_ascii(const struct qd_cfb_name *name)
{
    for (unsigned i = 0; i < name->n; i++)
        if (name->u[i] >= 0x80)
            return 0;
    return 1;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decodes the identity values that NV items hold, so that two units can be told apart. It never
 * encodes one: nothing here can be used to make an identity. */
#include "model/ident.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "model/backup.h"

#define IMEI_DIGITS   15
#define IMEI_ITEM_LEN 9
#define MEID_BYTES    7
#define MEID_ITEM_LEN 8
#define ESN_NO_VALUE  0xDEADD00Du /* written by units that never had an ESN */
#define MASK_KEEP     4u

static int all_equal(const uint8_t *p, size_t n, uint8_t v)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != v)
            return 0;
    return 1;
}

static int luhn_good(const uint8_t d[IMEI_DIGITS])
{
    unsigned sum = 0;
    for (unsigned i = 0; i < IMEI_DIGITS; i++) {
        unsigned v = d[i];
        if (i % 2 == 1)
            v = v * 2 > 9 ? v * 2 - 9 : v * 2;
        sum += v;
    }
    return sum % 10 == 0;
}

/* First digit in the high nibble of byte 1, then low nibble before high nibble. */
static int imei_digits(const uint8_t *data, uint8_t d[IMEI_DIGITS])
{
    d[0] = data[1] >> 4;
    for (unsigned i = 1; i < IMEI_DIGITS; i++) {
        uint8_t b = data[1 + (i + 1) / 2];
        d[i] = i % 2 == 1 ? b & 0x0f : b >> 4;
    }
    for (unsigned i = 0; i < IMEI_DIGITS; i++)
        if (d[i] > 9)
            return 0;
    return 1;
}

int qd_imei_digits(const uint8_t *data, char digits[16])
{
    uint8_t d[IMEI_DIGITS];
    digits[0] = '\0';
    if (!imei_digits(data, d))
        return 0;
    for (unsigned i = 0; i < IMEI_DIGITS; i++)
        digits[i] = (char)('0' + d[i]);
    digits[IMEI_DIGITS] = '\0';
    return 1;
}

enum qd_ident_class qd_imei_decode(const uint8_t *data, char digits[16])
{
    uint8_t d[IMEI_DIGITS];
    digits[0] = '\0';
    if (data[0] == 0)
        return QD_IDENT_BLANK;
    if (data[0] != 8 || (data[1] & 0x0f) != 0x0a || !imei_digits(data, d))
        return QD_IDENT_DAMAGED;
    if (!all_equal(data + IMEI_ITEM_LEN, QD_NV_SIZE - IMEI_ITEM_LEN, 0))
        return QD_IDENT_DAMAGED;
    if (all_equal(d, IMEI_DIGITS, 0))
        return QD_IDENT_BLANK;
    /* Fourteen equal digits with a good check digit are a filler, not a number anybody issued. */
    if (!luhn_good(d) || all_equal(d, IMEI_DIGITS - 1, d[0]))
        return QD_IDENT_DAMAGED;
    for (unsigned i = 0; i < IMEI_DIGITS; i++)
        digits[i] = (char)('0' + d[i]);
    digits[IMEI_DIGITS] = '\0';
    return QD_IDENT_USABLE;
}

enum qd_ident_class qd_meid_decode(const uint8_t *data, char hex[15])
{
    hex[0] = '\0';
    if (!all_equal(data + MEID_ITEM_LEN, QD_NV_SIZE - MEID_ITEM_LEN, 0))
        return QD_IDENT_DAMAGED;
    uint8_t top = data[MEID_BYTES];
    if (all_equal(data, MEID_ITEM_LEN, 0))
        return QD_IDENT_BLANK;
    if (all_equal(data, MEID_BYTES, 0xff) && (top == 0 || top == 0xff))
        return QD_IDENT_BLANK;
    if (top != 0)
        return QD_IDENT_DAMAGED;
    for (unsigned i = 0; i < MEID_BYTES; i++)
        snprintf(hex + 2 * (size_t)i, 3, "%02X", data[MEID_BYTES - 1 - i]);
    return QD_IDENT_USABLE;
}

enum qd_ident_class qd_esn_class(uint32_t esn)
{
    if (esn == 0 || esn == 0xffffffffu || esn == ESN_NO_VALUE)
        return QD_IDENT_BLANK;
    return QD_IDENT_USABLE;
}

enum qd_ident_class qd_ident_item_class(uint16_t id, const uint8_t *data)
{
    char text[16];
    switch (id) {
    case 550:
        return qd_imei_decode(data, text);
    case 1943:
    case 5598:
        return qd_meid_decode(data, text);
    case 0:
    case 5597:
        return qd_esn_class(qd_get32(data));
    default:
        break;
    }
    size_t n = QD_NV_SIZE;
    while (n > 0 && data[n - 1] == 0)
        n--;
    return all_equal(data, n, 0xff) ? QD_IDENT_BLANK : QD_IDENT_USABLE; /* n = 0: all zero */
}

const char *qd_ident_class_name(enum qd_ident_class c)
{
    switch (c) {
    case QD_IDENT_BLANK:
        return "blank";
    case QD_IDENT_USABLE:
        return "usable";
    case QD_IDENT_DAMAGED:
        return "damaged";
    case QD_IDENT_UNKNOWN:
        break;
    }
    return "unknown";
}

void qd_ident_mask(const char *digits, char out[16])
{
    size_t n = strlen(digits);
    /* Never more than half of a short value: the mask of "1234" must not be all of it. */
    size_t keep = n / 2 < MASK_KEEP ? n / 2 : MASK_KEEP;
    snprintf(out, 16, "%s%s", n ? "…" : "", digits + n - keep);
}

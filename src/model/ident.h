/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Identity values as NV items hold them: IMEI (550), MEID (1943), ESN (0). Read only: qdiag decodes
 * identities to compare them and never encodes one. */
#ifndef QD_MODEL_IDENT_H
#define QD_MODEL_IDENT_H

#include <stddef.h>
#include <stdint.h>

enum qd_ident_class {
    QD_IDENT_UNKNOWN, /* not read, or could not be read */
    QD_IDENT_BLANK,
    QD_IDENT_USABLE,
    QD_IDENT_DAMAGED /* neither: never an anchor, never overwritten by itself */
};

/* data: 128 bytes of item 550; digits gets 15 digits when USABLE, else "". */
enum qd_ident_class qd_imei_decode(const uint8_t *data, char digits[16]);
/* 1 when fifteen decimal digits stand where an IMEI has them, whatever else is wrong with the item:
 * for hiding them, never for comparing. digits gets them, else "". */
int qd_imei_digits(const uint8_t *data, char digits[16]);
/* data: 128 bytes of item 1943; hex gets 14 upper-case digits when USABLE. */
enum qd_ident_class qd_meid_decode(const uint8_t *data, char hex[15]);
/* USABLE unless 0, 0xFFFFFFFF or the placeholder 0xDEADD00D. */
enum qd_ident_class qd_esn_class(uint32_t esn);

/* data: 128 bytes of any item of class identity. BLANK: any value that every unit could have. */
enum qd_ident_class qd_ident_item_class(uint16_t id, const uint8_t *data);

const char *
qd_ident_class_name(enum qd_ident_class c); /* "unknown", "blank", "usable", "damaged" */

/* "…0015": what may be shown of an identity; out of any length, from "" to the last 4 digits. */
void qd_ident_mask(const char *digits, char out[16]);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Numbered NV items. Subscription 0 is read with 0x26, 1 and 2 with the indexed form 4B 30 01.
 * Reading classifies every answer: "absent" in all its spellings is told from "could not read". */
#ifndef QD_SERVICE_NV_H
#define QD_SERVICE_NV_H

#include "diag/session.h"

#define QD_NV_DATA 128

enum qd_nv_state {
    QD_NV_PRESENT,   /* data is valid */
    QD_NV_ABSENT,    /* status 5, 6, 8; error 0x14, 0x13 */
    QD_NV_PROTECTED, /* error 0x42, 0x47: needs SPC or password */
    QD_NV_UNREADABLE /* anything else; reason says what */
};

struct qd_nv_answer {
    enum qd_nv_state state;
    int status;      /* NV status, or -1 when an error frame or nothing came */
    uint8_t bad;     /* DIAG error byte, or 0 */
    char reason[96]; /* "NV status 4 (failed)", "error 0x18 (BAD_MODE)", "no answer in 3.0 s" … */
    uint8_t data[QD_NV_DATA];
};

/* Reads one element of one item. data[0] of the request carries the element number.
 * BUSY (status 1) is retried with pauses until the request's time-out is over; a single time-out is
 * an UNREADABLE answer. Returns 0 with *a filled; negative only when the session cannot go on
 * (LINK_*, CANCELLED). */
int qd_nv_read(struct qd_diag *d, unsigned sub, uint16_t id, uint8_t element,
               struct qd_nv_answer *a, struct qdiag_error *e);

/* Name of an NV status ("not active"), never NULL. */
const char *qd_nv_status_name(int status);

#endif

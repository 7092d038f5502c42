/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writing numbered NV items: subscription 0 by 0x27, 1 and 2 by 4B 30 02, always all 128 bytes.
 * Callers: flow/restore/execute.c only (tests/check/doors.py). Identity is the plan's business, not seen
 * here. */
#ifndef QD_SERVICE_NV_WRITE_H
#define QD_SERVICE_NV_WRITE_H

#include "service/nv.h"
#include "service/written.h"

struct qd_nv_place {
    unsigned sub; /* 0..2 */
    uint16_t id;
    uint8_t element; /* of an array item; 0 for a plain one */
};

/* Writes one element of one item. For an array item data[0] is the element: when at->element is not
 * 0 and data[0] differs, nothing is sent (-BUG). BUSY is asked again with pauses for as long as a
 * write may take (qd_diag_write_ms), then how = BUSY. The item and subscription the reply repeats
 * are compared: another one's answer is UNKNOWN, never DONE. Needs qd_diag_allow_writes. */
int qd_nv_write(struct qd_diag *d, const struct qd_nv_place *at, const uint8_t data[QD_NV_DATA],
                struct qd_written *w, struct qdiag_error *e);

#endif

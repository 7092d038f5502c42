/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What changes a unit through its AT port. Only the AT side's door, src/flow/ufs/at_door.c, includes
 * this. */
#ifndef QD_SERVICE_AT_WRITE_H
#define QD_SERVICE_AT_WRITE_H

#include <qdiag/fota.h>

#include "service/ufs.h"

/* =1, =11 (at once) or =3, =13 (at the next reset): once, never again. What came back is in *result
 * when 0 is returned; TIMEOUT and UNKNOWN leave the unit's state unknown. */
int qd_ufs_order(struct qd_at *at, enum qd_ufs fs, enum qd_ufs_order order, unsigned ms,
                 struct qd_at_final *result, struct qdiag_error *e);

/* The command line of an order. */
const char *qd_ufs_order_text(enum qd_ufs fs, enum qd_ufs_order order);

/* AT+CFUN=1,1. The link may go while the unit answers: that is no error. *restarted (or NULL): 1
 * when the unit was seen to start anew in place of an answer. */
int qd_at_reset(struct qd_at *at, int *restarted, struct qdiag_error *e);
const char *qd_at_reset_text(void);

/* AT+QFOTADL=…: once, never again. What came back is in *result when 0 is returned; TIMEOUT and
 * UNKNOWN say nothing about whether the unit has begun. ms: 0 = 5 s. */
int qd_fota_start(struct qd_at *at, const struct qdiag_fota_argument *a, unsigned ms,
                  struct qd_at_final *result, struct qdiag_error *e);

/* Sends a file in ACK mode; the unit's size and checksum are compared. */
int qd_user_put(struct qd_at *at, const char *name, const void *p, size_t n, struct qdiag_error *e);
int qd_user_delete(struct qd_at *at, const char *name, struct qdiag_error *e);

/* Their command lines; the name was checked. */
void qd_user_put_text(const char *name, size_t n, char out[160]);
void qd_user_delete_text(const char *name, char out[160]);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a unit says of its radio, its access point and its supply. Reads only. Every call: 0 with
 * *told 1 and the value, 0 with *told 0 when the unit answers ERROR or in a form that is not known,
 * or an error of the session. */
#ifndef QD_SERVICE_NETWORK_H
#define QD_SERVICE_NETWORK_H

#include "at/session.h"

enum qd_net_domain { QD_NET_EPS, QD_NET_GPRS, QD_NET_5G }; /* CEREG, CGREG, C5GREG */

int qd_net_signal(struct qd_at *at, int *told, int *csq, struct qdiag_error *e);
int qd_net_registration(struct qd_at *at, enum qd_net_domain domain, int *told, int *stat,
                        struct qdiag_error *e);
int qd_net_operator(struct qd_at *at, int *told, char name[64], struct qdiag_error *e);
int qd_net_fota_apn(struct qd_at *at, int *told, char apn[128], struct qdiag_error *e);
int qd_net_supply(struct qd_at *at, int *told, unsigned *millivolts, struct qdiag_error *e);

/* AT+QFOTAPID=?: its form is documented nowhere, so the text is only shown. */
int qd_net_fota_pid(struct qd_at *at, int *told, char text[96], struct qdiag_error *e);

#endif

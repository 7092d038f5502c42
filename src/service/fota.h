/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+QFOTADL and what is asked around it, as calls. Errors as in at/session.h, and PROTOCOL. No
 * password reaches an error. */
#ifndef QD_SERVICE_FOTA_H
#define QD_SERVICE_FOTA_H

#include "at/session.h"
#include "service/fota_codec.h"

/* Whether the unit has AT+QFOTADL: 1 or 0 (=? answers ERROR). Reads only. */
int qd_fota_probe(struct qd_at *at, int *has, struct qdiag_error *e);

struct qd_fota_apn { /* BG96 */
    int known, ip;   /* ip: 0 IPv4, 1 IPv6, 2 both */
    char apn[104];
    int has_user, has_password;
};

/* AT+QCFGEXT="fota_apn". known 0: the unit does not tell. Reads only. */
int qd_fota_apn_read(struct qd_at *at, struct qd_fota_apn *a, struct qdiag_error *e);

/* What stands behind "+QCFGEXT:". -PROTOCOL when it is of another form. */
int qd_fota_apn_parse(const char *text, struct qd_fota_apn *a, struct qdiag_error *e);

struct qd_fota_net {
    int rssi;               /* AT+CSQ: 0 to 31, 99 = not known; -1 = not told */
    int lte, packet, nr;    /* +CEREG, +CGREG, +C5GREG: the state; -1 = not told */
    char operator_name[64]; /* "" = none */
};

/* One answer line of AT+CSQ, AT+CEREG?, AT+CGREG?, AT+C5GREG? or AT+COPS?, in any order. 1: taken.
 * An unsolicited +CEREG: has one number less and is not taken. */
int qd_fota_net_line(struct qd_fota_net *n, const char *line);

/* 1: one registration of home or roaming is enough; the guides do not ask for all. */
int qd_fota_registered(const struct qd_fota_net *n);

/* Asks them all, one by one; nr: AT+C5GREG? too. What is not answered stays -1. Reads only. */
int qd_fota_net_read(struct qd_at *at, int nr, struct qd_fota_net *n, struct qdiag_error *e);

/* AT+QFOTAPID=?: the answer as it is, to be shown; "" when there is none. No public document says
 * what it means. Reads only. */
int qd_fota_apid_read(struct qd_at *at, char text[128], struct qdiag_error *e);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Answers that say whether a unit can reach a server and how it is fed: what stands behind the
 * prefix of the line, to values. Pure; strict; -1 where the text has another form. */
#ifndef QD_SERVICE_NETWORK_CODEC_H
#define QD_SERVICE_NETWORK_CODEC_H

/* "26,99": 0..31, or 99 = not known. */
int qd_net_parse_signal(const char *text, int *csq);

/* "0,1", "2,5,\"1A2B\",…": the state of the registration, 0..10. */
int qd_net_parse_registration(const char *text, int *stat);

/* "0,0,\"Operator\",8" or "0": the name, "" = none. */
int qd_net_parse_operator(const char *text, char name[64]);

/* "\"fota_apn\",0,\"internet\",\"\",\"\"": the access point, "" = none. User and password are not
 * taken out. */
int qd_net_parse_fota_apn(const char *text, char apn[128]);

/* "0,80,3812": millivolts, 0 = not told. */
int qd_net_parse_supply(const char *text, unsigned *millivolts);

#endif

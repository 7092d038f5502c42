/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What stands behind "+CBC:". */
#ifndef QD_SERVICE_SUPPLY_CODEC_H
#define QD_SERVICE_SUPPLY_CODEC_H

/* "0,80,3812": state, percent, millivolts. 0, or -1 when it has another form. Pure. */
int qd_supply_parse(const char *text, unsigned *millivolts);

#endif

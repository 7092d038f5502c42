/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a request would change: for the log, and for the faults that pick the n-th change. */
#ifndef SIM_CHANGE_H
#define SIM_CHANGE_H

#include "base/buf.h"

/* Whether a request changes an NV item, a file or a name. Not so: mode, SPC, sync, OPEN to read. */
int sim_change_is(const uint8_t *req, size_t n);

/* Where the new bytes begin and how many there are; 0 = the request carries none. */
size_t sim_change_data(const uint8_t *req, size_t n, size_t *len);

/* "KEY DATA" of a change (docs/formats/sim-log.md), "- -" of anything else. `path`: of the open
 * file that a WRITE goes to. 0, or -1 out of memory. */
int sim_change_text(const uint8_t *req, size_t n, const char *path, struct qd_buf *out);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Progress of long work. Called often; the caller throttles. */
#ifndef QDIAG_PROGRESS_H
#define QDIAG_PROGRESS_H

#include <stdint.h>

/* phase: short stable word ("identity", "nv", "efs-walk", "efs-files", "save", …);
 * total: 0 = not known yet; item: what is being worked on, masked, may be "". */
typedef void (*qdiag_progress_fn)(const char *phase, uint64_t done, uint64_t total,
                                  const char *item, void *user);

#endif

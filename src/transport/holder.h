/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which process has a device node open. */
#ifndef QD_TRANSPORT_HOLDER_H
#define QD_TRANSPORT_HOLDER_H

#include <stddef.h>

/* Writes "process 812 (ModemManager)" into out, up to three of them, and returns 1; 0 with "" when
 * nobody was found, which also happens when the holder belongs to another user. */
int qd_port_holder(const char *path, char *out, size_t cap);

/* Whether a process of that name runs. */
int qd_program_runs(const char *name);

#endif

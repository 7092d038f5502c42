/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which process has a device node open. */
#ifndef QD_TRANSPORT_HOLDER_H
#define QD_TRANSPORT_HOLDER_H

#include <stddef.h>

struct qd_holder {
    long pid;
    char program[32];
};

/* The processes that have a node open, up to cap; *all is 0 when some process could not be looked
 * at, as those of other users: then more may hold it, and none found is not none. */
size_t qd_port_holders(const char *path, struct qd_holder *v, size_t cap, int *all);

/* A process by its program's name; its pid, or 0. Kernel names end after 15 bytes. */
long qd_find_program(const char *name);

/* Writes "process 812 (ModemManager)" into out, up to three of them, and returns 1; 0 with "" when
 * nobody was found, which also happens when the holder belongs to another user. */
int qd_port_holder(const char *path, char *out, size_t cap);

#endif

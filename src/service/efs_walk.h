/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Walks a whole EFS tree without recursion, one directory handle at a time. */
#ifndef QD_SERVICE_EFS_WALK_H
#define QD_SERVICE_EFS_WALK_H

#include "service/efs.h"

#define QD_EFS_MAX_DEPTH   64u
#define QD_EFS_MAX_ENTRIES 200000u

/* Called for every entry that is not walked into and for every folder (before its contents). `path`
 * is absolute. Return non-zero to stop the walk with that value. */
typedef int (*qd_efs_visit)(const char *path, const struct qd_efs_entry *entry, void *user,
                            struct qdiag_error *e);

/* Called for a folder that could not be listed or lies too deep, and for an entry that has no usable
 * name; 0 = go on, else stop. */
typedef int (*qd_efs_trouble)(const char *path, const struct qdiag_error *why, void *user);

/* What an entry is: the S_IFMT bits of its mode, or by its type when the mode has none; 0 =
 * unknown. */
uint32_t qd_efs_kind(const struct qd_efs_entry *entry);

/* Visits everything below root (not root itself): the entries of one folder in the order of their
 * names, then its sub-folders one after the other. Links are visited, never followed. Returns 0,
 * what a callback returned, LINK_*, CANCELLED, NO_MEMORY, or PROTOCOL beyond QD_EFS_MAX_ENTRIES. */
int qd_efs_walk(struct qd_efs *fs, const char *root, qd_efs_visit visit, qd_efs_trouble trouble,
                void *user, struct qdiag_error *e);

#endif

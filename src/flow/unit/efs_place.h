/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What people type for a place in the EFS: "/a/b", "a/b", "13:/a", "3e:/a". */
#ifndef QD_FLOW_UNIT_EFS_PLACE_H
#define QD_FLOW_UNIT_EFS_PLACE_H

#include "flow/unit/device.h"
#include "service/efs.h"

/* The subsystem named in it (0 = none) and the normalised absolute path; asks nothing of a unit.
 * -USAGE. */
int qd_efs_split(const char *text, uint8_t *subsys, char *path, size_t cap, struct qdiag_error *e);

/* Opens the file system meant (0x13 unless named; 0x3E where 0x13 does not answer) and gives the
 * normalised absolute path. -USAGE, or as qd_efs_open. */
int qd_efs_place(struct qdiag_device *dev, const char *text, struct qd_efs *fs, char *path,
                 size_t cap, struct qdiag_error *e);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Both ports of a BG95-S5 in memory and on a virtual clock, behind the public API: qd_link_open is
 * wrapped at link time, so that nothing is waited for. One rig at a time. */
#ifndef QD_TESTS_UFS_RIG_H
#define QD_TESTS_UFS_RIG_H

#include <qdiag/qdiag.h>

#include "base/context.h"
#include "sim/at.h"
#include "sim/faults.h"
#include "sim/modem.h"
#include "sim/unit.h"

#define UFS_IMEI   "001001000000015"
#define UFS_DIGITS "0015"

struct ufs_rig {
    char root[64]; /* temporary; everything below goes with it */
    char unit_dir[96], file[96], log[96];
    struct qdiag_context *ctx;
    struct qdiag_device *dev;
    struct qdiag_at *at;
    struct qdiag_error e;
    struct qdiag_ufs_report report;
    unsigned resets;
};

void ur_start(struct ufs_rig *r); /* takes a DIAG backup, which counts for every unit made later */
void ur_stop(struct ufs_rig *r);

/* A new unit, as on its first day; notes of earlier ones are gone. The other one has another IMEI and
 * the first one's copies and counters; notes stay. */
void ur_unit(struct ufs_rig *r);
void ur_other_unit(struct ufs_rig *r);
/* A DIAG backup of the unit that is plugged in; the exit code. */
int ur_backup_file(struct ufs_rig *r, const char *path);
void ur_put(struct ufs_rig *r, const char *name, const void *p, size_t n);
/* Starts it with these faults ("" = none), opens DIAG. The log begins anew. */
void ur_plug(struct ufs_rig *r, const char *faults);
void ur_unplug(struct ufs_rig *r);

/* What `qdiag ufs …` does: opens the AT port, acts, closes it. The exit code. */
int ur_status(struct ufs_rig *r);
int ur_backup(struct ufs_rig *r, enum qdiag_ufs fs, unsigned wait_ms, int force);
int ur_restore(struct ufs_rig *r, enum qdiag_ufs fs, const char *confirm);
int ur_put_file(struct ufs_rig *r, const char *name, const void *p, size_t n);
int ur_get_file(struct ufs_rig *r, const char *name, const char *path);
int ur_files(struct ufs_rig *r, struct qdiag_user_files *list);

/* From the simulator's log: every write of either port, each ended by a line end. For one call. */
const char *ur_writes(struct ufs_rig *r);
unsigned ur_count(struct ufs_rig *r, const char *command); /* AT commands that are exactly this */

/* The simulated AT side, and the time. */
struct sim_at *ur_side(void);
uint64_t ur_now_ms(void);

#endif

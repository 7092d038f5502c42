/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What may be written back, by class and by item: hard rules only (policy.def). Labels of names
 * never take part. Pure. */
#ifndef QD_MODEL_POLICY_H
#define QD_MODEL_POLICY_H

#include "model/plan.h"

enum qd_policy {
    QD_POLICY_NEVER,
    QD_POLICY_IF_BLANK, /* same unit, and its own value is blank */
    QD_POLICY_SAME_UNIT,
    QD_POLICY_SAME_FW /* same unit, same firmware */
};

struct qd_rule {
    enum qd_class class;
    enum qd_policy policy;
    enum qd_reason reason; /* why not, when NEVER */
    int set;               /* 1: belongs to the calibration, which goes back whole or not at all */
};

struct qd_rule qd_policy_nv(uint16_t id);
/* Any spelling of a path; one that cannot be brought to a safe spelling is NEVER. */
struct qd_rule qd_policy_path(const char *path);
/* Whether a part of the calibration set may stand at a path, or below it when it is a folder. */
int qd_policy_reaches_set(const char *path);
const char *qd_policy_name(enum qd_policy p); /* "never", "if-blank", "same-unit", "same-fw" */

/* Doors of single writes: 0, or -QDIAG_E_POLICY naming the rule. A path may be spelled in any way;
 * the target of a link counts as much as its place. */
int qd_policy_nv_door(uint16_t id, struct qdiag_error *e);
int qd_policy_path_door(const char *path, struct qdiag_error *e);

/* A step that is about to be carried out, or came from a file: 0, or -QDIAG_E_POLICY. A step that
 * writes must pass a door, or fill a blank identity item with a usable value. */
int qd_policy_step(const struct qd_step *s, struct qdiag_error *e);
/* Absolute form of what a link at path points to; -1 when it has none. */
int qd_policy_link_target(const char *path, const uint8_t *target, size_t n, char *out, size_t cap);

/* What a file most likely is, when neither the unit nor the backup says: ITEM or FILE. items: 1
 * when it stands in a section of item files. */
enum qd_there qd_policy_file_kind(const char *path, int items);

#define QD_PLAN_PATH_MAX 251u /* longest path, and largest file, that a plan takes */
#define QD_PLAN_FILE_MAX (16u << 20)

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From a backup and the state of a unit to the ordered list of what is written, kept or left out,
 * each with its reason. Pure: no unit, no file. */
#ifndef QD_FLOW_PLAN_PLAN_H
#define QD_FLOW_PLAN_PLAN_H

#include "flow/plan/guard.h"
#include "model/backup.h"
#include "model/plan.h"
#include "model/policy.h"

/* A key somebody looked at on the unit, and what was there. */
struct qd_look {
    struct qd_key key;
    struct qd_state state;
};
struct qd_looks { /* sorted by key, no key twice */
    struct qd_look *v;
    size_t n, cap;
};
void qd_looks_free(struct qd_looks *l);

struct qd_plan_in {
    const struct qd_backup *file;
    const struct qd_backup *unit; /* as just read, with its missing list */
    const struct qd_looks *looks; /* answers to qd_plan_open_keys; NULL = none */
    uint8_t efs[2]; /* subsystems of the unit, that with the RF files first; 0 = none */
    const struct qd_guard *guard;
    const struct qd_firmware *firmware;
    int plain_unless_noted; /* the file has a manifest: without a mode it was a plain file */
    uint32_t only;          /* bits 1u << enum qd_class; 0 = all */
    int accept_firmware;    /* config although the firmware differs or is not known */
    const char *source_sha256;
    const char *unit_digest, *salt; /* see qd_anchors_digest; "" = none */
};

/* Keys of the file, and folders above them, that the snapshot says nothing about. The caller looks
 * at each on the unit and fills in the state; what stays UNKNOWN is not written. Sorted. */
int qd_plan_open_keys(const struct qd_plan_in *in, struct qd_looks *out, struct qdiag_error *e);

/* 0; -QDIAG_E_NOT_SAME_UNIT or -QDIAG_E_POLICY when guard or firmware forbid it; a file that cannot
 * be a source (redacted, empty) is -QDIAG_E_POLICY; -QDIAG_E_NO_MEMORY. */
int qd_plan_build(const struct qd_plan_in *in, struct qd_plan **plan, struct qdiag_error *e);

/* What the unit holds and the file does not: it keeps its value. States are not filled. */
int qd_plan_surplus(const struct qd_plan_in *in, struct qd_looks *out, struct qdiag_error *e);

/* One write asked for by name. parents: the folders above an EFS path, root first, as looked at;
 * missing ones become steps. -QDIAG_E_POLICY for what no command may write. */
enum qd_single_op {
    QD_SINGLE_NV,
    QD_SINGLE_PUT,
    QD_SINGLE_RM,
    QD_SINGLE_MKDIR,
    QD_SINGLE_LINK,
    QD_SINGLE_CHMOD
};
struct qd_single {
    enum qd_single_op op;
    struct qd_key key;      /* borrowed; the path in any spelling */
    struct qd_state before; /* borrowed; as looked at */
    struct qd_state after;  /* borrowed; PUT: data and kind (UNKNOWN = as it is, or as paths go) */
    const struct qd_look *parents;
    size_t nparents;
    int is_array;           /* NV: the unit has another element with other bytes */
};
int qd_plan_single(const struct qd_single *s, struct qd_plan **plan, struct qdiag_error *e);
/* The door alone, before anything is asked of the unit. */
int qd_plan_door(enum qd_single_op op, const struct qd_key *key, const char *target,
                 struct qdiag_error *e);

#endif

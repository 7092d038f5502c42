/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Plans and journals for tests: a plan with every kind of key and state, and a folder for files. */
#ifndef JOURNAL_RIG_H
#define JOURNAL_RIG_H

#include "container/journal_view.h"
#include "flow/restore/journal.h"

struct journal_rig {
    char dir[64], path[96];
    struct qd_plan *plan;
    struct qdiag_error e;
};

void journal_rig_init(struct journal_rig *r); /* a folder, and an empty plan */
void journal_rig_end(struct journal_rig *r);

struct qd_state rig_nv(uint8_t fill);
struct qd_state rig_absent(void);
struct qd_state rig_bytes(enum qd_there kind, uint32_t mode, const void *p, size_t n);
struct qd_key rig_nv_key(int sub, int id, uint8_t index);
struct qd_key rig_efs_key(const char *path);
/* A step that is written; takes over key and states. */
void rig_step(struct journal_rig *r, enum qd_phase phase, struct qd_key key, struct qd_state before,
              struct qd_state after);
void rig_skip(struct journal_rig *r, struct qd_key key, enum qd_reason reason);
/* One step of every kind, and some that are not written. */
void rig_full_plan(struct journal_rig *r);
struct qd_jheader rig_header(struct journal_rig *r);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A plan: the ordered list of changes to one unit that a restore, `nv write` or `efs put` is going to
 * make, with the state of every key before and after. Data only: who decides is flow/plan/plan.c, who
 * writes is flow/restore/execute.c and nobody else. A step back is the same step with its states exchanged. */
#ifndef QD_MODEL_PLAN_H
#define QD_MODEL_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/catalog.h"

/* What is at a key, or shall be there. */
enum qd_there {
    QD_THERE_UNKNOWN, /* not looked at, or could not be read: never a reason to write */
    QD_THERE_ABSENT,
    QD_THERE_NV,   /* data: QD_NV_SIZE bytes */
    QD_THERE_FILE, /* data: contents */
    QD_THERE_ITEM, /* an item file (mode 0160000); data: contents */
    QD_THERE_DIR,
    QD_THERE_LINK /* data: the target without NUL */
};

struct qd_state {
    enum qd_there kind;
    uint32_t mode; /* EFS permission bits, 0..07777; QD_MODE_ANY = leave or take the unit's default */
    uint8_t *data; /* owned; NULL when len is 0 */
    size_t len;
};
#define QD_MODE_ANY 0xffffffffu

/* One place of a unit. NV: sub, id and element; EFS: subsystem and normalised absolute path. */
struct qd_key {
    int sub;       /* 0..2; -1 for EFS */
    int32_t nv;    /* 0..65535; -1 for EFS */
    uint8_t index; /* array element; 0 when the item is plain */
    uint8_t fs;    /* 0x13 or 0x3E; 0 for NV */
    char *path;    /* owned; NULL for NV */
};

/* Order of a restore. A sync stands between two phases that both write. */
enum qd_phase {
    QD_PHASE_NV,       /* numbered items, none of them identity */
    QD_PHASE_RFNV,     /* /nv/item_files/rfnv */
    QD_PHASE_EFS,      /* other folders, files and links */
    QD_PHASE_XO,       /* crystal calibration: mcs/tcxomgr */
    QD_PHASE_IDENTITY, /* only reached when everything before succeeded */
    QD_PHASES
};

enum qd_decision {
    QD_DO_WRITE,
    QD_DO_KEEP, /* the unit holds these bytes already */
    QD_DO_SKIP  /* in the file, not written; reason says why */
};

/* Why a step is skipped: one line per reason in reasons.def. */
enum qd_reason {
#define QD_REASON(id, name, text) QD_REASON_##id,
#include "model/reasons.def"
#undef QD_REASON
    QD_REASONS
};

struct qd_step {
    struct qd_key key;
    enum qd_class class;
    enum qd_phase phase;
    enum qd_decision decision;
    enum qd_reason reason; /* QD_REASON_NONE unless skipped */
    struct qd_state before, after;
};

/* What has to be true of the unit when the plan is carried out. */
struct qd_plan {
    struct qd_step *v; /* in the order of execution: by phase, folders before their contents */
    size_t n, cap;
    char source_sha256[65]; /* of the backup; "" for a single write */
    char unit[65];          /* salted digest of the unit's evidence, as in a manifest; "" = none */
    char salt[65];
};

/* "write", "keep", "skip"; "identity", …; a word for scripts and a sentence for people. */
const char *qd_decision_name(enum qd_decision d);
const char *qd_phase_name(enum qd_phase p);
const char *qd_reason_name(enum qd_reason r);
const char *qd_reason_text(enum qd_reason r);
const char *qd_there_name(enum qd_there t);

struct qd_plan *qd_plan_new(void);
void qd_plan_free(struct qd_plan **p);
/* Takes over what s owns on success. -QDIAG_E_NO_MEMORY. */
int qd_plan_add(struct qd_plan *p, struct qd_step *s, struct qdiag_error *e);
size_t qd_plan_count(const struct qd_plan *p, enum qd_decision d);

void qd_state_clear(struct qd_state *s);
int qd_state_copy(struct qd_state *to, const struct qd_state *from, struct qdiag_error *e);
/* Same kind and bytes, and the same mode where both know one. Unknown equals nothing, itself included. */
int qd_state_equal(const struct qd_state *a, const struct qd_state *b);

void qd_key_clear(struct qd_key *k);
int qd_key_copy(struct qd_key *to, const struct qd_key *from, struct qdiag_error *e);
int qd_key_compare(const struct qd_key *a, const struct qd_key *b);
/* "nv:0:550", "nv:0:10:1", "efs:/a/b", "efs:3e:/a/b": as people type and scripts read it, with no
 * digit run masked. Cut to fit. */
void qd_key_text(const struct qd_key *k, char *out, size_t cap);

/* What this build says of a key. A plan or journal that comes from a file may say something else. */
enum qd_class qd_key_class(const struct qd_key *k);

void qd_step_clear(struct qd_step *s);

#endif

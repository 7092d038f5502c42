/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Changing a unit: plan, show, confirm, journal, write, read back, report. The only header whose
 * calls write NV items or files.
 *
 * A backup goes back to the unit it was taken from and to no other: nothing here overrides that,
 * and no call takes an identity as a value to write. Every change is in a journal on disk before it
 * is made; a run that was stopped anywhere can go on or be taken back. */
#ifndef QDIAG_RESTORE_H
#define QDIAG_RESTORE_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/contents.h>
#include <qdiag/device.h>
#include <qdiag/error.h>
#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is going to be done to one unit, bound to the state it was seen in. */
struct qdiag_plan;

struct qdiag_plan_options {
    const char
        *only; /* classes, separated by commas, as qdiag_diff_options names them; NULL = all */
    int accept_incomplete;  /* 1: go on although the backup, or the unit's present state, could not
                               be  read whole */
    int accept_firmware;    /* 1: also what holds for the backup's firmware only, on another one */
    const char *label_imei; /* the IMEI printed on the unit, for one that lost its own: 15 digits,
                               compared with the backup and never written; NULL = not given */
};

/* Compares a backup with a connected unit and decides, item by item, what a restore would write.
 * The whole unit is read for it.
 *
 * @param dev   the unit.
 * @param file  the backup, of any kind.
 * @param o     what may be done.
 * @param plan  set on success, and when the guard refuses (then only evidence and info are of use);
 *              free with qdiag_plan_free.
 * @param e     set on failure.
 * Time: as a backup. Unit: reads only. Owner: the caller owns *plan.
 * Returns: 0 (also when nothing has to be written); -QDIAG_E_NOT_SAME_UNIT, -QDIAG_E_POLICY (model,
 *          firmware, redacted file), -QDIAG_E_INCOMPLETE (see accept_incomplete), -QDIAG_E_USAGE,
 *          -QDIAG_E_FILE_DAMAGED, -QDIAG_E_FILE_UNKNOWN, -QDIAG_E_LOCAL_FILE, and as qdiag_backup.
 * Source: docs/formats/guard.md. */
QDIAG_API int qdiag_plan_make(struct qdiag_device *dev, const char *file,
                              const struct qdiag_plan_options *o, struct qdiag_plan **plan,
                              struct qdiag_error *e);

enum qdiag_change_op {
    QDIAG_CHANGE_NV = 0, /* sub, nv, index; data: 1..128 bytes, padded with zeros */
    QDIAG_CHANGE_PUT,    /* path, data: the contents of a file, made when absent */
    QDIAG_CHANGE_RM,     /* path: a file, item or link, or an empty folder */
    QDIAG_CHANGE_MKDIR,  /* path */
    QDIAG_CHANGE_LINK,   /* path, target */
    QDIAG_CHANGE_CHMOD   /* path, mode */
};

/* One change asked for by name. */
struct qdiag_single {
    enum qdiag_change_op op;
    int sub;          /* 0..2 */
    long nv;          /* 0..65535 */
    unsigned index;   /* array element */
    const char *path; /* as in efs.h */
    const char *target;
    unsigned mode; /* permission bits, 0..07777 */
    int item; /* PUT of a new file: 1 = as an item file, 0 = as a regular one, -1 = as its path goes
               */
    const uint8_t *data;
    size_t size;
};

/* A plan of one change. Identity, its aliases under other paths, secrets and locks are refused
 * before anything is asked of the unit.
 *
 * @param dev   the unit.
 * @param s     the change; copied.
 * @param plan  set on success; free with qdiag_plan_free.
 * @param e     set on failure.
 * Time: some requests. Unit: reads only. Owner: the caller owns *plan.
 * Returns: 0; -QDIAG_E_POLICY, -QDIAG_E_USAGE, -QDIAG_E_ABSENT (nothing there to remove),
 *          -QDIAG_E_REFUSED (its present state cannot be read), -QDIAG_E_UNSUPPORTED,
 *          -QDIAG_E_NO_MEMORY, -QDIAG_E_LINK_*, -QDIAG_E_CANCELLED. */
QDIAG_API int qdiag_plan_single(struct qdiag_device *dev, const struct qdiag_single *s,
                                struct qdiag_plan **plan, struct qdiag_error *e);

/* Saves a plan, mode 0600: it holds the bytes to be written.
 *
 * @param plan  the plan.
 * @param path  the file to make; a plan of that name is replaced whole, any other file is not.
 * @param e     set on failure.
 * Time: none. Unit: none. Owner: borrows plan. Returns: 0, -QDIAG_E_LOCAL_FILE, -QDIAG_E_NO_MEMORY.
 * Source: docs/formats/plan.md. */
QDIAG_API int qdiag_plan_save(const struct qdiag_plan *plan, const char *path,
                              struct qdiag_error *e);

/* Takes a saved plan up again. The whole unit is read: it must be the one the plan was made for.
 *
 * @param dev   the unit.
 * @param path  the plan file.
 * @param plan  set on success; free with qdiag_plan_free.
 * @param e     set on failure.
 * Time: as a backup. Unit: reads only. Owner: the caller owns *plan.
 * Returns: 0; -QDIAG_E_NOT_SAME_UNIT, -QDIAG_E_FILE_DAMAGED, -QDIAG_E_FILE_UNKNOWN, -QDIAG_E_POLICY
 * (a step that no plan may hold), and as qdiag_backup. */
QDIAG_API int qdiag_plan_load(struct qdiag_device *dev, const char *path, struct qdiag_plan **plan,
                              struct qdiag_error *e);

/* Frees a plan and sets the pointer to NULL.
 *
 * @param plan  address of the pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_plan_free(struct qdiag_plan **plan);

enum qdiag_decision { QDIAG_WRITE = 0, QDIAG_KEEP, QDIAG_SKIP };

struct qdiag_plan_info {
    const char *source;  /* the backup or plan file; "" for a single change */
    const char *verdict; /* "allow", "refuse", "needs-more", "limited"; "" = no guard was asked */
    const char *rule;    /* "G3a": a row of docs/formats/guard.md; "" = none */
    const char *why, *warning;                      /* sentences; nothing in them identifies */
    const char *model_relation, *firmware_relation; /* "match", "differs", "unknown", … or "" */
    const char *firmware_file, *firmware_unit;
    size_t steps, write, keep, skip;
    uint64_t bytes; /* to be written */
    size_t surplus; /* on the unit and not in the backup: kept as it is */
    const char
        *confirm; /* what has to be typed: "the last 6 digits of the unit's IMEI"; "" = nothing */
    size_t evidence; /* rows for qdiag_plan_evidence */
    const char *scope; /* a narrowed backup: "NV 400-500 of subscription 0 only"; else "" */
};

struct qdiag_plan_evidence {
    const char *name, *text; /* "imei", "IMEI" */
    const char *relation;    /* "equal", "different", "unknown" */
    const char *file, *unit; /* masked values, or "blank", "unknown", … */
    int strong;              /* 1: a difference here refuses */
};

struct qdiag_plan_step {
    enum qdiag_decision decision;
    const char *key; /* "nv:0:441", "efs:/nv/item_files/…" */
    const char *class_name, *phase;
    const char *reason, *reason_text; /* of a skip: word and sentence; else "" */
    const char *before, *after;       /* "absent", "nv", "file", "item", "dir", "link", "unknown" */
    size_t before_size, after_size;
    int is_private; /* says who a unit is, or opens it */
};

/* Fills in what holds for the whole plan.
 *
 * @param plan  the plan.
 * @param info  filled.
 * Time: none. Unit: none. Owner: texts live as long as plan. Returns: nothing. */
QDIAG_API void qdiag_plan_info(const struct qdiag_plan *plan, struct qdiag_plan_info *info);

/* One step, in the order of execution.
 *
 * @param plan  the plan.
 * @param i     0 to steps - 1.
 * @param step  filled.
 * Time: none. Unit: none. Owner: texts live as long as plan, key until the next call.
 * Returns: 0, or -1 beyond the last. */
QDIAG_API int qdiag_plan_get(struct qdiag_plan *plan, size_t i, struct qdiag_plan_step *step);

/* One piece of evidence that was compared.
 *
 * @param plan  the plan.
 * @param i     0 to evidence - 1.
 * @param row   filled.
 * Time: none. Unit: none. Owner: texts live as long as plan. Returns: 0, or -1 beyond the last. */
QDIAG_API int qdiag_plan_evidence(const struct qdiag_plan *plan, size_t i,
                                  struct qdiag_plan_evidence *row);

/* Asks a person. what: as qdiag_plan_info.confirm; answer: room for 63 characters and NUL. 0 when
 * something was typed, else nobody answers. */
typedef int (*qdiag_ask_fn)(const char *what, char answer[64], void *user);

struct qdiag_restore_options {
    const char *safety; /* new backup file of the unit's present state (its name says the kind);
                           needed but for a plan of one change */
    const char *journal; /* file to make; must not exist */
    const char *confirm; /* the digits, or NULL: ask() is called */
    const char *spc; /* six digits, sent once when the unit says that it is locked; NULL = none */
    int accept_incomplete; /* 1: the safety backup may lack what cannot be read */
    qdiag_ask_fn ask;      /* NULL: nobody to ask */
    void *user;
    /* To go on with a journal that has identity left to write: the backup it was made from, and the
     * label's IMEI as in qdiag_plan_options; else NULL. */
    const char *backup, *label_imei;
};

/* How one step came out. */
struct qdiag_restore_line {
    const char *key, *class_name;
    const char *result, *result_text; /* word and sentence: "written", "refused", … */
    const char *why;                  /* the unit's own answer, or "" */
    int64_t wire;                     /* NV status, EFS errno, minus a DIAG error byte; -1 = none */
};

struct qdiag_restore_report {
    const char *journal, *safety; /* "" = none */
    int back;                     /* 1: what was taken back */
    size_t to_write, written, already, refused, not_reached, keep, skip;
    size_t unverified; /* written, changes by itself: not read again */
    int verified;      /* 1: everything written was read back equal after the reset */
    enum qdiag_touch touch;
    int exit_code;
    uint64_t requests, milliseconds;
    struct qdiag_restore_line *line; /* of every step to be written */
    size_t lines;
    void *inside;
};

/* Carries a plan out: confirmation, safety backup, journal, every write read back, sync, reset, and
 * all of it read again. Nothing to write is success without a reset.
 *
 * @param dev     the unit; its session is another one after the reset.
 * @param plan    the plan.
 * @param o       confirmation and files.
 * @param report  set once the first write was allowed; free with qdiag_restore_report_free.
 * @param e       set on failure; touch and exit code tell whether the unit was written to.
 * Time: minutes. Unit: writes. Owner: the caller owns the report.
 * Returns: 0 (every planned byte was read back equal); -QDIAG_E_POLICY (not confirmed),
 *          -QDIAG_E_PARTLY, -QDIAG_E_READBACK_DIFFERS, -QDIAG_E_ITEM_UNKNOWN, -QDIAG_E_LOCKED,
 *          -QDIAG_E_DIFFERENT (the unit is not as the plan saw it), -QDIAG_E_NOT_SAME_UNIT,
 *          -QDIAG_E_INCOMPLETE (the safety backup is not whole), -QDIAG_E_LOCAL_FILE,
 *          -QDIAG_E_USAGE, -QDIAG_E_CANCELLED, -QDIAG_E_LINK_*, -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_restore(struct qdiag_device *dev, struct qdiag_plan *plan,
                            const struct qdiag_restore_options *o,
                            struct qdiag_restore_report **report, struct qdiag_error *e);

/* Goes on with a restore that was stopped. An identity is written only when the backup, read and
 * compared by the guard once more, has it too: a journal can be edited.
 *
 * @param dev      the unit, which must be the same one.
 * @param journal  its journal.
 * @param o        spc, backup and label_imei are used.
 * @param report   as qdiag_restore.
 * @param e        set on failure.
 * Time: minutes. Unit: writes. Owner: the caller owns the report.
 * Returns: as qdiag_restore (-QDIAG_E_POLICY also when identity is left to write and backup does
 * not prove it to be the unit's own), and -QDIAG_E_BUSY (another process has the journal),
 *          -QDIAG_E_FILE_DAMAGED, -QDIAG_E_FILE_UNKNOWN. */
QDIAG_API int qdiag_restore_resume(struct qdiag_device *dev, const char *journal,
                                   const struct qdiag_restore_options *o,
                                   struct qdiag_restore_report **report, struct qdiag_error *e);

/* Takes back what a journal says was written, in reverse, and verifies it. Identity that was put
 * back is the unit's own and stays.
 *
 * @param dev      the unit, which must be the same one.
 * @param journal  the journal.
 * @param o        spc and ask are used.
 * @param report   as qdiag_restore.
 * @param e        set on failure, and always when something had to be taken back.
 * Time: minutes. Unit: writes. Owner: the caller owns the report.
 * Returns: 0 (nothing had been written); -QDIAG_E_ROLLED_BACK (all of it, verified),
 * -QDIAG_E_PARTLY, -QDIAG_E_ROLLBACK_FAILED, -QDIAG_E_ITEM_UNKNOWN, and as qdiag_restore_resume. */
QDIAG_API int qdiag_restore_rollback(struct qdiag_device *dev, const char *journal,
                                     const struct qdiag_restore_options *o,
                                     struct qdiag_restore_report **report, struct qdiag_error *e);

/* What a journal says, without a unit.
 *
 * @param c        the context.
 * @param journal  the file; it is not changed.
 * @param report   set on success; free with qdiag_restore_report_free.
 * @param e        set on failure.
 * Time: none. Unit: none. Owner: the caller owns the report.
 * Returns: 0, -QDIAG_E_FILE_DAMAGED, -QDIAG_E_FILE_UNKNOWN, -QDIAG_E_LOCAL_FILE,
 *          -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_restore_status(struct qdiag_context *c, const char *journal,
                                   struct qdiag_restore_report **report, struct qdiag_error *e);

/* Frees a report and sets the pointer to NULL.
 *
 * @param r  address of the pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_restore_report_free(struct qdiag_restore_report **r);

/* Compares a backup with the connected unit, item by item.
 *
 * @param dev     the unit.
 * @param file    the backup.
 * @param o       what counts.
 * @param report  set when both could be read; side a is the file, b the unit; free with
 *                qdiag_diff_report_free.
 * @param e       set on failure and when they differ.
 * Time: as a backup. Unit: reads only. Owner: the caller owns the report.
 * Returns: 0 (equal where it counts), -QDIAG_E_DIFFERENT, -QDIAG_E_UNKNOWN (nothing differs, but
 * not all could be read), -QDIAG_E_NOT_SAME_UNIT, and as qdiag_backup and qdiag_diff_files. */
QDIAG_API int qdiag_verify(struct qdiag_device *dev, const char *file,
                           const struct qdiag_diff_options *o, struct qdiag_diff_report **report,
                           struct qdiag_error *e);

#ifdef __cplusplus
}
#endif
#endif

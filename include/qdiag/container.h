/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Backup files without a unit: checking one. */
#ifndef QDIAG_CONTAINER_H
#define QDIAG_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/context.h>
#include <qdiag/error.h>
#include <qdiag/export.h>
#include <qdiag/identity.h>

#ifdef __cplusplus
extern "C" {
#endif

enum qdiag_manifest_state {
    QDIAG_MANIFEST_NONE = 0,  /* no manifest beside the file: only its own structure was checked */
    QDIAG_MANIFEST_MATCHES    /* every byte is the one that was saved */
};

/* Would the file restore, as far as it can be known without a unit? */
enum qdiag_restorable {
    QDIAG_RESTORABLE_CANNOT_TELL = 0,
    QDIAG_RESTORABLE_YES,
    QDIAG_RESTORABLE_NO
};

struct qdiag_check_report {
    char container[16];    /* "xqcn" */
    uint64_t file_size;
    char sha256[65];
    enum qdiag_manifest_state manifest;
    int complete;          /* by the manifest; 0 also when narrowed; -1 = no manifest, cannot tell */
    size_t unreadable, withheld, not_held; /* by the manifest */
    char created[32], tool[64];            /* by the manifest */
    size_t nv[QDIAG_SUBS], efs_backup, provisioning, nv_items;
    uint64_t efs_bytes;
    uint16_t model_number;
    uint32_t esn;
    char software[512], client[512];
    enum qdiag_ident_state imei_state[QDIAG_SUBS];
    char imei[QDIAG_SUBS][16];
    char **note;           /* oddities accepted, with their place */
    size_t note_count;
    int nv_array[QDIAG_SUBS], property_info, feature_mask; /* 1: the part is there */
    size_t rfnv, tcxomgr;  /* RF files, crystal calibration files; empty ones do not count */
    int ftm;               /* item 453: 1 factory test mode, 0 normal, -1 not there */
    int redacted;          /* a copy without identity */
    enum qdiag_restorable restorable;
    char restorable_why[128];
    char **finding;        /* what is missing, blank, damaged or contradictory, one sentence each */
    size_t finding_count;
    int narrowed;          /* by the manifest: 1 = less was asked for than a whole unit; -1 = cannot tell */
    char scope[128];       /* what it holds then: "NV 400-500 of subscription 0 only"; else "" */
};

/* Checks a backup file: structure, contents, and every byte against its manifest when FILE.manifest.json
 * is there.
 *
 * @param c       the context.
 * @param path    the file.
 * @param report  set when the file could be read as a backup; free with qdiag_check_report_free.
 * @param e       set on failure: item names file and place, why names the rule.
 * Time: one pass over the file. Unit: none. Owner: the caller owns the report.
 * Returns: 0, also for a narrowed backup; -QDIAG_E_INCOMPLETE (sound, but its manifest says incomplete; with a report);
 *          -QDIAG_E_FILE_DAMAGED, -QDIAG_E_FILE_UNKNOWN, -QDIAG_E_LOCAL_FILE, -QDIAG_E_NO_MEMORY,
 *          -QDIAG_E_CANCELLED.
 * Source: docs/formats/qcn.md. */
QDIAG_API int qdiag_check_file(struct qdiag_context *c, const char *path,
                               struct qdiag_check_report **report, struct qdiag_error *e);

/* Refuses a backup that was narrowed, by its manifest alone, where a whole one is needed. A file
 * without a manifest, or with one of an older version, is not judged here.
 *
 * @param path  the backup file.
 * @param e     set on failure: why says what it holds.
 * Time: none. Unit: none. Owner: borrows path.
 * Returns: 0; -QDIAG_E_POLICY (narrowed), -QDIAG_E_FILE_DAMAGED, -QDIAG_E_LOCAL_FILE,
 *          -QDIAG_E_NO_MEMORY.
 * Source: docs/formats/manifest.md. */
QDIAG_API int qdiag_backup_not_narrowed(const char *path, struct qdiag_error *e);

/* Frees a report and sets the pointer to NULL.
 *
 * @param r  address of the pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_check_report_free(struct qdiag_check_report **r);

#ifdef __cplusplus
}
#endif
#endif

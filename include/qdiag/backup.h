/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Backing a unit up into a file, and what became of it. */
#ifndef QDIAG_BACKUP_H
#define QDIAG_BACKUP_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/device.h>
#include <qdiag/error.h>
#include <qdiag/export.h>
#include <qdiag/identity.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QDIAG_SUB_ALL (-1)

struct qdiag_backup_options {
    const char *xqcn;      /* file to make, or NULL; ….gz is packed. One of the four is required */
    int sub;               /* QDIAG_SUB_ALL, or only this subscription, 0..2 */
    int nv_first, nv_last; /* ids asked for in subscription 0, 0..65535 */
    int exhaustive;        /* 1: ids 0..65535 in every subscription, every RF file number */
    int accept_incomplete; /* 1: an incomplete backup gets its final name too */
    const char *qcn;       /* further files from the same read, each NULL or a name */
    const char *tar;       /* ….gz is packed */
    const char *dir;       /* a folder, absent or empty */
};

#define QDIAG_BACKUP_OPTIONS_DEFAULT {NULL, QDIAG_SUB_ALL, 0, 10500, 0, 0, NULL, NULL, NULL}

/* Why something is not in the file. */
enum qdiag_missing_kind {
    QDIAG_MISSING_UNREADABLE = 0, /* makes the backup incomplete */
    QDIAG_MISSING_WITHHELD,       /* a secret the unit does not give out, by design */
    QDIAG_MISSING_NOT_HELD        /* read, kept in the manifest: this kind of file cannot hold it */
};

struct qdiag_missing {
    enum qdiag_missing_kind kind;
    int sub;          /* subscription of an NV item, -1 for EFS */
    long nv;          /* NV id, or -1 */
    unsigned index;   /* array element of an NV item */
    unsigned efs;     /* EFS subsystem, or 0 */
    const char *path; /* EFS path, or NULL */
    const char *reason;
    int64_t wire;     /* NV status, EFS errno or DIAG error byte; -1 = none */
};

/* One file made. */
struct qdiag_backup_file {
    char container[16];  /* "xqcn", "qcn", "tar", "dir", "xqcn.gz", "tar.gz" */
    char file[1024];     /* ….partial when incomplete */
    char manifest[1024];
    char sha256[65];     /* of a folder: docs/formats/folder.md */
    uint64_t file_size;
};

struct qdiag_backup_report {
    int complete;        /* nothing unreadable, and not narrowed */
    char file[1024];     /* the first file made */
    char manifest[1024];
    char sha256[65];
    uint64_t file_size;
    size_t nv[QDIAG_SUBS];
    size_t efs_backup, provisioning; /* files in these sections */
    uint64_t efs_bytes;
    struct qdiag_identity unit;
    struct qdiag_missing *missing;
    size_t missing_count;
    size_t unreadable, withheld, not_held;
    char **warning;      /* sentences for people */
    size_t warning_count;
    uint64_t requests, milliseconds;
    struct qdiag_backup_file *files; /* all files made, in the order xqcn, qcn, tar, dir */
    size_t file_count;
    int narrowed;    /* 1: less was asked for than a whole unit; complete is 0 then */
    char scope[128]; /* what it holds then: "NV 400-500 of subscription 0 only"; else "" */
};

/* Refuses options that narrow a backup, for what needs a whole one.
 *
 * @param o  the options.
 * @param e  set on failure: why says what would be read.
 * Time: none. Unit: none. Owner: borrows o. Returns: 0, -QDIAG_E_POLICY. */
QDIAG_API int qdiag_backup_options_whole(const struct qdiag_backup_options *o,
                                         struct qdiag_error *e);

/* Reads a whole unit once and saves it in every form asked for, each with a manifest beside it. The
 * files appear only after all were read back and compared; an older file of that name is replaced
 * whole or stays as it was, a folder is never written over.
 *
 * @param dev     the device.
 * @param o       what to read and where to save it.
 * @param report  set when a file was made, also for an incomplete one; free with
 *                qdiag_backup_report_free.
 * @param e       set on failure.
 * Time: one request per item; about 2 minutes at 10 ms per request. Unit: reads only.
 * Owner: the caller owns the report.
 * Returns: 0, also for one that was narrowed as asked; -QDIAG_E_INCOMPLETE (with a report; the file is FILE.partial unless
 *          accept_incomplete); -QDIAG_E_USAGE, -QDIAG_E_LOCKED, -QDIAG_E_UNSUPPORTED,
 *          -QDIAG_E_REFUSED, -QDIAG_E_NOT_SAME_UNIT (identity changed during the run),
 *          -QDIAG_E_LINK_*, -QDIAG_E_UNSTEADY, -QDIAG_E_CANCELLED, -QDIAG_E_LOCAL_FILE,
 *          -QDIAG_E_NO_MEMORY, -QDIAG_E_BUG.
 * Source: docs/formats/qcn.md, docs/formats/folder.md, docs/formats/manifest.md. */
QDIAG_API int qdiag_backup(struct qdiag_device *dev, const struct qdiag_backup_options *o,
                           struct qdiag_backup_report **report, struct qdiag_error *e);

/* Frees a report and sets the pointer to NULL.
 *
 * @param r  address of the pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_backup_report_free(struct qdiag_backup_report **r);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One backup file into another form. */
#ifndef QDIAG_CONVERT_H
#define QDIAG_CONVERT_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/context.h>
#include <qdiag/error.h>
#include <qdiag/export.h>
#include <qdiag/identity.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qdiag_convert_options {
    const char
        *to; /* "xqcn", "qcn", "tar", "dir", "xqcn.gz" or "tar.gz"; NULL = by the name of out */
    int64_t time; /* Unix seconds for what has to bear a time; -1 = now in the manifest, none in a
                     QCN */
};

#define QDIAG_CONVERT_OPTIONS_DEFAULT                                                              \
    {                                                                                              \
        NULL, -1                                                                                   \
    }

struct qdiag_convert_report {
    char from[16], to[16]; /* "xqcn", "qcn", "tar", "dir", each also with ".gz" */
    char file[1024], manifest[1024];
    char sha256[65]; /* of a folder: docs/formats/folder.md */
    uint64_t file_size;
    int source_manifest; /* 1: the source had a manifest that matches; its evidence was taken over
                          */
    int complete;        /* by that manifest; 0 also when narrowed; -1 = cannot tell */
    int only_narrowed;   /* 1: nothing of what was asked for is missing, but less was asked for */
    char scope[128];     /* of a narrowed backup, in words; else "" */
    size_t nv[QDIAG_SUBS], efs_files;
    size_t not_held; /* kept in the manifest of the new file only */
    char **left_out; /* what neither the new file nor its manifest holds, one sentence each */
    size_t left_out_count;
    char **note; /* oddities accepted in the source, with their place */
    size_t note_count;
};

/* Converts a backup between XQCN, QCN, tar and a folder; the kind of the source is told by its
 * content, unknown streams and storages are kept. The new file appears only after it was read back
 * and compared; a folder must be absent or empty.
 *
 * @param c       the context.
 * @param in      the file or folder to read.
 * @param out     the file or folder to make. Without o->to its name decides: .xqcn, .qcn, .tar,
 *                .xqcn.gz, .tar.gz, or a '/' at the end or an existing folder.
 * @param o       the options.
 * @param report  set when the new file was made; free with qdiag_convert_report_free.
 * @param e       set on failure.
 * Time: reads the source once, writes and reads the target once. Unit: none.
 * Owner: the caller owns the report.
 * Returns: 0; -QDIAG_E_INCOMPLETE (made, with a report, but something was left out);
 *          -QDIAG_E_USAGE, -QDIAG_E_FILE_DAMAGED, -QDIAG_E_FILE_UNKNOWN, -QDIAG_E_UNSUPPORTED (a
 *          build without tar), -QDIAG_E_FAILED (the target cannot hold a name or a size),
 *          -QDIAG_E_LOCAL_FILE, -QDIAG_E_NO_MEMORY, -QDIAG_E_CANCELLED, -QDIAG_E_BUG.
 * Source: docs/formats/qcn.md, docs/formats/folder.md. */
QDIAG_API int qdiag_convert(struct qdiag_context *c, const char *in, const char *out,
                            const struct qdiag_convert_options *o,
                            struct qdiag_convert_report **report, struct qdiag_error *e);

/* Frees a report and sets the pointer to NULL.
 *
 * @param r  address of the pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_convert_report_free(struct qdiag_convert_report **r);

#ifdef __cplusplus
}
#endif
#endif

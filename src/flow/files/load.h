/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Any backup file into memory, whatever container it is: by its content, never by its name. */
#ifndef QD_FLOW_FILES_LOAD_H
#define QD_FLOW_FILES_LOAD_H

#include <qdiag/context.h>

#include "container/doc.h"

/* Reads XQCN, QCN, tar (each also inside a .gz) or a folder, with what FILE.manifest.json knows
 * when it is beside and describes these bytes; a manifest that does not is told as a note and not
 * used. Errors name the file first, then the place in it. ctx may be NULL. */
int qd_load(struct qdiag_context *ctx, const char *path, const struct qd_notes *notes,
            struct qd_doc **doc, struct qdiag_error *e);

/* The same for a file that is to be written to a unit: one that differs from the manifest beside it is
 * refused, with the first stream that does, and so is one whose manifest cannot be read. */
int qd_load_sound(struct qdiag_context *ctx, const char *path, const struct qd_notes *notes,
                  struct qd_doc **doc, struct qdiag_error *e);

/* The two halves: the file alone, and the manifest beside it (*m stays NULL when there is none). */
int qd_load_file(struct qdiag_context *ctx, const char *path, const struct qd_notes *notes,
                 struct qd_doc **doc, struct qdiag_error *e);
int qd_load_manifest(const char *path, struct qd_manifest **m, struct qdiag_error *e);

/* -QDIAG_E_POLICY when it was narrowed, in words; path NULL = a backup yet to be made. */
int qd_refuse_narrowed(const struct qd_scope *s, const char *path, struct qdiag_error *e);

int qd_load_matches(const struct qd_doc *doc, const struct qd_manifest *m);
/* What to say where it does not match: -QDIAG_E_FILE_DAMAGED, with the first stream that differs. */
int qd_load_differs(const struct qd_doc *doc, const char *path, const struct qd_manifest *m,
                    struct qdiag_error *e);
/* The doc takes m over. */
int qd_load_apply(struct qd_doc *doc, struct qd_manifest **m, const struct qd_notes *notes,
                  struct qdiag_error *e);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Takes out of a loaded backup what says whose it is. Pure: changes the document in memory only. */
#ifndef QD_FLOW_FILES_REDACT_FILE_H
#define QD_FLOW_FILES_REDACT_FILE_H

#include <qdiag/contents.h>

#include "container/doc.h"

/* Whether the bytes of such an item or file are zero in a redacted copy. */
int qd_redact_blanks_nv(uint16_t id);
int qd_redact_blanks_path(const char *path);

/* The tree keeps its shape and all lengths but that of the client text; manifest, entries, rest and
 * missing items of the document go, and its backup is made anew. Counts go into r. */
int qd_redact_doc(struct qd_doc *doc, struct qdiag_redact_report *r, struct qdiag_error *e);

#endif

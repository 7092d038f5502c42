/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Paths with long numbers or identity values in them, and what they become in a redacted copy. */
#ifndef QD_FLOW_FILES_REDACT_NAMES_H
#define QD_FLOW_FILES_REDACT_NAMES_H

#include "model/backup.h"
#include "model/needle.h"

/* All such paths of a backup, each once, sorted. The place in the list keeps apart two paths that
 * would become one. */
struct qd_long_names {
    char **v;
    size_t n, cap;
    const struct qd_needles *needles;
};

int qd_long_names_collect(struct qd_long_names *s, const struct qd_backup *b,
                          const struct qd_needles *needles, struct qdiag_error *e);
void qd_long_names_free(struct qd_long_names *s);

/* Identity values and long numbers in a text become '0', at the same length. 1 when it changed,
 * -1 when out of memory: then all of it is '0'. */
int qd_redact_text(const struct qd_needles *needles, char *text, size_t n);

/* As above for a path of the backup (no NUL needed); 1 when it changed, -1 when out of
 * memory. */
int qd_redact_path(const struct qd_long_names *s, char *path, size_t n);

#endif

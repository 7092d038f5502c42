/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finds and reads the names file. Names are for people: without the file everything works, and a
 * damaged one is told in the log and not used. */
#include "flow/files/labels.h"

#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/log.h"

#define INSTALLED PKGDATADIR "/names.tsv"

struct qd_labels *qd_labels_load(struct qdiag_context *ctx)
{
    struct qdiag_error e = {0};
    struct qd_labels *labels = NULL;
    const char *path = ctx->names_path ? ctx->names_path : INSTALLED;
    uint8_t *p = NULL;
    size_t n = 0;
    int rc = qd_read_file(path, QD_NAMES_MAX_FILE, &p, &n, &e);
    if (rc == 0)
        rc = qd_labels_parse(p, n, path, &labels, &e);
    free(p);
    if (rc == -QDIAG_E_LOCAL_FILE && !ctx->names_path)
        qd_log(ctx, QDIAG_LOG_DEBUG, "names", "no names file: %s", e.why);
    else if (rc != 0)
        qd_log(ctx, QDIAG_LOG_WARN, "names", "going on without names: %s: %s", e.item, e.why);
    return labels;
}

int qd_label_is_private(const char *label)
{
    return strcmp(label, "identity") == 0 || strncmp(label, "security", 8) == 0;
}

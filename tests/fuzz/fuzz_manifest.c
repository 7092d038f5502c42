/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Any bytes as a manifest: read, and compared with a small tree. Never crashes, and never reports
 * success without a whole manifest. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "container/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qdiag_error e = {0};
    struct qd_manifest *m;
    int rc = qd_manifest_read(data, size, "fuzz", &m, &e);
    if ((rc == 0) != (m != NULL) || (rc != 0 && e.code != -rc))
        abort();
    if (m) {
        struct qd_node *tree = qd_tree_new("fuzz");
        if (!tree || !qd_tree_stream(tree, "File_Version", "\2\0\0\0\0\0", 6))
            abort();
        if (strlen(m->file_sha256) != 64 || !m->created[0])
            abort();
        (void)qd_manifest_compare(m, tree, &e);
        qd_tree_free(&tree);
    }
    qd_manifest_free(&m);
    return 0;
}

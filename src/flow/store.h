/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Saving a backup: container and manifest, both verified before either gets its name. */
#ifndef QD_FLOW_STORE_H
#define QD_FLOW_STORE_H

#include <qdiag/identity.h>

#include "base/fsio.h"
#include "base/digest.h"
#include "container/container.h"
#include "model/backup.h"

/* A source that also digests what passes through it. */
struct qd_digest_source {
    struct qd_source *inner;
    struct qd_sha256 *sha;
    uint64_t bytes;
};
void qd_digest_source(struct qd_digest_source *d, struct qd_source *outer, struct qd_source *inner,
                      struct qd_sha256 *sha);

struct qd_store {
    const struct qd_backup *backup;
    const struct qdiag_identity *unit;
    const char *usb_serial, *address;
    uint8_t efs[2];
    const char *path; /* final name */
    int complete;
    char manifest[1024]; /* out: name of the manifest */
    char sha256[65];     /* out */
    uint64_t size;       /* out */
};

/* Writes s->path and its manifest; both old-whole or new-whole. */
int qd_store_xqcn(struct qd_store *s, struct qdiag_error *e);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Saving a backup: containers and manifests, all verified before any gets its name. */
#ifndef QD_FLOW_FILES_STORE_H
#define QD_FLOW_FILES_STORE_H

#include <qdiag/identity.h>

#include "base/digest.h"
#include "base/fsio.h"
#include "container/doc.h"

/* A source that also digests what passes through it. */
struct qd_digest_source {
    struct qd_source *inner;
    struct qd_sha256 *sha;
    uint64_t bytes;
};
void qd_digest_source(struct qd_digest_source *d, struct qd_source *outer, struct qd_source *inner,
                      struct qd_sha256 *sha);

enum qd_target_kind { QD_T_XQCN, QD_T_QCN, QD_T_TAR, QD_T_DIR };
#define QD_TARGETS 4

/* One file (or folder) to make. */
struct qd_target {
    enum qd_target_kind kind;
    int gz;
    const char *path;    /* final name */
    char manifest[1100]; /* out: name of the manifest */
    char sha256[65];     /* out */
    uint64_t size;       /* out */
};

/* "xqcn", "tar.gz", … into out[16]. */
void qd_target_name(const struct qd_target *t, char out[16]);

struct qd_store {
    const struct qd_doc *doc; /* tree and backup; entries when the source was a folder form */
    const struct qd_evidence *evidence;
    const char *address, *model_name, *ext_build, *verno_dir, *verno_date;
    uint8_t efs[2];
    int complete; /* nothing unreadable; -1 = not known */
    struct qd_scope scope;
    int64_t time;                         /* of the manifests; Unix seconds */
    int64_t storage_time;                 /* on the storages of a QCN; -1 = none */
    const uint8_t *salt;                  /* 16 bytes; NULL = random */
    const struct qd_converted *converted; /* NULL = read from a unit */
    struct qd_doc *spent; /* doc, when it may be emptied before the last reading back: half the
                             memory; NULL = it is needed afterwards */
    int keep_root;        /* the root's name is kept as it is */
    struct qd_target target[QD_TARGETS];
    size_t n;
};

/* Writes every target and its manifest from one document, reads all back, compares, and only then
 * gives them their names; each is old-whole or new-whole. */
int qd_store_all(struct qd_store *s, struct qdiag_error *e);

/* A place that cannot be written to, found before anything is read. */
int qd_store_probe(const struct qd_target *t, struct qdiag_error *e);

#endif

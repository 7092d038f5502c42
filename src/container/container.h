/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Containers: bytes ⇄ tree ⇄ backup. Pure; sources and sinks do the I/O. Reading is strict: damage
 * is refused with file, place and rule; oddities that real files show are accepted and reported as
 * notes. */
#ifndef QD_CONTAINER_CONTAINER_H
#define QD_CONTAINER_CONTAINER_H

#include "base/fsio.h"
#include "container/tree.h"
#include "model/backup.h"

/* Called for every oddity accepted (facts: qcn-format 9.2). place may be "". */
typedef void (*qd_note_fn)(const char *place, const char *text, void *user);
struct qd_notes {
    qd_note_fn fn;
    void *user;
};

enum qd_container {
    QD_C_UNKNOWN,
    QD_C_XQCN,
    QD_C_QCN,
    QD_C_CQCN,
    QD_C_TEXT_QCN,
    QD_C_HTML,
    QD_C_GZIP,
    QD_C_ZIP,
    QD_C_ZEROS,
    QD_C_EMPTY,
    QD_C_TAR
};

/* Kind by the first bytes (at least 512 when the file has them), never by the name. */
enum qd_container qd_sniff(const uint8_t *head, size_t n);
const char *qd_container_name(enum qd_container c);

/* XQCN text ⇄ tree. */
int qd_xqcn_read(struct qd_source *src, const struct qd_notes *notes, struct qd_node **root,
                 struct qdiag_error *e);
int qd_xqcn_write(const struct qd_node *root, struct qd_sink *out, struct qdiag_error *e);

/* CFB, the compound file of .qcn ⇄ tree. Order of storages among themselves and of streams among
 * themselves survives; so do the root's name and lf of an XQCN (docs/formats/qcn.md). Deterministic. */
struct qd_cfb_options {
    int64_t time; /* Unix seconds to put on storages; -1 = none, times are 0 */
};
int qd_cfb_read(struct qd_source *src, const struct qd_notes *notes, struct qd_node **root,
                struct qdiag_error *e);
int qd_cfb_write(const struct qd_node *root, const struct qd_cfb_options *o, struct qd_sink *out,
                 struct qdiag_error *e);

/* Content rules of the QCN tree ⇄ model. */
int qd_qcn_to_backup(const struct qd_node *root, const struct qd_notes *notes, struct qd_backup **b,
                     struct qdiag_error *e);
/* As qd_qcn_to_backup, but the data of the files stays the tree's (qd_file.borrowed): half the
 * memory. The tree must outlive the backup. */
int qd_qcn_view(const struct qd_node *root, const struct qd_notes *notes, struct qd_backup **b,
                struct qdiag_error *e);
int qd_qcn_from_backup(const struct qd_backup *b, const char *root_name, struct qd_node **root,
                       struct qdiag_error *e);

/* NULL when an EFS path can stand in a QCN or XQCN, else the reason why not (static text): what
 * cannot is reported as not held. Every section writes the paths as the backup spells them. */
const char *qd_qcn_path_fault(const char *path, size_t len);

#endif

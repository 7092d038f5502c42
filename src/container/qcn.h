/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside of the QCN content codec: one file per part of the tree, this header between them. */
#ifndef QD_CONTAINER_QCN_H
#define QD_CONTAINER_QCN_H

#include "container/container.h"

#define QD_NV_RECORD 136u

/* One reading under way. */
struct qd_qcn {
    const struct qd_notes *notes;
    struct qdiag_error *e;
    struct qd_backup *b;
    int borrow; /* file data stays the tree's */
};

/* Refuses the file: item = "/path/of/node suffix", why = the text. suffix may be NULL. */
int qd_qcn_bad(struct qd_qcn *q, const struct qd_node *n, const char *suffix, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void qd_qcn_note(struct qd_qcn *q, const struct qd_node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The child of that name and kind in *out, or NULL there; the wrong kind is refused. */
int qd_qcn_child(struct qd_qcn *q, const struct qd_node *parent, const char *name, int stream,
                 const struct qd_node **out);

/* For writers: a child, or -QDIAG_E_NO_MEMORY recorded. */
int qd_qcn_add_storage(struct qd_node *parent, const char *name, struct qd_node **out,
                       struct qdiag_error *e);
int qd_qcn_add_stream(struct qd_node *parent, const char *name, const void *p, size_t n,
                      struct qdiag_error *e);

const char *qd_nv_array_name(unsigned sub);

int qd_qcn_read_nv(struct qd_qcn *q, const struct qd_node *config);
int qd_qcn_write_nv(const struct qd_backup *b, struct qd_node *config, struct qdiag_error *e);

int qd_qcn_read_efs(struct qd_qcn *q, const struct qd_node *config);
int qd_qcn_write_efs(const struct qd_backup *b, struct qd_node *config, struct qdiag_error *e);

/* Each path once per section, and the same bytes in every section that has it. */
int qd_qcn_check_paths(const struct qd_file_set *files, enum qdiag_code code,
                       struct qdiag_error *e);

/* File_Version, Mobile_Property_Info, Feature_Mask, Roaming_List_*. */
int qd_qcn_read_version(struct qd_qcn *q, const struct qd_node *root);
int qd_qcn_read_props(struct qd_qcn *q, const struct qd_node *config);
int qd_qcn_write_version(struct qd_node *root, struct qdiag_error *e);
int qd_qcn_write_props(const struct qd_backup *b, struct qd_node *config, struct qdiag_error *e);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A backup file as loaded, whatever container it came in: the tree with every stream (unknown ones
 * too), and the backup the tree means. Containers that are folders of files (tar, dir) know more
 * than a QCN can hold, and less of its form; what one side cannot hold goes into `missing` of the
 * backup or is reported as a note. */
#ifndef QD_CONTAINER_DOC_H
#define QD_CONTAINER_DOC_H

#include "container/container.h"

struct qd_doc {
    struct qd_node *tree;     /* always there */
    struct qd_backup *backup; /* what the tree means; modes and fs filled when known */
    char container[16];       /* "xqcn", "qcn", "tar", "dir"; what it was inside a .gz */
    int gz;
};

void qd_doc_free(struct qd_doc **d);

/* One file of a folder form ("nv/0/550", "efs/nv/item_files/x", "efs.attr", "unit.conf", "qcn/…"). */
enum qd_entry_kind { QD_ENTRY_FILE, QD_ENTRY_ITEM, QD_ENTRY_DIR, QD_ENTRY_LINK };

struct qd_entry {
    char *path;        /* relative, no "..", no leading '/' */
    enum qd_entry_kind kind;
    uint32_t mode;     /* EFS mode with its format bits; 0 = not an EFS file */
    uint32_t mtime;
    uint8_t *data;
    size_t len;
    char *target;      /* links */
};

struct qd_entries {
    struct qd_entry *v;
    size_t n, cap;
};

void qd_entries_free(struct qd_entries *e);

/* doc ⇄ the files of a folder; one description for tar and dir (docs/formats/folder.md). */
int qd_folder_from_doc(const struct qd_doc *doc, struct qd_entries *out, struct qdiag_error *e);
int qd_folder_to_doc(const struct qd_entries *in, const struct qd_notes *notes,
                     struct qd_doc **doc, struct qdiag_error *e);

/* Entries ⇄ tar bytes (libarchive); -QDIAG_E_UNSUPPORTED in a build without it. */
int qd_tar_read(struct qd_source *src, struct qd_entries *out, struct qdiag_error *e);
int qd_tar_write(const struct qd_entries *in, struct qd_sink *out, struct qdiag_error *e);

#endif

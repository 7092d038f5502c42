/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A backup file as loaded, whatever container it came in: the tree with every stream (unknown ones
 * too), and the backup the tree means. Containers that are folders of files (tar, dir) know more
 * than a QCN can hold, and less of its form; what one side cannot hold goes into `missing` of the
 * backup or is reported as a note. */
#ifndef QD_CONTAINER_DOC_H
#define QD_CONTAINER_DOC_H

#include "container/container.h"
#include "container/manifest.h"

/* One file of a folder form ("nv/0/550", "efs/nv/item_files/x", "efs.attr", "unit.conf", "qcn/…").
 */
enum qd_entry_kind { QD_ENTRY_FILE, QD_ENTRY_ITEM, QD_ENTRY_DIR, QD_ENTRY_LINK };
enum qd_entry_veil { QD_VEIL_NONE, QD_VEIL_HIDDEN, QD_VEIL_DENIED }; /* of a simulated unit only */

struct qd_entry {
    char *path; /* relative, no "..", no leading '/' */
    enum qd_entry_kind kind;
    uint32_t mode; /* EFS mode with its format bits; 0 = not an EFS file, or not known */
    uint32_t mtime;
    uint8_t *data;
    size_t len;
    char *target; /* links */
    enum qd_entry_veil veil;
    int borrowed; /* data belongs to somebody else, who lives longer */
};

struct qd_entries {
    struct qd_entry *v;
    size_t n, cap;
};

/* Adds a copy of x with its own path and target; takes over x->data on success unless borrowed. */
int qd_entries_add(struct qd_entries *e, const struct qd_entry *x, struct qdiag_error *err);
void qd_entries_sort(struct qd_entries *e);
const struct qd_entry *qd_entries_find(const struct qd_entries *e, const char *path); /* sorted */
void qd_entries_free(struct qd_entries *e);
void qd_entry_drop(struct qd_entry *x); /* frees what x owns */

/* Sorted lists. 0, or -QDIAG_E_DIFFERENT with the first difference named. */
int qd_entries_compare(const struct qd_entries *a, const struct qd_entries *b,
                       struct qdiag_error *e);

/* NULL when a path may stand in a folder form, else why not (static text). */
const char *qd_entry_path_fault(const char *path, size_t len);

/* Size and SHA-256 of a folder form: the digest is that of the text `<sha256>  <path>\n` per
 * regular file, sorted, as sha256sum prints it (docs/formats/folder.md). */
int qd_entries_digest(const struct qd_entries *l, uint64_t *size, char sha256[65],
                      struct qdiag_error *e);

struct qd_doc {
    struct qd_node *tree;     /* always there */
    struct qd_backup *backup; /* what the tree means; modes and fs filled when known. The data of
                                 its files is the tree's (qd_file.borrowed) */
    char container[16];       /* "xqcn", "qcn", "tar", "dir"; what it was inside a .gz */
    int gz;
    uint64_t file_size; /* of the file as it lies on disk; a folder: all its files */
    char sha256[65];
    struct qd_manifest *manifest; /* when it is beside and matches, else NULL */
    struct qd_entries entries;    /* tar and dir: the files themselves, sorted, efs.attr applied */
    uint8_t efs[2];               /* subsystems the unit has, when known */
    char *model_name;             /* unit.conf or manifest; NULL = not known */
    char **rest; /* tar and dir: what no QCN can hold nor its manifest, one per line */
    size_t nrest, rest_cap;
};

struct qd_doc *qd_doc_new(void);
void qd_doc_free(struct qd_doc **d);
int qd_doc_add_rest(struct qd_doc *d, struct qdiag_error *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* doc ⇄ the files of a folder; one description for tar and dir (docs/formats/folder.md). The data
 * of the entries is the doc's (borrowed) as far as it can be: the doc must outlive them. */
int qd_folder_from_doc(const struct qd_doc *doc, struct qd_entries *out, struct qdiag_error *e);

/* Takes over *in (sorted or not), also on failure. The doc's container is left to the caller. */
int qd_folder_to_doc(struct qd_entries *in, const struct qd_notes *notes, struct qd_doc **doc,
                     struct qdiag_error *e);

/* Whether the folder form itself can hold this NOT_HELD entry (link, empty folder, file). */
int qd_folder_holds(const struct qd_missing *m);

/* Entries ⇄ tar bytes (libarchive); -QDIAG_E_UNSUPPORTED in a build without it. */
int qd_tar_read(struct qd_source *src, struct qd_entries *out, struct qdiag_error *e);
int qd_tar_write(const struct qd_entries *in, struct qd_sink *out, struct qdiag_error *e);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside of the folder form (docs/formats/folder.md): the text files, the order file and the trees
 * of EFS entries, one source file each; this header between them. */
#ifndef QD_CONTAINER_FOLDER_H
#define QD_CONTAINER_FOLDER_H

#include "base/buf.h"
#include "container/doc.h"

#define QD_FOLDER_CONF  "unit.conf"
#define QD_FOLDER_PROPS "qcn/properties"
#define QD_FOLDER_ORDER "qcn/order"
#define QD_FOLDER_EXTRA "qcn/extra/"

#define QD_EFS_IFDIR_MODE 0040755u
#define QD_EFS_FILE_MODE  0100644u
#define QD_EFS_LINK_MODE  0120777u
#define QD_EFS_ITEM_TYPE  0160000u
#define QD_EFS_TYPE_MASK  0170000u

/* "efs" or "efs-alt", and the rest of a path below it ("nv/x" of "efs/nv/x"); NULL = not below. */
const char *qd_folder_root(int alt);
const char *qd_folder_below(const char *path, int *alt);

/* Text line by line; CR LF is taken as LF. Bytes stay where they are. */
struct qd_lines {
    const char *p, *end;
    size_t no; /* of the line just given, from 1 */
};
int qd_lines_next(struct qd_lines *l, const char **line, size_t *n); /* 0 = no more */

/* Percent form of names: control bytes, '%' and '#', with `blanks` every blank, else only those at
 * the ends. unescape gives NULL for a broken escape or a NUL,
 * and when out of memory, with *nomem set. */
int qd_folder_escape(struct qd_buf *out, const char *s, int blanks);
char *qd_folder_unescape(const char *s, size_t n, int *nomem);

/* `key = value` files: unit.conf and qcn/properties. */
struct qd_pairs {
    struct qd_pair {
        char *key, *value;
    } * v;
    size_t n, cap;
};
int qd_pairs_read(const struct qd_entry *file, struct qd_pairs *p, struct qdiag_error *e);
const char *qd_pairs_get(const struct qd_pairs *p, const char *key); /* NULL = not there */
void qd_pairs_free(struct qd_pairs *p);

/* efs.attr onto the entries of one tree, which must be sorted; new entries (links, folders without
 * a file) are added at the end. And back: the lines of a tree. */
int qd_attr_apply(struct qd_entries *l, int alt, struct qdiag_error *e);
int qd_attr_text(const struct qd_entries *l, int alt, struct qd_buf *out);

/* Whether one of the first n entries, which are sorted, lies below path. */
int qd_folder_has_below(const struct qd_entries *l, size_t n, const char *path);

/* A refusal of a folder form: item = "file line N". */
int qd_folder_bad(struct qdiag_error *e, const char *file, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The properties of a unit in both directions; the small streams are made from them. */
struct qd_props {
    struct qd_pairs conf, props;
    struct qd_backup *b; /* esn, model, nv words, strings, feature mask */
    char *root;          /* root name */
    int lf;
};
int qd_props_read(const struct qd_entries *l, struct qd_props *p, struct qdiag_error *e);
void qd_props_free(struct qd_props *p);
int qd_props_write(const struct qd_doc *doc, int have_alt, struct qd_entries *out,
                   struct qdiag_error *e);
/* Bytes of File_Version ('v'), Mobile_Property_Info ('p') or Feature_Mask ('f') that a backup
 * gives. */
int qd_props_stream(const struct qd_backup *b, char which, struct qd_node *parent, const char *name,
                    struct qdiag_error *e);

/* Where the file of a QCN path went. */
struct qd_placed {
    const struct qd_file *file;
    const struct qd_missing *missing; /* instead of file */
    const char *path;                 /* without the leading '/' */
    int alt, held;                    /* held: it has an entry in the folder */
    uint32_t mode, mtime;
};
int qd_place_compare(const char *a, const char *b); /* '/' before every other byte */

/* qcn/order and qcn/extra/ of a tree. `placed` is sorted by path. */
int qd_order_write(const struct qd_doc *doc, const struct qd_placed *placed, size_t n,
                   struct qd_entries *out, struct qdiag_error *e);

/* The tree that a sorted folder means: from qcn/order when it is there, else by the section rules.
 * used[i] is set for every entry whose bytes are in the tree; their data moves there. */
struct qd_build {
    struct qd_entries *in;
    uint8_t *used;
    const struct qd_props *props;
    const struct qd_notes *notes;
    struct qdiag_error *e;
    struct qd_node *root, *config;
};
int qd_order_read(struct qd_build *b, const struct qd_entry *order);
int qd_build_rest(struct qd_build *b); /* what no order line named */
/* No two parts of one storage may have names that a QCN takes for the same. */
int qd_build_check_names(struct qd_build *b);

/* An entry's bytes as a stream; the first use moves them, later ones copy. */
int qd_build_stream(struct qd_build *b, struct qd_node *parent, const char *name, size_t entry);
struct qd_dir { /* a stream of EFS_Dir */
    int section;
    const char *path;
    uint32_t mtime;
    int nul;
};
int qd_build_dir(struct qd_build *b, struct qd_node *parent, const char *name,
                 const struct qd_dir *d);
int qd_build_record(struct qd_buf *out, unsigned id, unsigned index, const struct qd_entry *x);

#endif

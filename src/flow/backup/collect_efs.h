/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The steps of reading one EFS tree; collect_efs.c puts them together. */
#ifndef QD_FLOW_BACKUP_COLLECT_EFS_H
#define QD_FLOW_BACKUP_COLLECT_EFS_H

#include "flow/backup/collect.h"

struct qd_found {
    char *path; /* absolute, as the unit spells it */
    uint32_t mode, size, mtime;
    int is_dir, has_children;
    uint8_t *data; /* NULL until read */
    size_t len;
    int read;   /* data is valid */
    int failed; /* could not be read, and is noted as missing */
};

/* One subsystem's tree as found. */
struct qd_tree_of {
    struct qd_efs fs;
    struct qd_found *v;
    size_t n, cap;
    struct qd_names unlisted; /* folders that could not be listed, noted as missing */
    struct qd_section_rules rules;
    int holds_rf; /* /nv/item_files/rfnv is here */
};

/* Adds one entry to the tree (unsorted until qd_tree_sort). */
int qd_found_add(struct qd_tree_of *t, const char *path, const struct qd_efs_stat *st, int is_dir,
                 struct qdiag_error *e);

/* Walks one folder and adds what is in it. */
int qd_find_below(struct qd_collect *c, struct qd_tree_of *t, const char *root,
                  struct qdiag_error *e);

/* Walks the tree; folders that cannot be listed are noted as missing. */
int qd_find_walk(struct qd_collect *c, struct qd_tree_of *t, struct qdiag_error *e);

/* Reads the .conf and .bl files found. */
int qd_find_rules(struct qd_collect *c, struct qd_tree_of *t, struct qdiag_error *e);

/* Asks for files that a walk may not show: named in .conf and .bl, known paths, RF numbers, the
 * files of other subscriptions; and again for what the lists found that way name. */
int qd_find_probe(struct qd_collect *c, struct qd_tree_of *t, struct qdiag_error *e);

/* Reads the data of one entry. Unreadable ones are noted as missing; negative only when the run
 * ends. */
int qd_found_read(struct qd_collect *c, struct qd_tree_of *t, struct qd_found *f,
                  struct qdiag_error *e);

int qd_found_is_link(const struct qd_found *f);
struct qd_found *qd_find_path(const struct qd_tree_of *t, const char *path); /* sorted tree only */
void qd_tree_sort(struct qd_tree_of *t); /* drops doubles, marks folders that hold something */
void qd_tree_drop(struct qd_tree_of *t);

/* Notes that a path could not be read; a secret by its path counts as withheld. */
int qd_efs_missing(struct qd_collect *c, uint8_t fs, const char *path, const char *reason,
                   int64_t wire, struct qdiag_error *e);

/* The same for the error of one path. */
int qd_found_error(struct qd_collect *c, uint8_t fs, const char *path,
                   const struct qdiag_error *why, struct qdiag_error *e);

#endif

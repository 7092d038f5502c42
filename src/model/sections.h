/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which section of a QCN an EFS file belongs to, as vendor tools fill them (docs/formats/qcn.md).
 * Pure. */
#ifndef QD_MODEL_SECTIONS_H
#define QD_MODEL_SECTIONS_H

#include "model/backup.h"

/* A set of paths or folder prefixes; sorted before use. */
struct qd_names {
    char **v;
    size_t n, cap;
};

int qd_names_add(struct qd_names *s, const char *name); /* copies; -1 = out of memory */
void qd_names_sort(struct qd_names *s);                 /* and drops duplicates */
int qd_names_has(const struct qd_names *s, const char *name);
void qd_names_free(struct qd_names *s);

/* The lines of a .conf or .bl file that are absolute paths; CR, LF and NUL separate them, anything
 * else is noise. Trailing slashes go. -1 = out of memory. */
int qd_names_add_lines(struct qd_names *s, const uint8_t *p, size_t n);

struct qd_section_rules {
    struct qd_names conf;    /* item files named in *.conf */
    struct qd_names folders; /* folders named in *.bl: rfnv and rfc */
};

struct qd_place {
    enum qd_section section;
    const char *spelled; /* inside path: without the leading '/' for the walked folders */
    int keeps_time;      /* the section stores the file's time */
};

struct qd_place qd_section_place(const struct qd_section_rules *r, const char *path, uint32_t mode);

#endif

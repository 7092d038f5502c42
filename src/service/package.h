/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a file given as an upgrade package is: by its first bytes, and by what a zip holds. Pure. */
#ifndef QD_SERVICE_PACKAGE_H
#define QD_SERVICE_PACKAGE_H

#include <stdint.h>

#include <qdiag/package.h>

#include "service/package_name.h"
#include "service/zip_gate.h"

#define QD_PACKAGE_HEAD 4096u /* first bytes that are looked at */

/* A file that is no zip: what else it is, from its first n bytes and size. NULL: nothing known. */
const char *qd_package_head(const uint8_t *p, size_t n, uint64_t size);

/* What is seen of a zip while it is looked over. Zero it first. */
struct qd_package_inside {
    unsigned seen[8];   /* rows of package_inside.def, by group: the sum of their weights */
    uint64_t rows;      /* which rows were seen */
    char sample[8][96]; /* a name that tells it, per group */
    char from[QD_VERSION_CAP], to[QD_VERSION_CAP]; /* versions in its texts */
    int incremental; /* a text in it says that it starts from another build */
    int now;         /* text that is being read: index + 1, 0 = none */
    char line[1024]; /* of it, as far as it came */
    size_t line_len, text_len;
};

/* For qd_zip_visitor; user is a struct qd_package_inside. */
int qd_package_entry(void *user, const char *name, uint64_t size, struct qdiag_error *e);
int qd_package_data(void *user, const void *p, size_t n, struct qdiag_error *e);

/* After the last entry: the kind, and a sentence. */
enum qdiag_package_kind qd_package_kind(struct qd_package_inside *in, char text[160]);

#endif

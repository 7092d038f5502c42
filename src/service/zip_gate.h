/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A gate for zip files: a file passes when every byte of it is accounted for and every entry
 * unpacks to what the directory says, and two readers cannot see different contents in it. Pure:
 * the bytes come from a reader of the caller. The rules: zip_rules.def. */
#ifndef QD_SERVICE_ZIP_GATE_H
#define QD_SERVICE_ZIP_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define QD_ZIP_NAME_MAX  1024u
#define QD_ZIP_FREE      (64ull << 20) /* beyond this … */
#define QD_ZIP_RATIO     100u          /* … no more than so many bytes for each packed one */
#define QD_ZIP_TOTAL_MAX (2048ull << 20)

struct qd_zip_reader {
    /* Exactly n bytes from an offset within size. */
    int (*read)(void *user, uint64_t at, void *p, size_t n, struct qdiag_error *e);
    void *user;
    uint64_t size;
    const char *name; /* for messages */
};

/* Called while the file is looked over: entry before its data, in the order of the file. A value
 * other than 0 ends it and is returned. Any may be NULL. Nothing that was told counts before
 * qd_zip_check returned 0. */
struct qd_zip_visitor {
    int (*entry)(void *user, const char *name, uint64_t size, struct qdiag_error *e);
    int (*data)(void *user, const void *p, size_t n, struct qdiag_error *e);
    int (*step)(void *user, uint64_t done, struct qdiag_error *e); /* bytes of the file */
    void *user;
};

/* 1: the file is a zip, or was meant to be one (begins as one, or ends as one); 0: it is not. */
int qd_zip_meant(const struct qd_zip_reader *r, int *meant, struct qdiag_error *e);

/* 0 and the number of entries; -QDIAG_E_FILE_DAMAGED (entry and rule are named); the reader's or
 * visitor's error; -QDIAG_E_NO_MEMORY. Memory: the directory (at most 16 MiB) and some for each
 * entry. */
int qd_zip_check(const struct qd_zip_reader *r, const struct qd_zip_visitor *v, size_t *entries,
                 struct qdiag_error *e);

#endif

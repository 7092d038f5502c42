/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What differs between two backups, item by item: NV items by context, id and index, files by
 * path whatever section they stand in, properties by name. Pure. */
#ifndef QD_MODEL_DIFF_H
#define QD_MODEL_DIFF_H

#include "model/backup.h"
#include "model/catalog.h"

#define QD_DIFF_RANGES 16u /* ranges kept for each item; all are counted */

enum qd_diff_kind { QD_DIFF_NV, QD_DIFF_FILE, QD_DIFF_PROPERTY, QD_DIFF_STREAM };
enum qd_diff_change { QD_DIFF_ONLY_A, QD_DIFF_ONLY_B, QD_DIFF_BYTES, QD_DIFF_MODE };

struct qd_diff_range {
    size_t at, len;
};

struct qd_diff_entry {
    enum qd_diff_kind kind;
    enum qd_diff_change change;
    enum qd_class class;
    unsigned sub; /* NV */
    uint16_t id;
    uint8_t index;
    char *name;           /* absolute path, or name of the property; NULL for NV */
    const uint8_t *a, *b; /* bytes of either side; NULL where it is not there. Borrowed. */
    size_t len_a, len_b;
    char *text_a, *text_b; /* properties: their text */
    uint32_t mode_a, mode_b;
    struct qd_diff_range range[QD_DIFF_RANGES];
    size_t nrange; /* all, also those not kept */
    size_t bytes;  /* how many bytes differ; a missing tail counts */
};

struct qd_diff {
    struct qd_diff_entry *v;
    size_t n, cap;
    size_t equal; /* items that are the same on both sides */
};

/* The result borrows payloads from a and b. 0 or -QDIAG_E_NO_MEMORY. */
int qd_diff_backups(const struct qd_backup *a, const struct qd_backup *b, struct qd_diff *out,
                    struct qdiag_error *e);
void qd_diff_free(struct qd_diff *d);

/* For other sources of entries: adds en, whose name and texts it takes over also on failure, and
 * compares its bytes; an entry without a difference is counted as equal and dropped. */
int qd_diff_add(struct qd_diff *d, struct qd_diff_entry *en, struct qdiag_error *e);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names and labels of NV items and EFS paths from the optional data file names.tsv. For people
 * only: text that is shown beside an item. No rule, exit code or written byte depends on them. */
#ifndef QD_MODEL_NAMES_H
#define QD_MODEL_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define QD_NAMES_MAX_FILE (8u << 20)

struct qd_labels;

struct qd_label {
    const char *name;  /* "NV_RF_CAL_DATE_I", or "" */
    const char *label; /* "rf-calibration", or "" */
};

/* Takes the text of a names file; -QDIAG_E_FILE_DAMAGED names the line. */
int qd_labels_parse(const uint8_t *p, size_t n, const char *file, struct qd_labels **out,
                    struct qdiag_error *e);
void qd_labels_free(struct qd_labels **l);

/* Both texts are "" when l is NULL or does not know the item. */
struct qd_label qd_label_nv(const struct qd_labels *l, uint16_t id);
struct qd_label qd_label_path(const struct qd_labels *l, const char *path); /* any spelling */

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finds the identity values of a backup wherever else they turn up in it: as text, as hex, with
 * separators, packed two digits to a byte, as a binary number, in either byte order. Used to mask what is shown and to make a copy without
 * them. It can only blank bytes out, never put an identity anywhere. */
#ifndef QD_MODEL_NEEDLE_H
#define QD_MODEL_NEEDLE_H

#include <stddef.h>
#include <stdint.h>

#include "model/backup.h"

/* A unit has a few hundred. A file with more is made to be slow: all of it counts as identity. */
#define QD_NEEDLES_MAX 4096u

struct qd_needle {
    uint8_t *p;
    size_t n;
};

struct qd_needles {
    struct qd_needle *v;
    size_t n, cap;
    uint8_t *first; /* bit map of the first two bytes of all needles */
    int too_many;
};

/* Values of the identity, subscriber and secret items of b. 0 or -QDIAG_E_NO_MEMORY. */
int qd_needles_collect(const struct qd_backup *b, struct qd_needles *out, struct qdiag_error *e);
void qd_needles_free(struct qd_needles *s);

/* 1 when one of them is in p. */
int qd_needles_hit(const struct qd_needles *s, const uint8_t *p, size_t n);

/* Sets every occurrence to zero; the number of occurrences. */
size_t qd_needles_blank(const struct qd_needles *s, uint8_t *p, size_t n);

/* Runs of 14 and more decimal digits, one or two bytes to a character: 1 when there is one; blank
 * turns their digits into '0'. */
int qd_digit_runs(const uint8_t *p, size_t n);
size_t qd_digit_runs_blank(uint8_t *p, size_t n);

#endif

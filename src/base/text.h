/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Text for people: bounded copies, and masking of what identifies a unit or a person. */
#ifndef QD_BASE_TEXT_H
#define QD_BASE_TEXT_H

#include <stddef.h>

/* Copies as much of src as fits and terminates it (cap > 0). */
void qd_copy_text(char *dst, size_t cap, const char *src);

/* Copies src with every run of 14 or more decimal digits replaced by "<n digits>" (facts: nv-items 6.6). */
void qd_mask_digits(char *dst, size_t cap, const char *src);

/* Copies bytes as printable ASCII; others become '.'; stops at NUL or n. */
void qd_printable(char *dst, size_t cap, const void *src, size_t n);

/* strdup that works on any length; NULL when out of memory. */
char *qd_strdup(const char *s);
char *qd_strndup(const char *s, size_t n);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A byte buffer that grows. A zeroed struct is an empty buffer. */
#ifndef QD_BASE_BUF_H
#define QD_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct qd_buf {
    uint8_t *p;
    size_t len, cap;
};

/* All return 0, or -1 when out of memory; the buffer is then unchanged. */
int qd_buf_reserve(struct qd_buf *b, size_t more);
int qd_buf_add(struct qd_buf *b, const void *p, size_t n);
int qd_buf_add_byte(struct qd_buf *b, uint8_t v);
int qd_buf_add_text(struct qd_buf *b, const char *s);                /* without the NUL */
int qd_buf_printf(struct qd_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int qd_buf_terminate(struct qd_buf *b);                              /* a NUL behind len, not counted */
void qd_buf_drop_front(struct qd_buf *b, size_t n);
void qd_buf_free(struct qd_buf *b);

/* malloc for count * size with the product checked; zeroed. NULL when out of memory or too large. */
void *qd_alloc(size_t count, size_t size);

/* Makes room for one more element in a vector: returns the (moved) vector or NULL, vector kept. */
void *qd_grow(void *vec, size_t count, size_t *cap, size_t size);

#endif

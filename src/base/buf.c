/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Growing byte buffers and checked allocation. Sizes are checked before they are added. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int qd_buf_reserve(struct qd_buf *b, size_t more)
{
    if (b->cap - b->len >= more)
        return 0;
    if (more > SIZE_MAX / 2 - b->len)
        return -1;
    size_t cap = b->cap ? b->cap : 64;
    while (cap < b->len + more)
        cap *= 2;
    uint8_t *p = realloc(b->p, cap);
    if (!p)
        return -1;
    b->p = p;
    b->cap = cap;
    return 0;
}

int qd_buf_add(struct qd_buf *b, const void *p, size_t n)
{
    if (n == 0)
        return 0;
    if (qd_buf_reserve(b, n) != 0)
        return -1;
    memcpy(b->p + b->len, p, n);
    b->len += n;
    return 0;
}

int qd_buf_add_byte(struct qd_buf *b, uint8_t v)
{
    return qd_buf_add(b, &v, 1);
}

int qd_buf_add_text(struct qd_buf *b, const char *s)
{
    return qd_buf_add(b, s, strlen(s));
}

int qd_buf_printf(struct qd_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || qd_buf_reserve(b, (size_t)n + 1) != 0)
        return -1;
    va_start(ap, fmt);
    vsnprintf((char *)b->p + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
    return 0;
}

int qd_buf_terminate(struct qd_buf *b)
{
    if (qd_buf_reserve(b, 1) != 0)
        return -1;
    b->p[b->len] = 0;
    return 0;
}

void qd_buf_drop_front(struct qd_buf *b, size_t n)
{
    if (n >= b->len) {
        b->len = 0;
        return;
    }
    if (n == 0)
        return;
    memmove(b->p, b->p + n, b->len - n);
    b->len -= n;
}

void qd_buf_free(struct qd_buf *b)
{
    free(b->p);
    memset(b, 0, sizeof *b);
}

void *qd_alloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return calloc(count ? count : 1, size ? size : 1);
}

void *qd_grow(void *vec, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return vec;
    size_t want = *cap ? *cap * 2 : 16;
    if (want < *cap || want > SIZE_MAX / size)
        return NULL;
    void *p = realloc(vec, want * size);
    if (p)
        *cap = want;
    return p;
}

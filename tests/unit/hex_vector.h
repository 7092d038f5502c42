/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Byte vectors written as in the protocol notes: hex pairs, spaces where they help, and `XX*n` for
 * n times the byte XX. */
#ifndef QD_TESTS_HEX_VECTOR_H
#define QD_TESTS_HEX_VECTOR_H

#include <stdlib.h>

#include "base/buf.h"
#include "base/hex.h"

/* Appends the bytes of a vector; aborts on a typing mistake, which is the test's own. */
static inline void hex_add(struct qd_buf *b, const char *s)
{
    while (*s) {
        uint8_t v;
        unsigned long times = 1;

        if (*s == ' ') {
            s++;
            continue;
        }
        if (qd_unhex(s, &v, 1) != 0)
            abort();
        s += 2;
        if (*s == '*')
            times = strtoul(s + 1, (char **)&s, 10);
        for (unsigned long i = 0; i < times; i++)
            if (qd_buf_add_byte(b, v) != 0)
                abort();
    }
}

static inline struct qd_buf hex_buf(const char *s)
{
    struct qd_buf b = {0};

    hex_add(&b, s);
    return b;
}

#endif

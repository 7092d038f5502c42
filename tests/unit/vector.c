/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads test vectors written as text. Only for tests: a bad text ends the program. */
#include "vector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frame/hdlc.h"

struct vec vec(const char *text)
{
    struct vec v = {.n = 0};
    while (*text) {
        char *end;
        unsigned long byte, times = 1;
        if (*text == ' ') {
            text++;
            continue;
        }
        byte = strtoul(text, &end, 16);
        if (end == text || byte > 0xff)
            abort();
        if (*end == '*')
            times = strtoul(end + 1, &end, 10);
        if (times > sizeof v.p - v.n)
            abort();
        memset(v.p + v.n, (int)byte, times);
        v.n += times;
        text = end;
    }
    return v;
}

struct vec wire_vec(const char *text)
{
    static struct qd_hdlc d;
    struct vec w = vec(text), out = {.n = 0};
    size_t used = 0;
    qd_hdlc_reset(&d);
    if (qd_hdlc_feed(&d, w.p, w.n, &used) != QD_HDLC_FRAME || used != w.n || d.len > sizeof out.p)
        abort();
    memcpy(out.p, d.buf, d.len);
    out.n = d.len;
    return out;
}

void assert_payload(const uint8_t *p, size_t n, const char *wire)
{
    struct vec want = wire_vec(wire);
    assert_int_equal(n, want.n);
    assert_memory_equal(p, want.p, n);
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * UTF-8, strictly: no overlong forms, no surrogates. Never reads past the NUL. */
#include "container/utf.h"

int qd_utf8_next(const unsigned char **s, uint32_t *cp)
{
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *p = *s;
    unsigned more = p[0] < 0x80 ? 0 : p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : 1;
    uint32_t v = more == 0 ? p[0] : p[0] & (0x3fu >> more);
    *s = p + 1;
    *cp = 0xfffd;
    if ((p[0] >= 0x80 && p[0] < 0xc2) || p[0] > 0xf4)
        return -1;
    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return -1;
        v = v << 6 | (p[i] & 0x3fu);
    }
    if (v < least[more] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
        return -1;
    *s = p + 1 + more;
    *cp = v;
    return 0;
}

size_t qd_utf8_put(uint32_t cp, char out[4])
{
    static const unsigned char lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (cp & 0x3f));
        cp >>= 6;
    }
    out[0] = (char)(lead[n] | cp);
    return n;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The Value attribute of an XQCN stream: hex pairs with blanks between them. */
#ifndef QD_CONTAINER_XQCN_HEX_H
#define QD_CONTAINER_XQCN_HEX_H

#include <stddef.h>
#include <stdint.h>

struct qd_hex_text {
    const unsigned char *p, *end; /* not NUL-terminated */
    size_t pairs;                 /* decoded so far */
    size_t bad_at;                /* offset of the first character that breaks the rule */
    int lower;                    /* a lower-case digit was seen */
};

/* Decodes into out, which holds cap bytes; pairs beyond cap are counted, not stored. 0, or -1 on a
 * character that is neither a hex pair nor a blank between pairs. */
int qd_hex_text_decode(struct qd_hex_text *t, uint8_t *out, size_t cap);

#endif

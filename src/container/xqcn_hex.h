/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The Value attribute of an XQCN stream: hex pairs with blanks between them. The text may come in
 * pieces cut anywhere. */
#ifndef QD_CONTAINER_XQCN_HEX_H
#define QD_CONTAINER_XQCN_HEX_H

#include <stddef.h>
#include <stdint.h>

struct qd_hex_text { /* zeroed = at the beginning of a value */
    size_t pairs;    /* decoded so far */
    size_t chars;    /* read so far */
    size_t bad_at;   /* offset of the first character that breaks the rule */
    uint8_t half;    /* the first digit of a pair that the piece before ended in; 0 = none */
    int lower;       /* a lower-case digit was seen */
};

/* Decodes one piece into out, which has room for cap bytes; pairs beyond cap are counted, not
 * stored. 0, or -1 on a character that is neither a hex pair nor a blank between pairs. */
int qd_hex_text_more(struct qd_hex_text *t, const unsigned char *p, size_t n, uint8_t *out,
                     size_t cap);

/* After the last piece: -1 when half a pair is left. */
int qd_hex_text_end(struct qd_hex_text *t);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Takes the hex text of Value attributes out of XQCN text before an XML parser sees it. */
#ifndef QD_CONTAINER_XQCN_LIFT_H
#define QD_CONTAINER_XQCN_LIFT_H

#include "base/buf.h"
#include "container/xqcn_hex.h"

/* Stands where a lifted value was. No hex digit: the parser's text cannot pass for it. */
#define QD_LIFTED 'L'

struct qd_lifted {
    struct qd_hex_text text; /* pairs, bad_at, lower */
    int bad;
    uint8_t *data; /* text.pairs bytes, unless bad or more than the limit */
};

struct qd_lift {
    int state, off;
    int is_1252; /* the text says that it is Windows-1252 */
    size_t marks; /* '=' since the last '<' of what the parser sees */
    size_t limit;  /* bytes kept of one value at most; more are counted */
    unsigned char quote;
    char word[12]; /* attribute name, or the end of the declaration's text */
    size_t word_len;
    int word_ended, equals;
    struct qd_buf head;      /* text of the XML declaration */
    struct qd_hex_text text; /* the value under way */
    int bad;
    struct qd_buf bytes;
    struct qd_lifted *v; /* lifted and not yet taken, from v[first] on */
    size_t first, n, vcap;
};

void qd_lift_start(struct qd_lift *l, size_t limit);

/* Puts what the parser is to see of the next piece into out. -1 when out of memory. */
int qd_lift_feed(struct qd_lift *l, const uint8_t *p, size_t n, struct qd_buf *out);

/* The oldest value not yet taken; data is the caller's then. 0, or -1 when there is none. */
int qd_lift_take(struct qd_lift *l, struct qd_lifted *v);

/* True when text for the parser holds a tag with more '=' than names and attributes can account
 * for: libxml2's time grows with the square of the attributes of a tag. */
int qd_lift_crowded(struct qd_lift *l, const struct qd_buf *out);

void qd_lift_free(struct qd_lift *l);

#endif

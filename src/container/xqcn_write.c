/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writes a tree as XQCN text, byte for byte as QPST does: CRLF (LF where the text that was read had
 * it), single quotes, Windows-1252, two spaces of indent, a space after every hex pair, no newline
 * at the end (docs/formats/qcn.md). Never through an XML library: none of them writes this exact
 * text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "container/container.h"
#include "container/utf.h"

#define BLOCK 65536u

struct writer {
    struct qd_sink *out;
    struct qdiag_error *e;
    const char *eol;
    int rc;
    size_t n;
    char pair[256][4]; /* a byte as text: two digits, a blank, and one more that does not count */
    char block[BLOCK + 1];
};

static void flush(struct writer *w)
{
    if (w->rc == 0 && w->n > 0)
        w->rc = w->out->write(w->out->user, w->block, w->n, w->e);
    w->n = 0;
}

static void put(struct writer *w, const char *s, size_t n)
{
    while (n > 0 && w->rc == 0) {
        size_t room = BLOCK - w->n;
        size_t take = n < room ? n : room;
        memcpy(w->block + w->n, s, take);
        w->n += take;
        s += take;
        n -= take;
        if (w->n == BLOCK)
            flush(w);
    }
}

static void put_text(struct writer *w, const char *s)
{
    put(w, s, strlen(s));
}

static void make_pairs(struct writer *w)
{
    static const char digits[] = "0123456789ABCDEF";
    for (unsigned i = 0; i < 256; i++) {
        w->pair[i][0] = digits[i >> 4];
        w->pair[i][1] = digits[i & 15];
        w->pair[i][2] = ' ';
    }
}

/* Nearly all of a file is this: four bytes are stored at once where three count, into a block that
 * has room for one more. */
static void put_hex(struct writer *w, const uint8_t *p, size_t n)
{
    while (n > 0 && w->rc == 0) {
        size_t room = (BLOCK - w->n) / 3;
        size_t take = n < room ? n : room;
        char *to = w->block + w->n;
        for (size_t i = 0; i < take; i++)
            memcpy(to + 3 * i, w->pair[p[i]], 4);
        w->n += 3 * take;
        p += take;
        n -= take;
        if (n > 0)
            flush(w);
    }
}

/* What Windows-1252 has at 0x80..0x9F. 0xA0..0xFF are as in Unicode. The five bytes without a
 * character stand for the control character of their value, as the reader has it. */
static const uint16_t cp1252_high[32] = {
    0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};

static int to_cp1252(uint32_t cp)
{
    if (cp >= 0xa0 && cp <= 0xff)
        return (int)cp;
    for (int i = 0; i < 32; i++)
        if (cp1252_high[i] == cp)
            return 0x80 + i;
    return -1;
}

static void put_char(struct writer *w, uint32_t cp)
{
    char ref[16];
    int byte = cp >= 0x80 ? to_cp1252(cp) : -1;
    /* XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF. */
    int illegal =
        (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') || cp == 0xfffe || cp == 0xffff;
    if (illegal)
        cp = 0xfffd;
    if (byte >= 0) {
        char c = (char)byte;
        put(w, &c, 1);
    } else if (cp >= 0x20 && cp < 0x7f) {
        char c = (char)cp;
        put(w, &c, 1);
    } else {
        snprintf(ref, sizeof ref, "&#x%X;", (unsigned)cp);
        put_text(w, ref);
    }
}

static void put_name(struct writer *w, const char *name)
{
    const unsigned char *s = (const unsigned char *)name;
    while (*s) {
        uint32_t cp;
        qd_utf8_next(&s, &cp); /* broken bytes become U+FFFD */
        if (cp == '&')
            put_text(w, "&amp;");
        else if (cp == '\'')
            put_text(w, "&apos;");
        else if (cp == '<')
            put_text(w, "&lt;");
        else if (cp == '>')
            put_text(w, "&gt;");
        else
            put_char(w, cp);
    }
}

static void indent(struct writer *w, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        put(w, "  ", 2);
}

static void put_stream(struct writer *w, const struct qd_node *n, size_t depth)
{
    char head[48];
    indent(w, depth);
    snprintf(head, sizeof head, "<Stream Length='%zu' Name='", n->len);
    put_text(w, head);
    put_name(w, n->name);
    put_text(w, "' Value='");
    put_hex(w, n->data, n->len);
    put_text(w, "'/>");
    put_text(w, w->eol);
}

/* Opens a storage; an empty one is closed in the same tag. */
static void open_storage(struct writer *w, const struct qd_node *n, size_t depth)
{
    indent(w, depth);
    put_text(w, "<Storage Name='");
    put_name(w, n->name);
    put_text(w, n->nchild ? "'>" : "'/>");
    if (n->nchild > 0 || depth > 0)
        put_text(w, w->eol);
}

/* Streams come after all storages of their level; then the end tag. The last line has no newline.
 */
static void close_storage(struct writer *w, const struct qd_node *n, size_t depth)
{
    for (size_t i = 0; i < n->nchild; i++)
        if (n->child[i]->is_stream)
            put_stream(w, n->child[i], depth + 1);
    if (n->nchild == 0)
        return;
    indent(w, depth);
    put_text(w, "</Storage>");
    if (depth > 0)
        put_text(w, w->eol);
}

static const struct qd_node *next_storage(const struct qd_node *n, size_t *at)
{
    while (*at < n->nchild) {
        const struct qd_node *c = n->child[(*at)++];
        if (!c->is_stream)
            return c;
    }
    return NULL;
}

static int write_tree(struct writer *w, const struct qd_node *root)
{
    struct {
        const struct qd_node *n;
        size_t at;
    } stack[QD_TREE_MAX_DEPTH + 1] = {{root, 0}};
    size_t depth = 0;
    open_storage(w, root, 0);
    for (;;) {
        const struct qd_node *c = next_storage(stack[depth].n, &stack[depth].at);
        if (c && depth == QD_TREE_MAX_DEPTH)
            return qd_fail(w->e, QDIAG_E_BUG, c->name, "tree deeper than %u", QD_TREE_MAX_DEPTH);
        if (c) {
            stack[++depth].n = c;
            stack[depth].at = 0;
            open_storage(w, c, depth);
            continue;
        }
        close_storage(w, stack[depth].n, depth);
        if (depth-- == 0)
            return w->rc;
    }
}

int qd_xqcn_write(const struct qd_node *root, struct qd_sink *out, struct qdiag_error *e)
{
    struct writer *w = qd_alloc(1, sizeof *w);
    if (!w)
        return qd_nomem(e);
    w->out = out;
    w->e = e;
    w->eol = root->lf ? "\n" : "\r\n";
    make_pairs(w);
    put_text(w, "<?xml version=\"1.0\" encoding=\"Windows-1252\" ?>");
    put_text(w, w->eol);
    put_text(w, w->eol);
    int rc = write_tree(w, root);
    flush(w);
    if (rc == 0)
        rc = w->rc;
    free(w);
    return rc;
}

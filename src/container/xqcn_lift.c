/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Nearly all of an XQCN is hex text inside Value attributes. A parser wants each attribute whole
 * and in memory, looks at it several times, and takes time that grows with its square. So the
 * values are decoded here, while the text streams past, and the parser sees Value='L' in their
 * place: it still judges every tag, name and quote. From the first "<!" on (comment, CDATA,
 * DOCTYPE) and in encodings that are not ASCII with additions, nothing is lifted and the parser
 * sees the values as they are. Never decides what is well-formed. */
#include "container/xqcn_lift.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD_MAX 256u
#define EQUALS   8192u
#define SMALL    65536u /* up to here a value is copied out of the buffer, which stays */

enum { START, TEXT, OPENED, INSTRUCTION, INSTRUCTION_END, END_TAG, TAG, QUOTED, LIFTING };

void qd_lift_start(struct qd_lift *l, size_t limit)
{
    memset(l, 0, sizeof *l);
    l->state = START;
    l->limit = limit;
}

void qd_lift_free(struct qd_lift *l)
{
    for (size_t i = l->first; i < l->n; i++)
        free(l->v[i].data);
    free(l->v);
    qd_buf_free(&l->bytes);
    qd_buf_free(&l->head);
    memset(l, 0, sizeof *l);
}

int qd_lift_take(struct qd_lift *l, struct qd_lifted *v)
{
    if (l->first == l->n)
        return -1;
    *v = l->v[l->first++];
    if (l->first == l->n)
        l->first = l->n = 0;
    return 0;
}

static int is_blank(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* True when every ASCII character is one byte of its own value, and no other character has such a
 * byte in it. head is the text of the declaration. */
static int is_ascii_like(const char *head, int *is_1252)
{
    static const char *const good[] = {"utf-8", "us-ascii", "iso-8859-", "windows-125", NULL};
    const char *s = strstr(head, "encoding");
    if (!s)
        return 1;
    s += strlen("encoding");
    s += strspn(s, " \t\r\n=");
    if (*s != '"' && *s != '\'')
        return 0;
    *is_1252 = strncasecmp(s + 1, "windows-1252", 12) == 0;
    for (size_t i = 0; good[i]; i++)
        if (strncasecmp(s + 1, good[i], strlen(good[i])) == 0)
            return 1;
    return 0;
}

/* Bytes that Windows-1252 has no character for. The vendor tool names that encoding whatever the
 * user's own is, so the path in the root's name may hold them: each goes on as a reference to the
 * control character of its value, and the writer makes the byte of it again. */
static int is_hole(uint8_t c)
{
    return c == 0x81 || c == 0x8d || c == 0x8f || c == 0x90 || c == 0x9d;
}

#define REFERENCE 6u /* characters */

/* left: characters of this piece, from it on; there is room for two for each, and for two more. */
static int pass(const struct qd_lift *l, uint8_t c, size_t left, struct qd_buf *out)
{
    static const char digits[] = "0123456789ABCDEF";
    if (c < 0x80 || !l->is_1252 || !is_hole(c)) {
        out->p[out->len++] = c;
        return 0;
    }
    const char text[REFERENCE] = {'&', '#', 'x', digits[c >> 4], digits[c & 15], ';'};
    if (qd_buf_reserve(out, REFERENCE + 2 * left + 2) != 0)
        return -1;
    memcpy(out->p + out->len, text, REFERENCE);
    out->len += REFERENCE;
    return 0;
}

/* The parser reads two or four bytes per character when it finds a mark or a zero byte up here. */
static int is_wide(const uint8_t *p, size_t n)
{
    return n >= 2 && (p[0] >= 0xfe || memchr(p, 0, n < 4 ? n : 4));
}

static int end_instruction(struct qd_lift *l)
{
    if (qd_buf_terminate(&l->head) != 0)
        return -1;
    if (strncmp((const char *)l->head.p, "xml", 3) == 0 && is_blank(l->head.p[3]))
        l->off |= l->head.len >= HEAD_MAX || !is_ascii_like((const char *)l->head.p, &l->is_1252);
    l->head.len = 0;
    l->state = TEXT;
    return 0;
}

static int in_instruction(struct qd_lift *l, unsigned char c)
{
    if (l->state == INSTRUCTION_END && c == '>')
        return end_instruction(l);
    l->state = c == '?' ? INSTRUCTION_END : INSTRUCTION;
    return l->head.len < HEAD_MAX ? qd_buf_add_byte(&l->head, c) : 0;
}

static void opened(struct qd_lift *l, unsigned char c)
{
    l->word_len = 0;
    l->word_ended = l->equals = 0;
    l->off = c == '!' || c == '<' || c == '>';
    l->state = c == '?' ? INSTRUCTION : c == '/' ? END_TAG : TAG;
}

/* Between the quotes of a tag: is the word before the next quote the name Value? */
static void in_tag(struct qd_lift *l, unsigned char c)
{
    static const char name[] = "Value";
    if (c == '\'' || c == '"') {
        int lift = l->equals && l->word_len == sizeof name - 1 &&
                   memcmp(l->word, name, sizeof name - 1) == 0;
        l->quote = c;
        l->state = lift ? LIFTING : QUOTED;
        l->word_len = 0;
        l->word_ended = l->equals = 0;
    } else if (c == '>' || c == '<') {
        l->off = c == '<';
        l->state = TEXT;
    } else if (c == '=') {
        l->equals = 1;
    } else if (is_blank(c)) {
        l->word_ended = 1;
    } else {
        if (l->word_ended || l->equals)
            l->word_len = 0;
        l->word_ended = l->equals = 0;
        if (l->word_len < sizeof l->word)
            l->word[l->word_len++] = (char)c;
    }
}

/* One character outside a lifted value. */
static int step(struct qd_lift *l, unsigned char c)
{
    switch (l->state) {
    case START:
    case TEXT:
        l->state = c == '<' ? OPENED : TEXT;
        return 0;
    case OPENED:
        opened(l, c);
        return 0;
    case INSTRUCTION:
    case INSTRUCTION_END:
        return in_instruction(l, c);
    case END_TAG:
        l->state = c == '>' ? TEXT : END_TAG;
        return 0;
    case QUOTED:
        l->state = c == l->quote ? TAG : QUOTED;
        return 0;
    default:
        in_tag(l, c);
        return 0;
    }
}

/* Room for the pairs that n more characters can hold. */
static int make_room(struct qd_lift *l, size_t n)
{
    size_t have = l->text.pairs < l->limit ? l->text.pairs : l->limit;
    size_t more = n / 2 + 1 < l->limit - have ? n / 2 + 1 : l->limit - have;
    l->bytes.len = have;
    return qd_buf_reserve(&l->bytes, more);
}

/* The bytes of a value as memory of their own. What is large leaves with its buffer: the unused
 * part of that was never touched. */
static uint8_t *own_bytes(struct qd_lift *l, size_t len)
{
    uint8_t *p = l->bytes.p;
    if (len <= SMALL) {
        p = qd_alloc(len, 1);
        if (p)
            memcpy(p, l->bytes.p, len);
        return p;
    }
    memset(&l->bytes, 0, sizeof l->bytes);
    return p;
}

static int end_value(struct qd_lift *l)
{
    struct qd_lifted *v = qd_grow(l->v, l->n, &l->vcap, sizeof *v);
    if (!v)
        return -1;
    l->v = v;
    v = &l->v[l->n];
    *v = (struct qd_lifted){.text = l->text, .bad = l->bad};
    v->bad |= !v->bad && qd_hex_text_end(&v->text) != 0;
    if (!v->bad && v->text.pairs > 0 && v->text.pairs <= l->limit &&
        !(v->data = own_bytes(l, v->text.pairs)))
        return -1;
    l->n++;
    memset(&l->text, 0, sizeof l->text);
    l->bad = 0;
    l->state = TAG;
    return 0;
}

/* Line ends go on to the parser: it counts them. */
static void pass_lines(const uint8_t *p, size_t n, struct qd_buf *out)
{
    const uint8_t *end = p + n;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
        out->p[out->len++] = '\n';
        p++;
    }
}

/* The part of a value that is in this piece; *used characters of it, the closing quote included. */
static int lift(struct qd_lift *l, const uint8_t *p, size_t n, struct qd_buf *out, size_t *used)
{
    const uint8_t *quote = memchr(p, l->quote, n);
    size_t len = quote ? (size_t)(quote - p) : n;
    if (!l->bad) {
        if (make_room(l, len) != 0)
            return -1;
        size_t cap = l->bytes.cap < l->limit ? l->bytes.cap : l->limit;
        l->bad = qd_hex_text_more(&l->text, p, len, l->bytes.p, cap) != 0;
    }
    pass_lines(p, len, out);
    *used = len;
    if (!quote)
        return 0;
    out->p[out->len++] = QD_LIFTED;
    out->p[out->len++] = l->quote;
    *used = len + 1;
    return end_value(l);
}

int qd_lift_feed(struct qd_lift *l, const uint8_t *p, size_t n, struct qd_buf *out)
{
    size_t at = 0;
    out->len = 0;
    /* '' becomes 'L' */
    if (qd_buf_reserve(out, 2 * n + 2) != 0)
        return -1;
    l->off |= l->state == START && is_wide(p, n);
    while (at < n && !l->off) {
        size_t used = 1;
        int rc;
        if (l->state == LIFTING) {
            rc = lift(l, p + at, n - at, out, &used);
        } else {
            rc = pass(l, p[at], n - at, out);
            if (rc == 0)
                rc = step(l, p[at]);
        }
        if (rc != 0)
            return -1;
        at += used;
    }
    for (; at < n; at++)
        if (pass(l, p[at], n - at, out) != 0)
            return -1;
    return 0;
}

int qd_lift_crowded(struct qd_lift *l, const struct qd_buf *out)
{
    const uint8_t *p = out->p, *end = p + out->len;
    for (; p < end; p++) {
        if (*p == '<')
            l->marks = 0;
        else if (*p == '=' && ++l->marks > EQUALS)
            return 1;
    }
    return 0;
}

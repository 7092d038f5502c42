/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads XQCN text into a tree, strictly: what breaks a rule of docs/formats/qcn.md is refused with
 * line and place. libxml2 is fed 1 MiB at a time, the hex text of values decoded past it where that
 * can be (xqcn_lift.h); its own limit on attribute length is switched off, so every cap is ours and
 * a DOCTYPE is refused at once. Never builds an XML tree, never loads anything from elsewhere,
 * never prints. */
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <libxml/xmlversion.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "container/container.h"
#include "container/xml_quiet.h"
#include "container/xqcn_lift.h"

#define CHUNK         (1024u * 1024u)
#define MAX_FILE      (256ull * 1024 * 1024)
#define MAX_STREAM    (32u * 1024 * 1024)
#define MAX_RAW       (5 * MAX_ROOT + 5) /* "&" is five bytes as it arrives */
#define MAX_ROOT      4096u
#define LENGTH_DIGITS 10u

struct line_of {
    const struct qd_node *node;
    int line;
};

struct level {
    struct qd_node *storage;
    struct line_of *v; /* one per child, to name the second of two equal names */
    size_t n, cap;
};

struct reader {
    struct qd_source *src;
    const struct qd_notes *notes;
    struct qdiag_error *e;
    struct qd_lift lift; /* values on their way past the parser */
    struct qd_buf shown; /* what the parser is to see of a chunk */
    xmlParserCtxtPtr xml;
    int rc;
    struct qd_node *root;
    struct level level[QD_TREE_MAX_DEPTH + 2];
    size_t depth; /* open storages */
    size_t nodes;
    int in_stream, closed, ending;
    int noted_lower, noted_comment, lf;
    struct qd_xml_quiet quiet;
};

/* The attributes that Storage and Stream may have; value text is not NUL-terminated. */
struct attr {
    const xmlChar *p, *end;
};
enum { A_NAME, A_LENGTH, A_VALUE, ATTRS };
static const char *const attr_name[ATTRS] = {"Name", "Length", "Value"};

static void note(struct reader *r, const char *place, const char *text)
{
    if (r->notes && r->notes->fn)
        r->notes->fn(place, text, r->notes->user);
}

/* Where the parser is: "FILE line N /path/in/tree". */
static void place(const struct reader *r, int line, const char *name, char out[512])
{
    char path[256] = "";
    if (r->depth > 0)
        qd_tree_path(r->level[r->depth - 1].storage, path, sizeof path);
    if (strcmp(path, "/") == 0 && name)
        path[0] = '\0';
    snprintf(out, 512, "%.200s line %d%s%s%s%.40s", r->src->name ? r->src->name : "", line,
             path[0] || name ? " " : "", path, name ? "/" : "", name ? name : "");
}

static void stop(struct reader *r, int rc)
{
    if (r->rc == 0)
        r->rc = rc;
    xmlStopParser(r->xml);
}

__attribute__((format(printf, 4, 5))) static void damaged(struct reader *r, int line,
                                                          const char *name, const char *fmt, ...)
{
    char where[512], why[256];
    va_list ap;
    if (r->rc != 0)
        return;
    place(r, line, name, where);
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    /* What the parser makes of half an element is no help: "unknown element 'S'". */
    if (r->ending && !r->closed && !r->quiet.not_converted)
        qd_copy_text(why, sizeof why, "the text ends too early: the file is cut");
    stop(r, qd_fail(r->e, QDIAG_E_FILE_DAMAGED, where, "%s", why));
}

static int line_now(const struct reader *r)
{
    return xmlSAX2GetLineNumber(r->xml);
}

#if LIBXML_VERSION >= 21200
static void on_error(void *user, const xmlError *err)
#else
static void on_error(void *user, xmlErrorPtr err)
#endif
{
    struct reader *r = user;
    char text[160] = "";
    if (!err || err->level < XML_ERR_ERROR)
        return;
    if (err->code == XML_ERR_NO_MEMORY || errno == ENOMEM) /* often it is called another error */
        stop(r, qd_nomem(r->e));
    if (err->message)
        qd_printable(text, sizeof text, err->message, strcspn(err->message, "\n"));
    if (r->closed)
        damaged(r, err->line, NULL, "bytes after the end of the root storage (%s)", text);
    else
        damaged(r, err->line, NULL, "not well-formed XML: %s", text);
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *ext, const xmlChar *sys)
{
    (void)name;
    (void)ext;
    (void)sys;
    struct reader *r = user;
    damaged(r, line_now(r), NULL, "a DOCTYPE is not allowed");
}

static void on_text(void *user, const xmlChar *s, int n)
{
    struct reader *r = user;
    for (int i = 0; i < n; i++)
        if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' && s[i] != '\n') {
            damaged(r, line_now(r), NULL, "text between the elements");
            return;
        }
}

static void on_cdata(void *user, const xmlChar *s, int n)
{
    (void)s;
    (void)n;
    struct reader *r = user;
    damaged(r, line_now(r), NULL, "a CDATA section between the elements");
}

static void aside(struct reader *r, const char *what)
{
    if (r->closed) {
        damaged(r, line_now(r), NULL, "%s after the end of the root storage", what);
        return;
    }
    if (!r->noted_comment)
        note(r, "", "comments or processing instructions are not kept");
    r->noted_comment = 1;
}

static void on_comment(void *user, const xmlChar *s)
{
    (void)s;
    aside(user, "a comment");
}

static void on_instruction(void *user, const xmlChar *target, const xmlChar *data)
{
    (void)target;
    (void)data;
    aside(user, "a processing instruction");
}

/* Sorts the SAX2 attribute list into ours. */
static int take_attrs(struct reader *r, const char *element, int n, const xmlChar **list,
                      struct attr a[ATTRS])
{
    memset(a, 0, ATTRS * sizeof a[0]);
    for (int i = 0; i < n; i++, list += 5) {
        int k = 0;
        while (k < ATTRS && (list[1] || strcmp((const char *)list[0], attr_name[k]) != 0))
            k++;
        if (k == ATTRS || (strcmp(element, "Storage") == 0 && k != A_NAME)) {
            damaged(r, line_now(r), NULL, "%s with an unknown attribute '%.60s'", element,
                    (const char *)list[0]);
            return -1;
        }
        a[k].p = list[3];
        a[k].end = list[4];
    }
    int wanted = strcmp(element, "Storage") == 0 ? 1 : ATTRS;
    for (int k = 0; k < wanted; k++)
        if (!a[k].p) {
            damaged(r, line_now(r), NULL, "%s without %s", element, attr_name[k]);
            return -1;
        }
    return 0;
}

/* Length of UTF-8 text in UTF-16 units, which is what the 31 of a compound file counts. */
static size_t utf16_units(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80 ? 1 + ((unsigned char)*s >= 0xf0) : 0;
    return n;
}

/* libxml2 hands "&" inside an attribute over as "&#38;" (and only that) while it replaces no
 * entities. A literal "&#38;" arrives as "&#38;#38;", so one pass gives the text back. */
static void unescape(char *s)
{
    char *to = s;
    for (; *s; s++) {
        *to++ = *s;
        if (strncmp(s, "&#38;", 5) == 0)
            s += 4;
    }
    *to = '\0';
}

/* A name that a compound file can hold too; NULL = refused. */
static char *take_name(struct reader *r, const struct attr *a)
{
    size_t n = (size_t)(a->end - a->p);
    char *name = qd_strndup((const char *)a->p, n < MAX_RAW ? n : MAX_RAW);
    if (!name) {
        stop(r, qd_nomem(r->e));
        return NULL;
    }
    unescape(name);
    size_t max = r->depth == 0 ? MAX_ROOT : QD_TREE_MAX_NAME;
    int bad = r->depth > 0 && strpbrk(name, "/\\:!");
    for (const unsigned char *s = (unsigned char *)name; r->depth > 0 && *s; s++)
        bad |= *s < 0x20 || *s == 0x7f || (*s == 0xc2 && s[1] < 0xa0); /* U+0080 to U+009F, too */
    if (n > 0 && utf16_units(name) <= max && !bad)
        return name;
    if (n == 0 && r->depth == 0)
        return name;
    if (bad)
        damaged(r, line_now(r), NULL, "a name with a control character or one of / \\ : !");
    else if (n == 0)
        damaged(r, line_now(r), NULL, "an empty name");
    else
        damaged(r, line_now(r), NULL, "a name longer than %zu characters", max);
    free(name);
    return NULL;
}

/* Counts the node, links it to its line, and gives memory errors one way out. */
static int count_node(struct reader *r, const struct qd_node *node, int line)
{
    struct level *top = &r->level[r->depth - 1];
    struct line_of *v = node ? qd_grow(top->v, top->n, &top->cap, sizeof *v) : NULL;
    if (!v) {
        stop(r, qd_nomem(r->e));
        return -1;
    }
    top->v = v;
    top->v[top->n++] = (struct line_of){node, line};
    return 0;
}

static int may_add(struct reader *r)
{
    if (r->in_stream)
        damaged(r, line_now(r), NULL, "an element inside a Stream");
    else if (r->depth > QD_TREE_MAX_DEPTH)
        damaged(r, line_now(r), NULL, "deeper than %u levels", QD_TREE_MAX_DEPTH);
    else if (++r->nodes > QD_TREE_MAX_NODES)
        damaged(r, line_now(r), NULL, "more than %u storages and streams", QD_TREE_MAX_NODES);
    return r->rc == 0;
}

static void start_storage(struct reader *r, const struct attr a[ATTRS])
{
    char *name = take_name(r, &a[A_NAME]);
    if (!name)
        return;
    struct qd_node *node = NULL;
    if (r->depth > 0) {
        node = qd_tree_storage(r->level[r->depth - 1].storage, name);
        if (count_node(r, node, line_now(r)) != 0)
            node = NULL;
    } else {
        node = r->root = qd_tree_new(name);
        if (!node)
            stop(r, qd_nomem(r->e));
    }
    free(name);
    if (node)
        r->level[r->depth++] = (struct level){.storage = node};
}

static int take_length(struct reader *r, const char *name, const struct attr *a, size_t *len)
{
    uint64_t v = 0;
    size_t n = (size_t)(a->end - a->p);
    int good = n >= 1 && n <= LENGTH_DIGITS;
    for (size_t i = 0; good && i < n; i++) {
        good = a->p[i] >= '0' && a->p[i] <= '9';
        v = v * 10 + (uint64_t)(a->p[i] - '0');
    }
    if (!good)
        damaged(r, line_now(r), name, "Length is not a decimal number of 1 to 10 digits");
    else if (v > MAX_STREAM)
        damaged(r, line_now(r), name, "Length is %llu, more than %u bytes", (unsigned long long)v,
                MAX_STREAM);
    *len = (size_t)v;
    return r->rc;
}

/* A value that the parser was given as it stands in the file. */
static int decode_here(struct reader *r, const struct attr *a, size_t len, struct qd_lifted *v)
{
    size_t n = (size_t)(a->end - a->p);
    /* Memory is asked for only when the text is long enough to fill it. */
    if (len > 0 && len <= n / 2 && !(v->data = qd_alloc(len, 1))) {
        stop(r, qd_nomem(r->e));
        return -1;
    }
    v->bad = qd_hex_text_more(&v->text, a->p, n, v->data, v->data ? len : 0) != 0 ||
             qd_hex_text_end(&v->text) != 0;
    return 0;
}

static int find_value(struct reader *r, const struct attr *a, size_t len, struct qd_lifted *v)
{
    memset(v, 0, sizeof *v);
    if (a->end > a->p && a->end[-1] == QD_LIFTED && qd_lift_take(&r->lift, v) == 0)
        return 0;
    return decode_here(r, a, len, v);
}

/* The bytes of one stream, or NULL (with r->rc set when that is an error). */
static uint8_t *take_value(struct reader *r, const char *name, const struct attr *a, size_t len)
{
    struct qd_lifted v;
    if (find_value(r, a, len, &v) != 0)
        return NULL;
    if (v.bad)
        damaged(r, line_now(r), name, "Value is not hex pairs: character %zu", v.text.bad_at + 1);
    else if (v.text.pairs != len)
        damaged(r, line_now(r), name, "Length is %zu but Value holds %zu bytes", len, v.text.pairs);
    if (v.text.lower && !r->noted_lower) {
        r->noted_lower = 1;
        note(r, name, "lower-case hex digits");
    }
    if (r->rc != 0) {
        free(v.data);
        v.data = NULL;
    }
    return v.data;
}

static void start_stream(struct reader *r, const struct attr a[ATTRS])
{
    size_t len = 0;
    char *name = take_name(r, &a[A_NAME]);
    if (!name)
        return;
    uint8_t *data = NULL;
    if (take_length(r, name, &a[A_LENGTH], &len) == 0)
        data = take_value(r, name, &a[A_VALUE], len);
    if (r->rc == 0) {
        struct qd_node *top = r->level[r->depth - 1].storage;
        struct qd_node *node = qd_tree_stream_take(top, name, data, len);
        if (!node)
            free(data);
        count_node(r, node, line_now(r));
    }
    r->in_stream = 1;
    free(name);
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int n_ns, const xmlChar **ns, int n_attr, int n_default, const xmlChar **list)
{
    (void)ns;
    (void)n_default;
    struct reader *r = user;
    struct attr a[ATTRS];
    int stream = strcmp((const char *)name, "Stream") == 0;
    if (r->rc != 0)
        return;
    if (prefix || uri || n_ns > 0) {
        damaged(r, line_now(r), NULL, "XML namespaces are not allowed");
    } else if (!stream && strcmp((const char *)name, "Storage") != 0) {
        damaged(r, line_now(r), NULL, "unknown element '%.60s'", (const char *)name);
    } else if (stream && r->depth == 0) {
        damaged(r, line_now(r), NULL, "the root element is not a Storage");
    } else if (may_add(r) && take_attrs(r, stream ? "Stream" : "Storage", n_attr, list, a) == 0) {
        if (stream)
            start_stream(r, a);
        else
            start_storage(r, a);
    }
}

static int by_folded_name(const void *pa, const void *pb)
{
    const struct line_of *a = pa, *b = pb;
    int c = strcasecmp(a->node->name, b->node->name);
    return c ? c : (a->line > b->line) - (a->line < b->line);
}

/* Names are compared without case because a compound file cannot hold both "0a" and "0A". */
static void end_storage(struct reader *r)
{
    struct level *top = &r->level[r->depth - 1];
    if (top->n > 1)
        qsort(top->v, top->n, sizeof *top->v, by_folded_name);
    for (size_t i = 1; i < top->n; i++)
        if (strcasecmp(top->v[i - 1].node->name, top->v[i].node->name) == 0) {
            damaged(r, top->v[i].line, top->v[i].node->name, "the name is there twice (line %d)",
                    top->v[i - 1].line);
            break;
        }
    free(top->v);
    top->v = NULL;
    if (--r->depth == 0)
        r->closed = 1;
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)name;
    (void)prefix;
    (void)uri;
    struct reader *r = user;
    if (r->rc != 0)
        return;
    if (r->in_stream)
        r->in_stream = 0;
    else
        end_storage(r);
}

/* A whole chunk, whatever pieces the source gives. */
static int fill(struct reader *r, uint8_t *p, size_t *n)
{
    size_t got = 1;
    *n = 0;
    while (*n < CHUNK && got > 0) {
        int rc = r->src->read(r->src->user, p + *n, CHUNK - *n, &got, r->e);
        if (rc != 0)
            return rc;
        *n += got;
    }
    return 0;
}

static void note_line_ends(struct reader *r, const uint8_t *p, size_t n)
{
    const uint8_t *lf = memchr(p, '\n', n);
    r->lf = lf && (lf == p || (lf[-1] != '\r' && lf[-1] != 0));
    if (r->lf)
        note(r, "", "line ends are LF, not CRLF");
}

static int check_kind(struct reader *r, const uint8_t *p, size_t n)
{
    const char *name = r->src->name;
    enum qd_container kind = qd_sniff(p, n);
    if (kind == QD_C_XQCN) {
        note_line_ends(r, p, n);
        return 0;
    }
    return qd_fail(r->e, QDIAG_E_FILE_UNKNOWN, name, "not XQCN text: the content is %s",
                   qd_container_name(kind));
}

static void parse(struct reader *r, int last)
{
    errno = 0;
    xmlParseChunk(r->xml, (const char *)r->shown.p, (int)r->shown.len, last);
    if (errno == ENOMEM || r->quiet.no_memory)
        stop(r, qd_nomem(r->e));
    if (r->quiet.not_converted)
        damaged(r, line_now(r), NULL,
                "a byte that is no character of the encoding that the first line names");
}

static int feed(struct reader *r, uint8_t *buf)
{
    uint64_t total = 0;
    uint8_t last = '>';
    for (size_t n = 1; n > 0 && r->rc == 0;) {
        int rc = fill(r, buf, &n);
        if (rc == 0 && total == 0)
            rc = check_kind(r, buf, n);
        if (rc != 0)
            return rc;
        total += n;
        if (total > MAX_FILE)
            return qd_fail(r->e, QDIAG_E_FILE_UNKNOWN, r->src->name, "larger than %llu bytes",
                           MAX_FILE);
        if (n > 0)
            last = buf[n - 1];
        r->ending = n == 0;
        if (qd_lift_feed(&r->lift, buf, n, &r->shown) != 0)
            return qd_nomem(r->e);
        if (qd_lift_crowded(&r->lift, &r->shown))
            damaged(r, line_now(r), NULL, "thousands of attributes in one tag");
        else if (r->shown.len > 0 || n == 0)
            parse(r, n == 0);
    }
    if (r->rc == 0 && (!r->xml->wellFormed || !r->closed))
        damaged(r, 0, NULL, "the parser stopped early");
    if (r->rc == 0 && last != '>' && last != 0)
        note(r, "", "blanks after the end of the root storage");
    return r->rc;
}

static void set_handlers(xmlSAXHandler *sax)
{
    memset(sax, 0, sizeof *sax);
    sax->initialized = XML_SAX2_MAGIC;
    sax->startElementNs = on_start;
    sax->endElementNs = on_end;
    sax->characters = on_text;
    sax->ignorableWhitespace = on_text;
    sax->cdataBlock = on_cdata;
    sax->comment = on_comment;
    sax->processingInstruction = on_instruction;
    sax->internalSubset = on_doctype;
    sax->serror = on_error;
}

int qd_xqcn_read(struct qd_source *src, const struct qd_notes *notes, struct qd_node **root,
                 struct qdiag_error *e)
{
    xmlSAXHandler sax;
    struct reader r = {.src = src, .notes = notes, .e = e};
    uint8_t *buf = qd_alloc(CHUNK, 1);
    *root = NULL;
    qd_lift_start(&r.lift, MAX_STREAM);
    set_handlers(&sax);
    qd_xml_quiet(&r.quiet);
    errno = 0;
    if (buf)
        r.xml = xmlCreatePushParserCtxt(&sax, &r, NULL, 0, NULL);
    int rc = r.xml ? 0 : qd_nomem(e);
    if (rc == 0) {
        xmlCtxtUseOptions(r.xml, XML_PARSE_NONET | XML_PARSE_HUGE);
        rc = feed(&r, buf);
        xmlFreeParserCtxt(r.xml);
    }
    for (size_t i = 0; i < r.depth; i++)
        free(r.level[i].v);
    qd_lift_free(&r.lift);
    qd_buf_free(&r.shown);
    free(buf);
    qd_xml_loud(&r.quiet);
    if (rc == 0) {
        r.root->lf = r.lf;
        *root = r.root;
    } else {
        qd_tree_free(&r.root);
    }
    return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Folder forms: as tar bytes, or, when the input begins with "FLD\n", as plain text, "@path" lines
 * with the bytes of the file behind each. What is accepted must come back the same through the
 * folder form, the tar form and the XQCN text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "container/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok, const char *what, const struct qdiag_error *e)
{
    if (ok)
        return;
    fprintf(stderr, "fuzz_tar: %s: %s: %s\n", what, e->item, e->why);
    abort();
}

static int collect(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    (void)e;
    return qd_buf_add(user, p, n);
}

static int read_tar(const uint8_t *p, size_t n, struct qd_entries *out, struct qdiag_error *e)
{
    struct qd_mem_source mem;
    struct qd_source src;
    qd_mem_source(&mem, &src, p, n, "fuzz");
    int rc = qd_tar_read(&src, out, e);
    require(rc == 0 || e->code == -rc, "error not recorded", e);
    return rc;
}

/* "@path\n" and then bytes up to the next "\n@" or the end. */
static int read_text(const uint8_t *p, size_t n, struct qd_entries *out, struct qdiag_error *e)
{
    const char *s = (const char *)p, *end = s + n;
    while (s < end && *s == '@') {
        const char *lf = memchr(s, '\n', (size_t)(end - s));
        const char *body = lf ? lf + 1 : end;
        const char *next = body < end ? memmem(body, (size_t)(end - body), "\n@", 2) : NULL;
        size_t len = (size_t)((next ? next + 1 : end) - body);
        struct qd_entry x = {.path = qd_strndup(s + 1, (size_t)((lf ? lf : end) - s - 1)),
                             .len = len};
        x.data = qd_alloc(len, 1);
        require(x.path && x.data, "memory", e);
        if (len)
            memcpy(x.data, body, len);
        require(qd_entries_add(out, &x, e) == 0, "memory", e);
        free(x.path);
        s = body + len;
    }
    return 0;
}

static void same_text(const struct qd_node *a, const struct qd_node *b)
{
    struct qdiag_error e = {0};
    struct qd_buf x = {0}, y = {0};
    struct qd_sink sx = {collect, &x}, sy = {collect, &y};
    require(qd_xqcn_write(a, &sx, &e) == 0 && qd_xqcn_write(b, &sy, &e) == 0, "no text", &e);
    require(x.len == y.len && memcmp(x.p, y.p, x.len) == 0, "another text", &e);
    qd_buf_free(&x);
    qd_buf_free(&y);
}

static void check_tar(const struct qd_entries *l)
{
    struct qdiag_error e = {0};
    struct qd_buf t = {0};
    struct qd_sink sink = {collect, &t};
    struct qd_entries back = {0};
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].veil) /* efs.attr alone says that */
            return;
    int rc = qd_tar_write(l, &sink, &e);
    if (rc == 0) { /* a name that no tar holds is refused */
        require(read_tar(t.p, t.len, &back, &e) == 0, "own tar refused", &e);
        require(qd_entries_compare(l, &back, &e) == 0, "another tar", &e);
    }
    qd_entries_free(&back);
    qd_buf_free(&t);
}

static void check_doc(const struct qd_doc *d)
{
    struct qdiag_error e = {0};
    struct qd_entries l = {0};
    struct qd_doc *again = NULL;
    require(d->tree && d->backup, "an empty document", &e);
    check_tar(&d->entries);
    require(qd_folder_from_doc(d, &l, &e) == 0, "not writable as a folder", &e);
    check_tar(&l);
    require(qd_folder_to_doc(&l, NULL, &again, &e) == 0, "own folder refused", &e);
    same_text(d->tree, again->tree);
    require(again->backup->missing.n <= d->backup->missing.n, "more is missing", &e);
    qd_doc_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qdiag_error e = {0};
    struct qd_entries l = {0};
    struct qd_doc *d = NULL;
    int text = size >= 4 && memcmp(data, "FLD\n", 4) == 0;
    int rc = text ? read_text(data + 4, size - 4, &l, &e) : read_tar(data, size, &l, &e);
    if (rc != 0)
        return 0;
    rc = qd_folder_to_doc(&l, NULL, &d, &e);
    require((rc == 0) == (d != NULL), "document and result disagree", &e);
    require(rc == 0 || e.code == -rc, "error not recorded", &e);
    if (d)
        check_doc(d);
    qd_doc_free(&d);
    return 0;
}

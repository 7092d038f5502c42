/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The small streams: File_Version, Mobile_Property_Info, Feature_Mask, Roaming_List_*. Lengths must
 * add up exactly; a rest that nobody explains is damage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/text.h"
#include "container/qcn.h"

#define MPI_FIXED 12u

int qd_qcn_read_version(struct qd_qcn *q, const struct qd_node *root)
{
    const struct qd_node *n;
    int rc = qd_qcn_child(q, root, "File_Version", 1, &n);
    if (rc != 0)
        return rc;
    if (!n)
        return qd_qcn_bad(q, root, NULL, "no File_Version");
    if (n->len < 2)
        return qd_qcn_bad(q, n, NULL, "File_Version of %zu bytes", n->len);
    unsigned major = qd_get16(n->data);
    if (major == 1) {
        rc = qd_fail(q->e, QDIAG_E_FILE_UNKNOWN, "/File_Version", "%s",
                     "version 1 layout not supported");
        qd_hint(q->e, "%s", "save it anew with a later version of the tool it comes from");
        return rc;
    }
    if (major != 2)
        return qd_qcn_bad(q, n, NULL, "file version %u instead of 2", major);
    if (n->len != 6)
        qd_qcn_note(q, n, "%zu bytes instead of 6", n->len);
    return 0;
}

/* The string at at, whose length word is before it; NULL = refused or out of memory (*rc). */
static char *take_string(struct qd_qcn *q, const struct qd_node *n, size_t at, int *rc)
{
    if (n->len < at + 2 || n->len - at - 2 < qd_get16(n->data + at)) {
        char where[32];
        snprintf(where, sizeof where, "offset %zu", at);
        *rc = qd_qcn_bad(q, n, where, "a string runs past the end (%zu bytes)", n->len);
        return NULL;
    }
    size_t len = qd_get16(n->data + at);
    if (memchr(n->data + at + 2, 0, len))
        qd_qcn_note(q, n, "a NUL inside a string; what follows it is not read");
    char *s = qd_strndup((const char *)n->data + at + 2, len);
    if (!s)
        *rc = qd_nomem(q->e);
    return s;
}

static int read_property_info(struct qd_qcn *q, const struct qd_node *n)
{
    int rc = 0;
    if (n->len < MPI_FIXED)
        return qd_qcn_bad(q, n, NULL, "%zu bytes, fewer than 12", n->len);
    q->b->esn = qd_get32(n->data);
    q->b->model = qd_get16(n->data + 4);
    q->b->nv_major = n->data[6];
    q->b->nv_minor = n->data[7];
    q->b->software = take_string(q, n, 8, &rc);
    if (rc != 0)
        return rc;
    size_t at = 10u + qd_get16(n->data + 8);
    q->b->client = take_string(q, n, at, &rc);
    if (rc != 0)
        return rc;
    size_t end = at + 2 + qd_get16(n->data + at);
    if (end != n->len)
        return qd_qcn_bad(q, n, NULL, "%zu bytes after the client name", n->len - end);
    return 0;
}

static int read_feature_mask(struct qd_qcn *q, const struct qd_node *n)
{
    if (n->len < 2 || n->len - 2 != qd_get16(n->data))
        return qd_qcn_bad(q, n, NULL, "%zu bytes do not fit the length word", n->len);
    q->b->feature_len = n->len - 2;
    q->b->feature = qd_alloc(q->b->feature_len, 1);
    if (!q->b->feature)
        return qd_nomem(q->e);
    if (q->b->feature_len > 0)
        memcpy(q->b->feature, n->data + 2, q->b->feature_len);
    q->b->has_feature = q->b->feature_len > 0;
    return 0;
}

/* A preferred roaming list begins with its own length, most significant byte first. */
static void note_roaming_lists(struct qd_qcn *q, const struct qd_node *config)
{
    for (size_t i = 0; i < config->nchild; i++) {
        const struct qd_node *n = config->child[i];
        if (strncmp(n->name, "Roaming_List_", 13) != 0)
            continue;
        int fits = n->len >= 2 && (size_t)(n->data[0] << 8 | n->data[1]) == n->len;
        qd_qcn_note(q, n, fits ? "roaming list, not read" : "roaming list of odd length, not read");
    }
}

int qd_qcn_read_props(struct qd_qcn *q, const struct qd_node *config)
{
    const struct qd_node *n;
    int rc = qd_qcn_child(q, config, "Mobile_Property_Info", 1, &n);
    if (rc == 0 && n)
        rc = read_property_info(q, n);
    else if (rc == 0)
        qd_qcn_note(q, config, "no Mobile_Property_Info");
    if (rc == 0)
        rc = qd_qcn_child(q, config, "Feature_Mask", 1, &n);
    if (rc == 0 && n)
        rc = read_feature_mask(q, n);
    else if (rc == 0)
        qd_qcn_note(q, config, "no Feature_Mask");
    if (rc == 0)
        note_roaming_lists(q, config);
    return rc;
}

int qd_qcn_write_version(struct qd_node *root, struct qdiag_error *e)
{
    static const uint8_t version[6] = {2, 0, 0, 0, 0, 0};
    return qd_qcn_add_stream(root, "File_Version", version, sizeof version, e);
}

static int add_string(struct qd_buf *buf, const char *s, struct qdiag_error *e)
{
    uint8_t word[2];
    size_t n = s ? strlen(s) : 0;
    if (n > 0xffff)
        return qd_fail(e, QDIAG_E_FAILED, "Mobile_Property_Info", "a string of %zu bytes", n);
    qd_put16(word, (uint16_t)n);
    if (qd_buf_add(buf, word, sizeof word) != 0 || (n > 0 && qd_buf_add(buf, s, n) != 0))
        return qd_nomem(e);
    return 0;
}

static int write_property_info(const struct qd_backup *b, struct qd_node *config,
                               struct qdiag_error *e)
{
    struct qd_buf buf = {0};
    uint8_t head[8];
    qd_put32(head, b->esn);
    qd_put16(head + 4, b->model);
    head[6] = b->nv_major;
    head[7] = b->nv_minor;
    int rc = qd_buf_add(&buf, head, sizeof head) == 0 ? 0 : qd_nomem(e);
    if (rc == 0)
        rc = add_string(&buf, b->software, e);
    if (rc == 0)
        rc = add_string(&buf, b->client, e);
    if (rc == 0)
        rc = qd_qcn_add_stream(config, "Mobile_Property_Info", buf.p, buf.len, e);
    qd_buf_free(&buf);
    return rc;
}

static int write_feature_mask(const struct qd_backup *b, struct qd_node *config,
                              struct qdiag_error *e)
{
    struct qd_buf buf = {0};
    size_t n = b->has_feature ? b->feature_len : 0;
    uint8_t word[2];
    if (n > 0xffff)
        return qd_fail(e, QDIAG_E_FAILED, "Feature_Mask", "a mask of %zu bytes", n);
    qd_put16(word, (uint16_t)n);
    int rc = 0;
    if (qd_buf_add(&buf, word, sizeof word) != 0 || (n > 0 && qd_buf_add(&buf, b->feature, n) != 0))
        rc = qd_nomem(e);
    if (rc == 0)
        rc = qd_qcn_add_stream(config, "Feature_Mask", buf.p, buf.len, e);
    qd_buf_free(&buf);
    return rc;
}

int qd_qcn_write_props(const struct qd_backup *b, struct qd_node *config, struct qdiag_error *e)
{
    int rc = write_property_info(b, config, e);
    return rc == 0 ? write_feature_mask(b, config, e) : rc;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * unit.conf and qcn/properties: what Mobile_Property_Info, Feature_Mask and the XQCN text say about
 * the unit and the file. A value that unit.conf cannot spell goes to qcn/properties, escaped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/text.h"
#include "config.h"
#include "container/folder.h"
#include "container/qcn.h"

#define NO_ESN 0xDEADD00Du

static int number(const char *s, unsigned long max, unsigned long *out)
{
    if (!s || !*s || strlen(s) > 9 || strspn(s, "0123456789") != strlen(s))
        return -1;
    *out = strtoul(s, NULL, 10);
    return *out <= max ? 0 : -1;
}

static int bad_value(struct qdiag_error *e, const char *file, const char *key)
{
    return qd_folder_bad(e, file, 0, "the value of '%s' is not understood", key);
}

static int read_mask(struct qd_props *p, struct qdiag_error *e)
{
    const char *mask = qd_pairs_get(&p->conf, "feature_mask");
    size_t n = mask ? strlen(mask) : 0;
    if (!mask)
        return 0;
    if (n == 0 || n % 2 || n / 2 > 0xffff)
        return bad_value(e, QD_FOLDER_CONF, "feature_mask");
    p->b->feature_len = n / 2;
    p->b->feature = qd_alloc(n / 2, 1);
    if (!p->b->feature)
        return qd_nomem(e);
    p->b->has_feature = 1;
    return qd_unhex(mask, p->b->feature, n / 2) == 0 ? 0
                                                     : bad_value(e, QD_FOLDER_CONF, "feature_mask");
}

static int read_conf(struct qd_props *p, struct qdiag_error *e)
{
    unsigned long v;
    uint8_t esn[4];
    const char *s = qd_pairs_get(&p->conf, "model_number");
    if (s && number(s, 0xffff, &v) != 0)
        return bad_value(e, QD_FOLDER_CONF, "model_number");
    p->b->model = s ? (uint16_t)v : 0;
    s = qd_pairs_get(&p->conf, "esn");
    if (s && (strlen(s) != 8 || qd_unhex(s, esn, 4) != 0))
        return bad_value(e, QD_FOLDER_CONF, "esn");
    p->b->esn =
        s ? (uint32_t)esn[0] << 24 | (uint32_t)esn[1] << 16 | (uint32_t)esn[2] << 8 | esn[3] : 0;
    s = qd_pairs_get(&p->conf, "subs");
    if (s && (number(s, 3, &v) != 0 || v == 0))
        return bad_value(e, QD_FOLDER_CONF, "subs");
    s = qd_pairs_get(&p->conf, "efs_subsys");
    if (s && strcmp(s, "13") != 0 && strcmp(s, "3e") != 0 && strcmp(s, "both") != 0)
        return bad_value(e, QD_FOLDER_CONF, "efs_subsys");
    /* A unit that gives 0 has none, and a backup of it says so in the vendor tools' way. */
    if (p->b->esn == 0 && p->props.n == 0)
        p->b->esn = NO_ESN;
    return read_mask(p, e);
}

static int read_text(const struct qd_props *p, const char *key, const char *plain, char **out,
                     struct qdiag_error *e)
{
    const char *s = qd_pairs_get(&p->props, key);
    int nomem = 1;
    *out = s ? qd_folder_unescape(s, strlen(s), &nomem) : qd_strdup(plain);
    if (*out)
        return 0;
    return !nomem ? bad_value(e, QD_FOLDER_PROPS, key) : qd_nomem(e);
}

static int read_properties(struct qd_props *p, struct qdiag_error *e)
{
    const char *conf = qd_pairs_get(&p->conf, "ext_build");
    const char *s = qd_pairs_get(&p->props, "format");
    unsigned major = 0, minor = 0;
    char tail;
    if (p->props.n > 0 && (!s || strcmp(s, "1") != 0))
        return bad_value(e, QD_FOLDER_PROPS, "format");
    s = qd_pairs_get(&p->props, "nv_version");
    if (s && (sscanf(s, "%3u.%3u%c", &major, &minor, &tail) != 2 || major > 255 || minor > 255))
        return bad_value(e, QD_FOLDER_PROPS, "nv_version");
    p->b->nv_major = (uint8_t)major;
    p->b->nv_minor = (uint8_t)minor;
    s = qd_pairs_get(&p->props, "lines");
    p->lf = s && strcmp(s, "lf") == 0;
    if (s && !p->lf && strcmp(s, "crlf") != 0)
        return bad_value(e, QD_FOLDER_PROPS, "lines");
    if (!conf)
        conf = qd_pairs_get(&p->conf, "firmware");
    int rc = read_text(p, "software", conf ? conf : "", &p->b->software, e);
    if (rc == 0)
        rc = read_text(p, "client", "qdiag " PACKAGE_VERSION, &p->b->client, e);
    return rc == 0 ? read_text(p, "root", "", &p->root, e) : rc;
}

int qd_props_read(const struct qd_entries *l, struct qd_props *p, struct qdiag_error *e)
{
    const struct qd_entry *conf = qd_entries_find(l, QD_FOLDER_CONF);
    const struct qd_entry *props = qd_entries_find(l, QD_FOLDER_PROPS);
    if (!conf)
        return qd_fail(e, QDIAG_E_FILE_UNKNOWN, NULL, "%s",
                       "no backup of this tool: there is no unit.conf in it");
    p->b = qd_backup_new();
    int rc = p->b ? qd_pairs_read(conf, &p->conf, e) : qd_nomem(e);
    if (rc == 0 && props)
        rc = qd_pairs_read(props, &p->props, e);
    if (rc == 0)
        rc = read_conf(p, e);
    return rc == 0 ? read_properties(p, e) : rc;
}

void qd_props_free(struct qd_props *p)
{
    qd_pairs_free(&p->conf);
    qd_pairs_free(&p->props);
    qd_backup_free(&p->b);
    free(p->root);
    memset(p, 0, sizeof *p);
}

int qd_props_stream(const struct qd_backup *b, char which, struct qd_node *parent, const char *name,
                    struct qdiag_error *e)
{
    struct qd_node *scratch = qd_tree_new("");
    if (!scratch)
        return qd_nomem(e);
    int rc = which == 'v' ? qd_qcn_write_version(scratch, e) : qd_qcn_write_props(b, scratch, e);
    struct qd_node *n = rc == 0 ? scratch->child[which == 'f'] : NULL;
    if (n)
        rc = qd_qcn_add_stream(parent, name, n->data, n->len, e);
    qd_tree_free(&scratch);
    return rc;
}

/* unit.conf takes one line of printable text, cut at " #" and trimmed. */
static int fits_conf(const char *s)
{
    size_t n = s ? strlen(s) : 0;
    if (n == 0 || n > 200 || s[0] == ' ' || s[0] == '#' || s[n - 1] == ' ' || strstr(s, " #"))
        return 0;
    for (size_t i = 0; i < n; i++)
        if (s[i] < 0x20 || s[i] > 0x7e)
            return 0;
    return 1;
}

static int write_mask(struct qd_buf *t, const struct qd_backup *b)
{
    int bad = 0;
    if (!b->has_feature || b->feature_len == 0)
        return 0;
    bad |= qd_buf_add_text(t, "feature_mask = ");
    for (size_t i = 0; i < b->feature_len; i++)
        bad |= qd_buf_printf(t, "%02x", b->feature[i]);
    return bad | qd_buf_add_byte(t, '\n');
}

static const char *subsystems(const struct qd_doc *doc, int have_alt)
{
    if (have_alt || (doc->efs[0] && doc->efs[1]))
        return "both";
    return doc->efs[0] == 0x3e ? "3e" : doc->efs[0] == 0x13 ? "13" : NULL;
}

static int write_conf(const struct qd_doc *doc, int have_alt, struct qd_buf *t)
{
    const struct qd_backup *b = doc->backup;
    const char *efs = subsystems(doc, have_alt);
    unsigned subs = b->nv[2].n ? 3 : b->nv[1].n ? 2 : 1;
    int bad = qd_buf_add_text(t, "family = other\n");
    if (fits_conf(doc->model_name))
        bad |= qd_buf_printf(t, "model = %s\n", doc->model_name);
    if (fits_conf(b->software))
        bad |= qd_buf_printf(t, "ext_build = %s\n", b->software);
    bad |= qd_buf_printf(t, "model_number = %u\nesn = %08x\n", b->model, (unsigned)b->esn);
    bad |= write_mask(t, b);
    bad |= qd_buf_printf(t, "subs = %u\n", subs);
    if (efs)
        bad |= qd_buf_printf(t, "efs_subsys = %s\n", efs);
    return bad;
}

static int write_escaped(struct qd_buf *t, const char *key, const char *s)
{
    int bad = qd_buf_printf(t, "%s = ", key);
    bad |= qd_folder_escape(t, s ? s : "", 0);
    return bad | qd_buf_add_byte(t, '\n');
}

static int write_properties(const struct qd_doc *doc, struct qd_buf *t)
{
    const struct qd_backup *b = doc->backup;
    int bad = qd_buf_add_text(t, "# What a QCN file says and a unit folder does not"
                                 " (docs/formats/folder.md).\nformat = 1\n");
    bad |= write_escaped(t, "root", doc->tree->name);
    bad |= qd_buf_printf(t, "lines = %s\n", doc->tree->lf ? "lf" : "crlf");
    bad |= write_escaped(t, "client", b->client);
    if (!fits_conf(b->software))
        bad |= write_escaped(t, "software", b->software);
    return bad | qd_buf_printf(t, "nv_version = %u.%u\n", b->nv_major, b->nv_minor);
}

static int add_text(struct qd_entries *out, const char *path, struct qd_buf *t, int bad,
                    struct qdiag_error *e)
{
    struct qd_entry x = {.path = (char *)path, .data = t->p, .len = t->len};
    int rc = bad ? qd_nomem(e) : qd_entries_add(out, &x, e);
    if (rc != 0)
        qd_buf_free(t);
    memset(t, 0, sizeof *t);
    return rc;
}

int qd_props_write(const struct qd_doc *doc, int have_alt, struct qd_entries *out,
                   struct qdiag_error *e)
{
    struct qd_buf t = {0};
    int rc = add_text(out, QD_FOLDER_CONF, &t, write_conf(doc, have_alt, &t), e);
    if (rc == 0)
        rc = add_text(out, QD_FOLDER_PROPS, &t, write_properties(doc, &t), e);
    return rc;
}

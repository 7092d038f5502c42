/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names the parts of a QCN tree by their place: /File_Version, /MODEL/CONFIG/… . A stream that no
 * rule explains is "unknown", and whoever asks must treat it with care. */
#include "flow/files/contents_parts.h"

#include <string.h>

#include "container/qcn.h"

#define CONFIG_LEVEL 2u /* root, model, configuration */

struct place {
    const struct qd_node *at[QD_TREE_MAX_DEPTH + 2]; /* at[0] is the root */
    size_t n;
};

static struct place place_of(const struct qd_node *n)
{
    struct place p = {{NULL}, 0};
    const struct qd_node *up[QD_TREE_MAX_DEPTH + 2];
    size_t depth = 0;
    for (; n && depth < sizeof up / sizeof up[0]; n = n->parent)
        up[depth++] = n;
    while (depth > 0)
        p.at[p.n++] = up[--depth];
    return p;
}

static int is(const struct qd_node *n, const char *name)
{
    return strcmp(n->name, name) == 0;
}

static int is_section(const struct qd_node *n, enum qd_section *section)
{
    for (unsigned s = 0; s < QD_SECTIONS; s++)
        if (is(n, qd_section_name((enum qd_section)s))) {
            *section = (enum qd_section)s;
            return 1;
        }
    return 0;
}

static struct qd_part direct_part(const struct qd_node *n)
{
    struct qd_part p = {QD_PART_UNKNOWN, 0, QD_SEC_EFS_BACKUP};
    if (is(n, "Mobile_Property_Info"))
        p.kind = QD_PART_PROPERTIES;
    else if (is(n, "Feature_Mask"))
        p.kind = QD_PART_FEATURE;
    else if (strncmp(n->name, "Roaming_List_", 13) == 0)
        p.kind = QD_PART_ROAMING;
    return p;
}

static struct qd_part nv_part(const struct qd_node *storage, const struct qd_node *n)
{
    struct qd_part p = {QD_PART_UNKNOWN, 0, QD_SEC_EFS_BACKUP};
    if (is(storage, "NV_NUMBERED_ITEMS"))
        for (; p.sub < QD_SUBS && p.kind == QD_PART_UNKNOWN; p.sub++)
            if (is(n, qd_nv_array_name(p.sub))) {
                p.kind = QD_PART_NV;
                return p;
            }
    p.sub = 0;
    return p;
}

struct qd_part qd_part_of(const struct qd_node *stream)
{
    struct qd_part p = {QD_PART_UNKNOWN, 0, QD_SEC_EFS_BACKUP};
    struct place w = place_of(stream);
    const struct qd_node *const *in = w.at + CONFIG_LEVEL + 1;
    if (w.n == 2 && is(stream, "File_Version"))
        p.kind = QD_PART_VERSION;
    if (w.n == CONFIG_LEVEL + 2)
        return direct_part(stream);
    if (w.n == CONFIG_LEVEL + 3)
        return nv_part(in[0], stream);
    if (w.n == CONFIG_LEVEL + 4 && is_section(in[0], &p.section))
        p.kind = is(in[1], "EFS_Dir")    ? QD_PART_EFS_DIR
                 : is(in[1], "EFS_Data") ? QD_PART_EFS_DATA
                                         : QD_PART_UNKNOWN;
    return p;
}

int qd_part_is_named(const struct qd_node *n)
{
    enum qd_section section;
    struct place w = place_of(n);
    if (n->is_stream)
        return qd_part_of(n).kind != QD_PART_UNKNOWN;
    if (w.n <= CONFIG_LEVEL + 1)
        return 1;
    if (w.n == CONFIG_LEVEL + 2)
        return is(n, "NV_NUMBERED_ITEMS") || is_section(n, &section);
    return w.n == CONFIG_LEVEL + 3 && is_section(w.at[CONFIG_LEVEL + 1], &section) &&
           (is(n, "EFS_Dir") || is(n, "EFS_Data"));
}

/* The readers bound the depth, so this may recurse. */
int qd_each_node(struct qd_node *root, qd_node_fn fn, void *user)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < root->nchild; i++) {
        rc = fn(root->child[i], user);
        if (rc == 0)
            rc = qd_each_node(root->child[i], fn, user);
    }
    return rc;
}

struct qd_node *qd_node_at(struct qd_node *root, const char *path)
{
    char part[QD_TREE_MAX_NAME * 4 + 1];
    struct qd_node *n = root;
    while (n && *path) {
        path += *path == '/';
        size_t len = strcspn(path, "/");
        if (len == 0 || len >= sizeof part)
            return NULL;
        memcpy(part, path, len);
        part[len] = '\0';
        n = qd_tree_child(n, part);
        path += len;
    }
    return n == root ? NULL : n;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * QCN tree to backup: finds model and configuration, hands the parts to their readers, and reports
 * what it does not know. Never guesses: two candidates are a refusal, not a choice. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container/qcn.h"

#define MODEL_DIGITS 8u

static const char *const root_names[] = {"File_Version", NULL};
static const char *const no_names[] = {NULL};
static const char *const config_names[] = {"NV_NUMBERED_ITEMS",
                                           "EFS_Backup",
                                           "Provisioning_Item_Files",
                                           "NV_Items",
                                           "Mobile_Property_Info",
                                           "Feature_Mask",
                                           NULL};

int qd_qcn_bad(struct qd_qcn *q, const struct qd_node *n, const char *suffix, const char *fmt, ...)
{
    char path[256], item[384], why[256];
    va_list ap;
    qd_tree_path(n, path, sizeof path);
    snprintf(item, sizeof item, "%s%s%s", path, suffix ? " " : "", suffix ? suffix : "");
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    return qd_fail(q->e, QDIAG_E_FILE_DAMAGED, item, "%s", why);
}

void qd_qcn_note(struct qd_qcn *q, const struct qd_node *n, const char *fmt, ...)
{
    char path[256], text[256];
    va_list ap;
    if (!q->notes || !q->notes->fn)
        return;
    qd_tree_path(n, path, sizeof path);
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    q->notes->fn(path, text, q->notes->user);
}

int qd_qcn_child(struct qd_qcn *q, const struct qd_node *parent, const char *name, int stream,
                 const struct qd_node **out)
{
    const struct qd_node *n = qd_tree_child(parent, name);
    *out = n;
    if (n && n->is_stream != stream)
        return qd_qcn_bad(q, n, NULL, "a %s where a %s belongs", stream ? "storage" : "stream",
                          stream ? "stream" : "storage");
    return 0;
}

static const struct qd_node *only_storage(const struct qd_node *parent, size_t *count)
{
    const struct qd_node *found = NULL;
    *count = 0;
    for (size_t i = 0; i < parent->nchild; i++)
        if (!parent->child[i]->is_stream) {
            found = parent->child[i];
            ++*count;
        }
    return found;
}

static int is_one_of(const char *name, const char *const *known)
{
    for (size_t i = 0; known[i]; i++)
        if (strcmp(name, known[i]) == 0)
            return 1;
    return known == config_names && strncmp(name, "Roaming_List_", 13) == 0;
}

/* What is not understood is named, so that nobody takes the model for the whole file. */
static void note_unknown(struct qd_qcn *q, const struct qd_node *parent, const struct qd_node *skip,
                         const char *const *known)
{
    for (size_t i = 0; i < parent->nchild; i++) {
        const struct qd_node *n = parent->child[i];
        if (n != skip && !is_one_of(n->name, known))
            qd_qcn_note(q, n, "unknown %s, not read", n->is_stream ? "stream" : "storage");
    }
}

static int find_config(struct qd_qcn *q, const struct qd_node *root, const struct qd_node **model,
                       const struct qd_node **config)
{
    size_t n;
    *model = only_storage(root, &n);
    if (n != 1)
        return qd_qcn_bad(q, root, NULL, "%zu model storages instead of one", n);
    *config = only_storage(*model, &n);
    if (n != 1)
        return qd_qcn_bad(q, *model, NULL, "%zu configurations instead of one", n);
    if (strcmp((*config)->name, "default") != 0)
        qd_qcn_note(q, *config, "the configuration is not named 'default'");
    note_unknown(q, root, *model, root_names);
    note_unknown(q, *model, *config, no_names);
    note_unknown(q, *config, NULL, config_names);
    return 0;
}

/* The storage name is informative only; Mobile_Property_Info is what counts, when it is there. */
static void take_model(struct qd_qcn *q, const struct qd_node *model, int have_props)
{
    const char *name = model->name;
    if (strspn(name, "0123456789") != strlen(name) || strlen(name) != MODEL_DIGITS) {
        qd_qcn_note(q, model, "the model storage is not named by 8 digits");
        return;
    }
    unsigned long number = strtoul(name, NULL, 10);
    if (!have_props && number <= 0xffff)
        q->b->model = (uint16_t)number;
    else if (number != q->b->model)
        qd_qcn_note(q, model, "model %u in Mobile_Property_Info differs from the storage name",
                    q->b->model);
}

static int has_properties(const struct qd_node *root)
{
    for (size_t i = 0; i < root->nchild; i++)
        for (size_t k = 0; k < root->child[i]->nchild; k++)
            if (qd_tree_child(root->child[i]->child[k], "Mobile_Property_Info"))
                return 1;
    return 0;
}

/* A tree with neither of the two streams that every backup has was never one: the carriers' .cqcn,
 * or a document of some other program. */
static int check_purpose(struct qd_qcn *q, const struct qd_node *root)
{
    if (qd_tree_child(root, "File_Version") || has_properties(root))
        return 0;
    int rc =
        qd_fail(q->e, QDIAG_E_FILE_UNKNOWN, NULL,
                "this is no backup but %s or another document: it has neither File_Version nor "
                "Mobile_Property_Info",
                qd_container_name(QD_C_CQCN));
    qd_hint(q->e, "%s", "make a backup of the unit itself: `qdiag backup`");
    return rc;
}

static int read_all(struct qd_qcn *q, const struct qd_node *root)
{
    const struct qd_node *model = NULL, *config = NULL;
    int rc = check_purpose(q, root);
    if (rc == 0)
        rc = qd_qcn_read_version(q, root);
    if (rc == 0)
        rc = find_config(q, root, &model, &config);
    if (rc == 0)
        rc = qd_qcn_read_props(q, config);
    if (rc == 0)
        take_model(q, model, qd_tree_child(config, "Mobile_Property_Info") != NULL);
    if (rc == 0)
        rc = qd_qcn_read_nv(q, config);
    if (rc == 0)
        rc = qd_qcn_read_efs(q, config);
    return rc;
}

static int run(const struct qd_node *root, const struct qd_notes *notes, int borrow,
               struct qd_backup **b, struct qdiag_error *e)
{
    struct qd_qcn q = {.notes = notes, .e = e, .b = qd_backup_new(), .borrow = borrow};
    *b = NULL;
    if (!q.b)
        return qd_nomem(e);
    int rc = read_all(&q, root);
    if (rc == 0)
        *b = q.b;
    else
        qd_backup_free(&q.b);
    return rc;
}

int qd_qcn_to_backup(const struct qd_node *root, const struct qd_notes *notes, struct qd_backup **b,
                     struct qdiag_error *e)
{
    return run(root, notes, 0, b, e);
}

int qd_qcn_view(const struct qd_node *root, const struct qd_notes *notes, struct qd_backup **b,
                struct qdiag_error *e)
{
    return run(root, notes, 1, b, e);
}

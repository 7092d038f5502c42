/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Asking for files that a directory walk may not show: some item files open by path and are never
 * listed. Asks only where a folder exists, in batches. Reads only. */
#include "flow/collect_efs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"
#include "model/catalog.h"

#define RFNV       "/nv/item_files/rfnv"
#define RFNV_FIRST 20000u
#define RFNV_LAST  32767u
#define BATCH      512u

static int want(const struct qd_tree_of *t, struct qd_names *list, const char *path)
{
    return qd_find_path(t, path) ? 0 : qd_names_add(list, path);
}

static int want_conf(const struct qd_tree_of *t, struct qd_names *list)
{
    for (size_t i = 0; i < t->rules.conf.n; i++) {
        char path[1100];
        if (want(t, list, t->rules.conf.v[i]) != 0)
            return -1;
        for (unsigned sub = 1; sub < QD_SUBS; sub++) {
            snprintf(path, sizeof path, "%s_Subscription%02u", t->rules.conf.v[i], sub);
            if (want(t, list, path) != 0)
                return -1;
        }
    }
    return 0;
}

static int want_rfnv(const struct qd_tree_of *t, struct qd_names *list, int exhaustive)
{
    const uint16_t *ids;
    char path[64];
    size_t n = qd_catalog_rfnv_ids(&ids);
    if (exhaustive)
        n = RFNV_LAST - RFNV_FIRST + 1;
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, RFNV "/%08u",
                 exhaustive ? RFNV_FIRST + (unsigned)i : (unsigned)ids[i]);
        if (want(t, list, path) != 0)
            return -1;
    }
    return 0;
}

static int want_known(const struct qd_tree_of *t, struct qd_names *list)
{
    const char *const *paths;
    size_t n = qd_catalog_probe_paths(&paths);
    for (size_t i = 0; i < n; i++)
        if (want(t, list, paths[i]) != 0)
            return -1;
    return 0;
}

static void cut_to_parent(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        *(slash == path ? slash + 1 : slash) = '\0';
}

/* The folders of the wanted paths that the walk did not see; sorted. -1 = out of memory. */
static int unseen_parents(const struct qd_tree_of *t, const struct qd_names *list,
                          struct qd_names *parents)
{
    char parent[2048], last[2048] = "";
    for (size_t i = 0; i < list->n; i++) {
        qd_copy_text(parent, sizeof parent, list->v[i]);
        cut_to_parent(parent);
        if (strcmp(parent, last) == 0 || strcmp(parent, "/") == 0)
            continue;
        qd_copy_text(last, sizeof last, parent);
        if (want(t, parents, parent) != 0)
            return -1;
    }
    qd_names_sort(parents);
    return 0;
}

static void drop_below(struct qd_names *list, const struct qd_names *absent)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        char parent[2048];
        qd_copy_text(parent, sizeof parent, list->v[i]);
        cut_to_parent(parent);
        if (qd_names_has(absent, parent))
            free(list->v[i]);
        else
            list->v[kept++] = list->v[i];
    }
    list->n = kept;
}

/* A folder that is not there saves the questions for everything in it. A folder whose state is in
 * doubt is kept: its files are asked for one by one. */
static int skip_absent_folders(struct qd_tree_of *t, struct qd_names *list, struct qdiag_error *e)
{
    struct qd_names parents = {0}, absent = {0};
    int rc = unseen_parents(t, list, &parents) ? qd_nomem(e) : 0;
    for (size_t i = 0; rc == 0 && i < parents.n; i += BATCH) {
        int8_t found[BATCH];
        int32_t wire[BATCH];
        size_t n = parents.n - i < BATCH ? parents.n - i : BATCH;
        rc = qd_efs_exist(&t->fs, (const char *const *)parents.v + i, n, found, wire, e);
        for (size_t k = 0; rc == 0 && k < n; k++)
            if (found[k] == 0 && qd_names_add(&absent, parents.v[i + k]) != 0)
                rc = qd_nomem(e);
    }
    if (rc == 0)
        drop_below(list, &absent); /* taken from a sorted list, so it is sorted */
    qd_names_free(&parents);
    qd_names_free(&absent);
    return rc;
}

static int probe_found(struct qd_collect *c, struct qd_tree_of *t, const char *path,
                       struct qdiag_error *e)
{
    struct qd_efs_stat st;
    struct qdiag_error why = {0};
    int rc = qd_efs_stat(&t->fs, path, &st, &why);
    if (rc == -QDIAG_E_ABSENT)
        return 0;
    if (rc != 0 && qd_ends_run(rc)) {
        if (e)
            *e = why;
        return rc;
    }
    if (rc != 0)
        return qd_found_error(c, t->fs.subsys, path, &why, e);
    if ((st.mode & QD_EFS_IFMT) == QD_EFS_IFDIR)
        return qd_find_below(c, t, path, e);
    qd_log(c->ctx, QDIAG_LOG_INFO, "efs", "%s: not listed by the unit, but there", path);
    return qd_found_add(t, path, &st, 0, e);
}

static int probe_batch(struct qd_collect *c, struct qd_tree_of *t, const struct qd_names *list,
                       size_t from, struct qdiag_error *e)
{
    int8_t found[BATCH];
    int32_t wire[BATCH];
    size_t n = list->n - from < BATCH ? list->n - from : BATCH;
    const char *const *paths = (const char *const *)list->v + from;
    int rc = qd_cancel_check(c->ctx->cancel, e);
    if (rc == 0)
        rc = qd_efs_exist(&t->fs, paths, n, found, wire, e);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (found[i] == 1)
            rc = probe_found(c, t, paths[i], e);
        else if (found[i] < 0) {
            char reason[64];
            snprintf(reason, sizeof reason, "cannot be looked at: EFS errno %d", (int)wire[i]);
            rc = qd_efs_missing(c, t->fs.subsys, paths[i], reason, wire[i], e);
        }
    return rc;
}

int qd_find_probe(struct qd_collect *c, struct qd_tree_of *t, struct qdiag_error *e)
{
    struct qd_names list = {0};
    int rc = 0;
    if (want_conf(t, &list) || want_rfnv(t, &list, c->opt->exhaustive) || want_known(t, &list))
        rc = qd_nomem(e);
    qd_names_sort(&list);
    if (rc == 0)
        rc = skip_absent_folders(t, &list, e);
    for (size_t i = 0; rc == 0 && i < list.n; i += BATCH) {
        qd_progress(c->ctx, "efs-probe", i, list.n, "");
        rc = probe_batch(c, t, &list, i, e);
    }
    qd_progress(c->ctx, "efs-probe", list.n, list.n, "");
    qd_names_free(&list);
    qd_tree_sort(t);
    return rc;
}

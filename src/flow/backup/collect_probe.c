/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Asking for files that a directory walk may not show: some item files open by path and are never
 * listed. Asks only where a folder exists, in batches, and goes on while lists are found that way
 * that name more. Reads only. */
#include "flow/backup/collect_efs.h"

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
#define ROUNDS     8u /* lists that name lists */

struct ask {
    struct qd_collect *c;
    struct qd_tree_of *t;
    struct qd_names list;  /* to be asked for in this round */
    struct qd_names asked; /* in earlier rounds */
};

static int want(struct ask *k, const char *path)
{
    if (strlen(path) > k->t->fs.max_path) /* the unit cannot have it */
        return 0;
    if (qd_find_path(k->t, path) || qd_names_has(&k->asked, path))
        return 0;
    return qd_names_add(&k->list, path);
}

static int want_subscription(struct ask *k, const char *item, unsigned sub)
{
    char path[1100];
    snprintf(path, sizeof path, "%s_Subscription%02u", item, sub);
    return want(k, path);
}

static int want_listed(struct ask *k)
{
    const struct qd_section_rules *r = &k->t->rules;
    for (size_t i = 0; i < r->folders.n; i++)
        if (want(k, r->folders.v[i]) != 0)
            return -1;
    for (size_t i = 0; i < r->conf.n; i++)
        if (want(k, r->conf.v[i]) != 0 || want_subscription(k, r->conf.v[i], 1) != 0 ||
            want_subscription(k, r->conf.v[i], 2) != 0)
            return -1;
    return 0;
}

/* An item file that may have sisters for other subscriptions. */
static int is_base_item(const struct qd_found *f)
{
    static const char items[] = "/nv/item_files/", regs[] = "/nv/reg_files/", rf[] = RFNV "/";
    if (f->is_dir || strstr(f->path, "_Subscription") || strncmp(f->path, rf, sizeof rf - 1) == 0)
        return 0;
    return strncmp(f->path, items, sizeof items - 1) == 0 ||
           strncmp(f->path, regs, sizeof regs - 1) == 0;
}

/* The sisters of the items that are there. A subscription that was asked for and has not a single
 * numbered item is taken to have no files either. */
static int want_sisters(struct ask *k)
{
    for (unsigned sub = 1; sub < QD_SUBS; sub++) {
        if (k->c->opt->sub == QDIAG_SUB_ALL && k->c->backup->nv[sub].n == 0)
            continue;
        for (size_t i = 0; i < k->t->n; i++)
            if (is_base_item(&k->t->v[i]) && want_subscription(k, k->t->v[i].path, sub) != 0)
                return -1;
    }
    return 0;
}

static int want_rfnv(struct ask *k)
{
    const uint16_t *ids;
    char path[64];
    int exhaustive = k->c->opt->exhaustive;
    size_t n = qd_catalog_rfnv_ids(&ids);
    if (exhaustive)
        n = RFNV_LAST - RFNV_FIRST + 1;
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, RFNV "/%08u",
                 exhaustive ? RFNV_FIRST + (unsigned)i : (unsigned)ids[i]);
        if (want(k, path) != 0)
            return -1;
    }
    return 0;
}

static int want_known(struct ask *k)
{
    const char *const *paths;
    size_t n = qd_catalog_probe_paths(&paths);
    for (size_t i = 0; i < n; i++)
        if (want(k, paths[i]) != 0)
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
        if (!qd_find_path(t, parent) && qd_names_add(parents, parent) != 0)
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
    int folder = (st.mode & QD_EFS_IFMT) == QD_EFS_IFDIR;
    qd_log(c->ctx, QDIAG_LOG_INFO, "efs", "%s: not listed by the unit, but there", path);
    rc = qd_found_add(t, path, &st, folder, e);
    return rc == 0 && folder ? qd_find_below(c, t, path, e) : rc;
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

/* What was asked for is not asked for again, whatever the answer is. */
static int remember(struct ask *k)
{
    for (size_t i = 0; i < k->list.n; i++)
        if (qd_names_add(&k->asked, k->list.v[i]) != 0)
            return -1;
    qd_names_sort(&k->asked);
    return 0;
}

static int ask_round(struct ask *k, struct qdiag_error *e)
{
    qd_names_sort(&k->list);
    if (remember(k) != 0)
        return qd_nomem(e);
    int rc = skip_absent_folders(k->t, &k->list, e);
    for (size_t i = 0; rc == 0 && i < k->list.n; i += BATCH) {
        qd_progress(k->c->ctx, "efs-probe", i, k->list.n, "");
        rc = probe_batch(k->c, k->t, &k->list, i, e);
    }
    qd_progress(k->c->ctx, "efs-probe", k->list.n, k->list.n, "");
    qd_names_free(&k->list);
    qd_tree_sort(k->t);
    return rc == 0 ? qd_find_rules(k->c, k->t, e) : rc;
}

int qd_find_probe(struct qd_collect *c, struct qd_tree_of *t, struct qdiag_error *e)
{
    struct ask k = {.c = c, .t = t};
    int rc = 0, more = 1;
    for (unsigned round = 0; rc == 0 && more && round < ROUNDS; round++) {
        if (want_listed(&k) || want_sisters(&k) || want_rfnv(&k) || want_known(&k))
            rc = qd_nomem(e);
        more = k.list.n > 0;
        if (rc == 0 && more)
            rc = ask_round(&k, e);
    }
    qd_names_free(&k.list);
    qd_names_free(&k.asked);
    return rc;
}

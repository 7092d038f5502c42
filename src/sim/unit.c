/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A unit folder as one object: load, commit, revert, free. Loading checks everything, so that the
 * modem never meets a value out of range. */
#include "sim/unit_store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/text.h"

int sim_err(char *err, size_t cap, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (cap)
        vsnprintf(err, cap, fmt, ap);
    va_end(ap);
    return -1;
}

char *sim_unit_path(const struct sim_unit *u, const char *a, const char *b)
{
    struct qd_buf s = {0};
    if (qd_buf_printf(&s, "%s%s%s", u->dir, a, b) != 0 || qd_buf_terminate(&s) != 0) {
        qd_buf_free(&s);
        return NULL;
    }
    return (char *)s.p;
}

static void free_content(struct sim_unit *u)
{
    sim_nv_free(u);
    for (int i = 0; i < 2; i++)
        sim_tree_free(&u->tree[i]);
    sim_copy_free(u);
    sim_conf_free(u);
}

static int load_content(struct sim_unit *u, char *err, size_t cap)
{
    struct stat st;
    u->tree[0].folder = "efs";
    u->tree[1].folder = "efs-alt";
    if (stat(u->dir, &st) != 0)
        return sim_err(err, cap, "%s: %s", u->dir, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return sim_err(err, cap, "%s: not a unit folder", u->dir);
    int rc = sim_conf_load(u, err, cap);
    if (rc == 0)
        rc = sim_nv_load(u, err, cap);
    for (int i = 0; rc == 0 && i < 2; i++)
        rc = sim_tree_load(u, &u->tree[i], err, cap);
    if (rc == 0)
        rc = sim_copy_load(u, err, cap);
    return rc;
}

int sim_unit_load(struct sim_unit **out, const char *dir, char *err, size_t cap)
{
    struct sim_unit *u = qd_alloc(1, sizeof *u);
    *out = NULL;
    if (u)
        u->dir = qd_strdup(dir);
    if (!u || !u->dir) {
        free(u);
        return sim_err(err, cap, "%s: out of memory", dir);
    }
    if (load_content(u, err, cap) != 0) {
        free_content(u);
        free(u->dir);
        free(u);
        return -1;
    }
    *out = u;
    return 0;
}

void sim_unit_free(struct sim_unit **u)
{
    if (!*u)
        return;
    if (sim_unit_pending(*u))
        sim_unit_commit(*u, NULL, 0);
    free_content(*u);
    free((*u)->dir);
    free(*u);
    *u = NULL;
}

int sim_unit_pending(const struct sim_unit *u)
{
    return u->nv_dirty || u->tree[0].dirty || u->tree[1].dirty;
}

const char *sim_unit_trouble(const struct sim_unit *u)
{
    return u->trouble;
}

int sim_unit_commit(struct sim_unit *u, char *err, size_t cap)
{
    char text[sizeof u->trouble] = "";
    int rc = sim_unit_quirk(u, "nv_reverts") ? 0 : sim_nv_commit(u, text, sizeof text);
    for (int i = 0; i < 2; i++)
        if (rc == 0)
            rc = sim_tree_commit(u, &u->tree[i], text, sizeof text);
    if (rc != 0) {
        qd_copy_text(u->trouble, sizeof u->trouble, text);
        sim_err(err, cap, "%s", text);
    }
    return rc;
}

int sim_unit_revert(struct sim_unit *u, char *err, size_t cap)
{
    if (!sim_unit_pending(u))
        return 0;
    struct sim_unit fresh = {.dir = u->dir};
    char text[sizeof u->trouble] = "";
    if (load_content(&fresh, text, sizeof text) != 0) {
        free_content(&fresh);
        qd_copy_text(u->trouble, sizeof u->trouble, text);
        return sim_err(err, cap, "%s", text);
    }
    memcpy(fresh.trouble, u->trouble, sizeof fresh.trouble);
    free_content(u);
    *u = fresh;
    return 0;
}

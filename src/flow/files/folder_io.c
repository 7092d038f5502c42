/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Folders on disk. Reading follows no link and takes no device; writing goes through the folder
 * saver only. */
#include "flow/files/folder_io.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

#define FILE_CAP    (64u << 20)
#define TOTAL_CAP   (256u << 20)
#define ENTRY_CAP   200000u
#define FOLDER_DEEP 64u

struct walk {
    const char *top;
    struct qd_entries *out;
    struct qdiag_error *e;
    char **todo; /* relative folders still to be read */
    size_t n, cap;
    uint64_t total;
};

static int refuse(const struct walk *w, enum qdiag_code code, const char *rel, const char *why)
{
    char item[400];
    snprintf(item, sizeof item, "%.200s %.180s", w->top, rel);
    return qd_fail(w->e, code, item, "%s", why);
}

static int later(struct walk *w, const char *rel)
{
    size_t deep = 0;
    for (const char *p = rel; *p; p++)
        deep += *p == '/';
    if (deep >= FOLDER_DEEP)
        return refuse(w, QDIAG_E_FILE_UNKNOWN, rel, "folders deeper than 64");
    char **v = qd_grow(w->todo, w->n, &w->cap, sizeof *w->todo);
    char *copy = v ? qd_strdup(rel) : NULL;
    if (v)
        w->todo = v;
    if (!copy)
        return qd_nomem(w->e);
    w->todo[w->n++] = copy;
    return 0;
}

static int add(struct walk *w, struct qd_entry *x)
{
    int rc = w->out->n < ENTRY_CAP
                 ? qd_entries_add(w->out, x, w->e)
                 : refuse(w, QDIAG_E_FILE_UNKNOWN, x->path, "more than 200,000 files");
    if (rc != 0)
        free(x->data);
    return rc;
}

static int add_file(struct walk *w, const char *full, const char *rel)
{
    struct qd_entry x = {.path = (char *)rel};
    int rc = qd_read_file(full, FILE_CAP, &x.data, &x.len, w->e);
    if (rc != 0)
        return rc;
    w->total += x.len;
    if (w->total > TOTAL_CAP) {
        free(x.data);
        return refuse(w, QDIAG_E_FILE_UNKNOWN, rel, "more than 256 MiB in all");
    }
    return add(w, &x);
}

static int in_efs(const char *rel)
{
    return strncmp(rel, "efs/", 4) == 0 || strncmp(rel, "efs-alt/", 8) == 0;
}

static int add_link(struct walk *w, const char *full, const char *rel)
{
    char target[PATH_MAX];
    ssize_t n = readlink(full, target, sizeof target - 1);
    if (n < 0)
        return qd_fail_wire(w->e, QDIAG_E_LOCAL_FILE, errno, full, "cannot read the link: %s",
                            strerror(errno));
    target[n] = '\0';
    if (!in_efs(rel))
        return refuse(w, QDIAG_E_FILE_UNKNOWN, rel,
                      "a link outside of efs/; links are not followed");
    struct qd_entry x = {.path = (char *)rel, .kind = QD_ENTRY_LINK, .target = target};
    return add(w, &x);
}

static int one(struct walk *w, const char *rel)
{
    char full[PATH_MAX];
    struct stat st;
    if ((size_t)snprintf(full, sizeof full, "%s/%s", w->top, rel) >= sizeof full)
        return refuse(w, QDIAG_E_LOCAL_FILE, rel, "the path is too long");
    if (lstat(full, &st) != 0)
        return qd_fail_wire(w->e, QDIAG_E_LOCAL_FILE, errno, full, "cannot look at it: %s",
                            strerror(errno));
    if (S_ISDIR(st.st_mode))
        return later(w, rel);
    if (S_ISLNK(st.st_mode))
        return add_link(w, full, rel);
    if (S_ISREG(st.st_mode))
        return add_file(w, full, rel);
    return refuse(w, QDIAG_E_FILE_UNKNOWN, rel, "neither a file, a folder nor a link");
}

static int passed_over(const char *name, const char *folder)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strncmp(name, ".qdiag-", 7) == 0 ||
           (folder[0] == '\0' && name[0] == '.');
}

static int read_folder(struct walk *w, const char *rel)
{
    char full[PATH_MAX], sub[PATH_MAX];
    size_t seen = 0;
    int rc = 0;
    if ((size_t)snprintf(full, sizeof full, "%s/%s", w->top, rel) >= sizeof full)
        return refuse(w, QDIAG_E_LOCAL_FILE, rel, "the path is too long");
    DIR *d = opendir(full);
    if (!d)
        return qd_fail_wire(w->e, QDIAG_E_LOCAL_FILE, errno, full, "cannot open: %s",
                            strerror(errno));
    for (struct dirent *de; rc == 0 && (de = readdir(d));) {
        if (passed_over(de->d_name, rel))
            continue;
        seen++;
        int n = snprintf(sub, sizeof sub, "%s%s%s", rel, rel[0] ? "/" : "", de->d_name);
        rc = n > 0 && (size_t)n < sizeof sub
                 ? one(w, sub)
                 : refuse(w, QDIAG_E_LOCAL_FILE, rel, "the path is too long");
    }
    closedir(d);
    if (rc == 0 && seen == 0 && in_efs(rel)) {
        struct qd_entry x = {.path = (char *)rel, .kind = QD_ENTRY_DIR};
        rc = add(w, &x);
    }
    return rc;
}

int qd_folder_load(const char *path, struct qd_entries *out, struct qdiag_error *e)
{
    struct walk w = {.top = path, .out = out, .e = e};
    char conf[PATH_MAX];
    snprintf(conf, sizeof conf, "%s/unit.conf", path);
    if (access(conf, F_OK) != 0)
        return qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s",
                       "a folder, but no backup: there is no unit.conf in it");
    int rc = later(&w, "");
    while (rc == 0 && w.n > 0) {
        char *rel = w.todo[--w.n];
        rc = read_folder(&w, rel);
        free(rel);
    }
    while (w.n > 0)
        free(w.todo[--w.n]);
    free(w.todo);
    qd_entries_sort(out);
    if (rc != 0)
        qd_entries_free(out);
    return rc;
}

int qd_folder_store(const struct qd_entries *in, struct qd_save_dir *d, struct qdiag_error *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < in->n; i++) {
        const struct qd_entry *x = &in->v[i];
        const char *fault = qd_entry_path_fault(x->path, strlen(x->path));
        if (fault)
            rc = qd_fail(e, QDIAG_E_BUG, x->path, "%s", fault);
        else if (x->kind == QD_ENTRY_DIR)
            rc = qd_save_dir_folder(d, x->path, e);
        else if (x->kind != QD_ENTRY_LINK)
            rc = qd_save_dir_file(d, x->path, x->data, x->len, e);
    }
    return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Saving a folder whole. Nothing is ever written through the final name, and nothing but what this
 * file made itself is ever removed. */
#include "base/savedir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

struct made { /* what abort removes, in the order it was made */
    char *path;
    int folder;
};

struct qd_save_dir {
    char path[PATH_MAX], temp[PATH_MAX];
    struct made *made;
    size_t n, cap;
};

static int io_error(struct qdiag_error *e, const char *path, const char *verb)
{
    int err = errno;
    return qd_fail_wire(e, QDIAG_E_LOCAL_FILE, err, path, "cannot %s: %s", verb, strerror(err));
}

static int is_empty_folder(const char *path)
{
    DIR *d = opendir(path);
    int n = 0;
    if (!d)
        return 0;
    for (struct dirent *de; n == 0 && (de = readdir(d));)
        n = strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0;
    closedir(d);
    return n == 0;
}

static int check_target(const char *path, struct qdiag_error *e)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? 0 : io_error(e, path, "look at it");
    if (!S_ISDIR(st.st_mode))
        return qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s", "exists and is no folder");
    if (!is_empty_folder(path))
        return qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s",
                       "exists and is not empty; a folder is never written over");
    return 0;
}

static int remember(struct qd_save_dir *d, const char *path, int folder, struct qdiag_error *e)
{
    struct made *v = qd_grow(d->made, d->n, &d->cap, sizeof *v);
    char *copy = v ? qd_strdup(path) : NULL;
    if (v)
        d->made = v;
    if (!copy)
        return qd_nomem(e);
    d->made[d->n++] = (struct made){copy, folder};
    return 0;
}

static int make_temp(struct qd_save_dir *d, struct qdiag_error *e)
{
    const char *slash = strrchr(d->path, '/');
    int before = slash ? (int)(slash - d->path) + 1 : 0;
    for (int tries = 0; tries < 32; tries++) {
        uint32_t r = 0;
        if (getrandom(&r, sizeof r, 0) != (ssize_t)sizeof r)
            return io_error(e, d->path, "get random bytes");
        if ((size_t)snprintf(d->temp, sizeof d->temp, "%.*s.qdiag-%08x", before, d->path, r) >=
            sizeof d->temp)
            return qd_fail(e, QDIAG_E_LOCAL_FILE, d->path, "%s", "the name is too long");
        if (mkdir(d->temp, 0700) == 0) {
            int rc = remember(d, d->temp, 1, e);
            if (rc != 0)
                rmdir(d->temp);
            return rc;
        }
        if (errno != EEXIST)
            break;
    }
    return io_error(e, d->path, "create a folder beside it");
}

int qd_save_dir_begin(struct qd_save_dir **out, const char *path, struct qdiag_error *e)
{
    struct qd_save_dir *d = qd_alloc(1, sizeof *d);
    size_t n = strlen(path);
    *out = NULL;
    if (!d)
        return qd_nomem(e);
    while (n > 1 && path[n - 1] == '/')
        n--;
    int rc = n == 0 || n >= sizeof d->path - 16
                 ? qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s", "not the name of a folder")
                 : 0;
    if (rc == 0) {
        memcpy(d->path, path, n);
        rc = check_target(d->path, e);
    }
    if (rc == 0)
        rc = make_temp(d, e);
    if (rc == 0)
        *out = d;
    else
        qd_save_dir_abort(&d);
    return rc;
}

static int full_path(const struct qd_save_dir *d, const char *rel, size_t n, char *out,
                     struct qdiag_error *e)
{
    int len = snprintf(out, PATH_MAX, "%s/%.*s", d->temp, (int)n, rel);
    return len > 0 && len < PATH_MAX
               ? 0
               : qd_fail(e, QDIAG_E_LOCAL_FILE, rel, "%s", "the name is too long");
}

static int make_folder(struct qd_save_dir *d, const char *rel, size_t n, struct qdiag_error *e)
{
    char full[PATH_MAX];
    int rc = full_path(d, rel, n, full, e);
    if (rc != 0)
        return rc;
    if (mkdir(full, 0700) == 0) {
        rc = remember(d, full, 1, e);
        if (rc != 0)
            rmdir(full);
        return rc;
    }
    return errno == EEXIST ? 0 : io_error(e, full, "create the folder");
}

static int make_parents(struct qd_save_dir *d, const char *rel, struct qdiag_error *e)
{
    int rc = 0;
    for (const char *s = strchr(rel, '/'); rc == 0 && s; s = strchr(s + 1, '/'))
        rc = make_folder(d, rel, (size_t)(s - rel), e);
    return rc;
}

int qd_save_dir_folder(struct qd_save_dir *d, const char *rel, struct qdiag_error *e)
{
    int rc = make_parents(d, rel, e);
    return rc == 0 ? make_folder(d, rel, strlen(rel), e) : rc;
}

int qd_save_dir_file(struct qd_save_dir *d, const char *rel, const void *p, size_t n,
                     struct qdiag_error *e)
{
    char full[PATH_MAX];
    int rc = make_parents(d, rel, e);
    if (rc == 0)
        rc = full_path(d, rel, strlen(rel), full, e);
    if (rc != 0)
        return rc;
    int fd = qd_fsio->open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return io_error(e, full, "create the file");
    rc = remember(d, full, 0, e);
    if (rc != 0)
        qd_fsio->unlink(full);
    if (rc == 0 && qd_write_all(fd, p, n) != 0)
        rc = io_error(e, full, "write");
    if (qd_fsio->close(fd) != 0 && rc == 0)
        rc = io_error(e, full, "close");
    return rc;
}

const char *qd_save_dir_temp(const struct qd_save_dir *d)
{
    return d->temp;
}

static int sync_parent(const struct qd_save_dir *d, struct qdiag_error *e)
{
    char folder[PATH_MAX];
    qd_folder_of(d->path, folder, sizeof folder);
    return qd_sync_folder(folder) == 0 ? 0 : io_error(e, folder, "sync the folder");
}

/* One call for all files: a sync of each would take minutes for a large backup. */
static int sync_files(const struct qd_save_dir *d, struct qdiag_error *e)
{
    int fd = qd_fsio->open(d->temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return io_error(e, d->temp, "open the folder");
    int rc = syncfs(fd) == 0 ? 0 : io_error(e, d->temp, "sync");
    qd_fsio->close(fd);
    return rc;
}

int qd_save_dir_publish(struct qd_save_dir **dp, struct qdiag_error *e)
{
    struct qd_save_dir *d = *dp;
    int rc = sync_files(d, e);
    if (rc == 0)
        rc = check_target(d->path, e);
    if (rc == 0 && qd_fsio->rename(d->temp, d->path) != 0)
        rc = io_error(e, d->path, "rename into place");
    if (rc == 0) {
        while (d->n > 0)
            free(d->made[--d->n].path);
        rc = sync_parent(d, e);
    }
    qd_save_dir_abort(dp);
    return rc;
}

void qd_save_dir_abort(struct qd_save_dir **dp)
{
    struct qd_save_dir *d = *dp;
    *dp = NULL;
    if (!d)
        return;
    while (d->n > 0) {
        struct made *m = &d->made[--d->n];
        if (m->folder)
            rmdir(m->path);
        else
            qd_fsio->unlink(m->path);
        free(m->path);
    }
    free(d->made);
    free(d);
}

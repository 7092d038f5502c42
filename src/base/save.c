/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Atomic saving. The order is fixed: temporary file in the target's own folder, all bytes, fsync,
 * verification by the caller, rename, fsync of the folder. Nothing here ever opens the final name.
 */
#include "base/save.h"

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

#define SAVE_BUFFER 65536u

struct qd_save {
    int fd;
    char path[PATH_MAX], temp[PATH_MAX];
    size_t used;
    uint8_t buffer[SAVE_BUFFER];
};

static int io_error(struct qdiag_error *e, const char *path, const char *verb)
{
    int err = errno;
    int rc = qd_fail_wire(e, QDIAG_E_LOCAL_FILE, err, path, "cannot %s: %s", verb, strerror(err));
    if (err == ENOSPC || err == EDQUOT)
        qd_hint(e, "%s", "free some space and run again; an older file of that name is unchanged");
    return rc;
}

/* A name the folder cannot hold would only be found by the rename, after all the work. */
static int name_fits(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t n = strlen(slash ? slash + 1 : path);
    return n <= NAME_MAX;
}

/* Final symlinks are followed, so that the file they name is replaced and not the link. */
static int resolve(struct qd_save *s, const char *path, struct qdiag_error *e)
{
    struct stat st;
    char real[PATH_MAX];
    if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode)) {
        if (!realpath(path, real))
            return io_error(e, path, "follow the link");
        path = real;
    }
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s", "exists and is not a regular file");
    if (path[0] && path[strlen(path) - 1] == '/')
        return qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s", "the name of a folder, not of a file");
    if (strlen(path) + 16 >= sizeof s->path || !name_fits(path))
        return qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s", "the name is too long");
    qd_copy_text(s->path, sizeof s->path, path);
    return 0;
}

static int open_temp(struct qd_save *s, struct qdiag_error *e)
{
    const char *slash = strrchr(s->path, '/');
    int folder = slash ? (int)(slash - s->path) + 1 : 0;
    for (int tries = 0; tries < 32; tries++) {
        uint32_t r = 0;
        if (getrandom(&r, sizeof r, 0) != (ssize_t)sizeof r)
            return io_error(e, s->path, "get random bytes");
        if ((size_t)snprintf(s->temp, sizeof s->temp, "%.*s.qdiag-%08x", folder, s->path, r) >=
            sizeof s->temp)
            return qd_fail(e, QDIAG_E_LOCAL_FILE, s->path, "%s", "the name is too long");
        s->fd = qd_fsio->open(s->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (s->fd >= 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    s->temp[0] = '\0';
    return io_error(e, s->path, "create a file beside it");
}

int qd_save_begin(struct qd_save **out, const char *path, struct qdiag_error *e)
{
    struct qd_save *s = qd_alloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        return qd_nomem(e);
    s->fd = -1;
    int rc = resolve(s, path, e);
    if (rc == 0)
        rc = open_temp(s, e);
    if (rc != 0) {
        free(s);
        return rc;
    }
    *out = s;
    return 0;
}

static int write_all(struct qd_save *s, const void *p, size_t n, struct qdiag_error *e)
{
    return qd_write_all(s->fd, p, n) == 0 ? 0 : io_error(e, s->path, "write");
}

static int flush(struct qd_save *s, struct qdiag_error *e)
{
    size_t n = s->used;
    s->used = 0;
    return write_all(s, s->buffer, n, e);
}

int qd_save_write(struct qd_save *s, const void *p, size_t n, struct qdiag_error *e)
{
    if (n > SAVE_BUFFER - s->used) {
        int rc = flush(s, e);
        if (rc != 0)
            return rc;
        if (n > SAVE_BUFFER)
            return write_all(s, p, n, e);
    }
    if (n)
        memcpy(s->buffer + s->used, p, n);
    s->used += n;
    return 0;
}

static int sink_write(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    return qd_save_write(user, p, n, e);
}

struct qd_sink qd_save_sink(struct qd_save *s)
{
    struct qd_sink k = {sink_write, s};
    return k;
}

static int sync_folder(const struct qd_save *s, struct qdiag_error *e)
{
    char folder[PATH_MAX];
    qd_folder_of(s->path, folder, sizeof folder);
    return qd_sync_folder(folder) == 0 ? 0 : io_error(e, folder, "sync the folder");
}

int qd_save_prepare(struct qd_save *s, qd_save_verify verify, void *user, struct qdiag_error *e)
{
    int rc = flush(s, e);
    if (rc == 0 && qd_fsio->fsync(s->fd) != 0)
        rc = io_error(e, s->path, "sync");
    int fd = s->fd;
    s->fd = -1;
    if (qd_fsio->close(fd) != 0 && rc == 0)
        rc = io_error(e, s->path, "close");
    if (rc == 0 && verify)
        rc = verify(s->temp, user, e);
    return rc;
}

int qd_save_publish(struct qd_save **const saves[], size_t n, struct qdiag_error *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct qd_save *s = *saves[i];
        if (qd_fsio->rename(s->temp, s->path) != 0)
            rc = io_error(e, s->path, "rename into place");
        else
            s->temp[0] = '\0';
    }
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = sync_folder(*saves[i], e);
    for (size_t i = 0; i < n; i++)
        qd_save_abort(saves[i]);
    return rc;
}

int qd_save_commit(struct qd_save **s, qd_save_verify verify, void *user, struct qdiag_error *e)
{
    struct qd_save **const one[] = {s};
    int rc = qd_save_prepare(*s, verify, user, e);
    if (rc == 0)
        return qd_save_publish(one, 1, e);
    qd_save_abort(s);
    return rc;
}

void qd_save_abort(struct qd_save **s)
{
    if (!s || !*s)
        return;
    if ((*s)->fd >= 0)
        qd_fsio->close((*s)->fd);
    if ((*s)->temp[0])
        qd_fsio->unlink((*s)->temp);
    free(*s);
    *s = NULL;
}

int qd_save_text(const char *path, const char *text, struct qdiag_error *e)
{
    struct qd_save *save = NULL;
    int rc = qd_save_begin(&save, path, e);

    if (rc == 0)
        rc = qd_save_write(save, text, strlen(text), e);
    if (rc == 0)
        rc = qd_save_write(save, "\n", 1, e);
    if (rc == 0)
        rc = qd_save_commit(&save, NULL, NULL, e);
    qd_save_abort(&save);
    return rc;
}

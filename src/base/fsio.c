/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Local files as sources, and the table of calls that files are written through. Opens for reading
 * only; creating files is save.c's business. */
#include "base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

static int real_open(const char *path, int flags, unsigned mode)
{
    return open(path, flags, (mode_t)mode);
}

const struct qd_fsio qd_fsio_real = {real_open, write, fsync, close, rename, unlink,
                                     ftruncate};
const struct qd_fsio *qd_fsio = &qd_fsio_real;

int qd_write_all(int fd, const void *p, size_t n)
{
    const uint8_t *next = p;
    while (n) {
        ssize_t done = qd_fsio->write(fd, next, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done == 0)
            errno = ENOSPC;
        if (done <= 0)
            return -1;
        next += done;
        n -= (size_t)done;
    }
    return 0;
}

int qd_sync_folder(const char *folder)
{
    int fd = qd_fsio->open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    /* With these it says that it cannot. */
    int bad = qd_fsio->fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP;
    int err = errno;
    qd_fsio->close(fd);
    errno = err;
    return bad ? -1 : 0;
}

void qd_folder_of(const char *path, char *folder, size_t cap)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
    qd_copy_text(folder, cap, slash ? path : ".");
    if (slash && n < cap)
        folder[n] = '\0';
}

static int file_read(void *user, uint8_t *p, size_t cap, size_t *got, struct qdiag_error *e)
{
    struct qd_file_source *file = user;
    for (;;) {
        ssize_t n = read(file->fd, p, cap);
        if (n >= 0) {
            *got = (size_t)n;
            return 0;
        }
        if (errno != EINTR)
            return qd_fail_wire(e, QDIAG_E_LOCAL_FILE, errno, file->name, "cannot read: %s",
                                strerror(errno));
    }
}

int qd_file_open(struct qd_file_source *file, struct qd_source *src, const char *path,
                 struct qdiag_error *e)
{
    struct stat st;
    memset(src, 0, sizeof *src);
    qd_copy_text(file->name, sizeof file->name, path);
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0)
        return qd_fail_wire(e, QDIAG_E_LOCAL_FILE, errno, path, "cannot open: %s", strerror(errno));
    if (fstat(file->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        qd_file_close(file);
        return qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s", "not a regular file");
    }
    src->read = file_read;
    src->user = file;
    src->name = file->name;
    src->size = (uint64_t)st.st_size;
    return 0;
}

void qd_file_close(struct qd_file_source *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

static int mem_read(void *user, uint8_t *p, size_t cap, size_t *got, struct qdiag_error *e)
{
    (void)e;
    struct qd_mem_source *mem = user;
    size_t n = mem->len - mem->pos < cap ? mem->len - mem->pos : cap;
    if (n)
        memcpy(p, mem->p + mem->pos, n);
    mem->pos += n;
    *got = n;
    return 0;
}

void qd_mem_source(struct qd_mem_source *mem, struct qd_source *src, const void *p, size_t n,
                   const char *name)
{
    mem->p = p;
    mem->len = n;
    mem->pos = 0;
    src->read = mem_read;
    src->user = mem;
    src->name = name;
    src->size = n;
}

int qd_read_file(const char *path, size_t cap, uint8_t **out, size_t *len, struct qdiag_error *e)
{
    struct qd_file_source file;
    struct qd_source src;
    struct qd_buf b = {0};
    int rc = qd_file_open(&file, &src, path, e);
    if (rc != 0)
        return rc;
    for (size_t got = 1; rc == 0 && got > 0;) {
        uint8_t chunk[16384];
        rc = src.read(src.user, chunk, sizeof chunk, &got, e);
        if (rc == 0 && got > cap - b.len)
            rc = qd_fail(e, QDIAG_E_FILE_UNKNOWN, path, "larger than %zu bytes", cap);
        if (rc == 0 && qd_buf_add(&b, chunk, got) != 0)
            rc = qd_nomem(e);
    }
    if (rc == 0 && qd_buf_terminate(&b) != 0)
        rc = qd_nomem(e);
    qd_file_close(&file);
    if (rc != 0) {
        qd_buf_free(&b);
        return rc;
    }
    *out = b.p;
    *len = b.len;
    return 0;
}

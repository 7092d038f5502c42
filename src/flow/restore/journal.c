/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The journal file. Its lines of defence: O_EXCL, so that no journal is ever written over; flock,
 * so that two processes never carry out one plan; fsync before the caller may go on. After a failed
 * append it takes nothing more, and so nothing more is written to the unit. */
#include "flow/restore/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fsio.h"
#include "base/text.h"

struct qd_journal {
    int fd, broken;
    char path[PATH_MAX];
    struct qd_jview view;
};

static int io_error(struct qdiag_error *e, const char *path, const char *verb)
{
    int err = errno;
    int rc = qd_fail_wire(e, QDIAG_E_LOCAL_FILE, err, path, "cannot %s: %s", verb, strerror(err));
    qd_what(e, "%s", "the journal cannot be kept");
    return rc;
}

static struct qd_journal *journal_new(const char *path, struct qdiag_error *e)
{
    struct qd_journal *j = NULL;
    if (strlen(path) >= PATH_MAX)
        qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s", "the name is too long");
    else if (!(j = qd_alloc(1, sizeof *j)))
        qd_nomem(e);
    if (!j)
        return NULL;
    j->fd = -1;
    qd_copy_text(j->path, sizeof j->path, path);
    return j;
}

void qd_journal_close(struct qd_journal **j)
{
    if (!*j)
        return;
    if ((*j)->fd >= 0)
        qd_fsio->close((*j)->fd);
    qd_jview_clear(&(*j)->view);
    free(*j);
    *j = NULL;
}

const char *qd_journal_path(const struct qd_journal *j)
{
    return j->path;
}

const struct qd_jview *qd_journal_view(const struct qd_journal *j)
{
    return &j->view;
}

static int lock(struct qd_journal *j, struct qdiag_error *e)
{
    while (flock(j->fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK)
            return io_error(e, j->path, "lock");
        qd_fail(e, QDIAG_E_BUSY, j->path, "%s", "another process is working with this journal");
        qd_what(e, "%s", "the journal is in use");
        qd_hint(e, "%s", "wait until the other run is over");
        return -QDIAG_E_BUSY;
    }
    return 0;
}

static int sync_folder(const char *path, struct qdiag_error *e)
{
    char folder[PATH_MAX];
    qd_folder_of(path, folder, sizeof folder);
    return qd_sync_folder(folder) == 0 ? 0 : io_error(e, folder, "sync the folder");
}

/* The view learns a record from its bytes: what is remembered is what can be read back. */
static int remember(struct qd_journal *j, const uint8_t *p, size_t n, struct qdiag_error *e)
{
    struct qd_cursor c = {.p = p, .left = n};
    struct qd_jrecord r;
    int rc;
    if (qd_jrecord_decode(&c, j->view.records, &r, j->path, e) != QD_JFOUND_RECORD)
        return qd_fail(e, QDIAG_E_BUG, j->path, "%s", "a journal record cannot be read back");
    rc = qd_jview_apply(&j->view, &r, j->path, e);
    qd_jrecord_clear(&r);
    return rc;
}

static int put(struct qd_journal *j, struct qd_jrecord *r, int sync, struct qdiag_error *e)
{
    struct qd_buf b = {0};
    size_t skip = r->type == QD_J_HEADER ? QD_JOURNAL_MAGIC_SIZE : 0;
    int rc = qd_buf_add(&b, QD_JOURNAL_MAGIC, skip) ? qd_nomem(e) : 0;

    if (rc == 0)
        rc = qd_jrecord_encode(r, j->view.records, &b, e);
    if (rc == 0)
        rc = remember(j, b.p + skip, b.len - skip, e);
    if (rc == 0 && qd_write_all(j->fd, b.p, b.len) != 0)
        rc = io_error(e, j->path, "write");
    if (rc == 0 && sync && qd_fsio->fsync(j->fd) != 0)
        rc = io_error(e, j->path, "sync");
    if (rc == 0)
        j->view.bytes += b.len;
    j->broken = rc != 0;
    qd_buf_free(&b);
    return rc;
}

int qd_journal_append(struct qd_journal *j, struct qd_jrecord *r, int sync, struct qdiag_error *e)
{
    int rc = j->broken ? qd_fail(e, QDIAG_E_LOCAL_FILE, j->path, "%s",
                                 "an earlier record could not be written")
                       : put(j, r, sync, e);
    qd_state_clear(&r->state);
    return rc;
}

int qd_journal_create(struct qd_journal **out, const char *path, const struct qd_jheader *h,
                      struct qdiag_error *e)
{
    struct qd_jrecord r = {.type = QD_J_HEADER, .wire = -1, .header = *h};
    struct qd_journal *j = journal_new(path, e);
    *out = NULL;
    if (!j)
        return e ? -e->code : -QDIAG_E_NO_MEMORY;
    j->fd =
        qd_fsio->open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    int rc = 0, made = j->fd >= 0;
    if (!made) {
        rc = io_error(e, path, "create");
        if (e && e->wire == EEXIST)
            qd_hint(e, "%s", "look at it with --status; it may still be needed");
    }
    if (rc == 0)
        rc = lock(j, e);
    if (rc == 0)
        rc = put(j, &r, 1, e);
    if (rc == 0)
        rc = sync_folder(path, e);
    if (rc != 0 && made)
        qd_fsio->unlink(path);
    if (rc != 0)
        qd_journal_close(&j);
    *out = j;
    return rc;
}

/* The whole file through the descriptor that holds the lock. */
static int slurp(int fd, const char *path, struct qd_buf *b, struct qdiag_error *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s", "not a regular file");
    if ((uint64_t)st.st_size > QD_JOURNAL_FILE_MAX)
        return qd_fail(e, QDIAG_E_FILE_DAMAGED, path, "%lld bytes are too long for a journal",
                       (long long)st.st_size);
    if (qd_buf_reserve(b, (size_t)st.st_size + 1))
        return qd_nomem(e);
    while (b->len <= (size_t)st.st_size) {
        ssize_t n = read(fd, b->p + b->len, (size_t)st.st_size + 1 - b->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return io_error(e, path, "read");
        if (n == 0)
            break;
        b->len += (size_t)n;
    }
    return 0;
}

static int read_view(int fd, const char *path, struct qd_jview *v, size_t *size,
                     struct qdiag_error *e)
{
    struct qd_buf b = {0};
    int rc = slurp(fd, path, &b, e);
    if (rc == 0)
        rc = qd_jview_read(v, b.p, b.len, path, e);
    *size = b.len;
    qd_buf_free(&b);
    return rc;
}

int qd_journal_status(const char *path, struct qd_jview *v, struct qdiag_error *e)
{
    size_t size;
    memset(v, 0, sizeof *v);
    int fd = qd_fsio->open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd < 0)
        return qd_fail_wire(e, QDIAG_E_LOCAL_FILE, errno, path, "cannot open: %s", strerror(errno));
    int rc = read_view(fd, path, v, &size, e);
    qd_fsio->close(fd);
    return rc;
}

static int cut_tail(struct qd_journal *j, size_t size, struct qdiag_error *e)
{
    if (size == j->view.bytes)
        return 0;
    if (qd_fsio->ftruncate(j->fd, (off_t)j->view.bytes) != 0)
        return io_error(e, j->path, "cut the torn end off");
    return qd_fsio->fsync(j->fd) != 0 ? io_error(e, j->path, "sync") : 0;
}

int qd_journal_open(struct qd_journal **out, const char *path, struct qdiag_error *e)
{
    struct qd_journal *j = journal_new(path, e);
    size_t size = 0;
    *out = NULL;
    if (!j)
        return e ? -e->code : -QDIAG_E_NO_MEMORY;
    j->fd = qd_fsio->open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0);
    int rc = j->fd < 0 ? io_error(e, path, "open") : lock(j, e);
    if (rc == 0)
        rc = read_view(j->fd, path, &j->view, &size, e);
    if (rc == 0)
        rc = cut_tail(j, size, e);
    if (rc != 0)
        qd_journal_close(&j);
    *out = j;
    return rc;
}

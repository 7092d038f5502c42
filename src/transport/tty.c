/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The serial transport: /dev/ttyUSBn of a driver such as option, or the pty of a simulated module.
 * Also the ports that carry whole messages and have no settings (wwan0qcdm0, mhi_DIAG): the same
 * reads and writes, one frame in each write.
 * Must never change the modem control lines by itself (some modules do not handle them on their
 * DIAG port), never use a port another program holds, and give the settings back as they were.
 * Stale input is left in place: the session drains and judges it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "transport/discover.h"
#include "transport/holder.h"
#include "transport/modem_manager.h"
#include "transport/stream.h"
#include "transport/transport.h"

struct tty {
    struct qd_stream s;
    struct termios found; /* as it was before us */
    int messages;         /* a port without settings */
    struct qdiag_context *ctx;
};

static int tty_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                    struct qdiag_error *e)
{
    struct tty *y = self;

    return qd_stream_send(&y->s, p, n, t, e);
}

static int tty_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                    struct qdiag_error *e)
{
    struct tty *y = self;

    return qd_stream_recv(&y->s, p, cap, got, t, e);
}

/* An unplugged port cannot be given back; that is worth a line, not an error. */
static void tty_close(void *self)
{
    struct tty *y = self;

    if (!y->messages && tcsetattr(y->s.fd, TCSANOW, &y->found) != 0)
        qd_log(y->ctx, QDIAG_LOG_DEBUG, "tty", "%s: settings not restored: %s", y->s.name,
               strerror(errno));
    if (!y->messages && ioctl(y->s.fd, TIOCNXCL) != 0)
        qd_log(y->ctx, QDIAG_LOG_DEBUG, "tty", "%s: still exclusive: %s", y->s.name,
               strerror(errno));
    close(y->s.fd);
    free(y);
}

static const struct qd_link_ops tty_ops = {.send = tty_send, .recv = tty_recv, .close = tty_close};

static int fail_busy(const struct qd_address *a, int err, struct qdiag_error *e)
{
    char holder[96];

    if (qd_port_holder(a->path, holder, sizeof(holder))) {
        qd_fail_wire(e, QDIAG_E_BUSY, err, a->text, "held by %s", holder);
        qd_mm_hint(holder, e);
        return -QDIAG_E_BUSY;
    }
    return qd_fail_wire(e, QDIAG_E_BUSY, err, a->text, "held by a program that could not be named");
}

static int fail_open(const struct qd_address *a, int err, const char *doing, struct qdiag_error *e)
{
    switch (err) {
    case EACCES:
    case EPERM:
        qd_fail_wire(e, QDIAG_E_PERMISSION, err, a->text, "%s: %s", doing, strerror(err));
        qd_hint(e,
                "`ls -l %.150s` names the group that may use it; add your user to it and log in "
                "again",
                a->path);
        return -QDIAG_E_PERMISSION;
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case EIO: /* the node of a port that has been unplugged */
        return qd_fail_wire(e, QDIAG_E_NO_UNIT, err, a->text, "%s: %s", doing, strerror(err));
    case EBUSY:
        return fail_busy(a, err, e);
    default:
        return qd_fail_wire(e, QDIAG_E_OPEN_FAILED, err, a->text, "%s: %s", doing, strerror(err));
    }
}

/* Looked at before the open: opening other kinds of files can have effects or block. */
static int check_is_device(const struct qd_address *a, struct qdiag_error *e)
{
    struct stat st;

    if (stat(a->path, &st) != 0)
        return fail_open(a, errno, "looking at it", e);
    if (S_ISCHR(st.st_mode))
        return 0;
    qd_fail(e, QDIAG_E_OPEN_FAILED, a->text, "not a tty: it is no character device");
    if (S_ISSOCK(st.st_mode))
        qd_hint(e, "it is a socket: use unix:%.200s", a->path);
    return -QDIAG_E_OPEN_FAILED;
}

/* Before anything else is asked of the port. The lock also stops root, whom TIOCEXCL lets in;
 * TIOCEXCL also stops programs that know no lock. */
static int take_port(const struct qd_address *a, int *fd, struct qdiag_error *e)
{
    int err;

    if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        err = errno;
        close(*fd); /* or we would be found as the holder */
        *fd = -1;
        return err == EWOULDBLOCK ? fail_busy(a, err, e) : fail_open(a, err, "locking", e);
    }
    return 0;
}

/* From the settings found, never from a zeroed struct: without CREAD the C library fails the second
 * time on the same pty. HUPCL off keeps the lines as they are should we be killed. */
static int set_raw(const struct qd_address *a, int fd, struct tty *y, struct qdiag_error *e)
{
    struct termios raw, *found = &y->found;

    if (tcgetattr(fd, found) != 0) {
        y->messages = errno == ENOTTY && qd_is_message_port(a->path);
        if (y->messages)
            return 0;
        if (errno == ENOTTY || errno == EINVAL)
            return qd_fail_wire(e, QDIAG_E_OPEN_FAILED, errno, a->text, "not a tty");
        return fail_open(a, errno, "reading its settings", e);
    }
    raw = *found;
    cfmakeraw(&raw);
    raw.c_cflag |= CREAD | CLOCAL;
    raw.c_cflag &= ~(tcflag_t)(CRTSCTS | HUPCL | CSTOPB);
    raw.c_iflag &= ~(tcflag_t)(IXOFF | IXANY);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    cfsetispeed(&raw, B115200);
    cfsetospeed(&raw, B115200);
    if (tcsetattr(fd, TCSANOW, &raw) != 0)
        return fail_open(a, errno, "setting it to raw", e);
    return 0;
}

int qd_tty_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                struct qdiag_error *e)
{
    struct tty *y = NULL;
    int fd = -1, raw = 0, rc = check_is_device(a, e);

    if (rc)
        return rc;
    fd = open(a->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fail_open(a, errno, "opening", e);
    rc = take_port(a, &fd, e);
    if (rc)
        return rc;
    y = qd_alloc(1, sizeof(*y));
    if (!y) {
        rc = qd_nomem(e);
        goto out;
    }
    rc = set_raw(a, fd, y, e);
    if (rc)
        goto out;
    raw = 1;
    if (!y->messages && ioctl(fd, TIOCEXCL) != 0)
        qd_log(ctx, QDIAG_LOG_DEBUG, "tty", "%s: TIOCEXCL: %s", a->text, strerror(errno));
    y->s.fd = fd;
    y->ctx = ctx;
    qd_copy_text(y->s.name, sizeof(y->s.name), a->text);
    *l = qd_link_new(ctx, &tty_ops, y, a->text);
    if (*l)
        return 0;
    rc = qd_nomem(e);
out:
    if (raw) {
        tty_close(y);
        return rc;
    }
    close(fd);
    free(y);
    return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sending and receiving on a non-blocking tty or socket within a deadline.
 * An unplugged port shows itself as EOF, EIO, ENXIO, ENOENT or a hang-up, depending on the driver
 * and on the moment; all of them become one error here. Must never report a hang-up while bytes
 * that arrived before it are still to be read, and never raise SIGPIPE. */
#include "transport/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int errno_means_gone(int err)
{
    switch (err) {
    case EIO:
    case ENXIO:
    case ENOENT:
    case ENODEV:
    case EPIPE:
    case ECONNRESET:
    case ENOTCONN:
    case ESHUTDOWN:
    case ETIMEDOUT: /* TCP gave up on the other side */
        return 1;
    default:
        return 0;
    }
}

static int fail_errno(const struct qd_stream *s, int err, const char *doing, struct qdiag_error *e)
{
    enum qdiag_code code = errno_means_gone(err) ? QDIAG_E_LINK_GONE : QDIAG_E_LINK_IO;

    return qd_fail_wire(e, code, err, s->name, "%s: %s", doing, strerror(err));
}

/* poll() that survives signals: *revents is 0 when the deadline passed. */
static int wait_for(struct qd_stream *s, short events, const struct qd_deadline *t, short *revents,
                    struct qdiag_error *e)
{
    struct pollfd p = {.fd = s->fd, .events = events};
    int rc;

    do {
        rc = poll(&p, 1, qd_deadline_left_ms(t));
    } while (rc < 0 && errno == EINTR);
    if (rc < 0)
        return fail_errno(s, errno, "waiting", e);
    *revents = rc ? p.revents : 0;
    return 0;
}

/* One write(): *done is 0 when the buffers below are full. */
static int write_some(struct qd_stream *s, const uint8_t *p, size_t n, size_t *done,
                      struct qdiag_error *e)
{
    ssize_t w;

    do {
        w = s->is_socket ? send(s->fd, p, n, MSG_NOSIGNAL) : write(s->fd, p, n);
    } while (w < 0 && errno == EINTR);
    *done = w > 0 ? (size_t)w : 0;
    if (w < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        return fail_errno(s, errno, "sending", e);
    return 0;
}

int qd_stream_send(struct qd_stream *s, const uint8_t *p, size_t n, const struct qd_deadline *t,
                   struct qdiag_error *e)
{
    size_t sent = 0, done;
    short revents;
    int rc;

    while (sent < n) {
        rc = write_some(s, p + sent, n - sent, &done, e);
        if (rc)
            return rc;
        sent += done;
        if (sent == n)
            break;
        rc = wait_for(s, POLLOUT, t, &revents, e);
        if (rc)
            return rc;
        if (!revents)
            return qd_fail(e, QDIAG_E_TIMEOUT, s->name, "%zu of %zu bytes were taken", sent, n);
        if (revents & (POLLHUP | POLLERR | POLLNVAL))
            return qd_fail(e, QDIAG_E_LINK_GONE, s->name, "hung up after %zu of %zu bytes", sent,
                           n);
    }
    return 0;
}

int qd_stream_recv(struct qd_stream *s, uint8_t *p, size_t cap, size_t *got,
                   const struct qd_deadline *t, struct qdiag_error *e)
{
    short revents;
    ssize_t r;
    int rc;

    *got = 0;
    for (;;) {
        rc = wait_for(s, POLLIN, t, &revents, e);
        if (rc)
            return rc;
        if (!revents)
            return 0;
        /* Also after a hang-up: there may be bytes that came before it. */
        r = read(s->fd, p, cap);
        if (r > 0) {
            *got = (size_t)r;
            return 0;
        }
        if (r == 0)
            return qd_fail(e, QDIAG_E_LINK_GONE, s->name, "the other side closed");
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return fail_errno(s, errno, "receiving", e);
        if (revents & (POLLHUP | POLLERR | POLLNVAL))
            return qd_fail(e, QDIAG_E_LINK_GONE, s->name, "the port hung up");
    }
}

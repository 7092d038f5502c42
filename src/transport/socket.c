/* SPDX-License-Identifier: BSD-3-Clause
 *
 * unix:, tcp: and tcp-listen: links, for simulated modules, bridges and tests.
 * The protocol has no protection of its own, so tcp-listen binds the loopback address only. Waiting
 * ends at a deadline or at a cancel request; only the name lookup of tcp: has the time limits of
 * the system's resolver. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"
#include "transport/stream.h"
#include "transport/transport.h"

#define LEAST_CONNECT_MS 5000u

static int socket_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                       struct qdiag_error *e)
{
    return qd_stream_send(self, p, n, t, e);
}

static int socket_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                       struct qdiag_error *e)
{
    return qd_stream_recv(self, p, cap, got, t, e);
}

static void socket_close(void *self)
{
    struct qd_stream *s = self;

    close(s->fd);
    free(s);
}

static const struct qd_link_ops socket_ops = {
    .send = socket_send, .recv = socket_recv, .close = socket_close};

/* Waits for a socket or for a cancel request: *ready is 0 when the deadline passed. */
static int wait_ready(struct qdiag_context *ctx, int fd, short events, const struct qd_deadline *t,
                      int *ready, struct qdiag_error *e)
{
    struct pollfd p[2] = {{.fd = fd, .events = events},
                          {.fd = qd_cancel_fd(ctx->cancel), .events = POLLIN}};
    int rc, n;

    for (;;) {
        rc = qd_cancel_check(ctx->cancel, e);
        if (rc)
            return rc;
        n = poll(p, 2, qd_deadline_left_ms(t));
        if (n < 0 && errno != EINTR)
            return qd_fail_wire(e, QDIAG_E_OPEN_FAILED, errno, NULL, "waiting: %s",
                                strerror(errno));
        if (n == 0 || (n > 0 && p[0].revents)) {
            *ready = n > 0;
            return 0;
        }
    }
}

static int fail_connect(const struct qd_address *a, int err, struct qdiag_error *e)
{
    enum qdiag_code code = QDIAG_E_OPEN_FAILED;

    if (err == EACCES || err == EPERM)
        code = QDIAG_E_PERMISSION;
    else if (err == ENOENT)
        code = QDIAG_E_NO_UNIT;
    else if (err == EAGAIN)
        code = QDIAG_E_BUSY; /* a unix socket whose queue of waiting clients is full */
    qd_fail_wire(e, code, err, a->text, "connecting: %s", strerror(err));
    if (err == ECONNREFUSED)
        qd_hint(e, "nothing listens there: start the program that serves it, then run again");
    if (code == QDIAG_E_NO_UNIT)
        qd_hint(e, "there is no such socket: check the path, or start the program that makes it");
    if (code == QDIAG_E_PERMISSION)
        qd_hint(e, "the user needs write permission on the socket and access to its folder");
    return -(int)code;
}

/* Takes over fd in every case. */
static int make_link(struct qd_link **l, struct qdiag_context *ctx, int fd, const char *name,
                     struct qdiag_error *e)
{
    struct qd_stream *s = qd_alloc(1, sizeof(*s));

    if (s) {
        s->fd = fd;
        s->is_socket = 1;
        qd_copy_text(s->name, sizeof(s->name), name);
        *l = qd_link_new(ctx, &socket_ops, s, name);
        if (*l)
            return 0;
    }
    free(s);
    close(fd);
    return qd_nomem(e);
}

/* Small frames back and forth: waiting to fill a segment would only add delay. */
static void set_nodelay(struct qdiag_context *ctx, int fd)
{
    int one = 1;

    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0)
        qd_log(ctx, QDIAG_LOG_DEBUG, "socket", "TCP_NODELAY: %s", strerror(errno));
}

static int unix_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                     struct qdiag_error *e)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct stat st;
    int fd, err;

    if (strlen(a->path) >= sizeof(un.sun_path))
        return qd_fail(e, QDIAG_E_USAGE, a->text,
                       "the path has %zu bytes, a socket's has %zu at most", strlen(a->path),
                       sizeof(un.sun_path) - 1);
    if (stat(a->path, &st) != 0)
        return fail_connect(a, errno, e);
    if (!S_ISSOCK(st.st_mode))
        return qd_fail(e, QDIAG_E_OPEN_FAILED, a->text, "not a socket");
    qd_copy_text(un.sun_path, sizeof(un.sun_path), a->path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return qd_fail_wire(e, QDIAG_E_OPEN_FAILED, errno, a->text, "socket: %s", strerror(errno));
    if (connect(fd, (const struct sockaddr *)&un, sizeof(un)) != 0) {
        err = errno;
        close(fd);
        return fail_connect(a, err, e);
    }
    return make_link(l, ctx, fd, a->text, e);
}

/* 0 with *err = 0 when connected, *err = the reason when this address cannot be used; negative
 * when the whole attempt is over. */
static int finish_connect(struct qdiag_context *ctx, int fd, const struct qd_deadline *t, int *err,
                          struct qdiag_error *e)
{
    socklen_t len = sizeof(*err);
    int ready = 0, rc = wait_ready(ctx, fd, POLLOUT, t, &ready, e);

    if (rc)
        return rc;
    if (!ready)
        *err = ETIMEDOUT;
    else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, err, &len) != 0)
        *err = errno;
    return 0;
}

static int connect_one(struct qdiag_context *ctx, const struct addrinfo *ai,
                       const struct qd_deadline *t, int *fd, int *err, struct qdiag_error *e)
{
    int rc = 0;

    *err = 0;
    *fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);
    if (*fd < 0) {
        *err = errno;
        return 0;
    }
    if (connect(*fd, ai->ai_addr, ai->ai_addrlen) != 0) {
        *err = errno;
        if (*err == EINPROGRESS || *err == EINTR)
            rc = finish_connect(ctx, *fd, t, err, e);
    }
    if (rc || *err) {
        close(*fd);
        *fd = -1;
    }
    return rc;
}

static int look_up(const struct qd_address *a, struct addrinfo **list, struct qdiag_error *e)
{
    struct addrinfo want = {.ai_socktype = SOCK_STREAM};
    char port[8];
    int rc;

    snprintf(port, sizeof(port), "%u", a->port);
    rc = getaddrinfo(a->path, port, &want, list);
    if (!rc)
        return 0;
    qd_fail(e, QDIAG_E_OPEN_FAILED, a->text, "looking up the host %.100s: %s", a->path,
            rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
    qd_hint(e, "check the host's name and the name service, or give its number");
    return -QDIAG_E_OPEN_FAILED;
}

static int tcp_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                    struct qdiag_error *e)
{
    unsigned ms = ctx->timeout_ms > LEAST_CONNECT_MS ? ctx->timeout_ms : LEAST_CONNECT_MS;
    struct qd_deadline t = qd_deadline_in_ms(ctx->clock, ms);
    struct addrinfo *list = NULL;
    int fd = -1, err = ENOENT, rc = look_up(a, &list, e);

    if (rc)
        return rc;
    for (const struct addrinfo *ai = list; ai && fd < 0 && !rc; ai = ai->ai_next)
        rc = connect_one(ctx, ai, &t, &fd, &err, e);
    freeaddrinfo(list);
    if (rc)
        return rc;
    if (fd < 0)
        return fail_connect(a, err, e);
    set_nodelay(ctx, fd);
    return make_link(l, ctx, fd, a->text, e);
}

/* A socket that listens on the loopback address; a->port 0 lets the system choose. */
static int listen_on(const struct qd_address *a, int *fd, uint16_t *port, struct qdiag_error *e)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(a->port)};
    socklen_t len = sizeof(in);
    enum qdiag_code code = QDIAG_E_OPEN_FAILED;
    int one = 1, err;

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd >= 0 && setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
        bind(*fd, (struct sockaddr *)&in, sizeof(in)) == 0 && listen(*fd, 1) == 0 &&
        getsockname(*fd, (struct sockaddr *)&in, &len) == 0) {
        *port = ntohs(in.sin_port);
        return 0;
    }
    err = errno;
    if (*fd >= 0)
        close(*fd);
    if (err == EADDRINUSE)
        code = QDIAG_E_BUSY;
    else if (err == EACCES)
        code = QDIAG_E_PERMISSION;
    qd_fail_wire(e, code, err, a->text, "listening on 127.0.0.1: %s", strerror(err));
    qd_hint(e, "choose another port, from 1024 to 65535");
    return -(int)code;
}

/* Without a time limit: whoever listens has asked to wait. Only a cancel request ends it. */
static int accept_one(struct qdiag_context *ctx, const struct qd_address *a, int listener, int *fd,
                      struct qdiag_error *e)
{
    struct qd_deadline never = qd_deadline_never(ctx->clock);
    int ready, rc;

    for (;;) {
        rc = wait_ready(ctx, listener, POLLIN, &never, &ready, e);
        if (rc)
            return rc;
        *fd = accept(listener, NULL, NULL);
        if (*fd >= 0)
            return 0;
        /* A client that was gone again before it was served is no reason to stop. */
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            return qd_fail_wire(e, QDIAG_E_OPEN_FAILED, errno, a->text, "accepting: %s",
                                strerror(errno));
    }
}

static int listen_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                       struct qdiag_error *e)
{
    char name[32];
    uint16_t port = 0;
    int listener, fd = -1, rc = listen_on(a, &listener, &port, e);

    if (rc)
        return rc;
    qd_log(ctx, QDIAG_LOG_INFO, "socket", "waiting for one client on 127.0.0.1:%u", port);
    rc = accept_one(ctx, a, listener, &fd, e);
    close(listener);
    if (rc)
        return rc;
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        rc = qd_fail_wire(e, QDIAG_E_OPEN_FAILED, errno, a->text, "fcntl: %s", strerror(errno));
        close(fd);
        return rc;
    }
    set_nodelay(ctx, fd);
    snprintf(name, sizeof(name), "tcp-listen:%u", port);
    return make_link(l, ctx, fd, name, e);
}

int qd_socket_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                   struct qdiag_error *e)
{
    if (a->kind == QD_ADDR_UNIX)
        return unix_open(l, ctx, a, e);
    if (a->kind == QD_ADDR_TCP)
        return tcp_open(l, ctx, a, e);
    return listen_open(l, ctx, a, e);
}

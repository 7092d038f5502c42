/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Where a client reaches the module: sockets here, ptys in front_pty.c. It must never look at the
 * bytes, never listen beyond the loopback, and never remove a file that is not its own. */
#include "config.h"

#include "sim/front.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

#define BACKLOG 8

static int parse_tcp(struct sim_port *p, const char *text)
{
    char *end;
    unsigned long v;

    if (*text < '0' || *text > '9')
        return -1;
    v = strtoul(text, &end, 10);
    if (*end || v > 65535)
        return -1;
    p->tcp_port = (uint16_t)v;
    p->kind = SIM_PORT_TCP;
    return 0;
}

static int parse_path(struct sim_port *p, enum sim_port_kind kind, const char *text)
{
    size_t most = kind == SIM_PORT_UNIX ? sizeof(((struct sockaddr_un *)0)->sun_path) : 240;

    if (!*text || strlen(text) >= most)
        return -1;
    qd_copy_text(p->path, sizeof p->path, text);
    p->kind = kind;
    return 0;
}

int sim_port_parse(struct sim_port *p, const char *text, char *err, size_t cap)
{
    int rc = -1;

    memset(p, 0, sizeof *p);
    p->listen_fd = p->fd = p->slave_fd = p->watch_fd = -1;
    if (strncmp(text, "pty:", 4) == 0)
        rc = parse_path(p, SIM_PORT_PTY, text + 4);
    else if (strncmp(text, "unix:", 5) == 0)
        rc = parse_path(p, SIM_PORT_UNIX, text + 5);
    else if (strncmp(text, "tcp:", 4) == 0)
        rc = parse_tcp(p, text + 4);
    if (rc)
        snprintf(err, cap, "bad port \"%s\"; use pty:PATH, unix:PATH or tcp:PORT (0 = any)", text);
    return rc;
}

static int socket_fail(struct sim_port *p, int fd, const char *what, char *err, size_t cap)
{
    char where[300];

    sim_port_text(p, where, sizeof where);
    snprintf(err, cap, "%s: %s: %s", where, what, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Whether somebody listens on a socket file: a dead one may be replaced. */
static int is_served(const struct sockaddr_un *a)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int served = fd < 0 || connect(fd, (const struct sockaddr *)a, sizeof *a) == 0;

    if (fd >= 0)
        close(fd);
    return served;
}

static int clear_socket_file(const struct sockaddr_un *a)
{
    struct stat st;

    if (lstat(a->sun_path, &st))
        return errno == ENOENT ? 0 : -1;
    if (!S_ISSOCK(st.st_mode)) {
        errno = EEXIST;
        return -1;
    }
    if (is_served(a)) {
        errno = EADDRINUSE;
        return -1;
    }
    return unlink(a->sun_path);
}

static int open_unix(struct sim_port *p, char *err, size_t cap)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    mode_t mask;
    int fd, rc;

    qd_copy_text(a.sun_path, sizeof a.sun_path, p->path);
    if (clear_socket_file(&a))
        return socket_fail(p, -1, "cannot replace", err, cap);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return socket_fail(p, fd, "socket", err, cap);
    mask = umask(077);
    rc = bind(fd, (struct sockaddr *)&a, sizeof a);
    umask(mask);
    if (rc || listen(fd, BACKLOG))
        return socket_fail(p, fd, "cannot listen", err, cap);
    p->listen_fd = fd;
    return 0;
}

static int open_tcp(struct sim_port *p, char *err, size_t cap)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a.sin_port = htons(p->tcp_port);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) ||
        bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, BACKLOG) ||
        getsockname(fd, (struct sockaddr *)&a, &len))
        return socket_fail(p, fd, "cannot listen", err, cap);
    p->tcp_port = ntohs(a.sin_port);
    p->listen_fd = fd;
    return 0;
}

int sim_port_open(struct sim_port *p, char *err, size_t cap)
{
    int rc = 0;

    if (p->kind == SIM_PORT_PTY)
        rc = sim_pty_open(p, err, cap);
    else if (p->kind == SIM_PORT_UNIX)
        rc = open_unix(p, err, cap);
    else if (p->kind == SIM_PORT_TCP)
        rc = open_tcp(p, err, cap);
    p->up = p->kind != SIM_PORT_NONE && rc == 0;
    return rc;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void sim_port_drop(struct sim_port *p)
{
    if (!p->up)
        return;
    p->up = 0;
    if (p->kind == SIM_PORT_PTY)
        sim_pty_drop(p);
    /* The place first: a client that is thrown out may come again at once. */
    if (p->listen_fd >= 0 && p->kind == SIM_PORT_UNIX)
        unlink(p->path);
    close_fd(&p->listen_fd);
    close_fd(&p->fd);
}

int sim_port_accept(struct sim_port *p)
{
    int one = 1;

    if (p->listen_fd < 0 || p->fd >= 0)
        return 0;
    p->fd = accept4(p->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (p->fd < 0)
        return 0;
    if (p->kind == SIM_PORT_TCP)
        (void)setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one,
                         sizeof one); /* only slower without */
    return 1;
}

void sim_port_hangup(struct sim_port *p)
{
    if (p->kind != SIM_PORT_PTY)
        close_fd(&p->fd);
}

/* What a failed read or write means: a pty has no client that could be gone, its slave stays open.
 */
static ssize_t failed(const struct sim_port *p)
{
    if (errno == EAGAIN || errno == EINTR || p->kind == SIM_PORT_PTY)
        return SIM_PORT_AGAIN;
    return SIM_PORT_GONE;
}

ssize_t sim_port_read(struct sim_port *p, uint8_t *buf, size_t cap)
{
    ssize_t n = p->fd < 0 ? 0 : read(p->fd, buf, cap);

    if (n > 0)
        return n;
    return n < 0 ? failed(p) : SIM_PORT_GONE;
}

ssize_t sim_port_write(struct sim_port *p, const uint8_t *buf, size_t n)
{
    ssize_t w = p->fd < 0 ? 0 : write(p->fd, buf, n);

    if (w > 0)
        return w;
    return w < 0 ? failed(p) : SIM_PORT_GONE;
}

void sim_port_text(const struct sim_port *p, char *out, size_t cap)
{
    if (p->kind == SIM_PORT_TCP)
        snprintf(out, cap, "tcp:127.0.0.1:%u", p->tcp_port);
    else
        snprintf(out, cap, "%s:%s", p->kind == SIM_PORT_PTY ? "pty" : "unix", p->path);
}

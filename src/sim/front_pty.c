/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A pty behind a symlink: what a serial port is to a client. It must never publish the link before
 * the line is raw (the cooked default eats and echoes binary), and never replace a file that is not
 * a symlink. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "sim/front.h"

static int pty_fail(struct sim_port *p, const char *what, char *err, size_t cap)
{
    snprintf(err, cap, "pty:%s: %s: %s", p->path, what, strerror(errno));
    sim_pty_drop(p);
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    return -1;
}

static int make_raw(int fd)
{
    struct termios t;

    if (tcgetattr(fd, &t))
        return -1;
    cfmakeraw(&t);
    t.c_cflag |= CREAD | CLOCAL;
    if (cfsetspeed(&t, B9600))
        return -1;
    return tcsetattr(fd, TCSANOW, &t);
}

static int make_pair(struct sim_port *p)
{
    p->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (p->fd < 0 || grantpt(p->fd) || unlockpt(p->fd))
        return -1;
    errno = ptsname_r(p->fd, p->slave, sizeof p->slave);
    if (errno)
        return -1;
    p->slave_fd = open(p->slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (p->slave_fd < 0 || fcntl(p->fd, F_SETFL, O_RDWR | O_NONBLOCK))
        return -1;
    return make_raw(p->slave_fd);
}

/* Not having it only means that clients are not seen to come and go. */
static void watch_slave(struct sim_port *p)
{
    p->openers = 0;
    p->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (p->watch_fd < 0)
        return;
    if (inotify_add_watch(p->watch_fd, p->slave, IN_OPEN | IN_CLOSE) < 0) {
        close(p->watch_fd);
        p->watch_fd = -1;
    }
}

/* The link appears whole or not at all, and an old one is replaced in one step. */
static int publish(const struct sim_port *p)
{
    char temp[sizeof p->path + 32];
    struct stat st;

    if (lstat(p->path, &st) == 0 && !S_ISLNK(st.st_mode)) {
        errno = EEXIST;
        return -1;
    }
    snprintf(temp, sizeof temp, "%s.%ld.new", p->path, (long)getpid());
    if (symlink(p->slave, temp))
        return -1;
    if (rename(temp, p->path)) {
        int saved = errno;

        unlink(temp);
        errno = saved;
        return -1;
    }
    return 0;
}

int sim_pty_open(struct sim_port *p, char *err, size_t cap)
{
    if (make_pair(p))
        return pty_fail(p, "cannot make a pty", err, cap);
    watch_slave(p);
    if (publish(p))
        return pty_fail(p, "cannot make the link", err, cap);
    return 0;
}

/* Only while it still points to this pty: another program may have taken the name. */
static void unpublish(const struct sim_port *p)
{
    char target[sizeof p->slave];
    ssize_t n = readlink(p->path, target, sizeof target - 1);

    if (n <= 0)
        return;
    target[n] = '\0';
    if (strcmp(target, p->slave) == 0)
        unlink(p->path);
}

void sim_pty_drop(struct sim_port *p)
{
    if (p->slave[0])
        unpublish(p);
    if (p->watch_fd >= 0)
        close(p->watch_fd);
    if (p->slave_fd >= 0)
        close(p->slave_fd);
    p->watch_fd = p->slave_fd = -1;
    p->slave[0] = '\0';
}

static int count_event(struct sim_port *p, uint32_t mask)
{
    if (mask & IN_OPEN) {
        p->openers++;
        return SIM_PTY_OPENED;
    }
    if (!(mask & IN_CLOSE))
        return 0;
    if (p->openers)
        p->openers--;
    return SIM_PTY_CLOSED;
}

int sim_port_watch(struct sim_port *p)
{
    union {
        struct inotify_event e;
        char room[4096];
    } buf;
    int seen = 0;
    ssize_t n;

    while (p->watch_fd >= 0 && (n = read(p->watch_fd, &buf, sizeof buf)) > 0)
        for (ssize_t at = 0; at + (ssize_t)sizeof buf.e <= n;) {
            struct inotify_event e;

            memcpy(&e, buf.room + at, sizeof e);
            seen |= count_event(p, e.mask);
            at += (ssize_t)(sizeof e + e.len);
        }
    return seen;
}

void sim_port_rest(struct sim_port *p)
{
    struct termios t;

    if (p->kind != SIM_PORT_PTY || p->slave_fd < 0 || tcgetattr(p->slave_fd, &t))
        return;
    if (cfgetospeed(&t) == B9600 && (t.c_cflag & CREAD))
        return;
    t.c_cflag |= CREAD;
    if (cfsetspeed(&t, B9600) == 0)
        (void)tcsetattr(p->slave_fd, TCSANOW, &t); /* a courtesy to clients: no harm without it */
}

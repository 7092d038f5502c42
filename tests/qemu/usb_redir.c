/* SPDX-License-Identifier: BSD-3-Clause
 *
 * USB devices for QEMU, with a simulated module on each:
 *
 *   usb_redir --unit FOLDER --dir DIR
 *
 * DIR/usb0 (an EC25, on the bus from the start) and DIR/usb1 (an EM060K, not yet on the bus) are
 * sockets for QEMU's usb-redir, DIR/control is one for a serial port of its guest. The guest sends
 * lines there, `DEVICE VERB [N]`, and gets one line for each:
 *
 *   plug, unplug      ok
 *   hold N            ok; the N-th request from now on is taken and not answered, nor those after
 * it wait              held, once that has happened go                ok; what is held is answered
 *   seen              seen REQUESTS WRITES UNREAD WAITING: requests and writes that the module has
 *                     got, replies that nobody has taken, IN transfers that wait for one
 *
 * Writes "ready" when the sockets are there, and ends when QEMU has gone. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "redir_dev.h"

#define DEVICES 2

struct rig {
    const struct usb_profile *profile[DEVICES];
    struct usb_sim *sim[DEVICES];
    struct redir_dev *dev[DEVICES];
    int control;
    char line[128];
    size_t line_n;
    int waits_for; /* a device that is to be held, or -1 */
};

static int listen_at(const char *dir, const char *name)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 ||
        snprintf(a.sun_path, sizeof a.sun_path, "%s/%s", dir, name) >= (int)sizeof a.sun_path ||
        bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 1)) {
        fprintf(stderr, "usb_redir: %s/%s: %s\n", dir, name, strerror(errno));
        exit(1);
    }
    return fd;
}

static int accept_at(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0) {
        perror("usb_redir: accept");
        exit(1);
    }
    close(listener);
    return fd;
}

static void answer(struct rig *r, const char *text)
{
    size_t n = strlen(text);

    if (write(r->control, text, n) != (ssize_t)n) {
        perror("usb_redir: control");
        exit(1);
    }
}

static void answer_seen(struct rig *r, int i)
{
    struct redir_seen s = redir_dev_seen(r->dev[i]);
    char text[96];

    snprintf(text, sizeof text, "seen %llu %llu %u %u\n",
             (unsigned long long)usb_sim_requests(r->sim[i]),
             (unsigned long long)usb_sim_writes(r->sim[i]), s.unread, s.waiting_in);
    answer(r, text);
}

static void obey(struct rig *r, int i, const char *verb, unsigned n)
{
    if (strcmp(verb, "seen") == 0) {
        answer_seen(r, i);
        return;
    }
    if (strcmp(verb, "wait") == 0) {
        r->waits_for = i;
        return;
    }
    if (strcmp(verb, "plug") == 0) {
        redir_dev_plug(r->dev[i]);
    } else if (strcmp(verb, "unplug") == 0) {
        redir_dev_unplug(r->dev[i]);
    } else if (strcmp(verb, "hold") == 0) {
        redir_dev_hold(r->dev[i], n);
    } else if (strcmp(verb, "go") == 0) {
        redir_dev_go(r->dev[i]);
    } else {
        answer(r, "unknown\n");
        return;
    }
    answer(r, "ok\n");
}

static void take_line(struct rig *r)
{
    char verb[16] = "";
    unsigned i = DEVICES, n = 0;

    r->line[r->line_n] = '\0';
    r->line_n = 0;
    if (sscanf(r->line, "%u %15s %u", &i, verb, &n) < 2 || i >= DEVICES)
        answer(r, "unknown\n");
    else
        obey(r, (int)i, verb, n);
}

/* 0, or -1 when QEMU has gone. */
static int serve_control(struct rig *r)
{
    char c;
    ssize_t got;

    while ((got = read(r->control, &c, 1)) == 1) {
        if (c == '\n')
            take_line(r);
        else if (c != '\r' && r->line_n < sizeof r->line - 1)
            r->line[r->line_n++] = c;
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static void serve(struct rig *r)
{
    struct pollfd p[DEVICES + 1];

    for (;;) {
        for (int i = 0; i < DEVICES; i++) {
            p[i] = (struct pollfd){.fd = redir_dev_fd(r->dev[i]), .events = POLLIN};
            if (redir_dev_has_output(r->dev[i]))
                p[i].events |= POLLOUT;
        }
        p[DEVICES] = (struct pollfd){.fd = r->control, .events = POLLIN};
        if (poll(p, DEVICES + 1, -1) < 0 && errno != EINTR)
            return;
        for (int i = 0; i < DEVICES; i++)
            if (redir_dev_serve(r->dev[i]))
                return;
        if (serve_control(r))
            return;
        if (r->waits_for >= 0 && redir_dev_held(r->dev[r->waits_for])) {
            r->waits_for = -1;
            answer(r, "held\n");
        }
    }
}

static int run(struct rig *r, const char *dir)
{
    int l[DEVICES] = {listen_at(dir, "usb0"), listen_at(dir, "usb1")};
    int control = listen_at(dir, "control"), ok = 1;

    puts("ready");
    fflush(stdout);
    r->control = accept_at(control); /* in the order of QEMU's command line */
    for (int i = 0; i < DEVICES; i++) {
        r->dev[i] = redir_dev_new(accept_at(l[i]), r->profile[i], r->sim[i], i == 0);
        ok = ok && r->dev[i];
    }
    if (ok)
        serve(r);
    for (int i = 0; i < DEVICES; i++)
        redir_dev_free(&r->dev[i]);
    close(r->control);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"unit", 1, NULL, 'u'}, {"dir", 1, NULL, 'd'}, {NULL, 0, NULL, 0}};
    struct rig r = {.profile = {&usb_ec25, &usb_em060k}, .waits_for = -1};
    const char *unit = NULL, *dir = NULL;
    int c, rc;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (c == 'u')
            unit = optarg;
        else if (c == 'd')
            dir = optarg;
    if (!unit || !dir) {
        fprintf(stderr, "usb_redir: wrong usage, see usb_redir.c\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < DEVICES; i++) {
        r.sim[i] = usb_sim_new(unit);
        if (!r.sim[i])
            return 1;
    }
    rc = run(&r, dir);
    for (int i = 0; i < DEVICES; i++)
        usb_sim_free(&r.sim[i]);
    return rc;
}

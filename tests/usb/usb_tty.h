/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A simulated module behind an emulated serial port. */
#ifndef USB_TTY_H
#define USB_TTY_H

#include <poll.h>
#include <pthread.h>
#include <umockdev.h>

#include "usb_host_priv.h"
#include "usb_test.h"

/* The far end of an emulated tty, served by the module until it is told to stop. */
struct tty_server {
    int fd;
    volatile int stop;
    struct usb_sim *sim;
    pthread_t thread;
};

static inline void tty_emit(void *user, const uint8_t *p, size_t n)
{
    struct tty_server *t = user;

    while (n) {
        ssize_t w = write(t->fd, p, n);

        if (w <= 0)
            return;
        p += w;
        n -= (size_t)w;
    }
}

static inline void *tty_serve(void *user)
{
    struct tty_server *t = user;
    uint8_t buf[4096];

    while (!t->stop) {
        struct pollfd f = {.fd = t->fd, .events = POLLIN};
        ssize_t n;

        if (poll(&f, 1, 10) <= 0 || !(f.revents & POLLIN)) {
            usleep(1000); /* nobody has it open: poll does not wait */
            continue;
        }
        n = read(t->fd, buf, sizeof buf);
        if (n > 0)
            usb_sim_transfer(t->sim, buf, (size_t)n, tty_emit, t);
    }
    return NULL;
}

static inline void tty_start(struct tty_server *t, struct rig *r, const char *node,
                             struct usb_sim *sim)
{
    t->fd = umockdev_testbed_get_dev_fd(r->host->bed, node);
    t->sim = sim;
    t->stop = 0;
    assert_true(t->fd >= 0);
    assert_int_equal(pthread_create(&t->thread, NULL, tty_serve, t), 0);
}

static inline void tty_end(struct tty_server *t)
{
    t->stop = 1;
    assert_int_equal(pthread_join(t->thread, NULL), 0);
}

#endif

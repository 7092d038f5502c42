/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One emulated device at the far end of a usbredir connection: QEMU is its USB host. */
#ifndef REDIR_DEV_H
#define REDIR_DEV_H

#include "usb_profile.h"
#include "usb_sim.h"

struct redir_dev;

/* fd: a connected, non-blocking socket, taken over. plugged: whether the device is on the bus from
 * the start. NULL when out of memory; then fd is closed. */
struct redir_dev *redir_dev_new(int fd, const struct usb_profile *p, struct usb_sim *sim,
                                int plugged);
void redir_dev_free(struct redir_dev **d);

/* What to poll for, and what to do then. redir_dev_serve: 0, or -1 when the peer is gone. */
int redir_dev_fd(const struct redir_dev *d);
int redir_dev_has_output(const struct redir_dev *d);
int redir_dev_serve(struct redir_dev *d);

void redir_dev_plug(struct redir_dev *d);
void redir_dev_unplug(struct redir_dev *d);

/* The n-th request from now on, and all after it, are taken and not served until redir_dev_go. */
void redir_dev_hold(struct redir_dev *d, unsigned n);
int redir_dev_held(const struct redir_dev *d);
void redir_dev_go(struct redir_dev *d);

struct redir_seen {
    unsigned waiting_in; /* transfers that the host waits for on the DIAG endpoint */
    unsigned unread;     /* replies that nobody has taken */
};
struct redir_seen redir_dev_seen(const struct redir_dev *d);

#endif

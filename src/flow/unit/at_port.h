/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_UNIT_AT_PORT_H
#define QD_FLOW_UNIT_AT_PORT_H

#include <qdiag/ufs.h>

#include "service/ufs.h"

struct qd_mm_hold;
struct qdiag_device;

struct qdiag_at {
    struct qdiag_context *ctx;
    struct qd_at *at; /* NULL while the unit is away */
    struct qd_address address;
    struct qd_mm_hold *mm; /* as of a device */
    char usb_path[32];     /* "" = not on USB, or not known */
    int interface;         /* of a tty on USB; -1 = not known */
    int frozen;            /* nothing that changes the unit is sent */
    void (*heard)(void *user, enum qd_at_kind kind, const char *line); /* of every session */
    void *heard_user;
};

/* Refuses two ports that are known to be of different USB devices; NOT_SAME_UNIT. */
int qd_at_same_unit(const struct qdiag_at *at, const struct qdiag_device *dev,
                    struct qdiag_error *e);

/* One try to open the port at its place, whatever its name is there now, without sending anything.
 * Errors of qdiag_at_open. */
int qd_at_port_listen(struct qdiag_at *p, struct qdiag_error *e);

/* Hands unsolicited lines of this session and of those to come to fn; NULL: no more. */
void qd_at_port_on_unsolicited(struct qdiag_at *p,
                               void (*fn)(void *user, enum qd_at_kind kind, const char *line),
                               void *user);

/* Closes the session of a unit that is gone: nothing more is sent. */
void qd_at_port_lost(struct qdiag_at *p);

/* Waits until the port has gone (at most gone_ms), then opens it again (at most back_ms): the same
 * interface of the same place on USB, whatever its name is then. */
int qd_at_port_reopen(struct qdiag_at *p, unsigned gone_ms, unsigned back_ms,
                      struct qdiag_error *e);

#endif

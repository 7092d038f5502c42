/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Device addresses, one syntax everywhere:
 *   usb:VID:PID[@BUS-PORT.PORT…]   tty:/dev/ttyUSB0   tcp:HOST:PORT   tcp-listen:PORT
 *   unix:/path   replay:FILE   auto */
#ifndef QD_TRANSPORT_ADDRESS_H
#define QD_TRANSPORT_ADDRESS_H

#include <stdint.h>

#include "base/error.h"

#define QD_ADDRESS_MAX 512

enum qd_address_kind {
    QD_ADDR_AUTO,
    QD_ADDR_USB,
    QD_ADDR_TTY,
    QD_ADDR_TCP,
    QD_ADDR_TCP_LISTEN,
    QD_ADDR_UNIX,
    QD_ADDR_REPLAY
};

struct qd_address {
    enum qd_address_kind kind;
    char text[QD_ADDRESS_MAX]; /* normalised, pastable */
    char path[QD_ADDRESS_MAX]; /* tty, unix, replay: file; tcp: host; usb: "1-4.2" or "" */
    uint16_t port;             /* tcp, tcp-listen */
    uint16_t vid, pid;         /* usb */
};

/* A bare absolute path that is a character device or lies under /dev counts as tty:, a socket as
 * unix:. -QDIAG_E_USAGE with the expected forms otherwise. */
int qd_address_parse(struct qd_address *a, const char *text, struct qdiag_error *e);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bytes over a non-blocking file descriptor: what ttys and sockets have in common. */
#ifndef QD_TRANSPORT_STREAM_H
#define QD_TRANSPORT_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "transport/address.h"

struct qd_stream {
    int fd;
    int is_socket;
    char name[QD_ADDRESS_MAX]; /* the address, for messages */
};

/* As send and recv of struct qd_link_ops. */
int qd_stream_send(struct qd_stream *s, const uint8_t *p, size_t n, const struct qd_deadline *t,
                   struct qdiag_error *e);
int qd_stream_recv(struct qd_stream *s, uint8_t *p, size_t cap, size_t *got,
                   const struct qd_deadline *t, struct qdiag_error *e);

#endif

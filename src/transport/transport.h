/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The contract of every transport: bytes out, bytes in, a deadline. Transports know nothing about
 * frames. A link is opened from an address and owned by the session that uses it. */
#ifndef QD_TRANSPORT_TRANSPORT_H
#define QD_TRANSPORT_TRANSPORT_H

#include "base/context.h"
#include "base/error.h"
#include "transport/address.h"

struct qd_link_ops {
    /* Sends all n bytes (one complete frame) in one go: one write() per frame on a tty or socket,
     * one transfer on USB. Returns 0; -QDIAG_E_LINK_GONE when the other side is gone (EOF, EIO,
     * ENXIO, ENOENT, EPIPE, ECONNRESET, hang-up are all this one error); -QDIAG_E_TIMEOUT when the
     * deadline passes with bytes left; -QDIAG_E_LINK_IO otherwise. */
    int (*send)(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                struct qdiag_error *e);

    /* Waits for at least one byte. Returns 0 with *got in 1..cap; 0 with *got = 0 when the deadline
     * passed without a byte (an expired deadline still polls once); negative as in send. */
    int (*recv)(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                struct qdiag_error *e);

    /* Gives the port back in the state it was found in and frees self. */
    void (*close)(void *self);
};

struct qd_link {
    const struct qd_link_ops *ops;
    void *self;
    struct qdiag_context *ctx;
    char address[QD_ADDRESS_MAX]; /* as the user may paste it, for messages */
};

/* Opens the link an address names, wrapped in a capture when the context asks for one.
 * Errors: OPEN_FAILED, PERMISSION, BUSY (text names the holder when known), NO_UNIT, MANY_UNITS (usb:
 * without a path, and several match), USAGE, UNSUPPORTED (a USB device without a DIAG port), POLICY
 * (a USB device in download mode), CANCELLED (while waiting in tcp-listen). */
int qd_link_open(struct qd_link **link, struct qdiag_context *ctx, const struct qd_address *a,
                 struct qdiag_error *e);

/* A link made from ops by a test or a wrapper. NULL when out of memory (self is then not closed).
 */
struct qd_link *qd_link_new(struct qdiag_context *ctx, const struct qd_link_ops *ops, void *self,
                            const char *address);

int qd_link_send(struct qd_link *l, const uint8_t *p, size_t n, const struct qd_deadline *t,
                 struct qdiag_error *e);
int qd_link_recv(struct qd_link *l, uint8_t *p, size_t cap, size_t *got,
                 const struct qd_deadline *t, struct qdiag_error *e);
void qd_link_close(struct qd_link **l);

/* Openers, one per kind, gathered in table.c. */
int qd_tty_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                struct qdiag_error *e);
int qd_usb_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                struct qdiag_error *e);
int qd_socket_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                   struct qdiag_error *e);
int qd_replay_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                   struct qdiag_error *e);

/* Wraps *l so that all traffic goes to ctx->capture_path too; on success *l is the wrapper. The
 * file is made new, mode 0600; one that exists is not touched (LOCAL_FILE). On failure *l is as
 * before. A failed write to the capture fails the call that caused it, also with LOCAL_FILE. The
 * form of the file is described in capture.c. */
int qd_capture_wrap(struct qd_link **l, struct qdiag_error *e);

/* What replaces identity in a capture. A transport knows no frames, so a layer that does registers
 * this. Called for each transfer with the direction; appends to *out what the file shall hold
 * instead, which may be nothing while a frame is not whole. n = 0 asks for what was held back for
 * that direction, before the direction changes or the link closes. Returns 0, or -1 when out of
 * memory. It sees copies: the traffic itself is never changed. */
struct qd_buf;
typedef int (*qd_capture_redact_fn)(void *user, int sent, const uint8_t *p, size_t n,
                                    struct qd_buf *out);

/* Registers the redactor of a captured link; user must outlive the link. Nothing happens when l is
 * no capture or when the context says that identity is kept. Without a redactor the bytes are kept
 * as they are, and the file says `# identity: kept`. */
void qd_capture_set_redactor(struct qd_link *l, qd_capture_redact_fn fn, void *user);

#endif

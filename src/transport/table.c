/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From an address to an open link: one opener per kind, and the thin calls every link is used by.
 * Must never choose a unit itself: `auto` is resolved above, where the list of units is known. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "transport/transport.h"

typedef int (*open_fn)(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                       struct qdiag_error *e);

static int auto_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                     struct qdiag_error *e)
{
    (void)l;
    (void)ctx;
    qd_fail(e, QDIAG_E_NO_UNIT, a->text, "no port was named");
    qd_hint(e, "name one: usb:VID:PID, tty:/dev/ttyUSB0, tcp:HOST:PORT or unix:/path; `qdiag list` "
               "shows ports");
    return -QDIAG_E_NO_UNIT;
}

static const open_fn openers[] = {
    [QD_ADDR_AUTO] = auto_open,        [QD_ADDR_USB] = qd_usb_open,
    [QD_ADDR_TTY] = qd_tty_open,       [QD_ADDR_TCP] = qd_socket_open,
    [QD_ADDR_UNIX] = qd_socket_open,   [QD_ADDR_TCP_LISTEN] = qd_socket_open,
    [QD_ADDR_REPLAY] = qd_replay_open,
};

int qd_link_open(struct qd_link **link, struct qdiag_context *ctx, const struct qd_address *a,
                 struct qdiag_error *e)
{
    struct qd_link *l = NULL;
    int rc;

    *link = NULL;
    if ((size_t)a->kind >= sizeof(openers) / sizeof(openers[0]))
        return qd_fail(e, QDIAG_E_BUG, a->text, "unknown kind of address: %d", (int)a->kind);
    rc = openers[a->kind](&l, ctx, a, e);
    if (rc)
        return rc;
    if (ctx->capture_path) {
        rc = qd_capture_wrap(&l, e);
        if (rc) {
            qd_link_close(&l);
            return rc;
        }
    }
    *link = l;
    return 0;
}

struct qd_link *qd_link_new(struct qdiag_context *ctx, const struct qd_link_ops *ops, void *self,
                            const char *address)
{
    struct qd_link *l = qd_alloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->ops = ops;
    l->self = self;
    l->ctx = ctx;
    qd_copy_text(l->address, sizeof(l->address), address);
    return l;
}

int qd_link_send(struct qd_link *l, const uint8_t *p, size_t n, const struct qd_deadline *t,
                 struct qdiag_error *e)
{
    return l->ops->send(l->self, p, n, t, e);
}

int qd_link_recv(struct qd_link *l, uint8_t *p, size_t cap, size_t *got,
                 const struct qd_deadline *t, struct qdiag_error *e)
{
    *got = 0;
    return l->ops->recv(l->self, p, cap, got, t, e);
}

void qd_link_close(struct qd_link **l)
{
    if (!*l)
        return;
    (*l)->ops->close((*l)->self);
    free(*l);
    *l = NULL;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The USB transport through libusb: opening and giving back the interface, one transfer per frame
 * out, bytes in from the queue of usb_in.c. It has no threads; libusb works only inside its calls.
 *
 * Whether the serial driver is bound when we leave: yes when it was bound when we came. Also when
 * it was not, but another interface of the device has a serial port: then the driver is loaded,
 * took its other interfaces, and this one was left behind by a libusb program that was killed. Else
 * the interface stays as it was found.
 *
 * Must never take a port away from a program that has its tty open, and never open a device in
 * download mode. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "transport/holder.h"
#include "transport/modem_manager.h"
#include "transport/sysfs.h"
#include "transport/usb.h"

/* How long a quiet link is waited for before the transfers are asked for what they hold; then
 * twice as long, and so on. Short, since a unit that sends no zero-length packets would else cost
 * a whole time-out for every reply of an unlucky length; a slow reply only costs new transfers. */
#define QUIET_MS 100u

static int fail_ended(const struct qd_usb *u, struct qdiag_error *e)
{
    return qd_fail(e, (enum qdiag_code)u->end, u->name, "%s", u->why);
}

static int usb_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                    struct qdiag_error *e)
{
    struct qd_usb *u = self;
    uint64_t quiet_ms = QUIET_MS;
    struct qd_deadline quiet = qd_deadline_sub(t, quiet_ms);
    int waits = !qd_deadline_over(t); /* a mere look is no reason to cancel anything */

    for (;;) {
        *got = qd_usb_take(u, p, cap);
        if (*got)
            return 0;
        qd_usb_pump(u, qd_deadline_left_us(&quiet));
        if (!u->ring_len && waits && qd_deadline_over(&quiet)) {
            qd_usb_nudge(u);
            quiet_ms *= 2;
            quiet = qd_deadline_sub(t, quiet_ms);
        }
        *got = qd_usb_take(u, p, cap);
        if (*got)
            return 0;
        if (u->end)
            return fail_ended(u, e);
        if (qd_deadline_over(t))
            return 0;
    }
}

static void LIBUSB_CALL on_sent(struct libusb_transfer *t)
{
    struct qd_usb *u = t->user_data;

    u->out_done = 1;
}

/* Waits for the OUT transfer; at the deadline it is cancelled, so that it always comes back. */
static void await_sent(struct qd_usb *u, const struct qd_deadline *t)
{
    struct qd_deadline grace;

    while (!u->out_done && !u->end && !qd_deadline_over(t))
        qd_usb_pump(u, qd_deadline_left_us(t));
    if (u->out_done)
        return;
    libusb_cancel_transfer(u->out);
    grace = qd_deadline_in_ms(u->ctx->clock, QD_USB_CANCEL_MS);
    while (!u->out_done && !qd_deadline_over(&grace)) {
        struct timeval tv = {.tv_usec = 10000};

        libusb_handle_events_timeout_completed(u->usb, &tv, NULL);
    }
    if (!u->out_done)
        qd_usb_end(u, QDIAG_E_LINK_IO, "the kernel does not give a transfer back");
}

/* One frame, one transfer, to its end. 0 and a status in u->out, or a libusb error. */
static int send_frame(struct qd_usb *u, size_t n, const struct qd_deadline *t)
{
    int rc;

    libusb_fill_bulk_transfer(u->out, u->handle, u->unit.out, u->out_buf.p, (int)n, on_sent, u, 0);
    u->out->flags = LIBUSB_TRANSFER_ADD_ZERO_PACKET; /* a unit waits for more after a full packet */
    u->out_done = 0;
    rc = libusb_submit_transfer(u->out);
    if (rc) {
        u->out_done = 1;
        return rc;
    }
    await_sent(u, t);
    return 0;
}

static int clear_out(struct qd_usb *u)
{
    int rc;

    qd_log(u->ctx, QDIAG_LOG_INFO, "usb", "%s: stall, clearing the halt of endpoint %02x", u->name,
           u->unit.out);
    rc = libusb_clear_halt(u->handle, u->unit.out);
    if (rc)
        qd_usb_end(u, QDIAG_E_LINK_GONE, "the endpoint cannot be recovered: unplugged");
    return rc;
}

static int judge_sent(struct qd_usb *u, size_t n, int rc, struct qdiag_error *e)
{
    if (u->end)
        return fail_ended(u, e);
    if (rc == LIBUSB_ERROR_NO_DEVICE || (!rc && u->out->status == LIBUSB_TRANSFER_NO_DEVICE))
        qd_usb_end(u, QDIAG_E_LINK_GONE, "the unit left the USB");
    else if (rc)
        qd_usb_end(u, QDIAG_E_LINK_IO, libusb_strerror(rc));
    else if (u->out->status == LIBUSB_TRANSFER_STALL)
        qd_usb_end(u, QDIAG_E_LINK_IO, "the unit refuses a request: its endpoint stalls");
    else if (u->out->status == LIBUSB_TRANSFER_CANCELLED)
        return qd_fail(e, QDIAG_E_TIMEOUT, u->name, "%d of %zu bytes were taken",
                       u->out->actual_length, n);
    else if (u->out->status != LIBUSB_TRANSFER_COMPLETED)
        qd_usb_end(u, QDIAG_E_LINK_GONE, "a transfer failed: unplugged, or a bad cable");
    return u->end ? fail_ended(u, e) : 0;
}

static int usb_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                    struct qdiag_error *e)
{
    struct qd_usb *u = self;
    int rc;

    if (u->end)
        return fail_ended(u, e);
    u->out_buf.len = 0;
    if (qd_buf_add(&u->out_buf, p, n))
        return qd_nomem(e);
    rc = send_frame(u, n, t);
    if (!rc && !u->end && u->out->status == LIBUSB_TRANSFER_STALL && clear_out(u) == 0)
        rc = send_frame(u, n, t);
    return judge_sent(u, n, rc, e);
}

/* libusb binds a driver again at every release of an auto-detached interface, so what shall stay
 * unbound must say so first. */
static void give_interface_back(struct qd_usb *u)
{
    int rc;

    libusb_set_auto_detach_kernel_driver(u->handle, u->give_back);
    rc = libusb_release_interface(u->handle, u->unit.face.number);
    if (rc)
        qd_log(u->ctx, QDIAG_LOG_DEBUG, "usb", "%s: releasing: %s", u->name, libusb_strerror(rc));
    else if (u->had_driver && !libusb_kernel_driver_active(u->handle, u->unit.face.number))
        qd_log(u->ctx, QDIAG_LOG_WARN, "usb",
               "%s: interface %d has no kernel driver any more; plug the unit in again to get its "
               "serial port back",
               u->name, u->unit.face.number);
}

/* Also what a failed open calls. A transfer that the kernel keeps is not freed, nor what it needs.
 */
static void usb_close(void *self)
{
    struct qd_usb *u = self;
    int stuck = qd_usb_in_stop(u) || !u->out_done;

    if (u->claimed)
        give_interface_back(u);
    if (stuck) {
        qd_log(u->ctx, QDIAG_LOG_WARN, "usb", "%s: the kernel keeps a transfer", u->name);
        return;
    }
    qd_usb_in_free(u);
    libusb_free_transfer(u->out);
    qd_buf_free(&u->out_buf);
    if (u->handle)
        libusb_close(u->handle);
    if (u->usb)
        libusb_exit(u->usb);
    free(u);
}

static const struct qd_link_ops usb_ops = {.send = usb_send, .recv = usb_recv, .close = usb_close};

static int fail_busy(const char *name, const char *node, struct qdiag_error *e)
{
    char holder[96];

    if (qd_port_holder(node, holder, sizeof(holder))) {
        qd_fail(e, QDIAG_E_BUSY, name, "held by %s", holder);
        qd_mm_hint(holder, e);
        return -QDIAG_E_BUSY;
    }
    return qd_fail(e, QDIAG_E_BUSY, name, "held by a program that could not be named");
}

static int fail_usb(struct qd_usb *u, int rc, const char *doing, struct qdiag_error *e)
{
    switch (rc) {
    case LIBUSB_ERROR_ACCESS:
        qd_fail_wire(e, QDIAG_E_PERMISSION, rc, u->name, "%s: no write access to %s", doing,
                     u->unit.node);
        qd_hint(e, "install the udev rules that come with qdiag and plug the unit in again");
        return -QDIAG_E_PERMISSION;
    case LIBUSB_ERROR_BUSY:
        if (u->handle)
            libusb_close(u->handle); /* or we would be found as the holder */
        u->handle = NULL;
        return fail_busy(u->name, u->unit.node, e);
    case LIBUSB_ERROR_NO_DEVICE:
    case LIBUSB_ERROR_NOT_FOUND:
        return qd_fail_wire(e, QDIAG_E_NO_UNIT, rc, u->name, "%s: %s", doing, libusb_strerror(rc));
    case LIBUSB_ERROR_NO_MEM:
        return qd_nomem(e);
    default:
        return qd_fail_wire(e, QDIAG_E_OPEN_FAILED, rc, u->name, "%s: %s", doing,
                            libusb_strerror(rc));
    }
}

/* The program that has the interface's tty open would lose it without a word: it is asked first. */
static int check_tty(const struct qd_usb *u, struct qdiag_error *e)
{
    char folder[96], port[32], node[40], holder[96];

    qd_usb_folder(&u->unit, u->unit.face.number, folder);
    if (!qd_sysfs_serial_port(folder, port, sizeof(port)))
        return 0;
    snprintf(node, sizeof(node), "/dev/%s", port);
    if (!qd_port_holder(node, holder, sizeof(holder)))
        return 0;
    qd_fail(e, QDIAG_E_BUSY, u->name, "its serial port %s is held by %s", node, holder);
    qd_mm_hint(holder, e);
    return -QDIAG_E_BUSY;
}

static void look_at_driver(struct qd_usb *u)
{
    char folder[96], driver[32];

    qd_usb_folder(&u->unit, u->unit.face.number, folder);
    qd_sysfs_driver(folder, driver, sizeof(driver));
    u->had_driver = driver[0] != '\0';
    u->give_back = u->had_driver || qd_usb_serial_sibling(&u->unit);
    qd_log(u->ctx, QDIAG_LOG_DEBUG, "usb", "%s: interface %d, endpoints %02x %02x, driver %s",
           u->name, u->unit.face.number, u->unit.in, u->unit.out, driver[0] ? driver : "none");
}

static int claim(struct qd_usb *u, libusb_device *dev, struct qdiag_error *e)
{
    int rc = check_tty(u, e);

    if (rc)
        return rc;
    rc = libusb_open(dev, &u->handle);
    if (rc)
        return fail_usb(u, rc, "opening", e);
    look_at_driver(u);
    rc = libusb_set_auto_detach_kernel_driver(u->handle, 1);
    if (rc && rc != LIBUSB_ERROR_NOT_SUPPORTED)
        return fail_usb(u, rc, "detaching its driver", e);
    rc = libusb_claim_interface(u->handle, u->unit.face.number);
    if (rc)
        return fail_usb(u, rc, "claiming its interface", e);
    u->claimed = 1;
    return 0;
}

int qd_usb_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                struct qdiag_error *e)
{
    struct qd_usb *u = qd_alloc(1, sizeof(*u));
    libusb_device *dev = NULL;
    int rc;

    if (!u)
        return qd_nomem(e);
    u->ctx = ctx;
    u->out_done = 1;
    qd_copy_text(u->name, sizeof(u->name), a->text);
    rc = libusb_init(&u->usb);
    if (rc) {
        rc = fail_usb(u, rc, "starting libusb", e);
        goto out;
    }
    rc = qd_usb_find(u->usb, a, &dev, &u->unit, e);
    if (rc)
        goto out;
    qd_usb_address(&u->unit, u->name, sizeof(u->name));
    u->out = libusb_alloc_transfer(0);
    rc = u->out ? claim(u, dev, e) : qd_nomem(e);
    libusb_unref_device(dev);
    if (rc == 0)
        rc = qd_usb_in_start(u, e);
    if (rc)
        goto out;
    *l = qd_link_new(ctx, &usb_ops, u, u->name);
    if (*l)
        return 0;
    rc = qd_nomem(e);
out:
    usb_close(u);
    return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the unit sends: a queue of bulk IN transfers that is posted at all times, because a unit
 * that finds nobody reading drops its replies, and a ring that keeps the bytes in their order.
 *
 * The transfers have no time-out of their own. A reply of exactly k packets that no zero-length
 * packet follows stays inside its transfer, which is not full: qd_usb_nudge cancels the transfers,
 * and a cancelled transfer hands over the bytes it holds. A time-out on each transfer would do the
 * same, but for every idle transfer all the time. It cancels all of them, not the oldest alone: the
 * xHCI controller of virtual machines (QEMU 7.2) forgets the whole queue when one is cancelled.
 *
 * Must never drop the bytes of a transfer because of its status, and never free a transfer that the
 * kernel still has. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "transport/usb.h"

#define MAX_TROUBLES 1u /* a second failure with no byte in between is final */

void qd_usb_end(struct qd_usb *u, enum qdiag_code code, const char *why)
{
    if (u->end)
        return;
    u->end = code;
    qd_copy_text(u->why, sizeof(u->why), why);
    qd_log(u->ctx, QDIAG_LOG_DEBUG, "usb", "%s: %s", u->name, why);
}

static void LIBUSB_CALL on_done(struct libusb_transfer *t)
{
    struct qd_usb_slot *s = t->user_data;

    s->done = 1;
}

static void put_ring(struct qd_usb *u, const uint8_t *p, size_t n)
{
    size_t at = (u->ring_at + u->ring_len) % QD_USB_RING;
    size_t first = n < QD_USB_RING - at ? n : QD_USB_RING - at;

    memcpy(u->ring + at, p, first);
    memcpy(u->ring, p + first, n - first);
    u->ring_len += n;
}

size_t qd_usb_take(struct qd_usb *u, uint8_t *p, size_t cap)
{
    size_t n = cap < u->ring_len ? cap : u->ring_len;
    size_t first = n < QD_USB_RING - u->ring_at ? n : QD_USB_RING - u->ring_at;

    memcpy(p, u->ring + u->ring_at, first);
    memcpy(p + first, u->ring, n - first);
    u->ring_at = (u->ring_at + n) % QD_USB_RING;
    u->ring_len -= n;
    return n;
}

static void judge_status(struct qd_usb *u, enum libusb_transfer_status status)
{
    switch (status) {
    case LIBUSB_TRANSFER_COMPLETED:
    case LIBUSB_TRANSFER_CANCELLED:
    case LIBUSB_TRANSFER_TIMED_OUT:
        return;
    case LIBUSB_TRANSFER_NO_DEVICE:
        qd_usb_end(u, QDIAG_E_LINK_GONE, "the unit left the USB");
        return;
    default:
        if (!u->trouble)
            u->trouble = (int)status;
    }
}

/* Empties the slots that came back, oldest first. */
static void take_slots(struct qd_usb *u)
{
    while (u->posted && u->slot[u->head].done) {
        struct qd_usb_slot *s = &u->slot[u->head];
        size_t n = s->t->actual_length > 0 ? (size_t)s->t->actual_length : 0;

        put_ring(u, s->buf, n);
        if (n)
            u->troubles = 0;
        judge_status(u, s->t->status);
        s->done = 0;
        u->head = (u->head + 1) % QD_USB_TRANSFERS;
        u->posted--;
    }
}

/* Posts as many as the ring has room for, should all of them come back full. */
static void post_slots(struct qd_usb *u)
{
    while (!u->end && !u->trouble && u->posted < QD_USB_TRANSFERS &&
           u->ring_len + (u->posted + 1) * QD_USB_TRANSFER_SIZE <= QD_USB_RING) {
        struct qd_usb_slot *s = &u->slot[(u->head + u->posted) % QD_USB_TRANSFERS];
        int rc;

        libusb_fill_bulk_transfer(s->t, u->handle, u->unit.in, s->buf, QD_USB_TRANSFER_SIZE,
                                  on_done, s, 0);
        s->done = 0;
        rc = libusb_submit_transfer(s->t);
        if (rc == LIBUSB_ERROR_NO_DEVICE)
            qd_usb_end(u, QDIAG_E_LINK_GONE, "the unit left the USB");
        else if (rc && !u->posted)
            qd_usb_end(u, QDIAG_E_LINK_IO, libusb_strerror(rc));
        if (rc)
            return; /* with at least one posted, the others can wait */
        u->posted++;
    }
}

static void handle_events(struct qd_usb *u, uint64_t us)
{
    struct timeval tv = {.tv_sec = (time_t)(us / 1000000), .tv_usec = (suseconds_t)(us % 1000000)};
    int rc = libusb_handle_events_timeout_completed(u->usb, &tv, NULL);

    if (rc == LIBUSB_ERROR_NO_DEVICE)
        qd_usb_end(u, QDIAG_E_LINK_GONE, "the unit left the USB");
    else if (rc && rc != LIBUSB_ERROR_INTERRUPTED)
        qd_usb_end(u, QDIAG_E_LINK_IO, libusb_strerror(rc));
}

/* Cancels the n oldest and waits for them. The wait is for the kernel, not for the unit: it is over
 * at once, whatever the unit does. 0, or -1. */
static int cancel_slots(struct qd_usb *u, unsigned n)
{
    struct qd_deadline t = qd_deadline_in_ms(u->ctx->clock, QD_USB_CANCEL_MS);
    unsigned back = 0;

    for (unsigned i = n; i-- > 0;) {
        struct qd_usb_slot *s = &u->slot[(u->head + i) % QD_USB_TRANSFERS];

        if (!s->done)
            libusb_cancel_transfer(s->t); /* one that came back meanwhile is as good */
    }
    for (;;) {
        while (back < n && u->slot[(u->head + back) % QD_USB_TRANSFERS].done)
            back++;
        if (back == n || qd_deadline_over(&t))
            break;
        handle_events(u, qd_deadline_left_us(&t));
    }
    if (back < n)
        qd_usb_end(u, QDIAG_E_LINK_IO, "the kernel does not give a transfer back");
    take_slots(u);
    return back < n ? -1 : 0;
}

/* After a stall the endpoint is silent until its halt is cleared, and that may only be done while
 * nothing is posted. A transfer error is treated alike: the host has halted the endpoint. */
static void recover(struct qd_usb *u)
{
    int stall, rc;

    if (cancel_slots(u, u->posted))
        return;
    stall = u->trouble == LIBUSB_TRANSFER_STALL;
    u->trouble = 0;
    if (u->end)
        return;
    if (u->troubles++ >= MAX_TROUBLES) {
        if (stall)
            qd_usb_end(u, QDIAG_E_LINK_IO, "the unit refuses to send: its endpoint stalls");
        else
            qd_usb_end(u, QDIAG_E_LINK_GONE, "transfers fail: unplugged, or a bad cable");
        return;
    }
    qd_log(u->ctx, QDIAG_LOG_INFO, "usb", "%s: %s, clearing the halt of endpoint %02x", u->name,
           stall ? "stall" : "failed transfer", u->unit.in);
    rc = libusb_clear_halt(u->handle, u->unit.in);
    if (rc)
        qd_usb_end(u, QDIAG_E_LINK_GONE, "the endpoint cannot be recovered: unplugged");
}

void qd_usb_pump(struct qd_usb *u, uint64_t us)
{
    if (u->end)
        return;
    post_slots(u);
    handle_events(u, us);
    take_slots(u);
    if (u->trouble && !u->end)
        recover(u);
    post_slots(u);
}

void qd_usb_nudge(struct qd_usb *u)
{
    if (u->end || !u->posted)
        return;
    if (cancel_slots(u, u->posted) == 0 && u->trouble && !u->end)
        recover(u);
    post_slots(u);
}

int qd_usb_in_start(struct qd_usb *u, struct qdiag_error *e)
{
    u->ring = qd_alloc(1, QD_USB_RING);
    if (!u->ring)
        return qd_nomem(e);
    for (unsigned i = 0; i < QD_USB_TRANSFERS; i++) {
        u->slot[i].t = libusb_alloc_transfer(0);
        u->slot[i].buf = qd_alloc(1, QD_USB_TRANSFER_SIZE);
        if (!u->slot[i].t || !u->slot[i].buf)
            return qd_nomem(e);
    }
    post_slots(u);
    return u->end ? qd_fail(e, (enum qdiag_code)u->end, u->name, "%s", u->why) : 0;
}

int qd_usb_in_stop(struct qd_usb *u)
{
    return cancel_slots(u, u->posted);
}

void qd_usb_in_free(struct qd_usb *u)
{
    for (unsigned i = 0; i < QD_USB_TRANSFERS; i++) {
        libusb_free_transfer(u->slot[i].t);
        free(u->slot[i].buf);
    }
    free(u->ring);
}

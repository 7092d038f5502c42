/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The kernel's side of usbfs for an emulated device: claims, URBs, and when they complete. An IN
 * URB completes on a short packet, an empty packet or a full buffer, as on a real host; a reply
 * that ends in none of these stays in its URB. */
#include <errno.h>
#include <linux/ioctl.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <string.h>

#include "usb_host_priv.h"

#define HOLD_MS 5

static void free_urb(struct usb_urb *u)
{
    g_clear_object(&u->data);
    g_clear_object(&u->buf);
    g_free(u);
}

static void free_chunk(struct usb_chunk *c)
{
    g_free(c->p);
    g_free(c);
}

void usb_fs_clear(struct usb_dev *d)
{
    g_queue_clear_full(&d->in, (GDestroyNotify)free_urb);
    g_queue_clear_full(&d->out, (GDestroyNotify)free_urb);
    g_queue_clear_full(&d->done, (GDestroyNotify)free_urb);
    g_queue_clear_full(&d->forgotten, (GDestroyNotify)free_urb);
    g_queue_clear_full(&d->chunks, (GDestroyNotify)free_chunk);
}

static void complete(UMockdevIoctlClient *client, glong result, gint error)
{
    umockdev_ioctl_client_complete(client, result, error);
}

/* ---- device to host ---- */

static void finish(struct usb_dev *d, GQueue *from, struct usb_urb *u, int status)
{
    g_queue_remove(from, u);
    u->status = status;
    g_queue_push_tail(&d->done, u);
}

/* 1 when the oldest IN URB has failed instead of being served. */
static int fail_in(struct usb_dev *d, struct usb_urb *u)
{
    if (d->knobs.in_stalls > 0) {
        d->knobs.in_stalls--;
        finish(d, &d->in, u, -EPIPE);
    } else if (d->knobs.in_errors > 0) {
        d->knobs.in_errors--;
        finish(d, &d->in, u, -EPROTO);
    } else {
        return 0;
    }
    d->halted = 1;
    return 1;
}

static void fill_urb(struct usb_dev *d, struct usb_urb *u)
{
    struct usb_chunk *c = g_queue_peek_head(&d->chunks);
    size_t room = (size_t)(u->len - u->fill), n = c->n - c->at;
    int ended, full;

    if (d->knobs.urb_bytes && room > d->knobs.urb_bytes - (size_t)u->fill)
        room = d->knobs.urb_bytes - (size_t)u->fill;
    n = n < room ? n : room;
    if (n)
        umockdev_ioctl_data_update(u->buf, (gsize)u->fill, c->p + c->at, (gint)n);
    c->at += n;
    u->fill += (int)n;
    full = n == room;
    ended = c->at == c->n && c->ends;
    if (c->at == c->n)
        free_chunk(g_queue_pop_head(&d->chunks));
    if (full || ended)
        finish(d, &d->in, u, 0);
}

void usb_fs_deliver(struct usb_dev *d)
{
    struct usb_urb *u;

    while (!d->halted && !d->gone && (u = g_queue_peek_head(&d->in)) != NULL) {
        if (fail_in(d, u) || g_queue_is_empty(&d->chunks))
            break;
        fill_urb(d, u);
    }
}

void usb_fs_add(struct usb_dev *d, const guint8 *p, size_t n)
{
    unsigned packet = usb_packet(d->profile);
    struct usb_chunk *c = g_new0(struct usb_chunk, 1);

    c->p = g_memdup2(p, n);
    c->n = n;
    c->ends = n % packet != 0 || !d->knobs.no_zlp;
    g_queue_push_tail(&d->chunks, c);
}

void usb_fs_gone(struct usb_dev *d)
{
    struct usb_urb *u;

    d->gone = 1;
    while ((u = g_queue_peek_head(&d->in)) != NULL)
        finish(d, &d->in, u, -ESHUTDOWN);
    while ((u = g_queue_peek_head(&d->forgotten)) != NULL)
        finish(d, &d->forgotten, u, -ESHUTDOWN);
    while ((u = g_queue_peek_head(&d->out)) != NULL)
        finish(d, &d->out, u, -ESHUTDOWN);
}

/* ---- host to device ---- */

static void emit(void *user, const uint8_t *p, size_t n)
{
    struct usb_dev *d = user;
    size_t parts = d->knobs.split > 1 ? (size_t)d->knobs.split : 1;

    if (d->knobs.silent)
        return;
    if (d->knobs.glue > 1) {
        g_byte_array_append(d->glued, p, (guint)n);
        if (++d->glue_count < d->knobs.glue)
            return;
        d->glue_count = 0;
        usb_fs_add(d, d->glued->data, d->glued->len);
        g_byte_array_set_size(d->glued, 0);
        return;
    }
    for (size_t i = 0; i < parts; i++) {
        size_t from = n * i / parts, to = n * (i + 1) / parts;

        if (to > from)
            usb_fs_add(d, p + from, to - from);
    }
}

static void out_transfer(struct usb_dev *d)
{
    d->seen.out_transfers++;
    if (d->knobs.unplug_at && d->seen.out_transfers == d->knobs.unplug_at) {
        usb_fs_gone(d);
        return;
    }
    if (d->knobs.stall_at && d->seen.out_transfers == d->knobs.stall_at)
        d->knobs.in_stalls++;
    if (d->sim)
        usb_sim_transfer(d->sim, d->acc->data, d->acc->len, emit, d);
    g_byte_array_set_size(d->acc, 0);
    usb_fs_deliver(d);
}

static void submit_out(struct usb_dev *d, struct usb_urb *u)
{
    unsigned packet = usb_packet(d->profile);
    int whole = u->len > 0 && (unsigned)u->len % packet == 0;
    int flag = (u->flags & USBDEVFS_URB_ZERO_PACKET) != 0;

    d->seen.submits_out++;
    if (d->knobs.no_out) {
        g_queue_push_tail(&d->out, u);
        return;
    }
    if (d->knobs.out_stalls > 0) {
        d->knobs.out_stalls--;
        u->status = -EPIPE;
        g_queue_push_tail(&d->done, u);
        return;
    }
    d->seen.zero_packets += whole && flag;
    u->fill = u->len;
    g_queue_push_tail(&d->done, u);
    if (u->len)
        g_byte_array_append(d->acc, u->buf->data, (guint)u->len);
    if (!whole || flag)
        out_transfer(d);
}

/* ---- ioctls on URBs ---- */

static void submit(struct usb_dev *d, UMockdevIoctlClient *client, UMockdevIoctlData *arg)
{
    UMockdevIoctlData *data =
        umockdev_ioctl_data_resolve(arg, 0, sizeof(struct usbdevfs_urb), NULL);
    const struct usbdevfs_urb *urb = (const void *)data->data;
    struct usb_urb *u = g_new0(struct usb_urb, 1);
    const struct usb_face *f = &d->profile->face[d->profile->diag];

    d->empty_reaps = 0; /* the program is at work: it does not spin */
    u->data = data;
    u->addr = data->client_addr;
    u->ep = urb->endpoint;
    u->flags = urb->flags;
    u->len = urb->buffer_length;
    if (u->len)
        u->buf = umockdev_ioctl_data_resolve(data, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer),
                                             (gsize)u->len, NULL);
    if (d->gone) {
        free_urb(u);
        complete(client, -1, ENODEV);
        return;
    }
    if (urb->type == USBDEVFS_URB_TYPE_BULK && u->ep == f->out) {
        submit_out(d, u);
    } else if (urb->type == USBDEVFS_URB_TYPE_BULK && u->ep == f->in) {
        d->seen.submits_in++;
        g_queue_push_tail(&d->in, u);
        if (d->in.length > d->seen.pending_in_max)
            d->seen.pending_in_max = d->in.length;
        usb_fs_deliver(d);
    } else {
        u->status = -EPIPE;
        g_queue_push_tail(&d->done, u);
    }
    complete(client, 0, 0);
}

static void give(struct usb_dev *d, UMockdevIoctlClient *client)
{
    UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client), *ptr;
    struct usb_urb *u = g_queue_pop_head(&d->done);
    int v[2] = {u->status, u->fill};

    umockdev_ioctl_data_update(u->data, G_STRUCT_OFFSET(struct usbdevfs_urb, status),
                               (guint8 *)&v[0], sizeof v[0]);
    umockdev_ioctl_data_update(u->data, G_STRUCT_OFFSET(struct usbdevfs_urb, actual_length),
                               (guint8 *)&v[1], sizeof v[1]);
    ptr = umockdev_ioctl_data_resolve(arg, 0, sizeof(gpointer), NULL);
    umockdev_ioctl_data_set_ptr(ptr, 0, u->data);
    complete(client, 0, 0);
    g_object_unref(ptr);
    free_urb(u);
}

static gboolean end_hold(gpointer user)
{
    struct usb_dev *d = user;
    UMockdevIoctlClient *client;

    g_mutex_lock(&d->host->lock);
    client = d->held;
    d->held = NULL;
    usb_fs_deliver(d);
    if (!g_queue_is_empty(&d->done))
        give(d, client);
    else
        complete(client, -1, d->gone ? ENODEV : EAGAIN);
    g_mutex_unlock(&d->host->lock);
    g_object_unref(client);
    return G_SOURCE_REMOVE;
}

/* The emulated node is always ready for poll(), so a program with nothing to do would spin. */
static void hold(struct usb_dev *d, UMockdevIoctlClient *client)
{
    GSource *s = g_timeout_source_new(HOLD_MS);

    d->held = g_object_ref(client);
    g_source_set_callback(s, end_hold, d, NULL);
    g_source_attach(s, g_main_context_get_thread_default());
    g_source_unref(s);
}

static void reap(struct usb_dev *d, UMockdevIoctlClient *client)
{
    usb_fs_deliver(d);
    if (!g_queue_is_empty(&d->done)) {
        d->empty_reaps = 0;
        give(d, client);
        return;
    }
    if (d->knobs.unplug_idle && ++d->idle == (unsigned)d->knobs.unplug_idle)
        usb_fs_gone(d);
    if (!g_queue_is_empty(&d->done))
        give(d, client);
    else if (d->gone)
        complete(client, -1, ENODEV);
    else if (d->empty_reaps++ && !d->held)
        hold(d, client);
    else
        complete(client, -1, EAGAIN);
}

static void forget(struct usb_dev *d)
{
    struct usb_urb *u;

    while ((u = g_queue_pop_head(&d->in)) != NULL)
        g_queue_push_tail(&d->forgotten, u);
}

static void discard(struct usb_dev *d, UMockdevIoctlClient *client, UMockdevIoctlData *arg)
{
    GQueue *queues[] = {&d->in, &d->forgotten, &d->out};
    gulong addr;

    memcpy(&addr, arg->data, sizeof addr);
    d->seen.discards++;
    for (int q = 0; q < 3; q++)
        for (GList *l = queues[q]->head; l; l = l->next) {
            struct usb_urb *u = l->data;

            if (u->addr != addr)
                continue;
            finish(d, queues[q], u, -ENOENT);
            if (d->knobs.forgetful && q == 0)
                forget(d);
            complete(client, 0, 0);
            return;
        }
    complete(client, -1, EINVAL);
}

/* ---- ioctls on interfaces ---- */

static unsigned first_u32(UMockdevIoctlData *arg)
{
    UMockdevIoctlData *v = umockdev_ioctl_data_resolve(arg, 0, sizeof(guint32), NULL);
    guint32 n;

    memcpy(&n, v->data, sizeof n);
    g_object_unref(v);
    return n;
}

static void bind_driver(struct usb_dev *d, unsigned face, const char *name)
{
    g_strlcpy(d->driver[face], name, sizeof d->driver[face]);
}

static void claim(struct usb_dev *d, UMockdevIoctlClient *client, unsigned face)
{
    d->seen.claims++;
    if (face >= (unsigned)d->profile->faces)
        complete(client, -1, ENOENT);
    else if (d->gone)
        complete(client, -1, ENODEV);
    else if (d->knobs.busy || d->driver[face][0])
        complete(client, -1, EBUSY);
    else {
        bind_driver(d, face, "usbfs");
        complete(client, 0, 0);
    }
}

static void detach_and_claim(struct usb_dev *d, UMockdevIoctlClient *client, UMockdevIoctlData *arg)
{
    unsigned face = first_u32(arg);

    if (face < (unsigned)d->profile->faces && !d->knobs.busy && d->driver[face][0] &&
        strcmp(d->driver[face], "usbfs") != 0) {
        d->seen.detaches++;
        d->driver[face][0] = '\0';
    }
    claim(d, client, face);
}

static void release(struct usb_dev *d, UMockdevIoctlClient *client, unsigned face)
{
    d->seen.releases++;
    if (face < (unsigned)d->profile->faces && strcmp(d->driver[face], "usbfs") == 0)
        d->driver[face][0] = '\0';
    complete(client, d->gone ? -1 : 0, d->gone ? ENODEV : 0);
}

/* Attaching a driver: the one that the kernel knows for the interface, if it knows one. */
static void sub_ioctl(struct usb_dev *d, UMockdevIoctlClient *client, UMockdevIoctlData *arg)
{
    UMockdevIoctlData *v = umockdev_ioctl_data_resolve(arg, 0, sizeof(struct usbdevfs_ioctl), NULL);
    struct usbdevfs_ioctl s;

    memcpy(&s, v->data, sizeof s);
    g_object_unref(v);
    if ((unsigned)s.ioctl_code != USBDEVFS_CONNECT || s.ifno < 0 || s.ifno >= d->profile->faces) {
        complete(client, -1, ENOTTY);
        return;
    }
    d->seen.attaches++;
    if (!d->driver[s.ifno][0] && d->profile->face[s.ifno].driver)
        bind_driver(d, (unsigned)s.ifno, d->profile->face[s.ifno].driver);
    complete(client, 1, 0);
}

static void get_driver(struct usb_dev *d, UMockdevIoctlClient *client, UMockdevIoctlData *arg)
{
    UMockdevIoctlData *v =
        umockdev_ioctl_data_resolve(arg, 0, sizeof(struct usbdevfs_getdriver), NULL);
    unsigned face = first_u32(arg);

    if (face < (unsigned)d->profile->faces && d->driver[face][0]) {
        umockdev_ioctl_data_update(v, G_STRUCT_OFFSET(struct usbdevfs_getdriver, driver),
                                   (guint8 *)d->driver[face], (gint)strlen(d->driver[face]) + 1);
        complete(client, 0, 0);
    } else {
        complete(client, -1, ENODATA);
    }
    g_object_unref(v);
}

static void capabilities(UMockdevIoctlClient *client, UMockdevIoctlData *arg)
{
    UMockdevIoctlData *v = umockdev_ioctl_data_resolve(arg, 0, sizeof(guint32), NULL);
    guint32 caps = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION |
                   USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_BULK_SCATTER_GATHER |
                   USBDEVFS_CAP_REAP_AFTER_DISCONNECT;

    umockdev_ioctl_data_update(v, 0, (guint8 *)&caps, sizeof caps);
    complete(client, 0, 0);
    g_object_unref(v);
}

static void clear_halt(struct usb_dev *d, UMockdevIoctlClient *client, unsigned ep)
{
    int in = (ep & 0x80) != 0;

    d->seen.clear_halts++;
    if (d->gone || !g_queue_is_empty(in ? &d->in : &d->out)) {
        complete(client, -1, d->gone ? ENODEV : EBUSY); /* a rule of the kernel: nothing posted */
        return;
    }
    if (in)
        d->halted = 0;
    complete(client, 0, 0);
}

gboolean usb_fs_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, struct usb_dev *d)
{
    UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
    unsigned request = (unsigned)umockdev_ioctl_client_get_request(client);

    (void)base;
    g_mutex_lock(&d->host->lock);
    d->seen.ioctls++;
    if (request == USBDEVFS_SUBMITURB)
        submit(d, client, arg);
    else if (request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY)
        reap(d, client);
    else if (request == USBDEVFS_DISCARDURB)
        discard(d, client, arg);
    else if (request == USBDEVFS_GET_CAPABILITIES)
        capabilities(client, arg);
    else if (request == USBDEVFS_CLAIMINTERFACE)
        claim(d, client, first_u32(arg));
    else if (request == USBDEVFS_DISCONNECT_CLAIM)
        detach_and_claim(d, client, arg);
    else if (request == USBDEVFS_RELEASEINTERFACE)
        release(d, client, first_u32(arg));
    else if (request == USBDEVFS_GETDRIVER)
        get_driver(d, client, arg);
    else if (request == USBDEVFS_IOCTL)
        sub_ioctl(d, client, arg);
    else if (request == USBDEVFS_CLEAR_HALT)
        clear_halt(d, client, first_u32(arg));
    else {
        fprintf(stderr, "usb_fs: unknown ioctl %08x\n", request);
        complete(client, -1, ENOTTY);
    }
    g_mutex_unlock(&d->host->lock);
    return TRUE;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The device's side of the usbredir protocol: bulk transfers, cancelled transfers, coming and
 * going. The simulated module answers; what happens on the bus in between, a real kernel decides.
 * Must never answer an IN transfer without a reply to give. */
#include "redir_dev.h"

#include "redir_describe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PENDING_MAX  64u
#define TRANSFER_MAX 65536u

/* Bytes that wait: a reply for an IN transfer, or a request for redir_dev_go. */
struct piece {
    struct piece *next;
    size_t n, at;
    uint8_t p[];
};

struct queue {
    struct piece *first, **end;
    unsigned n;
};

struct pending {
    uint64_t id;
    uint8_t ep;
    size_t len;
};

struct redir_dev {
    int fd;
    struct usbredirparser *parser;
    const struct usb_profile *profile;
    struct usb_sim *sim;
    int met, on_bus, lost;
    struct pending in[PENDING_MAX]; /* in the order they came */
    unsigned in_n;
    struct queue replies, waiting;
    uint8_t acc[TRANSFER_MAX]; /* an OUT transfer that has not ended */
    size_t acc_n;
    unsigned requests, hold_at;
    int held;
};

/* ---- queues ---- */

static void queue_add(struct queue *q, const uint8_t *p, size_t n)
{
    struct piece *c = malloc(sizeof *c + n);

    if (!c)
        abort();
    *c = (struct piece){.n = n};
    memcpy(c->p, p, n);
    *q->end = c;
    q->end = &c->next;
    q->n++;
}

static void queue_drop(struct queue *q)
{
    struct piece *c = q->first;

    q->first = c->next;
    if (!q->first)
        q->end = &q->first;
    q->n--;
    free(c);
}

static void queue_clear(struct queue *q)
{
    while (q->first)
        queue_drop(q);
}

/* ---- IN transfers ---- */

static const struct usb_face *diag(const struct redir_dev *d)
{
    return &d->profile->face[d->profile->diag];
}

static void answer_in(struct redir_dev *d, unsigned i, uint8_t status, uint8_t *p, size_t n)
{
    struct usb_redir_bulk_packet_header h = {.endpoint = d->in[i].ep,
                                             .status = status,
                                             .length = (uint16_t)n,
                                             .length_high = (uint16_t)(n >> 16)};

    usbredirparser_send_bulk_packet(d->parser, d->in[i].id, &h, p, (int)n);
    d->in_n--;
    memmove(d->in + i, d->in + i + 1, (d->in_n - i) * sizeof d->in[0]);
}

/* A reply ends its transfer by its last, short or empty packet. */
static void deliver(struct redir_dev *d)
{
    for (unsigned i = 0; i < d->in_n && d->replies.first;) {
        struct piece *c = d->replies.first;
        size_t n = c->n - c->at;

        if (d->in[i].ep != diag(d)->in) {
            i++;
            continue;
        }
        n = n < d->in[i].len ? n : d->in[i].len;
        answer_in(d, i, usb_redir_success, c->p + c->at, n);
        c->at += n;
        if (c->at == c->n)
            queue_drop(&d->replies);
    }
}

static void on_cancel(void *priv, uint64_t id)
{
    struct redir_dev *d = priv;

    for (unsigned i = 0; i < d->in_n; i++)
        if (d->in[i].id == id) {
            answer_in(d, i, usb_redir_cancelled, NULL, 0);
            return;
        }
}

static void post_in(struct redir_dev *d, uint64_t id, const struct usb_redir_bulk_packet_header *h)
{
    struct pending *p = &d->in[d->in_n];

    if (d->in_n == PENDING_MAX) {
        fprintf(stderr, "usb_redir: more than %u IN transfers\n", PENDING_MAX);
        abort();
    }
    *p = (struct pending){id, h->endpoint, h->length | (size_t)h->length_high << 16};
    d->in_n++;
    deliver(d);
}

/* ---- OUT transfers ---- */

static void on_reply(void *user, const uint8_t *p, size_t n)
{
    struct redir_dev *d = user;

    queue_add(&d->replies, p, n);
}

static void take_request(struct redir_dev *d)
{
    d->requests++;
    if (d->hold_at && d->requests == d->hold_at)
        d->held = 1;
    if (d->held)
        queue_add(&d->waiting, d->acc, d->acc_n);
    else
        usb_sim_transfer(d->sim, d->acc, d->acc_n, on_reply, d);
    d->acc_n = 0;
    deliver(d);
}

/* As a gadget does: a transfer goes on until a packet is not full. */
static void take_out(struct redir_dev *d, uint8_t ep, const uint8_t *p, size_t n)
{
    if (ep != diag(d)->out)
        return;
    if (n > TRANSFER_MAX - d->acc_n) {
        fprintf(stderr, "usb_redir: a transfer without an end\n");
        abort();
    }
    if (n)
        memcpy(d->acc + d->acc_n, p, n);
    d->acc_n += n;
    if (d->acc_n && n % usb_packet(d->profile) == 0 && n)
        return;
    if (d->acc_n)
        take_request(d);
}

static void on_bulk(void *priv, uint64_t id, struct usb_redir_bulk_packet_header *h, uint8_t *p,
                    int n)
{
    struct redir_dev *d = priv;
    struct usb_redir_bulk_packet_header done = *h;

    if (!d->on_bus) {
        usbredirparser_free_packet_data(d->parser, p);
        return;
    }
    if (h->endpoint & 0x80) {
        post_in(d, id, h);
        return;
    }
    done.status = usb_redir_success;
    usbredirparser_send_bulk_packet(d->parser, id, &done, NULL, 0);
    take_out(d, h->endpoint, p, (size_t)n);
    usbredirparser_free_packet_data(d->parser, p);
}

/* ---- endpoint 0 ---- */

static void on_control(void *priv, uint64_t id, struct usb_redir_control_packet_header *h,
                       uint8_t *p, int n)
{
    struct redir_dev *d = priv;
    struct usb_redir_control_packet_header a = *h;
    uint8_t out[USB_DESCRIPTORS_MAX];
    size_t len = 0;

    (void)n;
    usbredirparser_free_packet_data(d->parser, p);
    a.status = usb_redir_success;
    if (h->endpoint & 0x80) {
        len = redir_control_in(d->profile, h, out);
        a.status = len ? usb_redir_success : usb_redir_stall;
        len = len < h->length ? len : h->length;
        a.length = (uint16_t)len;
    }
    usbredirparser_send_control_packet(d->parser, id, &a, len ? out : NULL, (int)len);
}

static void on_set_configuration(void *priv, uint64_t id,
                                 struct usb_redir_set_configuration_header *h)
{
    struct usb_redir_configuration_status_header a = {.configuration = h->configuration};

    usbredirparser_send_configuration_status(((struct redir_dev *)priv)->parser, id, &a);
}

static void on_get_configuration(void *priv, uint64_t id)
{
    struct usb_redir_configuration_status_header a = {.configuration = 1};

    usbredirparser_send_configuration_status(((struct redir_dev *)priv)->parser, id, &a);
}

static void on_set_alt(void *priv, uint64_t id, struct usb_redir_set_alt_setting_header *h)
{
    struct usb_redir_alt_setting_status_header a = {.interface = h->interface, .alt = h->alt};

    usbredirparser_send_alt_setting_status(((struct redir_dev *)priv)->parser, id, &a);
}

static void on_get_alt(void *priv, uint64_t id, struct usb_redir_get_alt_setting_header *h)
{
    struct usb_redir_alt_setting_status_header a = {.interface = h->interface};

    usbredirparser_send_alt_setting_status(((struct redir_dev *)priv)->parser, id, &a);
}

/* ---- on and off the bus ---- */

static void on_hello(void *priv, struct usb_redir_hello_header *h)
{
    struct redir_dev *d = priv;

    (void)h;
    d->met = 1;
    if (d->on_bus)
        redir_announce(d->parser, d->profile);
}

void redir_dev_plug(struct redir_dev *d)
{
    if (d->on_bus)
        return;
    d->on_bus = 1;
    usb_sim_restart(d->sim);
    if (d->met)
        redir_announce(d->parser, d->profile);
}

void redir_dev_unplug(struct redir_dev *d)
{
    if (!d->on_bus)
        return;
    d->on_bus = 0;
    d->in_n = 0;
    d->acc_n = 0;
    d->held = 0;
    d->hold_at = 0;
    queue_clear(&d->replies);
    queue_clear(&d->waiting);
    usbredirparser_send_device_disconnect(d->parser);
}

/* A reset of the port, as a host does it before it reads the descriptors: nothing is lost. */
static void on_reset(void *priv)
{
    ((struct redir_dev *)priv)->acc_n = 0;
}

static void on_filter_reject(void *priv)
{
    (void)priv;
    fprintf(stderr, "usb_redir: the peer refuses the device\n");
}

static void on_filter(void *priv, struct usbredirfilter_rule *rules, int n)
{
    (void)priv;
    (void)n;
    free(rules);
}

/* ---- the connection ---- */

static void on_log(void *priv, int level, const char *text)
{
    (void)priv;
    if (level <= usbredirparser_warning)
        fprintf(stderr, "usb_redir: %s\n", text);
}

static int lost_unless_busy(struct redir_dev *d, ssize_t n)
{
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    d->lost = 1;
    return -1;
}

static int on_read(void *priv, uint8_t *p, int n)
{
    struct redir_dev *d = priv;
    ssize_t got = read(d->fd, p, (size_t)n);

    return got > 0 ? (int)got : lost_unless_busy(d, got);
}

static int on_write(void *priv, uint8_t *p, int n)
{
    struct redir_dev *d = priv;
    ssize_t put = write(d->fd, p, (size_t)n);

    return put >= 0 ? (int)put : lost_unless_busy(d, put);
}

static void set_callbacks(struct usbredirparser *r)
{
    r->log_func = on_log;
    r->read_func = on_read;
    r->write_func = on_write;
    r->hello_func = on_hello;
    r->reset_func = on_reset;
    r->set_configuration_func = on_set_configuration;
    r->get_configuration_func = on_get_configuration;
    r->set_alt_setting_func = on_set_alt;
    r->get_alt_setting_func = on_get_alt;
    r->cancel_data_packet_func = on_cancel;
    r->control_packet_func = on_control;
    r->bulk_packet_func = on_bulk;
    r->filter_reject_func = on_filter_reject;
    r->filter_filter_func = on_filter;
}

struct redir_dev *redir_dev_new(int fd, const struct usb_profile *p, struct usb_sim *sim,
                                int plugged)
{
    struct redir_dev *d = calloc(1, sizeof *d);
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};

    if (d)
        d->parser = usbredirparser_create();
    if (!d || !d->parser) {
        close(fd);
        free(d);
        return NULL;
    }
    d->fd = fd;
    d->profile = p;
    d->sim = sim;
    d->on_bus = plugged;
    d->replies.end = &d->replies.first;
    d->waiting.end = &d->waiting.first;
    d->parser->priv = d;
    set_callbacks(d->parser);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_connect_device_version);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_ep_info_max_packet_size);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_64bits_ids);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_32bits_bulk_length);
    usbredirparser_init(d->parser, "qdiag test", caps, USB_REDIR_CAPS_SIZE,
                        usbredirparser_fl_usb_host);
    return d;
}

void redir_dev_free(struct redir_dev **d)
{
    if (!*d)
        return;
    queue_clear(&(*d)->replies);
    queue_clear(&(*d)->waiting);
    usbredirparser_destroy((*d)->parser);
    close((*d)->fd);
    free(*d);
    *d = NULL;
}

int redir_dev_fd(const struct redir_dev *d)
{
    return d->fd;
}

int redir_dev_has_output(const struct redir_dev *d)
{
    return usbredirparser_has_data_to_write(d->parser) > 0;
}

int redir_dev_serve(struct redir_dev *d)
{
    usbredirparser_do_read(d->parser);
    if (!d->lost && redir_dev_has_output(d))
        usbredirparser_do_write(d->parser);
    return d->lost ? -1 : 0;
}

/* ---- what the test asks for ---- */

void redir_dev_hold(struct redir_dev *d, unsigned n)
{
    d->requests = 0;
    d->hold_at = n;
}

int redir_dev_held(const struct redir_dev *d)
{
    return d->held;
}

void redir_dev_go(struct redir_dev *d)
{
    d->held = 0;
    d->hold_at = 0;
    while (d->waiting.first) {
        usb_sim_transfer(d->sim, d->waiting.first->p, d->waiting.first->n, on_reply, d);
        queue_drop(&d->waiting);
    }
    deliver(d);
}

struct redir_seen redir_dev_seen(const struct redir_dev *d)
{
    struct redir_seen s = {.unread = d->replies.n};

    for (unsigned i = 0; i < d->in_n; i++)
        s.waiting_in += d->in[i].ep == diag(d)->in;
    return s;
}

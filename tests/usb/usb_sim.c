/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Adapter between the simulator's core and the emulated USB of usb_host.c. It knows nothing of USB
 * but that a transfer has an end. */
#include "usb_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "sim/link.h"
#include "sim/modem.h"
#include "sim/unit.h"

struct usb_sim {
    struct sim_unit *unit;
    struct sim_modem *modem;
    struct sim_link link;
    struct sim_reply reply;
    struct qd_buf frame;
    usb_sim_emit emit;
    void *user;
    int dsp;
};

struct usb_sim *usb_sim_new(const char *folder)
{
    struct usb_sim *s = calloc(1, sizeof *s);
    char err[2048];

    if (!s)
        return NULL;
    if (sim_unit_load(&s->unit, folder, err, sizeof err)) {
        fprintf(stderr, "%s\n", err);
        usb_sim_free(&s);
        return NULL;
    }
    s->modem = sim_modem_new(s->unit);
    s->link.profile = SIM_LINK_KERNEL;
    if (!s->modem)
        usb_sim_free(&s);
    return s;
}

void usb_sim_free(struct usb_sim **s)
{
    if (!*s)
        return;
    sim_modem_free(&(*s)->modem);
    sim_unit_free(&(*s)->unit);
    qd_buf_free(&(*s)->frame);
    free(*s);
    *s = NULL;
}

static void on_frame(void *user, enum sim_link_verdict v, const uint8_t *p, size_t n)
{
    struct usb_sim *s = user;

    s->reply.len = 0;
    if (v == SIM_LINK_GOOD && !(s->dsp && n && p[0])) {
        sim_modem_tick(s->modem, qd_clock_real.now_us(NULL));
        sim_modem_request(s->modem, p, n, &s->reply);
    } else if (n < SIM_PAYLOAD_MAX) {
        s->reply.p[0] = 0x13; /* unknown; the kernel answers garbage with garbage */
        memcpy(s->reply.p + 1, p, n);
        s->reply.len = n + 1;
    }
    s->frame.len = 0;
    if (s->reply.len && sim_link_encode(s->reply.p, s->reply.len, &s->frame) == 0)
        s->emit(s->user, s->frame.p, s->frame.len);
}

void usb_sim_transfer(struct usb_sim *s, const uint8_t *p, size_t n, usb_sim_emit emit, void *user)
{
    s->emit = emit;
    s->user = user;
    sim_link_feed(&s->link, p, n, on_frame, s);
}

void usb_sim_be_dsp(struct usb_sim *s)
{
    s->dsp = 1;
}

void usb_sim_restart(struct usb_sim *s)
{
    sim_link_reset(&s->link);
    sim_modem_restart(s->modem, 0);
}

uint64_t usb_sim_requests(const struct usb_sim *s)
{
    return sim_modem_counts(s->modem).requests;
}

uint64_t usb_sim_writes(const struct usb_sim *s)
{
    return sim_modem_counts(s->modem).writes;
}

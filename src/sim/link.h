/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The module's side of the HDLC framing: escape, CRC-16/X-25, flag. Written apart from the
 * library's. */
#ifndef SIM_LINK_H
#define SIM_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define SIM_LINK_MAX 16384u /* decoded payload */

/* How a transfer (what one read() returned) is taken. */
enum sim_link_profile {
    SIM_LINK_STREAM, /* a serial stream: transfers mean nothing, runs of 7E are ignored */
    SIM_LINK_KERNEL, /* first frame of a transfer only, the rest dropped; split frames joined;
                        an empty frame is an error */
    SIM_LINK_ROUTER, /* all frames of a transfer; what is not finished at its end is lost */
};

enum sim_link_verdict {
    SIM_LINK_GOOD,
    SIM_LINK_SHORT, /* fewer than one payload byte and a CRC */
    SIM_LINK_BADCRC,
    SIM_LINK_ABORTED,  /* 7D 7E */
    SIM_LINK_TOO_LONG, /* cut to SIM_LINK_MAX bytes */
    SIM_LINK_EMPTY,    /* SIM_LINK_KERNEL only: a second 7E */
};

/* A frame: the payload without its CRC when good, else all decoded bytes. */
typedef void (*sim_link_fn)(void *user, enum sim_link_verdict v, const uint8_t *p, size_t n);

struct sim_link {
    enum sim_link_profile profile;
    uint8_t buf[SIM_LINK_MAX + 2];
    size_t len;
    int escaped, too_long;
};

void sim_link_reset(struct sim_link *l); /* keeps the profile */

/* Takes one transfer; calls fn for every frame that ends in it. */
void sim_link_feed(struct sim_link *l, const uint8_t *p, size_t n, sim_link_fn fn, void *user);

/* Appends the frame of a payload to out, flag included, no leading flag. 0, or -1 out of memory. */
int sim_link_encode(const uint8_t *p, size_t n, struct qd_buf *out);

const char *sim_link_text(enum sim_link_verdict v);

#endif

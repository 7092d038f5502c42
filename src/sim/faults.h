/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Named faults (faults.def): deterministic for a seed, combinable. Each works at one of four
 * places: on the request (answers in the modem's place), on the reply payload, on the bytes on the
 * wire, or when a client connects. */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sim/link.h"
#include "sim/modem.h"
#include "sim/queue.h"

struct sim_faults;

struct sim_faults *sim_faults_new(uint64_t seed); /* NULL: out of memory */
void sim_faults_free(struct sim_faults **f);

/* Adds "name=a:b,name,…". 0, or -1 with a sentence in err (unknown name, bad arguments). */
int sim_faults_add(struct sim_faults *f, const char *list, char *err, size_t cap);

/* The table as text for --help-faults; and the bare names, on one line. */
int sim_faults_help(struct qd_buf *out);
int sim_faults_names(struct qd_buf *out);

enum sim_link_profile sim_faults_profile(const struct sim_faults *f);

/* How replies are cut on the wire. */
void sim_faults_cut(const struct sim_faults *f, struct sim_queue *q);
void sim_faults_cut_at(const struct sim_faults *f, struct sim_queue *q); /* on the AT port */

enum sim_todo {
    SIM_ASK_MODEM, /* go on; the request may have been changed */
    SIM_ANSWERED,  /* the reply is in r */
    SIM_SILENT,    /* no answer at all */
    SIM_VANISH,    /* the link goes for good */
    SIM_RESTART,   /* the link goes and comes back, the module starts anew */
    SIM_POWER_CUT, /* the same, and what was not synced is lost */
};

/* Looks at a request before the modem does. */
enum sim_todo sim_faults_request(struct sim_faults *f, uint8_t *req, size_t n, struct sim_reply *r);

/* How much of the request the modem shall see; the whole of it, unless a fault cut it. */
size_t sim_faults_use(const struct sim_faults *f);

/* The path of the open file a request names by its handle, as the replies to OPEN told; "" = none.
 */
const char *sim_faults_path(struct sim_faults *f, const uint8_t *req, size_t n);

/* Looks at the reply, whoever gave it; req is what the client sent. */
void sim_faults_reply(struct sim_faults *f, const uint8_t *req, size_t n, struct sim_reply *r);

/* Frames a reply and queues it with everything around it. 0, or -1 out of memory. */
int sim_faults_wire(struct sim_faults *f, const uint8_t *p, size_t n, uint64_t due_us,
                    struct sim_queue *q);

/* A client has come: what it finds waiting. 0, or -1 out of memory. */
int sim_faults_connect(struct sim_faults *f, uint64_t now_us, struct sim_queue *q);

/* The module has been reset: handles are gone, a held reply too. */
void sim_faults_reset(struct sim_faults *f);

/* Names of the faults that have done something since the last call, blank between; "" = none. */
const char *sim_faults_fired(struct sim_faults *f);

#endif

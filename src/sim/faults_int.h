/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Shared by the faults_*.c files only. */
#ifndef SIM_FAULTS_INT_H
#define SIM_FAULTS_INT_H

#include "sim/faults.h"

#define SIM_FAULT_ARGS 4
#define SIM_FAULT_FDS  64
#define SIM_FAULT_PATH 1100

enum sim_fault_id {
#define SIM_FAULT(name, types, needed, choices, args, place, fn, help) SIM_F_##name,
#include "sim/faults.def"
#undef SIM_FAULT
    SIM_F_COUNT
};

/* One --fault as given. */
struct sim_fault {
    enum sim_fault_id id;
    int given; /* arguments */
    int64_t n[SIM_FAULT_ARGS];
    char *s[SIM_FAULT_ARGS]; /* s and c arguments */
    uint64_t seen;           /* what this fault counts */
};

/* An open file as the EFS faults follow it: by the replies to OPEN. */
struct sim_fault_fd {
    char path[SIM_FAULT_PATH];
    uint32_t last_off;
    int chunk;
};

struct sim_faults {
    struct sim_fault *v;
    size_t n, cap;
    uint64_t rng, requests, replies, traffic;
    struct sim_fault_fd fd[2][SIM_FAULT_FDS]; /* by subsystem 13, 3e */
    struct qd_buf held;                       /* reorder: the frame waiting */
    int changed;  /* the request at hand is not the one the client sent */
    size_t use;   /* so many bytes of it go to the modem */
    int hide_cut; /* and the count in the reply shall not show it */
    char fired[256], told[256];
};

/* A reply on its way to the wire: its frame and what goes around it. */
struct sim_burst {
    struct qd_buf frame; /* encoded; len 0 = lost */
    uint64_t due_us, reply_no;
    uint64_t extra_us; /* the reply alone is so much later */
    int copies;        /* more of the same */
    uint64_t copy_us;  /* so much later than the reply */
    int held;          /* goes out after the next one */
    struct qd_buf before, after;
    int joined; /* before, frame and after in one write */
    struct sim_queue *q;
};

/* What a fault on the request says: SIM_ASK_MODEM leaves the request to the next one. */
typedef enum sim_todo (*sim_fault_request_fn)(struct sim_faults *f, struct sim_fault *x,
                                              uint8_t *req, size_t n, struct sim_reply *r);
typedef int (*sim_fault_reply_fn)(struct sim_faults *f, struct sim_fault *x, const uint8_t *req,
                                  size_t n, struct sim_reply *r); /* 1 = it did something */
typedef int (*sim_fault_wire_fn)(struct sim_faults *f, struct sim_fault *x, struct sim_burst *b);
typedef int (*sim_fault_connect_fn)(struct qd_buf *out); /* bytes for the client; -1 no memory */

const char *sim_fault_name(enum sim_fault_id id);
void sim_fault_fire(struct sim_faults *f, enum sim_fault_id id);

/* Error reply: code, then the request, at most cut bytes of it (0 = all). */
void sim_fault_refuse(uint8_t code, const uint8_t *req, size_t n, size_t cut, struct sim_reply *r);

/* The path an open file was opened by, for a request with a handle; "" when it is not known. */
const char *sim_fault_path(struct sim_faults *f, const uint8_t *req, size_t n);

struct sim_fault_fd *sim_fault_file(struct sim_faults *f, const uint8_t *req, size_t n);
void sim_fault_follow(struct sim_faults *f, const uint8_t *req, size_t n,
                      const struct sim_reply *r);

#define REQUEST_FN(name)                                                                           \
    enum sim_todo name(struct sim_faults *f, struct sim_fault *x, uint8_t *req, size_t n,          \
                       struct sim_reply *r)
#define REPLY_FN(name)                                                                             \
    int name(struct sim_faults *f, struct sim_fault *x, const uint8_t *req, size_t n,              \
             struct sim_reply *r)
#define WIRE_FN(name)    int name(struct sim_faults *f, struct sim_fault *x, struct sim_burst *b)
#define CONNECT_FN(name) int name(struct qd_buf *out)

REQUEST_FN(sim_fault_errcode);
REQUEST_FN(sim_fault_noloop);
REQUEST_FN(sim_fault_nolstat);
REQUEST_FN(sim_fault_modemdown);
REQUEST_FN(sim_fault_busy);
REQUEST_FN(sim_fault_badstatus);
REQUEST_FN(sim_fault_openfail);
REQUEST_FN(sim_fault_opendirfail);
REQUEST_FN(sim_fault_readdirerr);
REQUEST_FN(sim_fault_readerr);
REQUEST_FN(sim_fault_shortread);
REQUEST_FN(sim_fault_ctxignored);
REQUEST_FN(sim_fault_dropwrite);
REQUEST_FN(sim_fault_dropnv);
REQUEST_FN(sim_fault_dropefs);
REQUEST_FN(sim_fault_flipwrite);
REQUEST_FN(sim_fault_shortwrite);
REQUEST_FN(sim_fault_nvreadonly);
REQUEST_FN(sim_fault_busywrite);
REQUEST_FN(sim_fault_powercut);
REPLY_FN(sim_fault_count);
REPLY_FN(sim_fault_wrap98);
REPLY_FN(sim_fault_loseanswer);
REPLY_FN(sim_fault_cutafter);
WIRE_FN(sim_fault_drop);
WIRE_FN(sim_fault_badcrc);
WIRE_FN(sim_fault_truncate);
WIRE_FN(sim_fault_flip);
WIRE_FN(sim_fault_late);
WIRE_FN(sim_fault_lateevery);
WIRE_FN(sim_fault_dup);
WIRE_FN(sim_fault_dupdelay);
WIRE_FN(sim_fault_reorder);
WIRE_FN(sim_fault_flood);
WIRE_FN(sim_fault_foreign);
WIRE_FN(sim_fault_noise13);
WIRE_FN(sim_fault_event);
CONNECT_FN(sim_fault_junk);
CONNECT_FN(sim_fault_stale);

#endif

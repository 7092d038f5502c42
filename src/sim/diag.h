/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside of the simulated modem: its state and the helpers every command handler uses. */
#ifndef SIM_DIAG_H
#define SIM_DIAG_H

#include "sim/modem.h"
#include "sim/unit_store.h"

/* Error frames: the code, then a copy of the request (facts: diag-protocol 4.2). */
enum {
    SIM_BAD_CMD = 0x13,
    SIM_BAD_PARM = 0x14,
    SIM_BAD_LEN = 0x15,
    SIM_BAD_MODE = 0x18,
    SIM_BAD_SPC = 0x42,
    SIM_BAD_SECURITY = 0x47
};

enum sim_mode {
    SIM_OFFLINE_A = 0,
    SIM_OFFLINE_D = 1,
    SIM_RESET = 2,
    SIM_FTM = 3,
    SIM_ONLINE = 4,
    SIM_LPM = 5,
    SIM_POWER_OFF = 6
};

#define SIM_HANDLES 64u

struct sim_file {
    int used, wrote, is_nv;
    struct sim_node *node; /* NULL for an NV alias */
    unsigned nv_sub, nv_id;
    uint32_t flags;
    uint64_t pos; /* for LSEEK64 only: READ and WRITE carry their offset */
};

struct sim_dirent {
    char *name;
    uint32_t type, mode, size, mtime;
};

struct sim_dir {
    int used;
    struct sim_dirent *v; /* as it was at OPENDIR */
    size_t n;
};

/* One EFS2 server: a tree and the handles its clients hold. */
struct sim_volume {
    struct sim_tree *tree;
    struct sim_file file[SIM_HANDLES];
    struct sim_dir dir[SIM_HANDLES]; /* handle n is dir[n - 1] */
    uint32_t token;                  /* of the sync under way, 0 = none */
    uint32_t next_token;
    unsigned polls_left;
};

struct sim_modem {
    struct sim_unit *unit;
    struct sim_volume volume[2];
    enum sim_mode mode;
    int spc_ok, password_ok, hung;
    unsigned spc_wrong, unsynced;
    uint64_t now_us, started_us, last_write_us;
    uint64_t requests, writes;
};

/* A request under way. */
struct sim_call {
    struct sim_modem *m;
    struct sim_volume *vol; /* EFS only */
    const uint8_t *req;
    size_t n;
    struct sim_reply *r;
};

typedef void (*sim_handler)(struct sim_call *c);

/* Starts a reply: `total` bytes, the first `echo` of them from the request, the rest zero. */
uint8_t *sim_answer(struct sim_call *c, size_t echo, size_t total);
void sim_refuse(struct sim_call *c, int code);
void sim_note(struct sim_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int sim_quirk(const struct sim_call *c, const char *name);
int sim_apps_only(const struct sim_modem *m);
/* A change has been made in memory; it is lost at a power cut before the next commit. */
void sim_changed(struct sim_modem *m);

/* diag_info.c */
void sim_diag_verno(struct sim_call *c);
void sim_diag_esn(struct sim_call *c);
void sim_diag_version(struct sim_call *c);
void sim_diag_time(struct sim_call *c);
void sim_diag_features(struct sim_call *c);
void sim_diag_build_id(struct sim_call *c);
void sim_diag_loopback(struct sim_call *c);
void sim_diag_log_config(struct sim_call *c);
void sim_diag_ext_msg(struct sim_call *c);
void sim_diag_events(struct sim_call *c);

/* diag_control.c */
void sim_diag_control(struct sim_call *c);
void sim_diag_spc(struct sim_call *c);
void sim_diag_password(struct sim_call *c);
void sim_diag_dload(struct sim_call *c);

/* diag_subsys.c: everything under 4B. */
void sim_diag_subsys(struct sim_call *c);

/* nv.c */
void sim_nv_read(struct sim_call *c);
void sim_nv_write(struct sim_call *c);
void sim_nv_read_indexed(struct sim_call *c);
void sim_nv_write_indexed(struct sim_call *c);
/* May this item be written now? 0, an NV status, or 256 + an error frame. Stores it if so. */
int sim_nv_put(struct sim_modem *m, unsigned sub, unsigned id, const uint8_t *data);

/* efs.c */
void sim_efs_request(struct sim_call *c);
void sim_efs_close_all(struct sim_modem *m);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An upgrade by AT+QFOTADL in the simulated module: what is kept over a power cut, what goes on
 * now, and the parts it is made of. The AT side owns one. */
#ifndef SIM_FOTA_H
#define SIM_FOTA_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct sim_at;
struct sim_unit;
struct sim_node;

#define SIM_VERSION_CAP  128
#define SIM_PERCENTS     256
#define SIM_FOTA_FOREVER UINT64_MAX

enum sim_fota_form { SIM_FOTA_LOCAL, SIM_FOTA_FTP, SIM_FOTA_HTTP, SIM_FOTA_HTTPS };

/* What a start finds: nothing; an upgrade to go on with; the copying back of a BG96; an end that
 * only a start is missing to. */
enum sim_fota_stage { SIM_FOTA_IDLE, SIM_FOTA_UPDATE, SIM_FOTA_RESTORE, SIM_FOTA_FINISHED };

/* fota/state of the unit folder. */
struct sim_fota_kept {
    uint32_t stage, form, tries;
    uint32_t apn_type, pid;
    char apn[128], user[128], password[128];
    char package[160]; /* its path in the unit's tree; "": fota/package of the folder */
    char to[SIM_VERSION_CAP], base[SIM_VERSION_CAP], build[SIM_VERSION_CAP];
};

enum sim_fota_step {
    SIM_STEP_NONE,
    SIM_STEP_FETCH,
    SIM_STEP_FETCHING,
    SIM_STEP_FETCHED,
    SIM_STEP_INTO_RECOVERY,
    SIM_STEP_START,
    SIM_STEP_PERCENT,
    SIM_STEP_CONTINUE,
    SIM_STEP_RESTORE,
    SIM_STEP_END,
    SIM_STEP_RESET,
};

struct sim_fetch;
struct sim_fota {
    struct sim_fota_kept kept;
    int loaded;
    int recovery; /* started for the upgrade only: neither DIAG nor AT */
    enum sim_fota_step step;
    uint64_t due_us;
    int code; /* of the step to come */
    char url[600];
    struct sim_fetch *fetch;
    int percent[SIM_PERCENTS];
    size_t percents, at;
    int cut_at;             /* powercut=percent, =restore: before that line */
    int cut_done, upgraded; /* upgraded: by this run of the program */
};

/* ---- fota_state.c: all of it is on disk when a call returns ---- */
int sim_fota_load(struct sim_unit *u, struct sim_fota_kept *k);
int sim_fota_save(struct sim_unit *u, const struct sim_fota_kept *k);
int sim_fota_keep_package(struct sim_unit *u, const uint8_t *p, size_t n);
/* 0 and bytes to free, or -1. */
int sim_fota_package(struct sim_unit *u, uint8_t **p, size_t *n);
void sim_fota_drop_package(struct sim_unit *u);

/* ---- fota_package.c: the simulator's own package form (docs/formats/unit.md). Pure ---- */
enum sim_package_verdict {
    SIM_PACKAGE_FITS,
    SIM_PACKAGE_NO_ZIP,  /* not a zip, cut, a wrong sum */
    SIM_PACKAGE_FOREIGN, /* a sound zip without versions in it */
    SIM_PACKAGE_PROJECT, /* for another module */
    SIM_PACKAGE_SOURCE,  /* for another version */
};
struct sim_package {
    char from[SIM_VERSION_CAP], to[SIM_VERSION_CAP], base[SIM_VERSION_CAP], build[SIM_VERSION_CAP];
};
enum sim_package_verdict sim_package_check(const uint8_t *p, size_t n, const char *version,
                                           struct sim_package *out);

/* ---- fota_net.c: a download that never blocks ---- */
enum sim_fetch_result {
    SIM_FETCH_OK,
    SIM_FETCH_NO_SERVER,
    SIM_FETCH_REFUSED,
    SIM_FETCH_ABSENT,
    SIM_FETCH_TIMEOUT,
    SIM_FETCH_TOO_LARGE,
    SIM_FETCH_BROKEN,
    SIM_FETCH_RESULTS
};
struct sim_fetch_ask {
    const char *url;
    const char *network; /* HOST:PORT that every connection goes to; NULL: the loopback only */
    const struct sim_node *ca, *cert, *key; /* NULL: none */
    size_t most;                            /* bytes */
    long timeout_ms;
    int breaks; /* the network is lost when the first bytes have come */
};
struct sim_fetch *sim_fetch_begin(const struct sim_fetch_ask *ask); /* NULL: no memory */
int sim_fetch_poll(struct sim_fetch *f);                            /* 1 when it is over */
enum sim_fetch_result sim_fetch_result(const struct sim_fetch *f);
const struct qd_buf *sim_fetch_data(const struct sim_fetch *f);
void sim_fetch_free(struct sim_fetch **f);

/* ---- at_fota_flow.c ---- */
/* A start, of whatever cause: goes on where the flash says. */
void sim_fota_boot(struct sim_at *a);
int sim_fota_tick(struct sim_at *a); /* 0, or -1 out of memory */
uint64_t sim_fota_due(const struct sim_at *a);
int sim_fota_active(const struct sim_at *a);
int sim_fota_fetching(const struct sim_at *a); /* sim_fota_tick wants to be called often */
int sim_fota_hides_diag(struct sim_at *a);     /* no DIAG port now */
int sim_fota_deaf(const struct sim_at *a);     /* nobody reads what the AT port gets */
void sim_fota_free(struct sim_at *a);

/* ---- at_fota_after.c: the start behind END,0 ---- */
void sim_fota_finish(struct sim_at *a);

#endif

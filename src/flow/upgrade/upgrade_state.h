/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The file that says where a run of an upgrade is (schema qdiag.fota-run/1), so that a watcher can
 * go on after a crash, or under a new name of the port. No identity stands in it in the clear, and
 * no password. */
#ifndef QD_FLOW_UPGRADE_UPGRADE_STATE_H
#define QD_FLOW_UPGRADE_UPGRADE_STATE_H

#include <qdiag/fota.h>

#include "flow/unit/at_port.h"

struct qd_run_state {
    char at[512], usb_path[32]; /* the port: its address, its place on USB */
    int interface;
    char salt[33], unit[65]; /* SHA-256 over salt and IMEI; hexadecimal */
    char last[8];            /* last digits */
    char model[64], family[16];
    char source[QDIAG_VERSION_CAP], target[QDIAG_VERSION_CAP], target_other[QDIAG_VERSION_CAP];
    char argument[640]; /* the command, without its password */
    char backup[512];
    char backup_sha256[65]; /* "" = not noted */
    char stage[16];         /* qdiag_fota_state_name */
    unsigned attempts;
    int code;               /* -1 = none */
    int64_t restores;       /* counted before; -1 = not known */
    char package[96];       /* to be deleted afterwards in the user's storage; "" = none */
    int64_t copies;         /* of the module's own backup before, to be renewed; -1 = it is not */
    int64_t began, changed; /* Unix time */
};

/* Fills port and unit. 0, or -FAILED (no random salt). */
int qd_run_state_about(struct qd_run_state *s, const struct qdiag_at *at, const char *imei,
                       struct qdiag_error *e);

/* Whether an IMEI is that of the file: 1, 0. */
int qd_run_state_is(const struct qd_run_state *s, const char *imei);

/* 1: the run has not come to a result yet. */
int qd_run_state_open(const struct qd_run_state *s);

int qd_run_state_save(const char *path, const struct qd_run_state *s, struct qdiag_error *e);

/* Reads the text of such a file. Pure. -FILE_UNKNOWN. */
int qd_run_state_parse(const void *p, size_t n, const char *name, struct qd_run_state *s,
                       struct qdiag_error *e);

/* -LOCAL_FILE, -FILE_UNKNOWN (no such schema, or a field is missing). */
int qd_run_state_load(const char *path, struct qd_run_state *s, struct qdiag_error *e);

#endif

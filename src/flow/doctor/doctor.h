/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From what was observed to findings. The observing is doctor_look.c's. */
#ifndef QD_FLOW_DOCTOR_DOCTOR_H
#define QD_FLOW_DOCTOR_DOCTOR_H

#include <qdiag/doctor.h>
#include <qdiag/identity.h>
#include <qdiag/ufs.h>

enum qd_doctor_at_imei { QD_AT_IMEI_UNKNOWN, QD_AT_IMEI_NONE, QD_AT_IMEI_THERE, QD_AT_IMEI_OTHER };

/* Numbers that may be unknown are -1 then. */
struct qd_doctor_facts {
    int listed;        /* the address means one of the ports that are listed */
    int modules;       /* connected */
    char download[96]; /* ids of those in download mode, "" = none */
    int has_diag;      /* the module shows a DIAG port */
    char at_port[64];  /* "" = not known */
    char address[128], node[64];
    char face[64];           /* "1-4.2:1.0", "" = not on USB */
    char driver[32];         /* of the DIAG interface, "" = none */
    char sibling_driver[32]; /* the serial driver of another interface, "" = none */
    int access;              /* 1 we may use the node, 0 not */
    unsigned mode, me;       /* of the node; our user id */
    char owner[32], group[32];
    char holders[160]; /* "process 812 (ModemManager)", "" = none found */
    int holders_known;
    int manager_holds;
    long manager;  /* pid of ModemManager, 0 = does not run */
    int open_code; /* 0 = opened; -1 not tried; else the error */
    char open_why[256];
    int is_modem;
    int locked;
    int read; /* identity was read */
    enum qdiag_ident_state imei[QDIAG_SUBS];
    char imei_digits[QDIAG_SUBS][16]; /* to compare, never to be told */
    int ftm;
    int rfnv, tcxomgr, rf_items; /* how many of each are there */

    /* Through the AT port. */
    int at_mode; /* AT+CFUN? */
    enum qd_doctor_at_imei at_imei;
    struct qdiag_ufs_state copy[2];
    char at_why[256]; /* why there is nothing of the above, or not all */
};

/* Fills the last part. device: where DIAG was opened, or the address that was asked for. Errors:
 * CANCELLED, NO_MEMORY; all else is a fact. */
int qd_doctor_look_at(struct qd_doctor_facts *f, struct qdiag_context *c, const char *at,
                      const char *device, const char *serial, struct qdiag_error *e);

/* No fact known yet. */
void qd_doctor_facts_init(struct qd_doctor_facts *f);

/* Pure: one finding per line of doctor.def. */
int qd_doctor_judge(const struct qd_doctor_facts *f, struct qdiag_doctor_report *r,
                    struct qdiag_error *e);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The state of an upgrade, moved by events alone. Pure: no port, no clock, no memory of its own.
 * The rows are in upgrade_watch.def. */
#ifndef QD_FLOW_UPGRADE_UPGRADE_WATCH_H
#define QD_FLOW_UPGRADE_UPGRADE_WATCH_H

#include "service/fota_codec.h"

enum qd_watch_kind {
    QD_WATCH_URC, /* a line of the upgrade */
    QD_WATCH_OK,  /* results of AT+QFOTADL */
    QD_WATCH_ERROR,
    QD_WATCH_GONE,   /* the port is lost */
    QD_WATCH_BACK,   /* and found again */
    QD_WATCH_RDY,    /* RDY or APP RDY: the unit has started normally */
    QD_WATCH_TICK,   /* time has passed */
    QD_WATCH_VERSION /* the version was read, as QD_WATCH_READ asked for */
};

enum qd_watch_version {
    QD_VERSION_UNREAD, /* no answer, or its application half has not started */
    QD_VERSION_SOURCE,
    QD_VERSION_TARGET,
    QD_VERSION_OTHER /* neither */
};

struct qd_watch_event {
    enum qd_watch_kind kind;
    struct qd_fota_urc urc;
    enum qd_watch_version version;
};

enum qd_watch_action {
    QD_WATCH_LISTEN, /* go on */
    QD_WATCH_FIND,   /* find the port again, then say BACK */
    QD_WATCH_READ,   /* read the version, then say VERSION */
    QD_WATCH_OVER    /* outcome says what came of it */
};

enum qd_watch_outcome {
    QD_WATCH_OPEN,
    QD_WATCH_REFUSED,    /* ERROR: nothing has begun */
    QD_WATCH_IS_TARGET,  /* by its version; identity and calibration are still to be compared */
    QD_WATCH_HAS_FAILED, /* on its old version, and it has ended */
    QD_WATCH_UNKNOWN
};

struct qd_watch_limits { /* ms */
    uint64_t ok, start, download, port_back, first, between, attempt, final, settle;
};

struct qd_watch {
    const struct qd_fota_family *family;
    struct qd_watch_limits limit;
    enum qdiag_fota_state state, resume; /* resume: where a soft limit ran out */
    enum qd_watch_outcome outcome;
    int percent; /* highest of the attempt, -1 = none */
    unsigned attempts, failures;
    int code; /* last error code, -1 = none */
    char stage[8];
    int hopeless;  /* that code does not heal by itself */
    int failed;    /* the unit has said that it gave up */
    int ended;     /* the unit has said END,0 */
    int restarted; /* since it was last seen at work, maybe into its recovery */
    int normal;    /* the same, and it said RDY */
    int away, counted;
    int soft, rank; /* limits below soft have run out; rank of the one being looked into */
    uint64_t since, line, phase;
    const char *expired; /* name of the limit that ran out last; "" */
};

/* family NULL: not known, judged with the most patience. now in ms. */
void qd_watch_begin(struct qd_watch *w, const struct qd_fota_family *family,
                    const struct qdiag_fota_limits *limits, uint64_t now);

/* One event. Says what to do next. */
enum qd_watch_action qd_watch_step(struct qd_watch *w, const struct qd_watch_event *ev,
                                   uint64_t now);

#endif

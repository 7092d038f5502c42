/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DFOTA upgrades (AT+QFOTADL): start one, watch it, prove what came of it.
 *
 * Nothing is concluded from an unsolicited line alone: success is the target version, with identity
 * and calibration equal to the backup. Silence is never failure: a limit that runs out ends in
 * reading the version. Bytes and sources: docs/formats/dfota.md. */
#ifndef QDIAG_FOTA_H
#define QDIAG_FOTA_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/contents.h>
#include <qdiag/device.h>
#include <qdiag/error.h>
#include <qdiag/export.h>
#include <qdiag/preflight.h>
#include <qdiag/ufs.h>

#ifdef __cplusplus
extern "C" {
#endif

enum qdiag_fota_scheme { QDIAG_FOTA_FILE = 0, QDIAG_FOTA_FTP, QDIAG_FOTA_HTTP, QDIAG_FOTA_HTTPS };

/* An argument of AT+QFOTADL, taken apart. */
struct qdiag_fota_argument {
    enum qdiag_fota_scheme scheme;
    char command[640]; /* the whole command line as it will be sent; a password is in it */
    char shown[640];   /* the same without password */
    char host[256], path[513];
    unsigned port;
    char note[160]; /* what to know: "the documented default port of https is 80"; "" */
};

/* Checks and takes apart a source for a family, before anything is sent. Pure.
 *
 * @param family  as qdiag_versions.family.
 * @param text    URL or path in the unit; "" or "1" for BG96's own file.
 * @param a       filled.
 * @param e       set on failure: says the limit and by how much it is passed.
 * Time: none. Unit: none. Owner: borrows all.
 * Returns: 0, -QDIAG_E_USAGE, -QDIAG_E_UNSUPPORTED (no such family, or scheme). */
QDIAG_API int qdiag_fota_argument(const char *family, const char *text,
                                  struct qdiag_fota_argument *a, struct qdiag_error *e);

enum qdiag_fota_state {
    QDIAG_FOTA_SENT = 0,
    QDIAG_FOTA_ACCEPTED,
    QDIAG_FOTA_DOWNLOADING,
    QDIAG_FOTA_DOWNLOADED,
    QDIAG_FOTA_REBOOTING,
    QDIAG_FOTA_UPDATING,
    QDIAG_FOTA_RESTORING, /* BG96 only */
    QDIAG_FOTA_ENDED,
    QDIAG_FOTA_FINAL_REBOOT,
    QDIAG_FOTA_VERIFY,
    QDIAG_FOTA_DONE,
    QDIAG_FOTA_FAILED,
    QDIAG_FOTA_LOST /* unknown */
};

/* "sent", "accepted", "downloading", … "unknown".
 *
 * @param s  the state.
 * Time: none. Unit: none. Owner: a constant. Returns: the name, never NULL. */
QDIAG_API const char *qdiag_fota_state_name(enum qdiag_fota_state s);

/* What an error code of a family's stage means. Pure.
 *
 * @param family  as qdiag_versions.family; not known: every known meaning is listed.
 * @param stage   "http", "ftp" or "end".
 * @param code    the number.
 * @param text    what it says, 320 bytes.
 * @param advice  what to do, 256 bytes.
 * Time: none. Unit: none. Owner: caller's buffers.
 * Returns: 1 known, 0 not. Source: docs/formats/dfota.md. */
QDIAG_API int qdiag_fota_code(const char *family, const char *stage, int code, char text[320],
                              char advice[256]);

struct qdiag_fota_limits { /* seconds; 0 = the default in brackets */
    unsigned ok;           /* (5) */
    unsigned start;        /* first line of a download (60) */
    unsigned download;     /* (900) */
    unsigned port_back;    /* (120) */
    unsigned first;        /* first line after a reboot (90) */
    unsigned between;      /* between two lines (600) */
    unsigned attempt;      /* (2700) */
};

struct qdiag_fota_options {
    struct qdiag_preflight_options preflight; /* source is needed */
    const char *confirm; /* the last digits of the unit's IMEI, 4 or more; NULL = ask */
    const char *state;   /* file that says where a run is, for `watch`; NULL = none */
    const char *device;  /* DIAG address, for a watcher that joined while the port was away */
    struct qdiag_fota_limits limits;
    int keep_package; /* 1: do not delete the package in the unit, no new inner backup */
    int (*ask)(const char *what, char answer[64], void *user); /* NULL: nobody to ask */
    /* Called at each change; percent -1 = none. */
    void (*event)(enum qdiag_fota_state s, int percent, unsigned attempt, const char *line,
                  void *user);
    void *user;
};

struct qdiag_fota_report {
    struct qdiag_preflight preflight; /* of a run */
    enum qdiag_fota_state state;
    unsigned attempts;
    int code;      /* last error code of the unit; -1 = none */
    char stage[8]; /* of it: "http", "ftp", "end" */
    char code_text[320], advice[256];
    struct qdiag_versions before, after;
    char target[QDIAG_VERSION_CAP];
    char target_other[QDIAG_VERSION_CAP]; /* the other reading of the package's name; "" = none */
    int version_is_target, identity_equal, calibration_equal; /* 1, 0, -1 not known */
    uint32_t restores_before, restores_after;
    int package_deleted, inner_backup; /* 1 done, 0 not, -1 does not apply */
    struct qdiag_diff_report *diff;    /* backup against unit; NULL = not compared */
    char next[512];                    /* a command to give next; "" */
};

/* Sends a package to the unit's user storage, where the family's upgrade finds it.
 *
 * @param at    the AT port.
 * @param path  the local package.
 * @param name  its name in the unit, NULL = the file's own.
 * @param argument  set to the source to give to a run, 512 bytes.
 * @param e     set on failure.
 * Time: as long as the line takes. Unit: writes (a user's file). Owner: borrows all.
 * Returns: 0, as qdiag_user_file_put, -QDIAG_E_UNSUPPORTED (BG96's /fota is not reachable). */
QDIAG_API int qdiag_fota_upload(struct qdiag_at *at, const char *path, const char *name,
                                char argument[512], struct qdiag_error *e);

/* Preflight, confirmation, start, watch, verify.
 *
 * @param at   the AT port; it is closed and opened again around reboots.
 * @param dev  the unit's DIAG port; opened again as well (qdiag_device_return).
 * @param o    what and how.
 * @param r    filled, also on failure; free with qdiag_fota_report_free.
 * @param e    set on failure; touch says whether the firmware may have changed.
 * Time: up to some hours. Unit: writes (its firmware). Owner: the caller owns what r holds.
 * Returns: 0 (target version, identity and calibration equal); as qdiag_preflight when nothing was
 *          sent; -QDIAG_E_REFUSED; -QDIAG_E_FOTA_FAILED (on the old version),
 *          -QDIAG_E_FOTA_UNKNOWN, -QDIAG_E_FOTA_DIFFERS (upgraded, but identity or calibration
 *          differs), -QDIAG_E_PARTLY (all is right, but the module's own backup is not renewed),
 *          -QDIAG_E_CANCELLED (before it was sent; after that a stop is FOTA_UNKNOWN).
 * Source: docs/formats/dfota.md. */
QDIAG_API int qdiag_fota_run(struct qdiag_at *at, struct qdiag_device *dev,
                             const struct qdiag_fota_options *o, struct qdiag_fota_report *r,
                             struct qdiag_error *e);

/* Joins an upgrade that goes on, whoever started it, at any state; ends with the verification when
 * a backup is named.
 *
 * @param at   the AT port.
 * @param dev  the unit's DIAG port; NULL: identity is compared over AT only, calibration unknown.
 * @param o    state, limits, preflight.backup and preflight.to count.
 * @param r    as qdiag_fota_run.
 * @param e    set on failure.
 * Time: up to some hours. Unit: reads only. Owner: as qdiag_fota_run.
 * Returns: as qdiag_fota_run. 0 and -QDIAG_E_PARTLY tell of the module's own backup and of the
 *          package only when o->state names the file of a run. */
QDIAG_API int qdiag_fota_watch(struct qdiag_at *at, struct qdiag_device *dev,
                               const struct qdiag_fota_options *o, struct qdiag_fota_report *r,
                               struct qdiag_error *e);

/* Where the AT port of a run that goes on is now, by its state file: at the unit's place on USB,
 * under whatever name it has there, else as it was.
 *
 * @param c        the context.
 * @param state    the state file.
 * @param address  set, for qdiag_at_listen.
 * @param e        set on failure.
 * Time: none. Unit: none. Owner: borrows all.
 * Returns: 0, -QDIAG_E_LOCAL_FILE, -QDIAG_E_FILE_UNKNOWN, -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_fota_where(struct qdiag_context *c, const char *state, char address[512],
                               struct qdiag_error *e);

/* After an upgrade: version, identity over AT and DIAG, calibration item by item, the count of
 * restores.
 *
 * @param at   the AT port.
 * @param dev  the unit's DIAG port.
 * @param o    preflight.backup and preflight.to count (to NULL: the version is only shown).
 * @param r    as qdiag_fota_run.
 * @param e    set on failure.
 * Time: as a backup. Unit: reads only. Owner: as qdiag_fota_run.
 * Returns: 0, -QDIAG_E_FOTA_FAILED, -QDIAG_E_FOTA_UNKNOWN, -QDIAG_E_FOTA_DIFFERS,
 *          -QDIAG_E_NOT_SAME_UNIT, and as qdiag_verify. */
QDIAG_API int qdiag_fota_verify(struct qdiag_at *at, struct qdiag_device *dev,
                                const struct qdiag_fota_options *o, struct qdiag_fota_report *r,
                                struct qdiag_error *e);

/* Frees what a report holds.
 *
 * @param r  the report; the struct itself stays the caller's.
 * Time: none. Unit: none. Owner: takes the contents. Returns: nothing. */
QDIAG_API void qdiag_fota_report_free(struct qdiag_fota_report *r);

#ifdef __cplusplus
}
#endif
#endif

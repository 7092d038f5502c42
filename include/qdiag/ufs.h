/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The AT side: the module's own backups of its file systems (AT+QPRTPARA), and a user's files.
 * Bytes and sources: docs/formats/at.md. */
#ifndef QDIAG_UFS_H
#define QDIAG_UFS_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/device.h>
#include <qdiag/error.h>
#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qdiag_at; /* an open AT port */

/* Opens a unit's AT port: the one that is named, or the one of a unit that is found on USB. Found is
 * the one unit that device and serial mean, and of its ports the surest that takes AT by table and
 * descriptors, that nobody has open, and that answers AT with OK. A port that discovery knows as DIAG
 * is refused, also under another name: no AT byte goes there. ModemManager is asked to leave the unit
 * alone, as by qdiag_device_open.
 *
 * @param c        the context; must outlive the port. Nothing is captured.
 * @param address  "tty:/dev/…", "tcp:HOST:PORT", "unix:/path"; "auto" or NULL: found.
 * @param device   the unit, only when it is to be found: "auto" or NULL (exactly one, else refused),
 *                 "usb:VID:PID[@BUS-PORT]", or "tty:/dev/…", any port of it.
 * @param serial   only a unit with this USB serial number counts when it is to be found; NULL = any.
 * @param at       set on success.
 * @param e        set on failure.
 * Time: up to about 20 s for each port when nothing answers. Unit: reads only (echo and result form
 * are set for the session and given back).
 * Owner: the caller; close with qdiag_at_close.
 * Returns: 0, -QDIAG_E_USAGE, -QDIAG_E_POLICY (a DIAG port), -QDIAG_E_NO_UNIT (also: not on USB, so
 *          that its AT port has to be named), -QDIAG_E_MANY_UNITS, -QDIAG_E_BUSY,
 *          -QDIAG_E_PERMISSION, -QDIAG_E_OPEN_FAILED, -QDIAG_E_LINK_SILENT, -QDIAG_E_LINK_GONE,
 *          -QDIAG_E_LINK_IO, -QDIAG_E_PROTOCOL, -QDIAG_E_CANCELLED, -QDIAG_E_NO_MEMORY,
 *          -QDIAG_E_LOCAL_FILE.
 * Source: docs/formats/at.md. */
QDIAG_API int qdiag_at_find(struct qdiag_context *c, const char *address, const char *device,
                            const char *serial, struct qdiag_at **at, struct qdiag_error *e);

/* The same without anything that narrows the choice.
 *
 * @param c        as for qdiag_at_find.
 * @param address  as for qdiag_at_find.
 * @param at       set on success.
 * @param e        set on failure.
 * Time: as qdiag_at_find. Unit: reads only. Owner: the caller; close with qdiag_at_close.
 * Returns: as qdiag_at_find. */
QDIAG_API int qdiag_at_open(struct qdiag_context *c, const char *address, struct qdiag_at **at,
                            struct qdiag_error *e);

/* Where a port is looked for: as the arguments of qdiag_at_find. */
struct qdiag_at_place {
    const char *address, *device, *serial;
};

/* Opens a unit's AT port and sends nothing: for a unit that may be in the middle of an upgrade, when
 * it does not answer. For qdiag_fota_watch; other calls need a port of qdiag_at_open.
 *
 * @param c        the context; must outlive the port.
 * @param place    where.
 * @param wait_s   how long a port that is not there may take to come back, seconds.
 * @param at       set on success.
 * @param e        set on failure.
 * Time: up to wait_s. Unit: none.
 * Owner: the caller; close with qdiag_at_close.
 * Returns: 0, -QDIAG_E_USAGE, -QDIAG_E_POLICY (a DIAG port), -QDIAG_E_NO_UNIT, -QDIAG_E_BUSY,
 *          -QDIAG_E_PERMISSION, -QDIAG_E_OPEN_FAILED, -QDIAG_E_LINK_GONE, -QDIAG_E_LINK_IO,
 *          -QDIAG_E_CANCELLED, -QDIAG_E_NO_MEMORY, -QDIAG_E_LOCAL_FILE. */
QDIAG_API int qdiag_at_listen(struct qdiag_context *c, const struct qdiag_at_place *place,
                              unsigned wait_s, struct qdiag_at **at, struct qdiag_error *e);

/* Closes an AT port, gives its settings back, and sets the pointer to NULL.
 *
 * @param at  address of the pointer; a NULL pointer inside is fine.
 * Time: a second at most. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_at_close(struct qdiag_at **at);

enum qdiag_ufs { QDIAG_UFS = 0, QDIAG_EUFS = 1 }; /* modem side, application side */

struct qdiag_ufs_state {
    int known;          /* 0: the unit has no such backup, or did not tell */
    int valid;          /* a backup is there and valid; of UFS: one was counted */
    uint32_t backups, restores;
    uint32_t pages, page_limit; /* of 2048 bytes; the limit is a usual one */
    uint32_t probe[10]; /* restores at each probe point */
    uint32_t bad_blocks;
    uint32_t bad_part[4]; /* EUFS: data and info area of the modem's, of the application's copy */
};

struct qdiag_ufs_status {
    char address[512], model[64], family[16], firmware[128];
    char imei[16]; /* "" = none */
    struct qdiag_ufs_state fs[2];
    char warning[6][128]; /* sentences for people */
    size_t warnings;
};

/* Reads the state of the module's own backups.
 *
 * @param at  the port.
 * @param s   filled.
 * @param e   set on failure.
 * Time: a few commands; up to 5 s each. Unit: reads only. Owner: borrows at.
 * Returns: 0, -QDIAG_E_UNSUPPORTED (no such command), -QDIAG_E_PROTOCOL (an answer of another form;
 *          names the field), -QDIAG_E_REFUSED, -QDIAG_E_TIMEOUT, -QDIAG_E_UNKNOWN (reset meanwhile),
 *          -QDIAG_E_LINK_*, -QDIAG_E_CANCELLED, -QDIAG_E_NO_MEMORY.
 * Source: docs/formats/at.md. */
QDIAG_API int qdiag_ufs_status(struct qdiag_at *at, struct qdiag_ufs_status *s,
                               struct qdiag_error *e);

struct qdiag_ufs_options {
    enum qdiag_ufs fs;
    const char *backup;    /* a complete DIAG backup of this unit, with its manifest */
    unsigned max_age_h;    /* how old it may be, hours; 0 = 24 */
    unsigned wait_ms;      /* how long the copy may take; 0 = 30000 */
    int force;             /* also when a fresh confirmed one is there */
    int dry_run;           /* every check, and nothing is sent that changes the unit */
    const char *confirm;   /* restore: the last digits of the IMEI, 4 or more; NONE without IMEI */
};

struct qdiag_ufs_report {
    struct qdiag_ufs_status unit;
    struct qdiag_ufs_state before, after;
    int skipped;  /* a fresh confirmed backup was there: nothing was sent */
    int repeated; /* the one repeat was needed */
    char would_send[64]; /* dry run: the commands that were not sent; "" = none */
    char note[256];
};

/* Makes the module's own backup: after a health check, with a fresh DIAG backup of the same unit at
 * hand, once; confirmed by the counters. Power must not be cut.
 *
 * @param at      the AT port.
 * @param dev     the same unit's DIAG port.
 * @param o       what and how.
 * @param r       filled, also on failure as far as it went.
 * @param e       set on failure; its touch says whether the copy may have changed.
 * Time: wait_ms, twice when it was interrupted. Unit: writes (the module's own backup partition;
 * nothing when it is a dry run).
 * Owner: borrows all.
 * Returns: 0 (confirmed, or skipped), as qdiag_ufs_status and qdiag_identity_read,
 *          -QDIAG_E_USAGE, -QDIAG_E_POLICY (unhealthy, or the DIAG backup will not do),
 *          -QDIAG_E_NOT_SAME_UNIT (also: two USB devices), -QDIAG_E_FILE_*, -QDIAG_E_LOCAL_FILE,
 *          -QDIAG_E_READBACK_DIFFERS
 *          (not confirmed), -QDIAG_E_ITEM_UNKNOWN (cannot tell what the copy holds).
 * Source: docs/formats/at.md. */
QDIAG_API int qdiag_ufs_backup(struct qdiag_at *at, struct qdiag_device *dev,
                               const struct qdiag_ufs_options *o, struct qdiag_ufs_report *r,
                               struct qdiag_error *e);

/* Puts the module's own backup back: overwrites the live file system at a reset, which is made, and
 * confirms it by the counters.
 *
 * @param at  the AT port; it is closed and opened again around the reset.
 * @param o   fs, wait_ms, dry_run and confirm count; a dry run needs no confirm.
 * @param r   filled, also on failure as far as it went.
 * @param e   set on failure.
 * Time: up to 3 minutes. Unit: writes (the live file system; nothing when it is a dry run).
 * Owner: borrows all.
 * Returns: 0 (confirmed after the reset), as qdiag_ufs_status, -QDIAG_E_USAGE (no confirmation),
 *          -QDIAG_E_NOT_SAME_UNIT (other digits), -QDIAG_E_POLICY (there is nothing to restore),
 *          -QDIAG_E_READBACK_DIFFERS, -QDIAG_E_ITEM_UNKNOWN.
 * Source: docs/formats/at.md. */
QDIAG_API int qdiag_ufs_restore(struct qdiag_at *at, const struct qdiag_ufs_options *o,
                                struct qdiag_ufs_report *r, struct qdiag_error *e);

struct qdiag_user_file {
    char name[128];
    uint32_t size;
};

struct qdiag_user_files {
    struct qdiag_user_file *file;
    size_t count;
    uint64_t free_bytes, total_bytes; /* 0, 0 = not told */
};

/* Lists a user's files in the unit.
 *
 * @param at    the port.
 * @param list  filled; free with qdiag_user_files_free.
 * @param e     set on failure.
 * Time: two commands. Unit: reads only. Owner: the caller owns the list.
 * Returns: 0, -QDIAG_E_REFUSED, -QDIAG_E_PROTOCOL, -QDIAG_E_TIMEOUT, -QDIAG_E_UNKNOWN,
 *          -QDIAG_E_LINK_*, -QDIAG_E_CANCELLED, -QDIAG_E_NO_MEMORY, -QDIAG_E_UNSUPPORTED. */
QDIAG_API int qdiag_user_files_get(struct qdiag_at *at, struct qdiag_user_files *list,
                                   struct qdiag_error *e);

/* Frees what a list holds.
 *
 * @param list  the list; the struct itself stays the caller's.
 * Time: none. Unit: none. Owner: takes the contents. Returns: nothing. */
QDIAG_API void qdiag_user_files_free(struct qdiag_user_files *list);

/* Sends a local file to the unit; its size and checksum there are compared.
 *
 * @param at    the port.
 * @param path  the local file, 1 byte to 64 MiB.
 * @param name  its name in the unit, 1 to 80 bytes; one that exists is refused.
 * @param e     set on failure.
 * Time: as long as the line takes. Unit: writes (a user's file). Owner: borrows all.
 * Returns: 0, as qdiag_user_files_get, -QDIAG_E_USAGE, -QDIAG_E_LOCAL_FILE,
 *          -QDIAG_E_READBACK_DIFFERS (another size or checksum), -QDIAG_E_ITEM_UNKNOWN. */
QDIAG_API int qdiag_user_file_put(struct qdiag_at *at, const char *path, const char *name,
                                  struct qdiag_error *e);

/* Makes the checks of qdiag_user_file_put and sends nothing that changes the unit: the local file, the
 * name, that the unit has no file of that name, and its free space where it tells.
 *
 * @param at       the port.
 * @param path     the local file.
 * @param name     its name in the unit.
 * @param command  the command that would be sent.
 * @param e        set on failure.
 * Time: two commands. Unit: reads only. Owner: borrows all.
 * Returns: 0, as qdiag_user_files_get, -QDIAG_E_USAGE, -QDIAG_E_LOCAL_FILE, -QDIAG_E_POLICY (it is
 *          there already, or does not fit). */
QDIAG_API int qdiag_user_file_put_check(struct qdiag_at *at, const char *path, const char *name,
                                        char command[160], struct qdiag_error *e);

/* Fetches a file of the unit into a local file; size and checksum are compared.
 *
 * @param at    the port.
 * @param name  its name in the unit.
 * @param path  the local file; one that exists is replaced whole.
 * @param e     set on failure.
 * Time: as long as the line takes. Unit: reads only. Owner: borrows all.
 * Returns: 0, as qdiag_user_files_get, -QDIAG_E_ABSENT, -QDIAG_E_USAGE, -QDIAG_E_LOCAL_FILE. */
QDIAG_API int qdiag_user_file_get(struct qdiag_at *at, const char *name, const char *path,
                                  struct qdiag_error *e);

/* Deletes a user's file in the unit.
 *
 * @param at    the port.
 * @param name  its name in the unit.
 * @param e     set on failure.
 * Time: one command. Unit: writes (a user's file). Owner: borrows all.
 * Returns: 0, as qdiag_user_files_get, -QDIAG_E_USAGE, -QDIAG_E_ITEM_UNKNOWN. */
QDIAG_API int qdiag_user_file_delete(struct qdiag_at *at, const char *name,
                                     struct qdiag_error *e);

/* Makes the checks of qdiag_user_file_delete and sends nothing that changes the unit: the name, and
 * that the unit has such a file.
 *
 * @param at       the port.
 * @param name     its name in the unit.
 * @param command  the command that would be sent.
 * @param e        set on failure.
 * Time: one command. Unit: reads only. Owner: borrows all.
 * Returns: 0, as qdiag_user_files_get, -QDIAG_E_USAGE, -QDIAG_E_ABSENT. */
QDIAG_API int qdiag_user_file_delete_check(struct qdiag_at *at, const char *name,
                                           char command[160], struct qdiag_error *e);

#ifdef __cplusplus
}
#endif
#endif

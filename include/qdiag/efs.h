/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Files and folders in the EFS of a connected unit. Reading only; changes go through restore.h.
 *
 * A path is absolute ("/nv/item_files"; a missing first slash is added) and may name its file
 * system: "13:/…" or "3e:/…", the DIAG subsystem behind which it stands. Without one it is 0x13, or 0x3E on
 * a unit that answers there only. */
#ifndef QDIAG_EFS_H
#define QDIAG_EFS_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/device.h>
#include <qdiag/error.h>
#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

enum qdiag_efs_kind {
    QDIAG_EFS_UNKNOWN = 0,
    QDIAG_EFS_FILE,
    QDIAG_EFS_ITEM, /* an NV item kept as a file (mode 0160000) */
    QDIAG_EFS_DIR,
    QDIAG_EFS_LINK
};

struct qdiag_efs_entry {
    const char *path; /* absolute */
    enum qdiag_efs_kind kind;
    uint32_t mode; /* as the unit tells it, type bits included */
    uint32_t size; /* bytes */
    char time[32]; /* of the last change: UTC, "no date", or "" */
    const char *target;     /* of a link; else "" */
    const char *class_name; /* "identity", "calibration", …, "unknown" */
    int is_private;         /* says who a unit is, or opens it */
};

struct qdiag_efs_list {
    unsigned subsystem; /* 0x13 or 0x3E */
    struct qdiag_efs_entry *entry; /* by folder and name */
    size_t count;
    char **trouble; /* folders that could not be listed, one sentence each */
    size_t trouble_count;
};

/* Lists a folder, a whole tree, or one file. What the unit's own listing does not show is not in it.
 *
 * @param dev   the device.
 * @param path  the folder or file.
 * @param deep  1: everything below, too.
 * @param list  filled; free with qdiag_efs_list_free. Also with -QDIAG_E_INCOMPLETE.
 * @param e     set on failure; wire holds the EFS errno or the DIAG error byte.
 * Time: one request per entry. Unit: reads only. Owner: the caller owns the list.
 * Returns: 0; -QDIAG_E_INCOMPLETE (folders below could not be listed: trouble names them),
 *          -QDIAG_E_ABSENT, -QDIAG_E_REFUSED, -QDIAG_E_LOCKED, -QDIAG_E_UNSUPPORTED (no EFS),
 *          -QDIAG_E_USAGE, -QDIAG_E_LINK_*, -QDIAG_E_UNSTEADY, -QDIAG_E_CANCELLED,
 *          -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_efs_list(struct qdiag_device *dev, const char *path, int deep,
                             struct qdiag_efs_list *list, struct qdiag_error *e);

/* Tells what one path is, without looking into it.
 *
 * @param dev   the device.
 * @param path  the path.
 * @param list  filled with one entry; free with qdiag_efs_list_free.
 * @param e     set on failure.
 * Time: one or two requests. Unit: reads only. Owner: the caller owns the list.
 * Returns: as qdiag_efs_list. */
QDIAG_API int qdiag_efs_stat(struct qdiag_device *dev, const char *path,
                             struct qdiag_efs_list *list, struct qdiag_error *e);

/* Frees what a list holds.
 *
 * @param list  the list; the struct itself stays the caller's.
 * Time: none. Unit: none. Owner: takes the contents. Returns: nothing. */
QDIAG_API void qdiag_efs_list_free(struct qdiag_efs_list *list);

/* Contents of one file or item file, whole or not at all.
 *
 * @param dev   the device.
 * @param path  the file.
 * @param show  0: a file that says who a unit is, or opens it, is not given out.
 * @param p     set to the bytes; free with qdiag_efs_data_free.
 * @param n     set to their number, at most 16 MiB.
 * @param e     set on failure.
 * Time: one request per KiB. Unit: reads only. Owner: the caller owns *p.
 * Returns: as qdiag_efs_list, and -QDIAG_E_POLICY (masked), -QDIAG_E_PROTOCOL, -QDIAG_E_TIMEOUT. */
QDIAG_API int qdiag_efs_read(struct qdiag_device *dev, const char *path, int show, uint8_t **p,
                             size_t *n, struct qdiag_error *e);

/* Frees bytes of qdiag_efs_read and sets the pointer to NULL.
 *
 * @param p  address of the pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_efs_data_free(uint8_t **p);

/* Saves one file of the unit as a local file, mode 0600, old-whole or new-whole. Identity and
 * secrets are not masked: the file is to be kept like a backup.
 *
 * @param dev     the device.
 * @param path    the file on the unit.
 * @param local   the file to make; an existing one is replaced whole, or stays.
 * @param size    set to the number of bytes.
 * @param sha256  64 hex digits and NUL.
 * @param e       set on failure.
 * Time: one request per KiB. Unit: reads only. Owner: none.
 * Returns: as qdiag_efs_read, and -QDIAG_E_LOCAL_FILE. */
QDIAG_API int qdiag_efs_get(struct qdiag_device *dev, const char *path, const char *local,
                            uint64_t *size, char sha256[65], struct qdiag_error *e);

#ifdef __cplusplus
}
#endif
#endif

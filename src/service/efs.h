/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The read side of EFS2 over DIAG (subsystem 0x13 or 0x3E). Every call leaves no handle open.
 * Errors of one file or folder: ABSENT (ENOENT), REFUSED (another errno, in e->wire), LOCKED (error
 * 0x42, 0x47), UNSUPPORTED (error 0x13), PROTOCOL (the reply contradicts itself), TIMEOUT,
 * UNSTEADY. Errors that end the session: LINK_*, CANCELLED. */
#ifndef QD_SERVICE_EFS_H
#define QD_SERVICE_EFS_H

#include "base/buf.h"
#include "diag/session.h"

#define QD_EFS_FS  0x13u /* FS */
#define QD_EFS_ALT 0x3Eu /* FS_ALTERNATE */

#define QD_EFS_IFMT  0170000u
#define QD_EFS_IFDIR 0040000u
#define QD_EFS_IFREG 0100000u
#define QD_EFS_IFLNK 0120000u
#define QD_EFS_IFITM 0160000u

#define QD_EFS_FILE_MAX (16u << 20) /* largest file read into memory */
#define QD_EFS_LIST_MAX 200000u     /* most entries taken from one folder */

struct qd_efs {
    struct qd_diag *diag;
    uint8_t subsys;
    uint32_t max_path; /* bytes without NUL, from QUERY; 1024 when not told */
    uint32_t max_dirs; /* from QUERY; 0 = not told */
    uint32_t version;  /* from HELLO */
    uint16_t seq;      /* last sequence number of PUT, TRUNCATE, SYNC */
    unsigned swept;    /* handles of a dead client were closed: QD_EFS_SWEPT_* */
};

#define QD_EFS_SWEPT_DIRS  1u
#define QD_EFS_SWEPT_FILES 2u

struct qd_efs_stat {
    uint32_t mode, size, nlink, atime, mtime, ctime;
};

struct qd_efs_entry {
    char *name;    /* one path component as the unit spelled it; owned by the list */
    uint32_t type; /* entry_type, a hint: 0 file, 1 directory, 2 link, 3 immovable, 15 item */
    struct qd_efs_stat st; /* nlink 0 */
    int unusable;          /* a slash in the name: it may be shown, never asked for */
};

struct qd_efs_list {
    struct qd_efs_entry *v;
    size_t n, cap;
};

/* HELLO, QUERY and STAT("/") on one subsystem. 0 = there is an EFS; -UNSUPPORTED = error 0x13 or
 * nothing usable (text says what came back); -LOCKED = there is one behind a lock (0x42, 0x47). */
int qd_efs_open(struct qd_efs *fs, struct qd_diag *d, uint8_t subsys, struct qdiag_error *e);

int qd_efs_stat(struct qd_efs *fs, const char *path, struct qd_efs_stat *st, struct qdiag_error *e);
int qd_efs_readlink(struct qd_efs *fs, const char *path, struct qd_buf *target,
                    struct qdiag_error *e);

/* Whole contents of a file or item file, opened with oflag 0 only. Never a short result: an error
 * at any chunk is an error of the file. A file that goes on beyond QD_EFS_FILE_MAX is refused. */
int qd_efs_read(struct qd_efs *fs, const char *path, struct qd_buf *out, struct qdiag_error *e);

/* All entries of one folder, sorted by name; "." and ".." left out. A name with a slash is marked
 * unusable, a name that comes twice is -PROTOCOL; any other byte is the unit's own business. Ends
 * on an empty name or errno 0x40000002, never by entry type. */
int qd_efs_list(struct qd_efs *fs, const char *dir, struct qd_efs_list *list,
                struct qdiag_error *e);
void qd_efs_list_free(struct qd_efs_list *list);

/* Which of many paths exist: STAT in batches with checkpoints. found[i]: 1 there, 0 absent, -1
 * refused. wire[i]: the errno (> 0), minus the DIAG error byte (< 0), or 0 when the answer broke
 * the protocol. TIMEOUT and UNSTEADY end the call. */
int qd_efs_exist(struct qd_efs *fs, const char *const *paths, size_t n, int8_t *found,
                 int32_t *wire, struct qdiag_error *e);

/* Name of an EFS errno ("EACCES"), or NULL. */
const char *qd_efs_errno_name(int32_t err);

#endif

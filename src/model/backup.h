/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A backup in memory, independent of the device it came from and of the file it goes to. */
#ifndef QD_MODEL_BACKUP_H
#define QD_MODEL_BACKUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define QD_SUBS    3
#define QD_NV_SIZE 128

struct qd_nv_item {
    uint16_t id;
    uint8_t index; /* array element */
    uint8_t data[QD_NV_SIZE];
};

struct qd_nv_set { /* in the order read; (id, index) unique */
    struct qd_nv_item *v;
    size_t n, cap;
    int present;    /* the container had this array (an empty one counts) */
    uint32_t *slot; /* hash of (id, index): position + 1, 0 = free; kept by backup.c */
    size_t nslot;
};

enum qd_section { QD_SEC_EFS_BACKUP, QD_SEC_PROVISIONING, QD_SEC_NV_ITEMS, QD_SECTIONS };

struct qd_file {
    enum qd_section section;
    char *path;     /* as the container spells it: may lack the leading '/' */
    uint32_t mtime; /* EFS_Backup header time; 0 elsewhere */
    uint8_t *data;
    size_t len;
    uint32_t mode; /* EFS mode, 0 = not known (XQCN does not hold it) */
    uint8_t fs;    /* 0x13, 0x3E; 0 = not known */
    uint8_t borrowed; /* 1: data belongs to somebody else, who lives longer; never freed here */
};

struct qd_file_set {
    struct qd_file *v;
    size_t n, cap;
};

/* Something that is not in the backup, and why. */
enum qd_missing_kind {
    QD_MISSING_UNREADABLE, /* makes the backup incomplete */
    QD_MISSING_WITHHELD,   /* secret or write-only by design */
    QD_MISSING_NOT_HELD    /* read, but this container cannot hold it (links, folders, modes) */
};

struct qd_missing {
    enum qd_missing_kind kind;
    int sub;    /* NV: 0..2; -1 for EFS */
    int32_t nv; /* NV id or -1 */
    uint8_t index;
    uint8_t fs;    /* EFS: 0x13 or 0x3E */
    char *path;    /* EFS path or NULL */
    char *reason;  /* "EFS errno 13 (EACCES)", "link to /nv/x", … */
    int64_t wire;  /* status, errno or error byte; -1 = none */
    uint8_t *data; /* NOT_HELD only: the bytes themselves, or NULL */
    size_t len;
};

struct qd_missing_set {
    struct qd_missing *v;
    size_t n, cap;
};

struct qd_backup {
    uint16_t model; /* phone model number; names the level-1 storage as %08u */
    uint32_t esn;   /* 0xDEADD00D when there is none */
    uint8_t nv_major, nv_minor;
    char *software, *client; /* Mobile_Property_Info strings */
    uint8_t *feature;        /* mask bytes without the length word */
    size_t feature_len;
    int has_feature;
    struct qd_nv_set nv[QD_SUBS];
    struct qd_file_set files; /* all sections, each in its own order */
    struct qd_missing_set missing;
};

struct qd_backup *qd_backup_new(void);
void qd_backup_free(struct qd_backup **b);

/* Adds copies. -QDIAG_E_NO_MEMORY, or -QDIAG_E_BUG for a duplicate (id, index). */
int qd_backup_add_nv(struct qd_backup *b, unsigned sub, uint16_t id, uint8_t index,
                     const uint8_t data[QD_NV_SIZE], struct qdiag_error *e);
/* Adds a copy of f with its own path; takes over f->data (malloc'ed) on success, unless borrowed. */
int qd_backup_add_file(struct qd_backup *b, const struct qd_file *f, struct qdiag_error *e);
/* m's path and reason are copied, data too. */
int qd_backup_add_missing(struct qd_backup *b, const struct qd_missing *m, struct qdiag_error *e);

const struct qd_nv_item *qd_backup_nv(const struct qd_backup *b, unsigned sub, uint16_t id,
                                      uint8_t index); /* NULL = not in it */
const struct qd_file *qd_backup_file(const struct qd_backup *b, enum qd_section section,
                                     const char *path);
size_t qd_backup_count_files(const struct qd_backup *b, enum qd_section section);
size_t qd_backup_count_missing(const struct qd_backup *b, enum qd_missing_kind kind);

/* EFS_Backup: entries without a leading '/' first, the rest ASCII-ascending; the others ascending.
 */
void qd_backup_sort(struct qd_backup *b);

const char *qd_section_name(enum qd_section s); /* "EFS_Backup", … */

#endif

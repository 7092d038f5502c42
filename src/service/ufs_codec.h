/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Answers of AT+QPRTPARA and of the FILE commands to values, and their arguments to text. Pure.
 * Forms and sources: docs/formats/at.md. "UFS" of QPRTPARA is the modem's own file system; "UFS" of
 * the FILE commands is the storage of a user's files: another thing. */
#ifndef QD_SERVICE_UFS_CODEC_H
#define QD_SERVICE_UFS_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum qd_ufs { QD_UFS, QD_EUFS };

#define QD_UFS_PAGE 2048u /* bytes */

struct qd_ufs_state {
    uint32_t valid; /* EUFS: 0 or 1; UFS does not tell: 1 when a backup was counted */
    uint32_t backups, restores;
    uint32_t pages;     /* in use, QD_UFS_PAGE bytes each */
    uint32_t probe[10]; /* restores at each probe point */
    uint32_t bad_blocks;
    uint32_t bad_part[4]; /* EUFS: data and info area of the modem's, of the application's copy */
};

/* What stands behind "+QPRTPARA:". Strict: another number of fields, a field that is no decimal
 * number, or one that is too large is -PROTOCOL with the field named. */
int qd_ufs_parse(enum qd_ufs fs, const char *text, struct qd_ufs_state *s, struct qdiag_error *e);

/* Largest number of pages the backup partition is said to hold. */
uint32_t qd_ufs_page_limit(enum qd_ufs fs, const char *family);

/* Names a user's file as the commands want it: 1..80 bytes of printable ASCII without quote, ',',
 * ';', '*', '?' and blank at either end. -USAGE otherwise. */
int qd_user_name_check(const char *name, struct qdiag_error *e);

/* The checksum of QFUPL and QFDWL: XOR of the big-endian 16-bit words, a last odd byte is a high
 * byte. Starts at 0; pieces but the last have even sizes. */
uint16_t qd_user_checksum(uint16_t sum, const void *p, size_t n);

/* "1675,372": size, and checksum in hex of any length up to 4 digits. */
int qd_user_parse_sum(const char *text, uint32_t *size, uint16_t *sum, struct qdiag_error *e);

/* "\"UFS:name\",size": the name is copied as it is, without quotes. */
int qd_user_parse_entry(const char *text, char name[128], uint32_t *size, struct qdiag_error *e);

/* "free,total" */
int qd_user_parse_space(const char *text, uint64_t *free_bytes, uint64_t *total,
                        struct qdiag_error *e);

#endif

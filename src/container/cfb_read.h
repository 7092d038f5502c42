/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside of the compound file reader: the file in memory, its chains, and who owns which sector. */
#ifndef QD_CONTAINER_CFB_READ_H
#define QD_CONTAINER_CFB_READ_H

#include "container/cfb.h"

/* Owners of sectors; a stream's owner is QD_CFB_OF_ENTRY + the number of its directory entry. */
enum {
    QD_CFB_OF_NOBODY,
    QD_CFB_OF_FAT,
    QD_CFB_OF_DIFAT,
    QD_CFB_OF_DIRECTORY,
    QD_CFB_OF_MINI_FAT,
    QD_CFB_OF_MINI_STREAM,
    QD_CFB_OF_ENTRY
};

struct qd_cfb_list {
    uint32_t *v;
    size_t n, cap;
};

struct qd_cfb_reader {
    const char *file;
    const struct qd_notes *notes;
    struct qdiag_error *e;
    struct qd_buf raw;
    uint32_t sectors;                                         /* behind the header */
    struct qd_cfb_list fat, directory, mini_fat, mini_stream; /* sector numbers */
    uint32_t fats;                                            /* as the header says */
    uint32_t entries, minis;
    uint32_t *owner, *mini_owner;
};

/* One walk along a chain. Every part of it is given to `owner`. */
struct qd_cfb_walk {
    int mini;
    uint32_t start, owner;
    uint32_t want;            /* parts that the size needs; UINT32_MAX = not known */
    struct qd_cfb_list *keep; /* where the numbers go; may be NULL */
};

int qd_cfb_claim(struct qd_cfb_reader *r, const struct qd_cfb_walk *w);

/* Finds FAT, directory, mini FAT and mini stream; every sector of them is claimed. */
int qd_cfb_load_chains(struct qd_cfb_reader *r);

const uint8_t *qd_cfb_sector(const struct qd_cfb_reader *r, uint32_t n);
const uint8_t *qd_cfb_mini_sector(const struct qd_cfb_reader *r, uint32_t n);
uint32_t qd_cfb_next(const struct qd_cfb_reader *r, uint32_t n); /* the FAT's cell of a sector */
uint32_t qd_cfb_mini_next(const struct qd_cfb_reader *r, uint32_t n);
const uint8_t *qd_cfb_entry(const struct qd_cfb_reader *r, uint32_t id);

/* The tree below root. */
int qd_cfb_read_tree(struct qd_cfb_reader *r, struct qd_node *root);

/* Refusals: "FILE header", "FILE sector 12", "FILE directory entry 9 (Feature_Mask)". */
int qd_cfb_bad(struct qd_cfb_reader *r, const char *place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int qd_cfb_bad_sector(struct qd_cfb_reader *r, uint32_t n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int qd_cfb_bad_entry(struct qd_cfb_reader *r, uint32_t id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void qd_cfb_note(const struct qd_cfb_reader *r, const char *place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with the place of an entry. */
void qd_cfb_note_entry(const struct qd_cfb_reader *r, uint32_t id, const char *text);

#endif

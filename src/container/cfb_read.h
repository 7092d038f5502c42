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
    uint8_t **block; /* the file; a block is let go when all of it has been copied */
    size_t nblock, cap, size;
    uint16_t *live;   /* of each block: mini sectors' worth of bytes still to be copied */
    uint32_t sectors; /* behind the header */
    struct qd_cfb_list fat, directory, mini_fat, mini_stream; /* sector numbers */
    uint32_t fats;                                            /* as the header says */
    uint32_t entries, minis;
    uint32_t *owner, *mini_owner;
    uint8_t *depth;   /* of each entry; the root's is 0 */
    uint32_t *parent; /* of each entry reached */
};

#define QD_CFB_BLOCK       65536u
#define QD_CFB_NOT_REACHED 0xffu

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

/* Reaches every entry from the root: depth and parent are set. */
int qd_cfb_walk_directory(struct qd_cfb_reader *r);
void qd_cfb_take_name(const struct qd_cfb_reader *r, uint32_t id, struct qd_cfb_name *name);

/* Claims the chain of every stream; after that nothing in the file can be wrong any more. */
int qd_cfb_claim_streams(struct qd_cfb_reader *r);

/* The tree below root. Spends the file: only chains and directory are there afterwards. */
int qd_cfb_build_tree(struct qd_cfb_reader *r, struct qd_node *root);

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

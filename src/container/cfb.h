/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside of the compound file codec: the numbers of the format (MS-CFB, version 3), names, and the
 * record that keeps what only XQCN text has. */
#ifndef QD_CONTAINER_CFB_H
#define QD_CONTAINER_CFB_H

#include "base/buf.h"
#include "container/container.h"

#define QD_CFB_SECTOR      512u
#define QD_CFB_MINI        64u
#define QD_CFB_CUTOFF      4096u /* a stream of this size and above has sectors of its own */
#define QD_CFB_ENTRY       128u
#define QD_CFB_FAT_CELLS   128u
#define QD_CFB_DIFAT_CELLS 127u
#define QD_CFB_HEADER_FATS 109u
#define QD_CFB_MAX_FILE    (256u << 20)

#define QD_CFB_FREE  0xffffffffu /* a free sector; in the directory: no entry */
#define QD_CFB_END   0xfffffffeu
#define QD_CFB_FAT   0xfffffffdu
#define QD_CFB_DIFAT 0xfffffffcu

enum { QD_CFB_UNUSED, QD_CFB_STORAGE, QD_CFB_STREAM, QD_CFB_ROOT = 5 };

/* Offsets in a directory entry. */
enum {
    QD_CFB_E_LENGTH = 64,
    QD_CFB_E_TYPE = 66,
    QD_CFB_E_COLOUR = 67,
    QD_CFB_E_LEFT = 68,
    QD_CFB_E_RIGHT = 72,
    QD_CFB_E_CHILD = 76,
    QD_CFB_E_CLSID = 80,
    QD_CFB_E_STATE = 96,
    QD_CFB_E_CREATED = 100,
    QD_CFB_E_MODIFIED = 108,
    QD_CFB_E_START = 116,
    QD_CFB_E_SIZE = 120
};

/* Offsets in the header. */
enum {
    QD_CFB_H_MINOR = 24,
    QD_CFB_H_MAJOR = 26,
    QD_CFB_H_ORDER = 28,
    QD_CFB_H_SHIFT = 30,
    QD_CFB_H_MINI_SHIFT = 32,
    QD_CFB_H_FATS = 44,
    QD_CFB_H_DIRECTORY = 48,
    QD_CFB_H_CUTOFF = 56,
    QD_CFB_H_MINI_FAT = 60,
    QD_CFB_H_MINI_FATS = 64,
    QD_CFB_H_DIFAT = 68,
    QD_CFB_H_DIFATS = 72,
    QD_CFB_H_LIST = 76
};

extern const uint8_t qd_cfb_signature[8];

struct qd_cfb_name {
    uint16_t u[QD_TREE_MAX_NAME];
    unsigned n;
};

/* NULL, or why a compound file cannot hold the name (static text). */
const char *qd_cfb_name_encode(const char *utf8, struct qd_cfb_name *out);

/* The name of a directory entry: n bytes at p as the length field says. The same, but a reserved name
 * is taken. */
const char *qd_cfb_name_take(const uint8_t *p, unsigned n, struct qd_cfb_name *out);

/* True when it begins with a control character: Windows' own, such as "\5SummaryInformation". */
int qd_cfb_name_reserved(const struct qd_cfb_name *name);

#define QD_CFB_NAME_UTF8 (QD_TREE_MAX_NAME * 3 + 1)
void qd_cfb_name_decode(const struct qd_cfb_name *name, char out[QD_CFB_NAME_UTF8]);

/* The order of siblings: shorter first, then upper-case units. 0 = the same name. */
int qd_cfb_name_compare(const struct qd_cfb_name *a, const struct qd_cfb_name *b);
int qd_cfb_name_ascii(const struct qd_cfb_name *name);

/* What XQCN text has and a compound file has no place for: the root's name and the line ends. They
 * go into free sectors before the FAT. Nothing is added for a plain "Root Entry". */
#define QD_CFB_ROOT_NAME "Root Entry"
int qd_cfb_text_build(const struct qd_node *root, struct qd_buf *out, struct qdiag_error *e);

/* Takes such a record from the n bytes of free sectors at p: 1 = set in root; 0 = there is none,
 * -1 = it is broken, -2 = out of memory; the root is then unchanged. */
int qd_cfb_text_begins(const uint8_t *sector);
int qd_cfb_text_take(const uint8_t *p, size_t n, struct qd_node *root);

#endif

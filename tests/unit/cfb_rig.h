/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Compound files for tests: written, read, and laid out as other writers lay them out. The layouts
 * are made from a finished file by moving its parts, without a line of the codec under test. */
#ifndef CFB_RIG_H
#define CFB_RIG_H

#include "qcn_fixture.h"

#define T1_CFB_SIZE 5120u
#define T1_CFB_SHA  "63f1c6d2745398115fa64dc43e269611d8d2c584160c1ef604604fbec98b9a96"
#define T2_CFB_SIZE 16896u
#define T2_CFB_SHA  "a7193f61655f55b39ecbf7f44f3e02970a05c3f0a349f99818d8c7ee12657e5d"
#define T3_CFB_SIZE 8458240u
#define T3_CFB_SHA  "34925ad2294a4aaa4f9b3e947397e015c420fe549f0f8d16c7b36969d0dae51a"

struct qd_node *rig_t2(const char *root_name);
struct qd_node *rig_t3(void);

/* The file of a tree; must succeed. */
void rig_write(const struct qd_node *root, struct qd_buf *out);
void rig_write_at(const struct qd_node *root, int64_t time, struct qd_buf *out);
/* Reads under the name "f.qcn". */
int rig_read(const struct qd_buf *f, const struct qd_notes *notes, struct qd_node **root,
             struct qdiag_error *e);
/* Reads, must succeed; equal to `want` in content, order, root name and line ends. */
void rig_assert_reads_as(const struct qd_buf *f, const struct qd_node *want);

/* "A B( c d ) e": names in order, storages with brackets; qd_buf_free() it. */
void rig_outline(const struct qd_node *root, struct qd_buf *out);

/* Layouts. Each keeps the meaning of the file. */
enum rig_shape { RIG_RIGHT_LIST, RIG_LEFT_LIST, RIG_RANDOM };
void rig_shuffle(struct qd_buf *f, uint32_t seed);      /* every sector goes elsewhere */
void rig_shuffle_mini(struct qd_buf *f, uint32_t seed); /* every mini sector too */
void rig_reshape(struct qd_buf *f, enum rig_shape shape, uint32_t seed);
void rig_unused_entries(struct qd_buf *f, size_t n); /* at the end of the directory */
void rig_longer_fat(struct qd_buf *f, size_t n);     /* n FAT sectors more than the file needs */

#endif

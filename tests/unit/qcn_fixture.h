/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The synthetic backups T1 and T2 of the format vectors, and sinks and notes for tests. */
#ifndef QCN_FIXTURE_H
#define QCN_FIXTURE_H

#include "base/buf.h"
#include "container/container.h"

#define T1_SIZE 1478u
#define T1_SHA  "d688b15ce5472f0fa520b53304612d76bbd313778d34dd1d5159696e960e3bdf"
#define T2_SIZE 32361u
#define T2_SHA  "d92c60e568540c182d1fb141f4495c7337f4ba7070bd9dccb55b260d76abbc61"

struct qd_backup *fixture_t1(void);
struct qd_backup *fixture_t2(void);
struct qd_node *fixture_tree(const struct qd_backup *b, const char *root_name);

/* Path from the root without it: "00024628/default/NV_Items". Fails the test when it is not there.
 */
struct qd_node *fixture_at(struct qd_node *root, const char *path);

/* The XQCN text of a tree, NUL behind it; qd_buf_free() it. */
void fixture_text(const struct qd_node *root, struct qd_buf *out);

/* Reads text of n bytes under the name "f.xqcn". */
int fixture_read(const void *text, size_t n, const struct qd_notes *notes, struct qd_node **root,
                 struct qdiag_error *e);

/* Keeps all notes as "place|text\n". */
struct fixture_notes {
    struct qd_notes notes;
    struct qd_buf all;
};
void fixture_notes_start(struct fixture_notes *n);
int fixture_noted(struct fixture_notes *n, const char *part);
void fixture_notes_end(struct fixture_notes *n);

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Promise 2 for a folder: it appears whole or not at all. Files go into a temporary folder beside
 * the target, all synced; the rename comes last. The target must be absent or an empty folder. */
#ifndef QD_BASE_SAVEDIR_H
#define QD_BASE_SAVEDIR_H

#include "base/fsio.h"

struct qd_save_dir;

int qd_save_dir_begin(struct qd_save_dir **d, const char *path, struct qdiag_error *e);

/* rel is a relative path without "..", checked by the caller; folders on the way are made (0700).
 * Files are 0600 and must be new. */
int qd_save_dir_file(struct qd_save_dir *d, const char *rel, const void *p, size_t n,
                     struct qdiag_error *e);
int qd_save_dir_folder(struct qd_save_dir *d, const char *rel, struct qdiag_error *e);

const char *qd_save_dir_temp(const struct qd_save_dir *d); /* where the files are now */
int qd_save_dir_publish(struct qd_save_dir **d, struct qdiag_error *e); /* NULL after it, always */
void qd_save_dir_abort(struct qd_save_dir **d); /* removes what was written; NULL inside is fine */

#endif

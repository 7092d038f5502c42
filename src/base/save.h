/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Promise 2: a file is old-whole or new-whole, never half. Temporary file in the same folder, mode
 * 0600, write, fsync, let the caller re-read and compare it, rename, fsync the folder. The only
 * place of the project that creates files. */
#ifndef QD_BASE_SAVE_H
#define QD_BASE_SAVE_H

#include "base/fsio.h"

struct qd_save;

/* Called with the name of the finished temporary file, before the rename; non-zero stops the save. */
typedef int (*qd_save_verify)(const char *temp_path, void *user, struct qdiag_error *e);

int qd_save_begin(struct qd_save **s, const char *path, struct qdiag_error *e);
int qd_save_write(struct qd_save *s, const void *p, size_t n, struct qdiag_error *e);

/* A sink that writes into the save. Valid until commit or abort. */
struct qd_sink qd_save_sink(struct qd_save *s);

/* Flushes, verifies, renames; sets *s to NULL in every case. On failure the old file is intact and
 * the temporary one is gone. */
int qd_save_commit(struct qd_save **s, qd_save_verify verify, void *user, struct qdiag_error *e);

/* A small file of text at once; a line end is added. */
int qd_save_text(const char *path, const char *text, struct qdiag_error *e);

/* The two halves of commit, for files that belong together: prepare each, then publish them in one go,
 * the renames directly behind one another. publish sets every *saves[i] to NULL in every case. */
int qd_save_prepare(struct qd_save *s, qd_save_verify verify, void *user, struct qdiag_error *e);
int qd_save_publish(struct qd_save **const saves[], size_t n, struct qdiag_error *e);

/* Drops the temporary file; a NULL *s is fine. */
void qd_save_abort(struct qd_save **s);

#endif

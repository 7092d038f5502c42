/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gzip around another container: a source that inflates, a sink that deflates. One member only, and
 * never more than a stated multiple of what was read. */
#ifndef QD_CONTAINER_GZ_H
#define QD_CONTAINER_GZ_H

#include "base/fsio.h"

#define QD_GZ_MAX       (256u << 20) /* inflated bytes at most */
#define QD_GZ_FREE      (64u << 20)  /* beyond this … */
#define QD_GZ_RATIO_MAX 100u         /* … no more than so many bytes for each one read */

struct qd_gz_in;
struct qd_gz_out;

/* *out reads the inflated bytes of inner; its end is reported only after length and CRC were right
 * and inner has nothing behind the member. Refusals are -QDIAG_E_FILE_DAMAGED with the offset. */
int qd_gz_open(struct qd_gz_in **g, struct qd_source *inner, struct qd_source *out,
               struct qdiag_error *e);
void qd_gz_close(struct qd_gz_in **g); /* NULL inside is fine */

/* *out deflates into inner: level 1, no name and no time, so that equal bytes give equal files. */
int qd_gz_create(struct qd_gz_out **g, struct qd_sink *inner, struct qd_sink *out,
                 struct qdiag_error *e);
int qd_gz_finish(struct qd_gz_out *g, struct qdiag_error *e);
void qd_gz_drop(struct qd_gz_out **g);

#endif

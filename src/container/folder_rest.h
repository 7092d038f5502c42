/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What became of an entry of a folder, and the names of NV files. */
#ifndef QD_CONTAINER_FOLDER_REST_H
#define QD_CONTAINER_FOLDER_REST_H

#include "container/folder.h"

enum {
    QD_USED_QCN = 1,   /* in the tree */
    QD_USED_ASIDE = 2, /* no QCN holds it; its manifest does */
    QD_USED_REST = 3   /* neither does */
};

/* "nv/<sub>/<id>[.<index>]"; -1 = any other path. */
int qd_rest_nv_name(const char *path, unsigned *sub, unsigned *id, unsigned *index);

/* Which tree fills the sections: that with the RF files; 1 = efs-alt. */
int qd_rest_primary(const struct qd_build *b);

#endif

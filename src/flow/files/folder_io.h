/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The files of a folder from and to the disk. */
#ifndef QD_FLOW_FILES_FOLDER_IO_H
#define QD_FLOW_FILES_FOLDER_IO_H

#include "base/savedir.h"
#include "container/doc.h"

/* All files below path as sorted entries; names that begin with a dot are passed over at the top,
 * what an unfinished save left everywhere. No link is followed. */
int qd_folder_load(const char *path, struct qd_entries *out, struct qdiag_error *e);

/* Writes the entries into d. Links stand in efs.attr only: none is made on the host. */
int qd_folder_store(const struct qd_entries *in, struct qd_save_dir *d, struct qdiag_error *e);

#endif

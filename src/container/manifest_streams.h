/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The list of streams in a manifest as text. */
#ifndef QD_CONTAINER_MANIFEST_STREAMS_H
#define QD_CONTAINER_MANIFEST_STREAMS_H

#include "base/buf.h"
#include "container/manifest.h"

/* The last key of a manifest and its closing bracket, with the comma before it: what follows the
 * JSON text of all other keys without its last line. -1 = out of memory. */
int qd_streams_write(const struct qd_node *root, struct qd_buf *out);

/* Reads that list into m when the text ends with it in the writer's own form, and gives the length
 * of what is before its line; else 0, and m is unchanged: then the JSON reader must read it all. */
size_t qd_streams_read(const char *text, size_t n, struct qd_manifest *m);

#endif

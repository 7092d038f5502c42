/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The list of streams in a manifest as text. */
#ifndef QD_CONTAINER_MANIFEST_STREAMS_H
#define QD_CONTAINER_MANIFEST_STREAMS_H

#include "base/buf.h"
#include "container/manifest.h"

/* The last key of a manifest and its closing bracket, with the comma before it: what follows the
 * JSON text of all other keys without its last line. Written piece by piece, never held whole. */
int qd_streams_write(const struct qd_node *root, const struct qd_sink *out, struct qdiag_error *e);

/* Every stream, depth first in tree order, until fn gives anything but 0. */
int qd_streams_each(const struct qd_node *root,
                    int (*fn)(void *user, const struct qd_node *n, struct qdiag_error *e),
                    void *user, struct qdiag_error *e);

/* The path of a stream as the manifest spells it: long runs of digits masked. */
#define QD_STREAM_PATH 1024u
void qd_stream_path(const struct qd_node *n, char out[QD_STREAM_PATH]);

/* Reads that list into m when the text ends with it in the writer's own form, and gives the length
 * of what is before its line; else 0, and m is unchanged: then the JSON reader must read it all. */
size_t qd_streams_read(const char *text, size_t n, struct qd_manifest *m);

#endif

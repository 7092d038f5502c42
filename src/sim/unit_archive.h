/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The parts behind sim_unit_unpack(): where a bundled unit's archive lies, and what the content
 * words of its lines mean (docs/formats/unit-archive.md). */
#ifndef SIM_UNIT_ARCHIVE_H
#define SIM_UNIT_ARCHIVE_H

#include <stddef.h>

#include "base/buf.h"

/* The file of a bundled unit: $QDIAG_SIM_UNITS, then the source tree, then the installed ones.
 * 0, or -1 with a sentence in err. */
int sim_unit_find(const char *name, char *file, size_t file_cap, char *err, size_t cap);

/* Replaces out's bytes by what a content word says: hex:…, text:…, pattern:SEED:LEN, empty.
 * 0, or -1 with the reason in why. */
int sim_content_decode(const char *word, struct qd_buf *out, char *why, size_t cap);

#endif
